"""Let parents and guardians consent for whom they have in their care, and keep by which mandate they did.

Expand: two columns that may be null, their indexes, and policies in other words. Takes an ACCESS EXCLUSIVE lock on the
consents for a moment; of a table that is new the indexes are built within it.

An agent or an heir does not consent: they have nobody in their care.
"""

from alembic import op

revision = "2026_11_29_0318"
down_revision = "2026_11_29_0105"

PRINCIPAL = "(SELECT vget('principal')::uuid)"
KIND = "(SELECT vget('kind'))"
ME = "(SELECT vget('participant')::uuid)"
MANDATE = "(SELECT vget('mandate')::uuid)"
IN_CARE = "(SELECT in_care())"
OF_MY_OFFICE = "(SELECT range_agg(int4range(o.id, o.last_id, '[]')) FROM grants g JOIN offices o ON o.id = g.office_id) @> office_id"

COLUMNS = (
    "ALTER TABLE consents ADD COLUMN given_by_mandate_id UUID"
    " CONSTRAINT fk_consents_given_by_mandate_id_mandates REFERENCES mandates (id)",
    "ALTER TABLE consents ADD COLUMN withdrawn_by_mandate_id UUID"
    " CONSTRAINT fk_consents_withdrawn_by_mandate_id_mandates REFERENCES mandates (id)",
    "ALTER TABLE consents ADD CONSTRAINT ck_consents_mandate_of_withdrawal"
    " CHECK (withdrawn_by_mandate_id IS NULL OR withdrawn_at IS NOT NULL)",
    "CREATE INDEX ix_consents_given_by_mandate_id ON consents (given_by_mandate_id)",
    "CREATE INDEX ix_consents_withdrawn_by_mandate_id ON consents (withdrawn_by_mandate_id)",
    "GRANT UPDATE (withdrawn_by_mandate_id) ON consents TO ansinh_api",
)


def has(scope: str) -> str:
    """Whether the viewer holds the scope."""
    return f"(SELECT vhas('{scope}'))"


def ask(*, in_care: bool) -> None:
    """Ask in every capacity; with or without who has somebody in their care."""

    def mine(mandate_id: str = "") -> str:
        """Theirs, or of whom they have in their care; done in that capacity, by the mandate that it takes."""
        if not in_care:
            return f"{KIND} = 'CITIZEN' AND participant_id = {ME}"
        by_none, by_mine = (
            (f" AND {mandate_id} IS NULL", f" AND {mandate_id} = {MANDATE}") if mandate_id else ("", "")
        )
        return (
            f"CASE {KIND} WHEN 'CITIZEN' THEN participant_id = {ME}{by_none}"
            f" WHEN 'REPRESENTATIVE' THEN participant_id = {IN_CARE}{by_mine} ELSE false END"
        )

    seen = f" WHEN 'REPRESENTATIVE' THEN participant_id = {IN_CARE}" if in_care else ""
    op.execute(
        f"ALTER POLICY ansinh_api_1 ON consents USING ({has('consent:read')} AND CASE {KIND}"
        f" WHEN 'CITIZEN' THEN participant_id = {ME} WHEN 'OFFICER' THEN {OF_MY_OFFICE}{seen} ELSE false END)"
    )
    op.execute(
        f"ALTER POLICY ansinh_api_2 ON consents WITH CHECK ({has('consent:give')} AND {mine('given_by_mandate_id')}"
        f" AND given_by = {PRINCIPAL} AND withdrawn_at IS NULL"
        " AND office_id = (SELECT p.office_id FROM participants p WHERE p.id = consents.participant_id))"
    )
    op.execute(
        f"ALTER POLICY ansinh_api_3 ON consents USING (withdrawn_at IS NULL AND {has('consent:give')} AND {mine()})"
        f" WITH CHECK ({has('consent:give')} AND {mine('withdrawn_by_mandate_id')} AND withdrawn_by = {PRINCIPAL})"
    )


def upgrade() -> None:
    """Keep by which mandate, and ask for representatives too."""
    for statement in COLUMNS:
        op.execute(statement)
    ask(in_care=True)


def downgrade() -> None:
    """Let people consent for themselves alone."""
    ask(in_care=False)
    op.execute("ALTER TABLE consents DROP COLUMN given_by_mandate_id, DROP COLUMN withdrawn_by_mandate_id")
