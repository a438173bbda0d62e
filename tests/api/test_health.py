"""The portal says whether it lives, and whether it can answer, in words that programs read."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from db import revisions
from db.pool import Connection
from tests.api.conftest import RunningPortal
from tests.patience import eventually

READY = {"ready": True, "database": True, "revision": True, "events": True, "ledger": True, "staying": True}


async def test_whoever_can_answer_says_so(portal: RunningPortal) -> None:
    answer = await portal.http.get(f"{portal.url}/health/ready")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == READY


async def test_living_asks_nobody(portal: RunningPortal) -> None:
    pool = portal.door.pool
    async with AsyncExitStack() as borrowed:
        for _ in range(pool.size):
            await borrowed.enter_async_context(pool.acquire())
        answer = await portal.http.get(f"{portal.url}/health/live")
    assert (answer.status_code, answer.json()) == (200, {"live": True})


async def test_many_who_ask_at_once_take_one_connection(portal: RunningPortal) -> None:
    pool, asked = portal.door.pool, 50
    async with AsyncExitStack() as borrowed:
        for _ in range(pool.size):
            await borrowed.enter_async_context(pool.acquire())
        waiting = pool.waiting
        probes = [asyncio.create_task(portal.http.get(f"{portal.url}/health/ready")) for _ in range(asked)]
        await eventually(lambda: pool.waiting > waiting)
        assert (await portal.http.get(f"{portal.url}/health/live")).status_code == 200
        assert pool.waiting == waiting + 1
    assert len(await asyncio.gather(*probes)) == asked


@pytest.fixture
async def former_revision(owner: Connection) -> AsyncIterator[None]:
    """A database that an older program left."""
    newest, former, *_ = revisions.known()
    await owner.execute("UPDATE alembic_version SET version_num = $1", former)
    yield
    await owner.execute("UPDATE alembic_version SET version_num = $1", newest)


@pytest.mark.usefixtures("former_revision")
async def test_nobody_is_sent_to_a_program_that_is_ahead_of_its_database(portal: RunningPortal) -> None:
    answer = await portal.http.get(f"{portal.url}/health/ready")
    assert answer.status_code == 503
    assert answer.json() == {**READY, "ready": False, "revision": False}


@pytest.fixture
async def unknown_revision(owner: Connection) -> AsyncIterator[None]:
    """A database that a newer program has brought forward."""
    await owner.execute("UPDATE alembic_version SET version_num = 'of tomorrow'")
    yield
    await owner.execute("UPDATE alembic_version SET version_num = $1", revisions.known()[0])


@pytest.mark.usefixtures("unknown_revision")
async def test_a_database_that_is_ahead_can_be_answered_from(portal: RunningPortal) -> None:
    assert (await portal.http.get(f"{portal.url}/health/ready")).status_code == 200


@pytest.fixture
async def closed_versions(owner: Connection) -> AsyncIterator[None]:
    """A database that refuses what we ask."""
    await owner.execute("REVOKE SELECT ON alembic_version FROM ansinh_api")
    yield
    await owner.execute("GRANT SELECT ON alembic_version TO ansinh_api")


@pytest.mark.usefixtures("closed_versions")
async def test_whatever_is_wrong_is_not_ready_and_no_fault(portal: RunningPortal) -> None:
    answer = await portal.http.get(f"{portal.url}/health/ready")
    assert (answer.status_code, answer.json()["database"]) == (503, False)
