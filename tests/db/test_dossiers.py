"""The life of a dossier: filed, accepted, withdrawn, whoever else is at it."""

import asyncio
import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from auth.scopes import Scope
from auth.viewer import ANONYMOUS, Viewer, ViewerKind
from db import pool as pools
from db.pool import Connection, Pool
from tests import people
from tests.dossier_acts import ACCEPT, SUBMIT, a_key, accepted, codes, submitted, withdrawn
from tests.portal import code_of, execute

REFERENCE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}")


@dataclass(frozen=True)
class Place:
    """An office, its officer, a citizen of it, and a service to apply for."""

    office: int
    officer: Viewer
    person: UUID
    citizen: Viewer
    service: str


@pytest.fixture
async def place(owner: Connection) -> Place:
    """An office of its own for every test."""
    office = await people.an_office(owner)
    person = await people.a_participant(owner, office=office)
    return Place(
        office,
        await people.officer_of(owner, office),
        person,
        people.citizen_of(person),
        await people.a_service(owner, days=10),
    )


async def filed(pool: Pool, place: Place) -> str:
    """A dossier that the citizen filed."""
    payload = await submitted(pool, place.citizen, place.service)
    identifier: str = payload["dossier"]["id"]
    return identifier


# --------------------------------------------------------------------------- to file ---


async def test_a_citizen_files_a_dossier_for_themself(pool: Pool, place: Place) -> None:
    payload = await submitted(pool, place.citizen, place.service, request="Xin hưởng chế độ thai sản.")
    assert payload["errors"] == []
    assert payload["replayed"] is False
    dossier = payload["dossier"]
    assert (dossier["status"], dossier["version"], dossier["code"]) == ("NEW", 1, None)
    assert REFERENCE.fullmatch(dossier["reference"])
    assert dossier["events"]["nodes"] == [
        {"seq": 1, "kind": "SUBMITTED", "status": "NEW", "actorKind": "CITIZEN", "reason": None}
    ]


async def test_an_employer_files_a_dossier_for_its_employee(
    pool: Pool, owner: Connection, place: Place
) -> None:
    employer = await people.an_employer(owner)
    await people.an_employment(owner, place.person, employer)
    viewer = await people.acting_for(owner, employer)
    payload = await submitted(
        pool,
        viewer,
        place.service,
        participant=f"Participant:{place.person}",
        employer=f"Employer:{employer}",
    )
    assert payload["errors"] == []
    # It goes to the office that keeps the person's record, not to the employer's.
    assert codes(await accepted(pool, place.officer, payload["dossier"]["id"])) == []


async def test_a_dossier_keeps_the_version_of_the_service_of_its_day(
    pool: Pool, owner: Connection, place: Place
) -> None:
    dossier = await filed(pool, place)
    assert (
        await owner.fetchval(
            "SELECT v.service_id FROM dossiers d JOIN service_versions v ON v.id = d.service_version_id"
            " WHERE d.id = $1",
            UUID(dossier.removeprefix("Dossier:")),
        )
        == place.service
    )


async def test_what_is_not_offered_today_cannot_be_applied_for(
    pool: Pool, owner: Connection, place: Place
) -> None:
    past = await people.a_service(owner, offered_until=date(2025, 12, 31))
    for service in (past, "NONE-01"):
        assert codes(await submitted(pool, place.citizen, service)) == ["SERVICE_NOT_OFFERED"]


async def test_a_service_is_filed_by_its_applicants_only(pool: Pool, owner: Connection, place: Place) -> None:
    service = await people.a_service(owner, applicants=["EMPLOYER"])
    payload = await submitted(pool, place.citizen, service)
    assert codes(payload) == ["APPLICANT_REFUSED"]
    assert {"name": "applicants", "value": "EMPLOYER"} in payload["errors"][0]["params"]


