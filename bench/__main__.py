"""`make bench`: fill a database, start the servers, ask them in turns, write RESULTS.md."""

import asyncio
import os
import random
import secrets
import socket
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import httpx2
import uvloop

from api import running
from api.settings import KEY_BYTES, Settings
from auth.viewer import ViewerKind
from bench.accounting import cpu_ns, family
from bench.first_seen import first_seen
from bench.floor import KINDS as CAPACITIES
from bench.load import around, ask
from bench.peers import HERE
from bench.population import Asker, Issuer, populate
from bench.results import Measured, Table, written
from bench.servers import KINDS, Server, started
from db import roles
from db.server import Server as Postgres

ROUNDS = 5
WARMED_UP_S = 0.2
MEASURED_S = 1.2
COMPARED = 25


Askers = Mapping[ViewerKind, Sequence[Asker]]


async def bench() -> None:
    """Measure, and write what was measured."""
    cores = sorted(os.sched_getaffinity(0))
    # The servers have one core; PostgreSQL, and the load that we are, have the others.
    os.sched_setaffinity(0, set(cores[1:] or cores))
    async with AsyncExitStack() as opened:
        home = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        door = opened.enter_context(socket.create_server(("127.0.0.1", 0)))
        issuer = Issuer(f"http://127.0.0.1:{door.getsockname()[1]}")
        publishing = asyncio.create_task(running.serve_on(door, issuer))
        opened.callback(publishing.cancel)
        postgres = Postgres(home)
        await postgres.start()
        opened.push_async_callback(postgres.stop)
        environment = {
            "DATABASE_URL": postgres.url(roles.API),
            "ANSINH_ENVIRONMENT": "production",
            "ANSINH_HOME": str(home),
            "ANSINH_ISSUER": issuer.name,
            "ANSINH_CLIENT_SECRET": secrets.token_hex(),
            "ANSINH_SEALING_KEY": secrets.token_hex(KEY_BYTES),
            "ANSINH_FINDING_KEY": secrets.token_hex(KEY_BYTES),
            # Nobody who asks all the time is held up; what is asked is priced and charged all the same.
            "ANSINH_RATES": " ".join(f"{kind}=900000000:900000000" for kind in ViewerKind),
        }
        say("Filling the database…")
        await running.furnish(postgres)
        askers = await populate(postgres, Settings.read(environment), issuer)
        say("Starting the servers…")
        servers = [await opened.enter_async_context(started(kind, environment, cores[0])) for kind in KINDS]
        say("Comparing their answers…")
        await compare(servers, askers)
        table = await measure(servers, askers, postgres)
        (HERE / "RESULTS.md").write_text(written(table, first_seen(), ROUNDS))


async def compare(servers: Sequence[Server], askers: Askers) -> None:
    """Let each server see every token once; refuse servers whose answers differ."""
    async with httpx2.AsyncClient(trust_env=False, timeout=30) as http:
        for name, capacity in CAPACITIES.items():
            for server in servers:
                await ask(server.port, iter(server.kind.requests(name, askers[capacity])))
            for asker in askers[capacity][:COMPARED]:
                expected, *answers = [await server.answer(http, name, asker) for server in servers]
                for server, answer in zip(servers[1:], answers, strict=True):
                    if answer != expected:
                        raise SystemExit(f"{server.kind.name} answers {name} differently: {answer}")


async def measure(servers: Sequence[Server], askers: Askers, postgres: Postgres) -> Table:
    """Ask each server each operation in turns, in an order that changes with the round."""
    assert postgres.pid is not None  # noqa: S101 -- it runs
    rounds: dict[tuple[str, str], list[Measured]] = defaultdict(list)
    for turn in range(ROUNDS):
        for name, capacity in CAPACITIES.items():
            for server in random.sample(servers, len(servers)):
                requests = server.kind.requests(name, askers[capacity])
                await ask(server.port, around(requests, WARMED_UP_S))
                before = cpu_ns(family(server.pid)), cpu_ns(family(postgres.pid))
                began = time.perf_counter()
                took_ns = await ask(server.port, around(requests, MEASURED_S))
                elapsed_s = time.perf_counter() - began
                after = cpu_ns(family(server.pid)), cpu_ns(family(postgres.pid))
                found = Measured.of(took_ns, elapsed_s, after[0] - before[0], after[1] - before[1])
                rounds[name, server.kind.name].append(found)
                say(f"{turn + 1} {name:15} {server.kind.name:10} {found}")
    return {place: Measured.median(found) for place, found in rounds.items()}


def say(what: str) -> None:
    """Tell whoever waits."""
    sys.stderr.write(f"{what}\n")


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(bench())
