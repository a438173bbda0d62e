"""The second wall: who is not set sees nothing, and each of the ways in which such walls fail open is closed.

The ways are those that were measured on PostgreSQL 18; `test_way_…` has their numbers.
"""

import inspect
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import Text, cast, func, select, text

from auth import policies
from auth.scopes import HIGHEST_ASSURANCE
from auth.viewer import Viewer
from db import connection as connections
from db import dossiers as acts
from db import revocations, roles, spent_proofs
from db.connection import compiled, fetch, open_pool, seen_by_viewer, transaction
from db.dossiers import Filing, Right, dossiers
from db.pool import Connection, Pool
from db.tables import metadata
from domain.dossiers import ActNotAllowed, Actor, ActorKind, Applicant
from domain.refusals import NotFound, StepUpRequired
from tests import people
from tests.conftest import Database
from tests.people import EVERY_SCOPE
from tests.walls import row_security_off
from tests.world import World, a_world

PROTECTED = sorted(table.name for table in metadata.tables.values() if not table.info.get("public"))
REFUSED = asyncpg.InsufficientPrivilegeError

# Nobody, as PostgreSQL may be told of nobody; the last ones name a capacity, and no account in it.
NOBODIES = (
    "{}",
    '{"principal": null, "participant": null, "kind": null, "scopes": null}',
    '{"principal": "", "participant": "", "kind": "", "scopes": ""}',
    json.dumps({"kind": "OFFICER", "scopes": " ".join(EVERY_SCOPE)}),
    json.dumps({"kind": "EMPLOYER", "scopes": " ".join(EVERY_SCOPE)}),
    json.dumps({"kind": "CITIZEN", "scopes": " ".join(EVERY_SCOPE)}),
    json.dumps({"kind": "SUPERUSER", "principal": str(uuid4()), "scopes": " ".join(EVERY_SCOPE)}),
)

MINE = seen_by_viewer(select(func.json_agg(cast(dossiers.c.id, Text))).scalar_subquery())
BARE = text("SELECT id FROM dossiers")
SET = "SELECT vset($1)"


@pytest.fixture(scope="module")
async def world(database: Database) -> World:
    """A world, and a row in every table that it has none in."""
    owner = await asyncpg.connect(database.url(roles.OWNER))
    world = await a_world(owner)
    principal = world.viewers["officer here"].principal
    await owner.execute(
        "INSERT INTO idempotency_keys (principal, operation, key, input_hash) VALUES ($1, 'x', $2, '')",
        principal,
        str(uuid4()),
    )
    await owner.execute(
        "INSERT INTO dossier_code_serials VALUES ($1, '2026-01-01', 1)", world.offices["here"]
    )
    await owner.execute(
        "INSERT INTO sessions (id_hash, principal, issuer, subject, kind, name, scopes, assurance, browser,"
        " created_at, last_seen_at, expires_at) VALUES (sha256($1), $2, 'i', 's', 'OFFICER', '', '', 1, '',"
        " now(), now(), now() + interval '1 hour')",
        uuid4().bytes,
        principal,
    )
    await owner.execute(
        "INSERT INTO access_ledger (subject_id, reader_kind, reader_name, right_kind, purpose,"
        " case_reference, fields, document) VALUES ($1, 'OFFICER', '', 'OFFICE', '', '', '{}', '')",
        UUID(world.key("participants", "lan")),
    )
    await owner.execute("INSERT INTO spent_proofs VALUES (sha256($1), now() + interval '1 minute')", b"world")
    await owner.execute("INSERT INTO revocations (principal, issued_until) VALUES ($1, 'infinity')", uuid4())
    # One event waits for its place, another one has it: the sequencer must find both true.
    await owner.execute(
        "INSERT INTO unsequenced_events (dossier_id, seq) VALUES ($1, 1)", UUID(world.key("dossiers", "minh"))
    )
    await owner.execute(
        "INSERT INTO event_positions SELECT 1 + coalesce(max(position), 0), $1, 1 FROM event_positions",
        UUID(world.key("dossiers", "lan")),
    )
    await owner.execute(
        "INSERT INTO reveals (identifier_id, principal, purpose, case_reference, at)"
        " SELECT id, $1, 'DOSSIER', 'x', now() FROM identifiers LIMIT 1",
        principal,
    )
    for table in PROTECTED:
        assert await rows_of(owner, table), table
    await owner.close()
    return world


