"""What an author writes: which column, which row and which rows a field means.

    @entity(dossiers, visible_to=policies.dossiers, needs=Scope.DOSSIER_READ)
    class Dossier(Node):
        reference: str = stored("What the applicant quotes.")
        overdue: bool = computed("…", lambda dossier: dossier.due_on < today())
        service: Service = link("…", lambda dossier, service: service.id == dossier.service_id)
        filed_by: Filer = either("…", Participant=lambda dossier, participant: …, Employer=…)
        events: Connection[Event] = rows("…", events_of, orders=…)
        deadline: Deadline = derived("…", deadline_of, facts=deadline_facts)

The functions of a declaration take the columns of tables by position, the parent first, and GraphQL arguments
by keyword. An argument is a bind parameter, or None where the caller left it out: never its value. That is
what makes a plan cacheable. Only the rule of a derived field is Python's own: it takes facts, which the same
statement brings, and the values of arguments. Nobody writes fetching: which columns is the caller's
selection, whose rows is the policy.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, Any, Generic, TypeVar

import strawberry
from sqlalchemy import Column, ColumnElement, Table
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.elements import KeyedColumnElement

from selection.cursors import Cursor

Columns = ReadOnlyColumnCollection[str, KeyedColumnElement[Any]]
Condition = ColumnElement[bool]
Policy = Callable[[Columns, str], Condition]
# By which right viewers of a capacity see a row, as SQL that says its key; None where nobody has to know.
ByRight = Callable[[Columns, str], ColumnElement[Any] | None]

DECLARATION = "selection"  # where a declaration stands in the metadata of its GraphQL field
# Where strawberry leaves its own definition on a graphql-core object.
BACK_REFERENCE = "strawberry-definition"
MOST_ROWS = 100  # the longest page
COMMON_ROWS = 20  # the page of a caller who does not say


@dataclass(frozen=True, slots=True)
class Entity:
    """A GraphQL type whose objects are rows of a table; without a table it has one row, the viewer's.

    `listed_to` asks in a list what `visible_to` asks of a row, where many are found in another way than one.
    `about` is the column that says whose data a row is; `by_right` says by which right it is seen.
    """

    name: str
    table: Table | None
    visible_to: Policy
    needs: str | None
    listed_to: Policy | None = None
    about: str = ""
    by_right: ByRight | None = None

    @property
    def rows(self) -> Table:
        """The table; only the viewer's own type has none, and nothing there asks for it."""
        assert self.table is not None  # noqa: S101 -- what has rows has a table
        return self.table

    @property
    def key(self) -> Column[Any]:
        """The column that identifies a row."""
        return _key(self.rows)


@cache
def _key(table: Table) -> Column[Any]:
    # SQLAlchemy looks for it anew each time, and a plan may name it a thousand times.
    return table.primary_key.columns[0]


@dataclass(frozen=True, slots=True)
class Names:
    """Says of an `ID` argument whose identifier it is: `Annotated[strawberry.ID, Names("Office")]`."""

    entity: str


@dataclass(frozen=True, slots=True)
class Through:
    """Says of an argument through which function its value goes: `Annotated[str, Through(folded)]`."""

    function: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Keyed:
    """Says of an argument that it is looked for by what the portal's own function of this name makes of it.

    Such a function has a key of the installation, and is given to the translator: it makes several bytes.
    """

    function: str


@dataclass(frozen=True, slots=True)
class Tells:
    """Says of an argument which field of what is found it tells something of, where its name does not."""

    field: str


@dataclass(frozen=True, slots=True)
class Identity:
    """The global identifier of a row: type and key, such as `Dossier:0199…`."""

    needs: str | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """The column of the same name, or the one named."""

    column: str | None
    needs: str | None


@dataclass(frozen=True, slots=True)
class Computed:
    """An SQL expression over the row's columns."""

    expression: Callable[..., ColumnElement[Any]]
    needs: str | None


@dataclass(frozen=True, slots=True)
class Link:
    """At most one row of another entity: the one that meets the condition."""

    condition: Callable[..., Condition]
    needs: str | None


@dataclass(frozen=True, slots=True)
class Either:
    """At most one row of several entities: of the first, by the name of its type, that has one."""

    conditions: Mapping[str, Callable[..., Condition]]
    needs: str | None


@dataclass(frozen=True, slots=True)
class Reads:
    """A table that facts are taken from, besides the row's own, and whose of its rows they are."""

    table: Table
    visible_to: Policy


@dataclass(frozen=True, slots=True)
class Derived:
    """What only Python can say: a rule over facts.

    `facts` takes the columns of the row, and of what the viewer may see of the tables in `reads`, and names
    SQL expressions; `rule` takes their values by those names, as Python has them, and the values of its own
    arguments. It costs as much as so many `rules` do.
    """

    rule: Callable[..., Any]
    facts: Callable[..., Mapping[str, ColumnElement[Any]]]
    reads: tuple[Reads, ...]
    needs: str | None
    rules: int = 1

    def tables(self, entity: Entity | None) -> list[Table]:
        """The tables whose columns the facts take: the row's own, where there are rows, and those read."""
        own = [entity.table] if entity and entity.table is not None else []
        return [*own, *(read.table for read in self.reads)]


