"""The embedded PostgreSQL starts, stops, recovers, and says in one sentence why it cannot."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest

from db.server import (
    SOCKET,
    Account,
    DataDamaged,
    DataOfOtherVersion,
    FolderTaken,
    FolderUnusable,
    Server,
    remove_socket,
    running,
)

FAST = {"fsync": "off"}

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody else")

# Starts a server, says where, and waits to be killed.
STARTER = """
import asyncio, sys
from pathlib import Path
from db.server import Server

async def main():
    server = Server(Path(sys.argv[1]), {"fsync": "off"})
    await server.start()
    print(server.pid, server.socket, flush=True)
    await asyncio.sleep(3_600)

asyncio.run(main())
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "var"


async def ask(server: Server, question: str = "SELECT 1") -> object:
    connection = await asyncpg.connect(server.url(database="postgres"))
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def killed_with_its_server_running(home: Path, *, is_tethered: bool) -> tuple[int, Path]:
    """Start a server in a process of its own and kill that process; the server's pid and socket folder."""
    program = STARTER
    if not is_tethered:
        # As on a system whose kernel does not pass the end on.
        program = program.replace(
            "async def main", "import db.server\ndb.server.tether = lambda: ()\n\nasync def main"
        )
    starter = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, str(home), stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert starter.stdout
    pid, socket = (await starter.stdout.readline()).decode().split()
    starter.kill()
    await starter.wait()
    return int(pid), Path(socket)


