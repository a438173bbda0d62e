"""A plan becomes one SELECT, whose columns are the JSON texts of the root fields.

Every object is one `concat` over its row, every link a scalar sub-select, every page a bounded sub-select
that an aggregate folds. PostgreSQL writes the answer; nothing above it touches a row.

The statement is written as text: from the names of tables and columns, from response keys that the parser
has checked, and from what authors wrote in SQLAlchemy (selection/templates.py). What a caller sends is a
parameter.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Integer, Numeric, Table, literal_column
from sqlalchemy.types import BigInteger, SmallInteger, TypeEngine, Uuid

from db.connection import DIALECT, Statement, seen_by_viewer
from selection import templates
from selection.cursors import cursor_of
from selection.entities import Computed, Entity, Identity, Policy
from selection.literals import quoted
from selection.marks import SIGN, Places
from selection.plans import (
    Arguments,
    Choice,
    Derivation,
    EdgeCursor,
    EdgeList,
    EdgeNode,
    Mark,
    One,
    OneOf,
    Page,
    PageFact,
    PageFacts,
    PagePart,
    Part,
    RowList,
    Total,
    TypeName,
    Value,
)
from selection.templates import Condition, Shape, Template
from selection.ways import Asked, Way, way

MOST_COUNTED = 10_000
MOST_ARGUMENTS = 90  # PostgreSQL takes 100 arguments a function; the rest is room for what joins the chunks
NUMBERS = (SmallInteger, Integer, BigInteger)


class Words(str):
    """Text of the answer that goes out as it is; any other text here is SQL."""

    __slots__ = ()


# What an answer is made of, in order: words, and SQL whose value is written between them.
Pieces = list[str]
NULL = "'null'"
PARAMETER = re.compile(r"\$\{(\w+)\}")


def statement(parts: Sequence[Part], kind: str) -> tuple[Statement, Places]:
    """Write the statement of a plan, for viewers of one capacity; and say what its marks stand for."""
    writer = Writer(kind)
    roots = [concat(writer.part(part, NOWHERE)) for part in parts]
    # `$1` is the viewer; the others are numbered as they are met, and what was not written has no number.
    numbers: dict[str, int] = {}
    numbered = [
        PARAMETER.sub(lambda found: f"${numbers.setdefault(found[1], len(numbers) + 2)}", root)
        for root in roots
    ]
    columns: list[ColumnElement[str]] = [
        literal_column(f"({root})").label(f"root_{position}")
        for position, root in enumerate(numbered, start=1)
    ]
    outer = Statement.of(seen_by_viewer(*columns))
    written = Statement(outer.sql, (*outer.names, *numbers), {**outer.constants, **writer.constants})
    return written, tuple(writer.places)


@dataclass(frozen=True, slots=True)
class Row:
    """Where in the statement we are: at a row of a table, under a name; or at no row."""

    table: Table | None
    name: str

    def column(self, name: str) -> str:
        """A column of the row."""
        return f"{self.name}.{name}"


NOWHERE = Row(None, "")


class Writer:
    """Writes SQL for one capacity of viewers; names are numbered so that a plan always reads the same."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.names: dict[str, int] = {}
        self.constants: dict[str, Any] = {}
        # What each mark that the statement writes stands for.
        self.places: list[tuple[str, ...]] = []

    def part(self, part: Part, row: Row) -> Pieces:
        """The value of a field."""
        match part:
            case TypeName(name=name):
                return [Words(f'"{name}"')]
            case Mark():
                return self.mark(part, row)
            case Value():
                return self.value(part, row)
            case One():
                return self.one(part, row)
            case OneOf(options=options):
                return [f"coalesce({', '.join([*(self.row(option, row) for option in options), NULL])})"]
            case Page():
                return self.page(part, row)
            case Choice():
                return [self.choice(part)]
            case Derivation():
                return self.facts(part, row)

    def object(self, parts: Sequence[Part], row: Row) -> Pieces:
        """What is selected of a row, behind the mark that says whose it is."""
        marks = [piece for part in parts if isinstance(part, Mark) for piece in self.mark(part, row)]
        fields = (part for part in parts if not isinstance(part, Mark))
        return [*marks, *object_of((part.key, self.part(part, row)) for part in fields)]

    def mark(self, mark: Mark, row: Row) -> Pieces:
        """A mark of a row (selection/marks.py); nothing where its right is nobody's business."""
        entity = mark.entity
        assert entity.by_right  # noqa: S101 -- whose data is shown is shown by a right
        right = templates.right(entity.by_right, entity.rows, self.kind)
        if right is None:
            return []
        self.places.append(mark.fields)
        return [
            Words(f"{SIGN}{len(self.places) - 1},"),
            row.column(entity.about),
            Words(","),
            self.filled(right, [row], {}),
            Words(SIGN),
        ]

    def value(self, part: Value, row: Row) -> Pieces:
        """A scalar."""
        match part.declaration:
            case Identity():
                return self.identity(part.entity, row)
            case Computed(expression=expression):
                template = templates.expression(expression, _shape([row], part.arguments))
                return self.written(template, [row], part.arguments, nullable=part.nullable)
            case stored:
                assert row.table is not None  # noqa: S101 -- what is stored stands in a row
                column = row.table.c[stored.column or part.name]
                return [json_of(row.column(column.name), column.type, nullable=part.nullable)]

    def identity(self, entity: Entity, row: Row) -> Pieces:
        """A row's global identifier."""
        key = row.column(entity.key.name)
        if isinstance(entity.key.type, (*NUMBERS, Uuid)):
            return [Words(f'"{entity.name}:'), key, Words('"')]
        return [f"to_json(concat({quoted(entity.name + ':')}, {key}))"]

    def one(self, part: One, row: Row) -> Pieces:
        """A link: `null` where no row meets the condition, or the viewer may not see it."""
        if part.entity.table is None:
            return self.object(part.parts, NOWHERE)
        return [f"coalesce({self.row(part, row)}, 'null')"]

    def row(self, part: One, parent: Row) -> str:
        """The row of a link; NULL where there is none to see."""
        row = self.name(part.entity)
        condition = self.conditions(part.declaration.condition, [parent, row], part.arguments)
        return (
            f"(SELECT {concat(self.object(part.parts, row))}\n"
            f"FROM {source(row)}\nWHERE {conjunction([condition, self.policy(part.entity, row)])})"
        )

    def facts(self, part: Derivation, row: Row) -> Pieces:
        """The facts that a rule wants; of other tables it gets what the viewer may see."""
        facts = templates.facts(
            part.declaration.facts, _shape([row], part.arguments), part.declaration.reads, self.kind
        )
        return object_of(
            (name, self.written(fact, [row], part.arguments, nullable=True)) for name, fact in facts.items()
        )

    def page(self, part: Page, parent: Row) -> Pieces:
        """A page: one row more than it shows, to know whether more follow."""
        row = self.name(part.entity)
        assert row.table is not None  # noqa: S101 -- a page has rows
        route = way(
            row.table,
            [
                *self.asked(part.declaration.conditions, [parent, row], part.arguments),
                self.seen(part.entity.listed_to or part.entity.visible_to, row),
                *(self.asked(part.order.only, [row], {}) if part.order.only else ()),
            ],
        )
        total, once = self.total(route, row), ""
        if sum(isinstance(item, Total) for item in part.parts) > 1:
            name = self.number("total")
            once, total = f"WITH {name}(counted) AS MATERIALIZED {total}\n", f"(SELECT counted FROM {name})"
        if all(isinstance(item, TypeName | Total) for item in part.parts):
            pieces = [*self.counted(part, route, row), *Fold(part, "", "", total).object()]
            return [f"({once}SELECT {concat(pieces)})"] if once else pieces
        place = self.place(part, row)
        name, rows = self.number("page"), self.rows(part, row, route, place)
        size = str(part.size) if isinstance(part.size, int) else self.parameter(part.size)
        surplus = f"greatest(CAST(count(*) AS INTEGER) - {size}, 0)"
        fold = Fold(part, name, surplus, total, is_marked=bool(place))
        pieces = [*self.counted(part, route, row), *fold.object()]
        # HAVING makes it one row, whether or not an aggregate is asked for.
        return [f"({once}SELECT {concat(pieces)}\nFROM ({rows}) AS {name}\nHAVING true)"]

    def place(self, part: Page, row: Row) -> Pieces:
        """The mark of a row whose cursor is shown: it has values of the row in it."""
        is_noted = part.entity.about and _asks_for_cursors(part)
        return self.mark(Mark(part.entity, (f"{part.entity.name}.cursor",)), row) if is_noted else []

    def counted(self, part: Page, route: Way, row: Row) -> Pieces:
        """The mark of one person's list, unless it is empty, where it is told how long it is."""
        has_rows = any(isinstance(item, RowList | EdgeList) for item in part.parts)
        is_told = not has_rows or any(isinstance(item, Total) for item in part.parts)
        if not is_told or part.entity.about not in route.one:
            return []
        mark = self.mark(Mark(part.entity, (f"{part.entity.name}.totalCount",)), row)
        return [f"(SELECT {concat(mark)}\nFROM {found(route, row, ())}\nLIMIT 1)"] if mark else []

    def total(self, route: Way, row: Row) -> str:
        """How many rows the whole list has, counted to one more than we say."""
        by, limit = route.by(), f"LIMIT {MOST_COUNTED + 1}"
        counted = f"SELECT 1\nFROM {found(route, row, by)}\n{limit}"
        if route.taken(by):
            counted = f"SELECT 1\nFROM {route.values(by)}, LATERAL ({counted}) AS {row.name}\n{limit}"
        return f"(SELECT count(*) FROM ({counted}) AS counted)"

    def rows(self, part: Page, row: Row, route: Way, mark: Pieces) -> str:
        """The rows of a page, and one more; each with a mark where its place is shown."""
        texts = list(self.row_texts(part, row))
        if _asks_for_cursors(part):
            template = templates.expression(cursor_of(part.order_name, part.order.columns), _shape([row], {}))
            texts.append(f"{self.filled(template, [row], {})} AS cursor")
        if mark:
            texts.append(f"{concat(mark)} AS mark")
        descending = part.order.descending != part.backwards
        keys = [row.column(name) for name in part.order.columns]
        direction = " DESC" if descending else ""
        in_order = f"ORDER BY {', '.join(f'{key}{direction}' for key in keys)}\nLIMIT"
        place = beyond(keys, [self.parameter(value) for value in part.place], descending=descending)
        shown = f"SELECT {', '.join(texts) or '1 AS row'}\nFROM "
        by, most = route.by(part.order.columns), part.step + 1
        taken = ", ".join(f"each_{name}.{name}" for name in route.taken(by))
        if route.one and not taken and not route.keys:
            return f"{shown}{found(route, row, by, place)}\n{in_order} {most}"
        # Where PostgreSQL sorts many rows, it would make texts of them all before, not only of the page's.
        every = f"SELECT {row.name}.*\nFROM "
        if taken:
            # Only a value whose first row is among the first has a row on the page.
            first = f"SELECT {', '.join(keys)}\nFROM {found(route, row, by, place)}\n{in_order} 1"
            each = f"{every}{found(route, row, by, place, 'each')}\n{in_order} {most}"
            every += (
                f"(SELECT {taken}\nFROM {route.values(by)}, LATERAL ({first}) AS {row.name}\n"
                f"{in_order} {most}) AS each, LATERAL ({each}) AS {row.name}"
            )
        else:
            every += found(route, row, by, place)
        return f"{shown}({every}\n{in_order} {most}) AS {row.name}\n{in_order} {most}"

    def row_texts(self, page: Page, row: Row) -> Iterator[str]:
        """What each row of a page brings: the text of one object for every place where the row is shown.

        They are named by their place: response keys may be longer than PostgreSQL's names, and begin alike.
        """
        for place, item in enumerate(page.parts, start=1):
            match item:
                case RowList():
                    yield f"{concat(self.object(item.parts, row))} AS nodes_{place}"
                case EdgeList():
                    for inner_place, part in enumerate(item.parts, start=1):
                        if isinstance(part, EdgeNode):
                            yield f"{concat(self.object(part.parts, row))} AS edges_{place}_{inner_place}"

    def choice(self, part: Choice) -> str:
        """Objects of any type, in the order asked; `null` for what is hidden or absent."""
        wanted = self.number("wanted")
        whens = []
        for entity, parts in part.options:
            row = self.name(entity)
            key = f"CAST({wanted}.key AS {type_name(entity.key.type)})"
            conditions = [f"{row.column(entity.key.name)} = {key}", self.policy(entity, row)]
            whens.append(
                f"WHEN {wanted}.type = {quoted(entity.name)} THEN"
                f" (SELECT {concat(self.object(parts, row))}\n"
                f"FROM {source(row)}\nWHERE {conjunction(conditions)})"
            )
        chosen = f"coalesce(CASE {' '.join(whens)} END, 'null')" if whens else "'null'"
        listed = f"concat('[', string_agg({chosen}, ',' ORDER BY {wanted}.number), ']')"
        return (
            f"(SELECT {listed if part.many else chosen}\n"
            f"FROM unnest({self.parameter(part.types)}, {self.parameter(part.keys)})"
            f" WITH ORDINALITY AS {wanted}(type, key, number))"
        )

    # What authors wrote, with the names of this statement.

    def written(
        self, template: Template, rows: Sequence[Row], arguments: Arguments, *, nullable: bool
    ) -> Pieces:
        """The value of an author's expression."""
        return [json_of(self.filled(template, rows, arguments), template.type, nullable=nullable)]

    def conditions(self, function: Any, rows: Sequence[Row], arguments: Arguments) -> str:  # noqa: ANN401 -- an author's
        """The conditions of a declaration."""
        return conjunction(asked.text for asked in self.asked(function, rows, arguments))

    def policy(self, entity: Entity, row: Row) -> str:
        """Whether the viewer may see a row."""
        return self.seen(entity.visible_to, row).text

    def asked(self, function: Any, rows: Sequence[Row], arguments: Arguments) -> list[Asked]:  # noqa: ANN401 -- an author's
        """The conditions of a declaration, one by one."""
        return [
            self.parted(condition, rows, arguments)
            for condition in templates.conditions(function, _shape(rows, arguments))
        ]

    def seen(self, policy: Policy, row: Row) -> Asked:
        """The condition that the viewer may see a row."""
        assert row.table is not None  # noqa: S101 -- what is seen stands in a table
        return self.parted(templates.policy(policy, row.table, self.kind), [row], {})

    def parted(self, condition: Condition, rows: Sequence[Row], arguments: Arguments) -> Asked:
        """A condition with our names and numbers."""
        text = self.filled(condition.text, rows, arguments)
        if condition.value is None:
            return Asked(text)
        return Asked(
            text, condition.column, self.filled(condition.value, rows, arguments), is_one=condition.is_one
        )

    def filled(self, template: Template, rows: Sequence[Row], arguments: Arguments) -> str:
        """An author's text, with our names for its rows and our numbers for its parameters."""

        def parameter(name: str, constants: Mapping[str, Any]) -> str:
            bound = arguments.get(name)
            if bound is not None:
                return named(bound.key)
            constant = f"constant_{len(self.constants) + 1}"
            self.constants[constant] = constants[name]
            return named(constant)

        return template.filled([row.name for row in rows if row.table is not None], parameter)

    def parameter(self, bound: BindParameter[Any]) -> str:
        """A parameter, with its type."""
        return f"{named(bound.key)}::{type_name(bound.type)}"

    def name(self, entity: Entity) -> Row:
        """A row of an entity, named by its noun."""
        return Row(entity.rows, self.number(_snake(entity.name)))

    def number(self, noun: str) -> str:
        """A noun, numbered from the second time on."""
        count = self.names[noun] = self.names.get(noun, 0) + 1
        return noun if count == 1 else f"{noun}_{count}"


