"""Survivors: the funeral, the monthly benefit of relatives, and the lump sum where none is paid monthly.

Source: Law 58/2014 articles 66 to 70 until 2025-06-30; Law 41/2024 articles 85 to 91, 109 and 110 from
2025-07-01.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from domain.average_salary import PAID
from domain.determinations import (
    NO_EVIDENCE,
    Change,
    Condition,
    Determination,
    Evidence,
    Words,
    all_of,
    any_of,
    article,
    at_least,
    claim,
)
from domain.money import dong
from domain.months import MONTHS_IN_YEAR, Month, month_of
from domain.one_off import PaidIn, for_years
from domain.parameters import LAW_41, Citation, Law
from domain.retirement_age import Sex, age_reached, retirement_month

FUNERAL = Words("Được hưởng trợ cấp mai táng", "The funeral grant is due")
MONTHLY = Words("Được hưởng trợ cấp tuất hằng tháng", "The monthly survivors' benefit is due")
BY_THE_DECEASED = Words("Người chết thuộc trường hợp được hưởng", "The deceased gives the right to it")
ENOUGH = Words("Đã đóng từ {need} tháng", "{need} months of contributions or more")
PENSIONER = Words("Đang hưởng lương hưu", "Drew a pension")
WORK_DEATH = Words("Chết do tai nạn lao động, bệnh nghề nghiệp", "Died of a work accident or disease")
ACCIDENT_BENEFIT = Words(
    "Hưởng trợ cấp tai nạn lao động hằng tháng, mức suy giảm từ {need} %",
    "Drew a monthly accident benefit for {need} % or more",
)
OTHERWISE = Words("Chỉ theo trường hợp khác", "Only by another of these ways")
COMPULSORY = Words("Tham gia bảo hiểm bắt buộc", "Was insured compulsorily")
ONLY_COMPULSORY = Words("Chỉ với bảo hiểm bắt buộc", "Only under compulsory insurance")
RELATIVES = Words("Có thân nhân đủ điều kiện", "There are relatives who qualify")
RELATIVE = Words("Thân nhân đủ điều kiện", "The relative qualifies")
UNDER_18 = Words("Con dưới 18 tuổi", "A child under 18")
TOO_OLD = Words("Chỉ khi con dưới 18 tuổi", "Only for a child under 18")
IN_NEED = Words("Đủ tuổi hoặc mất sức, thu nhập thấp", "Old or unable to work, and of low income")
DISABLED = Words("Suy giảm khả năng lao động từ {need} %", "{need} % or more of the capacity is lost")
LOW_INCOME = Words("Thu nhập dưới {most} đồng một tháng", "An income below {most} đồng a month")
LESS_INCOME = Words("Chỉ khi thu nhập thấp hơn", "Only with a lower income")

MONTHLY_MONTHS = 15 * MONTHS_IN_YEAR
ACCIDENT_PCT = 61
DISABLED_PCT = 81
CHILD_UNTIL = 18
# Retirement ages of relatives under Law 58/2014, in months.
OLD_UNDER_58 = {Sex.MALE: 60 * MONTHS_IN_YEAR, Sex.FEMALE: 55 * MONTHS_IN_YEAR}
# As `survivor.lump_sum_pensioner` and `survivor.lump_sum_active` have it.
FULL_FOR_MONTHS = 2
LESS_EACH_MONTH = Fraction(1, 2)
LEAST = 3
VOLUNTARY_MONTHS = 60


class Scheme(StrEnum):
    """How somebody was insured: by duty or by choice."""

    COMPULSORY = "compulsory"
    VOLUNTARY = "voluntary"


@dataclass(frozen=True, slots=True)
class Deceased:
    """Somebody who died: months contributed, which they are, and what else gives rights to relatives."""

    contribution_months: int
    scheme: Scheme = Scheme.COMPULSORY
    is_pensioner: bool = False
    is_work_death: bool = False
    accident_loss_pct: int = 0
    evidence: Evidence = NO_EVIDENCE


class Kin(StrEnum):
    """How a relative stood to the deceased: a child, or one whom the deceased had to support."""

    CHILD = "child"
    SPOUSE = "spouse"
    PARENT = "parent"
    PARENT_IN_LAW = "parent_in_law"
    DEPENDANT = "dependant"


@dataclass(frozen=True, slots=True)
class Relative:
    """A relative at the death: when born, percent of capacity lost, income in đồng a month."""

    kin: Kin
    birth: date
    sex: Sex
    loss_pct: int = 0
    income: int = 0


def funeral(law: Law, deceased: Deceased) -> Determination:
    """Đồng once to whoever sees to the funeral: ten base salaries of the month of death.

    Raises: NoParameter. Source: Law 58/2014 article 66; Law 41/2024 articles 85, 109.
    """
    is_voluntary = deceased.scheme is Scheme.VOLUNTARY
    where = article(law, "66", "109" if is_voluntary and law.number == LAW_41 else "85")
    factor, base = law.multiple("survivor.funeral"), law.whole("base_salary")
    need = law.whole(f"survivor.funeral_condition[{deceased.scheme}].months")
    condition = any_of(
        "FUNERAL",
        FUNERAL,
        where,
        at_least(
            "ENOUGH_MONTHS",
            ENOUGH,
            where,
            deceased.contribution_months,
            need,
            after=month_of(law.day),
            evidence=deceased.evidence,
        ),
        _other(deceased.is_pensioner, "PENSIONER", PENSIONER, where),
        _other(deceased.is_work_death, "WORK_DEATH", WORK_DEATH, where),
    )
    amount = dong(factor.value * base.value) if condition.is_met else 0
    return Determination(
        "FUNERAL", law.number, law.day, condition, {"amount": amount, "eligible": amount > 0}, (factor, base)
    )


def _other(is_met: bool, code: str, words: Words, where: str) -> Condition:  # noqa: FBT001 -- it is the claim
    """Another way in, which nothing of one's own would open."""
    return claim(code, words, where, is_met=is_met, change=Change(OTHERWISE))