@pytest.fixture
async def api(database: Database) -> AsyncIterator[Connection]:
    """A connection as the role that serves, outside of any pool."""
    connection = await asyncpg.connect(database.url(roles.API))
    yield connection
    await connection.close()


@pytest.fixture
async def stale(api: Connection, world: World) -> Connection:
    """A transaction in which a statement has just been an officer's of the whole province."""
    await api.execute("BEGIN")
    await api.fetchval(SET, world.viewers["officer of the province"].binding)
    return api


async def rows_of(connection: Connection | Pool, table: str) -> int:
    """How many rows a bare statement sees; none where the role may not even ask."""
    try:
        found = await fetch(connection, select(func.count()).select_from(metadata.tables[table]))
        return int(found[0][0])
    except REFUSED:
        return 0


# --------------------------------------------------------------------------- nobody ---


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("table", PROTECTED)
async def test_a_viewer_who_is_not_set_sees_nothing(pool: Pool, table: str) -> None:
    assert await rows_of(pool, table) == 0


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("table", PROTECTED)
@pytest.mark.parametrize("nobody", NOBODIES)
async def test_nobody_sees_nothing(pool: Pool, table: str, nobody: str) -> None:
    async with transaction(pool, nobody) as connection:
        assert await rows_of(connection, table) == 0


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("table", PROTECTED)
@pytest.mark.parametrize("act", ["DELETE FROM {}", "UPDATE {} SET {} = {}"])
async def test_nobody_changes_nothing(pool: Pool, table: str, act: str) -> None:
    column = metadata.tables[table].columns.keys()[-1]
    try:
        async with pool.acquire() as connection:
            changed = await connection.execute(act.format(table, column, column))
    except REFUSED:
        return
    # The role may change some rows, and nobody has none of them.
    assert changed.endswith(" 0")


async def test_the_viewer_does_not_survive_the_statement_on_a_pool_of_one(
    database: Database, world: World
) -> None:
    officer, lan = world.viewers["officer here"], world.viewers["lan"]
    pool = await open_pool(database.url(roles.API), size=1, name="tests")
    try:
        for _ in range(8):  # past the fifth, PostgreSQL could change to a generic plan
            seen = (await fetch(pool, MINE, viewer=officer.binding))[0][0]
            assert world.names("dossiers", json.loads(seen)) == {"lan", "lan-by-mill", "lan-by-old"}
            assert await fetch(pool, BARE) == []
            seen = (await fetch(pool, MINE, viewer=world.viewers["minh"].binding))[0][0]
            assert world.names("dossiers", json.loads(seen)) == {"minh", "minh-by-shop"}
            assert await fetch(pool, BARE) == []
            async with transaction(pool, lan.binding) as connection:
                assert len(await fetch(connection, BARE)) == 3
            assert await fetch(pool, BARE) == []
            assert (await fetch(pool, MINE, viewer="{}"))[0][0] is None
    finally:
        await pool.close()


async def test_a_rolled_back_transaction_leaves_no_viewer(database: Database, world: World) -> None:
    pool = await open_pool(database.url(roles.API), size=1, name="tests")
    with pytest.raises(NotFound):
        async with transaction(pool, world.viewers["lan"].binding):
            raise NotFound
    assert await fetch(pool, BARE) == []
    await pool.close()


# --------------------------------------------------------------- the twelve ways to fail open ---


async def test_way_01_nothing_stands_outside_the_answers(stale: Connection) -> None:
    for clause in ("WHERE", "HAVING", "LIMIT", "JOIN", "ORDER"):
        assert clause not in compiled(MINE).sql
    # And if something did, before the viewer is set it would find nobody.
    for outside in (
        "SELECT 1 FROM viewer WHERE EXISTS (SELECT FROM dossiers)",
        "SELECT 1 FROM viewer WHERE (SELECT count(*) FROM dossiers) > 0",
        "SELECT 1 FROM viewer GROUP BY 1 HAVING EXISTS (SELECT FROM dossiers)",
    ):
        assert not await stale.fetch("WITH viewer AS MATERIALIZED (SELECT vset('{}') AS v) " + outside)


