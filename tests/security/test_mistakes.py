"""Documents written to do harm, and documents with mistakes: each is told, none teaches anything."""

import json
from typing import Any

import pytest

from db.pool import Connection
from selection.faults import MOST_FAULTS
from tests.api.conftest import RunningPortal

# What was written, with which variables, and the name that was meant, which nobody may learn by guessing.
MISTAKES: dict[str, tuple[str, dict[str, Any], str]] = {
    "field": ("{ dossiers { totalCont } }", {}, "totalCount"),
    "root field": ("{ dosier { id } }", {}, "dossier"),
    "field of another type": ("{ node(id: 1) { totalCount } }", {}, "DossierConnection"),
    "argument": ('{ dossier(referenc: "x", reference: "x") { id } }', {}, "reference'?"),
    "type of a fragment": ("{ node(id: 1) { ... on Dosier { id } } }", {}, "Dossier"),
    "type of a named fragment": ("{ ...f } fragment f on Qery { viewer { kind } }", {}, "Query"),
    "type of a variable": ("query ($v: DosierStatus) { viewer { kind } }", {}, "DossierStatus"),
    "enum value": ("{ dossiers(order: NEWST) { totalCount } }", {}, "NEWEST"),
    "enum value of another case": ("{ dossiers(order: newest) { totalCount } }", {}, "NEWEST"),
    "enum value as text": ('{ dossiers(order: "NEWEST") { totalCount } }', {}, "value NEWEST"),
    "enum value of a default": (
        "query ($o: DossierOrder = NEWST) { dossiers(order: $o) { totalCount } }",
        {},
        "NEWEST",
    ),
    "enum value of a variable": (
        "query ($o: DossierOrder!) { dossiers(order: $o) { totalCount } }",
        {"o": "NEWST"},
        "NEWEST",
    ),
    "input field": (
        'mutation { submitDossier(input: { idempotencyKey: "k", service: "x", reqest: "x" }) { replayed } }',
        {},
        "'request'",
    ),
    "input field of a variable": (
        "mutation ($i: SubmitDossierInput!) { submitDossier(input: $i) { replayed } }",
        {"i": {"idempotencyKey": "k", "service": "x", "reqest": "x"}},
        "'request'",
    ),
    "directive": ("{ viewer @skp(if: true) { kind } }", {}, "skip"),
    "argument of a directive": ("{ viewer @skip(iff: true, if: true) { kind } }", {}, "'if'"),
    "variable": ("query ($first: Int) { dossiers(first: $frst) { totalCount } }", {}, "$first'?"),
    "fragment": ("{ ...viewr } fragment viewer on Query { viewer { kind } }", {}, "viewer'?"),
    "selection that is missing": ("{ viewer }", {}, "viewer {"),
    "sign": ("{ viewer { ..kind } }", {}, "'...'?"),
    "quote": ("{ dossier(reference: 'x') { id } }", {}, '(")?'),
    "number": ("{ dossiers(first: .5) { totalCount } }", {}, "0.5"),
}


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(("text", "variables", "meant"), MISTAKES.values(), ids=MISTAKES)
async def test_g12_nobody_learns_a_name_by_guessing(
    portal: RunningPortal, language: str, text: str, variables: dict[str, Any], meant: str
) -> None:
    body = json.dumps({"query": text, "variables": variables})
    response = await portal.post(body, accept_language=language)
    assert response.status_code == 200
    assert "data" not in response.json()
    assert "did you mean" not in response.text.lower()
    assert meant not in "".join(error["message"] for error in response.json()["errors"])


async def test_g12_over_a_socket_nobody_learns_one_either(portal: RunningPortal) -> None:
    async with portal.line() as line:
        for text, variables in (
            ('subscription { dossierEvents(dosier: "x") { seqq } }', {}),
            ("subscription ($d: ID!, $o: DossierOrder) { dossierEvents(dossier: $d) { seq } }", {"d": {}}),
        ):
            await line.ask(text, **variables)
            said = await line.hear()
            assert said["type"] == "error"
            assert "did you mean" not in json.dumps(said).lower()


