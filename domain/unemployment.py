"""Unemployment: how much a month, for how many months, which months are kept, and from when.

Source: Law 38/2013 articles 49 and 50 with ND 28/2015 and 61/2020 until 2025-12-31; Law 74/2025 articles 38,
39 and 41 from 2026-01-01.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from domain.contributions import Region
from domain.determinations import (
    NO_EVIDENCE,
    Change,
    Condition,
    Determination,
    Evidence,
    Finding,
    Words,
    all_of,
    at_least,
    claim,
)
from domain.money import dong
from domain.months import month_of
from domain.parameters import Dated, Law
from domain.services import TimeLimit, TimeUnit
from domain.working_calendar import WorkingCalendar, due_on

LAW_74 = "74/2025"

# How the law's months, conditions and first day are written in the figures.
MONTHS = re.compile(r"(\d+) for (\d+)-(\d+) months; \+1 per further full (\d+) months; max (\d+)")
CONDITION = re.compile(r"(\d+) months in the last (\d+) \((\d+) for [^;]+\); file within (\d+) months.*")
STARTS = re.compile(r"(\d+)th working day after filing")

ENTITLED = Words("Được hưởng trợ cấp thất nghiệp", "Entitled to unemployment benefit")
RECENT = Words(
    "Đóng từ {{need}} tháng trong {window} tháng trước khi nghỉ việc",
    "{{need}} months or more of the {window} before the contract ended",
)
LAWFUL = Words("Không đơn phương chấm dứt trái pháp luật", "Did not end the contract unlawfully")
NO_PENSION = Words("Không hưởng lương hưu", "Draws no pension")
NO_WORK = Words(
    "Chưa có việc làm sau 15 ngày kể từ ngày nộp hồ sơ", "Not back at work within 15 days of filing"
)
ENDED_OTHERWISE = Words("Chỉ khi hợp đồng chấm dứt đúng luật", "Only where the contract ended lawfully")
PENSION_ENDS = Words("Chỉ khi không hưởng lương hưu", "Only without a pension")
WORK_ENDS = Words("Chỉ khi chưa có việc làm", "Only while out of work")
IN_TIME = Words(
    "Nộp hồ sơ trong {months} tháng kể từ khi chấm dứt hợp đồng",
    "Filed within {months} months of the end of the contract",
)
FILE_BY = Words("Chỉ khi nộp chậm nhất ngày {day}", "Only where filed by {day}")


class Regime(StrEnum):
    """Who fixed the wage: an employer, or the State by its scale."""

    PRIVATE = "private"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class Unemployed:
    """Who lost work: mean wage in đồng of the last six months contributed, months contributed and unused.

    `recent_months` are those of the last 24, of the last 36 after a short contract; where nobody has counted
    them, `months` say. `evidence` says which they are.
    """

    average: int
    months: int
    region: Region = Region.I
    regime: Regime = Regime.PRIVATE
    recent_months: int | None = None
    had_short_contract: bool = False
    left_unlawfully: bool = False
    draws_pension: bool = False
    is_back_at_work: bool = False
    evidence: Evidence = NO_EVIDENCE


def unemployment(law: Law, person: Unemployed) -> Determination:
    """Đồng a month and its cap, months paid, months kept for the next time, and the working day it starts.

    Three months for 36 contributed, one for each further full year; the odd months of the next year are kept,
    and who gets nothing keeps all.
    Raises: NoParameter. Source: Law 38/2013 article 50, ND 61/2020; Law 74/2025 articles 39, 41(5).
    """
    terms = law.numbers("unemployment.months", MONTHS)
    least, _, first, each, most = terms.value
    further, odd = divmod(max(0, person.months - first), each)
    rate, starts = law.share("unemployment.rate"), law.numbers("unemployment.starts", STARTS)
    factor, level = _cap(law, person)
    cap = dong(factor.value * level.value)
    condition = _eligibility(law, person)
    is_met = condition.is_met
    findings: dict[str, Finding] = {
        "eligible": is_met,
        "monthly": min(dong(rate.value * person.average), cap) if is_met else 0,
        "cap": cap,
        "benefit_months": min(least + further, most) if is_met else 0,
        "months_kept": odd if is_met else person.months,
        "starts_on_working_day": starts.value[0],
    }
    cites = (rate, factor, level, terms, starts)
    return Determination("UNEMPLOYMENT", law.number, law.day, condition, findings, cites)


def unemployment_filing(
    law: Law, *, ended_on: date, filed_on: date, calendar: WorkingCalendar
) -> Determination:
    """By when to file after the end of the contract, and the day the benefit starts.

    Raises: NoParameter, CalendarEnds. Source: Law 38/2013 articles 46, 50; Civil Code 91/2015 article 148.
    """
    terms, starts = (
        law.numbers("unemployment.condition", CONDITION),
        law.numbers("unemployment.starts", STARTS),
    )
    months, day_number = terms.value[3], starts.value[0]
    last = month_of(ended_on).plus(months)
    file_by = last.first_day.replace(day=min(ended_on.day, last.last_day.day))
    # What ends on a day off ends on the working day after it.
    file_by = due_on(file_by, TimeLimit(0, TimeUnit.WORKING_DAYS), calendar)
    condition = claim(
        "FILED_IN_TIME",
        IN_TIME.about(months=months),
        _article(law, "49", "38"),
        is_met=filed_on <= file_by,
        change=Change(FILE_BY.about(day=file_by)),
        cites=(terms,),
    )
    starts_on = due_on(filed_on, TimeLimit(day_number, TimeUnit.WORKING_DAYS), calendar)
    findings: dict[str, Finding] = {"file_by": file_by, "eligible": condition.is_met}
    if condition.is_met:
        findings["starts_on"] = starts_on
    return Determination("UNEMPLOYMENT_FILING", law.number, law.day, condition, findings, (starts,))


def _article(law: Law, under_38: str, under_74: str) -> str:
    """The article of the law named."""
    return f"Law 74/2025 art.{under_74}" if law.number == LAW_74 else f"Law 38/2013 art.{under_38}"


def _cap(law: Law, person: Unemployed) -> tuple[Dated[Fraction], Dated[int]]:
    """The cap's factor and what it multiplies; Law 74/2025 caps everybody by the region."""
    if law.has("unemployment.cap.all"):
        factor, is_state = law.multiple("unemployment.cap.all"), False
    else:
        factor, is_state = law.multiple(f"unemployment.cap.{person.regime}"), person.regime is Regime.STATE
    level = law.whole("base_salary" if is_state else f"regional_minimum_wage.{person.region}")
    return factor, level


def _eligibility(law: Law, person: Unemployed) -> Condition:
    """Is the person entitled: long enough insured, lately, lawfully out of work, without a pension?"""
    terms = law.numbers("unemployment.condition", CONDITION)
    recently, window, window_short, _ = terms.value
    window = window_short if person.had_short_contract else window
    recent = person.months if person.recent_months is None else min(person.recent_months, person.months)
    article = _article(law, "49", "38")
    return all_of(
        "UNEMPLOYMENT",
        ENTITLED,
        _article(law, "49-50", "38-39"),
        at_least(
            "RECENT_MONTHS",
            RECENT.about(window=window),
            article,
            min(recent, window),
            Dated(recently, terms.path, terms.source, terms.confidence),
            after=month_of(law.day),
            evidence=person.evidence,
        ),
        claim(
            "LEFT_LAWFULLY",
            LAWFUL,
            article,
            is_met=not person.left_unlawfully,
            change=Change(ENDED_OTHERWISE),
        ),
        claim(
            "NO_PENSION", NO_PENSION, article, is_met=not person.draws_pension, change=Change(PENSION_ENDS)
        ),
        claim("OUT_OF_WORK", NO_WORK, article, is_met=not person.is_back_at_work, change=Change(WORK_ENDS)),
    )
