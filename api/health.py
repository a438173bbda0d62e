"""Whether this process lives, and whether it can answer."""

import asyncio
import logging
from typing import TypedDict

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from db import revisions
from db.access_ledger import Ledger
from db.events import Listener
from db.outages import UNREACHABLE, described
from db.pool import Pool

ANSWERED_WITHIN_S = 2.0
HEADERS = {"Cache-Control": "no-store"}

log = logging.getLogger("ansinh.health")


class Readiness(TypedDict):
    """What answering takes: PostgreSQL, at a revision that this program can work with, and its events.

    A process that is leaving answers, and should be sent nothing more. One that cannot keep its ledger goes
    on answering everybody about themself.
    """

    ready: bool
    database: bool
    revision: bool
    events: bool
    ledger: bool
    staying: bool


def health(pool: Pool, listener: Listener, ledger: Ledger) -> list[BaseRoute]:
    """Route the two questions of whoever runs us."""
    looking: asyncio.Task[Readiness] | None = None

    async def live(_request: Request) -> Response:
        """Whether the process lives: restart it where this fails. It asks nobody else."""
        return JSONResponse({"live": True}, headers=HEADERS)

    async def ready(request: Request) -> Response:
        """Whether it can answer, and will: send nobody here while this is 503."""
        nonlocal looking
        # However many ask at once, one looks: the question is anybody's, and the connections are few.
        if looking is None or looking.done():
            is_staying = request.app.state.is_staying
            looking = asyncio.create_task(readiness(pool, listener, ledger, is_staying=is_staying))
        found = await asyncio.shield(looking)
        return JSONResponse(found, 200 if found["ready"] else 503, HEADERS)

    return [Route("/health/live", live), Route("/health/ready", ready)]


async def readiness(pool: Pool, listener: Listener, ledger: Ledger, *, is_staying: bool) -> Readiness:
    """Look whether everything is there."""
    has_database = has_revision = False
    try:
        async with asyncio.timeout(ANSWERED_WITHIN_S):
            has_revision = not revisions.is_behind(await revisions.current(pool))
        has_database = True
    except (TimeoutError, *UNREACHABLE):
        pass
    except Exception as fault:  # noqa: BLE001 -- whatever it is, nobody should be sent here meanwhile
        log.warning("not ready: %s", described(fault))
    return Readiness(
        ready=has_database and has_revision and listener.healthy and is_staying,
        database=has_database,
        revision=has_revision,
        events=listener.healthy,
        ledger=ledger.healthy,
        staying=is_staying,
    )
