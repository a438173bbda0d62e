"""What a client registers is looked at before anybody asks it, and whenever the schema changes."""

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from selection import registrations
from selection.costs import MOST_COST
from selection.registrations import FileRefused, Registration, registrations_of
from tests.portal import portal

if TYPE_CHECKING:
    from graphql import GraphQLObjectType

HOUSE = Path(__file__).parent.parent.parent
# What the portal's own pages and its integrators ask: whoever changes the schema hears here whom it breaks.
KEPT = sorted(
    [*(HOUSE / "explorer/opening").glob("*.graphql"), *(HOUSE / "tests/operations").glob("*.graphql")]
)

TWO = """
query Mine($n: Int) { dossiers(first: $n) { nodes { ...D } } }
query Name { viewer { name } }
fragment D on Dossier { id service { ...S } }
fragment S on Service { nameVi }
"""


def found(text: str) -> list[Registration]:
    """What a file has to register."""
    return registrations_of(text, portal().catalogue)


def faults(text: str) -> list[str]:
    """What is said of a file that is refused."""
    with pytest.raises(FileRefused) as refused:
        found(text)
    return [fault.told("f") for fault in refused.value.faults]


def test_each_operation_is_a_document_with_the_fragments_that_it_uses() -> None:
    mine, name = found(TWO)
    assert (mine.name, name.name) == ("Mine", "Name")
    assert name.text == "query Name { viewer { name } }"
    assert mine.text.split("\n\n") == [
        "query Mine($n: Int) { dossiers(first: $n) { nodes { ...D } } }",
        "fragment D on Dossier { id service { ...S } }",
        "fragment S on Service { nameVi }",
    ]


def test_a_document_is_named_by_the_hash_of_its_text() -> None:
    [mine, _] = found(TWO)
    assert mine.id == f"sha256:{sha256(mine.text.encode()).hexdigest()}"
    assert registrations.ID.fullmatch(mine.id)


def test_the_same_operation_of_another_file_is_the_same_document() -> None:
    assert found(TWO)[1].id == found("# Only one.\nquery Name { viewer { name } }\n")[0].id


def test_its_cost_is_known_as_usual_and_at_most() -> None:
    [mine, name] = found(TWO)
    assert (mine.usual_cost, mine.cost.most) == (1 + 2 * 20, 1 + 2 * 100)
    assert (name.usual_cost, name.cost.most) == (1, 1)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    assert faults(
        "query Mine { dossiers { nodes { ...D nme } } }\n"
        "query { viewer { name } }\n"
        "fragment D on Dossier { nonsense }\n"
        "fragment E on Dossier { id }\n"
    ) == [
        "f:1:38: INVALID Cannot query field 'nme' on type 'Dossier'.",
        "f:2:1: OPERATION_UNNAMED An operation that is registered has a name.",
        "f:3:25: INVALID Cannot query field 'nonsense' on type 'Dossier'.",
        "f:4:1: INVALID Fragment 'E' is never used.",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("query Mine { viewer {", "f:1:22: SYNTAX Syntax Error: Expected Name, found <EOF>."),
        ("fragment D on Dossier { id }", "f:1:1: NOTHING_TO_REGISTER There is no operation here."),
        (
            "query A { viewer { name } } query A { viewer { kind } }",
            "f:1:7: INVALID There can be only one operation named 'A'.",
        ),
    ],
)
def test_a_file_with_a_fault_is_refused(text: str, said: str) -> None:
    assert said in faults(text)


def test_an_operation_that_nobody_could_ask_is_refused() -> None:
    below = "below(first: 100) { nodes { parent { id } } }"
    [said] = faults(f"query Much {{ dossiers(first: 100) {{ nodes {{ office {{ {below} }} }} }} }}")
    assert said.startswith("f:1:1: COST_TOO_HIGH This costs 20301 and may cost 10000.")


@pytest.mark.parametrize(
    ("selected", "said"),
    [
        ("dossiers(first: 101) { nodes { id } }", "BAD_PAGE_SIZE dossiers: A page has"),
        ("dossiers(first: 1, last: 1) { nodes { id } }", "BAD_PAGE_DIRECTION dossiers: Page forwards"),
        (
            'dossiers(dueTo: "2026-10-01", order: NEWEST) { totalCount }',
            "ORDER_CANNOT_SEARCH dossiers: A list",
        ),
        (
            "node(id: $id) { ... on Office { " + "parent { " * 20 + "id" + " }" * 20 + " } }",
            "TOO_DEEP An operation is",
        ),
    ],
)
def test_an_operation_that_cannot_be_planned_is_refused(selected: str, said: str) -> None:
    variables = "($id: ID!)" if "$id" in selected else ""
    [told] = faults(f"query Never{variables} {{ {selected} }}")
    assert told.startswith(f"f:1:1: {said}")


def test_an_operation_that_leaves_its_order_to_the_caller_is_registered() -> None:
    assert found("query Due($o: DossierOrder, $to: Date) { dossiers(order: $o, dueTo: $to) { totalCount } }")


def test_an_operation_with_too_many_words_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registrations, "MOST_TOKENS", 5)
    assert len(faults("query Name { viewer { name } }")) == 1


def test_deprecated_fields_are_told_where_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    dossier = cast("GraphQLObjectType", portal().catalogue.schema.type_map["Dossier"])
    monkeypatch.setattr(dossier.fields["reference"], "deprecation_reason", "Use `code`, from 2027-04-01 on.")
    [registration] = found("query Mine {\n  dossiers { nodes { reference } }\n}")
    assert [remark.told("f") for remark in registration.deprecated] == [
        "f:2:22: DEPRECATED The field Dossier.reference is deprecated. Use `code`, from 2027-04-01 on."
    ]


# What is kept in this repository.


@pytest.mark.parametrize("file", KEPT, ids=lambda file: file.stem)
def test_x8_what_is_kept_fits_the_schema_and_leaves_half_of_the_limit(file: Path) -> None:
    for registration in found(file.read_text()):
        assert registration.deprecated == ()
        assert registration.usual_cost <= MOST_COST / 2


@pytest.mark.parametrize(
    ("file", "type_name", "field", "place"),
    [
        ("explorer/opening/citizen.graphql", "Dossier", "dueOn", "13:11"),
        ("explorer/opening/accept.graphql", "Mutation", "acceptDossier", "3:3"),
        ("explorer/opening/follow.graphql", "DossierEvent", "seq", "4:5"),
        ("tests/operations/queue_of_an_office.graphql", "PageInfo", "endCursor", "6:28"),
    ],
)
def test_x8_whoever_takes_a_field_away_hears_whose_operation_asks_for_it(
    monkeypatch: pytest.MonkeyPatch, file: str, type_name: str, field: str, place: str
) -> None:
    changed = cast("GraphQLObjectType", portal().catalogue.schema.type_map[type_name])
    left = {name: kept for name, kept in changed.fields.items() if name != field}
    monkeypatch.setattr(changed, "fields", left)
    [said] = faults((HOUSE / file).read_text())
    assert said.startswith(f"f:{place}: INVALID Cannot query field '{field}' on type '{type_name}'.")
