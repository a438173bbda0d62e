"""Days that a decision makes working or free; they win over the calendar of the law."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Boolean, Column, Date, Table, cast, func, literal_column, select

from db.connection import fetch
from db.metadata import PUBLIC, metadata, words
from db.pool import Connection

# The date in Vietnam, read once a statement.
TODAY = select(
    cast(func.timezone(literal_column("'Asia/Ho_Chi_Minh'"), func.statement_timestamp()), Date)
).scalar_subquery()

calendar_overrides = Table(
    "calendar_overrides",
    metadata,
    Column("day", Date, primary_key=True),
    Column("is_working", Boolean, nullable=False),
    words("decision"),
    info=PUBLIC,
)

_ALL = select(calendar_overrides.c.day, calendar_overrides.c.is_working)


async def overrides(connection: Connection) -> Mapping[date, bool]:
    """The days that a decision changed, and whether each is a working day."""
    return {row["day"]: row["is_working"] for row in await fetch(connection, _ALL)}
