"""The portal stands under load and failure; each test is named after its case in the catalogue of attacks."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from uuid import UUID, uuid4

import httpx2
import psutil
import pytest

from api import connections, running
from api.application import PLACES, PLACES_OF_EACH
from api.places import Overloaded
from db.pool import Connection
from tests import people
from tests.api.conftest import ACCEPT, Account, RunningPortal, global_id, is_ready, running_portal
from tests.cables import Cable, a_line
from tests.conftest import Database
from tests.patience import PATIENCE_S, eventually

WHO = "{ viewer { name participant { id } } }"
# What is refused for want of means is refused before anybody loses patience: within a second, and here twice
# as long, as the machine runs other tests too.
REFUSED_WITHIN_S = 2.0


async def status(portal: RunningPortal, path: str) -> int:
    return (await portal.http.get(f"{portal.url}{path}")).status_code


# -------------------------------------------------------------- F3: a flood ---


@asynccontextmanager
async def a_flood(
    portal: RunningPortal, owner: Connection, office: int, *, principals: int, of_each: int
) -> AsyncIterator[list[asyncio.Task[httpx2.Response]]]:
    """Officers who all want the same dossier, which somebody else does not let go of."""
    participant = await people.a_participant(owner, office=office)
    dossier = await people.a_dossier(owner, participant=participant)
    officers = [await portal.officer(owner, office) for _ in range(principals)]
    async with owner.transaction():
        await owner.execute("SELECT FROM dossiers WHERE id = $1 FOR UPDATE", dossier)
        flood = [
            asyncio.create_task(portal.ask(ACCEPT, officer, input=wish(dossier)))
            for officer in officers
            for _ in range(of_each)
        ]
        await eventually(lambda: portal.door.places.taken == min(PLACES, PLACES_OF_EACH * principals))
        yield flood
    await asyncio.gather(*flood)


def wish(dossier: UUID) -> dict[str, object]:
    return {"idempotencyKey": uuid4().hex, "dossier": global_id(dossier), "expectedVersion": 1}


async def test_f3_the_flood_of_one_is_turned_away_and_others_are_answered(
    portal: RunningPortal, owner: Connection
) -> None:
    office = await people.an_office(owner)
    lan = await portal.citizen(owner, office=office)
    async with a_flood(portal, owner, office, principals=1, of_each=150) as flood:
        for _ in range(20):
            assert (await portal.ask(WHO, lan)).status_code == 200
        await eventually(lambda: sum(task.done() for task in flood) >= 150 - PLACES_OF_EACH)
        turned_away = [task.result() for task in flood if task.done()]
    for answer in turned_away:
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "1"
        assert answer.elapsed.total_seconds() < REFUSED_WITHIN_S
    assert {code(answer) for answer in turned_away} == {"OVERLOADED"}
    assert portal.door.places.taken == portal.door.places.waiting == 0


async def test_f3_where_all_flood_the_next_is_told_at_once_to_come_back(
    portal: RunningPortal, owner: Connection
) -> None:
    office = await people.an_office(owner)
    lan = await portal.citizen(owner, office=office)
    async with a_flood(portal, owner, office, principals=4, of_each=PLACES):
        answer = await portal.post(json.dumps({"query": WHO}), lan, accept_language="vi")
        assert await status(portal, "/health/live") == 200
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.elapsed.total_seconds() < REFUSED_WITHIN_S
    assert answer.json()["errors"][0]["message"] == Overloaded.vietnamese
    assert (await portal.ask(WHO, lan)).status_code == 200


async def test_f3_slow_senders_take_no_place(portal: RunningPortal, owner: Connection) -> None:
    lan = await portal.citizen(owner)
    port = portal.settings.port
    senders = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2 * PLACES)]
    for _, sender in senders:
        sender.write(b"POST /graphql HTTP/1.1\r\nHost: portal\r\n")
        sender.write(b"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
        await sender.drain()
    assert (await portal.ask(WHO, lan)).status_code == 200
    for _, sender in senders:
        sender.close()
        await sender.wait_closed()


def code(answer: httpx2.Response) -> str:
    found: str = answer.json()["errors"][0]["extensions"]["code"]
    return found


# ------------------------------------------------- F4: a bad way to PostgreSQL ---


@pytest.fixture
async def cable(database: Database, tmp_path: Path) -> AsyncIterator[tuple[Cable, RunningPortal]]:
    """A portal that reaches PostgreSQL over TCP, and the cable between."""
    async with a_line(database) as (cable, url_of), running_portal(url_of, tmp_path) as portal:
        yield cable, portal


@pytest.mark.parametrize(("delay_s", "piece_bytes"), [(0.5, 65_536), (0.0, 1)])
async def test_f4_answers_come_over_a_long_or_bad_way_too(
    cable: tuple[Cable, RunningPortal], owner: Connection, delay_s: float, piece_bytes: int
) -> None:
    way, portal = cable
    lan = await portal.citizen(owner)
    way.delay_s, way.piece_bytes = delay_s, piece_bytes
    answers = await asyncio.gather(*(portal.ask(WHO, lan) for _ in range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert await status(portal, "/health/live") == 200
    assert await status(portal, "/health/ready") == 200


async def test_f4_postgresql_that_is_cut_off_is_given_up_and_found_again(
    cable: tuple[Cable, RunningPortal], owner: Connection
) -> None:
    way, portal = cable
    lan = await portal.citizen(owner)
    assert (await portal.ask(WHO, lan)).status_code == 200

    way.is_cut = True
    caught = await asyncio.gather(*(portal.ask(WHO, lan) for _ in range(20)))
    assert {answer.status_code for answer in caught} == {503}
    assert portal.door.pool.breaker.is_open

    told = await asyncio.gather(*(refusal(portal, lan) for _ in range(20)))
    # One a second tries whether PostgreSQL is back; everybody else is told at once.
    assert told.count(True) >= 18
    assert await status(portal, "/health/live") == 200
    assert await status(portal, "/health/ready") == 503

    way.is_cut = False
    await eventually(lambda: is_answered(portal, lan))
    await eventually(lambda: is_ready(portal.http, portal.url))
    assert not portal.door.pool.breaker.is_open


async def refusal(portal: RunningPortal, account: Account) -> bool:
    """Ask while PostgreSQL is away; whether that was refused at once."""
    answer = await portal.ask(WHO, account)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["errors"][0]["extensions"] == {"code": "UNAVAILABLE"}
    return answer.elapsed.total_seconds() < REFUSED_WITHIN_S


async def is_answered(portal: RunningPortal, account: Account) -> bool:
    return (await portal.ask(WHO, account)).status_code == 200


# --------------------------------------- F13: slow, idle, and without a sign of life ---

BEGUN = b"POST /graphql HTTP/1.1\r\nHost: portal\r\nContent-Type: application/json\r\n"
IDLE, SLOW = 500, 50


@pytest.fixture
async def hasty(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RunningPortal]:
    """A portal with less patience than usual."""
    monkeypatch.setattr(connections, "REQUEST_WITHIN_S", 0.5)
    monkeypatch.setattr(connections, "FETCHED_WITHIN_S", 0.5)
    monkeypatch.setattr(running, "SIGN_OF_LIFE_EVERY_S", 0.2)
    monkeypatch.setattr(running, "SIGN_OF_LIFE_WITHIN_S", 0.2)
    monkeypatch.setattr(running, "KEPT_IDLE_S", 0.5)
    async with running_portal(database.url, tmp_path) as portal:
        yield portal


@dataclass
class Visitor:
    """Somebody who has a connection, and manners of their own."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def of(cls, portal: RunningPortal) -> Self:
        """Connect."""
        return cls(*await asyncio.open_connection(portal.settings.host, portal.settings.port))

    async def drip(self, said: bytes) -> None:
        """Say something and then, byte by byte, more and more."""
        with suppress(OSError):
            self.writer.write(said)
            while not self.reader.at_eof():
                self.writer.write(b"a")
                await self.writer.drain()
                await asyncio.sleep(0.05)

    async def hung_up(self) -> bytes:
        """Wait until the other end hangs up; what it said."""
        said = b""
        async with asyncio.timeout(PATIENCE_S):
            with suppress(ConnectionResetError):
                while more := await self.reader.read(65_536):
                    said += more
        self.writer.close()
        with suppress(OSError):
            await self.writer.wait_closed()
        return said


