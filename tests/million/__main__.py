"""Make a million dossiers, ask what may be asked of their lists as everybody, and tell what took longest.

Each question is asked through the translator, behind both walls, as the portal asks it; of three times the
best counts, since the machine does other things too. MILLION=2 asks for lists narrowed by two arguments too.
"""

import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
from rich.console import Console
from rich.table import Table

from auth.viewer import Viewer
from db import revisions, roles
from db.connection import open_pool
from db.pool import Pool
from db.server import SUPERUSER, Server
from tests.conftest import FORGETFUL, start_with_template
from tests.million import statistics, world
from tests.million.questions import Question, questions
from tests.portal import portal

LONGEST_MS = 50
TIMES = 3
SHOWN = 3
MOST_ARGUMENTS = int(os.environ.get("MILLION", "1"))
PAGE_AT_END = "last: 100"


async def main() -> int:
    """Make them, ask, and tell; how many questions took too long."""
    console = Console()
    home = Path(tempfile.mkdtemp(prefix="ansinh-million-"))
    server = Server(home, {**FORGETFUL, "maintenance_work_mem": "512MB"})
    try:
        await start_with_template(server)
        await asyncio.to_thread(revisions.migrate, server.url(roles.OWNER))
        with console.status("A million dossiers…"):
            superuser = await asyncpg.connect(server.url(SUPERUSER))
            await world.load(superuser)
            await superuser.close()
            await asyncio.to_thread(statistics.keep, server.url(SUPERUSER))
        pool = await open_pool(server.url(roles.API), size=1, name="million")
        slow = 0
        for name, viewer in world.VIEWERS.items():
            with console.status(name):
                took = [each async for each in asked(pool, viewer)]
            console.print(table_of(name, took))
            slow += sum(each[0] > LONGEST_MS for each in took)
        await pool.close()
    finally:
        await server.stop()
        shutil.rmtree(home)
    return slow


async def asked(pool: Pool, viewer: Viewer) -> AsyncIterator[tuple[float, Question, str]]:
    """Ask everything, and tell how many milliseconds each answer took."""
    for question in questions(MOST_ARGUMENTS):
        if not question.order:
            yield (await took_ms(pool, viewer, question, ""))[0], question, "totalCount"
            continue
        yield (await took_ms(pool, viewer, question, "first: 20"))[0], question, "first 20"
        ms, found = await took_ms(pool, viewer, question, PAGE_AT_END)
        yield ms, question, "last 100"
        if place := found.get("pageInfo", {}).get("startCursor"):
            page = f'first: 20, after: "{place}"'
            yield (await took_ms(pool, viewer, question, page))[0], question, "a page deep inside"


async def took_ms(
    pool: Pool, viewer: Viewer, question: Question, page: str
) -> tuple[float, dict[str, dict[str, str]]]:
    """Ask one question, and see the answer."""
    best = float("inf")
    for _ in range(TIMES):
        begun = time.perf_counter()
        try:
            answer = await portal().answer(pool, viewer, question.text(page), None, {})
        except asyncpg.QueryCanceledError:
            return float("inf"), {}
        best = min(best, (time.perf_counter() - begun) * 1_000)
    assert answer
    return best, json.loads(answer.data)[question.field]


def table_of(name: str, took: list[tuple[float, Question, str]]) -> Table:
    """What took a viewer longest."""
    took.sort(key=lambda each: -each[0])
    slow = sum(each[0] > LONGEST_MS for each in took)
    table = Table(
        "ms",
        "asked",
        "which",
        title=f"{name}: {len(took)} asked, {slow} above {LONGEST_MS} ms",
        title_justify="left",
    )
    table.add_row(f"{took[len(took) // 2][0]:.1f}", "the middle one", "")
    for ms, question, page in took[: max(SHOWN, slow)]:
        table.add_row(f"{ms:.1f}", str(question), page)
    return table


if __name__ == "__main__":
    sys.exit(1 if asyncio.run(main()) else 0)
