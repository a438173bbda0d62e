"""Health insurance cards: as what one is insured, since when, and what is left to copay."""

from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from auth.scopes import Scope
from db.pool import Connection, Pool
from selection.faults import ScopeMissing
from tests import people
from tests.portal import ask, code_of, execute

CARD = """
query ($asOf: Date) {
  viewer { participant { healthCard(asOf: $asOf) {
    objectCode object { code payer nameVi nameEn } benefitLevel benefitPercent validFrom validTo facilityCode
    continuity(asOf: $asOf) { continuousSince fiveYearsOn hasFiveYears
                              determination { code isMet changes { textEn earliest } } }
    copayments(asOf: $asOf) { year paid ceiling left determination { code isMet cites { path value } } }
  } } }
}
"""


@pytest.fixture
async def lan(owner: Connection) -> UUID:
    """Somebody."""
    return await people.a_participant(owner)


async def card(pool: Pool, person: UUID, day: str = "2026-11-29") -> Any:  # noqa: ANN401 -- JSON
    answer = await ask(pool, people.citizen_of(person), CARD, asOf=day)
    return answer["viewer"]["participant"]["healthCard"]


@pytest.mark.parametrize(("level", "percent"), [(1, 100), (2, 100), (3, 95), (4, 80), (5, 100)])
async def test_a_card_says_as_what_one_is_insured_and_how_much_the_fund_pays(
    pool: Pool, owner: Connection, lan: UUID, level: int, percent: int
) -> None:
    await people.a_health_card(owner, lan, letters="TE", level=level)
    found = await card(pool, lan)
    assert found["object"] == {
        "code": "TE",
        "payer": "STATE",
        "nameVi": "Trẻ em dưới 6 tuổi",
        "nameEn": "Child under 6",
    }
    assert (found["benefitLevel"], found["benefitPercent"]) == (level, percent)


async def test_letters_that_nobody_knows_are_shown_without_words(
    pool: Pool, owner: Connection, lan: UUID
) -> None:
    await people.a_health_card(owner, lan, letters="ZZ")
    found = await card(pool, lan)
    assert (found["objectCode"], found["object"]) == ("ZZ", None)


async def test_of_each_day_there_is_the_card_of_that_day(pool: Pool, owner: Connection, lan: UUID) -> None:
    await people.a_health_card(owner, lan, letters="DN", valid_to=date(2024, 12, 31))
    await people.a_health_card(owner, lan, letters="GD", valid_from=date(2025, 2, 1))
    found = {
        day: (shown := await card(pool, lan, day)) and shown["objectCode"]
        for day in ("2019-12-31", "2020-01-01", "2024-12-31", "2025-01-01", "2025-02-01")
    }
    assert list(found.values()) == [None, "DN", "DN", None, "GD"]


async def test_nobody_has_two_cards_on_one_day(owner: Connection, lan: UUID) -> None:
    await people.a_health_card(owner, lan, valid_to=date(2024, 12, 31))
    with pytest.raises(asyncpg.ExclusionViolationError):
        await people.a_health_card(owner, lan, valid_from=date(2024, 12, 31))


@pytest.mark.parametrize(
    ("begins", "since"), [(date(2025, 4, 1), "2020-01-01"), (date(2025, 4, 2), "2025-04-02")]
)
async def test_a_break_of_three_months_does_not_break_continuity(
    pool: Pool, owner: Connection, lan: UUID, begins: date, since: str
) -> None:
    await people.a_health_card(owner, lan, valid_to=date(2024, 12, 31))
    await people.a_health_card(owner, lan, valid_from=begins)
    found = (await card(pool, lan))["continuity"]
    assert found["continuousSince"] == since
    assert found["hasFiveYears"] == (since == "2020-01-01")
    assert found["determination"]["isMet"] == found["hasFiveYears"]


async def test_what_is_printed_on_the_card_holds(pool: Pool, owner: Connection, lan: UUID) -> None:
    await people.a_health_card(owner, lan, valid_from=date(2026, 1, 1), five_years_on=date(2026, 11, 29))
    assert (await card(pool, lan))["continuity"]["hasFiveYears"] is True
    before = (await card(pool, lan, "2026-11-28"))["continuity"]
    assert (before["hasFiveYears"], before["fiveYearsOn"]) == (False, "2026-11-29")
    assert before["determination"]["changes"] == [
        {"textEn": "It will be five years on 2026-11-29", "earliest": "2026-11"}
    ]


