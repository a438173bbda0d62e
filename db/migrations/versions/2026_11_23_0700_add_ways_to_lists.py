"""Add the ways to lists: an index for every order of a list, behind what narrows the list.

Expand: new indexes; then one that no statement used is gone. Each takes a SHARE lock: writers wait while it is built,
about a second on a million dossiers.
"""

from alembic import op

revision = "2026_11_23_0700"
down_revision = "2026_11_23_0659"

INDEXES = {
    "ix_dossiers_office_id_status_id": "dossiers (office_id, status, id)",
    "ix_dossiers_office_id_service_id_id": "dossiers (office_id, service_id, id)",
    "ix_dossiers_office_id_employer_id_id": "dossiers (office_id, employer_id, id) WHERE employer_id IS NOT NULL",
    "ix_dossiers_office_id_due_on_id": "dossiers (office_id, due_on, id) WHERE due_on IS NOT NULL",
    "ix_dossiers_office_id_status_due_on_id": "dossiers (office_id, status, due_on, id) WHERE due_on IS NOT NULL",
    "ix_dossiers_employer_id_status_id": "dossiers (employer_id, status, id) WHERE employer_id IS NOT NULL",
    "ix_dossiers_employer_id_due_on_id": "dossiers (employer_id, due_on, id) WHERE employer_id IS NOT NULL AND due_on IS NOT NULL",
    "ix_dossiers_employer_id_status_due_on_id": "dossiers (employer_id, status, due_on, id) WHERE employer_id IS NOT NULL AND due_on IS NOT NULL",
    "ix_participants_office_id_sort_name_id": "participants (office_id, sort_name, id)",
}
UNUSED = "ix_dossiers_open_office_id_status_due_on_id"


def upgrade() -> None:
    """Add the indexes, then drop the one that they replace."""
    for name, what in INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON {what}")
    op.execute(f"DROP INDEX {UNUSED}")


def downgrade() -> None:
    """Take the ways away again."""
    op.execute(f"CREATE INDEX {UNUSED} ON dossiers (office_id, status, due_on, id) WHERE closed_at IS NULL")
    for name in INDEXES:
        op.execute(f"DROP INDEX {name}")