async def test_way_02_the_viewer_is_joined_with_nothing(stale: Connection) -> None:
    found = seen_by_viewer(select(dossiers.c.id).scalar_subquery())
    assert [source.name for source in found.get_final_froms()] == ["viewer"]
    await stale.execute("SET LOCAL enable_nestloop = off")
    assert not await stale.fetch(
        "WITH viewer AS MATERIALIZED (SELECT vset('{}') AS v) SELECT d.id FROM viewer"
        " JOIN dossiers d ON length(v) > 0 OR d.version > 0"
    )


async def test_way_03_a_viewer_who_is_not_read_from_is_nobody(stale: Connection) -> None:
    assert (
        await stale.fetchval("WITH viewer AS MATERIALIZED (SELECT vset('{}')) SELECT count(*) FROM dossiers")
        == 0
    )
    assert "\nFROM viewer" in compiled(seen_by_viewer(select(dossiers.c.id).scalar_subquery())).sql


def test_way_04_a_statement_has_one_viewer() -> None:
    # Who it is, is one bind parameter of one text: there is no way to hand over two.
    statement = compiled(MINE)
    assert statement.names == ("viewer",)
    assert statement.sql.count("vset(") == 1
    assert statement.sql.startswith("WITH viewer AS MATERIALIZED \n(SELECT vset($1::VARCHAR) AS vset_1)")
    assert "unnest" not in statement.sql


async def test_way_05_policy_functions_are_not_immutable(owner: Connection) -> None:
    volatilities = await owner.fetch(
        "SELECT proname, provolatile::text FROM pg_proc p WHERE pronamespace = 'public'::regnamespace"
        " AND prorettype <> 'trigger'::regtype"
        " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
    )
    assert {row["proname"]: row["provolatile"] for row in volatilities} == {
        "acts_for": "s",
        "agreement_held": "s",
        "agreement_in_force": "s",
        "agreement_told": "s",
        "dossiers_covered": "s",
        "employed_by_number": "s",
        "has_worked_for": "s",
        "hire": "v",
        "household_of": "s",
        "in_care": "s",
        "is_household_seen": "s",
        "office_of": "s",
        "office_served": "s",
        "represented": "s",
        "represented_in": "s",
        "services_covered": "s",
        "vget": "s",
        "vhas": "s",
        "vset": "v",
        "vset_for_transaction": "v",
    }


async def test_way_06_the_viewer_is_set_for_the_transaction_at_most(
    owner: Connection, api: Connection
) -> None:
    # In our sources, tests/test_house.py keeps `set_config` to the migrations.
    sources = await owner.fetch(
        "SELECT pg_get_functiondef(oid) AS source FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'vset%'"
    )
    for row in sources:
        assert row["source"].count("set_config(") == 1
        assert ", true)" in row["source"]
    await api.fetchval(SET, '{"kind": "OFFICER"}')
    assert await api.fetchval("SELECT current_setting('ansinh.viewer', true)") in (None, "")


async def test_way_07_one_query_string_is_one_statement(api: Connection, world: World) -> None:
    # Both statements would have the same stamp, so the second would be the first one's viewer's.
    with pytest.raises(asyncpg.PostgresSyntaxError, match="multiple commands"):
        await api.fetch("SELECT vset($1); SELECT id FROM dossiers", world.viewers["lan"].binding)
    # Every statement goes that way; tests/test_house.py keeps the simple protocol out.
    assert "connection.fetch(" in inspect.getsource(connections.fetch)


async def test_way_07_statements_of_one_transaction_do_not_share_a_viewer(stale: Connection) -> None:
    assert await stale.fetch("SELECT id FROM dossiers") == []


async def test_way_08_a_cursor_of_another_viewer_shows_nothing(api: Connection, world: World) -> None:
    # The portal opens no cursors (tests/test_house.py); where one was open, the stamp has gone by then.
    await api.execute("BEGIN")
    await api.execute("DECLARE theirs CURSOR FOR SELECT id FROM dossiers")
    await api.fetchval(SET, world.viewers["officer of the province"].binding)
    await api.fetchval(SET, "{}")
    assert await api.fetch("FETCH ALL FROM theirs") == []


