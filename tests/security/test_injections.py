"""What looks like SQL is text wherever it stands: I8 of the catalogue, in every argument of the schema."""

import base64
import json
from collections.abc import Iterator
from typing import Any, cast

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLObjectType,
    build_schema,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_enum_type,
    is_list_type,
    is_required_argument,
)

from db.pool import Connection
from schema.portal import schema
from tests import people
from tests.api.conftest import FOLLOW, SUBMIT, WITHDRAW, Account, RunningPortal, global_id

SCHEMA = build_schema(schema.as_str())
# What was neither thought of as SQL nor is there.
HARMLESS = "zzz"
SQL = [
    "'",
    '"',
    "' OR '1'='1",
    "1) OR (1=1 --",
    "%' OR '%'='",
    "%",
    "\\' OR 1=1 --",
    "'; DROP TABLE participants; --",
    "' UNION SELECT null, version(), null --",
    "'||(SELECT current_user)||'",
    "' AND 1=cast((SELECT full_name FROM participants LIMIT 1) AS int) --",
    "'); SET ROLE ansinh_owner; SELECT pg_sleep(60); --",
    "$1",
    "$$; SELECT 1; $$",
    "U&'\\0027 OR 1=1",
    "/* %s %(id)s {0} :id",
    "full_name DESC, (SELECT 1)",
]


def textual(argument: GraphQLArgument) -> bool:
    """Whether an argument is written as a text in JSON."""
    named = get_named_type(argument.type)
    texts = {"String", "ID", "Cursor", "Date", "DateTime", "Month", "Share"}
    return named.name in texts or is_enum_type(named)


def arguments() -> Iterator[tuple[str, str, str]]:
    """Each such argument of what one can ask: type, field, argument."""
    for name, found in SCHEMA.type_map.items():
        if isinstance(found, GraphQLObjectType) and not name.startswith("__"):
            for field_name, field in found.fields.items():
                for argument_name, argument in field.args.items():
                    if textual(argument) and found is not SCHEMA.subscription_type:
                        yield name, field_name, argument_name


def selection(field: GraphQLField) -> str:
    """What is asked of what a field gives: enough to see rows that nobody asked for."""
    named = get_named_type(field.type)
    if isinstance(named, GraphQLObjectType) and "nodes" in named.fields:
        return "{ nodes { __typename } pageInfo { hasNextPage hasPreviousPage } }"
    return "{ __typename }" if is_composite_type(named) else ""


ORDINARY = {"Date": '"2026-01-01"', "Month": '"2026-01"', "SalaryPeriod": "[]", "Share": '"0.01"'}


def others(field: GraphQLField, argument_name: str) -> str:
    """The other arguments that a calculator needs, with values that anybody may give."""
    written = ""
    for name, argument in field.args.items():
        if name != argument_name and is_required_argument(argument):
            named = get_named_type(argument.type)
            value = next(iter(named.values)) if isinstance(named, GraphQLEnumType) else "1"
            written += f", {name}: {ORDINARY.get(named.name, value)}"
    return written


def operation(type_name: str, field_name: str, argument_name: str) -> str:
    """A query with the argument as `$v`, which begins at `$id` where it is not about the root."""
    found = SCHEMA.type_map[type_name]
    assert isinstance(found, GraphQLObjectType)
    field = found.fields[field_name]
    argument = field.args[argument_name]
    asked = f"{field_name}({argument_name}: $v{others(field, argument_name)}) {selection(field)}"
    match type_name:
        case "Query":
            return f"query ($v: {argument.type}) {{ {asked} }}"
        case "Viewer":
            return f"query ($v: {argument.type}) {{ viewer {{ {asked} }} }}"
        case "Caller":
            return f"query ($v: {argument.type}) {{ whoami {{ {asked} }} }}"
        case "Estimate":
            return f"query ($v: {argument.type}) {{ estimate {{ {asked} }} }}"
    return f"query ($v: {argument.type}, $id: ID!) {{ node(id: $id) {{ ... on {type_name} {{ {asked} }} }} }}"


def value_of(argument: GraphQLArgument, text: str) -> Any:  # noqa: ANN401 -- JSON
    """The text as a value of the argument."""
    return [text] if is_list_type(get_nullable_type(argument.type)) else text


async def seen(portal: RunningPortal, officer: Account, text: str, **variables: object) -> Any:  # noqa: ANN401
    """What is answered, without the words: data, and of each error the code and the place."""
    response = await portal.ask(text, officer, **variables)
    assert response.status_code == 200
    answer = response.json()
    errors = [(error["extensions"]["code"], error.get("path")) for error in answer.get("errors", ())]
    assert "FAULT" not in {code for code, _ in errors}
    return answer.get("data"), errors


async def an_officer(portal: RunningPortal, owner: Connection) -> tuple[Account, dict[str, str]]:
    """An officer who sees one thing of every type, and the identifiers of these things."""
    office = await people.an_office(owner)
    officer = await portal.officer(owner, office)
    person = await people.a_participant(owner, office=office)
    dossier = await people.a_dossier(owner, participant=person)
    told = await portal.told(
        "query ($id: ID!) { node(id: $id) { ... on Dossier { office { id } participant { id } service { id }"
        " serviceVersion { id } } } }",
        officer,
        id=global_id(dossier),
    )
    agreement = await people.an_agreement(owner, office=office)
    found = [
        global_id(dossier),
        f"Agreement:{agreement.id}",
        f"Employer:{await people.an_employer(owner, office=office)}",
        f"HealthCard:{await people.a_health_card(owner, person)}",
        f"Household:{await people.a_household(owner, office=office, members=[person])}",
        *(thing["id"] for thing in told["node"].values()),
    ]
    return officer, {identifier.partition(":")[0]: identifier for identifier in found}


