"""A plan is made once for a shape: kept for other values, made anew for another shape, within a bound."""

from dataclasses import replace
from typing import Any

import pytest

from auth.scopes import Scope
from auth.viewer import Viewer, ViewerKind
from db.pool import Pool
from schema.portal import schema
from selection import documents
from selection.answers import Translator
from selection.documents import Recent
from selection.faults import NullRefused, OperationFault
from tests.people import EVERY_SCOPE
from tests.portal import NOTEBOOK, ask

OFFICER = Viewer(ViewerKind.OFFICER, scopes=EVERY_SCOPE)
TEXT = """
query ($p: ID, $s: [DossierStatus!], $n: Int, $at: Cursor, $o: DossierOrder! = NEWEST, $all: Boolean! = true
) {
  dossiers(participant: $p, status: $s, first: $n, after: $at, order: $o) {
    totalCount nodes @include(if: $all) { id }
  }
}
"""
SOMEBODY = "Participant:01a20650-390f-751f-b9c4-8fe711d0670f"
SOMEBODY_ELSE = "Participant:01a20650-390f-751f-b9c4-8fe711d0670e"
CURSOR = "WyJORVdFU1QiLCAiMDFhMjA2MzgtODM5ZS03MzQyLWI2ZjktZjg2NWUyMmE5ODk3Il0"


@pytest.fixture
def translator() -> Translator:
    """One that has seen nothing yet."""
    return Translator(schema._schema, NOTEBOOK)  # noqa: SLF001 -- as the door takes it


def plans_of(translator: Translator, text: str = TEXT) -> list[Any]:
    """The plans that are kept for the only operation of a document."""
    document = translator.documents.read(text)
    operation = document and document.operation(None)
    assert operation
    return list(operation.variants.items.values())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"p": SOMEBODY}, {"p": SOMEBODY_ELSE}),
        ({"s": ["NEW"]}, {"s": ["ACCEPTED", "RETURNED"]}),
        ({"s": []}, {"s": ["NEW"]}),
        ({}, {"p": None, "s": None, "n": None}),
        ({"n": 1}, {"n": 10}),
        ({"n": 51}, {"n": 100}),
        ({"o": "NEWEST"}, {}),
        ({"all": True}, {}),
    ],
)
async def test_other_values_have_the_same_plan(
    pool: Pool, translator: Translator, one: dict[str, Any], other: dict[str, Any]
) -> None:
    await ask(pool, OFFICER, TEXT, translator=translator, **one)
    (plan,) = plans_of(translator)
    await ask(pool, OFFICER, TEXT, translator=translator, **other)
    assert plans_of(translator) == [plan]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {"p": SOMEBODY}),
        ({}, {"s": []}),
        ({"n": 10}, {"n": 11}),
        ({}, {"n": 20}),
        ({}, {"at": CURSOR}),
        ({"o": "NEWEST"}, {"o": "DUE"}),
        ({"all": True}, {"all": False}),
    ],
)
async def test_another_shape_has_another_plan(
    pool: Pool, translator: Translator, one: dict[str, Any], other: dict[str, Any]
) -> None:
    for variables in (one, other, one):
        await ask(pool, OFFICER, TEXT, translator=translator, **variables)
    first, second = plans_of(translator)
    assert first.statement.sql != second.statement.sql


NAMESAKES = """
query Yes($x: Boolean!) { viewer { kind @include(if: $x) } }
query Many($x: Int) { services(first: $x) { pageInfo { __typename } } }
query Ordered($x: DossierOrder! = NEWEST) { ...dossiers }
query Counted($x: Boolean! = true) { ...counted }
fragment dossiers on Query { dossiers(order: $x) { pageInfo { __typename } } }
fragment counted on Query { dossiers { totalCount @include(if: $x) } }
"""


async def test_a_variable_means_in_each_operation_what_that_one_declares(
    pool: Pool, translator: Translator
) -> None:
    answers = [
        await ask(pool, OFFICER, NAMESAKES, translator=translator, operation_name="Yes", x=x)
        for x in (True, False)
    ]
    assert answers == [{"viewer": {"kind": "OFFICER"}}, {"viewer": {}}]


