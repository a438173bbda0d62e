"""Add reveals: that a number was shown in full, to whom and for what.

Expand: a new table behind the second wall. Locks nothing that exists.
"""

from alembic import op

revision = "2026_11_28_2350"
down_revision = "2026_11_28_2310"

PRINCIPAL = "(SELECT vget('principal')::uuid)"
MAY_REVEAL = (
    f"principal = {PRINCIPAL} AND (SELECT vhas('identifier:reveal'))"
    " AND (SELECT vget('kind')) IN ('CITIZEN', 'OFFICER', 'REPRESENTATIVE')"
    " AND EXISTS (SELECT FROM identifiers i WHERE i.id = reveals.identifier_id)"
)

STATEMENTS = (
    """
    CREATE TABLE reveals (
        id UUID DEFAULT uuidv7() NOT NULL,
        identifier_id UUID NOT NULL,
        principal UUID NOT NULL,
        purpose TEXT NOT NULL,
        case_reference TEXT NOT NULL,
        at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_reveals PRIMARY KEY (id),
        CONSTRAINT ck_reveals_purpose_known CHECK (purpose IN ('DOSSIER', 'IDENTITY_CHECK', 'OWN_USE')),
        CONSTRAINT fk_reveals_identifier_id_identifiers FOREIGN KEY(identifier_id) REFERENCES identifiers (id)
    )
    """,
    "CREATE INDEX ix_reveals_identifier_id ON reveals (identifier_id)",
    "CREATE INDEX ix_reveals_principal_at ON reveals (principal, at)",
    "ALTER TABLE reveals ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE reveals FORCE ROW LEVEL SECURITY",
    "CREATE POLICY owner ON reveals TO ansinh_owner USING (true) WITH CHECK (true)",
    f"CREATE POLICY ansinh_api_1 ON reveals FOR SELECT TO ansinh_api USING (principal = {PRINCIPAL})",
    f"CREATE POLICY ansinh_api_2 ON reveals FOR INSERT TO ansinh_api WITH CHECK ({MAY_REVEAL})",
    "CREATE POLICY ansinh_auditor_1 ON reveals FOR SELECT TO ansinh_auditor USING (true)",
    "GRANT SELECT, INSERT ON reveals TO ansinh_api",
    "GRANT SELECT ON reveals TO ansinh_auditor",
)


def upgrade() -> None:
    """Create the table and raise its wall."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Drop the table: what the ledger says of it stays."""
    op.execute("DROP TABLE reveals")
