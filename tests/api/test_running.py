"""One command starts everything and stops everything; whatever is in its way is one sentence, twice."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpx2
import psutil
import pytest

from auth.viewer import principal_of
from db import roles
from db.server import Server, running, url
from tests.conftest import Database

ROOT = Path(__file__).parents[2]
OPEN_WITHIN_S = 30
STOPPED_WITHIN_S = 15


PRODUCTION: Mapping[str, str] = {
    "ANSINH_ISSUER": "https://sign-in.example",
    "ANSINH_SEALING_KEY": "00" * 32,
    "ANSINH_FINDING_KEY": "01" * 32,
    "ANSINH_SIGNING_KEYS": "02" * 32,
}


@dataclass
class House:
    """`ansinh run`, as a process of its own."""

    process: asyncio.subprocess.Process
    home: Path
    port: int

    @property
    def address(self) -> str:
        """Where it is open."""
        return f"http://127.0.0.1:{self.port}"

    async def opened(self) -> str:
        """Wait until it says what to open; what it said."""
        assert self.process.stdout
        said = b""
        async with asyncio.timeout(OPEN_WITHIN_S):
            while b"Ctrl-C to stop" not in said:
                line = await self.process.stdout.readline()
                assert line, said.decode()
                said += line
        return said.decode()

    async def ended(self, request: signal.Signals) -> int:
        """Send the signal; the exit status that it ends with."""
        self.process.send_signal(request)
        async with asyncio.timeout(STOPPED_WITHIN_S):
            return await self.process.wait()

    def offspring(self) -> list[psutil.Process]:
        """All processes that it started, and theirs."""
        return psutil.Process(self.process.pid).children(recursive=True)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@asynccontextmanager
async def house(home: Path, port: int | None = None) -> AsyncIterator[House]:
    """Start everything; whatever happens, nothing stays."""
    port = port or free_port()
    environment = {**surroundings(), "ANSINH_HOME": str(home), "ANSINH_PORT": str(port)}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "api.command", "run"), env=environment, cwd=ROOT, stdout=subprocess.PIPE
    )
    try:
        yield House(process, home, port)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def surroundings() -> dict[str, str]:
    """Our own environment, without any settings."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("ANSINH_") and name != "DATABASE_URL"
    }


async def count_people(home: Path) -> int:
    connection = await asyncpg.connect(url(running(home), roles.OWNER))
    try:
        return int(await connection.fetchval("SELECT count(*) FROM participants"))
    finally:
        await connection.close()


