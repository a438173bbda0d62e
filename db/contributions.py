"""The ledger of contributions: lines that are added and never changed.

A line says: from this month to that month (both included; no end: until a later line says otherwise) the
contribution of this person at this employer is reckoned on this base, in đồng a month; 0 means that
nothing is due. For a month, an employer and a scheme the line recorded last wins, so a correction is a
new line. Nothing is ever updated or deleted: what the agency knew at an instant is the lines recorded by
then.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    Date,
    Index,
    Table,
    Uuid,
    and_,
    cast,
    func,
    literal_column,
    or_,
    select,
    true,
    union,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.elements import KeyedColumnElement

from db.metadata import instant, key, metadata, one_of, refers, words
from domain.contributions import ContributionScheme

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
    one_of("scheme", ContributionScheme),
    CheckConstraint(
        "extract(day from from_month) = 1 AND extract(day from to_month) = 1", name="months_first_day"
    ),
    CheckConstraint("to_month >= from_month", name="period_ordered"),
    CheckConstraint("base >= 0", name="base_not_negative"),
    CheckConstraint("(scheme = 'COMPULSORY') = (employer_id IS NOT NULL)", name="employer_where_compulsory"),
    Index("ix_contributions_participant_id_recorded_at_id", "participant_id", "recorded_at", "id"),
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
