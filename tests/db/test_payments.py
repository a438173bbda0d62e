"""What employers have paid: it goes to the oldest months, and nothing of it is lost."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from auth import policies
from auth.viewer import Viewer
from db.pool import Connection, Pool
from domain.contributions import Fund
from tests import people
from tests.dossier_acts import a_key
from tests.employer_acts import PAY, account_of, check_account, filed, paid, refused
from tests.portal import ask, execute

SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)
# Of a base of 10,000,000: 4.5, 2, 0.5, 3 and 22 per cent.
DUE = {
    Fund.HEALTH: 450_000,
    Fund.UNEMPLOYMENT: 200_000,
    Fund.OCCUPATIONAL: 50_000,
    Fund.SICKNESS_MATERNITY: 300_000,
    Fund.RETIREMENT_SURVIVORS: 2_200_000,
}
MONTH = sum(DUE.values())

Debtor = tuple[UUID, Viewer, Viewer, UUID]


@pytest.fixture
async def debtor(pool: Pool, owner: Connection) -> Debtor:
    """An employer that owes two months of one person, whoever acts for it, its officer, and the person."""
    office = await people.an_office(owner)
    employer = await people.an_employer(owner, office=office)
    person = await people.a_participant(owner, office=office)
    await people.an_employment(owner, person, employer)
    viewer = await people.acting_for(owner, employer)
    for month in ("2026-09", "2026-10"):
        await filed(pool, viewer, employer, month, (person, 10_000_000))
    return employer, viewer, await people.officer_of(owner, office), person


async def paid_of(owner: Connection, employer: UUID, month: date) -> dict[str, int]:
    """What was paid for a month, by fund."""
    account = await account_of(owner, employer)
    return {fund: paid_of_it for (of, fund), (_, paid_of_it) in account.items() if of == month and paid_of_it}


async def test_a_payment_goes_to_the_oldest_month_and_there_to_the_funds_in_their_order(
    pool: Pool, owner: Connection, debtor: Debtor
) -> None:
    employer, _, officer, _ = debtor
    assert (await account_of(owner, employer))[OCTOBER, "HEALTH"] == (DUE[Fund.HEALTH], 0)
    payload = await paid(pool, officer, employer, 600_000)
    assert payload["errors"] == []
    assert payload["payment"]["unallocated"] == 0
    assert await paid_of(owner, employer, SEPTEMBER) == {"HEALTH": 450_000, "UNEMPLOYMENT": 150_000}
    await paid(pool, officer, employer, MONTH - 600_000 + 100_000)
    assert await paid_of(owner, employer, SEPTEMBER) == DUE
    assert await paid_of(owner, employer, OCTOBER) == {"HEALTH": 100_000}
    await check_account(owner, employer)
    settled = await owner.fetch(
        "SELECT month, settled_at >= since AS is_after FROM employer_arrears"
        " WHERE employer_id = $1 AND settled_at IS NOT NULL",
        employer,
    )
    assert [tuple(row) for row in settled] == [(SEPTEMBER, True)] * 5


async def test_what_is_left_over_stays_with_the_payment_and_goes_to_the_next_list(
    pool: Pool, owner: Connection, debtor: Debtor
) -> None:
    employer, viewer, officer, person = debtor
    payload = await paid(pool, officer, employer, 2 * MONTH + 500_000)
    assert payload["payment"]["unallocated"] == 500_000
    await filed(pool, viewer, employer, "2026-11", (person, 10_000_000))
    assert await paid_of(owner, employer, date(2026, 11, 1)) == {"HEALTH": 450_000, "UNEMPLOYMENT": 50_000}
    seen = "query ($id: ID!) { node(id: $id) { ... on Employer { payments { nodes { unallocated } } } } }"
    shown = await ask(pool, viewer, seen, id=f"Employer:{employer}")
    assert shown["node"]["payments"]["nodes"] == [{"unallocated": 0}]
    await check_account(owner, employer)


async def test_an_account_that_a_correction_makes_owe_again_is_in_arrears_again(
    pool: Pool, owner: Connection, debtor: Debtor
) -> None:
    employer, viewer, officer, person = debtor
    await paid(pool, officer, employer, 2 * MONTH)
    await filed(pool, viewer, employer, "2026-09", (person, 12_000_000))
    await check_account(owner, employer)
    arrears = "SELECT count(*) FROM employer_arrears WHERE employer_id = $1 AND month = $2"
    assert await owner.fetchval(arrears, employer, SEPTEMBER) == 10
    assert await owner.fetchval(f"{arrears} AND settled_at IS NULL", employer, SEPTEMBER) == 5


async def test_what_is_no_payment_is_refused(pool: Pool, owner: Connection, debtor: Debtor) -> None:
    employer, _, officer, _ = debtor
    reference = a_key()
    await paid(pool, officer, employer, 1, reference=reference)
    for more, code, path in (
        ({"amount": 0}, "AMOUNT_REFUSED", "amount"),
        ({"amount": -1}, "AMOUNT_REFUSED", "amount"),
        ({"paidOn": "2999-01-01"}, "DAY_REFUSED", "paidOn"),
        ({"paidOn": "2015-12-31"}, "DAY_REFUSED", "paidOn"),
        ({"reference": " "}, "TEXT_MISSING", "reference"),
        ({"reference": reference}, "REFERENCE_TAKEN", "reference"),
    ):
        wish: dict[str, Any] = {"amount": 5, **more}
        assert refused(await paid(pool, officer, employer, wish.pop("amount"), **wish)) == [(code, [path])]
    assert await owner.fetchval("SELECT count(*) FROM payments WHERE employer_id = $1", employer) == 1


async def test_a21_only_an_officer_of_its_office_records_what_an_employer_has_paid(
    pool: Pool, owner: Connection, debtor: Debtor
) -> None:
    employer, viewer, _, person = debtor
    elsewhere = await people.officer_of(owner, await people.an_office(owner))
    for other in (viewer, elsewhere, people.citizen_of(person)):
        assert refused(await paid(pool, other, employer, 1)) == [("NOT_FOUND", ["employer"])]


async def test_a21_behind_the_second_wall_alone_likewise(
    pool: Pool, owner: Connection, debtor: Debtor, monkeypatch: pytest.MonkeyPatch
) -> None:
    employer, viewer, _, _ = debtor
    elsewhere = await people.officer_of(owner, await people.an_office(owner))
    monkeypatch.setattr(policies, "may_record_payment_of", policies.everybody)
    wish = {
        "idempotencyKey": a_key(),
        "employer": f"Employer:{employer}",
        "amount": 1,
        "paidOn": "2026-11-20",
        "reference": a_key(),
    }
    for other in (viewer, elsewhere):
        assert (await execute(pool, other, PAY, input=wish)).errors
    assert await owner.fetchval("SELECT count(*) FROM payments WHERE employer_id = $1", employer) == 0


async def test_many_payments_at_once_pay_each_month_once(
    pool: Pool, owner: Connection, debtor: Debtor
) -> None:
    employer, _, officer, _ = debtor
    await asyncio.gather(*(paid(pool, officer, employer, 500_000) for _ in range(20)))
    await check_account(owner, employer)
    account = await account_of(owner, employer)
    assert all(due == paid_of_it for due, paid_of_it in account.values())
    left = await owner.fetchval("SELECT sum(amount) FROM payments WHERE employer_id = $1", employer) - sum(
        paid_of_it for _, paid_of_it in account.values()
    )
    assert left == 20 * 500_000 - 2 * MONTH


async def test_a_payment_pays_no_more_than_it_brought(pool: Pool, owner: Connection, debtor: Debtor) -> None:
    employer, _, officer, _ = debtor
    await paid(pool, officer, employer, 100)
    payment = await owner.fetchval("SELECT id FROM payments WHERE employer_id = $1", employer)
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute(
            "INSERT INTO employer_entries (employer_id, month, fund, paid, due_on, payment_id, recorded_by)"
            " VALUES ($1, $2, 'HEALTH', 1, $2, $3, uuidv4())",
            employer,
            SEPTEMBER,
            payment,
        )


async def test_whoever_serves_changes_no_account_and_no_entry(pool: Pool, debtor: Debtor) -> None:
    assert debtor
    async with pool.acquire() as connection:
        for statement in (
            "UPDATE employer_accounts SET paid = due",
            "INSERT INTO employer_accounts SELECT * FROM employer_accounts",
            "UPDATE employer_arrears SET settled_at = now()",
            "UPDATE employer_entries SET due = 0",
            "DELETE FROM employer_entries",
            "UPDATE contributions SET base = 0",
            "DELETE FROM payments",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
