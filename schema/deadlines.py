"""By when the agency answers: what only the calendar can say, with its reasons."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any

import strawberry
from sqlalchemy import ColumnElement, func, select

from auth import policies
from db.calendar import TODAY, calendar_overrides
from db.services import service_time_limits
from domain import deadlines
from domain.dossiers import Applicant
from domain.services import TimeLimit, TimeUnit, time_limit
from domain.working_calendar import calendar_decided, date_in_vietnam
from schema.services import CountedLimit
from selection import Columns, Reads
from selection.faults import OperationFault

# How far ahead one may ask; the lunar calendar is known for longer, the law is not.
MOST_YEARS_AHEAD = 10


class DayOutside(OperationFault):
    """Name a day from {first} to {last}."""

    code = "DAY_OUTSIDE"
    vietnamese = "Hãy chọn một ngày từ {first} đến {last}."


@strawberry.type(description="By when the agency answers a dossier, and how that day was counted.")
class Deadline:
    """By when the agency answers a dossier, and how that day was counted."""

    accepted_on: date = strawberry.field(description="The day of acceptance; day 1 is the next.")
    due_on: date = strawberry.field(description="The last day on which an answer is in time.")
    limit: CountedLimit = strawberry.field(description="The time limit that was counted.")
    days_off: list[date] = strawberry.field(
        description="The days up to the last one that did not count: weekends, holidays, substituted days."
    )
    as_of: date = strawberry.field(
        description="The day that the following is told for: the one asked about, else the day on which the"
        " dossier was closed, else today."
    )
    working_days_left: int = strawberry.field(description="How many working days are left after that day.")
    working_days_late: int = strawberry.field(description="How many working days that day is late.")
    is_late: bool = strawberry.field(description="Whether an answer on that day comes too late.")


def deadline_facts(dossier: Columns, limit: Columns, override: Columns) -> Mapping[str, ColumnElement[Any]]:
    """What the count of days takes."""
    limits = func.json_agg(func.json_build_array(limit.applies_to, limit.days, limit.unit, limit.note))
    return {
        "accepted_at": dossier.accepted_at,
        "due_on": dossier.due_on,
        "closed_at": dossier.closed_at,
        "applicant": dossier.applicant,
        "limits": select(limits)
        .where(limit.service_version_id == dossier.service_version_id)
        .scalar_subquery(),
        "decided": select(
            func.json_agg(func.json_build_array(override.day, override.is_working))
        ).scalar_subquery(),
        "today": TODAY,
    }


DEADLINE_READS = (
    Reads(service_time_limits, policies.everybody),
    Reads(calendar_overrides, policies.everybody),
)


def deadline_of(
    accepted_at: datetime | None,
    due_on: date | None,
    closed_at: datetime | None,
    applicant: str,
    limits: Sequence[tuple[str, int, str, str | None]] | None,
    decided: Sequence[tuple[str, bool]] | None,
    today: date,
    *,
    respond_on: Annotated[
        date | None,
        strawberry.argument(
            description="Tell how an answer on this day would stand, from the acceptance on."
        ),
    ] = None,
) -> deadlines.Deadline | None:
    """Count the days of a dossier; None where no clock runs. Raises: DayOutside."""
    if accepted_at is None or due_on is None:
        return None
    limit = time_limit(
        {applies_to: TimeLimit(days, TimeUnit(unit), note) for applies_to, days, unit, note in limits or ()},
        Applicant(applicant),
    )
    if limit is None:
        return None
    accepted_on = date_in_vietnam(accepted_at)
    last = date(max(due_on, today).year + MOST_YEARS_AHEAD, 12, 31)
    if respond_on is not None and not accepted_on <= respond_on <= last:
        raise DayOutside(first=accepted_on, last=last)
    as_of = respond_on or (date_in_vietnam(closed_at) if closed_at else today)
    calendar = calendar_decided(
        accepted_on.year,
        max(due_on, as_of).year,
        frozenset((date.fromisoformat(day), is_working) for day, is_working in decided or ()),
    )
    return deadlines.deadline(accepted_on, due_on, limit, calendar, as_of=as_of)
