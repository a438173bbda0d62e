"""What every test may ask for: one PostgreSQL for the run, and a database of its own for each worker."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from db import revisions, roles
from db.pool import Connection, Pool
from db.server import SUPERUSER, Server, url
from tests.patience import open_patient_pool

# The data of the tests need not survive a power cut.
FORGETFUL = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "300"}

SERVER = pytest.StashKey[Server]()


@dataclass(frozen=True)
class Database:
    """A worker's own database: a copy of the one that the migrations built."""

    socket: Path
    name: str

    def url(self, role: str) -> str:
        """Where to connect as `ansinh_owner`, `ansinh_api`, `ansinh_jobs`, `ansinh_auditor` or `postgres`."""
        return url(self.socket, role, self.name)

    @asynccontextmanager
    async def beside(self, name: str, *, template: str = "ansinh") -> AsyncIterator["Database"]:
        """Another database for as long as it is used: a worker may come back to the tests that it is for.

        It is as the migrations build it, or a copy of another one that nobody is connected to.
        """
        other = Database(self.socket, f"{self.name}_{name}")
        admin = await asyncpg.connect(url(self.socket, SUPERUSER, "postgres"))
        await admin.execute(
            f"CREATE DATABASE {other.name} OWNER ansinh_owner TEMPLATE {template} STRATEGY file_copy"
        )
        try:
            inside = await asyncpg.connect(other.url(SUPERUSER))
            await inside.execute(roles.DOOR)
            await inside.close()
            yield other
        finally:
            await admin.execute(f"DROP DATABASE {other.name} WITH (FORCE)")
            await admin.close()


async def start_with_template(server: Server) -> None:
    await server.start()
    await roles.prepare(server.url(database="postgres"))


def socket_of_the_run(config: pytest.Config) -> Path:
    """Start the server of the run, if it is not there yet, and build the database that the workers copy."""
    if SERVER not in config.stash:
        server = Server(Path(tempfile.mkdtemp(prefix="ansinh-tests-")), FORGETFUL)
        # A loop of its own, which the loop of the tests does not notice.
        with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
            runner.run(start_with_template(server))
        config.stash[SERVER] = server
        revisions.migrate(server.url(roles.OWNER))
    socket = config.stash[SERVER].socket
    assert socket
    return socket


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell each worker of pytest-xdist where the one server is."""
    node.workerinput["socket"] = str(socket_of_the_run(node.config))  # type: ignore[attr-defined]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server, where it was started."""
    if SERVER in config.stash:
        server = config.stash[SERVER]
        with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
            runner.run(server.stop())
        shutil.rmtree(server.home)


@pytest.fixture(scope="session")
def server(pytestconfig: pytest.Config) -> Path:
    """The folder of the socket of the run's PostgreSQL; who wants to kill one starts a `Server`."""
    given = getattr(pytestconfig, "workerinput", {}).get("socket")
    return Path(given) if given else socket_of_the_run(pytestconfig)


@pytest.fixture(scope="session")
async def database(server: Path, worker_id: str) -> Database:
    """This worker's database; its data stay from test to test, so each test makes people of its own."""
    own = Database(server, f"ansinh_{worker_id}")
    admin = await asyncpg.connect(url(server, SUPERUSER, "postgres"))
    await admin.execute(f"CREATE DATABASE {own.name} OWNER ansinh_owner TEMPLATE ansinh STRATEGY file_copy")
    await admin.close()
    inside = await asyncpg.connect(own.url(SUPERUSER))
    await inside.execute(roles.DOOR)
    await inside.close()
    return own


@pytest.fixture(scope="session")
async def pool(database: Database) -> AsyncIterator[Pool]:
    """A pool of connections as `ansinh_api`: what is written through it is committed."""
    pool = await open_patient_pool(database.url("ansinh_api"), size=10, name="tests")
    yield pool
    await pool.close()


@pytest.fixture
async def owner(database: Database) -> AsyncIterator[Connection]:
    """A connection as `ansinh_owner`, who sees and writes everything."""
    connection = await asyncpg.connect(database.url(roles.OWNER))
    yield connection
    await connection.close()