async def test_way_09_no_column_is_read_before_the_viewer_is_set(stale: Connection, world: World) -> None:
    binding = world.viewers["lan"].binding
    row = await stale.fetchrow("SELECT (SELECT count(*) FROM dossiers), vset($1)", binding)
    assert row
    assert row[0] == 0
    # In our shape the viewer stands in a materialized row that every answer is read after.
    assert "AS MATERIALIZED" in compiled(MINE).sql


async def test_way_10_policies_are_null_safe(owner: Connection) -> None:
    # What they answer to nobody is asked of every table above; this says why it stays so.
    conditions = await owner.fetch(
        "SELECT tablename, cmd, coalesce(qual, '') AS asked, coalesce(with_check, '') AS written"
        " FROM pg_policies WHERE 'ansinh_api' = ANY (roles)"
    )
    for condition in conditions:
        for unsafe in ("DISTINCT FROM", "NOT (", "COALESCE", "<> ALL", "IS NULL) OR (SELECT"):
            assert unsafe not in condition["asked"], (condition["tablename"], condition["cmd"])
        for line in condition["written"].splitlines():
            assert not ("DISTINCT FROM" in line and "vget" in line)
    assert await owner.fetchval("SELECT vhas('dossier:read') IS FALSE")


async def test_way_11_there_is_no_way_around_the_wall(owner: Connection) -> None:
    # The start looks for definers, owners, and views that read as another (tests/db/test_roles.py).
    # Partitions there are none, and of definers these: each asks for whom it is itself, but for `office_of`,
    # which says of whoever is named an office, and no more.
    assert (
        await owner.fetchval(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND (relispartition OR relkind IN ('p', 'm', 'f') OR relhassubclass)"
        )
        == 0
    )
    definers = await owner.fetch(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef"
    )
    assert {row["proname"] for row in definers} == {
        "acts_for",
        "employed_by_number",
        "has_worked_for",
        "hire",
        "office_of",
        "post_entries",
    }


async def test_way_12_keys_do_not_tell_that_a_hidden_row_exists(pool: Pool, world: World) -> None:
    # A policy refuses before any key is looked up, and in the same words whether the row is hidden or absent.
    lan = world.viewers["lan"]
    insert_dossier = (
        "INSERT INTO dossiers (reference, service_id, service_version_id, participant_id, office_id,"
        " applicant, submitted_by, request, status, version, submitted_at)"
        " SELECT $1, service_id, id, $2, $3, 'CITIZEN', $4, '', 'NEW', 1, now() FROM service_versions LIMIT 1"
    )
    insert_event = (
        "INSERT INTO dossier_events"
        " (dossier_id, seq, kind, status, actor_kind, actor, participant_id, office_id)"
        " VALUES ($1, 1, 'SUBMITTED', 'NEW', 'CITIZEN', $2, $3, $4)"
    )
    here, principal = world.offices["here"], lan.principal
    hidden_person, hidden_dossier = (
        UUID(world.key("participants", "minh")),
        UUID(world.key("dossiers", "minh")),
    )
    insert_waiting = "INSERT INTO unsequenced_events (dossier_id, seq) VALUES ($1, 1)"
    told = []
    for person, dossier in ((hidden_person, hidden_dossier), (uuid4(), uuid4())):
        for statement, arguments in (
            (insert_dossier, [str(uuid4()), person, here, principal]),
            (insert_event, [dossier, principal, person, here]),
            (insert_waiting, [dossier]),
        ):
            with pytest.raises(asyncpg.PostgresError) as refusal:
                async with transaction(pool, lan.binding) as connection:
                    await connection.execute(statement, *arguments)
            told.append((type(refusal.value), str(refusal.value)))
    assert told[:3] == told[3:]
    assert {kind for kind, _ in told} == {REFUSED}


async def test_way_12_somebody_elses_idempotency_key_is_free(pool: Pool, owner: Connection) -> None:
    claim = "INSERT INTO idempotency_keys (principal, operation, key, input_hash) VALUES ($1, 'x', 'k', '')"
    theirs, mine = uuid4(), people.citizen_of(uuid4())
    await owner.execute(claim, theirs)
    async with transaction(pool, mine.binding) as connection:
        await connection.execute(claim, mine.principal)
    with pytest.raises(REFUSED):
        async with transaction(pool, mine.binding) as connection:
            await connection.execute(claim, theirs)


