"""Add what the offices are that a viewer serves: those by which an officer sees what lies below them.

Expand: a view only. Locks nothing that exists.

It reads with the rights of whoever asks, behind the wall of `grants`. An office and all below it are one range of
numbers; a range that lies in another of the viewer's is left out, so each office lies in one of them at most.
"""

from alembic import op

revision = "2026_11_28_2355"
down_revision = "2026_11_28_2350"

SERVED = """
    SELECT office.id, office.last_id FROM grants JOIN offices AS office ON office.id = grants.office_id
    WHERE grants.principal = (SELECT vget('principal')::uuid) AND grants.kind = (SELECT vget('kind'))
    AND (grants.valid_until IS NULL OR grants.valid_until > statement_timestamp())
"""

STATEMENTS = (
    f"""
    CREATE VIEW offices_served WITH (security_invoker) AS
    WITH served AS ({SERVED})
    SELECT id FROM served
    WHERE NOT EXISTS (SELECT FROM served AS other WHERE other.id < served.id AND other.last_id >= served.last_id)
    """,
    "GRANT SELECT ON offices_served TO ansinh_api",
)


def upgrade() -> None:
    """Create the view."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Drop the view."""
    op.execute("DROP VIEW offices_served")
