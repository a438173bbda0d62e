"""Pages of which other sites may ask: those that are named, with a token, and never with a session."""

import json
from collections.abc import AsyncIterator

import pytest
from websockets.exceptions import InvalidStatus

from db.pool import Connection, Pool
from tests.api.conftest import RunningPortal, a_session, cookie, running_portal
from tests.conftest import Database

GUEST = "https://guest.example.vn"
STRANGER = "https://stranger.example.vn"
KIND = json.dumps({"query": "{ viewer { kind } }"})
PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization,content-type",
}


@pytest.fixture(scope="module")
async def hospitable(
    database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningPortal]:
    """A portal with one guest."""
    async with running_portal(database.url, tmp_path_factory.mktemp("guest"), origins=(GUEST,)) as portal:
        yield portal


async def test_guest_may_ask_with_a_token(hospitable: RunningPortal, owner: Connection) -> None:
    asked = await hospitable.http.options(f"{hospitable.url}/graphql", headers={"Origin": GUEST, **PREFLIGHT})
    assert asked.status_code == 200
    assert asked.headers["access-control-allow-origin"] == GUEST
    assert "Authorization" in asked.headers["access-control-allow-headers"]
    answer = await hospitable.post(KIND, await hospitable.citizen(owner), origin=GUEST)
    assert answer.headers["access-control-allow-origin"] == GUEST
    assert answer.headers["vary"] == "Accept, Accept-Language, Cookie, Origin"


async def test_guest_reads_refusals_too(hospitable: RunningPortal) -> None:
    for answer in (
        await hospitable.post(KIND, origin=GUEST, authorization="Bearer x"),
        await hospitable.post("[]", origin=GUEST),
    ):
        assert answer.json()["errors"][0]["extensions"]["code"]
        assert answer.headers["access-control-allow-origin"] == GUEST


async def test_stranger_may_read_nothing(hospitable: RunningPortal) -> None:
    headers = {"Origin": STRANGER, **PREFLIGHT}
    asked = await hospitable.http.options(f"{hospitable.url}/graphql", headers=headers)
    answer = await hospitable.post(KIND, origin=STRANGER)
    assert asked.status_code == 403
    assert asked.json()["errors"][0]["extensions"] == {"code": "ORIGIN_FOREIGN"}
    for said in (asked, answer):
        assert "access-control-allow-origin" not in said.headers


@pytest.mark.parametrize("origin", [GUEST, STRANGER])
async def test_nobody_is_let_in_unless_named(portal: RunningPortal, origin: str) -> None:
    asked = await portal.http.options(f"{portal.url}/graphql", headers={"Origin": origin, **PREFLIGHT})
    assert asked.status_code == 405
    assert "access-control-allow-origin" not in asked.headers


@pytest.mark.parametrize("origins", [(GUEST,), ("*",)])
async def test_nobody_is_let_in_with_a_session(
    database: Database,
    tmp_path_factory: pytest.TempPathFactory,
    pool: Pool,
    origins: tuple[str, ...],
) -> None:
    session = cookie(await a_session(pool))
    async with running_portal(database.url, tmp_path_factory.mktemp("all"), origins=origins) as portal:
        asked = await portal.http.options(f"{portal.url}/graphql", headers={"Origin": GUEST, **PREFLIGHT})
        answer = await portal.post(KIND, origin=GUEST, ansinh_request="1", **session)
        assert "access-control-allow-credentials" not in {**asked.headers, **answer.headers}
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (
            403,
            "REQUEST_FORGED",
        )
        with pytest.raises(InvalidStatus, match="403"):
            await portal.dial(headers={"Origin": GUEST, **session})


async def test_guest_may_follow_with_a_token(hospitable: RunningPortal, owner: Connection) -> None:
    async with hospitable.line(await hospitable.citizen(owner), headers={"Origin": GUEST}) as line:
        await line.say("ping")
        assert (await line.hear())["type"] == "pong"


async def test_stranger_may_not_follow(hospitable: RunningPortal, owner: Connection) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        await hospitable.dial(await hospitable.citizen(owner), headers={"Origin": STRANGER})
