"""Add the second wall: row-level security on every table that holds somebody's data.

Expand: policies and privileges on tables without rows. Each takes an ACCESS EXCLUSIVE lock for a moment.

Every policy answers the question that `auth/policies.py` answers in the statement, from the same columns. A policy
consults `grants`, its own row, and tables further down this list only, never up, so no policy meets itself:
identifiers, contributions, households → participants → employments → grants; events → dossiers → employments → grants.
"""

from alembic import op

revision = "2026_11_23_0200"
down_revision = "2026_11_23_0150"

# Each stands in a sub-select of its own: PostgreSQL then evaluates it once a statement, not once a row.
PRINCIPAL = "(SELECT vget('principal')::uuid)"
KIND = "(SELECT vget('kind'))"
ME = "(SELECT vget('participant')::uuid)"
MY_EMPLOYERS = "ARRAY(SELECT g.employer_id FROM grants g WHERE g.employer_id IS NOT NULL)"
MY_OFFICES = (
    "ARRAY(SELECT o.id FROM grants g JOIN offices root ON root.id = g.office_id"
    " JOIN offices o ON o.id BETWEEN root.id AND root.last_id)"
)
TODAY = "(SELECT (statement_timestamp() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date)"


def has(scope: str) -> str:
    """Whether the viewer holds the scope."""
    return f"(SELECT vhas('{scope}'))"


CONCERNS_ME = f"participant_id = {ME} OR employer_id = ANY ({MY_EMPLOYERS}) OR office_id = ANY ({MY_OFFICES})"

# What one may change, and into what, are asked apart: a check that did not ask again who it is would serve the other.
HELD_BY_MY_OFFICE = f"{has('dossier:accept')} AND {KIND} = 'OFFICER' AND office_id = ANY ({MY_OFFICES})"
FILED_BY_ME = (
    f"{has('dossier:submit')} AND ((applicant = 'CITIZEN' AND participant_id = {ME})"
    f" OR employer_id = ANY ({MY_EMPLOYERS}))"
)

# table: ((command, role, USING, WITH CHECK), …)
POLICIES: dict[str, tuple[tuple[str, str, str | None, str | None], ...]] = {
    "grants": (
        (
            "SELECT",
            "ansinh_api",
            f"principal = {PRINCIPAL} AND kind = {KIND} AND (valid_until IS NULL OR valid_until > statement_timestamp())",
            None,
        ),
    ),
    "employments": (("SELECT", "ansinh_api", f"{has('employment:read')} AND ({CONCERNS_ME})", None),),
    "participants": (
        (
            "SELECT",
            "ansinh_api",
            f"{has('participant:read')} AND (id = {ME} OR office_id = ANY ({MY_OFFICES}) OR id = ANY (ARRAY("
            f"SELECT e.participant_id FROM employments e WHERE e.employer_id = ANY ({MY_EMPLOYERS})"
            f" AND e.started_on <= {TODAY} AND (e.ended_on IS NULL OR e.ended_on >= {TODAY}))))",
            None,
        ),
    ),
    "identifiers": (
        (
            "SELECT",
            "ansinh_api",
            f"({has('identifier:read')} AND (participant_id = {ME}"
            " OR EXISTS (SELECT FROM participants p WHERE p.id = identifiers.participant_id)))"
            # Whoever signs in with a number that the identity provider vouches for may find whose it is.
            " OR (kind = 'PERSONAL_NUMBER' AND blind_index = (SELECT decode(vget('claimed'), 'hex')))",
            None,
        ),
    ),
    "contributions": (
        (
            "SELECT",
            "ansinh_api",
            f"{has('participant:read')} AND (participant_id = {ME} OR employer_id = ANY ({MY_EMPLOYERS})"
            " OR EXISTS (SELECT FROM participants p WHERE p.id = contributions.participant_id"
            f" AND p.office_id = ANY ({MY_OFFICES})))",
            None,
        ),
    ),
    "employer_accounts": (
        (
            "SELECT",
            "ansinh_api",
            f"employer_id = ANY ({MY_EMPLOYERS}) OR ({KIND} = 'OFFICER' AND EXISTS (SELECT FROM employers e"
            f" WHERE e.id = employer_accounts.employer_id AND e.office_id = ANY ({MY_OFFICES})))",
            None,
        ),
    ),
    "households": (
        (
            "SELECT",
            "ansinh_api",
            f"{has('participant:read')} AND (office_id = ANY ({MY_OFFICES})"
            f" OR EXISTS (SELECT FROM participants p WHERE p.id = {ME} AND p.household_id = households.id))",
            None,
        ),
    ),
    "household_members": (
        (
            "SELECT",
            "ansinh_api",
            f"{has('participant:read')} AND (participant_id = {ME}"
            " OR EXISTS (SELECT FROM households h WHERE h.id = household_members.household_id))",
            None,
        ),
    ),
    "dossiers": (
        ("SELECT", "ansinh_api", f"{has('dossier:read')} AND ({CONCERNS_ME})", None),
        (
            "INSERT",
            "ansinh_api",
            None,
            f"{has('dossier:submit')} AND status = 'NEW' AND version = 1 AND submitted_by = {PRINCIPAL}"
            " AND office_id = (SELECT p.office_id FROM participants p WHERE p.id = dossiers.participant_id)"
            f" AND ((applicant = 'CITIZEN' AND participant_id = {ME})"
            f" OR (applicant = 'EMPLOYER' AND employer_id = ANY ({MY_EMPLOYERS}) AND EXISTS ("
            "SELECT FROM employments e WHERE e.participant_id = dossiers.participant_id"
            f" AND e.employer_id = dossiers.employer_id AND e.started_on <= {TODAY}"
            f" AND (e.ended_on IS NULL OR e.ended_on >= {TODAY}))))",
        ),
        (
            "UPDATE",
            "ansinh_api",
            HELD_BY_MY_OFFICE,
            f"{HELD_BY_MY_OFFICE} AND status <> 'WITHDRAWN'",
        ),
        ("UPDATE", "ansinh_api", FILED_BY_ME, f"{FILED_BY_ME} AND status = 'WITHDRAWN'"),
    ),
    "dossier_code_serials": (
        ("ALL", "ansinh_api", f"{KIND} = 'OFFICER' AND office_id = ANY ({MY_OFFICES})", None),
    ),
    "dossier_events": (
        ("SELECT", "ansinh_api", f"{has('dossier:read')} AND ({CONCERNS_ME})", None),
        (
            "INSERT",
            "ansinh_api",
            None,
            f"actor = {PRINCIPAL} AND actor_kind = {KIND}"
            f" AND CASE kind WHEN 'ACCEPTED' THEN {HELD_BY_MY_OFFICE} ELSE {has('dossier:submit')}"
            f" AND (participant_id = {ME} OR employer_id = ANY ({MY_EMPLOYERS})) END"
            " AND EXISTS (SELECT FROM dossiers d WHERE d.id = dossier_id"
            " AND dossier_events.seq = CASE dossier_events.kind WHEN 'SUBMITTED' THEN 1 ELSE d.version + 1 END"
            " AND d.participant_id = dossier_events.participant_id AND d.office_id = dossier_events.office_id"
            " AND d.employer_id IS NOT DISTINCT FROM dossier_events.employer_id)",
        ),
    ),
    "unsequenced_events": (
        (
            "INSERT",
            "ansinh_api",
            None,
            "EXISTS (SELECT FROM dossier_events e"
            " WHERE e.dossier_id = unsequenced_events.dossier_id AND e.seq = unsequenced_events.seq)",
        ),
        ("ALL", "ansinh_jobs", "true", None),
    ),
    "event_positions": (
        # The listener of each process: it learns that something happened, never to whom.
        ("SELECT", "ansinh_api", f"{KIND} = 'LISTENER'", None),
        ("ALL", "ansinh_jobs", "true", None),
    ),
    "idempotency_keys": (
        ("ALL", "ansinh_api", f"principal = {PRINCIPAL}", None),
        ("ALL", "ansinh_jobs", "true", None),
    ),
}

