"""Who worked for whom."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from auth import policies, rights
from auth.scopes import Scope
from db.employments import employments
from schema.access_rights import AccessRight, seen_by
from schema.employers import Employer
from selection import Columns, Condition, Node, Order, entity, link, stored

if TYPE_CHECKING:
    from schema.participants import Participant

NEWEST_EMPLOYMENT = {"NEWEST": Order(("started_on", "id"), descending=True, tells=("startedOn",))}


@entity(
    employments,
    visible_to=policies.employments,
    needs=Scope.EMPLOYMENT_READ,
    about="participant_id",
    by_right=rights.concerned,
)
class Employment(Node):
    """That a person works or worked for an employer, from one day to another."""

    position: str = stored("The position held.")
    started_on: date = stored("The first day.")
    ended_on: date | None = stored("The last day, included; null while it goes on.")
    employer: Employer = link(
        "The employer.", lambda employment, employer: employer.id == employment.employer_id
    )
    participant: Annotated["Participant", strawberry.lazy("schema.participants")] | None = link(
        "The person; null where the viewer may not see the person.",
        lambda employment, participant: participant.id == employment.participant_id,
    )
    access_right: AccessRight = seen_by(rights.concerned)


def employments_of(participant: Columns, employment: Columns) -> Iterator[Condition]:
    """The employments of a person."""
    yield employment.participant_id == participant.id
