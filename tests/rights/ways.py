"""Every way through the schema to what is somebody's, found by walking `schema.graphql`.

A way is an operation with holes: variables for whom it aims at. Two steps in a row are taken wherever a type
has them, each pair by the shortest way from the root; lists are asked in every order, with every filter, and
from every kind of place. So what is added to the schema is walked without a word here; what a field means
must be said to the oracle (tests/oracle/meanings.py), and who may see what it shows (tests/oracle/rights.py).
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any
from uuid import UUID

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_required_argument,
)

from auth import policies
from tests.oracle.interpreter import NAMED, SCHEMA, cursor_of, types_of
from tests.oracle.meanings import LISTS, TABLES
from tests.oracle.operations import Author
from tests.oracle.rights import Eyes
from tests.oracle.world import Row
from tests.portal import portal

ROOT = "Query"
ENTITIES = portal().catalogue.entities
# What is somebody's: every type whose policy does not say yes to everybody.
OWNED = frozenset(name for name, entity in ENTITIES.items() if entity.visible_to is not policies.everybody)
PAGES = ("first: 100", "last: 100", "first: 2, after: $after", "last: 2, before: $before")
AIMS = ("own", "foreign", "absent")
NOBODY = UUID(int=7)
# A fragment that is being written.
UNFINISHED = ""


@dataclass(frozen=True)
class Step:
    """From a type along a field to a type."""

    parent: str
    field: str
    target: str

    @property
    def declared(self) -> GraphQLField:
        """The field as the schema has it."""
        return object_type(self.parent).fields[self.field]

    @property
    def is_list(self) -> bool:
        """Whether it leads to a page."""
        return get_named_type(self.declared.type).name.endswith("Connection")


@dataclass(frozen=True)
class Hole:
    """A variable of a way, and the argument that it is for."""

    name: str
    step: Step
    argument: str


@dataclass(frozen=True)
class Way:
    """An operation, and what may be put into it."""

    steps: tuple[Step, ...]
    text: str
    holes: tuple[Hole, ...] = ()
    fields: frozenset[tuple[str, str]] = frozenset()
    order: str | None = None

    def __str__(self) -> str:
        return ".".join([ROOT, *(step.field for step in self.steps)])

    @cached_property
    def is_aimed(self) -> bool:
        """Whether it names somebody."""
        return bool(self.holes)

    def aimed(self, eyes: Eyes, aim: str, chance: random.Random) -> dict[str, Any]:
        """Variables that aim at what is the viewer's own, at what is not, or at nothing that there is."""
        return {hole.name: self.value(hole, eyes, aim, chance) for hole in self.holes}

    def value(self, hole: Hole, eyes: Eyes, aim: str, chance: random.Random) -> Any:  # noqa: ANN401 -- JSON
        """What goes into a hole."""
        step = hole.step
        if hole.argument in {"after", "before"}:
            listing = LISTS[step.parent, step.field]
            given = {} if self.order is None else {"order": self.order}
            given |= {other.argument: 1 for other in self.holes if other.step == step}
            name, order = listing.ordering(given)
            row = a_row(eyes, listing.type_name, aim, chance, with_columns=order.columns)
            return cursor_of(name, order, row)
        noun = (
            step.target
            if step.parent == ROOT and step.field in {"node", "nodes"}
            else NAMED.get(hole.argument)
        )
        if hole.argument == "ids":
            ids = [identifier(noun or "", row["id"]) for row in eyes.world[TABLES[noun or ""]]]
            return chance.sample([*ids, identifier(noun or "", NOBODY)], min(len(ids), 100))
        if noun in TABLES and noun in ENTITIES:
            return identifier(noun, a_row(eyes, noun, aim, chance)["id"])
        match hole.argument:
            case "reference":
                row = a_row(eyes, "Dossier", aim, chance)
                return "ABSE-NT00-0000" if aim == "absent" else row["code"] or row["reference"]
            case "namePrefix":
                return "Zz" if aim == "absent" else a_row(eyes, "Participant", aim, chance)["full_name"][:9]
        author = Author(chance, eyes.world)
        while (
            value := author.argument(
                object_type(step.parent), step.field, hole.argument, step.declared.args[hole.argument]
            )
        ) is None:
            pass
        return value