async def test_a_person_who_is_hidden_and_one_who_is_absent_look_the_same(
    pool: Pool, owner: Connection, place: Place
) -> None:
    somebody = await people.a_participant(owner)
    told = [
        (await submitted(pool, place.citizen, place.service, participant=f"Participant:{key}"))["errors"]
        for key in (somebody, uuid4())
    ]
    assert told[0] == told[1]
    assert told[0][0]["code"] == "NOT_FOUND"
    assert told[0][0]["path"] == ["participant"]


async def test_a_citizen_files_in_no_employers_name(pool: Pool, owner: Connection, place: Place) -> None:
    employer = await people.an_employer(owner)
    await people.an_employment(owner, place.person, employer)
    payload = await submitted(pool, place.citizen, place.service, employer=f"Employer:{employer}")
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [("NOT_FOUND", ["employer"])]


async def test_an_employer_files_in_its_own_name(pool: Pool, owner: Connection, place: Place) -> None:
    employer = await people.an_employer(owner)
    await people.an_employment(owner, place.person, employer)
    viewer = await people.acting_for(owner, employer)
    payload = await submitted(pool, viewer, place.service, participant=f"Participant:{place.person}")
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [("NOT_FOUND", ["employer"])]


@pytest.mark.parametrize(
    ("more", "code", "path"),
    [
        ({"service": "CS-01"}, "BAD_ID", ["service"]),
        ({"service": "Service:\0"}, "BAD_ID", ["service"]),
        ({"service": "Dossier:1"}, "BAD_ID", ["service"]),
        ({"participant": "Participant:1"}, "BAD_ID", ["participant"]),
        ({"employer": "Employer:x"}, "BAD_ID", ["employer"]),
        ({"request": "a\0b"}, "CHARACTER_REFUSED", ["request"]),
        ({"request": "\ud800"}, "CHARACTER_REFUSED", ["request"]),
        ({"request": "x" * 4_001}, "TEXT_TOO_LONG", ["request"]),
    ],
)
async def test_what_is_wrong_with_a_wish_is_said_at_its_place(
    pool: Pool, place: Place, more: dict[str, str], code: str, path: list[str]
) -> None:
    payload = await submitted(pool, place.citizen, place.service, **more)
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [(code, path)]


async def test_who_is_not_signed_in_files_nothing(pool: Pool, place: Place) -> None:
    assert codes(await submitted(pool, ANONYMOUS, place.service)) == ["NOT_SIGNED_IN"]


async def test_filing_takes_its_scope(pool: Pool, place: Place) -> None:
    reader = replace(place.citizen, scopes=frozenset({Scope.DOSSIER_READ, Scope.PARTICIPANT_READ}))
    wish = {"idempotencyKey": a_key(), "service": f"Service:{place.service}"}
    result = await execute(pool, reader, SUBMIT, input=wish)
    assert result.errors
    assert [(code_of(error), error.path) for error in result.errors] == [("SCOPE_MISSING", ["act"])]


async def test_filing_takes_the_level_of_its_scope(pool: Pool, place: Place) -> None:
    weaker = Viewer.proven(
        ViewerKind.CITIZEN,
        frozenset(Scope),
        1,
        principal=place.citizen.principal,
        participant_id=place.person,
    )
    wish = {"idempotencyKey": a_key(), "service": f"Service:{place.service}"}
    result = await execute(pool, weaker, SUBMIT, input=wish)
    assert result.errors
    assert [(code_of(error), error.path) for error in result.errors] == [("STEP_UP_REQUIRED", ["act"])]
    assert "level 2" in result.errors[0].message


async def test_filing_takes_the_level_of_the_service(pool: Pool, owner: Connection, place: Place) -> None:
    service = await people.a_service(owner, minimum_assurance=3)
    payload = await submitted(pool, place.citizen, service)
    [error] = payload["errors"]
    assert (error["code"], error["path"]) == ("STEP_UP_REQUIRED", ["service"])
    assert await owner.fetchval("SELECT count(*) FROM dossiers WHERE participant_id = $1", place.person) == 0
    stronger = replace(place.citizen, assurance=3)
    assert codes(await submitted(pool, stronger, service)) == []


