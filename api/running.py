"""Running the house: all of it in one process (`ansinh run`), or one room a process (`serve`, `jobs`)."""

import asyncio
import errno
import gc
import logging
import os
import resource
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
import uvloop
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress
from sqlalchemy import Uuid, bindparam, select, update
from starlette.types import ASGIApp

from api import application
from api.connections import HttpConnection, SocketConnection
from api.explanations import explanation_of, viewer_of
from api.logs import Log
from api.metrics import Metrics
from api.observations import Observer
from api.settings import SettingMissing, Settings
from auth.personas import PERSONAS
from auth.viewer import principal_of
from db import demonstration, revisions, roles
from db.connection import fetch, open_pool
from db.grants import grants
from db.participants import participants
from db.server import SUPERUSER, CannotStart, Server, running, url
from db.tables import metadata
from domain.refusals import Refusal
from domain.working_calendar import date_in_vietnam
from jobs import clock

if TYPE_CHECKING:
    from api.traces import Traces

# What a front-end developer wants to see at once, and what loads in the time of a breath.
PEOPLE_TO_BEGIN_WITH = 1_000
SEED_TO_BEGIN_WITH = 1

# A request in flight ends within this; a subscription is told to come back.
GRACE_S = 25
# Browsers and proxies ask again on the connection that they have; what nobody uses is closed.
KEPT_IDLE_S = 5
# Whoever follows and has gone without a word is missed after this, and after that given up.
SIGN_OF_LIFE_EVERY_S = 20.0
SIGN_OF_LIFE_WITHIN_S = 20.0
LARGEST_MESSAGE_BYTES = 65_536
# Ten thousand who only hold a connection open are to keep nobody out.
OPEN_FILES = 65_536
# So many that were made and not freed are looked at together; Python's own 700 come together in two requests.
NEW_OBJECTS = 50_000

SOMEBODY = select(participants.c.id).limit(1)
RENAMED = (
    update(grants)
    .where(grants.c.principal == bindparam("former", type_=Uuid))
    .values(principal=bindparam("present", type_=Uuid))
)

log = logging.getLogger("ansinh.running")


class PortTaken(CannotStart):
    """Port {port} is in use by another program; choose another one with {setting}."""

    vietnamese = "Cổng {port} đang được chương trình khác sử dụng; hãy chọn cổng khác bằng {setting}."


class PortUnusable(CannotStart):
    """An Sinh cannot listen on {host}, port {port}: {reason}; set {setting}."""

    vietnamese = (
        "An Sinh không lắng nghe được tại {host}, cổng {port}: {reason};"
        " hãy chọn địa chỉ khác bằng {setting}."
    )


class CannotTrace(CannotStart):
    """ANSINH_COLLECTOR is set, but OpenTelemetry is not installed; install `ansinh[traces]`."""

    vietnamese = "Có ANSINH_COLLECTOR nhưng OpenTelemetry chưa được cài đặt; hãy cài đặt `ansinh[traces]`."


class NoDatabase(CannotStart):
    """No database is given: set DATABASE_URL, or start one in {folder} with `ansinh run`."""

    vietnamese = (
        "Chưa có cơ sở dữ liệu: hãy đặt DATABASE_URL, hoặc khởi động một cơ sở dữ liệu trong {folder}"
        " bằng `ansinh run`."
    )


async def run(settings: Settings) -> None:
    """Run everything in one process until cancelled: PostgreSQL, the jobs, the sign-in provider, the API.

    What is there already is kept; what is missing is made: database, roles, tables, demonstration data.
    Raises: CannotStart.
    """
    check_issuer(settings)
    with listening(settings.host, settings.port) as door:
        server = Server(settings.home)
        await server.start()
        try:
            await furnish(server)
            if settings.is_development:
                await inhabit(server.url(roles.OWNER), settings)
            settings = replace(settings, database_url=server.url(roles.API))
            async with asyncio.TaskGroup() as group:
                group.create_task(keep(server))
                group.create_task(clock.run(server.url(roles.JOBS)))
                group.create_task(serve_portal(door, settings, opened=lambda: welcome(settings)))
        except BaseExceptionGroup as problems:
            # A group of tasks wraps what ended it; a refusal is said as it is.
            refusals = problems.subgroup(Refusal)
            raise refusals.exceptions[0] if refusals else problems from None
        finally:
            await server.stop()