def lives(pid: int) -> bool:
    """Whether a process lives; one that nobody has buried yet does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def gone(pid: int) -> bool:
    async with asyncio.timeout(10):
        while lives(pid):  # noqa: ASYNC110 -- nobody tells us but the process table
            await asyncio.sleep(0.01)
    return True


async def test_data_are_kept_over_a_restart(home: Path) -> None:
    server = Server(home, FAST)
    await server.start()
    await ask(server, "CREATE TABLE kept AS SELECT 42 AS answer")
    await server.stop()

    await server.start()
    assert await ask(server, "SELECT answer FROM kept") == 42
    await server.stop()


async def test_it_listens_on_a_socket_only_we_can_reach(home: Path) -> None:
    server = Server(home, FAST)
    await server.start()
    try:
        assert await ask(server, "SHOW listen_addresses") == ""
        assert server.socket
        assert server.socket.stat().st_mode & 0o077 == 0
    finally:
        await server.stop()


async def test_stopping_leaves_no_process_and_no_socket(home: Path) -> None:
    server = Server(home, FAST)
    await server.start()
    pid, socket = server.pid, server.socket
    assert pid
    assert socket

    await server.stop()

    assert not psutil.pid_exists(pid)
    assert not socket.exists()
    assert running(home) is None


async def test_another_process_finds_the_running_server(home: Path) -> None:
    server = Server(home, FAST)
    await server.start()
    try:
        assert running(home) == server.socket
    finally:
        await server.stop()


async def test_a_deep_folder_works(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["một-thư-mục-khá-sâu"] * 8)
    server = Server(deep, FAST)
    assert len(os.fsencode(deep / SOCKET)) > 107
    await server.start()
    try:
        assert await ask(server) == 1
    finally:
        await server.stop()


async def test_a_strange_folder_for_temporary_files_works(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strange = tmp_path / "a, b & 'c'"
    strange.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(strange))
    server = Server(home, FAST)
    await server.start()
    try:
        assert await ask(server) == 1
    finally:
        await server.stop()


async def test_killing_the_parent_ends_the_server(home: Path) -> None:
    pid, socket = await killed_with_its_server_running(home, is_tethered=True)
    assert await gone(pid)
    remove_socket(socket)


@pytest.mark.parametrize("is_tethered", [True, False])
async def test_a_start_recovers_from_a_killed_parent(home: Path, is_tethered: bool) -> None:  # noqa: FBT001
    pid, socket = await killed_with_its_server_running(home, is_tethered=is_tethered)

    server = Server(home, FAST)
    await server.start()
    try:
        assert await ask(server) == 1
        assert await gone(pid)
        assert not socket.exists()
    finally:
        await server.stop()


async def test_a_start_recovers_from_a_killed_server(home: Path) -> None:
    server = Server(home, FAST)
    await server.start()
    where = server.url()
    assert server.pid
    os.kill(server.pid, signal.SIGKILL)
    await server.wait()

    await server.start()
    try:
        assert await ask(server) == 1
        assert server.url() == where
    finally:
        await server.stop()


@pytest.mark.parametrize(
    "left", ["", "{pid}\n/nowhere\n", "{pid}\n{data}\n1\n5432\n/nowhere\n\n1 1\nready\n"]
)
async def test_a_stale_note_is_no_obstacle(home: Path, left: str) -> None:
    server = Server(home, FAST)
    await server.start()
    await server.stop()
    # The number of a process that lives, but is not PostgreSQL: after a crash numbers are given anew.
    (server.data / "postmaster.pid").write_text(left.format(pid=os.getpid(), data=server.data))

    await server.start()
    try:
        assert await ask(server) == 1
    finally:
        await server.stop()


async def test_half_a_cluster_is_never_left(home: Path) -> None:
    unfinished = home / "postgres.unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")

    server = Server(home, FAST)
    await server.start()
    try:
        assert await ask(server) == 1
        assert not unfinished.exists()
    finally:
        await server.stop()


async def test_a_second_one_in_the_same_folder_is_refused(home: Path) -> None:
    server = Server(home, FAST)
    await server.start()
    try:
        with pytest.raises(FolderTaken, match=rf"already running in {home} \(process {os.getpid()}\)"):
            await Server(home, FAST).start()
        assert await ask(server) == 1
    finally:
        await server.stop()


async def test_damaged_data_are_refused_with_postgresqls_reason(home: Path) -> None:
    server = Server(home, FAST)
    await server.start()
    await server.stop()
    (server.data / "global" / "pg_control").write_bytes(b"\0" * 8_192)

    with pytest.raises(
        DataDamaged, match=f"cannot open the data in {server.data}: database files are incompatible"
    ):
        await server.start()


async def test_foreign_files_are_not_overwritten(home: Path) -> None:
    (home / "postgres").mkdir(mode=0o700, parents=True)
    (home / "postgres" / "thesis.txt").write_text("irreplaceable")

    with pytest.raises(DataDamaged):
        await Server(home, FAST).start()
    assert (home / "postgres" / "thesis.txt").read_text() == "irreplaceable"


async def test_data_of_an_older_postgresql_are_refused(home: Path) -> None:
    server = Server(home, FAST)
    await server.start()
    await server.stop()
    (server.data / "PG_VERSION").write_text("17\n")

    with pytest.raises(DataOfOtherVersion, match="PostgreSQL 17's, not 18's"):
        await server.start()


async def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderUnusable, match="Not a directory"):
        await Server(tmp_path / "file" / "var", FAST).start()


def owners(folder: Path) -> set[int]:
    return {path.stat().st_uid for path in folder.rglob("*")}


@needs_root
async def test_as_root_nothing_belongs_to_anybody_else(home: Path) -> None:
    server = Server(home, FAST)
    await server.start()
    await server.stop()
    if server.account.owner == (0, 0):
        assert owners(home) == {0}


@pytest.fixture(params=[0o755, 0o700], ids=["open", "closed"])
def roots_folder(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A folder of root's that somebody else can enter, or cannot; it keeps its permissions."""
    folder = Path(tempfile.mkdtemp(prefix="ansinh-tests-"))
    folder.chmod(request.param)
    yield folder
    assert folder.stat().st_mode & 0o777 == request.param
    data = folder / "var" / "postgres"
    if data.is_symlink():
        shutil.rmtree(data.readlink().parent)
    shutil.rmtree(folder)


@needs_root
async def test_as_root_it_runs_where_namespaces_are_forbidden(roots_folder: Path) -> None:
    server = Server(roots_folder / "var", FAST, account=Account.of_ordinary_user())
    await server.start()
    try:
        assert server.pid
        assert psutil.Process(server.pid).uids().real != 0
        await ask(server, "CREATE TABLE kept AS SELECT 42 AS answer")
    finally:
        await server.stop()

    # What one account made is the other's when it runs.
    server = Server(roots_folder / "var", FAST)
    await server.start()
    try:
        assert await ask(server, "SELECT answer FROM kept") == 42
    finally:
        await server.stop()