def a_row(
    eyes: Eyes, type_name: str, aim: str, chance: random.Random, *, with_columns: Sequence[str] = ()
) -> Row:
    """A row of a type: one that the viewer may see, one that is hidden, or one that there is not."""
    table = TABLES[type_name]
    rows = [row for row in eyes.world[table] if all(row.get(column) is not None for column in with_columns)]
    wanted = [row for row in rows if eyes.may_see(table, row) == (aim == "own")] or rows
    row = chance.choice(wanted)
    return {**row, "id": absent(row)} if aim == "absent" and "id" in row else row


def absent(row: Row) -> Any:  # noqa: ANN401 -- the key's own type
    """A key of the same kind as a row's, which no row has."""
    return {int: 99_999, str: "none"}.get(type(row["id"]), NOBODY)


def identifier(type_name: str, key: object) -> str:
    """The global identifier of a row."""
    return f"{type_name}:{key}"


# -------------------------------------------------------------------- the walk ---


def object_type(name: str) -> GraphQLObjectType:
    """A type of the schema by its name."""
    found = SCHEMA.type_map[name]
    assert isinstance(found, GraphQLObjectType)
    return found


def targets_of(declared: GraphQLField) -> list[str]:
    """To which entities a field leads."""
    named = get_named_type(declared.type)
    if named.name.endswith("Connection"):
        named = get_named_type(object_type(named.name).fields["nodes"].type)
    found = types_of(named) if is_abstract_type(named) or isinstance(named, GraphQLObjectType) else []
    return [one.name for one in found if one.name in ENTITIES]


@cache
def leads_to_owned(type_name: str) -> bool:
    """Whether something of somebody's can be reached from a type."""
    reached, waiting = {type_name}, [type_name]
    while waiting:
        for declared in object_type(waiting.pop()).fields.values():
            new = set(targets_of(declared)) - reached
            reached |= new
            waiting += new
    return bool(reached & OWNED)


@cache
def steps_from(type_name: str) -> tuple[Step, ...]:
    """The steps from a type that can end at something of somebody's."""
    return tuple(
        Step(type_name, field, target)
        for field, declared in object_type(type_name).fields.items()
        for target in targets_of(declared)
        if leads_to_owned(target)
    )


@cache
def shortest_ways() -> Mapping[str, tuple[Step, ...]]:
    """The shortest way to each type: through lists, since they show all that a viewer may see."""
    found: dict[str, tuple[Step, ...]] = {ROOT: ()}
    waiting = [ROOT]
    while waiting:
        here = waiting.pop(0)
        steps = sorted(steps_from(here), key=lambda step: (step.field in {"node", "nodes"}, not step.is_list))
        for step in steps:
            if step.target not in found and not (here == ROOT and step.field in {"node", "nodes"}):
                found[step.target] = (*found[here], step)
                waiting.append(step.target)
    return found


