"""What is reckoned for a month of each fund, and by which day: the same as of one person by themself."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.parameters import law_of
from domain.contributions import (
    PARAMETER_OF_FUND,
    Employee,
    Fund,
    Payer,
    Region,
    Tariff,
    contribution,
    due_on,
    tariffs,
)
from domain.filings import FIRST_MONTH
from domain.money import dong
from domain.months import Month

MONTHS = [FIRST_MONTH.plus(number) for number in range(Month(2026, 12).since(FIRST_MONTH) + 1)]


def shares(tariff: Tariff, base: int) -> tuple[int, int]:
    """What employee and employer pay of a base."""
    counted = min(max(base, tariff.floor), tariff.cap)
    return dong(counted * tariff.employee), dong(counted * tariff.employer)


# The first look reads all figures of the law, which takes a while.
@settings(deadline=None)
@given(st.sampled_from(MONTHS), st.sampled_from(Region), st.sampled_from(Payer), st.integers(1, 200_000_000))
def test_the_tariff_of_a_month_says_what_the_law_says_of_one_person(
    month: Month, region: Region, payer: Payer, base: int
) -> None:
    findings = contribution(law_of(month), Employee(salary=base, region=region, payer=payer)).findings
    said = {tariff.fund: shares(tariff, base) for tariff in tariffs(law_of(month), region, payer)}
    assert said == {
        fund: (findings["employee"].get(name, 0), findings["employer"].get(name, 0))  # type: ignore[union-attr]
        for fund, name in PARAMETER_OF_FUND.items()
    }


@pytest.mark.parametrize("month", MONTHS)
def test_every_month_that_may_be_filed_has_its_tariffs(month: Month) -> None:
    for region in Region:
        assert {tariff.fund for tariff in tariffs(law_of(month), region)} == set(Fund)


@pytest.mark.parametrize(
    ("month", "day"),
    [
        (Month(2025, 6), date(2025, 6, 30)),
        (Month(2025, 7), date(2025, 8, 31)),
        (Month(2026, 12), date(2027, 1, 31)),
        (Month(2027, 1), date(2027, 2, 28)),
    ],
)
def test_since_law_41_a_month_is_paid_by_the_end_of_the_next(month: Month, day: date) -> None:
    assert due_on(law_of(month), month) == day
