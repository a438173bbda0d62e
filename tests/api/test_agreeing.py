"""Whoever answers for the register records agreements from files, lists them and revokes them."""

from dataclasses import replace
from datetime import date
from itertools import count
from typing import Any

import pytest
import yaml

from api import agreeing
from api.agreeing import AgreementKnown, NoAgreement, NothingRecorded
from api.settings import Settings
from auth.viewer import ViewerKind
from db import roles
from db.pool import Connection
from db.roles import OwnerNeeded
from tests import people
from tests.api.conftest import Account, RunningPortal, a_persona
from tests.conftest import Database

_numbers = count(1)
MINE = "{ participants(first: 1, order: REGISTERED) { nodes { fullName } } }"


@pytest.fixture
def owners(database: Database, portal: RunningPortal) -> Settings:
    """How the owner's commands are set up."""
    return replace(portal.settings, database_url=database.url(roles.OWNER))


@pytest.fixture
def ministry(portal: RunningPortal) -> Account:
    """A system that nobody has let in yet."""
    return portal.account(a_persona(ViewerKind.PARTNER))


async def agreed(owner: Connection, *accounts: Account, **changes: object) -> dict[str, Any]:
    """What was agreed: about two people of an office, their names."""
    office = await people.an_office(owner)
    for _ in range(2):
        await people.a_participant(owner, office=office, name="Lê Thị Mận")
    return {
        "code": f"TEP-{next(_numbers)}",
        "partner": {"code": f"bo-tep-{next(_numbers)}", "name_vi": "Bộ Tệp", "name_en": "Ministry of Files"},
        "legal_basis": "Nghị định 278/2025/NĐ-CP",
        "purposes": [
            {
                "code": people.PURPOSE,
                "name_vi": "Mục đích thử",
                "name_en": "A purpose",
                "legal_basis": "ND 69/2024/NĐ-CP",
            }
        ],
        "population": await owner.fetchval("SELECT code FROM offices WHERE id = $1", office),
        "fields": ["Query.participants", "Participant.id", "Participant.fullName"],
        "valid_from": date(2026, 1, 1),
        "rate": {"capacity": 1_000, "restore_rate": 10},
        "signed_by": "Bộ trưởng",
        "recorded_by": "tests",
        "accounts": [account.persona.subject for account in accounts] or ["a-system"],
        **changes,
    }


def written(terms: dict[str, Any]) -> str:
    """The file of what was agreed."""
    text: str = yaml.safe_dump(terms, allow_unicode=True)
    return text


async def test_what_is_recorded_can_be_asked_under_at_once(
    portal: RunningPortal, owners: Settings, owner: Connection, ministry: Account
) -> None:
    terms = await agreed(owner, ministry)
    await agreeing.record(owners, written(terms), "mine.yaml")
    errand = {"ansinh_purpose": people.PURPOSE, "ansinh_case": "BV-1"}
    answer = (await portal.post(f'{{"query": "{MINE}"}}', ministry, **errand)).json()
    assert answer["data"] == {"participants": {"nodes": [{"fullName": "Lê Thị Mận"}]}}
    told = await portal.told("{ whoami { partner { code nameVi } limits { rate { capacity } } } }", ministry)
    assert told["whoami"]["partner"] == {"code": terms["partner"]["code"], "nameVi": "Bộ Tệp"}


