"""Coverage, on both sides of each threshold and of each day on which the law changes."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.parameters import parameters
from domain.benefits import BenefitKind, BenefitPayment
from domain.contributions import ContributionScheme, Fund, Payer, Region
from domain.coverage import Benefit, Card, Coverage, CoverageStatus, EstimateUnit, Facts, RegimeCoverage
from domain.covered_months import (
    Arrear,
    BaseOfTwoEmployers,
    CoveredMonths,
    Employer,
    Line,
    MonthsStanding,
    covered_months,
)
from domain.health_cards import Validity
from domain.months import Month, Run, counted, month_of, united, within, without, written_month
from domain.retirement_age import Sex

MILL, SHOP = Employer("Employer:mill", "Nhà máy"), Employer("Employer:shop", "Cửa hàng")
SCHOOL = Employer("Employer:school", "Trường học", Payer.STATE_SALARY)
TODAY = date(2026, 11, 29)
REGIMES = ("sickness", "maternity", "pension", "unemployment", "health", "work_injury", "survivors")
COMPULSORY, VOLUNTARY, HEALTH_ONLY = (
    ContributionScheme.COMPULSORY,
    ContributionScheme.VOLUNTARY,
    ContributionScheme.HEALTH_ONLY,
)


def run(first: str, last: str) -> Run:
    """Months as they are written."""
    return Run(written_month(first), written_month(last))


def a_line(
    first: str,
    last: str,
    base: int = 10_000_000,
    employer: Employer | None = MILL,
    scheme: ContributionScheme = COMPULSORY,
) -> Line:
    """A line of the ledger, whose row is named by what it says."""
    return Line(scheme, employer, run(first, last), base, f"{first}..{last}:{base}")


def by_choice(first: str, last: str, base: int = 5_000_000) -> Line:
    """Months paid by choice."""
    return a_line(first, last, base, None, VOLUNTARY)


def owed(*months: str, fund: Fund = Fund.RETIREMENT_SURVIVORS, employer: Employer = MILL) -> list[Arrear]:
    """Months that an employer owes to a fund."""
    return [Arrear(employer.id, fund, written_month(month)) for month in months]


def told(
    *lines: Line,
    on: date = TODAY,
    birth: date = date(1985, 5, 20),
    sex: Sex = Sex.FEMALE,
    known_on: date = TODAY,
    arrears: Iterable[Arrear] = (),
    died_on: date | None = None,
    benefits: tuple[Benefit, ...] = (),
    cards: tuple[Card, ...] = (),
) -> Coverage:
    """What somebody is covered for."""
    facts = Facts(on, known_on, birth, sex, died_on, lines, tuple(arrears), benefits, cards)
    return Coverage(facts, parameters())


def codes_not_met(regime: RegimeCoverage) -> set[str]:
    """What the law asks for and is not there."""
    assert regime.determination
    return {each.code for each in regime.determination.condition.every() if not each.is_met}


def amount(regime: RegimeCoverage) -> int:
    """What would be paid."""
    return regime.estimate.amount if regime.estimate else 0


# ------------------------------------------------------------------ months ---


def test_an_unpaid_month_is_unpaid_to_the_month_and_not_missing() -> None:
    months = told(a_line("2025-01", "2026-11"), arrears=owed("2026-03", "2026-04", "2026-08")).pension
    assert months.months_counted == 23 - 3
    assert [(gap.months, gap.standing, gap.employers) for gap in months.gaps] == [
        (run("2026-03", "2026-04"), MonthsStanding.UNPAID, (MILL,)),
        (run("2026-08", "2026-08"), MonthsStanding.UNPAID, (MILL,)),
    ]
    assert [(period.months, period.standing) for period in months.periods] == [
        (run("2025-01", "2026-02"), MonthsStanding.PAID),
        (run("2026-03", "2026-04"), MonthsStanding.UNPAID),
        (run("2026-05", "2026-07"), MonthsStanding.PAID),
        (run("2026-08", "2026-08"), MonthsStanding.UNPAID),
        (run("2026-09", "2026-11"), MonthsStanding.PAID),
    ]


def test_what_is_owed_to_one_fund_is_no_matter_of_another() -> None:
    coverage = told(a_line("2025-01", "2026-11"), arrears=owed("2026-03", fund=Fund.HEALTH))
    assert (coverage.health.months_counted, coverage.pension.months_counted) == (22, 23)


def test_a_month_without_insurance_is_missing() -> None:
    pension = told(a_line("2020-01", "2020-06"), a_line("2020-09", "2026-11")).pension
    [gap] = pension.gaps
    assert (gap.months, gap.standing, gap.employers) == (
        run("2020-07", "2020-08"),
        MonthsStanding.MISSING,
        (),
    )


def test_a_month_counts_once_however_many_employers_pay_and_is_unpaid_only_if_none_does() -> None:
    both = (a_line("2025-01", "2025-12"), a_line("2025-06", "2026-02", employer=SHOP))
    assert told(*both, on=date(2026, 2, 1)).pension.months_counted == 14
    one = told(*both, on=date(2026, 2, 1), arrears=owed("2025-07")).pension
    assert (one.months_counted, one.gaps) == (14, [])
    arrears = [*owed("2025-07"), *owed("2025-07", employer=SHOP)]
    none = told(*both, on=date(2026, 2, 1), arrears=arrears).pension
    assert none.months_counted == 13
    assert [(gap.months, set(gap.employers)) for gap in none.gaps] == [
        (run("2025-07", "2025-07"), {MILL, SHOP})
    ]


@pytest.mark.parametrize(
    ("rule", "base"),
    [
        (BaseOfTwoEmployers.FIRST_CONTRACT, 10_000_000),
        (BaseOfTwoEmployers.HIGHEST, 30_000_000),
        (BaseOfTwoEmployers.SUM_TO_CAP, 40_000_000),
    ],
)
def test_of_two_employers_the_base_counts_that_the_rule_says(rule: BaseOfTwoEmployers, base: int) -> None:
    months = covered_months(
        [a_line("2026-01", "2026-06"), a_line("2026-03", "2026-04", 30_000_000, SHOP)],
        (),
        schemes={COMPULSORY: Month(1, 1)},
        until=Month(2026, 11),
    )
    found = months.salaries(rule, lambda _month: 46_800_000)
    assert {salary.line.base for salary in found if salary.months.first >= Month(2026, 3)} == {
        base,
        10_000_000,
    }
    assert counted(salary.months for salary in found) == 6


def test_the_sum_of_two_employers_is_capped_by_the_law_of_each_month() -> None:
    months = covered_months(
        [a_line("2026-06", "2026-07", 40_000_000), a_line("2026-06", "2026-07", 30_000_000, SHOP)],
        (),
        schemes={COMPULSORY: Month(1, 1)},
        until=Month(2026, 11),
    )
    caps = {Month(2026, 6): 46_800_000, Month(2026, 7): 50_600_000}
    found = months.salaries(BaseOfTwoEmployers.SUM_TO_CAP, caps.__getitem__)
    assert [(salary.months.first, salary.line.base) for salary in found] == list(caps.items())


def test_two_employers_at_once_make_an_answer_unconfirmed_and_one_after_the_other_do_not() -> None:
    after = told(a_line("2010-01", "2015-12"), a_line("2016-01", "2026-11", employer=SHOP))
    at_once = told(a_line("2010-01", "2016-01"), a_line("2016-01", "2026-11", employer=SHOP))
    assert [each.pension.determination.is_unconfirmed for each in (after, at_once)] == [False, True]  # type: ignore[union-attr]


def test_an_answer_that_leaves_unpaid_months_out_is_unconfirmed() -> None:
    paid, unpaid = (
        told(a_line("2010-01", "2026-11"), arrears=arrears).pension.determination
        for arrears in ((), owed("2012-01"))
    )
    assert paid
    assert unpaid
    assert (paid.is_unconfirmed, unpaid.is_unconfirmed) == (False, True)


# ------------------------------------------------------------------ status ---


def test_who_never_paid_is_insured_for_nothing_and_no_month_is_missing() -> None:
    coverage = told()
    for name in REGIMES:
        regime = getattr(coverage, name)
        assert (regime.status, regime.gaps, regime.periods) == (CoverageStatus.NOT_INSURED, [], []), name
        assert (regime.months_counted, regime.estimate) == (0, None), name


def test_who_is_insured_is_entitled_to_what_needs_no_time() -> None:
    coverage = told(a_line("2026-11", "2026-11"))
    found = {name: getattr(coverage, name).status for name in REGIMES}
    entitled = {"sickness", "health", "work_injury", "survivors"}
    assert {name for name, status in found.items() if status == CoverageStatus.ENTITLED} == entitled
    assert {found[name] for name in set(REGIMES) - entitled} == {CoverageStatus.INSURED}


@pytest.mark.parametrize(
    ("known_on", "status"),
    [
        # August is due by the end of September, so late from October on.
        (date(2026, 10, 31), CoverageStatus.SUSPENDED),
        # September was due since, and is paid.
        (date(2026, 11, 1), CoverageStatus.ENTITLED),
    ],
)
def test_insurance_is_suspended_while_the_last_month_that_was_due_is_unpaid(
    known_on: date, status: CoverageStatus
) -> None:
    lines, arrears = a_line("2020-01", "2026-11"), owed("2026-08", fund=Fund.SICKNESS_MATERNITY)
    found = told(lines, on=known_on, known_on=known_on, arrears=arrears).sickness
    assert found.status == status
    assert codes_not_met(found) == ({"SICKNESS", "PAID_FOR"} if status == CoverageStatus.SUSPENDED else set())


def test_who_owes_and_what_is_said_where_insurance_is_suspended() -> None:
    arrears = owed("2026-09", "2026-10", fund=Fund.HEALTH)
    found = told(a_line("2020-01", "2026-11"), arrears=arrears).health
    assert found.determination
    assert [change.words.en for change in found.determination.changes] == [
        "Only once Nhà máy has paid for 2026-09, 2026-10"
    ]


def test_what_is_in_payment_says_so_and_how_much() -> None:
    drawn = Benefit(BenefitKind.PENSION, BenefitPayment.MONTHLY, 7_000_000, date(2026, 6, 1), None)
    lines = a_line("2000-01", "2026-05")
    before, since = (
        told(lines, on=day, birth=date(1969, 5, 20), benefits=(drawn,)).pension
        for day in (date(2026, 5, 31), date(2026, 6, 1))
    )
    assert (before.status, since.status) == (CoverageStatus.ENTITLED, CoverageStatus.IN_PAYMENT)
    assert since.estimate
    assert (since.estimate.amount, since.estimate.unit) == (7_000_000, EstimateUnit.MONTH)
    # Whoever draws a pension is not without insurance.
    assert told(lines, birth=date(1969, 5, 20), benefits=(drawn,)).pension.gaps == []


def test_of_the_dead_it_is_told_for_the_day_of_death() -> None:
    coverage = told(a_line("2000-01", "2026-11"), died_on=date(2025, 3, 3))
    assert coverage.as_of == date(2025, 3, 3)
    assert coverage.survivors.months_counted == 25 * 12 + 3
    assert coverage.pension.earliest_entitlement is None


@pytest.mark.parametrize("name", REGIMES)
def test_where_the_figures_of_the_day_are_not_known_nothing_is_guessed(name: str) -> None:
    regime = getattr(told(a_line("1998-01", "2004-12"), on=date(2003, 6, 1)), name)
    assert (regime.determination, regime.estimate, regime.earliest_entitlement) == (None, None, None)
    assert regime.status == (CoverageStatus.NOT_INSURED if name == "unemployment" else CoverageStatus.INSURED)


# ------------------------------------------------------------------ regimes ---


@pytest.mark.parametrize(
    ("first", "days"), [("2012-01", 30), ("2011-12", 40), ("1997-01", 40), ("1996-12", 60)]
)
def test_the_days_of_sickness_grow_with_full_years(first: str, days: int) -> None:
    found = told(a_line(first, "2026-11")).sickness
    assert found.determination
    assert found.determination.findings["max_days"] == days


def test_a_day_off_sick_is_paid_from_the_month_before_and_the_first_month_from_its_own() -> None:
    lines = a_line("2026-10", "2026-10", 8_000_000), a_line("2026-11", "2026-11", 16_000_000)
    assert amount(told(*lines).sickness) == 250_000
    assert amount(told(lines[1]).sickness) == 500_000


@pytest.mark.parametrize(
    ("first", "is_met", "earliest"), [("2026-05", True, "2026-11"), ("2026-06", False, "2026-11")]
)
def test_six_months_of_the_twelve_before_a_birth_are_needed(first: str, is_met: bool, earliest: str) -> None:  # noqa: FBT001
    # Born on the first of November: the twelve months end with October.
    found = told(a_line(first, "2026-11"), on=date(2026, 11, 1)).maternity
    assert found.determination
    assert found.determination.is_met is is_met
    assert str(found.earliest_entitlement) == earliest
    assert (found.status == CoverageStatus.ENTITLED) is is_met


@pytest.mark.parametrize(("day", "is_met"), [(14, False), (15, True)])
def test_the_month_of_a_birth_counts_from_its_middle_on(day: int, is_met: bool) -> None:  # noqa: FBT001
    found = told(a_line("2026-06", "2026-11"), on=date(2026, 11, day)).maternity
    assert found.determination
    assert found.determination.is_met is is_met


def test_more_months_come_only_while_those_of_before_still_lie_in_the_window() -> None:
    # Five of the twelve months are paid, the earliest ones: each further month takes one of them out.
    found = told(a_line("2025-11", "2026-03"), on=date(2026, 11, 1)).maternity
    assert found.determination
    assert not found.determination.is_met
    assert str(found.earliest_entitlement) == "2027-04"


@pytest.mark.parametrize(("day", "amount_once"), [(date(2025, 6, 30), 0), (date(2025, 7, 1), 2_000_000)])
def test_a_child_of_one_insured_by_choice_is_paid_for_since_law_41(day: date, amount_once: int) -> None:
    assert amount(told(by_choice("2024-08", "2026-11"), on=day).maternity) == amount_once


def test_a_father_is_paid_for_his_leave() -> None:
    found = told(a_line("2026-01", "2026-11", 12_000_000), sex=Sex.MALE).maternity
    assert found.determination
    assert (found.determination.code, amount(found)) == ("MATERNITY_FATHER", 2_500_000)


@pytest.mark.parametrize(
    ("day", "first", "is_met"),
    [
        # Twenty years until Law 41/2024, fifteen since.
        (date(2025, 6, 30), "2005-07", True),
        (date(2025, 6, 30), "2005-08", False),
        (date(2025, 7, 1), "2010-08", True),
        (date(2025, 7, 1), "2010-09", False),
    ],
)
def test_a_pension_takes_fifteen_years_since_law_41_and_took_twenty(
    day: date,
    first: str,
    is_met: bool,  # noqa: FBT001
) -> None:
    found = told(a_line(first, "2026-11"), on=day, birth=date(1960, 1, 1), sex=Sex.FEMALE).pension
    assert (found.status == CoverageStatus.ENTITLED) is is_met
    assert codes_not_met(found) == (set() if is_met else {"PENSION", "ENOUGH_MONTHS"})


@pytest.mark.parametrize(("day", "is_met"), [(date(2026, 6, 14), False), (date(2026, 6, 15), True)])
def test_the_pension_age_is_reached_on_the_birthday(day: date, is_met: bool) -> None:  # noqa: FBT001
    found = told(a_line("2000-01", "2026-11"), on=day, birth=date(1969, 6, 15)).pension
    assert (found.status == CoverageStatus.ENTITLED) is is_met
    assert str(found.earliest_entitlement) == "2026-06"


def test_a_pension_says_how_many_months_are_missing_by_which_rows_and_when_it_can_be() -> None:
    lines = a_line("2013-01", "2015-12", 5_000_000), a_line("2017-01", "2026-11")
    found = told(*lines, birth=date(1969, 6, 15)).pension
    assert found.determination
    [enough] = [each for each in found.determination.condition.every() if each.code == "ENOUGH_MONTHS"]
    assert enough.value == 36 + 119
    assert enough.evidence.months == (run("2013-01", "2015-12"), run("2017-01", "2026-11"))
    assert enough.evidence.rows == tuple(line.row for line in lines)
    assert enough.change
    assert enough.change.words.en == "25 more months, by 2028-12 at the earliest"
    assert str(found.earliest_entitlement) == "2028-12"
    assert found.estimate is None


def test_before_the_age_the_pension_is_told_for_the_months_so_far() -> None:
    found = told(a_line("2000-01", "2026-11"), birth=date(1980, 1, 1)).pension
    assert found.status == CoverageStatus.INSURED
    assert found.estimate
    assert found.estimate.text_en == "The pension at the age, for the months paid so far"
    assert str(found.earliest_entitlement) == "2040-01"


def test_before_the_age_a_pension_finds_nothing_by_the_same_names_as_later() -> None:
    career = a_line("2000-01", "2026-11")
    later = told(career, birth=date(1960, 1, 1)).pension.determination
    before = told(career).pension.determination
    assert later
    assert before
    assert before.findings == {**dict.fromkeys(later.findings, 0), "eligible": False}


@pytest.mark.parametrize(("day", "is_unconfirmed"), [(date(2026, 11, 29), False), (date(2027, 1, 1), True)])
def test_coefficients_of_another_year_stand_in_unconfirmed(day: date, is_unconfirmed: bool) -> None:  # noqa: FBT001
    found = told(a_line("2000-01", "2027-01"), on=day, birth=date(1960, 1, 1))
    assert found.pension.estimate
    assert found.pension.estimate.unconfirmed is is_unconfirmed


@pytest.mark.parametrize(("day", "law"), [(date(2025, 12, 31), "38/2013"), (date(2026, 1, 1), "74/2025")])
def test_the_law_on_unemployment_is_of_the_day_that_work_ends(day: date, law: str) -> None:
    found = told(a_line("2020-01", "2026-11"), on=day).unemployment
    assert found.determination
    assert found.determination.law == law


@pytest.mark.parametrize(("first", "is_met"), [("2025-12", True), ("2026-01", False)])
def test_twelve_months_of_the_last_twenty_four_are_needed(first: str, is_met: bool) -> None:  # noqa: FBT001
    found = told(a_line(first, "2026-11")).unemployment
    assert (found.status == CoverageStatus.ENTITLED) is is_met
    assert str(found.earliest_entitlement) == ("2026-11" if is_met else "2026-12")


@pytest.mark.parametrize(
    ("day", "employer", "cap"),
    [
        (date(2026, 11, 29), MILL, 5 * 5_310_000),
        (date(2026, 11, 29), replace(MILL, region=Region.III), 5 * 4_140_000),
        (date(2026, 11, 29), replace(SCHOOL, region=Region.III), 5 * 4_140_000),
        (date(2025, 11, 29), replace(SCHOOL, region=Region.III), 5 * 2_340_000),
    ],
)
def test_region_and_scale_of_the_last_employer_cap_what_the_loss_of_work_gives(
    day: date, employer: Employer, cap: int
) -> None:
    before = a_line("2018-01", "2021-12", 50_000_000, replace(SHOP, region=Region.IV))
    found = told(a_line("2022-01", "2026-11", 50_000_000, employer), before, on=day).unemployment
    assert found.determination
    assert found.determination.findings["monthly"] == found.determination.findings["cap"] == cap


def test_no_month_before_2009_counts_for_unemployment() -> None:
    assert told(a_line("2000-01", "2009-02"), on=date(2009, 2, 28)).unemployment.months_counted == 2


def test_months_that_a_benefit_used_up_count_no_more_and_what_it_left_over_is_kept() -> None:
    lines = a_line("2010-01", "2014-05"), a_line("2016-01", "2026-11")
    drawn = Benefit(BenefitKind.UNEMPLOYMENT, BenefitPayment.MONTHLY, 1, date(2015, 2, 1), date(2015, 5, 31))
    found = told(*lines, benefits=(drawn,)).unemployment
    assert found.determination
    # Of 53 months 36 gave three months, one full year more a fourth: five odd ones are kept. Then 131.
    assert found.determination.findings["benefit_months"] == 3 + (131 + 5 - 36) // 12
    assert found.determination.findings["months_kept"] == (131 + 5 - 36) % 12


@pytest.mark.parametrize(("last", "since"), [("2020-05", date(2015, 1, 1)), ("2020-04", date(2020, 9, 1))])
def test_health_insurance_is_unbroken_by_three_months(last: str, since: date) -> None:
    found = told(a_line("2015-01", last), a_line("2020-09", "2026-11")).health
    assert found.determination
    assert found.determination.findings["continuous_since"] == since


def test_who_pays_for_health_alone_is_covered_for_health_alone() -> None:
    coverage = told(a_line("2026-01", "2026-11", 2_340_000, None, HEALTH_ONLY))
    covered = {name for name in REGIMES if getattr(coverage, name).status != CoverageStatus.NOT_INSURED}
    assert covered == {"health"}


def test_a_card_covers_without_contributions_and_says_its_level() -> None:
    card = Card(Validity(date(2026, 1, 1), date(2026, 12, 31)), 3, None)
    found = told(cards=(card,)).health
    assert found.status == CoverageStatus.ENTITLED
    assert found.determination
    assert found.determination.findings["rate"] == Fraction(95, 100)
    assert told(cards=(card,), on=date(2027, 1, 1)).health.status == CoverageStatus.NOT_INSURED


@pytest.mark.parametrize(("first", "monthly"), [("2011-12", 1_265_000), ("2012-01", 0)])
def test_relatives_are_paid_monthly_after_fifteen_years_and_else_once(first: str, monthly: int) -> None:
    found = told(a_line(first, "2026-11")).survivors
    assert found.determination
    assert found.determination.findings["monthly"] == monthly
    assert found.determination.findings["funeral"] == 25_300_000
    assert found.estimate
    assert found.estimate.unit == (EstimateUnit.MONTH if monthly else EstimateUnit.ONCE)


@pytest.mark.parametrize(("months", "funeral"), [("2025-11", 0), ("2025-12", 25_300_000)])
def test_a_funeral_is_paid_after_twelve_months(months: str, funeral: int) -> None:
    found = told(a_line("2025-01", months)).survivors
    assert found.determination
    assert found.determination.findings["funeral"] == funeral


@pytest.mark.parametrize(("day", "base"), [(date(2026, 6, 30), 2_340_000), (date(2026, 7, 1), 2_530_000)])
def test_amounts_follow_the_base_salary_of_the_day(day: date, base: int) -> None:
    coverage = told(a_line("2020-01", "2026-11"), on=day)
    injured, dead = coverage.work_injury.determination, coverage.survivors.determination
    assert injured
    assert dead
    assert injured.findings["by_degree"] == base * 3 // 10
    assert dead.findings["funeral"] == 10 * base


def test_the_lump_sum_of_a_mother_is_of_the_day_of_birth() -> None:
    line = a_line("2020-01", "2026-11")
    before, since = (told(line, on=day).maternity for day in (date(2026, 6, 30), date(2026, 7, 1)))
    assert amount(since) - amount(before) == 2 * (2_530_000 - 2_340_000)


def test_of_what_is_not_asked_for_nothing_is_worked_out() -> None:
    coverage = told(a_line("2000-01", "2026-11"))
    assert coverage.pension.months_counted
    assert "mean" not in vars(coverage.pension)
    assert "sickness" not in vars(coverage)


def on_the_scale(coefficient: int) -> list[Line]:
    """Months at a school, on a coefficient of the State's scale: a line for each base salary."""
    salaries = {("2023-07", "2024-06"): 1_800_000, ("2024-07", "2026-06"): 2_340_000}
    salaries[("2026-07", "2026-11")] = 2_530_000
    return [a_line(*months, coefficient * salary, SCHOOL) for months, salary in salaries.items()]


