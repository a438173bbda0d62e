"""Add the ways to searches: people of an office by name, and dossiers of a service or an employer by due date.

Expand: new indexes. Each takes a SHARE lock: writers wait while it is built, about a second on a million rows. Then a
constraint is said in other words: an ACCESS EXCLUSIVE lock on the employments while its index is built, three seconds
on 200,000.

PostgreSQL took the index of that constraint for a good way to the employments of a person or an employer. It reads
half a thousand pages there to find one: GiST's costs know nothing of the order of an index's columns.
"""

from alembic import op

revision = "2026_11_23_0720"
down_revision = "2026_11_23_0710"

INDEXES = {
    "ix_dossiers_office_id_service_id_due_on_id": "dossiers (office_id, service_id, due_on, id) WHERE due_on IS NOT NULL",
    "ix_dossiers_office_id_employer_id_due_on_id": "dossiers (office_id, employer_id, due_on, id) WHERE employer_id IS NOT NULL AND due_on IS NOT NULL",
    "ix_dossiers_employer_id_service_id_id": "dossiers (employer_id, service_id, id) WHERE employer_id IS NOT NULL",
    "ix_dossiers_employer_id_service_id_due_on_id": "dossiers (employer_id, service_id, due_on, id) WHERE employer_id IS NOT NULL AND due_on IS NOT NULL",
    "ix_participants_office_id_folded_name_id": "participants (office_id, folded_name, id)",
}
NO_OVERLAP = "ex_employments_no_overlap"
NEW = (
    "uuid_hash_extended(participant_id, 0) WITH =, (participant_id::text) WITH =, (employer_id::text) WITH ="
)
OLD = "participant_id WITH =, employer_id WITH ="


def say_no_overlap(whose: str) -> None:
    """Say in these words that one employer employs a person once at a time."""
    op.execute(
        f"ALTER TABLE employments DROP CONSTRAINT {NO_OVERLAP}, ADD CONSTRAINT {NO_OVERLAP}"
        f" EXCLUDE USING gist ({whose}, daterange(started_on, ended_on, '[]') WITH &&)"
    )


def upgrade() -> None:
    """Add the indexes, and say the constraint in other words."""
    for name, what in INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON {what}")
    say_no_overlap(NEW)


def downgrade() -> None:
    """Take them away again."""
    say_no_overlap(OLD)
    for name in INDEXES:
        op.execute(f"DROP INDEX {name}")
