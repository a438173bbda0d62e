"""The ledger of contributions: lines that are added and never changed.

A line says: from this month to that month (both included; no end: until a later line says otherwise) the
contribution of this person at this employer is reckoned on this base, in đồng a month; 0 means that
nothing is due. For a month, an employer and a scheme the line recorded last wins, so a correction is a
new line. Nothing is ever updated or deleted: what the agency knew at an instant is the lines recorded by
then.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    Date,
    Index,
    Table,
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    func,
    insert,
    literal_column,
    or_,
    select,
    true,
    union,
)
from sqlalchemy import column as named
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by, distinct_on
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.elements import KeyedColumnElement

from db.connection import fetch
from db.metadata import instant, key, metadata, one_of, refers, words
from db.pool import Connection, Record
from domain.contributions import ContributionScheme
from domain.dossiers import Actor
from domain.months import Month

contributions = Table(
    "contributions",
    metadata,
    key(),
    refers("participant_id", "participants.id", index=False),
    # Absent where the person pays alone: voluntary insurance, household health insurance.
    refers("employer_id", "employers.id", nullable=True),
    words("scheme"),
    Column("from_month", Date, nullable=False),
    Column("to_month", Date),
    Column("base", BigInteger, nullable=False),
    instant("recorded_at", default=True),
    Column("recorded_by", Uuid),
    # The employer's list that says so; absent where no list does.
    refers("filing_id", "filings.id", nullable=True),
    one_of("scheme", ContributionScheme),
    CheckConstraint(
        "extract(day from from_month) = 1 AND extract(day from to_month) = 1", name="months_first_day"
    ),
    CheckConstraint("to_month >= from_month", name="period_ordered"),
    CheckConstraint("base >= 0", name="base_not_negative"),
    CheckConstraint("(scheme = 'COMPULSORY') = (employer_id IS NOT NULL)", name="employer_where_compulsory"),
    Index("ix_contributions_participant_id_recorded_at_id", "participant_id", "recorded_at", "id"),
    Index("ix_contributions_employer_id_from_month", "employer_id", "from_month"),
)

Columns = ReadOnlyColumnCollection[str, KeyedColumnElement[Any]]

A_MONTH: ColumnElement[Any] = literal_column("INTERVAL '1 month'")


def reaches(line: Columns, month: ColumnElement[Any]) -> ColumnElement[bool]:
    """Does this line speak of the month?"""
    return and_(line.from_month <= month, or_(line.to_month.is_(None), line.to_month >= month))


def runs(
    line: Columns,
    participant_id: ColumnElement[Any],
    *,
    until: ColumnElement[Any],
    known_at: ColumnElement[Any] | None = None,
) -> ColumnElement[Any]:
    """A person's months in runs of equal ones, oldest first, as JSON.

    A run is `[scheme, employer, from, to, base, line]`, with the line that says so. Months without a base are
    in none, nor are months after `until`, the first day of one, and lines recorded after `known_at`.

    Between two months in which a line begins or has ended nothing changes, so only these are looked at.
    """
    known = (
        select(
            line.id,
            line.scheme,
            line.employer_id,
            line.from_month,
            line.to_month,
            line.base,
            line.recorded_at,
        )
        .where(
            line.participant_id == participant_id,
            line.from_month <= until,
            true() if known_at is None else line.recorded_at <= known_at,
        )
        # Whose lines they are, the statement around says: of itself a CTE would look at everybody there is.
        .correlate_except(line.id.table)
        .cte("known", nesting=True)
    )
    begun = select(known.c.scheme, known.c.employer_id, known.c.from_month.label("first"))
    after = cast(func.least(known.c.to_month, until) + A_MONTH, Date)
    marks = union(begun, select(known.c.scheme, known.c.employer_id, after)).subquery("marks")
    last = func.lead(marks.c.first).over(
        partition_by=(marks.c.scheme, marks.c.employer_id), order_by=marks.c.first
    )
    stretches = select(
        marks.c.scheme, marks.c.employer_id, marks.c.first, cast(last - A_MONTH, Date).label("last")
    ).subquery("stretches")
    standing = known.alias("standing")
    says = (
        select(standing.c.id, standing.c.base)
        .where(
            standing.c.scheme == stretches.c.scheme,
            standing.c.employer_id.is_not_distinct_from(stretches.c.employer_id),
            reaches(standing.c, stretches.c.first),
        )
        .order_by(standing.c.recorded_at.desc(), standing.c.id.desc())
        .limit(literal_column("1"))
        .lateral("says")
    )
    run = func.json_build_array(
        stretches.c.scheme,
        stretches.c.employer_id,
        stretches.c.first,
        stretches.c.last,
        says.c.base,
        says.c.id,
    )
    return (
        select(func.json_agg(aggregate_order_by(run, stretches.c.first, stretches.c.scheme, says.c.id)))
        .select_from(stretches.join(says, true()))
        .where(and_(stretches.c.last.is_not(None), says.c.base > literal_column("0")))
        .add_cte(known, nest_here=True)
        .scalar_subquery()
    )


# ---------------------------------------------------------------- what is added ---

_EMPLOYER, _MONTH = bindparam("employer_id", type_=Uuid), bindparam("month", type_=Date)
_before = contributions.alias("before")
# Asked of all an employer's lines at once: to look for ten thousand people one by one takes far longer.
_STANDING = (
    select(_before.c.participant_id, _before.c.base, _before.c.to_month, _before.c.recorded_at, _before.c.id)
    .ext(distinct_on(_before.c.participant_id))
    .where(
        _before.c.employer_id == _EMPLOYER,
        _before.c.from_month <= _MONTH,
        or_(_before.c.to_month.is_(None), _before.c.to_month >= _MONTH),
    )
    .order_by(_before.c.participant_id, _before.c.recorded_at.desc(), _before.c.id.desc())
)
_LATER = select(_before.c.participant_id, _before.c.from_month, _before.c.recorded_at, _before.c.id).where(
    _before.c.employer_id == _EMPLOYER, _before.c.from_month > _MONTH
)
_said = (
    func.unnest(
        bindparam("people", type_=ARRAY(Uuid)),
        bindparam("bases", type_=ARRAY(BigInteger)),
        bindparam("to_months", type_=ARRAY(Date)),
    )
    .table_valued(
        named("participant_id", Uuid), named("base", BigInteger), named("to_month", Date), name="said"
    )
    .render_derived()
)
_ADD = insert(contributions).from_select(
    [
        "participant_id",
        "employer_id",
        "scheme",
        "from_month",
        "to_month",
        "base",
        "recorded_at",
        "recorded_by",
        "filing_id",
    ],
    select(
        _said.c.participant_id,
        _EMPLOYER,
        literal_column("'COMPULSORY'", Text),
        _MONTH,
        _said.c.to_month,
        _said.c.base,
        # After whatever this transaction has waited for, so that what is recorded last is what is said last.
        func.statement_timestamp(),
        bindparam("by", type_=Uuid),
        bindparam("filing_id", type_=Uuid),
    ),
)

# Of whom, on which base, to which month where there is a last one.
Said = tuple[UUID, int, Month | None]


async def add_lines(
    connection: Connection,
    actor: Actor,
    employer_id: UUID,
    month: Month,
    lines: Iterable[Said],
    *,
    filing_id: UUID | None = None,
) -> None:
    """Add what an employer says from a month on; what stands already is not said again.

    Whoever calls holds the employer's account.
    """
    since = {"employer_id": employer_id, "month": month.first_day}
    standing = {row["participant_id"]: row for row in await fetch(connection, _STANDING, **since)}
    later: defaultdict[UUID, list[Record]] = defaultdict(list)
    for row in await fetch(connection, _LATER, **since):
        later[row["participant_id"]].append(row)
    new = [line for line in lines if not _stands(line, standing.get(line[0]), later.get(line[0], ()))]
    if new:
        people, bases, to_months = zip(*new, strict=True)
        await fetch(
            connection,
            _ADD,
            **since,
            people=people,
            bases=bases,
            to_months=[last and last.first_day for last in to_months],
            by=actor.principal,
            filing_id=filing_id,
        )


def _stands(said: Said, standing: Record | None, later: Iterable[Record]) -> bool:
    """Whether the same base stands for as long, and nothing else was said since of a later month."""
    _, base, to_month = said
    last = to_month and to_month.first_day
    if standing is None:
        is_same, recorded = base == 0, None
    else:
        stands_to = standing["to_month"]
        is_same = base == standing["base"] and (stands_to is None or (last is not None and last <= stands_to))
        recorded = standing["recorded_at"], standing["id"]
    return is_same and not any(
        (last is None or line["from_month"] <= last)
        and (recorded is None or (line["recorded_at"], line["id"]) > recorded)
        for line in later
    )
