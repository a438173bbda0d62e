"""Who is asking: over HTTP and over a socket, with a token or with a session."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from api.authentication import COOKIE
from auth.personas import PERSONAS, persona_of
from auth.tokens import IssuerUnreachable
from auth.viewer import ANONYMOUS
from db.connection import open_pool
from db.pool import Pool
from tests.api.portals import Browser, Portal, served_portal
from tests.conftest import Database


@pytest.fixture(scope="module")
async def portal(pool: Pool, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Portal]:
    async with served_portal(pool, tmp_path_factory.mktemp("home")) as portal:
        yield portal


@pytest.fixture
def browser(portal: Portal) -> Browser:
    return Browser(portal)


@pytest.fixture
async def signed_in(browser: Browser) -> Browser:
    """A browser in which Lan is signed in."""
    await browser.sign_in()
    return browser


def bearer(portal: Portal, subject: str = "lan") -> str:
    return f"Bearer {portal.provider.token_of(persona_of(subject))}"


def code_of(response: httpx2.Response) -> str:
    [error] = response.json()["errors"]
    code: str = error["extensions"]["code"]
    return code


@pytest.mark.parametrize("subject", PERSONAS)
async def test_token_of_each_persona_is_accepted(portal: Portal, browser: Browser, subject: str) -> None:
    said = (await browser.go("/who-am-i", authorization=bearer(portal, subject))).json()
    assert (said["kind"], said["name"]) == (PERSONAS[subject].kind.value, PERSONAS[subject].name)


async def test_whoever_shows_nothing_is_nobody(browser: Browser) -> None:
    assert (await browser.go("/who-am-i", "POST")).json()["kind"] == "ANONYMOUS"


@pytest.mark.parametrize("authorization", ["Bearer", "Bearer x", "Bearer a.b.c", "Basic bGFuOmxhbg==", ""])
async def test_bad_token_is_refused_in_the_form_of_a_graphql_error(
    browser: Browser, authorization: str
) -> None:
    response = await browser.go("/who-am-i", "POST", authorization=authorization)
    assert response.status_code == 401
    assert response.headers["content-type"] == "application/json"
    assert response.headers["www-authenticate"].startswith('Bearer realm="ansinh", error="invalid_token"')
    assert code_of(response) == "TOKEN_REFUSED"
    assert "data" not in response.json()


@pytest.mark.parametrize(
    ("accepted", "words"),
    [
        ("vi", "Mã truy cập không được chấp nhận"),
        ("en-GB,en;q=0.9,vi;q=0.8", "The token is not accepted"),
        ("vi ; q=0.1, en", "The token is not accepted"),
        ("fr, vi;q=0.1, en;q=0", "Mã truy cập không được chấp nhận"),
        ("fr", "Mã truy cập không được chấp nhận"),
        ("en;q=x,,;q=", "Mã truy cập không được chấp nhận"),
    ],
)
async def test_refusal_is_in_the_language_of_the_caller(browser: Browser, accepted: str, words: str) -> None:
    response = await browser.go("/who-am-i", authorization="Bearer x", accept_language=accepted)
    assert words in response.json()["errors"][0]["message"]


async def test_refusal_does_not_repeat_the_token(browser: Browser) -> None:
    response = await browser.go("/who-am-i", authorization="Bearer secret.secret.secret")
    assert "secret" not in response.text + str(response.headers)


async def test_token_comes_before_the_cookie(portal: Portal, signed_in: Browser) -> None:
    said = await signed_in.go("/who-am-i", "POST", authorization=bearer(portal, "thu"))
    assert said.json()["name"] == "Phạm Thị Thu"


async def test_bad_token_is_not_healed_by_a_cookie(signed_in: Browser) -> None:
    assert (await signed_in.go("/who-am-i", authorization="Bearer x")).status_code == 401


async def test_session_acts_from_our_own_pages(signed_in: Browser) -> None:
    assert (await signed_in.act("/who-am-i")).json()["name"] == "Nguyễn Thị Lan"


@pytest.mark.parametrize(
    "headers",
    [
        {"ansinh_request": None},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": None},
        {"origin": "http://127.0.0.1"},
        {"sec_fetch_site": "cross-site"},
    ],
)
async def test_g17_session_does_not_act_from_elsewhere(
    signed_in: Browser, headers: dict[str, str | None]
) -> None:
    response = await signed_in.act("/who-am-i", **headers)
    assert response.status_code == 403
    assert code_of(response) == "REQUEST_FORGED"


async def test_origin_with_our_name_in_another_place_is_not_ours(portal: Portal, signed_in: Browser) -> None:
    for origin in (f"{portal.url}.evil.example", portal.url.upper(), f"{portal.url}/", f"{portal.url}0"):
        assert (await signed_in.act("/who-am-i", origin=origin)).status_code == 403


async def test_token_acts_from_anywhere(portal: Portal, browser: Browser) -> None:
    response = await browser.go(
        "/who-am-i", "POST", authorization=bearer(portal), origin="https://spa.example"
    )
    assert response.status_code == 200


async def test_page_is_shown_to_whoever_has_no_session_any_more(browser: Browser) -> None:
    browser.cookies[COOKIE] = "a" * 43
    assert (await browser.go("/who-am-i")).json()["kind"] == "ANONYMOUS"


async def test_a23_ended_session_does_not_act_and_is_taken_from_the_browser(browser: Browser) -> None:
    browser.cookies[COOKIE] = "a" * 43
    response = await browser.act("/who-am-i")
    assert response.status_code == 401
    assert code_of(response) == "SESSION_ENDED"
    assert COOKIE not in browser.cookies


async def test_issuer_that_is_away_is_told_as_such(pool: Pool, tmp_path: Path) -> None:
    async with served_portal(pool, tmp_path) as portal:
        token = bearer(portal)
        portal.authentication.verifier.issuer.name = "http://127.0.0.1:9/provider"
        response = await Browser(portal).go("/who-am-i", authorization=token)
    assert response.status_code == 503
    assert response.headers["retry-after"]
    assert code_of(response) == IssuerUnreachable.code


async def test_database_that_is_away_is_told_as_such(database: Database, tmp_path: Path) -> None:
    gone = await open_pool(database.url("ansinh_api"), size=1, name="gone")
    async with served_portal(gone, tmp_path) as portal:
        browser = Browser(portal, {COOKIE: "a" * 43})
        await gone.close()
        response = await browser.act("/who-am-i")
    assert response.status_code == 503
    assert code_of(response) == "UNAVAILABLE"


async def said_over_a_socket(portal: Portal, **headers: str) -> str:
    """What a socket says of whoever opened it."""
    address = portal.url.replace("http", "ws") + "/who-am-i"
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    async with connect(address, additional_headers=sent, proxy=None) as socket:
        return str(await socket.recv())


@contextmanager
def handshake_refused() -> Iterator[None]:
    with pytest.raises(InvalidStatus) as refusal:
        yield
    assert refusal.value.response.status_code == 403


def cookie_of(browser: Browser) -> str:
    return f"{COOKIE}={browser.cookies[COOKIE]}"


async def test_socket_of_our_own_page_knows_the_session(portal: Portal, signed_in: Browser) -> None:
    said = await said_over_a_socket(portal, cookie=cookie_of(signed_in), origin=portal.url)
    assert "Nguyễn Thị Lan" in said


async def test_socket_may_show_a_token(portal: Portal) -> None:
    assert "Phạm Thị Thu" in await said_over_a_socket(portal, authorization=bearer(portal, "thu"))


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
async def test_g24_socket_of_another_site_is_refused(portal: Portal, signed_in: Browser, origin: str) -> None:
    with handshake_refused():
        await said_over_a_socket(portal, cookie=cookie_of(signed_in), origin=origin)
    with handshake_refused():
        await said_over_a_socket(portal, origin=origin)


async def test_g24_socket_with_a_session_and_no_origin_is_refused(portal: Portal, signed_in: Browser) -> None:
    with handshake_refused():
        await said_over_a_socket(portal, cookie=cookie_of(signed_in))


async def test_socket_of_an_ended_session_is_refused(portal: Portal) -> None:
    with handshake_refused():
        await said_over_a_socket(portal, cookie=f"{COOKIE}={'a' * 43}", origin=portal.url)


async def test_socket_with_a_bad_token_is_refused(portal: Portal) -> None:
    with handshake_refused():
        await said_over_a_socket(portal, authorization="Bearer x")


async def test_connection_init_may_show_a_token(portal: Portal) -> None:
    viewer = await portal.authentication.introduced(ANONYMOUS, {"authorization": bearer(portal, "thu")})
    assert viewer
    assert viewer.name == "Phạm Thị Thu"


async def test_connection_init_without_a_token_leaves_whom_the_handshake_showed(portal: Portal) -> None:
    assert await portal.authentication.introduced(ANONYMOUS, {}) is ANONYMOUS


@pytest.mark.parametrize("authorization", ["Bearer x", "", 7, ["Bearer x"], {"a": "b"}])
async def test_connection_init_with_a_bad_token_is_refused(portal: Portal, authorization: Any) -> None:  # noqa: ANN401
    params = {"authorization": authorization}
    assert await portal.authentication.introduced(ANONYMOUS, params) is None


async def test_a25_session_that_ends_is_live_no_longer(portal: Portal, signed_in: Browser) -> None:
    viewer = await portal.authentication.sessions.viewer(signed_in.cookies[COOKIE])
    assert viewer
    assert await portal.authentication.is_live(viewer)
    await signed_in.act("/sign-out")
    assert not await portal.authentication.is_live(viewer)


async def test_a20_flood_of_unknown_keys_leaves_others_alone(portal: Portal, browser: Browser) -> None:
    good = bearer(portal)
    header, payload, signature = good.removeprefix("Bearer ").split(".")
    flood = [
        browser.go("/who-am-i", authorization=f"Bearer {header[:-4]}{number:04}.{payload}.{signature}")
        for number in range(50)
    ]
    refusals = await asyncio.gather(*flood)
    assert {response.status_code for response in refusals} == {401}
    assert (await browser.go("/who-am-i", authorization=good)).status_code == 200
