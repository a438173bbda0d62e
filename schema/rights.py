"""Who may see and do what: read out of the declarations, so that nothing is said a second time.

A policy says in its docstring which question it answers, and the answer for each capacity; an entity says by
which policy its rows are seen and which scope a look takes; a field which scope it takes besides; an act
which scope it takes, and which policy allows it.
"""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import strawberry
from graphql import GraphQLField, GraphQLObjectType, get_named_type

from auth import policies
from auth.scopes import Scope
from auth.viewer import ViewerKind
from selection.catalogue import Catalogue, catalogue_of
from selection.entities import BACK_REFERENCE

Policy = Callable[..., Any]

ALLOWED = "allowed"  # where what allows an act stands in the metadata of its GraphQL field
EVERYBODY = "EVERYBODY"
ANSWER = re.compile(r"^([A-Z_]+(?:, [A-Z_]+)*): (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Allowed:
    """What an act takes: whom a policy lets do it, and the scopes, to act and to read what it shows."""

    policy: Policy
    scopes: tuple[Scope, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a field shows, or an act does, in one capacity: for whose rows; None where for nobody's.

    `scopes` are those that it takes, `shows` the types whose own rules then say which of their rows.
    """

    type: str
    field: str
    kind: ViewerKind
    whose: str | None
    scopes: tuple[Scope, ...] = ()
    shows: tuple[str, ...] = ()


def question(policy: Policy) -> str:
    """The question that a policy answers."""
    return inspect.cleandoc(policy.__doc__ or "").partition("\n")[0]


def answers(policy: Policy) -> Mapping[ViewerKind, str]:
    """The answer of a policy for each capacity that it does not refuse, in its own words."""
    found = {
        kind: answer.removesuffix(".")
        for kinds, answer in ANSWER.findall(inspect.cleandoc(policy.__doc__ or ""))
        for kind in kinds.split(", ")
    }
    return {
        kind: answer for kind in ViewerKind if (answer := found.get(kind, found.get(EVERYBODY))) is not None
    }


def is_owned(catalogue: Catalogue, type_name: str) -> bool:
    """Whether the rows of a type are somebody's."""
    entity = catalogue.entities.get(type_name)
    return entity is not None and entity.visible_to is not policies.everybody


def rules(schema: strawberry.Schema) -> Iterator[Rule]:
    """Every rule: of each field that shows rows, and of each act, in each capacity."""
    graphql = schema._schema  # noqa: SLF001 -- graphql-core's own, as the translator takes it
    catalogue = catalogue_of(graphql)
    for (type_name, name), declaration in catalogue.declarations.items():
        entity = catalogue.entities.get(type_name)
        field = _object(catalogue, type_name).fields[name]
        shows = shown_by(catalogue, field)
        # A field that may lead anywhere leaves out what the viewer's scopes do not reach.
        targets = [catalogue.entities[shown] for shown in shows] if len(shows) == 1 else []
        needed = {declaration.needs, *(one.needs for one in (entity, *targets) if one)} - {None}
        # What is nobody's own, as the root is, shows what the rule of the type that it leads to grants.
        whose = entity if is_owned(catalogue, type_name) else next(iter(targets), entity)
        granted = answers(whose.visible_to if whose else policies.everybody)
        for kind in ViewerKind:
            yield Rule(type_name, name, kind, granted.get(kind), _sorted(needed), shows)
    for name, allowed in acts(schema):
        granted = answers(allowed.policy) if allowed else {}
        for kind in ViewerKind:
            yield Rule("Mutation", name, kind, granted.get(kind), allowed.scopes if allowed else ())


def acts(schema: strawberry.Schema) -> Iterator[tuple[str, Allowed | None]]:
    """Every act, and what it takes; None where its author has not said so."""
    mutation = schema._schema.mutation_type  # noqa: SLF001 -- as above
    assert mutation is not None  # noqa: S101 -- the portal has acts
    for name, field in mutation.fields.items():
        yield name, field.extensions[BACK_REFERENCE].metadata.get(ALLOWED)


def shown_by(catalogue: Catalogue, field: GraphQLField) -> tuple[str, ...]:
    """The types whose rows a field shows, on a page or by itself."""
    target = get_named_type(field.type)
    if isinstance(target, GraphQLObjectType) and target.name.endswith("Connection"):
        target = get_named_type(target.fields["nodes"].type)
    return tuple(found.name for found in catalogue.object_types(target) if found.name in catalogue.entities)


def _object(catalogue: Catalogue, name: str) -> GraphQLObjectType:
    found = catalogue.schema.type_map[name]
    assert isinstance(found, GraphQLObjectType)  # noqa: S101 -- declarations stand on objects
    return found


def _sorted(scopes: set[Any]) -> tuple[Scope, ...]:
    return tuple(sorted(scopes))