@dataclass
class Scribe:
    """Writes one operation, and remembers which fields stand in it and which variables.

    What a rule says is asked by a fragment for each of its types: of seven regimes alike it says much.
    """

    holes: list[Hole] = field(default_factory=list)
    fields: set[tuple[str, str]] = field(default_factory=set)
    fragments: dict[str, str] = field(default_factory=dict)

    def document(self, steps: Sequence[Step], arguments: str = "") -> str:
        """Write a way as an operation; `arguments` are those of its last step."""
        body = self.step(steps, arguments)
        declared = ", ".join(
            f"${hole.name}: {hole.step.declared.args[hole.argument].type}" for hole in self.holes
        )
        query = f"query Way({declared}) {{ {body} }}" if declared else f"query Way {{ {body} }}"
        return query + self.parts

    @property
    def parts(self) -> str:
        """The fragments that were spread."""
        return "".join(f" fragment {name} on {name} {{ {said} }}" for name, said in self.fragments.items())

    def step(self, steps: Sequence[Step], arguments: str) -> str:
        """Write the first step, and below it the others."""
        step, rest = steps[0], steps[1:]
        self.fields.add((step.parent, step.field))
        given = [
            self.hole(step, name) for name, found in step.declared.args.items() if is_required_argument(found)
        ]
        if not rest and arguments:
            given.append(arguments)
        elif step.is_list:
            given.append(f"first: {100 if step.parent == ROOT else 50}")
        below = self.step(rest, arguments) if rest else self.leaves(step.target)
        written = step.field + (f"({', '.join(given)})" if given else "")
        if not step.is_list:
            is_abstract = is_abstract_type(get_named_type(step.declared.type))
            inside = f"__typename ... on {step.target} {{ {below} }}" if is_abstract else below
            return f"{written} {{ {inside} }}"
        if len(rest) != 1:
            # Only near the end both ways to a row are gone; before it that would double all below.
            nodes = f"nodes {{ {below} }}"
            edges = "edges { cursor }" if rest else f"edges {{ cursor node {{ {below} }} }}"
        else:
            nodes, edges = "nodes { __typename }", f"edges {{ cursor node {{ {below} }} }}"
        info = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
        return f"{written} {{ totalCount totalCountIsExact {info} {nodes} {edges} }}"

    def hole(self, step: Step, argument: str) -> str:
        """Write an argument as a variable."""
        name = argument if argument in {"after", "before"} else f"v{len(self.holes) + 1}"
        self.holes.append(Hole(name, step, argument))
        return f"{argument}: ${name}"

    def leaves(self, type_name: str) -> str:
        """Write all that can be said of an object without a step to anything of somebody's.

        What a type has of its own kind, as conditions have parts, is not followed.
        """
        written = ["__typename"]
        for name, declared in object_type(type_name).fields.items():
            target = get_named_type(declared.type)
            if any(is_required_argument(argument) for argument in declared.args.values()):
                continue
            if is_leaf_type(target):
                written.append(name)
            elif (
                self.fragments.get(target.name) == UNFINISHED
                or is_abstract_type(target)
                or any(map(leads_to_owned, targets_of(declared)))
            ):
                continue
            elif target.name.endswith("Connection"):
                written.append(f"{name}(first: 1) {{ totalCount nodes {{ __typename }} }}")
            elif target.name in ENTITIES:
                written.append(f"{name} {{ __typename }}")
            else:
                written.append(f"{name} {{ ...{self.spread(target.name)} }}")
            self.fields.add((type_name, name))
        return " ".join(written)

    def spread(self, type_name: str) -> str:
        """Write the fragment of a type, once; its name."""
        if type_name not in self.fragments:
            self.fragments[type_name] = UNFINISHED
            self.fragments[type_name] = self.leaves(type_name)
        return type_name


def written(
    steps: Sequence[Step], arguments: str = "", holes: Sequence[str] = (), order: str | None = None
) -> Way:
    """A way along some steps; `holes` are arguments of the last step that are variables."""
    scribe = Scribe()
    last = steps[-1]
    asked = [arguments] if arguments else []
    cursors = [name for name in ("after", "before") if f"${name}" in arguments]
    asked += [scribe.hole(last, name) for name in holes]
    for name in cursors:
        scribe.hole(last, name)
    text = scribe.document(steps, ", ".join(asked))
    return Way(tuple(steps), text, tuple(scribe.holes), frozenset(scribe.fields), order)


def walked() -> Iterator[Way]:
    """Every two steps in a row, each pair by the shortest way."""
    for parent, before in shortest_ways().items():
        for first in steps_from(parent):
            if first.target in OWNED:
                yield written([*before, first])
            for second in steps_from(first.target):
                if second.target in OWNED or second.parent not in OWNED:
                    yield written([*before, first, second])


def listed() -> Iterator[Way]:
    """Every list in every order, with every filter, from the start, from the end, and from a place."""
    for parent, before in shortest_ways().items():
        for step in steps_from(parent):
            if step.is_list and step.target in OWNED:
                for order in orders_of(step):
                    for name in filters_of(step):
                        for page in PAGES:
                            asked = page if order is None else f"order: {order}, {page}"
                            yield written([*before, step], asked, [name] if name else [], order)


def orders_of(step: Step) -> list[str | None]:
    """The orders of a list; None is the usual one."""
    argument = step.declared.args.get("order")
    return [None, *(sorted(get_named_type(argument.type).values) if argument else ())]  # type: ignore[attr-defined]


def filters_of(step: Step) -> list[str | None]:
    """The filters of a list; None is without any."""
    pages = {"first", "last", "after", "before", "order"}
    return [None, *(name for name in step.declared.args if name not in pages)]


@cache
def ways() -> tuple[Way, ...]:
    """Every way, once."""
    return tuple({way.text: way for way in (*walked(), *listed())}.values())
