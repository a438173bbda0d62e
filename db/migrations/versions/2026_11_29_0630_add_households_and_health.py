"""Ask of households in each capacity; add health cards, copayments, benefits in payment and certificates.

Expand: new tables behind the second wall, a column with a constant default, and two policies in other words. Takes an
ACCESS EXCLUSIVE lock on the households and their members for a moment.

A certificate is seen by whoever presents its code, too: the statement of that check is bound to the hash of one code,
under a key that no viewer has.
"""

from alembic import op

revision = "2026_11_29_0630"
down_revision = "2026_11_29_0610"

PRINCIPAL = "(SELECT vget('principal')::uuid)"
KIND = "(SELECT vget('kind'))"
ME = "(SELECT vget('participant')::uuid)"
MANDATE = "(SELECT vget('mandate')::uuid)"
PRESENTED = "(SELECT decode(vget('presented'), 'hex'))"
MY_OFFICES = (
    "(SELECT range_agg(int4range(o.id, o.last_id, '[]')) FROM grants g JOIN offices o ON o.id = g.office_id)"
)
OF_MY_OFFICE = f"{MY_OFFICES} @> office_id"
MY_LISTED_OFFICES = (
    "ARRAY(SELECT o.id FROM grants g JOIN offices root ON root.id = g.office_id"
    " JOIN offices o ON o.id BETWEEN root.id AND root.last_id)"
)
IN_HEALTH = "(SELECT represented_in('HEALTH_INSURANCE'))"
IN_CONTRIBUTIONS = "(SELECT represented_in('CONTRIBUTIONS'))"
IN_BENEFITS = "(SELECT represented_in('BENEFITS')), (SELECT represented_in('PAYMENT'))"


def has(scope: str) -> str:
    """Whether the viewer holds the scope."""
    return f"(SELECT vhas('{scope}'))"


def by_kind(scope: str, citizen: str, office: str, representative: str, *, partner: bool = True) -> str:
    """What is asked of a row, in each capacity; no employer sees any."""
    return (
        f"{has(scope)} AND CASE {KIND} WHEN 'CITIZEN' THEN {citizen} WHEN 'OFFICER' THEN {office}"
        + (f" WHEN 'PARTNER' THEN {office}" if partner else "")
        + f" WHEN 'REPRESENTATIVE' THEN {representative} ELSE false END"
    )


def household_of(person: str) -> str:
    """The household that somebody belongs to today."""
    return f"(SELECT household_of({person}))"


# What another wall says stands in the plans of these alone: in every place of a wall that asks it again it would make
# that dear to plan.
FUNCTIONS = (
    """
    CREATE FUNCTION household_of(person uuid) RETURNS uuid
    LANGUAGE sql STABLE PARALLEL RESTRICTED
    RETURN (SELECT p.household_id FROM participants p WHERE p.id = person)
    """,
    """
    CREATE FUNCTION is_household_seen(household uuid) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL RESTRICTED
    RETURN EXISTS (SELECT FROM households h WHERE h.id = household)
    """,
)
MINE = f"participant_id = {ME}"
HEALTH = by_kind(
    "health:read", MINE, f"{MY_OFFICES} @> office_of(participant_id)", f"participant_id = {IN_HEALTH}"
)
HOUSEHOLDS_BEFORE = {
    "households": (
        f"{has('participant:read')} AND (office_id = ANY ({MY_LISTED_OFFICES})"
        f" OR EXISTS (SELECT FROM participants p WHERE p.id = {ME} AND p.household_id = households.id))"
    ),
    "household_members": (
        f"{has('participant:read')} AND (participant_id = {ME}"
        " OR EXISTS (SELECT FROM households h WHERE h.id = household_members.household_id))"
    ),
}
HOUSEHOLDS_AFTER = {
    "households": by_kind(
        "household:read", f"id = {household_of(ME)}", OF_MY_OFFICE, f"id = {household_of(IN_HEALTH)}"
    ),
    "household_members": by_kind(
        "household:read",
        f"({MINE} OR household_id = {household_of(ME)})",
        "is_household_seen(household_id)",
        f"(participant_id = {IN_HEALTH} OR household_id = {household_of(IN_HEALTH)})",
    ),
}
WALLS = {
    "health_cards": HEALTH,
    "health_copayments": HEALTH,
    "benefits": by_kind("benefit:read", MINE, OF_MY_OFFICE, f"participant_id IN ({IN_BENEFITS})"),
    "certificates": (
        "("
        + by_kind(
            "certificate:read", MINE, OF_MY_OFFICE, f"participant_id = {IN_CONTRIBUTIONS}", partner=False
        )
        + f") OR code_hash = {PRESENTED}"
    ),
}
ISSUED = (
    f"{has('certificate:issue')} AND issued_by = {PRINCIPAL}"
    " AND office_id = (SELECT p.office_id FROM participants p WHERE p.id = certificates.participant_id)"
    f" AND CASE {KIND} WHEN 'CITIZEN' THEN {MINE} AND mandate_id IS NULL"
    f" WHEN 'OFFICER' THEN {OF_MY_OFFICE} AND mandate_id IS NULL"
    f" WHEN 'REPRESENTATIVE' THEN participant_id = {IN_CONTRIBUTIONS} AND mandate_id = {MANDATE} ELSE false END"
)

