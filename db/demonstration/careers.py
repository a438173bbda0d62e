"""Working lives, and the ledger that they leave: a line for each change."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import NamedTuple

from db.demonstration.employers import Employer
from db.demonstration.moments import YEAR, Instant, Month, first_day, in_days_of, last_day, month, month_of
from db.demonstration.people import FEMALE, Person
from db.demonstration.wages import (
    FIRST_MONTH,
    base_salary,
    changes,
    highest_base,
    lowest_income,
    minimum_wage,
)

THOUSAND = 1_000
# Voluntary insurance with the State's support is offered since 2018; few took part before 2016.
VOLUNTARY_FROM = month(2016)
RISE_OF_COEFFICIENT, YEARS_TO_RISE = 0.33, 3


class Line(NamedTuple):
    """A line of the ledger."""

    from_month: Month
    to_month: Month | None
    base: int
    recorded: Instant


@dataclass(frozen=True, slots=True)
class Job:
    """Somebody's time with an employer; `ended` is the last month, None while it goes on."""

    employer: Employer
    position: str
    started: Month
    ended: Month | None
    first_day: int = 1
    lines: tuple[Line, ...] = ()

    @property
    def started_on(self) -> date:
        """The first day."""
        return first_day(self.started).replace(day=self.first_day)

    @property
    def ended_on(self) -> date | None:
        """The last day; None while it goes on."""
        return None if self.ended is None else last_day(self.ended)

    def until(self, last: Month) -> Month:
        """The last month of it up to the month `last`."""
        return last if self.ended is None else self.ended


def retires_in(person: Person) -> Month:
    """The month of retirement age (Labour Code article 169, ND 135/2020 article 4)."""
    if person.sex == FEMALE:
        born, age, step, most = month_of(person.birth_date), 55, 4, 60 * YEAR
    else:
        born, age, step, most = month_of(person.birth_date), 60, 3, 62 * YEAR
    year = person.birth_date.year + age
    return born + min(age * YEAR + step * max(0, year - 2020), most)


def jobs_of(
    random: Random, person: Person, employers: Sequence[Employer], region: str, last: Month
) -> list[Job]:
    """A working life up to the month `last`: jobs one after another, with raises, gaps and corrections."""
    weights = [employer.weight for employer in employers]
    starts_at = 18 * YEAR + int(random.triangular(0, 12 * YEAR, 3 * YEAR))
    start = max(FIRST_MONTH + random.randrange(YEAR), month_of(person.birth_date) + starts_at)
    end_of_work = min(retires_in(person), last + 1)
    jobs: list[Job] = []
    while start < end_of_work - 1:
        employer = random.choices(employers, weights)[0]
        position = random.choice(tuple(employer.trade.positions))
        end = start + int(random.lognormvariate(4.0, 0.7))
        ended = end if end < end_of_work - 1 else None
        if ended is None and end_of_work <= last:
            ended = end_of_work - 1
        job = Job(employer, position, start, ended, random.choice((1, 1, 1, 3, 5, 8, 10)))
        jobs.append(with_lines(random, job, region, last))
        if ended is None:
            break
        start = ended + 1 + int(random.expovariate(0.2))
    return jobs


def with_lines(random: Random, job: Job, region: str, last: Month) -> Job:
    """The job with its lines up to the month `last`, in the order of their recording."""
    lines = list(raises(random, job, region, last))
    if random.random() < 0.1:
        lines += _correction(random, job, lines, last)
    if random.random() < 0.08:
        lines += _unpaid_leave(random, job, last)
    if job.ended is not None:
        # Nothing is due after the end.
        lines.append(Line(job.ended + 1, None, 0, in_days_of(random, job.ended + 1, 1, 9)))
    return replace(job, lines=tuple(sorted(lines, key=lambda line: line.recorded)))


def raises(random: Random, job: Job, region: str, last: Month) -> Iterator[Line]:
    """A line for each salary: raised in January, moved by the law, between its floor and its cap."""
    low, high = job.employer.trade.positions[job.position]
    multiple = random.uniform(low, high)
    wage = multiple * minimum_wage(region, job.started)
    base = 0
    for of in range(job.started, job.until(last) + 1):
        is_january = of % YEAR == 0
        if of != job.started and not is_january and of not in changes():
            continue
        if job.employer.trade.is_state:
            rises = (of - job.started) // (YEARS_TO_RISE * YEAR)
            wage = round(multiple + rises * RISE_OF_COEFFICIENT, 2) * base_salary(of)
            now = min(round(wage), highest_base(of))
        else:
            if of != job.started and is_january and random.random() < 0.85:
                wage *= 1 + random.uniform(0.02, 0.09)
            wage = max(wage, minimum_wage(region, of))
            now = min(round(wage / THOUSAND) * THOUSAND, highest_base(of))
        if now != base:
            yield Line(of, None, now, in_days_of(random, of, 10, 24))
        base = now


def _correction(random: Random, job: Job, lines: Sequence[Line], last: Month) -> Iterator[Line]:
    """Some months were reported wrong: a later line sets them right and leaves the rest."""
    nth = random.randrange(len(lines))
    wrong = lines[nth]
    until = lines[nth + 1].from_month - 1 if nth + 1 < len(lines) else job.until(last)
    to_month = min(wrong.from_month + random.randrange(3), until)
    recorded_in = to_month + random.randint(1, 3)
    if to_month >= wrong.from_month and recorded_in <= last:
        right = min(wrong.base + random.randint(1, 8) * 50 * THOUSAND, highest_base(wrong.from_month))
        yield Line(wrong.from_month, to_month, right, in_days_of(random, recorded_in, 25, 28))


def _unpaid_leave(random: Random, job: Job, last: Month) -> Iterator[Line]:
    """A month or two without salary, for which nothing is due (Law 41/2024 article 33(5))."""
    until = job.until(last)
    if until - job.started > YEAR:
        from_month = random.randint(job.started + 3, until - 3)
        to_month = from_month + random.randrange(2)
        yield Line(from_month, to_month, 0, in_days_of(random, from_month, 25, 28))


def bases(lines: Sequence[Line], since: Month, until: Month) -> list[int]:
    """What the contribution of each month is reckoned on: the line recorded last wins."""
    known = [0] * (until - since + 1)
    for line in lines:
        to_month = until if line.to_month is None else min(line.to_month, until)
        for of in range(max(line.from_month, since), to_month + 1):
            known[of - since] = line.base
    return known


def voluntary_lines(random: Random, start: Month, last: Month) -> Iterator[Line]:
    """Voluntary insurance, chosen and paid year by year; somebody skips a year now and then."""
    times = random.choice((1, 1, 1, 1.4, 2, 3))
    for of in range(max(start, VOLUNTARY_FROM), last + 1, YEAR):
        if of == start or random.random() > 0.06:
            income = round(times * lowest_income(of) / (50 * THOUSAND)) * 50 * THOUSAND
            yield Line(of, of + YEAR - 1, max(income, lowest_income(of)), in_days_of(random, of, 1, 20))


def health_lines(random: Random, start: Month, last: Month) -> Iterator[Line]:
    """Health insurance alone, paid for a year at a time, reckoned on the base salary."""
    for of in range(start, last + 1, YEAR):
        yield Line(of, of + YEAR - 1, base_salary(of), in_days_of(random, of, 1, 20))
