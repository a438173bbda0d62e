"""Values that stand in the statement, as part of a plan: bounds, keys and names that the parser has checked.

Nothing that a caller sends as a value comes here; values are bind parameters.
"""

from sqlalchemy import ColumnElement, Integer, Text, literal_column

from db.connection import DIALECT

_quoted = Text().literal_processor(DIALECT)  # type: ignore[no-untyped-call]  # SQLAlchemy's has no types


def words(text: str) -> ColumnElement[str]:
    """A text constant."""
    assert _quoted is not None  # noqa: S101 -- PostgreSQL writes texts
    return literal_column(_quoted(text), Text)


def number(value: int) -> ColumnElement[int]:
    """A whole-number constant."""
    return literal_column(str(int(value)), Integer)
