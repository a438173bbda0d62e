"""Every viewer, on every way, through both walls and through each alone, is told what the law says.

The law is `tests/oracle/rights.py`, asked of whole tables, row by row. Where a test here fails after a change
of the schema, it says what the author has not yet said: to the oracle, or to the ways.
"""

import os
import random
from collections.abc import Iterator, Sequence

import pytest

from tests.oracle.interpreter import SINGLE
from tests.oracle.meanings import LINKS, LISTS, TABLES
from tests.oracle.test_oracle import VIEWERS
from tests.rights.court import NEITHER, STANDING, Assize
from tests.rights.ways import AIMS, ENTITIES, OWNED, Step, Way, listed, object_type, steps_from, walked

# With PROBES set, every viewer goes every way with every aim behind every wall; else each goes a ninth of the
# ways, so that some three go each, with the aims and behind the walls in turn.
IS_WHOLE = "PROBES" in os.environ
SHARES = 9
WALKED, LISTED = tuple(walked()), tuple(listed())


def shares(name: str, ways: Sequence[Way]) -> Iterator[tuple[Way, str, tuple[str, ...]]]:
    """What a viewer asks: a way, the aim, and behind which walls."""
    turn = list(VIEWERS).index(name)
    for number, way in enumerate(ways):
        aims = AIMS if way.holes else AIMS[:1]
        if IS_WHOLE:
            yield from ((way, aim, STANDING) for aim in aims)
        elif (number + turn) % SHARES == 0:
            again = turn // SHARES
            yield way, aims[(again + number // SHARES) % len(aims)], (STANDING[(again + number) % 3],)


async def differences(court: Assize, name: str, way: Way, aim: str, walls: tuple[str, ...]) -> list[str]:
    """Where a viewer on a way is told something else than the law says."""
    variables = way.aimed(court.eyes[name], aim, random.Random(f"{name} {way.text} {aim}"))  # noqa: S311 -- no secret
    law = court.law(name, way, variables)
    found = [await court.differs(each, name, way, variables, law) for each in walls]
    return [difference for difference in found if difference is not None]


@pytest.mark.parametrize("name", VIEWERS)
async def test_a4_every_two_steps_in_a_row_lead_a_viewer_to_their_own(court: Assize, name: str) -> None:
    """A9 and A10 besides: each wall alone keeps what both keep."""
    for way, aim, walls in shares(name, WALKED):
        assert await differences(court, name, way, aim, walls) == []


@pytest.mark.parametrize("name", VIEWERS)
async def test_a4_every_list_shows_a_viewer_their_own(court: Assize, name: str) -> None:
    """In every order, by every filter, from anybody's cursor: rows, counts, and what is refused."""
    for way, aim, walls in shares(name, LISTED):
        assert await differences(court, name, way, aim, walls) == []


async def test_with_both_walls_off_every_type_is_seen_by_somebody_whom_it_does_not_concern(
    court: Assize,
) -> None:
    # So the questions above would find what leaks.
    found = set()
    for way in WALKED:
        last = way.steps[-1].target
        if last in OWNED - found and await differences(court, "a person", way, "foreign", (NEITHER,)):
            found.add(last)
    assert found == OWNED


# ------------------------------------------------------- what an author has yet to say ---


def test_every_field_of_what_is_somebodys_stands_in_a_way() -> None:
    asked = {field for way in WALKED for field in way.fields}
    there = {(owned, field) for owned in OWNED for field in object_type(owned).fields}
    assert there <= asked, f"Give a value to the arguments of these (tests/rights/ways.py): {there - asked}"


def test_the_oracle_knows_what_is_somebodys() -> None:
    unknown = sorted(OWNED - TABLES.keys())
    assert not unknown, f"Say in tests/oracle/meanings.py of which tables these are: {unknown}"


def test_the_oracle_knows_every_step() -> None:
    steps = [step for name in (*ENTITIES, "Query") for step in steps_from(name)]
    unknown = {f"{step.parent}.{step.field}" for step in steps if not is_known(step)}
    assert not unknown, f"Say in tests/oracle/meanings.py (LISTS, LINKS) where these lead: {sorted(unknown)}"


def is_known(step: Step) -> bool:
    """Whether the oracle can go a step."""
    place = (step.parent, step.field)
    return (
        place in LISTS
        or place in LINKS
        or place in SINGLE
        or place in {("Query", "node"), ("Query", "nodes")}
    )


@pytest.mark.parametrize("type_name", sorted(OWNED))
async def test_the_world_has_rows_that_are_hidden_and_rows_that_are_not(
    court: Assize, type_name: str
) -> None:
    table = TABLES[type_name]
    seen = {
        name: sum(eyes.may_see(table, row) for row in court.world[table]) for name, eyes in court.eyes.items()
    }
    assert any(seen.values()), "Let somebody of tests/oracle have one (world.py, test_oracle.py: VIEWERS)."
    assert any(count < len(court.world[table]) for count in seen.values())
