"""Contributions: who pays how much to which fund for a month, by choice and by duty, and what lateness costs.

Source: Law 58/2014 articles 85 to 89, 122; Law 41/2024 articles 31 to 41; Laws 38/2013 and 74/2025
(unemployment); ND 188/2025 article 6 (health); ND 134/2015 article 14 and ND 159/2025 article 5 (voluntary).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType

from domain.determinations import Change, Condition, Determination, Finding, Words, at_least, claim
from domain.laws import SOCIAL_INSURANCE
from domain.money import dong
from domain.months import MONTHS_IN_YEAR, Month
from domain.parameters import LAW_41, Citation, Dated, Law, NoParameter

# The day before the State forgave private employers the contribution against accidents, for a year.
BEFORE_RELIEF = date(2021, 6, 30)
ARTICLE = {"58/2014": "Law 58/2014 art.85-89", LAW_41: "Law 41/2024 art.31-34"}

PAID_MONTH = Words("Đóng bảo hiểm bắt buộc cho tháng", "Contributions are due for the month")
WORK_MORE = Words(
    "Chỉ khi nghỉ không lương dưới {days} ngày làm việc, hoặc hai bên thỏa thuận đóng",
    "Only with fewer than {days} unpaid working days, or where both sides agree to pay",
)
INSURED = Words("Tự đóng bảo hiểm bắt buộc", "Pays compulsory contributions alone")
ENOUGH = Words(
    "Thu nhập chọn đóng từ {need} đồng một tháng", "The income chosen is {need} đồng a month or more"
)
YEARS_AHEAD = Words("Đóng trước từ {least} đến {most} năm", "Paid {least} to {most} years ahead")
MONTHS_MISSING = Words("Còn thiếu không quá {most} tháng", "No more than {most} months are missing")
LATE = Words("Nộp chậm hoặc trốn đóng", "Paid late or evaded")
PAY_LATE = Words("Chỉ khi nộp sau hạn", "Only where paid after the due day")


class ContributionScheme(StrEnum):
    """In which scheme a month counts."""

    COMPULSORY = "COMPULSORY"
    HEALTH_ONLY = "HEALTH_ONLY"
    VOLUNTARY = "VOLUNTARY"


class Fund(StrEnum):
    """A fund that is paid into (Law 41/2024 articles 32 to 34; Law 74/2025; ND 188/2025 article 6)."""

    HEALTH = "HEALTH"
    OCCUPATIONAL = "OCCUPATIONAL"
    RETIREMENT_SURVIVORS = "RETIREMENT_SURVIVORS"
    SICKNESS_MATERNITY = "SICKNESS_MATERNITY"
    UNEMPLOYMENT = "UNEMPLOYMENT"


# What each fund is called in the parameters.
PARAMETER_OF_FUND: Mapping[Fund, str] = MappingProxyType(
    {
        Fund.HEALTH: "health",
        Fund.OCCUPATIONAL: "occupational",
        Fund.RETIREMENT_SURVIVORS: "retirement_survivor",
        Fund.SICKNESS_MATERNITY: "sickness_maternity",
        Fund.UNEMPLOYMENT: "unemployment",
    }
)


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


class OwnPayer(StrEnum):
    """Who is insured by duty and pays alone, from an income that one chooses."""

    BUSINESS_HOUSEHOLD_OWNER = "business_household_owner"
    WORKER_ABROAD = "worker_abroad"


class SupportGroup(StrEnum):
    """The group by which the State adds to what somebody pays by choice."""

    POOR = "poor"
    POOR_OR_ISLAND_COMMUNE = "poor_or_island_commune"
    NEAR_POOR = "near_poor"
    ETHNIC_MINORITY = "ethnic_minority"
    OTHER = "other"
    EXHAUSTED = "support_exhausted"


@dataclass(frozen=True, slots=True)
class Employee:
    """Whoever earns a salary in đồng for a month, and of that month the working days without it.

    `has_reduced_risk_rate`: the employer is approved to pay less against accidents; `pays_all_the_same`: both
    sides agree to pay for a month mostly unpaid, or it is the first one and was spent ill.
    """

    salary: int
    region: Region = Region.I
    payer: Payer = Payer.PRIVATE
    is_foreign: bool = False
    has_reduced_risk_rate: bool = False
    unpaid_days: int = 0
    pays_all_the_same: bool = False


def contribution(law: Law, employee: Employee) -> Determination:
    """What employee and employer pay for the month of a salary in đồng, in whole đồng to each fund.

    What one pays to the social funds from, one pays for health from too.
    Raises: NoParameter. Source: Law 41/2024 articles 31 to 34; Law 58/2014 articles 85, 86, 89.
    """
    threshold = law.whole("no_contribution_rule.threshold_unpaid_working_days")
    condition = claim(
        "PAID_MONTH",
        PAID_MONTH,
        ARTICLE[SOCIAL_INSURANCE.number(law.day)],
        is_met=employee.pays_all_the_same or employee.unpaid_days < threshold.value,
        change=Change(WORK_MORE.about(days=threshold.value)),
        cites=(threshold,),
    )
    floor, floor_cites = _floor(law, employee)
    bases: dict[str, int] = {}
    cites: list[Citation] = [*floor_cites]
    for fund, least in (("retirement_survivor", floor), ("health", floor), ("unemployment", 0)):
        factor, level = ceiling(law, fund, employee.payer, employee.region)
        base = min(max(employee.salary, least), dong(factor.value * level.value))
        bases[fund] = base if condition.is_met else 0
        cites += (factor, level)
    paid: dict[str, dict[str, int]] = {}
    for who in ("employee", "employer"):
        rates, rate_cites = _rates(law, employee, who)
        cites += rate_cites
        paid[who] = {
            fund: dong(rate * bases.get(fund, bases["retirement_survivor"])) for fund, rate in rates.items()
        }
    findings: dict[str, Finding] = {
        "base_social_health": bases["retirement_survivor"],
        "base_unemployment": bases["unemployment"],
        **paid,
        "employee_total": sum(paid["employee"].values()),
        "employer_total": sum(paid["employer"].values()),
    }
    return Determination("CONTRIBUTION", law.number, law.day, condition, findings, tuple(cites))


@dataclass(frozen=True, slots=True)
class Tariff:
    """What is due to a fund for a month of a base in đồng: at least and at most of which, at which rates.

    Employee and employer each pay their own rate of it, rounded half up.
    """

    fund: Fund
    floor: int
    cap: int
    employee: Fraction
    employer: Fraction


def tariffs(law: Law, region: Region, payer: Payer = Payer.PRIVATE) -> tuple[Tariff, ...]:
    """What an employer in a region and its people owe each fund for a month, of whatever base.

    Raises: NoParameter. Source: as `contribution`, which says the same of one person with its reasons.
    """
    somebody = Employee(salary=0, region=region, payer=payer)
    floor, _ = _floor(law, somebody)
    employee, _ = _rates(law, somebody, "employee")
    employer, _ = _rates(law, somebody, "employer")
    found = []
    for fund, name in PARAMETER_OF_FUND.items():
        capped = name if name in {"health", "unemployment"} else "retirement_survivor"
        factor, level = ceiling(law, capped, somebody.payer, region)
        found.append(
            Tariff(
                fund,
                0 if fund is Fund.UNEMPLOYMENT else floor,
                dong(factor.value * level.value),
                employee.get(name, Fraction()),
                employer.get(name, Fraction()),
            )
        )
    return tuple(found)


def due_on(law: Law, month: Month) -> date:
    """By which day an employer pays for a month.

    Source: Law 41/2024 article 34(4), the last day of the following month; before it, the last day of the
    month itself (QD 595/QD-BHXH article 7) [unsure].
    """
    return (month.plus(1) if law.has("employer_due_date.rule") else month).last_day


def ceiling(law: Law, fund: str, payer: Payer, region: Region) -> tuple[Dated[Fraction], Dated[int]]:
    """The most from which one pays to a fund for a month: a factor, and the đồng that it multiplies.

    Raises: NoParameter. Source: Law 58/2014 article 89; Law 41/2024 article 31; Law 38/2013 article 58.
    """
    path = f"contribution_caps[{fund}]"
    if fund == "unemployment":
        # Since 2026 there is one cap, whoever fixes the wage.
        of_payer = f"{path}[{payer}]"
        path = of_payer if law.has(of_payer) else f"{path}[{Payer.PRIVATE}]"
    factor = law.multiple(f"{path}.cap")
    is_regional = "regional_minimum_wage" in law.words(factor.path).value
    return factor, law.whole(f"regional_minimum_wage.{region}" if is_regional else "base_salary")


def _floor(law: Law, employee: Employee) -> tuple[int, tuple[Citation, ...]]:
    """The least from which one pays: the reference level, and before it the least that employers may pay."""
    path = "contribution_caps[retirement_survivor].floor"
    if law.has(path):
        factor, base = law.multiple(path), law.whole("base_salary")
        return dong(factor.value * base.value), (factor, base)
    if employee.payer is Payer.STATE_SALARY:
        return 0, ()
    wage = law.whole(f"regional_minimum_wage.{employee.region}")
    return wage.value, (wage,)


def _rates(law: Law, employee: Employee, who: str) -> tuple[Mapping[str, Fraction], tuple[Citation, ...]]:
    """The rates of the day by fund, with those against accidents that the employer has."""
    kind = "foreign" if employee.is_foreign else "vietnamese"
    path = f"contribution_rates.compulsory_{kind}.{who}"
    rates = law.table(path)
    risk, cites = rates.value.get("occupational"), [rates]
    if risk == 0 and employee.payer is Payer.STATE_SALARY:
        cites.append(replace(law, day=BEFORE_RELIEF).table(path))
        risk = cites[-1].value["occupational"]
    if risk and employee.has_reduced_risk_rate:
        reduced = law.share("contribution_rates.occupational_reduced")
        return {**rates.value, "occupational": min(risk, reduced.value)}, (*cites, reduced)
    return rates.value if risk is None else {**rates.value, "occupational": risk}, tuple(cites)


def own_contribution(law: Law, *, income: int, payer: OwnPayer) -> Determination:
    """What somebody pays alone, by duty, for a month of an income in đồng, in whole đồng to each fund.

    Raises: NoParameter, before Law 41/2024. Source: its articles 2(1), 31, 33(2), 33(4).
    """
    rates = law.table(f"contribution_rates.{payer}")
    lowest = law.multiple("contribution_caps[retirement_survivor].floor")
    factor, level = ceiling(law, "retirement_survivor", Payer.PRIVATE, Region.I)
    base = min(max(income, dong(lowest.value * level.value)), dong(factor.value * level.value))
    paid = {fund: dong(rate * base) for fund, rate in rates.value.items()}
    findings: dict[str, Finding] = {
        "base_social_health": base,
        "employee": paid,
        "employee_total": sum(paid.values()),
        "employer_total": 0,
    }
    return Determination(
        "OWN_CONTRIBUTION",
        law.number,
        law.day,
        claim("INSURED", INSURED, "Law 41/2024 art.33", is_met=True),
        findings,
        (rates, lowest, factor, level),
    )


SUPPORTS = "voluntary_social_insurance.state_support.k"
POOR = {
    SupportGroup.POOR: SupportGroup.POOR_OR_ISLAND_COMMUNE,
    SupportGroup.POOR_OR_ISLAND_COMMUNE: SupportGroup.POOR,
}


def support_group(law: Law, group: SupportGroup) -> str | None:
    """The name that the law of the day has for a group that the State supports; None where it does not.

    A group the earlier decree does not name is supported as `other`.
    """
    if group is SupportGroup.EXHAUSTED:
        return None
    groups = law.table(SUPPORTS).value if law.has(SUPPORTS) else {}
    known = (group, POOR.get(group), SupportGroup.OTHER)
    return next((name for name in known if name in groups), SupportGroup.OTHER)


def voluntary_contribution(
    law: Law, *, income: int, group: SupportGroup = SupportGroup.OTHER, months: int = 1
) -> Determination:
    """What one pays by choice from an income in đồng a month, what the State adds, and what is left to pay.

    Nobody may choose an income below the floor: what is found then is of the floor. It counts up to the cap.
    The State adds since 2018, for as many months as the law says at most.
    Raises: NoParameter. Source: Law 41/2024 article 36; ND 159/2025 article 5; ND 134/2015 article 14.
    """
    rate = law.share("voluntary_social_insurance.rate")
    floor = law.whole("voluntary_social_insurance.income_floor")
    cap, base = law.multiple("voluntary_social_insurance.income_cap"), law.whole("base_salary")
    most = law.whole("voluntary_social_insurance.support_max_months")
    cites: list[Citation] = [rate, floor, cap, base, most]
    support = 0
    if law.has(SUPPORTS) and (named := support_group(law, group)):
        supports = law.table(SUPPORTS)
        support = dong(supports.value[named] * rate.value * floor.value)
        cites.append(supports)
    counted = min(max(income, floor.value), dong(cap.value * base.value))
    full = dong(rate.value * counted)
    findings: dict[str, Finding] = {
        "full_per_month": full,
        "support_per_month": support,
        "to_pay_per_month": full - support,
        "to_pay_total": full * months - support * min(months, most.value),
    }
    condition = at_least("INCOME_CHOSEN", ENOUGH, floor.source, income, floor)
    return Determination("VOLUNTARY_CONTRIBUTION", law.number, law.day, condition, findings, tuple(cites))


def voluntary_ahead(law: Law, *, income: int, years: int, monthly_yield: Fraction) -> Determination:
    """What one pays by choice for some years ahead, each month's share less the yield until then.

    Raises: NoParameter. Source: ND 159/2025 article 6; the yield is the one published for the year before.
    """
    known = law.wholes("voluntary_social_insurance.several_years_ahead.years")
    condition = claim(
        "YEARS_AHEAD",
        YEARS_AHEAD.about(least=min(known.value), most=max(known.value)),
        "ND 159/2025 art.6",
        is_met=years in known.value,
        cites=(known,),
    )
    factors = (1 / (1 + monthly_yield) ** month for month in range(MONTHS_IN_YEAR * years))
    return _voluntary_at_once(law, "VOLUNTARY_AHEAD", income, factors, condition)


def voluntary_missing(law: Law, *, income: int, months: int, monthly_yield: Fraction) -> Determination:
    """What one pays by choice, at the retirement age, for the months missing for a pension, with their yield.

    Raises: NoParameter. Source: ND 159/2025 article 7; the yield is the one published for the year before.
    """
    most = law.whole("voluntary_social_insurance.missing_time_once.max_months")
    condition = claim(
        "MONTHS_MISSING",
        MONTHS_MISSING.about(most=most.value),
        "ND 159/2025 art.7",
        is_met=0 < months <= most.value,
        cites=(most,),
    )
    factors = ((1 + monthly_yield) ** month for month in range(1, months + 1))
    return _voluntary_at_once(law, "VOLUNTARY_MISSING", income, factors, condition)


def _voluntary_at_once(
    law: Law, code: str, income: int, factors: Iterable[Fraction], condition: Condition
) -> Determination:
    """What is paid at once for months, each by its factor; nothing where the law does not allow it.

    Raises: NoParameter, before Law 41/2024.
    """
    if SOCIAL_INSURANCE.number(law.day) != LAW_41:
        raise NoParameter(f"{condition.article} on {law.day}")
    rate = law.share("voluntary_social_insurance.rate")
    paid = dong(rate.value * income * sum(factors)) if condition.is_met else 0
    return Determination(code, law.number, law.day, condition, {"paid": paid}, (rate,))


def late_payment_by_yield(
    law: Law, *, amount: int, months_late: int, yearly_yield: Fraction
) -> Determination:
    """What an amount in đồng costs more, so many months late, by a year's yield: twice a twelfth a month.

    The yield is the funds' of the year before; for health, the rate between banks over nine months.
    Raises: NoParameter, since Law 41/2024, which has a daily rate. Source: Law 58/2014 article 122.
    """
    factor = law.multiple("late_payment.rule")
    late = claim("LATE", LATE, "Law 58/2014 art.122", is_met=months_late > 0, change=Change(PAY_LATE))
    extra = dong(amount * factor.value * yearly_yield / MONTHS_IN_YEAR * months_late)
    return Determination("LATE_PAYMENT", law.number, law.day, late, {"extra": extra}, (factor,))


def late_payment(law: Law, *, amount: int, days_late: int) -> Determination:
    """What an amount in đồng costs more, paid or evaded so many days after the due day: 0.03 % a day.

    Raises: NoParameter, before Law 41/2024, whose rate hung on the fund's yield. Source: articles 40, 41.
    """
    rate = law.share("late_payment.daily_rate")
    late = claim("LATE", LATE, "Law 41/2024 art.40-41", is_met=days_late > 0, change=Change(PAY_LATE))
    extra = dong(amount * rate.value * days_late)
    return Determination("LATE_PAYMENT", law.number, law.day, late, {"extra": extra}, (rate,))
