"""What the schema's authors declared, found again by the names that a document uses."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar, get_args, get_origin

from graphql import (
    GraphQLField,
    GraphQLInputType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_enum_type,
    is_list_type,
)
from sqlalchemy import Boolean, Date, Integer, Text
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP
from sqlalchemy.types import TypeEngine

from db.connection import can_be_kept
from selection.entities import (
    DECLARATION,
    Computed,
    Declaration,
    Entity,
    Link,
    Names,
    Node,
    Rows,
    Stored,
    Through,
)
from selection.faults import BadIdentifier, BadText

M = TypeVar("M")

# Where strawberry leaves its own definition on a graphql-core object.
BACK_REFERENCE = "strawberry-definition"
# The interface of whatever has a global identifier.
NODE = Node.__name__

SQL_TYPES: Mapping[str, TypeEngine[Any]] = {
    "Boolean": Boolean(),
    "Date": Date(),
    "DateTime": TIMESTAMP(timezone=True),
    "Int": Integer(),
    "String": Text(),
}


class DeclarationWrong(TypeError):  # noqa: N818 -- it names what is wrong
    """An author declared what no statement can answer."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument of a declaration: its Python name, its SQL type, and how its value becomes PostgreSQL's."""

    name: str
    sql_type: TypeEngine[Any]
    convert: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The entities and declarations of a schema."""

    schema: GraphQLSchema
    entities: Mapping[str, Entity]
    declarations: Mapping[tuple[str, str], Declaration]
    parameters: Mapping[tuple[str, str], Mapping[str, Parameter]]
    node_types: tuple[str, ...]

    def declaration(self, parent: str, field_name: str) -> Declaration | None:
        """What the author declared for a field; None for a field that strawberry resolves."""
        return self.declarations.get((parent, field_name))


def catalogue_of(schema: GraphQLSchema) -> Catalogue:
    """Read the declarations out of a schema.

    Raises: DeclarationWrong for one that no statement could answer.
    """
    objects = [found for found in schema.type_map.values() if isinstance(found, GraphQLObjectType)]
    entities: dict[str, Entity] = {}
    for graphql_type in objects:
        author_class = getattr(graphql_type.extensions.get(BACK_REFERENCE), "origin", None)
        if entity := getattr(author_class, "__entity__", None):
            entities[graphql_type.name] = entity
    declarations: dict[tuple[str, str], Declaration] = {}
    parameters: dict[tuple[str, str], Mapping[str, Parameter]] = {}
    for graphql_type in objects:
        for name, field in graphql_type.fields.items():
            definition = field.extensions.get(BACK_REFERENCE)
            if declaration := getattr(definition, "metadata", {}).get(DECLARATION):
                _check(graphql_type.name, definition.python_name, field, declaration, entities)
                declarations[graphql_type.name, name] = declaration
                parameters[graphql_type.name, name] = _parameters(field, declaration, entities)
    node_types = sorted(
        graphql_type.name
        for graphql_type in objects
        if graphql_type.name in entities
        and any(interface.name == NODE for interface in graphql_type.interfaces)
    )
    return Catalogue(schema, entities, declarations, parameters, tuple(node_types))


def _check(
    type_name: str,
    name: str,
    field: GraphQLField,
    declaration: Declaration,
    entities: Mapping[str, Entity],
) -> None:
    """Refuse what would fail at the first query, or write a JSON with a hole in it."""
    is_required = isinstance(field.type, GraphQLNonNull)
    match declaration:
        case Stored():
            table = entities[type_name].table
            column = None if table is None else table.c.get(declaration.column or name)
            if column is None:
                raise DeclarationWrong(f"{type_name}.{name}: the table has no such column")
            if is_required and column.nullable:
                raise DeclarationWrong(f"{type_name}.{name}: the column may be null, the field may not")
        case Link():
            target = entities[get_named_type(field.type).name]
            if is_required and target.table is not None and not target.table.info.get("public"):
                raise DeclarationWrong(f"{type_name}.{name}: a row that may be hidden may be null")


def _parameters(
    field: GraphQLField, declaration: Declaration, entities: Mapping[str, Entity]
) -> Mapping[str, Parameter]:
    """Pair the GraphQL arguments of a field with the keyword-only parameters of its declaration."""
    match declaration:
        case Rows(conditions=function) | Link(condition=function) | Computed(expression=function):
            declared = inspect.signature(function).parameters
        case _:
            return {}
    found = {}
    for graphql_name, argument in field.args.items():
        name = argument.extensions[BACK_REFERENCE].python_name
        if name in declared and declared[name].kind is inspect.Parameter.KEYWORD_ONLY:
            found[graphql_name] = _parameter(name, argument.type, declared[name].annotation, entities)
    return found


def _parameter(
    name: str,
    graphql_type: GraphQLInputType,
    annotation: Any,  # noqa: ANN401 -- whatever the author wrote
    entities: Mapping[str, Entity],
) -> Parameter:
    named = get_named_type(graphql_type)
    if refers := _marked(annotation, Names):
        entity = entities[refers.entity]
        sql_type, convert = entity.key.type, key_reader(entity)
    elif is_enum_type(named):
        sql_type, convert = Text(), str
    else:
        through = _marked(annotation, Through)
        sql_type, convert = SQL_TYPES[named.name], _kept(through.function if through else _as_it_is)
    if is_list_type(get_nullable_type(graphql_type)):
        one = convert
        return Parameter(name, ARRAY(sql_type), lambda values: [one(value) for value in values])
    return Parameter(name, sql_type, convert)


def _as_it_is(value: Any) -> Any:  # noqa: ANN401
    return value


def _kept(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Let a value go on its way that PostgreSQL can keep.

    Raises (when read): BadText.
    """

    def checked(value: Any) -> Any:  # noqa: ANN401
        if not can_be_kept(value):
            raise BadText
        return convert(value)

    return checked


def _marked(annotation: Any, mark: type[M]) -> M | None:  # noqa: ANN401
    """Find a mark in an annotation, under `| None`, `list[…]` and `Annotated[…]`."""
    if get_origin(annotation) is Annotated:
        for extra in annotation.__metadata__:
            if isinstance(extra, mark):
                return extra
    return next((found for part in get_args(annotation) if (found := _marked(part, mark))), None)


def key_reader(entity: Entity) -> Callable[[str], Any]:
    """Read the key out of a global identifier of one entity.

    Raises (when read): BadIdentifier when it is of another type or has another form.
    """
    python_type = entity.key.type.python_type

    def read(identifier: str) -> Any:  # noqa: ANN401
        prefix, _, key = identifier.partition(":")
        try:
            value = python_type(key)
        except ValueError as error:
            raise BadIdentifier(entity=entity.name) from error
        # Python reads more than we write, such as `urn:uuid:…` or `1_000`, and PostgreSQL not all of it.
        if prefix != entity.name or str(value) != key or not can_be_kept(value):
            raise BadIdentifier(entity=entity.name)
        return value

    return read
