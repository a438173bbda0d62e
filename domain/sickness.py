"""Sickness: days off for one's own illness or a child's, a long illness, and getting well afterwards.

The salary, in đồng a month, is that of the last month before the leave; of the first month of work, its own.
Source: Law 58/2014 articles 24 to 29 until 2025-06-30; Law 41/2024 articles 42 to 49 from 2025-07-01.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from domain.determinations import (
    Change,
    Condition,
    Determination,
    Finding,
    Words,
    all_of,
    article,
    at_least,
    claim,
)
from domain.money import dong
from domain.parameters import LAW_41, Citation, Law

LONG_ILLNESS_DAYS = 180  # at the ordinary rate under Law 58/2014, in calendar days
YEAR_DAYS = 365
SICK_DAYS = 30  # in the year before one gets well again, under Law 41/2024
CONVALESCENCE_WITHIN_DAYS = 30
FULL_PAY = Fraction(1)
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
SICK_LONG_ENOUGH = Words("Đã nghỉ ốm đủ {need} ngày trong năm", "Off sick for {need} days of the year")
SOON = Words("Trong {days} ngày sau khi hết nghỉ ốm", "Within {days} days after the days off for illness")
TOO_LATE = Words("Chỉ khi nghỉ dưỡng sức sớm hơn", "Only where the days off follow earlier")


class Cause(StrEnum):
    """Why one is off work; some causes the law excludes."""

    ILLNESS = "ordinary"
    LONG_TERM = "long_term"
    SELF_HARM = "self_harm"
    DRUGS = "drugs"
    DRUNKENNESS = "drunkenness"
    WORK_ACCIDENT = "work_accident"
    PAID_LEAVE = "paid_leave"
    MATERNITY = "maternity"


class Recovery(StrEnum):
    """What one gets well from."""

    LONG_TERM = "long_term"
    SURGERY = "surgery"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class SickLeave:
    """Days off, and what they depend on: salary in đồng of the month before, full years contributed.

    Days are working days, but calendar days in a long illness under Law 58/2014. Since Law 41/2024 less than
    half a day counts as a half one, and from half a day on as a whole one.
    """

    last_month_salary: int
    days: int = 0
    half_days: int = 0
    years: int = 0
    is_hazardous: bool = False
    is_armed_forces: bool = False
    cause: Cause = Cause.ILLNESS


def sickness(law: Law, leave: SickLeave) -> Determination:
    """Days of a year that are paid, and đồng for them; in a long illness at a lower rate beyond the limit.

    The armed forces have their full pay for the actual time.
    Raises: NoParameter. Source: Law 58/2014 articles 24 to 28; Law 41/2024 articles 42, 43, 45.
    """
    days = _days_off(law, leave.days, leave.half_days)
    condition = all_of(
        "SICKNESS",
        ENTITLED,
        article(law, "24-26", "42-43"),
        _on_leave(law, days),
        _not_excluded(law, leave.cause),
    )
    limits = law.bands("sickness.days_hazardous" if leave.is_hazardous else "sickness.days_normal")
    most = limits.value.at(leave.years) or Fraction(0)
    rate = law.share("sickness.rate")
    taken = days if condition.is_met else Fraction(0)
    if leave.is_armed_forces:
        return _paid("SICKNESS", law, condition, leave.last_month_salary, [(taken, FULL_PAY)])
    if leave.cause is not Cause.LONG_TERM:
        paid = [(min(taken, most), rate.value)]
        return _paid("SICKNESS", law, condition, leave.last_month_salary, paid, limits, rate, most=most)
    if law.number != LAW_41:
        most = Fraction(LONG_ILLNESS_DAYS)
    lower = law.bands("sickness.rate_long_term_after")
    beyond = _beyond_limit(law, max(taken - most, Fraction(0)), leave.years)
    paid = [(min(taken, most), rate.value), (beyond, lower.value.at(leave.years) or Fraction(0))]
    rule = law.words("sickness.long_term_illness.rule")
    cites = (limits, rate, lower, rule)
    return _paid("SICKNESS", law, condition, leave.last_month_salary, paid, *cites, most=most)


def sickness_child(
    law: Law, *, last_month_salary: int, working_days: int, child_age_years: int, half_days: int = 0
) -> Determination:
    """Days of a year with a sick child that are paid to one parent, and đồng for them.

    Raises: NoParameter. Source: Law 58/2014 articles 25, 27; Law 41/2024 articles 42, 44.
    """
    limits = law.bands("sickness.child_care_days")
    most = limits.value.at(child_age_years) or Fraction(0)
    days = _days_off(law, working_days, half_days)
    said = article(law, "25", "42")
    condition = all_of(
        "SICKNESS_CHILD",
        ENTITLED,
        article(law, "27", "44"),
        _on_leave(law, days),
        claim("CHILD_UNDER_SEVEN", YOUNG, said, is_met=most > 0, change=Change(TOO_OLD)),
    )
    rate = law.share("sickness.rate")
    paid = [(min(days, most), rate.value)]
    return _paid("SICKNESS_CHILD", law, condition, last_month_salary, paid, limits, rate, most=most)


def sickness_long_term(law: Law, *, last_month_salary: int, days: int, years: int) -> Determination:
    """Share of the salary, and đồng, for days off beyond the ordinary limit, in a long illness.

    They are working days; under Law 58/2014 calendar days, for at most the time contributed in full years.
    Raises: NoParameter. Source: Law 58/2014 articles 26, 28; Law 41/2024 articles 43, 45.
    """
    rates = law.bands("sickness.rate_long_term_after")
    rule = law.words("sickness.long_term_illness.rule")
    rate = rates.value.at(years) or Fraction(0)
    paid = [(_beyond_limit(law, Fraction(days), years), rate)]
    condition = _on_leave(law, Fraction(days))
    found = _paid("SICKNESS_LONG_TERM", law, condition, last_month_salary, paid, rates, rule)
    return replace(found, findings={**found.findings, "rate": rate})


def sickness_convalescence(
    law: Law, *, reason: Recovery, days: int, sick_days_in_year: int, days_since_leave: int
) -> Determination:
    """Calendar days of getting well again that are paid, and đồng: 30 % of the base salary a day.

    They follow the days off for illness, of which Law 41/2024 asks for thirty in the year.
    Raises: NoParameter. Source: Law 58/2014 article 29; Law 41/2024 article 46.
    """
    limit = law.whole(f"sickness.convalescence_days.{reason}")
    rate, base = law.multiple("sickness.convalescence_rate"), law.whole("base_salary")
    said = article(law, "29", "46")
    asked = [at_least("SICK_LONG_ENOUGH", SICK_LONG_ENOUGH, said, sick_days_in_year, SICK_DAYS)]
    condition = all_of(
        "SICKNESS_CONVALESCENCE",
        ENTITLED,
        said,
        claim("RECOVERING", RECOVERING, said, is_met=days > 0, change=Change(TAKE_LEAVE)),
        *(asked if law.number == LAW_41 else []),
        claim(
            "SOON",
            SOON.about(days=CONVALESCENCE_WITHIN_DAYS),
            said,
            is_met=days_since_leave <= CONVALESCENCE_WITHIN_DAYS,
            change=Change(TOO_LATE),
        ),
    )
    paid = min(days, limit.value) if condition.is_met else 0
    findings: dict[str, Finding] = {
        "max_days": limit.value,
        "paid_days": paid,
        "amount": dong(rate.value * base.value * paid),
        "eligible": condition.is_met,
    }
    cites = (limit, rate, base)
    return Determination("SICKNESS_CONVALESCENCE", law.number, law.day, condition, findings, cites)


def _on_leave(law: Law, days: Fraction) -> Condition:
    """Is anybody off work at all?"""
    said = article(law, "25", "42")
    return claim("ON_LEAVE", ON_LEAVE, said, is_met=days > 0, change=Change(TAKE_LEAVE))


def _not_excluded(law: Law, cause: Cause) -> Condition:
    """Is the cause one that counts? Drunkenness is excluded by Law 58/2014 only."""
    counted = {Cause.ILLNESS, Cause.LONG_TERM}
    if law.number == LAW_41:
        counted.add(Cause.DRUNKENNESS)
    said = article(law, "25", "42")
    return claim("NOT_EXCLUDED", NOT_EXCLUDED, said, is_met=cause in counted, change=Change(ANOTHER_CAUSE))


def _days_off(law: Law, whole: int, halves: int) -> Fraction:
    """Days off; half days count since Law 41/2024."""
    return whole + (Fraction(halves, 2) if law.number == LAW_41 else Fraction(0))


def _beyond_limit(law: Law, days: Fraction, years: int) -> Fraction:
    """Days beyond the limit that are paid: all; under Law 58/2014 as many as were contributed."""
    return days if law.number == LAW_41 else min(days, Fraction(years * YEAR_DAYS))


def _paid(
    code: str,
    law: Law,
    condition: Condition,
    salary: int,
    stretches: list[tuple[Fraction, Fraction]],
    *cites: Citation,
    most: Fraction | None = None,
) -> Determination:
    """Days, each stretch at its rate of the salary over 24; `most` is the limit of the first stretch."""
    divisor = law.whole("sickness.day_divisor")
    amount = sum((days * rate for days, rate in stretches), Fraction(0)) * salary / divisor.value
    findings: dict[str, Finding] = {
        "paid_days": sum((days for days, _ in stretches), Fraction(0)),
        "amount": dong(amount),
        "eligible": condition.is_met,
    }
    if most is not None:
        findings["max_days"] = int(most)
    return Determination(code, law.number, law.day, condition, findings, (*cites, divisor))
