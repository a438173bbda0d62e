"""Work accidents and occupational diseases: what is paid by the loss of working capacity, and for a death.

The salary is that of the month before, in đồng; the base salary is that of the month of the event.
Source: Law 58/2014 articles 43 to 52 until 2016-06-30; Law 84/2015 articles 45 to 54 from 2016-07-01, with
the same figures.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Self

from domain.determinations import Change, Condition, Determination, Finding, Words, all_of, at_least, claim
from domain.money import dong
from domain.numerals import written
from domain.parameters import Citation, Dated, Law, NoParameter

LAW_58 = "58/2014"
LUMP_SUM_FROM, MONTHLY_FROM = 5, 31  # percent lost
BANDS_OF_CONVALESCENCE = ((51, ">=51%"), (31, "31-50%"), (0, "<=30%"))
# Such as `5 x base + 0.5 x base per extra %`: so much at first, and so much for each further one.
STEPS = re.compile(r"(\d+(?:\.\d+)?)(%?)\s.*\+ (\d+(?:\.\d+)?)(%?)\s.*")
# Such as `0.25 at home / 0.40 at a centre`.
PLACES = re.compile(r"(?P<home>\d+\.\d+) at home / (?P<centre>\d+\.\d+) at a centre")

ENTITLED = Words(
    "Được hưởng chế độ tai nạn lao động, bệnh nghề nghiệp",
    "Entitled to the benefit of work accidents and occupational diseases",
)
LOST = Words("Suy giảm khả năng lao động từ {need}%", "{need} percent of the capacity to work lost, or more")
LESS_THAN_MONTHLY = Words(
    "Suy giảm dưới {monthly}%, mức hưởng một lần", "Less than {monthly} percent lost, which pays at once"
)
PAID_MONTHLY = Words("Từ {monthly}% hưởng hằng tháng", "From {monthly} percent it pays monthly")
BY_ACCIDENT = Words("Do tai nạn lao động", "By a work accident")
BY_DISEASE = Words("Do bệnh nghề nghiệp", "By an occupational disease")
DIED = Words("Chết do tai nạn lao động, bệnh nghề nghiệp", "Died of a work accident or occupational disease")
RECOVERING = Words("Sức khỏe chưa phục hồi sau khi điều trị", "Not yet well again after treatment")


class Cause(StrEnum):
    """What the loss comes from; both give the same."""

    ACCIDENT = "accident"
    DISEASE = "disease"


@dataclass(frozen=True, slots=True)
class Injury:
    """Percent of the capacity to work lost, salary in đồng of the month before, full years in the fund.

    `needs_attendance` says that the spine is paralysed, or both eyes, two limbs or the mind are lost.
    """

    loss_pct: int
    salary: int = 0
    fund_years: int = 1
    needs_attendance: bool = False
    cause: Cause = Cause.ACCIDENT


@dataclass(frozen=True, slots=True)
class Steps:
    """So much at first, and so much for each further one."""

    first: Fraction
    further: Fraction

    @classmethod
    def read(cls, words: str) -> Self:
        """The figures of a text such as `0.5% (<=1 year) + 0.3% per further year x salary`.

        Raises: ValueError.
        """
        if not (found := STEPS.fullmatch(words)):
            raise ValueError(words)
        first, first_sign, further, further_sign = found.groups()
        return cls(_share(first, first_sign), _share(further, further_sign))

    def __str__(self) -> str:
        return f"{written(self.first)} + {written(self.further)}"

    def at(self, more: int) -> Fraction:
        """What it is with so many more than at first."""
        return self.first + self.further * max(more, 0)


def work_injury(law: Law, injury: Injury) -> Determination:
    """What a loss gives: nothing below 5 %, a lump sum up to 30 %, and a monthly payment from 31 %.

    Raises: NoParameter. Source: Law 84/2015 articles 45 to 49; Law 58/2014 articles 43, 44, 46, 47.
    """
    if injury.loss_pct >= MONTHLY_FROM:
        return work_injury_monthly(law, injury)
    return work_injury_lump_sum(law, injury)


def work_injury_lump_sum(law: Law, injury: Injury) -> Determination:
    """Đồng paid at once for a loss of 5 to 30 %, by its degree and by the years in the fund.

    Raises: NoParameter. Source: Law 84/2015 article 48; Law 58/2014 article 46.
    """
    said = _article(law, "46", "48")
    condition = all_of(
        "WORK_INJURY_LUMP_SUM",
        ENTITLED,
        said,
        _cause(law, injury),
        at_least("LOSS", LOST, said, injury.loss_pct, LUMP_SUM_FROM),
        claim(
            "LESS_THAN_MONTHLY",
            LESS_THAN_MONTHLY.about(monthly=MONTHLY_FROM),
            said,
            is_met=injury.loss_pct < MONTHLY_FROM,
            change=Change(PAID_MONTHLY.about(monthly=MONTHLY_FROM)),
        ),
    )
    return _paid(law, injury, condition, "lump_sum", LUMP_SUM_FROM, Fraction(0), ())


def work_injury_monthly(law: Law, injury: Injury) -> Determination:
    """Đồng a month for a loss from 31 %, by degree and years in the fund, and for attendance from 81 %.

    Raises: NoParameter. Source: Law 84/2015 articles 49, 52; Law 58/2014 articles 47, 50.
    """
    said = _article(law, "47", "49")
    condition = all_of(
        "WORK_INJURY_MONTHLY",
        ENTITLED,
        said,
        _cause(law, injury),
        at_least("LOSS", LOST, said, injury.loss_pct, MONTHLY_FROM),
    )
    needed = law.whole("work_injury.attendance_allowance.from_pct")
    factor = law.multiple("work_injury.attendance_allowance")
    is_attended = injury.needs_attendance and injury.loss_pct >= needed.value
    attendance = factor.value if is_attended else Fraction(0)
    return _paid(law, injury, condition, "monthly", MONTHLY_FROM, attendance, (needed, factor))


def work_injury_death(law: Law) -> Determination:
    """Đồng paid at once to the family for a death, 36 base salaries; survivors' benefits are apart.

    Raises: NoParameter. Source: Law 84/2015 article 53; Law 58/2014 article 51.
    """
    factor, base = law.multiple("work_injury.death_lump_sum"), law.whole("base_salary")
    condition = claim("DIED", DIED, _article(law, "51", "53"), is_met=True)
    findings: dict[str, Finding] = {"lump_sum": dong(factor.value * base.value), "eligible": True}
    return Determination("WORK_INJURY_DEATH", law.number, law.day, condition, findings, (factor, base))


def work_injury_convalescence(
    law: Law, *, loss_pct: int, days: int, is_at_centre: bool = False
) -> Determination:
    """Days of getting well again after treatment that are paid, and đồng: a share of the base salary a day.

    Under Law 58/2014 the share is greater at a centre than at home.
    Raises: NoParameter. Source: Law 84/2015 article 54; Law 58/2014 article 52.
    """
    band = next(band for least, band in BANDS_OF_CONVALESCENCE if loss_pct >= least)
    limit, base = law.whole(f"work_injury.convalescence_days.{band}"), law.whole("base_salary")
    rate = _rate_of_convalescence(law, "centre" if is_at_centre else "home")
    paid = min(days, limit.value)
    condition = claim("RECOVERING", RECOVERING, _article(law, "52", "54"), is_met=days > 0)
    findings: dict[str, Finding] = {
        "max_days": limit.value,
        "paid_days": paid,
        "amount": dong(rate.value * base.value * paid),
    }
    cites = (limit, rate, base)
    return Determination("WORK_INJURY_CONVALESCENCE", law.number, law.day, condition, findings, cites)


def _article(law: Law, under_58: str, under_84: str) -> str:
    """The article of the law that the asker names."""
    return f"Law 58/2014 art.{under_58}" if law.number == LAW_58 else f"Law 84/2015 art.{under_84}"


def _cause(law: Law, injury: Injury) -> Condition:
    """Does the loss come from work?"""
    if injury.cause is Cause.DISEASE:
        return claim("OCCUPATIONAL_DISEASE", BY_DISEASE, _article(law, "44", "46"), is_met=True)
    return claim("WORK_ACCIDENT", BY_ACCIDENT, _article(law, "43", "45"), is_met=True)


def _paid(
    law: Law,
    injury: Injury,
    condition: Condition,
    kind: str,
    at_first: int,
    attendance: Fraction,
    cites: tuple[Citation, ...],
) -> Determination:
    """Base salaries by degree, salaries by years in the fund, base salaries for attendance, and their sum."""
    base = law.whole("base_salary")
    degree, years = (law.figure(f"work_injury.{kind}.{part}", Steps.read) for part in ("base", "seniority"))
    is_met = int(condition.is_met)
    by_degree = is_met * base.value * degree.value.at(injury.loss_pct - at_first)
    by_seniority = is_met * injury.salary * years.value.at(injury.fund_years - 1)
    for_attendance = is_met * base.value * attendance
    findings: dict[str, Finding] = {
        "by_degree": dong(by_degree),
        "by_seniority": dong(by_seniority),
        "attendance": dong(for_attendance),
        "total": dong(by_degree + by_seniority + for_attendance),
        "eligible": condition.is_met,
    }
    return Determination(
        condition.code, law.number, law.day, condition, findings, (base, degree, years, *cites)
    )


def _share(figure: str, sign: str) -> Fraction:
    """The figure, a hundredth where it is a percentage."""
    return Fraction(figure) / (100 if sign else 1)


def _rate_of_convalescence(law: Law, place: str) -> Dated[Fraction]:
    """The share of the base salary for a day; under Law 58/2014 by the place.

    Raises: NoParameter.
    """
    path = "work_injury.convalescence_rate"
    if law.number != LAW_58:
        return law.multiple(path)
    said = law.words(path)
    if not (read := PLACES.fullmatch(said.value)):
        raise NoParameter(f"{path} on {law.day} is {said.value!r}")
    return Dated(Fraction(read[place]), said.path, said.source, said.confidence)
