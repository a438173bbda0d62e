"""Contributions: who pays how much to which fund for a month, by choice and by duty, and what lateness costs.

Source: Law 58/2014 articles 85 to 89; Law 41/2024 articles 31 to 41; Law 38/2013 and 74/2025 (unemployment);
ND 188/2025 article 6 (health); ND 134/2015 article 14 and ND 159/2025 article 5 (voluntary).
"""

from datetime import date
from enum import StrEnum

from domain.determinations import Change, Condition, Determination, Words, at_least, claim
from domain.money import dong
from domain.parameters import Citation, Dated, Law, social_insurance_law

REFERENCE_LEVEL_FROM = date(2025, 7, 1)
STATE_SALARY_CAP_UNTIL = date(2025, 12, 31)
CAP_FACTOR = 20  # of the base salary, the reference level, the regional minimum wage
ARTICLE = {"58/2014": "Law 58/2014 art.85-89", "41/2024": "Law 41/2024 art.31-34"}

INSURED = Words("Đóng bảo hiểm bắt buộc", "Pays compulsory contributions")
ENOUGH = Words(
    "Thu nhập chọn đóng từ {need} đồng một tháng", "The income chosen is {need} đồng a month or more"
)
LATE = Words("Nộp chậm hoặc trốn đóng", "Paid late or evaded")
PAY_LATE = Words("Chỉ khi nộp sau hạn", "Only where paid after the due day")


class Region(StrEnum):
    """The region whose minimum wage holds."""

    I = "I"  # noqa: E741 -- as the law writes it
    II = "II"
    III = "III"
    IV = "IV"


class Payer(StrEnum):
    """Who fixes the wage: an employer, or the State by its scale."""

    PRIVATE = "private"
    STATE_SALARY = "state_salary"


def contribution(
    law: Law, *, salary: int, region: Region, payer: Payer = Payer.PRIVATE, is_foreign: bool = False
) -> Determination:
    """What employee and employer pay for the month of a salary in đồng, in whole đồng to each fund.

    Raises: NoParameter. Source: Law 41/2024 articles 31 to 34; Law 58/2014 articles 85, 86, 89.
    """
    kind = "foreign" if is_foreign else "vietnamese"
    base = law.whole("base_salary")
    floor, cap = base.value if law.day >= REFERENCE_LEVEL_FROM else 0, CAP_FACTOR * base.value
    social = min(max(salary, floor), cap)
    health = min(salary, cap)
    ceiling = unemployment_ceiling(law, region, payer)
    bases = {"health": health, "unemployment": min(salary, ceiling.value)}
    paid: dict[str, dict[str, int]] = {}
    cites: list[Citation] = [base, ceiling]
    for who in ("employee", "employer"):
        rates = law.table(f"contribution_rates.compulsory_{kind}.{who}")
        cites.append(rates)
        paid[who] = {fund: dong(rate * bases.get(fund, social)) for fund, rate in rates.value.items()}
    return Determination(
        "CONTRIBUTION",
        law.number,
        law.day,
        claim("INSURED", INSURED, ARTICLE[social_insurance_law(law.day)], is_met=True),
        {
            "base_social_health": social,
            "base_unemployment": bases["unemployment"],
            **paid,
            "employee_total": sum(paid["employee"].values()),
            "employer_total": sum(paid["employer"].values()),
        },
        tuple(cites),
    )


def unemployment_ceiling(law: Law, region: Region, payer: Payer) -> Dated[int]:
    """The most, in đồng a month, from which one contributes against unemployment.

    Raises: NoParameter. Source: Law 38/2013 article 58; Law 74/2025 (from 2026 the region for everybody).
    """
    is_state = payer is Payer.STATE_SALARY and law.day <= STATE_SALARY_CAP_UNTIL
    level = law.whole("base_salary" if is_state else f"regional_minimum_wage.{region}")
    return Dated(CAP_FACTOR * level.value, level.path, level.source, level.confidence)


SUPPORT_EXHAUSTED = "support_exhausted"
POOR = {"poor": "poor_or_island_commune", "poor_or_island_commune": "poor"}


def support_group(law: Law, group: str) -> str | None:
    """The name that the law of the day has for a group that the State supports; None where it has none.

    A group the earlier decree does not name is supported as `other`.
    """
    groups = law.table("voluntary_social_insurance.state_support.k").value
    known = ("poor", "poor_or_island_commune", "near_poor", "ethnic_minority", "other")
    if group not in known:
        return None
    return next((name for name in (group, POOR.get(group), "other") if name in groups), None)


def voluntary_contribution(law: Law, *, income: int, group: str, months: int = 1) -> Determination:
    """What one pays by choice from an income in đồng a month, what the State adds, and what is left to pay.

    The income counts up to the cap; below the floor nobody may choose it.
    The State adds for as many months as the law says at most.
    Raises: NoParameter. Source: Law 41/2024 article 36; ND 159/2025 article 5; ND 134/2015 article 14.
    """
    rate = law.share("voluntary_social_insurance.rate")
    floor = law.whole("voluntary_social_insurance.income_floor")
    base = law.whole("base_salary")
    most = law.whole("voluntary_social_insurance.support_max_months")
    supports = law.table("voluntary_social_insurance.state_support.k")
    named = support_group(law, group)
    full = dong(rate.value * min(income, CAP_FACTOR * base.value))
    support = dong(supports.value[named] * rate.value * floor.value) if named else 0
    condition = at_least("INCOME_CHOSEN", ENOUGH, "Law 41/2024 art.31(2)", income, floor)
    findings = {
        "full_per_month": full,
        "support_per_month": support,
        "to_pay_per_month": full - support,
        "to_pay_total": full * months - support * min(months, most.value),
    }
    return Determination(
        "VOLUNTARY_CONTRIBUTION",
        law.number,
        law.day,
        condition,
        findings if condition.is_met else dict.fromkeys(findings, 0),
        (rate, floor, base, most, supports),
    )


def late_payment(law: Law, *, amount: int, days_late: int) -> Determination:
    """What an amount in đồng costs more, paid or evaded so many days after the due day: 0.03 % a day.

    Raises: NoParameter, before Law 41/2024, whose rate hung on the fund's yield. Source: articles 40, 41.
    """
    rate = law.share("late_payment.daily_rate")
    late: Condition = claim(
        "LATE", LATE, "Law 41/2024 art.40-41", is_met=days_late > 0, change=Change(PAY_LATE)
    )
    extra = dong(amount * rate.value * days_late)
    return Determination("LATE_PAYMENT", law.number, law.day, late, {"extra": extra}, (rate,))
