"""What people ask about their own data: who files it, who answers it, and by when."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from auth import policies
from auth.scopes import Scope
from auth.viewer import Viewer
from db.connection import transaction
from db.pool import Connection, Pool
from domain.working_calendar import date_in_vietnam
from selection.faults import OperationFault
from tests import people
from tests.dossier_acts import a_key, codes
from tests.people import EVERY_SCOPE
from tests.portal import ask, code_of, done, execute

PAYLOAD = """{
  replayed errors { code message path params { name value } }
  dataRequest { id kind concerns wish status version answerBy actBy isOverdue unconfirmed answer answeredAt
                office { id } participant { fullName } }
}"""
FILE = "mutation ($input: FileDataRequestInput!) { act: fileDataRequest(input: $input) " + PAYLOAD + "}"
ANSWER = "mutation ($input: AnswerDataRequestInput!) { act: answerDataRequest(input: $input) " + PAYLOAD + "}"
WISH = {"kind": "CORRECTION", "concerns": "Ngày sinh", "wish": "Sửa thành 03/02/1990\ntheo giấy khai sinh."}
LIST = """query ($status: [DataRequestStatus!], $overdue: Boolean, $order: DataRequestOrder) {
  dataRequests(status: $status, overdue: $overdue, order: $order) { totalCount nodes { id } } }"""
FRIDAY = datetime(2026, 11, 27, 16, 59, tzinfo=UTC)  # a minute before midnight in Vietnam
TODAY = date_in_vietnam(datetime.now(UTC))
DAY = timedelta(days=1)


@pytest.fixture
async def office(owner: Connection) -> int:
    """An office."""
    return await people.an_office(owner)


@pytest.fixture
async def lan(owner: Connection, office: int) -> Viewer:
    """A person."""
    return people.citizen_of(await people.a_participant(owner, office=office, name="Nguyễn Thị Lan"))


@pytest.fixture
async def officer(owner: Connection, office: int) -> Viewer:
    """An officer of the person's office."""
    return await people.officer_of(owner, office)


async def filed(pool: Pool, viewer: Viewer, **more: object) -> Any:  # noqa: ANN401 -- JSON
    """The payload of a request; `more` is of its input."""
    return (await done(pool, viewer, FILE, input={"idempotencyKey": a_key(), **WISH, **more}))["act"]


async def answered(pool: Pool, viewer: Viewer, request: str, /, **more: object) -> Any:  # noqa: ANN401 -- JSON
    """The payload of an answer; `more` is of its input."""
    wish = {"idempotencyKey": a_key(), "dataRequest": request, "expectedVersion": 1, "outcome": "DONE"}
    return (await done(pool, viewer, ANSWER, input={**wish, "answer": "Đã sửa.", **more}))["act"]


# ------------------------------------------------------------------------------- filing ---


async def test_a_person_asks_and_sees_by_when_it_is_answered(
    pool: Pool, office: int, lan: Viewer, officer: Viewer
) -> None:
    result = await execute(pool, lan, FILE, now=FRIDAY, input={"idempotencyKey": a_key(), **WISH})
    assert result.data
    assert result.data["act"]["errors"] == []
    request = result.data["act"]["dataRequest"]
    assert request | WISH == request
    assert (request["answerBy"], request["actBy"]) == ("2026-12-01", "2026-12-07")
    assert (request["status"], request["version"], request["unconfirmed"]) == ("FILED", 1, True)
    assert (request["answer"], request["answeredAt"]) == (None, None)
    assert (request["office"]["id"], request["participant"]["fullName"]) == (
        f"Office:{office}",
        "Nguyễn Thị Lan",
    )
    # She and the office see it.
    for viewer in (lan, officer):
        listed = await ask(pool, viewer, LIST)
        assert listed["dataRequests"] == {"totalCount": 1, "nodes": [{"id": request["id"]}]}
    mine = "{ viewer { participant { dataRequests { nodes { id } } } } }"
    assert (await ask(pool, lan, mine))["viewer"]["participant"]["dataRequests"]["nodes"] == [
        {"id": request["id"]}
    ]


@pytest.mark.parametrize(
    ("more", "code", "path"),
    [
        ({"concerns": " "}, "TEXT_MISSING", ["concerns"]),
        ({"concerns": "a" * 201}, "TEXT_TOO_LONG", ["concerns"]),
        ({"concerns": "a\nb"}, "CHARACTER_REFUSED", ["concerns"]),
        ({"wish": ""}, "TEXT_MISSING", ["wish"]),
        ({"wish": "a" * 4_001}, "TEXT_TOO_LONG", ["wish"]),
    ],
)
async def test_what_is_no_request_is_refused_at_its_place(
    pool: Pool, lan: Viewer, more: dict[str, object], code: str, path: list[str]
) -> None:
    refused = await filed(pool, lan, **more)
    assert refused["dataRequest"] is None
    assert [(error["code"], error["path"]) for error in refused["errors"]] == [(code, path)]


