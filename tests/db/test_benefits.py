"""Benefits in payment: what is paid, for which days, and who sees it."""

from datetime import date
from uuid import UUID

import asyncpg
import pytest

from db.pool import Connection, Pool
from tests import people
from tests.portal import ask

PAID = """
query ($on: Date) {
  viewer { participant { benefits(inPaymentOn: $on) {
    totalCount nodes { kind payment amount decisionNumber validTo } } } }
}
"""


@pytest.fixture
async def lan(owner: Connection) -> UUID:
    """Somebody who is paid a pension, and was paid for sick days."""
    person = await people.a_participant(owner)
    await people.a_benefit(owner, person, valid_from=date(2026, 3, 1))
    await people.a_benefit(
        owner,
        person,
        kind="SICKNESS",
        payment="ONCE",
        valid_from=date(2025, 5, 5),
        valid_to=date(2025, 5, 9),
    )
    return person


@pytest.mark.parametrize(
    ("day", "kinds"),
    [
        (None, ["PENSION", "SICKNESS"]),
        ("2025-05-04", []),
        ("2025-05-05", ["SICKNESS"]),
        ("2025-05-09", ["SICKNESS"]),
        ("2025-05-10", []),
        ("2026-02-28", []),
        ("2026-03-01", ["PENSION"]),
        ("2999-01-01", ["PENSION"]),
    ],
)
async def test_what_is_paid_for_a_day_is_found(
    pool: Pool, lan: UUID, day: str | None, kinds: list[str]
) -> None:
    found = await ask(pool, people.citizen_of(lan), PAID, on=day)
    benefits = found["viewer"]["participant"]["benefits"]
    assert [benefit["kind"] for benefit in benefits["nodes"]] == kinds
    assert benefits["totalCount"] == len(kinds)


async def test_what_is_paid_once_has_an_end(owner: Connection, lan: UUID) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match="once_ends"):
        await people.a_benefit(owner, lan, kind="ONE_OFF", payment="ONCE")


async def test_no_employer_sees_what_somebody_is_paid(pool: Pool, owner: Connection, lan: UUID) -> None:
    employer = await people.an_employer(owner)
    await people.an_employment(owner, lan, employer)
    asked = "query ($id: ID!) { participant(id: $id) { benefits { totalCount nodes { id } } } }"
    found = await ask(pool, await people.acting_for(owner, employer), asked, id=f"Participant:{lan}")
    assert found["participant"]["benefits"] == {"totalCount": 0, "nodes": []}
