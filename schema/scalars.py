"""The scalars of the portal. PostgreSQL writes their values as JSON, so the way out leaves text as it is."""

import re
from datetime import date, datetime
from fractions import Fraction
from typing import Any, NewType

import strawberry
from graphql import GraphQLError
from sqlalchemy import Text, literal_column
from strawberry.types.scalar import ScalarDefinition

from domain.months import Month, written_month
from selection.cursors import Cursor

MOST_DONG = 2**53 - 1  # the largest whole number that every JSON reader keeps exactly

# As PostgreSQL writes a month, by to_char.
MONTH = literal_column("'YYYY-MM'", Text)

Dong = NewType("Dong", int)
Share = NewType("Share", Fraction)
# Enough for every rate and coefficient that is published; what is longer only takes longer to count with.
SHARE = re.compile(r"[0-9]{1,3}(\.[0-9]{1,8})?")


def _read_date(value: Any) -> date:  # noqa: ANN401 -- what a client sent
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise GraphQLError("A date is written as 2026-11-23.") from error


def _read_instant(value: Any) -> datetime:  # noqa: ANN401 -- what a client sent
    try:
        instant = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise GraphQLError("An instant is written as 2026-11-23T08:00:00+07:00.") from error
    if instant.tzinfo is None:
        raise GraphQLError("An instant needs its offset, such as 2026-11-23T08:00:00+07:00.")
    return instant


def _read_dong(value: Any) -> int:  # noqa: ANN401 -- what a client sent
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MOST_DONG:
        raise GraphQLError("An amount is a whole number of đồng.")
    return value


def _read_share(value: Any) -> Fraction:  # noqa: ANN401 -- what a client sent
    if not isinstance(value, str) or not SHARE.fullmatch(value):
        raise GraphQLError('A share is written as "0.0825": at most 8 decimals.')
    return Fraction(value)


def _read_month(value: Any) -> Month:  # noqa: ANN401 -- what a client sent
    try:
        return written_month(value)
    except (TypeError, ValueError) as error:
        raise GraphQLError("A month is written as 2026-11.") from error


def _read_cursor(value: Any) -> str:  # noqa: ANN401 -- what a client sent
    if not isinstance(value, str):
        raise GraphQLError("A cursor is a text that a list gave.")
    return value


def _written(value: date | str) -> str:
    return value if isinstance(value, str) else value.isoformat()


SCALARS: dict[object, ScalarDefinition] = {
    date: strawberry.scalar(
        name="Date",
        description="A calendar date in Vietnam (Asia/Ho_Chi_Minh), as 2026-11-23 (ISO 8601).",
        serialize=_written,
        parse_value=_read_date,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="An instant in UTC with its offset, as 2026-11-23T01:00:00.123456+00:00 (RFC 3339).",
        serialize=_written,
        parse_value=_read_instant,
    ),
    Month: strawberry.scalar(
        name="Month",
        description="A calendar month in Vietnam, as 2026-11 (ISO 8601).",
        serialize=str,
        parse_value=_read_month,
    ),
    Dong: strawberry.scalar(
        name="Dong",
        description="An amount of money in whole Vietnamese đồng, never a fraction.",
        serialize=int,
        parse_value=_read_dong,
    ),
    Share: strawberry.scalar(
        name="Share",
        description='An exact share or factor, as "0.0825": text, since numbers in JSON may be rounded.',
        serialize=str,
        parse_value=_read_share,
    ),
    Cursor: strawberry.scalar(
        name="Cursor",
        description="The place of a row in a list: opaque, valid for the same list in the same order.",
        serialize=str,
        parse_value=_read_cursor,
    ),
}
