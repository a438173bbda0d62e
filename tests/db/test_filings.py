"""Employers' lists of months: what they add to the ledger, what they make due, and that each counts once."""

import asyncio
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from auth import policies
from auth.scopes import Scope
from auth.viewer import Viewer
from db import roles
from db.connection import make_pool
from db.parameters import law_of
from db.pool import Connection, Pool
from db.server import SUPERUSER
from domain.contributions import PARAMETER_OF_FUND, Employee, Payer, Region, contribution
from domain.filings import MOST_LINES
from domain.months import Month
from tests import people
from tests.conftest import Database
from tests.dossier_acts import a_key
from tests.employer_acts import (
    ACCOUNT,
    FILE,
    a_list,
    account_of,
    check_account,
    filed,
    lines_of,
    notices_of,
    paid,
    refused,
)
from tests.patience import PATIENCE_S, eventually
from tests.people import EVERY_SCOPE
from tests.portal import ask, code_of, done, execute

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
# More than the cap for health and pensions of 2026-10, less than that for unemployment.
HIGH = 60_000_000


@dataclass
class Mill:
    """An employer, whoever acts for it, its office, and people who work there since 2020."""

    employer: UUID
    viewer: Viewer
    office: int
    people: list[UUID]

    async def file(self, pool: Pool, month: str, *lines: Any, key: str | None = None) -> Any:  # noqa: ANN401 -- JSON
        """File a list."""
        return await filed(pool, self.viewer, self.employer, month, *lines, key=key)


async def a_mill(owner: Connection, *, workers: int = 2) -> Mill:
    """An employer with so many people."""
    office = await people.an_office(owner)
    employer = await people.an_employer(owner, office=office)
    hired = [await people.a_participant(owner, number=people.a_number()) for _ in range(workers)]
    for person in hired:
        await people.an_employment(owner, person, employer)
    return Mill(employer, await people.acting_for(owner, employer), office, hired)


@pytest.fixture
async def mill(owner: Connection) -> Mill:
    """An employer with two people."""
    return await a_mill(owner)


def due_for(
    month: Month, *bases: int, region: Region = Region.I, payer: Payer = Payer.PRIVATE
) -> dict[str, int]:
    """What is due to each fund, as the law says of each person by themself."""
    total: Counter[str] = Counter()
    for base in filter(None, bases):
        findings = contribution(law_of(month), Employee(salary=base, region=region, payer=payer)).findings
        for who in ("employee", "employer"):
            total.update(findings[who])
    return {fund.value: total[name] for fund, name in PARAMETER_OF_FUND.items()}


def dues(account: dict[tuple[date, str], tuple[int, int]], month: date) -> dict[str, int]:
    """What an account says is due for a month."""
    return {fund: due for (of, fund), (due, _) in account.items() if of == month}


# ----------------------------------------------------------------------------- what is filed ---


async def test_a_list_is_in_the_ledger_is_charged_and_told(pool: Pool, owner: Connection, mill: Mill) -> None:
    lan, minh = mill.people
    payload = await mill.file(pool, "2026-10", (lan, 10_000_000), (minh, HIGH, "2026-12"))
    assert payload["errors"] == []
    assert (payload["filing"]["month"], payload["filing"]["lineCount"]) == ("2026-10", 2)
    assert payload["filing"]["employer"]["id"] == f"Employer:{mill.employer}"
    assert await lines_of(owner, mill.employer, lan) == [(OCTOBER, None, 10_000_000)]
    assert await lines_of(owner, mill.employer, minh) == [(OCTOBER, date(2026, 12, 1), HIGH)]
    account = await account_of(owner, mill.employer)
    # By the law of one person, with its caps, summed by hand.
    assert dues(account, OCTOBER) == due_for(Month(2026, 10), 10_000_000, HIGH)
    assert set(account) == {(OCTOBER, fund) for fund in due_for(Month(2026, 10))}
    await check_account(owner, mill.employer)
    assert await notices_of(owner, lan) == [("CONTRIBUTION_CHANGED", OCTOBER, None)]
    due_on = "SELECT DISTINCT due_on FROM employer_arrears WHERE employer_id = $1"
    assert await owner.fetchval(due_on, mill.employer) == date(2026, 11, 30)


