"""Keyset cursors: the place of a row in an order, as opaque text.

A cursor is the base64url of a JSON array: the order's name, then the row's values of that order. It holds
nothing that the viewer has not just seen, and it stays true while rows are added and removed around it.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NewType
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, func

from db.connection import can_be_kept
from selection.faults import BadCursor
from selection.literals import words

LONGEST_CURSOR = 1_000


@dataclass(frozen=True, slots=True)
class Place:
    """A decoded cursor: the order it was made for, and the row's values in it."""

    order: str
    values: tuple[Any, ...]

    def value(self, index: int, count: int, order: str, python_type: type) -> Any:  # noqa: ANN401 -- what the column holds
        """The value of a column of the order.

        Raises: BadCursor when the cursor is of another order, or its value is not of the column's type.
        """
        if self.order != order or len(self.values) != count:
            raise BadCursor
        try:
            found = _READERS.get(python_type, python_type)(self.values[index])
        except (TypeError, ValueError, OverflowError) as error:
            raise BadCursor from error
        if not can_be_kept(found):
            raise BadCursor
        return found


_READERS: dict[type, Any] = {
    UUID: lambda text: UUID(str(text)),
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
}


def read_cursor(text: str) -> Place:
    """Decode a cursor.

    Raises: BadCursor when it is not one of ours.
    """
    if len(text) > LONGEST_CURSOR:
        raise BadCursor
    try:
        order, *values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError, TypeError, RecursionError) as error:
        raise BadCursor from error
    if not isinstance(order, str):
        raise BadCursor
    return Place(order, tuple(values))


Cursor = NewType("Cursor", str)


def cursor_text(order: str, columns: Sequence[ColumnElement[Any]]) -> ColumnElement[str]:
    """The cursor of a row as an SQL expression."""
    array = func.json_build_array(words(order), *columns)
    encoded = func.encode(func.convert_to(cast(array, Text), words("UTF8")), words("base64"))
    return func.translate(encoded, words("+/=\n"), words("-_"))


@lru_cache
def cursor_of(order: str, columns: tuple[str, ...]) -> Callable[[Any], ColumnElement[str]]:
    """How the cursor of a row is made, in an order of its columns."""
    return lambda row: cursor_text(order, [row[name] for name in columns])
