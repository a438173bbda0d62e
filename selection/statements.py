"""A plan becomes one SELECT, whose columns are the JSON texts of the root fields.

Every object is one `concat` over its row, every link a scalar sub-select, every page a bounded sub-select
that an aggregate folds. PostgreSQL writes the answer; nothing above it touches a row.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Numeric,
    ScalarSelect,
    Select,
    Text,
    case,
    cast,
    column,
    func,
    select,
    true,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.types import BigInteger, SmallInteger, Uuid

from db.connection import seen_by_viewer
from selection.cursors import beyond, cursor_text
from selection.entities import Columns, Computed, Entity, Identity
from selection.literals import number, words
from selection.plans import (
    Choice,
    Derivation,
    EdgeCursor,
    EdgeList,
    EdgeNode,
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

MOST_COUNTED = 10_000
MOST_ARGUMENTS = 90  # PostgreSQL takes 100 arguments a function; the rest is room for what joins the chunks
NUMBERS = (SmallInteger, Integer, BigInteger)

Piece = str | ColumnElement[Any]


def statement(parts: Sequence[Part], kind: str) -> Select[Any]:
    """Write the statement of a plan, for viewers of one capacity."""
    writer = Writer(kind)
    texts = [writer.text(part, Scope()) for part in parts]
    return seen_by_viewer(
        *(
            (text if isinstance(text, ScalarSelect) else select(text).scalar_subquery()).label(
                f"root_{position}"
            )
            for position, text in enumerate(texts, start=1)
        )
    )


@dataclass(frozen=True, slots=True)
class Scope:
    """Where in the statement we are: the row at hand, and every table around it."""

    row: FromClause | None = None
    around: tuple[FromClause, ...] = ()

    @property
    def columns(self) -> tuple[Columns, ...]:
        """The row's columns, to stand before a link's; none outside of tables."""
        return () if self.row is None else (self.row.c,)

    def within(self, row: FromClause) -> "Scope":
        """Go one row further in."""
        return Scope(row, (*self.around, row))


class Writer:
    """Writes SQL for one capacity of viewers; aliases are numbered so that a plan always reads the same."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.aliases: dict[str, int] = {}

    def object(self, parts: Sequence[Part], scope: Scope) -> ColumnElement[str]:
        """What is selected of a row, as JSON text."""
        return _object((part.key, self.text(part, scope)) for part in parts)

    def text(self, part: Part, scope: Scope) -> ColumnElement[str]:
        """One value as JSON text."""
        match part:
            case TypeName(name=name):
                return words(f'"{name}"')
            case Value():
                return self.value(part, scope)
            case One():
                return self.one(part, scope)
            case Page():
                return self.page(part, scope)
            case Choice():
                return self.choice(part, scope)
            case OneOf():
                return func.coalesce(*(self.row(option, scope) for option in part.options), words("null"))
            case Derivation():
                return self.facts(part, scope)

    def value(self, part: Value, scope: Scope) -> ColumnElement[str]:
        """A scalar as JSON text."""
        match part.declaration:
            case Identity():
                return self.identity(part.entity, scope)
            case Computed(expression=expression):
                found = expression(*scope.columns, **part.arguments)
            case stored:
                assert scope.row is not None  # noqa: S101 -- what is stored stands in a row
                found = scope.row.c[stored.column or part.name]
        as_text = _as_json(found)
        return func.coalesce(as_text, words("null")) if part.nullable else as_text

    def identity(self, entity: Entity, scope: Scope) -> ColumnElement[str]:
        """A row's global identifier as JSON text."""
        assert scope.row is not None  # noqa: S101 -- an identifier names a row
        key = scope.row.c[entity.key.name]
        if isinstance(key.type, (*NUMBERS, Uuid)):
            return concat(f'"{entity.name}:', key, '"')
        return cast(func.to_json(concat(f"{entity.name}:", key)), Text)

    def one(self, part: One, scope: Scope) -> ColumnElement[str]:
        """A link as JSON text: `null` where no row meets the condition, or the viewer may not see it."""
        if part.entity.table is None:
            return self.object(part.parts, Scope())
        return func.coalesce(self.row(part, scope), words("null"))

    def row(self, part: One, scope: Scope) -> ScalarSelect[str]:
        """The row of a link as JSON text; NULL where there is none to see."""
        row = self.alias(part.entity)
        return (
            select(self.object(part.parts, scope.within(row)))
            .select_from(row)
            .where(
                part.declaration.condition(*scope.columns, row.c, **part.arguments),
                part.entity.visible_to(row.c, self.kind),
            )
            .correlate(*scope.around)
            .scalar_subquery()
        )

    def facts(self, part: Derivation, scope: Scope) -> ColumnElement[str]:
        """The facts that a rule wants as JSON text; of other tables it gets what the viewer may see."""
        tables = [read.table.alias(self.name(read.table.name)) for read in part.declaration.reads]
        seen = [
            select(table)
            .where(read.visible_to(table.c, self.kind))
            .subquery(self.name(f"seen_{read.table.name}"))
            for table, read in zip(tables, part.declaration.reads, strict=True)
        ]
        facts = part.declaration.facts(*scope.columns, *(table.c for table in seen), **part.arguments)
        return _object((name, func.coalesce(_as_json(fact), words("null"))) for name, fact in facts.items())

    def page(self, part: Page, scope: Scope) -> ColumnElement[str]:
        """A page as JSON text: one row more than it shows, to know whether more follow."""
        row = self.alias(part.entity)
        inner = scope.within(row)
        conditions = [
            *part.declaration.conditions(*scope.columns, row.c, **part.arguments),
            part.entity.visible_to(row.c, self.kind),
        ]
        if part.order.only is not None:
            conditions.append(part.order.only(row.c))
        keys = [row.c[name] for name in part.order.columns]
        descending = part.order.descending != part.backwards
        place = [beyond(keys, part.place, descending=descending)] if part.place else []
        texts: list[ColumnElement[Any]] = list(self.row_texts(part, inner))
        if _asks_for_cursors(part):
            texts.append(cursor_text(part.order_name, keys).label("cursor"))
        page = (
            select(*texts or [number(1).label("row")])
            .select_from(row)
            .where(*conditions, *place)
            .order_by(*(key.desc() if descending else key for key in keys))
            .limit(number(part.step + 1))
            .correlate(*scope.around)
            .subquery(self.name("page"))
        )
        fold = _Fold(part, page, self.total(row, conditions, scope))
        folded = _object((item.key, fold.text(place, item)) for place, item in enumerate(part.parts, start=1))
        if all(isinstance(item, TypeName | Total) for item in part.parts):
            return folded
        # HAVING makes it one row, whether or not an aggregate is asked for.
        return select(folded).select_from(page).having(true()).correlate(*scope.around).scalar_subquery()

    def row_texts(self, page: Page, scope: Scope) -> Iterator[ColumnElement[str]]:
        """What each row of a page brings: the text of one object for every place where the row is shown.

        They are named by their place: response keys may be longer than PostgreSQL's names, and begin alike.
        """
        for place, item in enumerate(page.parts, start=1):
            match item:
                case RowList():
                    yield self.object(item.parts, scope).label(f"nodes_{place}")
                case EdgeList():
                    for inner_place, part in enumerate(item.parts, start=1):
                        if isinstance(part, EdgeNode):
                            yield self.object(part.parts, scope).label(f"edges_{place}_{inner_place}")

    def total(
        self, row: FromClause, conditions: Sequence[ColumnElement[bool]], scope: Scope
    ) -> ScalarSelect[int]:
        """How many rows the whole list has, counted to one more than we say."""
        counted = (
            select(number(1).label("row"))
            .select_from(row)
            .where(*conditions)
            .limit(number(MOST_COUNTED + 1))
            .correlate(*scope.around)
            .subquery("counted")
        )
        return select(func.count()).select_from(counted).correlate(*scope.around).scalar_subquery()

    def choice(self, part: Choice, scope: Scope) -> ColumnElement[str]:
        """Objects of any type as JSON text, in the order asked; `null` for what is hidden or absent."""
        wanted = (
            func.unnest(part.types, part.keys)
            .table_valued(column("type", Text), column("key", Text), with_ordinality="number")
            .render_derived(name=self.name("wanted"))
        )
        whens = []
        for entity, parts in part.options:
            row = self.alias(entity)
            key = row.c[entity.key.name]
            found = (
                select(self.object(parts, scope.within(row)))
                .select_from(row)
                .where(key == cast(wanted.c.key, key.type), entity.visible_to(row.c, self.kind))
                .correlate(wanted, *scope.around)
            )
            whens.append((wanted.c.type == words(entity.name), found.scalar_subquery()))
        chosen = func.coalesce(case(*whens), words("null")) if whens else words("null")
        if not part.many:
            return select(chosen).select_from(wanted).correlate(*scope.around).scalar_subquery()
        listed = func.string_agg(chosen, aggregate_order_by(words(","), wanted.c.number))
        return select(concat("[", listed, "]")).select_from(wanted).correlate(*scope.around).scalar_subquery()

    def alias(self, entity: Entity) -> FromClause:
        """A table under its noun, numbered from the second time on."""
        return entity.rows.alias(self.name(_snake(entity.name)))

    def name(self, noun: str) -> str:
        """A noun, numbered from the second time on."""
        count = self.aliases[noun] = self.aliases.get(noun, 0) + 1
        return noun if count == 1 else f"{noun}_{count}"


