"""Filings: employers' lists of months, and the act of filing one. A list is taken whole or not at all."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    any_,
    bindparam,
    func,
    insert,
    literal_column,
    or_,
    select,
)
from sqlalchemy import column as named
from sqlalchemy.dialects.postgresql import ARRAY

from db.accounts import charge, hold
from db.connection import fetch, fetch_one
from db.contributions import A_MONTH, add_lines, contributions
from db.dossiers import Right
from db.employments import employments
from db.metadata import key, metadata, moment, refers
from db.notices import notices
from db.pool import Connection
from domain.dossiers import Actor
from domain.filings import MOST_LINES, Employed, FiledLine, check_count, check_lines, check_month
from domain.months import Month, month_of

filings = Table(
    "filings",
    metadata,
    key(),
    refers("employer_id", "employers.id", index=False),
    # The employer's office, here so that the row's policy needs no other protected table.
    refers("office_id", "offices.id"),
    Column("month", Date, nullable=False),
    Column("line_count", Integer, nullable=False),
    moment("filed_at"),
    Column("filed_by", Uuid, nullable=False),
    CheckConstraint("extract(day from month) = 1", name="month_first_day"),
    CheckConstraint(f"line_count BETWEEN 1 AND {MOST_LINES}", name="line_count_bounded"),
    Index("ix_filings_employer_id_id", "employer_id", "id"),
)

_numbered = (
    func.employed_by_number(
        bindparam("employer_id", type_=Uuid), bindparam("numbers", type_=ARRAY(LargeBinary))
    )
    .table_valued(named("number", LargeBinary), named("participant_id", Uuid), name="numbered")
    .render_derived()
)
_BY_NUMBER = select(_numbered.c.number, _numbered.c.participant_id)
_month = bindparam("month", type_=Date)
_EMPLOYED = (
    select(
        employments.c.participant_id,
        func.bool_or(employments.c.ended_on.is_(None)).label("goes_on"),
        func.max(employments.c.ended_on).label("ended_on"),
    )
    .where(
        employments.c.employer_id == bindparam("employer_id"),
        employments.c.participant_id == any_(bindparam("people", type_=ARRAY(Uuid))),
        employments.c.started_on < _month + A_MONTH,
        or_(employments.c.ended_on.is_(None), employments.c.ended_on >= _month),
    )
    .group_by(employments.c.participant_id)
)
_FILE = (
    insert(filings)
    .values(
        {name: bindparam(name) for name in ("employer_id", "office_id", "month", "line_count", "filed_by")}
    )
    .returning(filings.c.id)
)
_TELL = insert(notices).from_select(
    ["participant_id", "kind", "employer_id", "from_month", "to_month", "filing_id"],
    select(
        contributions.c.participant_id,
        literal_column("'CONTRIBUTION_CHANGED'", Text),
        contributions.c.employer_id,
        contributions.c.from_month,
        contributions.c.to_month,
        contributions.c.filing_id,
    ).where(contributions.c.filing_id == bindparam("filing_id", type_=Uuid)),
)


async def file(
    connection: Connection,
    actor: Actor,
    employer_id: UUID,
    month: Month,
    lines: Sequence[FiledLine],
    *,
    right: Right,
    today: date,
) -> UUID:
    """File an employer's list of a month: say so in the ledger, tell whom it concerns, charge what is due.

    What stands already is neither said nor told again.
    Raises: NotFound; FilingMonthRefused; LineCountRefused; Refusals, with what is wrong with which line.
    Source: Law 41/2024 articles 31 to 34.
    """
    holder = await hold(connection, employer_id, right)
    check_month(month, this_month=month_of(today))
    check_count(lines)
    employed = await _employed(connection, employer_id, month, lines)
    check_lines(lines, month=month, employed=employed, tariffs=holder.tariffs(month))
    filing = await fetch_one(
        connection,
        _FILE,
        employer_id=employer_id,
        office_id=holder.office_id,
        month=month.first_day,
        line_count=len(lines),
        filed_by=actor.principal,
    )
    assert filing is not None  # noqa: S101 -- an insert returns its row
    filing_id: UUID = filing["id"]
    await add_lines(
        connection,
        actor,
        employer_id,
        month,
        # Of whom the employment has ended meanwhile, not beyond its end.
        [
            (line.participant_id, line.base, line.to_month or employed[line.participant_id])
            for line in lines
            if line.participant_id
        ],
        filing_id=filing_id,
    )
    await fetch(connection, _TELL, filing_id=filing_id)
    await charge(connection, actor, holder, month, filed=month, filing_id=filing_id)
    return filing_id


async def employed_by_number(
    connection: Connection, employer_id: UUID, numbers: Sequence[bytes]
) -> dict[bytes, UUID]:
    """Who of those that work or worked for an employer is named by which number, each by its blind index."""
    rows = await fetch(connection, _BY_NUMBER, employer_id=employer_id, numbers=numbers)
    return {row["number"]: row["participant_id"] for row in rows}


async def _employed(
    connection: Connection, employer_id: UUID, month: Month, lines: Sequence[FiledLine]
) -> Employed:
    rows: list[Any] = await fetch(
        connection,
        _EMPLOYED,
        employer_id=employer_id,
        people=[line.participant_id for line in lines if line.participant_id],
        month=month.first_day,
    )
    return {row["participant_id"]: None if row["goes_on"] else month_of(row["ended_on"]) for row in rows}
