"""Worked examples of contributions."""

from collections.abc import Mapping

from domain.contributions import (
    Employee,
    OwnPayer,
    Payer,
    Region,
    SupportGroup,
    contribution,
    late_payment,
    own_contribution,
    voluntary_contribution,
)
from domain.determinations import Finding
from domain.examples.inputs import Benefit, Inputs
from domain.parameters import Law


def _contribution(law: Law, inputs: Inputs) -> Mapping[str, Finding]:
    salary = inputs.whole("salary")
    if inputs.values.get("payer") in list(OwnPayer):
        payer = inputs.word("payer", OwnPayer, OwnPayer.BUSINESS_HOUSEHOLD_OWNER)
        return own_contribution(law, income=salary, payer=payer).findings
    employee = Employee(
        salary,
        region=inputs.word("region", Region, Region.I),
        payer=inputs.word("payer", Payer, Payer.PRIVATE),
        is_foreign=inputs.flag("foreign_employee"),
    )
    return contribution(law, employee).findings


def _voluntary_contribution(law: Law, inputs: Inputs) -> Mapping[str, Finding]:
    return voluntary_contribution(
        law,
        income=inputs.whole("income"),
        group=inputs.word("support_group", SupportGroup, SupportGroup.OTHER),
        months=inputs.whole("months_paid", 1, most=1200),
    ).findings


def _late_payment(law: Law, inputs: Inputs) -> Mapping[str, Finding]:
    days = inputs.whole("days_late", most=100_000)
    return late_payment(law, amount=inputs.whole("amount"), days_late=days).findings


BENEFITS: Mapping[str, Benefit] = {
    "contribution": _contribution,
    "late_payment": _late_payment,
    "voluntary_contribution": _voluntary_contribution,
}
