"""What an operation costs is known from its text: no less than it can touch, no surprise to its author."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from graphql import FieldNode
from hypothesis import given
from hypothesis import strategies as any_

from api.explanations import header_of
from selection import costs
from selection.costs import Cost
from selection.documents import Operation
from selection.entities import COMMON_ROWS, MOST_ROWS
from selection.faults import CostTooHigh, TooManyActs, TooManyLinks
from tests.portal import portal

OPERATIONS = sorted((Path(__file__).parent.parent / "operations").glob("*.graphql"))
WITHDRAW = 'withdrawDossier(input: {idempotencyKey: "k", dossier: "d", expectedVersion: 1})'


def operation(text: str) -> Operation:
    """The only operation of a document."""
    document = portal().documents.read(text)
    found = document and document.operation(None)
    assert found, text
    return found


def cost(text: str, **variables: object) -> int:
    """What a document costs."""
    return operation(text).cost.of(variables)


def objects(answer: Any) -> int:  # noqa: ANN401 -- JSON
    """How many objects an answer has."""
    if isinstance(answer, list):
        return sum(map(objects, answer))
    return 1 + sum(map(objects, answer.values())) if isinstance(answer, dict) else 0


@dataclass(frozen=True)
class Tree:
    """Pages in pages, each of so many rows."""

    size: int
    inner: tuple["Tree", ...]

    def rows(self) -> int:
        """How many rows there are, where every page is full."""
        return self.size * (1 + sum(tree.rows() for tree in self.inner))

    def written(self, size: str | None = None) -> str:
        """The selection, its pages as long as they are, or as a variable says."""
        inner = " ".join(f"p{number}: {tree.written(size)}" for number, tree in enumerate(self.inner))
        return f"below(first: {size or self.size}) {{ nodes {{ id {inner} }} }}"


def trees(most: int = 3) -> any_.SearchStrategy[Tree]:
    """Trees of a few pages."""
    sizes = any_.integers(1, most)
    return any_.recursive(
        any_.builds(Tree, sizes, any_.just(())),
        lambda inner: any_.builds(Tree, sizes, any_.lists(inner, max_size=3).map(tuple)),
        max_leaves=6,
    )


def of_offices(selection: str) -> str:
    """Ask something of each of some offices."""
    return f"viewer {{ offices(first: 3) {{ nodes {{ {selection} }} }} }}"


@given(trees())
def test_it_costs_no_less_than_the_rows_of_full_pages(tree: Tree) -> None:
    assert cost(f"{{ {of_offices(tree.written())} }}") >= 1 + 3 * (1 + tree.rows())


@given(trees(), any_.integers(1, 3))
def test_a_page_costs_the_same_whether_a_variable_says_its_size_or_the_text(tree: Tree, size: int) -> None:
    by_variable = f"query ($n: Int) {{ {of_offices(tree.written('$n'))} }}"
    assert cost(by_variable, n=size) == cost(f"{{ {of_offices(tree.written(str(size)))} }}")


@given(trees())
def test_a_fragment_costs_what_its_fields_do(tree: Tree) -> None:
    fragment = f"fragment each on Office {{ {tree.written()} }}"
    assert cost(f"{{ {of_offices('...each')} }} {fragment}") == cost(f"{{ {of_offices(tree.written())} }}")


@pytest.mark.parametrize("file", OPERATIONS, ids=lambda file: file.stem)
def test_it_costs_no_less_than_what_is_answered(file: Path) -> None:
    text = file.read_text()
    answer = json.loads(file.with_suffix(".json").read_text())
    pages = ("nodes", "edges", "pageInfo")
    shown = objects(answer) - sum(json.dumps(answer).count(f'"{name}":') for name in pages)
    assert cost(text, **header_of(text).variables) >= shown - 1


def test_twice_the_page_costs_twice_as_much() -> None:
    text = "query ($n: Int) { dossiers(first: $n) { nodes { service { nameVi } } } }"
    assert cost(text, n=40) - cost(text, n=0) == 2 * (cost(text, n=20) - cost(text, n=0))


@pytest.mark.parametrize(
    ("variables", "rows"),
    [
        ({}, COMMON_ROWS),
        ({"first": None}, COMMON_ROWS),
        ({"first": 7}, 7),
        ({"first": 7.0}, 7),
        ({"last": 9}, 9),
        ({"first": None, "last": 9}, 9),
        ({"first": -1}, MOST_ROWS),
        ({"first": 1_000_000}, MOST_ROWS),
        ({"first": float("inf")}, MOST_ROWS),
        ({"first": float("nan")}, MOST_ROWS),
        ({"first": "many"}, MOST_ROWS),
        ({"first": {}}, MOST_ROWS),
    ],
)
def test_g7_a_page_is_priced_at_the_value_of_its_variables(variables: dict[str, Any], rows: int) -> None:
    text = "query ($first: Int, $last: Int) { dossiers(first: $first, last: $last) { nodes { id } } }"
    assert cost(text, **variables) == 1 + rows


def test_g7_a_variable_that_is_left_out_has_its_default() -> None:
    text = "query ($first: Int = 50) { dossiers(first: $first) { nodes { id } } }"
    assert [cost(text), cost(text, first=3), cost(text, first=None)] == [51, 4, 21]


def test_identifiers_are_counted() -> None:
    text = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    assert cost(text, ids=["Office:1"] * 30) == 30
    assert cost('{ nodes(ids: ["Office:1", "Office:2"]) { id } }') == 2


def test_counting_costs_the_same_for_every_page() -> None:
    text = "query ($n: Int) { dossiers(first: $n) { totalCount } }"
    assert cost(text, n=50) - cost(text, n=1) == 49


def test_nothing_is_free() -> None:
    assert cost("{ __typename }") == 1


def test_an_act_costs_more_than_a_look_at_what_it_changed() -> None:
    assert cost(f"mutation {{ {WITHDRAW} {{ dossier {{ id }} errors {{ code }} }} }}") == costs.ACT + 1


def test_g21_every_alias_of_an_act_is_counted() -> None:
    acts = " ".join(f"a{number}: {WITHDRAW} {{ errors {{ code }} }}" for number in range(50))
    with pytest.raises(TooManyActs) as refused:
        portal().documents.read(f"mutation {{ {acts} }}")
    assert refused.value.requested == 50 * costs.ACT


def test_an_act_is_one_however_often_its_key_stands_there() -> None:
    parts = f"__typename {WITHDRAW} {{ dossier {{ id }} }} ... on Mutation {{ {WITHDRAW} {{ replayed }} }}"
    assert portal().documents.read(f"mutation {{ {parts} }}")


def test_whoever_follows_pays_for_a_look() -> None:
    assert cost('subscription { dossierEvents(dossier: "d") { seq } }') == 1 + COMMON_ROWS


def test_g8_what_multiplies_is_refused_before_it_is_valid() -> None:
    below = "below(first: 100) { nodes { parent { id } } }"
    text = f"{{ dossiers(first: 100) {{ nodes {{ nonsense office {{ {below} }} }} }} }}"
    with pytest.raises(CostTooHigh) as refused:
        portal().documents.read(text)
    assert refused.value.params == {
        "requested": 1 + 100 * (1 + 1 + 1 + 100 * (1 + 1)),
        "limit": costs.MOST_COST,
        "costliest": ["dossiers", "nodes", "office", "below", "nodes", "parent"],
    }


def test_what_variables_multiply_is_refused_too() -> None:
    text = (
        "query ($n: Int) { dossiers(first: $n) { nodes { office { below(first: $n) { nodes { id } } } } } }"
    )
    asked = operation(text)
    assert portal().documents.price(asked, {"n": 20}) == 1 + 20 * (1 + 1 + 1 + 20)
    with pytest.raises(CostTooHigh) as refused:
        portal().documents.price(asked, {"n": 100})
    assert refused.value.params["costliest"] == ["dossiers", "nodes", "office", "below"]


def test_a_field_is_priced_once_however_often_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[FieldNode] = []
    priced = costs.Walk.priced

    def noted(walk: costs.Walk, node: FieldNode, *more: Any) -> Any:  # noqa: ANN401 -- handed through
        looked.append(node)
        return priced(walk, node, *more)

    monkeypatch.setattr(costs.Walk, "priced", noted)
    several = " ".join(f"o{number}: office {{ ...one }}" for number in range(9))
    operation(f'{{ dossier(reference: "x") {{ {several} }} }} fragment one on Office {{ id code }}')
    assert len(looked) == 1 + 9 + 2


@pytest.mark.parametrize(
    "selection",
    [
        "office { id }",
        "participant { id }",
        "events(first: 1) { nodes { seq } }",
        "deadline { dueOn }",
        "filedBy { __typename }",
    ],
)
def test_whatever_leads_further_is_counted(selection: str) -> None:
    several = " ".join(f"a{number}: {selection}" for number in range(costs.MOST_LINKS - 1))
    operation(f'{{ dossier(reference: "x") {{ {several} }} }}')
    with pytest.raises(TooManyLinks):
        operation(f'{{ dossier(reference: "x") {{ {several} more: {selection} }} }}')


def test_what_may_be_of_any_type_is_counted_twice() -> None:
    most = [f'a{number}: node(id: "Office:1") {{ id }}' for number in range(costs.MOST_LINKS // 2)]
    operation(f"{{ {' '.join(most)} }}")
    with pytest.raises(TooManyLinks):
        operation(f'{{ {" ".join(most)} more: node(id: "Office:1") {{ id }} }}')


def test_what_a_fragment_leads_to_is_counted_as_often_as_it_is_spread() -> None:
    fragment = f"fragment all on Dossier {{ {' '.join(f'a{n}: office {{ id }}' for n in range(9))} }}"
    roots = [f'd{number}: dossier(reference: "x") {{ ...all }}' for number in range(7)]
    operation(f"{{ {' '.join(roots[1:])} }} {fragment}")
    with pytest.raises(TooManyLinks):
        operation(f"{{ {' '.join(roots)} }} {fragment}")


def test_a_constant_cost_asks_for_no_variables() -> None:
    assert Cost({(): 7}).of({"n": 3}) == 7
