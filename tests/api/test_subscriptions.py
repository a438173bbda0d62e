"""Who follows a dossier over graphql-transport-ws gets every event once, for as long as it is theirs."""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import gql
import pytest
from gql.transport.exceptions import TransportQueryError
from gql.transport.websockets import WebsocketsTransport
from websockets.exceptions import InvalidStatus

from db.pool import Connection, Pool
from tests import people
from tests.api.conftest import (
    ACCEPT,
    FOLLOW,
    SUBMIT,
    WITHDRAW,
    Account,
    Line,
    RunningPortal,
    a_session,
    cookie,
    global_id,
    running_portal,
)
from tests.conftest import Database
from tests.dossiers import an_event
from tests.patience import PATIENCE_S, eventually

# How many subscribers there are, how often each loses its connection, and how many dossiers they follow.
SUBSCRIBERS, DISCONNECTS, DOSSIERS = 25, 40, 5

QUERY = {"query": "{ viewer { kind } }"}


@pytest.fixture
async def lan(portal: RunningPortal, owner: Connection) -> Account:
    """A citizen."""
    return await portal.citizen(owner)


@pytest.fixture
async def dossier(owner: Connection, lan: Account) -> UUID:
    """A dossier of hers, with its first event."""
    return await a_followed_dossier(owner, lan)


async def a_followed_dossier(owner: Connection, lan: Account) -> UUID:
    return await people.a_dossier(owner, participant=lan.participant)


def follow(dossier: UUID, name: str = "1", **variables: object) -> str:
    """The message that begins to follow."""
    payload = {"query": FOLLOW, "variables": {"dossier": global_id(dossier), **variables}}
    return json.dumps({"type": "subscribe", "id": name, "payload": payload})


async def error_of(line: Line) -> str:
    """The code of the error that the next message tells."""
    message = await line.hear()
    errors = message["payload"] if message["type"] == "error" else message["payload"]["errors"]
    code: str = errors[0]["extensions"]["code"]
    return code


# ------------------------------------------------------------- what is told ---


async def test_open_subscription_shows_what_others_do(portal: RunningPortal, owner: Connection) -> None:
    office = await people.an_office(owner)
    lan, thu = await portal.citizen(owner, office=office), await portal.officer(owner, office)
    service = f"Service:{await people.a_service(owner)}"
    filed = (await portal.done(SUBMIT, lan, service=service))["id"]
    transport = WebsocketsTransport(
        f"ws{portal.url.removeprefix('http')}/graphql",
        headers={"Accept-Language": "en"},
        init_payload={"authorization": f"Bearer {lan.token}"},
        subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
        connect_args={"proxy": None},
    )
    async with gql.Client(transport=transport) as client:
        following = gql.gql(
            "subscription ($d: ID!) { dossierEvents(dossier: $d) { kind status office { id } } }"
        )
        following.variable_values = {"d": filed}
        events = client.subscribe(following)
        assert (await anext(events))["dossierEvents"]["kind"] == "SUBMITTED"
        await portal.done(ACCEPT, thu, dossier=filed, expectedVersion=1)
        assert (await anext(events))["dossierEvents"] == {
            "kind": "ACCEPTED",
            "status": "ACCEPTED",
            "office": {"id": f"Office:{office}"},
        }
        await portal.done(WITHDRAW, lan, dossier=filed, expectedVersion=2)
        assert (await anext(events))["dossierEvents"]["kind"] == "WITHDRAWN"
        await events.aclose()


async def test_officer_sees_it_too(portal: RunningPortal, owner: Connection) -> None:
    office = await people.an_office(owner)
    lan, thu = await portal.citizen(owner, office=office), await portal.officer(owner, office)
    dossier = await a_followed_dossier(owner, lan)
    async with portal.line(thu) as line:
        assert (await (await line.follow(dossier)).event())["seq"] == 1


async def test_subscription_begins_after_the_cursor_and_goes_on_live(
    portal: RunningPortal, owner: Connection, lan: Account, dossier: UUID
) -> None:
    for seq in (2, 3):
        await an_event(owner, dossier, seq)
    async with portal.line(lan) as line:
        events = await (await line.follow(dossier)).events(3)
    async with portal.line(lan) as line:
        await line.follow(dossier, after=events[0]["cursor"])
        assert await line.events(2) == events[1:]
        await an_event(owner, dossier, 4)
        assert (await line.event())["seq"] == 4


