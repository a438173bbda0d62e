"""Add whose tokens are taken back, behind the second wall.

Expand: a new table. Locks nothing that exists.

The door sees every row. An account's issuer, as which the door acts then, takes back what it has issued until now;
for ever only the owner does. The jobs see and remove what no token is old enough for.
"""

from alembic import op

revision = "2026_11_29_0015"
down_revision = "2026_11_28_2358"

OWN = "principal = (SELECT vget('principal')::uuid)"
# An issuer's clock may be ahead.
SOON = "issued_until < statement_timestamp() + interval '10 minutes'"
OLD = "issued_until < statement_timestamp() - interval '1 hour'"

STATEMENTS = (
    """
    CREATE TABLE revocations (
        principal UUID NOT NULL,
        issued_until TIMESTAMP WITH TIME ZONE NOT NULL,
        noted_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_revocations PRIMARY KEY (principal, issued_until)
    )
    """,
    "CREATE INDEX ix_revocations_noted_at ON revocations (noted_at)",
    "ALTER TABLE revocations ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE revocations FORCE ROW LEVEL SECURITY",
    "CREATE POLICY owner ON revocations TO ansinh_owner USING (true) WITH CHECK (true)",
    "CREATE POLICY ansinh_api_1 ON revocations FOR SELECT TO ansinh_api"
    " USING ((SELECT vget('kind')) = 'DOORKEEPER')",
    f"CREATE POLICY ansinh_api_2 ON revocations FOR INSERT TO ansinh_api WITH CHECK ({OWN} AND {SOON})",
    f"CREATE POLICY ansinh_jobs_1 ON revocations FOR ALL TO ansinh_jobs USING ({OLD})",
    "GRANT SELECT, INSERT ON revocations TO ansinh_api",
    "GRANT SELECT, DELETE ON revocations TO ansinh_jobs",
)


def upgrade() -> None:
    """Create the table and raise its wall."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Drop the table, and with it every suspension."""
    op.execute("DROP TABLE revocations")
