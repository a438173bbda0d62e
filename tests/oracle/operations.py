"""Operations that nobody has written: random, valid against the schema, the same for the same seed."""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_enum_type,
    is_leaf_type,
    is_required_argument,
)

from tests.oracle.interpreter import SCHEMA, cursor_of
from tests.oracle.meanings import LISTS, TABLES, Listing, Ordering
from tests.oracle.world import DAY, TODAY, World, number_of

MOST_DEPTH = 4
DERIVED = ("deadline",)
# It leads to no rows, so it takes the place of nothing that does.
RIGHT = "accessRight"
ALL_OF_A_RIGHT = f"{RIGHT} {{ __typename kind through nameVi nameEn }}"
UNIONS = ("filedBy",)
UNIONS_OF_EVENTS = ("onBehalfOf",)
# How often an argument is given, where that is more often than others.
OFTEN = {
    "asKnownAt": 0.5,
    "asOf": 0.5,
    "inPaymentOn": 0.5,
    "months": 0.5,
    "order": 0.5,
    "on": 0.5,
    "respondOn": 0.5,
}
# How far away a day is, where that is not near today.
DAYS_AWAY = {"asOf": (-9_000, -4_000, -900, -300, -1, 0, 1, 30), "respondOn": (-900, -3, 0, 1, 4, 30)}


@dataclass(frozen=True)
class Operation:
    """A document, its variables and those of another request for it, and what is in it."""

    text: str
    variables: dict[str, Any]
    others: dict[str, Any]
    is_rich: bool  # derived fields, unions or several roots

    def __str__(self) -> str:
        return f"{self.text}\nvariables: {json.dumps(self.variables, ensure_ascii=False)}"


def an_operation(seed: int, world: World) -> Operation:
    """The operation of a seed."""
    return Author(random.Random(seed), world, asks_for_rights=seed % 4 == 0).operation()  # noqa: S311 -- no secret


