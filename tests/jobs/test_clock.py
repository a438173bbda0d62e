"""The clock goes on: beside other clocks, after a job that fails, through outages of PostgreSQL."""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from db import connection as connections
from db import revisions, roles
from db.events import Listener
from db.pool import Connection, Pool
from db.server import Server, url
from jobs import clock
from jobs.clock import JOBS, Job
from tests.cables import a_cable
from tests.conftest import FORGETFUL, Database
from tests.dossiers import a_dossier, an_event
from tests.patience import PATIENCE_S, eventually


@asynccontextmanager
async def ticking(database_url: str, jobs: tuple[Job, ...] = JOBS) -> AsyncIterator[asyncio.Task[None]]:
    """Let a clock tick for a while."""
    task = asyncio.create_task(clock.run(database_url, jobs))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])


async def sequenced(owner: Connection, events: int) -> list[int]:
    """Wait until so many of the events written last have positions, and give these."""
    await eventually(lambda: owner.fetchval("SELECT count(*) = 0 FROM unsequenced_events"))
    rows = await owner.fetch("SELECT position FROM event_positions ORDER BY position DESC LIMIT $1", events)
    return [row["position"] for row in rows]


async def test_committed_event_gets_a_position(database: Database, owner: Connection) -> None:
    await an_event(owner, await a_dossier(owner), 1)
    async with ticking(database.url("ansinh_jobs")):
        assert len(await sequenced(owner, 1)) == 1


async def test_several_clocks_give_each_event_one_position(database: Database, owner: Connection) -> None:
    dossier, url = await a_dossier(owner), database.url("ansinh_jobs")
    async with ticking(url), ticking(url), ticking(url):
        for seq in range(1, 301):
            await an_event(owner, dossier, seq)
        positions = await sequenced(owner, 300)
    assert positions == list(range(positions[0], positions[0] - 300, -1))


async def test_clock_that_ends_leaves_the_work_to_the_others(database: Database, owner: Connection) -> None:
    dossier, url = await a_dossier(owner), database.url("ansinh_jobs")
    async with ticking(url):
        async with ticking(url):
            await an_event(owner, dossier, 1)
            await sequenced(owner, 1)
        await an_event(owner, dossier, 2)
        assert len(await sequenced(owner, 2)) == 2


async def test_job_that_fails_stops_no_other_and_quotes_nobody(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    done = asyncio.Queue[int]()
    somebody = "Nguyễn Thị Lan"

    async def fail(_pool: Pool) -> None:
        raise ValueError(somebody)

    async def succeed(_pool: Pool) -> None:
        await done.put(1)

    async with ticking(database.url("ansinh_jobs"), (Job(fail, 0.1), Job(succeed, 0.1))):
        async with asyncio.timeout(PATIENCE_S):
            for _ in range(5):
                await done.get()
    assert "The job fail failed: ValueError" in caplog.text
    assert somebody not in caplog.text


async def test_job_that_keeps_failing_is_tried_more_and_more_rarely(database: Database) -> None:
    tries: list[float] = []

    async def fail(_pool: Pool) -> None:
        tries.append(asyncio.get_running_loop().time())
        raise ValueError

    async with ticking(database.url("ansinh_jobs"), (Job(fail, 0.05),)):
        await eventually(lambda: len(tries) >= 4)
    assert tries[3] - tries[2] > 1.5 * (tries[1] - tries[0])


async def test_clock_stops_without_a_word(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    async with ticking(database.url("ansinh_jobs")) as task:
        await asyncio.sleep(0.3)
    assert task.cancelled()
    assert caplog.records == []


async def test_clock_whose_connections_are_cut_without_a_word_finds_it(
    database: Database,
    owner: Connection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(connections, "ANSWERED_WITHIN_S", 0.3)
    monkeypatch.setattr(connections, "CONNECTED_WITHIN_S", 0.3)
    async with (
        a_cable(database.socket, tmp_path) as cable,
        ticking(url(tmp_path, "ansinh_jobs", database.name)),
    ):
        await an_event(owner, await a_dossier(owner), 1)
        await sequenced(owner, 1)
        cable.is_cut = True
        await eventually(lambda: "PostgreSQL is away" in caplog.text)
        await an_event(owner, await a_dossier(owner), 1)
        cable.is_cut = False
        assert len(await sequenced(owner, 1)) == 1


@pytest.fixture
async def own_server(tmp_path: Path) -> AsyncIterator[Server]:
    """A PostgreSQL that a test may stop."""
    server = Server(tmp_path, FORGETFUL)
    await server.start()
    await roles.prepare(server.url(database="postgres"))
    await asyncio.to_thread(revisions.migrate, server.url(roles.OWNER))
    yield server
    await server.stop()


async def end(server: Server) -> None:
    """Stop PostgreSQL as an administrator would, behind its owner's back."""
    assert server.pid
    os.kill(server.pid, signal.SIGINT)
    await server.wait()


async def test_outage_of_postgresql_loses_no_event_and_is_told_once(
    own_server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with Listener(own_server.url("ansinh_api")) as listener, ticking(own_server.url("ansinh_jobs")):
        owner = await asyncpg.connect(own_server.url(roles.OWNER))
        dossier = await a_dossier(owner)
        await an_event(owner, dossier, 1)
        await sequenced(owner, 1)
        # Written when everybody is about to be cut off, and announced by nobody.
        await an_event(owner, dossier, 2)
        await owner.close()
        with listener.watch(dossier) as changes:
            await end(own_server)
            # Long enough for several attempts.
            await asyncio.sleep(1)
            await eventually(lambda: not listener.healthy)
            await own_server.start()
            async with asyncio.timeout(PATIENCE_S):
                await changes.wait(1)
            owner = await asyncpg.connect(own_server.url(roles.OWNER))
            assert await sequenced(owner, 2) == [2, 1]
            await an_event(owner, dossier, 3)
            await owner.close()
            async with asyncio.timeout(PATIENCE_S):
                await changes.wait(2)
            await eventually(lambda: listener.healthy)
    told = sorted(record.getMessage().partition(" (")[0] for record in caplog.records)
    assert told == [
        "Jobs: PostgreSQL is away",
        "Jobs: PostgreSQL is back",
        "Listener: PostgreSQL is away",
        "Listener: PostgreSQL is back",
    ]


async def test_clock_begins_before_postgresql(own_server: Server) -> None:
    await end(own_server)
    async with ticking(own_server.url("ansinh_jobs")):
        await asyncio.sleep(0.3)
        await own_server.start()
        owner = await asyncpg.connect(own_server.url(roles.OWNER))
        await an_event(owner, await a_dossier(owner), 1)
        assert await sequenced(owner, 1) == [1]
        await owner.close()
