"""Whatever somebody sends, the answer is one that can be sent, and read as nothing else."""

import json

import pytest

from tests.api.conftest import RunningPortal

HALF_A_CHARACTER = "\ud800"

OF_AN_ORDER = "query Q($order: DossierOrder!) { dossiers(order: $order) { totalCount } }"


async def test_half_a_character_in_a_message_is_no_fault_of_ours(portal: RunningPortal) -> None:
    response = await portal.ask(OF_AN_ORDER, order=HALF_A_CHARACTER)
    [error] = response.json()["errors"]
    assert response.status_code == 200
    assert HALF_A_CHARACTER in error["message"]


async def test_over_a_socket_it_is_none_either(portal: RunningPortal) -> None:
    async with portal.line() as line:
        await line.ask("{ viewer { kind } }", HALF_A_CHARACTER)
        said = await line.hear()
        await line.say("ping")
        assert (await line.hear())["type"] == "pong"
    assert (said["id"], said["type"]) == (HALF_A_CHARACTER, "error")


@pytest.mark.parametrize(
    "text", ["{ viewer { kind } }", "{ nothing }", "{ __typename __schema { __typename } }"]
)
async def test_answer_is_read_as_json_and_as_nothing_else(portal: RunningPortal, text: str) -> None:
    response = await portal.ask(text)
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_refusal_is_read_as_json_and_as_nothing_else(portal: RunningPortal) -> None:
    response = await portal.post(json.dumps({"query": "{ viewer { kind } }"}), authorization="Bearer x")
    assert response.status_code == 401
    assert response.headers["x-content-type-options"] == "nosniff"