def test_on_the_states_scale_a_coefficient_counts_by_the_base_salary_of_the_day() -> None:
    mean = told(*on_the_scale(3)).pension.mean
    assert mean.findings["average"] == 3 * 2_530_000
    assert mean.is_unconfirmed


def test_on_the_states_scale_the_last_years_stand_for_all() -> None:
    # Who began before 1995 is paid by the last five years: what was before counts as months alone.
    early = a_line("1994-01", "2023-06", 300_000, SCHOOL)
    found = told(early, *on_the_scale(3), birth=date(1965, 1, 1)).pension
    # Of sixty months the last nineteen are of 2021 to 2023, before the scale of this test.
    assert found.mean.findings["months"] == 60
    assert found.months_counted == 395


def test_beside_other_wages_the_states_scale_weighs_as_many_months_as_it_has() -> None:
    private = a_line("2023-07", "2026-11", 10_000_000, MILL)
    both = told(a_line("2020-01", "2023-06", 10_000_000), *on_the_scale(3)).pension
    assert told(private).pension.mean.findings["months"] == 41
    assert both.mean.findings["months"] == 42 + 41


# ------------------------------------------------------------------ whatever the ledger ---


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[Line, ...]:
    """Lines of two employers and of one who pays alone; an employer's do not overlap."""
    lines: list[Line] = []
    for employer, scheme in ((MILL, COMPULSORY), (SHOP, COMPULSORY), (None, VOLUNTARY)):
        month = Month(2005, 1).plus(draw(st.integers(0, 60)))
        for _ in range(draw(st.integers(0, 4))):
            first = month.plus(draw(st.integers(0, 30)))
            last = first.plus(draw(st.integers(0, 60)))
            month = last.plus(1)
            base = draw(st.integers(1, 40)) * 500_000
            lines.append(Line(scheme, employer, Run(first, last), base, f"{employer}{first}"))
    return tuple(sorted(lines, key=lambda line: line.months))