async def test_d1_a_request_under_one_key_is_filed_once_however_often_it_is_sent(
    pool: Pool, owner: Connection, lan: Viewer
) -> None:
    key = a_key()
    payloads = await asyncio.gather(*(filed(pool, lan, idempotencyKey=key) for _ in range(50)))
    assert len({payload["dataRequest"]["id"] for payload in payloads}) == 1
    assert sorted(payload["replayed"] for payload in payloads) == [False] + [True] * 49
    count = "SELECT count(*) FROM data_requests WHERE participant_id = $1"
    assert await owner.fetchval(count, lan.participant_id) == 1
    assert codes(await filed(pool, lan, idempotencyKey=key, wish="Khác.")) == ["IDEMPOTENCY_KEY_MISMATCH"]


async def test_nobody_else_files_about_a_persons_data(
    pool: Pool, owner: Connection, lan: Viewer, officer: Viewer
) -> None:
    employer = await people.an_employer(owner)
    assert lan.participant_id
    await people.an_employment(owner, lan.participant_id, employer)
    friend = people.citizen_of(await people.a_participant(owner))
    assert friend.participant_id
    mandate = await people.a_mandate(owner, lan.participant_id, friend.participant_id)
    for viewer in (
        officer,
        await people.acting_for(owner, employer),
        people.representing(lan.participant_id, friend, mandate),
    ):
        assert codes(await filed(pool, viewer)) == ["NOT_FOUND"]


# ---------------------------------------------------------------------------- answering ---


@pytest.mark.parametrize("outcome", ["DONE", "REFUSED"])
async def test_an_officer_answers_and_the_person_reads_it(
    pool: Pool, lan: Viewer, officer: Viewer, outcome: str
) -> None:
    request = (await filed(pool, lan))["dataRequest"]["id"]
    payload = await answered(pool, officer, request, outcome=outcome, answer="Xem giấy tờ kèm theo.")
    assert payload["errors"] == []
    shown = (
        "query ($id: ID!) { node(id: $id) { ... on DataRequest { status version answer answeredAt isOverdue"
        " participant { fullName } } } }"
    )
    seen = (await ask(pool, lan, shown, id=request))["node"]
    assert seen.pop("answeredAt") == payload["dataRequest"]["answeredAt"] is not None
    assert seen == {
        "status": outcome,
        "version": 2,
        "answer": "Xem giấy tờ kèm theo.",
        "isOverdue": False,
        "participant": {"fullName": "Nguyễn Thị Lan"},
    }


async def test_an_answer_is_final(pool: Pool, lan: Viewer, officer: Viewer) -> None:
    request = (await filed(pool, lan))["dataRequest"]["id"]
    await answered(pool, officer, request)
    again = await answered(pool, officer, request, expectedVersion=2, outcome="REFUSED")
    assert [(error["code"], error["params"]) for error in again["errors"]] == [
        ("DATA_REQUEST_ANSWERED", [{"name": "status", "value": "DONE"}])
    ]


async def test_an_answer_says_something(pool: Pool, lan: Viewer, officer: Viewer) -> None:
    request = (await filed(pool, lan))["dataRequest"]["id"]
    assert codes(await answered(pool, officer, request, answer=" ")) == ["TEXT_MISSING"]


async def test_d4_of_two_officers_at_once_one_answers(
    pool: Pool, owner: Connection, office: int, lan: Viewer, officer: Viewer
) -> None:
    request = (await filed(pool, lan))["dataRequest"]["id"]
    colleague = await people.officer_of(owner, office)
    payloads = await asyncio.gather(
        *(answered(pool, viewer, request, answer=viewer.name) for viewer in (officer, colleague) * 3)
    )
    assert sorted(codes(payload) for payload in payloads) == [[], *[["VERSION_CONFLICT"]] * 5]
    who = "SELECT answered_by, version FROM data_requests WHERE participant_id = $1"
    row = await owner.fetchrow(who, lan.participant_id)
    winner = next(i for i, payload in enumerate(payloads) if not payload["errors"])
    assert row
    assert tuple(row) == ((officer, colleague)[winner % 2].principal, 2)


async def test_nobody_else_answers(pool: Pool, owner: Connection, lan: Viewer) -> None:
    request = (await filed(pool, lan))["dataRequest"]["id"]
    elsewhere = await people.officer_of(owner, await people.an_office(owner))
    stranger = people.citizen_of(await people.a_participant(owner))
    for viewer in (lan, stranger, elsewhere):
        assert codes(await answered(pool, viewer, request)) == ["NOT_FOUND"]
    # What is hidden is refused as what is absent.
    assert codes(await answered(pool, elsewhere, f"DataRequest:{uuid4()}")) == ["NOT_FOUND"]
    assert codes(await answered(pool, elsewhere, "Dossier:x")) == ["BAD_ID"]


async def test_a_scope_is_taken_for_each_act(pool: Pool, owner: Connection, office: int, lan: Viewer) -> None:
    request = (await filed(pool, lan))["dataRequest"]["id"]
    reader = await people.officer_of(owner, office, scopes=EVERY_SCOPE - {Scope.DATA_REQUEST_ANSWER})
    assert lan.participant_id
    quiet = people.citizen_of(lan.participant_id, scopes=EVERY_SCOPE - {Scope.DATA_REQUEST_FILE})
    for viewer, text, wish in (
        (reader, ANSWER, {"dataRequest": request, "expectedVersion": 1, "outcome": "DONE", "answer": "x"}),
        (quiet, FILE, WISH),
    ):
        result = await execute(pool, viewer, text, input={"idempotencyKey": a_key(), **wish})
        assert result.errors
        assert code_of(result.errors[0]) == "SCOPE_MISSING"