async def test_null_is_refused_only_by_the_operation_that_gives_it_no_meaning(
    pool: Pool, translator: Translator
) -> None:
    text = NAMESAKES.replace("$x: Boolean! =", "$x: Boolean =")
    assert await ask(pool, OFFICER, text, translator=translator, operation_name="Many", x=None)
    with pytest.raises(NullRefused):
        await ask(pool, OFFICER, text, translator=translator, operation_name="Counted", x=None)


async def test_fault_that_is_told_does_not_depend_on_the_plans_that_are_known(
    pool: Pool, translator: Translator
) -> None:
    text = 'query ($n: Int) { dossiers(first: $n, employer: "nobody") { totalCount } }'
    codes = []
    for size in (0, 5, 0):
        with pytest.raises(OperationFault) as refused:
            await ask(pool, OFFICER, text, translator=translator, n=size)
        codes.append(refused.value.code)
    assert codes == ["BAD_PAGE_SIZE", "BAD_ID", "BAD_PAGE_SIZE"]


async def test_each_capacity_has_its_own_plan(pool: Pool, translator: Translator) -> None:
    for kind in (ViewerKind.CITIZEN, ViewerKind.EMPLOYER, ViewerKind.OFFICER):
        await ask(pool, Viewer(kind, scopes=EVERY_SCOPE), TEXT, translator=translator)
    assert len({plan.statement.sql for plan in plans_of(translator)}) == 3


async def test_scopes_that_a_document_does_not_need_share_a_plan(pool: Pool, translator: Translator) -> None:
    await ask(pool, OFFICER, TEXT, translator=translator)
    narrower = replace(OFFICER, scopes=frozenset({Scope.DOSSIER_READ}))
    await ask(pool, narrower, TEXT, translator=translator)
    assert len(plans_of(translator)) == 1


async def test_the_plans_of_a_document_are_bounded(pool: Pool, translator: Translator) -> None:
    steps = (1, 11, 26, 51, None)
    for number in range(40):
        variables = {
            "p": SOMEBODY if number & 1 else None,
            "s": ["NEW"] if number & 2 else None,
            "all": bool(number & 4),
            "n": steps[number // 8],
        }
        await ask(pool, OFFICER, TEXT, translator=translator, **variables)
    assert len(plans_of(translator)) == documents.MOST_VARIANTS


def test_the_documents_are_bounded(translator: Translator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translator.documents.known, "most", 3)
    for number in range(9):
        assert translator.documents.read(f"{{ viewer {{ a{number}: kind }} }}")
    assert len(translator.documents.known.items) == 3


def test_a_document_is_read_once(translator: Translator) -> None:
    assert translator.documents.read(TEXT) is translator.documents.read(TEXT)


def test_what_was_used_last_is_kept() -> None:
    recent: Recent[int] = Recent(2)
    recent.put("a", 1)
    recent.put("b", 2)
    assert recent.get("a") == 1
    recent.put("c", 3)
    assert (recent.get("a"), recent.get("b"), recent.get("c")) == (1, None, 3)


async def test_the_same_operation_is_the_same_statement(pool: Pool, translator: Translator) -> None:
    # PostgreSQL's own plan is kept by the text, so the text must not depend on the process or the hour.
    other = Translator(schema._schema, NOTEBOOK)  # noqa: SLF001 -- as the door takes it
    for each in (translator, other):
        await ask(pool, OFFICER, TEXT, translator=each, p=SOMEBODY)
    (first,), (second,) = plans_of(translator), plans_of(other)
    assert first.statement == second.statement


TWO_TYPES_OF_A_NAME = """
query Services($x: Int, $all: Boolean!) { services(first: $x) { totalCount @include(if: $all) } }
query Dossiers($x: [DossierStatus!], $all: [ID!]!) {
  dossiers(status: $x) { totalCount } nodes(ids: $all) { id }
}
"""


@pytest.mark.parametrize(
    ("name", "inputs"),
    [("Services", {"x": 1, "all": True}), ("Dossiers", {"x": ["NEW"], "all": ["Office:0"]})],
)
async def test_operations_of_a_document_may_call_different_things_by_one_name(
    pool: Pool, translator: Translator, name: str, inputs: dict[str, Any]
) -> None:
    assert await translator.answer(pool, OFFICER, TWO_TYPES_OF_A_NAME, name, inputs)
