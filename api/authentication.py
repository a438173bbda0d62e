"""Who is asking: a token or a session's cookie becomes a viewer before anything else sees a request.

A browser sends a cookie whoever makes it ask, so what acts on one must come from our own pages: with a header
that no form and no foreign page can send, and from our own origin.

Source: RFC 6750 (bearer tokens), RFC 9449 (tokens bound to a key), RFC 6265bis (`__Host-`, SameSite), OWASP
ASVS 5.0 sections 3.3 and 3.5.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import httpx2
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.headers import header_of
from api.languages import language_of
from api.observations import Observation, observation_of
from auth.agreements import AgreementRefused, Agreements, CaseMissing, PurposeMissing
from auth.capacities import NO_ERRAND, Capacities, Errand
from auth.mandates import MandateRefused, Mandates
from auth.proofs import ALGORITHMS as PROOF_ALGORITHMS
from auth.proofs import ProofRefused, Proofs
from auth.revocations import Revocations
from auth.sessions import Sessions
from auth.tokens import (
    ALGORITHMS,
    AccessRevoked,
    ClaimNames,
    FindParticipant,
    Issuer,
    IssuerUnreachable,
    TokenExpired,
    TokenRefused,
    Verifier,
    is_this_machine,
)
from auth.viewer import ANONYMOUS, Viewer, ViewerKind
from db.outages import UNREACHABLE, outlive
from db.pool import Pool
from domain.refusals import NotSignedIn, Refusal, StepUpRequired

# Browsers take a Secure cookie from http://127.0.0.1 too, so development needs no other name.
COOKIE = "__Host-ansinh"
OWN_HEADER = "ansinh-request"
# What a request, or the payload of `connection_init`, says of its errand.
ERRAND_HEADERS = {
    b"ansinh-acting-for": "acting_for",
    b"ansinh-agreement": "agreement",
    b"ansinh-purpose": "purpose",
    b"ansinh-case": "case_reference",
}
ERRAND_PARAMS = {
    "actingfor": "acting_for",
    "agreement": "agreement",
    "purpose": "purpose",
    "case": "case_reference",
}
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SECONDS_TO_RETRY = "2"
ISSUER_TIMEOUT_S = 5.0
CHALLENGE = 'Bearer realm="ansinh"'

log = logging.getLogger("ansinh.authentication")


class SessionEnded(Refusal):
    """Your session has ended; sign in again."""

    code = "SESSION_ENDED"
    vietnamese = "Phiên làm việc đã kết thúc; vui lòng đăng nhập lại."


class RequestForged(Refusal):
    """A request with a session's cookie must come from our own pages, with the header `Ansinh-Request: 1`."""

    code = "REQUEST_FORGED"
    vietnamese = "Yêu cầu kèm phiên làm việc phải đến từ trang của cổng, với tiêu đề `Ansinh-Request: 1`."


class OriginForeign(Refusal):
    """A page of another site may not open a socket here."""

    code = "ORIGIN_FOREIGN"
    vietnamese = "Trang của một trang web khác không được mở kết nối tới đây."


class PortalInterrupted(Refusal):
    """The service is interrupted for a moment; try again."""

    code = "UNAVAILABLE"
    vietnamese = "Dịch vụ đang tạm gián đoạn; vui lòng thử lại."


STATUS = {
    AgreementRefused: 403,
    CaseMissing: 403,
    IssuerUnreachable: 503,
    MandateRefused: 403,
    OriginForeign: 403,
    PortalInterrupted: 503,
    PurposeMissing: 403,
    RequestForged: 403,
    StepUpRequired: 403,
}


