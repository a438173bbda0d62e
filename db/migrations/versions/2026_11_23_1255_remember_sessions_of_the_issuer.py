"""Remember which of the issuer's sessions one of ours was begun in, so that the issuer can end it.

Expand: a column that may be null, an index and two policies. Takes an ACCESS EXCLUSIVE lock for a moment and
a SHARE lock while the index is built: milliseconds, since sessions live for hours.
"""

from alembic import op

revision = "2026_11_23_1255"
down_revision = "2026_11_23_0730"

# Whoever acts upon a logout token of the issuer's names nothing but the issuer and its session.
ENDED_BY_ISSUER = (
    "issuer = (SELECT vget('issuer')) AND issuer_session = (SELECT vget('issuer_session'))"
    " AND expires_at > statement_timestamp()"
)

STATEMENTS = (
    "ALTER TABLE sessions ADD COLUMN issuer_session TEXT",
    "CREATE INDEX ix_sessions_issuer_session ON sessions (issuer_session)",
    f"CREATE POLICY ansinh_api_5 ON sessions FOR SELECT TO ansinh_api USING ({ENDED_BY_ISSUER})",
    f"CREATE POLICY ansinh_api_6 ON sessions FOR DELETE TO ansinh_api USING ({ENDED_BY_ISSUER})",
)


def upgrade() -> None:
    """Add the column, its index, and the way in the wall."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Take them away: what the issuer ends goes on here until it ends by itself."""
    op.execute("DROP POLICY ansinh_api_6 ON sessions")
    op.execute("DROP POLICY ansinh_api_5 ON sessions")
    op.execute("ALTER TABLE sessions DROP COLUMN issuer_session")
