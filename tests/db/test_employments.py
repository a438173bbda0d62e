"""Who is employed where, as employers say it: people are found or registered, and told."""

import asyncio
from datetime import date
from uuid import UUID, uuid4

import pytest

from auth import policies
from auth.viewer import Viewer
from db.pool import Connection, Pool
from domain.identifiers import IdentifierKind, is_personal_number_of
from tests import people
from tests.dossier_acts import a_key
from tests.employer_acts import (
    REGISTER,
    START,
    account_of,
    check_account,
    ended,
    filed,
    lines_of,
    notices_of,
    refused,
    registered,
    started,
)
from tests.people import KEYS
from tests.portal import ask, execute

Mill = tuple[UUID, Viewer, int]


@pytest.fixture
async def mill(owner: Connection) -> Mill:
    """An employer, whoever acts for it, and its office."""
    office = await people.an_office(owner)
    employer = await people.an_employer(owner, office=office)
    return employer, await people.acting_for(owner, employer), office


def a_womans_number() -> str:
    """A personal number that a woman born in 1990 may have, and nobody has."""
    return "001190" + people.a_number()[-6:]


async def employments_of(owner: Connection, employer: UUID) -> int:
    """How many employments an employer has."""
    count: int = await owner.fetchval("SELECT count(*) FROM employments WHERE employer_id = $1", employer)
    return count


# --------------------------------------------------------------------------- who is hired ---


async def test_who_is_not_known_yet_is_registered_at_the_employers_office_and_told(
    pool: Pool, owner: Connection, mill: Mill
) -> None:
    employer, viewer, office = mill
    number = a_womans_number()
    payload = await registered(pool, viewer, employer, number, fullName="  Đặng   Thị Mới ")
    assert payload["errors"] == []
    employment = payload["employment"]
    assert (employment["position"], employment["startedOn"], employment["endedOn"]) == (
        "Thợ may",
        "2026-10-05",
        None,
    )
    person = UUID(employment["participant"]["id"].partition(":")[2])
    row = await owner.fetchrow("SELECT * FROM participants WHERE id = $1", person)
    assert row
    assert (row["office_id"], row["birth_date"], row["sex"]) == (office, date(1990, 1, 1), "FEMALE")
    known = await owner.fetchrow("SELECT * FROM identifiers WHERE participant_id = $1", person)
    assert known
    assert KEYS.reveal(IdentifierKind.PERSONAL_NUMBER, known["ciphertext"]) == number
    assert known["masked"] == "•••••••••" + number[-3:]
    assert [kind for kind, *_ in await notices_of(owner, person)] == ["REGISTERED", "EMPLOYMENT_STARTED"]
    # The office finds her from now on; another employer does not see her.
    found = "query ($number: String!) { participantByNumber(number: $number) { id } }"
    officer = await people.officer_of(owner, office)
    assert (await ask(pool, officer, found, number=number))["participantByNumber"] == {
        "id": f"Participant:{person}"
    }


async def test_who_is_known_is_found_however_the_name_is_written_and_only_told_of_the_employment(
    pool: Pool, owner: Connection, mill: Mill
) -> None:
    employer, viewer, _ = mill
    number = a_womans_number()
    lan = await people.a_participant(owner, number=number, name="Nguyễn Thị Thử")
    payload = await registered(pool, viewer, employer, number, fullName="NGUYỄN THỊ THỬ")
    assert payload["employment"]["participant"]["id"] == f"Participant:{lan}"
    assert [kind for kind, *_ in await notices_of(owner, lan)] == ["EMPLOYMENT_STARTED"]
    assert await owner.fetchval("SELECT full_name FROM participants WHERE id = $1", lan) == "Nguyễn Thị Thử"


@pytest.mark.parametrize(
    "said",
    [
        {"fullName": "Nguyễn Thị Thu"},
        {"birthDate": "1990-01-02"},
        {"sex": "MALE"},
        {"birthDate": "1991-01-01"},
        {"personalNumber": "123"},
        {"personalNumber": "٠٠١١٩٠٠٠٠٠٠١"},
    ],
)
async def test_a1_a_number_that_is_somebody_elses_looks_like_one_that_cannot_be_right(
    pool: Pool, owner: Connection, mill: Mill, said: dict[str, str]
) -> None:
    employer, viewer, _ = mill
    number = a_womans_number()
    await people.a_participant(owner, number=number)
    before = await owner.fetchval("SELECT count(*) FROM participants")
    payload = await registered(pool, viewer, employer, number, **said)
    assert refused(payload) == [("IDENTITY_NOT_CONFIRMED", ["personalNumber"])]
    assert payload["errors"][0]["params"] == []
    assert await owner.fetchval("SELECT count(*) FROM participants") == before
    assert await employments_of(owner, employer) == 0


