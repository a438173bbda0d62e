"""Who looked: what is shown of others is in the ledger before it is shown, and the person reads it there."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from db.access_ledger import Ledger
from db.pool import Connection
from tests import people
from tests.api.conftest import Account, RunningPortal

LOG = """
    query ($from: Date, $to: Date) { viewer { participant { accessLog(from: $from, to: $to) { nodes {
      readerKind readerVi readerEn right office { id } purposeVi purposeEn withheldUntil
      fields { name nameVi nameEn }
    } } } } }
"""
NAME = "query ($id: ID!) { participant(id: $id) { name: fullName } }"


async def log_of(portal: RunningPortal, person: Account, **period: object) -> Any:  # noqa: ANN401 -- JSON
    told = await portal.told(LOG, person, **period)
    return told["viewer"]["participant"]["accessLog"]["nodes"]


async def rows_of(owner: Connection, subject: UUID | None) -> list[asyncpg.Record]:
    return await owner.fetch("SELECT * FROM access_ledger WHERE subject_id = $1 ORDER BY id", subject)


async def test_a_person_reads_who_looked_and_that_look_is_entered_too(
    portal: RunningPortal, owner: Connection
) -> None:
    office = await people.an_office(owner)
    officer = await portal.officer(owner, office)
    person, other = [await portal.citizen(owner, office=office) for _ in range(2)]
    assert await log_of(portal, person) == []
    # One's own, and what is hidden, are in no ledger.
    assert await rows_of(owner, person.participant) == []
    stranger = await portal.officer(owner, await people.an_office(owner))
    identifier = f"Participant:{person.participant}"
    assert await portal.told(NAME, stranger, id=identifier) == {"participant": None}
    assert await rows_of(owner, person.participant) == []
    await portal.told(NAME, officer, id=identifier)
    (entry,) = await log_of(portal, person)
    fields = [{"name": "Participant.fullName", "nameVi": "họ và tên", "nameEn": "the full name"}]
    assert (entry["readerKind"], entry["right"], entry["fields"]) == ("OFFICER", "OFFICE", fields)
    assert entry["readerEn"].startswith("Officer ")
    assert entry["office"] == {"id": f"Office:{office}"}
    look, first = await log_of(portal, person)
    assert (look["readerKind"], look["readerVi"], look["right"]) == ("CITIZEN", "Chính chủ hồ sơ", "OWN")
    assert first == entry
    assert await log_of(portal, other) == []
    assert await log_of(portal, person, to="2000-01-01") == []
    assert len(await log_of(portal, person, **{"from": "2000-01-01"})) == 3


async def test_what_is_withheld_is_told_after_its_time(portal: RunningPortal, owner: Connection) -> None:
    person = await portal.citizen(owner)
    insert = (
        "INSERT INTO access_ledger (subject_id, reader_kind, reader_name, right_kind, purpose,"
        " case_reference, fields, document, withheld_until)"
        " VALUES ($1, 'PARTNER', 'Bộ', 'AGREEMENT', '', '', '{}', '', $2)"
    )
    await owner.execute(insert, person.participant, datetime.now(UTC) + timedelta(hours=1))
    assert await log_of(portal, person) == []
    await owner.execute(insert, person.participant, datetime.now(UTC) - timedelta(hours=1))
    (entry,) = await log_of(portal, person)
    assert entry["withheldUntil"] is not None


async def test_a_purpose_is_told_in_words_and_a_partners_by_the_register(
    portal: RunningPortal, owner: Connection
) -> None:
    person = await portal.citizen(owner)
    office = await people.an_office(owner)
    # That makes the register know a purpose, which nobody but partners has.
    await people.an_agreement(owner, office=office)
    for kind, purpose in (
        ("PARTNER", people.PURPOSE),
        ("OFFICER", people.PURPOSE),
        ("OFFICER", "IDENTITY_CHECK"),
        ("PARTNER", "OUT_OF_USE"),
        ("EMPLOYER", ""),
    ):
        await owner.execute(
            "INSERT INTO access_ledger (subject_id, reader_kind, reader_name, right_kind, purpose,"
            " case_reference, fields, document) VALUES ($1, $2, '', 'OFFICE', $3, '', '{}', '')",
            person.participant,
            kind,
            purpose,
        )
    assert [(entry["purposeVi"], entry["purposeEn"]) for entry in reversed(await log_of(portal, person))] == [
        ("Mục đích thử", "A purpose"),
        (people.PURPOSE, people.PURPOSE),
        ("Xác minh danh tính", "A check of who somebody is"),
        ("OUT_OF_USE", "OUT_OF_USE"),
        ("", ""),
    ]


async def test_where_the_ledger_is_away_others_are_refused_and_ones_own_goes_on(
    portal: RunningPortal, owner: Connection
) -> None:
    office = await people.an_office(owner)
    officer, person = await portal.officer(owner, office), await portal.citizen(owner, office=office)
    witness = portal.door.translator.witness
    there = witness._ledger  # type: ignore[attr-defined]  # noqa: SLF001 -- the door's own
    try:
        async with Ledger("postgresql://ansinh_api@127.0.0.1:1/nowhere") as away:
            witness._ledger = away  # type: ignore[attr-defined]  # noqa: SLF001
            answer = await portal.ask(NAME, officer, id=f"Participant:{person.participant}")
            assert answer.status_code == 503
            assert answer.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
            assert "name" not in answer.text
            own = await portal.told("{ viewer { participant { fullName } } services { totalCount } }", person)
            assert own["viewer"]["participant"]["fullName"]
    finally:
        witness._ledger = there  # type: ignore[attr-defined]  # noqa: SLF001
    assert await rows_of(owner, person.participant) == []


@pytest.mark.parametrize(("basis", "is_told"), [("PARENT", True), ("GUARDIAN", True), ("AGENT", False)])
async def test_a_parent_reads_who_looked_at_the_child_and_an_agent_does_not(
    portal: RunningPortal, owner: Connection, basis: str, *, is_told: bool
) -> None:
    office = await people.an_office(owner)
    officer, lan = await portal.officer(owner, office), await portal.citizen(owner)
    child = await people.a_participant(owner, office=office)
    assert lan.participant
    mandate = await people.a_mandate(owner, child, lan.participant, basis=basis)
    await portal.told(NAME, officer, id=f"Participant:{child}")
    asked = json.dumps({"query": LOG})
    header = {"ansinh_acting_for": f"Mandate:{mandate}"}
    first, second = [(await portal.post(asked, lan, **header)).json()["data"] for _ in range(2)]
    kinds = [entry["readerKind"] for entry in first["viewer"]["participant"]["accessLog"]["nodes"]]
    assert kinds == (["OFFICER"] if is_told else [])
    # That the parent read it is in the child's log too, and in nobody else's.
    kinds = [entry["readerKind"] for entry in second["viewer"]["participant"]["accessLog"]["nodes"]]
    assert kinds == (["REPRESENTATIVE", "OFFICER"] if is_told else [])
    assert await log_of(portal, lan) == []
