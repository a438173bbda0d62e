"""Health insurance cards, as ages, jobs and payments give them: one card until something changes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from db.demonstration.careers import Job, Line, retires_in
from db.demonstration.moments import DAY, YEAR, Month, first_day, last_day
from db.demonstration.people import Person
from domain.health_cards import Validity, continuous_since
from domain.months import MONTHS_IN_YEAR, months_later

# Ages: until when a card is free of charge, one goes to school, and studies; from when a card is free again.
SMALL_UNTIL, SCHOOL_UNTIL, STUDIES_UNTIL, OLD_FROM = 6, 18, 22, 80
# Law on HI article 16(3).
GAP_MONTHS = 3
FIVE_YEARS = 5 * MONTHS_IN_YEAR

CHILD, PUPIL, STUDENT, HOUSEHOLD = ("TE", 1), ("HS", 4), ("SV", 4), ("GD", 4)
PENSIONER, OLD = ("HT", 3), ("BT", 2)
EMPLOYEE, CIVIL_SERVANT = ("DN", 4), ("HC", 4)


@dataclass(frozen=True, slots=True)
class Card:
    """A card: the letters and the level, and its days; an end that is open has not come."""

    kind: tuple[str, int]
    first: date
    last: date = date.max

    @property
    def level(self) -> int:
        """The digit of the level."""
        return self.kind[1]


def cards_of(
    person: Person, jobs: Sequence[Job], paid: Sequence[Line], *, since: date, until: Month
) -> list[Card]:
    """The cards of somebody who is insured since a day, oldest first, as far as the month `until`."""
    ends = person.died_on or date.max
    begun = sorted(_claims(person, jobs, paid, since, until), key=lambda card: card.first)
    following: list[Card] = []
    for card in begun:
        before = following[-1] if following else None
        if before and before.kind == card.kind and before.last >= card.first - DAY:
            following[-1] = replace(before, last=max(before.last, card.last))
            continue
        # Who has a card with one right has none with another: the newer one holds.
        if before and before.last >= card.first:
            following[-1] = replace(before, last=card.first - DAY)
        following.append(card)
    return [
        replace(card, last=min(card.last, ends)) for card in following if card.first <= min(card.last, ends)
    ]


def _claims(
    person: Person, jobs: Sequence[Job], paid: Sequence[Line], since: date, until: Month
) -> Iterator[Card]:
    """What gives a card: an age, a job, a pension, a payment."""
    school, old = _birthday(person, SMALL_UNTIL), _birthday(person, OLD_FROM)
    today = last_day(until)
    if since < school:
        yield Card(CHILD, since, school - DAY)
        if not paid and school <= today < _birthday(person, SCHOOL_UNTIL):
            yield Card(PUPIL, school)
    for job in jobs:
        yield Card(
            CIVIL_SERVANT if job.employer.trade.is_state else EMPLOYEE,
            job.started_on,
            job.ended_on or date.max,
        )
    for line in paid:
        first = first_day(line.from_month)
        last = date.max if line.to_month is None else last_day(line.to_month)
        age = person.age(first)
        yield Card(
            PUPIL if age < SCHOOL_UNTIL else STUDENT if age < STUDIES_UNTIL else HOUSEHOLD, first, last
        )
    if jobs and (retired := 1 + max(retires_in(person), jobs[-1].ended or until)) <= until:
        yield Card(PENSIONER, first_day(retired))
    elif old <= today:
        yield Card(OLD, max(old, since))


def _birthday(person: Person, age: int) -> date:
    return months_later(person.birth_date, age * YEAR)


def five_years_on(cards: Sequence[Card], card: Card) -> date:
    """What is printed on a card: from which day on five years without a break are reached."""
    known = [Validity(each.first, each.last) for each in cards if each.first <= card.first]
    since = continuous_since(known, card.first, GAP_MONTHS)
    assert since is not None  # noqa: S101 -- the card itself is valid that day
    return months_later(since, FIVE_YEARS)
