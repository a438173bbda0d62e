"""Acting for others at the door: by a header, or in the introduction on a socket."""

import json
from uuid import UUID, uuid4

import pytest

from db.pool import Connection
from tests import people
from tests.api.conftest import SUBMIT, Account, RunningPortal

WHOM = "{ viewer { kind participant { id } mandate { id } } }"
REVOKED = "UPDATE mandates SET revoked_at = now(), revoked_by = uuidv4() WHERE id = $1"
OVER = {
    "revoked": REVOKED,
    "past its last day": "UPDATE mandates SET valid_to = valid_from WHERE id = $1",
    "of a higher level since": "UPDATE mandates SET minimum_assurance = 3 WHERE id = $1",
}


@pytest.fixture
async def lan(portal: RunningPortal, owner: Connection) -> Account:
    """A person."""
    return await portal.citizen(owner)


@pytest.fixture
async def child(owner: Connection) -> UUID:
    """Somebody whom Lan may act for."""
    return await people.a_participant(owner)


@pytest.fixture
async def mandate(owner: Connection, lan: Account, child: UUID) -> UUID:
    """That Lan may."""
    assert lan.participant
    return await people.a_mandate(owner, child, lan.participant, basis="PARENT")


def asked(text: str, **variables: object) -> str:
    return json.dumps({"query": text, "variables": variables})


async def test_person_acts_for_somebody_by_a_header(
    portal: RunningPortal, lan: Account, child: UUID, mandate: UUID
) -> None:
    acting = await portal.post(asked(WHOM), lan, ansinh_acting_for=f"Mandate:{mandate}")
    assert acting.json()["data"]["viewer"] == {
        "kind": "REPRESENTATIVE",
        "participant": {"id": f"Participant:{child}"},
        "mandate": {"id": f"Mandate:{mandate}"},
    }
    # The next request is for oneself again.
    assert (await portal.told(WHOM, lan))["viewer"]["participant"] == {"id": f"Participant:{lan.participant}"}


async def test_person_files_for_a_child_and_follows_it(
    portal: RunningPortal, owner: Connection, lan: Account, mandate: UUID
) -> None:
    wish = {"idempotencyKey": uuid4().hex, "service": f"Service:{await people.a_service(owner)}"}
    filed = await portal.post(asked(SUBMIT, input=wish), lan, ansinh_acting_for=f"Mandate:{mandate}")
    [payload] = filed.json()["data"].values()
    assert payload["errors"] == []
    async with portal.line(lan, introduced=False) as line:
        await line.say("connection_init", payload={"actingFor": f"Mandate:{mandate}"})
        assert (await line.hear())["type"] == "connection_ack"
        await line.follow(payload["dossier"]["id"])
        assert (await line.event())["kind"] == "SUBMITTED"


@pytest.mark.parametrize("over", OVER.values(), ids=OVER)
async def test_a25_subscription_ends_with_the_mandate_within_five_seconds(
    portal: RunningPortal, owner: Connection, lan: Account, child: UUID, mandate: UUID, over: str
) -> None:
    dossier = await people.a_dossier(owner, participant=child)
    async with portal.line(lan, introduced=False) as line:
        await line.say("connection_init", payload={"actingFor": f"Mandate:{mandate}"})
        assert (await line.hear())["type"] == "connection_ack"
        await (await line.follow(dossier)).event()
        await owner.execute(over, mandate)
        assert await line.ended() == "NOT_FOUND"


async def test_revoked_mandate_is_refused_within_a_second(
    portal: RunningPortal, owner: Connection, lan: Account, mandate: UUID
) -> None:
    people_seen = "{ participants { totalCount } }"
    header = {"ansinh_acting_for": f"Mandate:{mandate}"}
    before = await portal.post(asked(people_seen), lan, **header)
    assert before.json()["data"]["participants"]["totalCount"] == 1
    await owner.execute(REVOKED, mandate)
    # The walls know at once; the door, which remembers for a second, may still let ask.
    after = await portal.post(asked(people_seen), lan, **header)
    assert after.status_code == 403 or after.json()["data"]["participants"]["totalCount"] == 0


WRONG = {
    "nobody's": f"Mandate:{uuid4()}",
    "of another type": f"Dossier:{uuid4()}",
    "no identifier": "Mandate:1",
    "a key alone": str(uuid4()),
    "in capitals": f"MANDATE:{uuid4()}",
    "a text": "my mother",
    "a long text": "x" * 5_000,
    "two": f"Mandate:{uuid4()}, Mandate:{uuid4()}",
    "a quotation": "Mandate:'; DROP TABLE mandates; --",
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_what_is_no_mandate_of_ones_own_is_refused_alike(
    portal: RunningPortal, owner: Connection, lan: Account, wrong: str
) -> None:
    # One that is somebody else's is told in the very same words.
    theirs = await people.a_mandate(
        owner, await people.a_participant(owner), await people.a_participant(owner)
    )
    said = [
        await portal.post(asked(WHOM), lan, ansinh_acting_for=named)
        for named in (WRONG[wrong], f"Mandate:{theirs}")
    ]
    assert [response.status_code for response in said] == [403, 403]
    assert said[0].content == said[1].content
    assert said[0].json()["errors"][0]["extensions"]["code"] == "MANDATE_REFUSED"


async def test_socket_with_a_mandate_that_is_none_is_closed(portal: RunningPortal, lan: Account) -> None:
    async with portal.line(lan, introduced=False) as line:
        await line.say("connection_init", payload={"actingFor": f"Mandate:{uuid4()}"})
        assert await line.closed() == 4403


async def test_mandate_that_takes_more_says_so(
    portal: RunningPortal, owner: Connection, lan: Account, child: UUID
) -> None:
    assert lan.participant
    higher = await people.a_mandate(owner, child, lan.participant, level=3)
    refused = await portal.post(asked(WHOM), lan, ansinh_acting_for=f"Mandate:{higher}")
    assert refused.status_code == 401
    assert 'error="insufficient_user_authentication", acr_values="3"' in refused.headers["www-authenticate"]
    [error] = refused.json()["errors"]
    assert error["extensions"] == {"code": "STEP_UP_REQUIRED", "level": 3, "acrValues": "3"}


async def test_nobody_who_is_no_person_acts_by_a_mandate(
    portal: RunningPortal, owner: Connection, mandate: UUID
) -> None:
    officer = await portal.officer(owner, await people.an_office(owner))
    for somebody in (officer, None):
        refused = await portal.post(asked(WHOM), somebody, ansinh_acting_for=f"Mandate:{mandate}")
        assert refused.status_code == 403