async def test_more_events_than_one_look_brings_are_all_told(
    portal: RunningPortal, owner: Connection, lan: Account, dossier: UUID
) -> None:
    async with owner.transaction():
        for seq in range(2, 252):
            await an_event(owner, dossier, seq)
    async with portal.line(lan) as line:
        events = await (await line.follow(dossier)).events(251)
    assert [event["seq"] for event in events] == list(range(1, 252))


async def test_polling_uses_the_same_cursor(
    portal: RunningPortal, owner: Connection, lan: Account, dossier: UUID
) -> None:
    await an_event(owner, dossier, 2)
    polled = "query ($id: ID!, $after: Cursor) { node(id: $id) { ... on Dossier {"
    polled += " events(after: $after) { edges { cursor node { seq } } nodes { cursor } } } } }"
    async with portal.line(lan) as line:
        first, second = await (await line.follow(dossier)).events(2)
        page = await portal.told(polled, lan, id=global_id(dossier), after=first["cursor"])
        assert page["node"]["events"] == {
            "edges": [{"cursor": second["cursor"], "node": {"seq": 2}}],
            "nodes": [{"cursor": second["cursor"]}],
        }
        await line.follow(dossier, after=page["node"]["events"]["edges"][0]["cursor"], name="2")
        await an_event(owner, dossier, 3)
        assert {(await line.event())["seq"] for _ in range(2)} == {3}


async def test_event_of_another_process_is_told(
    portal: RunningPortal, owner: Connection, database: Database, tmp_path: Path
) -> None:
    office = await people.an_office(owner)
    lan = await portal.citizen(owner, office=office)
    dossier = await a_followed_dossier(owner, lan)
    async with running_portal(database.url, tmp_path) as other, portal.line(lan) as line:
        await (await line.follow(dossier)).event()
        thu = await other.officer(owner, office)
        await other.done(ACCEPT, thu, dossier=global_id(dossier), expectedVersion=1)
        assert (await line.event())["kind"] == "ACCEPTED"


@pytest.mark.parametrize("name", ["authorization", "Authorization"])
async def test_token_may_come_with_the_introduction(
    portal: RunningPortal, lan: Account, dossier: UUID, name: str
) -> None:
    async with portal.line(introduced=False) as line:
        await line.say("connection_init", payload={name: f"Bearer {lan.token}"})
        assert await line.hear() == {"type": "connection_ack"}
        assert (await (await line.follow(dossier)).event())["seq"] == 1


async def test_completed_subscription_is_silent_and_its_name_is_free(
    portal: RunningPortal, owner: Connection, lan: Account, dossier: UUID
) -> None:
    other = await a_followed_dossier(owner, lan)
    async with portal.line(lan) as line:
        await (await line.follow(dossier)).event()
        await line.say("complete", id="1")
        await an_event(owner, dossier, 2)
        await (await line.follow(other)).event()
        await an_event(owner, other, 2)
        assert (await line.event())["seq"] == 2
        await line.say("ping")
        assert await line.hear() == {"type": "pong"}


async def test_who_leaves_abruptly_is_forgotten(portal: RunningPortal, lan: Account, dossier: UUID) -> None:
    lines = [await portal.dial(lan) for _ in range(5)]
    for line in lines:
        await (await line.follow(dossier)).event()
    watchers = portal.door.listener._watchers  # noqa: SLF001 -- what is kept is the fact under test
    assert len(watchers[dossier]) == 5
    for line in lines:
        line.socket.transport.abort()
    await eventually(lambda: dossier not in watchers)


# ----------------------------------------------------- whose it is not ---


async def test_hidden_and_absent_dossiers_look_the_same(
    portal: RunningPortal, owner: Connection, lan: Account
) -> None:
    hidden = await people.a_dossier(owner)
    told = []
    async with portal.line(lan) as line:
        for dossier in (hidden, uuid4()):
            await line.follow(dossier)
            told.append([await line.hear(), await line.hear()])
    assert told[0] == told[1]
    assert told[0][0]["payload"]["errors"][0]["extensions"] == {"code": "NOT_FOUND"}
    assert told[0][1]["type"] == "complete"


