"""The compiled answer is the answer that strawberry gives, for every shape the translator promises."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from auth.scopes import Scope
from auth.viewer import ANONYMOUS, Viewer
from db import roles
from db.pool import Connection, Pool
from selection.faults import (
    DocumentInvalid,
    DocumentRefused,
    DocumentUnreadable,
    OperationFault,
    TooDeep,
    VariableInvalid,
)
from tests import people
from tests.conftest import Database
from tests.patience import PATIENCE_S
from tests.portal import ask, code_of, done, execute, portal

# Whatever has a meaning in SQL, in JSON, or to a terminal, and lines that no JavaScript of old would read.
AWKWARD = "'\"\\ \\u0041 $1 %s {0} :name --/* \t\n\r\x01\x1f\x7f \u2028\u2029 \ufeff 🏥 \U0010ffff ế ế"


@dataclass(frozen=True)
class Shelf:
    """An office with two people, an employer and seven dossiers, and its officer."""

    officer: Viewer
    office: int
    lan: UUID
    minh: UUID
    employer: UUID
    service: str
    dossiers: tuple[UUID, ...]

    @property
    def variables(self) -> dict[str, Any]:
        """Identifiers of all kinds, for the operations below."""
        return {
            "lan": f"Participant:{self.lan}",
            "office": f"Office:{self.office}",
            "employer": f"Employer:{self.employer}",
            "service": f"Service:{self.service}",
            "dossier": f"Dossier:{self.dossiers[0]}",
        }


@pytest.fixture(scope="module")
async def shelf(database: Database) -> Shelf:
    """The same for every test of this file: they only read."""
    owner = await asyncpg.connect(database.url(roles.OWNER))
    office = await people.an_office(owner)
    lan = await people.a_participant(owner, office=office, name="Nguyễn Thị Lan", number=people.a_number())
    minh = await people.a_participant(owner, office=office, name=AWKWARD)
    employer = await people.an_employer(owner, office=office)
    await people.an_employment(owner, lan, employer)
    service = await people.a_service(owner)
    dossiers = [
        await people.a_dossier(owner, participant=lan, service=service, request=AWKWARD),
        await people.a_dossier(owner, participant=lan, service=service, due_on=date(2026, 12, 24)),
        await people.a_dossier(owner, participant=lan, service=service, due_on=date(2026, 12, 1)),
        await people.a_dossier(owner, participant=lan, employer=employer, service=service),
        await people.a_dossier(owner, participant=minh, service=service),
        await people.a_dossier(owner, participant=minh, due_on=date(2026, 12, 24)),
        await people.a_dossier(owner, participant=minh),
    ]
    officer = await people.officer_of(owner, office)
    await owner.close()
    return Shelf(officer, office, lan, minh, employer, service, tuple(dossiers))


LONG = "k" * 200  # more than three times what PostgreSQL takes for a name
MANY_FIELDS = " ".join(f"a{number}: reference b{number}: dueOn" for number in range(80))

SHAPES = {
    "scalars": """
        { dossiers { nodes { id reference code status version applicant request submittedAt acceptedAt
        dueOn closedAt } } }
    """,
    "type names": """
        { __typename dossiers(first: 2) { __typename pageInfo { __typename } edges { __typename node {
        __typename service { __typename } } } nodes { __typename } } viewer { __typename } }
    """,
    "only a type name": "{ __typename }",
    "computed": "{ viewer { kind name scopes } dossiers { nodes { events { nodes { cursor seq } } } } }",
    "links": """
        { dossiers { nodes { service { code group nationalCode } serviceVersion { law forms applicants
        unconfirmed } office { code parent { code } } participant { fullName sex birthDate diedOn }
        employer { name } } } }
    """,
    "links in links": """
        { dossiers { nodes { participant { office { parent { id } below { totalCount } } dossiers { nodes
        { service { version { validFrom validTo } } } } } } } }
    """,
    "connections in connections": """
        { participants { nodes { dossiers(first: 2) { totalCount pageInfo { hasNextPage } nodes { events {
        nodes { seq kind status at } } } } } } }
    """,
    "the same field twice": """
        { due: dossiers(order: DUE) { nodes { id } } old: dossiers(order: OLDEST, first: 3) { nodes { id }
        } old2: dossiers(last: 3) { nodes { id x: reference y: reference } } }
    """,
    "the same connection twice below": """
        { participants { nodes { id new: dossiers(first: 1) { nodes { id } } accepted: dossiers(status:
        [ACCEPTED]) { totalCount nodes { id } } } } }
    """,
    "one page shown in several ways": """
        { dossiers(first: 3) { a: nodes { id } b: nodes { reference } edges { cursor node { id } } f:
        edges { n: node { status } m: node { code } cursor } pageInfo { startCursor endCursor } totalCount
        t: totalCount totalCountIsExact } }
    """,
    "only counts": "{ dossiers { totalCount totalCountIsExact } participants { totalCount } }",
    "only page information": "{ dossiers { pageInfo { hasNextPage hasPreviousPage } } }",
    "only where a page begins": "{ dossiers { pageInfo { startCursor } } }",
    "a page's beginning alone, with a size that a variable has": """
        query ($n: Int = 3) { dossiers(first: $n) { pageInfo { hasPreviousPage } } }
    """,
    "an empty page": """
        query ($employer: ID!) { dossiers(employer: $employer, status: [RETURNED]) { totalCount nodes { id
        } edges { cursor } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } }
    """,
    "orders": """
        { a: dossiers(order: NEWEST) { nodes { id } } b: dossiers(order: OLDEST) { nodes { id } } c:
        dossiers(order: DUE) { nodes { id dueOn } } d: participants(order: NAME) { nodes { id } } e:
        participants(order: REGISTERED) { nodes { id } } }
    """,
    "filters": """
        query ($lan: ID!, $office: ID!, $employer: ID!, $service: ID!) { a: dossiers(participant: $lan) {
        totalCount nodes { id } } b: dossiers(office: $office, service: $service) { totalCount nodes { id
        } } c: dossiers(employer: $employer) { totalCount nodes { id } } d: dossiers(status: [NEW,
        ACCEPTED], dueFrom: "2026-12-02", dueTo: "2026-12-31") { totalCount nodes { id } } e:
        dossiers(status: NEW) { totalCount nodes { id } } f: participants(namePrefix: "nGUYEN  thi") {
        totalCount nodes { id } } }
    """,
    "fragments": """
        { dossiers { ...page } } fragment page on DossierConnection { nodes { ...dossier ...dossier id }
        totalCount } fragment dossier on Dossier { id participant { ...person } participant { birthDate }
        } fragment person on Participant { fullName }
    """,
    "fields merged": """
        { dossiers { nodes { participant { id } } } dossiers { nodes { participant { fullName } reference
        } totalCount } }
    """,
    "inline fragments": """
        query ($dossier: ID!) { node(id: $dossier) { id ... on Dossier { reference ... on Node {
        __typename } ... { status } } ... on Participant { fullName } } }
    """,
    "several of any type": """
        query ($dossier: ID!, $lan: ID!, $office: ID!, $service: ID!, $employer: ID!) { nodes(ids: [$lan,
        $dossier, "x", $office, $service, $employer, $dossier]) { id __typename ... on Dossier { events {
        totalCount } } ... on Participant { dossiers { totalCount } } ... on Service { code } } }
    """,
    "none of any type": "{ nodes(ids: []) { id } }",
    "several roots": """
        query ($lan: ID!, $dossier: ID!) { viewer { kind } participant(id: $lan) { id } node(id: $dossier)
        { id } services(first: 3) { nodes { code } } dossiers(first: 1) { totalCount } }
    """,
    "absent links": """
        { dossier(reference: "none") { id } service(code: "none") { id } viewer { participant { id } } }
    """,
    "long response keys": """
        { LONG1: dossiers(first: 2) { LONG1: nodes { LONG1: id LONG2: reference } LONG2: nodes { LONG:
        status } LONG3: edges { LONG1: node { id } LONG2: node { code } } } LONG2: dossiers(first: 3) {
        nodes { id } } }
    """.replace("LONG", LONG),
    "keys that look alike": """
        { dossiers(first: 1) { a_b: edges { c: node { id } } a: edges { b_c: node { code } } nodes {
        nodes: id Nodes: reference page: status } } }
    """,
    "more fields than a function takes": "{ dossiers(first: 2) { nodes { MANY } } }".replace(
        "MANY", MANY_FIELDS
    ),
    "a variable everywhere": """
        query ($n: Int, $s: [DossierStatus!], $o: DossierOrder! = OLDEST) { dossiers(first: $n, status:
        $s, order: $o) { nodes { id } } }
    """,
    "a service's versions": """
        query ($service: ID!) { node(id: $service) { ... on Service { version(on: "2025-07-01") { id
        timeLimits { nodes { appliesTo days unit note } } } before: version(on: "2001-01-01") { id }
        versions { nodes { level legalBasis } } } } }
    """,
    "skipped and included": """
        query ($yes: Boolean! = true, $no: Boolean! = false) { dossiers(first: 2) { totalCount @skip(if:
        $yes) nodes @include(if: $yes) { id @skip(if: $no) code @include(if: $no) ...r @skip(if: $yes) ...
        @include(if: $yes) { status } version @skip(if: $no) @include(if: $no) } } } fragment r on Dossier
        { reference }
    """,
    "one of several types": """
        { dossiers { nodes { filedBy { __typename ... on Employer { name code } ... on Participant { fullName
        dossiers(first: 1) { nodes { filedBy { ... on Node { id } } } } } ...filer } } } } fragment filer on
        Filer { ... on Employer { office { code } } }
    """,
    "one type of several": "{ dossiers { nodes { filedBy { ... on Employer { name } } } } }",
    "none of several types": "{ dossiers { nodes { filedBy { ... on Node { ... on Office { code } } } } } }",
    "what a rule says": """
        { dossiers { nodes { deadline { __typename acceptedOn dueOn daysOff limit { days unit note } } code }
        } }
    """,
    "what a rule says of a value": """
        query ($soon: Date! = "2026-12-03", $none: Date) { dossiers(order: DUE) { nodes { deadline(respondOn:
        $none) { isLate } late: deadline(respondOn: "2026-12-30") { ...d } soon: deadline(respondOn: $soon) {
        ...d dueOn } plain: deadline { asOf } } } } fragment d on Deadline { on: asOf workingDaysLeft
        workingDaysLate isLate l: limit { days } }
    """,
    "what a rule says at every kind of place": """
        query ($dossier: ID!, $lan: ID!) { nodes(ids: [$dossier, $lan, "x"]) { id ... on Dossier { deadline {
        dueOn } } ... on Participant { dossiers(first: 2) { edges { n: node { deadline { dueOn } } cursor }
        nodes { filedBy { ... on Participant { dossiers(last: 1) { nodes { deadline { dueOn } } } } } } } } }
        node(id: $dossier) { ... on Dossier { deadline { dueOn } participant { dossiers { nodes { deadline {
        isLate } } pageInfo { hasNextPage } } } } } viewer { kind } }
    """,
    "a rule that is not asked": """
        query ($no: Boolean! = false) { dossiers { nodes { id deadline @include(if: $no) { dueOn } } } }
    """,
    "nothing left": "query ($no: Boolean! = false) { viewer @include(if: $no) { kind } }",
    "nothing left below": """
        query ($no: Boolean! = false) { viewer { kind @include(if: $no) } dossiers { nodes { id
        @include(if: $no) } } }
    """,
}


def of_use(text: str, variables: dict[str, Any]) -> dict[str, Any]:
    """The variables that an operation declares."""
    return {name: value for name, value in variables.items() if f"${name}:" in text}


@pytest.mark.parametrize("shape", SHAPES)
async def test_the_compiled_answer_is_strawberrys(pool: Pool, shelf: Shelf, shape: str) -> None:
    text = SHAPES[shape]
    variables = of_use(text, shelf.variables)
    compiled = await ask(pool, shelf.officer, text, **variables)
    executed = await done(pool, shelf.officer, text, **variables)
    assert compiled == executed
    # In the order of the document, too.
    assert json.dumps(compiled) == json.dumps(executed)


@pytest.mark.parametrize("shape", SHAPES)
async def test_an_operation_is_one_statement(database: Database, shelf: Shelf, shape: str) -> None:
    text = SHAPES[shape]
    connection = await asyncpg.connect(database.url(roles.API))
    statements: list[str] = []
    connection.add_query_logger(lambda record: statements.append(record.query))
    await ask(connection, shelf.officer, text, **of_use(text, shelf.variables))
    await connection.close()
    assert len(statements) == 1
    assert statements[0].startswith("WITH viewer AS MATERIALIZED")


async def test_nothing_of_a_value_stands_in_the_statement(database: Database, shelf: Shelf) -> None:
    connection = await asyncpg.connect(database.url(roles.API))
    statements: list[str] = []
    connection.add_query_logger(lambda record: statements.append(record.query))
    sly = "x'; DROP TABLE dossiers; --"
    await ask(
        connection,
        shelf.officer,
        'query ($r: String!) { a: dossier(reference: $r) { id } b: dossier(reference: "SLY") { id }'
        ' c: participants(namePrefix: "SLY") { totalCount } d: nodes(ids: ["Dossier:SLY"]) { id } }'.replace(
            "SLY", sly
        ),
        r=sly,
    )
    await connection.close()
    assert len(statements) == 1
    assert "DROP" not in statements[0]
    assert "'''" not in statements[0]


async def test_an_operation_may_be_as_deep_as_it_may(pool: Pool, shelf: Shelf) -> None:
    turn = "dossiers(first: 1) { nodes { participant { "
    text = "{ participants(first: 1) { nodes { " + turn * 5 + "office { id }" + " } } }" * 5 + " } } }"
    compiled = await ask(pool, shelf.officer, text)
    assert compiled == await done(pool, shelf.officer, text)


@pytest.mark.parametrize("depth", [30, 60, 100, 300, 600])
async def test_an_operation_of_any_depth_is_refused_in_words(pool: Pool, shelf: Shelf, depth: int) -> None:
    text = '{ node(id: "x") { ... on Office { ' + "parent { " * depth + "id" + " }" * depth + " } } }"
    result = await execute(pool, shelf.officer, text)
    assert result.errors
    assert "recursion" not in result.errors[0].message
    with pytest.raises((OperationFault, AssertionError)):  # too deep, or not even planned
        await ask(pool, shelf.officer, text)


# -------------------------------------------------------------------------- the values ---


async def test_texts_come_back_as_they_were(pool: Pool, shelf: Shelf) -> None:
    answer = await ask(
        pool,
        shelf.officer,
        "query ($d: ID!, $p: ID!) { d: node(id: $d) { ... on Dossier { request } }"
        " p: participant(id: $p) { fullName } }",
        d=f"Dossier:{shelf.dossiers[0]}",
        p=f"Participant:{shelf.minh}",
    )
    assert answer == {"d": {"request": AWKWARD}, "p": {"fullName": AWKWARD}}


async def test_values_are_what_the_tables_hold(pool: Pool, owner: Connection, shelf: Shelf) -> None:
    answer = await ask(pool, shelf.officer, SHAPES["scalars"])
    rows = await owner.fetch("SELECT * FROM dossiers WHERE office_id = $1 ORDER BY id DESC", shelf.office)
    for node in answer["dossiers"]["nodes"]:
        for instant in ("submittedAt", "acceptedAt"):
            assert node[instant] is None or node[instant].endswith("+00:00")
            node[instant] = node[instant] and datetime.fromisoformat(node[instant])
    assert answer["dossiers"]["nodes"] == [
        {
            "id": f"Dossier:{row['id']}",
            "reference": row["reference"],
            "code": row["code"],
            "status": row["status"],
            "version": row["version"],
            "applicant": row["applicant"],
            "request": row["request"],
            "submittedAt": row["submitted_at"],
            "acceptedAt": row["accepted_at"],
            "dueOn": row["due_on"] and row["due_on"].isoformat(),
            "closedAt": None,
        }
        for row in rows
    ]


@pytest.mark.parametrize(
    ("arguments", "condition"),
    [
        ("", "true"),
        ("(status: [NEW])", "status = 'NEW'"),
        ("(status: [])", "false"),
        ("(status: null)", "true"),
        ('(dueFrom: "2026-12-02")', "due_on >= '2026-12-02'"),
        ('(dueTo: "2026-12-01", order: DUE)', "due_on <= '2026-12-01'"),
        ("(order: DUE)", "due_on IS NOT NULL"),
    ],
)
async def test_total_count_is_the_number_of_rows(
    pool: Pool, owner: Connection, shelf: Shelf, arguments: str, condition: str
) -> None:
    answer = await ask(pool, shelf.officer, f"{{ dossiers{arguments} {{ totalCount totalCountIsExact }} }}")
    count = await owner.fetchval(
        f"SELECT count(*) FROM dossiers WHERE office_id = $1 AND {condition}",  # noqa: S608 -- written above
        shelf.office,
    )
    assert answer["dossiers"] == {"totalCount": count, "totalCountIsExact": True}


async def test_a_long_list_is_counted_to_ten_thousand(pool: Pool, owner: Connection) -> None:
    office = await people.an_office(owner)
    await owner.execute(
        "INSERT INTO participants (full_name, folded_name, sort_name, birth_date, sex, office_id)"
        " SELECT 'A', 'a', 'a', '2000-01-01', 'MALE', $1 FROM generate_series(1, 10001)",
        office,
    )
    officer = await people.officer_of(owner, office)
    count = "{ participants { totalCount totalCountIsExact } }"
    assert await ask(pool, officer, count) == {
        "participants": {"totalCount": 10_000, "totalCountIsExact": False}
    }
    await owner.execute(
        "DELETE FROM participants"
        " WHERE id = (SELECT id FROM participants WHERE office_id = $1 ORDER BY id LIMIT 1)",
        office,
    )
    assert await ask(pool, officer, count) == {
        "participants": {"totalCount": 10_000, "totalCountIsExact": True}
    }


# -------------------------------------------------------------------- absent, null, present ---

BY_VARIABLES = (
    "query ($p: ID, $s: [DossierStatus!], $from: Date, $n: Int, $o: DossierOrder! = OLDEST) {"
    " dossiers(participant: $p, status: $s, dueFrom: $from, first: $n, order: $o)"
    " { totalCount nodes { id } } }"
)


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"p": None, "s": None, "from": None, "n": None},
        {"p": "lan"},
        {"p": "lan", "s": ["ACCEPTED"]},
        {"p": "lan", "s": []},
        {"from": "2026-12-10", "o": "DUE", "n": 1},
        {"n": 100},
    ],
)
async def test_a_variable_that_is_absent_or_null_filters_nothing(
    pool: Pool, shelf: Shelf, variables: dict[str, Any]
) -> None:
    given = {**variables, **({"p": f"Participant:{shelf.lan}"} if variables.get("p") else {})}
    compiled = await ask(pool, shelf.officer, BY_VARIABLES, **given)
    assert compiled == await done(pool, shelf.officer, BY_VARIABLES, **given)
    expected = {
        "p": {shelf.lan},
        None: {shelf.lan, shelf.minh},
    }
    if not variables.get("s") and variables.get("s") != [] and "from" not in variables:
        count = {1: 4, 2: 7}[len(expected["p" if variables.get("p") else None])]
        assert compiled["dossiers"]["totalCount"] == count


DUE_FROM = (
    "query ($since: Date, $o: DossierOrder, $at: Cursor) {"
    " dossiers(dueFrom: $since, order: $o, after: $at) { nodes { id } pageInfo { endCursor } } }"
)


@pytest.mark.parametrize("given", [{}, {"o": None}, {"o": "DUE"}])
async def test_a_list_searched_by_due_day_comes_by_due_day(
    pool: Pool, shelf: Shelf, given: dict[str, Any]
) -> None:
    compiled = await ask(pool, shelf.officer, DUE_FROM, since="2026-12-02", **given)
    by_day = await ask(pool, shelf.officer, DUE_FROM, since="2026-12-02", o="DUE")
    assert compiled == by_day == await done(pool, shelf.officer, DUE_FROM, since="2026-12-02", **given)


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ('{ dossiers(dueFrom: "2026-12-02", order: OLDEST) { totalCount } }', {}),
        ('{ dossiers(dueTo: "2026-12-02", order: NEWEST) { totalCount } }', {}),
        ('{ participants(namePrefix: "n", order: REGISTERED) { totalCount } }', {}),
        (DUE_FROM, {"since": "2026-12-02", "o": "NEWEST"}),
        (
            DUE_FROM.replace("order: $o", "order: $o, dueTo: $to").replace("$at:", "$to: Date, $at:"),
            {"to": "2026-12-02", "o": "OLDEST"},
        ),
    ],
)
async def test_an_order_that_cannot_search_is_refused_at_its_field(
    pool: Pool, shelf: Shelf, text: str, variables: dict[str, Any]
) -> None:
    result = await execute(pool, shelf.officer, text, **variables)
    assert result.errors
    assert [(code_of(error), error.path) for error in result.errors] == [
        ("ORDER_CANNOT_SEARCH", ["participants" if "participants" in text else "dossiers"])
    ]


async def test_an_order_is_not_refused_for_a_search_that_is_null(pool: Pool, shelf: Shelf) -> None:
    newest = await ask(pool, shelf.officer, DUE_FROM, since=None, o="NEWEST")
    assert newest == await ask(pool, shelf.officer, DUE_FROM)


async def test_a_cursor_of_the_usual_order_is_none_of_a_search(pool: Pool, shelf: Shelf) -> None:
    at = (await ask(pool, shelf.officer, DUE_FROM))["dossiers"]["pageInfo"]["endCursor"]
    result = await execute(pool, shelf.officer, DUE_FROM, since="2026-12-02", at=at)
    assert result.errors
    assert [code_of(error) for error in result.errors] == ["BAD_CURSOR"]


async def test_a_variable_inside_a_list_is_read(pool: Pool, shelf: Shelf) -> None:
    text = "query ($s: DossierStatus!) { dossiers(status: [$s, RETURNED]) { totalCount } }"
    for status, count in (("NEW", 4), ("ACCEPTED", 3)):
        assert await ask(pool, shelf.officer, text, s=status) == {"dossiers": {"totalCount": count}}
        assert await done(pool, shelf.officer, text, s=status) == {"dossiers": {"totalCount": count}}


# --------------------------------------------------------------------- by identifier ---

UNKNOWN = [
    "",
    ":",
    "x",
    "Dossier",
    "Dossier:",
    "Dossier:1",
    "Dossier:{KEY}x",
    "Dossier:{{KEY}}",
    "Dossier:urn:uuid:KEY",
    "dossier:KEY",
    "Query:1",
    "DossierEvent:1",
    "ServiceTimeLimit:1",
    "Viewer:1",
    "Office:1_0",
    "Office:٣",
    "Office:+1",
    "Office: 1",
    "Office:2147483648",
    "Office:-2147483649",
    "Office:" + "9" * 5_000,
    "Service:\0",
    "Service:\ud800",
    "Service:'; --",
    "Participant:" + "KEY",
]


@pytest.mark.parametrize("identifier", UNKNOWN)
async def test_what_is_no_identifier_is_answered_as_what_is_not_there(
    pool: Pool, shelf: Shelf, identifier: str
) -> None:
    identifier = identifier.replace("KEY", str(shelf.dossiers[0]))
    text = "query ($id: ID!) { node(id: $id) { id } nodes(ids: [$id, $id]) { id } }"
    nothing = {"node": None, "nodes": [None, None]}
    assert await ask(pool, shelf.officer, text, id=identifier) == nothing
    assert await done(pool, shelf.officer, text, id=identifier) == nothing


async def test_hidden_and_absent_look_the_same(pool: Pool, owner: Connection, shelf: Shelf) -> None:
    hidden = await people.a_dossier(owner)
    text = "query ($id: ID!) { node(id: $id) { id } }"
    told = [(await ask(pool, shelf.officer, text, id=f"Dossier:{key}")) for key in (hidden, uuid4())]
    assert told == [{"node": None}, {"node": None}]


async def test_what_takes_a_scope_is_not_there_without_it(pool: Pool, shelf: Shelf) -> None:
    reader = replace(shelf.officer, scopes=frozenset({Scope.DOSSIER_READ}))
    ids = [f"Participant:{shelf.lan}", f"Dossier:{shelf.dossiers[0]}"]
    answer = await ask(pool, reader, "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)
    assert answer == {"nodes": [None, {"id": ids[1]}]}


# ------------------------------------------------------------------------- what is wrong ---

A_HUNDRED_AND_ONE = '["x"' + ', "x"' * 100 + "]"

WRONG = [
    ("{ dossiers(first: 0) { totalCount } }", {}, "BAD_PAGE_SIZE", ["dossiers"]),
    ("{ dossiers(first: 101) { totalCount } }", {}, "BAD_PAGE_SIZE", ["dossiers"]),
    ("{ dossiers(last: -1) { totalCount } }", {}, "BAD_PAGE_SIZE", ["dossiers"]),
    ("query ($n: Int) { d: dossiers(first: $n) { totalCount } }", {"n": 0}, "BAD_PAGE_SIZE", ["d"]),
    ("query ($n: Int) { d: dossiers(last: $n) { totalCount } }", {"n": 101}, "BAD_PAGE_SIZE", ["d"]),
    ("query ($n: Int) { dossiers(first: $n) { totalCount } }", {"n": -5}, "BAD_PAGE_SIZE", ["dossiers"]),
    ("{ dossiers(first: 2, last: 2) { totalCount } }", {}, "BAD_PAGE_DIRECTION", ["dossiers"]),
    ('{ dossiers(first: 2, before: "x") { totalCount } }', {}, "BAD_PAGE_DIRECTION", ["dossiers"]),
    ('{ dossiers(last: 2, after: "x") { totalCount } }', {}, "BAD_PAGE_DIRECTION", ["dossiers"]),
    ('{ dossiers(before: "x") { totalCount } }', {}, "BAD_PAGE_DIRECTION", ["dossiers"]),
    ('{ dossiers(after: "x") { totalCount } }', {}, "BAD_CURSOR", ["dossiers"]),
    (
        '{ participants { nodes { a: dossiers(after: "eA") { totalCount } } } }',
        {},
        "BAD_CURSOR",
        ["participants", "nodes", "a"],
    ),
    (
        "query ($p: ID) { dossiers(participant: $p) { totalCount } }",
        {"p": "Office:1"},
        "BAD_ID",
        ["dossiers"],
    ),
    ('{ dossiers(office: "Office:x") { totalCount } }', {}, "BAD_ID", ["dossiers"]),
    ('{ dossiers(office: "Office:99999999999") { totalCount } }', {}, "BAD_ID", ["dossiers"]),
    ('{ participant(id: "x") { id } }', {}, "BAD_ID", ["participant"]),
    (
        "query ($r: String!) { dossier(reference: $r) { id } }",
        {"r": "\0"},
        "BAD_TEXT",
        ["dossier"],
    ),
    (
        "query ($r: String!) { participants(namePrefix: $r) { totalCount } }",
        {"r": "\ud800"},
        "BAD_TEXT",
        ["participants"],
    ),
    ("{ nodes(ids: " + A_HUNDRED_AND_ONE + ") { id } }", {}, "TOO_MANY_IDS", ["nodes"]),
]

ACCEPTED = """
mutation ($input: AcceptDossierInput!) { acceptDossier(input: $input) { dossier { filedBy { __typename ... on
Participant { fullName } } deadline { dueOn daysOff } past: deadline(respondOn: "1999-12-31") { dueOn } dueOn
} } }
"""


async def test_a_payload_shows_what_a_rule_says(pool: Pool, owner: Connection) -> None:
    office = await people.an_office(owner)
    person = await people.a_participant(owner, office=office, name="Lê Thị Hoa")
    dossier = await people.a_dossier(owner, participant=person, service=await people.a_service(owner, days=6))
    wish = {"idempotencyKey": "k", "dossier": f"Dossier:{dossier}", "expectedVersion": 1}
    result = await execute(pool, await people.officer_of(owner, office), ACCEPTED, input=wish)
    assert result.data
    shown = result.data["acceptDossier"]["dossier"]
    assert shown["filedBy"] == {"__typename": "Participant", "fullName": "Lê Thị Hoa"}
    assert shown["deadline"]["dueOn"] == shown["dueOn"]
    # Six working days never fit into one week, whatever day it is today.
    assert len(shown["deadline"]["daysOff"]) >= 2
    assert shown["past"] is None
    assert [(code_of(error), error.path) for error in result.errors or ()] == [
        ("DAY_OUTSIDE", ["acceptDossier", "dossier", "past"])
    ]


AWAY = '{ dossiers(order: DUE, first: 2) { nodes { code deadline(respondOn: "1999-12-31") { dueOn } } } }'


async def test_what_a_rule_refuses_is_null_at_its_place(pool: Pool, shelf: Shelf) -> None:
    assert await portal().answer(pool, shelf.officer, AWAY, None, {}) is None
    result = await execute(pool, shelf.officer, AWAY)
    assert result.data
    assert [bool(node["code"]) for node in result.data["dossiers"]["nodes"]] == [True, True]
    assert [node["deadline"] for node in result.data["dossiers"]["nodes"]] == [None, None]
    assert [(code_of(error), error.path) for error in result.errors or ()] == [
        ("DAY_OUTSIDE", ["dossiers", "nodes", place, "deadline"]) for place in (0, 1)
    ]


@pytest.mark.parametrize(("text", "variables", "code", "path"), WRONG)
async def test_what_is_wrong_has_a_code_and_a_place(
    pool: Pool, shelf: Shelf, *, text: str, variables: dict[str, Any], code: str, path: list[str]
) -> None:
    with pytest.raises(OperationFault) as fault:
        await ask(pool, shelf.officer, text, **variables)
    assert (code_of(fault.value), list(fault.value.path or ())) == (code, path)
    result = await execute(pool, shelf.officer, text, **variables)
    assert result.errors
    assert [(code_of(error), list(error.path or ())) for error in result.errors] == [(code, path)]


@pytest.mark.parametrize(
    ("text", "argument"),
    [
        ('{ dossiers(after: "x") { totalCount } }', "after"),
        ('{ dossiers(office: "Office:x") { totalCount } }', "office"),
        ('{ participant(id: "x") { id } }', "id"),
        ("{ nodes(ids: " + A_HUNDRED_AND_ONE + ") { id } }", "ids"),
    ],
)
async def test_the_argument_that_is_wrong_is_named(
    pool: Pool, shelf: Shelf, text: str, argument: str
) -> None:
    result = await execute(pool, shelf.officer, text)
    assert [(error.extensions or {}).get("argument") for error in result.errors or ()] == [argument]


@pytest.mark.parametrize(("text", "variables", "code", "path"), WRONG[:9])
async def test_what_is_wrong_is_wrong_with_a_plan_that_others_made(
    pool: Pool, shelf: Shelf, *, text: str, variables: dict[str, Any], code: str, path: list[str]
) -> None:
    if variables:
        await ask(pool, shelf.officer, text, n=10)
    with pytest.raises(OperationFault) as fault:
        await ask(pool, shelf.officer, text, **variables)
    assert (code_of(fault.value), list(fault.value.path or ())) == (code, path)


SCOPED = [
    ("{ dossiers { nodes { id } } }", Scope.DOSSIER_READ, ["dossiers"]),
    ("{ dossiers { totalCount } }", Scope.DOSSIER_READ, ["dossiers"]),
    ("{ dossiers { pageInfo { hasNextPage } } }", Scope.DOSSIER_READ, ["dossiers"]),
    ('{ dossier(reference: "x") { id } }', Scope.DOSSIER_READ, ["dossier"]),
    ("{ participants { totalCount } }", Scope.PARTICIPANT_READ, ["participants"]),
    ("{ viewer { me: participant { id } } }", Scope.PARTICIPANT_READ, ["viewer", "me"]),
    (
        "{ participants { nodes { identifiers { totalCount } } } }",
        Scope.IDENTIFIER_READ,
        ["participants", "nodes", "identifiers"],
    ),
    (
        "{ participants { edges { node { employments { __typename } } } } }",
        Scope.EMPLOYMENT_READ,
        ["participants", "edges", "node", "employments"],
    ),
    (
        "{ dossiers { nodes { filedBy { ... on Participant { id } } } } }",
        Scope.PARTICIPANT_READ,
        ["dossiers", "nodes", "filedBy"],
    ),
    (
        '{ node(id: "x") { ... on Dossier { participant { id } } } }',
        Scope.PARTICIPANT_READ,
        ["node", "participant"],
    ),
]


@pytest.mark.parametrize(("text", "scope", "path"), SCOPED)
async def test_a_missing_scope_is_named_at_its_place(
    pool: Pool, shelf: Shelf, text: str, scope: Scope, path: list[str]
) -> None:
    without = replace(shelf.officer, scopes=shelf.officer.scopes - {scope})
    # Whoever has the scope may have asked before; the plan that was made for them is not used.
    for _ in range(2):
        with pytest.raises(OperationFault, match=f"`{scope}`") as fault:
            await ask(pool, without, text)
        assert (code_of(fault.value), list(fault.value.path or ())) == ("SCOPE_MISSING", path)
        result = await execute(pool, without, text)
        assert result.errors
        assert [(code_of(error), list(error.path or ())) for error in result.errors] == [
            ("SCOPE_MISSING", path)
        ]
        await ask(pool, shelf.officer, text)


@pytest.mark.parametrize(("text", "scope", "path"), SCOPED)
async def test_a_scope_beyond_the_assurance_names_its_level_at_its_place(
    pool: Pool, shelf: Shelf, text: str, scope: Scope, path: list[str]
) -> None:
    weaker = replace(shelf.officer, scopes=shelf.officer.scopes - {scope}, withheld={scope: 2})
    for _ in range(2):
        with pytest.raises(OperationFault) as fault:
            await ask(pool, weaker, text)
        assert (code_of(fault.value), list(fault.value.path or ())) == ("STEP_UP_REQUIRED", path)
        result = await execute(pool, weaker, text)
        assert result.errors
        assert [(error.extensions, list(error.path or ())) for error in result.errors] == [
            ({"code": "STEP_UP_REQUIRED", "level": 2}, path)
        ]
        await ask(pool, shelf.officer, text)


async def test_what_is_public_is_for_everybody(pool: Pool, shelf: Shelf) -> None:
    text = """query ($s: ID!) {
        services(first: 1) { nodes { nameVi } } node(id: $s) { id } viewer { kind name scopes }
    }"""
    answer = await ask(pool, ANONYMOUS, text, s=f"Service:{shelf.service}")
    assert answer["node"] == {"id": f"Service:{shelf.service}"}
    assert answer["viewer"] == {"kind": "ANONYMOUS", "name": None, "scopes": []}
    assert answer == await done(pool, ANONYMOUS, text, s=f"Service:{shelf.service}")


# -------------------------------------------------------------------- what falls through ---


@pytest.mark.parametrize(
    "text",
    [
        "{ __schema { queryType { name } } dossiers { nodes { id } } }",
        '{ __type(name: "Dossier") { name } node(id: "x") { id } viewer { kind offices { nodes { id } } } }',
    ],
)
async def test_introspection_beside_data_is_strawberrys_to_answer(
    pool: Pool, shelf: Shelf, text: str
) -> None:
    for _ in range(2):
        assert await portal().answer(pool, shelf.officer, text, None, {}) is None
    data = await done(pool, shelf.officer, text)
    alone = text.replace("__schema { queryType { name } }", "").replace(
        '__type(name: "Dossier") { name }', ""
    )
    assert {key: value for key, value in data.items() if not key.startswith("__")} == await ask(
        pool, shelf.officer, alone
    )


@pytest.mark.parametrize(
    ("text", "operation_name"),
    [
        ("query a { viewer { kind } } query b { viewer { kind } }", None),
        ("query a { viewer { kind } }", "b"),
        ("mutation { __typename }", None),
        ('subscription { dossierEvents(dossier: "x") { seq } }', None),
    ],
)
async def test_what_is_no_query_is_left_to_strawberry(
    pool: Pool, shelf: Shelf, text: str, operation_name: str | None
) -> None:
    assert await portal().answer(pool, shelf.officer, text, operation_name, {}) is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", DocumentUnreadable),
        ("{ viewer { kind } } " * 700, DocumentUnreadable),
        ("{ nothing }", DocumentInvalid),
        ("subscription { __typename }", DocumentInvalid),
        ('{ node(id: "x") { ... on Office { ' + "parent { " * 19 + "id" + " }" * 21 + " }", TooDeep),
        ("query ($n: Int!) { dossiers(first: $n) { totalCount } }", VariableInvalid),
    ],
)
async def test_what_has_faults_is_refused(
    pool: Pool, shelf: Shelf, text: str, fault: type[DocumentRefused]
) -> None:
    with pytest.raises(fault):
        await portal().answer(pool, shelf.officer, text, None, {})


async def test_an_operation_is_chosen_by_its_name(pool: Pool, shelf: Shelf) -> None:
    text = "query a { viewer { kind } } query b { viewer { name } }"
    assert await ask(pool, shelf.officer, text, operation_name="b") == {"viewer": {"name": "Phạm Văn Thử"}}


async def test_an_operation_that_is_left_to_strawberry_keeps_nothing_of_its_callers(
    pool: Pool, shelf: Shelf
) -> None:
    text = '{ __type(name: "Office") { name } viewer { kind } }'
    for _ in range(3):
        assert await portal().answer(pool, shelf.officer, text, None, {}) is None
    document = portal().documents.read(text)
    operation = document and document.operation(None)
    assert operation
    assert list(operation.variants.items.values()) == ["Query.__type"]


# ------------------------------------------------------------------------ page by page ---


@pytest.fixture(scope="module")
async def long_list(database: Database) -> AsyncIterator[tuple[Viewer, UUID, str]]:
    """An officer of an office with fifty-seven dossiers of one person, several due on the same day."""
    owner = await asyncpg.connect(database.url(roles.OWNER))
    office = await people.an_office(owner)
    person = await people.a_participant(owner, office=office)
    service = await people.a_service(owner)
    for number in range(57):
        await people.a_dossier(
            owner, participant=person, service=service, due_on=date(2026, 12, 1 + number % 5)
        )
    yield await people.officer_of(owner, office), person, service
    await owner.close()


FORWARDS = """
query ($n: Int, $at: Cursor, $o: DossierOrder!) { dossiers(first: $n, after: $at, order: $o) {
  nodes { id } edges { cursor node { id } } totalCount
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }
"""
BACKWARDS = FORWARDS.replace("first: $n, after: $at", "last: $n, before: $at")


@pytest.mark.parametrize("order", ["NEWEST", "OLDEST", "DUE"])
@pytest.mark.parametrize("size", [1, 7, 10, 19, 57, 100])
async def test_a_list_is_walked_both_ways_and_every_row_is_met_once(
    pool: Pool, owner: Connection, long_list: tuple[Viewer, UUID, str], order: str, size: int
) -> None:
    officer, person, _ = long_list
    by = {"NEWEST": "id DESC", "OLDEST": "id", "DUE": "due_on, id"}[order]
    rows = await owner.fetch(
        f"SELECT id FROM dossiers WHERE participant_id = $1 ORDER BY {by} LIMIT 57",  # noqa: S608 -- likewise
        person,
    )
    everything = [f"Dossier:{row['id']}" for row in rows]
    for text, more, at in (
        (FORWARDS, "hasNextPage", "endCursor"),
        (BACKWARDS, "hasPreviousPage", "startCursor"),
    ):
        seen: list[str] = []
        cursor = None
        while True:
            page = (await ask(pool, officer, text, n=size, at=cursor, o=order))["dossiers"]
            ids = [node["id"] for node in page["nodes"]]
            assert ids == [edge["node"]["id"] for edge in page["edges"]]
            assert page["edges"][0]["cursor"] == page["pageInfo"]["startCursor"]
            assert page["edges"][-1]["cursor"] == page["pageInfo"]["endCursor"]
            assert page["totalCount"] == 57
            seen = seen + ids if text is FORWARDS else ids + seen
            if not page["pageInfo"][more]:
                break
            assert len(ids) == size
            cursor = page["pageInfo"][at]
        assert seen == everything


async def test_a_walk_meets_every_row_once_while_rows_come_and_go(pool: Pool, owner: Connection) -> None:
    office = await people.an_office(owner)
    officer = await people.officer_of(owner, office)
    person, service = await people.a_participant(owner, office=office), await people.a_service(owner)
    there = [await people.a_dossier(owner, participant=person, service=service) for _ in range(57)]
    for text, order, more, at in (
        (FORWARDS, "NEWEST", "hasNextPage", "endCursor"),
        (BACKWARDS, "OLDEST", "hasPreviousPage", "startCursor"),
    ):
        seen: list[str] = []
        cursor = None
        while True:
            page = (await ask(pool, officer, text, n=5, at=cursor, o=order))["dossiers"]
            seen += [node["id"] for node in page["nodes"]]
            await people.a_dossier(owner, participant=person, service=service)
            if not page["pageInfo"][more]:
                break
            cursor = page["pageInfo"][at]
        assert len(seen) == len(set(seen))
        assert {f"Dossier:{key}" for key in there} <= set(seen)


async def test_a_list_below_is_walked_by_its_own_cursor(
    pool: Pool, long_list: tuple[Viewer, UUID, str]
) -> None:
    officer, person, _ = long_list
    text = (
        "query ($p: ID!, $at: Cursor) { participant(id: $p) { dossiers(first: 50, after: $at, order: DUE)"
        " { nodes { id } pageInfo { hasNextPage endCursor } } } }"
    )
    seen: list[str] = []
    cursor = None
    for has_more in (True, False):
        answer = await ask(pool, officer, text, p=f"Participant:{person}", at=cursor)
        page = answer["participant"]["dossiers"]
        assert page["pageInfo"]["hasNextPage"] is has_more
        seen += [node["id"] for node in page["nodes"]]
        cursor = page["pageInfo"]["endCursor"]
    assert len(set(seen)) == 57


async def test_the_cursor_of_an_event_is_the_same_wherever_it_is_shown(pool: Pool, shelf: Shelf) -> None:
    text = (
        "query ($d: ID!) { node(id: $d) { ... on Dossier { events { edges { cursor node { cursor } } } } } }"
    )
    answer = await ask(pool, shelf.officer, text, d=f"Dossier:{shelf.dossiers[1]}")
    edges = answer["node"]["events"]["edges"]
    assert len(edges) == 2
    assert all(edge["cursor"] == edge["node"]["cursor"] for edge in edges)


# ------------------------------------------------------------------------ all at once ---


async def test_answers_of_many_viewers_at_once_are_each_their_own(
    pool: Pool, owner: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However long a busy machine lets a hundred wait.
    monkeypatch.setattr("db.pool.STALLED_AFTER_S", PATIENCE_S)
    office = await people.an_office(owner)
    persons = [await people.a_participant(owner, office=office) for _ in range(20)]
    viewers = [people.citizen_of(person) for person in persons]
    text = "{ viewer { participant { id } } participants { nodes { id } } }"
    answers = await asyncio.gather(*(ask(pool, viewer, text) for viewer in viewers * 5))
    for answer, person in zip(answers, persons * 5, strict=True):
        mine = {"id": f"Participant:{person}"}
        assert answer == {"viewer": {"participant": mine}, "participants": {"nodes": [mine]}}
