"""What happens without a request, and how often."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from db.connection import open_pool
from db.outages import UNREACHABLE, described, outlive
from db.pool import Pool
from jobs.expiry import expire_idempotency_keys, expire_proofs, expire_revocations, expire_sessions
from jobs.sequencer import sequence_events

log = logging.getLogger("ansinh.jobs")

LONGEST_PAUSE_S = 60.0


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do again and again; `every_s` seconds lie between its end and its next beginning.

    Any number of processes may do it at the same time: each of its acts sees to that, with a lock of its own
    where only one may act. So there is no leader to lose.
    """

    do: Callable[[Pool], Awaitable[None]]
    every_s: float


JOBS = (
    # Half of the listeners' pace: an event whose notification was lost is heard within a third of a second.
    Job(sequence_events, every_s=0.1),
    # A session is refused from the instant it ends; here only its row goes.
    Job(expire_sessions, every_s=60),
    Job(expire_proofs, every_s=60),
    Job(expire_revocations, every_s=600),
    Job(expire_idempotency_keys, every_s=600),
)


async def run(database_url: str, jobs: tuple[Job, ...] = JOBS) -> None:
    """Do every job at its own pace until cancelled, through every outage of PostgreSQL."""
    await outlive("Jobs", partial(work, database_url, jobs))


async def work(database_url: str, jobs: tuple[Job, ...], resume: Callable[[], None]) -> None:
    """Do the jobs for as long as there is PostgreSQL."""
    pool = await open_pool(database_url, size=len(jobs), name="ansinh jobs")
    try:
        resume()
        async with asyncio.TaskGroup() as group:
            for job in jobs:
                group.create_task(repeat(job, pool), name=job.do.__name__)
    finally:
        # Nothing is under way here, and a server that is cut off would not answer a farewell.
        pool.terminate()


async def repeat(job: Job, pool: Pool) -> None:
    """Do a job again and again. One that fails is tried again more and more rarely, and stops no other.

    Raises: what says that PostgreSQL is away, which stops them all.
    """
    pause_s = job.every_s
    while True:
        try:
            await job.do(pool)
            pause_s = job.every_s
        except UNREACHABLE:
            raise
        except Exception as fault:  # noqa: BLE001 -- whatever is wrong with one job, the others go on
            pause_s = max(job.every_s, min(2 * pause_s, LONGEST_PAUSE_S))
            log.error("The job %s failed: %s", job.do.__name__, described(fault))  # noqa: TRY400 -- the message may quote a row
        await asyncio.sleep(pause_s)
