"""Outages of PostgreSQL, and how what must go on for ever outlives them."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from traceback import format_tb

import asyncpg

log = logging.getLogger("ansinh.outages")

# What it looks like when PostgreSQL stops, starts, is full, is cut off, or hangs up.
UNREACHABLE = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    # What asyncpg says of a connection that PostgreSQL has ended and the kernel has not closed yet.
    asyncpg.InternalClientError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
)

SHORTEST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0

Spell = Callable[[Callable[[], None]], Awaitable[None]]


def described(fault: BaseException) -> str:
    """What failed and where; not the message, in which PostgreSQL may quote somebody's row."""
    while isinstance(fault, BaseExceptionGroup):
        fault = fault.exceptions[0]
    if isinstance(fault, UNREACHABLE):
        return f"PostgreSQL is away ({type(fault).__name__})"
    return f"{type(fault).__name__}\n{''.join(format_tb(fault.__traceback__))}"


async def outlive(name: str, spell: Spell) -> None:
    """Do what needs PostgreSQL, again after every failure, until cancelled.

    A spell calls its argument once it has PostgreSQL. An outage is one line in the log where it begins and
    one where it ends, however many attempts lie between; the pauses grow, and differ, so that not everybody
    comes back at once.
    """
    is_out, pause_s = False, SHORTEST_PAUSE_S

    def resume() -> None:
        nonlocal is_out, pause_s
        if is_out:
            log.warning("%s: PostgreSQL is back", name)
        is_out, pause_s = False, SHORTEST_PAUSE_S

    while True:
        try:
            await spell(resume)
        except Exception as fault:  # noqa: BLE001 -- whatever it is, it may not end what goes on for ever
            if not is_out:
                log.warning("%s: %s", name, described(fault))
            is_out = True
        await asyncio.sleep(pause_s * random.uniform(0.5, 1))  # noqa: S311 -- no secret
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
