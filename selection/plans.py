"""The plan of an operation: what is selected, as plain data, before any SQL.

A plan holds no value of a caller's, only bind parameters, so one plan serves every value. Each class below is
a field of the answer under its response key, `key`; a class with `parts` holds what is selected inside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLOutputType
from sqlalchemy import BindParameter, ColumnElement

from selection.arguments import Reader
from selection.entities import MOST_ROWS, Computed, Derived, Entity, Identity, Link, Order, Rows, Stored

ROW_KEY = "row_key"  # under this name a plan is given the key of the row that it shows
HIDDEN = "/"  # no name in GraphQL has a stroke, so no caller's key begins so
HIDDEN_TYPE = (
    f"{HIDDEN}type"  # under this key an object of an abstract type says its type, where we must know
)
PAGE_STEPS = (10, 25, 50, MOST_ROWS)

# The arguments of a declaration by name; None where the caller left one out.
Arguments = Mapping[str, BindParameter[Any] | None]


@dataclass(frozen=True, slots=True)
class TypeName:
    """`__typename`."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Mark:
    """That an object tells these fields of somebody: no field of it, but what is noted of it."""

    entity: Entity
    fields: tuple[str, ...]
    key: str = f"{HIDDEN}mark"


@dataclass(frozen=True, slots=True)
class Value:
    """A scalar: the global identifier, a stored column, or an expression."""

    key: str
    entity: Entity
    declaration: Identity | Stored | Computed
    name: str
    arguments: Arguments
    nullable: bool


@dataclass(frozen=True, slots=True)
class One:
    """At most one row."""

    key: str
    entity: Entity
    declaration: Link
    arguments: Arguments
    parts: tuple["Part", ...]


@dataclass(frozen=True, slots=True)
class OneOf:
    """At most one row, of the first entity that has one."""

    key: str
    options: tuple[One, ...]


@dataclass(frozen=True, slots=True)
class Projection:
    """How a value that a rule gave is shown: leaves as their type writes them, objects by their attributes.

    `parts` has, for each type that its objects may have, what is selected of them.
    """

    key: str
    attribute: str
    type: GraphQLOutputType
    parts: Mapping[str, tuple["TypeName | Projection", ...]]


@dataclass(frozen=True, slots=True)
class Derivation:
    """What a rule says of the facts of a row, which stand in its place until then.

    `facts` are written over the tables themselves, for their names and types: the statement has its own.
    """

    key: str
    declaration: Derived
    arguments: Arguments
    values: Mapping[str, Reader]
    facts: Mapping[str, ColumnElement[Any]]
    shown: Projection


@dataclass(frozen=True, slots=True)
class RowList:
    """`nodes` of a page."""

    key: str
    parts: tuple["Part", ...]


@dataclass(frozen=True, slots=True)
class EdgeCursor:
    """`cursor` of an edge."""

    key: str


@dataclass(frozen=True, slots=True)
class EdgeNode:
    """`node` of an edge."""

    key: str
    parts: tuple["Part", ...]


@dataclass(frozen=True, slots=True)
class EdgeList:
    """`edges` of a page."""

    key: str
    parts: tuple["EdgePart", ...]


@dataclass(frozen=True, slots=True)
class PageFact:
    """A field of `pageInfo`, by its name in the schema."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class PageFacts:
    """`pageInfo` of a page."""

    key: str
    parts: tuple[TypeName | PageFact, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """`totalCount` or `totalCountIsExact` of a page."""

    key: str
    is_exactness: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A page of rows: `size` is what the caller asked for, `step` the literal bound in the statement."""

    key: str
    entity: Entity
    declaration: Rows
    arguments: Arguments
    order_name: str
    order: Order
    backwards: bool
    step: int
    size: int | BindParameter[int]
    place: tuple[BindParameter[Any], ...]
    parts: tuple["PagePart", ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Objects of any type by their global identifiers, `types` and `keys` side by side."""

    key: str
    many: bool
    types: BindParameter[Any]
    keys: BindParameter[Any]
    options: tuple[tuple[Entity, tuple["Part", ...]], ...]


Part = TypeName | Mark | Value | One | OneOf | Page | Choice | Derivation
PagePart = TypeName | RowList | EdgeList | PageFacts | Total
EdgePart = TypeName | EdgeCursor | EdgeNode
