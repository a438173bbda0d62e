"""Events after they are written: their one order, and who hears of them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from db import connection as connections
from db import roles
from db.connection import make_pool, open_pool
from db.events import LOOK_EVERY_S, Listener, sequence
from db.pool import Connection, Pool
from db.server import url
from jobs.sequencer import sequence_events
from tests.cables import a_cable
from tests.conftest import Database
from tests.dossiers import a_dossier, an_event
from tests.patience import PATIENCE_S, eventually


@pytest.fixture
async def jobs(database: Database) -> AsyncIterator[Pool]:
    """A pool as `ansinh_jobs`."""
    pool = await open_pool(database.url("ansinh_jobs"), size=4, name="tests")
    yield pool
    await pool.close()


@pytest.fixture
async def listener(database: Database) -> AsyncIterator[Listener]:
    """A listener that hears."""
    async with Listener(database.url("ansinh_api")) as listener:
        await eventually(lambda: listener.healthy)
        yield listener


@pytest.fixture
async def admin(database: Database) -> AsyncIterator[Connection]:
    """A connection of somebody who may end other people's."""
    connection = await asyncpg.connect(database.url("postgres"))
    yield connection
    await connection.close()


ARE_ALL_GONE = """
SELECT count(*) = 0 FROM pg_stat_activity
WHERE  application_name = 'ansinh listener' AND datname = current_database()
"""
KILL_LISTENERS = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE  application_name = 'ansinh listener' AND datname = current_database()
"""


async def positions_of(owner: Connection, dossier_id: UUID) -> dict[int, int]:
    """The position of each seq of a dossier."""
    rows = await owner.fetch("SELECT seq, position FROM event_positions WHERE dossier_id = $1", dossier_id)
    return {row["seq"]: row["position"] for row in rows}


async def is_woken(wait: Awaitable[None], within_s: float) -> bool:
    try:
        async with asyncio.timeout(within_s):
            await wait
    except TimeoutError:
        return False
    return True


async def seqs_of(owners: Pool, dossier_id: UUID, after: int) -> list[int]:
    rows = await owners.fetch(
        "SELECT seq FROM dossier_events WHERE dossier_id = $1 AND seq > $2 ORDER BY seq", dossier_id, after
    )
    return [row["seq"] for row in rows]


async def follow(listener: Listener, owners: Pool, dossier_id: UUID, received: list[int]) -> None:
    """Receive a dossier's events as a subscription does: watch, read, wait."""
    with listener.watch(dossier_id) as changes:
        while True:
            received += await seqs_of(owners, dossier_id, after=received[-1] if received else 0)
            await changes.wait(received[-1] if received else 0)


async def write(listener: Listener, owners: Pool, dossier_id: UUID, stop: asyncio.Event) -> list[int]:
    """Write a dossier's events one after the other until told to stop, and announce every other one."""
    seq = 0
    while not stop.is_set():
        seq += 1
        async with owners.acquire() as connection:
            await an_event(connection, dossier_id, seq)
        if seq % 2:
            listener.announce(dossier_id)
    return list(range(1, seq + 1))


# -------------------------------------------------------------- the order ---


async def test_event_that_commits_late_gets_a_later_position(
    database: Database, owner: Connection, jobs: Pool
) -> None:
    early, late = await a_dossier(owner), await a_dossier(owner)
    slow = await asyncpg.connect(database.url("ansinh_owner"))
    transaction = slow.transaction()
    await transaction.start()
    await an_event(slow, late, 1)
    await an_event(owner, early, 1)
    await sequence_events(jobs)
    assert await positions_of(owner, late) == {}
    cursor = (await positions_of(owner, early))[1]

    await transaction.commit()
    await slow.close()
    await sequence_events(jobs)

    assert (await positions_of(owner, late))[1] > cursor


async def test_rolled_back_event_leaves_no_gap(owner: Connection, jobs: Pool) -> None:
    dossier = await a_dossier(owner)
    await an_event(owner, dossier, 1)
    transaction = owner.transaction()
    await transaction.start()
    await an_event(owner, dossier, 2)
    await transaction.rollback()
    await an_event(owner, dossier, 2)
    await sequence_events(jobs)
    positions = await positions_of(owner, dossier)
    assert positions[2] == positions[1] + 1