@dataclass
class Author:
    """Writes one operation."""

    chance: random.Random
    world: World
    asks_for_rights: bool = False
    aliases: int = 0
    left: int = 0  # how many fields may still lead further
    definitions: list[str] = field(default_factory=list)
    variables: dict[str, Any] = field(default_factory=dict)
    others: dict[str, Any] = field(default_factory=dict)
    fragments: list[str] = field(default_factory=list)

    def operation(self) -> Operation:
        """Write the root fields, and whatever they took."""
        root = SCHEMA.query_type
        assert root
        self.left = self.chance.choice((2, 5, 8, 12, 20))
        names = ["viewer", "node", "nodes", "participant", "service", "dossier"]
        lists = ["participants", "participants", "services", "dossiers", "dossiers", "dossiers"]
        roots = [
            self.chance.choice([*names, *lists, "dossiers", "dossiers", "dataRequests", "agreements"])
            for _ in range(self.chance.choice((1, 1, 1, 2, 3)))
        ]
        body = " ".join(self.field(root, name, 0, is_aliased=len(roots) > 1) for name in roots)
        if self.chance.random() < 0.1:
            body += " __typename"
        head = f"query Generated({', '.join(self.definitions)}) " if self.definitions else ""
        text = "\n".join([f"{head}{{ {body} }}", *self.fragments])
        is_rich = len(roots) > 1 or any(name in text for name in (*DERIVED, *UNIONS, *UNIONS_OF_EVENTS))
        return Operation(text, self.variables, self.others, is_rich)

    def alias(self) -> str:
        """A response key that nothing else has."""
        self.aliases += 1
        return f"{self.chance.choice('abcxyz')}{self.aliases}"

    def selection(self, parent: GraphQLObjectType, depth: int, *, is_aliased: bool = False) -> str:
        """What is selected of an object: some of its fields, now and then within fragments."""
        leaves = [name for name, found in parent.fields.items() if is_leaf_type(get_named_type(found.type))]
        inner = [name for name in parent.fields if name not in (*leaves, RIGHT)]
        chosen = self.chance.sample(leaves, min(len(leaves), self.chance.randint(1, 4)))
        if depth < MOST_DEPTH and self.left > 0:
            chosen += self.chance.sample(inner, min(len(inner), self.chance.choice((0, 1, 1, 2))))
            if parent.name == "Dossier" and self.chance.random() < 0.4:
                chosen.append(self.chance.choice((*DERIVED, *UNIONS)))
            if parent.name.endswith(("Connection", "Edge")):
                chosen += [
                    name
                    for name in ("nodes", "edges", "node")
                    if name in inner and self.chance.random() < 0.8
                ]
        if self.chance.random() < 0.15:
            chosen.append("__typename")
        self.chance.shuffle(chosen)
        written = [self.field(parent, name, depth, is_aliased=is_aliased) for name in chosen]
        if RIGHT in parent.fields and self.asks_for_rights:
            written.append(ALL_OF_A_RIGHT)
        return " ".join(self.wrapped(parent, one) for one in written)

    def wrapped(self, parent: GraphQLObjectType, written: str) -> str:
        """A selection as it is, or in a fragment of one kind or another."""
        match self.chance.randint(1, 12):
            case 1:
                return f"... on {parent.name} {{ {written} }}"
            case 2:
                return f"...{self.condition()} {{ {written} }}"
            case 3:
                name = f"F{len(self.fragments) + 1}"
                self.fragments.append(f"fragment {name} on {parent.name} {{ {written} }}")
                # Spread again, it says nothing new, unless the first time it was left out.
                spread = f"...{name}{self.condition()}"
                return f"{spread} ...{name}{self.condition()}" if self.chance.random() < 0.4 else spread
            case 4 if parent.interfaces:
                return f"... on Node {{ ... on {parent.name} {{ {written} }} __typename }}"
        return written

    def condition(self) -> str:
        """A directive, or both, or none."""
        if self.chance.random() < 0.5:
            return ""
        names = self.chance.choice((["skip"], ["include"], ["skip", "include"]))
        return "".join(f" @{name}(if: {self.truth()})" for name in names)

    def truth(self) -> str:
        """Yes or no."""
        value = self.chance.random() < 0.5
        return self.variable("Boolean!", value) if self.chance.random() < 0.5 else str(value).lower()

    def field(self, parent: GraphQLObjectType, name: str, depth: int, *, is_aliased: bool) -> str:
        """A field with arguments, and what is selected of it."""
        if name == "__typename":
            return f"{self.alias()}: __typename" if self.chance.random() < 0.3 else name
        found = parent.fields[name]
        arguments = self.arguments(parent, name, found, depth)
        # Under the same key the same field stands with the same arguments: so one with arguments has its own.
        alias = f"{self.alias()}: " if arguments or is_aliased or self.chance.random() < 0.15 else ""
        target = get_named_type(found.type)
        below = ""
        if not is_leaf_type(target):
            depth += not parent.name.endswith(("Connection", "Edge"))
            self.left -= 1
            below = f" {{ {self.below(target, depth)} }}"
        return f"{alias}{name}{arguments}{self.condition() if self.chance.random() < 0.08 else ''}{below}"

    def below(self, target: Any, depth: int) -> str:  # noqa: ANN401
        """What is selected of what a field leads to."""
        if isinstance(target, GraphQLObjectType):
            return self.selection(target, depth)
        assert isinstance(target, GraphQLInterfaceType | GraphQLUnionType)
        options = sorted(SCHEMA.get_possible_types(target), key=lambda one: one.name)
        chosen = self.chance.sample(options, min(len(options), self.chance.randint(1, 3)))
        # Different types may not give one key to fields of different types.
        written = [f"... on {one.name} {{ {self.selection(one, depth, is_aliased=True)} }}" for one in chosen]
        if self.chance.random() < 0.5:
            written.append("__typename")
        if isinstance(target, GraphQLInterfaceType) and self.chance.random() < 0.5:
            written.append("id")
        return " ".join(written)

    # Arguments.

    def arguments(self, parent: GraphQLObjectType, name: str, found: GraphQLField, depth: int) -> str:
        """Some of a field's arguments, as literals or variables."""
        values: dict[str, Any] = {}
        for argument_name, argument in found.args.items():
            if argument_name in {"first", "last", "after", "before"}:
                continue
            if is_required_argument(argument) or self.chance.random() < OFTEN.get(argument_name, 0.12):
                values[argument_name] = self.argument(parent, name, argument_name, argument)
        listing = LISTS.get((parent.name, name))
        if listing:
            values |= self.page(listing, values)
            if depth and not values.keys() & {"first", "last"}:
                values["first"] = self.chance.choice((1, 2, 3))
        written = [f"{key}: {self.value(found.args[key], value)}" for key, value in values.items()]
        return f"({', '.join(written)})" if written else ""

    def page(self, listing: Listing, given: Mapping[str, Any]) -> dict[str, Any]:
        """Where a page begins and how long it is: mostly possible, now and then not."""
        chance = self.chance.random()
        size = self.chance.choice((1, 2, 2, 3, 3, 5, 7, 10, 11, 26, 60, 100))
        if chance < 0.02:
            return self.chance.choice(({"first": 0}, {"first": 101}, {"last": -1}, {"first": 2, "last": 2}))
        if chance < 0.35:
            return {}
        if chance < 0.55:
            return {"first": self.chance.choice((size, size, None))}
        if chance < 0.7:
            return {"last": size}
        at = self.cursor(listing, given)
        return {"first": size, "after": at} if self.chance.random() < 0.5 else {"last": size, "before": at}

    def cursor(self, listing: Listing, given: Mapping[str, Any]) -> str:
        """The cursor of a row that may be in the list; now and then none of it."""
        if self.chance.random() < 0.06:
            return self.chance.choice(
                ("x", "", "W10", self.somewhere(LISTS["Query", "dossiers"], "OTHER", Ordering(("id",))))
            )
        return self.somewhere(listing, *listing.ordering(given))

    def somewhere(self, listing: Listing, name: str, ordering: Ordering) -> str:
        """The cursor of a row that stands in an order."""
        rows = [row for row in self.world[TABLES[listing.type_name]] if ordering.has(row)]
        return cursor_of(name, ordering, self.chance.choice(rows))

    def argument(
        self, parent: GraphQLObjectType, field_name: str, name: str, argument: GraphQLArgument
    ) -> Any:  # noqa: ANN401
        """A value that means something, or nothing, or is no value at all."""
        target = get_named_type(argument.type)
        if not isinstance(argument.type, GraphQLNonNull) and self.chance.random() < 0.1:
            return None
        if is_enum_type(target):
            names = sorted(target.values)
            return (
                self.chance.choices(names, k=self.chance.randint(0, 3))
                if name == "status"
                else self.chance.choice(names)
            )
        match name:
            case "ids":
                found = [self.identifier() for _ in range(self.chance.randint(0, 5))]
                return self.chance.choices(found, k=len(found)) if self.chance.random() < 0.3 else found
            case "id" if (parent.name, field_name) == ("Query", "node"):
                return self.identifier()
            case "asKnownAt":
                return f"{self.chance.choice((2020, 2021, 2022, 2026))}-03-05T00:00:00Z"
            case "overdue" | "inForce" | "joinTogether":
                return self.chance.random() < 0.5
            case "reference" | "code" | "namePrefix" | "number":
                return self.text(name)
            case "months":
                return self.chance.choice((0, 3, 5, 6, 12, -2))
            case "asOf" | "inPaymentOn" | "respondOn" | "on" | "dueFrom" | "dueTo" | "from" | "to":
                days = self.chance.choice(DAYS_AWAY.get(name, (-3, 0, 4, 30)))
                return (TODAY + days * DAY).isoformat()
        kind = {"office": "Office", "service": "Service", "employer": "Employer"}.get(name, "Participant")
        return self.identifier(kind)

    def text(self, argument: str) -> str:
        """A text that finds something, or nothing."""
        match argument:
            case "reference":
                dossier = self.chance.choice(self.world["dossiers"])
                return str(self.chance.choice((dossier["reference"], dossier["code"] or "none", "none")))
            case "code":
                return str(self.chance.choice((self.chance.choice(self.world["services"])["id"], "none")))
            case "number":
                return number_of(self.chance.randrange(10), self.chance.randrange(3))
        person = self.chance.choice(self.world["participants"])["full_name"]
        return str(self.chance.choice((person[: self.chance.randint(1, 9)].upper(), person, "", "Zz")))

    def identifier(self, kind: str | None = None) -> str:
        """The identifier of something that is there for somebody; now and then of nothing."""
        if self.chance.random() < (0.03 if kind else 0.1):
            return self.chance.choice(
                ("x", "", "Dossier:1", "Office:01", f"Dossier:{UUID(int=7)}", "DossierEvent:1")
            )
        names = (
            [kind]
            if kind
            else [
                one
                for one in TABLES
                if one not in {"DossierEvent", "EmployerAccount", "Household", "Purpose", "ServiceTimeLimit"}
            ]
        )
        name = self.chance.choice(names)
        return f"{name}:{self.chance.choice(self.world[TABLES[name]])['id']}"

    def value(self, argument: GraphQLArgument, value: Any) -> str:  # noqa: ANN401
        """A value as it is written, or the variable that carries it."""
        if self.chance.random() < 0.4:
            return self.variable(str(argument.type), value)
        return self.literal(argument, value)

    def literal(self, argument: GraphQLArgument, value: Any) -> str:  # noqa: ANN401
        """A value as it is written; of a list of one, perhaps the one."""
        if is_enum_type(get_named_type(argument.type)) and value is not None:
            if isinstance(value, list):
                return value[0] if len(value) == 1 and self.chance.random() < 0.5 else f"[{', '.join(value)}]"
            return str(value)
        return json.dumps(value, ensure_ascii=False)

    def variable(self, type_name: str, value: Any) -> str:  # noqa: ANN401
        """A variable with a value, with a default, or left out where that means null."""
        name = f"v{len(self.definitions) + 1}"
        self.others[name] = self.other(type_name, value)
        match self.chance.randint(1, 6):
            case 1 if value is None:
                self.definitions.append(f"${name}: {type_name}")
            case 2 if isinstance(value, int) and not type_name.endswith("!"):
                self.definitions.append(f"${name}: {type_name} = {json.dumps(value)}")
            case _:
                self.definitions.append(f"${name}: {type_name}")
                self.variables[name] = value
        return f"${name}"

    def other(self, type_name: str, value: Any) -> Any:  # noqa: ANN401
        """A value that may need another plan than this one, where a value decides on that."""
        match type_name.removesuffix("!"):
            case "Boolean":
                return not value
            case "Int":
                return self.chance.choice((1, 4, 26, 100))
            case "DataRequestOrder" | "DossierOrder" | "ParticipantOrder" as order:
                return self.chance.choice(sorted(SCHEMA.type_map[order].values))  # type: ignore[attr-defined]
        return value
