"""Add mandates, and let the second wall ask in the capacity of a representative.

Expand: a new table; a column of the events that may be null; policies in other words. Takes an ACCESS EXCLUSIVE lock on
each table for a moment; the check of the events' actor is taken over without a look at them.

A mandate consults no protected table. The policies of people, employments, dossiers and events consult it: for a
representative its own policy shows the one mandate of this request, where it is in force, and no other. They ask by
functions, so that the statements of everybody else need not be planned with it: a person's page has thirty such places.
"""

from alembic import op

revision = "2026_11_28_2310"
down_revision = "2026_11_28_2252"

PRINCIPAL = "(SELECT vget('principal')::uuid)"
KIND = "(SELECT vget('kind'))"
ME = "(SELECT vget('participant')::uuid)"
ACTING = "(SELECT vget('representative')::uuid)"
MANDATE = "(SELECT vget('mandate')::uuid)"
ASSURANCE = "(SELECT vget('assurance')::smallint)"
TODAY = "(SELECT (statement_timestamp() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date)"
MY_EMPLOYERS = "ARRAY(SELECT g.employer_id FROM grants g WHERE g.employer_id IS NOT NULL)"
MY_OFFICES = (
    "(SELECT range_agg(int4range(o.id, o.last_id, '[]')) FROM grants g JOIN offices o ON o.id = g.office_id)"
)
IN_FORCE = f"e.started_on <= {TODAY} AND (e.ended_on IS NULL OR e.ended_on >= {TODAY})"
OF_MY_OFFICE = f"{MY_OFFICES} @> office_id"
OF_MY_EMPLOYER = f"employer_id = ANY ({MY_EMPLOYERS})"
WORKS_FOR_ME = f"EXISTS (SELECT FROM employments e WHERE e.participant_id = participants.id AND e.{OF_MY_EMPLOYER} AND {IN_FORCE})"

# Of mandates a representative sees the one in force, so whom it is for is whom they represent.
FUNCTIONS = (
    """
    CREATE FUNCTION represented() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL RESTRICTED
    RETURN (SELECT m.participant_id FROM mandates m WHERE m.id = vget('mandate')::uuid)
    """,
    """
    CREATE FUNCTION represented_in(service_group text) RETURNS uuid
    LANGUAGE sql STABLE PARALLEL RESTRICTED
    RETURN (
        SELECT m.participant_id FROM mandates m
        WHERE m.id = vget('mandate')::uuid AND represented_in.service_group = ANY (m.service_groups)
    )
    """,
    """
    CREATE FUNCTION services_covered() RETURNS text[]
    LANGUAGE sql STABLE PARALLEL RESTRICTED
    RETURN ARRAY(
        SELECT s.id FROM services s JOIN mandates m ON s.service_group = ANY (m.service_groups)
        WHERE m.id = vget('mandate')::uuid
    )
    """,
)
# The wall of the dossiers shows a representative those that the mandate covers. Asked of each event, PostgreSQL would
# take this for the dearest part of everybody's statements.
DOSSIERS_COVERED = """
    CREATE FUNCTION dossiers_covered() RETURNS uuid[]
    LANGUAGE sql STABLE PARALLEL RESTRICTED
    RETURN ARRAY(SELECT d.id FROM dossiers d WHERE d.participant_id = represented())
"""
REPRESENTED = "(SELECT represented())"
REPRESENTED_IN_CONTRIBUTIONS = "(SELECT represented_in('CONTRIBUTIONS'))"
COVERED = "service_id = ANY ((SELECT services_covered())::text[])"


def has(scope: str) -> str:
    """Whether the viewer holds the scope."""
    return f"(SELECT vhas('{scope}'))"


def by_kind(scope: str, citizen: str, employer: str, representative: str | None) -> str:
    """What is asked of a row, in each capacity."""
    return (
        f"{has(scope)} AND CASE {KIND} WHEN 'CITIZEN' THEN {citizen} WHEN 'EMPLOYER' THEN {employer}"
        f" WHEN 'OFFICER' THEN {OF_MY_OFFICE} WHEN 'PARTNER' THEN {OF_MY_OFFICE}"
        + (f" WHEN 'REPRESENTATIVE' THEN {representative}" if representative else "")
        + " ELSE false END"
    )


