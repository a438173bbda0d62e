"""Signing in with a browser, and signing out.

The browser goes to the issuer and comes back with a code; we exchange it, and the browser keeps the secret
of a session: no token ever reaches it. What binds its return to its departure is a cookie of five minutes
that may come along from the issuer's site (SameSite=Lax). The session's own cookie is Strict, so it would not
be sent on the redirect from there: a page of ours takes the person on instead.

Signing out leads the browser on to the issuer, where it may still be signed in, and back. The identity token
is not kept for that: it names the person, and as `id_token_hint` it would stand in an address. In its place
`client_id` says to whom to return, and `logout_hint` which session is meant, by the issuer's opaque `sid`.

Source: OpenID Connect Core 1.0 section 3.1, RFC 7636 (PKCE), RFC 9207 (`iss`), RFC 9470 (step-up), RFC 9700
(OAuth security), OpenID Connect RP-Initiated Logout 1.0.
"""

import base64
import hmac
import json
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, fields, replace
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx2
from authlib.common.urls import add_params_to_uri
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.authentication import (
    COOKIE,
    ISSUER_TIMEOUT_S,
    SECONDS_TO_RETRY,
    STATUS,
    Authentication,
    PortalInterrupted,
    RequestForged,
    forget_session,
    keep_session,
    refused,
)
from api.bodies import body_of
from api.languages import language_of
from api.pages import PLAIN_PAGE, page
from auth.scopes import LEVELS
from auth.sessions import hash_of
from auth.tokens import Claims, IssuerUnreachable, TokenExpired, TokenRefused, is_this_machine
from auth.viewer import Viewer, ViewerKind
from db.outages import UNREACHABLE
from domain.refusals import Refusal
from selection.faults import OperationFault

ATTEMPT_COOKIE = "__Host-ansinh-sign-in"
ATTEMPT_LIFE_S = 300
# Whoever steps up shows the issuer anew who they are, at the earliest when they leave for it.
FRESH_S = ATTEMPT_LIFE_S
LEAVING_COOKIE = "__Host-ansinh-sign-out"
LONGEST_PATH = 2_000
LONGEST_HINT = 255
MOST_FIELDS = 20

log = logging.getLogger("ansinh.signing_in")


class SignInRefused(Refusal):
    """You could not be signed in: the answer does not fit the request ({part}). Please start again."""

    code = "SIGN_IN_REFUSED"
    vietnamese = "Không đăng nhập được: phản hồi không khớp với yêu cầu ({part}). Vui lòng thực hiện lại."

    def __init__(self, part: str) -> None:
        super().__init__(part=part)


class SignInDeclined(Refusal):
    """You did not sign in at the identity system. You may start again."""

    code = "SIGN_IN_DECLINED"
    vietnamese = "Bạn chưa đăng nhập ở hệ thống định danh. Bạn có thể thực hiện lại."


class LevelUnknown(Refusal):
    """There is no such level of the electronic identity; there are: {levels}."""

    code = "SIGN_IN_LEVEL_UNKNOWN"
    vietnamese = "Không có mức tài khoản định danh này; các mức hiện có: {levels}."


class LevelNotReached(Refusal):
    """The identity system confirmed level {reached}; this takes level {level}. Nothing has changed here."""

    code = "SIGN_IN_LEVEL_NOT_REACHED"
    vietnamese = (
        "Hệ thống định danh xác nhận mức {reached}, mà việc này cần mức {level}."
        " Phiên làm việc ở đây không thay đổi."
    )


class AccountChanged(Refusal):
    """You signed in with another account than the one you use here. To change accounts, sign out first."""

    code = "SIGN_IN_ACCOUNT_CHANGED"
    vietnamese = (
        "Bạn đã đăng nhập bằng tài khoản khác với tài khoản đang dùng ở đây."
        " Muốn đổi tài khoản, hãy đăng xuất trước."
    )