async def test_a_proof_is_spent_unseen_and_cannot_be_taken_back(pool: Pool, owner: Connection) -> None:
    proof, soon = uuid4().bytes * 2, datetime.now(UTC) + timedelta(minutes=1)
    assert await spent_proofs.spend(pool, proof, until=soon)
    assert not await spent_proofs.spend(pool, proof, until=soon)
    for statement in (
        "SELECT until FROM spent_proofs",
        "DELETE FROM spent_proofs",
        "UPDATE spent_proofs SET until = now()",
        "TRUNCATE spent_proofs",
    ):
        with pytest.raises(REFUSED):
            await pool.fetch(statement)
    assert await owner.fetchval("SELECT count(*) FROM spent_proofs WHERE fingerprint = $1", proof) == 1


async def test_nobody_fills_the_table_of_proofs_for_ever(pool: Pool) -> None:
    with pytest.raises(REFUSED):
        await spent_proofs.spend(pool, uuid4().bytes * 2, until=datetime.now(UTC) + timedelta(days=1))


async def test_an_account_takes_back_its_own_tokens_and_is_not_suspended_by_that(pool: Pool) -> None:
    mine, theirs = people.citizen_of(uuid4()), people.citizen_of(uuid4())
    assert mine.principal
    assert theirs.principal
    now = datetime.now(UTC)
    async with transaction(pool, mine.binding) as connection:
        await revocations.revoke(connection, mine.principal, now)
    for principal, until in ((theirs.principal, now), (mine.principal, revocations.FOR_EVER)):
        with pytest.raises(REFUSED):
            async with transaction(pool, mine.binding) as connection:
                await revocations.revoke(connection, principal, until)
    for statement in ("DELETE FROM revocations", "UPDATE revocations SET issued_until = now()"):
        with pytest.raises(REFUSED):
            async with transaction(pool, mine.binding) as connection:
                await connection.execute(statement)
    assert (await revocations.noted(pool))[mine.principal] == now.timestamp()


# ------------------------------------------------------------------------------- writes ---


@dataclass(frozen=True)
class Walls:
    """A world behind one wall: the policies of the acts, or row-level security."""

    world: World
    pool: Pool
    has_policies: bool

    def right(self, policy: acts.Policy, viewer: Viewer) -> Right:
        """A right as the act asks for it, or one that everybody has."""
        return Right(policy if self.has_policies else policies.everybody, viewer.kind)


@pytest.fixture(scope="module", params=["the policies alone", "row security alone"])
async def walls(
    request: pytest.FixtureRequest, database: Database, world: World, pool: Pool
) -> AsyncIterator[Walls]:
    """One wall."""
    if request.param == "row security alone":
        yield Walls(world, pool, has_policies=False)
        return
    async with row_security_off(database, "walls") as own:
        owner = await asyncpg.connect(own.url(roles.OWNER))
        open_world = await a_world(owner)
        await owner.close()
        open_pool_ = await open_pool(own.url(roles.API), size=2, name="tests")
        yield Walls(open_world, open_pool_, has_policies=True)
        await open_pool_.close()


ACTOR_KINDS = {"CITIZEN": ActorKind.CITIZEN, "EMPLOYER": ActorKind.EMPLOYER}
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
TODAY = date(2026, 11, 23)


def actor(viewer: Viewer) -> Actor:
    assert viewer.principal
    return Actor(ACTOR_KINDS.get(viewer.kind, ActorKind.OFFICER), viewer.principal)


async def submit(
    walls: Walls, name: str, person: str, employer: str | None, *, assurance: int | None = None
) -> UUID:
    viewer, world = walls.world.viewers[name], walls.world
    if assurance is not None:
        viewer = replace(viewer, assurance=assurance)
    async with transaction(walls.pool, viewer.binding) as connection:
        service = await connection.fetchval(
            "SELECT service_id FROM service_versions WHERE '14-HSB' = ANY (forms) LIMIT 1"
        )
        return await acts.submit(
            connection,
            actor(viewer),
            Filing(
                service,
                UUID(world.key("participants", person)),
                UUID(world.key("employers", employer)) if employer else None,
                Applicant.EMPLOYER if employer else Applicant.CITIZEN,
                "",
            ),
            right=walls.right(policies.may_file_for, viewer),
            assurance=viewer.assurance if walls.has_policies else HIGHEST_ASSURANCE,
            reference=str(uuid4()),
            now=NOW,
            today=TODAY,
        )


