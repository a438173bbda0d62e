"""The agency's calendar: which days are worked, and on which day a time limit ends.

Source: Labour Code 45/2019 articles 111, 112 (days off); Civil Code 91/2015 articles 147, 148 (counting).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

from holidays import country_holidays

from domain.services import TimeLimit, TimeUnit

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
DAY = timedelta(days=1)
SATURDAY = 5


class CalendarEnds(LookupError):  # noqa: N818 -- it names what happened
    """A day was asked for that the calendar does not cover."""


@dataclass(frozen=True)
class WorkingCalendar:
    """The days off and the days worked of some years.

    `days_off` are the public holidays and the days taken off in exchange; `days_worked` are the Saturdays
    worked in exchange. A decision in `overrides` (day: is it worked?) wins over both.
    """

    first: date
    last: date
    days_off: frozenset[date]
    days_worked: frozenset[date]
    overrides: Mapping[date, bool] = field(default_factory=dict)

    def is_working_day(self, day: date) -> bool:
        """Whether the agency works on the day.

        Raises: CalendarEnds.
        """
        decided = self.overrides.get(day)
        if decided is not None:
            return decided
        return not self.is_holiday(day) and (day.weekday() < SATURDAY or day in self.days_worked)

    def is_holiday(self, day: date) -> bool:
        """Whether the day is a public holiday, or taken off in exchange; a weekend alone is not.

        Raises: CalendarEnds.
        """
        if not self.first <= day <= self.last:
            raise CalendarEnds(f"the calendar covers {self.first} to {self.last}, not {day}")
        decided = self.overrides.get(day)
        if decided is not None:
            return not decided and day.weekday() < SATURDAY
        return day in self.days_off

    def working_days(self, after: date, until: date) -> int:
        """How many days are worked after one day, up to and including another; negative backwards.

        Raises: CalendarEnds.
        """
        if not self.first <= min(after, until) <= max(after, until) <= self.last:
            raise CalendarEnds(f"the calendar covers {self.first} to {self.last}, not {after} to {until}")
        return self._worked[(until - self.first).days] - self._worked[(after - self.first).days]

    @cached_property
    def _worked(self) -> tuple[int, ...]:
        """How many days are worked up to each day of the calendar: a difference of two is a count."""
        days = (self.first + number * DAY for number in range((self.last - self.first).days + 1))
        return tuple(accumulate(self.is_working_day(day) for day in days))


def date_in_vietnam(instant: datetime) -> date:
    """The date that Vietnam's calendars show at an instant."""
    return instant.astimezone(VIETNAM).date()


def calendar_of(
    first_year: int, last_year: int, overrides: Mapping[date, bool] | None = None
) -> WorkingCalendar:
    """Put together the calendar of some years, both included.

    Days that the Government has not fixed yet, such as the next Tết, are estimated from the lunar calendar.
    Source: the package `holidays`, whose version is pinned; facts it learns late belong into the overrides.
    """
    known = country_holidays("VN", years=range(first_year, last_year + 1))
    return WorkingCalendar(
        first=date(first_year, 1, 1),
        last=date(last_year, 12, 31),
        days_off=frozenset(known),
        days_worked=frozenset(known.weekend_workdays),
        overrides=dict(overrides or {}),
    )


@lru_cache(maxsize=16)
def calendar_decided(
    first_year: int, last_year: int, decided: frozenset[tuple[date, bool]]
) -> WorkingCalendar:
    """The same, put together once for the same years and the same decisions."""
    return calendar_of(first_year, last_year, dict(decided))


def due_on(accepted_on: date, limit: TimeLimit, calendar: WorkingCalendar) -> date:
    """The last day of a time limit: day 1 follows the acceptance; what ends on a day off ends after it.

    Raises: CalendarEnds.
    Source: Civil Code articles 147(2) and 148(5); Law 41/2024 article 79(3) for days except holidays.
    """
    counts = counting(limit.unit, calendar)
    end, left = accepted_on, limit.days
    while left > 0:
        end += DAY
        left -= counts(end)
    while not calendar.is_working_day(end):
        end += DAY
    return end


def counting(unit: TimeUnit, calendar: WorkingCalendar) -> Callable[[date], bool]:
    """Which days a time limit of a unit counts."""
    match unit:
        case TimeUnit.WORKING_DAYS:
            return calendar.is_working_day
        case TimeUnit.CALENDAR_DAYS_EXCEPT_HOLIDAYS:
            return lambda day: not calendar.is_holiday(day)
        case TimeUnit.CALENDAR_DAYS:
            return lambda _: True
