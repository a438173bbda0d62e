"""The portal stands under load and failure; each test is named after its case in the catalogue of attacks."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID, uuid4

import httpx2
import pytest

from api.application import PLACES, PLACES_OF_EACH
from api.places import Overloaded
from db.pool import Connection
from tests import people
from tests.api.conftest import ACCEPT, Account, RunningPortal, global_id, is_ready, running_portal
from tests.cables import Cable, a_line
from tests.conftest import Database
from tests.patience import eventually

WHO = "{ viewer { name participant { id } } }"
# What is refused for want of means is refused before anybody loses patience.
REFUSED_WITHIN_S = 1.0


async def status(portal: RunningPortal, path: str) -> int:
    return (await portal.http.get(f"{portal.url}{path}")).status_code


# -------------------------------------------------------------- F3: a flood ---


@asynccontextmanager
async def a_flood(
    portal: RunningPortal, owner: Connection, office: int, *, principals: int, of_each: int
) -> AsyncIterator[list[asyncio.Task[httpx2.Response]]]:
    """Officers who all want the same dossier, which somebody else does not let go of."""
    participant = await people.a_participant(owner, office=office)
    dossier = await people.a_dossier(owner, participant=participant)
    officers = [await portal.officer(owner, office) for _ in range(principals)]
    async with owner.transaction():
        await owner.execute("SELECT FROM dossiers WHERE id = $1 FOR UPDATE", dossier)
        flood = [
            asyncio.create_task(portal.ask(ACCEPT, officer, input=wish(dossier)))
            for officer in officers
            for _ in range(of_each)
        ]
        await eventually(lambda: portal.door.places.taken == min(PLACES, PLACES_OF_EACH * principals))
        yield flood
    await asyncio.gather(*flood)


def wish(dossier: UUID) -> dict[str, object]:
    return {"idempotencyKey": uuid4().hex, "dossier": global_id(dossier), "expectedVersion": 1}


async def test_f3_the_flood_of_one_is_turned_away_and_others_are_answered(
    portal: RunningPortal, owner: Connection
) -> None:
    office = await people.an_office(owner)
    lan = await portal.citizen(owner, office=office)
    async with a_flood(portal, owner, office, principals=1, of_each=150) as flood:
        for _ in range(20):
            assert (await portal.ask(WHO, lan)).status_code == 200
        await eventually(lambda: sum(task.done() for task in flood) >= 150 - PLACES_OF_EACH)
        turned_away = [task.result() for task in flood if task.done()]
    for answer in turned_away:
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "1"
        assert answer.elapsed.total_seconds() < REFUSED_WITHIN_S
    assert {code(answer) for answer in turned_away} == {"OVERLOADED"}
    assert portal.door.places.taken == portal.door.places.waiting == 0


async def test_f3_where_all_flood_the_next_is_told_at_once_to_come_back(
    portal: RunningPortal, owner: Connection
) -> None:
    office = await people.an_office(owner)
    lan = await portal.citizen(owner, office=office)
    async with a_flood(portal, owner, office, principals=4, of_each=PLACES):
        answer = await portal.post(json.dumps({"query": WHO}), lan, accept_language="vi")
        assert await status(portal, "/health/live") == 200
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.elapsed.total_seconds() < REFUSED_WITHIN_S
    assert answer.json()["errors"][0]["message"] == Overloaded.vietnamese
    assert (await portal.ask(WHO, lan)).status_code == 200


async def test_f3_slow_senders_take_no_place(portal: RunningPortal, owner: Connection) -> None:
    lan = await portal.citizen(owner)
    port = portal.settings.port
    senders = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2 * PLACES)]
    for _, sender in senders:
        sender.write(b"POST /graphql HTTP/1.1\r\nHost: portal\r\n")
        sender.write(b"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
        await sender.drain()
    assert (await portal.ask(WHO, lan)).status_code == 200
    for _, sender in senders:
        sender.close()
        await sender.wait_closed()


def code(answer: httpx2.Response) -> str:
    found: str = answer.json()["errors"][0]["extensions"]["code"]
    return found


# ------------------------------------------------- F4: a bad way to PostgreSQL ---


@pytest.fixture
async def cable(database: Database, tmp_path: Path) -> AsyncIterator[tuple[Cable, RunningPortal]]:
    """A portal that reaches PostgreSQL over TCP, and the cable between."""
    async with a_line(database) as (cable, url_of), running_portal(url_of, tmp_path) as portal:
        yield cable, portal


@pytest.mark.parametrize(("delay_s", "piece_bytes"), [(0.5, 65_536), (0.0, 1)])
async def test_f4_answers_come_over_a_long_or_bad_way_too(
    cable: tuple[Cable, RunningPortal], owner: Connection, delay_s: float, piece_bytes: int
) -> None:
    way, portal = cable
    lan = await portal.citizen(owner)
    way.delay_s, way.piece_bytes = delay_s, piece_bytes
    answers = await asyncio.gather(*(portal.ask(WHO, lan) for _ in range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert await status(portal, "/health/live") == 200
    assert await status(portal, "/health/ready") == 200


async def test_f4_postgresql_that_is_cut_off_is_given_up_and_found_again(
    cable: tuple[Cable, RunningPortal], owner: Connection
) -> None:
    way, portal = cable
    lan = await portal.citizen(owner)
    assert (await portal.ask(WHO, lan)).status_code == 200

    way.is_cut = True
    caught = await asyncio.gather(*(portal.ask(WHO, lan) for _ in range(20)))
    assert {answer.status_code for answer in caught} == {503}
    assert portal.door.pool.breaker.is_open

    told = await asyncio.gather(*(refusal(portal, lan) for _ in range(20)))
    # One a second tries whether PostgreSQL is back; everybody else is told at once.
    assert told.count(True) >= 18
    assert await status(portal, "/health/live") == 200
    assert await status(portal, "/health/ready") == 503

    way.is_cut = False
    await eventually(lambda: is_answered(portal, lan))
    await eventually(lambda: is_ready(portal.http, portal.url))
    assert not portal.door.pool.breaker.is_open


async def refusal(portal: RunningPortal, account: Account) -> bool:
    """Ask while PostgreSQL is away; whether that was refused at once."""
    answer = await portal.ask(WHO, account)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["errors"][0]["extensions"] == {"code": "UNAVAILABLE"}
    return answer.elapsed.total_seconds() < REFUSED_WITHIN_S


async def is_answered(portal: RunningPortal, account: Account) -> bool:
    return (await portal.ask(WHO, account)).status_code == 200
