"""Lists of months as CSV: the act of `fileContributions` with its errors, for ten thousand people."""

from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from api.filings import MOST_LIST_BYTES, ListMalformed, read_lines
from db.pool import Connection
from domain.filings import MOST_LINES
from tests import people
from tests.api.conftest import Account, RunningPortal
from tests.employer_acts import check_account

OVERLOADED = 503

Mill = tuple[UUID, Account, list[UUID], list[str]]


async def a_mill(portal: RunningPortal, owner: Connection, workers: int = 2) -> Mill:
    """An employer, whoever acts for it, its people, and their personal numbers."""
    employer = await people.an_employer(owner)
    numbers = [people.a_number() for _ in range(workers)]
    hired = [await people.a_participant(owner, number=number) for number in numbers]
    for person in hired:
        await people.an_employment(owner, person, employer)
    return employer, await portal.employer(owner, employer), hired, numbers


async def sent(
    portal: RunningPortal,
    account: Account | None,
    employer: UUID,
    text: str | bytes,
    *,
    key: str | None = None,
    month: str = "2026-10",
    kind: str = "text/csv",
) -> httpx2.Response:
    """The answer to a list."""
    shown = account.headers if account else {}
    return await portal.http.post(
        f"{portal.url}/filings",
        params={"employer": f"Employer:{employer}", "month": month},
        content=text,
        headers={
            **shown,
            "content-type": kind,
            "idempotency-key": key or uuid4().hex,
            "accept-language": "en",
        },
    )


async def told(*args: Any, key: str | None = None, **more: Any) -> Any:  # noqa: ANN401 -- JSON
    """The payload of a list; whoever is told that it took too long asks again, with the same key."""
    key = key or uuid4().hex
    while (answer := await sent(*args, key=key, **more)).status_code == OVERLOADED:
        pass
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["fileContributions"]


async def test_a_list_is_filed_by_participants_or_by_their_numbers(
    portal: RunningPortal, owner: Connection
) -> None:
    employer, account, (lan, minh), numbers = await a_mill(portal, owner)
    by_id = f"participant,base,to_month\nParticipant:{lan},10000000,2026-12\nParticipant:{minh},8000000,\n"
    payload = await told(portal, account, employer, by_id)
    assert (payload["errors"], payload["filing"]["lineCount"]) == ([], 2)
    # As Vietnamese spreadsheets write it: semicolons, and a mark of the order of bytes.
    by_number = "\ufeffbase;personal_number\r\n" + "".join(f"9000000;{number}\r\n" for number in numbers)
    assert (await told(portal, account, employer, by_number))["errors"] == []
    found = await owner.fetch(
        "SELECT participant_id, base FROM contributions WHERE employer_id = $1"
        " ORDER BY recorded_at, base DESC",
        employer,
    )
    assert [tuple(row) for row in found] == [
        (lan, 10_000_000),
        (minh, 8_000_000),
        *((row["participant_id"], 9_000_000) for row in found[2:]),
    ]
    await check_account(owner, employer)


async def test_d1_a_list_under_one_key_is_filed_once(portal: RunningPortal, owner: Connection) -> None:
    employer, account, (lan, _), _ = await a_mill(portal, owner)
    key, text = uuid4().hex, f"participant,base\nParticipant:{lan},10000000\n"
    first, again = [await told(portal, account, employer, text, key=key) for _ in range(2)]
    assert (first["replayed"], again["replayed"]) == (False, True)
    assert first["filing"] == again["filing"]
    [mismatch] = (await told(portal, account, employer, text + f"Participant:{uuid4()},1\n", key=key))[
        "errors"
    ]
    assert mismatch["code"] == "IDEMPOTENCY_KEY_MISMATCH"
    [missing] = (await told(portal, account, employer, text, key="x" * 101))["errors"]
    assert missing["code"] == "BAD_IDEMPOTENCY_KEY"


async def test_each_line_has_its_errors_by_path_and_nothing_is_stored(
    portal: RunningPortal, owner: Connection
) -> None:
    employer, account, (lan, minh), _ = await a_mill(portal, owner)
    written = (
        "participant,base,to_month\n"
        f"Participant:{lan},NaN,\nParticipant:{minh},9223372036854775808,2026-13\nParticipant:{lan},,\n"
        f"Participant:{minh},1.5,0000-13\n"
    )
    errors = (await told(portal, account, employer, written))["errors"]
    assert [(error["code"], error["path"]) for error in errors] == [
        ("BASE_REFUSED", ["lines", "0", "base"]),
        ("BASE_REFUSED", ["lines", "1", "base"]),
        ("MONTH_REFUSED", ["lines", "1", "toMonth"]),
        ("BASE_REFUSED", ["lines", "2", "base"]),
        ("BASE_REFUSED", ["lines", "3", "base"]),
        ("MONTH_REFUSED", ["lines", "3", "toMonth"]),
    ]
    meant = f"participant,base\nParticipant:{lan},-1\nParticipant:{uuid4()},10000000\nx,1\n"
    errors = (await told(portal, account, employer, meant))["errors"]
    assert [(error["code"], error["path"]) for error in errors] == [("BAD_ID", ["lines", "2", "participant"])]
    errors = (await told(portal, account, employer, meant.replace("x,1\n", "")))["errors"]
    assert [(error["code"], error["path"]) for error in errors] == [
        ("BASE_REFUSED", ["lines", "0", "base"]),
        ("NOT_FOUND", ["lines", "1", "participant"]),
    ]
    assert await owner.fetchval("SELECT count(*) FROM filings WHERE employer_id = $1", employer) == 0


