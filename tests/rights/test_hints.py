"""A1: what is hidden, what is absent, and what is one's own under another name cannot be told apart."""

import json
import random
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from auth.viewer import Viewer
from tests.million.plans import literal, planned
from tests.oracle.interpreter import NODES
from tests.oracle.test_oracle import VIEWERS
from tests.portal import ask
from tests.rights.court import BOTH, Assize
from tests.rights.ways import OWNED, a_row, absent, identifier, object_type

OWNED_NODES = sorted(OWNED & set(NODES))
ASKED = "query ($id: ID!) {{ node(id: $id) {{ id ... on {} {{ {} }} }} }}"
# Nothing is hidden of what an employer has not paid from whoever serves an office.
HIDDEN = [
    (name, type_name)
    for name in ("a person", "an employer", "an officer of a district", "a partner")
    for type_name in OWNED_NODES
    if type_name != "UnpaidContribution" or name in {"a person", "an employer"}
]
# What a look at a hidden row may touch more than one at nothing: the row, and what its policy asks.
FEW_BLOCKS = 24


def in_other_words(court: Assize, name: str, type_name: str) -> list[str]:
    """Identifiers that lead a viewer nowhere: hidden, absent, and their own called by another type."""
    eyes, chance = court.eyes[name], random.Random(type_name)  # noqa: S311 -- no secret
    hidden = a_row(eyes, type_name, "foreign", chance)
    own = [a_row(eyes, other, "own", chance)["id"] for other in OWNED_NODES if other != type_name]
    return [identifier(type_name, key) for key in (hidden["id"], absent(hidden), *own)]


@pytest.mark.parametrize(("name", "type_name"), HIDDEN)
async def test_a1_identifiers_that_lead_nowhere_are_answered_alike_for_the_same_work(
    court: Assize, name: str, type_name: str
) -> None:
    viewer, pool = VIEWERS[name], court.walls[BOTH].pool
    leaf = next(field for field in object_type(type_name).fields if field != "id")
    text = ASKED.format(type_name, leaf)
    identifiers = in_other_words(court, name, type_name)
    assert {json.dumps(await ask(pool, viewer, text, id=one)) for one in identifiers} == {'{"node": null}'}

    # One statement each, and the same one.
    assert len({planned(viewer, text, {"id": one})[0].statement.sql for one in identifiers}) == 1
    async with pool.acquire() as connection:
        done = [await work(connection, viewer, text, one) for one in identifiers]
    shapes, touched = {shape for shape, _ in done}, [blocks for _, blocks in done]
    assert len(shapes) == 1
    assert max(touched) - min(touched) <= FEW_BLOCKS, touched


async def work(connection: Any, viewer: Viewer, text: str, asked: str) -> tuple[str, int]:  # noqa: ANN401 -- the pool's
    """What PostgreSQL does to answer: the shape of its plan, and how many blocks it touches."""
    plan, arguments = planned(viewer, text, {"id": asked})
    await connection.execute(f"PREPARE asked AS {plan.statement.sql}")
    values = ", ".join(map(literal, arguments))
    explain = f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, SUMMARY OFF, FORMAT JSON) EXECUTE asked({values})"
    # The first look of a connection reads the catalogue, too.
    for _ in range(2):
        [found] = json.loads((await connection.fetch(explain))[0][0])
    await connection.execute("DEALLOCATE asked")
    root = found["Plan"]
    return json.dumps([node["Node Type"] for node in nodes(root)]), root["Shared Hit Blocks"]


def nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every node of a plan."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)
