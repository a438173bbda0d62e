"""Months, and runs of them."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.months import Month, Run, half_years, month_of, runs, written_month

months = st.builds(Month, st.integers(1900, 2200), st.integers(1, 12))


@pytest.mark.parametrize(
    ("more", "month"),
    [
        (0, Month(2026, 11)),
        (1, Month(2026, 12)),
        (2, Month(2027, 1)),
        (-11, Month(2025, 12)),
        (24, Month(2028, 11)),
    ],
)
def test_months_are_added_over_the_turn_of_the_year(more: int, month: Month) -> None:
    assert Month(2026, 11).plus(more) == month


@given(months, st.integers(-1000, 1000))
def test_what_is_added_is_what_lies_between(month: Month, more: int) -> None:
    assert month.plus(more).since(month) == more
    assert month.plus(more).plus(-more) == month


@given(months)
def test_a_month_is_written_and_read_and_ends_before_the_next(month: Month) -> None:
    assert written_month(str(month)) == month
    assert month_of(month.first_day) == month_of(month.last_day) == month
    assert month.last_day + timedelta(days=1) == month.plus(1).first_day


def test_february_of_a_leap_year_has_29_days() -> None:
    assert (Month(2024, 2).last_day, Month(2026, 2).last_day) == (date(2024, 2, 29), date(2026, 2, 28))


@pytest.mark.parametrize(
    "words", ["2026-13", "2026-00", "0000-01", "2026-1", "2026-01-01", "26-01", " 2026-01", ""]
)
def test_what_is_no_month_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match="not a month"):
        written_month(words)


def test_a_month_said_twice_counts_once_and_a_gap_parts_two_runs() -> None:
    said = [Month(2026, 1), Month(2025, 12), Month(2026, 1), Month(2026, 3)]
    assert runs(said) == (Run(Month(2025, 12), Month(2026, 1)), Run(Month(2026, 3), Month(2026, 3)))
    assert [run.months for run in runs(said)] == [2, 1]
    assert runs([]) == ()


@given(st.sets(st.integers(0, 60)))
def test_runs_hold_every_month_once_and_are_as_few_as_can_be(numbers: set[int]) -> None:
    said = {Month(2020, 1).plus(number) for number in numbers}
    found = runs(said)
    assert {run.first.plus(number) for run in found for number in range(run.months)} == said
    assert sum(run.months for run in found) == len(said)
    assert all(after.first.since(before.last) > 1 for before, after in pairwise(found))


@pytest.mark.parametrize(
    ("number", "halves"),
    [(0, 0), (1, 1), (6, 1), (7, 2), (11, 2), (12, 2), (13, 3), (18, 3), (19, 4), (215, 36), (240, 40)],
)
def test_one_to_six_odd_months_are_half_a_year_and_seven_to_eleven_a_whole_one(
    number: int, halves: int
) -> None:
    assert half_years(number) == halves