async def test_sequencers_at_once_give_dense_positions(owner: Connection, jobs: Pool) -> None:
    dossier = await a_dossier(owner)
    await sequence_events(jobs)
    writing = asyncio.create_task(write_silently(owner, dossier, 600))
    placed = 0
    async with asyncio.timeout(PATIENCE_S):
        while placed < 600:
            placed += sum(await asyncio.gather(*(sequence(jobs) for _ in range(4))))
    await writing

    positions = await positions_of(owner, dossier)
    first = positions[1]
    assert positions == {seq: first + seq - 1 for seq in range(1, 601)}
    assert placed == 600


async def write_silently(owner: Connection, dossier: UUID, last: int) -> None:
    for seq in range(1, last + 1):
        await an_event(owner, dossier, seq)


async def test_only_one_sequencer_acts_at_a_time(owner: Connection, jobs: Pool, admin: Connection) -> None:
    await an_event(owner, await a_dossier(owner), 1)
    async with admin.transaction():
        await admin.execute("SELECT pg_advisory_xact_lock($1)", int.from_bytes(b"sequence"))
        assert await sequence(jobs) == 0
    assert await sequence(jobs) == 1


async def test_api_cannot_give_positions(pool: Pool, owner: Connection) -> None:
    dossier = await a_dossier(owner)
    await an_event(owner, dossier, 1)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.fetch("INSERT INTO event_positions VALUES (9000000, $1, 1)", dossier)


async def test_positions_are_for_listeners_only(pool: Pool, owner: Connection, jobs: Pool) -> None:
    await an_event(owner, await a_dossier(owner), 1)
    await sequence_events(jobs)
    assert await pool.fetch("SELECT FROM event_positions") == []


# ----------------------------------------------------------- the listener ---


async def test_announcement_wakes_watchers_of_the_same_process(listener: Listener, owner: Connection) -> None:
    dossier = await a_dossier(owner)
    with listener.watch(dossier) as changes:
        listener.announce(dossier)
        assert await is_woken(changes.wait(0), PATIENCE_S)


async def test_announcement_wakes_watchers_of_another_process(
    database: Database, listener: Listener, owner: Connection
) -> None:
    dossier = await a_dossier(owner)
    async with Listener(database.url("ansinh_api")) as other:
        await eventually(lambda: other.healthy)
        with listener.watch(dossier) as changes:
            other.announce(dossier)
            assert await is_woken(changes.wait(0), PATIENCE_S)


async def test_announcement_wakes_nobody_else(listener: Listener, owner: Connection) -> None:
    with listener.watch(await a_dossier(owner)) as changes:
        listener.announce(await a_dossier(owner))
        assert not await is_woken(changes.wait(0), 2 * LOOK_EVERY_S)


async def test_change_before_the_wait_is_not_lost(listener: Listener, owner: Connection) -> None:
    dossier = await a_dossier(owner)
    with listener.watch(dossier) as changes:
        listener.announce(dossier)
        assert not await is_woken(asyncio.sleep(PATIENCE_S), 0.01)
        assert await is_woken(changes.wait(0), PATIENCE_S)


async def test_wait_that_timed_out_loses_nothing(listener: Listener, owner: Connection) -> None:
    dossier = await a_dossier(owner)
    with listener.watch(dossier) as changes:
        assert not await is_woken(changes.wait(0), 0.01)
        listener.announce(dossier)
        assert await is_woken(changes.wait(0), PATIENCE_S)


async def test_event_whose_notification_was_lost_is_found_at_the_next_look(
    listener: Listener, owner: Connection, jobs: Pool
) -> None:
    dossier = await a_dossier(owner)
    with listener.watch(dossier) as changes:
        await an_event(owner, dossier, 1)
        await sequence_events(jobs)
        assert await is_woken(changes.wait(0), LOOK_EVERY_S + 1)