def of_person(*, represented: bool) -> dict[str, str]:
    """Who sees what is about a person; with or without representatives."""

    def only(condition: str) -> str | None:
        return condition if represented else None

    about_me, at_employer = f"participant_id = {ME}", OF_MY_EMPLOYER
    return {
        "participants": by_kind("participant:read", f"id = {ME}", WORKS_FOR_ME, only(f"id = {REPRESENTED}")),
        "employments": by_kind(
            "employment:read", about_me, at_employer, only(f"participant_id = {REPRESENTED_IN_CONTRIBUTIONS}")
        ),
        "dossiers": by_kind(
            "dossier:read", about_me, at_employer, only(f"participant_id = {REPRESENTED} AND {COVERED}")
        ),
        "dossier_events": by_kind(
            "dossier:read",
            about_me,
            at_employer,
            only("dossier_id = ANY ((SELECT dossiers_covered())::uuid[])"),
        ),
    }


HELD_BY_MY_OFFICE = f"{has('dossier:accept')} AND {KIND} = 'OFFICER' AND office_id = ANY (ARRAY(SELECT o.id FROM grants g JOIN offices root ON root.id = g.office_id JOIN offices o ON o.id BETWEEN root.id AND root.last_id))"


def acting(*, represented: bool) -> dict[tuple[str, str], str]:
    """What may be written; with or without representatives."""
    filed_for = (
        f" OR (applicant = 'CITIZEN' AND participant_id = {REPRESENTED} AND {COVERED})" if represented else ""
    )
    told_for = f" OR participant_id = {REPRESENTED}" if represented else ""
    by_mandate = (
        f" AND CASE {KIND} WHEN 'REPRESENTATIVE' THEN mandate_id = {MANDATE} ELSE mandate_id IS NULL END"
        if represented
        else ""
    )
    return {
        ("ansinh_api_2", "dossiers"): (
            f"{has('dossier:submit')} AND status = 'NEW' AND version = 1 AND submitted_by = {PRINCIPAL}"
            " AND office_id = (SELECT p.office_id FROM participants p WHERE p.id = dossiers.participant_id)"
            f" AND ((applicant = 'CITIZEN' AND participant_id = {ME})"
            f" OR (applicant = 'EMPLOYER' AND employer_id = ANY ({MY_EMPLOYERS}) AND EXISTS ("
            "SELECT FROM employments e WHERE e.participant_id = dossiers.participant_id"
            f" AND e.employer_id = dossiers.employer_id AND {IN_FORCE})){filed_for})"
        ),
        ("ansinh_api_2", "dossier_events"): (
            f"actor = {PRINCIPAL} AND actor_kind = {KIND}{by_mandate}"
            f" AND CASE kind WHEN 'ACCEPTED' THEN {HELD_BY_MY_OFFICE} ELSE {has('dossier:submit')}"
            f" AND (participant_id = {ME} OR employer_id = ANY ({MY_EMPLOYERS}){told_for}) END"
            " AND EXISTS (SELECT FROM dossiers d WHERE d.id = dossier_id"
            " AND dossier_events.seq = CASE dossier_events.kind WHEN 'SUBMITTED' THEN 1 ELSE d.version + 1 END"
            " AND d.participant_id = dossier_events.participant_id AND d.office_id = dossier_events.office_id"
            " AND d.employer_id IS NOT DISTINCT FROM dossier_events.employer_id)"
        ),
    }


def withdrawing(*, represented: bool) -> str:
    """Whose dossier is the viewer's own to withdraw."""
    filed_for = (
        f" OR (applicant = 'CITIZEN' AND participant_id = {REPRESENTED} AND {COVERED})" if represented else ""
    )
    return (
        f"{has('dossier:submit')} AND ((applicant = 'CITIZEN' AND participant_id = {ME})"
        f" OR employer_id = ANY ({MY_EMPLOYERS}){filed_for})"
    )


