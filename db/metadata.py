"""The names and the few column forms that every table shares."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, MetaData, Text, Uuid, text
from sqlalchemy.dialects.postgresql import TIMESTAMP

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

# `info=PUBLIC` marks a table that holds nobody's data: it stands before the walls. Every other table is
# behind them.
PUBLIC = {"public": True}


def key() -> Column[Any]:
    """A primary key that PostgreSQL mints in the order of time (RFC 9562, version 7)."""
    return Column("id", Uuid, primary_key=True, server_default=text("uuidv7()"))


def instant(name: str, *, nullable: bool = False, default: bool = False) -> Column[Any]:
    """An instant, kept in UTC; with `default`, the instant of the transaction."""
    return Column(
        name, TIMESTAMP(timezone=True), nullable=nullable, server_default=text("now()") if default else None
    )


def moment(name: str) -> Column[Any]:
    """The instant of the statement that wrote the row, in UTC: after whatever its transaction waited for."""
    return Column(
        name, TIMESTAMP(timezone=True), nullable=False, server_default=text("statement_timestamp()")
    )


def refers(name: str, target: str, *, nullable: bool = False, index: bool = True) -> Column[Any]:
    """A foreign key; indexed, unless a wider index of the table begins with it."""
    return Column(name, ForeignKey(target), nullable=nullable, index=index)


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """The column holds one of the values: text under a check, since enum equality is not leakproof."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(text(f"{column} IN ({listed})"), name=f"{column}_known")


def words(name: str, *, nullable: bool = False) -> Column[Any]:
    """A text."""
    return Column(name, Text, nullable=nullable)


__all__ = ["PUBLIC", "Column", "Index", "instant", "key", "metadata", "moment", "one_of", "refers", "words"]
