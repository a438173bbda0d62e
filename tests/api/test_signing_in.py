"""Signing in with a browser and out again, with the whole code flow over HTTP."""

import base64
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import httpx2
import pytest
from playwright.async_api import async_playwright

from api.authentication import COOKIE
from api.signing_in import ATTEMPT_COOKIE, LEAVING_COOKIE, own_path
from db.identifiers import IdentifierKeys, participant_of
from db.pool import Connection, Pool
from domain.identifiers import IdentifierKind
from tests.api.portals import Browser, Portal, changed, served_portal
from tests.dossiers import AN_OFFICE

KEYS = IdentifierKeys(sealing=b"s" * 32, finding=b"f" * 32)
A_PARTICIPANT = """
INSERT INTO participants (full_name, folded_name, sort_name, birth_date, sex, office_id)
VALUES ('Trần Văn Minh', 'tran van minh', 'minh tran van', '1985-01-01', 'MALE', 900001)
RETURNING id
"""
AN_IDENTIFIER = """
INSERT INTO identifiers (participant_id, kind, ciphertext, key_version, blind_index, masked, valid_from)
VALUES ($1, 'PERSONAL_NUMBER', $2, $3, $4, $5, '2000-01-01')
"""


@pytest.fixture(scope="module")
async def portal(pool: Pool, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Portal]:
    async def find_participant(personal_number: str) -> UUID | None:
        return await participant_of(pool, KEYS, personal_number)

    async with served_portal(pool, tmp_path_factory.mktemp("home"), find_participant) as portal:
        yield portal


@pytest.fixture
def browser(portal: Portal) -> Browser:
    return Browser(portal)


def is_refused(response: httpx2.Response, browser: Browser) -> bool:
    """Whether somebody was told that they are not signed in, and is not."""
    return (
        response.status_code == 400
        and "Chưa đăng nhập được" in response.text
        and re.search("<code>(SIGN_IN_REFUSED|SIGN_IN_DECLINED)</code>", response.text) is not None
        and COOKIE not in browser.cookies
    )


async def test_person_signs_in_and_is_known(browser: Browser) -> None:
    assert await browser.who() == ""
    response = await browser.sign_in()
    assert response.status_code == 200
    assert await browser.who() == "Nguyễn Thị Lan"


async def test_citizen_is_known_as_the_participant_of_their_personal_number(
    browser: Browser, owner: Connection
) -> None:
    await owner.execute(AN_OFFICE)
    participant_id = await owner.fetchval(A_PARTICIPANT)
    sealed = KEYS.seal(IdentifierKind.PERSONAL_NUMBER, "079085004321")
    await owner.execute(
        AN_IDENTIFIER,
        participant_id,
        sealed.ciphertext,
        sealed.key_version,
        sealed.blind_index,
        sealed.masked,
    )
    await browser.sign_in("minh")
    assert (await browser.go("/who-am-i")).json()["participant"] == str(participant_id)


async def test_session_remembers_what_the_issuer_calls_its_own(
    portal: Portal, browser: Browser, owner: Connection
) -> None:
    await browser.sign_in("hoa")
    viewer = await portal.authentication.sessions.viewer(browser.cookies[COOKIE])
    assert viewer
    sid = await owner.fetchval("SELECT issuer_session FROM sessions WHERE id = $1", viewer.session_id)
    assert sid
    token = portal.provider.logout_token_of(issuer_session=sid)
    answer = await portal.http.post(f"{portal.url}/sign-out/back-channel", data={"logout_token": token})
    assert answer.status_code == 200
    assert await browser.who() == ""


async def test_session_cookie_is_for_this_host_and_its_own_pages_only(browser: Browser) -> None:
    await browser.sign_in()
    said = {part.strip().lower() for part in browser.settings[COOKIE].split(";")[1:]}
    assert said == {"secure", "httponly", "samesite=strict", "path=/"}
    assert COOKIE.startswith("__Host-")


