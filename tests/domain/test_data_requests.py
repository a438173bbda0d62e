"""By when the agency answers what somebody asks about their own data."""

from datetime import date

import pytest

from domain.data_requests import DataRequestKind, clocks, time_limits
from domain.working_calendar import calendar_of

CALENDAR = calendar_of(2026, 2027)


@pytest.mark.parametrize(
    ("filed_on", "answer_by"),
    [
        (date(2026, 11, 16), date(2026, 11, 18)),
        # Over a weekend, and filed on one.
        (date(2026, 11, 27), date(2026, 12, 1)),
        (date(2026, 11, 28), date(2026, 12, 1)),
        # Over the Day of Culture, Tết, and the turn of the year.
        (date(2026, 11, 23), date(2026, 11, 26)),
        (date(2026, 2, 13), date(2026, 2, 24)),
        (date(2026, 12, 30), date(2027, 1, 4)),
    ],
)
def test_a_request_is_answered_within_two_working_days(filed_on: date, answer_by: date) -> None:
    for kind in DataRequestKind:
        assert clocks(kind, filed_on, CALENDAR).answer_by == answer_by


@pytest.mark.parametrize(
    ("kind", "filed_on", "act_by"),
    [
        (DataRequestKind.ACCESS, date(2026, 11, 27), date(2026, 12, 7)),
        (DataRequestKind.CORRECTION, date(2026, 11, 27), date(2026, 12, 7)),
        (DataRequestKind.DELETION, date(2026, 11, 27), date(2026, 12, 17)),
        # What would end on a Saturday ends on the Monday after it.
        (DataRequestKind.OBJECTION, date(2026, 11, 27), date(2026, 12, 14)),
        (DataRequestKind.RESTRICTION, date(2026, 11, 27), date(2026, 12, 14)),
        # What would end within Tết ends after it.
        (DataRequestKind.OBJECTION, date(2026, 2, 3), date(2026, 2, 23)),
    ],
)
def test_a_request_is_acted_on_within_days_by_its_kind(
    kind: DataRequestKind, filed_on: date, act_by: date
) -> None:
    assert clocks(kind, filed_on, CALENDAR).act_by == act_by


def test_a_decision_about_a_day_moves_the_clock() -> None:
    decided = calendar_of(2026, 2027, {date(2026, 11, 30): False})
    assert clocks(DataRequestKind.ACCESS, date(2026, 11, 27), decided).answer_by == date(2026, 12, 2)


def test_the_time_limits_are_dated_and_say_that_nobody_has_confirmed_them() -> None:
    [limits] = time_limits()
    assert limits.valid_from == date(2026, 1, 1)
    assert set(limits.act) == set(DataRequestKind)
    assert clocks(DataRequestKind.ACCESS, date(2026, 11, 27), CALENDAR).is_unconfirmed