def check_issuer(settings: Settings) -> None:
    """Refuse to serve when nobody's tokens could be believed. Raises: SettingMissing."""
    if not settings.issuer:
        raise SettingMissing(name="ANSINH_ISSUER", wanted="https://… (OpenID Connect)")


async def serve(settings: Settings) -> None:
    """Serve the API alone until cancelled. Raises: CannotStart."""
    check_issuer(settings)
    with listening(settings.host, settings.port) as door:
        database_url = somewhere(settings)(roles.API)
        await roles.admit(database_url, metadata)
        await serve_portal(door, replace(settings, database_url=database_url))


async def work(settings: Settings) -> None:
    """Do the jobs alone until cancelled. Raises: CannotStart."""
    database_url = somewhere(settings)(roles.JOBS)
    await roles.admit(database_url, metadata)
    await clock.run(database_url)


async def explain(settings: Settings, text: str, subject: str, inputs: Mapping[str, Any]) -> None:
    """Print how an operation is answered for a persona. Raises: CannotStart, NotExplained."""
    async with cellar(settings) as url_of:
        pool = await open_pool(url_of(roles.API), size=1, name="ansinh explain")
        try:
            viewer = await viewer_of(pool, settings.identifier_keys(), settings.issuer, subject)
            sys.stdout.write(
                f"{await explanation_of(pool, viewer, text, inputs, keys=settings.identifier_keys())}\n"
            )
        finally:
            await pool.close()


async def migrate(settings: Settings) -> None:
    """Bring the database to the newest revision. Raises: CannotStart."""
    async with cellar(settings) as url_of:
        connection = await roles.reach(url_of(roles.OWNER))
        await connection.close()
        await asyncio.to_thread(revisions.migrate, url_of(roles.OWNER))


def until_stopped(errand: Coroutine[Any, Any, None]) -> None:
    """Run an errand to its end, or until somebody asks us to stop: Ctrl-C, SIGTERM, a closed terminal."""
    # What a shell gives is few; each connection takes one.
    given, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if given < min(most, OPEN_FILES):
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, OPEN_FILES), most))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(stoppable(errand))


async def stoppable(errand: Coroutine[Any, Any, None]) -> None:
    """Run an errand; cancel it at the first signal, and wait until it has cleared up."""
    task = asyncio.ensure_future(errand)
    asked: list[signal.Signals] = []

    def stop(request: signal.Signals) -> None:
        # One Ctrl-C may come twice, from terminal and make; the second must not cut the stopping short.
        if not asked:
            task.cancel()
        asked.append(request)

    for request in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(request, stop, request)
    try:
        await task
    except asyncio.CancelledError:
        if not asked:
            raise


async def furnish(server: Server) -> None:
    """Make what the server lacks: the roles, the database, the tables. Raises: CannotStart."""
    await roles.prepare(server.url(SUPERUSER, "postgres"))
    await asyncio.to_thread(revisions.migrate, server.url(roles.OWNER))
    await roles.admit(server.url(roles.API), metadata)
    await roles.admit(server.url(roles.JOBS), metadata)