# In force: accepted, not revoked, today among its days, and from the level of assurance on that it takes.
STANDS = (
    "accepted_at IS NOT NULL AND revoked_at IS NULL"
    f" AND valid_from <= {TODAY} AND (valid_to IS NULL OR valid_to >= {TODAY})"
    f" AND minimum_assurance <= {ASSURANCE}"
)
MINE = (
    f"CASE {KIND} WHEN 'CITIZEN' THEN participant_id = {ME} OR representative_id = {ME}"
    f" WHEN 'REPRESENTATIVE' THEN id = {MANDATE} AND representative_id = {ACTING} AND {STANDS}"
    f" WHEN 'OFFICER' THEN {OF_MY_OFFICE} ELSE false END"
)
GIVEN = (
    f"given_by = {PRINCIPAL} AND given_kind = {KIND} AND accepted_at IS NULL AND revoked_at IS NULL"
    " AND office_id = (SELECT p.office_id FROM participants p WHERE p.id = mandates.participant_id)"
    f" AND CASE {KIND} WHEN 'CITIZEN' THEN {has('mandate:give')} AND basis = 'AGENT' AND participant_id = {ME}"
    f" WHEN 'OFFICER' THEN {has('mandate:record')} AND basis <> 'AGENT' AND {OF_MY_OFFICE} ELSE false END"
)
# What is revoked stays so. The representative accepts and resigns; whoever appointed an agent revokes; an officer revokes any.
MINE_TO_CHANGE = (
    f"CASE {KIND} WHEN 'CITIZEN' THEN {has('mandate:give')}"
    f" AND (representative_id = {ME} OR (participant_id = {ME} AND basis = 'AGENT'))"
    f" WHEN 'OFFICER' THEN {has('mandate:record')} AND {OF_MY_OFFICE} ELSE false END"
)
ACCEPTED_BY_ME = f"(accepted_at IS NULL OR representative_id = {ME} OR revoked_by = {PRINCIPAL})"

ACTORS = ("CITIZEN", "EMPLOYER", "OFFICER", "SYSTEM")
NEW_ACTORS = ("CITIZEN", "EMPLOYER", "OFFICER", "REPRESENTATIVE", "SYSTEM")

TABLE = (
    r"""
    CREATE TABLE mandates (
        id UUID DEFAULT uuidv7() NOT NULL,
        participant_id UUID NOT NULL,
        represented_name TEXT NOT NULL,
        representative_id UUID NOT NULL,
        representative_name TEXT,
        office_id INTEGER NOT NULL,
        basis TEXT NOT NULL,
        service_groups TEXT[] NOT NULL,
        minimum_assurance SMALLINT NOT NULL,
        valid_from DATE NOT NULL,
        valid_to DATE,
        evidence TEXT NOT NULL,
        given_by UUID NOT NULL,
        given_kind TEXT NOT NULL,
        given_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        accepted_at TIMESTAMP WITH TIME ZONE,
        revoked_at TIMESTAMP WITH TIME ZONE,
        revoked_by UUID,
        CONSTRAINT pk_mandates PRIMARY KEY (id),
        CONSTRAINT ck_mandates_basis_known CHECK (basis IN ('AGENT', 'GUARDIAN', 'HEIR', 'PARENT')),
        CONSTRAINT ck_mandates_given_kind_known CHECK (given_kind IN ('CITIZEN', 'OFFICER')),
        CONSTRAINT ck_mandates_between_two CHECK (participant_id <> representative_id),
        CONSTRAINT ck_mandates_service_groups_known CHECK (service_groups <@ ARRAY['BENEFITS', 'CONTRIBUTIONS', 'HEALTH_INSURANCE', 'ISSUE_OF_BOOKS_AND_CARDS', 'PAYMENT'] AND cardinality(service_groups) > 0),
        CONSTRAINT ck_mandates_minimum_assurance_of_three CHECK (minimum_assurance BETWEEN 1 AND 3),
        CONSTRAINT ck_mandates_period_ordered CHECK (valid_to >= valid_from),
        CONSTRAINT ck_mandates_named_by_acceptance CHECK ((accepted_at IS NULL) = (representative_name IS NULL)),
        CONSTRAINT ck_mandates_revoked_by_somebody CHECK ((revoked_at IS NULL) = (revoked_by IS NULL)),
        CONSTRAINT ck_mandates_evidence_bounded CHECK (length(evidence) <= 1000),
        CONSTRAINT fk_mandates_participant_id_participants FOREIGN KEY(participant_id) REFERENCES participants (id),
        CONSTRAINT fk_mandates_office_id_offices FOREIGN KEY(office_id) REFERENCES offices (id)
    )
    """,
    "CREATE INDEX ix_mandates_participant_id_id ON mandates (participant_id, id)",
    "CREATE INDEX ix_mandates_representative_id_id ON mandates (representative_id, id)",
    "CREATE INDEX ix_mandates_office_id_id ON mandates (office_id, id)",
    "ALTER TABLE mandates ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE mandates FORCE ROW LEVEL SECURITY",
    "CREATE POLICY owner ON mandates TO ansinh_owner USING (true) WITH CHECK (true)",
    f"CREATE POLICY ansinh_api_1 ON mandates FOR SELECT TO ansinh_api USING ({has('mandate:read')} AND ({MINE}))",
    f"CREATE POLICY ansinh_api_2 ON mandates FOR INSERT TO ansinh_api WITH CHECK ({GIVEN})",
    "CREATE POLICY ansinh_api_3 ON mandates FOR UPDATE TO ansinh_api"
    f" USING (revoked_at IS NULL AND {MINE_TO_CHANGE}) WITH CHECK ({MINE_TO_CHANGE} AND {ACCEPTED_BY_ME})",
    "GRANT SELECT, INSERT ON mandates TO ansinh_api",
    "GRANT UPDATE (accepted_at, representative_name, revoked_at, revoked_by) ON mandates TO ansinh_api",
)