async def test_what_is_due_for_a_month_of_before_the_law_is_due_by_its_end(
    pool: Pool, owner: Connection, mill: Mill
) -> None:
    await mill.file(pool, "2025-06", (mill.people[0], 10_000_000, "2025-07"))
    await mill.file(pool, "2025-07", (mill.people[1], 10_000_000, "2025-07"))
    found = await owner.fetch(
        "SELECT DISTINCT month, due_on FROM employer_arrears WHERE employer_id = $1 ORDER BY 1", mill.employer
    )
    assert [tuple(row) for row in found] == [
        (date(2025, 6, 1), date(2025, 6, 30)),
        (date(2025, 7, 1), date(2025, 8, 31)),
    ]


async def test_each_share_of_each_person_is_rounded_half_up(pool: Pool, owner: Connection) -> None:
    mill = await a_mill(owner, workers=3)
    bases = (10_000_033, 9_999_967, 7_777_777)
    await mill.file(pool, "2026-10", *zip(mill.people, bases, strict=True))
    assert dues(await account_of(owner, mill.employer), OCTOBER) == due_for(Month(2026, 10), *bases)


# Before Law 41/2024 the floor was the minimum wage, 3,450,000 in region IV and 4,960,000 in region I, and on
# the State's scale the base salary.
@pytest.mark.parametrize(
    ("region", "payer", "floor"),
    [(Region.IV, Payer.PRIVATE, 3_450_000), (Region.I, Payer.STATE_SALARY, 2_340_000)],
)
async def test_region_and_scale_of_the_employer_decide_on_its_floor_and_caps(
    pool: Pool, owner: Connection, mill: Mill, region: Region, payer: Payer, floor: int
) -> None:
    await owner.execute(
        "UPDATE employers SET region = $2, payer = $3 WHERE id = $1", mill.employer, region, payer
    )
    payload = await mill.file(pool, "2025-05", (mill.people[0], floor), (mill.people[1], 90_000_000))
    assert payload["errors"] == []
    assert dues(await account_of(owner, mill.employer), date(2025, 5, 1)) == due_for(
        Month(2025, 5), floor, 90_000_000, region=region, payer=payer
    )


async def test_a_base_above_the_cap_is_kept_and_reckoned_on_the_cap(
    pool: Pool, owner: Connection, mill: Mill
) -> None:
    await mill.file(pool, "2026-10", (mill.people[0], 10**12))
    assert await lines_of(owner, mill.employer, mill.people[0]) == [(OCTOBER, None, 10**12)]
    # 20 times the reference level of 2,530,000, at 4.5 per cent.
    assert dues(await account_of(owner, mill.employer), OCTOBER)["HEALTH"] == 2_277_000


async def test_what_stands_already_is_neither_said_nor_charged_nor_told_again(
    pool: Pool, owner: Connection, mill: Mill
) -> None:
    lan, minh = mill.people
    await mill.file(pool, "2026-09", (lan, 10_000_000), (minh, 8_000_000))
    payload = await mill.file(pool, "2026-10", (lan, 10_000_000), (minh, 9_000_000))
    assert payload["filing"]["lineCount"] == 2
    assert await lines_of(owner, mill.employer, lan) == [(date(2026, 9, 1), None, 10_000_000)]
    assert len(await lines_of(owner, mill.employer, minh)) == 2
    assert len(await notices_of(owner, lan)) == 1
    assert dues(await account_of(owner, mill.employer), OCTOBER) == due_for(
        Month(2026, 10), 10_000_000, 9_000_000
    )
    entries = "SELECT count(*) FROM employer_entries WHERE employer_id = $1"
    before = await owner.fetchval(entries, mill.employer)
    await mill.file(pool, "2026-10", (lan, 10_000_000), (minh, 9_000_000))
    assert await owner.fetchval(entries, mill.employer) == before
    assert len(await notices_of(owner, minh)) == 2


