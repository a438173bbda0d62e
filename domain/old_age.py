"""Old age: the pension, the lump sum beyond its full rate, its raises, and what those get who lack years.

Source: Law 58/2014 articles 54 to 58 until 2025-06-30; Law 41/2024 articles 21, 23, 64 to 68, 98, 99 and
141(11) from 2025-07-01; the decrees that raise pensions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from domain.average_salary import PAID
from domain.determinations import (
    NO_EVIDENCE,
    Change,
    Condition,
    Determination,
    Evidence,
    Finding,
    Words,
    all_of,
    article,
    at_least,
    claim,
)
from domain.money import Exact, dong
from domain.months import MONTHS_IN_YEAR, Month, half_years, month_of
from domain.parameters import LAW_41, Citation, Dated, Law
from domain.retirement_age import Sex, Work, age_reached, retirement_month

PENSION = Words("Được hưởng lương hưu", "Entitled to a pension")
ENOUGH_YEARS = Words("Đóng bảo hiểm xã hội từ {need} tháng", "{need} months of contributions or more")
ENOUGH_EARLY = Words(
    "Đóng từ {need} tháng để nghỉ hưu trước tuổi", "{need} months of contributions or more, to retire early"
)
PAY_AT_ONCE = Words(
    "Đóng một lần {missing} tháng còn thiếu (Luật 41/2024, Điều 33(7))",
    "Pay the {missing} missing months at once (Law 41/2024 art.33(7))",
)
WITHIN = Words("Trước tuổi không quá {most} tháng", "At most {most} months before the age")
LATER = Words("Nghỉ hưu muộn hơn {months} tháng", "Retire {months} months later")
BEYOND = Words("Đóng từ {need} tháng, quá mức tối đa", "{need} months or more, beyond the full rate")
IN_PAYMENT = Words("Đang hưởng lương hưu", "Draws a pension")
ONLY_IN_PAYMENT = Words("Chỉ khi đang hưởng lương hưu", "Only while a pension is drawn")
SOCIAL = Words("Được hưởng trợ cấp hưu trí xã hội", "Entitled to the social pension")
OLD = Words("Từ đủ {need} tuổi", "{need} years old or more")
WITHOUT_PENSION = Words("Không hưởng lương hưu", "Draws no pension")
ONLY_WITHOUT = Words("Chỉ khi không hưởng lương hưu", "Only where no pension is drawn")
ALLOWANCE = Words(
    "Được hưởng trợ cấp hằng tháng từ khoản đã đóng", "Entitled to a monthly allowance from what was paid in"
)
FEW_YEARS = Words("Chưa đủ thời gian hưởng lương hưu", "Has not the months that a pension needs")
TAKE_PENSION = Words("Chỉ khi không đủ điều kiện hưởng lương hưu", "Only where no pension is due")
NOT_YET_SOCIAL = Words(
    "Chưa đủ tuổi hưởng trợ cấp hưu trí xã hội", "Not yet of the age of the social pension"
)
TAKE_SOCIAL = Words("Hưởng trợ cấp hưu trí xã hội", "Take the social pension instead")

# Reduced capacity, in percent, and how many months before the age one may then retire: articles 55 and 65.
EARLY = ((81, 10 * MONTHS_IN_YEAR), (61, 5 * MONTHS_IN_YEAR))
EARLY_MONTHS = 20 * MONTHS_IN_YEAR
MINIMUM_FOR_MONTHS = 20 * MONTHS_IN_YEAR
MINIMUM_IF_JOINED_BEFORE = Month(2025, 7)
MISSING_MONTHS_PAID_AT_ONCE = 6
HALF_YEAR = MONTHS_IN_YEAR // 2


@dataclass(frozen=True, slots=True)
class Retirement:
    """Somebody who retires: months contributed, mean salary in đồng, months before the age, loss in percent.

    `months_early` are those before the age of one's work, for lost capacity. `compulsory_months` are all
    where not told, `joined` is the latest month that fits them; without `birth` the age is not looked at.
    `evidence` says which months they are.
    """

    sex: Sex
    contribution_months: int
    average_salary: Exact
    months_early: int = 0
    loss_pct: int = 0
    is_under_treaty: bool = False
    compulsory_months: int | None = None
    joined: Month | None = None
    birth: date | None = None
    work: Work = Work.NORMAL
    evidence: Evidence = NO_EVIDENCE


def pension(law: Law, retirement: Retirement) -> Determination:
    """The share of the mean salary that is paid as a pension, and đồng a month.

    Raises: NoParameter.
    Source: Law 58/2014 articles 54 to 56; Law 41/2024 articles 64 to 66, 98, 99 and 141(11).
    """
    full, cites = _rate(law, retirement)
    reduction, reasons = _reduction(law, retirement.months_early)
    condition = _pension_condition(law, retirement)
    rate = max(full - reduction, Fraction(0))
    least, grounds = _minimum(law, retirement)
    monthly = max(dong(rate * Fraction(retirement.average_salary)), least)
    findings: dict[str, Finding] = {
        "rate": rate,
        "rate_before_reduction": full,
        "reduction": reduction,
        "minimum": least,
        "monthly": monthly,
    }
    return Determination(
        "PENSION",
        law.number,
        law.day,
        condition,
        (findings if condition.is_met else dict.fromkeys(findings, 0)) | {"eligible": condition.is_met},
        (*cites, *reasons, *grounds),
    )


def _pension_condition(law: Law, retirement: Retirement) -> Condition:
    """Are there enough months, and is it not too early?"""
    months, now = retirement.contribution_months, month_of(law.day)
    counted = retirement.evidence
    years = law.whole("pension_rate.minimum_years.years")
    need = Dated(years.value * MONTHS_IN_YEAR, years.path, years.source, years.confidence)
    parts = []
    if retirement.birth:
        reached, age = retirement_month(law, retirement.birth, retirement.sex, retirement.work)
        due = reached.plus(-retirement.months_early)
        parts.append(age_reached(law, retirement.birth, due, article(law, "54", "64"), age))
    if not _counts_under_treaty(law, retirement):
        enough = at_least(
            "ENOUGH_MONTHS",
            ENOUGH_YEARS,
            article(law, "54", "64"),
            months,
            need,
            after=now,
            evidence=counted,
        )
        if law.number == LAW_41 and 0 < need.value - months <= MISSING_MONTHS_PAID_AT_ONCE:
            at_once = Change(PAY_AT_ONCE.about(missing=need.value - months), need.value - months, now)
            enough = replace(enough, change=at_once)
        parts.append(enough)
    if retirement.months_early:
        most = next((most for loss, most in EARLY if retirement.loss_pct >= loss), 0)
        over = retirement.months_early - most
        early = article(law, "55", "65")
        later = Change(LATER.about(months=over), over, now.plus(over))
        is_within = over <= 0
        parts.append(
            at_least(
                "ENOUGH_MONTHS_EARLY",
                ENOUGH_EARLY,
                early,
                months,
                EARLY_MONTHS,
                after=now,
                evidence=counted,
            )
        )
        parts.append(claim("NOT_TOO_EARLY", WITHIN.about(most=most), early, is_met=is_within, change=later))
    return all_of("PENSION", PENSION, article(law, "54", "64"), *parts)


def _counts_under_treaty(law: Law, retirement: Retirement) -> bool:
    """Whether years in another country complete those here, which then count each; since Law 41/2024."""
    return retirement.is_under_treaty and law.number == LAW_41


def _base_years(law: Law, sex: Sex) -> Dated[int]:
    """The years that give the first rate; men's rose with the year of retirement under Law 58/2014.

    Raises: NoParameter.
    """
    path = f"pension_rate.by_law.base_years.{sex}"
    by_year = (f"{path}.{law.day.year}", f"{path}.2022+")
    return law.whole(next(filter(law.has, by_year), path))


def _rate(law: Law, retirement: Retirement) -> tuple[Fraction, tuple[Citation, ...]]:
    """The share before any reduction.

    Raises: NoParameter.
    """
    rows = "pension_rate.by_law"
    odd = law.words("pension_rate.odd_months.rule")
    years = Fraction(half_years(retirement.contribution_months), 2)
    base, most = law.share(f"{rows}.base_rate"), law.share(f"{rows}.max")
    base_years, step = _base_years(law, retirement.sex), law.share(f"{rows}.step.{retirement.sex}")
    minimum = law.whole("pension_rate.minimum_years.years")
    is_short = retirement.contribution_months < minimum.value * MONTHS_IN_YEAR
    if is_short and _counts_under_treaty(law, retirement):
        each = law.share(f"{rows}.treaty_under_15_years")
        return each.value * years, (each, odd)
    if law.number == LAW_41 and retirement.sex is Sex.MALE and years < base_years.value:
        few = f"{rows}.male_15_to_20"
        base, base_years, step = (
            law.share(f"{few}.base_rate"),
            law.whole(f"{few}.base_years"),
            law.share(f"{few}.step"),
        )
    rate = base.value + step.value * max(years - base_years.value, Fraction(0))
    return min(rate, most.value), (base, base_years, step, most, odd)


def _reduction(law: Law, months_early: int) -> tuple[Fraction, tuple[Citation, ...]]:
    """What each year before the age takes off; from six odd months half of it, below nothing."""
    if not months_early:
        return Fraction(0), ()
    each = law.share("pension_rate.early_reduction_per_year")
    odd = law.words("pension_rate.early_odd_period.rule")
    years, months = divmod(months_early, MONTHS_IN_YEAR)
    halves = 2 * years + (1 if months >= HALF_YEAR else 0)
    return each.value * halves / 2, (each, odd)


def _minimum(law: Law, retirement: Retirement) -> tuple[int, tuple[Citation, ...]]:
    """The least that a pension is, in đồng a month; 0 where the law guarantees none.

    Raises: NoParameter. Source: Law 58/2014 article 56; Law 41/2024 article 141(11).
    """
    months = retirement.contribution_months
    compulsory = months if retirement.compulsory_months is None else retirement.compulsory_months
    joined = retirement.joined or month_of(law.day).plus(-months)
    is_guaranteed = compulsory >= MINIMUM_FOR_MONTHS and (
        law.number != LAW_41 or joined < MINIMUM_IF_JOINED_BEFORE
    )
    rule, base = law.words("pension_rate.min_pension"), law.whole("base_salary")
    return (base.value, (rule, base)) if is_guaranteed else (0, (rule,))


def retirement_lump_sum(
    law: Law, *, sex: Sex, contribution_months: int, average_salary: Exact, months_after_age: int = 0
) -> Determination:
    """Đồng once, for the years beyond those that give the full rate: half a mean salary each.

    Under Law 41/2024 those of them that were worked after the retirement age count two mean salaries each.
    Raises: NoParameter. Source: Law 58/2014 article 58; Law 41/2024 article 68.
    """
    rows = "pension_rate.by_law"
    base, most = law.share(f"{rows}.base_rate"), law.share(f"{rows}.max")
    base_years, step = _base_years(law, sex), law.share(f"{rows}.step.{sex}")
    rule, odd = law.words("retirement_lump_sum.rule"), law.words("pension_rate.odd_months.rule")
    full_years = base_years.value + (most.value - base.value) / step.value
    full_months = int(full_years * MONTHS_IN_YEAR)
    excess_months = max(contribution_months - full_months, 0)
    after_months = min(months_after_age, excess_months) if law.number == LAW_41 else 0
    excess, after = (Fraction(half_years(months), 2) for months in (excess_months, after_months))
    before = excess - after
    condition = at_least(
        "BEYOND_FULL_RATE",
        BEYOND,
        article(law, "58", "68"),
        contribution_months,
        full_months + 1,
        after=month_of(law.day),
    )
    return Determination(
        "RETIREMENT_LUMP_SUM",
        law.number,
        law.day,
        condition,
        {
            "years_for_75pct": full_years,
            "excess_years": excess,
            "excess_years_before_age": before,
            "excess_years_after_age": after,
            "amount": dong((before / 2 + 2 * after) * Fraction(average_salary)),
            "eligible": condition.is_met,
        },
        (base, base_years, step, most, odd, rule),
    )


RAISE_FLOOR = "pension_indexation.floor_pre_1995"
ADDED = "add_if_le_"


def pension_indexation(law: Law, *, pension: int, is_before_1995: bool = False) -> Determination:
    """A pension in đồng a month after the raise of the day, and after the floor of the earliest pensions.

    Who retired before 1995 and is still below the target gets a fixed sum more, or the target where nearer.
    Raises: NoParameter. Source: ND 75/2024; ND 162/2026 article 2.
    """
    share = law.share("pension_indexation.raise")
    raised = (1 + share.value) * pension
    after = raised
    cites: tuple[Citation, ...] = (share,)
    if is_before_1995 and law.has(RAISE_FLOOR):
        floor = law.table(RAISE_FLOOR)
        after, cites = _lifted(raised, floor.value), (share, floor)
    condition = claim(
        "IN_PAYMENT", IN_PAYMENT, share.source, is_met=pension > 0, change=Change(ONLY_IN_PAYMENT)
    )
    findings = {"after_raise": dong(raised), "pension": dong(after)}
    return Determination(
        "PENSION_INDEXATION",
        law.number,
        law.day,
        condition,
        findings if condition.is_met else dict.fromkeys(findings, 0),
        cites,
    )


def _lifted(raised: Fraction, floor: Mapping[str, Fraction]) -> Fraction:
    """A raised pension with its floor: `add_if_le_N` is added up to N, above it one gets the target."""
    target = floor["target"]
    added_until, added = next(
        (int(name.removeprefix(ADDED)), sum_added)
        for name, sum_added in floor.items()
        if name.startswith(ADDED)
    )
    if raised >= target:
        return raised
    return raised + added if raised <= added_until else target


def social_pension(
    law: Law, *, age_years: int, is_poor: bool = False, draws_pension: bool = False
) -> Determination:
    """Đồng a month for the old who have no pension: from an age, a lower one for the poor and near-poor.

    Raises: NoParameter, before 2025-07-01. Source: Law 41/2024 article 21; ND 176/2025.
    """
    amount = law.whole("social_pension.amount")
    age = law.whole(f"social_pension.{'age_poor_or_near_poor' if is_poor else 'age'}")
    condition = all_of(
        "SOCIAL_PENSION",
        SOCIAL,
        "Law 41/2024 art.21",
        at_least("OLD_ENOUGH", OLD, "Law 41/2024 art.21", age_years, age),
        claim(
            "WITHOUT_PENSION",
            WITHOUT_PENSION,
            "Law 41/2024 art.21",
            is_met=not draws_pension,
            change=Change(ONLY_WITHOUT),
        ),
    )
    monthly = amount.value if condition.is_met else 0
    return Determination(
        "SOCIAL_PENSION", law.number, law.day, condition, {"monthly": monthly}, (amount, age)
    )


def allowance_until_social_pension(
    law: Law, *, birth: date, sex: Sex, contribution_months: int, average_salary: Exact
) -> Determination:
    """For how many whole months somebody of retirement age without enough years draws from what was paid in.

    So many as twice the mean salary for each year makes social pensions; at that amount, in đồng a month.
    Raises: NoParameter, before 2025-07-01. Source: Law 41/2024 article 23; ND 159/2025 article 14.
    """
    amount, social_age = law.whole("social_pension.amount"), law.whole("social_pension.age")
    years = law.whole("pension_rate.minimum_years.years")
    odd = law.words("pension_rate.odd_months.rule")
    reached, age = retirement_month(law, birth, sex)
    now, where = month_of(law.day), "Law 41/2024 art.23"
    social_from = month_of(birth).plus(social_age.value * MONTHS_IN_YEAR)
    condition = all_of(
        "ALLOWANCE",
        ALLOWANCE,
        where,
        age_reached(law, birth, reached, where, age),
        claim(
            "FEW_YEARS",
            FEW_YEARS,
            where,
            is_met=contribution_months < years.value * MONTHS_IN_YEAR,
            change=Change(TAKE_PENSION),
            cites=(years,),
        ),
        at_least("PAID", PAID, where, contribution_months, 1),
        claim("NOT_YET_SOCIAL", NOT_YET_SOCIAL, where, is_met=now < social_from, change=Change(TAKE_SOCIAL)),
    )
    paid_in = 2 * Fraction(average_salary) * half_years(contribution_months) / 2
    months = int(paid_in / amount.value) if condition.is_met else 0
    findings: dict[str, Finding] = {"months": months, "monthly": amount.value if months else 0}
    return Determination(
        "ALLOWANCE_UNTIL_SOCIAL_PENSION",
        law.number,
        law.day,
        condition,
        findings,
        (amount, social_age, odd),
    )
