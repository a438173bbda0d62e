"""A portal that really runs, and who comes to it: over HTTP, and over graphql-transport-ws."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any, Self
from uuid import UUID, uuid4

import asyncpg
import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from api import application, running
from api.authentication import COOKIE
from api.graphql import Door
from api.observations import Observer
from api.settings import Settings
from auth import proofs
from auth.personas import Persona
from auth.provider import Provider, signing_key
from auth.sessions import Sessions
from auth.viewer import Viewer, ViewerKind, principal_of
from db import roles
from db.pool import Connection, Pool
from jobs import clock
from schema.limits import Rate
from tests import people
from tests.conftest import Database
from tests.patience import PATIENCE_S, eventually

PROTOCOL = "graphql-transport-ws"

# Within which an open subscription ends, once what it was seen by has been taken back.
ENDS_WITHIN_S = 5

DONE = "replayed errors { code path message } dossier { id reference status version code acceptedAt dueOn }"
SUBMIT = f"mutation Submit($input: SubmitDossierInput!) {{ submitDossier(input: $input) {{ {DONE} }} }}"
ACCEPT = f"mutation Accept($input: AcceptDossierInput!) {{ acceptDossier(input: $input) {{ {DONE} }} }}"
WITHDRAW = (
    f"mutation Withdraw($input: WithdrawDossierInput!) {{ withdrawDossier(input: $input) {{ {DONE} }} }}"
)
FOLLOW = """
subscription Follow($dossier: ID!, $after: Cursor) {
  dossierEvents(dossier: $dossier, after: $after) { cursor seq kind status }
}
"""

_numbers = count(1)


@dataclass(frozen=True)
class Account:
    """Somebody with a token."""

    persona: Persona
    principal: UUID
    token: str
    participant: UUID | None = None
    # The key that a machine's token is bound to, and the address for which it proves to hold it.
    key: ECKey | None = None
    address: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """How they show it with a request: a machine with a proof, a new one each time."""
        return self.shown("POST")

    def shown(self, method: str) -> dict[str, str]:
        """How they show it with a request by this method."""
        if self.key is None:
            return {"Authorization": f"Bearer {self.token}"}
        proof = proofs.made(self.key, method=method, address=self.address, now=time.time(), token=self.token)
        return {"Authorization": f"DPoP {self.token}", "DPoP": proof}


@dataclass
class RunningPortal:
    """A portal that is being served; `app` is it, where it runs in this process."""

    settings: Settings
    http: httpx2.AsyncClient
    app: application.Portal | None = None

    @property
    def provider(self) -> Provider:
        """Its sign-in provider."""
        return Provider(self.settings.home, self.settings.issuer, is_development=True)

    @property
    def url(self) -> str:
        """Its origin."""
        return self.settings.url

    @property
    def door(self) -> Door:
        """The endpoint itself."""
        assert self.app
        return self.app.door

    def account(self, persona: Persona, participant: UUID | None = None, **claims: object) -> Account:
        """Give a persona a token as the provider makes it, with changes."""
        key = signing_key(self.settings.home / "provider.key")
        is_machine = persona.is_machine or persona.kind is ViewerKind.PARTNER
        held = ECKey.generate_key("P-256") if is_machine else None
        token = self.provider.token_of(persona, held and held.thumbprint())
        if claims:
            made = jwt.decode(token, key)
            token = jwt.encode(made.header, {**made.claims, **claims}, key)
        principal = principal_of(self.provider.issuer, persona.subject)
        return Account(persona, principal, token, participant, held, f"{self.url}/graphql")

    async def citizen(self, owner: Connection, *, office: int | None = None, **claims: object) -> Account:
        """A citizen of an office, found by their number."""
        number = people.a_number()
        participant = await people.a_participant(owner, office=office, number=number)
        persona = a_persona(ViewerKind.CITIZEN, personal_number=number)
        return self.account(persona, participant, **claims)

    async def officer(self, owner: Connection, office: int, **claims: object) -> Account:
        """An officer of an office."""
        account = self.account(a_persona(ViewerKind.OFFICER), **claims)
        await people.a_grant(owner, account.principal, office=office)
        return account

    async def employer(self, owner: Connection, employer: UUID, **claims: object) -> Account:
        """Somebody who acts for an employer."""
        account = self.account(a_persona(ViewerKind.EMPLOYER), **claims)
        await people.a_grant(owner, account.principal, employer=employer, kind=ViewerKind.EMPLOYER)
        return account

    async def post(
        self, content: bytes | str, account: Account | None = None, **headers: str
    ) -> httpx2.Response:
        """Post a body; `_` in the name of a header stands for `-`."""
        sent = {"content-type": "application/json", "accept-language": "en"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        sent |= account.headers if account else {}
        return await self.http.post(f"{self.url}/graphql", content=content, headers=sent)

    async def ask(self, text: str, account: Account | None = None, /, **variables: object) -> httpx2.Response:
        """Ask, in English."""
        return await self.post(json.dumps({"query": text, "variables": variables}), account)

    async def told(self, text: str, account: Account | None = None, /, **variables: object) -> Any:  # noqa: ANN401 -- JSON
        """Ask what is answered without errors, and give its `data`."""
        response = await self.ask(text, account, **variables)
        answer = response.json()
        assert response.status_code == 200, answer
        assert "errors" not in answer, answer
        return answer["data"]

    async def done(self, text: str, account: Account, /, **wish: object) -> Any:  # noqa: ANN401 -- JSON
        """Do what the agency does not refuse, with a new key, and give the dossier."""
        wish.setdefault("idempotencyKey", uuid4().hex)
        [payload] = (await self.told(text, account, input=wish)).values()
        assert payload["errors"] == [], payload
        return payload["dossier"]

    @asynccontextmanager
    async def line(
        self,
        account: Account | None = None,
        *,
        protocols: list[str] | None = None,
        headers: Mapping[str, str] | None = None,
        introduced: bool = True,
    ) -> AsyncIterator["Line"]:
        """Open a socket; `introduced` means that it is acknowledged already."""
        line = await self.dial(account, protocols=protocols, headers=headers, introduced=introduced)
        try:
            yield line
        finally:
            await line.socket.close()

    async def dial(
        self,
        account: Account | None = None,
        *,
        protocols: list[str] | None = None,
        headers: Mapping[str, str] | None = None,
        introduced: bool = True,
    ) -> "Line":
        """Open a socket that somebody else closes."""
        sent = {"Accept-Language": "en"} | (account.shown("GET") if account else {}) | dict(headers or {})
        socket = await connect(
            f"ws{self.url.removeprefix('http')}/graphql",
            subprotocols=[PROTOCOL] if protocols is None else protocols or None,  # type: ignore[arg-type]
            additional_headers=sent,
            proxy=None,
            compression=None,
            close_timeout=1,
        )
        line = Line(socket)
        if introduced:
            await line.say("connection_init")
            assert (await line.hear())["type"] == "connection_ack"
        return line


@dataclass
class Line:
    """One end of a socket."""

    socket: ClientConnection
    received: list[int] = field(default_factory=list)

    async def say(self, kind: str, **rest: object) -> None:
        """Send a message."""
        await self.socket.send(json.dumps({"type": kind, **rest}))

    async def hear(self) -> Any:  # noqa: ANN401 -- JSON
        """The next message."""
        async with asyncio.timeout(PATIENCE_S):
            return json.loads(await self.socket.recv())

    async def ask(self, text: str, name: str = "1", **variables: object) -> None:
        """Send an operation."""
        await self.say("subscribe", id=name, payload={"query": text, "variables": variables})

    async def follow(self, dossier: UUID | str, after: str | None = None, name: str = "1") -> Self:
        """Follow a dossier."""
        await self.ask(FOLLOW, name, dossier=global_id(dossier), after=after)
        return self

    async def event(self) -> Any:  # noqa: ANN401 -- JSON
        """The next event."""
        message = await self.hear()
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        return message["payload"]["data"]["dossierEvents"]

    async def events(self, number: int) -> list[Any]:
        """The next few events."""
        return [await self.event() for _ in range(number)]

    async def ended(self) -> str:
        """Wait, no longer than promised, until what is followed ends; the code of the error that it tells."""
        async with asyncio.timeout(ENDS_WITHIN_S):
            told = await self.hear()
            assert (await self.hear())["type"] == "complete"
        code: str = told["payload"]["errors"][0]["extensions"]["code"]
        return code

    async def closed(self) -> int:
        """Wait until the other end hangs up, whatever it says before; the code it gives."""
        with suppress(ConnectionClosed):
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    await self.socket.recv()
        assert self.socket.close_code is not None
        return self.socket.close_code


def global_id(dossier: UUID | str) -> str:
    """What GraphQL calls a dossier."""
    return f"Dossier:{dossier}" if isinstance(dossier, UUID) else dossier


def a_persona(kind: ViewerKind, *, personal_number: str | None = None) -> Persona:
    """Somebody whom nobody has heard of."""
    return Persona(
        subject=f"made-up-{next(_numbers)}",
        kind=kind,
        name="Nguyễn Thị Thử",
        what_vi="",
        what_en="",
        assurance=3 if kind is ViewerKind.OFFICER else 2,
        personal_number=personal_number,
    )


async def a_session(
    pool: Pool,
    participant: UUID | None = None,
    kind: ViewerKind = ViewerKind.CITIZEN,
    *,
    assurance: int | None = None,
) -> str:
    """Begin a browser's session; its secret."""
    assurance = assurance or (3 if kind is ViewerKind.OFFICER else 2)
    viewer = Viewer(kind, uuid4(), participant, name="Nguyễn Thị Thử", assurance=assurance)
    return await Sessions(pool).begin(viewer, issuer="tests", subject=uuid4().hex)


