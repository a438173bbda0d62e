"""The pool: who comes is served in turn, what broke is replaced, and nothing is lent twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import asyncpg
import pytest

from db import pool as pools
from db.breaker import MOST_FAILURES, OutageError
from db.connection import make_pool
from db.pool import Connection, Pool, PoolBusy, PoolClosed
from tests.conftest import Database
from tests.patience import eventually

PID = "SELECT pg_backend_pid()"


@pytest.fixture
async def two(database: Database) -> AsyncIterator[Pool]:
    """A pool of two connections."""
    async with make_pool(database.url("ansinh_api"), size=2, name="tests") as pool:
        yield pool


async def pid_of(pool: Pool) -> int:
    """Which connection a statement runs on."""
    row = await pool.fetchrow(PID)
    assert row
    return int(row[0])


async def test_it_opens_no_more_than_it_needs(two: Pool) -> None:
    assert len({await pid_of(two) for _ in range(5)}) == 1


async def test_it_opens_no_more_than_it_may(two: Pool) -> None:
    pids = await asyncio.gather(*(pid_of(two) for _ in range(20)))
    assert len(set(pids)) == 2
    assert two.lent == 0


async def test_whoever_waits_is_served_in_turn(two: Pool) -> None:
    served: list[int] = []

    async def ask(number: int) -> None:
        async with two.acquire():
            served.append(number)

    async with two.acquire(), two.acquire():
        asking = [asyncio.create_task(ask(number)) for number in range(5)]
        await eventually(lambda: two.waiting == 5)
    await asyncio.gather(*asking)
    assert served == [0, 1, 2, 3, 4]


async def test_where_nothing_comes_back_nobody_waits_long(two: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "STALLED_AFTER_S", 0.01)
    async with two.acquire(), two.acquire():
        with pytest.raises(PoolBusy):
            await two.fetchrow(PID)
        assert two.waiting == 0
    assert await pid_of(two)


@pytest.mark.parametrize(("most_s", "is_served"), [(60.0, True), (0.0, False)])
async def test_while_others_are_served_one_waits_for_a_while(
    two: Pool, monkeypatch: pytest.MonkeyPatch, most_s: float, *, is_served: bool
) -> None:
    monkeypatch.setattr(pools, "STALLED_AFTER_S", 0.1)
    monkeypatch.setattr(pools, "WAITED_AT_MOST_S", most_s)
    async with two.acquire(), two.acquire():
        asking = [asyncio.create_task(two.fetchrow("SELECT pg_sleep(0.07)")) for _ in range(8)]
        await eventually(lambda: two.waiting == 8)
    done = await asyncio.gather(*asking, return_exceptions=True)
    assert any(isinstance(one, PoolBusy) for one in done) is not is_served


async def test_where_too_many_wait_the_next_is_told_at_once(
    two: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "MOST_WAITING", 1)
    async with two.acquire(), two.acquire():
        waiting = asyncio.create_task(pid_of(two))
        await eventually(lambda: two.waiting == 1)
        with pytest.raises(PoolBusy):
            await two.fetchrow(PID)
    assert await waiting


async def test_what_is_refused_costs_no_connection(two: Pool) -> None:
    pid = await pid_of(two)
    with pytest.raises(asyncpg.UndefinedTableError):
        await two.fetchrow("SELECT FROM nothing")
    assert await pid_of(two) == pid


async def test_a_statement_that_is_cancelled_is_ended_before_the_next(two: Pool) -> None:
    async with two.acquire():
        pid = await pid_of(two)
        asking = asyncio.create_task(two.fetchrow("SELECT pg_sleep(2)"))
        await eventually(lambda: two.lent == 2)
        asking.cancel()
        # Only this connection is left, and it is soon free.
        assert await pid_of(two) == pid
        with pytest.raises(asyncio.CancelledError):
            await asking


async def test_a_transaction_that_is_left_open_is_rolled_back(two: Pool) -> None:
    async with two.acquire() as connection:
        await connection.execute("BEGIN")
    async with two.acquire() as one, two.acquire() as other:
        assert not one.is_in_transaction()
        assert not other.is_in_transaction()


async def test_a_connection_that_was_ended_is_replaced(two: Pool) -> None:
    pid = await pid_of(two)
    async with two.acquire() as connection:
        connection.terminate()
    assert await pid_of(two) != pid
    assert two.lent == 0


async def test_whoever_waits_gets_a_new_one_for_one_that_ended(two: Pool) -> None:
    async with two.acquire():
        async with two.acquire() as connection:
            waiting = asyncio.create_task(pid_of(two))
            await eventually(lambda: two.waiting == 1)
            connection.terminate()
        assert await waiting


async def test_an_address_where_nobody_is_is_told_at_once(database: Database) -> None:
    with pytest.raises(FileNotFoundError):
        async with make_pool(f"{database.url('ansinh_api')}_gone", size=2, name="tests"):
            pytest.fail("it opened")


async def test_what_cannot_be_opened_leaves_room(two: Pool) -> None:
    right, two._connect = two._connect, _nobody  # noqa: SLF001 -- an outage
    async with two.acquire():
        for _ in range(3):
            with pytest.raises(ConnectionRefusedError):
                await two.fetchrow(PID)
        two._connect = right  # noqa: SLF001
        assert await pid_of(two)


async def _nobody() -> Connection:
    raise ConnectionRefusedError


async def test_an_outage_ends_at_once_for_all_whom_it_has_caught(two: Pool) -> None:
    right, two._connect = two._connect, _nobody  # noqa: SLF001 -- an outage
    async with two.acquire() as lent:
        for _ in range(MOST_FAILURES):
            with pytest.raises(ConnectionRefusedError):
                await two.fetchrow(PID)
        assert lent.is_closed()
    with pytest.raises(OutageError):
        await two.fetchrow(PID)
    two._connect = right  # noqa: SLF001
    await eventually(lambda: is_back(two))
    assert not two.breaker.is_open


async def is_back(pool: Pool) -> bool:
    with suppress(OutageError):
        return await pid_of(pool) > 0
    return False


async def test_closing_waits_for_what_is_lent(two: Pool) -> None:
    async with two.acquire() as connection:
        closing = asyncio.create_task(two.close())
        assert await connection.fetchval("SELECT 1") == 1
        assert not closing.done()
    await closing
    with pytest.raises(PoolClosed):
        await two.fetchrow(PID)
