"""Asking under an agreement, over HTTP and sockets: purpose and case with every call, and nothing beyond."""

import json
from collections.abc import Mapping
from datetime import date

import httpx2
import pytest

from auth.agreements import Agreement
from auth.viewer import ViewerKind
from db.pool import Connection
from tests import people
from tests.api.conftest import Account, RunningPortal, a_persona

PEOPLE = """query ($after: Cursor) {
  participants(first: 1, after: $after, order: REGISTERED) { nodes { id } pageInfo { endCursor } }
}"""
ERRAND = {"ansinh_purpose": people.PURPOSE, "ansinh_case": "BV-1"}


@pytest.fixture
async def office(owner: Connection) -> int:
    return await people.an_office(owner)


@pytest.fixture
async def agreement(owner: Connection, office: int) -> Agreement:
    """An agreement about the people of an office, of whom there are two."""
    for _ in range(2):
        await people.a_participant(owner, office=office)
    return await people.an_agreement(owner, office=office)


async def a_ministry(portal: RunningPortal, owner: Connection, *agreements: tuple[int, Agreement]) -> Account:
    ministry = portal.account(a_persona(ViewerKind.PARTNER))
    for office, agreement in agreements:
        await people.a_grant(
            owner, ministry.principal, office=office, kind=ViewerKind.PARTNER, agreement=agreement.id
        )
    return ministry


@pytest.fixture
async def ministry(portal: RunningPortal, owner: Connection, office: int, agreement: Agreement) -> Account:
    return await a_ministry(portal, owner, (office, agreement))


async def asked(
    portal: RunningPortal,
    ministry: Account,
    text: str = PEOPLE,
    /,
    *,
    headers: Mapping[str, str] = ERRAND,
    **given: object,
) -> httpx2.Response:
    return await portal.post(json.dumps({"query": text, "variables": given}), ministry, **headers)


def code_of(response: httpx2.Response) -> str:
    return str(response.json()["errors"][0]["extensions"]["code"])


async def test_partner_asks_under_its_agreement(portal: RunningPortal, ministry: Account) -> None:
    answer = (await asked(portal, ministry)).json()
    assert len(answer["data"]["participants"]["nodes"]) == 1
    assert "errors" not in answer


async def test_a14_second_page_after_the_agreement_was_revoked_is_refused(
    portal: RunningPortal, owner: Connection, ministry: Account, agreement: Agreement
) -> None:
    first = (await asked(portal, ministry)).json()["data"]["participants"]
    await people.revoke(owner, agreement)
    second = await asked(portal, ministry, after=first["pageInfo"]["endCursor"])
    # The door may remember for a second that it stood; the walls know at once.
    if second.status_code == 403:
        assert code_of(second) == "AGREEMENT_REFUSED"
    else:
        assert second.json()["data"]["participants"]["nodes"] == []


OVER = {
    "revoked": "UPDATE agreements SET revoked_at = now(), revoked_reason = 'Thử' WHERE id = $1",
    "past its last day": "UPDATE agreements SET valid_to = valid_from WHERE id = $1",
}


@pytest.mark.parametrize("over", OVER.values(), ids=OVER)
async def test_a14_subscription_ends_with_the_agreement_within_five_seconds(
    portal: RunningPortal, owner: Connection, office: int, ministry: Account, agreement: Agreement, over: str
) -> None:
    dossier = await people.a_dossier(owner, participant=await people.a_participant(owner, office=office))
    reading = portal.account(ministry.persona, scope="dossier:read participant:read")
    async with portal.line(reading, introduced=False, headers=reading.shown("GET")) as line:
        await line.say("connection_init", payload={"purpose": people.PURPOSE, "case": "BV-1"})
        assert (await line.hear())["type"] == "connection_ack"
        await (await line.follow(dossier)).event()
        await owner.execute(over, agreement.id)
        assert await line.ended() == "NOT_FOUND"