async def test_nobody_follows_without_the_scope(portal: RunningPortal, lan: Account, dossier: UUID) -> None:
    reader = portal.account(lan.persona, lan.participant, scope="participant:read")
    for account in (None, reader):
        async with portal.line(account) as line:
            await line.follow(dossier)
            assert await error_of(line) == "SCOPE_MISSING"


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"dossier": "Participant:00000000-0000-0000-0000-000000000000"}, "BAD_ID"),
        ({"dossier": "Dossier:\ud800"}, "BAD_ID"),
        ({"dossier": ""}, "BAD_ID"),
        ({"after": ""}, "BAD_CURSOR"),
        ({"after": "WyJORVdFU1QiLCAxXQ"}, "BAD_CURSOR"),
        ({"after": "\ud800"}, "BAD_CURSOR"),
    ],
)
async def test_what_has_no_meaning_is_told(
    portal: RunningPortal, lan: Account, dossier: UUID, variables: dict[str, str], code: str
) -> None:
    async with portal.line(lan) as line:
        await line.socket.send(follow(**{"dossier": dossier, **variables}))  # type: ignore[arg-type]
        assert await error_of(line) == code
        # The socket itself stays.
        assert (await line.hear())["type"] == "complete"
        assert (await (await line.follow(dossier)).event())["seq"] == 1


TAKEN_BACK = {
    "deleted": "DELETE FROM grants WHERE principal = $1",
    "ended": "UPDATE grants SET valid_until = now() WHERE principal = $1",
}


@pytest.mark.parametrize("taken_back", TAKEN_BACK.values(), ids=TAKEN_BACK)
async def test_a25_right_that_was_taken_back_ends_the_subscription_within_five_seconds(
    portal: RunningPortal, owner: Connection, taken_back: str
) -> None:
    office = await people.an_office(owner)
    thu = await portal.officer(owner, office)
    dossier = await people.a_dossier(owner, participant=await people.a_participant(owner, office=office))
    async with portal.line(thu) as line:
        await (await line.follow(dossier)).event()
        await owner.execute(taken_back, thu.principal)
        assert await line.ended() == "NOT_FOUND"


async def test_a25_event_after_the_right_was_taken_back_is_not_told(
    portal: RunningPortal, owner: Connection
) -> None:
    office = await people.an_office(owner)
    thu = await portal.officer(owner, office)
    dossier = await people.a_dossier(owner, participant=await people.a_participant(owner, office=office))
    async with portal.line(thu) as line:
        await (await line.follow(dossier)).event()
        async with owner.transaction():
            await owner.execute("DELETE FROM grants WHERE principal = $1", thu.principal)
            await an_event(owner, dossier, 2)
        assert await error_of(line) == "NOT_FOUND"


# ------------------------------------------------------- until it ends ---


async def test_a25_end_of_the_token_closes_the_socket(
    portal: RunningPortal, lan: Account, dossier: UUID
) -> None:
    ends_at = int(time.time()) + 2
    short = portal.account(lan.persona, lan.participant, exp=ends_at)
    async with portal.line(short) as line:
        await (await line.follow(dossier)).event()
        assert await line.closed() == 4401
        assert 0 <= time.time() - ends_at < 1


async def test_a25_end_of_the_token_closes_a_socket_on_which_nothing_is_followed(
    portal: RunningPortal, lan: Account
) -> None:
    ends_at = int(time.time()) + 2
    short = portal.account(lan.persona, lan.participant, exp=ends_at)
    async with portal.line(introduced=False) as line:
        await line.say("connection_init", payload={"authorization": f"Bearer {short.token}"})
        assert await line.closed() == 4401
        assert 0 <= time.time() - ends_at < 1