TABLES = (
    r"""
    CREATE TABLE health_cards (
        id UUID DEFAULT uuidv7() NOT NULL,
        participant_id UUID NOT NULL,
        object_code TEXT NOT NULL,
        benefit_level SMALLINT NOT NULL,
        valid_from DATE NOT NULL,
        valid_to DATE,
        five_years_on DATE,
        facility_code TEXT NOT NULL,
        issued_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_health_cards PRIMARY KEY (id),
        CONSTRAINT ck_health_cards_object_code_formed CHECK (object_code ~ '^[A-Z]{2}$'),
        CONSTRAINT ck_health_cards_benefit_level_of_five CHECK (benefit_level BETWEEN 1 AND 5),
        CONSTRAINT ck_health_cards_period_ordered CHECK (valid_to >= valid_from),
        CONSTRAINT ck_health_cards_facility_code_formed CHECK (facility_code ~ '^\d{5}$'),
        CONSTRAINT ex_health_cards_one_card_a_day
            EXCLUDE USING gist (participant_id WITH =, daterange(valid_from, valid_to, '[]') WITH &&),
        CONSTRAINT fk_health_cards_participant_id_participants
            FOREIGN KEY(participant_id) REFERENCES participants (id)
    )
    """,
    "CREATE INDEX ix_health_cards_participant_id_valid_from_id ON health_cards (participant_id, valid_from, id)",
    """
    CREATE TABLE health_copayments (
        id UUID DEFAULT uuidv7() NOT NULL,
        participant_id UUID NOT NULL,
        paid_on DATE NOT NULL,
        amount BIGINT NOT NULL,
        visit_reference TEXT NOT NULL,
        recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_health_copayments PRIMARY KEY (id),
        CONSTRAINT ck_health_copayments_amount_positive CHECK (amount > 0),
        CONSTRAINT fk_health_copayments_participant_id_participants
            FOREIGN KEY(participant_id) REFERENCES participants (id)
    )
    """,
    "CREATE INDEX ix_health_copayments_participant_id_paid_on_id"
    " ON health_copayments (participant_id, paid_on, id)",
    """
    CREATE TABLE benefits (
        id UUID DEFAULT uuidv7() NOT NULL,
        participant_id UUID NOT NULL,
        office_id INTEGER NOT NULL,
        kind TEXT NOT NULL,
        payment TEXT NOT NULL,
        decision_number TEXT NOT NULL,
        amount BIGINT NOT NULL,
        valid_from DATE NOT NULL,
        valid_to DATE,
        recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_benefits PRIMARY KEY (id),
        CONSTRAINT ck_benefits_kind_known CHECK (kind IN ('MATERNITY', 'ONE_OFF', 'PENSION', 'SICKNESS', 'SOCIAL_PENSION', 'SURVIVOR_LUMP_SUM', 'SURVIVOR_MONTHLY', 'UNEMPLOYMENT', 'WORK_INJURY_LUMP_SUM', 'WORK_INJURY_MONTHLY')),
        CONSTRAINT ck_benefits_payment_known CHECK (payment IN ('MONTHLY', 'ONCE')),
        CONSTRAINT ck_benefits_amount_positive CHECK (amount > 0),
        CONSTRAINT ck_benefits_period_ordered CHECK (valid_to >= valid_from),
        CONSTRAINT ck_benefits_once_ends CHECK (payment = 'MONTHLY' OR valid_to IS NOT NULL),
        CONSTRAINT fk_benefits_participant_id_participants
            FOREIGN KEY(participant_id) REFERENCES participants (id),
        CONSTRAINT fk_benefits_office_id_offices FOREIGN KEY(office_id) REFERENCES offices (id)
    )
    """,
    "CREATE INDEX ix_benefits_participant_id_valid_from_id ON benefits (participant_id, valid_from, id)",
    "CREATE INDEX ix_benefits_office_id ON benefits (office_id)",
    """
    CREATE TABLE certificates (
        id UUID DEFAULT uuidv7() NOT NULL,
        participant_id UUID NOT NULL,
        office_id INTEGER NOT NULL,
        code TEXT NOT NULL,
        code_hash BYTEA NOT NULL,
        from_month DATE NOT NULL,
        to_month DATE NOT NULL,
        said TEXT NOT NULL,
        signed TEXT NOT NULL,
        issued_at TIMESTAMP WITH TIME ZONE NOT NULL,
        issued_by UUID NOT NULL,
        mandate_id UUID,
        CONSTRAINT pk_certificates PRIMARY KEY (id),
        CONSTRAINT uq_certificates_code_hash UNIQUE (code_hash),
        CONSTRAINT ck_certificates_months_first_day
            CHECK (extract(day from from_month) = 1 AND extract(day from to_month) = 1),
        CONSTRAINT ck_certificates_period_ordered CHECK (to_month >= from_month),
        CONSTRAINT ck_certificates_found_by_its_code CHECK (code_hash = sha256(convert_to(code, 'UTF8'))),
        CONSTRAINT fk_certificates_participant_id_participants
            FOREIGN KEY(participant_id) REFERENCES participants (id),
        CONSTRAINT fk_certificates_office_id_offices FOREIGN KEY(office_id) REFERENCES offices (id),
        CONSTRAINT fk_certificates_mandate_id_mandates FOREIGN KEY(mandate_id) REFERENCES mandates (id)
    )
    """,
    "CREATE INDEX ix_certificates_participant_id_id ON certificates (participant_id, id)",
    "CREATE INDEX ix_certificates_office_id ON certificates (office_id)",
    "CREATE INDEX ix_certificates_mandate_id ON certificates (mandate_id)",
)