@dataclass(frozen=True)
class Authentication:
    """How the door learns who is asking. `origins` are those of our own pages, as browsers write them.

    `guests` are those of other sites, `*` for all: from there one may ask with a token, never with a session.
    """

    verifier: Verifier
    proofs: Proofs
    revocations: Revocations
    sessions: Sessions
    capacities: Capacities
    # What a partner's case is called in the log.
    mark: Callable[[str], str]
    origins: frozenset[str]
    guests: frozenset[str] = frozenset()

    async def viewer_of(self, connection: HTTPConnection) -> Viewer:
        """Say who is asking, in the capacity that the request names.

        Raises: as `proven`, and what the capacity is refused for.
        """
        viewer = await self.proven(connection)
        return await self.capacities.assumed(viewer, errand_of(connection.scope))

    async def proven(self, connection: HTTPConnection) -> Viewer:
        """Say who is asking: whom the token proves, else whose session it is, else nobody.

        Raises: TokenRefused, TokenExpired, ProofRefused, AccessRevoked, IssuerUnreachable, SessionEnded,
        RequestForged, OriginForeign.
        """
        origin = header_of(connection.scope, b"origin")
        # What a page of another site asks over HTTP its browser refuses to hand to it; a socket it would not.
        if connection.scope["type"] == "websocket" and not self.is_welcome(origin):
            raise OriginForeign
        authorization = header_of(connection.scope, b"authorization")
        if authorization is not None:
            # Whoever shows a token asks in its name alone, whatever cookie the browser adds.
            return await self.shown(
                authorization,
                header_of(connection.scope, b"dpop"),
                # A socket is opened by a request that is answered like any other.
                method=connection.scope.get("method", "GET"),
                path=connection.scope["path"],
            )
        secret = connection.cookies.get(COOKIE)
        if secret is None:
            return ANONYMOUS
        acts = connection.scope["type"] == "websocket" or connection.scope["method"] not in SAFE_METHODS
        if acts:
            self.refuse_forgery(connection)
        viewer = await self.sessions.viewer(secret)
        if viewer and self.revocations.concern(viewer):
            viewer = None
        if viewer is None and acts:
            raise SessionEnded
        # A page is shown to whoever comes, and offers to sign in again.
        return viewer or ANONYMOUS

    def is_welcome(self, origin: str | None) -> bool:
        """Whether pages from there may ask; a program that is no browser comes from nowhere."""
        return origin is None or not self.guests.isdisjoint({origin, "*"}) or origin in self.origins

    def refuse_forgery(self, connection: HTTPConnection) -> None:
        """Refuse what another site may have made a signed-in browser do.

        Raises: RequestForged, OriginForeign.
        """
        headers = connection.headers
        if connection.scope["type"] == "websocket":
            if headers.get("origin") not in self.origins:
                raise OriginForeign
        elif (
            OWN_HEADER not in headers
            or headers.get("origin") not in self.origins
            or headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "same-site"}
        ):
            raise RequestForged

    async def shown(self, authorization: str, proof: str | None, *, method: str, path: str) -> Viewer:
        """Say whom an `Authorization` proves, by one of two schemes: Bearer, or DPoP with a proof.

        Raises: TokenRefused, TokenExpired, ProofRefused, AccessRevoked, IssuerUnreachable.
        """
        viewer = await self._token(authorization, proof, method, path)
        if self.revocations.concern(viewer):
            raise AccessRevoked
        return viewer

    async def _token(self, authorization: str, proof: str | None, method: str, path: str) -> Viewer:
        scheme, _, rest = authorization.partition(" ")
        token = rest.strip()
        match scheme.lower():
            case "bearer":
                return await self.verifier.viewer(token)
            case "dpop":
                proven = await self.verifier.proven(token)
                if proven.key is None:
                    raise TokenRefused("cnf")
                await self.proofs.spend(proof, method=method, path=path, token=token, key=proven.key)
                return proven.viewer
        raise TokenRefused("scheme")

    async def introduced(self, viewer: Viewer, params: Mapping[str, Any], path: str) -> Viewer | None:
        """Say who is at the other end of a socket after `connection_init`; None where that is refused.

        `viewer` is whom the handshake showed; a payload `{"authorization": "Bearer …"}` takes its place, or
        `{"authorization": "DPoP …", "dpop": proof}` with a proof for GET of the socket's own address, as
        many clients write it like the header: in letters of any case. What it says of an errand takes the
        place of the handshake's too.
        """
        given = {name.lower(): str(value) for name, value in params.items() if value is not None}
        errand = Errand(**{name: given[key] for key, name in ERRAND_PARAMS.items() if key in given})
        try:
            if "authorization" in given:
                viewer = await self.shown(given["authorization"], given.get("dpop"), method="GET", path=path)
            return await self.capacities.assumed(viewer, errand)
        except Refusal as refusal:
            log.info("refused at connection_init: %s %s", refusal.code, refusal.params)
            return None

    def note(self, observation: Observation, viewer: Viewer) -> None:
        """Note in which capacity somebody asks; of a partner under which agreement, why, in which case."""
        observation.viewer = viewer.kind.value
        if viewer.agreement:
            observation.agreement, observation.purpose = viewer.agreement_code, viewer.purpose
            observation.case = self.mark(viewer.case_reference)

    def note_refusal(self, observation: Observation, refusal: Refusal, errand: Errand) -> None:
        """Note why somebody is refused; of a partner what of its errand our register knows."""
        observation.refuse(refusal.code)
        if isinstance(refusal, AgreementRefused):
            observation.viewer = ViewerKind.PARTNER.value
            observation.agreement, observation.purpose = (
                refusal.params["agreement"],
                refusal.params["purpose"],
            )
            observation.case = self.mark(errand.case_reference)

    def way_up(self, level: int, *, in_browser: bool) -> dict[str, str]:
        """How somebody comes to a level: a browser by an address of ours, else by what to ask the issuer."""
        if in_browser:
            return {"signIn": f"/sign-in?level={level}"}
        return {"acrValues": self.verifier.names.acr_values(level)}

    def refused(self, connection: HTTPConnection, refusal: Refusal) -> Response:
        """Say no over HTTP; who needs a higher level is told the way to it."""
        if not isinstance(refusal, StepUpRequired):
            return refused(connection, refusal)
        level, in_browser = int(refusal.params["level"]), "authorization" not in connection.headers
        return refused(connection, refusal, level=level, **self.way_up(level, in_browser=in_browser))

    async def is_live(self, viewer: Viewer) -> bool:
        """Whether the session or token behind a viewer still stands."""
        if self.revocations.concern(viewer):
            return False
        if viewer.session_id is not None:
            return await self.sessions.is_live(viewer)
        return viewer.expires_at is None or viewer.expires_at > datetime.now(viewer.expires_at.tzinfo)


