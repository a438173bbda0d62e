"""The mean salary: coefficients by year, and the last years on the State's scale."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.parameters import parameters
from domain.average_salary import Period, Regime, average_salary
from domain.parameters import NoParameter

LAW = parameters().on(date(2026, 11, 22), "41/2024")
OLD = parameters().on(date(2025, 6, 30), "58/2014")


@pytest.mark.parametrize(
    ("settlement", "year", "coefficient"),
    [
        (2024, 1994, "5.43"),
        (2024, 1995, "4.61"),
        (2025, 2000, "3.95"),
        (2025, 1988, "5.63"),
        (2026, 2024, "1.03"),
        (2026, 2026, "1"),
    ],
)
def test_each_year_has_its_coefficient(settlement: int, year: int, coefficient: str) -> None:
    periods = [Period(year, 12, 1_000_000)]
    found = average_salary(OLD, settlement_year=settlement, periods=periods).findings
    assert found["average_exact"] == Fraction(coefficient) * 1_000_000


def test_the_mean_is_rounded_once() -> None:
    periods = [Period(2013, 1, 1), Period(2020, 2, 1)]
    found = average_salary(LAW, settlement_year=2026, periods=periods).findings
    assert (found["average_exact"], found["average"], found["sum"]) == (Fraction(374, 300), 1, 4)


@pytest.mark.parametrize(("settlement", "year"), [(2023, 2020), (2027, 2020), (2025, 2026)])
def test_there_is_no_coefficient_that_was_not_published(settlement: int, year: int) -> None:
    with pytest.raises(NoParameter):
        average_salary(LAW, settlement_year=settlement, periods=[Period(year, 1, 1)])


def test_a_coefficient_that_is_brought_wins() -> None:
    periods = [Period(2013, 12, 1_000_000, coefficient=Fraction("1.08"))]
    assert average_salary(OLD, settlement_year=2017, periods=periods).findings["average"] == 1_080_000


@pytest.mark.parametrize(
    ("first", "years"),
    [
        (1994, 5),
        (1995, 6),
        (2000, 6),
        (2001, 8),
        (2006, 8),
        (2007, 10),
        (2015, 10),
        (2016, 15),
        (2019, 15),
        (2020, 20),
        (2024, 20),
        (2025, 30),
    ],
)
def test_the_state_scale_looks_back_by_the_first_contribution(first: int, years: int) -> None:
    periods = [Period(year, 12, year, Regime.STATE) for year in range(1997, 2027)]
    found = average_salary(LAW, settlement_year=2026, periods=periods, first_year=first).findings
    assert found["months"] == 12 * years
    assert found["average_exact"] == Fraction(sum(range(2027 - years, 2027)), years)


def test_the_look_back_cuts_the_earliest_period() -> None:
    periods = [Period(2026, 6, 4, Regime.STATE), Period(1990, 12, 1, Regime.STATE)]
    periods += [Period(year, 12, 3, Regime.STATE) for year in range(2022, 2026)]
    found = average_salary(LAW, settlement_year=2026, periods=periods).findings
    assert (found["months"], found["sum"]) == (60, 6 * 4 + 48 * 3 + 6 * 1)


def test_both_kinds_are_weighed_by_months() -> None:
    periods = [Period(year, 12, 2_000_000, Regime.STATE) for year in range(1990, 2025)]
    periods.append(Period(2025, 12, 8_000_000))
    found = average_salary(LAW, settlement_year=2026, periods=periods).findings
    assert found["average_exact"] == Fraction(35 * 2_000_000 + 8_000_000, 36)


def test_who_paid_nothing_has_no_mean() -> None:
    found = average_salary(LAW, settlement_year=2026, periods=[Period(2025, 0, 1)])
    assert (found.is_met, found.findings["average"], len(found.changes)) == (False, 0, 1)


@given(st.lists(st.tuples(st.integers(1985, 2026), st.integers(1, 12), st.integers(0, 10**8)), min_size=1))
def test_the_mean_is_never_below_the_plain_one(rows: list[tuple[int, int, int]]) -> None:
    periods = [Period(*row) for row in rows]
    plain = Fraction(sum(months * salary for _, months, salary in rows), sum(months for _, months, _ in rows))
    exact = average_salary(LAW, settlement_year=2026, periods=periods).findings["average_exact"]
    assert isinstance(exact, int | Fraction)
    assert exact >= plain
