"""What the portal promises holds while PostgreSQL is killed under it, and while it is stopped itself."""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import IO, Any
from uuid import UUID, uuid4

import asyncpg
import httpx2
import psutil
import pytest

from db import revisions, roles
from db.pool import Connection
from db.server import Server
from tests import people
from tests.api.conftest import (
    ACCEPT,
    SUBMIT,
    WITHDRAW,
    Account,
    Line,
    RunningPortal,
    a_client,
    global_id,
    is_ready,
    running_portal,
    settings_of,
)
from tests.api.test_running import free_port, surroundings
from tests.cables import a_line
from tests.conftest import Database
from tests.patience import PATIENCE_S, eventually

ROOT = Path(__file__).parents[2]
BACK_WITHIN_S = 10

# How many clients file, accept and withdraw at the same time; how many dossiers they do so with.
CLIENTS, BEFORE, AFTER = 10, 40, 80
KILLS = 20


@pytest.fixture
async def own_server(tmp_path: Path) -> AsyncIterator[Server]:
    """A PostgreSQL that a test may kill, and that forgets nothing when it is."""
    server = Server(tmp_path / "var")
    await server.start()
    await roles.prepare(server.url(database="postgres"))
    await asyncio.to_thread(revisions.migrate, server.url(roles.OWNER))
    yield server
    await server.stop()


@pytest.fixture
async def own_portal(own_server: Server, tmp_path: Path) -> AsyncIterator[RunningPortal]:
    """The portal on it."""
    async with running_portal(own_server.url, tmp_path / "home") as portal:
        yield portal