async def test_the_same_base_for_other_months_is_said(pool: Pool, owner: Connection, mill: Mill) -> None:
    lan, _ = mill.people
    await mill.file(pool, "2026-08", (lan, 10_000_000, "2026-09"))
    await mill.file(pool, "2026-08", (lan, 10_000_000, "2026-10"))
    await mill.file(pool, "2026-09", (lan, 12_000_000, "2026-09"))
    # It stood until October once; September was said otherwise since, so it is said of all three again.
    await mill.file(pool, "2026-08", (lan, 10_000_000, "2026-10"))
    assert [line[:2] for line in await lines_of(owner, mill.employer, lan)] == [
        (date(2026, 8, 1), date(2026, 9, 1)),
        (date(2026, 8, 1), OCTOBER),
        (date(2026, 9, 1), date(2026, 9, 1)),
        (date(2026, 8, 1), OCTOBER),
    ]


async def test_whoever_is_not_on_the_list_stays_as_they_are(
    pool: Pool, owner: Connection, mill: Mill
) -> None:
    lan, minh = mill.people
    await mill.file(pool, "2026-09", (lan, 10_000_000), (minh, 8_000_000))
    await mill.file(pool, "2026-10", (lan, 11_000_000))
    assert dues(await account_of(owner, mill.employer), OCTOBER) == due_for(
        Month(2026, 10), 11_000_000, 8_000_000
    )


async def test_a_correction_changes_every_month_that_was_charged_and_its_reversal_changes_it_back(
    pool: Pool, owner: Connection, mill: Mill
) -> None:
    lan, _ = mill.people
    for month in ("2026-08", "2026-09", "2026-10"):
        await mill.file(pool, month, (lan, 10_000_000))
    before = await account_of(owner, mill.employer)
    await mill.file(pool, "2026-08", (lan, 12_000_000))
    after = await account_of(owner, mill.employer)
    for of in (Month(2026, 8), Month(2026, 9), Month(2026, 10)):
        assert dues(after, of.first_day) == due_for(of, 12_000_000)
    await check_account(owner, mill.employer)
    await mill.file(pool, "2026-08", (lan, 10_000_000))
    assert await account_of(owner, mill.employer) == before
    # Nothing was changed in place: what corrects is another entry, less than nothing where it takes away.
    least = await owner.fetchval(
        "SELECT min(due) FROM employer_entries WHERE employer_id = $1", mill.employer
    )
    assert least < 0
    await check_account(owner, mill.employer)


async def test_a_base_of_nothing_is_a_month_without_contributions(
    pool: Pool, owner: Connection, mill: Mill
) -> None:
    lan, _ = mill.people
    await mill.file(pool, "2026-09", (lan, 10_000_000))
    assert (await mill.file(pool, "2026-10", (lan, 0, "2026-10")))["errors"] == []
    account = await account_of(owner, mill.employer)
    assert dues(account, OCTOBER) in ({}, dict.fromkeys(due_for(Month(2026, 10)), 0))


async def test_of_whom_has_left_a_list_says_nothing_beyond_the_end(
    pool: Pool, owner: Connection, mill: Mill
) -> None:
    gone = await people.a_participant(owner)
    await people.an_employment(owner, gone, mill.employer, ended_on=date(2026, 8, 20))
    assert (await mill.file(pool, "2026-07", (gone, 10_000_000)))["errors"] == []
    assert await lines_of(owner, mill.employer, gone) == [(date(2026, 7, 1), date(2026, 8, 1), 10_000_000)]
    assert refused(await mill.file(pool, "2026-07", (gone, 10_000_000, "2026-09"))) == [
        ("LAST_MONTH_REFUSED", ["lines", "0", "toMonth"])
    ]
    assert refused(await mill.file(pool, "2026-09", (gone, 10_000_000))) == [
        ("NOT_FOUND", ["lines", "0", "participant"])
    ]