@dataclass(frozen=True, slots=True)
class Fold:
    """Folds the rows of a page into its fields: how many are one too many, and how many there are in all."""

    page: Page
    rows: str
    surplus: str
    total: str
    is_marked: bool = False

    def object(self) -> Pieces:
        """The fields of the page."""
        return object_of(
            (item.key, self.part(place, item)) for place, item in enumerate(self.page.parts, start=1)
        )

    def part(self, place: int, item: PagePart) -> Pieces:
        """The value of a field of a page; `place` is where it stands among the fields."""
        match item:
            case TypeName(name=name):
                return [Words(f'"{name}"')]
            case RowList():
                return self.listed(f"{self.rows}.nodes_{place}")
            case EdgeList():
                return self.listed(concat(object_of(self.edge(place, item))))
            case PageFacts():
                return object_of((fact.key, self.fact(fact)) for fact in item.parts)
            case Total(is_exactness=True):
                return [f"to_json({self.total} <= {MOST_COUNTED})"]
            case Total():
                return [f"least({self.total}, {MOST_COUNTED})"]

    def edge(self, place: int, item: EdgeList) -> Iterator[tuple[str, Pieces]]:
        """The fields of an edge."""
        for inner_place, part in enumerate(item.parts, start=1):
            match part:
                case TypeName(name=name):
                    yield part.key, [Words(f'"{name}"')]
                case EdgeCursor():
                    mark = [f"{self.rows}.mark"] if self.is_marked else []
                    yield part.key, [*mark, Words('"'), f"{self.rows}.cursor", Words('"')]
                case EdgeNode():
                    yield part.key, [f"{self.rows}.edges_{place}_{inner_place}"]

    def kept(self, each: str) -> str:
        """The rows that the page shows, in the list's order: turned where read backwards, none too many."""
        kept = f"trim_array(array_agg({each}), {self.surplus})"
        return f"array_reverse({kept})" if self.page.backwards else kept

    def listed(self, each: str) -> Pieces:
        """Something of each row that the page shows, as a JSON array."""
        return [Words("["), f"array_to_string({self.kept(each)}, ',')", Words("]")]

    def fact(self, fact: TypeName | PageFact) -> Pieces:
        """One field of `pageInfo`."""
        if isinstance(fact, TypeName):
            return [Words(f'"{fact.name}"')]
        match fact.name, self.page.backwards:
            case ("hasNextPage", False) | ("hasPreviousPage", True):
                return [f"to_json({self.surplus} > 0)"]
            case ("hasNextPage", True) | ("hasPreviousPage", False):
                return [Words("true" if self.page.place else "false")]
        cursors = self.kept(f"{self.rows}.cursor")
        index = "0" if fact.name == "startCursor" else f"cardinality({cursors}) - 1"
        cursor = f"coalesce(to_json(array_to_json({cursors}) ->> {index}), 'null')"
        marks = f"array_to_json({self.kept(f'{self.rows}.mark')})"
        return [f"({marks} ->> {index})", cursor] if self.is_marked else [cursor]


