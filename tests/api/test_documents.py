"""What a client has registered is named instead of sent, and nobody waits while it is read."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Never
from uuid import uuid4

import httpx2
import pytest
from graphql import ValidationContext
from graphql.language.parser import Parser

from api import documents, registering
from api.authentication import OWN_HEADER
from api.documents import PUBLIC_CLIENT, open_documents
from api.settings import Settings
from auth.sessions import SCOPES_OF_KIND
from auth.viewer import Viewer, ViewerKind
from db import roles
from db.pool import Connection, Pool
from schema.portal import schema
from selection import answers
from selection.answers import Translator
from selection.documents import MOST_PLANNED_AHEAD, MOST_VARIANTS_REGISTERED
from selection.registrations import document_id
from tests.api.conftest import (
    FOLLOW,
    WITHDRAW,
    Account,
    RunningPortal,
    a_persona,
    a_session,
    cookie,
    global_id,
    running_portal,
    settings_of,
)
from tests.conftest import Database
from tests.patience import eventually
from tests.people import a_dossier
from tests.portal import NOTEBOOK

KIND = "query Kind { viewer { kind } }"
MINE = """query Mine($status: [DossierStatus!], $first: Int, $after: Cursor) {
  dossiers(status: $status, first: $first, after: $after) { nodes { reference } pageInfo { endCursor } }
}"""


@pytest.fixture(scope="module")
async def portal(
    database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningPortal]:
    """A portal that looks for what is new as often as tests do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(documents, "LOOK_EVERY_S", 0.01)
        async with running_portal(database.url, tmp_path_factory.mktemp("quick")) as portal:
            yield portal


@pytest.fixture
def client() -> str:
    """A client that nobody has heard of."""
    return f"client-{uuid4()}"


def owners_of(database: Database) -> Settings:
    """How the owner's commands are set up."""
    return settings_of(Path(), 8000, database.url(roles.OWNER))


async def register(database: Database, client: str, text: str) -> str:
    """Register one operation as its client's owner does; its identifier."""
    await registering.register(owners_of(database), client, text, "f.graphql")
    return document_id(text.strip())


async def registered(portal: RunningPortal, database: Database, client: str, text: str) -> str:
    """Register one operation, and wait until the portal knows it and has planned it."""
    name = await register(database, client, text)
    kept = portal.door.documents
    await eventually(lambda: (client, name) in kept.texts and not kept.unplanned)
    return name


async def ask(
    portal: RunningPortal, name: str, account: Account | None = None, **variables: object
) -> httpx2.Response:
    """Ask what is registered."""
    return await portal.post(json.dumps({"documentId": name, "variables": variables}), account)


async def answered(
    portal: RunningPortal, name: str, account: Account | None = None, **variables: object
) -> Any:  # noqa: ANN401 -- JSON
    """Ask what is registered and answered, and give its `data`."""
    answer = (await ask(portal, name, account, **variables)).json()
    assert "errors" not in answer, answer
    return answer["data"]


def refused(answer: httpx2.Response) -> tuple[int, str]:
    """The status and the code of what is refused."""
    [error] = answer.json()["errors"]
    return answer.status_code, error["extensions"]["code"]


