"""Add the months that employers have not paid, and ask of the ledger of contributions in each capacity.

Expand: a new table behind the second wall, and a policy in other words. Takes an ACCESS EXCLUSIVE lock on the
contributions for a moment.
"""

from alembic import op

revision = "2026_11_29_0610"
down_revision = "2026_11_29_0319"

KIND = "(SELECT vget('kind'))"
ME = "(SELECT vget('participant')::uuid)"
MY_EMPLOYERS = "ARRAY(SELECT g.employer_id FROM grants g WHERE g.employer_id IS NOT NULL)"
MY_OFFICES = (
    "ARRAY(SELECT o.id FROM grants g JOIN offices root ON root.id = g.office_id"
    " JOIN offices o ON o.id BETWEEN root.id AND root.last_id)"
)
REPRESENTED = "(SELECT represented_in('CONTRIBUTIONS'))"
OF_THEIR_OFFICE = (
    f"EXISTS (SELECT FROM participants p WHERE p.id = participant_id AND p.office_id = ANY ({MY_OFFICES}))"
)

BEFORE = (
    "(SELECT vhas('participant:read')) AND"
    f" (participant_id = {ME} OR employer_id = ANY ({MY_EMPLOYERS}) OR {OF_THEIR_OFFICE}"
    f" OR participant_id = {REPRESENTED})"
)
# Which office manages somebody, told to walls alone. The wall of the people in its place would make each plan that
# looks at lines dear to make and to begin, and asked of each line, dear to run.
OFFICE_OF = """
    CREATE FUNCTION office_of(person uuid) RETURNS integer
    LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    RETURN (SELECT p.office_id FROM public.participants p WHERE p.id = person)
"""
RANGES = (
    "(SELECT range_agg(int4range(o.id, o.last_id, '[]')) FROM grants g JOIN offices o ON o.id = g.office_id)"
)
AFTER = (
    f"(SELECT vhas('contribution:read')) AND CASE WHEN {KIND} = 'CITIZEN' THEN participant_id = {ME}"
    f" WHEN {KIND} = 'EMPLOYER' THEN employer_id = ANY ({MY_EMPLOYERS})"
    f" WHEN {KIND} IN ('OFFICER', 'PARTNER') THEN {RANGES} @> office_of(participant_id)"
    f" WHEN {KIND} = 'REPRESENTATIVE' THEN participant_id = {REPRESENTED} ELSE false END"
)
# Whose lines they are names the index; the ledger's own wall asks again.
PERSON = f"(SELECT CASE vget('kind') WHEN 'CITIZEN' THEN vget('participant')::uuid ELSE {REPRESENTED} END)"
WHO_REPORTED = f"ARRAY(SELECT c.employer_id FROM contributions c WHERE c.participant_id = {PERSON})"
UNPAID = (
    f"(SELECT vhas('contribution:read')) AND CASE WHEN {KIND} = 'EMPLOYER' THEN employer_id = ANY ({MY_EMPLOYERS})"
    f" WHEN {KIND} IN ('OFFICER', 'PARTNER') THEN cardinality({MY_OFFICES}) > 0"
    f" WHEN {KIND} IN ('CITIZEN', 'REPRESENTATIVE') THEN employer_id = ANY ({WHO_REPORTED}) ELSE false END"
)

STATEMENTS = (
    """
    CREATE TABLE employer_arrears (
        id UUID DEFAULT uuidv7() NOT NULL,
        employer_id UUID NOT NULL,
        month DATE NOT NULL,
        fund TEXT NOT NULL,
        due_on DATE NOT NULL,
        since TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        settled_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_employer_arrears PRIMARY KEY (id),
        CONSTRAINT ck_employer_arrears_fund_known CHECK (fund IN ('HEALTH', 'OCCUPATIONAL', 'RETIREMENT_SURVIVORS', 'SICKNESS_MATERNITY', 'UNEMPLOYMENT')),
        CONSTRAINT ck_employer_arrears_month_first_day CHECK (extract(day from month) = 1),
        CONSTRAINT ck_employer_arrears_period_ordered CHECK (settled_at >= since),
        CONSTRAINT fk_employer_arrears_employer_id_employers FOREIGN KEY(employer_id) REFERENCES employers (id)
    )
    """,
    "CREATE INDEX ix_employer_arrears_employer_id_month ON employer_arrears (employer_id, month)",
    "CREATE UNIQUE INDEX uq_employer_arrears_standing ON employer_arrears (employer_id, month, fund)"
    " WHERE settled_at IS NULL",
    "ALTER TABLE employer_arrears ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE employer_arrears FORCE ROW LEVEL SECURITY",
    "CREATE POLICY owner ON employer_arrears TO ansinh_owner USING (true) WITH CHECK (true)",
    f"CREATE POLICY ansinh_api_1 ON employer_arrears FOR SELECT TO ansinh_api USING ({UNPAID})",
    "GRANT SELECT ON employer_arrears TO ansinh_api",
)


def upgrade() -> None:
    """Create the table, raise its wall, and ask of the ledger by kind."""
    for statement in STATEMENTS:
        op.execute(statement)
    op.execute(OFFICE_OF)
    op.execute("REVOKE ALL ON FUNCTION office_of(uuid) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION office_of(uuid) TO ansinh_api")
    op.execute(f"ALTER POLICY ansinh_api_1 ON contributions USING ({AFTER})")


def downgrade() -> None:
    """Ask as before, and take the table away."""
    op.execute(f"ALTER POLICY ansinh_api_1 ON contributions USING ({BEFORE})")
    op.execute("DROP FUNCTION office_of(uuid)")
    op.execute("DROP TABLE employer_arrears")
