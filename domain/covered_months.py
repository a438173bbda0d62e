"""The months of a ledger that count: of some schemes, paid into one fund, each once however many pay for it.

A month that an employer owes is unpaid, not missing: it counts once it is paid.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from itertools import groupby, pairwise

from domain.average_salary import Regime
from domain.contributions import ContributionScheme, Fund, Payer, Region
from domain.determinations import Evidence
from domain.months import Month, Run, counted, month_at, runs, united, within, without


class MonthsStanding(StrEnum):
    """How months stand with a regime."""

    MISSING = "MISSING"
    PAID = "PAID"
    UNPAID = "UNPAID"


class BaseOfTwoEmployers(StrEnum):
    """What counts of a month in which two employers pay, as `contributions.base_of_two_employers` has it."""

    FIRST_CONTRACT = "first_contract"
    HIGHEST = "highest"
    SUM_TO_CAP = "sum_to_cap"


@dataclass(frozen=True, slots=True)
class Employer:
    """Who pays for somebody, and where: wages that it fixes itself, or those of the State's scale."""

    id: str
    name: str
    payer: Payer = Payer.PRIVATE
    region: Region = Region.I


@dataclass(frozen=True, slots=True)
class Line:
    """Months of the ledger with one base, in đồng, and the key of the row that says so."""

    scheme: ContributionScheme
    employer: Employer | None
    months: Run
    base: int
    row: str

    @property
    def regime(self) -> Regime:
        """Who fixed the base: an employer, the State by its scale, oneself."""
        if self.scheme is ContributionScheme.VOLUNTARY:
            return Regime.VOLUNTARY
        is_state = self.employer is not None and self.employer.payer is Payer.STATE_SALARY
        return Regime.STATE if is_state else Regime.PRIVATE


@dataclass(frozen=True, slots=True)
class Arrear:
    """A month that an employer, by its identifier, owes to a fund."""

    employer: str
    fund: Fund
    month: Month


@dataclass(frozen=True, slots=True)
class Stretch:
    """Months of a line, which are all paid, or none of them is."""

    line: Line
    months: Run
    is_paid: bool


@dataclass(frozen=True, slots=True)
class CoveragePeriod:
    """Months one after the other of one scheme and employer, and how they stand."""

    scheme: ContributionScheme
    employer: Employer | None
    months: Run
    standing: MonthsStanding


@dataclass(frozen=True, slots=True)
class CoverageGap:
    """Months that do not count: without insurance, or unpaid, and who did not pay."""

    months: Run
    standing: MonthsStanding
    employers: tuple[Employer, ...] = ()


