"""Random probes at what is somebody else's: by anybody, on any way, behind each wall alone, and no leak.

`make probe` aims a hundred thousand: PROBES is their number, SEED the first seed. What is told must be what
the law says, to the last count, cursor and code of a fault.
"""

import base64
import json
import os
import random

import pytest

from tests.oracle.test_oracle import VIEWERS
from tests.oracle.world import key
from tests.rights.acts import MUTATIONS, aimed_act
from tests.rights.court import NEITHER, STANDING, Assize
from tests.rights.follows import FOLLOWED, first_look
from tests.rights.ways import AIMS, ways

PROBES = int(os.environ.get("PROBES", "1000"))
FIRST_SEED = int(os.environ.get("SEED", "1"))
CHUNKS = 10
WAYS = ways()
# How often, of a hundred, a probe is a mutation, or a subscription's first look; the others are queries.
ACTING, FOLLOWING = 2, 2


async def probed(court: Assize, seed: int, standing: tuple[str, ...] = STANDING) -> str | None:
    """Send the probe of a seed; say where the portal and the law differ."""
    chance = random.Random(seed)  # noqa: S311 -- no secret
    name, walls, aim = chance.choice(list(VIEWERS)), chance.choice(standing), chance.choice(AIMS)
    draw = chance.randrange(100)
    if draw < ACTING:
        return await aimed_act(court, name, chance.choice(MUTATIONS), chance)
    if draw < ACTING + FOLLOWING:
        return await first_look(court, name, chance.choice(FOLLOWED), aim, chance)
    way = chance.choice(WAYS)
    variables = way.aimed(court.eyes[name], aim, chance)
    for cursor in variables.keys() & {"after", "before"}:
        if chance.random() < 0.3:
            variables[cursor] = forged(variables[cursor], chance)
    return await court.differs(walls, name, way, variables)


def forged(cursor: str, chance: random.Random) -> str:
    """A cursor that nobody was given: of another order, another place, another shape, or none at all."""
    name, *values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    place = chance.randrange(44)
    made = (
        ["OTHER", *values],
        [name, *values[:-1]],
        [name, *values, values[-1]],
        [name, *values[:-1], str(key(6, place)) if isinstance(values[-1], str) else place],
        {"name": name},
    )
    if chance.random() < 0.2:
        return chance.choice(("", "x", "W10", cursor[:-2]))
    return base64.urlsafe_b64encode(json.dumps(chance.choice(made)).encode()).decode().rstrip("=")


@pytest.mark.parametrize("chunk", range(CHUNKS))
async def test_no_probe_finds_what_is_somebody_elses(court: Assize, chunk: int) -> None:
    for seed in range(FIRST_SEED + chunk, FIRST_SEED + PROBES, CHUNKS):
        difference = await probed(court, seed)
        assert difference is None, f"seed {seed}: {difference}"


async def test_probes_find_what_leaks(court: Assize) -> None:
    found = 0
    for seed in range(1, 301):
        found += await probed(court, seed, (NEITHER,)) is not None
    # Of the viewers, ways and aims that chance brings together, many have nothing to be hidden.
    assert found >= 30