@asynccontextmanager
async def open_authentication(
    pool: Pool,
    *,
    issuer: str,
    audience: str,
    url: str,
    guests: Iterable[str] = (),
    find_participant: FindParticipant,
    mark: Callable[[str], str],
    claim_names: ClaimNames | None = None,
    algorithms: tuple[str, ...] = ALGORITHMS,
) -> AsyncIterator[Authentication]:
    """Know who is asking, while the process serves; the issuer is asked when the first token comes."""
    async with httpx2.AsyncClient(timeout=ISSUER_TIMEOUT_S, trust_env=not is_this_machine(issuer)) as http:
        verifier = Verifier(
            Issuer(issuer, partial(fetch_document, http)),
            audience=audience,
            find_participant=find_participant,
            claim_names=claim_names,
            algorithms=algorithms,
        )
        revocations = Revocations(pool)
        await revocations.look()
        following = asyncio.create_task(outlive("Revocations", revocations.follow))
        try:
            yield Authentication(
                verifier,
                Proofs(pool, url),
                revocations,
                Sessions(pool),
                Capacities(Mandates(pool), Agreements(pool)),
                mark,
                frozenset({url}),
                frozenset(guests),
            )
        finally:
            following.cancel()
            await asyncio.wait([following])


async def fetch_document(http: httpx2.AsyncClient, address: str) -> Mapping[str, Any]:
    """Fetch a JSON document.

    Raises: OSError or ValueError where there is none.
    """
    try:
        response = await http.get(address)
        response.raise_for_status()
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise ConnectionError(type(error).__name__) from error
    document: Mapping[str, Any] = response.json()
    return document


def errand_of(scope: Scope) -> Errand:
    """What the headers of a request say of its errand."""
    said = {name for name, _ in scope["headers"] if name in ERRAND_HEADERS}
    if not said:
        return NO_ERRAND
    # What is said twice is read as one list, which names nothing.
    return Errand(**{ERRAND_HEADERS[name]: header_of(scope, name) or "" for name in said})