async def test_what_is_left_to_copay_is_counted_in_base_salaries_of_then(
    pool: Pool, owner: Connection, lan: UUID
) -> None:
    await people.a_health_card(owner, lan)
    for paid_on, amount in (
        (date(2025, 12, 31), 1_000_000),
        (date(2026, 6, 30), 2_340_000),
        (date(2026, 7, 1), 2_530_000),
        (date(2026, 11, 29), 1),
        (date(2026, 11, 30), 5_000_000),
    ):
        await people.a_health_copayment(owner, lan, paid_on=paid_on, amount=amount)
    told = {}
    for day in ("2025-12-31", "2026-01-01", "2026-06-30", "2026-07-01", "2026-11-29"):
        found = (await card(pool, lan, day))["copayments"]
        told[day] = (found["year"], found["paid"], found["ceiling"], found["left"])
    assert told == {
        "2025-12-31": (2025, 1_000_000, 14_040_000, 13_040_000),
        "2026-01-01": (2026, 0, 14_040_000, 14_040_000),
        "2026-06-30": (2026, 2_340_000, 14_040_000, 11_700_000),
        "2026-07-01": (2026, 4_870_000, 15_180_000, 10_120_000),
        "2026-11-29": (2026, 4_870_001, 15_180_000, 10_119_999),
    }


async def test_from_the_ceiling_on_nothing_is_left(pool: Pool, owner: Connection, lan: UUID) -> None:
    await people.a_health_card(owner, lan)
    await people.a_health_copayment(owner, lan, paid_on=date(2026, 8, 1), amount=15_179_999)
    assert (await card(pool, lan))["copayments"]["left"] == 1
    await people.a_health_copayment(owner, lan, paid_on=date(2026, 8, 2), amount=1)
    found = (await card(pool, lan))["copayments"]
    assert (found["left"], found["determination"]["isMet"]) == (0, False)


async def test_a_day_before_there_was_such_a_law_is_refused_at_its_path(
    pool: Pool, owner: Connection, lan: UUID
) -> None:
    await people.a_health_card(owner, lan, valid_from=date(2010, 1, 1))
    result = await execute(pool, people.citizen_of(lan), CARD, asOf="2014-12-31")
    told = {(code_of(error), tuple(error.path or ())) for error in result.errors or ()}
    place = ("viewer", "participant", "healthCard")
    assert told == {("DAY_OUTSIDE", (*place, "continuity")), ("DAY_OUTSIDE", (*place, "copayments"))}


@pytest.mark.parametrize("amount", [0, -1])
async def test_nobody_copays_nothing_or_less(owner: Connection, lan: UUID, amount: int) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await people.a_health_copayment(owner, lan, amount=amount)


async def test_health_is_a_scope_of_its_own(pool: Pool, lan: UUID) -> None:
    reader = people.citizen_of(lan, scopes=people.EVERY_SCOPE - {Scope.HEALTH_READ})
    for asked in ("healthCard { id }", "healthCards { totalCount }", "healthCopayments { totalCount }"):
        with pytest.raises(ScopeMissing, match="health:read"):
            await ask(pool, reader, f"{{ viewer {{ participant {{ {asked} }} }} }}")


async def test_no_employer_sees_a_card_or_what_was_copaid(pool: Pool, owner: Connection, lan: UUID) -> None:
    card_key = await people.a_health_card(owner, lan)
    await people.a_health_copayment(owner, lan)
    employer = await people.an_employer(owner)
    await people.an_employment(owner, lan, employer)
    mill = await people.acting_for(owner, employer)
    asked = """
        query ($id: ID!, $card: ID!) {
          participant(id: $id) {
            healthCard { id } healthCards { totalCount } healthCopayments { totalCount }
          }
          node(id: $card) { id }
        }
    """
    found = await ask(pool, mill, asked, id=f"Participant:{lan}", card=f"HealthCard:{card_key}")
    assert found == {
        "participant": {
            "healthCard": None,
            "healthCards": {"totalCount": 0},
            "healthCopayments": {"totalCount": 0},
        },
        "node": None,
    }
