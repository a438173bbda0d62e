"""Ask of whoever files a dossier the level of the electronic identity that its service takes.

Expand: a column with a constant default and one more policy. Takes an ACCESS EXCLUSIVE lock on both tables for a
moment; the catalogue has some hundred rows, which the check reads, and no row is written anew.
"""

from alembic import op

revision = "2026_11_28_2252"
down_revision = "2026_11_28_2245"

# Restrictive: by whatever right somebody files, this is asked as well.
STATEMENTS = (
    """
    ALTER TABLE service_versions
        ADD COLUMN minimum_assurance SMALLINT DEFAULT '2' NOT NULL,
        ADD CONSTRAINT ck_service_versions_minimum_assurance_of_three CHECK (minimum_assurance BETWEEN 1 AND 3)
    """,
    """
    CREATE POLICY ansinh_api_assurance ON dossiers AS RESTRICTIVE FOR INSERT TO ansinh_api WITH CHECK (
        (SELECT v.minimum_assurance FROM service_versions v WHERE v.id = dossiers.service_version_id)
        <= (SELECT vget('assurance')::smallint)
    )
    """,
)


def upgrade() -> None:
    """Add the column, and the policy that asks it."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Take them away: a dossier is filed at any level that its scope takes."""
    op.execute("DROP POLICY ansinh_api_assurance ON dossiers")
    op.execute("ALTER TABLE service_versions DROP COLUMN minimum_assurance")
