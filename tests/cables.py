"""What lies between a process and PostgreSQL, for tests that cut it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from db.server import SOCKET
from tests.conftest import Database

LOOPBACK = "127.0.0.1"


class Cable:
    """What lies between a process and PostgreSQL: it can be long, bad, or cut, so that nobody is told.

    `delay_s` is how long what is said takes to PostgreSQL, `piece_bytes` how much arrives at a time.
    """

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._ends: list[asyncio.StreamWriter] = []
        self.is_cut = False
        self.delay_s = 0.0
        self.piece_bytes = 65_536

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry what one client says to PostgreSQL, and the answers back."""
        from_server, to_server = await asyncio.open_unix_connection(self._socket)
        self._ends += to_server, writer
        with suppress(OSError):
            await asyncio.gather(self.ask(reader, to_server), self.pass_on(from_server, writer))

    async def ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what a client says."""
        await self.pass_on(reader, writer, lambda: self.delay_s)

    async def pass_on(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        delay_s: Callable[[], float] = lambda: 0,
    ) -> None:
        """Pass on what comes, unless the cable is cut: then it is lost without a word."""
        while said := await reader.read(self.piece_bytes):
            if not self.is_cut:
                await asyncio.sleep(delay_s())
                writer.write(said)
                await writer.drain()
        writer.close()

    async def taken_up(self) -> None:
        """Close both ends of everything that was carried, and wait until they are closed."""
        for end in self._ends:
            end.close()
            with suppress(OSError):
                await end.wait_closed()


@asynccontextmanager
async def a_cable(socket: Path, folder: Path) -> AsyncIterator[Cable]:
    """Lay a cable from a folder to the server whose socket is in another."""
    cable = Cable(socket / SOCKET)
    end = await asyncio.start_unix_server(cable.carry, folder / SOCKET)
    try:
        yield cable
    finally:
        end.close()
        await cable.taken_up()


@asynccontextmanager
async def a_line(database: Database) -> AsyncIterator[tuple[Cable, Callable[[str], str]]]:
    """Lay a cable over TCP to a database; and where each role finds its other end."""
    cable = Cable(database.socket / SOCKET)
    end = await asyncio.start_server(cable.carry, LOOPBACK, 0)
    port = end.sockets[0].getsockname()[1]
    try:
        yield cable, lambda role: f"postgresql://{role}@{LOOPBACK}:{port}/{database.name}"
    finally:
        end.close()
        await cable.taken_up()
