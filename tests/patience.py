"""How tests wait: for the thing itself, with a deadline far beyond what it takes."""

import asyncio
from collections.abc import Awaitable, Callable

PATIENCE_S = 30


async def eventually(claim: Callable[[], bool | Awaitable[bool]]) -> None:
    """Wait until a claim is true."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            answer = claim()
            if answer is True or (answer is not False and await answer):
                return
            await asyncio.sleep(0.005)
