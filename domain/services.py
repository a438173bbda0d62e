"""The time within which the agency answers.

Source: Law 58/2014/QH13 until 2025-06-30, Law 41/2024/QH15 from 2025-07-01, and what the catalogue names.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from domain.dossiers import Applicant


class TimeUnit(StrEnum):
    """What days a time limit counts."""

    CALENDAR_DAYS = "CALENDAR_DAYS"
    CALENDAR_DAYS_EXCEPT_HOLIDAYS = "CALENDAR_DAYS_EXCEPT_HOLIDAYS"
    WORKING_DAYS = "WORKING_DAYS"


UNITS = {"CD": TimeUnit.CALENDAR_DAYS, "WD": TimeUnit.WORKING_DAYS}
EXCEPT_HOLIDAYS = "excluding public holidays"
WRITTEN = re.compile(
    rf"(?:(?P<days>\d+) (?P<unit>CD|WD)|same day)(?P<except> {EXCEPT_HOLIDAYS})?(?: (?P<note>.+))?"
)
# Five working days are about a week; only to say which of two limits is the longer one.
ABOUT_CALENDAR_DAYS = {TimeUnit.WORKING_DAYS: Fraction(7, 5)}

ALL = "all"


class ServiceFact(StrEnum):
    """A fact about a service that the agency may not have confirmed yet."""

    FORMS = "FORMS"
    LAW = "LAW"
    LEVEL = "LEVEL"
    MINIMUM_ASSURANCE = "MINIMUM_ASSURANCE"
    TIME_LIMITS = "TIME_LIMITS"


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """So many days of a unit; the note says when they begin otherwise than by acceptance, or are others."""

    days: int
    unit: TimeUnit
    note: str | None = None


def written_time_limit(words: str) -> TimeLimit:
    """Read a time limit as the catalogue writes it, such as `5 WD (apply within 60 CD of birth)`.

    Raises: ValueError where it is none.
    """
    found = WRITTEN.fullmatch(words)
    if not found:
        raise ValueError(f"not a time limit: {words!r}")
    note = found["note"] and re.sub(r"^\((.*)\)$", r"\1", found["note"])
    if found["days"] is None:
        return TimeLimit(0, TimeUnit.WORKING_DAYS, note)
    unit = TimeUnit.CALENDAR_DAYS_EXCEPT_HOLIDAYS if found["except"] else UNITS[found["unit"]]
    return TimeLimit(int(found["days"]), unit, note)


def time_limit(limits: Mapping[str, TimeLimit], applicant: Applicant) -> TimeLimit | None:
    """The limit that binds the agency towards an applicant: its own, else everybody's, else the longest.

    The longest, because what a dossier asks for in particular is known only when it has been examined: the
    agency promises no earlier day than the law does. None where the law sets no limit.
    """
    if limit := limits.get(applicant.lower()) or limits.get(ALL):
        return limit
    return max(
        limits.values(),
        key=lambda limit: limit.days * ABOUT_CALENDAR_DAYS.get(limit.unit, Fraction(1)),
        default=None,
    )