async def test_a25_sign_out_closes_the_socket(
    portal: RunningPortal, pool: Pool, lan: Account, dossier: UUID
) -> None:
    browser = cookie(await a_session(pool, lan.participant)) | {"Origin": portal.url}
    async with portal.line(headers=browser) as line:
        await (await line.follow(dossier)).event()
        left = await portal.http.post(f"{portal.url}/sign-out", headers=browser | {"Ansinh-Request": "1"})
        since = time.monotonic()
        assert left.status_code < 400
        assert await line.closed() == 4401
        assert time.monotonic() - since < 5


# ----------------------------------------------------------- the handshake ---


async def test_g24_foreign_origin_is_refused(portal: RunningPortal, lan: Account) -> None:
    for origin in ("https://evil.example", "null", f"{portal.url}.evil.example", ""):
        with pytest.raises(InvalidStatus, match="403"):
            await portal.dial(lan, headers={"Origin": origin})


async def test_g24_cookie_without_our_origin_is_refused(portal: RunningPortal, pool: Pool) -> None:
    browser = cookie(await a_session(pool))
    for origin in ({}, {"Origin": "https://evil.example"}):
        with pytest.raises(InvalidStatus, match="403"):
            await portal.dial(headers=browser | origin)


async def test_cookie_with_our_origin_is_let_in(portal: RunningPortal, pool: Pool) -> None:
    async with portal.line(headers=cookie(await a_session(pool)) | {"Origin": portal.url}):
        pass


@pytest.mark.parametrize("protocols", [["graphql-ws"], ["foo"], []])
async def test_g23_other_subprotocols_are_refused(portal: RunningPortal, protocols: list[str]) -> None:
    line = await portal.dial(protocols=protocols, introduced=False)
    assert line.socket.subprotocol is None
    assert await line.closed() == 4406


async def test_bad_token_is_refused(portal: RunningPortal, lan: Account) -> None:
    old = portal.account(lan.persona, exp=int(time.time()) - 1)
    for token in (old.token, "nonsense"):
        with pytest.raises(InvalidStatus, match="403"):
            await portal.dial(headers={"Authorization": f"Bearer {token}"})
        async with portal.line(introduced=False) as line:
            await line.say("connection_init", payload={"authorization": f"Bearer {token}"})
            assert await line.closed() == 4403


# --------------------------------------------------------- the protocol ---


@pytest.mark.parametrize(
    "query",
    [
        "{ viewer { kind } }",
        'mutation { submitDossier(input: { idempotencyKey: "k", service: "Service:X" }) { replayed } }',
        'query A { viewer { kind } } subscription B { dossierEvents(dossier: "x") { seq } }',
        f"{{ {' '.join(f'a{number}: __typename' for number in range(1_000))} }}",
    ],
    ids=["query", "mutation", "unnamed", "tokens"],
)
async def test_g25_nothing_but_subscriptions_goes_over_a_socket(
    portal: RunningPortal, lan: Account, query: str
) -> None:
    async with portal.line(lan) as line:
        await line.ask(query)
        assert await error_of(line) in {"SUBSCRIPTIONS_ONLY", "OPERATION_UNKNOWN", "GRAPHQL_PARSE_FAILED"}


async def test_g25_mutation_over_a_socket_does_nothing(
    portal: RunningPortal, owner: Connection, lan: Account
) -> None:
    wish = {"idempotencyKey": "socket", "service": f"Service:{await people.a_service(owner)}"}
    async with portal.line(lan) as line:
        for text in (
            SUBMIT,
            f'{SUBMIT} subscription B {{ dossierEvents(dossier: "x") {{ seq }} }}',
            f"{SUBMIT} {{ {' '.join(f'a{number}: __typename' for number in range(1_000))} }}",
        ):
            await line.ask(text, input=wish)
        await line.say("ping")
        await line.socket.close()
    # What was asked over the socket had been looked at before this.
    done = (await portal.told(SUBMIT, lan, input=wish))["submitDossier"]
    assert done["replayed"] is False


async def test_one_follows_one_thing_a_subscription(portal: RunningPortal, lan: Account) -> None:
    async with portal.line(lan) as line:
        await line.ask(
            'subscription { a: dossierEvents(dossier: "x") { seq } b: dossierEvents(dossier: "x") { seq } }'
        )
        assert (await line.hear())["type"] == "error"