async def test_people_may_be_named_by_their_personal_numbers(pool: Pool, owner: Connection) -> None:
    mill = await a_mill(owner, workers=0)
    number, strangers = people.a_number(), people.a_number()
    lan = await people.a_participant(owner, number=number)
    await people.a_participant(owner, number=strangers)
    await people.an_employment(owner, lan, mill.employer)
    line = {"personalNumber": number, "base": 10_000_000}
    assert (await mill.file(pool, "2026-10", line))["errors"] == []
    assert await lines_of(owner, mill.employer, lan) == [(OCTOBER, None, 10_000_000)]
    # Somebody else's number, one that nobody has, and one that is none, are all the same.
    lines = [{"personalNumber": said, "base": 1} for said in (strangers, people.a_number(), "x")]
    payload = await mill.file(pool, "2026-10", *lines)
    assert [error for error in refused(payload) if error[0] == "NOT_FOUND"] == [
        ("NOT_FOUND", ["lines", str(number), "personalNumber"]) for number in range(3)
    ]


# ---------------------------------------------------------------------------- what is refused ---


async def nothing_stored(owner: Connection, mill: Mill) -> bool:
    """Whether nothing of an employer's is stored anywhere."""
    tables = ("filings", "contributions", "employer_entries", "employer_accounts", "notices")
    counts = [
        await owner.fetchval(f"SELECT count(*) FROM {table} WHERE employer_id = $1", mill.employer)  # noqa: S608 -- ours
        for table in tables
    ]
    return not any(counts)


async def test_every_wrong_line_is_told_by_its_path_and_nothing_is_stored(
    pool: Pool, owner: Connection, mill: Mill
) -> None:
    lan, minh = mill.people
    stranger = await people.a_participant(owner)
    payload = await mill.file(
        pool,
        "2026-10",
        (lan, 2_529_999),
        (minh, -1),
        (lan, 10_000_000),
        (stranger, 10_000_000),
        (uuid4(), 10_000_000),
        (minh, 10_000_000, "2026-09"),
        {"base": 10_000_000},
    )
    assert refused(payload) == [("PERSON_NOT_NAMED", ["lines", "6", "participant"])]
    payload = await mill.file(
        pool,
        "2026-10",
        (lan, 2_529_999),
        (minh, -1),
        (lan, 10_000_000),
        (stranger, 10_000_000),
        (uuid4(), 10_000_000),
        (minh, 10_000_000, "2026-09"),
    )
    assert refused(payload) == [
        ("BASE_BELOW_FLOOR", ["lines", "0", "base"]),
        ("BASE_REFUSED", ["lines", "1", "base"]),
        ("PERSON_TWICE", ["lines", "2", "participant"]),
        # Who is not employed there looks like who is not there at all.
        ("NOT_FOUND", ["lines", "3", "participant"]),
        ("NOT_FOUND", ["lines", "4", "participant"]),
        ("PERSON_TWICE", ["lines", "5", "participant"]),
        ("LAST_MONTH_REFUSED", ["lines", "5", "toMonth"]),
    ]
    assert payload["errors"][0]["params"] == [
        {"name": "floor", "value": "2530000"},
        {"name": "month", "value": "2026-10"},
    ]
    hidden, absent = payload["errors"][3], payload["errors"][4]
    assert hidden["message"] == absent["message"]
    assert await nothing_stored(owner, mill)


async def test_the_floor_itself_is_no_longer_below_it(pool: Pool, mill: Mill) -> None:
    assert (await mill.file(pool, "2026-10", (mill.people[0], 2_530_000)))["errors"] == []


@pytest.mark.parametrize("month", ["2015-12", "2099-01"])
async def test_a_list_is_of_a_month_that_can_be_filed(
    pool: Pool, owner: Connection, mill: Mill, month: str
) -> None:
    payload = await mill.file(pool, month, (mill.people[0], 10_000_000))
    assert refused(payload) == [("FILING_MONTH_REFUSED", ["month"])]
    assert await nothing_stored(owner, mill)


