"""Pages: from the selection of a connection to its part of the plan.

The step of a page, its order and its direction shape the plan; its size and its place are bind parameters.
"""

from typing import TYPE_CHECKING, Any

from graphql import FieldNode, GraphQLField, GraphQLObjectType, ValueNode, VariableNode, get_named_type
from sqlalchemy import BindParameter, Integer

from selection.arguments import Path, Reader, reader_of
from selection.collection import below
from selection.cursors import read_cursor
from selection.entities import BACK_REFERENCE, COMMON_ROWS, MOST_ROWS, Entity, Order, Rows
from selection.faults import BadPageDirection, BadPageSize, OrderCannotSearch
from selection.plans import (
    PAGE_STEPS,
    Arguments,
    EdgeCursor,
    EdgeList,
    EdgeNode,
    EdgePart,
    Page,
    PageFact,
    PageFacts,
    PagePart,
    RowList,
    Total,
    TypeName,
)

if TYPE_CHECKING:
    from selection.planner import Planner


def page(
    planner: "Planner",
    key: str,
    declaration: Rows,
    graphql_field: GraphQLField,
    nodes: list[FieldNode],
    *,
    arguments: Arguments,
    path: Path,
) -> Page:
    """Plan a page of rows; `nodes` are all the occurrences of its field, merged."""
    connection = get_named_type(graphql_field.type)
    assert isinstance(connection, GraphQLObjectType)  # noqa: S101 -- rows are served as a connection
    _, entity = planner.target(connection.fields["nodes"], nodes, path)
    given = {argument.name.value: argument.value for argument in nodes[0].arguments or ()}
    backwards = planner.selected.has(given.get("last"))
    explicit_first, after, before = (
        planner.selected.has(given.get(name)) for name in ("first", "after", "before")
    )
    if (backwards and (explicit_first or after)) or (before and not backwards):
        raise BadPageDirection(nodes=nodes, path=path)
    asked = (
        str(planner.selected.value(given["order"]))
        if planner.selected.has(given.get("order"))
        else declaration.usual(arguments)
    )
    order_name, order = declaration.order(asked, arguments)
    if entity.about:
        planner.check_told((entity.name,), order.tells, nodes, path)
    if refused := order.refused(arguments):
        raise OrderCannotSearch(
            order=asked, argument=_spelled(graphql_field, refused), nodes=nodes, path=path
        )
    bound, place = ("last", "before") if backwards else ("first", "after")
    step, size = _size(planner, given.get(bound), path, bound)
    return Page(
        key,
        entity,
        declaration,
        arguments,
        order_name,
        order,
        backwards,
        step,
        size,
        _place(planner, entity, order_name, order, given.get(place), path=path, argument=place)
        if before or after
        else (),
        tuple(
            _page_part(planner, connection, *item, path)
            for item in planner.selected.fields(connection, below(nodes)).items()
        ),
    )


def _spelled(graphql_field: GraphQLField, name: str) -> str:
    """An argument of a declaration, as callers write it."""
    return next(
        spelled
        for spelled, argument in graphql_field.args.items()
        if argument.extensions[BACK_REFERENCE].python_name == name
    )


def _size(
    planner: "Planner", value: ValueNode | None, path: Path, argument: str
) -> tuple[int, int | BindParameter[int]]:
    if not planner.selected.has(value) or value is None:
        return COMMON_ROWS, COMMON_ROWS
    size = _page_size(planner.selected.value(value), path)
    if not isinstance(value, VariableNode):
        return size, size
    name = value.name.value
    step = next(step for step in PAGE_STEPS if size <= step)
    return step, planner.parameter(
        Integer(), lambda variables: _page_size(variables.coerced[name], path), path, argument
    )


def _place(
    planner: "Planner",
    entity: Entity,
    order_name: str,
    order: Order,
    value: ValueNode | None,
    *,
    path: Path,
    argument: str,
) -> tuple[BindParameter[Any], ...]:
    assert value is not None  # noqa: S101 -- only a cursor that is present has a place
    read = reader_of(value, None)
    columns = [entity.rows.c[name] for name in order.columns]

    def reader(index: int, python_type: type) -> Reader:
        return lambda variables: read_cursor(read(variables)).value(
            index, len(columns), order_name, python_type
        )

    return tuple(
        planner.parameter(column.type, reader(index, column.type.python_type), path, argument)
        for index, column in enumerate(columns)
    )


def _page_part(
    planner: "Planner", connection: GraphQLObjectType, key: str, nodes: list[FieldNode], path: Path
) -> PagePart:
    name = nodes[0].name.value
    path = (*path, key)
    match name:
        case "__typename":
            return TypeName(key, connection.name)
        case "nodes":
            target, _ = planner.target(connection.fields["nodes"], nodes, path)
            return RowList(key, planner.parts(target, below(nodes), path))
        case "edges":
            edge = get_named_type(connection.fields["edges"].type)
            assert isinstance(edge, GraphQLObjectType)  # noqa: S101 -- an edge is an object
            fields = planner.selected.fields(edge, below(nodes))
            return EdgeList(key, tuple(_edge_part(planner, edge, *item, path) for item in fields.items()))
        case "pageInfo":
            page_info = get_named_type(connection.fields["pageInfo"].type)
            assert isinstance(page_info, GraphQLObjectType)  # noqa: S101 -- page information is an object
            return PageFacts(
                key,
                tuple(
                    TypeName(inner, page_info.name)
                    if node.name.value == "__typename"
                    else PageFact(inner, node.name.value)
                    for inner, (node, *_) in planner.selected.fields(page_info, below(nodes)).items()
                ),
            )
        case _:
            return Total(key, is_exactness=name == "totalCountIsExact")


def _edge_part(
    planner: "Planner", edge: GraphQLObjectType, key: str, nodes: list[FieldNode], path: Path
) -> EdgePart:
    match nodes[0].name.value:
        case "__typename":
            return TypeName(key, edge.name)
        case "cursor":
            return EdgeCursor(key)
        case _:
            target, _ = planner.target(edge.fields["node"], nodes, (*path, key))
            return EdgeNode(key, planner.parts(target, below(nodes), (*path, key)))


def _page_size(size: int, path: Path) -> int:
    if not 1 <= size <= MOST_ROWS:
        raise BadPageSize(most=MOST_ROWS, path=path)
    return size
