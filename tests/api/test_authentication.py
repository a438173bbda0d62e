"""Who is asking: over HTTP and over a socket, with a token or with a session."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from api.authentication import COOKIE
from auth import proofs
from auth.personas import MACHINES, PERSONAS, persona_of
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


def shown(portal: Portal, subject: str, method: str = "GET") -> dict[str, str]:
    """How a persona shows a token: a machine with a proof that it holds its key."""
    token = portal.provider.token_of(persona_of(subject))
    if not persona_of(subject).is_machine:
        return {"authorization": f"Bearer {token}"}
    key = portal.provider.machine_key(subject)
    address = f"{portal.url}/who-am-i"
    proof = proofs.made(key, method=method, address=address, now=time.time(), token=token)
    return {"authorization": f"DPoP {token}", "dpop": proof}


def code_of(response: httpx2.Response) -> str:
    [error] = response.json()["errors"]
    code: str = error["extensions"]["code"]
    return code


@pytest.mark.parametrize("subject", PERSONAS)
async def test_token_of_each_persona_is_accepted(portal: Portal, browser: Browser, subject: str) -> None:
    said = (await browser.go("/who-am-i", **shown(portal, subject))).json()
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
    viewer = await portal.authentication.introduced(
        ANONYMOUS, {"authorization": bearer(portal, "thu")}, "/who-am-i"
    )
    assert viewer
    assert viewer.name == "Phạm Thị Thu"


async def test_connection_init_without_a_token_leaves_whom_the_handshake_showed(portal: Portal) -> None:
    assert await portal.authentication.introduced(ANONYMOUS, {}, "/who-am-i") is ANONYMOUS


@pytest.mark.parametrize("authorization", ["Bearer x", "", 7, ["Bearer x"], {"a": "b"}])
async def test_connection_init_with_a_bad_token_is_refused(portal: Portal, authorization: Any) -> None:  # noqa: ANN401
    params = {"authorization": authorization}
    assert await portal.authentication.introduced(ANONYMOUS, params, "/who-am-i") is None


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


# ------------------------------------------------------------- machines ---


@pytest.mark.parametrize("machine", [machine.subject for machine in MACHINES])
async def test_a27_machine_shows_a_proof_with_each_request(
    portal: Portal, browser: Browser, machine: str
) -> None:
    headers = shown(portal, machine, "POST")
    assert (await browser.go("/who-am-i", "POST", **headers)).status_code == 200
    again = await browser.go("/who-am-i", "POST", **headers)
    assert (again.status_code, code_of(again)) == (401, "PROOF_REFUSED")
    challenge = again.headers["www-authenticate"]
    assert challenge.startswith('DPoP realm="ansinh", error="invalid_dpop_proof"')
    assert challenge.endswith('algs="ES256 PS256"')


async def test_a27_one_proof_at_once_is_taken_once(portal: Portal, browser: Browser) -> None:
    headers = shown(portal, "bo-y-te")
    answers = await asyncio.gather(*(browser.go("/who-am-i", **headers) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200, *[401] * 19]


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a27_proof_for_another_method_does_not_serve(
    portal: Portal, browser: Browser, method: str
) -> None:
    other = {"GET": "POST", "POST": "GET"}[method]
    response = await browser.go("/who-am-i", other, **shown(portal, "bo-y-te", method))
    assert (response.status_code, code_of(response)) == (401, "PROOF_REFUSED")


async def test_a27_what_the_request_calls_us_does_not_count(portal: Portal, browser: Browser) -> None:
    good = await browser.go("/who-am-i", **shown(portal, "bo-y-te"), host="evil.example")
    assert good.status_code == 200
    token = portal.provider.token_of(persona_of("bo-y-te"))
    key = portal.provider.machine_key("bo-y-te")
    proof = proofs.made(
        key, method="GET", address="http://evil.example/who-am-i", now=time.time(), token=token
    )
    response = await browser.go("/who-am-i", authorization=f"DPoP {token}", dpop=proof, host="evil.example")
    assert (response.status_code, code_of(response)) == (401, "PROOF_REFUSED")


async def test_a27_bound_token_is_refused_as_a_bearer_token(portal: Portal, browser: Browser) -> None:
    headers = shown(portal, "bo-y-te")
    scheme, _, token = headers["authorization"].partition(" ")
    assert scheme == "DPoP"
    for proof in ({}, {"dpop": headers["dpop"]}):
        response = await browser.go("/who-am-i", authorization=f"Bearer {token}", **proof)
        assert (response.status_code, code_of(response)) == (401, "TOKEN_REFUSED")
        assert response.headers["www-authenticate"].startswith('DPoP realm="ansinh", error="invalid_token"')


async def test_a27_unbound_token_is_refused_with_a_proof(portal: Portal, browser: Browser) -> None:
    token = portal.provider.token_of(persona_of("lan"))
    key = portal.provider.machine_key("bo-y-te")
    proof = proofs.made(key, method="GET", address=f"{portal.url}/who-am-i", now=time.time(), token=token)
    response = await browser.go("/who-am-i", authorization=f"DPoP {token}", dpop=proof)
    assert (response.status_code, code_of(response)) == (401, "TOKEN_REFUSED")
    assert response.headers["www-authenticate"].startswith('DPoP realm="ansinh", error="invalid_token"')


async def test_a27_token_without_a_proof_or_with_two_is_refused(portal: Portal) -> None:
    one, two = shown(portal, "bo-y-te"), shown(portal, "bo-y-te")
    bare = [("authorization", one["authorization"])]
    for headers in (bare, [*bare, ("dpop", one["dpop"]), ("dpop", two["dpop"])], [*bare, ("dpop", "")]):
        response = await portal.http.get(f"{portal.url}/who-am-i", headers=headers)
        assert (response.status_code, code_of(response)) == (401, "PROOF_REFUSED")
    # None of them was spent.
    assert (await portal.http.get(f"{portal.url}/who-am-i", headers=one)).status_code == 200


async def test_a27_proof_of_another_key_is_refused(portal: Portal, browser: Browser) -> None:
    token = portal.provider.token_of(persona_of("bo-y-te"))
    thief = portal.provider.machine_key("det-may-he-thong")
    proof = proofs.made(thief, method="GET", address=f"{portal.url}/who-am-i", now=time.time(), token=token)
    response = await browser.go("/who-am-i", authorization=f"DPoP {token}", dpop=proof)
    assert (response.status_code, code_of(response)) == (401, "PROOF_REFUSED")


async def test_a27_person_may_bind_a_token_too(portal: Portal, browser: Browser) -> None:
    key = portal.provider.machine_key("bo-y-te")
    token = portal.provider.token_of(persona_of("lan"), key.thumbprint())
    proof = proofs.made(key, method="GET", address=f"{portal.url}/who-am-i", now=time.time(), token=token)
    said = await browser.go("/who-am-i", authorization=f"DPoP {token}", dpop=proof)
    assert said.json()["name"] == "Nguyễn Thị Lan"


async def test_a27_socket_takes_a_proof_in_the_handshake(portal: Portal) -> None:
    headers = shown(portal, "bo-y-te")
    assert "Bộ Y tế" in await said_over_a_socket(portal, **headers)
    with handshake_refused():
        await said_over_a_socket(portal, **headers)


async def test_a27_connection_init_takes_a_proof_once(portal: Portal) -> None:
    given = shown(portal, "bo-y-te")
    viewer = await portal.authentication.introduced(ANONYMOUS, given, "/who-am-i")
    assert viewer
    assert viewer.name == "Bộ Y tế"
    assert await portal.authentication.introduced(ANONYMOUS, given, "/who-am-i") is None
    bare = {"Authorization": shown(portal, "bo-y-te")["authorization"]}
    assert await portal.authentication.introduced(ANONYMOUS, bare, "/who-am-i") is None
    elsewhere = shown(portal, "bo-y-te")
    assert await portal.authentication.introduced(ANONYMOUS, elsewhere, "/graphql") is None


async def test_no_proof_and_no_token_is_logged(
    portal: Portal, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    headers = shown(portal, "bo-y-te")
    with caplog.at_level(0):
        for _ in range(2):
            await browser.go("/who-am-i", **headers)
    _, _, token = headers["authorization"].partition(" ")
    for secret in (*token.split("."), *headers["dpop"].split(".")):
        assert secret not in caplog.text
