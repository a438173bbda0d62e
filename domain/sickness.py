"""Sickness: days off for one's own illness or a child's, a long illness, and getting well afterwards.

Source: Law 58/2014 articles 24 to 29 until 2025-06-30; Law 41/2024 articles 42 to 49 from 2025-07-01.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from domain.determinations import Change, Condition, Determination, Finding, Words, all_of, claim
from domain.money import dong
from domain.parameters import Bands, Dated, Law

LAW_41 = "41/2024"
ENTITLED = Words("Được hưởng chế độ ốm đau", "Entitled to sickness benefit")
ON_LEAVE = Words("Nghỉ việc có xác nhận", "Off work, as certified")
NOT_EXCLUDED = Words("Không thuộc trường hợp bị loại trừ", "The cause is not one the law excludes")
YOUNG = Words("Con dưới 7 tuổi", "The child is under seven")
TOO_OLD = Words("Chỉ khi con dưới 7 tuổi", "Only for a child under seven")
TAKE_LEAVE = Words("Chỉ khi nghỉ việc từ nửa ngày", "Only for half a day off or more")
ANOTHER_CAUSE = Words("Chỉ khi nguyên nhân khác", "Only for another cause")
RECOVERING = Words(
    "Sức khỏe chưa phục hồi sau thời gian nghỉ ốm", "Not yet well again after days off for illness"
)


class Cause(StrEnum):
    """Why one is off work; some causes the law excludes."""

    ILLNESS = "ordinary"
    LONG_TERM = "long_term"
    SELF_HARM = "self_harm"
    DRUGS = "drugs"
    DRUNKENNESS = "drunkenness"
    WORK_ACCIDENT = "work_accident"


class Recovery(StrEnum):
    """What one gets well from."""

    LONG_TERM = "long_term"
    SURGERY = "surgery"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class SickLeave:
    """Days off: salary in đồng of the month before, whole and half working days, years contributed."""

    last_month_salary: int
    working_days: int = 0
    half_days: int = 0
    years: int = 0
    is_hazardous: bool = False
    cause: Cause = Cause.ILLNESS


def _articles(law: Law, under_58: str, under_41: str) -> str:
    """The article of the law in force."""
    return f"Law 41/2024 art.{under_41}" if law.number == LAW_41 else f"Law 58/2014 art.{under_58}"


def _on_leave(law: Law, days: Fraction) -> Condition:
    """Is anybody off work at all?"""
    article = _articles(law, "25(1)", "42(1)")
    return claim("ON_LEAVE", ON_LEAVE, article, is_met=days > 0, change=Change(TAKE_LEAVE))


def _not_excluded(law: Law, cause: Cause) -> Condition:
    """Is the cause one that counts? Drunkenness is excluded by Law 58/2014 only."""
    excluded = {Cause.SELF_HARM, Cause.DRUGS, Cause.WORK_ACCIDENT}
    if law.number != LAW_41:
        excluded.add(Cause.DRUNKENNESS)
    article = _articles(law, "25(1)", "42(2)")
    is_met = cause not in excluded
    return claim("NOT_EXCLUDED", NOT_EXCLUDED, article, is_met=is_met, change=Change(ANOTHER_CAUSE))


def _days_off(law: Law, whole: int, halves: int) -> Fraction:
    """Days off; half days count since Law 41/2024."""
    return whole + (Fraction(halves, 2) if law.number == LAW_41 else Fraction(0))


def _for_days(law: Law, salary: int, days: Fraction) -> tuple[int, Dated[Fraction], Dated[int]]:
    """Đồng for working days off: three quarters of the salary over 24, for each."""
    rate, divisor = law.share("sickness.rate"), law.whole("sickness.day_divisor")
    return dong(rate.value * salary * days / divisor.value), rate, divisor


def sickness(law: Law, leave: SickLeave) -> Determination:
    """Days of a year that are paid, and đồng for them.

    Raises: NoParameter. Source: Law 58/2014 articles 25, 26, 28; Law 41/2024 articles 42, 43, 45.
    """
    limits = law.bands("sickness.days_hazardous" if leave.is_hazardous else "sickness.days_normal")
    most = limits.value.at(leave.years) or Fraction(0)
    days = _days_off(law, leave.working_days, leave.half_days)
    condition = all_of(
        "SICKNESS",
        ENTITLED,
        _articles(law, "24-26", "42-43"),
        _on_leave(law, days),
        _not_excluded(law, leave.cause),
    )
    paid = min(days, most) if condition.is_met else Fraction(0)
    amount, rate, divisor = _for_days(law, leave.last_month_salary, paid)
    findings: dict[str, Finding] = {
        "max_days": int(most),
        "paid_days": paid,
        "amount": amount,
        "eligible": condition.is_met,
    }
    return Determination("SICKNESS", law.number, law.day, condition, findings, (limits, rate, divisor))


def sickness_child(
    law: Law, *, last_month_salary: int, working_days: int, child_age_years: int, half_days: int = 0
) -> Determination:
    """Days of a year with a sick child that are paid to one parent, and đồng for them.

    Raises: NoParameter. Source: Law 58/2014 articles 25(2), 27; Law 41/2024 articles 42, 44.
    """
    limits: Dated[Bands] = law.bands("sickness.child_care_days")
    most = limits.value.at(child_age_years) or Fraction(0)
    days = _days_off(law, working_days, half_days)
    article = _articles(law, "25(2)", "42(1)")
    condition = all_of(
        "SICKNESS_CHILD",
        ENTITLED,
        _articles(law, "27", "44"),
        _on_leave(law, days),
        claim("CHILD_UNDER_SEVEN", YOUNG, article, is_met=most > 0, change=Change(TOO_OLD)),
    )
    paid = min(days, most)
    amount, rate, divisor = _for_days(law, last_month_salary, paid)
    findings: dict[str, Finding] = {
        "max_days": int(most),
        "paid_days": paid,
        "amount": amount,
        "eligible": condition.is_met,
    }
    return Determination("SICKNESS_CHILD", law.number, law.day, condition, findings, (limits, rate, divisor))


def sickness_long_term(law: Law, *, last_month_salary: int, days: int, years: int) -> Determination:
    """Share of the salary, and đồng, for working days off beyond the ordinary limit, in a long illness.

    Raises: NoParameter. Source: Law 58/2014 articles 26(2), 28(2); Law 41/2024 articles 43(2), 45(2).
    """
    rates = law.bands("sickness.rate_long_term_after")
    divisor = law.whole("sickness.day_divisor")
    rate = rates.value.at(years) or Fraction(0)
    condition = _on_leave(law, Fraction(days))
    amount = dong(rate * last_month_salary * days / divisor.value)
    findings: dict[str, Finding] = {"rate": rate, "amount": amount, "eligible": condition.is_met}
    return Determination("SICKNESS_LONG_TERM", law.number, law.day, condition, findings, (rates, divisor))


def sickness_convalescence(law: Law, *, reason: Recovery, days: int) -> Determination:
    """Days of getting well again that are paid, and đồng for them: 30 % of the base salary a day.

    Raises: NoParameter. Source: Law 58/2014 article 29; Law 41/2024 article 46.
    """
    limits = law.whole(f"sickness.convalescence_days.{reason}")
    rate, base = law.multiple("sickness.convalescence_rate"), law.whole("base_salary")
    condition = claim(
        "RECOVERING", RECOVERING, _articles(law, "29", "46"), is_met=days > 0, change=Change(TAKE_LEAVE)
    )
    paid = min(days, limits.value)
    findings: dict[str, Finding] = {"max_days": limits.value, "amount": dong(rate.value * base.value * paid)}
    return Determination(
        "SICKNESS_CONVALESCENCE", law.number, law.day, condition, findings, (limits, rate, base)
    )
