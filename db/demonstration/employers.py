"""Employers, and what they owe and have paid."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

import yaml

from db.demonstration.moments import CLOSES_S, YEAR, Month, first_day, instant, key, last_day, month
from db.demonstration.offices import Office
from db.demonstration.people import Serials, heroes, tax_code
from db.demonstration.rows import Rows
from db.demonstration.wages import rates
from domain.contributions import Payer
from domain.names import folded

# How far back the accounts of ordinary employers go; what was before is settled and closed.
ACCOUNT_MONTHS = 2 * YEAR
# One employer for so many people of an office.
PEOPLE_AN_EMPLOYER = 30
# What an employer in difficulty pays first: its people keep their health cards.
PAID_FIRST = frozenset({"HEALTH", "UNEMPLOYMENT"})
# Since when a month is paid by the end of the next.
NEXT_MONTH_FROM = month(2025, 7)
FOUNDED = first_day(month(2009))


@dataclass(frozen=True, slots=True)
class Trade:
    """What an employer does; see trades.yaml. A position has the range of its first salary."""

    names: tuple[str, ...]
    group: str
    positions: Mapping[str, tuple[float, float]]
    is_state: bool = False


@dataclass(slots=True)
class Employer:
    """An employer. `weight` says how many of the office's people work for it, in proportion to the others'.

    `unpaid` are the months of which it paid nothing but `paid_first`; `payroll` has the bases of each month.
    """

    id: bytes
    name: str
    code: str
    tax_code: str
    trade: Trade
    weight: float
    unpaid: frozenset[Month] = frozenset()
    paid_first: frozenset[str] = frozenset()
    account_since: Month | None = None
    payroll: defaultdict[Month, list[int]] = field(default_factory=lambda: defaultdict(list))

    def account_from(self, last: Month) -> Month:
        """The first month of its account."""
        return self.account_since or last - ACCOUNT_MONTHS + 1


@cache
def _document() -> Mapping[str, Any]:
    document: Mapping[str, Any] = yaml.safe_load(
        files(__package__).joinpath("trades.yaml").read_text("utf-8")
    )
    return document


@cache
def trades() -> tuple[tuple[Trade, ...], tuple[int, ...]]:
    """The trades, and how frequent each is."""
    listed = _document()["trades"]
    return (
        tuple(
            Trade(
                names=tuple(trade["names"]),
                group=trade["group"],
                positions={name: (low, high) for name, (low, high) in trade["positions"].items()},
                is_state=trade.get("is_state", False),
            )
            for trade in listed
        ),
        tuple(trade["share"] for trade in listed),
    )


@cache
def _list(of: str) -> tuple[str, ...]:
    return tuple(_document()[of])


def employers_of(
    random: Random, office: Office, serials: Serials, people: int, last: Month
) -> Iterator[Employer]:
    """The employers of an office with so many people: a few large ones and many small ones."""
    kinds, shares = trades()
    taken: set[str] = set()
    for number in range(max(2, people // PEOPLE_AN_EMPLOYER)):
        trade = random.choices(kinds, shares)[0]
        name = _a_name(random, trade, office, number)
        while name in taken:
            name = _a_name(random, trade, office, number)
        taken.add(name)
        unpaid, paid_first = _debts(random, last)
        yield Employer(
            id=key(random, instant(FOUNDED, number)),
            name=name,
            code=f"{trade.group}{number + 100:04d}"
            if number < 9_900
            else f"{trade.group}{number // 10:04d}{number % 10}",
            tax_code=tax_code(serials, office.province.tax),
            trade=trade,
            weight=min(random.paretovariate(1.1), 60),
            unpaid=unpaid,
            paid_first=paid_first,
        )


def _a_name(random: Random, trade: Trade, office: Office, number: int) -> str:
    first, second = random.choice(_list("first_words")), random.choice(_list("second_words"))
    word = f"{first} {second}" if first != second else f"{first} {second} {number + 1}"
    return random.choice(trade.names).format(
        word=word, place=office.name, hero=heroes().any(random), number=number + 1
    )


def _debts(random: Random, last: Month) -> tuple[frozenset[Month], frozenset[str]]:
    """Which months an employer has not paid: mostly none, sometimes the newest, sometimes some older ones."""
    chance = random.random()
    paid_first = PAID_FIRST if random.random() < 0.5 else frozenset[str]()
    if chance < 0.07:
        return frozenset(range(last - random.randrange(1, 7), last + 1)), paid_first
    if chance < 0.10:
        first = last - random.randrange(8, ACCOUNT_MONTHS)
        return frozenset(range(first, first + random.randrange(2, 6))), paid_first
    # The month before is due by the end of this one (Law 41/2024 article 34(4)): many have not paid it yet.
    return (frozenset({last}) if chance < 0.5 else frozenset()), frozenset()


def add_employer(rows: Rows, employer: Employer, office: Office) -> None:
    """Add an employer and its account."""
    rows.add(
        "employers",
        id=employer.id,
        office_id=office.id,
        code=employer.code,
        name=employer.name,
        folded_name=folded(employer.name),
        tax_code=employer.tax_code,
        region=office.province.wages,
        payer=Payer.STATE_SALARY if employer.trade.is_state else Payer.PRIVATE,
    )
    for of, bases in sorted(employer.payroll.items()):
        for fund, thousandths in rates(of).items():
            # Rounded half up for each person, as the agency reckons each person's contribution.
            due = sum((base * thousandths + 500) // 1_000 for base in bases)
            is_paid = of not in employer.unpaid or fund in employer.paid_first
            if due:
                rows.add(
                    "employer_accounts",
                    employer_id=employer.id,
                    month=first_day(of),
                    fund=fund,
                    due=due,
                    paid=due if is_paid else 0,
                )
            if due and not is_paid:
                since = instant(last_day(of), CLOSES_S)
                rows.add(
                    "employer_arrears",
                    id=key(Random(f"{employer.code} {employer.tax_code} {of} {fund}"), since),
                    employer_id=employer.id,
                    month=first_day(of),
                    fund=fund,
                    due_on=due_on(of),
                    since=since,
                )


def due_on(of: Month) -> date:
    """By which day an employer pays for a month.

    Source: Law 41/2024 article 34(4), the last day of the next month; before it the last day of the month.
    """
    return last_day(of + 1 if of >= NEXT_MONTH_FROM else of)
