"""Worked examples of survivors."""

from collections.abc import Mapping

from domain.determinations import Finding
from domain.examples.inputs import Benefit, Inputs
from domain.examples.one_off import paid_in
from domain.parameters import Law
from domain.survivors import (
    MONTHLY_MONTHS,
    Deceased,
    Scheme,
    funeral,
    survivor_lump_sum_active,
    survivor_lump_sum_pensioner,
    survivor_monthly,
)

MONTHS = 1200
PERSONS = 100
PERCENT = 100


def _deceased(inputs: Inputs) -> Deceased:
    """The deceased, who gives the right to every benefit where nothing else is told."""
    return Deceased(
        contribution_months=inputs.whole("contribution_months", MONTHLY_MONTHS, most=MONTHS),
        scheme=inputs.word("scheme", Scheme, Scheme.COMPULSORY),
        is_pensioner=inputs.flag("pensioner"),
        is_work_death=inputs.flag("work_death"),
        accident_loss_pct=inputs.whole("loss_pct", most=PERCENT),
    )


def _funeral(law: Law, inputs: Inputs) -> Mapping[str, Finding]:
    return funeral(law, _deceased(inputs)).findings


def _survivor_monthly(law: Law, inputs: Inputs) -> Mapping[str, Finding]:
    return survivor_monthly(
        law,
        _deceased(inputs),
        relatives=inputs.whole("relatives_normal", most=PERSONS),
        without_carer=inputs.whole("relatives_no_carer", most=PERSONS),
        deceased_count=inputs.whole("deceased", 1, least=1, most=2),
    ).findings


def _survivor_lump_sum_pensioner(law: Law, inputs: Inputs) -> Mapping[str, Finding]:
    return survivor_lump_sum_pensioner(
        law,
        pension=inputs.whole("pension"),
        months_drawn=inputs.whole("months_drawn", most=MONTHS),
    ).findings


def _survivor_lump_sum_active(law: Law, inputs: Inputs) -> Mapping[str, Finding]:
    scheme = inputs.word("scheme", Scheme, Scheme.COMPULSORY)
    return survivor_lump_sum_active(law, paid_in(inputs), scheme).findings


BENEFITS: Mapping[str, Benefit] = {
    "funeral": _funeral,
    "survivor_lump_sum_active": _survivor_lump_sum_active,
    "survivor_lump_sum_pensioner": _survivor_lump_sum_pensioner,
    "survivor_monthly": _survivor_monthly,
}