class _Fold:
    """Folds the rows of a page into its fields."""

    def __init__(self, page: Page, rows: FromClause, total: ScalarSelect[int]) -> None:
        self.page, self.rows, self.total = page, rows, total
        size = number(page.size) if isinstance(page.size, int) else page.size
        self.surplus = func.greatest(cast(func.count(), Integer) - size, number(0))

    def text(self, place: int, item: PagePart) -> ColumnElement[str]:
        """One field of a page as JSON text; `place` is where it stands among the fields."""
        match item:
            case TypeName(name=name):
                return words(f'"{name}"')
            case RowList():
                return self.listed(self.rows.c[f"nodes_{place}"])
            case EdgeList():
                return self.listed(_object(self.edge(place, item)))
            case PageFacts():
                return _object((fact.key, self.fact(fact)) for fact in item.parts)
            case Total(is_exactness=True):
                return cast(func.to_json(self.total <= number(MOST_COUNTED)), Text)
            case Total():
                return cast(func.least(self.total, number(MOST_COUNTED)), Text)

    def edge(self, place: int, item: EdgeList) -> Iterable[tuple[str, ColumnElement[str]]]:
        """The fields of an edge."""
        for inner_place, part in enumerate(item.parts, start=1):
            match part:
                case TypeName(name=name):
                    yield part.key, words(f'"{name}"')
                case EdgeCursor():
                    yield part.key, concat('"', self.rows.c.cursor, '"')
                case EdgeNode():
                    yield part.key, self.rows.c[f"edges_{place}_{inner_place}"]

    def kept(self, each: ColumnElement[Any]) -> ColumnElement[Any]:
        """The rows that the page shows, in the list's order: turned where read backwards, none too many."""
        kept = func.trim_array(func.array_agg(each), self.surplus)
        return type_coerce(func.array_reverse(kept) if self.page.backwards else kept, ARRAY(Text))

    def listed(self, each: ColumnElement[Any]) -> ColumnElement[str]:
        """Something of each row that the page shows, as a JSON array."""
        return concat("[", func.array_to_string(self.kept(each), words(",")), "]")

    def fact(self, fact: TypeName | PageFact) -> ColumnElement[str]:
        """One field of `pageInfo` as JSON text."""
        if isinstance(fact, TypeName):
            return words(f'"{fact.name}"')
        more_beyond = cast(func.to_json(self.surplus > number(0)), Text)
        more_behind = words("true" if self.page.place else "false")
        match fact.name, self.page.backwards:
            case ("hasNextPage", False) | ("hasPreviousPage", True):
                return more_beyond
            case ("hasNextPage", True) | ("hasPreviousPage", False):
                return more_behind
        cursors = self.kept(self.rows.c.cursor)
        index = number(1) if fact.name == "startCursor" else func.cardinality(cursors)
        found = func.array_to_json(cursors).op("->>", return_type=Text)(index - number(1))
        return func.coalesce(cast(func.to_json(found), Text), words("null"))


