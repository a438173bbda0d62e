"""What only Python can say, put into its places in what PostgreSQL wrote.

A plan without a derived field has no completion: its bytes go out untouched. Otherwise the answer is decoded,
each rule is asked with the facts that stand where its field is, and what it says is shown as it was selected.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from types import CodeType
from typing import Any
from uuid import UUID

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLID,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLOutputType,
    GraphQLString,
    is_leaf_type,
)
from graphql.execution.values import VariableValues
from sqlalchemy import ColumnElement, Date, DateTime, Numeric, Uuid

from selection.faults import OperationFault
from selection.plans import (
    HIDDEN_TYPE,
    Choice,
    Derivation,
    EdgeList,
    EdgeNode,
    EdgePart,
    One,
    OneOf,
    Page,
    PagePart,
    Part,
    Projection,
    RowList,
    TypeName,
)

# Completes the value under a key; what it is given is its own to change.
Complete = Callable[[Any, VariableValues], Any]
# Shows a value that a rule gave.
Show = Callable[[Any], Any]

# How JSON's text of a fact becomes Python's value, where JSON has no such value of its own.
READERS: tuple[tuple[type, Callable[[str], Any]], ...] = (
    (Date, date.fromisoformat),
    (DateTime, datetime.fromisoformat),
    (Uuid, UUID),
    (Numeric, Decimal),
)
# The leaves that JSON writes as the schema does: texts, and yes or no. What a rule gives is of its type.
AS_IT_IS = frozenset({GraphQLBoolean, GraphQLID, GraphQLString})
# Enough for the objects of one document; what callers wrote is kept by the documents alone, which weigh it.
MOST_COMPILED = 32


class RuleRefused(Exception):  # noqa: N818 -- not an error: ordinary execution makes null of one place
    """A rule had an objection to one place of the answer."""


def completion(part: Part | PagePart | EdgePart, *, is_executed: bool) -> Complete | None:
    """How the value of a part is completed; None where PostgreSQL has said it all.

    Where strawberry executes, it shows what a rule gave, and tells a fault at its path.
    """
    match part:
        case Derivation():
            return _derivation(part, is_executed=is_executed)
        case One(parts=parts) | Page(parts=parts) | EdgeNode(parts=parts):
            return _object(parts, is_executed=is_executed)
        case RowList(parts=parts) | EdgeList(parts=parts):
            return _list(_object(parts, is_executed=is_executed))
        case OneOf(options=options):
            return _typed([(option.entity.name, option.parts) for option in options], is_executed=is_executed)
        case Choice(options=options, many=many):
            one = _typed(
                [(entity.name, parts) for entity, parts in options],
                is_executed=is_executed,
            )
            return _list(one) if many else one
    return None


def is_completed(part: Part | PagePart | EdgePart) -> bool:
    """Whether something below a part is derived."""
    match part:
        case Derivation():
            return True
        case (
            One(parts=parts)
            | Page(parts=parts)
            | EdgeNode(parts=parts)
            | RowList(parts=parts)
            | EdgeList(parts=parts)
        ):
            return any(map(is_completed, parts))
        case OneOf(options=options):
            return any(is_completed(inner) for option in options for inner in option.parts)
        case Choice(options=options):
            return any(is_completed(inner) for _, parts in options for inner in parts)
    return False


def _object(parts: Iterable[Part | PagePart | EdgePart], *, is_executed: bool) -> Complete | None:
    steps = [(part.key, step) for part in parts if (step := completion(part, is_executed=is_executed))]
    if not steps:
        return None

    def complete(found: Any, variables: VariableValues) -> Any:  # noqa: ANN401 -- decoded JSON
        if found is not None:
            for key, step in steps:
                found[key] = step(found[key], variables)
        return found

    return complete


def _list(one: Complete | None) -> Complete | None:
    if one is None:
        return None
    return lambda found, variables: [one(item, variables) for item in found]


def _typed(options: Iterable[tuple[str, tuple[Part, ...]]], *, is_executed: bool) -> Complete | None:
    """Complete an object by its type, which it says under a key that no caller knows."""
    steps = {name: _object(parts, is_executed=is_executed) for name, parts in options}
    if not any(steps.values()):
        return None

    def complete(found: Any, variables: VariableValues) -> Any:  # noqa: ANN401 -- decoded JSON
        if found is not None and HIDDEN_TYPE in found:
            step = steps[found[HIDDEN_TYPE] if is_executed else found.pop(HIDDEN_TYPE)]
            return step(found, variables) if step else found
        return found

    return complete


def _derivation(part: Derivation, *, is_executed: bool) -> Complete:
    rule, values = part.declaration.rule, part.values
    show = None if is_executed else _shown(part.shown.type, part.shown)
    readers = fact_readers(part.facts)

    def complete(found: Any, variables: VariableValues) -> Any:  # noqa: ANN401 -- decoded JSON
        for name, reader in readers:
            if found[name] is not None:
                found[name] = reader(found[name])
        try:
            said = rule(**found, **{name: read(variables) for name, read in values.items()})
        except OperationFault as fault:
            if is_executed:
                return fault  # graphql-core raises what it finds in a value's place, at its path
            raise RuleRefused from fault
        return show(said) if show else said

    return complete


def fact_readers(facts: Mapping[str, ColumnElement[Any]]) -> list[tuple[str, Callable[[str], Any]]]:
    """How the facts that JSON has no values for are read, by their SQL types."""
    return [
        (name, reader)
        for name, fact in facts.items()
        for sql_type, reader in READERS
        if isinstance(fact.type, sql_type)
    ]


def _written(leaf: GraphQLLeafType) -> Show | None:
    """How a leaf is written; of an enum the name is looked up, where strawberry goes through them all."""
    if leaf in AS_IT_IS:
        return None
    if isinstance(leaf, GraphQLEnumType):
        return {member.value: name for name, member in leaf.values.items()}.__getitem__
    return leaf.coerce_output_value


def _shown(graphql_type: GraphQLOutputType, projection: Projection) -> Show | None:
    """How a value of a type is shown; None where it is as it is."""
    match graphql_type:
        case GraphQLNonNull(of_type=inner):
            return _written(inner) if is_leaf_type(inner) else _shown(inner, projection)
        case GraphQLList(of_type=inner):
            one = _shown(inner, projection)
            return one and (lambda value: None if value is None else list(map(one, value)))
    if is_leaf_type(graphql_type):
        written = _written(graphql_type)
        return written and (lambda value: None if value is None else written(value))
    return _shown_object(projection)


def _shown_object(projection: Projection) -> Show:
    """Show an object as one of the types that it may be of."""
    shows = {name: _shown_as(parts) for name, parts in projection.parts.items()}
    if len(shows) == 1:
        return next(iter(shows.values()))
    return lambda value: None if value is None else shows[type(value).__name__](value)


def _shown_as(parts: Iterable[TypeName | Projection]) -> Show:
    """Show the attributes of an object of one type, by a function written for it.

    An answer has hundreds of objects, and a loop over what is selected takes two to four times as long. What
    a caller wrote stands in it as quoted text; code are the attributes of our own classes alone.
    """
    shows: dict[str, Show] = {}
    members = []
    for part in parts:
        if isinstance(part, TypeName):
            members.append(f"{part.key!r}: {part.name!r}")
            continue
        found = f"value.{part.attribute}"
        if show := _shown(part.type, part):
            name = f"show_{len(shows)}"
            shows[name], found = show, f"{name}({found})"
        members.append(f"{part.key!r}: {found}")
    said = f"lambda value: None if value is None else {{{', '.join(members)}}}"
    written: Show = eval(_compiled(said), shows)  # noqa: S307 -- see above
    return written


@lru_cache(maxsize=MOST_COMPILED)
def _compiled(said: str) -> CodeType:
    """The code of an expression; a fragment that is spread seven times has it once."""
    return compile(said, "<shown>", "eval")
