"""Worked examples of the one-off payment."""

from collections.abc import Mapping
from fractions import Fraction

from domain.determinations import Finding
from domain.examples.inputs import Benefit, Inputs, UnknownValue
from domain.months import MONTHS_IN_YEAR, month_of
from domain.one_off import SHARE_PAID_IN, Ground, Leaver, PaidIn, one_off, one_off_eligibility
from domain.parameters import Law
from domain.retirement_age import Sex

MONTHS = 1200
AGE = 150
BEFORE, LATER = "months_before_2014", "months_from_2014"


def _one_off(law: Law, inputs: Inputs) -> Mapping[str, Finding]:
    return one_off(law, paid_in(inputs), inputs.word("reason", Ground, Ground.NONE)).findings


def paid_in(inputs: Inputs) -> PaidIn:
    """What somebody paid in, as it is written.

    Raises: UnknownValue.
    """
    before, later = _months(inputs)
    salary = inputs.whole("salary")
    return PaidIn(
        before,
        later,
        _mean(inputs, salary, before + later),
        state_support=inputs.whole("state_support"),
        contributed=SHARE_PAID_IN * salary * (before + later) if inputs.has("salary") else None,
    )


def _months(inputs: Inputs) -> tuple[int, int]:
    """Months before and from 2014; of the two and their sum, what is not told follows from the others."""
    before, later = (inputs.whole(key, most=MONTHS) for key in (BEFORE, LATER))
    for key in ("months_total", "months"):
        total = inputs.whole(key, before + later, most=MONTHS)
        if not inputs.has(LATER):
            later = total - before
        elif not inputs.has(BEFORE):
            before = total - later
        if min(before, later) < 0 or before + later != total:
            raise UnknownValue(key, total)
    return before, later


def _mean(inputs: Inputs, salary: int, months: int) -> Fraction:
    """The mean salary: as told, else from a sum over the months, else a salary with its coefficient."""
    if inputs.has("average_salary"):
        return Fraction(inputs.whole("average_salary"))
    if inputs.has("sum_adjusted"):
        return Fraction(inputs.whole("sum_adjusted"), max(months, 1))
    return salary * (inputs.share("coefficient") or Fraction(1))


def _one_off_eligibility(law: Law, inputs: Inputs) -> Mapping[str, Finding]:
    now = month_of(law.day)
    age, years = (inputs.whole(key, most=AGE) for key in ("age", "years"))
    months, since = years * MONTHS_IN_YEAR, inputs.whole("months_since_stop", most=MONTHS)
    leaver = Leaver(
        birth=now.plus(-age * MONTHS_IN_YEAR).first_day,
        sex=inputs.word("sex", Sex, Sex.MALE),
        first_contribution=inputs.month("first_contribution", now.plus(-months - since)),
        contribution_months=months,
        months_since_stop=since,
        ground=inputs.word("reason", Ground, Ground.NONE),
    )
    return one_off_eligibility(law, leaver).findings


BENEFITS: Mapping[str, Benefit] = {"one_off": _one_off, "one_off_eligibility": _one_off_eligibility}
