"""Making communities in several processes, a few ahead of the one that writes them."""

import asyncio
import os
import signal
from collections import deque
from collections.abc import AsyncGenerator, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from threading import Thread

from db.demonstration.communities import World, found
from db.demonstration.rows import Rows

# Fewer people are made sooner than other processes have started.
PEOPLE_FOR_ONE_PROCESS = 4_000


async def communities(world: World, shares: Sequence[int]) -> AsyncGenerator[tuple[Rows, int]]:
    """The communities of the offices that have people, in their order, each with the number of its people.

    Only a few are made ahead, so that memory stays bounded.
    """
    making: deque[tuple[Future[Rows], int]] = deque()
    with _workers(sum(shares)) as executor:
        for number, people in enumerate(shares):
            if people:
                making.append((executor.submit(found, world, number, people), people))
            if len(making) > 2 * _processors():
                made, its_people = making.popleft()
                yield await asyncio.wrap_future(made), its_people
        for made, its_people in making:
            yield await asyncio.wrap_future(made), its_people


@contextmanager
def _workers(people: int) -> Iterator[Executor]:
    executor: Executor
    if people <= PEOPLE_FOR_ONE_PROCESS:
        executor = ThreadPoolExecutor(1)
    else:
        # Spawned, not forked: the threads and sockets of this process are not copied.
        executor = ProcessPoolExecutor(
            _processors(), get_context("spawn"), initializer=_serve_only_the_parent
        )
    try:
        yield executor
    finally:
        executor.shutdown(cancel_futures=True)


def _processors() -> int:
    """How many processors there are to make people with: one is left to PostgreSQL, which writes."""
    return max(1, (os.cpu_count() or 1) - 1)


def _serve_only_the_parent() -> None:
    """Leave Ctrl-C to the parent, and end with it: a killed parent cannot say goodbye."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    if parent := parent_process():
        parent.join()
        os._exit(1)