async def test_an_empty_list_and_one_too_long_are_refused(pool: Pool, owner: Connection, mill: Mill) -> None:
    too_many = [(mill.people[0], 10_000_000)] * (MOST_LINES + 1)
    for lines in ([], too_many):
        assert refused(await mill.file(pool, "2026-10", *lines)) == [("LINE_COUNT_REFUSED", ["lines"])]
    assert await nothing_stored(owner, mill)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("base", 2**63),
        ("base", 10_000_000.5),
        ("base", "NaN"),
        ("base", None),
        ("toMonth", "2026-13"),
        ("toMonth", "0000-01"),
        ("month", "2026-13"),
        ("month", 202610),
    ],
)
async def test_what_is_no_amount_and_no_month_is_told_where_it_stands(
    pool: Pool, owner: Connection, mill: Mill, place: str, value: object
) -> None:
    wish = a_list(mill.employer, "2026-10", [(mill.people[0], 10_000_000)])
    target = wish if place == "month" else wish["lines"][0]
    target[place] = value
    result = await execute(pool, mill.viewer, FILE, input=wish)
    assert result.errors
    assert place in result.errors[0].message
    assert await nothing_stored(owner, mill)


async def test_a21_nobody_files_for_another_employer(pool: Pool, owner: Connection, mill: Mill) -> None:
    others = await a_mill(owner)
    line = (others.people[0], 10_000_000)
    officer = await people.officer_of(owner, others.office)
    for viewer in (mill.viewer, officer, people.citizen_of(others.people[0])):
        payload = await filed(pool, viewer, others.employer, "2026-10", line)
        assert refused(payload) == [("NOT_FOUND", ["employer"])]
    absent = await filed(pool, mill.viewer, uuid4(), "2026-10", line)
    assert refused(absent) == [("NOT_FOUND", ["employer"])]
    assert await nothing_stored(owner, others)


@pytest.mark.parametrize("scope", [Scope.CONTRIBUTION_FILE, Scope.CONTRIBUTION_READ, Scope.ACCOUNT_READ])
async def test_filing_takes_its_scope_and_those_to_read_what_it_touches(
    pool: Pool, mill: Mill, scope: Scope
) -> None:
    viewer = replace(mill.viewer, scopes=EVERY_SCOPE - {scope})
    result = await execute(
        pool, viewer, FILE, input=a_list(mill.employer, "2026-10", [(mill.people[0], 10_000_000)])
    )
    assert result.errors
    assert code_of(result.errors[0]) == "SCOPE_MISSING"


