"""Benefits in payment: pensions of those who have worked, and social pensions of the old who have none.

The ledger begins in 2010, and pensions rest on the years before it, too: so what a pension comes to is drawn
by chance from what the law gives, on the mean of the bases that are known.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from db.demonstration.careers import Job, bases, retires_in
from db.demonstration.moments import YEAR, Month, first_day, month_of
from db.demonstration.people import Person
from db.demonstration.wages import base_salary

LEAST_RATE, MOST_RATE = 0.45, 0.75
# Law 41/2024 article 21, ND 176/2025.
SOCIAL_PENSION_FROM, SOCIAL_PENSION_AGE, SOCIAL_PENSION = month_of(date(2025, 7, 1)), 75, 500_000


@dataclass(frozen=True, slots=True)
class Payment:
    """Something that is paid monthly, from a day on until the person's death."""

    kind: str
    amount: int
    valid_from: date


def payments_to(random: Random, person: Person, jobs: Sequence[Job], until: Month) -> Iterator[Payment]:
    """What somebody is paid, as far as the month `until`."""
    if jobs:
        # From the month after that of the age, and after the last of work.
        retired = 1 + max(retires_in(person), jobs[-1].ended or until)
        if retired <= until:
            known = [base for job in jobs for base in bases(job.lines, job.started, job.until(until)) if base]
            pension = round(random.uniform(LEAST_RATE, MOST_RATE) * sum(known) / len(known))
            yield Payment("PENSION", max(pension, base_salary(retired)), first_day(retired))
        return
    since = max(SOCIAL_PENSION_FROM, month_of(person.birth_date) + SOCIAL_PENSION_AGE * YEAR + 1)
    if since <= until:
        yield Payment("SOCIAL_PENSION", SOCIAL_PENSION, first_day(since))
