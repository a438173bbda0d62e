"""The one-off payment: who may take out what was paid in, and how much it is.

Source: Law 58/2014 article 60, NQ 93/2015, TT 59/2015 article 19 until 2025-06-30; Law 41/2024 articles 70
and 102 from 2025-07-01.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from domain.average_salary import PAID
from domain.determinations import (
    Change,
    Condition,
    Determination,
    Finding,
    Words,
    all_of,
    any_of,
    article,
    at_least,
    claim,
)
from domain.money import Exact, dong
from domain.months import MONTHS_IN_YEAR, Month, half_years, month_of
from domain.parameters import LAW_41, Citation, Law
from domain.retirement_age import Sex, age_reached, retirement_month

ELIGIBLE = Words("Được nhận bảo hiểm xã hội một lần", "May take the one-off payment")
OF_AGE = Words("Đủ tuổi nghỉ hưu mà chưa đủ thời gian đóng", "Of retirement age, without enough months")
FEW = Words("Đóng chưa đủ {need} tháng", "Fewer than {need} months of contributions")
TAKE_PENSION = Words("Chờ hưởng lương hưu", "A pension is due instead")
GROUND = Words(
    "Định cư ở nước ngoài, mắc bệnh hiểm nghèo, mất sức từ 81 % hoặc khuyết tật đặc biệt nặng",
    "Emigration, a fatal illness, 81 % of capacity lost or a very severe disability",
)
ONLY_ON_GROUND = Words("Chỉ khi có một trong các lý do đó", "Only on one of these grounds")
STOPPED = Words("Đã ngừng đóng đủ lâu", "Has been without insurance for long enough")
JOINED = Words("Tham gia trước ngày 01/7/2025", "Insured before 2025-07-01")
ANOTHER_GROUND = Words("Chỉ theo trường hợp khác", "Only on another ground")
WAITED = Words("Đã ngừng đóng từ {need} tháng", "{need} months or more without insurance")

LAST_JOINING = Month(2025, 6)
SHARE_PAID_IN = Fraction(22, 100)  # as `one_off.under_one_year` has it
MOST_UNDER_ONE_YEAR = 2


class Ground(StrEnum):
    """A ground on which nobody needs to wait."""

    EMIGRATION = "emigration"
    CANCER = "cancer"
    POLIO = "polio"
    CIRRHOSIS = "cirrhosis"
    TUBERCULOSIS = "tuberculosis"
    AIDS = "aids"
    FATAL_ILLNESS = "fatal_illness"
    CAPACITY_LOSS = "capacity_loss"
    DISABILITY = "disability"
    NONE = "none"


SUPPORT_KEPT = frozenset(Ground) - {Ground.EMIGRATION, Ground.DISABILITY, Ground.NONE}


@dataclass(frozen=True, slots=True)
class PaidIn:
    """What somebody paid in: months before and from 2014, the mean salary, what the State added, in đồng.

    `contributed` is the sum of all contributions; 22 % of the mean salary of each month where not told.
    """

    months_before_2014: int
    months_from_2014: int
    average_salary: Exact
    state_support: int = 0
    contributed: Exact | None = None

    @property
    def months(self) -> int:
        """All months."""
        return self.months_before_2014 + self.months_from_2014

    @property
    def years(self) -> tuple[Fraction, Fraction]:
        """Years before and from 2014; odd months of the earlier move to the later and count as halves."""
        before, odd = divmod(self.months_before_2014, MONTHS_IN_YEAR)
        return Fraction(before), Fraction(half_years(self.months_from_2014 + odd), 2)

    @property
    def total_contributed(self) -> Fraction:
        """All contributions, in đồng."""
        if self.contributed is not None:
            return Fraction(self.contributed)
        return SHARE_PAID_IN * Fraction(self.average_salary) * self.months


def for_years(law: Law, paid: PaidIn) -> tuple[Fraction, Fraction, tuple[Citation, ...]]:
    """Đồng, exact, for the years before and from 2014: 1.5 and 2 mean salaries each.

    Raises: NoParameter.
    """
    each, odd = law.table("one_off.months_per_year"), law.words("one_off.odd_months")
    before, later = paid.years
    mean = Fraction(paid.average_salary)
    return each.value["before_2014"] * before * mean, each.value["from_2014"] * later * mean, (each, odd)


def one_off(law: Law, paid: PaidIn, ground: Ground = Ground.NONE) -> Determination:
    """Đồng once; what the State added is taken off, except in fatal illness or with 81 % of capacity lost.

    Under a year it is what was contributed, at most two mean salaries.
    Raises: NoParameter.
    Source: Law 58/2014 article 60; TT 59/2015 article 19; Law 41/2024 articles 70(3), 102.
    """
    findings: dict[str, Finding]
    cites: tuple[Citation, ...]
    if paid.months < MONTHS_IN_YEAR:
        cap = MOST_UNDER_ONE_YEAR * Fraction(paid.average_salary)
        total, cites = min(paid.total_contributed, cap), (law.words("one_off.under_one_year"),)
        findings = {"contributed": dong(paid.total_contributed), "cap": dong(cap)}
    else:
        before, later, cites = for_years(law, paid)
        total = before + later
        findings = {"before_2014": dong(before), "from_2014": dong(later)}
    deducted = 0 if ground in SUPPORT_KEPT else min(paid.state_support, dong(total))
    condition = at_least("PAID", PAID, article(law, "60", "70"), paid.months, 1)
    return Determination(
        "ONE_OFF",
        law.number,
        law.day,
        condition,
        {**findings, "support_deducted": deducted, "total": dong(total - deducted)},
        cites,
    )


@dataclass(frozen=True, slots=True)
class Leaver:
    """Somebody who left social insurance: when born and first insured, months contributed, months since."""

    birth: date
    sex: Sex
    first_contribution: Month
    contribution_months: int
    months_since_stop: int
    ground: Ground = Ground.NONE


def one_off_eligibility(law: Law, leaver: Leaver) -> Determination:
    """Whether somebody may take it: of age without enough months, on a ground, or after a year uninsured.

    The last way is closed by Law 41/2024 to who joined since it is in force.
    Raises: NoParameter. Source: Law 58/2014 article 60; NQ 93/2015; Law 41/2024 articles 70(1), 102.
    """
    where = article(law, "60", "70(1)")
    condition = any_of(
        "ONE_OFF_ELIGIBILITY",
        ELIGIBLE,
        where,
        _of_age(law, leaver, where),
        claim(
            "GROUND",
            GROUND,
            where,
            is_met=leaver.ground is not Ground.NONE,
            change=Change(ONLY_ON_GROUND),
        ),
        _stopped(law, leaver),
    )
    return Determination(
        "ONE_OFF_ELIGIBILITY", law.number, law.day, condition, {"eligible": condition.is_met}
    )


def _of_age(law: Law, leaver: Leaver, where: str) -> Condition:
    """Is the retirement age reached without the months of a pension?"""
    minimum = law.whole("pension_rate.minimum_years.years")
    need = minimum.value * MONTHS_IN_YEAR
    reached, age = retirement_month(law, leaver.birth, leaver.sex)
    return all_of(
        "OF_AGE_WITHOUT_YEARS",
        OF_AGE,
        where,
        age_reached(law, leaver.birth, reached, where, age),
        claim(
            "FEW_FOR_PENSION",
            FEW.about(need=need),
            where,
            is_met=leaver.contribution_months < need,
            change=Change(TAKE_PENSION),
            cites=(minimum,),
        ),
    )


def _stopped(law: Law, leaver: Leaver) -> Condition:
    """Has somebody with fewer than twenty years been without insurance for a year?"""
    where = article(law, "60; NQ 93/2015/QH13", "70(1)(d-bis)")
    most, waiting = law.whole("one_off.max_years_law_41_2024"), law.whole("one_off.waiting_months")
    need = most.value * MONTHS_IN_YEAR
    parts = [
        claim(
            "FEW_YEARS",
            FEW.about(need=need),
            where,
            is_met=leaver.contribution_months < need,
            change=Change(TAKE_PENSION),
            cites=(most,),
        ),
        at_least("WAITED", WAITED, where, leaver.months_since_stop, waiting, after=month_of(law.day)),
    ]
    if law.number == LAW_41:
        joined = leaver.first_contribution <= LAST_JOINING
        parts.insert(0, claim("JOINED_BEFORE", JOINED, where, is_met=joined, change=Change(ANOTHER_GROUND)))
    return all_of("STOPPED", STOPPED, where, *parts)
