"""Where the schema is not told by introspection, no detour leads to it: G11 of the catalogue of attacks."""

import json
from collections.abc import AsyncIterator

import pytest
from graphql import build_schema, get_introspection_query

from api.graphql import RESPONSE_TYPE
from tests.api.conftest import RunningPortal, running_portal
from tests.conftest import Database


@pytest.fixture(scope="module")
async def closed(
    database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningPortal]:
    """A portal as in production: without introspection, without an explorer."""
    home = tmp_path_factory.mktemp("closed")
    async with running_portal(database.url, home, has_introspection=False, has_explorer=False) as portal:
        yield portal


TYPE = '__type(name: "Participant") { name fields { name } }'
INTROSPECTING = {
    "schema": "{ __schema { types { name } } }",
    "type": f"{{ {TYPE} }}",
    "beside data": "{ viewer { kind } __schema { queryType { name } } }",
    "under another name": "{ viewer: __schema { queryType { name } } }",
    "in an inline fragment": f"{{ ... {{ ... on Query {{ {TYPE} }} }} }}",
    "in a fragment": f"{{ ...a }} fragment a on Query {{ ...b }} fragment b on Query {{ {TYPE} }}",
    "in the other operation": "query A { viewer { kind } } query B { __schema { queryType { name } } }",
    "not included": "{ viewer { kind } __schema @include(if: false) { queryType { name } } }",
    "nested": "{ __schema { types { fields { type { fields { type { name } } } } } } }",
    "five deep": "{ __schema { types" + " { ofType" * 5 + " { name }" + " }" * 5 + " } }",
    "of an explorer": get_introspection_query(),
}


@pytest.mark.parametrize("text", INTROSPECTING.values(), ids=INTROSPECTING)
async def test_g11_introspection_is_refused(closed: RunningPortal, text: str) -> None:
    answer = await closed.post(
        json.dumps({"query": text, "operationName": "A" if "query A" in text else None})
    )
    [error] = answer.json()["errors"]
    assert error["extensions"]["code"] == "INTROSPECTION_CLOSED"
    assert "data" not in answer.json()


async def test_g11_its_status_is_that_of_a_document_with_faults(closed: RunningPortal) -> None:
    answer = await closed.post(json.dumps({"query": INTROSPECTING["schema"]}), accept=RESPONSE_TYPE)
    assert answer.status_code == 400


async def test_g11_by_get_it_is_refused_too(closed: RunningPortal) -> None:
    answer = await closed.http.get(f"{closed.url}/graphql", params={"query": INTROSPECTING["type"]})
    assert answer.json()["errors"][0]["extensions"]["code"] == "INTROSPECTION_CLOSED"


async def test_g11_over_a_socket_it_is_refused_too(closed: RunningPortal) -> None:
    async with closed.line() as line:
        await line.ask(INTROSPECTING["schema"])
        said = await line.hear()
    assert said["type"] == "error"
    assert said["payload"][0]["extensions"]["code"] == "INTROSPECTION_CLOSED"


@pytest.mark.parametrize(
    "text",
    [
        "{ __schema { types { nam } } __type { nothing } }",
        "mutation { __schema { queryType { name } } }",
        "subscription { __schema { queryType { name } } }",
        "{ viewer { __schema { queryType { name } } } }",
    ],
)
async def test_g11_wrong_introspection_tells_nothing(closed: RunningPortal, text: str) -> None:
    answer = (await closed.ask(text)).json()
    assert "data" not in answer
    assert answer["errors"]


async def test_g11_names_of_types_are_told(closed: RunningPortal) -> None:
    told = await closed.told("{ __typename viewer { __typename } }")
    assert told == {"__typename": "Query", "viewer": {"__typename": "Viewer"}}


async def test_g11_schema_is_published_all_the_same(closed: RunningPortal) -> None:
    answer = await closed.http.get(f"{closed.url}/schema.graphql")
    assert build_schema(answer.text).query_type


async def test_g11_there_is_no_explorer(closed: RunningPortal) -> None:
    answer = await closed.http.get(f"{closed.url}/graphql", headers={"Accept": "text/html, */*;q=0.8"})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json; charset=utf-8")
    assert answer.json()["errors"][0]["extensions"] == {"code": "EXPLORER_CLOSED"}


async def test_where_it_is_open_the_schema_is_told(portal: RunningPortal) -> None:
    assert (await portal.told(INTROSPECTING["schema"]))["__schema"]["types"]
