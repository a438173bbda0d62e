"""Rows in the binary form in which PostgreSQL takes them fastest.

Source: the PostgreSQL manual, COPY, "Binary Format".
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from struct import Struct
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, Integer, LargeBinary, SmallInteger, Text, Uuid
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import TIMESTAMP

from db.demonstration.moments import POSTGRES_EPOCH
from db.tables import metadata

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
NULL = b"\xff\xff\xff\xff"
COUNT, LENGTH = Struct("!h"), Struct("!i")
ARRAY_HEAD = Struct("!iiIii")
TEXT_OID = 25  # of PostgreSQL's type text
TRUTH, SMALL, WHOLE, LARGE = Struct("!i?"), Struct("!ih"), Struct("!ii"), Struct("!iq")
FIRST_ORDINAL = POSTGRES_EPOCH.toordinal()

Encode = Callable[[Any], bytes]


def _binary(value: bytes) -> bytes:
    return LENGTH.pack(len(value)) + value


def _text(value: str) -> bytes:
    return _binary(value.encode())


def _day(value: date) -> bytes:
    return WHOLE.pack(4, value.toordinal() - FIRST_ORDINAL)


def _small(value: int) -> bytes:
    return SMALL.pack(2, value)


def _truth(value: bool) -> bytes:  # noqa: FBT001 -- as the others
    return TRUTH.pack(1, value)


def _whole(value: int) -> bytes:
    return WHOLE.pack(4, value)


def _large(value: int) -> bytes:
    return LARGE.pack(8, value)


def _texts(values: Sequence[str]) -> bytes:
    """A row of texts: how many dimensions, no nulls, texts, how many, numbered from 1."""
    return _binary(ARRAY_HEAD.pack(1, 0, TEXT_OID, len(values), 1) + b"".join(map(_text, values)))


# Values are given as Python has them, but keys as 16 bytes, and instants as `moments` counts them.
ENCODERS: dict[type, Encode] = {
    postgresql.ARRAY: _texts,
    BigInteger: _large,
    Boolean: _truth,
    Date: _day,
    Integer: _whole,
    LargeBinary: _binary,
    SmallInteger: _small,
    TIMESTAMP: _large,
    Text: _text,
    Uuid: _binary,
}


@cache
def _encoders(table: str) -> Mapping[str, Encode]:
    return {column.name: ENCODERS[type(column.type)] for column in metadata.tables[table].columns}


class Rows:
    """Rows of several tables: each row a tuple of the binary form, each with all columns of its table."""

    def __init__(self) -> None:
        self.tuples: dict[str, bytearray] = {}

    def add(self, table: str, **values: Any) -> None:  # noqa: ANN401 -- what the table's columns take
        """Add a row; a column that is not named is NULL."""
        encoders = _encoders(table)
        if not values.keys() <= encoders.keys():
            raise TypeError(f"{table} has no column {', '.join(values.keys() - encoders.keys())}")
        named = values.get
        fields = [
            NULL if (value := named(name)) is None else encode(value) for name, encode in encoders.items()
        ]
        self.tuples.setdefault(table, bytearray()).extend(COUNT.pack(len(fields)) + b"".join(fields))

    def take(self, other: "Rows") -> None:
        """Add the rows of another."""
        for table, tuples in other.tuples.items():
            self.tuples.setdefault(table, bytearray()).extend(tuples)

    def copied(self, table: str) -> bytes:
        """The rows of a table, as COPY reads them."""
        return b"".join((HEADER, self.tuples[table], TRAILER))