async def test_a21_behind_the_second_wall_alone_nobody_files_for_another_employer(
    pool: Pool, owner: Connection, mill: Mill, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = await a_mill(owner)
    monkeypatch.setattr(policies, "may_act_for", policies.everybody)
    wish = a_list(others.employer, "2026-10", [(others.people[0], 10_000_000)])
    result = await execute(pool, mill.viewer, FILE, input=wish)
    # What is not seen of the employments is not there; and if it were, PostgreSQL would not take the list.
    assert result.errors is not None or refused(result.data["act"]) != []
    assert await nothing_stored(owner, others)


# ------------------------------------------------------------------------------------- at once ---


async def test_d1_a_list_repeated_fifty_times_at_once_is_filed_once(
    pool: Pool, owner: Connection, mill: Mill, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Forty wait for a connection, however busy the machine is.
    monkeypatch.setattr("db.pool.WAITED_AT_MOST_S", PATIENCE_S)
    monkeypatch.setattr("db.pool.STALLED_AFTER_S", PATIENCE_S)
    key = a_key()
    lines = [(person, 10_000_000) for person in mill.people]
    payloads = await asyncio.gather(*(mill.file(pool, "2026-10", *lines, key=key) for _ in range(50)))
    assert sorted(payload["replayed"] for payload in payloads) == [False] + [True] * 49
    assert len({payload["filing"]["id"] for payload in payloads}) == 1
    assert await owner.fetchval("SELECT count(*) FROM filings WHERE employer_id = $1", mill.employer) == 1
    assert len(await lines_of(owner, mill.employer, mill.people[0])) == 1
    assert len(await notices_of(owner, mill.people[0])) == 1
    await check_account(owner, mill.employer)


async def test_two_employers_file_the_same_persons_month_at_once_and_both_lines_stand(
    pool: Pool, owner: Connection
) -> None:
    one, other = await a_mill(owner), await a_mill(owner)
    [lan, *_] = one.people
    await people.an_employment(owner, lan, other.employer)
    await asyncio.gather(
        *(
            mill.file(pool, month, (lan, base))
            for mill, base in ((one, 10_000_000), (other, 7_000_000))
            for month in ("2026-09", "2026-10")
        )
    )
    for mill, base in ((one, 10_000_000), (other, 7_000_000)):
        assert {line[2] for line in await lines_of(owner, mill.employer, lan)} == {base}
        account = await account_of(owner, mill.employer)
        assert dues(account, OCTOBER) == due_for(Month(2026, 10), base)
        await check_account(owner, mill.employer)


async def test_many_lists_of_one_employer_at_once_leave_its_account_as_the_ledger_says(
    pool: Pool, owner: Connection
) -> None:
    mill = await a_mill(owner, workers=4)
    lists = [
        (month, (person, 5_000_000 + 100_000 * number))
        for number, person in enumerate(mill.people)
        for month in ("2026-08", "2026-09", "2026-10")
    ]
    payloads = await asyncio.gather(*(mill.file(pool, month, line) for month, line in lists))
    assert all(payload["errors"] == [] for payload in payloads)
    bases = [5_000_000 + 100_000 * number for number in range(4)]
    account = await account_of(owner, mill.employer)
    for of in (Month(2026, 8), Month(2026, 9), Month(2026, 10)):
        assert dues(account, of.first_day) == due_for(of, *bases)
    await check_account(owner, mill.employer)


async def test_of_two_lists_at_once_the_one_recorded_last_holds(
    pool: Pool, owner: Connection, mill: Mill
) -> None:
    lan, _ = mill.people
    bases = [10_000_000 + 1_000 * number for number in range(10)]
    await asyncio.gather(*(mill.file(pool, "2026-10", (lan, base)) for base in bases))
    recorded = await owner.fetch(
        "SELECT recorded_at, base FROM contributions WHERE participant_id = $1 ORDER BY recorded_at", lan
    )
    assert all(one["recorded_at"] < other["recorded_at"] for one, other in pairwise(recorded))
    assert dues(await account_of(owner, mill.employer), OCTOBER) == due_for(
        Month(2026, 10), recorded[-1]["base"]
    )
    await check_account(owner, mill.employer)


async def test_a_list_and_a_payment_at_once_leave_the_account_right(
    pool: Pool, owner: Connection, mill: Mill
) -> None:
    officer = await people.officer_of(owner, mill.office)
    lan, minh = mill.people
    acts = [
        mill.file(pool, f"2026-{month:02}", (lan, 10_000_000), (minh, 8_000_000)) for month in range(1, 7)
    ] + [paid(pool, officer, mill.employer, 3_000_000) for _ in range(6)]
    payloads = await asyncio.gather(*acts)
    assert all(payload["errors"] == [] for payload in payloads)
    await check_account(owner, mill.employer)
    account = await account_of(owner, mill.employer)
    assert sum(paid_of_it for _, paid_of_it in account.values()) == 18_000_000


async def test_a_list_killed_half_way_stores_nothing_and_then_counts_once(
    database: Database, owner: Connection, mill: Mill
) -> None:
    lan, minh = mill.people
    key = a_key()
    admin = await asyncpg.connect(database.url(SUPERUSER))
    async with make_pool(database.url(roles.API), size=2, name="doomed") as doomed:
        # Its last step, the account, is held up here: by then lines, notices and entries are written.
        holding = owner.transaction()
        await holding.start()
        await owner.execute(
            "INSERT INTO employer_accounts (employer_id, month, fund, due, paid)"
            " VALUES ($1, $2, 'HEALTH', 0, 0)",
            mill.employer,
            OCTOBER,
        )
        wish = a_list(mill.employer, "2026-10", [(lan, 10_000_000), (minh, 8_000_000)], key=key)
        filing = asyncio.create_task(execute(doomed, mill.viewer, FILE, input=wish))

        waits = (
            "FROM pg_stat_activity WHERE application_name = 'doomed' AND wait_event_type = 'Lock'"
            " AND query LIKE '%employer_entries%'"
        )

        async def is_held_up() -> bool:
            return bool(await admin.fetchval(f"SELECT count(*) = 1 {waits}"))

        await eventually(is_held_up)
        await admin.execute(f"SELECT pg_terminate_backend(pid) {waits}")
        assert (await filing).errors
        await holding.rollback()
        assert await nothing_stored(owner, mill)
        again = [await done(doomed, mill.viewer, FILE, input=wish) for _ in range(2)]
    await admin.close()
    assert [payload["act"]["replayed"] for payload in again] == [False, True]
    assert await lines_of(owner, mill.employer, lan) == [(OCTOBER, None, 10_000_000)]
    await check_account(owner, mill.employer)


# ------------------------------------------------------------------------------ who sees it ---


async def test_the_employer_and_its_office_see_its_account_and_nobody_else(
    pool: Pool, owner: Connection, mill: Mill
) -> None:
    await mill.file(pool, "2026-10", (mill.people[0], 10_000_000))
    query = """query ($id: ID!) { node(id: $id) { ... on Employer {
      account(first: 100) { totalCount nodes { month fund due paid } }
      filings { totalCount nodes { month lineCount } } } } }"""
    named = f"Employer:{mill.employer}"
    for viewer, many in (
        (mill.viewer, 5),
        (await people.officer_of(owner, mill.office), 5),
        ((await a_mill(owner)).viewer, 0),
        (await people.officer_of(owner, await people.an_office(owner)), 0),
        (people.citizen_of(mill.people[0]), 0),
    ):
        shown = (await ask(pool, viewer, query, id=named))["node"]
        assert (shown["account"]["totalCount"], shown["filings"]["totalCount"]) == (many, min(many, 1))
    account = (await ask(pool, mill.viewer, ACCOUNT, id=named))["node"]["account"]["nodes"]
    assert {(each["month"], each["fund"]): each["due"] for each in account} == {
        ("2026-10", fund): due for fund, due in due_for(Month(2026, 10), 10_000_000).items()
    }


async def test_the_person_reads_what_they_were_told_in_both_languages(pool: Pool, mill: Mill) -> None:
    await mill.file(pool, "2026-10", (mill.people[0], 10_000_000))
    query = """{ viewer { participant { notices { nodes {
      kind fromMonth toMonth textVi textEn employer { id } } } } } }"""
    lan = people.citizen_of(mill.people[0])
    assert (await ask(pool, lan, query))["viewer"]["participant"]["notices"]["nodes"] == [
        {
            "kind": "CONTRIBUTION_CHANGED",
            "fromMonth": "2026-10",
            "toMonth": None,
            "textVi": "Công ty Thử đã khai mức đóng bảo hiểm mới của bạn từ tháng 10/2026.",
            "textEn": "Công ty Thử has filed a new base of your contributions from 10/2026.",
            "employer": {"id": f"Employer:{mill.employer}"},
        }
    ]
    seen = "query ($id: ID!) { node(id: $id) { ... on Participant { notices { totalCount } } } }"
    named = f"Participant:{mill.people[0]}"
    assert (await ask(pool, mill.viewer, seen, id=named))["node"]["notices"]["totalCount"] == 0


async def test_of_the_months_not_paid_the_person_is_shown_those_that_are_late(
    pool: Pool, owner: Connection, mill: Mill
) -> None:
    lan = people.citizen_of(mill.people[0])
    await mill.file(pool, "2026-08", (mill.people[0], 10_000_000))
    query = "{ viewer { participant { unpaidContributions(first: 100) { nodes { month fund dueOn } } } } }"
    unpaid = (await ask(pool, lan, query))["viewer"]["participant"]["unpaidContributions"]["nodes"]
    assert {(each["month"], each["dueOn"]) for each in unpaid} == {("2026-08", "2026-09-30")}
    officer = await people.officer_of(owner, mill.office)
    await paid(pool, officer, mill.employer, sum(due_for(Month(2026, 8), 10_000_000).values()))
    assert (await ask(pool, lan, query))["viewer"]["participant"]["unpaidContributions"]["nodes"] == []