@pytest.mark.parametrize(
    ("text", "variables", "code"),
    [
        ("{ viewer {", {}, "GRAPHQL_PARSE_FAILED"),
        ("", {}, "GRAPHQL_PARSE_FAILED"),
        ("{ viewer { knd } }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("query ($n: Int!) { dossiers(first: $n) { totalCount } }", {"n": "ten"}, "BAD_USER_INPUT"),
    ],
)
async def test_every_mistake_has_a_code_and_both_languages(
    portal: RunningPortal, text: str, variables: dict[str, Any], code: str
) -> None:
    messages = {}
    for language in ("vi", "en"):
        body = json.dumps({"query": text, "variables": variables})
        [error] = (await portal.post(body, accept_language=language)).json()["errors"]
        assert error["extensions"]["code"] == code
        messages[language] = error["message"]
    assert messages["vi"] != messages["en"]


@pytest.mark.parametrize(
    "text",
    [
        "{ viewer { " + " ".join(f"unknown{number}" for number in range(900)) + " } }",
        "{ viewer { " + " ".join(f"unknown{number}" for number in range(5_000)) + " } }",
        f"query ({' '.join('$v: Int' for _ in range(400))}) {{ viewer {{ kind }} }}",
    ],
    ids=["900", "5000", "one name for many variables"],
)
async def test_g10_many_mistakes_are_told_in_few_words(portal: RunningPortal, text: str) -> None:
    response = await portal.ask(text)
    assert 1 <= len(response.json()["errors"]) <= MOST_FAULTS
    assert len(response.content) < 4_000


async def test_g10_many_wrong_values_of_variables_too(portal: RunningPortal) -> None:
    text = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    response = await portal.ask(text, ids=[{}] * 10_000)
    assert 1 <= len(response.json()["errors"]) <= MOST_FAULTS
    assert len(response.content) < 4_000


NEVER_NULL = {
    "argument": 'query ($v: ID = "x") { participant(id: $v) { id } }',
    "executed": 'query ($v: ID = "x") { participant(id: $v) { id } __schema { __typename } }',
    "item of a list": "query ($v: DossierStatus = NEW) { dossiers(status: [$v]) { nodes { id } } }",
    "input field": """mutation ($v: String = "k") {
      withdrawDossier(input: { idempotencyKey: $v, dossier: "x", expectedVersion: 1 }) { replayed }
    }""",
    "condition": "query ($v: Boolean = true) { viewer { kind @include(if: $v) } }",
    "condition in a fragment": """query ($v: Boolean = true) { ...f }
    fragment f on Query { viewer @skip(if: $v) { kind } }""",
}


@pytest.mark.parametrize("text", NEVER_NULL.values(), ids=NEVER_NULL)
async def test_null_where_only_a_default_may_stand_is_a_mistake_and_no_fault(
    portal: RunningPortal, owner: Connection, text: str
) -> None:
    answer = (await portal.ask(text, await portal.citizen(owner), v=None)).json()
    [error] = answer["errors"]
    assert error["extensions"] == {"code": "NULL_REFUSED"}
    assert "$v" in error["message"]
    assert "data" not in answer


@pytest.mark.parametrize("text", NEVER_NULL.values(), ids=NEVER_NULL)
async def test_default_stands_where_the_variable_is_left_out(
    portal: RunningPortal, owner: Connection, text: str
) -> None:
    answer = (await portal.ask(text, await portal.citizen(owner))).json()
    codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
    assert codes <= {"BAD_ID"}


async def test_null_is_refused_only_in_the_operation_where_it_has_no_meaning(
    portal: RunningPortal, owner: Connection
) -> None:
    text = """query A($v: ID = "x") { participant(id: $v) { id } }
    query B($v: ID = "x") { dossiers(office: $v) { nodes { id } } }"""
    body = json.dumps({"query": text, "operationName": "B", "variables": {"v": None}})
    answer = await portal.post(body, await portal.citizen(owner))
    assert answer.json()["data"] == {"dossiers": {"nodes": []}}
