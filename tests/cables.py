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

    `delay_s` is how long what is said takes to PostgreSQL, `piece_bytes` how much arrives at a time,
    `last_word` what PostgreSQL hears last: the answer never comes back.
    """

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._ends: list[asyncio.StreamWriter] = []
        self.is_cut = False
        self.delay_s = 0.0
        self.piece_bytes = 65_536
        self.last_word: bytes | None = None

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry what one client says to PostgreSQL, and the answers back."""
        from_server, to_server = await asyncio.open_unix_connection(self._socket)
        self._ends += to_server, writer
        with suppress(OSError):
            await asyncio.gather(self.ask(reader, to_server), self.answer(from_server, writer))

    async def ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what a client says, unless the cable is cut: then it is lost without a word."""
        while said := await reader.read(self.piece_bytes):
            if not self.is_cut:
                await asyncio.sleep(self.delay_s)
                # It may have been cut meanwhile, and stays so.
                self.is_cut |= self.last_word is not None and self.last_word in said
                writer.write(said)
                await writer.drain()
        writer.close()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what PostgreSQL says, unless the cable is cut."""
        while said := await reader.read(self.piece_bytes):
            if not self.is_cut:
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
