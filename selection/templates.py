"""What authors write in SQLAlchemy, as text with gaps: compiled once, then written into every statement.

To build and compile the statement of a person's page from SQLAlchemy's objects took fourteen milliseconds,
nearly all of it for texts that had been the same in the last one. So an author's function is asked once for
each shape of its arguments, with columns of rows that have placeholders for names, and what it returns is
kept as text. Names, and the numbers of parameters, come in when a statement is written.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import Boolean, Column, ColumnElement, Table, and_, bindparam, func, literal_column, select
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression, CollectionAggregate
from sqlalchemy.types import TypeEngine

from db.connection import Statement
from selection.entities import ByRight, Policy, Reads

GAPS = re.compile(r"\brow_(\d+)_of_template\b|\$(\d+)")
MARK = "mark_of_template"
# Of a schema's declarations, capacities and present arguments: a few hundred in the portal.
MOST_TEMPLATES = 10_000


@dataclass(frozen=True, slots=True)
class Name:
    """A gap for the name of one of the rows."""

    position: int


@dataclass(frozen=True, slots=True)
class Bound:
    """A gap for a parameter: an argument by its name, or a constant of the author's."""

    name: str


Gap = Name | Bound


@dataclass(frozen=True, slots=True)
class Template:
    """A text with gaps, the values of its constants, and the type of what it says."""

    pieces: tuple[str | Gap, ...]
    constants: Mapping[str, Any]
    type: TypeEngine[Any]

    def filled(self, rows: Sequence[str], parameter: Callable[[str, Mapping[str, Any]], str]) -> str:
        """Fill the gaps: with the names of the rows, and with what `parameter` calls each bound value."""
        return "".join(
            piece
            if isinstance(piece, str)
            else rows[piece.position]
            if isinstance(piece, Name)
            else parameter(piece.name, self.constants)
            for piece in self.pieces
        )


# What an author's function takes: the tables of its rows, and the types of the arguments that are present.
Shape = tuple[tuple[Table, ...], tuple[tuple[str, TypeEngine[Any] | None], ...]]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition; where it gives a column of the row one value, or any of an array's, it is in parts too."""

    text: Template
    column: str = ""
    value: Template | None = None
    is_one: bool = False


@lru_cache(maxsize=MOST_TEMPLATES)
def conditions(function: Callable[..., Any], shape: Shape) -> tuple[Condition, ...]:
    """The conditions that a function returns for its last row, one or many."""
    rows, arguments = _arguments(shape)
    found = function(*(row.c for row in rows), **arguments)
    return tuple(_condition(each, rows) for each in ([found] if isinstance(found, ColumnElement) else found))


@lru_cache(maxsize=MOST_TEMPLATES)
def policy(function: Policy, table: Table, kind: str) -> Condition:
    """The condition of a policy, for viewers of one capacity; an empty text where everybody may."""
    rows, _ = _arguments(((table,), ()))
    return _condition(function(rows[0].c, kind), rows)


@lru_cache(maxsize=MOST_TEMPLATES)
def right(function: ByRight, table: Table, kind: str) -> Template | None:
    """The key of the right by which viewers of one capacity see a row; None where nobody has to know."""
    rows, _ = _arguments(((table,), ()))
    found = function(rows[0].c, kind)
    return None if found is None else _expression(found, rows)


@lru_cache(maxsize=MOST_TEMPLATES)
def expression(function: Callable[..., ColumnElement[Any]], shape: Shape) -> Template:
    """The expression that a function returns."""
    rows, arguments = _arguments(shape)
    return _expression(function(*(row.c for row in rows), **arguments), rows)


@lru_cache(maxsize=MOST_TEMPLATES)
def facts(
    function: Callable[..., Mapping[str, ColumnElement[Any]]],
    shape: Shape,
    reads: tuple[Reads, ...],
    kind: str,
) -> Mapping[str, Template]:
    """The facts that a function returns; of other tables it is given what viewers of the capacity may see."""
    rows, arguments = _arguments(shape)
    seen = []
    for read in reads:
        table = read.table.alias()
        seen.append(select(table).where(read.visible_to(table.c, kind)).subquery(f"seen_{read.table.name}"))
    found = function(*(row.c for row in (*rows, *seen)), **arguments)
    return {name: _expression(fact, rows) for name, fact in found.items()}


def _arguments(shape: Shape) -> tuple[list[Any], dict[str, Any]]:
    tables, arguments = shape
    return (
        [table.alias(f"row_{number}_of_template") for number, table in enumerate(tables)],
        {name: None if sql_type is None else bindparam(name, type_=sql_type) for name, sql_type in arguments},
    )


def _condition(found: ColumnElement[bool], rows: Sequence[Any]) -> Condition:
    marked = _template(and_(literal_column(MARK), found), rows)
    first = str(marked.pieces[0]).removeprefix(MARK).removeprefix(" AND ")
    text = replace(marked, pieces=(first, *marked.pieces[1:]))
    match found:
        case BinaryExpression(operator=operators.eq, left=Column(table=table) as column, right=right) if (
            table is rows[-1]
        ):
            is_one = not isinstance(right, CollectionAggregate)
            value = _expression(right if is_one else right.element, rows)
            return Condition(text, column.name, value, is_one)
    return Condition(text)


def _expression(found: ColumnElement[Any], rows: Sequence[Any]) -> Template:
    marked = _template(getattr(func, MARK)(found, type_=Boolean), rows)
    pieces = [*marked.pieces]
    pieces[0] = str(pieces[0]).removeprefix(f"{MARK}(")
    pieces[-1] = str(pieces[-1]).removesuffix(")")
    return replace(marked, pieces=tuple(pieces), type=found.type)


def _template(condition: ColumnElement[bool], rows: Sequence[Any]) -> Template:
    """Compile a condition within a statement over the rows, so that what is inside finds them outside."""
    statement = Statement.of(select(literal_column("1")).select_from(*rows).where(condition))
    text = statement.sql.partition("WHERE ")[2]
    pieces: list[str | Gap] = []
    end = 0
    for gap in GAPS.finditer(text):
        row, number = gap.groups()
        name = Name(int(row)) if row else Bound(statement.names[int(number) - 1])
        pieces += [text[end : gap.start()], name]
        end = gap.end()
    return Template((*pieces, text[end:]), statement.constants, condition.type)