async def test_a_payload_that_shows_more_than_the_scopes_allow_leaves_nothing_done(
    pool: Pool, owner: Connection, place: Place
) -> None:
    filer = replace(place.citizen, scopes=place.citizen.scopes - {Scope.IDENTIFIER_READ})
    shows_more = SUBMIT.replace("reference", "reference participant { identifiers { totalCount } }")
    wish = {"idempotencyKey": a_key(), "service": f"Service:{place.service}"}
    result = await execute(pool, filer, shows_more, input=wish)
    assert result.errors
    assert code_of(result.errors[0]) == "SCOPE_MISSING"
    assert result.errors[0].path == ["act", "dossier", "participant", "identifiers"]
    assert await owner.fetchval("SELECT count(*) FROM dossiers WHERE participant_id = $1", place.person) == 0


async def test_a_refusal_is_said_in_the_readers_language(pool: Pool, place: Place) -> None:
    wish = {"idempotencyKey": a_key(), "service": "Service:NONE"}
    sentences = []
    for language in ("vi", "en"):
        result = await execute(pool, place.citizen, SUBMIT, language=language, input=wish)
        assert result.data
        sentences.append(result.data["act"]["errors"][0]["message"])
    assert sentences == [
        "Hôm nay cơ quan không cung cấp dịch vụ NONE.",
        "The agency does not offer the service NONE today.",
    ]


# -------------------------------------------------------------------------- to accept ---


async def test_acceptance_issues_the_code_and_sets_the_day_of_the_answer(
    pool: Pool, owner: Connection, place: Place
) -> None:
    agency = await owner.fetchval("SELECT agency_code FROM offices WHERE id = $1", place.office)
    wish = {"idempotencyKey": a_key(), "dossier": await filed(pool, place), "expectedVersion": 1}
    # Half past midnight in Vietnam, of the day after the one in UTC.
    now = datetime(2026, 11, 23, 17, 30, tzinfo=UTC)
    result = await execute(pool, place.officer, ACCEPT, now=now, input=wish)
    assert result.data
    dossier = result.data["act"]["dossier"]
    assert dossier["code"] == f"{agency}-261124-0001"
    # Ten working days from the day after.
    assert dossier["dueOn"] == "2026-12-08"
    assert (dossier["status"], dossier["version"], dossier["closedAt"]) == ("ACCEPTED", 2, None)
    assert [(event["seq"], event["kind"]) for event in dossier["events"]["nodes"]] == [
        (1, "SUBMITTED"),
        (2, "ACCEPTED"),
    ]


async def test_serials_begin_anew_each_day(pool: Pool, place: Place) -> None:
    serials = []
    for day in (1, 1, 2, 1):
        wish = {"idempotencyKey": a_key(), "dossier": await filed(pool, place), "expectedVersion": 1}
        now = datetime(2026, 12, day, 3, tzinfo=UTC)
        result = await execute(pool, place.officer, ACCEPT, now=now, input=wish)
        assert result.data
        serials.append(result.data["act"]["dossier"]["code"][-11:])
    assert serials == ["261201-0001", "261201-0002", "261202-0001", "261201-0003"]


async def test_without_a_time_limit_there_is_no_due_day(pool: Pool, owner: Connection, place: Place) -> None:
    payload = await submitted(pool, place.citizen, await people.a_service(owner, days=None))
    dossier = (await accepted(pool, place.officer, payload["dossier"]["id"]))["dossier"]
    assert dossier["status"] == "ACCEPTED"
    assert dossier["dueOn"] is None


