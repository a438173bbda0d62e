"""My sessions: in which browsers I am signed in, and what ending one does to it."""

import json
import time
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.authentication import COOKIE
from auth.sessions import Sessions
from auth.viewer import Viewer, ViewerKind
from db.pool import Connection, Pool
from tests.api.conftest import RunningPortal, cookie
from tests.patience import eventually

MINE = """
{ viewer { sessions { totalCount nodes { id browser begunAt lastSeenAt endsAt isAsking } } } }
"""
END = """
mutation ($input: EndSessionInput!) {
  endSession(input: $input) { ended replayed errors { code path message } }
}
"""
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0"


@pytest.fixture
def somebody() -> Viewer:
    return Viewer(ViewerKind.CITIZEN, uuid4(), name="Nguyễn Thị Thử", assurance=2)


async def begun(pool: Pool, viewer: Viewer, user_agent: str = FIREFOX) -> str:
    return await Sessions(pool).begin(viewer, issuer="tests", subject="somebody", user_agent=user_agent)


async def asked(portal: RunningPortal, secret: str, text: str, **variables: object) -> Any:  # noqa: ANN401 -- JSON
    """What our own pages are answered in a session."""
    response = await portal.post(
        json.dumps({"query": text, "variables": variables}),
        cookie=f"{COOKIE}={secret}",
        origin=portal.url,
        ansinh_request="1",
    )
    return response.json()


async def sessions_of(portal: RunningPortal, secret: str) -> list[dict[str, Any]]:
    answer = await asked(portal, secret, MINE)
    sessions = answer["data"]["viewer"]["sessions"]
    assert sessions["totalCount"] == len(sessions["nodes"])
    nodes: list[dict[str, Any]] = sessions["nodes"]
    return nodes


async def end(portal: RunningPortal, secret: str, session: str, key: str | None = None) -> Any:  # noqa: ANN401 -- JSON
    wish = {"session": session, "idempotencyKey": key or uuid4().hex}
    return (await asked(portal, secret, END, input=wish))["data"]["endSession"]


async def other_of(portal: RunningPortal, secret: str) -> str:
    """The identifier of the one session that is not the one asking."""
    [other] = [session["id"] for session in await sessions_of(portal, secret) if not session["isAsking"]]
    return str(other)


async def is_dead(portal: RunningPortal, secret: str) -> bool:
    answer = await asked(portal, secret, "{ viewer { kind } }")
    return "errors" in answer and answer["errors"][0]["extensions"]["code"] == "SESSION_ENDED"


async def test_person_sees_their_browsers_and_which_one_is_asking(
    portal: RunningPortal, pool: Pool, somebody: Viewer
) -> None:
    here, _there = await begun(pool, somebody), await begun(pool, somebody, EDGE)
    shown = await sessions_of(portal, here)
    assert [(session["browser"], session["isAsking"]) for session in shown] == [
        ("Edge", False),
        ("Firefox", True),
    ]
    assert all(session["begunAt"] <= session["lastSeenAt"] < session["endsAt"] for session in shown)


async def test_nobody_sees_the_sessions_of_somebody_else(
    portal: RunningPortal, pool: Pool, somebody: Viewer
) -> None:
    foreign = await begun(pool, Viewer(ViewerKind.CITIZEN, uuid4(), assurance=1))
    [theirs] = await sessions_of(portal, foreign)
    mine = await begun(pool, somebody)
    [only] = await sessions_of(portal, mine)
    assert only["id"] != theirs["id"]
    looked = await asked(portal, mine, "query ($id: ID!) { node(id: $id) { id } }", id=theirs["id"])
    assert looked["data"] == {"node": None}


async def test_session_in_which_nobody_was_seen_for_long_is_not_shown(
    portal: RunningPortal, pool: Pool, owner: Connection, somebody: Viewer
) -> None:
    here, _there = await begun(pool, somebody), await begun(pool, somebody)
    idle = await other_of(portal, here)
    await owner.execute(
        "UPDATE sessions SET last_seen_at = last_seen_at - interval '15 minutes' WHERE id = $1",
        UUID(idle.removeprefix("Session:")),
    )
    assert [session["isAsking"] for session in await sessions_of(portal, here)] == [True]