async def inhabit(owner_url: str, settings: Settings) -> None:
    """Let people be there whom a developer knows: load them at the first start, recognise them at the next.

    An account is named by its issuer's address too, and the development provider's changes with the port.
    """
    owner = await roles.reach(owner_url)
    try:
        if not await fetch(owner, SOMEBODY):
            await populate(owner_url, settings, PEOPLE_TO_BEGIN_WITH, SEED_TO_BEGIN_WITH)
        note = issuer_note(settings)
        former = note.read_text() if note.exists() else settings.issuer
        if former != settings.issuer:
            for subject in PERSONAS:
                names = {"former": former, "present": settings.issuer}
                accounts = {name: principal_of(issuer, subject) for name, issuer in names.items()}
                await fetch(owner, RENAMED, **accounts)
        note.write_text(settings.issuer)
    finally:
        await owner.close()


def issuer_note(settings: Settings) -> Path:
    """Where we remember by which issuer's address the personas' accounts are named."""
    return settings.home / "issuer"


async def populate(
    owner_url: str,
    settings: Settings,
    people: int,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Load the people of the demonstration, the personas among them. Raises: AlreadyPopulated."""
    await demonstration.load(
        owner_url,
        participants=people,
        seed=seed,
        keys=settings.identifier_keys(),
        principals={subject: principal_of(settings.issuer, subject) for subject in PERSONAS},
        today=date_in_vietnam(datetime.now(UTC)),
        progress=progress,
    )
    if settings.home.is_dir():
        issuer_note(settings).write_text(settings.issuer)


async def load(settings: Settings, people: int, seed: int) -> None:
    """Load demonstration data of a size, and show how far it is. Raises: CannotStart, AlreadyPopulated."""
    async with cellar(settings) as url_of:
        with Progress(
            *Progress.get_default_columns(), MofNCompleteColumn(), console=Console(stderr=True)
        ) as bar:
            task = bar.add_task("Đang nạp… Loading…", total=people)
            await populate(
                url_of(roles.OWNER),
                settings,
                people,
                seed,
                lambda done, of: bar.update(task, completed=done, total=of),
            )


async def keep(server: Server) -> None:
    """Start the server again whenever it ends by itself."""
    while True:
        await server.wait()
        log.error("PostgreSQL ended; starting it again")
        await server.start()


@contextmanager
def listening(host: str, port: int, setting: str = "") -> Iterator[socket.socket]:
    """Hold a port, from before anything else is begun. Raises: PortTaken, PortUnusable."""
    try:
        door = socket.create_server((host, port), backlog=2_048)
    except OSError as problem:
        if problem.errno == errno.EADDRINUSE:
            raise PortTaken(port=str(port), setting=setting or "ANSINH_PORT") from problem
        reason = os.strerror(problem.errno) if problem.errno else problem
        setting = setting or "ANSINH_HOST, ANSINH_PORT"
        raise PortUnusable(host=host, port=str(port), reason=reason, setting=setting) from problem
    with door:
        yield door


class HttpServer(uvicorn.Server):
    """uvicorn, to which no signal goes: whoever opens the door has more to close than the door."""

    def __init__(self, config: uvicorn.Config, opened: Callable[[], None]) -> None:
        super().__init__(config)
        self.opened = opened

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open, and say so."""
        await super().startup(sockets)
        if self.started:
            self.opened()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


async def serve_portal(
    door: socket.socket, settings: Settings, opened: Callable[[], None] = lambda: None
) -> None:
    """Open the portal and serve it until cancelled. Raises: SettingMissing."""
    log = Log(sys.stderr) if settings.logs_requests else None
    async with (
        measuring(settings) as metrics,
        tracing(settings) as traces,
        application.open_portal(settings, Observer(log, metrics, traces)) as portal,
    ):
        settle()
        await serve_on(door, portal, opened, partial(give_notice, portal, settings.notice_s))


def settle() -> None:
    """Let Python's garbage collector leave alone what stays anyway, and look less often at what comes.

    Nearly nothing of a request is in a circle: what it used is freed when it ends, without the collector.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)


async def give_notice(portal: application.Portal, notice_s: int) -> None:
    """Say that we leave, and go on for as long as it takes whoever sends requests here to hear of it."""
    portal.announce_leaving()
    await asyncio.sleep(notice_s)


@asynccontextmanager
async def measuring(settings: Settings) -> AsyncIterator[Metrics | None]:
    """Show metrics at an address of their own, where there is one. Raises: PortTaken, PortUnusable."""
    if settings.metrics is None:
        yield None
        return
    metrics = Metrics()
    with listening(*settings.metrics, "ANSINH_METRICS") as hatch:
        showing = asyncio.create_task(serve_on(hatch, metrics.app()))
        try:
            yield metrics
        finally:
            showing.cancel()
            await asyncio.wait([showing])


@asynccontextmanager
async def tracing(settings: Settings) -> AsyncIterator["Traces | None"]:
    """Tell a collector of every request, where there is one. Raises: CannotTrace."""
    if settings.collector is None:
        yield None
        return
    try:
        from api.traces import Traces  # noqa: PLC0415 -- what it needs is installed where it is wanted
    except ImportError as problem:
        raise CannotTrace from problem
    traces = Traces.to(settings.collector)
    try:
        yield traces
    finally:
        # What is left to tell waits for the collector; nobody else should.
        await asyncio.to_thread(traces.close)


async def serve_on(
    door: socket.socket,
    app: ASGIApp,
    opened: Callable[[], None] = lambda: None,
    leave: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Serve until cancelled; then give notice, close the door, and end what is under way within GRACE_S."""
    config = uvicorn.Config(
        app,
        http=HttpConnection,
        ws=SocketConnection,
        ws_max_size=LARGEST_MESSAGE_BYTES,
        ws_ping_interval=SIGN_OF_LIFE_EVERY_S,
        ws_ping_timeout=SIGN_OF_LIFE_WITHIN_S,
        timeout_keep_alive=KEPT_IDLE_S,
        interface="asgi3",
        lifespan="off",
        log_level="warning",
        # What it has to say goes where everything goes.
        log_config=None,
        # An address can name a person: api/observations.py says of a request what may be said.
        access_log=False,
        server_header=False,
        # Whose word is taken on who asks is a setting of the portal (ANSINH_PROXIES).
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    server = HttpServer(config, opened)
    serving = asyncio.create_task(server.serve(sockets=[door]))
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        if leave:
            await leave()
        server.should_exit = True
        await serving
        raise


def welcome(settings: Settings) -> None:
    """Say what to open, and how to ask from a terminal."""
    prefix = "".join(
        f"{name}={os.environ[name]} " for name in ("ANSINH_PORT", "ANSINH_HOME") if name in os.environ
    )
    command = Path(sys.executable).with_name("ansinh")
    if command.is_relative_to(Path.cwd()):
        command = command.relative_to(Path.cwd())
    sys.stdout.write(f"""
An Sinh   {settings.url}/
GraphQL   {settings.url}/graphql

curl {settings.url}/graphql -H "Content-Type: application/json" \\
  -H "Authorization: Bearer $({prefix}{command} token --as lan)" \\
  -d '{{"query": "{{ viewer {{ name }} }}"}}'

Ctrl-C để dừng; dữ liệu được giữ trong {settings.home}
Ctrl-C to stop; the data are kept in {settings.home}
""")
    sys.stdout.flush()


def somewhere(settings: Settings) -> Callable[[str], str]:
    """Say where a role connects: DATABASE_URL, else the server that runs in `home`. Raises: NoDatabase."""
    if settings.database_url:
        given = settings.database_url
        return lambda _role: given
    if socket_folder := running(settings.home):
        return lambda role: url(socket_folder, role)
    raise NoDatabase(folder=settings.home)


@asynccontextmanager
async def cellar(settings: Settings) -> AsyncIterator[Callable[[str], str]]:
    """Say where a role connects, and start the server in `home` for the meantime where nothing runs."""
    if settings.database_url or running(settings.home):
        yield somewhere(settings)
        return
    server = Server(settings.home)
    await server.start()
    try:
        await furnish(server)
        yield server.url
    finally:
        await server.stop()
