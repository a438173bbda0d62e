"""Months, in which social insurance counts, and runs of them."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

MONTHS_IN_YEAR = 12
WRITTEN = re.compile(r"(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])")


class Month(NamedTuple):
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


class Run(NamedTuple):
    """Months one after the other, first and last included."""

    first: Month
    last: Month

    @property
    def months(self) -> int:
        """How many."""
        return self.last.since(self.first) + 1

    def has(self, month: Month) -> bool:
        """Whether a month is one of them."""
        return self.first <= month <= self.last

    def meets(self, other: "Run") -> bool:
        """Whether a month is in both."""
        return self.first <= other.last and other.first <= self.last

    def by_year(self) -> Iterator[tuple[int, int]]:
        """The years, and how many of the months are in each."""
        for year in range(self.first.year, self.last.year + 1):
            first = self.first.month if year == self.first.year else 1
            last = self.last.month if year == self.last.year else MONTHS_IN_YEAR
            yield year, last - first + 1


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


def united(spans: Iterable[Run]) -> tuple[Run, ...]:
    """The months of runs that may overlap, in as few runs as there are."""
    found: list[Run] = []
    for span in sorted(spans):
        if not found or span.first.since(found[-1].last) > 1:
            found.append(span)
        elif span.last > found[-1].last:
            found[-1] = Run(found[-1].first, span.last)
    return tuple(found)


def within(spans: Iterable[Run], first: Month, last: Month) -> tuple[Run, ...]:
    """What runs have between two months, both included."""
    return tuple(
        span
        if first <= span.first and span.last <= last
        else Run(max(span.first, first), min(span.last, last))
        for span in spans
        if span.first <= last and span.last >= first
    )


def without(spans: Iterable[Run], others: Iterable[Run]) -> tuple[Run, ...]:
    """What runs have and others, in order and apart from each other, have not."""
    left = list(spans)
    for other in others:
        left = [
            part
            for span in left
            for part in (
                Run(span.first, min(span.last, other.first.plus(-1))),
                Run(max(span.first, other.last.plus(1)), span.last),
            )
            if part.first <= part.last
        ]
    return tuple(left)


def counted(spans: Iterable[Run]) -> int:
    """How many months there are in runs that are apart from each other."""
    return sum(span.months for span in spans)


def month_at(spans: Iterable[Run], number: int) -> Month | None:
    """The month with which so many of runs in order are reached; None where they are fewer."""
    left = number
    for span in spans:
        if left <= span.months:
            return span.first.plus(left - 1)
        left -= span.months
    return None


def half_years(months: int) -> int:
    """Months in half years, as the law counts odd ones: 1 to 6 are half a year, 7 to 11 a whole one.

    Source: ND 115/2015 article 7; ND 158/2025.
    """
    years, odd = divmod(months, MONTHS_IN_YEAR)
    return 2 * years + -(-odd // 6)
