"""Contributions: rates, caps, floors, and what lateness costs."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.parameters import parameters
from domain.contributions import (
    Employee,
    OwnPayer,
    Payer,
    Region,
    SupportGroup,
    contribution,
    late_payment,
    late_payment_by_yield,
    own_contribution,
    voluntary_ahead,
    voluntary_contribution,
    voluntary_missing,
)
from domain.laws import SOCIAL_INSURANCE
from domain.parameters import Law, NoParameter


def law(day: str) -> Law:
    on = date.fromisoformat(day)
    return parameters().on(on, SOCIAL_INSURANCE.number(on))


NOW = law("2026-03-01")
OLD = law("2024-03-01")
RICH = 200_000_000


def employer(day: str, employee: Employee) -> dict[str, int]:
    found = contribution(law(day), employee).findings["employer"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("day", "social", "unemployment"),
    [
        ("2025-12-01", 46_800_000, 99_200_000),
        ("2026-01-01", 46_800_000, 106_200_000),
        ("2026-06-30", 46_800_000, 106_200_000),
        ("2026-07-01", 50_600_000, 106_200_000),
        ("2024-06-30", 36_000_000, 93_600_000),
        ("2024-07-01", 46_800_000, 99_200_000),
    ],
)
def test_each_fund_has_the_cap_of_its_day(day: str, social: int, unemployment: int) -> None:
    found = contribution(law(day), Employee(RICH)).findings
    assert (found["base_social_health"], found["base_unemployment"]) == (social, unemployment)


def test_a_cap_leaves_what_is_at_it() -> None:
    bases = [
        contribution(NOW, Employee(salary)).findings["base_social_health"]
        for salary in (46_799_999, 46_800_001)
    ]
    assert bases == [46_799_999, 46_800_000]


def test_the_state_paid_are_capped_by_the_base_salary_until_2025() -> None:
    for day, base in (("2024-03-01", 36_000_000), ("2025-12-31", 46_800_000), ("2026-01-01", 106_200_000)):
        found = contribution(law(day), Employee(RICH, payer=Payer.STATE_SALARY)).findings
        assert found["base_unemployment"] == base


@pytest.mark.parametrize(
    ("day", "region", "payer", "base"),
    [
        ("2025-06-30", Region.I, Payer.PRIVATE, 4_960_000),
        ("2025-06-30", Region.IV, Payer.PRIVATE, 3_450_000),
        ("2025-06-30", Region.I, Payer.STATE_SALARY, 1_000_000),
        ("2025-07-01", Region.I, Payer.PRIVATE, 2_340_000),
        ("2026-07-01", Region.IV, Payer.STATE_SALARY, 2_530_000),
    ],
)
def test_the_floor_was_the_regions_wage_and_is_the_reference_level(
    day: str, region: Region, payer: Payer, base: int
) -> None:
    found = contribution(law(day), Employee(1_000_000, region, payer)).findings
    assert (found["base_social_health"], found["base_unemployment"]) == (base, 1_000_000)


def test_foreign_employees_are_not_insured_against_unemployment() -> None:
    found = contribution(NOW, Employee(10_000_000, is_foreign=True)).findings
    assert (found["employee_total"], found["employer_total"]) == (950_000, 2_050_000)


@pytest.mark.parametrize(
    ("day", "risk", "unemployment"),
    [
        ("2017-05-31", 100_000, 100_000),
        ("2017-06-01", 50_000, 100_000),
        ("2021-06-30", 50_000, 100_000),
        ("2021-07-01", 0, 100_000),
        ("2021-10-01", 0, 0),
        ("2022-07-01", 50_000, 0),
        ("2022-10-01", 50_000, 100_000),
    ],
)
def test_the_relief_of_2021_has_its_days(day: str, risk: int, unemployment: int) -> None:
    paid = employer(day, Employee(10_000_000))
    assert (paid["occupational"], paid["unemployment"]) == (risk, unemployment)


def test_whom_the_state_pays_had_no_relief_against_accidents() -> None:
    assert employer("2021-08-01", Employee(10_000_000, payer=Payer.STATE_SALARY))["occupational"] == 50_000


def test_an_approved_employer_pays_less_against_accidents() -> None:
    employee = Employee(10_000_000, has_reduced_risk_rate=True)
    assert employer("2026-03-01", employee)["occupational"] == 30_000
    assert employer("2021-08-01", employee)["occupational"] == 0
    cited = [cite.path for cite in contribution(NOW, employee).cited]
    assert "contribution_rates.occupational_reduced" in cited


@pytest.mark.parametrize(("unpaid", "total"), [(13, 1_050_000), (14, 0), (22, 0)])
def test_nothing_is_due_for_a_month_with_14_unpaid_days(unpaid: int, total: int) -> None:
    found = contribution(NOW, Employee(10_000_000, unpaid_days=unpaid))
    assert (found.findings["employee_total"], found.is_met) == (total, total > 0)
    assert contribution(NOW, Employee(10_000_000, unpaid_days=unpaid, pays_all_the_same=True)).is_met


def test_whoever_lacked_a_month_is_told_what_would_change_it() -> None:
    [change] = contribution(NOW, Employee(1, unpaid_days=14)).changes
    assert change.words.en.startswith("Only with fewer than 14 unpaid working days")


@pytest.mark.parametrize(
    ("payer", "income", "total"),
    [
        (OwnPayer.BUSINESS_HOUSEHOLD_OWNER, 10_000_000, 2_500_000),
        (OwnPayer.BUSINESS_HOUSEHOLD_OWNER, 1_000_000, 585_000),
        (OwnPayer.WORKER_ABROAD, 10_000_000, 2_200_000),
        (OwnPayer.WORKER_ABROAD, RICH, 10_296_000),
    ],
)
def test_household_owners_and_workers_abroad_pay_alone(payer: OwnPayer, income: int, total: int) -> None:
    found = own_contribution(NOW, income=income, payer=payer).findings
    assert (found["employee_total"], found["employer_total"]) == (total, 0)


def test_nobody_paid_alone_by_duty_before_law_41() -> None:
    with pytest.raises(NoParameter):
        own_contribution(law("2025-06-30"), income=1, payer=OwnPayer.WORKER_ABROAD)


@given(
    st.integers(0, 10**12),
    st.sampled_from(Region),
    st.sampled_from(Payer),
    st.dates(date(2015, 1, 1), date(2027, 1, 1)),
)
def test_more_salary_never_pays_less_and_totals_are_sums(
    salary: int, region: Region, payer: Payer, day: date
) -> None:
    on = law(day.isoformat())
    found = contribution(on, Employee(salary, region, payer)).findings
    more = contribution(on, Employee(salary + 1_000_000, region, payer)).findings
    assert found["employee_total"] == sum(found["employee"].values())  # type: ignore[union-attr]
    assert found["employee_total"] <= more["employee_total"]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("day", "group", "support"),
    [
        ("2017-12-31", "poor", 0),
        ("2018-01-01", "poor", 46_200),
        ("2022-01-01", "poor", 99_000),
        ("2025-06-30", "near_poor", 82_500),
        ("2025-06-30", "ethnic_minority", 33_000),
        ("2025-07-01", "poor", 165_000),
        ("2025-07-01", "near_poor", 132_000),
        ("2025-07-01", "ethnic_minority", 99_000),
        ("2025-07-01", "other", 66_000),
        ("2025-07-01", "support_exhausted", 0),
    ],
)
def test_the_state_supports_each_group_by_its_share(day: str, group: str, support: int) -> None:
    found = voluntary_contribution(law(day), income=5_000_000, group=SupportGroup(group)).findings
    assert (found["full_per_month"], found["support_per_month"]) == (1_100_000, support)


def test_the_support_lasts_120_months() -> None:
    found = voluntary_contribution(NOW, income=1_500_000, group=SupportGroup.OTHER, months=121).findings
    assert found["to_pay_total"] == 120 * 264_000 + 330_000


def test_below_the_floor_one_is_told_what_is_missing_and_what_the_floor_costs() -> None:
    found = voluntary_contribution(NOW, income=1_000_000, group=SupportGroup.POOR)
    assert (found.is_met, found.changes[0].missing) == (False, 500_000)
    assert found.findings["full_per_month"] == 330_000
    assert voluntary_contribution(NOW, income=1_500_000, group=SupportGroup.POOR).is_met


def test_an_income_above_the_cap_counts_as_the_cap() -> None:
    assert voluntary_contribution(NOW, income=RICH).findings["full_per_month"] == 10_296_000


def test_years_paid_ahead_cost_less_by_the_yield() -> None:
    # 330,000 a month; at no yield 24 of them, at 100 % a month nearly two.
    found = [
        voluntary_ahead(NOW, income=1_500_000, years=2, monthly_yield=Fraction(monthly)).findings["paid"]
        for monthly in (0, 1)
    ]
    assert found == [7_920_000, 660_000]


@pytest.mark.parametrize(("years", "is_met"), [(1, False), (2, True), (5, True), (6, False)])
def test_one_pays_two_to_five_years_ahead(years: int, is_met: bool) -> None:  # noqa: FBT001 -- a case
    found = voluntary_ahead(NOW, income=1_500_000, years=years, monthly_yield=Fraction(0))
    assert (found.is_met, found.findings["paid"] > 0) == (is_met, is_met)  # type: ignore[operator]


@pytest.mark.parametrize(("months", "paid"), [(1, 333_300), (2, 669_933), (61, 0), (0, 0)])
def test_missing_months_cost_more_by_the_yield_and_are_60_at_most(months: int, paid: int) -> None:
    found = voluntary_missing(NOW, income=1_500_000, months=months, monthly_yield=Fraction(1, 100))
    assert (found.findings["paid"], found.is_met) == (paid, paid > 0)


def test_nobody_paid_at_once_by_that_decree_before_july_2025() -> None:
    with pytest.raises(NoParameter):
        voluntary_ahead(law("2025-06-30"), income=1_500_000, years=2, monthly_yield=Fraction(0))
    assert voluntary_ahead(law("2025-07-01"), income=1_500_000, years=2, monthly_yield=Fraction(0)).is_met


def test_lateness_has_a_daily_price_since_law_41() -> None:
    assert late_payment(NOW, amount=100_000_000, days_late=20).findings["extra"] == 600_000
    assert not late_payment(NOW, amount=100_000_000, days_late=0).is_met
    with pytest.raises(NoParameter):
        late_payment(OLD, amount=1, days_late=1)


def test_lateness_cost_twice_the_yield_before() -> None:
    yearly = Fraction(6, 100)
    found = late_payment_by_yield(OLD, amount=100_000_000, months_late=2, yearly_yield=yearly)
    assert found.findings["extra"] == 2_000_000
    with pytest.raises(NoParameter):
        late_payment_by_yield(NOW, amount=1, months_late=1, yearly_yield=yearly)
