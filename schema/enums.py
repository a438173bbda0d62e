"""Enums as GraphQL has them: each value with its meaning."""

from enum import Enum
from typing import TypeVar

import strawberry

E = TypeVar("E", bound=type[Enum])


def described(enum: E, /, name: str | None = None, **meanings: str) -> E:
    """Make an enum part of the schema, by its own name or another, and say what each of its values means."""
    if missing := {member.name for member in enum} ^ set(meanings):
        raise ValueError(f"{enum.__name__}: not described, or not there: {', '.join(sorted(missing))}")
    declared = strawberry.enum(enum, name=name, description=" ".join((enum.__doc__ or "").split()))
    for value in declared.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = meanings[value.name]
    return declared