@pytest.fixture
def no_reading(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """From now on nothing is parsed, validated or looked through."""

    def never(*_: object, **__: object) -> Never:
        raise AssertionError

    monkeypatch.setattr(Parser, "parse_document", never)
    monkeypatch.setattr(ValidationContext, "__init__", never)
    with monkeypatch.context():
        yield


# ------------------------------------------------------------------------ by its name ---


async def test_a_registered_document_is_answered_by_its_identifier(
    portal: RunningPortal, database: Database, client: str
) -> None:
    name = await registered(portal, database, client, KIND)
    account = portal.account(a_persona(ViewerKind.CITIZEN), client_id=client)
    assert await answered(portal, name, account) == {"viewer": {"kind": "CITIZEN"}}


async def test_who_shows_no_token_asks_what_is_public(portal: RunningPortal, database: Database) -> None:
    name = await registered(portal, database, PUBLIC_CLIENT, KIND)
    assert await answered(portal, name) == {"viewer": {"kind": "ANONYMOUS"}}
    by_address = await portal.http.get(f"{portal.url}/graphql", params={"documentId": name})
    assert by_address.json()["data"] == {"viewer": {"kind": "ANONYMOUS"}}


async def test_a_browser_with_a_session_asks_what_the_portal_has_registered(
    portal: RunningPortal, database: Database, pool: Pool
) -> None:
    name = await registered(portal, database, portal.settings.client_id, KIND)
    [(header, secret)] = cookie(await a_session(pool)).items()
    sent = {header: secret, OWN_HEADER: "1", "Origin": portal.url}
    answer = await portal.post(json.dumps({"documentId": name}), None, **sent)
    assert answer.json()["data"] == {"viewer": {"kind": "CITIZEN"}}


async def test_what_is_registered_while_the_portal_runs_is_known_to_it(
    portal: RunningPortal, database: Database, client: str
) -> None:
    account = portal.account(a_persona(ViewerKind.CITIZEN), client_id=client)
    assert refused(await ask(portal, document_id(KIND), account)) == (404, "DOCUMENT_UNKNOWN")
    await registered(portal, database, client, KIND)
    assert await answered(portal, document_id(KIND), account)


async def test_what_is_registered_is_known_before_anybody_asks(
    database: Database, pool: Pool, client: str
) -> None:
    name = await register(database, client, KIND)
    translator = Translator(schema._schema, NOTEBOOK)  # noqa: SLF001 -- as the door takes it
    async with open_documents(pool, translator, "ansinh") as opened:
        assert opened.texts[client, name] == KIND
        assert KIND in translator.documents.registered


async def test_what_is_withdrawn_is_unknown(portal: RunningPortal, database: Database, client: str) -> None:
    name = await registered(portal, database, client, KIND)
    account = portal.account(a_persona(ViewerKind.CITIZEN), client_id=client)
    await registering.withdraw(owners_of(database), client, name)
    await eventually(lambda: (client, name) not in portal.door.documents.texts)
    assert refused(await ask(portal, name, account)) == (404, "DOCUMENT_UNKNOWN")


async def test_who_may_ask_only_what_is_registered_may_ask_nothing_else(
    portal: RunningPortal, database: Database, client: str
) -> None:
    name = await registered(portal, database, client, KIND)
    account = portal.account(a_persona(ViewerKind.CITIZEN), client_id=client)
    owners = owners_of(database)
    await registering.rule(owners, client, registered_only=True)
    await eventually(lambda: client in portal.door.documents.registered_only)
    assert refused(await portal.ask(KIND, account)) == (403, "DOCUMENT_NOT_REGISTERED")
    assert await answered(portal, name, account)
    await registering.rule(owners, client, registered_only=False)
    await eventually(lambda: client not in portal.door.documents.registered_only)
    assert await portal.told(KIND, account)


async def test_a_document_that_fits_the_schema_no_more_is_refused_with_its_faults(
    portal: RunningPortal, client: str, owner: Connection
) -> None:
    text = "query Old { viewer { formerName } }"
    await owner.execute("INSERT INTO clients (id, name) VALUES ($1, $1)", client)
    await owner.execute(
        "INSERT INTO registered_documents (client_id, id, text, name, cost) VALUES ($1, $2, $3, 'Old', 1)",
        client,
        document_id(text),
        text,
    )
    await eventually(lambda: (client, document_id(text)) in portal.door.documents.texts)
    account = portal.account(a_persona(ViewerKind.CITIZEN), client_id=client)
    [error] = (await ask(portal, document_id(text), account)).json()["errors"]
    assert "Cannot query field 'formerName'" in error["message"]


# --------------------------------------------------------------------- nothing is read ---


async def test_a_registered_query_is_not_read_again(
    portal: RunningPortal, database: Database, client: str, owner: Connection, request: pytest.FixtureRequest
) -> None:
    lan = await portal.citizen(owner, client_id=client)
    name = await registered(portal, database, client, MINE)
    request.getfixturevalue("no_reading")
    assert (await answered(portal, name, lan))["dossiers"]["nodes"] == []


async def test_a_registered_query_that_strawberry_executes_is_not_read_again(
    portal: RunningPortal, database: Database, client: str, request: pytest.FixtureRequest
) -> None:
    account = portal.account(a_persona(ViewerKind.CITIZEN), client_id=client)
    name = await registered(portal, database, client, "query Limits { limits { rows } viewer { kind } }")
    request.getfixturevalue("no_reading")
    assert await answered(portal, name, account) == {"limits": {"rows": 100}, "viewer": {"kind": "CITIZEN"}}


async def test_a_registered_mutation_is_not_read_again(
    portal: RunningPortal, database: Database, client: str, owner: Connection, request: pytest.FixtureRequest
) -> None:
    lan = await portal.citizen(owner, client_id=client)
    dossier = await a_dossier(owner, participant=lan.participant)
    name = await registered(portal, database, client, WITHDRAW)
    request.getfixturevalue("no_reading")
    wish = {"idempotencyKey": "k" * 16, "dossier": global_id(dossier), "expectedVersion": 1}
    done = await answered(portal, name, lan, input=wish)
    assert done["withdrawDossier"]["dossier"]["status"] == "WITHDRAWN"


async def test_a_registered_subscription_is_not_read_again(
    portal: RunningPortal, database: Database, client: str, owner: Connection, request: pytest.FixtureRequest
) -> None:
    lan = await portal.citizen(owner, client_id=client)
    dossier = await a_dossier(owner, participant=lan.participant)
    name = await registered(portal, database, client, FOLLOW)
    request.getfixturevalue("no_reading")
    async with portal.line(lan) as line:
        payload = {"documentId": name, "variables": {"dossier": global_id(dossier)}}
        await line.say("subscribe", id="1", payload=payload)
        assert (await line.event())["seq"] == 1


# --------------------------------------------------------------------------- its plans ---


@pytest.mark.parametrize("kind", [ViewerKind.CITIZEN, ViewerKind.EMPLOYER, ViewerKind.OFFICER])
@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"status": ["NEW"], "first": 20},
        {
            "status": ["NEW"],
            "first": 7,
            "after": "WyJORVdFU1QiLCAiMDFhMjA2MzgtODM5ZS03MzQyLWI2ZjktZjg2NWUyMmE5ODk3Il0",
        },
    ],
)
async def test_a_registered_query_is_planned_before_anybody_asks(
    portal: RunningPortal,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    kind: ViewerKind,
    variables: dict[str, object],
) -> None:
    name = await registered(portal, database, "planned", MINE)
    account = portal.account(a_persona(kind), client_id="planned")
    monkeypatch.setattr(answers, "Planner", None)
    assert (await answered(portal, name, account, **variables))["dossiers"]


