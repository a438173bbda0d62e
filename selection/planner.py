"""From a selection to its plan, refusing at its path what the viewer's scopes do not allow.

Planning sees which arguments are present and the few values that shape a statement (order, direction, the
step of a page, @skip and @include); every other value arrives later as a bind parameter.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    InlineFragmentNode,
    IntValueNode,
    NullValueNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_non_null_type,
)
from graphql.execution.values import VariableValues
from sqlalchemy import BindParameter, Integer, Text, bindparam
from sqlalchemy.dialects.postgresql import ARRAY

from selection.arguments import Path, Reader, located, reader_of
from selection.catalogue import BACK_REFERENCE, Catalogue, Parameter, key_reader
from selection.cursors import read_cursor
from selection.entities import (
    COMMON_ROWS,
    MOST_ROWS,
    Computed,
    Entity,
    Fetched,
    Followed,
    Identity,
    Link,
    Nodes,
    Order,
    Rows,
    Stored,
)
from selection.faults import (
    BadIdentifier,
    BadPageDirection,
    BadPageSize,
    ScopeMissing,
    TooDeep,
    TooManyIdentifiers,
)
from selection.plans import (
    HIDDEN,
    PAGE_STEPS,
    ROW_KEY,
    Arguments,
    Choice,
    EdgeCursor,
    EdgeList,
    EdgeNode,
    EdgePart,
    One,
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

# A person's page is 8 deep. SQL is written as deep as the fields are, and Python's stack has an end.
MOST_DEPTH = 20


class Unplannable(Exception):  # noqa: N818 -- not an error: ordinary execution answers instead
    """The operation has a field that no declaration answers."""


@dataclass
class Planner:
    """Plans one operation for one capacity of viewers and one shape of variables."""

    catalogue: Catalogue
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: VariableValues
    scopes: frozenset[str]
    # Under ordinary execution an object of an abstract type says its type under this hidden key.
    names_types: bool = False
    readers: dict[str, Reader] = field(default_factory=dict)

    def parts(
        self, parent: GraphQLObjectType, selections: Sequence[SelectionSetNode], path: Path
    ) -> tuple[Part, ...]:
        """Plan what is selected of an object."""
        return tuple(
            self.part(parent, key, nodes, path) for key, nodes in self.collect(parent, selections).items()
        )

    def part(self, parent: GraphQLObjectType, key: str, nodes: list[FieldNode], path: Path) -> Part:
        """Plan one field under its response key; `nodes` are all its occurrences, merged."""
        name = nodes[0].name.value
        if name == "__typename":
            return TypeName(key, parent.name)
        declaration = self.catalogue.declaration(parent.name, name)
        if declaration is None:
            raise Unplannable(f"{parent.name}.{name}")
        path = (*path, key)
        if len(path) > MOST_DEPTH:
            raise TooDeep(most=MOST_DEPTH, nodes=nodes, path=path)
        self._check(declaration.needs, nodes, path)
        graphql_field = parent.fields[name]
        arguments = self._arguments(parent.name, graphql_field, nodes[0], path)
        match declaration:
            case Identity() | Stored() | Computed():
                definition = graphql_field.extensions[BACK_REFERENCE]
                return Value(
                    key,
                    self.catalogue.entities[parent.name],
                    declaration,
                    definition.python_name,
                    arguments,
                    nullable=not is_non_null_type(graphql_field.type),
                )
            case Link():
                target, entity = self._target(graphql_field, nodes, path)
                return One(key, entity, declaration, arguments, self.parts(target, _below(nodes), path))
            case Rows():
                return self._page(key, declaration, graphql_field, nodes, arguments=arguments, path=path)
            case Nodes():
                return self._choice(key, declaration, graphql_field, nodes, path)
        raise Unplannable(f"{parent.name}.{name}")

    def collect(
        self, parent: GraphQLObjectType, selections: Iterable[SelectionSetNode]
    ) -> dict[str, list[FieldNode]]:
        """Gather the fields of an object by response key, in the document's order, through its fragments.

        Source: GraphQL specification, section 6.3.2 CollectFields.
        """
        found: dict[str, list[FieldNode]] = {}
        for node in self._fields(parent, selections, set()):
            found.setdefault((node.alias or node.name).value, []).append(node)
        return found

    def _fields(
        self, parent: GraphQLObjectType, selections: Iterable[SelectionSetNode], spread: set[str]
    ) -> Iterator[FieldNode]:
        for selection_set in selections:
            for node in selection_set.selections:
                if not self._included(node):
                    continue
                match node:
                    case FieldNode():
                        yield node
                    case InlineFragmentNode():
                        if node.type_condition is None or self._applies(
                            parent, node.type_condition.name.value
                        ):
                            yield from self._fields(parent, [node.selection_set], spread)
                    case FragmentSpreadNode(name=name) if name.value not in spread:
                        spread.add(name.value)
                        fragment = self.fragments[name.value]
                        if self._applies(parent, fragment.type_condition.name.value):
                            yield from self._fields(parent, [fragment.selection_set], spread)

    def _included(self, node: Any) -> bool:  # noqa: ANN401 -- any selection has directives
        for directive in node.directives or ():
            if directive.name.value in ("skip", "include"):
                condition = self._value(directive.arguments[0].value)
                if condition is (directive.name.value == "skip"):
                    return False
        return True

    def _applies(self, parent: GraphQLObjectType, condition: str) -> bool:
        return condition == parent.name or any(interface.name == condition for interface in parent.interfaces)

    def _check(self, scope: str | None, nodes: list[FieldNode], path: Path) -> None:
        if scope is not None and scope not in self.scopes:
            raise ScopeMissing(scope=scope, nodes=nodes, path=path)

    def _target(
        self, graphql_field: GraphQLField, nodes: list[FieldNode], path: Path
    ) -> tuple[GraphQLObjectType, Entity]:
        target = get_named_type(graphql_field.type)
        assert isinstance(target, GraphQLObjectType)  # noqa: S101 -- a link leads to an entity
        entity = self.catalogue.entities[target.name]
        self._check(entity.needs, nodes, path)
        return target, entity

    # Parts of an operation that strawberry executes.

    def fetched(self, parent: GraphQLObjectType, key: str, nodes: list[FieldNode], path: Path) -> One | None:
        """Plan the row that a payload shows; None for a field of the payload that is no row."""
        path = (*path, key)
        name = nodes[0].name.value
        if not isinstance(self.catalogue.declaration(parent.name, name), Fetched):
            return None
        target, entity = self._target(parent.fields[name], nodes, path)
        return self.row(key, entity, self.parts(target, _below(nodes), path))

    def row(self, key: str, entity: Entity, parts: tuple[Part, ...]) -> One:
        """Plan the row whose key is given as `row_key` when the plan is run."""
        argument = bindparam(ROW_KEY, type_=entity.key.type)
        condition = Link(lambda row, *, key: row[entity.key.name] == key, None)
        return One(key, entity, condition, {"key": argument}, parts)

    def followed(
        self, target: GraphQLObjectType, nodes: list[FieldNode], followed: Followed, path: Path
    ) -> One:
        """Plan the owner of what a subscription follows, and in it a page of the rows after a place.

        The owner's key is given as `row_key` when the plan is run, the place under the columns of the order.
        """
        entity, owner = self.catalogue.entities[target.name], self.catalogue.entities[followed.owner]
        self._check(entity.needs, nodes, path)
        self._check(owner.needs, nodes, path)
        columns = [entity.rows.c[name] for name in followed.order.columns]
        hidden = tuple(
            Value(
                f"{HIDDEN}{column.name}", entity, Stored(column.name, None), column.name, {}, nullable=False
            )
            for column in columns
        )
        page = Page(
            "page",
            entity,
            Rows(followed.conditions, {}, None),
            arguments={},
            order_name="",
            order=followed.order,
            backwards=False,
            step=MOST_ROWS,
            size=MOST_ROWS,
            place=tuple(bindparam(column.name, type_=column.type) for column in columns),
            parts=(RowList("nodes", (*hidden, *self.parts(target, _below(nodes), path))),),
        )
        return self.row("owner", owner, (page,))

    # Arguments: what is absent shapes the plan, what is present becomes a bind parameter.

    def _arguments(
        self, parent: str, graphql_field: GraphQLField, node: FieldNode, path: Path
    ) -> dict[str, BindParameter[Any] | None]:
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        found: dict[str, BindParameter[Any] | None] = {}
        for name, parameter in self.catalogue.parameters.get((parent, node.name.value), {}).items():
            value = given.get(name)
            found[parameter.name] = (
                self._bind(parameter, value, graphql_field.args[name].type, path, name)
                if self._present(value)
                else None
            )
        return found

    def _present(self, value: ValueNode | None) -> bool:
        if isinstance(value, VariableNode):
            return self.variables.coerced.get(value.name.value) is not None
        return value is not None and not isinstance(value, NullValueNode)

    def _value(self, value: ValueNode) -> Any:  # noqa: ANN401 -- a value that shapes the plan
        if isinstance(value, VariableNode):
            return self.variables.coerced.get(value.name.value)
        return int(value.value) if isinstance(value, IntValueNode) else getattr(value, "value", None)

    def _bind(
        self,
        parameter: Parameter,
        value: ValueNode | None,
        graphql_type: GraphQLInputType,
        path: Path,
        argument: str,
    ) -> BindParameter[Any]:
        assert value is not None  # noqa: S101 -- only what is present is bound
        read = reader_of(value, graphql_type)
        return self._parameter(
            parameter.sql_type, lambda variables: parameter.convert(read(variables)), path, argument
        )

    def _parameter(
        self,
        sql_type: Any,  # noqa: ANN401 -- SQLAlchemy's type of any value
        read: Reader,
        path: Path,
        argument: str,
    ) -> BindParameter[Any]:
        """Add a bind parameter, numbered in the order of the plan: the same plan gives the same text."""
        name = f"p{len(self.readers) + 1}"
        self.readers[name] = located(read, path, argument)
        return bindparam(name, type_=sql_type)

    # Pages.

    def _page(
        self,
        key: str,
        declaration: Rows,
        graphql_field: GraphQLField,
        nodes: list[FieldNode],
        *,
        arguments: Arguments,
        path: Path,
    ) -> Page:
        connection = get_named_type(graphql_field.type)
        assert isinstance(connection, GraphQLObjectType)  # noqa: S101 -- rows are served as a connection
        _, entity = self._target(connection.fields["nodes"], nodes, path)
        given = {argument.name.value: argument.value for argument in nodes[0].arguments or ()}
        backwards = self._present(given.get("last"))
        explicit_first, after, before = (
            self._present(given.get(name)) for name in ("first", "after", "before")
        )
        if (backwards and (explicit_first or after)) or (before and not backwards):
            raise BadPageDirection(nodes=nodes, path=path)
        order_name = (
            str(self._value(given["order"]))
            if self._present(given.get("order"))
            else next(iter(declaration.orders))
        )
        order = declaration.orders[order_name]
        bound, place = ("last", "before") if backwards else ("first", "after")
        step, size = self._size(given.get(bound), path, bound)
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
            self._place(entity, order_name, order, given.get(place), path=path, argument=place)
            if before or after
            else (),
            tuple(
                self._page_part(connection, *item, path)
                for item in self.collect(connection, _below(nodes)).items()
            ),
        )

    def _size(
        self, value: ValueNode | None, path: Path, argument: str
    ) -> tuple[int, int | BindParameter[int]]:
        if not self._present(value) or value is None:
            return COMMON_ROWS, COMMON_ROWS
        size = _page_size(self._value(value), path)
        if not isinstance(value, VariableNode):
            return size, size
        name = value.name.value
        step = next(step for step in PAGE_STEPS if size <= step)
        return step, self._parameter(
            Integer(), lambda variables: _page_size(variables.coerced[name], path), path, argument
        )

    def _place(
        self,
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
            self._parameter(column.type, reader(index, column.type.python_type), path, argument)
            for index, column in enumerate(columns)
        )

    def _page_part(
        self, connection: GraphQLObjectType, key: str, nodes: list[FieldNode], path: Path
    ) -> PagePart:
        name = nodes[0].name.value
        path = (*path, key)
        match name:
            case "__typename":
                return TypeName(key, connection.name)
            case "nodes":
                target, _ = self._target(connection.fields["nodes"], nodes, path)
                return RowList(key, self.parts(target, _below(nodes), path))
            case "edges":
                edge = get_named_type(connection.fields["edges"].type)
                assert isinstance(edge, GraphQLObjectType)  # noqa: S101 -- an edge is an object
                fields = self.collect(edge, _below(nodes))
                return EdgeList(key, tuple(self._edge_part(edge, *item, path) for item in fields.items()))
            case "pageInfo":
                page_info = get_named_type(connection.fields["pageInfo"].type)
                assert isinstance(page_info, GraphQLObjectType)  # noqa: S101 -- page information is an object
                return PageFacts(
                    key,
                    tuple(
                        TypeName(inner, page_info.name)
                        if node.name.value == "__typename"
                        else PageFact(inner, node.name.value)
                        for inner, (node, *_) in self.collect(page_info, _below(nodes)).items()
                    ),
                )
            case _:
                return Total(key, is_exactness=name == "totalCountIsExact")

    def _edge_part(self, edge: GraphQLObjectType, key: str, nodes: list[FieldNode], path: Path) -> EdgePart:
        match nodes[0].name.value:
            case "__typename":
                return TypeName(key, edge.name)
            case "cursor":
                return EdgeCursor(key)
            case _:
                target, _ = self._target(edge.fields["node"], nodes, (*path, key))
                return EdgeNode(key, self.parts(target, _below(nodes), (*path, key)))

    # Objects of any type.

    def _choice(
        self, key: str, declaration: Nodes, graphql_field: GraphQLField, nodes: list[FieldNode], path: Path
    ) -> Choice:
        interface = get_named_type(graphql_field.type)
        assert isinstance(interface, GraphQLInterfaceType)  # noqa: S101 -- objects of any type share an interface
        options = []
        for name in self.catalogue.node_types:
            entity, target = self.catalogue.entities[name], self.catalogue.schema.type_map[name]
            assert isinstance(target, GraphQLObjectType)  # noqa: S101 -- entities are objects
            if entity.needs is None or entity.needs in self.scopes:
                hidden: tuple[Part, ...] = (TypeName("__typename", name),) if self.names_types else ()
                options.append((entity, (*hidden, *self.parts(target, _below(nodes), path))))
        argument, value = next((given.name.value, given.value) for given in nodes[0].arguments or ())
        read = reader_of(value, graphql_field.args[argument].type)
        readers = {
            name: key_reader(entity)
            for name, entity in self.catalogue.entities.items()
            if entity.table is not None
        }

        def identifiers(variables: VariableValues) -> list[str]:
            given = read(variables) if declaration.many else [read(variables)]
            if len(given) > MOST_ROWS:
                raise TooManyIdentifiers(most=MOST_ROWS)
            return [identifier if _is_formed(identifier, readers) else ":" for identifier in given]

        return Choice(
            key,
            declaration.many,
            self._parameter(
                ARRAY(Text), lambda v: [i.partition(":")[0] for i in identifiers(v)], path, argument
            ),
            self._parameter(
                ARRAY(Text), lambda v: [i.partition(":")[2] for i in identifiers(v)], path, argument
            ),
            tuple(options),
        )


def _is_formed(identifier: str, readers: Mapping[str, Callable[[str], Any]]) -> bool:
    """Whether an identifier could be one of ours; one that could not is answered as one that is not there."""
    reader = readers.get(identifier.partition(":")[0])
    if reader is None:
        return False
    try:
        reader(identifier)
    except BadIdentifier:
        return False
    return True


def _below(nodes: Iterable[FieldNode]) -> list[SelectionSetNode]:
    return [node.selection_set for node in nodes if node.selection_set is not None]


def _page_size(size: int, path: Path) -> int:
    if not 1 <= size <= MOST_ROWS:
        raise BadPageSize(most=MOST_ROWS, path=path)
    return size
