"""Among a million dossiers, no list makes PostgreSQL read, sort or gather what grows with the tables."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from api.explanations import ANYBODY, header_of
from auth.personas import persona_of
from db import roles
from db.connection import manners
from db.pool import Connection
from db.server import SUPERUSER, url
from tests.conftest import Database
from tests.million.plans import explained, faults, large_tables, ways
from tests.million.questions import Question, questions
from tests.million.statistics import pretend
from tests.million.world import EMPLOYERS, VIEWERS

OPERATIONS = {
    path.stem: path.read_text() for path in (Path(__file__).parent.parent / "operations").glob("*.graphql")
}
PAGES = ("first: 20", "last: 100")
# The tables that grow with the country.
LARGE = frozenset({"participants", "identifiers", "employments", "dossiers", "dossier_events"})


@asynccontextmanager
async def pretended(database: Database, name: str, share: float) -> AsyncIterator[Database]:
    """A database of which PostgreSQL thinks that it has a share of a million dossiers."""
    own = Database(database.socket, f"{database.name}_{name}")
    admin = await asyncpg.connect(url(database.socket, SUPERUSER, "postgres"))
    await admin.execute(f"CREATE DATABASE {own.name} OWNER ansinh_owner TEMPLATE ansinh STRATEGY file_copy")
    inside = await asyncpg.connect(own.url(SUPERUSER))
    await inside.execute(roles.DOOR)
    await pretend(inside, share)
    await inside.close()
    yield own
    await admin.execute(f"DROP DATABASE {own.name} WITH (FORCE)")
    await admin.close()


@asynccontextmanager
async def as_the_portal(database: Database) -> AsyncIterator[Connection]:
    """A connection as the portal makes them, behind the second wall."""
    connection = await asyncpg.connect(database.url(roles.API), **manners("tests"))
    yield connection
    await connection.close()


@pytest.fixture(scope="module")
async def million(database: Database) -> AsyncIterator[Database]:
    """A database with a million dossiers."""
    async with pretended(database, "million", 1) as own:
        yield own


@pytest.fixture(scope="module")
async def among_million(million: Database) -> AsyncIterator[Connection]:
    """The portal's connection to a million dossiers."""
    async with as_the_portal(million) as connection:
        yield connection


@pytest.fixture(scope="module")
async def among_fewer(database: Database) -> AsyncIterator[Connection]:
    """The portal's connection to a hundred thousand."""
    async with pretended(database, "fewer", 0.1) as own, as_the_portal(own) as connection:
        yield connection


async def test_postgresql_expects_a_million_dossiers(million: Database) -> None:
    superuser = await asyncpg.connect(million.url(SUPERUSER))
    (explained,) = json.loads(await superuser.fetchval("EXPLAIN (FORMAT JSON) TABLE dossiers"))
    assert explained["Plan"]["Plan Rows"] == 1_000_000
    assert await large_tables(superuser) >= LARGE
    await superuser.close()


@pytest.mark.parametrize("name", VIEWERS)
async def test_an_operation_costs_what_it_shows(among_million: Connection, name: str) -> None:
    for operation, text in OPERATIONS.items():
        root = await explained(among_million, VIEWERS[name], text, header_of(text).variables)
        assert not faults(root, LARGE), operation


@pytest.mark.parametrize("name", VIEWERS)
async def test_a_page_of_a_list_costs_what_it_shows(among_million: Connection, name: str) -> None:
    found = {}
    for question in questions(1, every_value=False):
        for page in PAGES if question.order else ("",):
            root = await explained(among_million, VIEWERS[name], question.text(page), {})
            if wrong := faults(root, LARGE):
                found[f"{question} {page}"] = wrong
    assert not found


@pytest.mark.parametrize("name", EMPLOYERS)
async def test_the_people_of_an_employer_are_found_by_their_keys_however_narrowed(
    among_million: Connection, name: str
) -> None:
    for question in questions(2, every_value=False):
        if question.field == "participants":
            root = await explained(
                among_million, VIEWERS[name], question.text(*PAGES[: bool(question.order)]), {}
            )
            assert ("participants", "pk_participants") in ways(root, LARGE), question


@pytest.mark.parametrize("operation", OPERATIONS)
async def test_an_operation_is_answered_as_among_fewer(
    among_million: Connection, among_fewer: Connection, operation: str
) -> None:
    text = OPERATIONS[operation]
    header = header_of(text)
    for name, viewer in VIEWERS.items():
        if header.subject == ANYBODY or viewer.kind is persona_of(header.subject).kind:
            now, before = [
                ways(await explained(connection, viewer, text, header.variables), LARGE)
                for connection in (among_million, among_fewer)
            ]
            assert now == before, name


@pytest.mark.parametrize(
    ("name", "index", "fault"),
    [
        ("a citizen", "ix_dossiers_participant_id_id", "reads all of dossiers"),
        (
            "an officer of the biggest office",
            "ix_dossiers_office_id_id",
            "reads all of dossiers in the order of pk_dossiers",
        ),
    ],
)
async def test_a_plan_without_its_index_is_found_out(
    million: Database, name: str, index: str, fault: str
) -> None:
    superuser = await asyncpg.connect(million.url(SUPERUSER), **manners("tests"))
    changing = superuser.transaction()
    await changing.start()
    await superuser.execute(f"DROP INDEX {index}")
    newest = Question("dossiers", "", "NEWEST").text()
    assert fault in faults(await explained(superuser, VIEWERS[name], newest, {}), LARGE)
    await changing.rollback()
    await superuser.close()
