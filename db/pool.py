"""The pool: connections that stay open for whoever asks next.

asyncpg's own makes a task and two timers of every return, which takes longer than a small question. Ours
hands a connection on as it is: what a statement set went with the statement. Only where something was broken
off is a connection put in order first, beside everybody's way.

Nobody waits long: for a connection that others have, or for a PostgreSQL that is away.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import asyncpg

from db.breaker import Breaker

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]
else:
    Connection = asyncpg.Connection
Record = asyncpg.Record

# A moment's crowd waits, and is answered; of more than that, the last to come are told at once to come again.
MOST_WAITING = 300
WAITED_AT_MOST_S = 5.0
# Where nothing comes back for so long, something is wrong with PostgreSQL, and nobody waits any longer.
STALLED_AFTER_S = 0.5
MENDED_WITHIN_S = 5.0

# What is said of a connection that is past mending; asyncio's timeouts are errors of the system.
BROKEN = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
# What is said where nobody is, or nobody who could answer soon.
AWAY = (OSError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError)


class PoolBusy(TimeoutError):  # noqa: N818 -- it names what happened
    """All connections are lent; too many wait for one already, or somebody has waited too long."""


class PoolClosed(asyncpg.InterfaceError):
    """The pool lends nothing any more."""

    def __init__(self) -> None:
        super().__init__("The pool is closed.")


class Pool:
    """At most `size` connections, opened when they are needed; the one that came back last goes out first."""

    def __init__(self, connect: Callable[[], Awaitable[Connection]], size: int, name: str) -> None:
        self.size = size
        self.breaker = Breaker(name)
        self._connect = connect
        self._open: set[Connection] = set()
        self._opening = 0
        self._idle: list[Connection] = []
        # Who waits, in turn, and since when; one timer looks after them all.
        self._waiting: OrderedDict[asyncio.Future[Connection | None], float] = OrderedDict()
        self._looking: asyncio.TimerHandle | None = None
        self._has_moved = False
        self._mending: set[asyncio.Task[None]] = set()
        self._is_closed = False

    @property
    def lent(self) -> int:
        """How many connections are in use."""
        return len(self._open) - len(self._idle)

    @property
    def idle(self) -> int:
        """How many are open and not in use."""
        return len(self._idle)

    @property
    def waiting(self) -> int:
        """How many wait for a connection."""
        return len(self._waiting)

    async def fetch(self, sql: str, *arguments: Any) -> list[Record]:  # noqa: ANN401 -- what PostgreSQL takes
        """Run one statement and return its rows. Raises: PoolBusy, OutageError."""
        async with self.acquire() as connection:
            return await connection.fetch(sql, *arguments)

    async def fetchrow(self, sql: str, *arguments: Any) -> Record | None:  # noqa: ANN401
        """Run one statement and return its first row. Raises: PoolBusy, OutageError."""
        # As `acquire`, without what a context manager costs: nearly every request comes this way.
        connection = await self._take()
        try:
            row = await connection.fetchrow(sql, *arguments)
        except BaseException as problem:
            self._take_back(connection, problem)
            raise
        self._take_back(connection)
        return row

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Connection]:
        """Lend a connection. Raises: PoolBusy, OutageError."""
        connection = await self._take()
        try:
            yield connection
        except BaseException as problem:
            self._take_back(connection, problem)
            raise
        self._take_back(connection)

    async def _take(self) -> Connection:
        if self._is_closed:
            raise PoolClosed
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
            self._open.discard(connection)
        if len(self._open) + self._opening < self.size:
            return await self._another()
        if len(self._waiting) >= MOST_WAITING:
            raise PoolBusy
        return await self._turn() or await self._another()

    async def _another(self) -> Connection:
        """Open a connection, for which there is room; during an outage, once in a while."""
        self._opening += 1
        try:
            self.breaker.admit()
            connection = await self._connect()
        except BaseException as problem:
            self._opening -= 1
            self._call_next(None)
            # A PostgreSQL that is full, or does not know us, is there.
            if isinstance(problem, AWAY):
                self._miss()
            raise
        self._opening -= 1
        self.breaker.succeed()
        self._open.add(connection)
        return connection

    async def _turn(self) -> Connection | None:
        """Wait for a connection that comes back; None where there is room to open one.

        Raises: PoolBusy.
        """
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[Connection | None] = loop.create_future()
        self._waiting[turn] = loop.time()
        if self._looking is None:
            self._has_moved = False
            self._looking = loop.call_later(STALLED_AFTER_S, self._look)
        try:
            return await turn
        except asyncio.CancelledError:
            is_early = self._waiting.pop(turn, None)
            if is_early is None and not turn.cancelled() and not turn.exception():
                # It came in the moment in which we went.
                self._put(turn.result())
            raise

    def _look(self) -> None:
        """Send away whoever has waited too long: all, where nothing has come back since the last look."""
        loop = asyncio.get_running_loop()
        latest = loop.time() - (WAITED_AT_MOST_S if self._has_moved else 0)
        while self._waiting and next(iter(self._waiting.values())) <= latest:
            turn, _ = self._waiting.popitem(last=False)
            if not turn.done():
                turn.set_exception(PoolBusy())
        self._has_moved = False
        self._looking = loop.call_later(STALLED_AFTER_S, self._look) if self._waiting else None

    def _take_back(self, connection: Connection, problem: BaseException | None = None) -> None:
        if problem is None:
            if self.breaker.failures and not connection.is_closed():
                self.breaker.succeed()
        elif isinstance(problem, TimeoutError):
            # It has not even answered that it timed out.
            connection.terminate()
            self._miss()
        # What is cancelled may still be running at the server.
        is_broken_off = not isinstance(problem, Exception | None)
        if not connection.is_closed() and (is_broken_off or connection.is_in_transaction()):
            mending = asyncio.create_task(self._mend(connection))
            self._mending.add(mending)
            mending.add_done_callback(self._mending.discard)
        else:
            self._put(connection)

    def _miss(self) -> None:
        """Note that PostgreSQL was not there; once that is an outage, it ends for all whom it has caught."""
        if self.breaker.fail():
            for connection in self._open:
                connection.terminate()

    async def _mend(self, connection: Connection) -> None:
        """End whatever a connection is in the middle of; where the server does not answer, hang up."""
        try:
            await connection.reset(timeout=MENDED_WITHIN_S)
        except BROKEN:
            connection.terminate()
        self._put(connection)

    def _put(self, connection: Connection | None) -> None:
        """Hand a connection to whoever waits, else keep it; of one that is gone, the room."""
        if connection is not None and connection.is_closed():
            self._open.discard(connection)
            connection = None
        if not self._call_next(connection) and connection is not None:
            self._idle.append(connection)

    def _call_next(self, connection: Connection | None) -> bool:
        self._has_moved |= connection is not None
        while self._waiting:
            turn, _ = self._waiting.popitem(last=False)
            if not turn.done():
                turn.set_result(connection)
                return True
        return False

    async def __aenter__(self) -> Self:
        """Open one connection, so that a wrong address is told early."""
        async with self.acquire():
            return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close all connections."""
        await self.close()

    async def close(self) -> None:
        """Lend nothing any more, and close every connection, a lent one when it comes back."""
        self._is_closed = True
        while self._open or self._opening:
            connection = self._idle.pop() if self._idle else await self._turn()
            if connection is not None:
                self._open.discard(connection)
                with suppress(*BROKEN):
                    await connection.close(timeout=MENDED_WITHIN_S)

    def terminate(self) -> None:
        """Hang up, whatever is under way: a server that is cut off would not answer a farewell."""
        self._is_closed = True
        for connection in self._open:
            connection.terminate()
        self._open.clear()
        self._idle.clear()
