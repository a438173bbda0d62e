"""Time limits of services."""

import pytest

from domain.dossiers import Applicant
from domain.services import TimeLimit, TimeUnit, time_limit, written_time_limit

WORKING, CALENDAR = TimeUnit.WORKING_DAYS, TimeUnit.CALENDAR_DAYS


@pytest.mark.parametrize(
    ("words", "limit"),
    [
        ("5 WD", TimeLimit(5, WORKING)),
        ("20 CD", TimeLimit(20, CALENDAR)),
        ("20 CD excluding public holidays", TimeLimit(20, TimeUnit.CALENDAR_DAYS_EXCEPT_HOLIDAYS)),
        ("15 CD after month end", TimeLimit(15, CALENDAR, "after month end")),
        ("5 WD (apply within 60 CD of birth)", TimeLimit(5, WORKING, "apply within 60 CD of birth")),
        (
            "15 CD (45 CD if verification is needed)",
            TimeLimit(15, CALENDAR, "45 CD if verification is needed"),
        ),
        ("same day (until 2020: 2 WD)", TimeLimit(0, WORKING, "until 2020: 2 WD")),
    ],
)
def test_a_limit_is_read_as_the_catalogue_writes_it(words: str, limit: TimeLimit) -> None:
    assert written_time_limit(words) == limit


@pytest.mark.parametrize("words", ["from the next payment list", "5", "5 days", "", "WD 5"])
def test_what_is_no_limit_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match="not a time limit"):
        written_time_limit(words)


def test_the_applicants_own_limit_comes_first() -> None:
    limits = {"all": TimeLimit(9, WORKING), "citizen": TimeLimit(5, WORKING)}
    assert time_limit(limits, Applicant.CITIZEN) == TimeLimit(5, WORKING)


def test_without_an_own_limit_everybodys_holds() -> None:
    limits = {"all": TimeLimit(7, WORKING), "pension": TimeLimit(20, CALENDAR)}
    assert time_limit(limits, Applicant.EMPLOYER) == TimeLimit(7, WORKING)


def test_else_the_longest_holds() -> None:
    limits = {"pension": TimeLimit(20, CALENDAR), "allowance": TimeLimit(5, WORKING)}
    assert time_limit(limits, Applicant.CITIZEN) == TimeLimit(20, CALENDAR)


def test_ten_working_days_are_longer_than_twelve_calendar_days() -> None:
    limits = {"one": TimeLimit(12, CALENDAR), "other": TimeLimit(10, WORKING)}
    assert time_limit(limits, Applicant.CITIZEN) == TimeLimit(10, WORKING)


def test_a_service_may_have_no_limit() -> None:
    assert time_limit({}, Applicant.CITIZEN) is None
