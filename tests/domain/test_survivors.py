"""Survivors: what the deceased and the relatives must be, and how much there is."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.parameters import parameters
from domain.determinations import Determination
from domain.one_off import PaidIn
from domain.parameters import Law
from domain.retirement_age import Sex
from domain.survivors import (
    Deceased,
    Kin,
    Relative,
    Scheme,
    entitled_relative,
    funeral,
    survivor_lump_sum_active,
    survivor_lump_sum_pensioner,
    survivor_monthly,
)

NEW = parameters().on(date(2026, 9, 1), "41/2024")
OLD = parameters().on(date(2024, 6, 30), "58/2014")
INSURED = Deceased(contribution_months=180)
NEWCOMER = Deceased(contribution_months=11)


def amount(found: Determination) -> int:
    value = found.findings["amount"]
    assert isinstance(value, int)
    return value


@pytest.mark.parametrize(
    ("day", "dong"),
    [
        (date(2020, 5, 1), 14_900_000),
        (date(2023, 6, 30), 14_900_000),
        (date(2023, 7, 1), 18_000_000),
        (date(2024, 7, 1), 23_400_000),
        (date(2026, 6, 30), 23_400_000),
        (date(2026, 7, 1), 25_300_000),
    ],
)
def test_a_funeral_is_ten_base_salaries_of_the_month_of_death(day: date, dong: int) -> None:
    assert amount(funeral(parameters().on(day, "58/2014"), INSURED)) == dong


@pytest.mark.parametrize(
    ("deceased", "is_met"),
    [
        (NEWCOMER, False),
        (Deceased(12), True),
        (Deceased(59, Scheme.VOLUNTARY), False),
        (Deceased(60, Scheme.VOLUNTARY), True),
        (replace(NEWCOMER, is_pensioner=True), True),
        (replace(NEWCOMER, is_work_death=True), True),
    ],
)
def test_who_gives_the_right_to_a_funeral(*, deceased: Deceased, is_met: bool) -> None:
    for law in (OLD, NEW):
        found = funeral(law, deceased)
        assert (found.is_met, amount(found) > 0) == (is_met, is_met)


@pytest.mark.parametrize(
    ("deceased", "is_met"),
    [
        (Deceased(179), False),
        (Deceased(180), True),
        (Deceased(180, Scheme.VOLUNTARY), False),
        (replace(NEWCOMER, is_pensioner=True), True),
        (replace(NEWCOMER, is_work_death=True), True),
        (replace(NEWCOMER, accident_loss_pct=60), False),
        (replace(NEWCOMER, accident_loss_pct=61), True),
    ],
)
def test_who_gives_the_right_to_a_monthly_benefit(*, deceased: Deceased, is_met: bool) -> None:
    for law in (OLD, NEW):
        found = survivor_monthly(law, deceased, relatives=1)
        assert (found.is_met, amount(found) > 0) == (is_met, is_met)


@pytest.mark.parametrize(
    ("relatives", "alone", "deceased", "persons", "shares"),
    [
        (0, 0, 1, 0, "0"),
        (1, 0, 1, 1, "0.5"),
        (0, 1, 1, 1, "0.7"),
        (2, 1, 1, 3, "1.7"),
        (4, 0, 1, 4, "2"),
        (5, 0, 1, 4, "2"),
        (4, 1, 1, 4, "2.2"),
        (3, 5, 1, 4, "2.8"),
        (2, 1, 2, 3, "3.4"),
    ],
)
def test_four_relatives_are_paid_those_without_a_carer_first(
    relatives: int, alone: int, deceased: int, persons: int, shares: str
) -> None:
    found = survivor_monthly(NEW, INSURED, relatives=relatives, without_carer=alone, deceased_count=deceased)
    assert found.findings["persons_paid"] == persons
    assert amount(found) == Fraction(shares) * 2_530_000
    assert found.findings["paid_from"] == date(2026, 10, 1)


SPOUSE = Relative(Kin.SPOUSE, birth=date(1969, 9, 1), sex=Sex.FEMALE, income=2_529_999)


@pytest.mark.parametrize(
    ("law", "relative", "is_met"),
    [
        (NEW, Relative(Kin.CHILD, date(2008, 9, 2), Sex.MALE, income=10**7), True),
        (NEW, Relative(Kin.CHILD, date(2008, 9, 1), Sex.MALE), False),
        (NEW, Relative(Kin.CHILD, date(1990, 9, 1), Sex.MALE, loss_pct=80), False),
        (NEW, Relative(Kin.CHILD, date(1990, 9, 1), Sex.MALE, loss_pct=81), True),
        (NEW, SPOUSE, True),
        (NEW, replace(SPOUSE, income=2_530_000), False),
        (NEW, replace(SPOUSE, birth=date(1970, 9, 1)), False),
        (NEW, replace(SPOUSE, birth=date(1990, 9, 1), loss_pct=81), True),
        (OLD, replace(SPOUSE, birth=date(1969, 6, 30), income=1_799_999), True),
        (OLD, replace(SPOUSE, birth=date(1969, 7, 1), income=0), False),
        (OLD, replace(SPOUSE, birth=date(1964, 6, 30), sex=Sex.MALE, income=0), True),
        (OLD, replace(SPOUSE, birth=date(1964, 7, 1), sex=Sex.MALE, income=0), False),
    ],
)
def test_which_relatives_qualify(*, law: Law, relative: Relative, is_met: bool) -> None:
    assert entitled_relative(law, relative).is_met is is_met


@pytest.mark.parametrize(
    ("drawn", "months"),
    [(0, "48"), (1, "48"), (2, "48"), (3, "47.5"), (4, "47"), (91, "3.5"), (92, "3"), (93, "3"), (120, "3")],
)
def test_a_pension_drawn_longer_leaves_less_but_three(drawn: int, months: str) -> None:
    for law in (OLD, NEW):
        found = survivor_lump_sum_pensioner(law, pension=5_000_001, months_drawn=drawn)
        assert found.findings["months"] == Fraction(months)
    assert amount(survivor_lump_sum_pensioner(NEW, pension=5_000_001, months_drawn=3)) == 237_500_048


@pytest.mark.parametrize(
    ("before", "later", "means"),
    [
        (24, 96, "19"),
        (0, 1, "3"),
        (0, 17, "3"),
        (0, 19, "4"),
        (24, 0, "3"),
        (25, 0, "4"),
        (18, 6, "3.5"),
        (0, 0, "0"),
    ],
)
def test_relatives_of_the_insured_get_three_means_at_least(before: int, later: int, means: str) -> None:
    for law in (OLD, NEW):
        found = survivor_lump_sum_active(law, PaidIn(before, later, 7_000_000))
        assert amount(found) == Fraction(means) * 7_000_000
        assert found.is_met is (before + later > 0)


@pytest.mark.parametrize(("months", "means"), [(1, "0.22"), (59, "12.98"), (60, "10")])
def test_insured_by_choice_for_less_than_sixty_months_it_is_what_was_paid(months: int, means: str) -> None:
    paid = PaidIn(0, months, 1_500_000)
    assert amount(survivor_lump_sum_active(NEW, paid, Scheme.VOLUNTARY)) == Fraction(means) * 1_500_000


@given(st.integers(0, 200), st.integers(0, 10**8))
def test_a_lump_sum_never_grows_with_the_months_drawn(drawn: int, pension: int) -> None:
    more, less = (
        survivor_lump_sum_pensioner(NEW, pension=pension, months_drawn=months)
        for months in (drawn, drawn + 1)
    )
    assert amount(more) >= amount(less) >= 3 * pension


@given(st.integers(0, 9), st.integers(0, 9))
def test_one_more_relative_never_lowers_the_benefit(relatives: int, alone: int) -> None:
    now = amount(survivor_monthly(NEW, INSURED, relatives=relatives, without_carer=alone))
    assert now <= amount(survivor_monthly(NEW, INSURED, relatives=relatives + 1, without_carer=alone))
    assert now <= amount(survivor_monthly(NEW, INSURED, relatives=relatives, without_carer=alone + 1))
