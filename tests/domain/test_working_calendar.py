"""The agency's calendar, with the days off of 2024 to 2026."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.services import TimeLimit, TimeUnit
from domain.working_calendar import CalendarEnds, calendar_of, due_on

CALENDAR = calendar_of(2024, 2027)
WORKING_DAYS, CALENDAR_DAYS = TimeUnit.WORKING_DAYS, TimeUnit.CALENDAR_DAYS
EXCEPT_HOLIDAYS = TimeUnit.CALENDAR_DAYS_EXCEPT_HOLIDAYS


def due(accepted: str, days: int, unit: TimeUnit = WORKING_DAYS) -> str:
    return due_on(date.fromisoformat(accepted), TimeLimit(days, unit), CALENDAR).isoformat()


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2024-02-08", "2024-02-14"),
        ("2024-04-18", "2024-04-18"),
        ("2024-04-29", "2024-05-01"),
        ("2024-09-02", "2024-09-03"),
        ("2025-01-27", "2025-02-01"),
        ("2025-04-07", "2025-04-07"),
        ("2025-04-30", "2025-05-02"),
        ("2025-09-01", "2025-09-02"),
        ("2026-02-16", "2026-02-20"),
        ("2026-04-27", "2026-04-27"),
        ("2026-04-30", "2026-05-01"),
        ("2026-08-31", "2026-09-02"),
        ("2026-11-24", "2026-11-24"),
    ],
)
def test_a_public_holiday_is_off(first: str, last: str) -> None:
    day = date.fromisoformat(first)
    while day <= date.fromisoformat(last):
        assert CALENDAR.is_holiday(day)
        assert not CALENDAR.is_working_day(day)
        day += timedelta(days=1)


@pytest.mark.parametrize("day", ["2024-05-04", "2025-04-26", "2026-08-22"])
def test_a_saturday_worked_in_exchange_is_a_working_day(day: str) -> None:
    assert CALENDAR.is_working_day(date.fromisoformat(day))


@pytest.mark.parametrize("day", ["2026-08-29", "2026-08-30", "2026-11-21"])
def test_a_weekend_is_off_but_no_holiday(day: str) -> None:
    assert not CALENDAR.is_working_day(date.fromisoformat(day))
    assert not CALENDAR.is_holiday(date.fromisoformat(day))


def test_the_day_after_acceptance_is_the_first() -> None:
    assert due("2026-11-17", 1) == "2026-11-18"


def test_working_days_skip_the_weekend() -> None:
    assert due("2026-11-20", 1) == "2026-11-23"


def test_working_days_skip_the_exchanged_monday_and_national_day() -> None:
    assert due("2026-08-28", 5) == "2026-09-09"


def test_working_days_skip_tet() -> None:
    assert due("2026-02-13", 3) == "2026-02-25"


def test_working_days_count_an_exchanged_saturday() -> None:
    assert due("2026-08-21", 1) == "2026-08-22"


def test_working_days_after_an_acceptance_on_a_day_off_begin_on_the_next_working_day() -> None:
    assert due("2026-11-21", 1) == "2026-11-23"


def test_no_days_end_on_the_same_day() -> None:
    assert due("2026-11-20", 0) == "2026-11-20"


def test_calendar_days_that_end_on_a_saturday_end_on_monday() -> None:
    assert due("2026-11-11", 10, CALENDAR_DAYS) == "2026-11-23"


def test_calendar_days_that_end_in_tet_end_after_it() -> None:
    assert due("2026-02-07", 10, CALENDAR_DAYS) == "2026-02-23"


def test_days_except_holidays_skip_tet_but_not_the_weekends() -> None:
    # 20 days from 3 February: the 5 days of Tết do not count, both weekends do; 28 February is a Saturday.
    assert due("2026-02-03", 20, EXCEPT_HOLIDAYS) == "2026-03-02"
    assert due("2026-02-02", 20, EXCEPT_HOLIDAYS) == "2026-02-27"


def test_a_decision_that_makes_a_holiday_worked_wins() -> None:
    day = date(2026, 11, 24)
    decided = calendar_of(2026, 2026, {day: True})
    assert decided.is_working_day(day)
    assert not decided.is_holiday(day)


def test_a_decision_that_takes_a_working_day_off_wins() -> None:
    decided = calendar_of(2026, 2026, {date(2026, 1, 2): False, date(2026, 1, 10): True})
    assert due_on(date(2025, 12, 31), TimeLimit(1, WORKING_DAYS), CALENDAR) == date(2026, 1, 2)
    assert due_on(date(2026, 1, 1), TimeLimit(1, WORKING_DAYS), decided) == date(2026, 1, 5)
    assert due_on(date(2026, 1, 9), TimeLimit(1, WORKING_DAYS), decided) == date(2026, 1, 10)
    assert due_on(date(2026, 1, 1), TimeLimit(1, EXCEPT_HOLIDAYS), decided) == date(2026, 1, 5)


def test_a_day_beyond_the_calendar_is_not_guessed() -> None:
    with pytest.raises(CalendarEnds, match="2027-12-31, not 2028-01-01"):
        due("2027-12-31", 1)


@given(
    st.dates(date(2024, 1, 1), date(2027, 6, 30)),
    st.integers(0, 40),
    st.sampled_from(TimeUnit),
    st.integers(0, 40),
)
def test_a_longer_limit_never_ends_earlier_and_always_on_a_working_day(
    accepted: date, days: int, unit: TimeUnit, more: int
) -> None:
    end = due_on(accepted, TimeLimit(days, unit), CALENDAR)
    assert CALENDAR.is_working_day(end)
    assert end <= due_on(accepted, TimeLimit(days + more, unit), CALENDAR)
