"""Sickness: days and đồng under either law, with reasons."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.parameters import parameters
from domain.determinations import Determination
from domain.parameters import Law
from domain.sickness import (
    Cause,
    Recovery,
    SickLeave,
    sickness,
    sickness_child,
    sickness_convalescence,
    sickness_long_term,
)

NEW = parameters().on(date(2026, 8, 1), "41/2024")
OLD = parameters().on(date(2025, 6, 30), "58/2014")


def test_days_beyond_the_limit_of_a_year_are_not_paid() -> None:
    found = sickness(NEW, SickLeave(last_month_salary=12_000_000, days=35, years=5)).findings
    assert (found["paid_days"], found["amount"]) == (30, 11_250_000)


def test_half_days_count_since_law_41() -> None:
    leave = SickLeave(last_month_salary=10_000_000, half_days=1)
    assert sickness(NEW, leave).findings["amount"] == 156_250
    assert not sickness(OLD, leave).is_met


def test_drunkenness_is_excluded_by_law_58_only() -> None:
    leave = SickLeave(last_month_salary=12_000_000, days=1, cause=Cause.DRUNKENNESS)
    assert sickness(NEW, leave).is_met
    assert not sickness(OLD, leave).is_met
    assert [change.words.en for change in sickness(OLD, leave).changes] == ["Only for another cause"]


def test_a_child_of_seven_is_too_old() -> None:
    found = sickness_child(NEW, last_month_salary=8_000_000, working_days=2, child_age_years=7)
    assert (found.is_met, found.findings["amount"]) == (False, 0)


@pytest.mark.parametrize(("age", "most"), [(0, 20), (2, 20), (3, 15), (6, 15), (7, 0)])
def test_days_with_a_sick_child_by_its_age(age: int, most: int) -> None:
    found = sickness_child(NEW, last_month_salary=8_000_000, working_days=30, child_age_years=age).findings
    assert (found["max_days"], found["amount"]) == (most, most * 250_000)


@pytest.mark.parametrize(
    ("years", "normal", "hazardous"),
    [(0, 30, 40), (14, 30, 40), (15, 40, 50), (29, 40, 50), (30, 60, 70)],
)
def test_the_limit_of_a_year_by_the_years_contributed(years: int, normal: int, hazardous: int) -> None:
    for law in (OLD, NEW):
        found = [
            sickness(law, SickLeave(1, days=1, years=years, is_hazardous=hard)).findings["max_days"]
            for hard in (False, True)
        ]
        assert found == [normal, hazardous]


@pytest.mark.parametrize(
    "cause", [Cause.SELF_HARM, Cause.DRUGS, Cause.WORK_ACCIDENT, Cause.PAID_LEAVE, Cause.MATERNITY]
)
def test_some_causes_give_nothing(cause: Cause) -> None:
    found = sickness(NEW, SickLeave(12_000_000, days=5, cause=cause))
    assert (found.is_met, found.findings["amount"]) == (False, 0)


def long_illness(law: Law, days: int, years: int) -> int:
    """Days paid at a tenth of a million a day of full pay."""
    leave = SickLeave(2_400_000, days=days, years=years, cause=Cause.LONG_TERM)
    return int(str(sickness(law, leave).findings["amount"]))


@pytest.mark.parametrize(
    ("days", "years", "amount"),
    [
        (30, 5, 2_250_000),
        (31, 5, 2_300_000),
        (41, 15, 3_055_000),
        (61, 30, 4_565_000),
    ],
)
def test_a_long_illness_under_law_41_goes_on_at_a_lower_rate(days: int, years: int, amount: int) -> None:
    assert long_illness(NEW, days, years) == amount


@pytest.mark.parametrize(
    ("days", "years", "amount"),
    [
        (180, 5, 13_500_000),
        (181, 5, 13_550_000),
        (181, 15, 13_555_000),
        (181, 30, 13_565_000),
        (180 + 365, 1, 13_500_000 + 365 * 50_000),
        (180 + 366, 1, 13_500_000 + 365 * 50_000),
    ],
)
def test_a_long_illness_under_law_58_is_paid_for_180_days_and_the_time_contributed(
    days: int, years: int, amount: int
) -> None:
    assert long_illness(OLD, days, years) == amount


@pytest.mark.parametrize(
    ("years", "rate"),
    [(14, Fraction(1, 2)), (15, Fraction(11, 20)), (29, Fraction(11, 20)), (30, Fraction(13, 20))],
)
def test_the_rate_beyond_the_limit_by_the_years_contributed(years: int, rate: Fraction) -> None:
    found = sickness_long_term(NEW, last_month_salary=2_400_000, days=10, years=years).findings
    assert (found["rate"], found["amount"]) == (rate, 1_000_000 * rate)


def test_law_58_ends_a_long_illness_with_the_time_contributed() -> None:
    found = sickness_long_term(OLD, last_month_salary=2_400_000, days=400, years=1).findings
    assert (found["paid_days"], found["amount"]) == (365, 365 * 50_000)


def test_the_armed_forces_have_full_pay_without_a_limit() -> None:
    found = sickness(NEW, SickLeave(2_400_000, days=100, is_armed_forces=True)).findings
    assert (found["paid_days"], found["amount"]) == (100, 10_000_000)


def convalescence(law: Law, *, sick: int, since: int) -> Determination:
    """A week of getting well again after surgery."""
    return sickness_convalescence(
        law, reason=Recovery.SURGERY, days=7, sick_days_in_year=sick, days_since_leave=since
    )


@pytest.mark.parametrize(
    ("law", "sick", "since", "amount"),
    [
        (NEW, 30, 30, 5_313_000),
        (NEW, 29, 30, 0),
        (NEW, 30, 31, 0),
        (OLD, 29, 30, 4_914_000),
        (OLD, 29, 31, 0),
    ],
)
def test_getting_well_again_follows_a_month_of_illness_within_a_month(
    law: Law, sick: int, since: int, amount: int
) -> None:
    found = convalescence(law, sick=sick, since=since)
    assert (found.findings["amount"], found.is_met) == (amount, amount > 0)


def test_what_is_missing_to_get_well_again_is_told_in_days() -> None:
    assert [change.missing for change in convalescence(NEW, sick=20, since=0).changes] == [10]


@given(
    salary=st.integers(0, 10**12),
    days=st.integers(0, 1_000),
    years=st.integers(0, 50),
    cause=st.sampled_from(Cause),
    is_old=st.booleans(),
)
def test_a_day_more_never_gives_less_and_never_more_than_full_pay(
    salary: int,
    days: int,
    years: int,
    cause: Cause,
    is_old: bool,  # noqa: FBT001 -- drawn
) -> None:
    law = OLD if is_old else NEW
    fewer, more = (
        int(str(sickness(law, SickLeave(salary, off, years=years, cause=cause)).findings["amount"]))
        for off in (days, days + 1)
    )
    assert 0 <= fewer <= more <= fewer + salary // 24 + 1
