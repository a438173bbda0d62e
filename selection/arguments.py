"""How the value of an argument gets from a request into a bind parameter, or to a rule."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Annotated, Any, TypeVar, get_args, get_origin

from graphql import (
    GraphQLField,
    GraphQLInputType,
    GraphQLObjectType,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_enum_type,
    is_list_type,
)
from graphql.execution.values import VariableValues
from graphql.language import visit
from graphql.language.visitor import Visitor
from graphql.utilities import coerce_input_literal
from sqlalchemy import Boolean, Date, Integer, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP
from sqlalchemy.types import TypeEngine

from db.connection import can_be_kept
from selection.entities import (
    BACK_REFERENCE,
    MOST_ROWS,
    Computed,
    Declaration,
    Derived,
    Entity,
    Keyed,
    Link,
    Names,
    Rows,
    Tells,
    Through,
    keywords_of,
)
from selection.faults import BadIdentifier, BadText, OperationFault, TextTooLong, TooManyValues

# What people look for is a name or a number. A document may use one long text in a hundred places.
LONGEST_TEXT = 1_000

M = TypeVar("M")

Reader = Callable[[VariableValues], Any]
Path = tuple[str | int, ...]
# What an installation looks for values by, by names that the authors know.
Functions = Mapping[str, Callable[[Any], Any]]
NO_FUNCTIONS: Functions = MappingProxyType({})

SQL_TYPES: Mapping[str, TypeEngine[Any]] = {
    "Boolean": Boolean(),
    "Date": Date(),
    "DateTime": TIMESTAMP(timezone=True),
    "Int": Integer(),
    "String": Text(),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument of a declaration: its Python name, its SQL type, and how its value becomes PostgreSQL's.

    An argument that only a rule takes has no SQL type. `tells` is the field of what is found that an argument
    tells something of; empty where it tells of none.
    """

    name: str
    sql_type: TypeEngine[Any] | None
    convert: Callable[[Any], Any]
    tells: str = ""


def parameters_of(
    field: GraphQLField, declaration: Declaration, entities: Mapping[str, Entity], keyed: Functions
) -> Mapping[str, Parameter]:
    """Pair the GraphQL arguments of a field with the keyword-only parameters of its declaration."""
    match declaration:
        case Rows(conditions=function) | Link(condition=function) | Computed(expression=function):
            declared, ruled = keywords_of(function), {}
        case Derived(facts=function, rule=rule):
            declared, ruled = keywords_of(function), keywords_of(rule)
        case _:
            return {}
    found = {}
    for graphql_name, argument in field.args.items():
        name = argument.extensions[BACK_REFERENCE].python_name
        if name in declared:
            parameter = _parameter(name, argument.type, declared[name].annotation, entities, keyed)
            tells = _marked(declared[name].annotation, Tells)
            named = graphql_name if graphql_name in fields_found(field) else ""
            found[graphql_name] = replace(parameter, tells=tells.field if tells else named)
        elif name in ruled:
            # What is looked at on the way to a rule is looked at by the author alone: no statement gets it.
            through = _marked(ruled[name].annotation, Through)
            found[graphql_name] = Parameter(name, None, through.function if through else _kept(_as_it_is))
    return found


def fields_found(field: GraphQLField) -> Collection[str]:
    """The fields of the object that a field leads to, by itself or on a page."""
    target = get_named_type(field.type)
    if isinstance(target, GraphQLObjectType) and "nodes" in target.fields:
        target = get_named_type(target.fields["nodes"].type)
    return target.fields if isinstance(target, GraphQLObjectType) else ()


def _parameter(
    name: str,
    graphql_type: GraphQLInputType,
    annotation: Any,  # noqa: ANN401 -- whatever the author wrote
    entities: Mapping[str, Entity],
    keyed: Functions,
) -> Parameter:
    named = get_named_type(graphql_type)
    if made := _marked(annotation, Keyed):
        return Parameter(name, ARRAY(LargeBinary), _kept(_by_function(keyed, made.function)))
    if refers := _marked(annotation, Names):
        entity = entities[refers.entity]
        sql_type, convert = entity.key.type, key_reader(entity)
    elif is_enum_type(named):
        sql_type, convert = Text(), str
    else:
        through = _marked(annotation, Through)
        sql_type, convert = SQL_TYPES[named.name], _kept(through.function if through else _as_it_is)
    if is_list_type(get_nullable_type(graphql_type)):
        return Parameter(name, ARRAY(sql_type), _of_each(convert))
    return Parameter(name, sql_type, convert)


def _by_function(keyed: Functions, name: str) -> Callable[[Any], Any]:
    """Look for a value by a function of the installation; who only reads declarations has none."""

    def looked_for(value: Any) -> Any:  # noqa: ANN401
        return keyed[name](value)

    return looked_for


def _as_it_is(value: Any) -> Any:  # noqa: ANN401
    return value


def _kept(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Let a value go on its way that PostgreSQL can keep.

    Raises (when read): BadText, TextTooLong.
    """

    def checked(value: Any) -> Any:  # noqa: ANN401
        if isinstance(value, str) and len(value) > LONGEST_TEXT:
            raise TextTooLong(most=LONGEST_TEXT)
        if not can_be_kept(value):
            raise BadText
        return convert(value)

    return checked


def _of_each(convert: Callable[[Any], Any]) -> Callable[[Any], list[Any]]:
    """Convert the items of a list.

    Raises (when read): TooManyValues.
    """

    def converted(values: Any) -> list[Any]:  # noqa: ANN401
        if len(values) > MOST_ROWS:
            raise TooManyValues(most=MOST_ROWS)
        return [convert(value) for value in values]

    return converted


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


def located(read: Reader, path: Path | None, argument: str) -> Reader:
    """Let what goes wrong while an argument is read say where it stands, as far as that is known."""

    def read_there(variables: VariableValues) -> Any:  # noqa: ANN401 -- what PostgreSQL takes
        try:
            return read(variables)
        except OperationFault as fault:
            fault.stands_at(path, argument)
            raise

    return read_there


class _VariableFinder(Visitor):
    found = False

    def enter_variable(self, *_: Any) -> None:  # noqa: ANN401 -- graphql-core's signature
        self.found = True


def reader_of(value: ValueNode, graphql_type: GraphQLInputType | None) -> Reader:
    """Read the value of an argument: a variable, a literal, or a literal with variables in it."""
    if isinstance(value, VariableNode):
        name = value.name.value
        return lambda variables: variables.coerced[name]
    if graphql_type is None:
        literal = getattr(value, "value", None)
        return lambda _: literal
    finder = _VariableFinder()
    visit(value, finder)
    if finder.found:
        return lambda variables: coerce_input_literal(value, graphql_type, variables)
    constant = coerce_input_literal(value, graphql_type)
    return lambda _: constant