@st.composite
def arrears_of(draw: st.DrawFn) -> tuple[Arrear, ...]:
    """What two employers owe."""
    months = st.integers(0, 260).map(lambda more: Month(2005, 1).plus(more))
    return tuple(
        Arrear(employer.id, Fund.RETIREMENT_SURVIVORS, month)
        for employer in (MILL, SHOP)
        for month in sorted(draw(st.sets(months, max_size=20)))
    )


def old(*lines: Line, arrears: Iterable[Arrear] = (), on: date = TODAY) -> RegimeCoverage:
    """The pension of a woman who is old enough."""
    return told(*lines, on=on, birth=date(1960, 1, 1), arrears=arrears).pension


@settings(deadline=None, max_examples=60)
@given(ledgers(), arrears_of())
def test_every_month_since_the_first_is_paid_unpaid_or_missing_and_only_one_of_these(
    lines: tuple[Line, ...], arrears: tuple[Arrear, ...]
) -> None:
    regime = told(*lines, arrears=arrears).pension
    months, gaps = regime.months, [gap.months for gap in regime.gaps]
    whole = [Run(months.insured[0].first, month_of(TODAY))] if months.insured else []
    assert united([*months.paid, *gaps]) == tuple(whole)
    assert counted(months.paid) + counted(gaps) == counted(whole)


