"""What lies between a process and PostgreSQL, for tests that cut it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from db.server import SOCKET


class Cable:
    """What lies between a process and PostgreSQL: it can be cut, so that nobody is told."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._ends: list[asyncio.StreamWriter] = []
        self.is_cut = False

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry what one client says to PostgreSQL, and the answers back."""
        from_server, to_server = await asyncio.open_unix_connection(self._socket)
        self._ends += to_server, writer
        await asyncio.gather(self.pass_on(reader, to_server), self.pass_on(from_server, writer))

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what comes, unless the cable is cut: then it is lost without a word."""
        while said := await reader.read(65_536):
            if not self.is_cut:
                writer.write(said)
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
