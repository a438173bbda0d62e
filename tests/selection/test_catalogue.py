"""What an author may not declare is refused when the portal opens, not at somebody's query."""

from datetime import date
from typing import Annotated, Any

import pytest
import strawberry

from auth import policies
from db.dossiers import dossiers
from db.offices import offices
from selection import Columns, derived, either, entity, link, stored
from selection.catalogue import catalogue_of
from selection.checks import DeclarationWrong


@entity(dossiers, visible_to=policies.dossiers)
class Paper:
    """A dossier, declared for these tests."""

    reference: str = stored("Its reference.")


@entity(offices, visible_to=policies.everybody)
class WithoutColumn:
    """An office with a field for which there is no column."""

    colour: str = stored("There is none.")


@entity(dossiers, visible_to=policies.dossiers)
class WithHole:
    """A dossier whose field may not be null, though its column may."""

    code: str = stored("Its code.")


@entity(offices, visible_to=policies.everybody)
class WithHiddenRow:
    """An office with a link to a row that not everybody may see."""

    paper: Paper = link("A dossier.", lambda office, paper: paper.office_id == office.id)


def facts(office: Columns, *, on: date | None = None) -> dict[str, Any]:
    """A fact, and an argument of it."""
    return {"code": office.code if on is None else on}


def rule_of_another_fact(colour: str) -> str:
    """A rule for which there is no fact."""
    return colour


def rule_of_the_same_argument(code: str, *, on: date | None = None) -> str:
    """A rule that takes an argument of the facts."""
    return f"{code} {on}"


@entity(offices, visible_to=policies.everybody)
class WithoutFact:
    """An office with a rule that asks for what is no fact."""

    told: str = derived("What is told.", rule_of_another_fact, facts=facts)


@entity(offices, visible_to=policies.everybody)
class WithSharedArgument:
    """An office with an argument that is bound and taken."""

    told: str = derived("What is told.", rule_of_the_same_argument, facts=facts)


@entity(offices, visible_to=policies.everybody)
class Desk:
    """An office again."""

    code: str = stored("Its code.")


@entity(offices, visible_to=policies.everybody)
class WithoutCondition:
    """An office with one of two things, and the condition of one of them."""

    either: Annotated[Desk | Paper, strawberry.union("Thing")] | None = either(
        "One of them.", Desk=lambda office, desk: office.id == desk.id
    )


@entity(offices, visible_to=policies.everybody)
class WithHiddenChoice:
    """An office with one of two things that not everybody may see."""

    either: Annotated[Desk | Paper, strawberry.union("Thing")] = either(
        "One of them.",
        Desk=lambda office, desk: office.id == desk.id,
        Paper=lambda office, paper: office.id == paper.office_id,
    )


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        (WithoutColumn, "WithoutColumn.colour: the table has no such column"),
        (WithHole, "WithHole.code: the column may be null, the field may not"),
        (WithHiddenRow, "WithHiddenRow.paper: a row that may be hidden may be null"),
        (WithoutFact, r"WithoutFact.told: the rule takes \['colour'\], but the facts are \['code'\]"),
        (WithSharedArgument, r"told: an argument is the rule's or a fact, not both: \['on'\]"),
        (
            WithoutCondition,
            r"either: one of \['Desk', 'Paper'\] is shown, but the conditions are for \['Desk'\]",
        ),
        (WithHiddenChoice, "WithHiddenChoice.either: a row that may be hidden may be null"),
    ],
)
def test_a_declaration_that_no_statement_can_answer_is_refused(declared: type[Any], said: str) -> None:
    query = strawberry.type(
        type("Query", (), {"__annotations__": {"found": declared | None}, "found": None}), name="Query"
    )
    schema = strawberry.Schema(query=query)
    with pytest.raises(DeclarationWrong, match=said):
        catalogue_of(schema._schema)  # noqa: SLF001 -- strawberry has no other name for it