async def test_token_without_the_scope_sees_no_session(portal: RunningPortal, owner: Connection) -> None:
    program = await portal.citizen(owner, scope="participant:read")
    answer = (await portal.ask(MINE, program)).json()
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["SCOPE_MISSING"]


async def test_a23_session_ended_from_another_browser_is_dead_within_a_second(
    portal: RunningPortal, pool: Pool, somebody: Viewer
) -> None:
    here, there = await begun(pool, somebody), await begun(pool, somebody, EDGE)
    # It has just been seen, so this process believes in it.
    assert not await is_dead(portal, there)
    session = await other_of(portal, here)
    assert await end(portal, here, session) == {"ended": session, "replayed": False, "errors": []}
    since = time.monotonic()

    async def dead() -> bool:
        return await is_dead(portal, there)

    await eventually(dead)
    # A second of belief, and what it takes to ask.
    assert time.monotonic() - since < 2
    assert [session["isAsking"] for session in await sessions_of(portal, here)] == [True]


async def test_a23_sockets_of_a_session_ended_elsewhere_close_within_five_seconds(
    portal: RunningPortal, pool: Pool, somebody: Viewer
) -> None:
    here, there = await begun(pool, somebody), await begun(pool, somebody, EDGE)
    async with portal.line(headers=cookie(there) | {"Origin": portal.url}) as line:
        await end(portal, here, await other_of(portal, here))
        since = time.monotonic()
        assert await line.closed() == 4401
        assert time.monotonic() - since < 5


async def test_a23_session_that_ends_itself_asks_for_nothing_more(
    portal: RunningPortal, pool: Pool, somebody: Viewer
) -> None:
    here = await begun(pool, somebody)
    [session] = await sessions_of(portal, here)
    assert (await end(portal, here, session["id"]))["errors"] == []

    async def dead() -> bool:
        return await is_dead(portal, here)

    await eventually(dead)


async def test_session_is_ended_once_for_a_key(portal: RunningPortal, pool: Pool, somebody: Viewer) -> None:
    here, _there = await begun(pool, somebody), await begun(pool, somebody)
    session = await other_of(portal, here)
    first, again = [await end(portal, here, session, "same") for _ in range(2)]
    assert (first["replayed"], again["replayed"]) == (False, True)
    assert first["ended"] == again["ended"] == session


@pytest.mark.parametrize("whose", ["nobody's", "somebody else's", "ended before"])
async def test_what_is_no_session_of_ones_own_is_not_found(
    portal: RunningPortal, pool: Pool, somebody: Viewer, whose: str
) -> None:
    here, _there = await begun(pool, somebody), await begun(pool, somebody)
    foreign = await begun(pool, Viewer(ViewerKind.CITIZEN, uuid4(), assurance=1))
    [theirs] = await sessions_of(portal, foreign)
    session = f"Session:{uuid4()}" if whose == "nobody's" else theirs["id"]
    if whose == "ended before":
        session = await other_of(portal, here)
        await end(portal, here, session)
    refused = await end(portal, here, session)
    assert refused["ended"] is None
    [error] = refused["errors"]
    assert (error["code"], error["path"]) == ("NOT_FOUND", ["session"])
    assert not await is_dead(portal, foreign)


async def test_identifier_of_another_kind_of_thing_is_refused(
    portal: RunningPortal, pool: Pool, somebody: Viewer
) -> None:
    refused = await end(portal, await begun(pool, somebody), "Office:1")
    assert [(error["code"], error["path"]) for error in refused["errors"]] == [("BAD_ID", ["session"])]


async def test_token_without_the_scope_ends_no_session(portal: RunningPortal, owner: Connection) -> None:
    program = await portal.citizen(owner, scope="session:read")
    wish = {"session": f"Session:{uuid4()}", "idempotencyKey": "k"}
    answer = (await portal.ask(END, program, input=wish)).json()
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["SCOPE_MISSING"]