@dataclass(frozen=True, slots=True)
class Order:
    """An order of rows.

    `columns` end with the key, all run in one direction, and none is null in the rows of `only`. `searched`
    has, under an argument, the columns instead where that is present: what is searched by a range of a column
    is in the order of that column, since no index has it in another. `unsearchable` has the arguments with
    which the order is refused for that reason. `tells` has the fields of which the order tells something.
    """

    columns: tuple[str, ...]
    descending: bool = False
    only: Callable[[Columns], Condition] | None = None
    searched: tuple[tuple[str, tuple[str, ...]], ...] = ()
    unsearchable: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()

    def refused(self, arguments: Mapping[str, object | None]) -> str | None:
        """The first argument present by which rows cannot be searched in this order."""
        return next((name for name in self.unsearchable if arguments.get(name) is not None), None)


@dataclass(frozen=True, slots=True)
class Rows:
    """A page of the rows of another entity that meet the conditions."""

    conditions: Callable[..., Iterable[Condition]]
    orders: Mapping[str, Order]
    needs: str | None

    def usual(self, arguments: Mapping[str, object | None]) -> str:
        """The order of a caller who does not say: the first that can be searched by these arguments."""
        names = (name for name, order in self.orders.items() if not order.refused(arguments))
        return next(names, next(iter(self.orders)))

    def order(self, name: str, arguments: Mapping[str, object | None]) -> tuple[str, Order]:
        """An order by its name, as it is where these arguments are present, and its name in cursors."""
        order = self.orders[name]
        for argument, columns in order.searched:
            if arguments[argument] is not None:
                return f"{name}:{argument}", replace(order, columns=columns)
        return name, order


@dataclass(frozen=True, slots=True)
class Nodes:
    """Objects of any type by their global identifiers; `many` for a list."""

    many: bool
    needs: str | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A row of an entity that the payload of a mutation shows after the act."""

    needs: str | None = None


@dataclass(frozen=True, slots=True)
class Followed:
    """What a subscription follows: rows in an order, as long as the row that owns them may be seen."""

    owner: str
    conditions: Callable[..., Iterable[Condition]]
    order: Order


Declaration = Identity | Stored | Computed | Link | Either | Rows | Nodes | Fetched | Derived


@strawberry.interface(description="Something with a global identifier.")
class Node:
    """Something with a global identifier."""

    id: strawberry.ID = strawberry.field(
        description="The global identifier: opaque, stable, accepted by `node`.",
        metadata={DECLARATION: Identity()},
    )


T = TypeVar("T")


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    """Where a page stands in its list."""

    has_next_page: bool = strawberry.field(description="Whether rows follow this page.")
    has_previous_page: bool = strawberry.field(description="Whether rows precede this page.")
    start_cursor: Cursor | None = strawberry.field(description="The cursor of the page's first row.")
    end_cursor: Cursor | None = strawberry.field(description="The cursor of the page's last row.")


@strawberry.type(description="A row of a list, with its place in the list.")
class Edge(Generic[T]):
    """A row of a list, with its place in the list."""

    cursor: Cursor = strawberry.field(description="The place of the row: pass it as `after` or `before`.")
    node: T = strawberry.field(description="The row.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    """A page of a list."""

    nodes: list[T] = strawberry.field(description="The rows of the page.")
    edges: list[Edge[T]] = strawberry.field(description="The rows of the page, with their cursors.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in its list.")
    total_count: int = strawberry.field(
        description="How many rows the list has for this viewer, counted up to 10,000."
    )
    total_count_is_exact: bool = strawberry.field(
        description="False where the list has more rows than `totalCount` says."
    )


ORDER = "The order of the list; if absent, the first that can be searched by the other arguments."
PAGE_ARGUMENTS = (
    (
        "first",
        Annotated[
            int | None,
            strawberry.argument(description=f"At most this many rows from the start, 1 to {MOST_ROWS}."),
        ],
        COMMON_ROWS,
    ),
    (
        "after",
        Annotated[Cursor | None, strawberry.argument(description="Only rows after this cursor.")],
        None,
    ),
    (
        "last",
        Annotated[
            int | None,
            strawberry.argument(description=f"At most this many rows from the end, 1 to {MOST_ROWS}."),
        ],
        None,
    ),
    (
        "before",
        Annotated[Cursor | None, strawberry.argument(description="Only rows before this cursor.")],
        None,
    ),
)


def entity(
    table: Table | None,
    *,
    visible_to: Policy,
    needs: str | None = None,
    listed_to: Policy | None = None,
    about: str = "",
    by_right: ByRight | None = None,
) -> Callable[[type[T]], type[T]]:
    """Declare a class as the GraphQL type of a table's rows; its docstring is the type's description.

    `needs` is the scope that every look at the type takes; `listed_to` the same policy as `visible_to`, said
    in the way that finds many rows. What is shown of a row is noted as shown of the person whom its column
    `about` names, and as seen `by_right`.
    """

    def declare(cls: type[T]) -> type[T]:
        described = " ".join((cls.__doc__ or "").split())
        declared = strawberry.type(cls, description=described)
        declared.__entity__ = Entity(  # type: ignore[attr-defined]
            declared.__name__, table, visible_to, needs, listed_to, about, by_right
        )
        return declared

    return declare


def stored(description: str, *, column: str | None = None, needs: str | None = None) -> Any:  # noqa: ANN401 -- the annotation beside it says the type
    """Expose a stored column: the one named as the field, or `column`."""
    return strawberry.field(description=description, metadata={DECLARATION: Stored(column, needs)})


def computed(
    description: str, expression: Callable[..., ColumnElement[Any]], *, needs: str | None = None
) -> Any:  # noqa: ANN401
    """Expose an SQL expression over the row's columns."""
    return strawberry.field(
        resolver=_arguments_of([expression]),
        description=description,
        metadata={DECLARATION: Computed(expression, needs)},
    )


