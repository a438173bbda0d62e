"""A portal that knows who asks, and nothing else: served on loopback together with its sign-in provider."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

import httpx2
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from api.authentication import Authentication, Doorkeeper, open_authentication
from api.provider import provider_routes
from api.signing_in import open_signing_in
from auth.provider import DEVELOPMENT_SECRET, Provider
from auth.tokens import FindParticipant
from auth.viewer import Viewer
from db.pool import Pool
from tests import people


@dataclass(frozen=True)
class Portal:
    """A portal that is being served."""

    url: str
    provider: Provider
    authentication: Authentication
    http: httpx2.AsyncClient


def said_of(viewer: Viewer) -> dict[str, str | None]:
    """A viewer, as the portal of the tests tells it."""
    return {
        "kind": viewer.kind.value,
        "name": viewer.name,
        "participant": str(viewer.participant_id) if viewer.participant_id else None,
    }


async def who_am_i(request: Request) -> JSONResponse:
    return JSONResponse(said_of(request.scope["viewer"]))


async def who_am_i_over_a_socket(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_json(said_of(socket.scope["viewer"]))
    await socket.close()


async def nobodys_record(_personal_number: str) -> UUID | None:
    return None


@asynccontextmanager
async def served_portal(
    pool: Pool, home: Path, find_participant: FindParticipant = nobodys_record
) -> AsyncIterator[Portal]:
    """Serve a portal on a port of its own."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    provider = Provider(
        home,
        f"{url}/provider",
        is_development=True,
        redirect_uris=(f"{url}/sign-in/callback",),
        post_logout_redirect_uris=(f"{url}/sign-out/done",),
    )
    async with (
        open_authentication(
            pool,
            issuer=provider.issuer,
            audience="ansinh",
            url=url,
            find_participant=find_participant,
            mark=people.KEYS.mark,
        ) as authentication,
        open_signing_in(
            authentication,
            client_id="ansinh",
            client_secret=DEVELOPMENT_SECRET,
            redirect_uri=f"{url}/sign-in/callback",
            post_logout_redirect_uri=f"{url}/sign-out/done",
        ) as signing_in,
        httpx2.AsyncClient(trust_env=False) as http,
    ):
        known = [Middleware(Doorkeeper, authentication=authentication)]
        app = Starlette(
            routes=[
                Route("/who-am-i", who_am_i, methods=["GET", "POST"], middleware=known),
                WebSocketRoute("/who-am-i", who_am_i_over_a_socket, middleware=known),
                *signing_in.routes(),
                provider_routes(provider),
            ]
        )
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="warning", lifespan="off", ws="websockets-sansio")
        )
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield Portal(url, provider, authentication, http)
        finally:
            server.should_exit = True
            await serving


@dataclass
class Browser:
    """A browser as far as cookies and redirects go; it goes nowhere by itself."""

    portal: Portal
    cookies: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)

    async def go(self, address: str, method: str = "GET", **headers: str | None) -> httpx2.Response:
        """Ask for an address with the cookies there are, and keep those that come."""
        url = address if "://" in address else f"{self.portal.url}{address}"
        sent = {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
        if self.cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        response = await self.portal.http.request(method, url, headers=sent)
        for line in response.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(line).items():
                self.settings[name] = line
                self.cookies[name] = morsel.value
                if morsel["max-age"] == "0":
                    del self.cookies[name]
        return response

    async def act(self, address: str, **headers: str | None) -> httpx2.Response:
        """Post as our own pages do, with changes."""
        own: dict[str, str | None] = {"ansinh_request": "1", "origin": self.portal.url}
        return await self.go(address, "POST", **(own | headers))

    async def leave_for_the_issuer(
        self, persona: str = "lan", path: str = "/who-am-i", **asked: object
    ) -> str:
        """Begin to sign in, and stand before the return: its address is given."""
        departure = await self.go(f"/sign-in?{urlencode({'as': persona, 'next': path, **asked})}")
        answer = await self.go(departure.headers["location"])
        return answer.headers["location"]

    async def sign_in(self, persona: str = "lan", **asked: object) -> httpx2.Response:
        """Sign in as a persona."""
        return await self.go(await self.leave_for_the_issuer(persona, **asked))

    async def who(self) -> str:
        """As whom the portal knows this browser: a name, or nothing."""
        name: str = (await self.go("/who-am-i")).json()["name"]
        return name


def changed(address: str, **parameters: str | None) -> str:
    """The address with other parameters; one changed to None is left out."""
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query)) | parameters
    return parts._replace(query=urlencode({name: value for name, value in query.items() if value})).geturl()