def survivor_monthly(
    law: Law, deceased: Deceased, *, relatives: int, without_carer: int = 0, deceased_count: int = 1
) -> Determination:
    """Đồng a month to all relatives who qualify, of whom four are paid, those without a carer first.

    Half a base salary each, seven tenths for one whom nobody is left to care for; twice where two died.
    Raises: NoParameter. Source: Law 58/2014 articles 67, 68; Law 41/2024 articles 86, 87.
    """
    where = article(law, "67", "86")
    rates, base = law.table("survivor.monthly_rate"), law.whole("base_salary")
    most, twice = law.whole("survivor.monthly_max_persons"), law.whole("survivor.two_deceased_factor")
    condition = all_of(
        "SURVIVOR_MONTHLY",
        MONTHLY,
        where,
        claim(
            "COMPULSORY",
            COMPULSORY,
            where,
            is_met=deceased.scheme is Scheme.COMPULSORY,
            change=Change(ONLY_COMPULSORY),
        ),
        any_of(
            "BY_THE_DECEASED",
            BY_THE_DECEASED,
            where,
            at_least(
                "ENOUGH_MONTHS",
                ENOUGH,
                where,
                deceased.contribution_months,
                MONTHLY_MONTHS,
                after=month_of(law.day),
                evidence=deceased.evidence,
            ),
            _other(deceased.is_pensioner, "PENSIONER", PENSIONER, where),
            _other(deceased.is_work_death, "WORK_DEATH", WORK_DEATH, where),
            at_least("ACCIDENT_BENEFIT", ACCIDENT_BENEFIT, where, deceased.accident_loss_pct, ACCIDENT_PCT),
        ),
        at_least("RELATIVES", RELATIVES, where, relatives + without_carer, 1),
    )
    alone = min(without_carer, most.value)
    cared_for = min(relatives, most.value - alone)
    shares = alone * rates.value["no_direct_carer"] + cared_for * rates.value["normal"]
    factor = twice.value if deceased_count > 1 else 1
    is_met = condition.is_met
    return Determination(
        "SURVIVOR_MONTHLY",
        law.number,
        law.day,
        condition,
        {
            "persons_paid": alone + cared_for if is_met else 0,
            "amount": dong(shares * base.value * factor) if is_met else 0,
            "paid_from": month_of(law.day).plus(1).first_day,
            "eligible": is_met,
        },
        (rates, base, most, twice) if factor > 1 else (rates, base, most),
    )