def cookie(secret: str) -> dict[str, str]:
    """How a browser shows a session."""
    return {"Cookie": f"{COOKIE}={secret}"}


# Tests ask more in a second than a person does in an hour.
PLENTY = {kind: Rate(capacity=10**9, restore_rate=10**9) for kind in ViewerKind}


def settings_of(home: Path, port: int, database_url: str) -> Settings:
    """How a portal of the tests is set up."""
    url = f"http://127.0.0.1:{port}"
    return Settings(
        home=home,
        host="127.0.0.1",
        port=port,
        url=url,
        is_development=True,
        issuer=f"{url}/provider",
        audience="ansinh",
        client_id="ansinh",
        client_secret=None,
        database_url=database_url,
        sealing_key=people.KEYS.sealing,
        finding_key=people.KEYS.finding,
        has_introspection=True,
        has_explorer=True,
        rates=PLENTY,
    )


def a_client() -> httpx2.AsyncClient:
    """A client without bounds of its own."""
    return httpx2.AsyncClient(trust_env=False, timeout=PATIENCE_S, limits=httpx2.Limits(max_connections=None))


@asynccontextmanager
async def running_portal(
    url_of: Callable[[str], str],
    home: Path,
    observer: Observer | None = None,
    **changes: Any,  # noqa: ANN401 -- of the settings
) -> AsyncIterator[RunningPortal]:
    """Serve a portal on a free port of loopback, and do its jobs, on a database."""
    with socket.create_server(("127.0.0.1", 0), backlog=2_048) as door:
        # As uvloop does for every connection: otherwise each answer waits 40 ms for an acknowledgement.
        door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        settings = replace(settings_of(home, door.getsockname()[1], url_of(roles.API)), **changes)
        async with application.open_portal(settings, observer) as app, a_client() as http:
            tasks = [
                asyncio.create_task(running.serve_on(door, app)),
                asyncio.create_task(clock.run(url_of(roles.JOBS))),
            ]
            try:
                await eventually(lambda: is_ready(http, settings.url))
                yield RunningPortal(settings, http, app)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.wait(tasks)


async def is_ready(http: httpx2.AsyncClient, url: str) -> bool:
    """Whether it can answer."""
    return (await http.get(f"{url}/health/ready")).status_code == 200


async def all_told(portal: RunningPortal) -> None:
    """Wait until every request is over, which it is once its answer is out, and see all of them told."""
    observer = portal.door.observer
    await eventually(lambda: observer.open["request"] == 0)
    observer.tell()


# One for each module, not one for the run: other tests count the listeners of this database.
@pytest.fixture(scope="module")
async def portal(
    database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningPortal]:
    """The portal on this worker's database."""
    async with running_portal(database.url, tmp_path_factory.mktemp("home")) as portal:
        yield portal


@pytest.fixture
async def admin(database: Database) -> AsyncIterator[Connection]:
    """A connection of PostgreSQL's superuser, who sees what everybody does."""
    connection = await asyncpg.connect(database.url("postgres"))
    yield connection
    await connection.close()
