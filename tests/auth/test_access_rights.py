"""By which right somebody sees a row, as the row itself says it: the one that the ledger keeps."""

from collections.abc import Mapping
from typing import Any

import asyncpg
import pytest

from db import roles
from db.pool import Connection, Pool
from tests import people
from tests.conftest import Database
from tests.portal import NOTEBOOK, ask, done
from tests.world import World, a_world

EVERYTHING = """
query {
  participants(first: 9) { nodes {
    accessRight { ...right }
    identifiers(first: 4) { nodes { accessRight { ...right } } }
    employments(first: 4) { nodes { accessRight { ...right } } }
    dossiers(first: 4) { nodes {
      accessRight { ...right }
      events(first: 4) { nodes { accessRight { ...right } } }
    } }
  } }
}
fragment right on AccessRight { kind through nameVi nameEn }
"""


@pytest.fixture(scope="module")
async def world(database: Database) -> World:
    """It is only read."""
    owner = await asyncpg.connect(database.url(roles.OWNER))
    world = await a_world(owner)
    await owner.close()
    return world


def rights_in(answer: object) -> dict[str, list[Any]]:
    """Every right in an answer, by the name of the list that its object stands in."""
    found: dict[str, list[Any]] = {}

    def look(value: object, name: str) -> None:
        if isinstance(value, Mapping):
            for key, inner in value.items():
                if key == "accessRight":
                    found.setdefault(name, []).append(inner)
                else:
                    look(inner, name if key == "nodes" else key)
        elif isinstance(value, list):
            for inner in value:
                look(inner, name)

    look(answer, "")
    return found


async def rights_of(world: World, pool: Pool, name: str) -> dict[str, list[Any]]:
    """The rights that somebody is told, which are the same ahead of strawberry and through it."""
    answer = await ask(pool, world.viewers[name], EVERYTHING)
    assert await done(pool, world.viewers[name], EVERYTHING) == answer
    return rights_in(answer)


def right(kind: str, through: str | None = None, vi: str | None = None, en: str | None = None) -> Any:  # noqa: ANN401 -- JSON
    """A right, as it is told."""
    return {"kind": kind, "through": through, "nameVi": vi, "nameEn": en}


async def of_office(owner: Connection, office: int) -> Any:  # noqa: ANN401 -- JSON
    """The right of who serves an office."""
    row = await owner.fetchrow("SELECT name_vi, name_en FROM offices WHERE id = $1", office)
    assert row
    return right("OFFICE", f"Office:{office}", row["name_vi"], row["name_en"])


async def of_employer(owner: Connection, key: str) -> Any:  # noqa: ANN401 -- JSON
    """The right of who acts for an employer."""
    name = await owner.fetchval("SELECT name FROM employers WHERE id = $1", key)
    return right("EMPLOYMENT", f"Employer:{key}", name, name)


ALL = {"participants", "identifiers", "employments", "dossiers", "events"}


async def test_ones_own_is_seen_by_no_other_right(pool: Pool, world: World) -> None:
    told = await rights_of(world, pool, "lan")
    assert told.keys() == ALL
    assert all(each == right("OWN") for rights in told.values() for each in rights)
    text = "{ viewer { participant { dataRequests { nodes { accessRight { kind through nameVi nameEn } } }"
    text += " consents { nodes { accessRight { kind through nameVi nameEn } } } } } }"
    held = rights_in(await ask(pool, world.viewers["lan"], text))
    assert held == {"dataRequests": [right("OWN")], "consents": [right("OWN")]}


async def test_an_employer_sees_by_itself(pool: Pool, world: World, owner: Connection) -> None:
    told = await rights_of(world, pool, "mill")
    assert told.keys() == ALL
    by_mill = await of_employer(owner, world.key("employers", "mill"))
    assert all(each == by_mill for rights in told.values() for each in rights)


async def test_an_officer_sees_by_the_office_that_they_serve(
    pool: Pool, world: World, owner: Connection
) -> None:
    told = await rights_of(world, pool, "officer here")
    assert told.keys() == ALL
    by_office = await of_office(owner, world.offices["here"])
    assert all(each == by_office for rights in told.values() for each in rights)
    text = "{ dataRequests { nodes { accessRight { kind through nameVi nameEn } } } }"
    requests = rights_in(await ask(pool, world.viewers["officer here"], text))
    assert requests == {"dataRequests": [by_office]}