def link(description: str, condition: Callable[..., Condition], *, needs: str | None = None) -> Any:  # noqa: ANN401
    """Expose the one row of another entity that meets the condition."""
    return strawberry.field(
        resolver=_arguments_of([condition]),
        description=description,
        metadata={DECLARATION: Link(condition, needs)},
    )


def either(description: str, *, needs: str | None = None, **conditions: Callable[..., Condition]) -> Any:  # noqa: ANN401
    """Expose a row of one of several entities: each by the name of its type, with its condition."""
    return strawberry.field(
        resolver=_arguments_of([]),
        description=description,
        metadata={DECLARATION: Either(conditions, needs)},
    )


def derived(
    description: str,
    rule: Callable[..., Any],
    *,
    facts: Callable[..., Mapping[str, ColumnElement[Any]]],
    reads: Iterable[Reads] = (),
    needs: str | None = None,
    rules: int = 1,
) -> Any:  # noqa: ANN401
    """Expose what a rule says of the facts. Who selects none of its kind pays nothing for it.

    The rule may raise an OperationFault: the field is null then, and the fault stands at its path. What takes
    longer than a rule usually does costs as much as so many `rules`.
    """
    return strawberry.field(
        resolver=_arguments_of([facts, rule]),
        description=description,
        metadata={DECLARATION: Derived(rule, facts, tuple(reads), needs, rules)},
    )


def rows(
    description: str,
    conditions: Callable[..., Iterable[Condition]],
    *,
    orders: Mapping[Any, Order],
    needs: str | None = None,
) -> Any:  # noqa: ANN401
    """Expose a page of the rows of another entity. As every list has a bound, a page's arguments are given.

    `orders` has the orders a caller may choose among, under the values of one enum; the first that can be
    searched by the other arguments is the usual one, and where there is only one nobody is asked.
    """
    named = {str(name): order for name, order in orders.items()}
    asked = (
        [("order", Annotated[type(next(iter(orders))) | None, strawberry.argument(description=ORDER)], None)]
        if len(orders) > 1
        else []
    )
    return strawberry.field(
        resolver=_arguments_of([conditions], *asked, *PAGE_ARGUMENTS),
        description=description,
        metadata={DECLARATION: Rows(conditions, named, needs)},
    )


def nodes(description: str, *, many: bool) -> Any:  # noqa: ANN401
    """Expose objects of any type by their global identifiers."""
    identifiers = (
        Annotated[list[strawberry.ID], strawberry.argument(description=f"At most {MOST_ROWS} identifiers.")]
        if many
        else Annotated[strawberry.ID, strawberry.argument(description="The identifier.")]
    )
    return strawberry.field(
        resolver=_arguments_of([], ("ids" if many else "id", identifiers, inspect.Parameter.empty)),
        description=description,
        metadata={DECLARATION: Nodes(many)},
    )


def fetched(description: str) -> Any:  # noqa: ANN401
    """Show, in the payload of a mutation, a row as it is after the act: read by the query's path."""
    return strawberry.field(
        resolver=_arguments_of([]),
        description=description,
        metadata={DECLARATION: Fetched()},
    )


def _arguments_of(functions: Sequence[Callable[..., Any]], *more: tuple[str, Any, Any]) -> Callable[..., Any]:
    """Make the signature that strawberry reads the arguments from: the keyword-only ones, and `more`."""

    def planned(**_arguments: object) -> None:
        """Stand for the field; its answer comes from a plan."""

    keyword_only = {
        name: parameter for function in functions for name, parameter in keywords_of(function).items()
    }
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
        for name, annotation, default in more
    ]
    planned.__signature__ = inspect.Signature([*keyword_only.values(), *added])  # type: ignore[attr-defined]
    planned.__module__ = functions[0].__module__ if functions else __name__
    return planned


def keywords_of(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """The GraphQL arguments of an author's function: its keyword-only parameters."""
    return {
        name: parameter
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    }


def positions_of(function: Callable[..., Any]) -> list[str]:
    """What an author's function takes from us: tables' columns, or facts."""
    return [name for name in inspect.signature(function).parameters if name not in keywords_of(function)]
