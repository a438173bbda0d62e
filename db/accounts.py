"""Employers' accounts: what they owe and have paid, entered and never changed.

An entry says what is due for a month, or was paid for it, more than before; what corrects it is another
entry. PostgreSQL posts each to the account of its month and fund, and opens and settles arrears, whoever
enters it (`post_entries` in db/migrations).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    Index,
    Numeric,
    Select,
    Table,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    insert,
    literal_column,
    or_,
    select,
)
from sqlalchemy import column as named
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on

from db.connection import fetch, fetch_one
from db.contributions import contributions
from db.dossiers import Right
from db.employers import employer_accounts, employers
from db.metadata import key, metadata, moment, one_of, refers, words
from db.parameters import law_of
from db.payments import payments
from db.pool import Connection
from domain.contributions import Fund, Payer, Region, Tariff, due_on, tariffs
from domain.dossiers import Actor
from domain.filings import FIRST_MONTH
from domain.months import Month, month_of
from domain.payments import AmountRefused, Owed, ReferenceTaken, allocated
from domain.refusals import DayRefused, NotFound

# Sets our locks apart from those of others: the name in PostgreSQL's 64 bits.
ACCOUNTS = int.from_bytes(b"account")

employer_entries = Table(
    "employer_entries",
    metadata,
    key(),
    refers("employer_id", "employers.id", index=False),
    Column("month", Date, nullable=False),
    words("fund"),
    # In đồng; less than nothing where it corrects what was entered before.
    Column("due", BigInteger, nullable=False, server_default="0"),
    Column("paid", BigInteger, nullable=False, server_default="0"),
    # By which day the month is to be paid.
    Column("due_on", Date, nullable=False),
    refers("filing_id", "filings.id", nullable=True),
    refers("payment_id", "payments.id", nullable=True),
    moment("recorded_at"),
    Column("recorded_by", Uuid, nullable=False),
    one_of("fund", Fund),
    CheckConstraint("extract(day from month) = 1", name="month_first_day"),
    CheckConstraint(
        "CASE WHEN payment_id IS NULL THEN paid = 0 ELSE due = 0 AND filing_id IS NULL END",
        name="due_or_paid",
    ),
    Index("ix_employer_entries_employer_id_month", "employer_id", "month"),
)


@dataclass(frozen=True, slots=True)
class Holder:
    """The employer whose account is held: until the transaction ends, nobody else enters anything."""

    employer_id: UUID
    office_id: int
    region: Region
    payer: Payer

    def tariffs(self, month: Month) -> tuple[Tariff, ...]:
        """What it and its people owe each fund for a month."""
        return tariffs(law_of(month), self.region, self.payer)


# ------------------------------------------------------------------- one at a time ---


@lru_cache
def _holder(right: Right) -> Select[Any]:
    return select(employers.c.office_id, employers.c.region, employers.c.payer).where(
        employers.c.id == bindparam("employer_id"), right.policy(employers.c, right.kind)
    )


_ONE_AT_A_TIME = select(
    func.pg_advisory_xact_lock(func.hashtextextended(bindparam("employer", type_=Text), ACCOUNTS))
)


async def hold(connection: Connection, employer_id: UUID, right: Right) -> Holder:
    """Hold an employer's account, so that what follows is reckoned from what stands.

    Raises: NotFound where it is not the viewer's to enter something.
    """
    row = await fetch_one(connection, _holder(right), employer_id=employer_id)
    if row is None:
        raise NotFound(path=("employer",))
    await fetch(connection, _ONE_AT_A_TIME, employer=str(employer_id))
    return Holder(employer_id, row["office_id"], Region(row["region"]), Payer(row["payer"]))


# ------------------------------------------------------------------- what is due ---

_EMPLOYER = bindparam("employer_id", type_=Uuid)
_CHARGED = (
    select(employer_accounts.c.month)
    .distinct()
    .where(
        employer_accounts.c.employer_id == _EMPLOYER,
        employer_accounts.c.month >= bindparam("since", type_=Date),
    )
)
_tariff = (
    func.unnest(
        bindparam("months", type_=ARRAY(Date)),
        bindparam("funds", type_=ARRAY(Text)),
        bindparam("floors", type_=ARRAY(BigInteger)),
        bindparam("caps", type_=ARRAY(BigInteger)),
        bindparam("employee", type_=ARRAY(Numeric)),
        bindparam("employer", type_=ARRAY(Numeric)),
        bindparam("due_on", type_=ARRAY(Date)),
    )
    .table_valued(
        named("month", Date),
        named("fund", Text),
        named("floor", BigInteger),
        named("cap", BigInteger),
        named("employee", Numeric),
        named("employer", Numeric),
        named("due_on", Date),
        name="tariff",
    )
    .render_derived()
)
_month = (
    func.unnest(bindparam("of", type_=ARRAY(Date)))
    .table_valued(named("month", Date), name="reckoned")
    .render_derived()
)
_line = contributions.alias("line")
# Of each person in each month: what the line recorded last says.
_bases = (
    select(_month.c.month, _line.c.participant_id, _line.c.base)
    .ext(distinct_on(_month.c.month, _line.c.participant_id))
    .where(
        _line.c.employer_id == _EMPLOYER,
        _line.c.from_month <= _month.c.month,
        or_(_line.c.to_month.is_(None), _line.c.to_month >= _month.c.month),
    )
    .order_by(_month.c.month, _line.c.participant_id, _line.c.recorded_at.desc(), _line.c.id.desc())
    .cte("bases")
    .prefix_with("MATERIALIZED")
)
_counted = func.least(func.greatest(_bases.c.base, _tariff.c.floor), _tariff.c.cap)
_due = (
    select(
        _tariff.c.month,
        _tariff.c.fund,
        _tariff.c.due_on,
        # Each share is rounded half up by itself, as each is paid by itself.
        cast(
            func.coalesce(
                func.sum(
                    func.round(_counted * _tariff.c.employee) + func.round(_counted * _tariff.c.employer)
                ).filter(_bases.c.base > literal_column("0")),
                literal_column("0"),
            ),
            BigInteger,
        ).label("due"),
    )
    .select_from(_tariff.outerjoin(_bases, _bases.c.month == _tariff.c.month))
    .group_by(_tariff.c.month, _tariff.c.fund, _tariff.c.due_on)
    .subquery("reckoned_due")
)
_more = _due.c.due - func.coalesce(employer_accounts.c.due, literal_column("0"))
_CHARGE = insert(employer_entries).from_select(
    ["employer_id", "month", "fund", "due", "due_on", "filing_id", "recorded_by"],
    select(
        _EMPLOYER,
        _due.c.month,
        _due.c.fund,
        _more,
        _due.c.due_on,
        bindparam("filing_id", type_=Uuid),
        bindparam("by", type_=Uuid),
    )
    .select_from(
        _due.outerjoin(
            employer_accounts,
            (employer_accounts.c.employer_id == _EMPLOYER)
            & (employer_accounts.c.month == _due.c.month)
            & (employer_accounts.c.fund == _due.c.fund),
        )
    )
    .where(_more != literal_column("0"))
    .order_by(_due.c.month, _due.c.fund),
)


async def charge(
    connection: Connection,
    actor: Actor,
    holder: Holder,
    since: Month,
    *,
    filed: Month | None = None,
    filing_id: UUID | None = None,
) -> None:
    """Enter what the ledger has made due: for the month of a list, and for each month since that was charged.

    What was paid too much, or too early, goes to what is due now.
    Source: Law 41/2024 article 34; each fund's share of each person is rounded half up.
    """
    first = max(since, FIRST_MONTH).first_day
    rows = await fetch(connection, _CHARGED, employer_id=holder.employer_id, since=first)
    months = sorted({month_of(row["month"]) for row in rows} | ({filed} if filed else set()))
    dues = [(month, tariff) for month in months for tariff in holder.tariffs(month)]
    await fetch(
        connection,
        _CHARGE,
        employer_id=holder.employer_id,
        filing_id=filing_id,
        by=actor.principal,
        of=[month.first_day for month in months],
        months=[month.first_day for month, _ in dues],
        funds=[tariff.fund.value for _, tariff in dues],
        floors=[tariff.floor for _, tariff in dues],
        caps=[tariff.cap for _, tariff in dues],
        employee=[_decimal(tariff.employee) for _, tariff in dues],
        employer=[_decimal(tariff.employer) for _, tariff in dues],
        due_on=[due_on(law_of(month), month) for month, _ in dues],
    )
    await settle(connection, actor, holder)


def _decimal(rate: Any) -> Decimal:  # noqa: ANN401 -- a fraction
    """A rate as PostgreSQL reckons with it; every rate of the law is a decimal."""
    return Decimal(rate.numerator) / Decimal(rate.denominator)


# ------------------------------------------------------------------ what is paid ---

_entry = employer_entries.alias("entry")
_used = (
    select(func.coalesce(func.sum(_entry.c.paid), literal_column("0")))
    .where(_entry.c.payment_id == payments.c.id)
    .scalar_subquery()
)
_left = cast(payments.c.amount - _used, BigInteger)
_UNUSED = (
    select(payments.c.id, _left.label("left"))
    .where(payments.c.employer_id == _EMPLOYER, _left > literal_column("0"))
    .order_by(payments.c.paid_on, payments.c.id)
)
_OWED = select(
    employer_accounts.c.month,
    employer_accounts.c.fund,
    (employer_accounts.c.due - employer_accounts.c.paid).label("owed"),
).where(employer_accounts.c.employer_id == _EMPLOYER, employer_accounts.c.due > employer_accounts.c.paid)
_share = (
    func.unnest(
        bindparam("payments", type_=ARRAY(Uuid)),
        bindparam("months", type_=ARRAY(Date)),
        bindparam("funds", type_=ARRAY(Text)),
        bindparam("amounts", type_=ARRAY(BigInteger)),
        bindparam("due_on", type_=ARRAY(Date)),
    )
    .table_valued(
        named("payment_id", Uuid),
        named("month", Date),
        named("fund", Text),
        named("amount", BigInteger),
        named("due_on", Date),
        name="share",
    )
    .render_derived()
)
_PAY = insert(employer_entries).from_select(
    ["employer_id", "month", "fund", "paid", "due_on", "payment_id", "recorded_by"],
    select(
        _EMPLOYER,
        _share.c.month,
        _share.c.fund,
        _share.c.amount,
        _share.c.due_on,
        _share.c.payment_id,
        bindparam("by", type_=Uuid),
    ),
)


async def settle(connection: Connection, actor: Actor, holder: Holder) -> None:
    """Let what payments have left go to what is owed: to the oldest months first.

    What is left when nothing is owed stays with its payment, for what will be.
    """
    unused = await fetch(connection, _UNUSED, employer_id=holder.employer_id)
    if not unused:
        return
    owed = [
        Owed(month_of(row["month"]), Fund(row["fund"]), row["owed"])
        for row in await fetch(connection, _OWED, employer_id=holder.employer_id)
    ]
    shares = list(allocated([(row["id"], row["left"]) for row in unused], owed, law_of))
    if shares:
        await fetch(
            connection,
            _PAY,
            employer_id=holder.employer_id,
            by=actor.principal,
            payments=[share.payment for share in shares],
            months=[share.month.first_day for share in shares],
            funds=[share.fund.value for share in shares],
            amounts=[share.amount for share in shares],
            due_on=[due_on(law_of(share.month), share.month) for share in shares],
        )


_RECORD = (
    insert(payments)
    .values(
        {
            name: bindparam(name)
            for name in ("employer_id", "office_id", "amount", "paid_on", "reference", "recorded_by")
        }
    )
    .returning(payments.c.id)
)


async def pay(
    connection: Connection,
    actor: Actor,
    employer_id: UUID,
    *,
    amount: int,
    paid_on: date,
    reference: str,
    right: Right,
    today: date,
) -> UUID:
    """Record what an employer has paid, and let it go to what is owed.

    Raises: NotFound; AmountRefused; DayRefused; ReferenceTaken.
    """
    holder = await hold(connection, employer_id, right)
    if amount <= 0:
        raise AmountRefused(path=("amount",))
    first = FIRST_MONTH.first_day
    if not first <= paid_on <= today:
        raise DayRefused(path=("paidOn",), first=first, last=today)
    try:
        row = await fetch_one(
            connection,
            _RECORD,
            employer_id=employer_id,
            office_id=holder.office_id,
            amount=amount,
            paid_on=paid_on,
            reference=reference,
            recorded_by=actor.principal,
        )
    except asyncpg.UniqueViolationError as taken:
        raise ReferenceTaken(path=("reference",)) from taken
    assert row is not None  # noqa: S101 -- an insert returns its row
    await settle(connection, actor, holder)
    payment_id: UUID = row["id"]
    return payment_id
