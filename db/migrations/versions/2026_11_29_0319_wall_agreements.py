"""Show an agreement to whom it concerns: its partner, the offices it is about, and whose data were shown under it.

Contract: row-level security on a table that the running version reads as the door, and under the agreement that a
partner names; both still see it. Takes an ACCESS EXCLUSIVE lock on it for a moment; it has a row for each agreement.

The wall of `grants` asks whether an agreement stands, so a partner's own condition asks nothing of `grants`: of which
partner an account is says the door, as it says who a person is. The other conditions ask walls that ask this one of
nobody but a partner; by functions, so that the statements of everybody else need not be planned with them.
"""

from alembic import op

revision = "2026_11_29_0319"
down_revision = "2026_11_29_0318"

AGREEMENT_HELD = """
    CREATE FUNCTION agreement_held(agreement uuid) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL RESTRICTED
    RETURN EXISTS (SELECT FROM grants g WHERE g.agreement_id = agreement)
"""
AGREEMENT_TOLD = """
    CREATE FUNCTION agreement_told(agreement uuid) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL RESTRICTED
    RETURN EXISTS (SELECT FROM access_ledger l WHERE l.agreement_id = agreement)
"""
OFFICE_SERVED = """
    CREATE FUNCTION office_served(office integer) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL RESTRICTED
    RETURN EXISTS (
        SELECT FROM grants g JOIN offices o ON o.id = g.office_id WHERE office BETWEEN o.id AND o.last_id
    )
"""
# A program of before does not say of which partner an account is, only under which agreement it asks.
ITS_OWN = (
    "(partner_id = (SELECT vget('partner')::uuid)"
    " OR ((SELECT vget('partner')) IS NULL AND id = (SELECT vget('agreement')::uuid)))"
)
SEEN = (
    f"CASE (SELECT vget('kind')) WHEN 'PARTNER' THEN {ITS_OWN} WHEN 'OFFICER' THEN office_served(office_id)"
    " WHEN 'CITIZEN' THEN agreement_told(id) WHEN 'REPRESENTATIVE' THEN agreement_told(id)"
    " WHEN 'DOOR' THEN agreement_held(id) ELSE false END"
)

STATEMENTS = (
    AGREEMENT_HELD,
    AGREEMENT_TOLD,
    OFFICE_SERVED,
    "ALTER TABLE agreements ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE agreements FORCE ROW LEVEL SECURITY",
    "CREATE POLICY owner ON agreements TO ansinh_owner USING (true) WITH CHECK (true)",
    f"CREATE POLICY ansinh_api_1 ON agreements FOR SELECT TO ansinh_api USING ({SEEN})",
    "REVOKE SELECT ON agreements FROM ansinh_jobs, ansinh_auditor",
)


def upgrade() -> None:
    """Raise the wall."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Show every agreement to everybody again."""
    op.execute("GRANT SELECT ON agreements TO ansinh_jobs, ansinh_auditor")
    op.execute("DROP POLICY ansinh_api_1 ON agreements")
    op.execute("DROP POLICY owner ON agreements")
    op.execute("ALTER TABLE agreements NO FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE agreements DISABLE ROW LEVEL SECURITY")
    for function in ("agreement_held(uuid)", "agreement_told(uuid)", "office_served(integer)"):
        op.execute(f"DROP FUNCTION {function}")
