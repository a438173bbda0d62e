"""Signed out at the issuer, signed out here: what it says behind the browser's back, and what others say."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from auth.provider import signing_key
from auth.sessions import Sessions
from auth.tokens import LOGOUT_EVENT
from auth.viewer import Viewer, ViewerKind, principal_of
from db.pool import Pool
from tests.api.conftest import RunningPortal, cookie

Change = dict[str, Any]


@pytest.fixture
def subject() -> str:
    return f"made-up-{uuid4().hex}"


async def begun(portal: RunningPortal, pool: Pool, subject: str, sid: str | None = None) -> str:
    """A session as signing in begins it."""
    issuer = portal.settings.issuer
    viewer = Viewer(ViewerKind.CITIZEN, principal_of(issuer, subject), assurance=2)
    return await Sessions(pool).begin(viewer, issuer=issuer, subject=subject, issuer_session=sid)


async def say(portal: RunningPortal, token: str) -> httpx2.Response:
    """Bring a logout token, as issuers do."""
    return await portal.http.post(
        f"{portal.url}/sign-out/back-channel",
        content=urlencode({"logout_token": token}),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )


def a_token(
    portal: RunningPortal,
    subject: str | None,
    sid: str | None = None,
    *,
    header: Change | None = None,
    key: ECKey | None = None,
    **changes: object,
) -> str:
    """A logout token of the provider's, with changes; a claim changed to None is left out."""
    own = signing_key(portal.settings.home / "provider.key")
    made = jwt.decode(portal.provider.logout_token_of(subject, sid), own)
    claims = {name: value for name, value in {**made.claims, **changes}.items() if value is not None}
    return jwt.encode({**made.header, **(header or {})}, claims, key or own)


async def stands(pool: Pool, secret: str) -> bool:
    """Whether the session stands, for a process that remembers nothing."""
    return await Sessions(pool).viewer(secret) is not None


async def test_a24_account_signed_out_at_the_issuer_is_signed_out_here(
    portal: RunningPortal, pool: Pool, subject: str
) -> None:
    here, there = [await begun(portal, pool, subject) for _ in range(2)]
    somebody_else = await begun(portal, pool, f"{subject}-else")
    answer = await say(portal, a_token(portal, subject))
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert [await stands(pool, secret) for secret in (here, there, somebody_else)] == [False, False, True]


@pytest.mark.parametrize("names_account", [True, False])
async def test_a24_issuers_session_takes_along_what_was_begun_in_it_alone(
    portal: RunningPortal, pool: Pool, subject: str, *, names_account: bool
) -> None:
    sid, other = uuid4().hex, uuid4().hex
    inside, outside = await begun(portal, pool, subject, sid), await begun(portal, pool, subject, other)
    answer = await say(portal, a_token(portal, subject if names_account else None, sid))
    assert answer.status_code == 200
    assert [await stands(pool, secret) for secret in (inside, outside)] == [False, True]


async def test_a24_account_does_not_end_the_issuers_session_of_another(
    portal: RunningPortal, pool: Pool, subject: str
) -> None:
    sid = uuid4().hex
    theirs = await begun(portal, pool, f"{subject}-else", sid)
    assert (await say(portal, a_token(portal, subject, sid))).status_code == 200
    assert await stands(pool, theirs)


async def test_a24_sockets_close_within_five_seconds(portal: RunningPortal, pool: Pool, subject: str) -> None:
    browser = cookie(await begun(portal, pool, subject)) | {"Origin": portal.url}
    async with portal.line(headers=browser) as line:
        await say(portal, a_token(portal, subject))
        since = time.monotonic()
        assert await line.closed() == 4401
        assert time.monotonic() - since < 5


async def test_a24_replayed_token_ends_nothing_begun_since(
    portal: RunningPortal, pool: Pool, subject: str
) -> None:
    token = a_token(portal, subject)
    former = await begun(portal, pool, subject)
    assert (await say(portal, token)).status_code == 200
    present = await begun(portal, pool, subject)
    await say(portal, token)
    assert [await stands(pool, secret) for secret in (former, present)] == [False, True]


