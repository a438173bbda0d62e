"""Nobody asks another client's documents, nor one under the name of another; who tries is in the log."""

import json
import logging
from pathlib import Path
from uuid import uuid4

import pytest

from api import registering
from auth.viewer import ViewerKind
from db import roles
from selection.registrations import document_id
from tests.api.conftest import Account, RunningPortal, a_persona, settings_of
from tests.conftest import Database

# No other test registers these for anybody.
KIND, NAME = "query OfHospital { viewer { kind } }", "query OfNobody { viewer { name } }"
UNKNOWN = (404, "DOCUMENT_UNKNOWN")
MISMATCH = (400, "DOCUMENT_MISMATCH")


@pytest.fixture(scope="module")
async def hospital(portal: RunningPortal, database: Database) -> Account:
    """Somebody with a token of a client that has registered a document."""
    client = f"hospital-{uuid4()}"
    owners = settings_of(Path(), 8000, database.url(roles.OWNER))
    await registering.register(owners, client, KIND, "kind.graphql")
    await portal.door.documents.look()
    return portal.account(a_persona(ViewerKind.CITIZEN), client_id=client)


def asked(**payload: object) -> str:
    """A request, or the message that begins to follow."""
    return json.dumps(payload)


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"documentId": document_id(NAME)}, UNKNOWN),
        ({"documentId": document_id(NAME), "query": NAME}, UNKNOWN),
        ({"documentId": ""}, UNKNOWN),
        ({"documentId": "sha256:"}, UNKNOWN),
        ({"documentId": document_id(KIND).upper()}, UNKNOWN),
        ({"documentId": f"{document_id(KIND)} "}, UNKNOWN),
        ({"documentId": document_id(KIND).removeprefix("sha256:")}, UNKNOWN),
        ({"documentId": "x" * 60_000}, UNKNOWN),
        ({"documentId": "\0\ud800\n"}, UNKNOWN),
        ({"documentId": document_id(KIND), "query": NAME}, MISMATCH),
        ({"documentId": document_id(KIND), "query": f"{KIND} "}, MISMATCH),
        ({"documentId": document_id(KIND), "query": ""}, MISMATCH),
    ],
)
async def test_g27_what_was_not_registered_under_a_name_is_refused_and_logged(
    portal: RunningPortal,
    hospital: Account,
    caplog: pytest.LogCaptureFixture,
    payload: dict[str, str],
    expected: tuple[int, str],
) -> None:
    with caplog.at_level(logging.WARNING, "ansinh.documents"):
        answer = await portal.post(asked(**payload), hospital)
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]["code"]) == expected
    assert "data" not in answer.json()
    assert answer.json()["extensions"]["cost"]["requested"] == 1
    [line] = caplog.messages
    assert expected[1] in line
    assert "client=hospital-" in line
    # What is no identifier could be anything.
    assert len(line) < 200
    assert line.isprintable()


async def test_g27_another_clients_document_is_as_unknown_as_none(
    portal: RunningPortal, hospital: Account, caplog: pytest.LogCaptureFixture
) -> None:
    strangers = (portal.account(a_persona(ViewerKind.PARTNER), client_id=f"clinic-{uuid4()}"), None)
    assert (await portal.post(asked(documentId=document_id(KIND)), hospital)).status_code == 200
    for stranger in strangers:
        theirs = await portal.post(asked(documentId=document_id(KIND)), stranger)
        nobodys = await portal.post(asked(documentId=document_id(NAME)), stranger)
        assert theirs.status_code == nobodys.status_code == 404
        assert theirs.json()["errors"] == nobodys.json()["errors"]
    assert sum("DOCUMENT_UNKNOWN" in line for line in caplog.messages) == 4


async def test_g27_the_same_holds_by_address(portal: RunningPortal) -> None:
    answer = await portal.http.get(f"{portal.url}/graphql", params={"documentId": document_id(KIND)})
    assert answer.status_code == 404


async def test_g27_the_same_holds_over_a_socket(
    portal: RunningPortal, hospital: Account, caplog: pytest.LogCaptureFixture
) -> None:
    async with portal.line(hospital) as line:
        for payload, code in (
            ({"documentId": document_id(NAME)}, "DOCUMENT_UNKNOWN"),
            ({"documentId": document_id(KIND), "query": NAME}, "DOCUMENT_MISMATCH"),
        ):
            await line.say("subscribe", id="1", payload=payload)
            said = await line.hear()
            assert said["type"] == "error"
            assert said["payload"][0]["extensions"]["code"] == code
            assert any(code in written for written in caplog.messages)


async def test_g27_a_document_beside_its_own_name_is_answered(
    portal: RunningPortal, hospital: Account
) -> None:
    answer = await portal.post(asked(documentId=document_id(KIND), query=KIND), hospital)
    assert answer.json()["data"] == {"viewer": {"kind": "CITIZEN"}}