async def test_what_is_no_list_is_refused_as_a_whole(portal: RunningPortal, owner: Connection) -> None:
    employer, account, (lan, _), _ = await a_mill(portal, owner)
    text = f"participant,base\nParticipant:{lan},10000000\n"
    for sent_text, more, status, code in (
        (text, {"kind": "text/plain"}, 415, "LIST_NOT_CSV"),
        (text, {"kind": "text/csv; charset=latin-1"}, 415, "LIST_NOT_CSV"),
        (b"participant,base\n\xff", {}, 400, "NOT_UTF8"),
        ("", {}, 400, "LIST_MALFORMED"),
        ("name,base\nLan,1\n", {}, 400, "LIST_MALFORMED"),
        ("base,base\n1,1\n", {}, 400, "LIST_MALFORMED"),
        ("participant\nx\n", {}, 400, "LIST_MALFORMED"),
        ("participant,base\nx\n", {}, 400, "LIST_MALFORMED"),
        ('participant,base\n"x,1\n', {}, 400, "LIST_MALFORMED"),
        ("x" * (MOST_LIST_BYTES + 1), {}, 413, "TOO_LARGE"),
    ):
        answer = await sent(portal, account, employer, sent_text, **more)
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (status, code)
    assert (await sent(portal, account, employer, text, month="2026-13")).json()["errors"]
    assert (await portal.http.get(f"{portal.url}/filings")).status_code == 405


async def test_nobody_else_files_a_list(portal: RunningPortal, owner: Connection) -> None:
    employer, _, (lan, _), _ = await a_mill(portal, owner)
    _, other, _, _ = await a_mill(portal, owner)
    text = f"participant,base\nParticipant:{lan},10000000\n"
    for account in (other, await portal.citizen(owner)):
        answer = await sent(portal, account, employer, text)
        payload = answer.json()["data"] and answer.json()["data"]["fileContributions"]
        codes = [error["code"] for error in payload["errors"]] if payload else []
        assert codes == ["NOT_FOUND"] or "SCOPE_MISSING" in answer.text
    [error] = (await told(portal, None, employer, text))["errors"]
    assert error["code"] == "NOT_SIGNED_IN"
    assert await owner.fetchval("SELECT count(*) FROM filings WHERE employer_id = $1", employer) == 0


async def test_ten_thousand_people_are_filed_at_once(portal: RunningPortal, owner: Connection) -> None:
    employer, account, hired, _ = await a_mill(portal, owner, workers=0)
    hired = await many_workers(owner, employer, MOST_LINES)
    lines = [f"Participant:{person},{5_000_000 + number}" for number, person in enumerate(hired)]
    text = "\n".join(["participant,base", *lines])
    payload = await told(portal, account, employer, text)
    assert (payload["errors"], payload["filing"]["lineCount"]) == ([], MOST_LINES)
    counted = "SELECT count(*) FROM {} WHERE employer_id = $1"
    for table in ("contributions", "notices"):
        assert await owner.fetchval(counted.format(table), employer) == MOST_LINES
    await check_account(owner, employer)
    [error] = (await told(portal, account, employer, f"{text}\nParticipant:{uuid4()},1\n"))["errors"]
    assert (error["code"], error["path"]) == ("LINE_COUNT_REFUSED", ["lines"])


async def many_workers(owner: Connection, employer: UUID, many: int) -> list[UUID]:
    """So many people who work for an employer since 2020."""
    rows = await owner.fetch(
        "WITH hired AS (INSERT INTO participants"
        " (full_name, folded_name, sort_name, birth_date, sex, office_id)"
        " SELECT 'Nguyễn Thị Thử', 'nguyen thi thu', 'thu', '1990-01-01', 'FEMALE', office_id"
        " FROM employers, generate_series(1, $2) WHERE id = $1 RETURNING id)"
        " INSERT INTO employments (participant_id, employer_id, office_id, position, started_on)"
        " SELECT hired.id, employer.id, employer.office_id, 'Công nhân', '2020-01-01'"
        " FROM hired, employers employer WHERE employer.id = $1 RETURNING participant_id",
        employer,
        many,
    )
    return [row["participant_id"] for row in rows]


@pytest.mark.parametrize("text", ["base", "base,participant\r\n", "base\n\n\n"])
def test_a_list_may_be_empty_and_is_refused_by_the_act(text: str) -> None:
    assert read_lines(text) == ([], [])


def test_a_list_without_bases_is_none() -> None:
    with pytest.raises(ListMalformed):
        read_lines("participant,to_month\n")
