"""Contributions: caps, floors, and what lateness costs."""

from datetime import date

import pytest

from db.parameters import parameters
from domain.contributions import Payer, Region, contribution, late_payment, voluntary_contribution
from domain.parameters import NoParameter

LAW = parameters().on(date(2026, 3, 1), "41/2024")
OLD = parameters().on(date(2024, 3, 1), "58/2014")


def test_each_fund_has_its_cap() -> None:
    found = contribution(LAW, salary=200_000_000, region=Region.I).findings
    assert (found["base_social_health"], found["base_unemployment"]) == (46_800_000, 106_200_000)


def test_the_state_paid_are_capped_by_the_base_salary_until_2025() -> None:
    found = contribution(OLD, salary=200_000_000, region=Region.I, payer=Payer.STATE_SALARY).findings
    assert found["base_unemployment"] == 36_000_000


def test_foreign_employees_are_not_insured_against_unemployment() -> None:
    found = contribution(LAW, salary=10_000_000, region=Region.I, is_foreign=True).findings
    assert (found["employee_total"], found["employer_total"]) == (950_000, 2_050_000)


def test_nobody_chooses_an_income_below_the_floor() -> None:
    found = voluntary_contribution(LAW, income=1_000_000, group="poor")
    assert (found.is_met, found.changes[0].missing) == (False, 500_000)


def test_lateness_had_another_price_before_law_41() -> None:
    assert late_payment(LAW, amount=100_000_000, days_late=20).findings["extra"] == 600_000
    with pytest.raises(NoParameter):
        late_payment(OLD, amount=1, days_late=1)
