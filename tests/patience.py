"""How tests wait: for the thing itself, with a deadline far beyond what it takes."""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg

from db import connection
from db.pool import Connection, Pool

PATIENCE_S = 30


async def eventually(claim: Callable[[], bool | Awaitable[bool]]) -> None:
    """Wait until a claim is true."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            answer = claim()
            if answer is True or (answer is not False and await answer):
                return
            await asyncio.sleep(0.005)


async def open_patient_pool(dsn: str, *, size: int, name: str) -> Pool:
    """A pool as the portal's, for asking what is answered: however long a busy machine takes."""

    async def connect() -> Connection:
        manners = connection.manners(name)
        manners["server_settings"]["statement_timeout"] = f"{PATIENCE_S}s"
        return await asyncpg.connect(dsn, **{**manners, "command_timeout": PATIENCE_S})

    return await Pool(connect, size, name).__aenter__()
