"""By when the agency answers a dossier, and how that day was counted.

Source: ND 61/2018 articles 17 to 19; Civil Code 91/2015 articles 147 and 148.
"""

from dataclasses import dataclass
from datetime import date, time

from domain.services import TimeLimit
from domain.working_calendar import DAY, WorkingCalendar, counting


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day of a time limit, as it stands on the day `as_of`.

    `days_off` are the days up to it that did not count; a day of answer is late when it lies after it.
    """

    accepted_on: date
    due_on: date
    limit: TimeLimit
    days_off: tuple[date, ...]
    as_of: date
    working_days_left: int
    working_days_late: int

    @property
    def is_late(self) -> bool:
        """Whether an answer on the day `as_of` comes too late."""
        return self.as_of > self.due_on


def deadline(
    accepted_on: date, due_on: date, limit: TimeLimit, calendar: WorkingCalendar, *, as_of: date
) -> Deadline:
    """Explain a deadline that was set at acceptance: day 1 follows the acceptance.

    Raises: CalendarEnds.
    Source: Civil Code article 147(2), where a time limit begins; article 148(5), where its end is a day off.
    """
    return Deadline(
        accepted_on,
        due_on,
        limit,
        _days_off(accepted_on, due_on, limit, calendar),
        as_of,
        working_days_left=max(0, calendar.working_days(as_of, due_on)),
        working_days_late=max(0, calendar.working_days(due_on, as_of)),
    )


def counted_from(received_on: date, hour: time, cut_off: time | None, calendar: WorkingCalendar) -> date:
    """The day on which a dossier counts as received, in Vietnam: after the cut-off, the next working day.

    Raises: CalendarEnds. Source: ND 61/2018 article 18(2).
    """
    if cut_off is None or hour <= cut_off:
        return received_on
    day = received_on + DAY
    while not calendar.is_working_day(day):
        day += DAY
    return day


def _days_off(
    accepted_on: date, due_on: date, limit: TimeLimit, calendar: WorkingCalendar
) -> tuple[date, ...]:
    counts = counting(limit.unit, calendar)
    days = [accepted_on + number * DAY for number in range(1, (due_on - accepted_on).days + 1)]
    counted = [day for day in days if counts(day)][: limit.days]
    return tuple(day for day in days if day not in counted)
