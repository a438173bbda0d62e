"""Whether this process lives, and whether it can answer."""

import asyncio

from sqlalchemy import select, true
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from db.connection import fetch
from db.events import Listener
from db.outages import UNREACHABLE
from db.pool import Pool

ANSWERED_WITHIN_S = 2.0
ANSWERS = select(true())


def health(pool: Pool, listener: Listener) -> list[BaseRoute]:
    """Route the two questions of whoever runs us."""

    async def live(_request: Request) -> Response:
        """Whether the process lives: restart it where this fails."""
        return JSONResponse({"live": True})

    async def ready(_request: Request) -> Response:
        """Whether it can answer: send nobody here while this is 503."""
        try:
            async with asyncio.timeout(ANSWERED_WITHIN_S):
                await fetch(pool, ANSWERS)
            has_database = True
        except (TimeoutError, *UNREACHABLE):
            has_database = False
        is_ready = has_database and listener.healthy
        return JSONResponse(
            {"ready": is_ready, "database": has_database, "events": listener.healthy},
            200 if is_ready else 503,
        )

    return [Route("/health/live", live), Route("/health/ready", ready)]
