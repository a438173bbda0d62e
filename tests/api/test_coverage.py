"""Coverage as the portal tells it: of real lines and corrections, of what is owed, and to whom it is told."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from auth.scopes import Scope
from auth.viewer import Viewer
from db.pool import Connection, Pool
from tests import people
from tests.portal import ask, code_of, execute

ALL = """
query ($id: ID!, $asOf: Date, $asKnownAt: DateTime) { node(id: $id) { ... on Participant {
  coverage(asOf: $asOf, asKnownAt: $asKnownAt) { asOf
    sickness { ...regime } maternity { ...regime } pension { ...regime } unemployment { ...regime }
    health { ...regime } workInjury { ...regime } survivors { ...regime } } } } }
fragment regime on RegimeCoverage {
  status monthsCounted earliestEntitlement
  periods { months { from to months } scheme employer { id name } standing }
  gaps { months { from to } standing employers { id name } }
  estimate { amount unit textVi textEn unconfirmed }
  determination { code law day isMet unconfirmed
    conditions { code textVi textEn article isMet value depth
      evidence { months { from to } rows } change { textEn missing earliest } }
    findings { name unit value } changes { textVi textEn } cites { path value confidence } }
}
"""
PENSION = """
query ($id: ID!, $asOf: Date, $asKnownAt: DateTime) { node(id: $id) { ... on Participant {
  coverage(asOf: $asOf, asKnownAt: $asKnownAt) { pension {
    status monthsCounted
    periods { months { from to } standing } gaps { months { from to } standing } } } } } }
"""
REGIMES = ("sickness", "maternity", "pension", "unemployment", "health", "workInjury", "survivors")
TODAY = "2026-11-29"


async def told(pool: Pool, viewer: Viewer, person: UUID, text: str = PENSION, **variables: object) -> Any:  # noqa: ANN401 -- JSON
    """What a viewer is told of a person; nothing of whom it may not see."""
    answer = await ask(pool, viewer, text, id=f"Participant:{person}", **({"asOf": TODAY} | variables))
    return answer["node"] and answer["node"]["coverage"]


async def months(pool: Pool, person: UUID, **variables: object) -> int:
    """How many months count for a person's pension, as the person is told."""
    found = await told(pool, people.citizen_of(person), person, **variables)
    return int(found["pension"]["monthsCounted"])


async def test_all_seven_regimes_are_told_with_reasons_that_name_rows(owner: Connection, pool: Pool) -> None:
    worker, mill = await people.a_participant(owner), await people.an_employer(owner)
    line = await people.a_line(owner, worker, mill, from_month=date(2015, 1, 1))
    found = await told(pool, people.citizen_of(worker), worker, ALL)
    assert found["asOf"] == TODAY
    for name in REGIMES:
        regime = found[name]
        assert regime["monthsCounted"] == 143, name
        assert regime["periods"] == [
            {
                "months": {"from": "2015-01", "to": "2026-11", "months": 143},
                "scheme": "COMPULSORY",
                "employer": {"id": f"Employer:{mill}", "name": "Công ty Thử"},
                "standing": "PAID",
            }
        ], name
        rows = {row for each in regime["determination"]["conditions"] for row in each["evidence"]["rows"]}
        assert rows == {f"Contribution:{line}"}, name
    assert {found[name]["status"] for name in REGIMES if name != "pension"} == {"ENTITLED"}
    assert found["pension"]["status"] == "INSURED"
    answer = await ask(
        pool,
        people.citizen_of(worker),
        "query ($rows: [ID!]!) { nodes(ids: $rows) { ... on Contribution { fromMonth } } }",
        rows=[f"Contribution:{line}"],
    )
    assert answer["nodes"] == [{"fromMonth": "2015-01"}]


async def test_the_translator_and_strawberry_tell_the_same(owner: Connection, pool: Pool) -> None:
    worker, mill = await people.a_participant(owner), await people.an_employer(owner)
    await people.a_line(owner, worker, mill, from_month=date(2015, 1, 1))
    await people.an_unpaid_month(owner, mill, date(2024, 3, 1), fund="RETIREMENT_SURVIVORS")
    viewer, variables = people.citizen_of(worker), {"id": f"Participant:{worker}", "asOf": TODAY}
    executed = await execute(pool, viewer, ALL, **variables)
    assert executed.errors is None
    assert executed.data == await ask(pool, viewer, ALL, **variables)


async def test_whatever_a_caller_calls_a_field_is_no_more_than_its_name(
    owner: Connection, pool: Pool
) -> None:
    """What is shown is shown by functions that are written for what is selected."""
    worker = await people.a_participant(owner)
    names = ("lambda", "None", "value", "show_0", "show_1", "__import__", "eval")
    fields = " ".join(f"{name}: asOf" for name in names)
    text = ALL.replace("{ asOf\n", f"{{ {fields} asOf\n")
    found = await told(pool, people.citizen_of(worker), worker, text)
    assert {name: found[name] for name in (*names, "asOf")} == dict.fromkeys((*names, "asOf"), TODAY)


