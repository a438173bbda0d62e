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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from pathlib import Path

import httpx2
import uvloop

from api import running
from api.settings import KEY_BYTES, Settings
from auth.viewer import ViewerKind
from bench.accounting import cpu_ns, family
from bench.capacities import ALSO_ASKED, ASKED_ALONE, Ministry, agree
from bench.filings import filings, hire
from bench.first_seen import first_seen
from bench.floor import CAPACITIES
from bench.load import ANSWERED, CONNECTIONS, TURNED_AWAY, ask, for_a_while
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
            "ANSINH_SIGNING_KEYS": "01" * KEY_BYTES,
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
        ministry = await agree(postgres, issuer, askers[ViewerKind.CITIZEN])
        table = await measure(list(questions(servers, askers, ministry)), postgres)
        say("Filing lists…")
        filed = await filings(servers[0], postgres, await hire(postgres, issuer))
        (HERE / "RESULTS.md").write_text(written(table, first_seen(), filed, ROUNDS))


async def compare(servers: Sequence[Server], askers: Askers) -> None:
    """Let each server see every token once; refuse servers whose answers differ."""
    async with httpx2.AsyncClient(trust_env=False, timeout=30) as http:
        for name, capacity in CAPACITIES.items():
            of_each_token = list({asker.token: asker for asker in askers[capacity]}.values())
            for server in servers:
                await ask(server.port, iter(server.kind.requests(name, of_each_token)))
            for asker in of_each_token[:COMPARED]:
                expected, *answers = [await server.answer(http, name, asker) for server in servers]
                for server, answer in zip(servers[1:], answers, strict=True):
                    if answer != expected:
                        raise SystemExit(f"{server.kind.name} answers {name} differently: {answer}")


@dataclass(frozen=True, slots=True)
class Question:
    """An operation asked of a server: by whom it is asked says `place`, where it stands in the table."""

    place: tuple[str, str]
    server: Server
    requests: Callable[[], Sequence[bytes]]
    connections: int = CONNECTIONS


def questions(servers: Sequence[Server], askers: Askers, ministry: Ministry) -> Iterator[list[Question]]:
    """What is asked, an operation after the other: of every server, and of An Sinh in other capacities."""
    ours, *_ = servers
    for name, usual in CAPACITIES.items():
        yield [
            *(
                Question((name, server.kind.name), server, partial(server.kind.requests, name, askers[usual]))
                for server in servers
            ),
            *(
                Question((name, capacity), ours, partial(ministry.requests, name, ours))
                if capacity is ViewerKind.PARTNER
                else Question((name, capacity), ours, partial(ours.kind.requests, name, askers[capacity]))
                for capacity in ALSO_ASKED.get(name, ())
            ),
        ]
    for name, capacity in ASKED_ALONE.items():
        requests = partial(ours.kind.requests, name, askers[capacity])
        yield [Question((name, ours.kind.name), ours, requests, connections=1)]


async def measure(asked: Sequence[Sequence[Question]], postgres: Postgres) -> Table:
    """Ask the questions of each operation in turns, in an order that changes with the round."""
    assert postgres.pid is not None  # noqa: S101 -- it runs
    rounds: dict[tuple[str, str], list[Measured]] = defaultdict(list)
    for turn in range(ROUNDS):
        for together in asked:
            for question in random.sample(together, len(together)):
                server, requests = question.server, cycle(question.requests())
                # While each connection plans a statement that is new to it, a crowd may be turned away.
                ask_it = partial(ask, server.port, connections=question.connections)
                await ask_it(for_a_while(requests, WARMED_UP_S), (ANSWERED, TURNED_AWAY))
                before = cpu_ns(family(server.pid)), cpu_ns(family(postgres.pid))
                began = time.perf_counter()
                took_ns = await ask_it(for_a_while(requests, MEASURED_S))
                elapsed_s = time.perf_counter() - began
                after = cpu_ns(family(server.pid)), cpu_ns(family(postgres.pid))
                found = Measured.of(took_ns, elapsed_s, after[0] - before[0], after[1] - before[1])
                rounds[question.place].append(found)
                say(f"{turn + 1} {' '.join(question.place):28} {found}")
    return {place: Measured.median(found) for place, found in rounds.items()}


def say(what: str) -> None:
    """Tell whoever waits."""
    sys.stderr.write(f"{what}\n")


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(bench())