async def test_two_hundred_acceptances_at_once_get_two_hundred_codes_in_sequence(
    pool: Pool, owner: Connection, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However long a busy machine lets two hundred wait.
    monkeypatch.setattr(pools, "STALLED_AFTER_S", 30.0)
    monkeypatch.setattr(pools, "WAITED_AT_MOST_S", 60.0)
    dossiers = [
        await people.a_dossier(owner, participant=place.person, service=place.service) for _ in range(200)
    ]
    # Some are refused on their way, and take no serial with them.
    refused = [accepted(pool, place.officer, dossier, version=9) for dossier in dossiers[::10]]
    *payloads, _ = await asyncio.gather(
        *(accepted(pool, place.officer, dossier) for dossier in dossiers), asyncio.gather(*refused)
    )
    codes_ = sorted(payload["dossier"]["code"] for payload in payloads)
    assert len(set(codes_)) == 200
    assert sorted(int(code.rpartition("-")[2]) for code in codes_) == list(range(1, 201))
    assert {payload["dossier"]["version"] for payload in payloads} == {2}
    events = await owner.fetch(
        "SELECT dossier_id, array_agg(seq ORDER BY seq) AS seqs FROM dossier_events"
        " WHERE office_id = $1 GROUP BY 1",
        place.office,
    )
    assert [event["seqs"] for event in events] == [[1, 2]] * 200


async def test_past_9999_a_serial_takes_a_fifth_digit(pool: Pool, owner: Connection, place: Place) -> None:
    await owner.execute(
        "INSERT INTO dossier_code_serials VALUES ($1, $2, 9999)",
        place.office,
        (datetime.now(UTC) + timedelta(hours=7)).date(),
    )
    payload = await accepted(pool, place.officer, await filed(pool, place))
    assert payload["dossier"]["code"].endswith("-10000")


async def test_of_two_officers_at_one_version_one_wins(pool: Pool, owner: Connection, place: Place) -> None:
    dossier = await filed(pool, place)
    colleague = await people.officer_of(owner, place.office)
    payloads = await asyncio.gather(
        *(accepted(pool, viewer, dossier) for viewer in (place.officer, colleague) * 3)
    )
    assert sorted(codes(payload) for payload in payloads) == [[], *[["VERSION_CONFLICT"]] * 5]
    assert {"name": "version", "value": "2"} in next(
        payload["errors"][0]["params"] for payload in payloads if payload["errors"]
    )


async def test_what_is_accepted_is_not_accepted_again(pool: Pool, place: Place) -> None:
    dossier = await filed(pool, place)
    await accepted(pool, place.officer, dossier)
    assert codes(await accepted(pool, place.officer, dossier, version=2)) == ["DOSSIER_TRANSITION_REFUSED"]


async def test_a_citizen_does_not_accept_their_own(pool: Pool, place: Place) -> None:
    assert codes(await accepted(pool, place.citizen, await filed(pool, place))) == ["ACT_NOT_ALLOWED"]


async def test_a_dossier_that_is_hidden_and_one_that_is_absent_look_the_same(
    pool: Pool, owner: Connection, place: Place
) -> None:
    hidden = await people.a_dossier(owner)
    for act, viewer in ((accepted, place.officer), (withdrawn, place.citizen)):
        told = [(await act(pool, viewer, dossier))["errors"] for dossier in (hidden, uuid4())]
        assert told[0] == told[1]
        assert told[0][0]["code"] == "NOT_FOUND"


# ------------------------------------------------------------------------ to withdraw ---


@pytest.mark.parametrize("is_accepted", [False, True])
async def test_who_filed_a_dossier_withdraws_it(pool: Pool, place: Place, is_accepted: bool) -> None:  # noqa: FBT001
    dossier = await filed(pool, place)
    if is_accepted:
        await accepted(pool, place.officer, dossier)
    payload = await withdrawn(
        pool, place.citizen, dossier, version=2 if is_accepted else 1, reason="Nộp nhầm."
    )
    assert payload["errors"] == []
    found = payload["dossier"]
    assert (found["status"], bool(found["code"])) == ("WITHDRAWN", is_accepted)
    assert found["closedAt"]
    assert found["events"]["nodes"][-1] == {
        "seq": found["version"],
        "kind": "WITHDRAWN",
        "status": "WITHDRAWN",
        "actorKind": "CITIZEN",
        "reason": "Nộp nhầm.",
    }


async def test_nothing_follows_a_withdrawal(pool: Pool, place: Place) -> None:
    dossier = await filed(pool, place)
    await withdrawn(pool, place.citizen, dossier)
    assert codes(await withdrawn(pool, place.citizen, dossier, version=2)) == ["DOSSIER_TRANSITION_REFUSED"]
    assert codes(await accepted(pool, place.officer, dossier, version=2)) == ["DOSSIER_TRANSITION_REFUSED"]


async def test_a_withdrawal_names_the_version_that_was_seen(pool: Pool, place: Place) -> None:
    dossier = await filed(pool, place)
    await accepted(pool, place.officer, dossier)
    payload = await withdrawn(pool, place.citizen, dossier, version=1)
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [
        ("VERSION_CONFLICT", ["expectedVersion"])
    ]


async def test_an_officer_does_not_withdraw(pool: Pool, place: Place) -> None:
    assert codes(await withdrawn(pool, place.officer, await filed(pool, place))) == ["ACT_NOT_ALLOWED"]


async def test_acceptance_and_withdrawal_at_once_leave_one_of_them(pool: Pool, place: Place) -> None:
    for _ in range(5):
        dossier = await filed(pool, place)
        payloads = await asyncio.gather(
            accepted(pool, place.officer, dossier), withdrawn(pool, place.citizen, dossier)
        )
        assert sorted(codes(payload) for payload in payloads) == [[], ["VERSION_CONFLICT"]]


# ---------------------------------------------------------- what PostgreSQL itself refuses ---


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("due_on = NULL, accepted_at = now()", "ck_dossiers_code_from_acceptance"),
        ("code = reference, accepted_at = now()", "ck_dossiers_code_after_acceptance"),
        ("status = 'ACCEPTED'", "ck_dossiers_code_where_accepted"),
        ("status = 'IN_PROCESS'", "ck_dossiers_code_where_accepted"),
        ("closed_at = now()", "ck_dossiers_closed_where_final"),
        ("status = 'WITHDRAWN'", "ck_dossiers_closed_where_final"),
        ("status = 'LOST'", "ck_dossiers_status_known"),
        ("version = 0", "ck_dossiers_version_counts"),
        ("applicant = 'EMPLOYER'", "ck_dossiers_employer_where_applicant"),
        ("request = repeat('x', 4001)", "ck_dossiers_request_bounded"),
    ],
)
async def test_a_dossier_that_contradicts_itself_is_refused(
    owner: Connection, change: str, constraint: str
) -> None:
    dossier = await people.a_dossier(owner)
    with pytest.raises(asyncpg.CheckViolationError) as refusal:
        await owner.execute(f"UPDATE dossiers SET {change} WHERE id = $1", dossier)  # noqa: S608 -- written above
    assert refusal.value.constraint_name == constraint


async def test_two_events_do_not_share_a_number(owner: Connection) -> None:
    dossier = await people.a_dossier(owner)
    with pytest.raises(asyncpg.UniqueViolationError):
        await owner.execute(
            "INSERT INTO dossier_events SELECT * FROM dossier_events WHERE dossier_id = $1", dossier
        )


async def test_a_code_belongs_to_one_dossier(owner: Connection) -> None:
    first, second = [await people.a_dossier(owner, due_on=date(2026, 12, 1)) for _ in range(2)]
    with pytest.raises(asyncpg.UniqueViolationError):
        await owner.execute(
            "UPDATE dossiers SET code = (SELECT code FROM dossiers WHERE id = $1) WHERE id = $2",
            first,
            second,
        )