async def test_a_correction_and_its_reversal_cancel_and_each_was_known_at_its_time(
    owner: Connection, pool: Pool
) -> None:
    worker, mill = await people.a_participant(owner), await people.an_employer(owner)
    recorded = [datetime(2026, month, 10, tzinfo=UTC) for month in (2, 4, 6)]
    first, last = date(2025, 1, 1), date(2025, 12, 1)
    await people.a_line(owner, worker, mill, from_month=first, to_month=last, recorded_at=recorded[0])
    before = await told(pool, people.citizen_of(worker), worker, ALL, asKnownAt="2026-03-01T00:00:00Z")
    taken, back = date(2025, 5, 1), date(2025, 7, 1)
    await people.a_line(owner, worker, mill, from_month=taken, to_month=back, base=0, recorded_at=recorded[1])
    assert await months(pool, worker) == 9
    await people.a_line(owner, worker, mill, from_month=taken, to_month=back, recorded_at=recorded[2])
    assert await months(pool, worker) == 12
    after = await told(pool, people.citizen_of(worker), worker, ALL)
    for name in REGIMES:
        for key in ("status", "monthsCounted", "periods", "gaps", "estimate", "earliestEntitlement"):
            assert before[name][key] == after[name][key], (name, key)
    known = [
        await months(pool, worker, asKnownAt=f"2026-{month}-01T00:00:00Z")
        for month in ("01", "03", "05", "07")
    ]
    assert known == [0, 12, 9, 12]


async def test_an_instant_never_knows_a_later_entry_to_the_microsecond(owner: Connection, pool: Pool) -> None:
    worker, mill = await people.a_participant(owner), await people.an_employer(owner)
    at = datetime(2026, 4, 1, 8, 0, 0, 5, tzinfo=UTC)
    await people.a_line(
        owner, worker, mill, from_month=date(2026, 1, 1), to_month=date(2026, 3, 1), recorded_at=at
    )
    assert await months(pool, worker, asKnownAt="2026-04-01T08:00:00.000004Z") == 0
    assert await months(pool, worker, asKnownAt="2026-04-01T08:00:00.000005Z") == 3


async def test_what_an_employer_owes_is_unpaid_while_it_stands_and_counts_once_it_is_settled(
    owner: Connection, pool: Pool
) -> None:
    worker, mill = await people.a_participant(owner), await people.an_employer(owner)
    await people.a_line(owner, worker, mill, from_month=date(2026, 1, 1))
    await people.an_unpaid_month(
        owner,
        mill,
        date(2026, 3, 1),
        fund="RETIREMENT_SURVIVORS",
        settled_at=datetime(2026, 8, 1, tzinfo=UTC),
    )
    await people.an_unpaid_month(owner, mill, date(2026, 5, 1), fund="RETIREMENT_SURVIVORS")
    found = (await told(pool, people.citizen_of(worker), worker))["pension"]
    assert found["gaps"] == [{"months": {"from": "2026-05", "to": "2026-05"}, "standing": "UNPAID"}]
    assert found["monthsCounted"] == 10
    viewer, july = people.citizen_of(worker), "2026-07-15T00:00:00Z"
    then = (await told(pool, viewer, worker, asOf="2026-07-15", asKnownAt=july))["pension"]
    assert [gap["months"]["from"] for gap in then["gaps"]] == ["2026-03", "2026-05"]
    # In April nobody knew of either.
    april = {"asOf": "2026-04-20", "asKnownAt": "2026-03-29T00:00:00Z"}
    assert (await told(pool, viewer, worker, **april))["pension"]["gaps"] == []


async def test_two_employers_in_one_month_are_two_periods_and_one_month(
    owner: Connection, pool: Pool
) -> None:
    worker = await people.a_participant(owner)
    mill, shop = await people.an_employer(owner), await people.an_employer(owner)
    await people.a_line(owner, worker, mill, from_month=date(2025, 1, 1), to_month=date(2025, 6, 1))
    await people.a_line(owner, worker, shop, from_month=date(2025, 4, 1), to_month=date(2025, 9, 1))
    found = (await told(pool, people.citizen_of(worker), worker))["pension"]
    assert found["monthsCounted"] == 9
    assert [period["months"] for period in found["periods"]] == [
        {"from": "2025-01", "to": "2025-06"},
        {"from": "2025-04", "to": "2025-09"},
    ]


async def test_months_are_told_until_the_day_that_is_asked_about(owner: Connection, pool: Pool) -> None:
    worker, mill = await people.a_participant(owner), await people.an_employer(owner)
    await people.a_line(owner, worker, mill, from_month=date(2026, 1, 1))
    days = ("2025-12-31", "2026-01-01", "2026-11-29", "2030-12-31")
    assert [await months(pool, worker, asOf=day) for day in days] == [0, 1, 11, 60]