async def accept(walls: Walls, name: str, dossier: UUID) -> UUID:
    viewer = walls.world.viewers[name]
    async with transaction(walls.pool, viewer.binding) as connection:
        return await acts.accept(
            connection,
            actor(viewer),
            dossier,
            right=walls.right(policies.may_accept, viewer),
            visible=walls.right(policies.dossiers, viewer),
            expected_version=1,
            now=NOW,
            today=TODAY,
        )


async def withdraw(walls: Walls, name: str, dossier: UUID) -> UUID:
    viewer = walls.world.viewers[name]
    async with transaction(walls.pool, viewer.binding) as connection:
        return await acts.withdraw(
            connection,
            actor(viewer),
            dossier,
            right=walls.right(policies.may_withdraw, viewer),
            visible=walls.right(policies.dossiers, viewer),
            expected_version=1,
            reason=None,
            now=NOW,
        )


@pytest.mark.parametrize(
    ("name", "person", "employer"),
    [("lan", "lan", None), ("mill", "lan", "mill"), ("shop", "minh", "shop")],
)
async def test_whoever_may_file_for_a_person_can(
    walls: Walls, name: str, person: str, employer: str | None
) -> None:
    assert await submit(walls, name, person, employer)


@pytest.mark.parametrize(
    ("name", "person", "employer"), [("lan", "lan", None), ("mill", "lan", "mill"), ("shop", "minh", "shop")]
)
@pytest.mark.parametrize("assurance", [0, 1])
async def test_nobody_files_below_the_level_of_the_service(
    walls: Walls, name: str, person: str, employer: str | None, assurance: int
) -> None:
    with pytest.raises((StepUpRequired, REFUSED)) as refusal:
        await submit(walls, name, person, employer, assurance=assurance)
    assert isinstance(refusal.value, StepUpRequired) is walls.has_policies


@pytest.mark.parametrize(
    ("name", "person", "employer"),
    [
        ("lan", "minh", None),
        ("minh", "lan", None),
        ("mill", "lan", None),
        ("mill", "minh", "mill"),
        # For somebody else's employee, in that employer's name.
        ("mill", "minh", "shop"),
        ("shop", "lan", "mill"),
        # The former employer, in its own name and in the present one's.
        ("old", "lan", "old"),
        ("old", "lan", "mill"),
        ("officer here", "lan", None),
        ("officer here", "lan", "mill"),
        ("partner here", "lan", None),
        ("officer here as an employer", "lan", "mill"),
        ("anonymous officer", "lan", None),
    ],
)
async def test_nobody_else_files_for_a_person(
    walls: Walls, name: str, person: str, employer: str | None
) -> None:
    walls.world.viewers["anonymous officer"] = people.citizen_of(uuid4())
    with pytest.raises((NotFound, REFUSED)):
        await submit(walls, name, person, employer)


@pytest.mark.parametrize("name", ["officer here", "officer of the province"])
async def test_officers_of_the_office_and_above_accept(walls: Walls, name: str) -> None:
    assert await accept(walls, name, await submit(walls, "lan", "lan", None))


@pytest.mark.parametrize(
    "name",
    [
        "lan",
        "minh",
        "mill",
        "officer there",
        "officer far away",
        "officer whose right ended",
        "officer here as an employer",
        "partner here",
    ],
)
async def test_nobody_else_accepts(walls: Walls, name: str) -> None:
    dossier = await submit(walls, "lan", "lan", None)
    with pytest.raises((NotFound, ActNotAllowed, REFUSED)):
        await accept(walls, name, dossier)
    # As it was, for whoever may accept it.
    assert await accept(walls, "officer here", dossier)


async def test_an_employer_does_not_accept_what_it_filed(walls: Walls) -> None:
    dossier = await submit(walls, "mill", "lan", "mill")
    with pytest.raises((NotFound, ActNotAllowed, REFUSED)):
        await accept(walls, "mill", dossier)


