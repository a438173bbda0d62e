"""Whose rows: each wall keeps everybody to their own, with the other wall off.

One small world with neighbours on every side is looked at by every kind of viewer: through the first wall
alone (a database without row-level security), through the second alone (every policy says yes), and both.
"""

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import Column, ColumnElement, Table, Text, cast, func, select

from auth import policies
from auth.sessions import Sessions
from auth.viewer import Viewer, ViewerKind
from db import roles
from db.access_ledger import access_ledger
from db.accounts import employer_entries
from db.agreements import agreements
from db.benefits import benefits
from db.certificates import certificates
from db.connection import fetch, seen_by_viewer
from db.consents import consents
from db.contributions import contributions
from db.data_requests import data_requests
from db.dossiers import dossiers
from db.employers import employer_accounts, employer_arrears
from db.employments import employments
from db.events import dossier_events
from db.filings import filings
from db.grants import grants
from db.health_cards import health_cards
from db.health_copayments import health_copayments
from db.households import household_members, households
from db.identifiers import identifiers
from db.mandates import mandates
from db.notices import notices
from db.participants import participants
from db.payments import payments
from db.pool import Connection, Pool
from db.sessions import sessions
from selection.answers import Translator
from tests import people
from tests.conftest import Database
from tests.patience import open_patient_pool
from tests.portal import ask, portal, without_policies
from tests.walls import row_security_off
from tests.world import World, a_world