@pytest.mark.parametrize("said", [BEGUN + b"X: ", BEGUN + b"Content-Length: 60000\r\n\r\n{"])
async def test_f13_whoever_sends_byte_by_byte_is_hung_up_on(
    hasty: RunningPortal, owner: Connection, said: bytes
) -> None:
    lan = await hasty.citizen(owner)
    visitors = [await Visitor.of(hasty) for _ in range(SLOW)]
    async with asyncio.TaskGroup() as group:
        for visitor in visitors:
            group.create_task(visitor.drip(said))
        assert (await hasty.ask(WHO, lan)).status_code == 200
        assert {await visitor.hung_up() for visitor in visitors} == {b""}


async def test_f13_whoever_says_nothing_is_hung_up_on(hasty: RunningPortal, owner: Connection) -> None:
    lan = await hasty.citizen(owner)
    visitors = [await Visitor.of(hasty) for _ in range(IDLE)]
    assert (await hasty.ask(WHO, lan)).status_code == 200
    assert {await visitor.hung_up() for visitor in visitors} == {b""}


async def test_f13_whoever_has_had_an_answer_and_asks_no_more_is_hung_up_on(hasty: RunningPortal) -> None:
    visitor = await Visitor.of(hasty)
    visitor.writer.write(b"GET /health/live HTTP/1.1\r\nHost: portal\r\n\r\n")
    assert (await visitor.hung_up()).endswith(b'{"live":true}')