def entitled_relative(law: Law, relative: Relative) -> Determination:
    """Whether a relative may be paid monthly: a child, or one old or unable to work, with little income.

    Raises: NoParameter. Source: Law 58/2014 article 67; Law 41/2024 article 86.
    """
    where = article(law, "67(2)", "86")
    disabled = at_least("DISABLED", DISABLED, where, relative.loss_pct, DISABLED_PCT)
    if relative.kin is Kin.CHILD:
        is_young = _years_old(relative.birth, law.day) < CHILD_UNTIL
        young = claim("UNDER_18", UNDER_18, where, is_met=is_young, change=Change(TOO_OLD))
        condition = any_of("RELATIVE", RELATIVE, where, young, disabled)
    else:
        base = law.whole("base_salary")
        reached, ages = _old_from(law, relative)
        condition = all_of(
            "RELATIVE",
            RELATIVE,
            where,
            any_of(
                "IN_NEED",
                IN_NEED,
                where,
                age_reached(law, relative.birth, reached, where, *ages),
                disabled,
            ),
            claim(
                "LOW_INCOME",
                LOW_INCOME.about(most=base.value),
                where,
                is_met=relative.income < base.value,
                change=Change(LESS_INCOME),
                cites=(base,),
            ),
        )
    return Determination("RELATIVE", law.number, law.day, condition, {"eligible": condition.is_met})


def _years_old(birth: date, day: date) -> int:
    """Full years of age on a day."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def _old_from(law: Law, relative: Relative) -> tuple[Month, tuple[Citation, ...]]:
    """The month in which a relative is old enough: 60 and 55 years under Law 58/2014, else as for a pension.

    Raises: NoParameter.
    """
    if law.number != LAW_41:
        return month_of(relative.birth).plus(OLD_UNDER_58[relative.sex]), ()
    reached, age = retirement_month(law, relative.birth, relative.sex)
    return reached, (age,)


def survivor_lump_sum_pensioner(law: Law, *, pension: int, months_drawn: int) -> Determination:
    """How many pensions relatives get once, and đồng: fewer the longer it was drawn, at least three.

    Raises: NoParameter. Source: Law 58/2014 article 70(2); Law 41/2024 article 89(2).
    """
    factor = law.multiple("survivor.lump_sum_pensioner")
    further = max(months_drawn - FULL_FOR_MONTHS, 0)
    months = max(factor.value - LESS_EACH_MONTH * further, Fraction(LEAST))
    condition = claim(
        "PENSIONER", PENSIONER, article(law, "69", "88"), is_met=pension > 0, change=Change(OTHERWISE)
    )
    return Determination(
        "SURVIVOR_LUMP_SUM_PENSIONER",
        law.number,
        law.day,
        condition,
        {"months": months, "amount": dong(months * pension)},
        (factor,),
    )


def survivor_lump_sum_active(law: Law, paid: PaidIn, scheme: Scheme = Scheme.COMPULSORY) -> Determination:
    """Đồng once for relatives of one still insured, as the one-off payment counts; three means at least.

    Of those insured by choice for less than sixty months, Law 41/2024 gives back what was contributed.
    Raises: NoParameter. Source: Law 58/2014 article 70(1); Law 41/2024 articles 89(1), 110.
    """
    is_voluntary = scheme is Scheme.VOLUNTARY and law.number == LAW_41
    where = article(law, "70(1)", "110" if is_voluntary else "89(1)")
    condition = at_least("PAID", PAID, where, paid.months, 1)
    rule = law.words("survivor.lump_sum_active")
    cites: tuple[Citation, ...] = (rule,)
    if is_voluntary and paid.months < VOLUNTARY_MONTHS:
        amount = paid.total_contributed
    else:
        before, later, figures = for_years(law, paid)
        amount = max(before + later, LEAST * Fraction(paid.average_salary))
        cites = (*figures, rule)
    return Determination(
        "SURVIVOR_LUMP_SUM_ACTIVE",
        law.number,
        law.day,
        condition,
        {"amount": dong(amount) if condition.is_met else 0},
        cites,
    )
