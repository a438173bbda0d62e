"""What clients get wrong: each mistake is told by a code of its own, in both languages, and none is ours.

A table for each kind: in the request, in the document, in what is asked of a thing, in what is wished.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from auth.sessions import Sessions
from auth.viewer import ViewerKind
from db.pool import Connection, Pool
from tests import people
from tests.api.codes import Kind, said
from tests.api.conftest import (
    ACCEPT,
    SUBMIT,
    WITHDRAW,
    Account,
    RunningPortal,
    a_persona,
    a_session,
    cookie,
    global_id,
)

JSON = "application/json"
RESPONSE = "application/graphql-response+json"
VIETNAMESE = re.compile("[ăâđêôơưàáảãạèéẻẽẹìíỉĩịòóỏõọùúủũụỳýỷỹỵ]", re.IGNORECASE)
KIND = "{ viewer { kind } }"


def told(response: httpx2.Response) -> list[dict[str, Any]]:
    """The errors of an answer that has the form of one."""
    answer = response.json()
    assert set(answer) <= {"data", "errors", "extensions"}
    for error in answer["errors"]:
        assert set(error) <= {"message", "locations", "path", "extensions"}
        assert isinstance(error["message"], str)
        assert error["message"]
    assert "FAULT" not in response.text
    assert response.status_code < 500
    found: list[dict[str, Any]] = answer["errors"]
    return found


# ------------------------------------------------------------- in the request ---


@dataclass(frozen=True)
class Sent:
    """A request that is refused as a whole, with the same status whatever the caller accepts."""

    status: int
    code: str
    content: str | bytes = json.dumps({"query": KIND})
    method: str = "POST"
    path: str = "/graphql"
    headers: tuple[tuple[str, str], ...] = ()


BEARER = "Authorization"
REQUESTS = {
    "no body": Sent(400, "NOT_JSON", ""),
    "half a body": Sent(400, "NOT_JSON", '{"query": "{ viewer { kind } }"'),
    "no UTF-8": Sent(400, "NOT_UTF8", b'{"query": "\xff"}'),
    "several": Sent(400, "ONE_AT_A_TIME", '{"query": "{ a }"}\n{"query": "{ b }"}'),
    "list": Sent(400, "BAD_REQUEST", '[{"query": "{ viewer { kind } }"}]'),
    "nothing asked": Sent(400, "BAD_REQUEST", "{}"),
    "query no text": Sent(400, "BAD_REQUEST", '{"query": {"a": 1}}'),
    "variables no object": Sent(400, "BAD_REQUEST", '{"query": "{ a }", "variables": "{}"}'),
    "name twice": Sent(400, "NAME_TWICE", '{"query": "{ a }", "query": "{ b }"}'),
    "too nested": Sent(400, "TOO_NESTED", '{"query": "{ a }", "variables": ' + '{"a":' * 40),
    "number too long": Sent(
        400, "NUMBER_REFUSED", '{"query": "{ a }", "variables": {"a": ' + "1" * 40 + "}}"
    ),
    "number without end": Sent(400, "NUMBER_REFUSED", '{"query": "{ a }", "variables": {"a": Infinity}}'),
    "too large": Sent(413, "TOO_LARGE", json.dumps({"query": "{ a }" + " " * 65_536})),
    "form": Sent(415, "UNSUPPORTED_MEDIA_TYPE", headers=(("Content-Type", "text/plain"),)),
    "other charset": Sent(
        415, "UNSUPPORTED_MEDIA_TYPE", headers=(("Content-Type", "application/json; charset=utf-16"),)
    ),
    "compressed": Sent(415, "UNSUPPORTED_CODING", headers=(("Content-Encoding", "gzip"),)),
    "method": Sent(405, "METHOD_NOT_ALLOWED", method="PUT"),
    "long address": Sent(414, "ADDRESS_TOO_LONG", "", "GET", f"/graphql?query={'a' * 9_000}"),
    "mutation by GET": Sent(405, "METHOD_NOT_ALLOWED", "", "GET", "/graphql?query=mutation{__typename}"),
    "no such address": Sent(404, "NOT_FOUND", path="/graphiql"),
    "operation of several": Sent(
        400, "OPERATION_UNKNOWN", '{"query": "query A { a: __typename } query B { b: __typename }"}'
    ),
    "operation unheard of": Sent(
        400, "OPERATION_UNKNOWN", '{"query": "query A { __typename }", "operationName": "B"}'
    ),
    "subscription": Sent(
        400,
        "SUBSCRIPTIONS_ELSEWHERE",
        '{"query": "subscription { dossierEvents(dossier: \\"x\\") { seq } }"}',
    ),
    "document unheard of": Sent(404, "DOCUMENT_UNKNOWN", '{"documentId": "sha256:unheard-of"}'),
    "no token": Sent(401, "TOKEN_REFUSED", headers=((BEARER, "Bearer nonsense"),)),
    "no bearer": Sent(401, "TOKEN_REFUSED", headers=((BEARER, "Basic bGFuOmxhbg=="),)),
    "cookie without header": Sent(403, "REQUEST_FORGED", headers=(("Cookie", "__Host-ansinh=unheard-of"),)),
}


@pytest.mark.parametrize("accept", [JSON, RESPONSE])
@pytest.mark.parametrize("sent", REQUESTS.values(), ids=REQUESTS)
async def test_request_is_refused(portal: RunningPortal, sent: Sent, accept: str) -> None:
    messages = []
    for language in ("vi", "en"):
        response = await portal.http.request(
            sent.method,
            f"{portal.url}{sent.path}",
            content=sent.content,
            headers={
                "Content-Type": JSON,
                "Accept": accept,
                "Accept-Language": language,
                **dict(sent.headers),
            },
        )
        [error] = told(response)
        assert (response.status_code, error["extensions"]) == (sent.status, {"code": sent.code})
        assert "data" not in response.json()
        messages.append(error["message"])
    assert [bool(VIETNAMESE.search(message)) for message in messages] == [True, False]


async def test_who_accepts_nothing_of_ours_is_refused(portal: RunningPortal) -> None:
    response = await portal.post(Sent.content, accept="application/xml")
    assert (response.status_code, told(response)[0]["extensions"]["code"]) == (406, "NOT_ACCEPTABLE")


async def test_token_of_yesterday_is_refused(portal: RunningPortal, owner: Connection) -> None:
    past = int((datetime.now(UTC) - timedelta(days=1)).timestamp())
    response = await portal.post(Sent.content, await portal.citizen(owner, iat=past - 60, exp=past))
    assert (response.status_code, told(response)[0]["extensions"]["code"]) == (401, "TOKEN_EXPIRED")


async def test_session_that_ended_is_refused(portal: RunningPortal, pool: Pool) -> None:
    secret = await a_session(pool)
    await Sessions(pool).end(secret)
    response = await portal.post(Sent.content, ansinh_request="1", origin=portal.url, **cookie(secret))
    assert (response.status_code, told(response)[0]["extensions"]["code"]) == (401, "SESSION_ENDED")


# ------------------------------------------------------------ in the document ---


MANY = 150
UP = "{ parent " * 20 + "{ id }" + " }" * 20
FIFTY = f"fragment f on Viewer {{ {' '.join(f'a{n}: kind' for n in range(50))} }}"
FRAGMENTS = "".join(f" fragment f{n} on Viewer {{ a{n}: kind }}" for n in range(61))
SPREADS = " ".join(f"...f{n}" for n in range(25))
COMPARISONS = "{" + f"viewer {{ {SPREADS} }} " * 19 + "}" + FRAGMENTS.partition(" fragment f25")[0]
TWO_ACTS = """mutation ($i: WithdrawDossierInput!) {
  a: withdrawDossier(input: $i) { replayed } b: withdrawDossier(input: $i) { replayed }
}"""
EXPENSIVE = """{ dossiers(first: 100) { nodes { participant {
  dossiers(first: 100) { nodes { events(first: 100) { nodes { seq } } } }
} } } }"""
DOCUMENTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "empty": ("GRAPHQL_PARSE_FAILED", "", {}),
    "no document": ("GRAPHQL_PARSE_FAILED", "SELECT 1", {}),
    "half a document": ("GRAPHQL_PARSE_FAILED", "{ viewer { kind }", {}),
    "many tokens": ("GRAPHQL_PARSE_FAILED", "{" + " a" * 3_000 + " }", {}),
    "deeper than a parser goes": ("GRAPHQL_PARSE_FAILED", "{ a" * 5_000 + " }" * 5_000, {}),
    "only a fragment": ("GRAPHQL_VALIDATION_FAILED", "fragment f on Viewer { kind }", {}),
    "unknown field": ("GRAPHQL_VALIDATION_FAILED", "{ unheardOf }", {}),
    "unknown argument": ("GRAPHQL_VALIDATION_FAILED", "{ viewer(id: 1) { kind } }", {}),
    "unknown type": ("GRAPHQL_VALIDATION_FAILED", "{ node(id: 1) { ... on Dog { id } } }", {}),
    "unknown fragment": ("GRAPHQL_VALIDATION_FAILED", "{ viewer { ...f } }", {}),
    "unknown directive": ("GRAPHQL_VALIDATION_FAILED", "{ viewer @live { kind } }", {}),
    "unknown variable": ("GRAPHQL_VALIDATION_FAILED", "{ node(id: $id) { id } }", {}),
    "unused variable": ("GRAPHQL_VALIDATION_FAILED", "query ($id: ID) { viewer { kind } }", {}),
    "no selection": ("GRAPHQL_VALIDATION_FAILED", "{ viewer }", {}),
    "selection of a value": ("GRAPHQL_VALIDATION_FAILED", "{ viewer { kind { name } } }", {}),
    "argument that is missing": ("GRAPHQL_VALIDATION_FAILED", "{ node { id } }", {}),
    "argument of another type": (
        "GRAPHQL_VALIDATION_FAILED",
        '{ dossiers(first: "ten") { totalCount } }',
        {},
    ),
    "number out of range": (
        "GRAPHQL_VALIDATION_FAILED",
        "{ dossiers(first: 99999999999) { totalCount } }",
        {},
    ),
    "fraction": ("GRAPHQL_VALIDATION_FAILED", "{ dossiers(first: 1.5) { totalCount } }", {}),
    "no such day": ("GRAPHQL_VALIDATION_FAILED", '{ dossiers(dueFrom: "2026-02-30") { totalCount } }', {}),
    "no such value": ("GRAPHQL_VALIDATION_FAILED", "{ dossiers(status: [LOST]) { totalCount } }", {}),
    "one name for two": ("GRAPHQL_VALIDATION_FAILED", "{ viewer { a: kind a: name } }", {}),
    "two without names": ("GRAPHQL_VALIDATION_FAILED", "{ viewer { kind } } { viewer { name } }", {}),
    "definition of a type": ("GRAPHQL_VALIDATION_FAILED", "type Query { a: Int }", {}),
    "variable that is missing": ("BAD_USER_INPUT", "query ($id: ID!) { node(id: $id) { id } }", {}),
    "variable of another type": (
        "BAD_USER_INPUT",
        "query ($n: Int) { dossiers(first: $n) { totalCount } }",
        {"n": "1"},
    ),
    "variable out of range": (
        "BAD_USER_INPUT",
        "query ($n: Int) { dossiers(first: $n) { totalCount } }",
        {"n": 2**31},
    ),
    "variable that is no day": (
        "BAD_USER_INPUT",
        "query ($d: Date) { dossiers(dueTo: $d) { totalCount } }",
        {"d": "30/02/2026"},
    ),
    "variable that is no object": ("BAD_USER_INPUT", SUBMIT, {"input": "x"}),
    "input without a field": ("BAD_USER_INPUT", SUBMIT, {"input": {"idempotencyKey": "k"}}),
    "input with another field": (
        "BAD_USER_INPUT",
        SUBMIT,
        {"input": {"idempotencyKey": "k", "service": "Service:X", "status": "ACCEPTED"}},
    ),
    "null for a default": (
        "NULL_REFUSED",
        "query ($yes: Boolean = true) { dossiers { totalCount @include(if: $yes) } }",
        {"yes": None},
    ),
    "fragments in a circle": (
        "GRAPHQL_VALIDATION_FAILED",
        "{ ...f } fragment f on Query { ...f }",
        {},
    ),
    "deep": ("TOO_DEEP", f"{{ viewer {{ participant {{ office {UP} }} }} }}", {}),
    "many fields": ("TOO_MANY_FIELDS", "{ viewer { " + "...f " * 20 + "} } " + FIFTY, {}),
    "many fragments": ("TOO_MANY_FRAGMENTS", "{ viewer { kind } }" + FRAGMENTS, {}),
    "many links": (
        "TOO_MANY_LINKS",
        "{ " + " ".join(f'a{n}: service(code: "x") {{ id }}' for n in range(61)) + " }",
        {},
    ),
    "many repeats": ("TOO_MANY_REPEATS", "{" + " viewer { kind }" * MANY + " }", {}),
    "many comparisons": ("TOO_MANY_COMPARISONS", COMPARISONS, {}),
    "two acts": (
        "TOO_MANY_ACTS",
        TWO_ACTS,
        {"i": {"idempotencyKey": "k", "dossier": "x", "expectedVersion": 1}},
    ),
    "expensive": (
        "COST_TOO_HIGH",
        EXPENSIVE,
        {},
    ),
}


@pytest.mark.parametrize(("code", "text", "variables"), DOCUMENTS.values(), ids=DOCUMENTS)
async def test_document_is_refused(
    portal: RunningPortal, code: str, text: str, variables: dict[str, Any]
) -> None:
    body = json.dumps({"query": text, "variables": variables})
    messages = []
    for accept, status in ((JSON, 200), (RESPONSE, 400)):
        for language in ("vi", "en"):
            response = await portal.post(body, accept=accept, accept_language=language)
            errors = told(response)
            assert {error["extensions"]["code"] for error in errors} == {code}
            assert response.status_code == status
            assert "data" not in response.json()
            messages.append(errors[0]["message"])
    assert [bool(VIETNAMESE.search(message)) for message in messages] == [True, False, True, False]


# ------------------------------------------------- in what is asked of a thing ---


ASKED: dict[str, tuple[str, str, list[str | int]]] = {
    "identifier of nothing": ("BAD_ID", '{ participant(id: "nobody") { id } }', ["participant"]),
    "identifier of another type": ("BAD_ID", '{ participant(id: "Service:X") { id } }', ["participant"]),
    "identifier that only looks like one": (
        "BAD_ID",
        '{ participant(id: "Participant:7") { id } }',
        ["participant"],
    ),
    "identifier with spaces": ("BAD_ID", '{ dossiers(office: " Office:1") { totalCount } }', ["dossiers"]),
    "many identifiers": ("TOO_MANY_IDS", f"{{ nodes(ids: {json.dumps(['x'] * 101)}) {{ id }} }}", ["nodes"]),
    "page of nothing": ("BAD_PAGE_SIZE", "{ dossiers(first: 0) { totalCount } }", ["dossiers"]),
    "page of less": ("BAD_PAGE_SIZE", "{ dossiers(last: -1) { totalCount } }", ["dossiers"]),
    "page of a million": ("BAD_PAGE_SIZE", "{ dossiers(first: 1000000) { totalCount } }", ["dossiers"]),
    "page both ways": ("BAD_PAGE_DIRECTION", "{ dossiers(first: 1, last: 1) { totalCount } }", ["dossiers"]),
    "days in another order": (
        "ORDER_CANNOT_SEARCH",
        '{ dossiers(dueTo: "2026-01-05", order: NEWEST) { totalCount } }',
        ["dossiers"],
    ),
    "cursor of nothing": ("BAD_CURSOR", '{ dossiers(after: "x") { totalCount } }', ["dossiers"]),
    "cursor of another list": (
        "BAD_CURSOR",
        '{ dossiers(after: "WyJ4IiwxXQ") { totalCount } }',
        ["dossiers"],
    ),
    "half a character": ("BAD_TEXT", '{ dossier(reference: "\\u0000") { id } }', ["dossier"]),
    "day far ahead": (
        "DAY_OUTSIDE",
        '{ node(id: "<dossier>") { ... on Dossier { deadline(respondOn: "2999-01-01") { dueOn } } } }',
        ["node", "deadline"],
    ),
    "long text": ("TEXT_TOO_LONG", f'{{ dossier(reference: "{"x" * 1_001}") {{ id }} }}', ["dossier"]),
    "many values": (
        "TOO_MANY_VALUES",
        f"{{ dossiers(status: [{'NEW ' * 101}]) {{ totalCount }} }}",
        ["dossiers"],
    ),
}


@pytest.mark.parametrize(("code", "text", "path"), ASKED.values(), ids=ASKED)
async def test_what_has_no_meaning_is_refused_at_its_place(
    portal: RunningPortal, owner: Connection, code: str, text: str, path: list[str | int]
) -> None:
    office = await people.an_office(owner)
    person = await people.a_participant(owner, office=office)
    dossier = await people.a_dossier(owner, participant=person, due_on=date.fromisoformat("2026-01-05"))
    thu = await portal.officer(owner, office)
    body = json.dumps({"query": text.replace("<dossier>", global_id(dossier))})
    for accept in (JSON, RESPONSE):
        messages = []
        for language in ("vi", "en"):
            response = await portal.post(body, thu, accept=accept, accept_language=language)
            [error] = told(response)
            assert (error["extensions"]["code"], error.get("path", [])) == (code, path)
            assert response.status_code == 200
            assert "data" in response.json()
            messages.append(error["message"])
        assert [bool(VIETNAMESE.search(message)) for message in messages] == [True, False]


async def test_who_lacks_a_scope_is_refused_at_its_place(portal: RunningPortal) -> None:
    ministry = portal.account(a_persona(ViewerKind.PARTNER))
    [error] = told(await portal.ask(SUBMIT, ministry, input={"idempotencyKey": "k", "service": "x"}))
    assert (error["extensions"]["code"], error["path"]) == ("SCOPE_MISSING", ["submitDossier"])


# ----------------------------------------------------------- in what is wished ---


@dataclass(frozen=True)
class World:
    """What there is to wish for."""

    lan: Account
    thu: Account
    service: str
    for_employers: str
    gone: str
    mine: str
    accepted: str
    elsewhere: str
    filed_for: str


@pytest.fixture
async def world(portal: RunningPortal, owner: Connection) -> World:
    """A citizen, the officer of their office, services, and dossiers: of theirs, and of others."""
    office = await people.an_office(owner)
    lan = await portal.citizen(owner, office=office)
    employer = await people.an_employer(owner, office=office)
    return World(
        lan,
        await portal.officer(owner, office),
        f"Service:{await people.a_service(owner)}",
        f"Service:{await people.a_service(owner, applicants=['EMPLOYER'])}",
        f"Service:{await people.a_service(owner, offered_until=date(2025, 12, 31))}",
        global_id(await people.a_dossier(owner, participant=lan.participant)),
        global_id(await people.a_dossier(owner, participant=lan.participant, due_on=date(2026, 1, 5))),
        global_id(await people.a_dossier(owner)),
        global_id(await people.a_dossier(owner, participant=lan.participant, employer=employer)),
    )


WISHES: dict[str, tuple[str, str, str | None, str, dict[str, Any]]] = {
    "not signed in": ("NOT_SIGNED_IN", "", None, WITHDRAW, {"dossier": "<mine>", "expectedVersion": 1}),
    "no service": ("SERVICE_NOT_OFFERED", "service", "lan", SUBMIT, {"service": "Service:NONE"}),
    "service of the past": ("SERVICE_NOT_OFFERED", "service", "lan", SUBMIT, {"service": "<gone>"}),
    "service for others": ("APPLICANT_REFUSED", "service", "lan", SUBMIT, {"service": "<for_employers>"}),
    "identifier of nothing": ("BAD_ID", "service", "lan", SUBMIT, {"service": "NONE"}),
    "for somebody else": (
        "NOT_FOUND",
        "participant",
        "lan",
        SUBMIT,
        {"service": "<service>", "participant": f"Participant:{uuid4()}"},
    ),
    "blank": ("TEXT_MISSING", "request", "lan", SUBMIT, {"service": "<service>", "request": "  "}),
    "long": ("TEXT_TOO_LONG", "request", "lan", SUBMIT, {"service": "<service>", "request": "a" * 4_001}),
    "emoji": ("CHARACTER_REFUSED", "request", "lan", SUBMIT, {"service": "<service>", "request": "😀"}),
    "mark": ("MARK_WITHOUT_LETTER", "request", "lan", SUBMIT, {"service": "<service>", "request": "\u0301"}),
    "no key": (
        "BAD_IDEMPOTENCY_KEY",
        "idempotencyKey",
        "lan",
        SUBMIT,
        {"service": "<service>", "idempotencyKey": ""},
    ),
    "long key": (
        "BAD_IDEMPOTENCY_KEY",
        "idempotencyKey",
        "lan",
        SUBMIT,
        {"service": "<service>", "idempotencyKey": "k" * 101},
    ),
    "no dossier": (
        "NOT_FOUND",
        "dossier",
        "thu",
        ACCEPT,
        {"dossier": f"Dossier:{uuid4()}", "expectedVersion": 1},
    ),
    "dossier of another office": (
        "NOT_FOUND",
        "dossier",
        "thu",
        ACCEPT,
        {"dossier": "<elsewhere>", "expectedVersion": 1},
    ),
    "older version": (
        "VERSION_CONFLICT",
        "expectedVersion",
        "thu",
        ACCEPT,
        {"dossier": "<mine>", "expectedVersion": 7},
    ),
    "accepted already": (
        "DOSSIER_TRANSITION_REFUSED",
        "",
        "thu",
        ACCEPT,
        {"dossier": "<accepted>", "expectedVersion": 2},
    ),
    "not theirs to do": (
        "ACT_NOT_ALLOWED",
        "dossier",
        "lan",
        WITHDRAW,
        {"dossier": "<filed_for>", "expectedVersion": 1},
    ),
}


@pytest.mark.parametrize(("code", "place", "who", "text", "wish"), WISHES.values(), ids=WISHES)
async def test_wish_is_refused_as_data(
    portal: RunningPortal,
    world: World,
    code: str,
    place: str,
    who: str | None,
    text: str,
    wish: dict[str, Any],
) -> None:
    meant = {
        name: getattr(world, value[1:-1]) if str(value).startswith("<") else value
        for name, value in wish.items()
    }
    body = json.dumps({"query": text, "variables": {"input": {"idempotencyKey": uuid4().hex, **meant}}})
    messages = []
    for language in ("vi", "en"):
        response = await portal.post(body, getattr(world, who) if who else None, accept_language=language)
        assert response.status_code == 200
        assert "errors" not in response.json()
        [payload] = response.json()["data"].values()
        [error] = payload["errors"]
        assert (error["code"], error["path"]) == (code, [place] if place else [])
        assert payload["dossier"] is None
        messages.append(error["message"])
    assert [bool(VIETNAMESE.search(message)) for message in messages] == [True, False]


async def test_key_for_another_wish_is_refused_as_data(portal: RunningPortal, world: World) -> None:
    wish = {"idempotencyKey": "k", "service": world.service}
    await portal.told(SUBMIT, world.lan, input=wish)
    again = await portal.told(SUBMIT, world.lan, input={**wish, "request": "x"})
    assert [error["code"] for error in again["submitDossier"]["errors"]] == ["IDEMPOTENCY_KEY_MISMATCH"]


# ------------------------------------------------------------- the whole table ---


HERE = {
    *(sent.code for sent in REQUESTS.values()),
    *(code for code, *_ in (*DOCUMENTS.values(), *ASKED.values(), *WISHES.values())),
    *("NOT_ACCEPTABLE", "TOKEN_EXPIRED", "SESSION_ENDED", "SCOPE_MISSING", "IDEMPOTENCY_KEY_MISMATCH"),
}


def test_there_are_enough() -> None:
    assert sum(map(len, (REQUESTS, DOCUMENTS, ASKED, WISHES))) >= 90


@pytest.mark.parametrize(
    "kind", [kind for kind in said() if kind.code not in HERE], ids=lambda kind: kind.code
)
def test_every_other_code_is_tested_elsewhere(kind: Kind) -> None:
    tests = [path.read_text(encoding="utf-8") for path in Path("tests").rglob("test_*.py")]
    assert any(kind.code in test or kind.__name__ in test for test in tests)
