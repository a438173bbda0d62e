"""Worked examples of sickness."""

from collections.abc import Mapping

from domain.determinations import Finding
from domain.examples.inputs import Benefit, Inputs
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

DAYS = 366
YEARS = 150
ENOUGH_SICK_DAYS = 30


def _sickness(law: Law, inputs: Inputs) -> Mapping[str, Finding]:
    leave = SickLeave(
        last_month_salary=inputs.whole("last_month_salary"),
        days=inputs.whole("working_days", most=100 * DAYS),
        half_days=inputs.whole("half_days", most=DAYS),
        years=inputs.whole("years", most=YEARS),
        is_hazardous=inputs.flag("hazardous"),
        is_armed_forces=inputs.flag("armed_forces"),
        cause=inputs.word("illness", Cause, Cause.ILLNESS),
    )
    return sickness(law, leave).findings


def _sickness_child(law: Law, inputs: Inputs) -> Mapping[str, Finding]:
    return sickness_child(
        law,
        last_month_salary=inputs.whole("last_month_salary"),
        working_days=inputs.whole("working_days", most=DAYS),
        half_days=inputs.whole("half_days", most=DAYS),
        child_age_years=inputs.whole("child_age_years", most=YEARS),
    ).findings


def _sickness_long_term(law: Law, inputs: Inputs) -> Mapping[str, Finding]:
    return sickness_long_term(
        law,
        last_month_salary=inputs.whole("last_month_salary"),
        days=inputs.whole("working_days_after_ordinary_limit", most=100 * DAYS),
        years=inputs.whole("years", most=YEARS),
    ).findings


def _sickness_convalescence(law: Law, inputs: Inputs) -> Mapping[str, Finding]:
    return sickness_convalescence(
        law,
        reason=inputs.word("reason", Recovery, Recovery.OTHER),
        days=inputs.whole("days", most=DAYS),
        sick_days_in_year=inputs.whole("sick_days_in_year", ENOUGH_SICK_DAYS, most=DAYS),
        days_since_leave=inputs.whole("days_since_leave", most=DAYS),
    ).findings


BENEFITS: Mapping[str, Benefit] = {
    "sickness": _sickness,
    "sickness_child": _sickness_child,
    "sickness_convalescence": _sickness_convalescence,
    "sickness_long_term": _sickness_long_term,
}
