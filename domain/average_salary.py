"""The mean salary, in đồng a month, on which long-term benefits rest.

Salaries that an employer fixed, and incomes chosen, count over the whole time, each year's multiplied by the
coefficient of the settlement year. Salaries on the State's scale count over the last years before retirement.

Source: Law 58/2014 articles 62, 63; Law 41/2024 articles 72, 73; the yearly circulars on coefficients.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from domain.determinations import Change, Determination, Words, article, claim
from domain.money import dong, weighted
from domain.months import MONTHS_IN_YEAR
from domain.parameters import Citation, Confidence, Dated, Law, NoParameter

PAID = Words("Có thời gian đóng bảo hiểm xã hội", "Has paid contributions")
PAY = Words("Chỉ khi đã đóng từ một tháng", "Only after a month or more of contributions")
BEFORE_1995 = 1995
# The years of a first contribution by which the State's scale looks back: below the year, this row.
LOOK_BACK = (
    (1995, "<1995"),
    (2001, "1995-2000"),
    (2007, "2001-2006"),
    (2016, "2007-2015"),
    (2020, "2016-2019"),
    (2025, "2020-2024"),
)
LATER = ">=2025"
WHOLE_TIME = "whole"
COEFFICIENTS, SETTLEMENT = "wage_adjustment_coefficients", "settlement_"


class Regime(StrEnum):
    """Who fixes what one contributes from: an employer, the State by its scale, oneself."""

    PRIVATE = "private"
    STATE = "state"
    VOLUNTARY = "voluntary"


@dataclass(frozen=True, slots=True)
class Period:
    """Months of one year with the same salary in đồng; a coefficient where the asker brings it."""

    year: int
    months: int
    salary: int
    regime: Regime = Regime.PRIVATE
    coefficient: Fraction | None = None


def average_salary(
    law: Law, *, settlement_year: int, periods: Iterable[Period], first_year: int | None = None
) -> Determination:
    """The mean salary, the sum it is made of, and over how many months.

    `first_year` is that of the first contribution; the first of the periods where it is not told.
    Raises: NoParameter. Source: Law 58/2014 articles 62, 63; Law 41/2024 articles 72, 73.
    """
    said = [period for period in periods if period.months]
    own = [period for period in said if period.regime is not Regime.STATE]
    state = [period for period in said if period.regime is Regime.STATE]
    months = sum(period.months for period in own)
    coefficients = [_coefficient(law, settlement_year, period) for period in own]
    total = weighted(
        [
            (coefficient.value, period.salary * period.months)
            for coefficient, period in zip(coefficients, own, strict=True)
        ]
    )
    cites: list[Citation] = [*coefficients]
    if state:
        first = min(period.year for period in said) if first_year is None else first_year
        window = _look_back(law, first)
        cites.append(window)
        last = list(_latest(state, window.value))
        last_months = sum(period.months for period in last)
        last_total = Fraction(sum(period.salary * period.months for period in last))
        # Beside other salaries the mean of the last years stands for the whole time on the State's scale.
        weight = sum(period.months for period in state) if own else last_months
        months += weight
        total += last_total / last_months * weight
    condition = claim("PAID", PAID, article(law, "62", "72"), is_met=months > 0, change=Change(PAY))
    mean = total / months if months else Fraction(0)
    return Determination(
        "AVERAGE_SALARY",
        law.number,
        law.day,
        condition,
        {"average": dong(mean), "average_exact": mean, "sum": dong(total), "months": months},
        tuple(cites),
    )


def _coefficient(law: Law, settlement_year: int, period: Period) -> Dated[Fraction]:
    """What a year's salary is multiplied by when settled in another; one that is brought wins.

    Raises: NoParameter.
    """
    path = f"{COEFFICIENTS}.{SETTLEMENT}{settlement_year}.{_row_of(period.year)}"
    if period.coefficient is not None:
        return Dated(period.coefficient, path, "given", Confidence.KNOWN)
    return law.share(path)


def known_settlement(law: Law, first_year: int) -> int:
    """The year nearest to the law's day whose coefficients are known back to a first year.

    Raises: NoParameter.
    """
    known = (
        int(name.removeprefix(SETTLEMENT))
        for name in law.parameters.tree[COEFFICIENTS]
        if name.startswith(SETTLEMENT)
    )
    row = _row_of(first_year)
    found = [year for year in known if law.has(f"{COEFFICIENTS}.{SETTLEMENT}{year}.{row}")]
    if not found:
        raise NoParameter(f"{COEFFICIENTS} for {first_year}")
    return min(found, key=lambda year: (abs(year - law.day.year), year))


def _row_of(year: int) -> str:
    """The row of a year's coefficient."""
    return str(year) if year >= BEFORE_1995 else "before_1995"


def _look_back(law: Law, first_year: int) -> Dated[int | None]:
    """How many months before retirement count on the State's scale; None for all.

    Raises: NoParameter.
    """
    row = next((row for below, row in LOOK_BACK if first_year < below), LATER)
    path = f"average_salary_window_years.{row}"
    years = law.words(path)
    if years.value == WHOLE_TIME:
        return Dated(None, path, years.source, years.confidence)
    return Dated(law.whole(path).value * MONTHS_IN_YEAR, path, years.source, years.confidence)


def _latest(periods: list[Period], months: int | None) -> Iterable[Period]:
    """The latest periods that fill so many months, the first of them cut to fit; told later is later."""
    if months is None:
        yield from periods
        return
    for period in sorted(periods, key=lambda period: period.year)[::-1]:
        taken = min(period.months, months)
        if not taken:
            return
        yield Period(period.year, taken, period.salary, period.regime)
        months -= taken
