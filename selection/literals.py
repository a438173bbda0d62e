"""Texts that stand in the statement as they are: keys and names that the parser has checked.

Nothing that a caller sends as a value comes here; values are bind parameters.
"""

from sqlalchemy import ColumnElement, Integer, Text, literal_column

from selection.marks import SIGN


def quoted(text: str) -> str:
    """A text constant."""
    doubled = text.replace("'", "''")
    if SIGN in text:
        # People read statements, and would not see the sign itself.
        return "E'" + doubled.replace("\\", r"\\").replace(SIGN, r"\x1E") + "'"
    return f"'{doubled}'"


def words(text: str) -> ColumnElement[str]:
    """A text constant, for SQLAlchemy."""
    return literal_column(quoted(text), Text)


def number(value: int) -> ColumnElement[int]:
    """A whole-number constant, for SQLAlchemy."""
    return literal_column(str(int(value)), Integer)