def object_of(fields: Iterable[tuple[str, Pieces]]) -> Pieces:
    """An object: its braces and keys are words."""
    pieces: Pieces = [Words("{")]
    for key, value in fields:
        pieces += [Words(f'"{key}":' if len(pieces) == 1 else f',"{key}":'), *value]
    return [*pieces, Words("}")]


def concat(pieces: Pieces) -> str:
    """Pieces as one SQL expression: neighbouring words become one text, long lists are joined in chunks."""
    merged: list[str] = []
    words = ""
    for piece in pieces:
        if isinstance(piece, Words):
            words += piece
            continue
        merged += [quoted(words), piece] if words else [piece]
        words = ""
    if words and not merged:
        # PostgreSQL does not take a literal for a text everywhere.
        return f"CAST({quoted(words)} AS TEXT)"
    merged += [quoted(words)] if words else []
    if len(merged) == 1:
        return merged[0]
    while len(merged) > MOST_ARGUMENTS:
        chunks = (merged[start : start + MOST_ARGUMENTS] for start in range(0, len(merged), MOST_ARGUMENTS))
        merged = [f"concat({', '.join(chunk)})" for chunk in chunks]
    return f"concat({', '.join(merged)})"


def json_of(value: str, sql_type: TypeEngine[Any], *, nullable: bool) -> str:
    """A value as JSON, exactly: a number that may have a fraction is written as a text."""
    match sql_type:
        case SmallInteger() | Integer() | BigInteger():
            return f"coalesce(CAST({value} AS TEXT), 'null')" if nullable else value
        case Numeric():
            value = f"CAST({value} AS TEXT)"
    return f"coalesce(to_json({value}), 'null')" if nullable else f"to_json({value})"


