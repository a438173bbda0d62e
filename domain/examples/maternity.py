"""Worked examples of maternity."""

from collections.abc import Mapping
from enum import StrEnum

from domain.determinations import Finding
from domain.examples.inputs import Benefit, Inputs
from domain.maternity import (
    Birth,
    Insured,
    maternity,
    maternity_eligibility,
    maternity_father,
    maternity_voluntary,
    miscarriage,
    prenatal_check,
)
from domain.parameters import Law

YEAR_MONTHS = 12
TWO_YEARS_MONTHS = 24
LIFE_MONTHS = 1200
CHILDREN = 20
VISITS = 100
DAYS = 366
WEEKS = 50


class Case(StrEnum):
    """What kind of birth a father's example tells of."""

    NORMAL = "normal"
    SURGERY = "surgery"
    UNDER_32_WEEKS = "under_32_weeks"
    SURGERY_OR_UNDER_32_WEEKS = "surgery_or_under_32_weeks"
    TWINS = "twins"
    TWINS_SURGERY = "twins_surgery"
    TRIPLETS = "triplets"
    TRIPLETS_SURGERY = "triplets_surgery"
    SECOND_CHILD = "second_child"


def _birth(inputs: Inputs) -> Birth:
    """The birth, by its case or by its facts."""
    case = inputs.word("case", Case, Case.NORMAL)
    born = 3 if case.startswith("triplets") else 2 if case.startswith("twins") else 1
    order = 2 if case is Case.SECOND_CHILD else 1
    return Birth(
        child_order=inputs.whole("child_order", order, least=1, most=CHILDREN),
        children=inputs.whole("children", born, least=born, most=CHILDREN),
        has_surgery=inputs.flag("surgery", otherwise="surgery" in case),
        is_under_32_weeks=case is Case.UNDER_32_WEEKS,
    )


def _insured(inputs: Inputs, otherwise: int) -> Insured:
    """The months paid; those of two years, where not told, are what is known of all."""
    in_12 = inputs.whole("months_in_12", otherwise, most=YEAR_MONTHS)
    total = inputs.whole("total_months", in_12, most=LIFE_MONTHS)
    in_24 = inputs.whole("months_in_24", min(total, TWO_YEARS_MONTHS), most=TWO_YEARS_MONTHS)
    return Insured(
        months_in_12=in_12,
        months_in_24=in_24,
        total_months=total,
        had_to_rest=inputs.flag("pregnancy_rest"),
        was_treated_for_infertility=inputs.flag("infertility_treatment"),
    )


def _maternity(law: Law, inputs: Inputs) -> Mapping[str, Finding]:
    insured = _insured(inputs, YEAR_MONTHS)
    return maternity(law, _birth(inputs), average=inputs.whole("average_6m"), insured=insured).findings


def _maternity_father(law: Law, inputs: Inputs) -> Mapping[str, Finding]:
    return maternity_father(
        law,
        _birth(inputs),
        average=inputs.whole("average_6m"),
        days_after_birth=inputs.whole("days_after_birth", most=DAYS),
    ).findings


def _prenatal_check(law: Law, inputs: Inputs) -> Mapping[str, Finding]:
    return prenatal_check(
        law,
        average=inputs.whole("average_6m"),
        visits=inputs.whole("visits", 1, most=VISITS),
        days_each=inputs.whole("days_each", 1, most=DAYS),
        is_special=inputs.flag("special"),
    ).findings


def _miscarriage(law: Law, inputs: Inputs) -> Mapping[str, Finding]:
    return miscarriage(
        law,
        average=inputs.whole("average_6m"),
        weeks=inputs.whole("gestation_weeks", most=WEEKS),
        insured=_insured(inputs, 0),
    ).findings


def _maternity_eligibility(law: Law, inputs: Inputs) -> Mapping[str, Finding]:
    return maternity_eligibility(law, _insured(inputs, 0)).findings


def _maternity_voluntary(law: Law, inputs: Inputs) -> Mapping[str, Finding]:
    return maternity_voluntary(
        law,
        months_in_12=inputs.whole("months_in_12", most=YEAR_MONTHS),
        children=inputs.whole("children", 1, least=1, most=CHILDREN),
        other_parent_draws=inputs.flag("other_parent_draws"),
    ).findings


BENEFITS: Mapping[str, Benefit] = {
    "maternity": _maternity,
    "maternity_eligibility": _maternity_eligibility,
    "maternity_father": _maternity_father,
    "maternity_voluntary": _maternity_voluntary,
    "miscarriage": _miscarriage,
    "prenatal_check": _prenatal_check,
}