@pytest.mark.parametrize(("type_name", "field_name", "argument_name"), list(arguments()), ids=str)
async def test_i8_sql_in_an_argument_is_text(
    portal: RunningPortal, owner: Connection, type_name: str, field_name: str, argument_name: str
) -> None:
    officer, things = await an_officer(portal, owner)
    text = operation(type_name, field_name, argument_name)
    argument = cast("GraphQLObjectType", SCHEMA.type_map[type_name]).fields[field_name].args[argument_name]
    begins = {"id": things[type_name]} if "$id" in text else {}
    expected = await seen(portal, officer, text, v=value_of(argument, HARMLESS), **begins)
    for sql in SQL:
        assert await seen(portal, officer, text, v=value_of(argument, sql), **begins) == expected


@pytest.mark.parametrize("sql", SQL)
async def test_i8_sql_written_in_the_document_is_text(
    portal: RunningPortal, owner: Connection, sql: str
) -> None:
    officer, _ = await an_officer(portal, owner)
    text = """{
      node(id: ?) { id } nodes(ids: [?]) { id } service(code: ?) { id } dossier(reference: ?) { id }
      participants(namePrefix: ?) { nodes { id } } dossiers(office: ?) { nodes { id } }
      more: dossiers(after: ?) { nodes { id } }
    }"""
    written, expected = (text.replace("?", json.dumps(value)) for value in (sql, HARMLESS))
    assert await seen(portal, officer, written) == await seen(portal, officer, expected)


@pytest.mark.parametrize("sql", SQL)
async def test_i8_sql_in_a_cursor_of_ours_is_text(portal: RunningPortal, owner: Connection, sql: str) -> None:
    officer, _ = await an_officer(portal, owner)
    text = "query ($v: Cursor) { participants(after: $v) { nodes { id } edges { cursor } } }"
    mine = (await portal.told(text, officer, v=None))["participants"]
    [cursor] = [edge["cursor"] for edge in mine["edges"]]
    place = json.loads(base64.urlsafe_b64decode(cursor + "=="))
    for changed in range(len(place)):
        forged = [sql if index == changed else value for index, value in enumerate(place)]
        written = base64.urlsafe_b64encode(json.dumps(forged).encode()).decode().rstrip("=")
        data, errors = await seen(portal, officer, text, v=written)
        # A text may stand before or behind ours; a name of an order and a key are none.
        if errors:
            assert errors == [("BAD_CURSOR", ["participants"])]
        else:
            assert data["participants"]["nodes"] in ([], mine["nodes"])


@pytest.mark.parametrize("sql", SQL)
async def test_i8_sql_in_what_somebody_writes_is_kept_as_it_is(
    portal: RunningPortal, owner: Connection, sql: str
) -> None:
    lan = await portal.citizen(owner)
    service = f"Service:{await people.a_service(owner)}"
    filed = await portal.done(SUBMIT, lan, service=service, request=sql, idempotencyKey=sql)
    kept = await portal.told(
        "query ($id: ID!) { node(id: $id) { ... on Dossier { request } } }", lan, id=filed["id"]
    )
    assert kept["node"]["request"] == sql
    withdrawn = await portal.done(
        WITHDRAW, lan, dossier=filed["id"], expectedVersion=1, reason=sql, idempotencyKey=f"{sql}2"
    )
    assert withdrawn["status"] == "WITHDRAWN"


@pytest.mark.parametrize("sql", SQL)
async def test_i8_sql_in_place_of_an_identifier_of_a_wish_is_refused(
    portal: RunningPortal, owner: Connection, sql: str
) -> None:
    lan = await portal.citizen(owner)
    for text, wish in (
        (SUBMIT, {"service": sql, "request": "x"}),
        (WITHDRAW, {"dossier": sql, "expectedVersion": 1}),
    ):
        data, errors = await seen(portal, lan, text, input={"idempotencyKey": "k", **wish})
        codes = [code for code, _ in errors] or [
            error["code"] for error in next(iter(data.values()))["errors"]
        ]
        assert codes == ["BAD_ID"]


async def test_i8_sql_over_a_socket_is_text(portal: RunningPortal, owner: Connection) -> None:
    officer, things = await an_officer(portal, owner)
    async with portal.line(officer) as line:
        for number, sql in enumerate(SQL):
            for asked in ({"dossier": sql}, {"dossier": things["Dossier"], "after": sql}):
                name = f"{number}{len(asked)}"
                await line.ask(FOLLOW, name, **asked)
                said = await line.hear()
                errors = said["payload"] if said["type"] == "error" else said["payload"]["errors"]
                assert errors[0]["extensions"]["code"] in {"BAD_ID", "BAD_CURSOR"}
                if said["type"] == "next":
                    assert (await line.hear())["type"] == "complete"


@pytest.mark.parametrize("sql", SQL)
async def test_i8_sql_beside_the_document_is_text(portal: RunningPortal, sql: str) -> None:
    named = await portal.post(json.dumps({"query": "{ viewer { kind } }", "operationName": sql}))
    assert named.json()["errors"][0]["extensions"] == {"code": "OPERATION_UNKNOWN"}
    known = await portal.post(json.dumps({"documentId": sql}))
    assert known.json()["errors"][0]["extensions"] == {"code": "DOCUMENT_UNKNOWN"}