async def test_an_officer_sees_by_the_office_granted_above_that_the_row_lies_in(
    pool: Pool, world: World, owner: Connection
) -> None:
    told = await rights_of(world, pool, "officer of the province")
    assert told.keys() == ALL
    by_province = await of_office(owner, world.offices["province"])
    assert len(told["participants"]) == 2
    assert all(each == by_province for rights in told.values() for each in rights)


async def test_whoever_serves_several_offices_sees_each_row_by_the_one_that_it_lies_below(
    pool: Pool, world: World, owner: Connection
) -> None:
    viewer = await people.officer_of(owner, world.offices["here"])
    assert viewer.principal
    await people.a_grant(owner, viewer.principal, office=world.offices["far"])
    world.viewers["officer here and far away"] = viewer
    told = await rights_of(world, pool, "officer here and far away")
    by = {each["through"] for each in told["participants"]}
    assert by == {f"Office:{world.offices[name]}" for name in ("here", "far")}
    assert {each["through"] for each in told["identifiers"]} == by


async def test_a_representative_sees_by_the_mandate(pool: Pool, world: World) -> None:
    text = """
        { viewer { participant { accessRight { ...right } identifiers { nodes { accessRight { ...right } } }
          employments { nodes { accessRight { ...right } } } dossiers { nodes { accessRight { ...right }
          events { nodes { accessRight { ...right } } } } } } } }
        fragment right on AccessRight { kind through nameVi nameEn }
    """
    viewer = world.viewers["minh by the mandate hoa"]
    told = rights_in(await ask(pool, viewer, text))
    assert told.keys() == {"participant", "identifiers", "dossiers", "events"}
    by_mandate = right("MANDATE", f"Mandate:{world.key('mandates', 'hoa')}")
    assert all(each == by_mandate for rights in told.values() for each in rights)


async def test_a_partner_sees_by_the_agreement_under_which_it_asks(
    pool: Pool, world: World, owner: Connection
) -> None:
    told = await rights_of(world, pool, "partner here")
    assert told.keys() == ALL
    agreement = world.viewers["partner here"].agreement_id
    code = await owner.fetchval("SELECT code FROM agreements WHERE id = $1", agreement)
    by_agreement = right("AGREEMENT", f"Agreement:{agreement}", code, code)
    assert all(each == by_agreement for rights in told.values() for each in rights)


async def test_a_mandate_is_seen_as_ones_own_by_itself_or_by_the_office(
    pool: Pool, world: World, owner: Connection
) -> None:
    mandate = f"Mandate:{world.key('mandates', 'lan-payment')}"
    text = """
        query ($id: ID!) { node(id: $id) { ... on Mandate { accessRight { ...right } } } }
        fragment right on AccessRight { kind through nameVi nameEn }
    """
    for name, by in {
        "lan": right("OWN"),
        "minh": right("MANDATE", mandate),
        "minh by the mandate lan-payment": right("MANDATE", mandate),
        "officer here": await of_office(owner, world.offices["here"]),
    }.items():
        told = await ask(pool, world.viewers[name], text, id=mandate)
        assert told == {"node": {"accessRight": by}}, name
        assert await done(pool, world.viewers[name], text, id=mandate) == told


@pytest.mark.parametrize("name", ["officer of the province", "officer here", "mill", "shop"])
async def test_what_is_told_is_what_the_ledger_keeps(pool: Pool, world: World, name: str) -> None:
    NOTEBOOK.last = None
    text = "{ participants { nodes { id accessRight { through } } } }"
    answer = await ask(pool, world.viewers[name], text)
    assert NOTEBOOK.last
    kept = {subject: key for subject, _, key in NOTEBOOK.last[1]}
    told = {
        node["id"].partition(":")[2]: node["accessRight"]["through"].partition(":")[2]
        for node in answer["participants"]["nodes"]
    }
    assert told
    assert told == kept
    assert all("Participant.accessRight" in fields for _, fields, _ in NOTEBOOK.last[1])