class SignOutUnconfirmed(Refusal):
    """This answer belongs to no signing out of this browser. On the landing page you see whether you have."""

    code = "SIGN_OUT_UNCONFIRMED"
    vietnamese = (
        "Phản hồi này không thuộc lần đăng xuất nào của trình duyệt này."
        " Trang chủ cho biết bạn còn đăng nhập hay không."
    )


@dataclass(frozen=True)
class Attempt:
    """What binds a browser's return to its departure; `path` is where the person wanted to go.

    `level` is what the sign-in must reach, 0 for any. `account` and `session` are whose session the browser
    had, and its hash: on the return from another site, that session's own cookie does not come along.
    """

    state: str
    nonce: str
    code_verifier: str
    path: str
    level: int = 0
    account: str = ""
    session: str = ""

    @classmethod
    def begun(cls, path: str, level: int = 0) -> "Attempt":
        """Begin an attempt, with fresh secrets of 256 bits."""
        state, nonce, code_verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return cls(state, nonce, code_verifier, own_path(path), level)

    def leaving(self, viewer: Viewer, secret: str) -> "Attempt":
        """Note in whose session it begins."""
        id_hash = hash_of(secret) or b""
        return replace(self, account=str(viewer.principal), session=id_hash.hex())

    @classmethod
    def returned(cls, cookie: str, state: str) -> "Attempt":
        """Read the attempt that this browser had begun, if the answer with this `state` is to it.

        Raises: SignInRefused.
        """
        try:
            said = json.loads(base64.urlsafe_b64decode(cookie))
            words = {field.name: str(said[field.name]) for field in fields(cls) if field.name != "level"}
            attempt = cls(**words, level=LEVELS.get(str(said["level"]), 0))
            bytes.fromhex(attempt.session)
            is_answered = hmac.compare_digest(attempt.state.encode(), state.encode())
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise SignInRefused("state") from error
        if not is_answered:
            raise SignInRefused("state")
        # Whatever else is on this host may have written the cookie.
        return replace(attempt, path=own_path(attempt.path))

    def written(self) -> str:
        """Write it as a cookie."""
        return base64.urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode()


def own_path(path: str) -> str:
    """A path on our own site; the landing page where it is anything else."""
    own = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if own and path.isprintable() and len(path) <= LONGEST_PATH else "/"