async def start(*words: str, environment: Mapping[str, str]) -> asyncio.subprocess.Process:
    """Type a command and leave it running."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "api.command", *words),
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


async def typed(*words: str, environment: Mapping[str, str]) -> str:
    """Type a command and wait for its end; what it says."""
    process = await start(*words, environment=environment)
    out, complaint = await process.communicate()
    assert process.returncode == 0, complaint.decode()
    return out.decode()


async def refused(*words: str, **settings: str) -> str:
    """Type a command that cannot be done; what it says, in two sentences and nothing else."""
    process = await start(*words, environment={**surroundings(), **settings})
    async with asyncio.timeout(OPEN_WITHIN_S):
        out, said = await process.communicate()
    assert process.returncode == 2, said.decode()
    assert out == b""
    vietnamese, english = said.decode().splitlines()
    assert not vietnamese.isascii()
    return english


async def test_it_opens_with_people_in_it_and_keeps_them(tmp_path: Path) -> None:
    home = tmp_path / "var"
    async with house(home) as first:
        said = await first.opened()
        assert f"{first.address}/" in said
        async with httpx2.AsyncClient() as client:
            assert (await client.get(first.address)).status_code == 200
        people = await count_people(home)
        assert people > 0
        assert await first.ended(signal.SIGTERM) == 0

    async with house(home) as second:
        await second.opened()
        assert await count_people(home) == people


async def test_officers_keep_their_rights_at_another_port(tmp_path: Path) -> None:
    home = tmp_path / "var"
    for port in (free_port(), free_port()):
        async with house(home, port) as everything:
            await everything.opened()
            owner = await asyncpg.connect(url(running(home), roles.OWNER))
            thu = principal_of(f"http://127.0.0.1:{port}/provider", "thu")
            rights = await owner.fetch("SELECT kind FROM grants WHERE principal = $1", thu)
            await owner.close()
            assert [right["kind"] for right in rights] == ["OFFICER"]


async def test_the_line_it_prints_for_curl_works(tmp_path: Path) -> None:
    async with house(tmp_path / "var") as everything:
        said = await everything.opened()
        line = said[said.index("curl ") :].partition("\n\n")[0]
        shell = await asyncio.create_subprocess_shell(
            line, env=surroundings(), cwd=ROOT, stdout=subprocess.PIPE
        )
        answer, _ = await shell.communicate()
        assert "Nguyễn Thị Lan" in answer.decode()


@pytest.mark.parametrize("request_to_stop", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_stops_everything(tmp_path: Path, request_to_stop: signal.Signals) -> None:
    async with house(tmp_path / "var") as everything:
        await everything.opened()
        offspring = everything.offspring()
        assert any("postgres" in process.name() for process in offspring)

        assert await everything.ended(request_to_stop) == 0
        assert [process for process in offspring if process.is_running()] == []
        assert running(everything.home) is None


async def test_a_signal_while_starting_stops_everything(tmp_path: Path) -> None:
    async with house(tmp_path / "var") as everything:
        async with asyncio.timeout(OPEN_WITHIN_S):
            while not running(everything.home):  # noqa: ASYNC110 -- another process's doing
                await asyncio.sleep(0.01)
        offspring = everything.offspring()
        assert await everything.ended(signal.SIGINT) == 0
        assert [process for process in offspring if process.is_running()] == []


async def test_it_starts_again_after_being_killed(tmp_path: Path) -> None:
    home = tmp_path / "var"
    async with house(home) as killed:
        await killed.opened()
        people = await count_people(home)
        killed.process.kill()
        async with house(home, killed.port) as again:
            await again.opened()
            assert await count_people(home) == people


async def test_postgresql_comes_back_when_it_is_killed(tmp_path: Path) -> None:
    async with house(tmp_path / "var") as everything:
        await everything.opened()
        [postmaster] = psutil.Process(everything.process.pid).children()
        postmaster.kill()
        async with asyncio.timeout(OPEN_WITHIN_S), httpx2.AsyncClient() as client:
            while True:
                answer = await client.get(f"{everything.address}/health/ready")
                back = psutil.Process(everything.process.pid).children()
                if answer.status_code == 200 and back and back[0] != postmaster:
                    break
                await asyncio.sleep(0.05)


async def test_a_busy_port_is_refused(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert await refused("run", ANSINH_HOME=str(tmp_path / "var"), ANSINH_PORT=str(port)) == (
            f"Port {port} is in use by another program; choose another one with ANSINH_PORT."
        )
    assert not (tmp_path / "var").exists()


@pytest.fixture
def unwritable(tmp_path: Path) -> Path:
    """A folder that cannot be made; permissions do not stop root, but a file system without files does."""
    tmp_path.chmod(0o500)
    return Path("/proc/ansinh") if os.geteuid() == 0 else tmp_path / "var"


async def test_a_folder_that_cannot_be_written_is_refused(unwritable: Path) -> None:
    home = unwritable
    said = await refused("run", ANSINH_HOME=str(home), ANSINH_PORT=str(free_port()))
    assert said.startswith(f"An Sinh cannot write to the folder {home}: ")


async def test_damaged_data_are_refused(tmp_path: Path) -> None:
    data = tmp_path / "postgres"
    data.mkdir(mode=0o700)
    (data / "PG_VERSION").write_text("18\n")
    said = await refused("run", ANSINH_HOME=str(tmp_path), ANSINH_PORT=str(free_port()))
    assert said.startswith(f"PostgreSQL cannot open the data in {data}: ")


async def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    async with house(tmp_path / "var") as first:
        await first.opened()
        said = await refused("run", ANSINH_HOME=str(first.home), ANSINH_PORT=str(free_port()))
    assert said.startswith(f"An Sinh is already running in {first.home} (process {first.process.pid}).")


async def test_the_rooms_run_apart_on_a_postgresql_of_ones_own(tmp_path: Path) -> None:
    server = Server(tmp_path / "elsewhere", {"fsync": "off"})
    await server.start()
    rooms: list[asyncio.subprocess.Process] = []
    port = free_port()
    production = {
        **surroundings(),
        **PRODUCTION,
        "ANSINH_CLIENT_SECRET": "of-the-client",
        "ANSINH_PORT": str(port),
    }
    try:
        prepared = await typed("prepare", "--as", server.url(database="postgres"), environment=production)
        urls = {urlsplit(line).username: line for line in prepared.split()}
        await typed("migrate", environment={**production, "DATABASE_URL": urls["ansinh_owner"]})
        for verb, role in (("serve", "ansinh_api"), ("serve", "ansinh_api"), ("jobs", "ansinh_jobs")):
            environment = {**production, "DATABASE_URL": urls[role]}
            if rooms:
                environment["ANSINH_PORT"] = str(free_port())
            rooms.append(await start(verb, environment=environment))
        async with asyncio.timeout(OPEN_WITHIN_S), httpx2.AsyncClient() as client:
            while True:
                with suppress(httpx2.TransportError):
                    answer = await client.get(f"http://127.0.0.1:{port}/health/ready")
                    if answer.status_code == 200:
                        break
                await asyncio.sleep(0.05)
        for room in rooms:
            room.terminate()
            assert await room.wait() == 0
    finally:
        for room in rooms:
            if room.returncode is None:
                room.kill()
                await room.wait()
        await server.stop()


@pytest.mark.parametrize("verb", ["serve", "jobs", "migrate"])
async def test_an_unreachable_database_is_refused(verb: str) -> None:
    said = await refused(
        verb,
        DATABASE_URL="postgresql://ansinh_api:secret@127.0.0.1:1/ansinh",
        ANSINH_PORT=str(free_port()),
        **PRODUCTION,
    )
    assert said == "The database at 127.0.0.1:1/ansinh cannot be reached: Connection refused."


@pytest.mark.parametrize("verb", ["serve", "jobs"])
async def test_a_database_of_an_older_revision_is_refused(verb: str, database: Database) -> None:
    beside = Database(database.socket, "postgres")
    said = await refused(
        verb, DATABASE_URL=beside.url("postgres"), ANSINH_PORT=str(free_port()), **PRODUCTION
    )
    assert "is at revision 0" in said
    assert said.endswith("Run `ansinh migrate` first.")


@pytest.mark.parametrize("verb", ["serve", "jobs"])
async def test_nobody_serves_with_the_owners_rights(verb: str, database: Database) -> None:
    said = await refused(
        verb, DATABASE_URL=database.url(roles.OWNER), ANSINH_PORT=str(free_port()), **PRODUCTION
    )
    assert said.endswith("ansinh_owner: OWNER.")


@pytest.mark.parametrize("verb", ["serve", "jobs"])
async def test_without_any_database_one_is_asked_for(verb: str, tmp_path: Path) -> None:
    said = await refused(verb, ANSINH_HOME=str(tmp_path), ANSINH_PORT=str(free_port()), **PRODUCTION)
    assert said.startswith("No database is given: set DATABASE_URL")


async def test_nobody_serves_without_an_issuer() -> None:
    assert (await refused("serve")).startswith("The setting ANSINH_ISSUER is missing")


async def test_a_wrong_setting_is_refused() -> None:
    assert await refused("run", ANSINH_PORT="eighty") == (
        "The setting ANSINH_PORT is wrong: it must be 1 … 65535."
    )


async def test_there_are_no_tokens_for_personas_in_production(tmp_path: Path) -> None:
    said = await refused("token", "--as", "lan", ANSINH_ENVIRONMENT="production", ANSINH_HOME=str(tmp_path))
    assert "development" in said


async def test_the_second_start_is_quick(tmp_path: Path) -> None:
    home = tmp_path / "var"
    seconds = []
    for _ in range(2):
        begun = time.monotonic()
        async with house(home) as everything:
            await everything.opened()
        seconds.append(time.monotonic() - begun)
    assert seconds[1] < seconds[0]