async def test_what_is_recorded_is_listed_until_it_is_revoked_and_then_with_the_reason(
    owners: Settings, owner: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    terms = await agreed(owner)
    code, partner = terms["code"], terms["partner"]["code"]
    await agreeing.record(owners, written(terms), "mine.yaml")
    for state, revoked in (("in force", False), ("revoked on ", True)):
        if revoked:
            await agreeing.revoke(owners, code, "Hết nhu cầu")
        capsys.readouterr()
        await agreeing.review(owners)
        [line] = [line for line in capsys.readouterr().out.splitlines() if line.startswith(f"{code}  ")]
        assert line.startswith(f"{code}  {partner}  2026-01-01 without an end  {state}")
        assert line.endswith(f"  {people.PURPOSE}  3 fields")
    assert ": Hết nhu cầu  " in line


async def test_agreement_is_recorded_once_and_never_changed(owners: Settings, owner: Connection) -> None:
    terms = await agreed(owner)
    await agreeing.record(owners, written(terms), "mine.yaml")
    other = {**terms, "fields": ["Participant.birthDate"], "partner": {**terms["partner"], "name_vi": "Khác"}}
    with pytest.raises(AgreementKnown) as known:
        await agreeing.record(owners, written(other), "mine.yaml")
    assert known.value.params == {"agreement": terms["code"]}
    row = await owner.fetchrow(
        "SELECT fields, name_vi, (SELECT count(*) FROM grants WHERE agreement_id = agreements.id) AS accounts"
        " FROM agreements JOIN partners ON partners.id = partner_id WHERE agreements.code = $1",
        terms["code"],
    )
    assert row
    assert tuple(row) == (sorted(terms["fields"]), "Bộ Tệp", 1)


async def test_purpose_and_partner_that_are_known_stay_so(owners: Settings, owner: Connection) -> None:
    purpose = {"code": "DELAYED_CARE", "name_vi": "Chậm", "name_en": "Delayed", "legal_basis": "Luật"}
    first = await agreed(owner, purposes=[{**purpose, "log_delay_days": 30}])
    await agreeing.record(owners, written(first), "first.yaml")
    partner = {**first["partner"], "name_vi": "Bộ Khác"}
    second = await agreed(owner, purposes=[{**purpose, "name_vi": "Khác"}], partner=partner)
    await agreeing.record(owners, written(second), "second.yaml")
    known = await owner.fetchrow("SELECT name_vi, log_delay_days FROM purposes WHERE code = 'DELAYED_CARE'")
    assert tuple(known or ()) == ("Chậm", 30)
    assert await owner.fetchval("SELECT name_vi FROM partners WHERE code = $1", partner["code"]) == "Bộ Tệp"


async def test_only_what_stands_is_revoked(owners: Settings, owner: Connection) -> None:
    terms = await agreed(owner)
    with pytest.raises(NoAgreement):
        await agreeing.revoke(owners, terms["code"], "Thử")
    await agreeing.record(owners, written(terms), "mine.yaml")
    await agreeing.revoke(owners, terms["code"], "Thử")
    with pytest.raises(NoAgreement):
        await agreeing.revoke(owners, terms["code"], "Thử")


PURPOSE = {"code": people.PURPOSE, "name_vi": "Khám", "name_en": "Admission", "legal_basis": "Luật BHYT"}
FAULTS: dict[str, tuple[dict[str, object], str]] = {
    "a field that the schema has not": (
        {"fields": ["Participant.fulName"]},
        "fields: the schema has no Participant.fulName; did you mean Participant.fullName?",
    ),
    "a field like no other": ({"fields": ["*"]}, "fields: the schema has no *"),
    "no field": ({"fields": []}, "fields: it is a list, and not empty"),
    "no purpose": ({"purposes": []}, "purposes: it is a list, and not empty"),
    "a purpose in small letters": (
        {"purposes": [{**PURPOSE, "code": "care"}]},
        "purposes 1 code: it is a code, such as HOSPITAL_ADMISSION",
    ),
    "a purpose twice": ({"purposes": [PURPOSE, PURPOSE]}, "purposes: one is there twice"),
    "a delay below nothing": (
        {"purposes": [{**PURPOSE, "log_delay_days": -1}]},
        "purposes 1 log_delay_days: it is a whole number of days",
    ),
    "an end before the beginning": ({"valid_to": date(2025, 1, 1)}, "valid_to: it is before valid_from"),
    "a day that is none": ({"valid_from": "soon"}, "valid_from: it is a day, such as 2026-01-01"),
    "a code in small letters": (
        {"code": "tep-1"},
        "code: it is a code, such as BYT-BHXH-2026-01, of at most 40 characters",
    ),
    "a rate of nothing": (
        {"rate": {"capacity": 0, "restore_rate": 1}},
        "rate capacity: it is a whole number above 0",
    ),
    "a rate that is yes": (
        {"rate": {"capacity": True, "restore_rate": 1}},
        "rate capacity: it is a whole number above 0",
    ),
    "a name misspelt": (
        {"valid_til": "2027-01-01"},
        "valid_til: there is no such name; did you mean valid_to?",
    ),
    "an office that is none": ({"population": "09999"}, "population: there is no office 09999"),
    "no account": ({"accounts": []}, "accounts: it is a list, and not empty"),
    "a partner without names": (
        {"partner": "bo-tep"},
        "partner: it has names, each with a value: code, name_vi, name_en",
    ),
}


@pytest.mark.parametrize("wrong", FAULTS)
async def test_of_a_file_with_a_fault_nothing_is_recorded_and_the_fault_is_told(
    owners: Settings, owner: Connection, capsys: pytest.CaptureFixture[str], wrong: str
) -> None:
    changes, told = FAULTS[wrong]
    terms = await agreed(owner, **changes)
    with pytest.raises(NothingRecorded):
        await agreeing.record(owners, written(terms), "mine.yaml")
    assert capsys.readouterr().err.splitlines() == [f"mine.yaml: {told}"]
    assert not await owner.fetchval("SELECT count(*) FROM agreements WHERE code = $1", terms["code"])


async def test_file_with_a_day_that_there_is_not_is_refused(owners: Settings) -> None:
    with pytest.raises(NothingRecorded):
        await agreeing.record(owners, "valid_to: 2026-02-30", "no-day.yaml")


async def test_all_faults_are_told_at_once(owners: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    for text, number in (("[]", 1), ("", 1), ("code: [", 1), ("code: A-1", 10)):
        with pytest.raises(NothingRecorded):
            await agreeing.record(owners, text, "mine.yaml")
        assert len(capsys.readouterr().err.splitlines()) == number


async def test_who_serves_records_nothing(portal: RunningPortal, owner: Connection) -> None:
    with pytest.raises(OwnerNeeded):
        await agreeing.record(portal.settings, written(await agreed(owner)), "mine.yaml")