def concat(*pieces: Piece) -> ColumnElement[str]:
    """Join pieces of text: neighbouring literals become one, long lists are joined in chunks."""
    merged: list[ColumnElement[Any]] = []
    literal = ""
    for piece in pieces:
        if isinstance(piece, str):
            literal += piece
            continue
        merged += [words(literal), piece] if literal else [piece]
        literal = ""
    merged += [words(literal)] if literal else []
    if len(merged) == 1:
        return merged[0]
    while len(merged) > MOST_ARGUMENTS:
        merged = [
            func.concat(*merged[start : start + MOST_ARGUMENTS])
            for start in range(0, len(merged), MOST_ARGUMENTS)
        ]
    return func.concat(*merged, type_=Text)


def _as_json(value: ColumnElement[Any]) -> ColumnElement[str]:
    """A value as JSON text, exactly: a number that may have a fraction is written as a text."""
    match value.type:
        case SmallInteger() | Integer() | BigInteger():
            return cast(value, Text)
        case Numeric():
            return cast(func.to_json(cast(value, Text)), Text)
    return cast(func.to_json(value), Text)


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


def _object(fields: Iterable[tuple[str, ColumnElement[str]]]) -> ColumnElement[str]:
    """An object as JSON text: its braces and keys are literals, its values expressions."""
    pieces: list[Piece] = []
    for key, value in fields:
        pieces += [f',"{key}":' if pieces else f'"{key}":', value]
    return concat("{", *pieces, "}")


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
