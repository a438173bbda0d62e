"""Worked examples of work accidents and occupational diseases."""

from collections.abc import Mapping

from domain.determinations import Finding
from domain.examples.inputs import Benefit, Inputs
from domain.parameters import Law
from domain.work_injury import (
    Cause,
    Injury,
    work_injury,
    work_injury_death,
    work_injury_lump_sum,
    work_injury_monthly,
)

PERCENT = 100
YEARS = 150


def _injury(inputs: Inputs) -> Injury:
    return Injury(
        loss_pct=inputs.whole("loss_pct", most=PERCENT),
        salary=inputs.whole("salary"),
        fund_years=inputs.whole("fund_years", 1, most=YEARS),
        needs_attendance=inputs.flag("paralysis"),
        cause=inputs.word("cause", Cause, Cause.ACCIDENT),
    )


def _work_injury(law: Law, inputs: Inputs) -> Mapping[str, Finding]:
    return work_injury(law, _injury(inputs)).findings


def _work_injury_death(law: Law, _: Inputs) -> Mapping[str, Finding]:
    return work_injury_death(law).findings


def _work_injury_lump_sum(law: Law, inputs: Inputs) -> Mapping[str, Finding]:
    return work_injury_lump_sum(law, _injury(inputs)).findings


def _work_injury_monthly(law: Law, inputs: Inputs) -> Mapping[str, Finding]:
    return work_injury_monthly(law, _injury(inputs)).findings


BENEFITS: Mapping[str, Benefit] = {
    "work_injury": _work_injury,
    "work_injury_death": _work_injury_death,
    "work_injury_lump_sum": _work_injury_lump_sum,
    "work_injury_monthly": _work_injury_monthly,
}