@settings(deadline=None, max_examples=60)
@given(ledgers(), arrears_of())
def test_what_each_payer_paid_and_what_several_paid_for_make_the_total(
    lines: tuple[Line, ...], arrears: tuple[Arrear, ...]
) -> None:
    regime = told(*lines, arrears=arrears).pension
    paid = [each.months for each in regime.periods if each.standing == MonthsStanding.PAID]
    by_month: dict[Month, int] = {}
    for span in paid:
        for more in range(span.months):
            by_month[span.first.plus(more)] = by_month.get(span.first.plus(more), 0) + 1
    assert counted(paid) - sum(times - 1 for times in by_month.values()) == regime.months_counted
    assert regime.months.has_two_employers == any(times > 1 for times in by_month.values())


@settings(deadline=None, max_examples=60)
@given(ledgers(), arrears_of(), st.data())
def test_to_split_a_line_changes_nothing(
    lines: tuple[Line, ...], arrears: tuple[Arrear, ...], data: st.DataObject
) -> None:
    split: list[Line] = []
    for line in lines:
        at = line.months.first.plus(data.draw(st.integers(0, line.months.months - 1)))
        split.append(replace(line, months=Run(line.months.first, at)))
        if at < line.months.last:
            split.append(replace(line, months=Run(at.plus(1), line.months.last)))
    whole, parts = (told(*each, arrears=arrears, birth=date(1960, 1, 1)) for each in (lines, split))
    for name in REGIMES:
        one, other = getattr(whole, name), getattr(parts, name)
        assert (one.status, one.periods, one.gaps, one.months_counted, one.estimate) == (
            other.status,
            other.periods,
            other.gaps,
            other.months_counted,
            other.estimate,
        ), name


