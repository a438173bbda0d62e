"""What an author may not declare is refused when the portal opens, not at somebody's query."""

from typing import Any

import pytest
import strawberry

from auth import policies
from db.dossiers import dossiers
from db.offices import offices
from selection import entity, link, stored
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


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        (WithoutColumn, "WithoutColumn.colour: the table has no such column"),
        (WithHole, "WithHole.code: the column may be null, the field may not"),
        (WithHiddenRow, "WithHiddenRow.paper: a row that may be hidden may be null"),
    ],
)
def test_a_declaration_that_no_statement_can_answer_is_refused(declared: type[Any], said: str) -> None:
    query = strawberry.type(
        type("Query", (), {"__annotations__": {"found": declared | None}, "found": None}), name="Query"
    )
    schema = strawberry.Schema(query=query)
    with pytest.raises(DeclarationWrong, match=said):
        catalogue_of(schema._schema)  # noqa: SLF001 -- strawberry has no other name for it
