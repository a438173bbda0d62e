"""Add the proofs of possession that were shown, behind the second wall.

Expand: a new table, UNLOGGED (see db/spent_proofs.py). Locks nothing that exists.

Whoever serves may add one that ends within minutes, and see none; the jobs see and remove those that have ended.
"""

from alembic import op

revision = "2026_11_28_2358"
down_revision = "2026_11_28_2355"

STATEMENTS = (
    """
    CREATE UNLOGGED TABLE spent_proofs (
        fingerprint BYTEA NOT NULL,
        until TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_spent_proofs PRIMARY KEY (fingerprint),
        CONSTRAINT ck_spent_proofs_fingerprint_sha256 CHECK (length(fingerprint) = 32)
    )
    """,
    "ALTER TABLE spent_proofs ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE spent_proofs FORCE ROW LEVEL SECURITY",
    "CREATE POLICY owner ON spent_proofs TO ansinh_owner USING (true) WITH CHECK (true)",
    "CREATE POLICY ansinh_api_1 ON spent_proofs FOR INSERT TO ansinh_api"
    " WITH CHECK (until < statement_timestamp() + interval '10 minutes')",
    "CREATE POLICY ansinh_jobs_1 ON spent_proofs FOR ALL TO ansinh_jobs USING (until < statement_timestamp())",
    "GRANT INSERT ON spent_proofs TO ansinh_api",
    "GRANT SELECT, DELETE ON spent_proofs TO ansinh_jobs",
)


def upgrade() -> None:
    """Create the table and raise its wall."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Drop the table: what was shown in the last two minutes could be shown once more."""
    op.execute("DROP TABLE spent_proofs")
