"""The portal stands under load and failure; each test is named after its case in the catalogue of attacks."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from db.pool import Connection
from tests.api.conftest import Account, RunningPortal, is_ready, running_portal
from tests.cables import Cable, a_line
from tests.conftest import Database
from tests.patience import eventually

WHO = "{ viewer { name participant { id } } }"
# What is refused for want of means is refused before anybody loses patience.
REFUSED_WITHIN_S = 1.0


async def status(portal: RunningPortal, path: str) -> int:
    return (await portal.http.get(f"{portal.url}{path}")).status_code


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
