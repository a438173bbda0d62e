"""Signing in at a level of the electronic identity, and stepping up to one."""

import re
from collections.abc import AsyncIterator
from html import escape
from pathlib import Path
from urllib.parse import urlencode

import httpx2
import pytest

from api.authentication import COOKIE
from api.signing_in import ATTEMPT_COOKIE
from auth.provider import Code
from auth.scopes import Scope
from auth.tokens import ClaimNames
from auth.viewer import Viewer
from db.pool import Connection, Pool
from tests.api.portals import Browser, Portal, served_portal


@pytest.fixture(scope="module")
async def portal(pool: Pool, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Portal]:
    async with served_portal(pool, tmp_path_factory.mktemp("home")) as portal:
        yield portal


@pytest.fixture
def browser(portal: Portal) -> Browser:
    return Browser(portal)


async def viewer_in(browser: Browser) -> Viewer:
    """Who is signed in with a browser, as a process knows that remembers nothing."""
    sessions = browser.portal.authentication.sessions
    sessions._remembered.clear()  # noqa: SLF001 -- a second would pass otherwise
    viewer = await sessions.viewer(browser.cookies.get(COOKIE, ""))
    assert viewer
    return viewer


def code_in(response: httpx2.Response) -> str:
    """The code on a page that tells a refusal."""
    found = re.search("<code>([A-Z_]+)</code>", response.text)
    assert found, response.text
    return found[1]


async def test_nobody_is_asked_for_a_level_who_needs_none(browser: Browser) -> None:
    departure = await browser.go("/sign-in?as=hoa")
    asked = httpx2.URL(departure.headers["location"]).params
    assert not {"acr_values", "prompt", "max_age"} & set(asked)


async def test_whoever_steps_up_is_asked_to_sign_in_anew(browser: Browser) -> None:
    departure = await browser.go("/sign-in?level=2")
    asked = httpx2.URL(departure.headers["location"]).params
    assert (asked["prompt"], asked["max_age"]) == ("login", "300")


