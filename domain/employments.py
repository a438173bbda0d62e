"""Employments: when one begins and ends, and why the agency says no."""

from datetime import date, timedelta

from domain.refusals import DayRefused, Refusal

LONGEST_NAME = 200
LONGEST_POSITION = 200
# Nobody is employed before this day: birth dates of whoever works now begin later.
FIRST_DAY = date(1950, 1, 1)
FIRST_BIRTH = date(1900, 1, 1)
# Contracts are signed beforehand.
AHEAD = timedelta(days=366)


class EmploymentOverlaps(Refusal):
    """This person is employed here at that time already."""

    code = "EMPLOYMENT_OVERLAPS"
    vietnamese = "Người này đã có quá trình làm việc tại đây trong thời gian đó."


class EmploymentOver(Refusal):
    """This employment has ended on {ended_on}."""

    code = "EMPLOYMENT_OVER"
    vietnamese = "Quá trình làm việc này đã kết thúc ngày {ended_on}."


def check_day(day: date, *, first: date, today: date, argument: str) -> None:
    """Let a day pass on which an employment may begin or end.

    Raises: DayRefused.
    """
    last = today + AHEAD
    if not first <= day <= last:
        raise DayRefused(path=(argument,), first=first, last=last)