# ------------------------------------------------------------------------- what is late ---


async def test_officers_find_what_is_overdue_by_the_day_it_was_due(
    pool: Pool, owner: Connection, lan: Viewer, officer: Viewer
) -> None:
    assert lan.participant_id
    late, later, today, answered_late = [
        f"DataRequest:{key}"
        for key in (
            await people.a_data_request(owner, lan.participant_id, answer_by=TODAY - 9 * DAY),
            await people.a_data_request(owner, lan.participant_id, answer_by=TODAY - DAY),
            await people.a_data_request(owner, lan.participant_id, answer_by=TODAY),
            await people.a_data_request(owner, lan.participant_id, answer_by=TODAY - DAY, status="DONE"),
        )
    ]

    async def listed(**given: object) -> list[str]:
        found = (await ask(pool, officer, LIST, **given))["dataRequests"]["nodes"]
        return [node["id"] for node in found]

    assert await listed() == [answered_late, today, later, late]
    assert await listed(order="DUE") == [late, later, today]
    # The last day itself is in time.
    assert await listed(overdue=True) == [late, later]
    assert await listed(overdue=False) == [today]
    assert await listed(status=["DONE"]) == [answered_late]
    assert await listed(status=["DONE", "FILED"], order="DUE") == [late, later, today]
    with pytest.raises(OperationFault) as fault:
        await listed(order="NEWEST", overdue=True)
    assert fault.value.code == "ORDER_CANNOT_SEARCH"


async def test_the_worklist_of_an_office_is_read_by_its_index(owner: Connection, lan: Viewer) -> None:
    assert lan.participant_id
    office = await owner.fetchval("SELECT office_id FROM participants WHERE id = $1", lan.participant_id)
    await owner.execute("SET enable_seqscan = off")
    plan = await owner.fetch(
        "EXPLAIN SELECT id FROM data_requests WHERE office_id = $1 AND status = 'FILED'"
        " ORDER BY answer_by, id LIMIT 21",
        office,
    )
    await owner.execute("RESET enable_seqscan")
    told = "\n".join(row[0] for row in plan)
    assert "ix_data_requests_office_id_answer_by_id" in told
    assert "Sort" not in told


# ----------------------------------------------------------------- the second wall alone ---

INSERT = (
    "INSERT INTO data_requests (participant_id, office_id, kind, concerns, wish, status, version, filed_at,"
    " filed_by, answer_by, act_by, unconfirmed)"
    " VALUES ($1, $2, 'ACCESS', 'x', 'x', 'FILED', $3, now(), $4, '2026-12-01', '2026-12-01', true)"
)
UPDATE = (
    "UPDATE data_requests SET status = $2, version = 2, answered_by = $3,"
    " answer = CASE WHEN $2 <> 'FILED' THEN 'x' END, answered_at = CASE WHEN $2 <> 'FILED' THEN now() END"
    " WHERE id = $1"
)


@pytest.fixture
def open_policies(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first wall away."""
    for name in ("data_requests", "may_file_data_request_for", "may_answer_data_request"):
        monkeypatch.setattr(policies, name, policies.everybody)


@pytest.mark.usefixtures("open_policies")
async def test_row_security_alone_lets_nobody_else_file_or_answer(
    pool: Pool, owner: Connection, lan: Viewer, office: int
) -> None:
    request = (await filed(pool, lan))["dataRequest"]["id"]
    elsewhere = await people.officer_of(owner, await people.an_office(owner))
    for viewer in (lan, elsewhere):
        assert codes(await answered(pool, viewer, request)) == ["NOT_FOUND"]
    stranger = await people.a_participant(owner, office=office)
    here = await people.officer_of(owner, office)
    for viewer, person, version, by in (
        (lan, stranger, 1, lan.principal),
        (lan, lan.participant_id, 2, lan.principal),
        (lan, lan.participant_id, 1, uuid4()),
        (here, lan.participant_id, 1, here.principal),
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with transaction(pool, viewer.binding) as connection:
                await connection.execute(INSERT, person, office, version, by)


async def test_row_security_alone_keeps_an_answer_to_who_gives_it(
    pool: Pool, owner: Connection, lan: Viewer, officer: Viewer
) -> None:
    assert lan.participant_id
    request = await people.a_data_request(owner, lan.participant_id)
    for status, by in (("DONE", uuid4()), ("FILED", None)):
        with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.CheckViolationError)):
            async with transaction(pool, officer.binding) as connection:
                await connection.execute(UPDATE, request, status, by)
    for told in ("DELETE FROM data_requests", "UPDATE data_requests SET wish = 'x'"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with transaction(pool, officer.binding) as connection:
                await connection.execute(told)
