"""Households: who belongs to them, and what their health insurance costs."""

from datetime import date
from typing import Any

import pytest

from auth.viewer import Viewer
from db.pool import Connection, Pool
from tests import people
from tests.portal import ask, code_of, execute

HOUSEHOLD = """
{ viewer { participant { household { code address office { id }
  members { totalCount nodes { relationship takesPart validFrom validTo participant { id } } } } } } }
"""
PREMIUM = """
query ($months: Int! = 12, $joinTogether: Boolean! = true, $asOf: Date) {
  viewer { participant { household {
    healthPremium(months: $months, joinTogether: $joinTogether, asOf: $asOf) {
      asOf months total members { position monthly }
      determination { code law isMet changes { textEn } cites { path value source } }
  } } } }
}
"""


async def a_household_of(owner: Connection, size: int) -> tuple[Viewer, list[Any]]:
    """The head of a household of so many people, and their keys."""
    office = await people.an_office(owner)
    members = [await people.a_participant(owner, office=office) for _ in range(size)]
    await people.a_household(owner, office=office, members=members)
    return people.citizen_of(members[0]), members


async def premium(pool: Pool, viewer: Viewer, **asked: object) -> Any:  # noqa: ANN401 -- JSON
    answer = await ask(pool, viewer, PREMIUM, **asked)
    return answer["viewer"]["participant"]["household"]["healthPremium"]


async def test_a_person_sees_who_belongs_to_their_household_and_not_their_records(
    pool: Pool, owner: Connection
) -> None:
    lan, [her_key, _] = await a_household_of(owner, 2)
    household = (await ask(pool, lan, HOUSEHOLD))["viewer"]["participant"]["household"]
    assert household["address"] == "Ngõ thử"
    assert household["members"]["totalCount"] == 2
    assert [member["participant"] for member in household["members"]["nodes"]] == [
        {"id": f"Participant:{her_key}"},
        None,
    ]


async def test_who_has_left_sees_that_they_belonged_and_nobody_else(pool: Pool, owner: Connection) -> None:
    _, [head] = await a_household_of(owner, 1)
    household = await owner.fetchval("SELECT household_id FROM participants WHERE id = $1", head)
    minh = await people.a_participant(owner)
    await people.a_membership(owner, household, minh, valid_to=date(2024, 12, 31))
    asked = """{ viewer { participant { household { code }
      householdMemberships { nodes { validTo household { code } } } } } }"""
    person = (await ask(pool, people.citizen_of(minh), asked))["viewer"]["participant"]
    assert person == {
        "household": None,
        "householdMemberships": {"nodes": [{"validTo": "2024-12-31", "household": None}]},
    }


@pytest.mark.parametrize("size", range(1, 7))
async def test_each_further_member_pays_less_until_the_fifth(
    pool: Pool, owner: Connection, size: int
) -> None:
    lan, _ = await a_household_of(owner, size)
    found = await premium(pool, lan, asOf="2026-11-29")
    monthly = [113_850, 79_695, 68_310, 56_925, 45_540, 45_540][:size]
    assert [member["monthly"] for member in found["members"]] == monthly
    assert [member["position"] for member in found["members"]] == list(range(1, size + 1))
    assert found["total"] == 12 * sum(monthly)
    determined = found["determination"]
    assert (determined["code"], determined["isMet"], determined["law"]) == (
        "HOUSEHOLD_HEALTH_PREMIUM",
        True,
        "25/2008",
    )
    assert {"base_salary", "household_health_insurance.member_factor"} <= {
        cite["path"] for cite in determined["cites"]
    }


@pytest.mark.parametrize(("day", "first"), [("2026-06-30", 105_300), ("2026-07-01", 113_850)])
async def test_the_premium_is_of_the_base_salary_of_the_day(
    pool: Pool, owner: Connection, day: str, first: int
) -> None:
    lan, _ = await a_household_of(owner, 1)
    found = await premium(pool, lan, asOf=day)
    assert (found["asOf"], found["members"]) == (day, [{"position": 1, "monthly": first}])


@pytest.mark.parametrize(
    ("months", "is_met"), [(3, True), (4, False), (6, True), (12, True), (13, False), (0, False), (-1, False)]
)
async def test_it_is_paid_for_3_6_or_12_months(
    *, pool: Pool, owner: Connection, months: int, is_met: bool
) -> None:
    lan, _ = await a_household_of(owner, 1)
    found = await premium(pool, lan, months=months, asOf="2026-11-29")
    assert found["total"] == (months * 113_850 if is_met else None)
    assert found["determination"]["isMet"] is is_met
    changes = [] if is_met else [{"textEn": "Only for 3, 6, 12 months"}]
    assert found["determination"]["changes"] == changes


async def test_who_does_not_join_with_the_others_pays_as_the_first(pool: Pool, owner: Connection) -> None:
    lan, _ = await a_household_of(owner, 2)
    found = await premium(pool, lan, joinTogether=False, asOf="2026-11-29")
    assert [member["monthly"] for member in found["members"]] == [113_850, 113_850]


async def test_who_has_another_card_or_is_no_member_that_day_pays_nothing(
    pool: Pool, owner: Connection
) -> None:
    lan, [head] = await a_household_of(owner, 1)
    household = await owner.fetchval("SELECT household_id FROM participants WHERE id = $1", head)
    for more in (
        {"takes_part": False},
        {"valid_from": date(2026, 5, 2)},
        {"valid_to": date(2026, 4, 30)},
        {"valid_from": date(2026, 5, 1), "valid_to": date(2026, 5, 1)},
    ):
        await people.a_membership(owner, household, await people.a_participant(owner), **more)  # type: ignore[arg-type]
    counted = {
        day: len((await premium(pool, lan, asOf=day))["members"])
        for day in ("2026-04-30", "2026-05-01", "2026-05-02")
    }
    assert counted == {"2026-04-30": 2, "2026-05-01": 2, "2026-05-02": 2}


@pytest.mark.parametrize("day", ["2014-12-31", "2999-01-01"])
async def test_a_day_without_such_a_law_is_refused_at_its_path(
    pool: Pool, owner: Connection, day: str
) -> None:
    lan, _ = await a_household_of(owner, 1)
    [error] = (await execute(pool, lan, PREMIUM, asOf=day)).errors or ()
    assert code_of(error) == "DAY_OUTSIDE"
    assert error.path == ["viewer", "participant", "household", "healthPremium"]


@pytest.mark.parametrize("wrong", [{"months": 2**31}, {"months": "x"}, {"asOf": "2026-02-30"}])
async def test_what_is_no_number_and_no_day_is_refused(
    pool: Pool, owner: Connection, wrong: dict[str, object]
) -> None:
    lan, _ = await a_household_of(owner, 1)
    result = await execute(pool, lan, PREMIUM, **wrong)
    assert result.errors
    assert result.data is None


async def test_no_employer_sees_a_household(pool: Pool, owner: Connection) -> None:
    _, [person] = await a_household_of(owner, 1)
    employer = await people.an_employer(owner)
    await people.an_employment(owner, person, employer)
    mill = await people.acting_for(owner, employer)
    asked = """query ($id: ID!) { participant(id: $id) {
      fullName household { code } householdMemberships { totalCount } } }"""
    found = (await ask(pool, mill, asked, id=f"Participant:{person}"))["participant"]
    assert found == {
        "fullName": "Nguyễn Thị Thử",
        "household": None,
        "householdMemberships": {"totalCount": 0},
    }
