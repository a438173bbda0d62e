"""D1, D3, D4: every mutation happens once, however often it is asked for, and whoever else asks."""

import asyncio
import json
import socket
import struct
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from db.pool import Connection
from tests.api.acts import ACTS
from tests.api.conftest import Account, RunningPortal
from tests.patience import eventually
from tests.rights.acts import MUTATION, Act, input_of
from tests.rights.ways import object_type

EVERY = sorted(object_type(MUTATION).fields)
AT_ONCE, OVERLOADED = 50, 503
VERSIONED = [name for name in EVERY if "expectedVersion" in input_of(name).fields]


async def done(portal: RunningPortal, name: str, account: Account, wish: dict[str, Any]) -> Any:  # noqa: ANN401 -- JSON
    """The payload of an act; whoever is told that too much is under way asks again."""
    while (answer := await portal.ask(Act(name, None).text, account, input=wish)).status_code == OVERLOADED:
        pass
    assert "errors" not in answer.json(), answer.json()
    return answer.json()["data"][name]


def effect(payload: dict[str, Any]) -> dict[str, Any]:
    """A payload but for whether it was told before."""
    return {name: value for name, value in payload.items() if name != "replayed"}


def test_every_mutation_is_done_here() -> None:
    missing = set(EVERY) - ACTS.keys()
    assert not missing, f"Say in tests/api/acts.py who does these, and with which input: {sorted(missing)}"


@pytest.mark.parametrize("name", sorted(ACTS))
async def test_d1_of_fifty_at_once_with_one_key_one_is_done_and_the_others_are_told_of_it(
    portal: RunningPortal, owner: Connection, name: str
) -> None:
    account, wish = await ACTS[name](portal, owner)
    wish["idempotencyKey"] = uuid4().hex
    told = await asyncio.gather(*(done(portal, name, account, wish) for _ in range(AT_ONCE)))
    assert all(payload["errors"] == [] for payload in told)
    assert sorted(payload["replayed"] for payload in told) == [False] + [True] * (AT_ONCE - 1)
    assert all(effect(payload) == effect(told[0]) for payload in told)


@pytest.mark.parametrize("name", sorted(ACTS))
async def test_d3_whoever_lost_the_answer_is_told_it_again(
    portal: RunningPortal, owner: Connection, name: str
) -> None:
    account, wish = await ACTS[name](portal, owner)
    wish["idempotencyKey"] = uuid4().hex
    await asked_and_hung_up(portal, owner, account, Act(name, None).text, wish)
    again, once_more = [await done(portal, name, account, wish) for _ in range(2)]
    assert again == once_more
    assert again["replayed"] is True
    assert again["errors"] == []


@pytest.mark.parametrize("name", VERSIONED)
async def test_d4_of_two_who_saw_the_same_version_one_wins_and_the_other_is_told_the_new_one(
    portal: RunningPortal, owner: Connection, name: str
) -> None:
    account, wish = await ACTS[name](portal, owner)
    told = await asyncio.gather(
        *(done(portal, name, account, {**wish, "idempotencyKey": uuid4().hex}) for _ in range(2))
    )
    lost = [error for payload in told for error in payload["errors"]]
    assert [error["code"] for error in lost] == ["VERSION_CONFLICT"]
    assert str(wish["expectedVersion"] + 1) in [param["value"] for param in lost[0]["params"]]


async def asked_and_hung_up(
    portal: RunningPortal, owner: Connection, account: Account, text: str, wish: dict[str, Any]
) -> None:
    """Ask, wait until it is committed, and reset the connection without reading a word."""
    parts = urlsplit(portal.url)
    body = json.dumps({"query": text, "variables": {"input": wish}}).encode()
    head = [
        "POST /graphql HTTP/1.1",
        f"Host: {parts.netloc}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in account.headers.items()),
    ]
    _, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write("\r\n".join([*head, "", ""]).encode() + body)
    await writer.drain()

    async def is_committed() -> bool:
        count = "SELECT count(*) FROM idempotency_keys WHERE key = $1"
        return bool(await owner.fetchval(count, wish["idempotencyKey"]))

    await eventually(is_committed)
    ended: socket.socket = writer.get_extra_info("socket")
    ended.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.close()
