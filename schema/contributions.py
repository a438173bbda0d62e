"""Contributions: the lines of the ledger, and the months that employers have not paid."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from sqlalchemy import func, literal_column, select

from auth import policies, rights
from auth.scopes import Scope
from db.calendar import TODAY
from db.contributions import contributions, reaches
from db.employers import employer_arrears
from domain.contributions import Fund
from domain.months import Month
from schema.access_rights import AccessRight, seen_by
from schema.employers import Employer
from schema.scalars import MONTH, Dong
from schema.schemes import ContributionScheme
from selection import Columns, Condition, Node, Order, computed, entity, link, stored

if TYPE_CHECKING:
    from schema.participants import Participant

NEWEST_LINE = {"NEWEST": Order(("recorded_at", "id"), descending=True, tells=("recordedAt",))}
NEWEST_UNPAID = {"NEWEST": Order(("month", "id"), descending=True, tells=("month",))}


@entity(
    contributions,
    visible_to=policies.contributions,
    needs=Scope.CONTRIBUTION_READ,
    about="participant_id",
    by_right=rights.contributions,
)
class Contribution(Node):
    """A line of the ledger: from which month to which a contribution is reckoned on which base.

    Lines are added and never changed. For a month, an employer and a scheme the line recorded last holds.
    """

    scheme: ContributionScheme = stored("In which scheme the months count.")
    from_month: Month = computed("The first month.", lambda line: func.to_char(line.from_month, MONTH))
    to_month: Month | None = computed(
        "The last month, included; null until a later line says otherwise.",
        lambda line: func.to_char(line.to_month, MONTH),
    )
    base: Dong = stored("What a month's contribution is reckoned on; 0 where nothing is due.")
    recorded_at: datetime = stored("When it was recorded: since then the agency knows it.")
    employer: Employer | None = link(
        "The employer that owes and pays; null where the person pays alone.",
        lambda line, employer: employer.id == line.employer_id,
    )
    participant: Annotated["Participant", strawberry.lazy("schema.participants")] | None = link(
        "Whose it is; null where the viewer may not see the person.",
        lambda line, participant: participant.id == line.participant_id,
    )
    access_right: AccessRight = seen_by(rights.contributions)


@entity(employer_arrears, visible_to=policies.employer_arrears, needs=Scope.CONTRIBUTION_READ)
class UnpaidContribution(Node):
    """That an employer has not paid a month in full into a fund: such a month is unpaid, not missing."""

    month: Month = computed("Which month.", lambda unpaid: func.to_char(unpaid.month, MONTH))
    fund: Fund = stored("Into which fund.")
    due_on: date = stored("The last day on which it could be paid in time.")
    settled_at: datetime | None = stored("Since when it is paid after all; null where it is not.")
    employer: Employer = link("Who owes it.", lambda unpaid, employer: employer.id == unpaid.employer_id)


def contributions_of(
    participant: Columns,
    line: Columns,
    *,
    as_known_at: Annotated[
        datetime | None,
        strawberry.argument(description="Only what the agency knew at this instant."),
    ] = None,
) -> Iterator[Condition]:
    """The lines of a person's ledger."""
    yield line.participant_id == participant.id
    if as_known_at is not None:
        yield line.recorded_at <= as_known_at


def unpaid_contributions_of(participant: Columns, unpaid: Columns) -> Iterator[Condition]:
    """The months that were due for a person, and are late and unpaid."""
    line = contributions.alias("line_due")
    base = (
        select(line.c.base)
        .where(
            line.c.participant_id == participant.id,
            line.c.employer_id == unpaid.employer_id,
            reaches(line.c, unpaid.month),
        )
        .order_by(line.c.recorded_at.desc(), line.c.id.desc())
        .limit(literal_column("1"))
    )
    employed = select(line.c.employer_id).where(line.c.participant_id == participant.id)
    yield unpaid.employer_id.in_(employed)
    yield unpaid.settled_at.is_(None)
    yield unpaid.due_on < TODAY
    yield base.scalar_subquery() > literal_column("0")
