"""What the Python peers have of An Sinh: its pool, its check of tokens, its way of being served."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

import uvloop
from starlette.types import ASGIApp

from api.application import POOL_SIZE
from api.authentication import open_authentication
from api.running import listening, serve_on, settle
from api.settings import Settings
from auth.tokens import Verifier
from db.connection import make_pool
from db.identifiers import participant_of
from db.pool import Pool

HERE = Path(__file__).parent
# By the name of the question in shared tables: q1_participant, q2_page, …
OPERATIONS = {file.stem: file.read_text() for file in sorted((HERE / "operations").glob("*.graphql"))}
# Asked of An Sinh alone: no peer knows the law.
ALONE = {file.stem: file.read_text() for file in sorted((HERE / "alone").glob("*.graphql"))}


def serve(make: Callable[[Pool, Verifier], ASGIApp]) -> None:
    """Serve a peer until the process is ended, told by the same environment as An Sinh."""
    settings = Settings.read(os.environ)
    with (
        listening(settings.host, settings.port) as door,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):

        async def serving() -> None:
            async with _opened(settings) as (pool, verifier):
                app = make(pool, verifier)
                settle()
                await serve_on(door, app)

        runner.run(serving())


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[tuple[Pool, Verifier]]:
    assert settings.database_url is not None  # noqa: S101 -- the bench says where
    async with AsyncExitStack() as opened:
        pool = await opened.enter_async_context(
            make_pool(settings.database_url, size=POOL_SIZE, name="ansinh bench")
        )
        authentication = await opened.enter_async_context(
            open_authentication(
                pool,
                issuer=settings.issuer,
                audience=settings.audience,
                url=settings.url,
                find_participant=partial(participant_of, pool, settings.identifier_keys()),
                mark=settings.identifier_keys().mark,
            )
        )
        yield pool, authentication.verifier
