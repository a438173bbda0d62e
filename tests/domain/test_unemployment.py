"""Unemployment: how much and how long under either law, which months are kept, and from when."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.parameters import parameters
from domain.contributions import Region
from domain.determinations import Determination
from domain.months import Month
from domain.parameters import Law, NoParameter
from domain.unemployment import Regime, Unemployed, unemployment, unemployment_filing
from domain.working_calendar import calendar_of

OLD = parameters().on(date(2025, 12, 1), "38/2013")
NEW = parameters().on(date(2026, 1, 1), "74/2025")
CALENDAR = calendar_of(2025, 2027)


@pytest.mark.parametrize(
    ("months", "paid", "kept"),
    [
        (0, 0, 0),
        (11, 0, 11),
        (12, 3, 0),
        (35, 3, 0),
        (36, 3, 0),
        (37, 3, 1),
        (47, 3, 11),
        (48, 4, 0),
        (60, 5, 0),
        (143, 11, 11),
        (144, 12, 0),
        (150, 12, 6),
    ],
)
@pytest.mark.parametrize("law", [OLD, NEW])
def test_a_month_is_paid_for_each_full_year_and_the_odd_ones_are_kept(
    law: Law, months: int, paid: int, kept: int
) -> None:
    found = unemployment(law, Unemployed(6_000_000, months)).findings
    assert (found["benefit_months"], found["months_kept"]) == (paid, kept)
    assert found["monthly"] == (3_600_000 if paid else 0)


@pytest.mark.parametrize(
    ("law", "regime", "region", "cap"),
    [
        (OLD, Regime.PRIVATE, Region.I, 24_800_000),
        (OLD, Regime.PRIVATE, Region.IV, 17_250_000),
        (OLD, Regime.STATE, Region.I, 11_700_000),
        (NEW, Regime.PRIVATE, Region.I, 26_550_000),
        (NEW, Regime.STATE, Region.IV, 18_500_000),
    ],
)
def test_the_cap_is_the_regions_and_of_the_base_salary_for_the_states_until_2025(
    law: Law, regime: Regime, region: Region, cap: int
) -> None:
    found = unemployment(law, Unemployed(100_000_000, 24, region, regime)).findings
    assert (found["cap"], found["monthly"]) == (cap, cap)


def test_neither_law_answers_outside_its_time() -> None:
    with pytest.raises(NoParameter):
        unemployment(parameters().on(date(2014, 12, 31), "38/2013"), Unemployed(1, 12))
    with pytest.raises(NoParameter):
        unemployment(parameters().on(date(2025, 12, 31), "74/2025"), Unemployed(1, 12))


def test_whoever_lacks_months_is_told_how_many_and_by_when() -> None:
    found = unemployment(NEW, Unemployed(6_000_000, 30, recent_months=9))
    [change] = found.changes
    assert (found.is_met, change.missing, change.earliest) == (False, 3, Month(2026, 4))
    assert [(part.code, part.words.en) for part in found.condition.parts if not part.is_met] == [
        ("RECENT_MONTHS", "12 months or more of the 24 before the contract ended")
    ]


def test_after_a_short_contract_36_months_are_looked_back_upon() -> None:
    found = unemployment(OLD, Unemployed(6_000_000, 12, had_short_contract=True))
    assert "of the 36 before" in found.condition.parts[0].words.en


@pytest.mark.parametrize(
    ("person", "said"),
    [
        (Unemployed(1, 12, left_unlawfully=True), "Only where the contract ended lawfully"),
        (Unemployed(1, 12, draws_pension=True), "Only without a pension"),
        (Unemployed(1, 12, is_back_at_work=True), "Only while out of work"),
    ],
)
def test_what_stands_in_the_way_is_named(person: Unemployed, said: str) -> None:
    found = unemployment(OLD, person)
    assert ([change.words.en for change in found.changes], found.findings["monthly"]) == ([said], 0)


def test_the_start_under_the_new_law_is_not_confirmed() -> None:
    found = {law.number: unemployment(law, Unemployed(1, 12)) for law in (OLD, NEW)}
    assert {number: one.findings["starts_on_working_day"] for number, one in found.items()} == {
        "38/2013": 16,
        "74/2025": 11,
    }
    assert [one.is_unconfirmed for one in found.values()] == [False, True]


def filing(law: Law, ended_on: date, filed_on: date) -> Determination:
    return unemployment_filing(law, ended_on=ended_on, filed_on=filed_on, calendar=CALENDAR)


@pytest.mark.parametrize(
    ("ended_on", "file_by"),
    [
        (date(2026, 3, 31), date(2026, 6, 30)),
        (date(2025, 11, 30), date(2026, 3, 2)),  # 28 February is a Saturday
        (date(2026, 4, 10), date(2026, 7, 10)),
    ],
)
def test_one_files_within_three_months_of_the_end(ended_on: date, file_by: date) -> None:
    assert filing(NEW, ended_on, file_by).findings["file_by"] == file_by
    assert filing(NEW, ended_on, file_by).is_met
    late = filing(NEW, ended_on, date(2026, 7, 31))
    assert [change.words.en for change in late.changes] == [f"Only where filed by {file_by}"]
    assert "starts_on" not in late.findings


def test_the_benefit_starts_so_many_working_days_after_filing() -> None:
    filed_on = date(2026, 8, 24)  # before the days off around 2 September
    assert filing(OLD, filed_on, filed_on).findings["starts_on"] == date(2026, 9, 18)
    assert filing(NEW, filed_on, filed_on).findings["starts_on"] == date(2026, 9, 11)


@given(st.integers(0, 10**9), st.integers(0, 600), st.integers(0, 100), st.sampled_from([OLD, NEW]))
def test_more_months_never_pay_less_and_nothing_is_above_the_cap(
    average: int, months: int, more: int, law: Law
) -> None:
    found, longer = (
        unemployment(law, Unemployed(average, number)).findings for number in (months, months + more)
    )
    assert found["benefit_months"] <= longer["benefit_months"] <= 12  # type: ignore[operator]
    assert found["monthly"] <= longer["monthly"] <= longer["cap"]  # type: ignore[operator]
    assert 0 <= found["months_kept"] < 12  # type: ignore[operator]
