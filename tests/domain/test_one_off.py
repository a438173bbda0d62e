"""The one-off payment: years before and from 2014, under a year, the State's support, and who may take it."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.parameters import parameters
from domain.determinations import Determination
from domain.months import Month
from domain.one_off import Ground, Leaver, PaidIn, one_off, one_off_eligibility
from domain.parameters import Law
from domain.retirement_age import Sex

NEW = parameters().on(date(2026, 11, 22), "41/2024")
OLD = parameters().on(date(2025, 6, 30), "58/2014")
MEAN = 4_000_000


def total(found: Determination) -> int:
    value = found.findings["total"]
    assert isinstance(value, int)
    return value


@pytest.mark.parametrize(
    ("before", "later", "means"),
    [
        (12, 0, "1.5"),
        (0, 12, "2"),
        (0, 13, "3"),
        (0, 18, "3"),
        (0, 19, "4"),
        (12, 25, "6.5"),
        (15, 9, "3.5"),
        (18, 6, "3.5"),
        (23, 2, "4.5"),
        (18, 0, "2.5"),
        (6, 6, "2"),
    ],
)
def test_years_count_by_when_they_were_paid(before: int, later: int, means: str) -> None:
    for law in (OLD, NEW):
        assert total(one_off(law, PaidIn(before, later, MEAN))) == Fraction(means) * MEAN


@pytest.mark.parametrize(("months", "means"), [(1, "0.22"), (9, "1.98"), (10, "2"), (11, "2"), (12, "2")])
def test_under_a_year_it_is_what_was_paid_up_to_two_means(months: int, means: str) -> None:
    assert total(one_off(NEW, PaidIn(0, months, MEAN))) == Fraction(means) * MEAN


def test_what_was_contributed_is_not_revalued_but_its_limit_is() -> None:
    paid = PaidIn(0, 8, Fraction("1.10") * MEAN, contributed=Fraction("0.22") * MEAN * 8)
    found = one_off(NEW, paid).findings
    assert (found["contributed"], found["cap"], found["total"]) == (7_040_000, 8_800_000, 7_040_000)


@pytest.mark.parametrize(
    ("ground", "deducted"),
    [
        (Ground.NONE, 660_000),
        (Ground.EMIGRATION, 660_000),
        (Ground.DISABILITY, 660_000),
        (Ground.CANCER, 0),
        (Ground.CAPACITY_LOSS, 0),
    ],
)
def test_the_state_takes_back_its_support_but_from_the_gravely_ill(ground: Ground, deducted: int) -> None:
    found = one_off(NEW, PaidIn(0, 24, 1_500_000, state_support=660_000), ground)
    assert (found.findings["support_deducted"], total(found)) == (deducted, 6_000_000 - deducted)


def test_support_beyond_the_payment_leaves_nothing() -> None:
    assert total(one_off(NEW, PaidIn(0, 2, 1_500_000, state_support=10**9))) == 0


def test_who_paid_nothing_gets_nothing() -> None:
    found = one_off(NEW, PaidIn(0, 0, MEAN))
    assert (found.is_met, total(found), found.changes[0].missing) == (False, 0, 1)


@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 10**8))
def test_more_months_from_2014_never_lower_it(before: int, later: int, mean: int) -> None:
    less, more = (one_off(NEW, PaidIn(before, months, mean)) for months in (later, later + 1))
    assert total(less) <= total(more)


LEAVER = Leaver(
    birth=date(1990, 5, 1),
    sex=Sex.MALE,
    first_contribution=Month(2025, 6),
    contribution_months=239,
    months_since_stop=12,
)


def test_who_joined_before_law_41_may_leave_after_a_year() -> None:
    assert one_off_eligibility(NEW, LEAVER).is_met
    for other in (
        replace(LEAVER, first_contribution=Month(2025, 7)),
        replace(LEAVER, contribution_months=240),
        replace(LEAVER, months_since_stop=11),
    ):
        assert not one_off_eligibility(NEW, other).is_met
    assert one_off_eligibility(OLD, replace(LEAVER, first_contribution=Month(2025, 7))).is_met


def test_who_must_wait_is_told_until_when() -> None:
    found = one_off_eligibility(NEW, replace(LEAVER, months_since_stop=5))
    assert "7 more months, by 2027-06 at the earliest" in [change.words.en for change in found.changes]


@pytest.mark.parametrize(
    ("law", "birth", "months", "is_met"),
    [
        (NEW, date(1965, 5, 22), 179, True),
        (NEW, date(1965, 5, 23), 179, False),
        (NEW, date(1965, 5, 22), 180, False),
        (OLD, date(1964, 3, 31), 239, True),
        (OLD, date(1964, 4, 1), 239, False),
        (OLD, date(1964, 3, 31), 240, False),
    ],
)
def test_the_old_without_a_pension_need_not_wait(*, law: Law, birth: date, months: int, is_met: bool) -> None:
    leaver = replace(LEAVER, birth=birth, contribution_months=months, months_since_stop=0)
    assert one_off_eligibility(law, leaver).is_met is is_met


@pytest.mark.parametrize("ground", [ground for ground in Ground if ground is not Ground.NONE])
def test_on_a_ground_nobody_waits(ground: Ground) -> None:
    leaver = replace(LEAVER, ground=ground, first_contribution=Month(2026, 1), months_since_stop=0)
    assert one_off_eligibility(NEW, leaver).is_met
    assert not one_off_eligibility(NEW, replace(leaver, ground=Ground.NONE)).is_met
