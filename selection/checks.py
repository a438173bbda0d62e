"""What an author may not declare: it would fail at the first query, or write a JSON with a hole in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from graphql import GraphQLField, GraphQLNonNull, GraphQLSchema, get_named_type, is_abstract_type

from selection.entities import (
    Declaration,
    Derived,
    Either,
    Entity,
    Link,
    Stored,
    keywords_of,
    positions_of,
)

HIDDEN_MAY_BE_NULL = "a row that may be hidden may be null"


class DeclarationWrong(TypeError):  # noqa: N818 -- it names what is wrong
    """An author declared what no statement can answer."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a declaration stands: in which schema, at which field of which type."""

    schema: GraphQLSchema
    entities: Mapping[str, Entity]
    type_name: str
    name: str
    field: GraphQLField

    @property
    def is_required(self) -> bool:
        """Whether the field is never null."""
        return isinstance(self.field.type, GraphQLNonNull)


def wrongs(declaration: Declaration, place: Place) -> Iterator[str]:
    """Say what is wrong with a declaration."""
    match declaration:
        case Stored():
            return _stored(declaration, place)
        case Link():
            return _link(place)
        case Either():
            return _either(declaration, place)
        case Derived():
            return _derived(declaration, place)
    return iter(())


def _stored(declaration: Stored, place: Place) -> Iterator[str]:
    table = place.entities[place.type_name].table
    column = None if table is None else table.c.get(declaration.column or place.name)
    if column is None:
        yield "the table has no such column"
    elif place.is_required and column.nullable:
        yield "the column may be null, the field may not"


def _link(place: Place) -> Iterator[str]:
    table = place.entities[get_named_type(place.field.type).name].table
    if place.is_required and table is not None and not table.info.get("public"):
        yield HIDDEN_MAY_BE_NULL


def _either(declaration: Either, place: Place) -> Iterator[str]:
    if place.is_required:
        yield HIDDEN_MAY_BE_NULL
    abstract = get_named_type(place.field.type)
    types = place.schema.get_possible_types(abstract) if is_abstract_type(abstract) else ()
    names = sorted(found.name for found in types)
    if names != sorted(declaration.conditions):
        yield f"one of {names} is shown, but the conditions are for {sorted(declaration.conditions)}"


def _derived(declaration: Derived, place: Place) -> Iterator[str]:
    rule, facts = declaration.rule, declaration.facts
    if shared := keywords_of(rule).keys() & keywords_of(facts).keys():
        yield f"an argument is the rule's or a fact, not both: {sorted(shared)}"
    tables = declaration.tables(place.entities.get(place.type_name))
    known = list(facts(*(table.c for table in tables), **dict.fromkeys(keywords_of(facts))))
    if known != positions_of(rule):
        yield f"the rule takes {positions_of(rule)}, but the facts are {known}"
