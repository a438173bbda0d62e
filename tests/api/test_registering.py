"""Who releases a client registers what it asks; who releases the schema hears whom it breaks."""

from pathlib import Path
from typing import cast
from uuid import uuid4

import pytest
from graphql import GraphQLObjectType

from api import registering
from api.registering import DocumentsUnfit, NothingRegistered, NotRegistered
from api.settings import Settings
from db import clients, roles
from db.pool import Pool
from db.roles import DatabaseBehind, OwnerNeeded
from schema.portal import schema
from selection.registrations import document_id
from tests.api.conftest import settings_of
from tests.conftest import Database

FILE = """
query Mine($n: Int) { dossiers(first: $n) { nodes { ...D } } }
query Name { viewer { name } }
fragment D on Dossier { id reference }
"""
NAME = "query Name { viewer { name } }"


@pytest.fixture
def owners(database: Database) -> Settings:
    """How the owner's commands are set up."""
    return settings_of(Path(), 8000, database.url(roles.OWNER))


@pytest.fixture
def client() -> str:
    """A client that nobody has heard of."""
    return f"client-{uuid4()}"


async def kept(pool: Pool, client: str) -> list[str]:
    """The names of what a client has registered."""
    return [row["name"] for row in await clients.documents_of(pool, client)]


async def test_whoever_registers_is_told_identifiers_and_costs(
    owners: Settings, client: str, pool: Pool, capsys: pytest.CaptureFixture[str]
) -> None:
    await registering.register(owners, client, FILE, "mine.graphql")
    mine, name = capsys.readouterr().out.splitlines()
    assert mine.endswith("  Mine  cost 21 of 10000, 101 with the longest pages")
    assert name == f"{document_id(NAME)}  Name  cost 1 of 10000"
    assert await kept(pool, client) == ["Mine", "Name"]


async def test_whoever_registers_twice_has_registered_once(owners: Settings, client: str, pool: Pool) -> None:
    for _ in range(2):
        await registering.register(owners, client, FILE, "mine.graphql")
    assert await kept(pool, client) == ["Mine", "Name"]


async def test_another_file_is_registered_beside_what_is_there(
    owners: Settings, client: str, pool: Pool
) -> None:
    await registering.register(owners, client, NAME, "name.graphql")
    await registering.register(owners, client, "query Kind { viewer { kind } }", "kind.graphql")
    assert await kept(pool, client) == ["Kind", "Name"]


async def test_deprecated_fields_are_told(
    owners: Settings,
    client: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(object_type("Viewer").fields["name"], "deprecation_reason", "Use `kind`.")
    await registering.register(owners, client, NAME, "name.graphql")
    assert capsys.readouterr().out.splitlines()[1] == (
        "name.graphql:1:23: DEPRECATED The field Viewer.name is deprecated. Use `kind`."
    )


async def test_of_a_file_with_faults_nothing_is_registered(
    owners: Settings, client: str, pool: Pool, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(NothingRegistered):
        await registering.register(owners, client, f"{NAME} query {{ unheardOf }}", "f.graphql")
    assert capsys.readouterr().err.splitlines() == [
        "f.graphql:1:32: OPERATION_UNNAMED An operation that is registered has a name.",
        "f.graphql:1:40: INVALID Cannot query field 'unheardOf' on type 'Query'.",
    ]
    assert await kept(pool, client) == []


async def test_what_is_registered_is_listed(
    owners: Settings, client: str, capsys: pytest.CaptureFixture[str]
) -> None:
    await registering.register(owners, client, NAME, "name.graphql")
    await registering.rule(owners, client, registered_only=True)
    capsys.readouterr()
    await registering.review(owners, client)
    rule, document = capsys.readouterr().out.splitlines()
    assert rule == f"{client} may ask only what is registered"
    assert document.startswith(f"{document_id(NAME)}  Name  cost 1 of 10000; registered 2")


async def test_only_what_is_registered_is_withdrawn(owners: Settings, client: str, pool: Pool) -> None:
    await registering.register(owners, client, FILE, "mine.graphql")
    await registering.withdraw(owners, client, document_id(NAME))
    assert await kept(pool, client) == ["Mine"]
    with pytest.raises(NotRegistered):
        await registering.withdraw(owners, client, document_id(NAME))


async def test_x8_whoever_changes_the_schema_hears_what_does_not_fit_it(
    owners: Settings,
    client: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await registering.register(owners, client, f"{NAME} query Kind {{ viewer {{ kind }} }}", "f.graphql")
    viewer = object_type("Viewer")
    left = {name: kept for name, kept in viewer.fields.items() if name != "name"}
    monkeypatch.setattr(viewer, "fields", left)
    capsys.readouterr()
    with pytest.raises(DocumentsUnfit) as unfit:
        await registering.review(owners, client)
    said = capsys.readouterr()
    assert said.err == f"{client}/Name:1:23: INVALID Cannot query field 'name' on type 'Viewer'.\n"
    assert "  Kind  cost 1 of 10000" in said.out
    assert unfit.value.params == {"number": "1"}


async def test_who_serves_registers_nothing(database: Database, client: str) -> None:
    served = settings_of(Path(), 8000, database.url(roles.API))
    with pytest.raises(OwnerNeeded):
        await registering.register(served, client, NAME, "name.graphql")


async def test_a_database_without_clients_is_refused(database: Database, client: str) -> None:
    beside = Database(database.socket, "postgres")
    with pytest.raises(DatabaseBehind):
        await registering.register(
            settings_of(Path(), 8000, beside.url("postgres")), client, NAME, "name.graphql"
        )


def object_type(name: str) -> GraphQLObjectType:
    """A type of the schema."""
    return cast("GraphQLObjectType", schema._schema.type_map[name])  # noqa: SLF001 -- as the door takes it