async def test_g22_subscription_before_the_introduction_is_refused(
    portal: RunningPortal, lan: Account, dossier: UUID
) -> None:
    async with portal.line(lan, introduced=False) as line:
        await line.follow(dossier)
        assert await line.closed() == 4401


async def test_g22_whoever_never_introduces_themselves_is_hung_up_on(
    portal: RunningPortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portal.door, "connection_init_wait_timeout", timedelta(seconds=0.1))
    async with portal.line(introduced=False) as line:
        assert await line.closed() == 4408


async def test_g22_second_introduction_is_refused(portal: RunningPortal) -> None:
    async with portal.line() as line:
        await line.say("connection_init")
        assert await line.closed() == 4429


async def test_g22_second_subscription_of_one_name_is_refused(
    portal: RunningPortal, lan: Account, dossier: UUID
) -> None:
    async with portal.line(lan) as line:
        await (await line.follow(dossier)).follow(dossier)
        assert await line.closed() == 4409


async def test_eleventh_subscription_is_refused(portal: RunningPortal, lan: Account, dossier: UUID) -> None:
    async with portal.line(lan) as line:
        for number in range(11):
            await line.follow(dossier, name=str(number))
        messages = [await line.hear() for _ in range(11)]
        [refused] = [message for message in messages if message["type"] == "error"]
        assert refused["id"] == "10"
        assert refused["payload"][0]["extensions"] == {"code": "TOO_MANY_SUBSCRIPTIONS"}
        await line.say("complete", id="0")
        await line.follow(dossier, name="11")
        assert (await line.event())["seq"] == 1