# What each viewer may see of each table. `old` employed Lan until 2024, from the office `there`.
SEES: dict[str, dict[str, str]] = {
    "lan": {
        "participants": "lan",
        "identifiers": "lan",
        "employments": "lan-mill lan-old",
        "contributions": "lan-mill lan-old lan-left",
        "employer_arrears": "mill old",
        "dossiers": "lan lan-by-mill lan-by-old",
        "households": "lan",
        "mandates": "lan-payment lan-revoked lan-offered lan-over lan-higher lan-heir lan-ward lan-health",
        "data_requests": "lan",
        "access_ledger": "lan lan-told",
        "consents": "lan",
        "agreements": "here",
        "health_cards": "lan",
        "health_copayments": "lan",
        "benefits": "lan",
        "certificates": "lan",
        "household_members": "lan minh",
        "notices": "lan-mill lan-old",
    },
    "minh": {
        "participants": "minh",
        "identifiers": "minh",
        "employments": "minh-shop",
        "contributions": "minh-shop",
        "employer_arrears": "shop",
        "dossiers": "minh minh-by-shop",
        "mandates": (
            "hoa hoa-child lan-payment lan-revoked lan-offered lan-over lan-higher lan-heir lan-ward"
            " lan-health"
        ),
        "data_requests": "minh",
        "access_ledger": "minh minh-told",
        "consents": "minh",
        "agreements": "ended",
        "health_cards": "minh",
        "health_copayments": "minh",
        "benefits": "minh",
        "certificates": "minh",
        "household_members": "minh",
        "notices": "minh-shop",
    },
    # Whoever acts by a mandate sees whom it is for, in the services that it covers, and nothing of their own.
    "minh by the mandate hoa": {
        "participants": "hoa",
        "identifiers": "hoa",
        "contributions": "hoa hoa-port",
        "employer_arrears": "port",
        "dossiers": "hoa",
        "mandates": "hoa",
        "health_cards": "hoa",
        "health_copayments": "hoa",
        "benefits": "hoa",
        "certificates": "hoa",
        "notices": "hoa",
    },
    "minh by the mandate lan-payment": {
        "participants": "lan",
        "identifiers": "lan",
        "mandates": "lan-payment",
        "benefits": "lan",
    },
    # Parents and guardians read who looked too, and consent; an agent or an heir does not.
    "minh by the mandate hoa-child": {
        "participants": "hoa",
        "identifiers": "hoa",
        "mandates": "hoa-child",
        "access_ledger": "hoa hoa-told",
        "consents": "hoa",
        "agreements": "far",
        "benefits": "hoa",
    },
    "minh by the mandate lan-ward": {
        "participants": "lan",
        "identifiers": "lan",
        "mandates": "lan-ward",
        "access_ledger": "lan lan-told",
        "consents": "lan",
        "agreements": "here",
        "benefits": "lan",
    },
    "minh by the mandate lan-heir": {
        "participants": "lan",
        "identifiers": "lan",
        "mandates": "lan-heir",
        "benefits": "lan",
    },
    # Health is a group of services of its own, and household insurance belongs to it.
    "minh by the mandate lan-health": {
        "participants": "lan",
        "identifiers": "lan",
        "mandates": "lan-health",
        "households": "lan",
        "household_members": "lan minh",
        "health_cards": "lan",
        "health_copayments": "lan",
    },
    "minh by the mandate lan-revoked": {},
    "minh by the mandate lan-offered": {},
    "minh by the mandate lan-over": {},
    "minh by the mandate lan-higher": {},
    "mill": {
        "participants": "lan",
        "identifiers": "lan",
        "employments": "lan-mill",
        "contributions": "lan-mill",
        "employer_arrears": "mill",
        "employer_accounts": "mill",
        "dossiers": "lan-by-mill",
    },
    "shop": {
        "participants": "minh",
        "identifiers": "minh",
        "employments": "minh-shop",
        "contributions": "minh-shop",
        "employer_arrears": "shop",
        "employer_accounts": "shop",
        "dossiers": "minh-by-shop",
    },
    # A former employer keeps what it did itself, and sees the person no more.
    "old": {
        "employments": "lan-old",
        "contributions": "lan-old lan-left",
        "employer_arrears": "old",
        "employer_accounts": "old",
        "dossiers": "lan-by-old",
    },
    "officer here": {
        "participants": "lan",
        "identifiers": "lan",
        "employments": "lan-mill",
        "contributions": "lan-mill lan-old lan-left",
        "employer_arrears": "mill shop old port",
        "employer_accounts": "mill",
        "dossiers": "lan lan-by-mill lan-by-old",
        "households": "lan",
        "mandates": "lan-payment lan-revoked lan-offered lan-over lan-higher lan-heir lan-ward lan-health",
        "data_requests": "lan",
        "consents": "lan",
        "agreements": "here another's ended revoked",
        "health_cards": "lan",
        "health_copayments": "lan",
        "benefits": "lan",
        "certificates": "lan",
        "household_members": "lan minh",
    },
    "officer there": {
        "participants": "minh",
        "identifiers": "minh",
        "employments": "minh-shop lan-old",
        "contributions": "minh-shop",
        "employer_arrears": "mill shop old port",
        "employer_accounts": "shop old",
        "dossiers": "minh minh-by-shop",
        "data_requests": "minh",
        "consents": "minh",
        "health_cards": "minh",
        "health_copayments": "minh",
        "benefits": "minh",
        "certificates": "minh",
    },
    "officer of the province": {
        "participants": "lan minh",
        "identifiers": "lan minh",
        "employments": "lan-mill lan-old minh-shop",
        "contributions": "lan-mill lan-old lan-left minh-shop",
        "employer_arrears": "mill shop old port",
        "employer_accounts": "mill shop old",
        "dossiers": "lan lan-by-mill lan-by-old minh minh-by-shop",
        "households": "lan",
        "mandates": "lan-payment lan-revoked lan-offered lan-over lan-higher lan-heir lan-ward lan-health",
        "data_requests": "lan minh",
        "consents": "lan minh",
        "agreements": "here another's ended revoked",
        "health_cards": "lan minh",
        "health_copayments": "lan minh",
        "benefits": "lan minh",
        "certificates": "lan minh",
        "household_members": "lan minh",
    },
    "officer far away": {
        "participants": "hoa",
        "identifiers": "hoa",
        "contributions": "hoa hoa-port",
        "employer_arrears": "mill shop old port",
        "employer_accounts": "port",
        "dossiers": "hoa",
        "mandates": "hoa hoa-child",
        "data_requests": "hoa",
        "consents": "hoa",
        "agreements": "far",
        "health_cards": "hoa",
        "health_copayments": "hoa",
        "benefits": "hoa",
        "certificates": "hoa",
    },
    "partner here": {
        "participants": "lan",
        "identifiers": "lan",
        "employments": "lan-mill",
        "contributions": "lan-mill lan-old lan-left",
        "employer_arrears": "mill shop old port",
        "dossiers": "lan lan-by-mill lan-by-old",
        "households": "lan",
        "agreements": "here",
        "health_cards": "lan",
        "health_copayments": "lan",
        "benefits": "lan",
        "household_members": "lan minh",
    },
    "partner here without an agreement": {"agreements": "here"},
    "partner here by another's agreement": {"agreements": "here"},
    "partner whose agreement has ended": {"agreements": "ended"},
    "partner whose agreement is revoked": {"agreements": "revoked"},
    "officer whose right ended": {},
    # The right of one capacity is not used in another: this account is an officer, and asks as an employer.
    "officer here as an employer": {},
    # A kind that nothing grants to, with a person's key: only a citizen is a person.
    "anonymous": {},
}
VIEWERS = tuple(SEES)
# Who has no agreement is refused before anything is looked for (tests/selection/test_granted_fields.py).
ASKING = tuple(name for name in VIEWERS if name != "partner here without an agreement")