@settings(deadline=None, max_examples=60)
@given(ledgers(), st.integers(1, 24), st.integers(1, 40))
def test_more_months_at_no_lower_a_base_never_lower_a_pension(
    lines: tuple[Line, ...], more: int, extra: int
) -> None:
    lines = tuple(line for line in lines if line.months.last < month_of(TODAY))
    before = old(*lines)
    # Whoever earns at least what each year so far was worth.
    top = max((line.base for line in lines), default=0) * 4 + extra
    first = max((line.months.last for line in lines), default=Month(2024, 1)).plus(1)
    last = min(first.plus(more - 1), month_of(TODAY))
    if first <= last:
        after = old(*lines, Line(COMPULSORY, MILL, Run(first, last), top, "more"))
        assert after.months_counted >= before.months_counted
        assert amount(after) >= amount(before)


@settings(deadline=None, max_examples=40)
@given(ledgers(), arrears_of())
def test_what_is_paid_later_never_takes_anything_away(
    lines: tuple[Line, ...], arrears: tuple[Arrear, ...]
) -> None:
    unpaid, paid = old(*lines, arrears=arrears), old(*lines)
    assert paid.months_counted >= unpaid.months_counted
    assert paid.months.insured == unpaid.months.insured
    assert without(paid.months.paid, unpaid.months.paid) == unpaid.months.unpaid


@settings(deadline=None, max_examples=40)
@given(ledgers(), st.integers(0, 300))
def test_no_month_after_the_one_that_is_asked_about_is_told_of(lines: tuple[Line, ...], back: int) -> None:
    month = month_of(TODAY).plus(-back)
    regime = told(*lines, on=month.last_day).pension
    assert within(regime.months.insured, month.plus(1), Month(9999, 1)) == ()
    assert all(gap.months.last <= month for gap in regime.gaps)


def test_months_without_lines_are_none() -> None:
    assert CoveredMonths(()).paid == ()
    assert CoveredMonths(()).month(1) is None