async def test_cookie_of_the_attempt_lives_five_minutes_and_comes_back_from_the_issuer(
    browser: Browser,
) -> None:
    await browser.leave_for_the_issuer()
    said = {part.strip().lower() for part in browser.settings[ATTEMPT_COOKIE].split(";")[1:]}
    assert said >= {"max-age=300", "secure", "httponly", "samesite=lax", "path=/"}


async def test_cookie_of_the_attempt_is_gone_after_the_return(browser: Browser) -> None:
    await browser.sign_in()
    assert ATTEMPT_COOKIE not in browser.cookies


async def test_person_is_taken_on_by_a_navigation_of_our_own_site(browser: Browser) -> None:
    response = await browser.sign_in()
    assert '<meta http-equiv="refresh" content="0; url=/who-am-i">' in response.text
    assert '<a class="action" href="/who-am-i">' in response.text


async def test_no_token_and_no_secret_of_the_session_is_in_the_page(browser: Browser) -> None:
    response = await browser.sign_in()
    assert "eyJ" not in response.text
    assert browser.cookies[COOKIE] not in response.text


async def test_request_to_the_issuer_has_pkce_nonce_and_state(browser: Browser) -> None:
    departure = (await browser.go("/sign-in")).headers["location"]
    asked = dict(httpx2.URL(departure).params)
    assert asked["code_challenge_method"] == "S256"
    assert asked["response_type"] == "code"
    assert all(len(asked[name]) == 43 for name in ("code_challenge", "nonce", "state"))


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/a\nb",
        "evil.example",
        "",
        "/" + "a" * 2_000,
        "\\\\evil.example",
    ],
)
def test_nobody_is_taken_on_to_another_site(path: str) -> None:
    assert own_path(path) == "/"


async def test_path_to_go_on_to_is_text_and_never_markup(browser: Browser) -> None:
    back = await browser.leave_for_the_issuer(path='/graphql?query="><script>')
    response = await browser.go(back)
    assert "<script>" not in response.text
    assert "/graphql?query=&quot;&gt;&lt;script&gt;" in response.text


async def test_a22_state_of_another_browser_is_refused(portal: Portal, browser: Browser) -> None:
    back = await Browser(portal).leave_for_the_issuer("minh")
    assert is_refused(await browser.go(back), browser)


async def test_a22_return_to_another_attempt_is_refused(portal: Portal, browser: Browser) -> None:
    await browser.leave_for_the_issuer()
    stolen = await Browser(portal).leave_for_the_issuer("minh")
    assert is_refused(await browser.go(stolen), browser)


async def test_attempt_outlives_a_return_that_was_not_its_own(portal: Portal, browser: Browser) -> None:
    back = await browser.leave_for_the_issuer()
    await browser.go(await Browser(portal).leave_for_the_issuer("minh"))
    await browser.go(back)
    assert await browser.who() == "Nguyễn Thị Lan"


async def test_a22_replayed_return_is_refused(browser: Browser) -> None:
    back = await browser.leave_for_the_issuer()
    await browser.go(back)
    del browser.cookies[COOKIE]
    assert is_refused(await browser.go(back), browser)


async def test_a22_code_is_good_once(browser: Browser) -> None:
    back = await browser.leave_for_the_issuer()
    kept = dict(browser.cookies)
    await browser.go(back)
    browser.cookies = kept
    assert is_refused(await browser.go(back), browser)


async def test_a22_code_of_another_attempt_is_refused(portal: Portal, browser: Browser) -> None:
    back = await browser.leave_for_the_issuer()
    other = await Browser(portal).leave_for_the_issuer("minh")
    swapped = changed(back, code=httpx2.URL(other).params["code"])
    assert is_refused(await browser.go(swapped), browser)