async def test_nobody_hires_the_dead(pool: Pool, owner: Connection, mill: Mill) -> None:
    employer, viewer, _ = mill
    number = a_womans_number()
    lan = await people.a_participant(owner, number=number)
    await owner.execute("UPDATE participants SET died_on = '2026-01-01' WHERE id = $1", lan)
    assert refused(await registered(pool, viewer, employer, number)) == [
        ("IDENTITY_NOT_CONFIRMED", ["personalNumber"])
    ]


async def test_two_employers_that_hire_a_new_person_at_once_register_one(
    pool: Pool, owner: Connection, mill: Mill
) -> None:
    mills = [mill]
    for _ in range(4):
        employer = await people.an_employer(owner)
        mills.append((employer, await people.acting_for(owner, employer), 0))
    number = a_womans_number()
    payloads = await asyncio.gather(
        *(registered(pool, viewer, employer, number) for employer, viewer, _ in mills)
    )
    assert len({payload["employment"]["participant"]["id"] for payload in payloads}) == 1
    [person, *_] = [payload["employment"]["participant"]["id"] for payload in payloads]
    kinds = [kind for kind, *_ in await notices_of(owner, UUID(person.partition(":")[2]))]
    assert sorted(kinds) == ["EMPLOYMENT_STARTED"] * 5 + ["REGISTERED"]


async def test_a_registration_repeated_at_once_with_one_key_is_one(
    pool: Pool, owner: Connection, mill: Mill
) -> None:
    employer, viewer, _ = mill
    key, number = a_key(), a_womans_number()
    payloads = await asyncio.gather(
        *(registered(pool, viewer, employer, number, idempotencyKey=key) for _ in range(20))
    )
    assert sorted(payload["replayed"] for payload in payloads) == [False] + [True] * 19
    assert await employments_of(owner, employer) == 1


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"startedOn": "1989-12-31"}, "startedOn"),
        ({"startedOn": "2999-01-01"}, "startedOn"),
        ({"birthDate": "2990-01-01", "personalNumber": "001K90000001"}, "personalNumber"),
    ],
)
async def test_nobody_works_before_they_are_born_or_beyond_next_year(
    pool: Pool, mill: Mill, said: dict[str, str], path: str
) -> None:
    employer, viewer, _ = mill
    payload = await registered(pool, viewer, employer, a_womans_number(), **said)
    assert [error["path"] for error in payload["errors"]] == [[path]]


def test_a_personal_number_says_sex_century_and_year_of_birth() -> None:
    assert is_personal_number_of("001190000001", date(1990, 1, 1), is_female=True)
    assert is_personal_number_of("001090000001", date(1990, 1, 1), is_female=False)
    assert is_personal_number_of("001305000001", date(2005, 1, 1), is_female=True)
    assert not is_personal_number_of("001205000001", date(2005, 1, 1), is_female=True)
    assert not is_personal_number_of("001190000001", date(1991, 1, 1), is_female=True)


# ------------------------------------------------------------------------ who comes again ---


async def test_who_has_worked_there_is_employed_again_and_nobody_else_is(
    pool: Pool, owner: Connection, mill: Mill
) -> None:
    employer, viewer, _ = mill
    lan, stranger = [await people.a_participant(owner) for _ in range(2)]
    await people.an_employment(owner, lan, employer, ended_on=date(2024, 12, 31))
    payload = await started(pool, viewer, employer, lan)
    assert payload["errors"] == []
    assert payload["employment"]["participant"]["id"] == f"Participant:{lan}"
    assert [kind for kind, *_ in await notices_of(owner, lan)] == ["EMPLOYMENT_STARTED"]
    hidden, absent = [await started(pool, viewer, employer, person) for person in (stranger, uuid4())]
    assert hidden == absent
    assert refused(hidden) == [("NOT_FOUND", ["participant"])]