async def test_step_up_by_an_old_sign_in_is_refused_and_the_session_kept(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await browser.sign_in("hoa")
    kept = browser.cookies[COOKIE]
    # As an issuer answers that knows the person from an hour ago, and does not ask anew.
    monkeypatch.setattr(Code, "get_auth_time", lambda code: int(code.issued_at) - 3_600)
    response = await browser.sign_in("hoa", level=2)
    assert (response.status_code, code_in(response)) == (400, "SIGN_IN_REFUSED")
    assert "(auth_time)" in response.text
    assert browser.cookies[COOKIE] == kept
    assert (await viewer_in(browser)).assurance == 1
    # Whoever does not step up may come by it.
    assert (await browser.sign_in("hoa")).status_code == 200


@pytest.mark.parametrize(("level", "acr_values"), [("1", "1 2 3"), ("2", "2 3"), ("3", "3")])
async def test_level_is_asked_of_the_issuer(browser: Browser, level: str, acr_values: str) -> None:
    departure = await browser.go(f"/sign-in?level={level}")
    assert httpx2.URL(departure.headers["location"]).params["acr_values"] == acr_values


async def test_person_signs_in_as_usual_and_reaches_what_that_suffices_for(browser: Browser) -> None:
    await browser.sign_in("hoa")
    viewer = await viewer_in(browser)
    assert viewer.assurance == 1
    assert Scope.PARTICIPANT_READ in viewer.scopes
    assert viewer.withheld[Scope.DOSSIER_READ] == 2


async def test_person_steps_up_in_a_session_of_a_new_name(portal: Portal, browser: Browser) -> None:
    await browser.sign_in("hoa")
    before, weak = dict(browser.cookies), await viewer_in(browser)
    response = await browser.sign_in("hoa", level=2)
    assert response.status_code == 200
    strong = await viewer_in(browser)
    assert (strong.assurance, strong.withheld) == (2, {})
    assert (strong.principal, strong.scopes) == (weak.principal, weak.scopes | weak.withheld.keys())
    assert strong.session_id != weak.session_id
    assert browser.cookies[COOKIE] != before[COOKIE]
    assert await Browser(portal, before).who() == ""


async def test_session_before_ends_though_its_cookie_stays_behind_on_the_way_from_another_site(
    portal: Portal, browser: Browser
) -> None:
    await browser.sign_in("hoa")
    before = dict(browser.cookies)
    back = await browser.leave_for_the_issuer("hoa", level=2)
    # A Strict cookie does not come along on a redirect from the issuer's site.
    del browser.cookies[COOKIE]
    await browser.go(back)
    assert (await viewer_in(browser)).assurance == 2
    assert await Browser(portal, before).who() == ""


async def test_other_browser_of_the_account_stays_at_its_level(portal: Portal, browser: Browser) -> None:
    other = Browser(portal)
    await other.sign_in("hoa")
    await browser.sign_in("hoa", level=2)
    assert (await viewer_in(other)).assurance == 1


async def test_issuer_that_answers_with_less_changes_nothing(browser: Browser) -> None:
    await browser.sign_in("hoa", level=2)
    kept, before = browser.cookies[COOKIE], await viewer_in(browser)
    response = await browser.sign_in("hoa", path="/account", level=3)
    assert (response.status_code, code_in(response)) == (400, "SIGN_IN_LEVEL_NOT_REACHED")
    assert "xác nhận mức 1, mà việc này cần mức 3" in response.text
    assert "confirmed level 1; this takes level 3" in response.text
    assert browser.cookies[COOKIE] == kept
    assert await viewer_in(browser) == before
    # The ways on: once more, and back.
    again = escape(f"/sign-in?{urlencode({'level': 3, 'next': '/account'})}")
    assert f'href="{again}"' in response.text
    assert 'href="/account"' in response.text


async def test_nobody_is_signed_in_below_the_level_asked_for(browser: Browser) -> None:
    response = await browser.sign_in("lan", level=3)
    assert code_in(response) == "SIGN_IN_LEVEL_NOT_REACHED"
    assert COOKIE not in browser.cookies


async def test_issuer_whose_words_for_levels_are_not_known_reaches_none(pool: Pool, tmp_path: Path) -> None:
    async with served_portal(pool, tmp_path) as portal:
        portal.authentication.verifier.names = ClaimNames(assurance_levels={"urn:vn:loa2": 2})
        browser = Browser(portal)
        assert code_in(await browser.sign_in("thu", level=2)) == "SIGN_IN_LEVEL_NOT_REACHED"
        departure = await browser.go("/sign-in?level=2")
        assert httpx2.URL(departure.headers["location"]).params["acr_values"] == "urn:vn:loa2"
        await browser.sign_in("thu")
        assert (await viewer_in(browser)).assurance == 0


@pytest.mark.parametrize(
    "level", ["", "0", "4", "9", "-1", "+2", "2.0", "02", "abc", "2 3", "\u0662", "\u00b2", "2%00"]
)
async def test_level_that_there_is_not_is_refused_before_anybody_is_asked(
    browser: Browser, level: str
) -> None:
    response = await browser.go(f"/sign-in?level={level}")
    assert (response.status_code, code_in(response)) == (400, "SIGN_IN_LEVEL_UNKNOWN")
    assert "1, 2, 3" in response.text
    assert ATTEMPT_COOKIE not in browser.cookies


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example", "/\\evil.example"])
async def test_stepping_up_leads_to_no_other_site(browser: Browser, path: str) -> None:
    reached = await browser.sign_in("hoa", path=path, level=2)
    assert 'url=/"' in reached.text
    refused = await browser.sign_in("hoa", path=path, level=3)
    assert "evil" not in reached.text + refused.text


async def test_a22_replayed_step_up_is_refused_and_the_session_kept(browser: Browser) -> None:
    await browser.sign_in("hoa")
    back = await browser.leave_for_the_issuer("hoa", level=2)
    kept = dict(browser.cookies)
    await browser.go(back)
    stepped_up = browser.cookies[COOKIE]
    # Once without the cookie of the attempt, and once with it.
    assert code_in(await browser.go(back)) == "SIGN_IN_REFUSED"
    browser.cookies = kept | {COOKIE: stepped_up}
    assert code_in(await browser.go(back)) == "SIGN_IN_REFUSED"
    assert browser.cookies[COOKIE] == stepped_up
    assert (await viewer_in(browser)).assurance == 2


async def test_answer_at_a_low_level_is_not_passed_off_as_the_step_up(browser: Browser) -> None:
    await browser.sign_in("hoa")
    low = httpx2.URL(await Browser(browser.portal).leave_for_the_issuer("hoa")).params["code"]
    back = httpx2.URL(await browser.leave_for_the_issuer("hoa", level=2))
    response = await browser.go(str(back.copy_set_param("code", low)))
    assert code_in(response) == "SIGN_IN_REFUSED"
    assert (await viewer_in(browser)).assurance == 1


async def test_two_tabs_at_once_end_in_one_session_at_the_level_of_the_last(browser: Browser) -> None:
    await browser.sign_in("hoa")
    first = await browser.leave_for_the_issuer("hoa", path="/first", level=2)
    second = await browser.leave_for_the_issuer("hoa", path="/second", level=2)
    # The tab that left first is told to start again; the other one goes through.
    assert code_in(await browser.go(first)) == "SIGN_IN_REFUSED"
    assert (await viewer_in(browser)).assurance == 1
    assert "/second" in (await browser.go(second)).text
    assert (await viewer_in(browser)).assurance == 2


async def test_nobody_steps_up_as_somebody_else(browser: Browser) -> None:
    await browser.sign_in("hoa")
    response = await browser.sign_in("minh", level=2)
    assert code_in(response) == "SIGN_IN_ACCOUNT_CHANGED"
    assert await browser.who() == "Lê Thị Hoa"


async def test_the_account_may_be_changed_where_no_level_is_asked_for(browser: Browser) -> None:
    await browser.sign_in("hoa")
    await browser.sign_in("minh")
    assert await browser.who() == "Trần Văn Minh"


async def test_officer_signs_in_at_level_3(browser: Browser) -> None:
    await browser.sign_in("thu")
    viewer = await viewer_in(browser)
    assert (viewer.assurance, viewer.withheld) == (3, {})
    assert Scope.DOSSIER_ACCEPT in viewer.scopes


async def test_session_of_a_low_level_is_stored_with_its_level(browser: Browser, owner: Connection) -> None:
    await browser.sign_in("hoa")
    viewer = await viewer_in(browser)
    stored = await owner.fetchval("SELECT assurance FROM sessions WHERE id = $1", viewer.session_id)
    assert stored == 1
