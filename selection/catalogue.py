"""What the schema's authors declared, found again by the names that a document uses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from graphql import (
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
)

from selection.arguments import NO_FUNCTIONS, Functions, Parameter, key_reader, parameters_of
from selection.checks import DeclarationWrong, Place, wrongs
from selection.entities import BACK_REFERENCE, DECLARATION, Declaration, Entity, Node

# The interface of whatever has a global identifier.
NODE = Node.__name__


@dataclass(frozen=True)
class Catalogue:
    """The entities and declarations of a schema."""

    schema: GraphQLSchema
    entities: Mapping[str, Entity]
    declarations: Mapping[tuple[str, str], Declaration]
    parameters: Mapping[tuple[str, str], Mapping[str, Parameter]]
    node_types: tuple[str, ...]

    @cached_property
    def key_readers(self) -> Mapping[str, Callable[[str], Any]]:
        """How the key of each entity that has rows is read out of a global identifier."""
        return {
            name: key_reader(entity) for name, entity in self.entities.items() if entity.table is not None
        }

    def declaration(self, parent: str, field_name: str) -> Declaration | None:
        """What the author declared for a field; None for a field that strawberry resolves."""
        return self.declarations.get((parent, field_name))

    def object_types(self, graphql_type: GraphQLNamedType | None) -> list[GraphQLObjectType]:
        """The types that the objects of a type may have: itself, or those of the interface or union."""
        if isinstance(graphql_type, GraphQLInterfaceType | GraphQLUnionType):
            return sorted(self.schema.get_possible_types(graphql_type), key=lambda found: found.name)
        return [graphql_type] if isinstance(graphql_type, GraphQLObjectType) else []


def catalogue_of(schema: GraphQLSchema, keyed: Functions = NO_FUNCTIONS) -> Catalogue:
    """Read the declarations out of a schema; `keyed` are the functions of the installation.

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
                place = Place(schema, entities, graphql_type.name, definition.python_name, field)
                for wrong in wrongs(declaration, place):
                    raise DeclarationWrong(f"{graphql_type.name}.{definition.python_name}: {wrong}")
                declarations[graphql_type.name, name] = declaration
                parameters[graphql_type.name, name] = parameters_of(field, declaration, entities, keyed)
    node_types = sorted(
        graphql_type.name
        for graphql_type in objects
        if graphql_type.name in entities
        and any(interface.name == NODE for interface in graphql_type.interfaces)
    )
    return Catalogue(schema, entities, declarations, parameters, tuple(node_types))