@pytest.mark.parametrize(
    ("filer", "employer", "name"),
    [
        ("lan", None, "minh"),
        ("lan", None, "mill"),
        ("lan", None, "officer here"),
        ("lan", None, "officer of the province"),
        ("lan", None, "partner here"),
        # What an employer filed for Lan is the employer's to withdraw.
        ("mill", "mill", "lan"),
        ("mill", "mill", "shop"),
        ("mill", "mill", "old"),
    ],
)
async def test_nobody_withdraws_what_somebody_else_filed(
    walls: Walls, filer: str, employer: str | None, name: str
) -> None:
    dossier = await submit(walls, filer, "lan", employer)
    with pytest.raises((NotFound, ActNotAllowed, REFUSED)):
        await withdraw(walls, name, dossier)
    assert await withdraw(walls, filer, dossier)


@pytest.mark.parametrize(
    "table",
    [
        "contributions",
        "dossier_events",
        "employer_accounts",
        "employer_entries",
        "event_positions",
        "filings",
        "notices",
        "payments",
        "reveals",
    ],
)
@pytest.mark.parametrize("act", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize("role", [roles.API, roles.JOBS, roles.AUDITOR])
async def test_nobody_rewrites_what_is_only_added_to(
    database: Database, role: str, act: str, table: str
) -> None:
    column = next(iter(metadata.tables[table].primary_key.columns)).name
    connection = await asyncpg.connect(database.url(role))
    with pytest.raises(REFUSED):
        await connection.execute(act.format(table, column, column))
    await connection.close()


# What a role may write at all: an act's own columns, and no other.
WRITABLE = {
    (roles.API, "consents"): "withdrawn_at withdrawn_by withdrawn_by_mandate_id",
    (roles.API, "data_requests"): "answer answered_at answered_by status version",
    (roles.API, "dossiers"): "accepted_at closed_at code due_on status version",
    (roles.API, "dossier_code_serials"): "last_serial",
    (roles.API, "employments"): "ended_on",
    (roles.API, "idempotency_keys"): "outcome",
    (roles.API, "mandates"): "accepted_at representative_name revoked_at revoked_by",
    (roles.API, "sessions"): "last_seen_at",
}


@pytest.mark.parametrize("role", [roles.API, roles.JOBS, roles.AUDITOR])
async def test_a_role_changes_the_columns_of_its_acts_and_no_other(owner: Connection, role: str) -> None:
    rows = await owner.fetch(
        "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0"
        " AND NOT a.attisdropped AND has_column_privilege($1::name, c.oid, a.attnum, 'UPDATE') ORDER BY 1, 2",
        role,
    )
    found: dict[tuple[str, str], str] = {}
    for table, column in rows:
        found[role, table] = f"{found.get((role, table), '')} {column}".strip()
    assert found == {key: columns for key, columns in WRITABLE.items() if key[0] == role}


async def test_an_officer_of_the_office_cannot_turn_a_dossier_into_a_withdrawn_one(
    pool: Pool, owner: Connection
) -> None:
    # Two policies let a dossier be changed; what one lets in, the other's check must not let out.
    office = await people.an_office(owner)
    dossier = await people.a_dossier(owner, participant=await people.a_participant(owner, office=office))
    officer = await people.officer_of(owner, office)
    with pytest.raises(REFUSED):
        async with transaction(pool, officer.binding) as connection:
            await connection.execute(
                "UPDATE dossiers SET status = 'WITHDRAWN', closed_at = now() WHERE id = $1", dossier
            )


FORGED_EVENTS = {
    "an acceptance by its applicant": ("ACCEPTED", "ACCEPTED", "CITIZEN", 2),
    "an act in somebody else's capacity": ("WITHDRAWN", "WITHDRAWN", "OFFICER", 2),
    "an event that leaves a gap": ("WITHDRAWN", "WITHDRAWN", "CITIZEN", 3),
}


@pytest.mark.parametrize("forged", FORGED_EVENTS)
async def test_nobody_forges_an_event_of_a_dossier_they_see(
    pool: Pool, owner: Connection, forged: str
) -> None:
    office = await people.an_office(owner)
    person = await people.a_participant(owner, office=office)
    dossier = await people.a_dossier(owner, participant=person)
    citizen = people.citizen_of(person)
    kind, status, actor_kind, seq = FORGED_EVENTS[forged]
    with pytest.raises(REFUSED):
        async with transaction(pool, citizen.binding) as connection:
            await connection.execute(
                "INSERT INTO dossier_events"
                " (dossier_id, seq, kind, status, actor_kind, actor, participant_id, office_id)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                *(dossier, seq, kind, status, actor_kind, citizen.principal, person, office),
            )


async def test_nobody_files_with_an_office_of_their_choice(pool: Pool, owner: Connection) -> None:
    person = await people.a_participant(owner, office=await people.an_office(owner))
    elsewhere = await people.an_office(owner)
    await people.a_service(owner)
    citizen = people.citizen_of(person)
    with pytest.raises(REFUSED):
        async with transaction(pool, citizen.binding) as connection:
            await connection.execute(
                "INSERT INTO dossiers (reference, service_id, service_version_id, participant_id, office_id,"
                " applicant, submitted_by, request, status, version, submitted_at)"
                " SELECT $1, service_id, id, $2, $3, 'CITIZEN', $4, '', 'NEW', 1, now()"
                " FROM service_versions LIMIT 1",
                *(str(uuid4()), person, elsewhere, citizen.principal),
            )


@pytest.mark.parametrize("name", ["shop", "mill", "partner here", "officer there", "officer far away"])
async def test_nobody_notes_a_reveal_that_is_not_theirs_to_make(world: World, pool: Pool, name: str) -> None:
    # Without the note there is no number: the wall stands before the act.
    viewer, [lan] = (
        world.viewers[name],
        [key for key, known in world.keys["identifiers"].items() if known == "lan"],
    )
    with pytest.raises(REFUSED):
        async with transaction(pool, viewer.binding) as connection:
            await connection.execute(
                "INSERT INTO reveals (identifier_id, principal, purpose, case_reference, at)"
                " VALUES ($1, $2, 'DOSSIER', 'x', now())",
                UUID(lan),
                viewer.principal,
            )


REVIVE = "UPDATE mandates SET revoked_at = NULL, revoked_by = NULL WHERE id = $1"
TAKE_ANYWAY = (
    "UPDATE mandates SET accepted_at = now(), representative_name = 'x', revoked_at = NULL,"
    " revoked_by = NULL WHERE id = $1"
)


@pytest.mark.parametrize("statement", [REVIVE, TAKE_ANYWAY])
async def test_nobody_brings_a_revoked_mandate_back(pool: Pool, owner: Connection, statement: str) -> None:
    office = await people.an_office(owner)
    person, other = [await people.a_participant(owner, office=office) for _ in range(2)]
    is_accepted = statement == REVIVE
    mandate = await people.a_mandate(owner, person, other, is_accepted=is_accepted, is_revoked=True)
    for viewer in (
        people.citizen_of(person),
        people.citizen_of(other),
        await people.officer_of(owner, office),
    ):
        async with transaction(pool, viewer.binding) as connection:
            assert await connection.execute(statement, mandate) == "UPDATE 0"


async def test_nobody_gives_a_mandate_under_an_office_of_their_choice(pool: Pool, owner: Connection) -> None:
    office, elsewhere = await people.an_office(owner), await people.an_office(owner)
    person = await people.a_participant(owner, office=office)
    stranger = await people.a_participant(owner, office=elsewhere)
    citizen, officer = people.citizen_of(person), await people.officer_of(owner, office)
    for viewer, basis, represented, of in (
        (citizen, "AGENT", person, elsewhere),
        (officer, "GUARDIAN", stranger, office),
        (officer, "GUARDIAN", stranger, elsewhere),
    ):
        with pytest.raises(REFUSED):
            async with transaction(pool, viewer.binding) as connection:
                await connection.execute(
                    "INSERT INTO mandates (participant_id, represented_name, representative_id, office_id,"
                    " basis, service_groups, minimum_assurance, valid_from, evidence, given_by, given_kind)"
                    " VALUES ($1, '', $2, $3, $4, '{PAYMENT}', 2, '2026-01-01', '', $5, $6)",
                    *(represented, uuid4(), of, basis, viewer.principal, viewer.kind.value),
                )