@dataclass(frozen=True)
class SigningIn:
    """The portal as a client of the issuer: a confidential one, which proves itself to get its tokens."""

    authentication: Authentication
    client: AsyncOAuth2Client
    post_logout_redirect_uri: str

    def routes(self) -> list[BaseRoute]:
        """Route the ways in and out."""
        return [
            Route("/sign-in", self.begin),
            Route("/sign-in/callback", self.finish),
            Route("/sign-out", self.sign_out, methods=["POST"]),
            Route("/sign-out/done", self.signed_out),
            Route("/sign-out/everywhere", self.sign_out_everywhere, methods=["POST"]),
            Route("/sign-out/back-channel", self.sign_out_at_issuer, methods=["POST"]),
        ]

    async def begin(self, request: Request) -> Response:
        """Send the browser to the issuer; `as` is a hint whom to sign in, `next` where to go afterwards.

        `level` is the least level of the electronic identity that will do: the person then signs in anew,
        even if the issuer knows them still.
        """
        asked = request.query_params
        hint, secret = asked.get("as", "")[:LONGEST_HINT], request.cookies.get(COOKIE, "")
        try:
            attempt = Attempt.begun(asked.get("next", "/"), level_of(asked.get("level")))
            if viewer := await self.authentication.sessions.viewer(secret):
                attempt = attempt.leaving(viewer, secret)
            published = await self.authentication.verifier.issuer.published()
        except UNREACHABLE:
            return not_signed_in(PortalInterrupted())
        except Refusal as refusal:
            return not_signed_in(refusal)
        names = self.authentication.verifier.names
        anew = {"prompt": "login", "max_age": str(FRESH_S)} if attempt.level else {}
        acr_values = names.acr_values(attempt.level) if attempt.level else ""
        address, _ = self.client.create_authorization_url(
            published.metadata["authorization_endpoint"],
            state=attempt.state,
            nonce=attempt.nonce,
            code_verifier=attempt.code_verifier,
            ui_locales=language_of(request),
            **({"login_hint": hint} if hint else {}),
            **({"acr_values": acr_values} if acr_values else {}),
            **anew,
        )
        response = RedirectResponse(address, 302, {"Cache-Control": "no-store"})
        bind(response, ATTEMPT_COOKIE, attempt.written())
        return response

    async def finish(self, request: Request) -> Response:
        """Take the browser's return: begin a session, or say why not."""
        try:
            attempt = Attempt.returned(
                request.cookies.get(ATTEMPT_COOKIE, ""), request.query_params.get("state", "")
            )
        except SignInRefused as refusal:
            # Whoever sent the browser here, its own attempt may still be on its way.
            return not_signed_in(refusal)
        try:
            code = await self._code(request)
            claims = await self._claims(code, attempt)
            secret = await self._session(request, claims, attempt)
        except UNREACHABLE:
            response = not_signed_in(PortalInterrupted(), attempt)
        except Refusal as refusal:
            response = not_signed_in(refusal, attempt)
        else:
            response = signed_in(attempt.path)
            keep_session(response, secret)
        unbind(response, ATTEMPT_COOKIE)
        return response

    async def signed_out(self, request: Request) -> Response:
        """Take back a browser that has signed out at the issuer too, if it is the one that left."""
        left, came = request.cookies.get(LEAVING_COOKIE, ""), request.query_params.get("state", "")
        if not left or not hmac.compare_digest(left.encode(), came.encode()):
            return told("Chưa xác nhận được", "Not confirmed", SignOutUnconfirmed())
        response = RedirectResponse("/", 302, {"Cache-Control": "no-store"})
        unbind(response, LEAVING_COOKIE)
        return response

    async def sign_out(self, request: Request) -> Response:
        """End the session of this browser."""
        return await self._out(request, everywhere=False)

    async def sign_out_everywhere(self, request: Request) -> Response:
        """End the sessions of this account in every browser."""
        return await self._out(request, everywhere=True)

    async def sign_out_at_issuer(self, request: Request) -> Response:
        """Hear from the issuer itself, with no browser between, that somebody has signed out there.

        What does not prove itself does nothing.

        Source: OpenID Connect Back-Channel Logout 1.0 sections 2.5 to 2.8.
        """
        authentication, headers = self.authentication, {"Cache-Control": "no-store"}
        issuer = authentication.verifier.issuer.name
        try:
            form = dict(parse_qsl((await body_of(request)).decode("ascii"), max_num_fields=MOST_FIELDS))
            logout = await authentication.verifier.logout(
                form.get("logout_token", ""), client_id=self.client.client_id
            )
            ended = await authentication.sessions.end_at_issuer(issuer, logout)
        except UNREACHABLE:
            return refused(request, PortalInterrupted())
        except IssuerUnreachable as refusal:
            return refused(request, refusal)
        except (Refusal, OperationFault, ValueError, ClientDisconnect) as fault:
            log.info("refused a logout token: %s", getattr(fault, "params", type(fault).__name__))
            return JSONResponse({"error": "invalid_request"}, 400, headers)
        log.info("the issuer ended sessions: %d", ended)
        return Response(status_code=200, headers=headers)

    async def _code(self, request: Request) -> str:
        """Take the code from the issuer's answer, if it is this issuer's.

        Raises: SignInRefused, SignInDeclined, IssuerUnreachable.
        """
        answer, issuer = request.query_params, self.authentication.verifier.issuer
        published = await issuer.published()
        names_itself = published.metadata.get("authorization_response_iss_parameter_supported") is True
        if answer.get("iss", None if names_itself else issuer.name) != issuer.name:
            raise SignInRefused("iss")
        if "error" in answer:
            raise SignInDeclined
        if not answer.get("code"):
            raise SignInRefused("code")
        return answer["code"]

    async def _claims(self, code: str, attempt: Attempt) -> Claims:
        """Exchange the code, and check whom the identity token names. The access token is not kept.

        Raises: SignInRefused, IssuerUnreachable.
        """
        verifier = self.authentication.verifier
        published = await verifier.issuer.published()
        try:
            answer: dict[str, Any] = await self.client.fetch_token(
                published.metadata["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=attempt.code_verifier,
            )
        except OAuthError as error:
            raise SignInRefused("code") from error
        except (httpx2.HTTPError, ValueError) as error:
            raise IssuerUnreachable from error
        try:
            return await verifier.identity(
                str(answer.get("id_token", "")),
                client_id=self.client.client_id,
                nonce=attempt.nonce,
                max_age_s=FRESH_S if attempt.level else None,
            )
        except (TokenRefused, TokenExpired) as refusal:
            raise SignInRefused(refusal.params.get("part", "exp")) from refusal

    async def _session(self, request: Request, claims: Claims, attempt: Attempt) -> str:
        """Begin a session, always with a new secret; the one that this browser still has is ended.

        Raises: SignInRefused, TokenRefused, LevelNotReached, AccountChanged.
        """
        verifier, sessions = self.authentication.verifier, self.authentication.sessions
        viewer: Viewer = await verifier.viewer_of(claims, frozenset())
        if viewer.kind is ViewerKind.PARTNER:
            # A partner is a program, and has no pages.
            raise SignInRefused("account")
        # That a level was asked for binds no issuer: it says in its answer which one it was.
        if viewer.assurance < attempt.level:
            raise LevelNotReached(level=attempt.level, reached=viewer.assurance)
        # What somebody had begun at a lower level must not be finished in the name of somebody else.
        if attempt.level and attempt.account not in {"", str(viewer.principal)}:
            raise AccountChanged
        secret = await sessions.begin(
            viewer,
            issuer=verifier.issuer.name,
            subject=claims["sub"],
            issuer_session=named if isinstance(named := claims.get("sid"), str) and named else None,
            user_agent=request.headers.get("user-agent", ""),
        )
        await sessions.end_of(bytes.fromhex(attempt.session) or None)
        await sessions.end(request.cookies.get(COOKIE, ""))
        return secret

    async def _out(self, request: Request, *, everywhere: bool) -> Response:
        """End sessions, and say where the browser goes to sign out at the issuer too."""
        sessions, secret = self.authentication.sessions, request.cookies.get(COOKIE, "")
        try:
            self.authentication.refuse_forgery(request)
            issuer_session = await sessions.issuer_session(secret)
            viewer = await sessions.viewer(secret) if everywhere else None
            if viewer:
                await sessions.end_all(viewer)
            await sessions.end(secret)
        except RequestForged as refusal:
            return refused(request, refusal)
        except UNREACHABLE:
            return refused(request, PortalInterrupted())
        response = await self._on_to_issuer(issuer_session, language_of(request))
        forget_session(response)
        return response

    async def _on_to_issuer(self, issuer_session: str | None, language: str) -> Response:
        """Say where somebody signs out at the issuer: nowhere, where it is away or has no such place."""
        headers = {"Cache-Control": "no-store"}
        try:
            published = await self.authentication.verifier.issuer.published()
            address = published.metadata["end_session_endpoint"]
        except (IssuerUnreachable, KeyError):
            return Response(status_code=204, headers=headers)
        state = secrets.token_urlsafe(32)
        asked = {
            "client_id": self.client.client_id,
            "post_logout_redirect_uri": self.post_logout_redirect_uri,
            "state": state,
            "ui_locales": language,
        }
        hint = {"logout_hint": issuer_session} if issuer_session else {}
        response = JSONResponse({"next": add_params_to_uri(address, asked | hint)}, headers=headers)
        bind(response, LEAVING_COOKIE, state)
        return response


def level_of(written: str | None) -> int:
    """Read the level that a sign-in must reach; any will do where none is asked for.

    Raises: LevelUnknown.
    """
    if written is None:
        return 0
    if written not in LEVELS:
        raise LevelUnknown(levels=", ".join(LEVELS))
    return LEVELS[written]


def bind(response: Response, cookie: str, value: str) -> None:
    """Bind a browser that leaves for the issuer to its return, within five minutes."""
    response.set_cookie(cookie, value, max_age=ATTEMPT_LIFE_S, secure=True, httponly=True, samesite="lax")


def unbind(response: Response, cookie: str) -> None:
    """Take back what bound a browser: it has returned."""
    response.delete_cookie(cookie, secure=True, httponly=True, samesite="lax")


def signed_in(path: str) -> Response:
    """Take the person on to where they wanted to go, by a navigation that begins on our own site."""
    return page(
        "message.html",
        PLAIN_PAGE,
        head=f'<meta http-equiv="refresh" content="0; url={escape(path)}">',
        title="Đã đăng nhập",
        english_title="Signed in",
        body=f"""
<p class="actions">
<a class="action" href="{escape(path)}">Tiếp tục <span lang="en">Continue</span></a>
</p>""",
    )


def not_signed_in(refusal: Refusal, attempt: Attempt | None = None) -> Response:
    """Say on a page why somebody was not signed in, and offer to start again.

    Whoever wanted to come to a level is offered the same again, and the way back to where they were.
    """
    log.info("not signed in: %s %s", refusal.code, refusal.params)
    if attempt is None or not attempt.level:
        return told("Chưa đăng nhập được", "Not signed in", refusal, again="/#sign-in")
    again = f"/sign-in?{urlencode({'level': attempt.level, 'next': attempt.path})}"
    return told("Chưa đăng nhập được", "Not signed in", refusal, again=again, back=attempt.path)


def told(
    title: str, english_title: str, refusal: Refusal, *, again: str | None = None, back: str = "/"
) -> Response:
    """Tell a refusal on a page, in both languages, with the ways on."""
    ways = [(again, "Thực hiện lại", "Start again")] if again else []
    if again is None or back != "/":
        ways.append((back, "Quay lại", "Go back"))
    actions = "".join(
        f"""
<a class="action" href="{escape(address)}">{vietnamese} <span lang="en">{english}</span></a>"""
        for address, vietnamese, english in ways
    )
    response = page(
        "message.html",
        PLAIN_PAGE,
        head="",
        title=title,
        english_title=english_title,
        body=f"""
<p>{escape(refusal.message("vi"))}</p>
<p class="english" lang="en">{escape(refusal.message("en"))}</p>
<p><code>{refusal.code}</code></p>
<p class="actions">{actions}
</p>""",
    )
    response.status_code = STATUS.get(type(refusal), 400)
    if response.status_code == STATUS[PortalInterrupted]:
        response.headers["Retry-After"] = SECONDS_TO_RETRY
    return response


@asynccontextmanager
async def open_signing_in(
    authentication: Authentication,
    *,
    client_id: str,
    client_secret: str,
    redirect_uri: str,
    post_logout_redirect_uri: str,
) -> AsyncIterator[SigningIn]:
    """Be a client of the issuer for as long as the process serves."""
    async with AsyncOAuth2Client(
        client_id=client_id,
        client_secret=client_secret,
        redirect_uri=redirect_uri,
        scope="openid profile",
        code_challenge_method="S256",
        timeout=ISSUER_TIMEOUT_S,
        trust_env=not is_this_machine(authentication.verifier.issuer.name),
    ) as client:
        yield SigningIn(authentication, client, post_logout_redirect_uri)