async def test_a24_type_may_be_plain(portal: RunningPortal, pool: Pool, subject: str) -> None:
    secret = await begun(portal, pool, subject)
    assert (await say(portal, a_token(portal, subject, header={"typ": "JWT"}))).status_code == 200
    assert not await stands(pool, secret)


@pytest.mark.parametrize("audience", [["ansinh"], ["another", "ansinh"]], ids=str)
async def test_a24_notice_may_be_for_others_too(
    portal: RunningPortal, pool: Pool, subject: str, audience: list[str]
) -> None:
    secret = await begun(portal, pool, subject)
    assert (await say(portal, a_token(portal, subject, aud=audience))).status_code == 200
    assert not await stands(pool, secret)


FORGED: dict[str, Change] = {
    "type of an access token": {"header": {"typ": "at+jwt"}},
    "no type": {"header": {"typ": ""}},
    "nonce": {"nonce": "n"},
    "empty nonce": {"nonce": ""},
    "another audience": {"aud": "another"},
    "other audiences": {"aud": ["another", "ANSINH"]},
    "no audience": {"aud": None},
    "another issuer": {"iss": "https://evil.example"},
    "no events": {"events": None},
    "events of another kind": {"events": {"http://schemas.openid.net/event/other": {}}},
    "event that is no object": {"events": {LOGOUT_EVENT: True}},
    "events that are a list": {"events": [LOGOUT_EVENT]},
    "no identifier": {"jti": None},
    "identifier that is a number": {"jti": 1},
    "account that is a number": {"sub": 1},
    "no account and no session": {"sub": None},
    "no end": {"exp": None},
    "ended": {"exp": int(time.time()) - 1},
    "no beginning": {"iat": None},
    "said long ago": {"iat": int(time.time()) - 3_000},
    "of the future": {"iat": int(time.time()) + 3_000, "exp": int(time.time()) + 3_300},
    "key of somebody else": {"key": ECKey.generate_key("P-256")},
    "key that nobody published": {"header": {"kid": "unheard-of"}},
}


@pytest.mark.parametrize("change", FORGED.values(), ids=FORGED)
async def test_a24_forged_token_does_nothing(
    portal: RunningPortal, pool: Pool, subject: str, change: Change
) -> None:
    secret = await begun(portal, pool, subject)
    answer = await say(portal, a_token(portal, subject, **change))
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})
    assert answer.headers["cache-control"] == "no-store"
    assert await stands(pool, secret)


def unsigned(portal: RunningPortal, subject: str) -> str:
    """The same claims under `{"alg":"none","typ":"logout+jwt","kid":"x"}`."""
    claims = a_token(portal, subject).split(".")[1]
    return f"eyJhbGciOiJub25lIiwidHlwIjoibG9nb3V0K2p3dCIsImtpZCI6IngifQ.{claims}."


@pytest.mark.parametrize(
    "made",
    [unsigned, lambda _portal, _subject: "nonsense", lambda _portal, _subject: ""],
    ids=["unsigned", "nonsense", "nothing"],
)
async def test_a24_what_is_no_token_does_nothing(
    portal: RunningPortal, pool: Pool, subject: str, made: Callable[[RunningPortal, str], str]
) -> None:
    secret = await begun(portal, pool, subject)
    assert (await say(portal, made(portal, subject))).status_code == 400
    assert await stands(pool, secret)


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"logout_token", b"a=1&" * 100, b"x" * 100_000], ids=range(5)
)
async def test_a24_body_of_another_kind_is_refused(portal: RunningPortal, content: bytes) -> None:
    answer = await portal.http.post(f"{portal.url}/sign-out/back-channel", content=content)
    assert answer.status_code == 400


async def test_a24_identity_and_access_tokens_end_nothing(
    portal: RunningPortal, pool: Pool, subject: str
) -> None:
    secret = await begun(portal, pool, subject)
    identity = a_token(portal, subject, header={"typ": "JWT"}, events=None, nonce="n")
    access = a_token(portal, subject, header={"typ": "at+jwt"}, scope="session:end")
    assert [(await say(portal, token)).status_code for token in (identity, access)] == [400, 400]
    assert await stands(pool, secret)