async def kill(server: Server) -> None:
    """Kill every process of PostgreSQL at once, as a machine that loses its power does."""
    assert server.pid
    postmaster = psutil.Process(server.pid)
    for process in (postmaster, *postmaster.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    await server.wait()


@dataclass
class Load:
    """Clients that file dossiers, and have them accepted and withdrawn, whatever happens meanwhile."""

    portal: RunningPortal
    lan: Account
    thu: Account
    service: str
    acknowledged: dict[str, str] = field(default_factory=dict)
    finished: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    followed: list[str] = field(default_factory=list)
    interrupted: int = 0
    is_enough: bool = False

    async def act(self, text: str, account: Account, **wish: object) -> Any:  # noqa: ANN401 -- JSON
        """Do something, as a good client does: with one key, again and again until it is acknowledged."""
        key = uuid4().hex
        while True:
            answer = await self.portal.ask(text, account, input={"idempotencyKey": key, **wish})
            if answer.status_code == 200:
                break
            self.interrupted += 1
            assert answer.status_code == 503, answer.text
            assert answer.json()["errors"][0]["extensions"]["code"] in {"UNAVAILABLE", "OVERLOADED"}
            # Sooner than asked for: the more often it meets the outage, the better.
            await asyncio.sleep(int(answer.headers["retry-after"]) / 20)
        [payload] = answer.json()["data"].values()
        assert payload["errors"] == [], payload
        self.acknowledged[key] = payload["dossier"]["id"]
        return payload["dossier"]

    async def one_life(self) -> None:
        """A dossier's way from beginning to end; somebody follows it."""
        dossier = await self.act(SUBMIT, self.lan, service=self.service)
        if len(self.finished) % 4 == 0:
            line = await self.line()
            self.lines.append(line)
            self.followed.append(dossier["id"])
            await line.follow(dossier["id"])
        for text, account, version in ((ACCEPT, self.thu, 1), (WITHDRAW, self.lan, 2)):
            await self.act(text, account, dossier=dossier["id"], expectedVersion=version)
        self.finished.append(dossier["id"])

    async def line(self) -> Line:
        """Open a socket; during the outage the door may say no."""
        while True:
            with suppress(OSError):
                return await self.portal.dial(self.lan)

    async def live(self) -> None:
        """One client's work."""
        while not self.is_enough:
            await self.one_life()


async def test_f1_killed_postgresql_loses_nothing_and_subscriptions_recover(
    own_server: Server, own_portal: RunningPortal, caplog: pytest.LogCaptureFixture
) -> None:
    owner = await asyncpg.connect(own_server.url(roles.OWNER))
    office = await people.an_office(owner)
    load = Load(
        own_portal,
        await own_portal.citizen(owner, office=office),
        await own_portal.officer(owner, office),
        f"Service:{await people.a_service(owner)}",
    )
    async with asyncio.TaskGroup() as group:
        for _ in range(CLIENTS):
            group.create_task(load.live())
        await eventually(lambda: len(load.finished) >= BEFORE)
        open_before = len(load.lines)
        await kill(own_server)
        await eventually(lambda: load.interrupted >= CLIENTS)
        await own_server.start()
        back_at = time.monotonic()
        finished = len(load.finished)
        await eventually(lambda: len(load.finished) > finished)
        assert time.monotonic() - back_at < BACK_WITHIN_S
        await eventually(lambda: len(load.finished) >= finished + AFTER)
        load.is_enough = True
    assert open_before >= BEFORE // 8
    # An outage is no fault of ours, and each who follows something tells it in two lines, however many were
    # interrupted.
    assert "incident" not in caplog.text
    assert len(caplog.records) < 2 * CLIENTS

    owner = await asyncpg.connect(own_server.url(roles.OWNER))
    stored = {str(row["id"]) for row in await owner.fetch("SELECT id FROM dossiers")}
    assert stored == {dossier.removeprefix("Dossier:") for dossier in load.acknowledged.values()}
    assert sorted(load.finished) == sorted(set(load.acknowledged.values()))
    kinds = await owner.fetch(
        "SELECT array_agg(kind ORDER BY seq) AS kinds FROM dossier_events GROUP BY dossier_id"
    )
    assert {tuple(row["kinds"]) for row in kinds} == {("SUBMITTED", "ACCEPTED", "WITHDRAWN")}
    codes = await owner.fetch("SELECT code FROM dossiers")
    assert len({row["code"] for row in codes}) == len(stored)
    await owner.close()

    for line in load.lines:
        assert [event["seq"] for event in await line.events(3)] == [1, 2, 3]
        await line.socket.close()


KILL_CONNECTIONS = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE  application_name LIKE 'ansinh %' AND datname = current_database()
"""


async def test_f1_connections_that_are_ended_again_and_again_are_no_fault_of_ours(
    portal: RunningPortal, owner: Connection, admin: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    office = await people.an_office(owner)
    load = Load(
        portal,
        await portal.citizen(owner, office=office),
        await portal.officer(owner, office),
        f"Service:{await people.a_service(owner)}",
    )
    async with asyncio.TaskGroup() as group:
        for _ in range(CLIENTS):
            group.create_task(load.live())
        for _ in range(KILLS):
            finished = len(load.finished)
            await eventually(lambda finished=finished: len(load.finished) > finished)  # type: ignore[misc]
            await admin.fetchval(KILL_CONNECTIONS)
        load.is_enough = True
    assert load.interrupted
    assert "incident" not in caplog.text
    for line in load.lines:
        assert [event["seq"] for event in await line.events(3)] == [1, 2, 3]
        await line.socket.close()


async def test_f1_reading_says_to_come_back_while_postgresql_is_away(
    own_server: Server, own_portal: RunningPortal
) -> None:
    owner = await asyncpg.connect(own_server.url(roles.OWNER))
    lan = await own_portal.citizen(owner)
    dossier = await people.a_dossier(owner, participant=lan.participant)
    query = "query ($id: ID!) { node(id: $id) { id } }"
    await own_portal.told(query, lan, id=global_id(dossier))
    async with own_portal.line(lan) as line:
        await (await line.follow(dossier)).event()
        await kill(own_server)
        for text in (query, query.replace("{ node", "{ __schema { queryType { name } } node")):
            answer = await own_portal.ask(text, lan, id=global_id(dossier))
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
            assert answer.json()["errors"][0]["extensions"] == {"code": "UNAVAILABLE"}
        await own_server.start()
        back_at = time.monotonic()
        await eventually(lambda: answers(own_portal, query, lan, dossier))
        assert time.monotonic() - back_at < BACK_WITHIN_S
        owner = await asyncpg.connect(own_server.url(roles.OWNER))
        await people.an_event(owner, dossier, "WITHDRAWN", "WITHDRAWN")
        await owner.close()
        # Nobody announced it: the subscriber is woken when the listener hears again, or looks by itself.
        assert (await line.event())["seq"] == 2


async def test_whoever_watches_is_told_that_postgresql_is_away_but_not_that_we_are(
    own_server: Server, own_portal: RunningPortal
) -> None:
    await kill(own_server)

    async def tells(question: str) -> tuple[int, dict[str, bool]]:
        answer = await own_portal.http.get(f"{own_portal.url}/health/{question}")
        return answer.status_code, answer.json()

    away = {
        "ready": False,
        "database": False,
        "revision": False,
        "events": False,
        "ledger": False,
        "staying": True,
    }
    await eventually(lambda: is_told(tells("ready"), (503, away)))
    assert await tells("live") == (200, {"live": True})
    await own_server.start()
    back = dict.fromkeys(away, True)
    await eventually(lambda: is_told(tells("ready"), (200, back)))


READERS, SEEN_BEFORE = 10, 100
NAME = "query ($id: ID!) { participant(id: $id) { fullName } }"
OWN = "{ viewer { participant { fullName } } }"


@dataclass
class Reading:
    """Officers who look at one person after the other, whatever happens, and what they are given."""

    portal: RunningPortal
    officer: Account
    people: list[UUID]
    seen: Counter[UUID] = field(default_factory=Counter)
    refused: int = 0
    is_enough: bool = False

    async def go_on(self) -> None:
        """Look; what is refused shows nothing, and says to come back."""
        for person in cycle(self.people):
            if self.is_enough:
                return
            answer = await self.portal.ask(NAME, self.officer, id=f"Participant:{person}")
            if answer.status_code == 200:
                assert answer.json()["data"]["participant"]["fullName"], answer.text
                self.seen[person] += 1
                continue
            self.refused += 1
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
            assert answer.json()["errors"][0]["extensions"]["code"] in {"UNAVAILABLE", "OVERLOADED"}
            assert "fullName" not in answer.text
            await asyncio.sleep(0.05)


async def test_f1_what_officers_were_shown_is_in_the_ledger_though_postgresql_was_killed(
    own_server: Server, own_portal: RunningPortal, caplog: pytest.LogCaptureFixture
) -> None:
    owner = await asyncpg.connect(own_server.url(roles.OWNER))
    office = await people.an_office(owner)
    lan, thu = await own_portal.citizen(owner, office=office), await own_portal.officer(owner, office)
    subjects = [await people.a_participant(owner, office=office) for _ in range(READERS)]
    reading = Reading(own_portal, thu, subjects)
    async with asyncio.TaskGroup() as group:
        for _ in range(READERS):
            group.create_task(reading.go_on())
        await eventually(lambda: reading.seen.total() >= SEEN_BEFORE)
        # It is killed under reads: some have their rows committed and no answer yet, some neither.
        await kill(own_server)
        await eventually(lambda: reading.refused >= READERS)
        seen = reading.seen.total()
        refused = reading.refused
        await eventually(lambda: reading.refused >= refused + READERS)
        assert reading.seen.total() == seen
        assert (await own_portal.ask(OWN, lan)).status_code == 503
        await own_server.start()
        back_at = time.monotonic()
        await eventually(lambda: is_answered(own_portal, OWN, lan))
        await eventually(lambda: reading.seen.total() > seen)
        assert time.monotonic() - back_at < BACK_WITHIN_S
        await eventually(lambda: reading.seen.total() >= seen + SEEN_BEFORE)
        reading.is_enough = True
    assert "incident" not in caplog.text

    owner = await asyncpg.connect(own_server.url(roles.OWNER))
    rows = await owner.fetch(
        "SELECT subject_id, count(*) AS rows FROM access_ledger"
        " WHERE principal = $1 AND fields = ARRAY['Participant.fullName'] AND office_id = $2"
        " GROUP BY subject_id",
        thu.principal,
        office,
    )
    kept = Counter({row["subject_id"]: row["rows"] for row in rows})
    # What was given is kept. More may be: what was entered, and could not be given any more.
    assert reading.seen <= kept
    assert (kept - reading.seen).total() <= reading.refused
    assert (
        await owner.fetchval("SELECT count(*) FROM access_ledger WHERE subject_id = $1", lan.participant) == 0
    )
    await owner.close()


async def is_answered(portal: RunningPortal, text: str, account: Account) -> bool:
    return (await portal.ask(text, account)).status_code == 200


async def is_told(telling: Awaitable[object], expected: object) -> bool:
    return await telling == expected


async def answers(portal: RunningPortal, query: str, account: Account, dossier: UUID) -> bool:
    return (await portal.ask(query, account, id=global_id(dossier))).status_code == 200


# ------------------------------------------------------ a process is killed, or stops ---


@asynccontextmanager
async def process_of_its_own(
    database: Database, home: Path, stderr: IO[bytes] | None = None, **given: str
) -> AsyncIterator[tuple[asyncio.subprocess.Process, RunningPortal]]:
    """`ansinh serve`, with some settings given, and the portal that it serves."""
    settings = settings_of(home, free_port(), database.url(roles.API))
    environment = surroundings() | {
        "ANSINH_ENVIRONMENT": "development",
        "ANSINH_HOME": str(home),
        "ANSINH_PORT": str(settings.port),
        "ANSINH_SEALING_KEY": people.KEYS.sealing.hex(),
        "ANSINH_FINDING_KEY": people.KEYS.finding.hex(),
        "DATABASE_URL": database.url(roles.API),
        **given,
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "api.command", "serve"), env=environment, cwd=ROOT, stderr=stderr
    )
    try:
        async with a_client() as http:
            await eventually(lambda: answers_at_all(http, settings.url))
            yield process, RunningPortal(settings, http)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def answers_at_all(http: httpx2.AsyncClient, url: str) -> bool:
    with suppress(httpx2.ConnectError):
        return await is_ready(http, url)
    return False


IS_SOMEBODY_WAITING = """
SELECT count(*) > 0 FROM pg_stat_activity
WHERE  wait_event_type = 'Lock' AND application_name = 'ansinh api' AND datname = current_database()
"""


STATUS_OF = "SELECT status FROM dossiers WHERE id = $1"


async def test_f7_what_a_process_committed_before_it_was_killed_is_told_by_the_others(
    database: Database, owner: Connection, portal: RunningPortal, tmp_path: Path
) -> None:
    office = await people.an_office(owner)
    lan, thu = await portal.citizen(owner, office=office), await portal.officer(owner, office)
    dossier = await people.a_dossier(owner, participant=lan.participant)
    wish = {"input": {"idempotencyKey": uuid4().hex, "dossier": global_id(dossier), "expectedVersion": 1}}
    async with a_line(database) as (cable, url_of), portal.line(lan) as line:
        submitted = await (await line.follow(dossier)).event()
        given = {"DATABASE_URL": url_of(roles.API), "ANSINH_ISSUER": portal.settings.issuer}
        async with process_of_its_own(database, tmp_path / "home", **given) as (process, doomed):
            # It never learns that it has committed, so it announces nothing; then it is no more.
            cable.last_word = b"COMMIT"
            asking = asyncio.create_task(doomed.ask(ACCEPT, thu, **wish))
            await eventually(lambda: is_accepted(owner, dossier))
            process.kill()
            with pytest.raises(httpx2.TransportError):
                await asking
        accepted = await line.event()
        assert (accepted["seq"], accepted["kind"]) == (2, "ACCEPTED")
        # Whoever was not answered asks again: it is done already, and told no second time.
        [again] = (await portal.told(ACCEPT, thu, **wish)).values()
        assert again["replayed"]
        assert again["errors"] == []
        await portal.done(WITHDRAW, lan, dossier=global_id(dossier), expectedVersion=2)
        assert (await line.event())["seq"] == 3
    # Whoever is told twice, since nobody knows that it arrived, is told the same.
    async with portal.line(lan) as line:
        await line.follow(dossier, after=submitted["cursor"])
        assert await line.event() == accepted


async def is_accepted(owner: Connection, dossier: UUID) -> bool:
    return bool(await owner.fetchval(STATUS_OF, dossier) == "ACCEPTED")


SOCKETS, DIALLED_AT_ONCE = 500, 50


@dataclass
class Filing:
    """Clients who file one dossier after the other until nobody is there any more."""

    portal: RunningPortal
    account: Account
    service: str
    acknowledged: list[str] = field(default_factory=list)

    async def go_on(self) -> None:
        """File; whoever finds the door closed has not been let in, and knows that nothing was done."""
        while True:
            wish = {"idempotencyKey": uuid4().hex, "service": self.service}
            try:
                dossier = await self.portal.done(SUBMIT, self.account, **wish)
            except httpx2.ConnectError:
                return
            self.acknowledged.append(dossier["id"])


async def sockets_of(portal: RunningPortal, account: Account, number: int) -> list[Line]:
    """Many sockets, some at a time."""
    lines: list[Line] = []
    while len(lines) < number:
        lines += await asyncio.gather(*(portal.dial(account) for _ in range(DIALLED_AT_ONCE)))
    return lines


async def test_f12_a_portal_that_is_stopped_finishes_what_it_began_and_sends_everybody_elsewhere(
    database: Database, owner: Connection, admin: Connection, tmp_path: Path
) -> None:
    async with process_of_its_own(database, tmp_path / "home", ANSINH_NOTICE_S="1") as (process, portal):
        office = await people.an_office(owner)
        lan, thu = await portal.citizen(owner, office=office), await portal.officer(owner, office)
        dossier = await people.a_dossier(owner, participant=lan.participant)
        lines = await sockets_of(portal, lan, SOCKETS)
        await (await lines[0].follow(dossier)).event()
        filing = Filing(portal, lan, f"Service:{await people.a_service(owner)}")
        clients = [asyncio.create_task(filing.go_on()) for _ in range(CLIENTS)]
        await eventually(lambda: len(filing.acknowledged) >= CLIENTS)

        process.terminate()
        await eventually(lambda: says(portal, "ready", 503))
        # Whoever sends requests here needs a moment to hear of it: until then they are taken.
        assert await says(portal, "live", 200)
        heard_of = len(filing.acknowledged)
        await eventually(lambda: len(filing.acknowledged) > heard_of)
        async with owner.transaction():
            await owner.execute("SELECT FROM dossiers WHERE id = $1 FOR UPDATE", dossier)
            wish = {"dossier": global_id(dossier), "expectedVersion": 1}
            under_way = asyncio.create_task(portal.done(ACCEPT, thu, **wish))
            await eventually(lambda: admin.fetchval(IS_SOMEBODY_WAITING))
            assert await lines[0].closed() == 1012
            with pytest.raises(httpx2.ConnectError):
                await portal.http.get(f"{portal.url}/health/live")
            assert not under_way.done()
        assert (await under_way)["status"] == "ACCEPTED"
        assert set(await asyncio.gather(*(line.closed() for line in lines))) == {1012}
        await asyncio.gather(*clients)
        async with asyncio.timeout(PATIENCE_S):
            assert await process.wait() == 0
    stored = await owner.fetch("SELECT id FROM dossiers WHERE participant_id = $1", lan.participant)
    assert {f"Dossier:{row['id']}" for row in stored} == {*filing.acknowledged, global_id(dossier)}


async def says(portal: RunningPortal, question: str, status: int) -> bool:
    return (await portal.http.get(f"{portal.url}/health/{question}")).status_code == status