PUBLIC_TABLES = (
    "calendar_overrides",
    "employers",
    "offices",
    "service_time_limits",
    "service_versions",
    "services",
)

PRIVILEGES = (
    f"GRANT SELECT ON {', '.join(PUBLIC_TABLES)} TO ansinh_api, ansinh_jobs, ansinh_auditor",
    "GRANT SELECT ON grants, employments, participants, identifiers, contributions, employer_accounts, households,"
    " household_members, dossiers, dossier_code_serials, dossier_events, event_positions, idempotency_keys TO ansinh_api",
    "GRANT INSERT ON dossiers, dossier_code_serials, dossier_events, unsequenced_events, idempotency_keys TO ansinh_api",
    "GRANT UPDATE (status, version, code, accepted_at, due_on, closed_at) ON dossiers TO ansinh_api",
    "GRANT UPDATE (last_serial) ON dossier_code_serials TO ansinh_api",
    "GRANT UPDATE (outcome) ON idempotency_keys TO ansinh_api",
    "GRANT SELECT, DELETE ON unsequenced_events, idempotency_keys TO ansinh_jobs",
    "GRANT SELECT, INSERT ON event_positions TO ansinh_jobs",
)


def upgrade() -> None:
    """Raise the wall."""
    for table, policies in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        # The owner migrates, loads and checks foreign keys; forced security would hide every row from it.
        op.execute(f"CREATE POLICY owner ON {table} TO ansinh_owner USING (true) WITH CHECK (true)")
        for number, (command, role, using, check) in enumerate(policies, start=1):
            clauses = [f"USING ({using})" if using else "", f"WITH CHECK ({check})" if check else ""]
            op.execute(
                f"CREATE POLICY {role}_{number} ON {table} FOR {command} TO {role} {' '.join(clauses)}"
            )
    for statement in PRIVILEGES:
        op.execute(statement)


def downgrade() -> None:
    """Lower the wall: nobody but the owner keeps a privilege, so nothing is left open."""
    tables = (*POLICIES, *PUBLIC_TABLES)
    op.execute(f"REVOKE ALL ON {', '.join(tables)} FROM ansinh_api, ansinh_jobs, ansinh_auditor")
    for table, policies in POLICIES.items():
        for number, (_, role, _, _) in enumerate(policies, start=1):
            op.execute(f"DROP POLICY {role}_{number} ON {table}")
        op.execute(f"DROP POLICY owner ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
