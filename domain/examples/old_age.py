"""Worked examples of old age."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from domain.average_salary import Period, Regime, average_salary
from domain.determinations import Finding
from domain.examples.inputs import YEARS, Benefit, Inputs
from domain.months import MONTHS_IN_YEAR, month_of
from domain.old_age import Retirement, pension, pension_indexation, retirement_lump_sum
from domain.parameters import Law
from domain.retirement_age import Sex, Work, retirement_date

MONTHS = 1200
PERIODS = 1000
RAISED_ON = date(2026, 7, 1)  # between the two months that the inputs and findings name


def _of_year(law: Law, inputs: Inputs) -> Law:
    """The law of the year of retirement, at its end where that is known."""
    year = inputs.whole("retirement_year", law.day.year, least=YEARS.start, most=YEARS.stop - 1)
    return law if year == law.day.year else replace(law, day=date(year, 12, 31))


def _sex(inputs: Inputs) -> Sex:
    inputs.needed("sex")
    return inputs.word("sex", Sex, Sex.MALE)


def _pension(law: Law, inputs: Inputs) -> Mapping[str, Finding]:
    months = inputs.whole("contribution_months", most=MONTHS)
    retirement = Retirement(
        sex=_sex(inputs),
        contribution_months=months,
        average_salary=inputs.whole("average_salary"),
        months_early=inputs.whole("months_early", most=MONTHS),
        loss_pct=inputs.whole("loss_pct", 81, most=100),
        is_under_treaty=inputs.flag("treaty"),
        compulsory_months=inputs.whole("compulsory_months", months, most=MONTHS),
    )
    return pension(_of_year(law, inputs), retirement).findings


def _retirement_lump_sum(law: Law, inputs: Inputs) -> Mapping[str, Finding]:
    years_after = inputs.whole("years_after_retirement_age", most=MONTHS // MONTHS_IN_YEAR)
    months_after = inputs.whole("months_after_retirement_age", years_after * MONTHS_IN_YEAR, most=MONTHS)
    return retirement_lump_sum(
        _of_year(law, inputs),
        sex=_sex(inputs),
        contribution_months=inputs.whole("contribution_months", most=MONTHS),
        average_salary=inputs.whole("average_salary"),
        months_after_age=months_after,
    ).findings


def _retirement_date(law: Law, inputs: Inputs) -> Mapping[str, Finding]:
    inputs.needed("birth_date")
    return retirement_date(
        law,
        birth=inputs.day("birth_date", law.day),
        sex=_sex(inputs),
        work=inputs.word("work", Work, Work.NORMAL),
    ).findings


def _average_salary_adjusted(law: Law, inputs: Inputs) -> Mapping[str, Finding]:
    regime = inputs.word("regime", Regime, Regime.PRIVATE)
    first = inputs.month("first_contribution", month_of(law.day)).year
    settlement = inputs.whole("settlement_year", law.day.year, least=YEARS.start, most=YEARS.stop - 1)
    return average_salary(
        law,
        settlement_year=settlement,
        periods=[_period(written, regime) for written in inputs.tables("periods", most=PERIODS)],
        first_year=first if inputs.has("first_contribution") else None,
    ).findings


def _period(inputs: Inputs, regime: Regime) -> Period:
    """A period as it is written.

    Raises: UnknownValue.
    """
    for key in ("year", "salary"):
        inputs.needed(key)
    return Period(
        year=inputs.whole("year", least=YEARS.start, most=YEARS.stop - 1),
        months=inputs.whole("months", MONTHS_IN_YEAR, most=MONTHS_IN_YEAR),
        salary=inputs.whole("salary"),
        regime=inputs.word("regime", Regime, regime),
        coefficient=inputs.share("coefficient"),
    )


def _pension_indexation(law: Law, inputs: Inputs) -> Mapping[str, Finding]:
    found = pension_indexation(
        replace(law, day=RAISED_ON),
        pension=inputs.whole("pension_2026_06"),
        is_before_1995=inputs.flag("retired_before_1995"),
    ).findings
    return {"after_8pct": found["after_raise"], "pension_2026_07": found["pension"]}


BENEFITS: Mapping[str, Benefit] = {
    "average_salary_adjusted": _average_salary_adjusted,
    "pension": _pension,
    "pension_indexation": _pension_indexation,
    "retirement_date": _retirement_date,
    "retirement_lump_sum": _retirement_lump_sum,
}
