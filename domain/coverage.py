"""Coverage: what somebody is insured for on a day, by which months, what is missing, and what would be paid.

The seven regimes are told from the same facts: the ledger in runs of equal months, what employers owe, and
what is in payment. Only what is asked for is worked out. Where the figures of a day's law are not known there
is no determination, and nothing is guessed.

Source: Laws 58/2014 and 41/2024 (social insurance), 84/2015 (work injury), 38/2013 and 74/2025
(unemployment), 25/2008 (health); the file of each regime says more.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import Any

from domain.average_salary import COEFFICIENTS, SETTLEMENT, Period, Regime, average_salary, known_settlement
from domain.benefits import BenefitKind, BenefitPayment
from domain.contributions import ContributionScheme, Fund, Payer, Region, ceiling
from domain.covered_months import (
    Arrear,
    BaseOfTwoEmployers,
    CoverageGap,
    CoveragePeriod,
    CoveredMonths,
    Line,
    Stretch,
    covered_months,
)
from domain.determinations import (
    Change,
    Condition,
    Determination,
    Evidence,
    Words,
    all_of,
    any_of,
    article,
    claim,
)
from domain.health_cards import Validity, health_continuity
from domain.laws import HEALTH, LAW_58, SOCIAL_INSURANCE, UNEMPLOYMENT, WORK_INJURY
from domain.laws import Regime as Laws
from domain.maternity import Birth, Insured, maternity, maternity_father, maternity_voluntary
from domain.money import dong
from domain.months import MONTHS_IN_YEAR, Month, Run, counted, month_of, within
from domain.old_age import Retirement, pension
from domain.one_off import PaidIn
from domain.parameters import Citation, Confidence, Law, NoParameter, Parameters
from domain.retirement_age import Sex, age_reached, retirement_month
from domain.sickness import SickLeave, sickness
from domain.survivors import Deceased, Scheme, funeral, survivor_lump_sum_active, survivor_monthly
from domain.unemployment import CONDITION, MONTHS, Unemployed, unemployment
from domain.unemployment import Regime as Wages
from domain.work_injury import MONTHLY_FROM, Injury, work_injury

FIRST_OF_ALL = Month(1, 1)
# Law 71/2006 article 140: no month before counts for unemployment.
FIRST_OF_UNEMPLOYMENT = Month(2009, 1)
# The twelve months before the first birth for which those insured by choice are paid: Law 41/2024 article 94.
FIRST_OF_VOLUNTARY_MATERNITY = Month(2024, 7)
LAST_BEFORE_2014 = Month(2013, 12)
AVERAGE_MONTHS = 6
# Whoever gives birth from this day of a month on may count the month (TT 59/2015 article 9).
MIDDLE_OF_MONTH = 15
# A month is due by the end of the next, so on any day the last month that was due is the second before.
MONTHS_UNTIL_LATE = 2
# The digit of a card where none is known: what employees and households have.
USUAL_LEVEL = 4
FUNERAL_MONTHS = 12

BASE_SALARY = "base_salary"
UNPAID_RULE = "contributions.unpaid_month.rule"
TWO_EMPLOYERS_RULE = "contributions.base_of_two_employers.rule"

INSURED = Words("Đang tham gia bảo hiểm bắt buộc", "Insured compulsorily")
INSURED_HEALTH = Words("Đang tham gia bảo hiểm y tế", "Has health insurance")
ONLY_INSURED = Words("Chỉ khi đang tham gia bảo hiểm", "Only while insured")
PAID_FOR = Words("Đã đóng cho các tháng đến hạn", "Paid for, as far as it was due")
PAY = Words("Chỉ khi {payers} đóng cho {months}", "Only once {payers} has paid for {months}")
SURVIVORS = Words("Thân nhân được hưởng chế độ tử tuất", "Relatives are entitled")
COVERED = Words("Được hưởng bảo hiểm y tế", "Covered by health insurance")

PAID_NOW = Words("Đang chi trả", "In payment")
SICK_DAY = Words("Một ngày nghỉ ốm", "A day off sick")
ONE_CHILD = Words("Khi sinh một con", "For the birth of one child")
WIFE_BEARS = Words("Khi vợ sinh một con", "When the wife bears one child")
PENSION_NOW = Words("Lương hưu", "The pension")
PENSION_SO_FAR = Words(
    "Lương hưu khi đủ tuổi, theo thời gian đã đóng", "The pension at the age, for the months paid so far"
)
OUT_OF_WORK = Words("Khi mất việc, trong {months} tháng", "After the loss of work, for {months} months")
LOSS = Words("Khi suy giảm {pct}% khả năng lao động", "For {pct} percent of the capacity to work lost")
EACH_RELATIVE = Words("Cho mỗi thân nhân đủ điều kiện", "For each relative who qualifies")
RELATIVES_ONCE = Words("Cho thân nhân, một lần", "To the relatives, once")


class CoverageStatus(StrEnum):
    """How somebody stands with a regime on a day."""

    ENTITLED = "ENTITLED"
    INSURED = "INSURED"
    IN_PAYMENT = "IN_PAYMENT"
    NOT_INSURED = "NOT_INSURED"
    SUSPENDED = "SUSPENDED"


class EstimateUnit(StrEnum):
    """How often what is estimated would be paid."""

    DAY = "DAY"
    MONTH = "MONTH"
    ONCE = "ONCE"


UNITS = {BenefitPayment.MONTHLY: EstimateUnit.MONTH, BenefitPayment.ONCE: EstimateUnit.ONCE}


@dataclass(frozen=True, slots=True)
class Benefit:
    """What the agency pays: đồng a month or once, from when until when."""

    kind: BenefitKind
    payment: BenefitPayment
    amount: int
    first: date
    last: date | None


@dataclass(frozen=True, slots=True)
class Card:
    """A health insurance card: its days, the digit of its level, the day of five years printed on it."""

    days: Validity
    level: int
    five_years_on: date | None


@dataclass(frozen=True)
class Facts:
    """What is known of somebody, on the day `known_on`, in order to tell of another day.

    The lines, and the months that employers owe, are those that stood then. Of the dead everything is told
    for the day of death.
    """

    asked_on: date
    known_on: date
    birth: date
    sex: Sex
    died_on: date | None = None
    lines: tuple[Line, ...] = ()
    arrears: tuple[Arrear, ...] = ()
    benefits: tuple[Benefit, ...] = ()
    cards: tuple[Card, ...] = ()

    @cached_property
    def day(self) -> date:
        """The day that is told of."""
        return min(self.asked_on, self.died_on or self.asked_on)

    @cached_property
    def month(self) -> Month:
        """The month of that day: the last that is looked at."""
        return month_of(self.day)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What would be paid, in đồng, and for what; not confirmed where a figure that it rests on is not."""

    amount: int
    unit: EstimateUnit
    text_vi: str
    text_en: str
    unconfirmed: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What the law says, the earliest month in which it says yes, and what would be paid."""

    determination: Determination
    earliest: Month | None = None
    amount: int = 0
    unit: EstimateUnit = EstimateUnit.ONCE
    words: Words = PAID_NOW


@dataclass(frozen=True, slots=True)
class CoverageRule:
    """A regime: its laws, its fund, its schemes from which month on, what it pays, and what its law says."""

    laws: Laws
    fund: Fund
    schemes: Mapping[ContributionScheme, Month]
    pays: frozenset[BenefitKind]
    says: Callable[["RegimeCoverage"], Answer]


@dataclass(frozen=True)
class RegimeCoverage:
    """How somebody stands with one regime; each part is worked out when it is asked for."""

    whole: "Coverage"
    rule: CoverageRule

    @cached_property
    def status(self) -> CoverageStatus:
        """In payment, entitled, insured, insured but not paid for, or not insured."""
        if self.in_payment:
            return CoverageStatus.IN_PAYMENT
        if self.determination and self.determination.is_met:
            return CoverageStatus.ENTITLED
        if not self.is_insured:
            return CoverageStatus.NOT_INSURED
        return CoverageStatus.SUSPENDED if self.owed else CoverageStatus.INSURED

    @property
    def periods(self) -> list[CoveragePeriod]:
        """The months of each scheme and employer, paid and unpaid."""
        return self.months.periods

    @property
    def months_counted(self) -> int:
        """How many months count."""
        return self.months.count

    @property
    def gaps(self) -> list[CoverageGap]:
        """The months that do not count, until the day or until a benefit came in their place."""
        begun = [month_of(benefit.first).plus(-1) for benefit in self.in_payment]
        return self.months.gaps(min([self.facts.month, *begun]))

    @property
    def earliest_entitlement(self) -> Month | None:
        """The earliest month of which the law says yes."""
        return self._answer.earliest if self._answer else None

    @property
    def determination(self) -> Determination | None:
        """What the law says; None where its figures are not known."""
        return self._answer.determination if self._answer else None

    @property
    def estimate(self) -> Estimate | None:
        """What is paid, or would be; None where nothing can be said."""
        said = self._answer
        for paid in self.in_payment:
            return Estimate(paid.amount, UNITS[paid.payment], PAID_NOW.vi, PAID_NOW.en, unconfirmed=False)
        if said is None or not said.amount:
            return None
        return Estimate(
            said.amount, said.unit, said.words.vi, said.words.en, said.determination.is_unconfirmed
        )

    # What the rules of the law below go by.

    @property
    def facts(self) -> Facts:
        """What is known of the person."""
        return self.whole.facts

    @cached_property
    def law(self) -> Law:
        """The law of the day.

        Raises: NoParameter.
        """
        return self.rule.laws.on(self.facts.day, self.whole.parameters)

    @cached_property
    def months(self) -> CoveredMonths:
        """The months until the day's, the day's included."""
        return self.whole.months_of(self.rule)

    @cached_property
    def in_payment(self) -> list[Benefit]:
        """What the regime pays on the day."""
        day = self.facts.day
        return [
            benefit
            for benefit in self.facts.benefits
            if benefit.kind in self.rule.pays
            and benefit.first <= day
            and (benefit.last is None or day <= benefit.last)
        ]

    @cached_property
    def card(self) -> Card | None:
        """The health insurance card of the day."""
        day = self.facts.day
        return next((card for card in self.facts.cards if card.days.first <= day <= card.days.last), None)

    @cached_property
    def is_insured(self) -> bool:
        """Whether the day's month is one of the regime's, or, for health, a card is valid."""
        month = self.facts.month
        is_carded = self.rule.fund is Fund.HEALTH and self.card is not None
        return is_carded or bool(within(self.months.insured, month, month))

    @cached_property
    def owed(self) -> tuple[Run, ...]:
        """The latest months that were due, where nobody paid for them; empty where nobody is insured."""
        month = self.facts.month
        due = min(month, month_of(self.facts.known_on).plus(-MONTHS_UNTIL_LATE))
        return within(self.months.unpaid, due, month) if self.is_insured else ()

    @cached_property
    def salaries(self) -> list[Stretch]:
        """The months that count, each with the base that counts in its line."""
        return self.months.salaries(BaseOfTwoEmployers(self.law.words(TWO_EMPLOYERS_RULE).value), self._cap)

    @cached_property
    def last_salary(self) -> int:
        """The base of the month before the day's, of the first month of work its own."""
        month = self.facts.month
        of_month = (
            next((each.line.base for each in reversed(self.salaries) if each.months.has(one)), 0)
            for one in (month.plus(-1), month)
        )
        return next(filter(None, of_month), 0)

    def average(self, until: Month) -> int:
        """The mean base of the last six months that count until a month, or of those there are."""
        total = months = 0
        for each in sorted(self.salaries, key=lambda each: each.months, reverse=True):
            for run in within((each.months,), FIRST_OF_ALL, until):
                taken = min(run.months, AVERAGE_MONTHS - months)
                total, months = total + taken * each.line.base, months + taken
            if months == AVERAGE_MONTHS:
                break
        return dong(Fraction(total, months)) if months else 0

    @cached_property
    def mean(self) -> Determination:
        """The mean salary of the whole time, each year's by its coefficient.

        Where those of the day's year are not known, the nearest stand for them, and 1 for later years. On the
        State's scale the last years stand for all. What rests on either is not confirmed.
        Raises: NoParameter.
        """
        law, today = self.law, self.law.day.year
        first = min((each.months.first.year for each in self.salaries), default=today)
        settlement = known_settlement(law, first)
        periods = [
            Period(year, months, base, each.line.regime, Fraction(1) if year > settlement else None)
            for each in self.salaries
            for base in (self._of_the_day(each),)
            for year, months in each.months.by_year()
        ]
        mean = average_salary(law, settlement_year=settlement, periods=periods)
        stand_ins: list[Citation] = []
        if settlement != today:
            path = f"{COEFFICIENTS}.{SETTLEMENT}{settlement}.{min(today, settlement)}"
            stand_ins.append(replace(law.share(path), confidence=Confidence.UNSURE))
        if any(each.line.regime is Regime.STATE for each in self.salaries):
            stand_ins.append(replace(law.whole(BASE_SALARY), confidence=Confidence.UNSURE))
        return replace(mean, cites=(*mean.cites, *stand_ins))

    def _of_the_day(self, each: Stretch) -> int:
        """A base; on the State's scale what its coefficient comes to by the base salary of the day.

        Source: ND 115/2015 article 10 [unsure]. What was before the figures of this house is as it was.
        """
        base = each.line.base
        if each.line.regime is not Regime.STATE:
            return base
        then, parameters = each.months.first.first_day, self.whole.parameters
        try:
            before = parameters.on(then, SOCIAL_INSURANCE.number(then)).whole(BASE_SALARY).value
        except NoParameter:
            return base
        return dong(Fraction(base * self.law.whole(BASE_SALARY).value, before))

    def insured(self, where: str, words: Words = INSURED) -> list[Condition]:
        """Is the person insured on the day, and paid for?"""
        month = self.facts.month
        said = self.months.evidence(within(self.months.insured, month, month))
        asked = [
            claim(
                "INSURED",
                words,
                where,
                is_met=self.is_insured,
                evidence=said,
                change=Change(ONLY_INSURED),
            )
        ]
        if self.owed:
            rule = self.law.words(UNPAID_RULE)
            months = [run.first.plus(more) for run in self.owed for more in range(run.months)]
            payers = dict.fromkeys(payer.name for month in months for payer in self.months.owing(month))
            said_of = PAY.about(payers=", ".join(payers), months=", ".join(map(str, months)))
            change = Change(said_of, counted(self.owed))
            asked.append(
                claim(
                    "PAID_FOR",
                    PAID_FOR,
                    rule.source,
                    is_met=False,
                    evidence=Evidence(self.owed),
                    change=change,
                    cites=(rule,),
                )
            )
        return asked

    def now_if(self, is_met: bool) -> Month | None:  # noqa: FBT001 -- it is the question
        """The month of the day where an event in it is covered; of any other nothing is known."""
        return self.facts.month if is_met else None

    def earliest_in(self, window: int, last: Month, need: int) -> Month:
        """The earliest month by which so many count of the last ones, if each one after the last does."""
        further = next(
            more
            for more in range(need + 1)
            if more + counted(self.months.between(last.plus(more - window + 1), last)) >= need
        )
        return last.plus(further)

    @cached_property
    def _answer(self) -> Answer | None:
        try:
            said = self.rule.says(self)
            rules = self._rules()
        except NoParameter:
            return None
        if not rules:
            return said
        found = said.determination
        return replace(said, determination=replace(found, cites=(*found.cites, *rules)))

    def _rules(self) -> list[Citation]:
        """The rules by which months are counted, where it took them.

        Raises: NoParameter.
        """
        rules: list[Citation] = []
        if self.months.has_two_employers:
            rules.append(self.law.words(TWO_EMPLOYERS_RULE))
        if self.months.unpaid:
            rules.append(self.law.words(UNPAID_RULE))
        return rules

    def _cap(self, month: Month) -> int:
        law = SOCIAL_INSURANCE.on(month.last_day, self.whole.parameters)
        factor, level = ceiling(law, "retirement_survivor", Payer.PRIVATE, Region.I)
        return dong(factor.value * level.value)


