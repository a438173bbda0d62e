"""Months, in which social insurance counts, and runs of them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS_IN_YEAR = 12
WRITTEN = re.compile(r"(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of a year."""

    year: int
    month: int

    def plus(self, months: int) -> "Month":
        """The month so many months later; earlier where negative."""
        year, month = divmod(self.year * MONTHS_IN_YEAR + self.month - 1 + months, MONTHS_IN_YEAR)
        return Month(year, month + 1)

    def since(self, other: "Month") -> int:
        """How many months this one is later than the other."""
        return (self.year - other.year) * MONTHS_IN_YEAR + self.month - other.month

    @property
    def first_day(self) -> date:
        """The first day of the month."""
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        """The last day of the month."""
        return self.plus(1).first_day - timedelta(days=1)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


@dataclass(frozen=True, slots=True, order=True)
class Run:
    """Months one after the other, first and last included."""

    first: Month
    last: Month

    @property
    def months(self) -> int:
        """How many."""
        return self.last.since(self.first) + 1


def month_of(day: date) -> Month:
    """The month a day is in."""
    return Month(day.year, day.month)


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a month that is too short."""
    month = month_of(day).plus(months)
    return month.last_day.replace(day=min(day.day, month.last_day.day))


def written_month(words: str) -> Month:
    """Read a month written as `2026-08`.

    Raises: ValueError where it is none.
    """
    found = WRITTEN.fullmatch(words)
    if not found or found["year"] == "0000":
        raise ValueError(f"not a month: {words!r}")
    return Month(int(found["year"]), int(found["month"]))


def runs(months: Iterable[Month]) -> tuple[Run, ...]:
    """The months in as few runs as there are; a month said twice counts once."""
    found: list[Run] = []
    for month in sorted(set(months)):
        if found and found[-1].last.plus(1) == month:
            found[-1] = Run(found[-1].first, month)
        else:
            found.append(Run(month, month))
    return tuple(found)


def half_years(months: int) -> int:
    """Months in half years, as the law counts odd ones: 1 to 6 are half a year, 7 to 11 a whole one.

    Source: ND 115/2015 article 7; ND 158/2025.
    """
    years, odd = divmod(months, MONTHS_IN_YEAR)
    return 2 * years + -(-odd // 6)
