"""Whoever writes a program asks `whoami` first: for whom it is taken, and what it may still ask."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from auth.viewer import ViewerKind
from db.pool import Connection, Pool
from schema.limits import Rate
from tests import people
from tests.api.conftest import Account, RunningPortal, a_persona, a_session, cookie, running_portal
from tests.conftest import Database

WHO = """
{ whoami {
  kind name client assurance scopes expiresAt purpose caseReference employers { nodes { id } }
  partner { code } agreement { code isInForce }
} }
"""
LEFT = "{ whoami { remaining limits { cost rate { capacity restoreRate } } } }"
# Nothing comes back while a test looks.
SLOW = {kind: Rate(capacity=1_000, restore_rate=1) for kind in ViewerKind}
NOBODY = {
    "kind": "ANONYMOUS",
    "name": None,
    "client": None,
    "assurance": 0,
    "scopes": [],
    "expiresAt": None,
    "partner": None,
    "agreement": None,
    "purpose": None,
    "caseReference": None,
    "employers": {"nodes": []},
}


@pytest.fixture(scope="module")
async def slow(database: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningPortal]:
    """A portal where what is spent does not come back soon."""
    async with running_portal(database.url, tmp_path_factory.mktemp("slow"), rates=SLOW) as portal:
        yield portal


async def answered(
    portal: RunningPortal, text: str, account: Account | None = None, **headers: str
) -> Mapping[str, Any]:
    """An answer without errors, with its extensions."""
    answer: Mapping[str, Any] = (await portal.post(json.dumps({"query": text}), account, **headers)).json()
    assert "errors" not in answer, answer
    return answer


async def who(portal: RunningPortal, account: Account | None = None, **headers: str) -> Mapping[str, Any]:
    """Who somebody is told to be."""
    told: Mapping[str, Any] = (await answered(portal, WHO, account, **headers))["data"]["whoami"]
    return told


async def test_nobody_is_told_that_they_are_nobody(portal: RunningPortal) -> None:
    assert await who(portal) == NOBODY


async def test_person_is_told_kind_level_and_scopes(portal: RunningPortal, owner: Connection) -> None:
    lan = await portal.citizen(owner)
    told = await who(portal, lan)
    assert (told["kind"], told["name"], told["assurance"]) == ("CITIZEN", lan.persona.name, 2)
    assert "dossier:read" in told["scopes"]
    assert told["scopes"] == sorted(told["scopes"])
    assert told["expiresAt"] is not None


async def test_browser_is_told_when_its_session_ends_and_has_no_client(
    portal: RunningPortal, pool: Pool, owner: Connection
) -> None:
    secret = await a_session(pool, await people.a_participant(owner))
    headers = {**cookie(secret), "origin": portal.url, "ansinh_request": "1"}
    told = await who(portal, **headers)
    assert (told["kind"], told["client"]) == ("CITIZEN", None)
    assert told["expiresAt"] is not None


async def test_system_of_an_employer_is_told_its_client_and_for_whom_it_acts(
    portal: RunningPortal, owner: Connection
) -> None:
    persona = replace(a_persona(ViewerKind.EMPLOYER), is_machine=True)
    system, employer = portal.account(persona, client_id=persona.subject), await people.an_employer(owner)
    await people.a_grant(owner, system.principal, employer=employer, kind=ViewerKind.EMPLOYER)
    told = await who(portal, system)
    assert (told["kind"], told["client"]) == ("EMPLOYER", persona.subject)
    assert told["employers"] == {"nodes": [{"id": f"Employer:{employer}"}]}


async def test_partner_is_told_under_which_errand_it_asks(portal: RunningPortal, owner: Connection) -> None:
    office = await people.an_office(owner)
    agreement = await people.an_agreement(owner, office=office)
    ministry = portal.account(a_persona(ViewerKind.PARTNER), client_id="bo-thu")
    await people.a_grant(
        owner, ministry.principal, office=office, kind=ViewerKind.PARTNER, agreement=agreement.id
    )
    told = await who(portal, ministry)
    assert (told["kind"], told["client"]) == ("PARTNER", "bo-thu")
    assert (told["purpose"], told["caseReference"]) == (None, None)
    assert (told["partner"], told["agreement"]) == ({"code": agreement.partner}, None)
    told = await who(portal, ministry, ansinh_purpose=people.PURPOSE, ansinh_case="BV-1")
    assert (told["purpose"], told["caseReference"]) == (people.PURPOSE, "BV-1")
    assert (told["partner"], told["agreement"]) == (
        {"code": agreement.partner},
        {"code": agreement.code, "isInForce": True},
    )


@pytest.mark.parametrize("kind", [None, ViewerKind.CITIZEN, ViewerKind.OFFICER, ViewerKind.PARTNER])
async def test_what_remains_is_what_the_bucket_holds(slow: RunningPortal, kind: ViewerKind | None) -> None:
    account = slow.account(a_persona(kind)) if kind else None
    before = (await answered(slow, LEFT, account))["extensions"]["cost"]["remaining"]
    await answered(slow, "{ services(first: 50) { nodes { code } } }", account)
    answer = await answered(slow, LEFT, account)
    left = answer["data"]["whoami"]["remaining"]
    # What is told in the answer is what it says beside: after this very operation was paid for.
    assert left in {answer["extensions"]["cost"]["remaining"], answer["extensions"]["cost"]["remaining"] + 1}
    assert 50 <= before - left <= 52


async def test_what_remains_under_an_agreement_is_that_of_the_agreement(
    slow: RunningPortal, owner: Connection
) -> None:
    office = await people.an_office(owner)
    narrow = await people.an_agreement(owner, office=office, capacity=300, restore_rate=1)
    ministry = slow.account(a_persona(ViewerKind.PARTNER))
    await people.a_grant(
        owner, ministry.principal, office=office, kind=ViewerKind.PARTNER, agreement=narrow.id
    )
    errand = {"ansinh_purpose": people.PURPOSE, "ansinh_case": "BV-1"}
    under = (await answered(slow, LEFT, ministry, **errand))["data"]["whoami"]
    assert under == {
        "remaining": 299,
        "limits": {"cost": 300, "rate": {"capacity": 300, "restoreRate": 1}},
    }
    beside = (await answered(slow, LEFT, ministry))["data"]["whoami"]
    assert (beside["remaining"], beside["limits"]["rate"]["capacity"]) == (999, 1_000)
