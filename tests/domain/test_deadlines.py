"""How the day by which the agency answers was counted."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.deadlines import Deadline, counted_from, deadline
from domain.services import TimeLimit, TimeUnit
from domain.working_calendar import DAY, CalendarEnds, calendar_of, due_on

CALENDAR = calendar_of(2025, 2028)
FIRST = date(2025, 1, 1)
days = st.integers(0, 900).map(lambda number: FIRST + timedelta(days=number))
limits = st.builds(TimeLimit, st.integers(0, 60), st.sampled_from(TimeUnit))


def explained(accepted_on: date, limit: TimeLimit, as_of: date) -> Deadline:
    return deadline(accepted_on, due_on(accepted_on, limit, CALENDAR), limit, CALENDAR, as_of=as_of)


def test_the_days_off_are_those_between_that_did_not_count() -> None:
    # Five working days from the Wednesday before the weekend and Vietnam Cultural Day.
    found = explained(date(2026, 11, 18), TimeLimit(5, TimeUnit.WORKING_DAYS), date(2026, 11, 20))
    assert found.due_on == date(2026, 11, 26)
    assert found.days_off == (date(2026, 11, 21), date(2026, 11, 22), date(2026, 11, 24))
    assert (found.working_days_left, found.working_days_late, found.is_late) == (3, 0, False)


def test_an_end_on_a_day_off_moves_and_says_so() -> None:
    found = explained(date(2026, 11, 11), TimeLimit(10, TimeUnit.CALENDAR_DAYS), date(2026, 11, 24))
    assert found.due_on == date(2026, 11, 23)
    assert found.days_off == (date(2026, 11, 22), date(2026, 11, 23))
    assert (found.working_days_late, found.is_late) == (0, True)


def test_an_answer_of_the_same_day_has_no_day_off() -> None:
    found = explained(date(2026, 11, 18), TimeLimit(0, TimeUnit.WORKING_DAYS), date(2026, 11, 19))
    assert (found.due_on, found.days_off) == (date(2026, 11, 18), ())
    assert (found.working_days_late, found.is_late) == (1, True)


def test_a_day_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(CalendarEnds):
        explained(date(2026, 11, 18), TimeLimit(5, TimeUnit.WORKING_DAYS), date(2029, 1, 1))


@given(days, limits, days)
def test_every_day_up_to_the_last_counts_or_is_off(accepted_on: date, limit: TimeLimit, as_of: date) -> None:
    found = explained(accepted_on, limit, as_of)
    assert (found.due_on - accepted_on).days - len(found.days_off) == limit.days


@given(days, limits, days)
def test_days_are_left_or_late_never_both(accepted_on: date, limit: TimeLimit, as_of: date) -> None:
    found = explained(accepted_on, limit, as_of)
    assert not found.working_days_left or not found.working_days_late
    assert found.is_late or not found.working_days_late
    between = sorted((found.due_on, as_of))
    worked = [
        day
        for number in range(1, (between[1] - between[0]).days + 1)
        if CALENDAR.is_working_day(day := between[0] + number * DAY)
    ]
    assert found.working_days_left + found.working_days_late == len(worked)


@pytest.mark.parametrize(
    ("received", "counted"),
    [
        ("2026-08-28T14:59", "2026-08-28"),
        ("2026-08-28T15:00", "2026-08-28"),
        # Friday; the days off around National Day follow.
        ("2026-08-28T15:01", "2026-09-03"),
        # Friday; the Saturday is worked in exchange.
        ("2026-08-21T16:00", "2026-08-22"),
    ],
)
def test_what_comes_after_the_cut_off_counts_from_the_next_working_day(received: str, counted: str) -> None:
    day, hour = date.fromisoformat(received[:10]), time.fromisoformat(received[11:])
    assert counted_from(day, hour, time(15), CALENDAR).isoformat() == counted
    assert counted_from(day, hour, None, CALENDAR) == day