# ------------------------------------------------------------------------- the walls ---


@dataclass(frozen=True)
class Walls:
    """A world behind one wall or both."""

    world: World
    pool: Pool
    translator: Translator
    has_policies: bool


@pytest.fixture(scope="module")
async def world(database: Database) -> World:
    """The world in the worker's database, behind row-level security."""
    owner = await asyncpg.connect(database.url(roles.OWNER))
    world = await a_world(owner)
    await owner.close()
    return world


@pytest.fixture(scope="module")
async def open_world(database: Database) -> AsyncIterator[tuple[World, Pool]]:
    """The same world in a database without row-level security."""
    async with row_security_off(database, "policies") as own:
        owner = await asyncpg.connect(own.url(roles.OWNER))
        world = await a_world(owner)
        await owner.close()
        pool = await open_patient_pool(own.url(roles.API), size=2, name="tests")
        yield world, pool
        await pool.close()


@pytest.fixture(scope="module", params=["the policies alone", "row security alone", "both walls"])
def walls(
    request: pytest.FixtureRequest, world: World, open_world: tuple[World, Pool], pool: Pool
) -> Iterator[Walls]:
    """One wall or both."""
    match request.param:
        case "the policies alone":
            yield Walls(*open_world, portal(), has_policies=True)
        case "row security alone":
            yield Walls(world, pool, without_policies(), has_policies=False)
        case _:
            yield Walls(world, pool, portal(), has_policies=True)


def sees(name: str, table: str) -> set[str]:
    same = {
        "dossier_events": "dossiers",
        "employer_entries": "employer_accounts",
        "filings": "employer_accounts",
        "payments": "employer_accounts",
    }
    return set(SEES[name].get(same.get(table, table), "").split())


# ------------------------------------------------------------------------- the tables ---

# The column by which a row has its short name, and the policy of the first wall.
TABLES: dict[str, tuple[Table, str, Callable[..., ColumnElement[bool]]]] = {
    "participants": (participants, "id", policies.participants),
    "identifiers": (identifiers, "id", policies.identifiers),
    "employments": (employments, "id", policies.employments),
    "contributions": (contributions, "id", policies.contributions),
    "employer_arrears": (employer_arrears, "id", policies.employer_arrears),
    "employer_accounts": (employer_accounts, "employer_id", policies.employer_accounts),
    "employer_entries": (employer_entries, "id", policies.employer_accounts),
    "filings": (filings, "id", policies.filings),
    "payments": (payments, "id", policies.payments),
    "notices": (notices, "id", policies.notices),
    "dossiers": (dossiers, "id", policies.dossiers),
    "dossier_events": (dossier_events, "dossier_id", policies.dossier_events),
    "mandates": (mandates, "id", policies.mandates),
    "data_requests": (data_requests, "id", policies.data_requests),
    "access_ledger": (access_ledger, "id", policies.access_ledger),
    "consents": (consents, "id", policies.consents),
    "agreements": (agreements, "id", policies.agreements),
    "households": (households, "id", policies.households),
    "household_members": (household_members, "id", policies.household_members),
    "health_cards": (health_cards, "id", policies.health_cards),
    "health_copayments": (health_copayments, "id", policies.health_copayments),
    "benefits": (benefits, "id", policies.benefits),
    "certificates": (certificates, "id", policies.certificates),
}