async def test_f13_whoever_begins_to_ask_again_and_does_not_end_is_hung_up_on(hasty: RunningPortal) -> None:
    visitor = await Visitor.of(hasty)
    visitor.writer.write(b"GET /health/live HTTP/1.1\r\nHost: portal\r\n\r\n")
    assert (await visitor.reader.readuntil(b"}")).startswith(b"HTTP/1.1 200")
    async with asyncio.TaskGroup() as group:
        group.create_task(visitor.drip(BEGUN + b"X: "))
        assert await visitor.hung_up() == b""


async def test_f13_a_request_in_pieces_that_comes_in_time_is_answered(hasty: RunningPortal) -> None:
    visitor = await Visitor.of(hasty)
    for piece in (b"GET /health/", b"live HTTP/1.1\r\nHo", b"st: portal\r\n", b"\r\n"):
        visitor.writer.write(piece)
        await visitor.writer.drain()
        await asyncio.sleep(0)
    assert (await visitor.hung_up()).endswith(b'{"live":true}')


async def test_f13_a_socket_that_gives_no_sign_of_life_is_hung_up_on(hasty: RunningPortal) -> None:
    visitor = await Visitor.of(hasty)
    visitor.writer.write(
        b"GET /graphql HTTP/1.1\r\nHost: portal\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
    )
    said = await visitor.hung_up()
    assert said.startswith(b"HTTP/1.1 101 ")
    assert said.endswith(b"keepalive ping timeout")


async def test_f13_a_socket_that_gives_signs_of_life_stays(hasty: RunningPortal) -> None:
    async with hasty.line() as line:
        for _ in range(3):
            await asyncio.wait_for(await line.socket.ping(), PATIENCE_S)
            # Three of these are longer than the portal waits in all: nothing is to happen then.
            await asyncio.sleep(running.SIGN_OF_LIFE_WITHIN_S)
        await line.say("ping")
        assert (await line.hear())["type"] == "pong"


async def test_f13_whoever_does_not_fetch_the_answers_is_hung_up_on(hasty: RunningPortal) -> None:
    with socket.socket() as deaf:
        # What the kernel would take for them is little.
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        deaf.connect((hasty.settings.host, hasty.settings.port))
        deaf.settimeout(0)
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(deaf, b"GET /schema.graphql HTTP/1.1\r\nHost: portal\r\n\r\n" * 200)
        await eventually(lambda: is_open_here(deaf))
        await eventually(lambda: not is_open_here(deaf))


def is_open_here(visitor: socket.socket) -> bool:
    """Whether our end of the visitor's connection is still open."""
    return any(
        connection.raddr == visitor.getsockname() and connection.status == psutil.CONN_ESTABLISHED
        for connection in psutil.Process().net_connections("tcp")
        if connection.raddr
    )