async def test_position_of_an_event_that_was_seen_wakes_nobody(
    listener: Listener, owner: Connection, jobs: Pool
) -> None:
    dossier = await a_dossier(owner)
    with listener.watch(dossier) as changes:
        waiting = asyncio.create_task(is_woken(changes.wait(1), 3 * LOOK_EVERY_S))
        await an_event(owner, dossier, 1)
        await sequence_events(jobs)
        assert not await waiting


async def test_more_positions_than_one_look_sees_all_wake(
    listener: Listener, owner: Connection, jobs: Pool
) -> None:
    loud, quiet = await a_dossier(owner), await a_dossier(owner)
    with listener.watch(quiet) as changes:
        async with owner.transaction():
            await write_silently(owner, loud, 1_200)
            await an_event(owner, quiet, 1)
        await sequence_events(jobs)
        assert await is_woken(changes.wait(0), PATIENCE_S)


async def test_notification_that_is_no_dossier_is_ignored(
    listener: Listener, owner: Connection, admin: Connection
) -> None:
    dossier = await a_dossier(owner)
    with listener.watch(dossier) as changes:
        await admin.execute("NOTIFY dossier_events, 'nonsense'")
        await admin.execute("SELECT pg_notify('dossier_events', $1)", str(dossier))
        assert await is_woken(changes.wait(0), PATIENCE_S)


async def test_watcher_that_left_is_forgotten(listener: Listener, owner: Connection) -> None:
    dossier = await a_dossier(owner)
    with listener.watch(dossier), listener.watch(dossier):
        pass
    assert not listener._watchers  # noqa: SLF001 -- what is kept is the fact under test


async def test_every_watcher_sees_all_while_connections_are_killed(
    database: Database, listener: Listener, owner: Connection, jobs: Pool, admin: Connection
) -> None:
    dossiers = [await a_dossier(owner) for _ in range(8)]
    received: list[list[int]] = [[] for _ in dossiers]
    stop = asyncio.Event()
    async with open_owners(database) as owners, asyncio.TaskGroup() as group:
        writing = [group.create_task(write(listener, owners, dossier, stop)) for dossier in dossiers]
        following = [
            group.create_task(follow(listener, owners, dossier, into))
            for dossier, into in zip(dossiers, received, strict=True)
        ]
        for _ in range(5):
            await eventually(lambda: listener.healthy)
            assert await admin.fetchval(KILL_LISTENERS) == 1
            await eventually(lambda: not listener.healthy)
            await sequence_events(jobs)
        stop.set()
        written = list(await asyncio.gather(*writing))
        await sequence_events(jobs)
        await eventually(lambda: [len(seqs) for seqs in received] == [len(seqs) for seqs in written])
        for follower in following:
            follower.cancel()
    assert received == written


@asynccontextmanager
async def open_owners(database: Database) -> AsyncIterator[Pool]:
    async with make_pool(database.url(roles.OWNER), size=8, name="tests") as owners:
        yield owners


async def test_connection_cut_without_a_word_is_found_and_replaced(
    database: Database,
    owner: Connection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, "ANSWERED_WITHIN_S", 0.3)
    monkeypatch.setattr(connections, "CONNECTED_WITHIN_S", 0.3)
    dossier = await a_dossier(owner)
    async with (
        a_cable(database.socket, tmp_path) as cable,
        Listener(url(tmp_path, "ansinh_api", database.name)) as listener,
    ):
        await eventually(lambda: listener.healthy)
        with listener.watch(dossier) as changes:
            cable.is_cut = True
            await eventually(lambda: not listener.healthy)
            listener.announce(dossier)
            assert await is_woken(changes.wait(0), PATIENCE_S)
            cable.is_cut = False
            assert await is_woken(changes.wait(0), PATIENCE_S)
            await eventually(lambda: listener.healthy)


async def test_listener_that_cannot_connect_stays_and_says_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with Listener(f"postgresql://ansinh_api@/ansinh?host={tmp_path}") as listener:
        await asyncio.sleep(0.5)
        assert not listener.healthy
    assert len(caplog.records) == 1


async def test_listener_that_stopped_leaves_no_connection(database: Database, admin: Connection) -> None:
    async with Listener(database.url("ansinh_api")) as listener:
        await eventually(lambda: listener.healthy)
    await eventually(lambda: admin.fetchval(ARE_ALL_GONE))