async def keys_of(
    pool: Pool, viewer: Viewer, column: Column[Any], *conditions: ColumnElement[bool]
) -> list[str]:
    """The keys that a viewer finds in a table."""
    found = select(func.json_agg(cast(column, Text))).where(*conditions).scalar_subquery()
    return json.loads((await fetch(pool, seen_by_viewer(found), viewer=viewer.binding))[0][0] or "[]")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("name", VIEWERS)
async def test_of_each_table_everybody_sees_their_own_rows(walls: Walls, name: str, table: str) -> None:
    rows, key, policy = TABLES[table]
    viewer = walls.world.viewers[name]
    conditions = [policy(rows.c, viewer.kind)] if walls.has_policies else []
    keys = await keys_of(walls.pool, viewer, rows.c[key], *conditions)
    if table == "employer_arrears" and viewer.kind in {ViewerKind.OFFICER, ViewerKind.PARTNER}:
        # An office sees everybody's: those of other tests, too.
        keys = [found for found in keys if found in walls.world.keys[table]]
    assert walls.world.names(table, keys) == sees(name, table)


@pytest.mark.usefixtures("without_price")
async def test_with_both_walls_off_a_foreign_row_is_seen(open_world: tuple[World, Pool]) -> None:
    # So the world has what the walls hide, and the questions above would find it.
    world, pool = open_world
    ids = [f"{noun}:{key}" for table, noun in NOUNS.items() for key in world.keys[table]]
    answer = await ask(pool, world.viewers["anonymous"], EVERYTHING, translator=without_policies(), ids=ids)
    for table in NOUNS:
        assert shown(world, answer, table) == set(world.keys[table].values())


@pytest.mark.parametrize("name", VIEWERS)
async def test_of_the_grants_everybody_sees_their_own(walls: Walls, name: str) -> None:
    viewer = walls.world.viewers[name]
    conditions = [policies.grants(grants.c)] if walls.has_policies else []
    keys = await keys_of(walls.pool, viewer, grants.c.principal, *conditions)
    has_grant = name not in {
        *(name for name in VIEWERS if name.startswith("partner") and "participants" not in SEES[name]),
        "lan",
        "minh",
        "anonymous",
        "officer whose right ended",
        "officer here as an employer",
    } and not name.startswith("minh by")
    assert keys == ([str(viewer.principal)] if has_grant else [])


@pytest.mark.parametrize("name", VIEWERS)
async def test_of_the_sessions_everybody_sees_those_of_their_own_account(walls: Walls, name: str) -> None:
    viewer = walls.world.viewers[name]
    for account in (viewer, Viewer(ViewerKind.CITIZEN, uuid4())):
        if account.principal:
            as_citizen = replace(account, kind=ViewerKind.CITIZEN, participant_id=None)
            await Sessions(walls.pool).begin(as_citizen, issuer="tests", subject=name)
    conditions = [policies.sessions(sessions.c, viewer.kind)] if walls.has_policies else []
    keys = await keys_of(walls.pool, viewer, sessions.c.principal, *conditions)
    assert set(keys) == ({str(viewer.principal)} if viewer.principal else set())


# ---------------------------------------------------------------------- the operations ---


