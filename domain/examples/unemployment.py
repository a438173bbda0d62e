"""Worked examples of unemployment."""

from collections.abc import Mapping

from domain.contributions import Payer, Region
from domain.determinations import Finding
from domain.examples.inputs import Benefit, Inputs
from domain.parameters import Law
from domain.unemployment import Regime, Unemployed, unemployment

MONTHS = 1200


def _unemployment(law: Law, inputs: Inputs) -> Mapping[str, Finding]:
    # Contributions call the same by another word.
    is_state = inputs.values.get("regime") == Payer.STATE_SALARY
    person = Unemployed(
        average=inputs.whole("average_6m"),
        months=inputs.whole("months", most=MONTHS),
        region=inputs.word("region", Region, Region.I),
        regime=Regime.STATE if is_state else inputs.word("regime", Regime, Regime.PRIVATE),
    )
    return unemployment(law, person).findings


BENEFITS: Mapping[str, Benefit] = {"unemployment": _unemployment}