def test_the_plans_of_a_registered_document_are_bounded() -> None:
    translator = Translator(schema._schema, NOTEBOOK)  # noqa: SLF001 -- as the door takes it
    names = [f"$s{number}: [DossierStatus!]" for number in range(12)]
    pages = " ".join(f"d{number}: dossiers(status: $s{number}) {{ totalCount }}" for number in range(12))
    document = translator.documents.register(f"query Many({', '.join(names)}) {{ {pages} }}")
    operation = document and document.operation(None)
    assert operation
    for kind in (ViewerKind.CITIZEN, ViewerKind.OFFICER):
        made = list(translator.plan_ahead(operation, Viewer(kind, scopes=SCOPES_OF_KIND[kind])))
        assert len(made) == MOST_PLANNED_AHEAD
    assert len(operation.variants.items) == 2 * MOST_PLANNED_AHEAD
    lan = Viewer(ViewerKind.CITIZEN, scopes=SCOPES_OF_KIND[ViewerKind.CITIZEN])
    for number in range(100):
        given = {f"s{bit}": ["NEW"] for bit in range(12) if number >> bit & 1}
        variables = operation.coerce(given)
        assert variables
        translator.plan(operation, lan, variables)
    assert len(operation.variants.items) == MOST_VARIANTS_REGISTERED