@pytest.fixture
def without_price(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything at once: more than anybody may ask."""
    monkeypatch.setattr("selection.costs.MOST_COST", 1_000_000)


# Every way to a row: by identifier, in a list, through a link, by a filter, as a count.
EVERYTHING = """
query ($ids: [ID!]!) {
  nodes(ids: $ids) { __typename id ...person ...dossier ...employment ...mandate }
  participants(first: 100) { totalCount totalCountIsExact nodes { id ...person } edges { node { id } } }
  dossiers(first: 100) { totalCount nodes { id ...dossier } edges { node { id } } }
  due: dossiers(order: OLDEST, last: 100) { totalCount nodes { id } }
  viewer { participant { id ...person } }
}
fragment mandate on Mandate { participant { id } }
fragment person on Participant {
  mandates { totalCount nodes { id } }
  identifiers { totalCount nodes { id } }
  employments { totalCount nodes { id participant { id } employer { id } } }
  dossiers { totalCount nodes { id participant { id } events { totalCount nodes { seq } } } }
}
fragment dossier on Dossier {
  events { totalCount nodes { seq } }
  employer { id }
  participant { id identifiers { totalCount nodes { id } } dossiers { totalCount nodes { id } }
                employments { totalCount nodes { id participant { id } } } }
}
fragment employment on Employment { participant { id dossiers { totalCount nodes { id } } } }
"""
# Of what people ask, say yes to, and who looked, apart: one statement of everything takes too long.
HELD = """
{
  dataRequests(first: 100) { totalCount nodes { id participant { id } } edges { node { id } } }
  open: dataRequests(order: DUE, last: 100) { totalCount nodes { id } }
  people: participants(first: 100) { totalCount nodes { id ...held } }
  agreements(first: 100) { totalCount nodes { id } edges { node { id } } }
  me: viewer { participant { id ...held } employers { nodes { id ...filed } } }
}
fragment filed on Employer {
  account { totalCount nodes { month due } }
  filings { totalCount nodes { id employer { id } } }
  payments { totalCount nodes { id employer { id } } }
}
fragment held on Participant {
  notices { totalCount nodes { id participant { id } } }
  accessLog { totalCount nodes { id agreement { id } } }
  consents { totalCount nodes { id participant { id } } }
  dataRequests { totalCount nodes { id participant { id } } }
}
"""
# And of what is paid for them, and what is not.
LEDGER = """
{
  paid: participants(first: 100) { totalCount nodes { id ...ledger } }
  myself: viewer { participant { id ...ledger } }
}
fragment ledger on Participant {
  contributions { totalCount nodes { id participant { id } employer { id } } edges { node { id } } }
  unpaidContributions { totalCount nodes { id employer { id } } edges { node { id } } }
}
"""
# And what they are insured for and paid.
COVERED = """
{
  insured: participants(first: 100) { totalCount nodes { id ...covered } }
  myself: viewer { participant { id ...covered } }
}
fragment covered on Participant {
  household { code members { totalCount nodes { id participant { id } } } }
  householdMemberships { totalCount nodes { id household { members { totalCount nodes { id } } } } }
  healthCard { id }
  healthCards { totalCount nodes { id participant { id } } }
  healthCopayments { totalCount nodes { id participant { id } } }
  benefits { totalCount nodes { id participant { id } } }
  certificates { totalCount nodes { id participant { id } } }
}
"""
NOUNS = {
    "participants": "Participant",
    "identifiers": "Identifier",
    "employments": "Employment",
    "contributions": "Contribution",
    "employer_arrears": "UnpaidContribution",
    "dossiers": "Dossier",
    "mandates": "Mandate",
    "data_requests": "DataRequest",
    "access_ledger": "AccessEntry",
    "consents": "Consent",
    "agreements": "Agreement",
    "household_members": "HouseholdMember",
    "health_cards": "HealthCard",
    "health_copayments": "HealthCopayment",
    "benefits": "Benefit",
    "certificates": "Certificate",
    "filings": "Filing",
    "payments": "Payment",
    "notices": "Notice",
}


def objects(value: Any) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401 -- any JSON
    """Every object in an answer."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(inner)


def shown(world: World, value: Any, table: str) -> set[str]:  # noqa: ANN401 -- any JSON
    """The short names of all rows of a table that an answer shows, wherever it does."""
    prefix = f"{NOUNS[table]}:"
    found = [item["id"] for item in objects(value) if item.get("id", "").startswith(prefix)]
    return world.names(table, [identifier.removeprefix(prefix) for identifier in found])


@pytest.mark.usefixtures("without_price")
@pytest.mark.parametrize("name", ASKING)
async def test_a9_a10_no_way_through_the_schema_leads_to_a_foreign_row(walls: Walls, name: str) -> None:
    world, viewer = walls.world, walls.world.viewers[name]
    ids = [f"{noun}:{key}" for table, noun in NOUNS.items() for key in world.keys[table]]
    answer = await ask(walls.pool, viewer, EVERYTHING, translator=walls.translator, ids=ids)
    for more in (HELD, LEDGER, COVERED):
        answer |= await ask(walls.pool, viewer, more, translator=walls.translator)

    for table in NOUNS:
        assert shown(world, answer, table) == sees(name, table)
        assert shown(world, answer["nodes"], table) == sees(name, table)
    assert [node and node["id"] for node in answer["nodes"]] == [
        identifier if shown(world, [{"id": identifier}], table) <= sees(name, table) else None
        for table, noun in NOUNS.items()
        for identifier in (f"{noun}:{key}" for key in world.keys[table])
    ]
    for table, field in (
        ("participants", "participants"),
        ("dossiers", "dossiers"),
        ("data_requests", "dataRequests"),
    ):
        assert shown(world, answer[field]["nodes"], table) == sees(name, table)
        assert shown(world, answer[field]["edges"], table) == sees(name, table)
    # A count tells no more than the list it counts.
    for item in objects(answer):
        if "totalCount" in item:
            assert item["totalCount"] == len(item["nodes"])


@pytest.mark.parametrize("name", ASKING)
async def test_no_filter_finds_a_foreign_row(walls: Walls, name: str) -> None:
    world, viewer = walls.world, walls.world.viewers[name]
    page = "{ totalCount nodes { id } }"
    fields = ["none: viewer { kind }"]
    for key, person in world.keys["participants"].items():
        fields += [
            f'person_{person}: participant(id: "Participant:{key}") {{ id }}',
            f'about_{person}: dossiers(participant: "Participant:{key}") {page}',
            f'named_{person}: participants(namePrefix: "ho {person}") {page}',
        ]
    for key, employer in world.keys["employers"].items():
        fields.append(f'by_{employer}: dossiers(employer: "Employer:{key}") {page}')
    for place, office in world.offices.items():
        fields += [
            f'people_{place}: participants(office: "Office:{office}") {page}',
            f'dossiers_{place}: dossiers(office: "Office:{office}", status: [NEW]) {page}',
        ]
    answer = await ask(walls.pool, viewer, "{" + "\n".join(fields) + "}", translator=walls.translator)

    visible = sees(name, "participants")
    for person in world.keys["participants"].values():
        assert shown(world, answer[f"person_{person}"], "participants") == visible & {person}
        assert shown(world, answer[f"named_{person}"], "participants") == visible & {person}
        about = {dossier for dossier in sees(name, "dossiers") if dossier.partition("-")[0] == person}
        assert shown(world, answer[f"about_{person}"], "dossiers") == about
    for employer in world.keys["employers"].values():
        by = {dossier for dossier in sees(name, "dossiers") if dossier.endswith(f"-by-{employer}")}
        assert shown(world, answer[f"by_{employer}"], "dossiers") == by
    for item in answer.values():
        if item and "totalCount" in item:
            assert item["totalCount"] == len(item["nodes"])


@pytest.mark.parametrize("name", ASKING)
async def test_a_reference_finds_a_dossier_for_those_who_may_see_it(walls: Walls, name: str) -> None:
    world = walls.world
    references = await ask(
        walls.pool,
        world.viewers["officer of the province"],
        "{ dossiers(first: 100) { nodes { id reference } } }",
        translator=walls.translator,
    )
    for found in references["dossiers"]["nodes"]:
        answer = await ask(
            walls.pool,
            world.viewers[name],
            "query ($reference: String!) { dossier(reference: $reference) { id } }",
            translator=walls.translator,
            reference=found["reference"],
        )
        assert shown(world, answer, "dossiers") == shown(world, found, "dossiers") & sees(name, "dossiers")


# --------------------------------------------------------------- rights that are taken back ---


async def test_a_right_that_is_taken_back_is_gone_at_the_next_statement(
    pool: Pool, owner: Connection, world: World
) -> None:
    viewer = await people.officer_of(owner, world.offices["here"])
    count = "{ dossiers { totalCount } }"
    assert (await ask(pool, viewer, count))["dossiers"]["totalCount"] == 3
    await owner.execute("DELETE FROM grants WHERE principal = $1", viewer.principal)
    assert (await ask(pool, viewer, count))["dossiers"]["totalCount"] == 0


async def test_an_employment_that_ends_ends_the_employers_sight_of_the_person(
    pool: Pool, owner: Connection
) -> None:
    person, employer = await people.a_participant(owner), await people.an_employer(owner)
    await people.an_employment(owner, person, employer)
    viewer = await people.acting_for(owner, employer)
    count = "{ participants { totalCount } }"
    assert (await ask(pool, viewer, count))["participants"]["totalCount"] == 1
    await owner.execute("UPDATE employments SET ended_on = current_date - 2 WHERE employer_id = $1", employer)
    assert (await ask(pool, viewer, count))["participants"]["totalCount"] == 0