@dataclass(frozen=True)
class CoveredMonths:
    """The months of a regime, from the first on which it counts them: what is covered, paid and unpaid."""

    stretches: tuple[Stretch, ...]

    def of(self, scheme: ContributionScheme) -> "CoveredMonths":
        """Those of one scheme."""
        if all(each.line.scheme is scheme for each in self.stretches):
            return self
        return CoveredMonths(tuple(each for each in self.stretches if each.line.scheme is scheme))

    @cached_property
    def insured(self) -> tuple[Run, ...]:
        """All months, paid or not."""
        return united(stretch.months for stretch in self.stretches)

    @cached_property
    def paid(self) -> tuple[Run, ...]:
        """The months that count: somebody paid."""
        if all(stretch.is_paid for stretch in self.stretches):
            return self.insured
        return united(stretch.months for stretch in self.stretches if stretch.is_paid)

    @cached_property
    def unpaid(self) -> tuple[Run, ...]:
        """The months for which nobody paid who should have."""
        return () if self.paid is self.insured else without(self.insured, self.paid)

    @cached_property
    def count(self) -> int:
        """How many months count."""
        return counted(self.paid)

    def between(self, first: Month, last: Month) -> tuple[Run, ...]:
        """Those of the months that count that lie between two, both included."""
        return within(self.paid, first, last)

    def evidence(self, months: tuple[Run, ...]) -> Evidence:
        """Months that count, and the rows that say so."""
        whole = months is self.paid
        rows = (
            stretch.line.row
            for stretch in self.stretches
            if stretch.is_paid and (whole or any(run.meets(stretch.months) for run in months))
        )
        return Evidence(months, tuple(dict.fromkeys(rows)))

    def month(self, number: int) -> Month | None:
        """The month with which so many have been counted; None where there are fewer."""
        return month_at(self.paid, number)

    @cached_property
    def periods(self) -> list[CoveragePeriod]:
        """The months by scheme, employer and standing, in as few runs as there are, oldest first."""
        alike: dict[tuple[ContributionScheme, Employer | None, bool], list[Run]] = {}
        for stretch in self.stretches:
            key = (stretch.line.scheme, stretch.line.employer, stretch.is_paid)
            alike.setdefault(key, []).append(stretch.months)
        return sorted(
            (
                CoveragePeriod(
                    scheme, employer, run, MonthsStanding.PAID if is_paid else MonthsStanding.UNPAID
                )
                for (scheme, employer, is_paid), months in alike.items()
                for run in united(months)
            ),
            key=lambda period: (period.months, period.scheme, period.employer.id if period.employer else ""),
        )

    def gaps(self, until: Month) -> list[CoverageGap]:
        """The months from the first one on until a month that do not count, oldest first."""
        if not self.insured:
            return []
        whole = (Run(self.insured[0].first, until),)
        missing = [CoverageGap(run, MonthsStanding.MISSING) for run in without(whole, self.insured)]
        return sorted([*missing, *self._unpaid_gaps()], key=lambda gap: gap.months)

    def owing(self, month: Month) -> tuple[Employer, ...]:
        """Who did not pay for a month."""
        return tuple(
            stretch.line.employer
            for stretch in self.stretches
            if stretch.line.employer and not stretch.is_paid and stretch.months.has(month)
        )

    def _unpaid_gaps(self) -> Iterator[CoverageGap]:
        months = (run.first.plus(more) for run in self.unpaid for more in range(run.months))
        for employers, alike in groupby(months, self.owing):
            for run in runs(alike):
                yield CoverageGap(run, MonthsStanding.UNPAID, employers)

    @cached_property
    def has_two_employers(self) -> bool:
        """Whether a month counts for which several paid."""
        return sum(stretch.months.months for stretch in self.stretches if stretch.is_paid) > self.count

    def salaries(self, rule: BaseOfTwoEmployers, cap: Callable[[Month], int]) -> list[Stretch]:
        """The months that count, each once, with the base that counts; `cap` says the most of a month."""
        paid = [stretch for stretch in self.stretches if stretch.is_paid]
        if not self.has_two_employers:
            return paid
        marks = {each.months.first for each in paid} | {each.months.last.plus(1) for each in paid}
        found = []
        for first, after in pairwise(sorted(marks)):
            several = [each for each in paid if each.months.has(first)]
            whole = Run(first, after.plus(-1))
            # Only a cap can differ from month to month.
            is_capped = len(several) > 1 and rule is BaseOfTwoEmployers.SUM_TO_CAP
            spans = [Run(first.plus(n), first.plus(n)) for n in range(whole.months)] if is_capped else [whole]
            for span in spans if several else ():
                line = min(several, key=self._begun).line
                base = line.base
                if rule is BaseOfTwoEmployers.HIGHEST:
                    base = max(each.line.base for each in several)
                elif is_capped:
                    base = min(sum(each.line.base for each in several), cap(span.first))
                found.append(Stretch(replace(line, base=base), span, is_paid=True))
        return found

    def _begun(self, stretch: Stretch) -> tuple[Month, str]:
        """Since when the employer of a stretch has insured without a break; then, by the row."""
        employer = stretch.line.employer
        spells = united(each.months for each in self.stretches if each.line.employer == employer)
        spell = next(spell for spell in spells if stretch.months.first <= spell.last)
        return spell.first, stretch.line.row


def covered_months(
    lines: Iterable[Line],
    owed: Iterable[Arrear],
    *,
    schemes: Mapping[ContributionScheme, Month],
    until: Month,
) -> CoveredMonths:
    """The months of schemes, each from a month on, until a month; with what is owed for them."""
    unpaid: dict[str, list[Month]] = {}
    for arrear in owed:
        unpaid.setdefault(arrear.employer, []).append(arrear.month)
    found: list[Stretch] = []
    for line in lines:
        if line.scheme in schemes:
            for months in within((line.months,), schemes[line.scheme], until):
                found += _stretches(line, months, unpaid.get(line.employer.id, ()) if line.employer else ())
    return CoveredMonths(tuple(found))


def _stretches(line: Line, months: Run, owed: Collection[Month]) -> list[Stretch]:
    """The months of a line, apart where they are paid and where not."""
    unpaid = owed and runs(month for month in owed if months.has(month))
    if not unpaid:
        return [Stretch(line, months, is_paid=True)]
    found = [Stretch(line, run, is_paid=False) for run in unpaid]
    found += [Stretch(line, run, is_paid=True) for run in without((months,), unpaid)]
    return sorted(found, key=lambda stretch: stretch.months)