def named(name: str) -> str:
    """A parameter by its name, until it is numbered."""
    return f"${{{name}}}"


def source(row: Row) -> str:
    """Where a row comes from."""
    assert row.table is not None  # noqa: S101 -- only rows of tables are looked for
    return f"{row.table.name} AS {row.name}"


def found(route: Way, row: Row, by: Sequence[str], place: str = "", values: str = "each_{}") -> str:
    """The rows of a list; for one value of each of the columns that they are reached by."""
    return f"{source(row)}\nWHERE {conjunction(route.conditions(row.name, by, place, values))}"


def conjunction(conditions: Iterable[str]) -> str:
    """Conditions that all hold; `true` where there is none."""
    return " AND ".join(filter(None, conditions)) or "true"


def beyond(keys: Sequence[str], place: Sequence[str], *, descending: bool) -> str:
    """Whether a row comes after a place in the order: one row comparison, so that an index finds it."""
    return f"({', '.join(keys)}) {'<' if descending else '>'} ({', '.join(place)})" if place else ""


@lru_cache(maxsize=256)
def type_name(sql_type: TypeEngine[Any]) -> str:
    """A type as PostgreSQL writes it."""
    return sql_type.compile(dialect=DIALECT)


def _shape(rows: Sequence[Row], arguments: Arguments) -> Shape:
    return (
        tuple(row.table for row in rows if row.table is not None),
        tuple((name, None if bound is None else bound.type) for name, bound in arguments.items()),
    )


def _asks_for_cursors(page: Page) -> bool:
    for item in page.parts:
        match item:
            case EdgeList(parts=parts) if any(isinstance(part, EdgeCursor) for part in parts):
                return True
            case PageFacts(parts=parts) if {"startCursor", "endCursor"} & {
                part.name for part in parts if isinstance(part, PageFact)
            }:
                return True
    return False


@lru_cache(maxsize=512)
def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
