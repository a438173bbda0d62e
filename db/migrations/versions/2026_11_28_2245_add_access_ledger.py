"""Add the ledger of who looked at whose data, behind the second wall.

Expand: a new table and a function. Locks nothing that exists.

Only the ledger's own writer inserts; a person reads what others were shown of them, unless it is still withheld; the
auditor reads everything. Nobody changes or removes a row: no grant, and a trigger in the way of whoever has one.
"""

from alembic import op

revision = "2026_11_28_2245"
down_revision = "2026_11_23_1255"

TOLD = "(withheld_until IS NULL OR withheld_until <= statement_timestamp())"
ABOUT_ME = (
    "CASE (SELECT vget('kind')) WHEN 'CITIZEN'"
    f" THEN subject_id = (SELECT vget('participant')::uuid) AND {TOLD} ELSE false END"
)

STATEMENTS = (
    """
    CREATE TABLE access_ledger (
        id UUID DEFAULT uuidv7() NOT NULL,
        subject_id UUID NOT NULL,
        at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        reader_kind TEXT NOT NULL,
        principal UUID,
        reader_name TEXT NOT NULL,
        right_kind TEXT NOT NULL,
        office_id INTEGER,
        employer_id UUID,
        mandate_id UUID,
        agreement_id UUID,
        purpose TEXT NOT NULL,
        case_reference TEXT NOT NULL,
        fields TEXT[] NOT NULL,
        document TEXT NOT NULL,
        withheld_until TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_access_ledger PRIMARY KEY (id),
        CONSTRAINT ck_access_ledger_reader_kind_known
            CHECK (reader_kind IN ('CITIZEN', 'EMPLOYER', 'OFFICER', 'PARTNER', 'REPRESENTATIVE')),
        CONSTRAINT ck_access_ledger_right_kind_known
            CHECK (right_kind IN ('OWN', 'MANDATE', 'EMPLOYMENT', 'OFFICE', 'AGREEMENT'))
    )
    """,
    "CREATE INDEX ix_access_ledger_subject_id_id ON access_ledger (subject_id, id DESC)",
    """
    CREATE FUNCTION refuse_to_change_ledger() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'The ledger is only added to.' USING ERRCODE = 'insufficient_privilege';
    END
    $$
    """,
    """
    CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON access_ledger
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_ledger()
    """,
    "ALTER TABLE access_ledger ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE access_ledger FORCE ROW LEVEL SECURITY",
    "CREATE POLICY owner ON access_ledger TO ansinh_owner USING (true) WITH CHECK (true)",
    "CREATE POLICY ansinh_api_1 ON access_ledger FOR SELECT TO ansinh_api"
    f" USING ((SELECT vhas('access:read')) AND {ABOUT_ME})",
    "CREATE POLICY ansinh_api_2 ON access_ledger FOR INSERT TO ansinh_api"
    " WITH CHECK ((SELECT vget('kind')) = 'LEDGER')",
    "CREATE POLICY ansinh_auditor_1 ON access_ledger FOR SELECT TO ansinh_auditor USING (true)",
    "GRANT SELECT, INSERT ON access_ledger TO ansinh_api",
    "GRANT SELECT ON access_ledger TO ansinh_auditor",
)


def upgrade() -> None:
    """Create the table and raise its wall."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Drop the table, and with it what anybody knows of who looked."""
    op.execute("DROP TABLE access_ledger")
    op.execute("DROP FUNCTION refuse_to_change_ledger()")