@pytest.mark.parametrize(
    ("day", "is_refused"),
    [("1989-12-31", True), ("1990-01-01", False), ("2036-12-31", False), ("2037-01-01", True)],
)
async def test_a_day_before_birth_or_too_far_ahead_is_refused_at_its_place(
    owner: Connection,
    pool: Pool,
    day: str,
    is_refused: bool,  # noqa: FBT001
) -> None:
    worker = await people.a_participant(owner)
    answer = await execute(pool, people.citizen_of(worker), PENSION, id=f"Participant:{worker}", asOf=day)
    found = [(code_of(error), error.path) for error in answer.errors or ()]
    assert found == ([("DAY_OUTSIDE", ["node", "coverage"])] if is_refused else [])
    assert answer.data
    assert (answer.data["node"]["coverage"] is None) is is_refused


async def test_an_employer_is_told_nothing_of_coverage(owner: Connection, pool: Pool) -> None:
    worker, mill = await people.a_participant(owner), await people.an_employer(owner)
    await people.an_employment(owner, worker, mill)
    await people.a_line(owner, worker, mill)
    answer = await ask(
        pool, await people.acting_for(owner, mill), PENSION, id=f"Participant:{worker}", asOf=TODAY
    )
    assert answer == {"node": {"coverage": None}}


async def test_coverage_is_told_to_whom_it_concerns_and_to_nobody_else(owner: Connection, pool: Pool) -> None:
    office, elsewhere = await people.an_office(owner), await people.an_office(owner)
    worker, other = await people.a_participant(owner, office=office), await people.a_participant(owner)
    mill = await people.an_employer(owner)
    await people.a_line(owner, worker, mill, from_month=date(2026, 1, 1))
    agent = await people.a_participant(owner)
    mandates = {
        group: await people.a_mandate(owner, worker, agent, groups=[group])
        for group in ("CONTRIBUTIONS", "BENEFITS")
    }
    told_to = {
        "themself": people.citizen_of(worker),
        "their officer": await people.officer_of(owner, office),
        "a partner of the office": await people.partner_for(owner, office),
        "their agent in contributions": people.representing(
            worker, people.citizen_of(agent), mandates["CONTRIBUTIONS"]
        ),
    }
    not_told_to = {
        "another": people.citizen_of(other),
        "another officer": await people.officer_of(owner, elsewhere),
        "their agent in benefits": people.representing(
            worker, people.citizen_of(agent), mandates["BENEFITS"]
        ),
        "another employer": await people.acting_for(owner, await people.an_employer(owner)),
    }
    for name, viewer in told_to.items():
        found = await told(pool, viewer, worker)
        assert found["pension"]["monthsCounted"] == 11, name
    for name, viewer in not_told_to.items():
        assert await told(pool, viewer, worker) is None, name


async def test_a_partner_is_told_only_where_its_agreement_names_coverage(
    owner: Connection, pool: Pool
) -> None:
    office = await people.an_office(owner)
    worker = await people.a_participant(owner, office=office)
    fields = people.all_fields() - {"Participant.coverage"}
    agreement = await people.an_agreement(owner, office=office, fields=fields)
    partner = await people.partner_under(owner, agreement, office=office)
    answer = await execute(pool, partner, PENSION, id=f"Participant:{worker}")
    assert [code_of(error) for error in answer.errors or ()] == ["FIELD_OUTSIDE_AGREEMENT"]


async def test_coverage_takes_the_scope_to_read_contributions(owner: Connection, pool: Pool) -> None:
    worker = await people.a_participant(owner)
    viewer = people.citizen_of(worker, scopes=people.EVERY_SCOPE - {Scope.CONTRIBUTION_READ})
    answer = await execute(pool, viewer, PENSION, id=f"Participant:{worker}")
    assert [code_of(error) for error in answer.errors or ()] == ["SCOPE_MISSING"]


async def test_benefits_and_cards_are_told_of_only_with_the_scopes_that_they_take(
    owner: Connection, pool: Pool
) -> None:
    worker = await people.a_participant(owner)
    await people.a_benefit(owner, worker, kind="SICKNESS")
    await people.a_health_card(owner, worker)
    statuses = {}
    for scopes in (people.EVERY_SCOPE, people.EVERY_SCOPE - {Scope.BENEFIT_READ, Scope.HEALTH_READ}):
        found = await told(pool, people.citizen_of(worker, scopes=scopes), worker, ALL)
        statuses[scopes] = [found[name]["status"] for name in ("sickness", "health")]
    assert list(statuses.values()) == [["IN_PAYMENT", "ENTITLED"], ["NOT_INSURED", "NOT_INSURED"]]


async def test_a_hundred_people_are_told_of_in_one_statement(owner: Connection, pool: Pool) -> None:
    office, mill = await people.an_office(owner), await people.an_employer(owner)
    for _ in range(100):
        await people.a_line(owner, await people.a_participant(owner, office=office), mill)
    text = "{ participants(first: 100) { nodes { coverage { pension { status monthsCounted } } } } }"
    answer = await ask(pool, await people.officer_of(owner, office), text)
    nodes = answer["participants"]["nodes"]
    assert len(nodes) == 100
    assert {node["coverage"]["pension"]["status"] for node in nodes} == {"INSURED"}
