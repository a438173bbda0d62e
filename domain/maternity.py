"""Maternity: leave to bear, adopt or plan for children, the father's leave, and what is paid for each.

The average is that of the monthly salaries, in đồng, of the six months before the leave, or of those paid
where they are fewer.
Source: Law 58/2014 articles 31 to 41 until 2025-06-30; Law 41/2024 articles 50 to 60, 94 and 95 from
2025-07-01; Law 113/2025 and ND 168/2026 on a second child from 2026-07-01.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction

from domain.determinations import (
    NO_EVIDENCE,
    Change,
    Condition,
    Determination,
    Evidence,
    Finding,
    Words,
    all_of,
    any_of,
    article,
    at_least,
    claim,
)
from domain.money import dong
from domain.months import months_later
from domain.parameters import LAW_41, Bands, Citation, Dated, Law

SECOND = 2  # child of the mother
AS_A_BIRTH_WEEKS = 22  # from which a loss counts as a birth under Law 41/2024
MONTHS_OF_AGE = 6  # until which an adopted child gives leave

ENTITLED = Words("Được hưởng chế độ thai sản", "Entitled to maternity benefit")
IN_TWELVE = Words(
    "Đóng đủ {need} tháng trong 12 tháng trước khi sinh", "{need} months paid in the 12 before the birth"
)
IN_TWENTY_FOUR = Words(
    "Đóng đủ {need} tháng trong 24 tháng, do điều trị vô sinh",
    "{need} months paid in the 24 before the birth, for a treatment of infertility",
)
RESTED = Words("Phải nghỉ việc dưỡng thai theo chỉ định", "Had to rest in pregnancy, as the doctor ordered")
IN_TOTAL = Words("Đã đóng đủ {need} tháng", "{need} months paid in all")
BEYOND_MONTHS = Words("Có ngày lẻ ngoài tháng trọn", "The leave has days beyond its whole months")
BORN = Words("Vợ sinh con", "The wife gave birth")
IN_WINDOW = Words(
    "Bắt đầu nghỉ trong {days} ngày kể từ ngày sinh", "The leave starts within {days} days of the birth"
)
TOO_LATE = Words("Chỉ khi bắt đầu nghỉ sớm hơn", "Only where the leave starts earlier")
EXAMINED = Words("Đi khám thai", "Went to a prenatal check")
EXAMINE = Words("Chỉ khi nghỉ việc để khám thai", "Only for days off for a check")
LOST = Words("Mất thai", "Lost the pregnancy")
FITTED = Words("Thực hiện biện pháp tránh thai", "Took a contraceptive measure")
YOUNG = Words("Con nuôi dưới 6 tháng tuổi", "The adopted child is under six months")
TOO_OLD = Words("Chỉ khi con dưới 6 tháng tuổi", "Only for a child under six months")
RECOVERING = Words("Sức khỏe chưa phục hồi sau thai sản", "Not yet well again after maternity leave")
IN_FORCE = Words("Trợ cấp có từ {since}", "The benefit exists since {since}")
LATER = Words("Chỉ khi sinh từ {since}", "Only for a birth from {since}")
ONE_PARENT = Words("Chưa chi trả cho người kia", "The other parent does not draw it")
OTHER_DRAWS = Words("Chỉ một trong hai người được hưởng", "Only one of the parents may draw it")


@dataclass(frozen=True, slots=True)
class Birth:
    """A birth: which child of the mother it is (the first, of several), how many were born, and how."""

    child_order: int = 1
    children: int = 1
    has_surgery: bool = False
    is_under_32_weeks: bool = False


@dataclass(frozen=True, slots=True)
class Insured:
    """Months paid before a birth or an adoption, and what lets fewer of them do.

    `evidence` says which those of the twelve are.
    """

    months_in_12: int
    months_in_24: int = 0
    total_months: int = 0
    had_to_rest: bool = False
    was_treated_for_infertility: bool = False
    evidence: Evidence = NO_EVIDENCE


class Contraception(StrEnum):
    """A measure for which one is off work."""

    IUD = "iud"
    STERILISATION = "sterilisation"


class Recovery(StrEnum):
    """What one gets well from."""

    MULTIPLE_BIRTH = "multiple_birth"
    SURGERY = "surgery"
    OTHER = "other"


def maternity_eligibility(law: Law, insured: Insured) -> Determination:
    """Whether enough months are paid for the benefit of a birth, of surrogacy or of an adoption.

    Raises: NoParameter. Source: Law 58/2014 article 31; Law 41/2024 article 50.
    """
    condition = _paid_enough(law, insured)
    findings: dict[str, Finding] = {"eligible": condition.is_met}
    return Determination("MATERNITY_ELIGIBILITY", law.number, law.day, condition, findings)


def maternity(law: Law, birth: Birth, *, average: int, insured: Insured) -> Determination:
    """Months of a mother's leave, and đồng for them and for each child, under the law of the day of birth.

    Some of the months may lie before the birth, no more than `months_before_birth`.
    Raises: NoParameter. Source: Law 58/2014 articles 31, 34, 38, 39; Law 41/2024 articles 50, 53, 58, 59.
    """
    condition = _paid_enough(law, insured)
    leave = _months_of_leave(law, birth)
    extra = law.whole("maternity.extra_month_per_child_from_second_in_multiple_birth")
    months = leave.value + extra.value * (birth.children - 1) if condition.is_met else 0
    before = law.whole("maternity.prenatal_leave_max_months")
    lump_sum, cites = _lump_sum(law, birth.children if condition.is_met else 0)
    findings: dict[str, Finding] = {
        "months": months,
        "months_before_birth": min(before.value, months),
        "monthly_total": average * months,
        "lump_sum": lump_sum,
        "total": average * months + lump_sum,
        "eligible": condition.is_met,
    }
    return Determination(
        "MATERNITY", law.number, law.day, condition, findings, (leave, extra, before, *cites)
    )


def maternity_odd_days(law: Law, *, average: int, days: int) -> Determination:
    """Calendar days of a mother's leave beyond its whole months, and đồng for them.

    Raises: NoParameter. Source: Law 58/2014 article 39; Law 41/2024 article 59.
    """
    condition = claim("ODD_DAYS", BEYOND_MONTHS, article(law, "39", "59"), is_met=days > 0)
    return _for_days("MATERNITY_ODD_DAYS", law, condition, average, "calendar_days", days, "other")


def maternity_lump_sum(law: Law, *, children: int, insured: Insured) -> Determination:
    """Đồng for each child, twice the base salary; to the father where only he has paid enough months.

    Raises: NoParameter. Source: Law 58/2014 article 38; Law 41/2024 article 58.
    """
    condition = _paid_enough(law, insured)
    amount, cites = _lump_sum(law, children if condition.is_met else 0)
    findings: dict[str, Finding] = {"lump_sum": amount, "eligible": condition.is_met}
    return Determination("MATERNITY_LUMP_SUM", law.number, law.day, condition, findings, cites)


def maternity_father(law: Law, birth: Birth, *, average: int, days_after_birth: int = 0) -> Determination:
    """Working days of a father's leave that begins so many days after the birth, and đồng for them.

    Where several rules grant days, the most of them. The days for a second child are not confirmed.
    Raises: NoParameter. Source: Law 58/2014 articles 34, 39; Law 41/2024 articles 53(2), 59(2).
    """
    cites = _fathers_days(law, birth)
    window = law.whole("maternity.father_window_days.days")
    said = article(law, "34", "53(2)")
    in_time = claim(
        "IN_WINDOW",
        IN_WINDOW.about(days=window.value),
        said,
        is_met=days_after_birth <= window.value,
        change=Change(TOO_LATE),
        cites=(window,),
    )
    condition = all_of("MATERNITY_FATHER", ENTITLED, said, claim("BIRTH", BORN, said, is_met=True), in_time)
    each = law.whole("maternity.father_working_days.each_child_from_third")
    days = max(cite.value for cite in cites) + each.value * max(birth.children - 2, 0)
    return _for_days(
        "MATERNITY_FATHER", law, condition, average, "working_days", days, "prenatal_and_father", *cites, each
    )


def prenatal_check(
    law: Law, *, average: int, visits: int, days_each: int, is_special: bool = False
) -> Determination:
    """Working days off for checks before the birth that are paid, and đồng for them.

    Under Law 58/2014 a check takes one day; two far from care, or for an ailing mother or child.
    Raises: NoParameter. Source: Law 58/2014 articles 32, 39; Law 41/2024 articles 51, 59(2).
    """
    times = law.whole("maternity.prenatal_checks.times")
    ordinary = "days_each_special" if is_special else "days_each"
    most = law.whole(f"maternity.prenatal_checks.{'days_each_max' if law.number == LAW_41 else ordinary}")
    days = min(visits, times.value) * min(days_each, most.value)
    condition = claim("EXAMINED", EXAMINED, article(law, "32", "51"), is_met=days > 0, change=Change(EXAMINE))
    return _for_days(
        "PRENATAL_CHECK", law, condition, average, "days", days, "prenatal_and_father", times, most
    )


def miscarriage(law: Law, *, average: int, weeks: int, insured: Insured) -> Determination:
    """Calendar days off after a loss in that week of the pregnancy, and đồng for them.

    From the 22nd week, under Law 41/2024, it is as a birth for a mother who has paid enough months.
    Raises: NoParameter. Source: Law 58/2014 articles 33, 39; Law 41/2024 articles 52, 59(3).
    """
    if law.number == LAW_41 and weeks >= AS_A_BIRTH_WEEKS and _paid_enough(law, insured).is_met:
        birth = maternity(law, Birth(), average=average, insured=insured)
        return replace(
            birth, code="MISCARRIAGE", findings={**birth.findings, "amount": birth.findings["total"]}
        )
    limits: Dated[Bands] = law.bands("maternity.miscarriage_days.weeks")
    days = int(limits.value.at(weeks) or 0)
    condition = claim("LOSS", LOST, article(law, "33", "52"), is_met=True)
    return _for_days("MISCARRIAGE", law, condition, average, "calendar_days", days, "other", limits)


def contraception(law: Law, measure: Contraception, *, average: int) -> Determination:
    """Calendar days off for a contraceptive measure, and đồng for them.

    Raises: NoParameter. Source: Law 58/2014 articles 37, 39; Law 41/2024 articles 57, 59.
    """
    days = law.whole(f"maternity.contraception_days.{measure}")
    condition = claim("CONTRACEPTION", FITTED, article(law, "37", "57"), is_met=True)
    return _for_days("CONTRACEPTION", law, condition, average, "calendar_days", days.value, "other", days)


def adoption(law: Law, *, average: int, born_on: date, adopted_on: date, insured: Insured) -> Determination:
    """Months and odd days of leave until an adopted child is six months old, and đồng for them.

    Raises: NoParameter. Source: Law 58/2014 articles 36, 39; Law 41/2024 articles 56, 59.
    """
    until = months_later(born_on, MONTHS_OF_AGE)
    said = article(law, "36", "56")
    condition = all_of(
        "ADOPTION",
        ENTITLED,
        said,
        claim("CHILD_UNDER_SIX_MONTHS", YOUNG, said, is_met=adopted_on < until, change=Change(TOO_OLD)),
        _paid_enough(law, insured),
    )
    months = days = 0
    if condition.is_met:
        while months_later(adopted_on, months + 1) <= until:
            months += 1
        days = (until - months_later(adopted_on, months)).days
    divisor = law.whole("maternity.day_divisor.other")
    findings: dict[str, Finding] = {
        "months": months,
        "odd_days": days,
        "amount": dong(average * (months + Fraction(days, divisor.value))),
        "eligible": condition.is_met,
    }
    return Determination("ADOPTION", law.number, law.day, condition, findings, (divisor,))


def maternity_convalescence(law: Law, *, reason: Recovery, days: int) -> Determination:
    """Days of getting well again after the leave that are paid, and đồng: 30 % of the base salary a day.

    Raises: NoParameter. Source: Law 58/2014 article 41; Law 41/2024 article 60.
    """
    limit = law.whole(f"maternity.convalescence_days.{reason}")
    rate, base = law.multiple("maternity.convalescence_rate"), law.whole("base_salary")
    paid = min(days, limit.value)
    condition = claim("RECOVERING", RECOVERING, article(law, "41", "60"), is_met=days > 0)
    findings: dict[str, Finding] = {
        "max_days": limit.value,
        "paid_days": paid,
        "amount": dong(rate.value * base.value * paid),
    }
    cites = (limit, rate, base)
    return Determination("MATERNITY_CONVALESCENCE", law.number, law.day, condition, findings, cites)


def maternity_voluntary(
    law: Law, *, months_in_12: int, children: int, other_parent_draws: bool = False
) -> Determination:
    """Đồng for each child of one who is insured by choice, to one of the parents, since 2025-07-01.

    Raises: NoParameter. Source: Law 41/2024 articles 94, 95.
    """
    amount = law.whole("maternity.voluntary_scheme.amount_per_child")
    need = law.whole("maternity.qualifying.months_in_12")
    since = _since(law, "maternity.voluntary_scheme")
    said = "Law 41/2024 art.94"
    condition = all_of(
        "MATERNITY_VOLUNTARY",
        ENTITLED,
        "Law 41/2024 art.94-95",
        claim(
            "IN_FORCE",
            IN_FORCE.about(since=since.value),
            said,
            is_met=law.day >= since.value,
            change=Change(LATER.about(since=since.value)),
            cites=(since,),
        ),
        at_least("MONTHS_IN_12", IN_TWELVE, said, months_in_12, need),
        claim("ONE_PARENT", ONE_PARENT, said, is_met=not other_parent_draws, change=Change(OTHER_DRAWS)),
    )
    findings: dict[str, Finding] = {
        "eligible": condition.is_met,
        "amount": amount.value * children if condition.is_met else 0,
    }
    return Determination("MATERNITY_VOLUNTARY", law.number, law.day, condition, findings, (amount,))


def _paid_enough(law: Law, insured: Insured) -> Condition:
    """Have enough months been paid, in one of the ways that the law offers?"""
    ways = [
        at_least(
            "MONTHS_IN_12",
            IN_TWELVE,
            article(law, "31", "50(2)"),
            insured.months_in_12,
            law.whole("maternity.qualifying.months_in_12"),
            evidence=insured.evidence,
        )
    ]
    if insured.had_to_rest:
        said, rest = article(law, "31", "50(3)"), "maternity.qualifying.pregnancy_rest"
        ways.append(
            all_of(
                "PREGNANCY_REST",
                RESTED,
                said,
                at_least(
                    "MONTHS_IN_TOTAL", IN_TOTAL, said, insured.total_months, law.whole(f"{rest}.total_months")
                ),
                at_least(
                    "MONTHS_IN_12", IN_TWELVE, said, insured.months_in_12, law.whole(f"{rest}.months_in_12")
                ),
            )
        )
    if insured.was_treated_for_infertility and law.number == LAW_41:
        treated = law.whole("maternity.qualifying.infertility_law_41_2024.months_in_24")
        ways.append(
            at_least("MONTHS_IN_24", IN_TWENTY_FOUR, "Law 41/2024 art.50", insured.months_in_24, treated)
        )
    return any_of("PAID_ENOUGH", ENTITLED, article(law, "31", "50"), *ways)


def _months_of_leave(law: Law, birth: Birth) -> Dated[int]:
    """Months for a birth of one child; more for a second child since Law 113/2025."""
    second = "maternity.second_child_leave_months"
    is_second = birth.child_order == SECOND and law.day >= _since(law, second).value
    return law.whole(second if is_second else "maternity.leave_months")


def _fathers_days(law: Law, birth: Birth) -> list[Dated[int]]:
    """The working days that each rule grants a father, of which he has the most."""
    is_multiple = birth.children > 1
    if birth.has_surgery and is_multiple:
        case = "twins_surgery"
    elif is_multiple:
        case = "twins"
    elif birth.has_surgery or birth.is_under_32_weeks:
        case = "surgery_or_under_32_weeks"
    else:
        case = "normal"
    granted = [law.whole(f"maternity.father_working_days.{case}")]
    second = "maternity.father_second_child_working_days"
    if birth.child_order == SECOND and law.day >= _since(law, second).value:
        granted.append(law.whole(second))
    return granted


def _since(law: Law, path: str) -> Dated[date]:
    """The day since which a rule holds."""
    since = law.words(f"{path}.effective_from")
    return Dated(date.fromisoformat(since.value), path, since.source, since.confidence)


def _lump_sum(law: Law, children: int) -> tuple[int, tuple[Citation, ...]]:
    """Đồng for so many children at once, and the figures used."""
    factor, base = law.multiple("maternity.lump_sum_per_child"), law.whole("base_salary")
    return dong(factor.value * base.value * children), (factor, base)


def _for_days(
    code: str,
    law: Law,
    condition: Condition,
    average: int,
    unit: str,
    days: int,
    kind: str,
    *cites: Citation,
) -> Determination:
    """So many days, each paid as the part of the monthly average that the law names for their kind."""
    divisor = law.whole(f"maternity.day_divisor.{kind}")
    paid = days if condition.is_met else 0
    findings: dict[str, Finding] = {
        unit: paid,
        "amount": dong(Fraction(average * paid, divisor.value)),
        "eligible": condition.is_met,
    }
    return Determination(code, law.number, law.day, condition, findings, (*cites, divisor))
