"""What a sign-in at a low level does not reach, and how one is told the way up."""

import re
from uuid import uuid4

import pytest

from auth.sessions import Sessions
from auth.viewer import Viewer, ViewerKind
from db.pool import Connection, Pool
from tests import people
from tests.api.conftest import SUBMIT, Account, RunningPortal, cookie

IN_PART = """query ($me: ID!) {
    reached: participant(id: $me) { fullName } beyond: participant(id: $me) { dossiers { totalCount } }
}"""
MINE = "{ viewer { participant { fullName dossiers { totalCount } } } }"
RESPONSE = "application/graphql-response+json"


@pytest.fixture
async def weak(portal: RunningPortal, owner: Connection) -> Account:
    """A citizen whose token says level 1."""
    return await portal.citizen(owner, acr="1")


async def in_a_browser(pool: Pool, participant: object, assurance: int = 1) -> dict[str, str]:
    viewer = Viewer(ViewerKind.CITIZEN, uuid4(), participant, name="Thử", assurance=assurance)  # type: ignore[arg-type] -- the fixture's
    return cookie(await Sessions(pool).begin(viewer, issuer="tests", subject=uuid4().hex))


async def test_field_beyond_the_level_is_refused_and_the_rest_answered(
    portal: RunningPortal, weak: Account
) -> None:
    response = await portal.ask(IN_PART, weak, me=f"Participant:{weak.participant}")
    answer = response.json()
    [error] = answer["errors"]
    assert error["path"] == ["beyond", "dossiers"]
    assert error["extensions"] == {"code": "STEP_UP_REQUIRED", "level": 2, "acrValues": "2 3"}
    assert answer["data"]["reached"]["fullName"]
    assert answer["data"]["beyond"] is None
    assert "level 2" in error["message"]
    # Whoever was answered in part is not challenged.
    assert response.status_code == 200
    assert "www-authenticate" not in response.headers


async def test_session_is_told_the_address_where_it_steps_up(
    portal: RunningPortal, pool: Pool, weak: Account
) -> None:
    browser = await in_a_browser(pool, weak.participant)
    own = {"Ansinh-Request": "1", "Origin": portal.url}
    answer = (
        await portal.http.post(f"{portal.url}/graphql", json={"query": MINE}, headers=browser | own)
    ).json()
    [error] = answer["errors"]
    assert error["extensions"] == {"code": "STEP_UP_REQUIRED", "level": 2, "signIn": "/sign-in?level=2"}
    assert "mức 2" in error["message"]


async def test_token_without_a_level_reaches_nothing_of_a_persons(
    portal: RunningPortal, owner: Connection
) -> None:
    for acr in ("0", "4", "", "two", None):
        nobody = await portal.citizen(owner, acr=acr)
        answer = (await portal.ask("{ viewer { participant { id } } }", nobody)).json()
        [error] = answer["errors"]
        assert error["extensions"] == {"code": "STEP_UP_REQUIRED", "level": 1, "acrValues": "1 2 3"}


async def test_level_suffices_from_there_on(portal: RunningPortal, owner: Connection) -> None:
    for acr in ("2", "3"):
        strong = await portal.citizen(owner, acr=acr)
        told = await portal.told(MINE, strong)
        assert told["viewer"]["participant"]["dossiers"]["totalCount"] == 0


async def test_a_scope_that_the_token_does_not_have_is_missing_at_any_level(
    portal: RunningPortal, owner: Connection
) -> None:
    reader = await portal.citizen(owner, acr="1", scope="participant:read")
    answer = (await portal.ask(MINE, reader)).json()
    assert [error["extensions"] for error in answer["errors"]] == [{"code": "SCOPE_MISSING"}]


async def test_act_beyond_the_level_does_nothing(
    portal: RunningPortal, owner: Connection, weak: Account
) -> None:
    wish = {"idempotencyKey": "k", "service": f"Service:{await people.a_service(owner)}"}
    answer = (await portal.ask(SUBMIT, weak, input=wish)).json()
    assert [(error["extensions"]["code"], error["path"]) for error in answer["errors"]] == [
        ("STEP_UP_REQUIRED", ["submitDossier"])
    ]
    filed = "SELECT count(*) FROM dossiers WHERE participant_id = $1"
    assert await owner.fetchval(filed, weak.participant) == 0


@pytest.mark.parametrize(("accept", "status"), [(RESPONSE, 401), ("application/json", 200)])
async def test_whole_request_that_is_too_weak_is_challenged(
    portal: RunningPortal, weak: Account, accept: str, status: int
) -> None:
    response = await portal.http.post(
        f"{portal.url}/graphql",
        json={"query": SUBMIT, "variables": {"input": {"idempotencyKey": "k", "service": "Service:X"}}},
        headers=weak.headers | {"accept": accept},
    )
    assert (response.status_code, response.json()["data"]) == (status, None)
    challenge = response.headers["www-authenticate"]
    assert challenge.startswith("Bearer ")
    assert dict(re.findall(r'(\w+)="([^"]*)"', challenge)) == {
        "realm": "ansinh",
        "error": "insufficient_user_authentication",
        "acr_values": "2 3",
    }


async def test_who_follows_is_told_the_level_too(portal: RunningPortal, weak: Account) -> None:
    async with portal.line(weak) as line:
        await line.follow(uuid4())
        message = await line.hear()
    assert message["payload"]["errors"][0]["extensions"] == {
        "code": "STEP_UP_REQUIRED",
        "level": 2,
        "acrValues": "2 3",
    }