def _if_also(found: Determination, *conditions: Condition) -> Determination:
    """What follows from all that a law asks for, where these conditions are met besides."""
    said = found.condition
    condition = all_of(said.code, said.words, said.article, *conditions, *said.parts)
    findings = found.findings if condition.is_met else {"eligible": False}
    return replace(found, condition=condition, findings=findings)


def _amount(found: Determination, name: str) -> int:
    """An amount in đồng that was found; 0 where it was not."""
    amount = found.findings.get(name, 0)
    return amount if isinstance(amount, int) else 0


def _sickness(case: RegimeCoverage) -> Answer:
    """A day off sick, and how many of a year are paid."""
    leave = SickLeave(case.last_salary, days=1, years=case.months.count // MONTHS_IN_YEAR)
    found = _if_also(sickness(case.law, leave), *case.insured(article(case.law, "24", "42")))
    return Answer(found, case.now_if(found.is_met), _amount(found, "amount"), EstimateUnit.DAY, SICK_DAY)


def _maternity(case: RegimeCoverage) -> Answer:
    """A child that is born on the day: of the mother, else what a father gets."""
    month = case.facts.month
    is_late = case.facts.day.day >= MIDDLE_OF_MONTH and case.months.between(month, month)
    last = month if is_late else month.plus(-1)
    first = last.plus(1 - MONTHS_IN_YEAR)
    by_duty = within(case.months.of(ContributionScheme.COMPULSORY).paid, first, last)
    paid = case.months.between(first, last)
    if paid and not by_duty:
        found = maternity_voluntary(case.law, months_in_12=counted(paid), children=1)
        return Answer(found, case.now_if(found.is_met), _amount(found, "amount"), words=ONE_CHILD)
    average = case.average(last)
    if case.facts.sex is Sex.MALE:
        found = maternity_father(case.law, Birth(), average=average)
        found = _if_also(found, *case.insured(article(case.law, "31", "50")))
        return Answer(found, case.now_if(found.is_met), _amount(found, "amount"), words=WIFE_BEARS)
    need = case.law.whole("maternity.qualifying.months_in_12")
    earliest = case.earliest_in(MONTHS_IN_YEAR, last, need.value)
    insured = Insured(
        counted(by_duty),
        total_months=case.months.count,
        evidence=replace(case.months.evidence(by_duty), enough_by=earliest),
    )
    found = maternity(case.law, Birth(), average=average, insured=insured)
    return Answer(found, month if found.is_met else earliest, _amount(found, "total"), words=ONE_CHILD)


def _pension(case: RegimeCoverage) -> Answer:
    """The pension of the day; before the age it is estimated for the months so far, and none is found."""
    facts, months, law, mean = case.facts, case.months, case.law, case.mean
    retirement = Retirement(
        sex=facts.sex,
        contribution_months=months.count,
        average_salary=_exact(mean),
        compulsory_months=months.of(ContributionScheme.COMPULSORY).count,
        joined=months.paid[0].first if months.paid else None,
        evidence=months.evidence(months.paid),
    )
    so_far = pension(law, retirement)
    reached, age = retirement_month(law, facts.birth, facts.sex)
    found = _if_also(so_far, age_reached(law, facts.birth, reached, article(law, "54", "64"), age))
    if not found.is_met:
        found = replace(found, findings=dict.fromkeys(so_far.findings, 0) | {"eligible": False})
    need = law.whole("pension_rate.minimum_years.years").value * MONTHS_IN_YEAR
    enough = months.month(need) or facts.month.plus(need - months.count)
    # The dead draw no pension later.
    earliest = max(reached, enough) if found.is_met or not facts.died_on else None
    return Answer(
        replace(found, cites=(*found.cites, *mean.cites)),
        earliest,
        _amount(so_far, "monthly"),
        EstimateUnit.MONTH,
        PENSION_NOW if found.is_met else PENSION_SO_FAR,
    )


def _exact(mean: Determination) -> Fraction:
    """The mean salary, not rounded."""
    found = mean.findings["average_exact"]
    assert isinstance(found, Fraction)  # noqa: S101 -- so the rule finds it
    return found


def _unemployment(case: RegimeCoverage) -> Answer:
    """The loss of work on the day; the last employer's region and scale say what caps the benefit."""
    law, facts = case.law, case.facts
    recently, window, _, _ = law.numbers("unemployment.condition", CONDITION).value
    recent = case.months.between(facts.month.plus(1 - window), facts.month)
    earliest = case.earliest_in(window, facts.month, recently)
    last = max(case.salaries, key=lambda each: each.months, default=None)
    employer = last.line.employer if last else None
    person = Unemployed(
        average=case.average(facts.month),
        months=_unused(case),
        region=employer.region if employer else Region.I,
        regime=Wages(last.line.regime) if last else Wages.PRIVATE,
        recent_months=counted(recent),
        draws_pension=any(
            benefit.kind is BenefitKind.PENSION and benefit.first <= facts.day for benefit in facts.benefits
        ),
        evidence=replace(case.months.evidence(recent), enough_by=earliest),
    )
    found = unemployment(law, person)
    return Answer(
        found,
        facts.month if found.is_met else earliest,
        _amount(found, "monthly"),
        EstimateUnit.MONTH,
        OUT_OF_WORK.about(months=found.findings["benefit_months"]),
    )


def _unused(case: RegimeCoverage) -> int:
    """The months that no benefit has used up; of those before one, what it left over is kept."""
    _, _, first, each, _ = case.law.numbers("unemployment.months", MONTHS).value
    begun = sorted(
        month_of(benefit.first)
        for benefit in case.facts.benefits
        if benefit.kind is BenefitKind.UNEMPLOYMENT and benefit.first <= case.facts.day
    )
    unused, since = 0, FIRST_OF_ALL
    for month in begun:
        used = unused + counted(case.months.between(since, month.plus(-1)))
        unused, since = max(0, used - first) % each, month
    return unused + counted(case.months.between(since, case.facts.month))


def _health(case: RegimeCoverage) -> Answer:
    """The share of costs that is paid, and since when one is insured without a break."""
    law, card = case.law, case.card
    level = law.share(f"health_insurance.benefit_level_digit.{card.level if card else USUAL_LEVEL}")
    condition = all_of(
        "HEALTH_COVER", COVERED, "Law on HI art.21-22", *case.insured("Law on HI art.12", INSURED_HEALTH)
    )
    days = [each.days for each in case.facts.cards] or [
        Validity(run.first.first_day, run.last.last_day) for run in case.months.paid
    ]
    unbroken = health_continuity(law, days, printed=card.five_years_on if card else None)
    cites: tuple[Citation, ...] = (level,)
    if condition.is_met and unbroken:
        findings = {"rate": level.value, **unbroken.findings, "eligible": True}
        cites = (level, *unbroken.cited)
    else:
        findings = {"eligible": condition.is_met}
    found = Determination("HEALTH_COVER", law.number, law.day, condition, findings, cites)
    return Answer(found, case.now_if(found.is_met))


def _work_injury(case: RegimeCoverage) -> Answer:
    """An accident or a disease that costs as much of the capacity to work as is paid monthly."""
    years = max(case.months.count // MONTHS_IN_YEAR, 1)
    injury = Injury(MONTHLY_FROM, case.last_salary, years)
    where = "Law 58/2014 art.42" if case.law.number == LAW_58 else "Law 84/2015 art.43"
    found = _if_also(work_injury(case.law, injury), *case.insured(where))
    words = LOSS.about(pct=MONTHLY_FROM)
    return Answer(found, case.now_if(found.is_met), _amount(found, "total"), EstimateUnit.MONTH, words)


def _survivors(case: RegimeCoverage) -> Answer:
    """The death of the person on the day: the funeral, a relative's monthly benefit, or the lump sum."""
    law, months, facts, mean = case.law, case.months, case.facts, case.whole.pension.mean
    by_duty = months.of(ContributionScheme.COMPULSORY)
    is_by_duty = by_duty.count >= FUNERAL_MONTHS or by_duty.count == months.count
    scheme, that_count = (Scheme.COMPULSORY, by_duty) if is_by_duty else (Scheme.VOLUNTARY, months)
    deceased = Deceased(
        that_count.count,
        scheme,
        is_pensioner=any(
            benefit.kind is BenefitKind.PENSION and benefit.first <= facts.day for benefit in facts.benefits
        ),
        evidence=that_count.evidence(that_count.paid),
    )
    before = counted(months.between(FIRST_OF_ALL, LAST_BEFORE_2014))
    paid = PaidIn(before, months.count - before, _exact(mean))
    buried, monthly = funeral(law, deceased), survivor_monthly(law, deceased, relatives=1)
    once = survivor_lump_sum_active(law, paid, scheme)
    where = article(law, "66-70", "85-89")
    parts = (buried.condition, monthly.condition, once.condition)
    findings = {
        "funeral": _amount(buried, "amount"),
        "monthly": _amount(monthly, "amount"),
        "lump_sum": 0 if monthly.is_met else _amount(once, "amount"),
    }
    cites = (*buried.cites, *monthly.cites, *once.cites, *mean.cites)
    condition = any_of("SURVIVORS", SURVIVORS, where, *parts)
    found = Determination("SURVIVORS", law.number, law.day, condition, findings, cites)
    earliest = facts.month if found.is_met else None
    if monthly.is_met:
        return Answer(found, earliest, findings["monthly"], EstimateUnit.MONTH, EACH_RELATIVE)
    return Answer(found, earliest, findings["lump_sum"], words=RELATIVES_ONCE)


BY_DUTY = {ContributionScheme.COMPULSORY: FIRST_OF_ALL}
BY_DUTY_OR_CHOICE = {**BY_DUTY, ContributionScheme.VOLUNTARY: FIRST_OF_ALL}
SICKNESS = CoverageRule(
    SOCIAL_INSURANCE, Fund.SICKNESS_MATERNITY, BY_DUTY, frozenset({BenefitKind.SICKNESS}), _sickness
)
MATERNITY = CoverageRule(
    SOCIAL_INSURANCE,
    Fund.SICKNESS_MATERNITY,
    {**BY_DUTY, ContributionScheme.VOLUNTARY: FIRST_OF_VOLUNTARY_MATERNITY},
    frozenset({BenefitKind.MATERNITY}),
    _maternity,
)
PENSION = CoverageRule(
    SOCIAL_INSURANCE,
    Fund.RETIREMENT_SURVIVORS,
    BY_DUTY_OR_CHOICE,
    frozenset({BenefitKind.PENSION}),
    _pension,
)
OF_UNEMPLOYMENT = CoverageRule(
    UNEMPLOYMENT,
    Fund.UNEMPLOYMENT,
    {ContributionScheme.COMPULSORY: FIRST_OF_UNEMPLOYMENT},
    frozenset({BenefitKind.UNEMPLOYMENT}),
    _unemployment,
)
OF_HEALTH = CoverageRule(
    HEALTH,
    Fund.HEALTH,
    {**BY_DUTY, ContributionScheme.HEALTH_ONLY: FIRST_OF_ALL},
    frozenset(),
    _health,
)
OF_WORK_INJURY = CoverageRule(
    WORK_INJURY,
    Fund.OCCUPATIONAL,
    BY_DUTY,
    frozenset({BenefitKind.WORK_INJURY_LUMP_SUM, BenefitKind.WORK_INJURY_MONTHLY}),
    _work_injury,
)
OF_SURVIVORS = CoverageRule(
    SOCIAL_INSURANCE,
    Fund.RETIREMENT_SURVIVORS,
    BY_DUTY_OR_CHOICE,
    frozenset({BenefitKind.SURVIVOR_LUMP_SUM, BenefitKind.SURVIVOR_MONTHLY}),
    _survivors,
)


@dataclass(frozen=True)
class Coverage:
    """What somebody is covered for, by regime."""

    facts: Facts
    parameters: Parameters
    _months: dict[Any, CoveredMonths] = field(default_factory=dict)

    @property
    def as_of(self) -> date:
        """The day that is told of."""
        return self.facts.day

    @cached_property
    def sickness(self) -> RegimeCoverage:
        """Ốm đau."""
        return RegimeCoverage(self, SICKNESS)

    @cached_property
    def maternity(self) -> RegimeCoverage:
        """Thai sản."""
        return RegimeCoverage(self, MATERNITY)

    @cached_property
    def pension(self) -> RegimeCoverage:
        """Hưu trí."""
        return RegimeCoverage(self, PENSION)

    @cached_property
    def unemployment(self) -> RegimeCoverage:
        """Thất nghiệp."""
        return RegimeCoverage(self, OF_UNEMPLOYMENT)

    @cached_property
    def health(self) -> RegimeCoverage:
        """Bảo hiểm y tế."""
        return RegimeCoverage(self, OF_HEALTH)

    @cached_property
    def work_injury(self) -> RegimeCoverage:
        """Tai nạn lao động, bệnh nghề nghiệp."""
        return RegimeCoverage(self, OF_WORK_INJURY)

    @cached_property
    def survivors(self) -> RegimeCoverage:
        """Tử tuất."""
        return RegimeCoverage(self, OF_SURVIVORS)

    @cached_property
    def _schemes(self) -> frozenset[ContributionScheme]:
        return frozenset(line.scheme for line in self.facts.lines)

    def months_of(self, rule: CoverageRule) -> CoveredMonths:
        """The months of a regime; regimes that look at the same lines, with the same owed, share them."""
        facts = self.facts
        owed = tuple(arrear for arrear in facts.arrears if arrear.fund is rule.fund)
        schemes = {scheme: first for scheme, first in rule.schemes.items() if scheme in self._schemes}
        key = (*schemes.items(), *owed)
        if key not in self._months:
            self._months[key] = covered_months(facts.lines, owed, schemes=schemes, until=facts.month)
        return self._months[key]
