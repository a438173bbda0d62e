"""Every subscription, at its first look: what is hidden ends as what there is not."""

import asyncio
import random
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

from graphql import get_named_type, is_required_argument

from auth.access_ledger import Witness
from db.access_ledger import Ledger
from db.events import Listener
from schema.context import Context
from schema.portal import schema
from tests.oracle.meanings import SCOPES, TABLES
from tests.patience import PATIENCE_S
from tests.people import KEYS
from tests.portal import SIGNATORY, nothing_spent, portal
from tests.rights.acts import noun_of
from tests.rights.court import BOTH, POLICIES, VIEWERS, Assize
from tests.rights.ways import OWNED, Scribe, a_row, absent, identifier, object_type

SUBSCRIPTION = "Subscription"


@dataclass(frozen=True)
class Follow:
    """A subscription, and its argument that names whom it follows."""

    name: str
    aimed: str

    @property
    def text(self) -> str:
        """The subscription with all that it tells."""
        target = get_named_type(object_type(SUBSCRIPTION).fields[self.name].type)
        scribe = Scribe()
        told = scribe.leaves(target.name)
        return f"subscription Follow($v: ID!) {{ {self.name}({self.aimed}: $v) {{ {told} }} }}{scribe.parts}"


FOLLOWED = tuple(
    Follow(name, argument)
    for name, field in object_type(SUBSCRIPTION).fields.items()
    for argument, found in field.args.items()
    if is_required_argument(found) and noun_of(argument) in OWNED
)


async def first_look(court: Assize, name: str, follow: Follow, aim: str, chance: random.Random) -> str | None:
    """Follow something; say where what is told first is not what the law says."""
    noun = noun_of(follow.aimed) or ""
    eyes, walls = court.eyes[name], chance.choice((BOTH, POLICIES))
    row = a_row(eyes, noun, aim, chance)
    told = await begun(court, walls, name, follow, identifier(noun, row["id"]))
    may = aim != "absent" and eyes.may_see(TABLES[noun], row) and SCOPES.get(noun) in {None, *eyes.scopes}
    if may:
        return f"{follow.name}, as {name}, behind {walls}: {told} of {row}" if told.errors else None
    other = await begun(court, walls, name, follow, identifier(noun, absent(row)))
    if told.errors and formatted(told) == formatted(other):
        return None
    return f"{follow.name}, as {name}, behind {walls}: {told} of {row}, and {other} of nothing"


async def begun(court: Assize, walls: str, name: str, follow: Follow, key: str) -> Any:  # noqa: ANN401 -- a result
    """What a subscription tells first."""
    witness, pool = Witness(Ledger("")), court.walls[walls].pool
    context = Context(
        VIEWERS[name], "en", pool, Listener(""), portal(), KEYS, witness, SIGNATORY, nothing_spent
    )
    told = await schema.subscribe(follow.text, variable_values={"v": key}, context_value=context)
    if not isinstance(told, AsyncGenerator):
        return told
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await anext(told)
    finally:
        await told.aclose()


def formatted(result: Any) -> list[Any]:  # noqa: ANN401 -- a result
    """The errors of a result, as they are told."""
    return [error.formatted for error in result.errors or ()]
