"""Let parents and guardians read who looked at the data of whom they have in their care.

Expand: a new function, and one policy in other words. Takes an ACCESS EXCLUSIVE lock on the ledger for a moment.

An agent or an heir does not: they were not asked to watch over anybody. What is withheld is withheld from all alike.
"""

from alembic import op

revision = "2026_11_29_0040"
down_revision = "2026_11_29_0030"

# Of mandates a representative sees the one in force, so whom it is for is whom they represent.
IN_CARE = """
    CREATE FUNCTION in_care() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL RESTRICTED
    RETURN (
        SELECT m.participant_id FROM mandates m
        WHERE m.id = vget('mandate')::uuid AND m.basis IN ('GUARDIAN', 'PARENT')
    )
"""
TOLD = "(withheld_until IS NULL OR withheld_until <= statement_timestamp())"


def ask(representative: str = "") -> None:
    """Ask in every capacity; with or without representatives."""
    about = (
        "CASE (SELECT vget('kind')) WHEN 'CITIZEN'"
        f" THEN subject_id = (SELECT vget('participant')::uuid) AND {TOLD}{representative} ELSE false END"
    )
    op.execute(f"ALTER POLICY ansinh_api_1 ON access_ledger USING ((SELECT vhas('access:read')) AND {about})")


def upgrade() -> None:
    """Ask for representatives too."""
    op.execute(IN_CARE)
    ask(f" WHEN 'REPRESENTATIVE' THEN subject_id = (SELECT in_care()) AND {TOLD}")


def downgrade() -> None:
    """Show the ledger to the person alone."""
    ask()
    op.execute("DROP FUNCTION in_care()")
