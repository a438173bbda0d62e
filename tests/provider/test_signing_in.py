"""People sign in and out at an issuer that is not ours."""

import time

import pytest

from api.authentication import COOKIE
from auth.viewer import Viewer, ViewerKind, principal_of
from tests.api.conftest import RunningPortal, cookie
from tests.api.portals import changed
from tests.patience import eventually
from tests.provider.conftest import Issuer, Person


async def test_what_the_issuer_publishes_is_enough(portal: RunningPortal, issuer: Issuer) -> None:
    published = await portal.door.authentication.verifier.issuer.published()
    assert published.metadata["issuer"] == issuer.name
    assert published.names == {"first"}


async def test_person_is_whom_the_issuer_says_in_its_own_words(person: Person) -> None:
    answer = await person.sign_in()
    assert COOKIE in person.at_portal.cookies, answer.text
    viewer = (await person.asked())["data"]["viewer"]
    assert viewer.pop("participant")["id"]
    assert viewer == {"kind": "CITIZEN", "name": "Nguyễn Thị Lan", "assurance": 2}


async def test_code_is_asked_for_with_pkce_and_a_nonce(person: Person, issuer: Issuer) -> None:
    address = await person.leave()
    assert address.startswith(f"{issuer.name}/auth?")
    assert "code_challenge_method=S256" in address
    assert "nonce=" in address


@pytest.mark.parametrize(
    "change",
    [
        {"iss": None},
        {"iss": "https://other.example"},
        {"state": "another"},
        {"state": None},
        {"code": "another"},
        {"code": None},
    ],
    ids=str,
)
async def test_a22_return_that_was_changed_begins_no_session(
    person: Person, change: dict[str, str | None]
) -> None:
    address = await person.return_of("lan")
    await person.at_portal.go(changed(address, **change))
    assert COOKIE not in person.at_portal.cookies


@pytest.mark.parametrize("change", [{"nonce": "another"}, {"code_challenge": "x" * 43}], ids=str)
async def test_a22_answer_to_another_request_begins_no_session(
    person: Person, change: dict[str, str | None]
) -> None:
    address = changed(await person.leave(), **change)
    answer = await person.at_portal.go(await person.go_through(address, login="lan", password="any"))
    assert answer.status_code >= 400
    assert COOKIE not in person.at_portal.cookies


async def test_a22_return_serves_once_and_only_the_browser_that_left(
    person: Person, portal: RunningPortal
) -> None:
    address = await person.return_of("lan")
    stranger = type(person.at_portal)(portal)
    await stranger.go(address)
    assert COOKIE not in stranger.cookies
    await person.at_portal.go(address)
    assert person.at_portal.cookies.pop(COOKIE)
    await person.at_portal.go(address)
    assert COOKIE not in person.at_portal.cookies


async def test_a24_signed_out_there_is_signed_out_here(
    person: Person, portal: RunningPortal, issuer: Issuer
) -> None:
    await person.sign_in()
    headers = cookie(person.at_portal.cookies[COOKIE]) | {"Origin": portal.url}
    async with portal.line(headers=headers) as line:
        await person.go_through(f"{issuer.name}/session/end", logout="yes")

        async def is_over() -> bool:
            answer = await person.asked()
            return "errors" in answer and answer["errors"][0]["extensions"]["code"] == "SESSION_ENDED"

        await eventually(is_over)
        assert await line.closed() == 4401
    account = Viewer(ViewerKind.CITIZEN, principal_of(issuer.name, "lan"), issued_at=time.time() - 5)
    await eventually(lambda: portal.door.authentication.revocations.concern(account))


async def test_signed_out_here_is_signed_out_there(
    person: Person, portal: RunningPortal, issuer: Issuer
) -> None:
    await person.sign_in()
    answer = await person.at_portal.act("/sign-out")
    assert COOKIE not in person.at_portal.cookies
    back = await person.go_through(answer.json()["next"], logout="yes")
    assert back.startswith(f"{portal.url}/sign-out/done")
    # Whoever is not signed in there is asked again who they are.
    again = await person.at_issuer.get(await person.leave(), follow_redirects=True)
    assert 'name="login"' in again.text
    assert str(again.url).startswith(issuer.name)


async def test_whoever_steps_up_signs_in_anew_though_the_issuer_knows_them(person: Person) -> None:
    await person.sign_in()
    before = person.at_portal.cookies[COOKIE]
    # Whoever does not step up is led back without a question.
    assert (await person.go_through(await person.leave())).startswith(person.portal.url)
    address = await person.leave("level=2&next=/")
    asked = await person.at_issuer.get(address, follow_redirects=True)
    assert 'name="login"' in asked.text
    await person.at_portal.go(await person.go_through(address, login="lan", password="any"))
    assert person.at_portal.cookies[COOKIE] != before
    assert (await person.asked())["data"]["viewer"]["assurance"] == 2


async def test_a22_step_up_whose_request_was_changed_on_the_way_begins_no_session(person: Person) -> None:
    await person.sign_in()
    before = person.at_portal.cookies[COOKIE]
    address = changed(await person.leave("level=2&next=/"), prompt=None, max_age=None)
    answer = await person.at_portal.go(await person.go_through(address, login="lan", password="any"))
    assert answer.status_code == 400
    assert "(auth_time)" in answer.text
    assert person.at_portal.cookies[COOKIE] == before
