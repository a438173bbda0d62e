"""From a selection to its plan, refusing at its path what the viewer's scopes or assurance do not allow.

Planning sees which arguments are present and the few values that shape a statement (order, direction, the
step of a page, @skip and @include); every other value arrives later as a bind parameter.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLOutputType,
    SelectionSetNode,
    ValueNode,
    get_named_type,
    is_non_null_type,
)
from graphql.execution.values import VariableValues
from sqlalchemy import BindParameter, Text, bindparam
from sqlalchemy.dialects.postgresql import ARRAY

from db.connection import can_be_kept
from selection.arguments import Parameter, Path, Reader, located, reader_of
from selection.catalogue import Catalogue
from selection.collection import Selected, below
from selection.completion import is_completed
from selection.entities import (
    BACK_REFERENCE,
    MOST_ROWS,
    Computed,
    Condition,
    Derived,
    Either,
    Entity,
    Fetched,
    Followed,
    Identity,
    Link,
    Nodes,
    Rows,
    Stored,
)
from selection.faults import (
    BadIdentifier,
    FieldNotGranted,
    ScopeMissing,
    StepUpRequired,
    TooManyIdentifiers,
)
from selection.pages import page
from selection.plans import (
    HIDDEN,
    HIDDEN_TYPE,
    ROW_KEY,
    Choice,
    Derivation,
    Mark,
    One,
    OneOf,
    Page,
    Part,
    Projection,
    RowList,
    TypeName,
    Value,
)

TYPE_NAME = "__typename"


class Unplannable(Exception):  # noqa: N818 -- not an error: ordinary execution answers instead
    """The operation has a field that no declaration answers."""


@dataclass
class Planner:
    """Plans one operation for one capacity of viewers and one shape of variables."""

    catalogue: Catalogue
    selected: Selected
    scopes: frozenset[str]
    # The scopes that a sign-in at a higher level would give, and that level.
    withheld: Mapping[str, int] = field(default_factory=dict)
    # The fields of what is somebody's that may be asked for, as `Type.field`; None for all of them.
    granted: frozenset[str] | None = None
    # Strawberry executes: an object of an abstract type says its type under a hidden key, and what is not
    # declared strawberry resolves itself.
    is_executed: bool = False
    readers: dict[str, Reader] = field(default_factory=dict)

    def parts(
        self, parent: GraphQLObjectType, selections: Sequence[SelectionSetNode], path: Path
    ) -> tuple[Part, ...]:
        """Plan what is selected of an object."""
        fields = self.selected.fields(parent, selections)
        entity = self.catalogue.entities.get(parent.name)
        marks = [_mark(entity, fields)] if entity and entity.about else []
        planned = (
            self.part(parent, key, nodes, path)
            for key, nodes in fields.items()
            if not self.is_executed or self._is_planned(parent, nodes)
        )
        return (*marks, *planned)

    def _is_planned(self, parent: GraphQLObjectType, nodes: list[FieldNode]) -> bool:
        name = nodes[0].name.value
        return name == TYPE_NAME or self.catalogue.declaration(parent.name, name) is not None

    def part(self, parent: GraphQLObjectType, key: str, nodes: list[FieldNode], path: Path) -> Part:
        """Plan one field under its response key; `nodes` are all its occurrences, merged."""
        name = nodes[0].name.value
        if name == TYPE_NAME:
            return TypeName(key, parent.name)
        declaration = self.catalogue.declaration(parent.name, name)
        if declaration is None:
            raise Unplannable(f"{parent.name}.{name}")
        path = (*path, key)
        self._check(declaration.needs, nodes, path)
        graphql_field = parent.fields[name]
        if self.granted is not None and not isinstance(declaration, Nodes):
            self._check_granted(parent, graphql_field, nodes, path)
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
                target, entity = self.target(graphql_field, nodes, path)
                return One(key, entity, declaration, arguments, self.parts(target, below(nodes), path))
            case Rows():
                return page(self, key, declaration, graphql_field, nodes, arguments=arguments, path=path)
            case Nodes():
                return self._choice(key, declaration, graphql_field, nodes, path)
            case Either():
                return self._one_of(key, declaration, graphql_field, nodes, path)
            case Derived():
                tables = declaration.tables(self.catalogue.entities.get(parent.name))
                return Derivation(
                    key,
                    declaration,
                    arguments,
                    self._values(parent.name, graphql_field, nodes[0]),
                    declaration.facts(*(table.c for table in tables), **arguments),
                    self._projection(key, name, graphql_field.type, nodes),
                )
        raise Unplannable(f"{parent.name}.{name}")

    def _check(self, scope: str | None, nodes: list[FieldNode], path: Path) -> None:
        if scope is None or scope in self.scopes:
            return
        if scope in self.withheld:
            raise StepUpRequired(level=self.withheld[scope], nodes=nodes, path=path)
        raise ScopeMissing(scope=scope, nodes=nodes, path=path)

    def _check_granted(
        self, parent: GraphQLObjectType, graphql_field: GraphQLField, nodes: list[FieldNode], path: Path
    ) -> None:
        """Refuse a field of what is somebody's, one that leads there, and arguments that tell of another."""
        found = targets_of(self.catalogue, graphql_field)
        if not self._is_somebodys(parent.name) and not any(map(self._is_somebodys, found)):
            return
        name = nodes[0].name.value
        self.check_told((parent.name,), (name,), nodes, path)
        parameters = self.catalogue.parameters.get((parent.name, name), {})
        given = {argument.name.value: argument.value for argument in nodes[0].arguments or ()}
        told = [
            parameter.tells
            for spelled, parameter in parameters.items()
            if parameter.tells and self.selected.has(given.get(spelled))
        ]
        self.check_told(found, told, nodes, path)

    def check_told(
        self, types: Iterable[str], fields: Iterable[str], nodes: list[FieldNode], path: Path
    ) -> None:
        """Refuse what tells something of fields of these types that may not be asked for.

        Raises: FieldNotGranted.
        """
        if self.granted is not None:
            for told in (f"{name}.{field}" for name in types for field in fields):
                if told not in self.granted:
                    raise FieldNotGranted(field=told, nodes=nodes, path=path)

    def _is_somebodys(self, type_name: str) -> bool:
        entity = self.catalogue.entities.get(type_name)
        return entity is not None and bool(entity.about)

    def target(
        self, graphql_field: GraphQLField, nodes: list[FieldNode], path: Path
    ) -> tuple[GraphQLObjectType, Entity]:
        """The entity that a field leads to. Raises: ScopeMissing, StepUpRequired."""
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
        target, entity = self.target(parent.fields[name], nodes, path)
        return self.row(key, entity, self.parts(target, below(nodes), path))

    def row(self, key: str, entity: Entity, parts: tuple[Part, ...]) -> One:
        """Plan the row whose key is given as `row_key` when the plan is run."""
        argument = bindparam(ROW_KEY, type_=entity.key.type)
        return One(key, entity, Link(_of_key(entity.key.name), None), {"key": argument}, parts)

    def followed(
        self, target: GraphQLObjectType, nodes: list[FieldNode], followed: Followed, path: Path
    ) -> One:
        """Plan the owner of what a subscription follows, and in it a page of the rows after a place.

        The owner's key is given as `row_key` when the plan is run, the place under the columns of the order.
        """
        entity, owner = self.catalogue.entities[target.name], self.catalogue.entities[followed.owner]
        self.check_told(("Subscription",), (nodes[0].name.value,), nodes, path)
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
            parts=(RowList("nodes", (*hidden, *self.parts(target, below(nodes), path))),),
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
            if parameter.sql_type is not None:
                found[parameter.name] = (
                    self._bind(parameter, value, graphql_field.args[name].type, path, name)
                    if self.selected.has(value)
                    else None
                )
        return found

    def _values(self, parent: str, graphql_field: GraphQLField, node: FieldNode) -> dict[str, Reader]:
        """How the arguments that a rule takes are read; it has defaults of its own for those left out."""
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        return {
            parameter.name: located(
                _converted(reader_of(given[name], graphql_field.args[name].type), parameter.convert),
                None,
                name,
            )
            for name, parameter in self.catalogue.parameters[parent, node.name.value].items()
            if parameter.sql_type is None and self.selected.has(given.get(name))
        }

    def _bind(
        self,
        parameter: Parameter,
        value: ValueNode | None,
        graphql_type: GraphQLInputType,
        path: Path,
        argument: str,
    ) -> BindParameter[Any]:
        assert value is not None  # noqa: S101 -- only what is present is bound
        read = _converted(reader_of(value, graphql_type), parameter.convert)
        return self.parameter(parameter.sql_type, read, path, argument)

    def parameter(
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

    # Objects of several types.

    def _one_of(
        self, key: str, declaration: Either, graphql_field: GraphQLField, nodes: list[FieldNode], path: Path
    ) -> OneOf:
        options = []
        for target in self.catalogue.object_types(get_named_type(graphql_field.type)):
            entity = self.catalogue.entities[target.name]
            if self.selected.fields(target, below(nodes)):
                self._check(entity.needs, nodes, path)
            # An object of which nothing is selected is an empty one, and tells that it is there.
            if entity.needs is None or entity.needs in self.scopes:
                condition = Link(declaration.conditions[target.name], None)
                options.append(One(key, entity, condition, {}, self._typed(target, nodes, path)))
        return OneOf(key, tuple(options))

    def _typed(self, target: GraphQLObjectType, nodes: list[FieldNode], path: Path) -> tuple[Part, ...]:
        """Plan what is selected of an object of an abstract type; it says its type where we must know."""
        parts = self.parts(target, below(nodes), path)
        is_asked = self.is_executed or any(map(is_completed, parts))
        return (TypeName(HIDDEN_TYPE, target.name), *parts) if is_asked else parts

    def _projection(
        self, key: str, attribute: str, graphql_type: GraphQLOutputType, nodes: list[FieldNode]
    ) -> Projection:
        """Plan how a value that a rule gives is shown."""
        return Projection(
            key,
            attribute,
            graphql_type,
            {
                target.name: tuple(
                    TypeName(inner, target.name)
                    if found[0].name.value == TYPE_NAME
                    else self._projection(
                        inner,
                        target.fields[found[0].name.value].extensions[BACK_REFERENCE].python_name,
                        target.fields[found[0].name.value].type,
                        found,
                    )
                    for inner, found in self.selected.fields(target, below(nodes)).items()
                )
                for target in self.catalogue.object_types(get_named_type(graphql_type))
            },
        )

    def _choice(
        self, key: str, declaration: Nodes, graphql_field: GraphQLField, nodes: list[FieldNode], path: Path
    ) -> Choice:
        interface = get_named_type(graphql_field.type)
        assert isinstance(interface, GraphQLInterfaceType)  # noqa: S101 -- objects of any type share an interface
        options = []
        for name in self.catalogue.node_types:
            entity, target = self.catalogue.entities[name], self.catalogue.schema.type_map[name]
            assert isinstance(target, GraphQLObjectType)  # noqa: S101 -- entities are objects
            is_named = self.granted is None or not entity.about or f"{name}.id" in self.granted
            if is_named and (entity.needs is None or entity.needs in self.scopes):
                options.append((entity, self._typed(target, nodes, path)))
        argument, value = next((given.name.value, given.value) for given in nodes[0].arguments or ())
        read = reader_of(value, graphql_field.args[argument].type)
        readers = self.catalogue.key_readers

        def identifiers(variables: VariableValues) -> list[str]:
            given = read(variables) if declaration.many else [read(variables)]
            if len(given) > MOST_ROWS:
                raise TooManyIdentifiers(most=MOST_ROWS)
            return given

        # What could not be one of ours is of no type, so its key is never looked for.
        def types(variables: VariableValues) -> list[str]:
            return [
                identifier.partition(":")[0] if _is_formed(identifier, readers) else ""
                for identifier in identifiers(variables)
            ]

        def keys(variables: VariableValues) -> list[str]:
            found = (identifier.partition(":")[2] for identifier in identifiers(variables))
            return [key if can_be_kept(key) else "" for key in found]

        return Choice(
            key,
            declaration.many,
            self.parameter(ARRAY(Text), types, path, argument),
            self.parameter(ARRAY(Text), keys, path, argument),
            tuple(options),
        )


def _mark(entity: Entity, fields: Mapping[str, Sequence[FieldNode]]) -> Mark:
    """What an object tells of somebody: if nothing else, that it is there."""
    names = {nodes[0].name.value for nodes in fields.values()} - {TYPE_NAME} or {TYPE_NAME}
    return Mark(entity, tuple(f"{entity.name}.{name}" for name in sorted(names)))


def targets_of(catalogue: Catalogue, graphql_field: GraphQLField) -> tuple[str, ...]:
    """The types of the rows that a field leads to, by itself or on a page."""
    target = get_named_type(graphql_field.type)
    if isinstance(target, GraphQLObjectType) and "nodes" in target.fields:
        target = get_named_type(target.fields["nodes"].type)
    return tuple(found.name for found in catalogue.object_types(target))


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


@lru_cache
def _of_key(column: str) -> Callable[..., Condition]:
    """The condition of the row whose key is given."""
    return lambda row, *, key: row[column] == key


def _converted(read: Reader, convert: Callable[[Any], Any]) -> Reader:
    return lambda variables: convert(read(variables))