def name_actors(actors: tuple[str, ...]) -> None:
    """Say in which capacities somebody acts."""
    known = ", ".join(f"'{actor}'" for actor in actors)
    op.execute("ALTER TABLE dossier_events DROP CONSTRAINT ck_dossier_events_actor_kind_known")
    op.execute(
        "ALTER TABLE dossier_events ADD CONSTRAINT ck_dossier_events_actor_kind_known"
        f" CHECK (actor_kind IN ({known})) NOT VALID"
    )
    op.execute("ALTER TABLE dossier_events VALIDATE CONSTRAINT ck_dossier_events_actor_kind_known")


CONTRIBUTIONS = (
    f"{has('participant:read')} AND (participant_id = {ME} OR employer_id = ANY ({MY_EMPLOYERS})"
    " OR EXISTS (SELECT FROM participants p WHERE p.id = contributions.participant_id"
    " AND p.office_id = ANY (ARRAY(SELECT o.id FROM grants g JOIN offices root ON root.id = g.office_id"
    " JOIN offices o ON o.id BETWEEN root.id AND root.last_id))){})"
)


def ask(*, represented: bool) -> None:
    """Ask in every capacity; with or without representatives."""
    line_of_mine = f" OR participant_id = {REPRESENTED_IN_CONTRIBUTIONS}" if represented else ""
    op.execute(f"ALTER POLICY ansinh_api_1 ON contributions USING ({CONTRIBUTIONS.format(line_of_mine)})")
    for table, using in of_person(represented=represented).items():
        op.execute(f"ALTER POLICY ansinh_api_1 ON {table} USING ({using})")
    for (policy, table), check in acting(represented=represented).items():
        op.execute(f"ALTER POLICY {policy} ON {table} WITH CHECK ({check})")
    mine = withdrawing(represented=represented)
    op.execute(
        f"ALTER POLICY ansinh_api_4 ON dossiers USING ({mine}) WITH CHECK ({mine} AND status = 'WITHDRAWN')"
    )


def upgrade() -> None:
    """Create the table, raise its wall, and ask for it in the others."""
    for statement in (*TABLE, *FUNCTIONS, DOSSIERS_COVERED):
        op.execute(statement)
    op.execute("ALTER TABLE dossier_events ADD COLUMN mandate_id UUID")
    op.execute(
        "ALTER TABLE dossier_events ADD CONSTRAINT fk_dossier_events_mandate_id_mandates"
        " FOREIGN KEY(mandate_id) REFERENCES mandates (id)"
    )
    op.execute(
        "ALTER TABLE dossier_events ADD CONSTRAINT ck_dossier_events_mandate_of_representative"
        " CHECK ((mandate_id IS NOT NULL) = (actor_kind = 'REPRESENTATIVE'))"
    )
    op.execute("CREATE INDEX ix_dossier_events_mandate_id ON dossier_events (mandate_id)")
    name_actors(NEW_ACTORS)
    ask(represented=True)


def downgrade() -> None:
    """Take it all away: what representatives did is forgotten with their mandates."""
    ask(represented=False)
    op.execute("ALTER TABLE dossier_events DROP COLUMN mandate_id")
    name_actors(ACTORS)
    for function in ("dossiers_covered()", "services_covered()", "represented_in(text)", "represented()"):
        op.execute(f"DROP FUNCTION {function}")
    op.execute("DROP TABLE mandates")