MESSAGES: dict[str, str | bytes] = {
    "not json": "{",
    "binary": b"{}",
    "array": "[]",
    "number": "5",
    "null": "null",
    "no type": "{}",
    "unknown type": '{"type": "start"}',
    "long unknown type": json.dumps({"type": "x" * 1_000}),
    "type no text": '{"type": []}',
    "no payload": '{"type": "subscribe", "id": "1"}',
    "payload null": '{"type": "subscribe", "id": "1", "payload": null}',
    "no name": json.dumps({"type": "subscribe", "payload": QUERY}),
    "name no text": json.dumps({"type": "subscribe", "id": [1], "payload": QUERY}),
    "query no text": '{"type": "subscribe", "id": "1", "payload": {"query": 5}}',
    "variables no object": json.dumps({"type": "subscribe", "id": "1", "payload": QUERY | {"variables": []}}),
    "operation no text": json.dumps(
        {"type": "subscribe", "id": "1", "payload": QUERY | {"operationName": 1}}
    ),
    "complete nothing": '{"type": "complete", "id": {}}',
    "introduction no object": '{"type": "connection_init", "payload": []}',
    "deep": "[" * 50_000,
    "digits": f'{{"type": "ping", "payload": {"1" * 5_000}}}',
}


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
async def test_g22_what_is_no_message_closes_the_socket_and_is_not_our_fault(
    portal: RunningPortal, lan: Account, message: str | bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async with portal.line(lan) as line:
        await line.socket.send(message)
        assert await line.closed() == 4400
    await portal.told("{ viewer { kind } }")
    assert caplog.records == []


async def test_text_that_is_no_utf_8_closes_the_socket_and_is_not_our_fault(
    portal: RunningPortal, caplog: pytest.LogCaptureFixture
) -> None:
    async with portal.line() as line:
        await line.socket.send([b'{"type": "p', b'ing"\xff}'], text=True)
        assert await line.closed() == 1007
    assert caplog.records == []


async def test_g22_large_message_closes_the_socket(portal: RunningPortal) -> None:
    async with portal.line() as line:
        await line.socket.send(" " * 1_000_000)
        assert await line.closed() == 1009


async def test_what_a_client_may_say_at_any_time_is_taken(portal: RunningPortal) -> None:
    async with portal.line() as line:
        for message in (
            {"type": "pong"},
            {"type": "complete", "id": "unknown"},
            {"type": "ping", "payload": {}},
        ):
            await line.socket.send(json.dumps(message))
        assert await line.hear() == {"type": "pong"}


async def test_what_is_null_is_as_if_it_were_not_there(
    portal: RunningPortal, lan: Account, dossier: UUID
) -> None:
    async with portal.line(lan, introduced=False) as line:
        await line.say("connection_init", payload=None)
        assert await line.hear() == {"type": "connection_ack"}
        await line.say("ping", payload=None)
        assert await line.hear() == {"type": "pong"}
        asked = {"query": FOLLOW, "variables": {"dossier": global_id(dossier)}, "extensions": None}
        for name, operation in (("1", None), ("2", "")):
            await line.say("subscribe", id=name, payload={**asked, "operationName": operation})
            assert (await line.event())["seq"] == 1


async def test_real_client_is_told_why_it_ended(
    portal: RunningPortal, owner: Connection, lan: Account
) -> None:
    hidden = global_id(await people.a_dossier(owner))
    transport = WebsocketsTransport(
        f"ws{portal.url.removeprefix('http')}/graphql",
        headers=lan.headers,
        subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
        connect_args={"proxy": None},
    )
    async with gql.Client(transport=transport) as client:
        with pytest.raises(TransportQueryError, match="Không có hồ sơ này"):
            await anext(
                client.subscribe(gql.gql(f'subscription {{ dossierEvents(dossier: "{hidden}") {{ seq }} }}'))
            )


# ------------------------------------------------- a thousand disconnects ---


@asynccontextmanager
async def writing(
    database: Database, dossiers: list[UUID], chance: random.Random
) -> AsyncIterator[dict[UUID, int]]:
    """Write events of each dossier, some of them announced; yields the last number of each."""
    last = dict.fromkeys(dossiers, 1)
    stop = asyncio.Event()

    async def write(dossier: UUID) -> None:
        owner = await asyncpg.connect(database.url("ansinh_owner"))
        while not stop.is_set():
            await an_event(owner, dossier, last[dossier] + 1)
            last[dossier] += 1
            if chance.random() < 0.5:
                await owner.execute("SELECT pg_notify('dossier_events', $1)", str(dossier))
            # A pace: faster than anybody reconnects, slower than what this machine can tell everybody.
            await asyncio.sleep(chance.uniform(0, 0.1))
        await owner.close()

    async with asyncio.TaskGroup() as group:
        for dossier in dossiers:
            group.create_task(write(dossier))
        try:
            yield last
        finally:
            stop.set()


async def test_thousand_disconnects_lose_nothing_and_repeat_nothing(
    portal: RunningPortal,
    owner: Connection,
    database: Database,
    lan: Account,
    caplog: pytest.LogCaptureFixture,
) -> None:
    chance = random.Random(20_261_123)  # noqa: S311 -- no secret, but the same chances each time
    dossiers = [await a_followed_dossier(owner, lan) for _ in range(DOSSIERS)]
    followed = [dossiers[number % DOSSIERS] for number in range(SUBSCRIBERS)]
    received: list[list[int]] = [[] for _ in followed]
    cursors: list[str | None] = [None for _ in followed]
    disconnects = 0

    async def listen(number: int, events: int) -> None:
        """Come back with the cursor, take a few events, and be gone in the middle of whatever comes next."""
        line = await portal.dial(lan)
        await line.follow(followed[number], after=cursors[number])
        for _ in range(events):
            event = await line.event()
            received[number].append(event["seq"])
            cursors[number] = event["cursor"]
        line.socket.transport.abort()
        await line.socket.wait_closed()

    async def come_and_go(number: int) -> None:
        nonlocal disconnects
        for _ in range(DISCONNECTS):
            await listen(number, chance.randrange(4))
            disconnects += 1

    async with writing(database, dossiers, chance) as last, asyncio.TaskGroup() as group:
        for number in range(SUBSCRIBERS):
            group.create_task(come_and_go(number))
    async with asyncio.timeout(PATIENCE_S):
        for number, dossier in enumerate(followed):
            await listen(number, last[dossier] - len(received[number]))

    assert disconnects == 1_000
    for number, dossier in enumerate(followed):
        committed = await owner.fetch(
            "SELECT seq FROM dossier_events WHERE dossier_id = $1 ORDER BY seq", dossier
        )
        assert received[number] == [row["seq"] for row in committed]
    assert caplog.records == []