class Doorkeeper:
    """Puts the viewer into the scope, as `viewer`; whoever is refused gets no further."""

    def __init__(self, app: ASGIApp, authentication: Authentication) -> None:
        self.app = app
        self.authentication = authentication

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request or a socket in, or refuse it."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        try:
            viewer = await self._viewer(connection)
        except Refusal as refusal:
            log.info("refused: %s %s", refusal.code, refusal.params)
            self.authentication.note_refusal(observation_of(connection), refusal, errand_of(scope))
            if scope["type"] == "websocket":
                # Before it is accepted, a socket is refused with a plain 403.
                await send({"type": "websocket.close", "code": 4403})
            else:
                await self.authentication.refused(connection, refusal)(scope, receive, send)
            return
        self.authentication.note(observation_of(connection), viewer)
        scope["viewer"] = viewer
        await self.app(scope, receive, send)

    async def _viewer(self, connection: HTTPConnection) -> Viewer:
        """Ask who it is; once more where PostgreSQL had gone: a kept connection may have died with it."""
        try:
            try:
                return await self.authentication.viewer_of(connection)
            except TimeoutError:
                # Whoever has waited once does not wait again.
                raise
            except UNREACHABLE:
                return await self.authentication.viewer_of(connection)
        except UNREACHABLE as outage:
            raise PortalInterrupted from outage


def refused(connection: HTTPConnection, refusal: Refusal, **more: object) -> Response:
    """Say no over HTTP, in the caller's language and in the form of a GraphQL error; `more` for programs."""
    message = refusal.message(language_of(connection))
    response = JSONResponse(
        {"errors": [{"message": message, "extensions": {"code": refusal.code, **more}}]},
        STATUS.get(type(refusal), 401),
        {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
    )
    if isinstance(refusal, IssuerUnreachable | PortalInterrupted):
        response.headers["Retry-After"] = SECONDS_TO_RETRY
    elif isinstance(refusal, TokenRefused | TokenExpired | ProofRefused | AccessRevoked):
        response.headers["WWW-Authenticate"] = challenge(connection, refusal)
    elif "acrValues" in more:
        # RFC 9470 section 3: whoever gets tokens is told to ask for a better one.
        response.status_code = 401
        response.headers["WWW-Authenticate"] = insufficient(str(more["acrValues"]))
    elif isinstance(refusal, NotSignedIn):
        response.headers["WWW-Authenticate"] = CHALLENGE
    elif isinstance(refusal, SessionEnded):
        response.headers["WWW-Authenticate"] = CHALLENGE
        # Without its cookie the browser is simply somebody who has not signed in.
        forget_session(response)
    return response


def insufficient(acr_values: str) -> str:
    """The challenge to whose token is of too low a level for all that was asked."""
    error = "insufficient_user_authentication"
    return f'Bearer realm="ansinh", error="{error}", acr_values="{acr_values}"'


def challenge(connection: HTTPConnection, refusal: Refusal) -> str:
    """Say by which scheme to ask again: DPoP to whoever came by it, or showed a bound token without it.

    Source: RFC 6750 section 3, RFC 9449 section 7.1.
    """
    said = refusal.message("en").replace('"', "'")
    error = "invalid_dpop_proof" if isinstance(refusal, ProofRefused) else "invalid_token"
    shown = header_of(connection.scope, b"authorization") or ""
    is_bound = shown[:5].lower() == "dpop " or refusal.params.get("part") == "cnf"
    algorithms = f', algs="{" ".join(PROOF_ALGORITHMS)}"' if is_bound else ""
    scheme = "DPoP" if is_bound else "Bearer"
    return f'{scheme} realm="ansinh", error="{error}", error_description="{said}"{algorithms}'


def keep_session(response: Response, secret: str) -> None:
    """Give the browser a session's secret: for this host and its own pages, until the browser is closed."""
    response.set_cookie(COOKIE, secret, secure=True, httponly=True, samesite="strict")


def forget_session(response: Response) -> None:
    """Take a session's secret from the browser."""
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict")
