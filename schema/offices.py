"""The agency's offices."""

from collections.abc import Iterator
from typing import Annotated

import strawberry

from auth import policies
from db.offices import offices
from selection import Columns, Condition, Connection, Node, Order, entity, link, rows, stored


def below(office: Columns, inner: Columns) -> Iterator[Condition]:
    """The offices directly below one."""
    yield inner.parent_id == office.id


@entity(offices, visible_to=policies.everybody)
class Office(Node):
    """An office of the agency. Offices form a tree: the agency, provincial offices, district offices."""

    code: str = stored("The agency's own code: province and office, five digits.")
    agency_code: str = stored("The code under which government agencies know each other (QD 20/2020/QD-TTg).")
    name_vi: str = stored("Its name in Vietnamese.")
    name_en: str = stored("Its name in English.")
    parent: Annotated["Office", strawberry.lazy("schema.offices")] | None = link(
        "The office above.", lambda office, above: above.id == office.parent_id
    )
    below: Connection[Annotated["Office", strawberry.lazy("schema.offices")]] = rows(
        "The offices directly below.", below, orders={"CODE": Order(("code", "id"))}
    )