WRONG = {
    "no purpose": ({"ansinh_case": "BV-1"}, "PURPOSE_MISSING"),
    "an empty purpose": ({"ansinh_purpose": "", "ansinh_case": "BV-1"}, "PURPOSE_MISSING"),
    "no case": ({"ansinh_purpose": people.PURPOSE}, "CASE_MISSING"),
    "an empty case": ({**ERRAND, "ansinh_case": ""}, "CASE_MISSING"),
    "an agreement in small letters": ({**ERRAND, "ansinh_agreement": "thu-1"}, "AGREEMENT_REFUSED"),
    "a case with a tab": ({**ERRAND, "ansinh_case": "BV\t1"}, "CASE_MISSING"),
    "nothing but an agreement": ({"ansinh_agreement": "NONE-1"}, "PURPOSE_MISSING"),
    "a mandate": ({"ansinh_acting_for": "Mandate:1"}, "MANDATE_REFUSED"),
    "a mandate beside": ({**ERRAND, "ansinh_acting_for": "Mandate:1"}, "MANDATE_REFUSED"),
    "a long purpose": ({**ERRAND, "ansinh_purpose": "A" * 5_000}, "AGREEMENT_REFUSED"),
    "a purpose and a mark": ({**ERRAND, "ansinh_purpose": f"{people.PURPOSE};"}, "AGREEMENT_REFUSED"),
    "a pattern of a purpose": ({**ERRAND, "ansinh_purpose": "%"}, "AGREEMENT_REFUSED"),
    "two agreements": ({**ERRAND, "ansinh_agreement": "NONE-1, NONE-2"}, "AGREEMENT_REFUSED"),
    "a long case": ({**ERRAND, "ansinh_case": "x" * 101}, "CASE_MISSING"),
    "a purpose of another's": ({**ERRAND, "ansinh_purpose": "TAX_AUDIT"}, "AGREEMENT_REFUSED"),
    "a purpose in small letters": ({**ERRAND, "ansinh_purpose": people.PURPOSE.lower()}, "AGREEMENT_REFUSED"),
    "two purposes": ({**ERRAND, "ansinh_purpose": f"{people.PURPOSE}, TAX_AUDIT"}, "AGREEMENT_REFUSED"),
    "an unknown agreement": ({**ERRAND, "ansinh_agreement": "NONE-1"}, "AGREEMENT_REFUSED"),
    "an agreement with marks": ({**ERRAND, "ansinh_agreement": "' OR 1=1 --"}, "AGREEMENT_REFUSED"),
    "a long agreement": ({**ERRAND, "ansinh_agreement": "A" * 500}, "AGREEMENT_REFUSED"),
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_errand_that_no_agreement_covers_is_refused_with_its_code(
    portal: RunningPortal, ministry: Account, wrong: str
) -> None:
    headers, code = WRONG[wrong]
    refused = await asked(portal, ministry, headers=headers)
    assert (refused.status_code, code_of(refused)) == (403, code)


async def test_a13_agreement_of_another_or_that_is_over_opens_nothing(
    portal: RunningPortal, owner: Connection, office: int, agreement: Agreement
) -> None:
    over = await people.an_agreement(owner, office=office, valid_to=date(2026, 1, 31))
    to_come = await people.an_agreement(owner, office=office, valid_from=date(2999, 1, 1))
    for ministry in (
        await a_ministry(portal, owner),
        await a_ministry(portal, owner, (office, over)),
        await a_ministry(portal, owner, (office, to_come)),
    ):
        for headers in (ERRAND, {**ERRAND, "ansinh_agreement": agreement.code}):
            refused = await asked(portal, ministry, headers=headers)
            assert (refused.status_code, code_of(refused)) == (403, "AGREEMENT_REFUSED")


async def test_of_several_agreements_one_is_named(
    portal: RunningPortal, owner: Connection, office: int, agreement: Agreement
) -> None:
    there = await people.an_office(owner)
    other = await people.an_agreement(owner, office=there)
    ministry = await a_ministry(portal, owner, (office, agreement), (there, other))
    assert code_of(await asked(portal, ministry)) == "AGREEMENT_REFUSED"
    for named, rows in ((agreement, 1), (other, 0)):
        answer = await asked(portal, ministry, headers={**ERRAND, "ansinh_agreement": named.code})
        assert len(answer.json()["data"]["participants"]["nodes"]) == rows


async def test_partner_is_told_the_rate_of_its_agreement(portal: RunningPortal, owner: Connection) -> None:
    office = await people.an_office(owner)
    narrow = await people.an_agreement(owner, office=office, capacity=90, restore_rate=3)
    ministry = await a_ministry(portal, owner, (office, narrow))
    answer = (await asked(portal, ministry, "{ limits { cost rate { capacity restoreRate } } }")).json()
    assert answer["data"] == {"limits": {"cost": 90, "rate": {"capacity": 90, "restoreRate": 3}}}
    assert answer["extensions"]["cost"]["limit"] == 90
    assert code_of(await asked(portal, ministry, PEOPLE.replace("first: 1", "first: 100"))) == "COST_TOO_HIGH"


async def test_a13_people_outside_the_population_are_absent(
    portal: RunningPortal, owner: Connection, ministry: Account
) -> None:
    person = await people.a_participant(owner, number=(number := people.a_number()))
    by_id = "query ($id: ID!) { participant(id: $id) { id } }"
    by_number = "query ($number: String!) { participantByNumber(number: $number) { id } }"
    assert (await asked(portal, ministry, by_id, id=f"Participant:{person}")).json()["data"] == {
        "participant": None
    }
    assert (await asked(portal, ministry, by_number, number=number)).json()["data"] == {
        "participantByNumber": None
    }


async def test_a13_what_was_read_is_entered_with_agreement_purpose_and_case(
    portal: RunningPortal, owner: Connection, ministry: Account, agreement: Agreement
) -> None:
    answer = (await asked(portal, ministry)).json()
    [shown] = answer["data"]["participants"]["nodes"]
    rows = await owner.fetch(
        "SELECT right_kind, agreement_id, purpose, case_reference FROM access_ledger"
        " WHERE subject_id = $1::uuid",
        shown["id"].partition(":")[2],
    )
    assert [tuple(row) for row in rows] == [("AGREEMENT", agreement.id, people.PURPOSE, "BV-1")]


# ------------------------------------------------------------------ what one may see of agreements ---

REGISTER = """
query ($inForce: Boolean) {
  agreements(first: 100, inForce: $inForce) { totalCount nodes {
    id code legalBasis fields validFrom validTo isInForce revokedReason rate { capacity restoreRate }
    partner { code nameVi } population { id } purposes { nodes { code logDelayDays } }
  } }
}"""
BY_ID = "query ($id: ID!) { node(id: $id) { id ... on Agreement { code } } }"


async def codes_told(portal: RunningPortal, account: Account, **given: object) -> list[str]:
    told = await portal.told(REGISTER, account, **given)
    return [node["code"] for node in told["agreements"]["nodes"]]


async def test_partner_finds_its_agreements_before_it_names_one(
    portal: RunningPortal, office: int, ministry: Account, agreement: Agreement
) -> None:
    [told] = (await portal.told(REGISTER, ministry))["agreements"]["nodes"]
    assert told == {
        "id": f"Agreement:{agreement.id}",
        "code": agreement.code,
        "legalBasis": "Thỏa thuận thử",
        "fields": sorted(agreement.fields),
        "validFrom": "2026-01-01",
        "validTo": None,
        "isInForce": True,
        "revokedReason": None,
        "rate": {"capacity": 10**9, "restoreRate": 10**9},
        "partner": {"code": agreement.partner, "nameVi": "Bộ Thử"},
        "population": {"id": f"Office:{office}"},
        "purposes": {"nodes": [{"code": people.PURPOSE, "logDelayDays": 0}]},
    }


async def test_partner_reads_why_its_agreement_was_revoked(
    portal: RunningPortal, owner: Connection, ministry: Account, agreement: Agreement
) -> None:
    await people.revoke(owner, agreement)
    [told] = (await portal.told(REGISTER, ministry))["agreements"]["nodes"]
    assert (told["isInForce"], told["revokedReason"]) == (False, "Thử")
    assert await codes_told(portal, ministry, inForce=True) == []
    assert await codes_told(portal, ministry, inForce=False) == [agreement.code]


async def test_officer_reads_the_agreements_about_people_of_their_offices(
    portal: RunningPortal, owner: Connection, office: int, agreement: Agreement
) -> None:
    there = await people.an_office(owner)
    assert await codes_told(portal, await portal.officer(owner, office)) == [agreement.code]
    assert await codes_told(portal, await portal.officer(owner, there)) == []


async def test_agreement_by_which_something_is_seen_is_found_by_its_identifier(
    portal: RunningPortal, ministry: Account, agreement: Agreement
) -> None:
    text = "{ participants(first: 1, order: REGISTERED) { nodes { accessRight { through } } } }"
    answer = (await asked(portal, ministry, text)).json()
    through = answer["data"]["participants"]["nodes"][0]["accessRight"]["through"]
    found = {"id": f"Agreement:{agreement.id}", "code": agreement.code}
    assert through == found["id"]
    assert (await portal.told(BY_ID, ministry, id=through))["node"] == found


async def test_a1_whoever_was_looked_at_finds_the_agreement_that_their_log_names_and_nobody_else_does(
    portal: RunningPortal, owner: Connection, office: int, ministry: Account, agreement: Agreement
) -> None:
    lan, minh = await portal.citizen(owner, office=office), await portal.citizen(owner, office=office)
    by_number = "query ($id: ID!) { participant(id: $id) { fullName } }"
    await asked(portal, ministry, by_number, id=f"Participant:{lan.participant}")
    log = "{ viewer { participant { accessLog { nodes { agreement { id code } } } } } }"
    found = {"id": f"Agreement:{agreement.id}", "code": agreement.code}
    told = (await portal.told(log, lan))["viewer"]["participant"]["accessLog"]["nodes"]
    assert told == [{"agreement": found}]
    assert (await portal.told(BY_ID, lan, id=found["id"]))["node"] == found
    # To find it by looking for it is for partners and officers.
    assert await codes_told(portal, lan) == []
    other = await a_ministry(portal, owner, (office, await people.an_agreement(owner, office=office)))
    for stranger in (minh, other, portal.account(a_persona(ViewerKind.EMPLOYER)), None):
        assert (await portal.told(BY_ID, stranger, id=found["id"]))["node"] is None
