"""Signing out here leads on to the issuer, and back to the browser that left."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from api.authentication import COOKIE
from api.signing_in import LEAVING_COOKIE
from db.pool import Connection, Pool
from tests.api.portals import Browser, Portal, changed, served_portal


@pytest.fixture(scope="module")
async def portal(pool: Pool, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Portal]:
    async with served_portal(pool, tmp_path_factory.mktemp("home")) as portal:
        yield portal


@pytest.fixture
def browser(portal: Portal) -> Browser:
    return Browser(portal)


async def leave(browser: Browser, address: str = "/sign-out") -> str:
    """Sign out; the address at the issuer where the browser goes next."""
    answer = await browser.act(address)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    on: str = answer.json()["next"]
    return on


@pytest.mark.parametrize("address", ["/sign-out", "/sign-out/everywhere"])
async def test_whoever_signs_out_is_led_to_the_issuer_and_back(
    portal: Portal, browser: Browser, address: str
) -> None:
    await browser.sign_in()
    on = await leave(browser, address)
    assert on.startswith(f"{portal.provider.issuer}/end-session?")
    # Signed out here already, whatever happens there.
    assert await browser.who() == ""
    back = await browser.go(on)
    assert back.status_code == 302
    home = await browser.go(back.headers["location"])
    assert (home.status_code, home.headers["location"]) == (302, "/")
    assert browser.cookies == {}


async def test_issuer_is_told_whose_browser_it_is_without_a_word_about_the_person(
    portal: Portal, browser: Browser, owner: Connection
) -> None:
    await browser.sign_in("minh")
    viewer = await portal.authentication.sessions.viewer(browser.cookies[COOKIE])
    assert viewer
    sid = await owner.fetchval("SELECT issuer_session FROM sessions WHERE id = $1", viewer.session_id)
    asked = dict(httpx2.URL(await leave(browser)).params)
    assert asked == {
        "client_id": "ansinh",
        "logout_hint": sid,
        "post_logout_redirect_uri": f"{portal.url}/sign-out/done",
        "state": browser.cookies[LEAVING_COOKIE],
        "ui_locales": "vi",
    }
    assert len(asked["state"]) == 43


async def test_cookie_of_leaving_comes_back_from_the_issuer_and_lives_five_minutes(browser: Browser) -> None:
    await browser.sign_in()
    await leave(browser)
    said = {part.strip().lower() for part in browser.settings[LEAVING_COOKIE].split(";")[1:]}
    assert said >= {"max-age=300", "secure", "httponly", "samesite=lax", "path=/"}


@pytest.mark.parametrize("state", [None, "", "x", "é", "a" * 43])
async def test_a22_return_that_belongs_to_no_leaving_is_not_confirmed(
    browser: Browser, state: str | None
) -> None:
    await browser.sign_in()
    await leave(browser)
    response = await browser.go(changed(f"{browser.portal.url}/sign-out/done", state=state))
    assert response.status_code == 400
    assert "SIGN_OUT_UNCONFIRMED" in response.text
    assert "location" not in response.headers


async def test_a22_return_to_another_browser_is_not_confirmed(portal: Portal, browser: Browser) -> None:
    other = Browser(portal)
    await browser.sign_in()
    await other.sign_in()
    back = (await browser.go(await leave(browser))).headers["location"]
    response = await other.go(back)
    assert "SIGN_OUT_UNCONFIRMED" in response.text
    # Nobody is signed out by an address that somebody else has sent.
    assert await other.who() == "Nguyễn Thị Lan"


async def test_a22_return_is_good_once(browser: Browser) -> None:
    await browser.sign_in()
    back = (await browser.go(await leave(browser))).headers["location"]
    await browser.go(back)
    assert (await browser.go(back)).status_code == 400


async def test_browser_of_nobody_is_led_there_without_a_hint(browser: Browser) -> None:
    assert "logout_hint" not in httpx2.URL(await leave(browser)).params


async def test_issuer_without_such_a_place_is_left_alone(pool: Pool, tmp_path: Path) -> None:
    async with served_portal(pool, tmp_path) as portal:
        browser = Browser(portal)
        await browser.sign_in()
        published = await portal.authentication.verifier.issuer.published()
        del published.metadata["end_session_endpoint"]  # type: ignore[attr-defined] -- a dict, as it was read
        answer = await browser.act("/sign-out")
        assert (answer.status_code, answer.content) == (204, b"")
        assert browser.cookies == {}


async def test_whoever_signs_out_while_the_issuer_is_away_is_signed_out_here(
    pool: Pool, tmp_path: Path
) -> None:
    async with served_portal(pool, tmp_path) as portal:
        browser = Browser(portal)
        await browser.sign_in()
        issuer = portal.authentication.verifier.issuer
        issuer.name, issuer._published = "http://127.0.0.1:9/provider", None  # noqa: SLF001 -- as after a day
        assert (await browser.act("/sign-out")).status_code == 204
        assert await browser.who() == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"post_logout_redirect_uri": "https://evil.example/"},
        {"post_logout_redirect_uri": "/sign-out/done"},
        {"client_id": "another"},
        {"client_id": None},
        {"client_id": "bo-y-te"},
    ],
)
async def test_development_provider_leads_nobody_where_it_was_not_told_before(
    browser: Browser, changes: dict[str, str | None]
) -> None:
    await browser.sign_in()
    answer = await browser.go(changed(await leave(browser), **changes))
    assert answer.status_code == 400
    assert "location" not in answer.headers


async def test_development_provider_keeps_nobody_signed_in(portal: Portal, browser: Browser) -> None:
    answer = await browser.go(f"{portal.provider.issuer}/end-session")
    assert answer.status_code == 200
    assert "Đã đăng xuất" in answer.text


async def test_development_provider_takes_what_is_posted_too(portal: Portal) -> None:
    asked = {
        "client_id": "ansinh",
        "post_logout_redirect_uri": f"{portal.url}/sign-out/done",
        "state": "s",
    }
    answer = await portal.http.post(f"{portal.provider.issuer}/end-session", data=asked)
    assert (answer.status_code, answer.headers["location"]) == (302, f"{portal.url}/sign-out/done?state=s")