async def test_a22_wrong_nonce_is_refused(browser: Browser) -> None:
    back = await browser.leave_for_the_issuer()
    attempt = json.loads(base64.urlsafe_b64decode(browser.cookies[ATTEMPT_COOKIE]))
    browser.cookies[ATTEMPT_COOKIE] = base64.urlsafe_b64encode(
        json.dumps(attempt | {"nonce": "another"}).encode()
    ).decode()
    assert is_refused(await browser.go(back), browser)


async def test_wrong_code_verifier_is_refused(browser: Browser) -> None:
    back = await browser.leave_for_the_issuer()
    attempt = json.loads(base64.urlsafe_b64decode(browser.cookies[ATTEMPT_COOKIE]))
    browser.cookies[ATTEMPT_COOKIE] = base64.urlsafe_b64encode(
        json.dumps(attempt | {"code_verifier": "a" * 43}).encode()
    ).decode()
    assert is_refused(await browser.go(back), browser)


@pytest.mark.parametrize("iss", [None, "https://other.example", "http://127.0.0.1/provider/"])
async def test_a22_answer_that_does_not_name_our_issuer_is_refused(browser: Browser, iss: str | None) -> None:
    back = changed(await browser.leave_for_the_issuer(), iss=iss)
    assert is_refused(await browser.go(back), browser)


@pytest.mark.parametrize("state", [None, "", "é", "a" * 5_000])
async def test_a22_any_other_state_is_refused(browser: Browser, state: str | None) -> None:
    back = changed(await browser.leave_for_the_issuer(), state=state)
    assert is_refused(await browser.go(back), browser)


@pytest.mark.parametrize("cookie", ["", "x", "e30=", "bnVsbA==", "W10=", "eyJzdGF0ZSI6MX0="])
async def test_a22_broken_cookie_of_the_attempt_is_refused(browser: Browser, cookie: str) -> None:
    back = await browser.leave_for_the_issuer()
    browser.cookies[ATTEMPT_COOKIE] = cookie
    assert is_refused(await browser.go(back), browser)


async def test_a22_answer_without_a_code_is_refused(browser: Browser) -> None:
    back = changed(await browser.leave_for_the_issuer(), code=None)
    assert is_refused(await browser.go(back), browser)


async def test_person_who_declines_is_told_so_in_both_languages(browser: Browser) -> None:
    back = changed(await browser.leave_for_the_issuer(), code=None, error="access_denied")
    response = await browser.go(back)
    assert is_refused(response, browser)
    assert "Bạn chưa đăng nhập" in response.text
    assert "You did not sign in" in response.text


async def test_a23_session_has_a_new_secret_at_each_sign_in(browser: Browser) -> None:
    browser.cookies[COOKIE] = fixed = "a" * 43
    await browser.sign_in()
    first = browser.cookies[COOKIE]
    await browser.sign_in()
    assert len({fixed, first, browser.cookies[COOKIE]}) == 3


async def test_a23_secret_that_somebody_planted_stays_worthless(portal: Portal, browser: Browser) -> None:
    browser.cookies[COOKIE] = "a" * 43
    await browser.sign_in()
    assert await Browser(portal, {COOKIE: "a" * 43}).who() == ""


async def test_a23_signing_in_again_ends_the_session_before(portal: Portal, browser: Browser) -> None:
    await browser.sign_in("lan")
    before = dict(browser.cookies)
    await browser.sign_in("thu")
    assert await browser.who() == "Phạm Thị Thu"
    assert await Browser(portal, before).who() == ""


async def test_a23_cookie_after_signing_out_is_worthless(portal: Portal, browser: Browser) -> None:
    await browser.sign_in()
    kept = dict(browser.cookies)
    assert (await browser.act("/sign-out")).status_code == 200
    assert COOKIE not in browser.cookies
    assert await Browser(portal, kept).who() == ""


async def test_a23_signing_out_everywhere_ends_the_other_browser_too(
    portal: Portal, browser: Browser
) -> None:
    other = Browser(portal)
    await browser.sign_in("hoa")
    await other.sign_in("hoa")
    assert (await browser.act("/sign-out/everywhere")).status_code == 200
    assert await other.who() == ""