def upgrade() -> None:
    """Create the tables, raise their walls, and ask of households by kind."""
    op.execute("ALTER TABLE household_members ADD COLUMN takes_part BOOLEAN DEFAULT true NOT NULL")
    for function in FUNCTIONS:
        op.execute(function)
    for table, using in HOUSEHOLDS_AFTER.items():
        op.execute(f"ALTER POLICY ansinh_api_1 ON {table} USING ({using})")
    for statement in TABLES:
        op.execute(statement)
    for table, using in WALLS.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY owner ON {table} TO ansinh_owner USING (true) WITH CHECK (true)")
        op.execute(f"CREATE POLICY ansinh_api_1 ON {table} FOR SELECT TO ansinh_api USING ({using})")
        op.execute(f"GRANT SELECT ON {table} TO ansinh_api")
    op.execute(f"CREATE POLICY ansinh_api_2 ON certificates FOR INSERT TO ansinh_api WITH CHECK ({ISSUED})")
    op.execute("GRANT INSERT ON certificates TO ansinh_api")


def downgrade() -> None:
    """Ask as before, and take it all away."""
    for table, using in HOUSEHOLDS_BEFORE.items():
        op.execute(f"ALTER POLICY ansinh_api_1 ON {table} USING ({using})")
    op.execute("ALTER TABLE household_members DROP COLUMN takes_part")
    for table in reversed(WALLS):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION household_of(uuid), is_household_seen(uuid)")