async def test_nobody_is_employed_twice_at_one_time(pool: Pool, owner: Connection, mill: Mill) -> None:
    employer, viewer, _ = mill
    number = a_womans_number()
    lan = await people.a_participant(owner, number=number)
    await people.an_employment(owner, lan, employer, ended_on=date(2026, 10, 5))
    for payload in (
        await started(pool, viewer, employer, lan),
        await registered(pool, viewer, employer, number),
    ):
        assert refused(payload) == [("EMPLOYMENT_OVERLAPS", ["startedOn"])]
    assert (await started(pool, viewer, employer, lan, startedOn="2026-10-06"))["errors"] == []
    payloads = await asyncio.gather(
        *(started(pool, viewer, employer, lan, startedOn="2026-11-01") for _ in range(5))
    )
    assert all(refused(payload) == [("EMPLOYMENT_OVERLAPS", ["startedOn"])] for payload in payloads)
    assert await employments_of(owner, employer) == 2


@pytest.mark.parametrize("document", [REGISTER, START])
async def test_a21_behind_the_second_wall_alone_nobody_employs_for_another_or_whom_they_do_not_know(
    pool: Pool, owner: Connection, mill: Mill, monkeypatch: pytest.MonkeyPatch, document: str
) -> None:
    _, viewer, _ = mill
    others = await people.an_employer(owner)
    number = a_womans_number()
    lan = await people.a_participant(owner, number=number)
    await people.an_employment(owner, lan, others, ended_on=date(2024, 12, 31))
    for name in ("may_act_for", "may_start_employment_after"):
        monkeypatch.setattr(policies, name, policies.everybody)
    wish = {
        "idempotencyKey": a_key(),
        "employer": f"Employer:{others}",
        "position": "Thợ may",
        "startedOn": "2026-10-05",
    } | (
        {
            "fullName": "Nguyễn Thị Thử",
            "birthDate": "1990-01-01",
            "sex": "FEMALE",
            "personalNumber": number,
        }
        if document == REGISTER
        else {"participant": f"Participant:{lan}"}
    )
    result = await execute(pool, viewer, document, input=wish)
    assert result.errors is not None or refused(result.data["act"]) != []
    assert await employments_of(owner, others) == 1


# ------------------------------------------------------------------------------ who leaves ---


async def test_from_the_month_after_an_employment_nothing_is_due(
    pool: Pool, owner: Connection, mill: Mill
) -> None:
    employer, viewer, _ = mill
    lan = await people.a_participant(owner)
    employment = await people.an_employment(owner, lan, employer)
    for month in ("2026-08", "2026-09", "2026-10"):
        await filed(pool, viewer, employer, month, (lan, 10_000_000))
    payload = await ended(pool, viewer, employment, "2026-08-20")
    assert payload["errors"] == []
    assert payload["employment"]["endedOn"] == "2026-08-20"
    assert (await lines_of(owner, employer, lan))[-1] == (date(2026, 9, 1), None, 0)
    account = await account_of(owner, employer)
    assert {month for (month, _), (due, _) in account.items() if due} == {date(2026, 8, 1)}
    await check_account(owner, employer)
    assert (await notices_of(owner, lan))[-1] == ("EMPLOYMENT_ENDED", date(2026, 9, 1), None)
    # She is no longer the employer's to see.
    assert payload["employment"]["participant"] is None


async def test_an_employment_ends_once(pool: Pool, owner: Connection, mill: Mill) -> None:
    employer, viewer, _ = mill
    employment = await people.an_employment(owner, await people.a_participant(owner), employer)
    payloads = await asyncio.gather(
        *(ended(pool, viewer, employment, f"2026-0{month}-28") for month in range(1, 6))
    )
    codes = sorted(code for payload in payloads for code, _ in refused(payload))
    assert codes == ["EMPLOYMENT_OVER"] * 4
    assert refused(await ended(pool, viewer, employment, "2026-08-31")) == [
        ("EMPLOYMENT_OVER", ["employment"])
    ]


async def test_an_employment_ends_no_earlier_than_it_began(pool: Pool, owner: Connection, mill: Mill) -> None:
    employer, viewer, _ = mill
    employment = await people.an_employment(owner, await people.a_participant(owner), employer)
    for day in ("2019-12-31", "2999-01-01"):
        assert refused(await ended(pool, viewer, employment, day)) == [("DAY_REFUSED", ["endedOn"])]


async def test_a21_nobody_ends_an_employment_of_another_employer(
    pool: Pool, owner: Connection, mill: Mill
) -> None:
    _, viewer, _ = mill
    others = await people.an_employer(owner)
    employment = await people.an_employment(owner, await people.a_participant(owner), others)
    hidden, absent = [await ended(pool, viewer, each, "2026-10-31") for each in (employment, uuid4())]
    assert hidden == absent
    assert refused(hidden) == [("NOT_FOUND", ["employment"])]