async def test_signing_out_here_leaves_the_other_browser_alone(portal: Portal, browser: Browser) -> None:
    other = Browser(portal)
    await browser.sign_in("hoa")
    await other.sign_in("hoa")
    await browser.act("/sign-out")
    assert await other.who() == "Lê Thị Hoa"


async def test_signing_out_twice_does_no_harm(browser: Browser) -> None:
    await browser.sign_in()
    kept = dict(browser.cookies)
    await browser.act("/sign-out")
    browser.cookies = kept
    assert (await browser.act("/sign-out")).status_code == 200


@pytest.mark.parametrize("address", ["/sign-out", "/sign-out/everywhere"])
@pytest.mark.parametrize(
    "headers",
    [{"ansinh_request": None}, {"origin": None}, {"origin": "https://evil.example"}, {"origin": "null"}],
)
async def test_g17_another_site_cannot_sign_anybody_out(
    browser: Browser, address: str, headers: dict[str, str | None]
) -> None:
    await browser.sign_in()
    assert (await browser.act(address, **headers)).status_code == 403
    assert await browser.who() == "Nguyễn Thị Lan"


async def test_signing_out_is_an_act_and_no_link(browser: Browser) -> None:
    assert (await browser.go("/sign-out")).status_code == 405


async def test_sign_in_while_the_issuer_is_away_is_told_as_such(pool: Pool, tmp_path: Path) -> None:
    async with served_portal(pool, tmp_path) as portal:
        portal.authentication.verifier.issuer.name = "http://127.0.0.1:9/provider"
        response = await Browser(portal).go("/sign-in")
    assert response.status_code == 503
    assert response.headers["retry-after"]
    assert "không kết nối được với hệ thống xác thực" in response.text


async def test_persona_may_be_chosen_on_a_page_in_both_languages(browser: Browser) -> None:
    departure = await browser.go("/sign-in")
    page = await browser.go(departure.headers["location"])
    assert page.status_code == 200
    assert '<html lang="vi">' in page.text
    assert "Choose somebody invented" in page.text
    for name in ("Nguyễn Thị Lan", "Trần Văn Minh", "Lê Thị Hoa", "Phạm Thị Thu", "Võ Văn Sơn"):
        assert name in page.text
    assert "Bộ Y tế" not in page.text


CHROMIUM = "/usr/bin/chromium"
WITHOUT_A_NETWORK = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


async def test_chromium_signs_in_from_another_site_and_keeps_the_strict_cookie(portal: Portal) -> None:
    # localhost and 127.0.0.1 are two sites, so this is the way from a link on somebody else's page.
    elsewhere = portal.url.replace("127.0.0.1", "localhost")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=WITHOUT_A_NETWORK)
        page = await chromium.new_page()
        await page.goto(f"{elsewhere}/provider/jwks")
        await page.evaluate("address => { location.href = address }", f"{portal.url}/sign-in?next=/who-am-i")
        await page.get_by_role("link", name="Nguyễn Thị Lan").click()
        await page.wait_for_url("**/who-am-i")
        assert "Nguyễn Thị Lan" in await page.inner_text("body")

        [cookie] = await page.context.cookies()
        assert (cookie["name"], cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (
            COOKIE,
            True,
            True,
            "Strict",
        )
        assert await page.evaluate("document.cookie") == ""

        over_a_socket = """new Promise(resolve => {
            new WebSocket('ws://' + location.host + '/who-am-i').onmessage = event => resolve(event.data)
        })"""
        assert "Nguyễn Thị Lan" in await page.evaluate(over_a_socket)

        sign_out = (
            "fetch('/sign-out', {method: 'POST', headers: {'Ansinh-Request': '1'}}).then(it => it.status)"
        )
        assert await page.evaluate(sign_out) == 200
        assert {cookie["name"] for cookie in await page.context.cookies()} == {LEAVING_COOKIE}
        await chromium.close()
