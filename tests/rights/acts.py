"""Every mutation, aimed at a row that is hidden and at one that there is not: the answers are the same."""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from graphql import (
    GraphQLInputObjectType,
    get_named_type,
    is_enum_type,
    is_non_null_type,
    is_required_input_field,
)

from tests.oracle.meanings import TABLES
from tests.oracle.rights import Eyes
from tests.oracle.world import Row
from tests.portal import execute
from tests.rights.court import BOTH, POLICIES, VIEWERS, Assize
from tests.rights.ways import ENTITIES, OWNED, Scribe, a_row, identifier, object_type

MUTATION = "Mutation"
# Arguments that are called by what somebody is to be, not by their type. Something is offered to them, by the
# identifier that they told: they are not looked up, so known and unknown are answered alike, with a yes
# (tests/db/test_mandates.py).
OFFERED_TO = {"representative": "Participant"}
USUAL = {
    "String": "x",
    "Int": 1,
    "Boolean": False,
    "Date": "2026-11-28",
    "Dong": 1,
    "Month": "2026-10",
    "DateTime": "2026-11-28T00:00:00Z",
}


@dataclass(frozen=True)
class Act:
    """A mutation, and the argument of its input that names something of somebody's; or none does."""

    name: str
    aimed: str | None

    @property
    def input(self) -> Mapping[str, Any]:
        """The fields of its input."""
        return input_of(self.name).fields

    @property
    def text(self) -> str:
        """The mutation with all that its payload says."""
        declared = object_type(MUTATION).fields[self.name]
        payload = object_type(get_named_type(declared.type).name)
        scribe = Scribe()
        said = scribe.leaves(payload.name)
        for name, field in payload.fields.items():
            target = get_named_type(field.type)
            if target.name in OWNED and not field.args:
                said += f" {name} {{ {scribe.leaves(target.name)} }}"
        act = f"{self.name}(input: $input) {{ {said} }}"
        return f"mutation Act($input: {input_of(self.name).name}!) {{ {act} }}{scribe.parts}"

    def wish(self, eyes: Eyes, chance: random.Random, key: str, target: str) -> dict[str, Any]:
        """An input that aims at a row; what else must be named is the viewer's own, where anything is."""
        wish: dict[str, Any] = {"idempotencyKey": key}
        for name, field in self.input.items():
            if name == self.aimed:
                wish[name] = target
            elif name != "idempotencyKey" and is_required_input_field(field):
                wish[name] = value_of(name, field, eyes, chance)
        return wish


def input_of(mutation: str) -> GraphQLInputObjectType:
    """The input of a mutation."""
    found = get_named_type(object_type(MUTATION).fields[mutation].args["input"].type)
    assert isinstance(found, GraphQLInputObjectType)
    return found


def noun_of(argument: str) -> str | None:
    """The type whose identifier an argument of an input is, by its name: `dossier`, or `fromParticipant`."""
    return OFFERED_TO.get(argument) or next(
        (name for name in sorted(ENTITIES) if argument.lower().endswith(name.lower())), None
    )


def value_of(name: str, field: Any, eyes: Eyes, chance: random.Random) -> Any:  # noqa: ANN401 -- JSON
    """Some value for a field of an input that must be there."""
    target = get_named_type(field.type)
    if is_enum_type(target):
        value: Any = chance.choice(sorted(target.values))  # type: ignore[attr-defined]
    elif target.name == "ID":
        noun = noun_of(name)
        value = identifier(noun, a_row(eyes, noun, "own", chance)["id"]) if noun in TABLES else "x"
    elif isinstance(target, GraphQLInputObjectType):
        value = {
            inner: value_of(inner, below, eyes, chance)
            for inner, below in target.fields.items()
            if is_required_input_field(below)
        }
    else:
        value = USUAL.get(target.name, "x")
    kind = field.type.of_type if is_non_null_type(field.type) else field.type
    return [value] if str(kind).startswith("[") else value


MUTATIONS = tuple(
    Act(mutation, name)
    for mutation in object_type(MUTATION).fields
    for name, field in input_of(mutation).fields.items()
    if get_named_type(field.type).name == "ID" and noun_of(name) in OWNED and name not in OFFERED_TO
)


def is_known(court: Assize, eyes: Eyes, act: Act, row: Row) -> bool:
    """Whether an employer may do it to somebody whom it sees no more: who worked there is employed again."""
    return act.name == "startEmployment" and any(
        employment["participant_id"] == row["id"] and employment["employer_id"] in eyes.employers
        for employment in court.world["employments"]
    )


async def aimed_act(court: Assize, name: str, act: Act, chance: random.Random) -> str | None:
    """Do an act to a hidden row and to an absent one; say where the answers differ, or what was done."""
    noun = noun_of(act.aimed or "") or ""
    eyes, viewer = court.eyes[name], VIEWERS[name]
    hidden = [
        row
        for row in court.world[TABLES[noun]]
        if not eyes.may_see(TABLES[noun], row) and not is_known(court, eyes, act, row)
    ]
    if not hidden:
        return None
    walls, state = chance.choice((BOTH, POLICIES)), chance.getstate()
    told = []
    for key in (chance.choice(hidden)["id"], uuid4()):
        chance.setstate(state)
        wish = act.wish(eyes, chance, str(uuid4()), identifier(noun, key))
        result = await execute(court.walls[walls].pool, viewer, act.text, input=wish)
        said = {"data": result.data, "errors": [error.formatted for error in result.errors or ()]}
        if not said["errors"] and not (result.data or {})[act.name]["errors"]:
            return f"{act.name}, as {name}, behind {walls}: was done to {key}"
        told.append(json.dumps(said, default=str).replace(str(key), "…"))
    return None if told[0] == told[1] else f"{act.name}, as {name}, behind {walls}: {told[0]} and {told[1]}"
