"""Health insurance: what is paid of a visit, copayments of a year, and a household's premium."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.parameters import parameters
from domain.determinations import Determination
from domain.health import (
    Hospital,
    Visit,
    codes_by_words,
    health,
    health_copay_ceiling,
    health_copayments,
    household_health_premium,
)
from domain.parameters import Law, NoParameter


def law(day: str) -> Law:
    return parameters().on(date.fromisoformat(day), "25/2008")


NOW = law("2026-08-10")


def fund(day: str, visit: Visit) -> object:
    return health(law(day), visit).findings["fund"]


@pytest.mark.parametrize(("digit", "share"), [(1, 100), (2, 100), (3, 95), (4, 80), (5, 100)])
def test_the_digit_of_the_card_says_the_level(digit: int, share: int) -> None:
    assert fund("2026-08-10", Visit(1_000_000, digit)) == share * 10_000


@pytest.mark.parametrize(
    ("day", "cost", "paid"),
    [
        ("2026-07-01", 379_499, 379_499),
        ("2026-07-01", 379_500, 303_600),
        ("2026-06-30", 350_999, 350_999),
        ("2026-06-30", 351_000, 280_800),
    ],
)
def test_a_visit_below_15_per_cent_of_the_base_salary_is_paid_in_full(day: str, cost: int, paid: int) -> None:
    assert fund(day, Visit(cost, 4)) == paid


def test_the_commune_is_free_whatever_the_card_and_the_day() -> None:
    for day in ("2020-01-01", "2025-03-01", "2026-08-10"):
        found = health(law(day), Visit(900_000, 4, "1.2"))
        assert (found.findings["fund"], found.is_unconfirmed) == (900_000, False)


@pytest.mark.parametrize(
    ("hospital", "is_inpatient", "day", "paid"),
    [
        (Hospital.CENTRAL, True, "2024-12-31", 3_200_000),
        (Hospital.CENTRAL, False, "2024-12-31", 0),
        (Hospital.PROVINCIAL, True, "2020-12-31", 4_800_000),
        (Hospital.PROVINCIAL, True, "2021-01-01", 8_000_000),
        (Hospital.PROVINCIAL, False, "2021-01-01", 0),
        (Hospital.DISTRICT, False, "2015-12-31", 5_600_000),
        (Hospital.DISTRICT, True, "2016-01-01", 8_000_000),
        # The levels of before, by their codes of today.
        (Hospital.CENTRAL, True, "2025-07-01", 3_200_000),
        (Hospital.PROVINCIAL, False, "2026-06-30", 0),
        (Hospital.PROVINCIAL, False, "2026-07-01", 4_000_000),
        (Hospital.PROVINCIAL, True, "2025-07-01", 8_000_000),
        (Hospital.DISTRICT, False, "2025-07-01", 8_000_000),
    ],
)
def test_without_referral_the_level_of_the_hospital_counts(
    *,
    hospital: Hospital,
    is_inpatient: bool,
    day: str,
    paid: int,
) -> None:
    assert fund(day, Visit(10_000_000, 4, hospital=hospital, is_inpatient=is_inpatient)) == paid


@pytest.mark.parametrize("code", ["1.13", "1.14", "1.18"])
def test_three_codes_are_paid_by_half_from_july_2026(code: str) -> None:
    assert fund("2026-06-30", Visit(1_000_000, 4, code)) == 0
    assert fund("2026-07-01", Visit(1_000_000, 4, code)) == 400_000


def test_every_code_of_the_table_has_its_part() -> None:
    parts = {
        code: fund("2026-07-01", Visit(1_000_000, 2, code, is_inpatient=True))
        for code in codes_by_words(NOW).values()
    }
    assert {code: part for code, part in parts.items() if part != 1_000_000} == {
        "1.13": 500_000,
        "1.14": 500_000,
        "1.18": 500_000,
        "3.1": 400_000,
        "9": 0,
    }
    assert len(parts) == 17


def test_a_code_was_none_until_2024_and_is_unconfirmed_until_july_2025() -> None:
    with pytest.raises(NoParameter):
        fund("2024-12-31", Visit(1_000_000, 4, "1.15"))
    found = {
        day: health(law(day), Visit(1_000_000, 4, "1.15"))
        for day in ("2025-01-01", "2025-06-30", "2025-07-01")
    }
    assert [one.findings["fund"] for one in found.values()] == [800_000] * 3
    assert [one.is_unconfirmed for one in found.values()] == [True, True, False]


@pytest.mark.parametrize(
    ("before", "copay"),
    [(0, 2_000_000), (13_180_000, 2_000_000), (13_180_001, 1_999_999), (15_180_000, 0), (20_000_000, 0)],
)
def test_after_five_years_nobody_copays_more_than_six_base_salaries(before: int, copay: int) -> None:
    visit = Visit(10_000_000, 4, has_five_years=True, copaid_before=before)
    assert health(NOW, visit).findings == {"fund": 10_000_000 - copay, "copay": copay, "patient": copay}


def test_before_five_years_there_is_no_ceiling() -> None:
    assert fund("2026-08-10", Visit(10_000_000, 4, copaid_before=99_000_000)) == 8_000_000


def test_copayments_are_of_the_insured_part_only() -> None:
    visit = Visit(10_000_000, 3, "3.1", is_inpatient=True, has_five_years=True, copaid_before=99_000_000)
    assert health(NOW, visit).findings == {"fund": 3_800_000, "copay": 200_000, "patient": 6_200_000}


def test_who_came_otherwise_is_told_what_would_change_it() -> None:
    found = health(NOW, Visit(100_000, 4, "3.1"))
    assert (found.is_met, found.findings["fund"]) == (False, 0)
    assert "referral" in found.changes[0].words.en


def ceiling(paid_before: int) -> Determination:
    return health_copay_ceiling(law("2026-07-01"), law("2026-06-30"), paid_before=paid_before)


@pytest.mark.parametrize(
    ("paid", "left"), [(0, 15_180_000), (7_020_000, 7_590_000), (14_040_000, 0), (20_000_000, 0)]
)
def test_the_ceiling_left_is_counted_in_base_salaries(paid: int, left: int) -> None:
    found = ceiling(paid)
    assert (found.findings["left"], found.is_met) == (left, left > 0)


def test_the_ceiling_cites_the_base_salary_of_either_half_of_the_year() -> None:
    assert [cite.value for cite in ceiling(0).cited if cite.path == "base_salary"] == [2_340_000, 2_530_000]


def test_the_fifth_and_further_members_pay_40_per_cent() -> None:
    found = household_health_premium(NOW, members=6, months=3)
    assert found.findings["monthly_per_member"] == (113_850, 79_695, 68_310, 56_925, 45_540, 45_540)
    assert found.findings["total"] == 3 * 409_860


def test_who_does_not_join_with_the_others_pays_as_the_first() -> None:
    found = household_health_premium(NOW, members=2, months=12, join_together=False)
    assert found.findings["monthly_per_member"] == (113_850, 113_850)


def test_a_premium_is_for_3_6_or_12_months() -> None:
    met = [
        months for months in range(1, 13) if household_health_premium(NOW, members=1, months=months).is_met
    ]
    assert met == [3, 6, 12]


@given(
    cost=st.integers(0, 10**12),
    digit=st.integers(1, 5),
    code=st.sampled_from(sorted(codes_by_words(NOW).values())),
    flag=st.booleans(),
    before=st.integers(0, 10**9),
    day=st.dates(date(2025, 1, 1), date(2027, 1, 1)),
)
def test_fund_and_patient_pay_the_visit_between_them(
    *, cost: int, digit: int, code: str, flag: bool, before: int, day: date
) -> None:
    visit = Visit(cost, digit, code, is_inpatient=flag, has_five_years=flag, copaid_before=before)
    found = health(parameters().on(day, "25/2008"), visit).findings
    paid, copay, patient = (int(found[key]) for key in ("fund", "copay", "patient"))  # type: ignore[arg-type]
    assert paid + patient == cost
    assert 0 <= copay <= patient
    assert paid >= 0


def test_every_day_since_2015_has_an_answer_at_the_registered_facility() -> None:
    day = date(2015, 1, 1)
    while day < date(2027, 1, 1):
        assert fund(day.isoformat(), Visit(10_000_000, 4)) == 8_000_000
        day += timedelta(days=30)


# ------------------------------------------------------------------ the year's copayments ---


def left_of(day: str, *paid: tuple[str, int]) -> object:
    return health_copayments(law(day), [(date.fromisoformat(on), amount) for on, amount in paid]).findings[
        "left"
    ]


def test_until_the_base_salary_changes_the_ceiling_is_six_of_the_former() -> None:
    assert left_of("2026-06-30") == 6 * 2_340_000
    assert left_of("2026-07-01") == 6 * 2_530_000
    assert left_of("2026-06-30", ("2026-01-02", 2_340_000)) == 5 * 2_340_000


def test_what_was_copaid_before_and_since_the_change_counts_in_base_salaries_of_then() -> None:
    before, since = ("2026-06-30", 2_340_000), ("2026-07-01", 2_530_000)
    assert left_of("2026-11-29", before) == 5 * 2_530_000
    assert left_of("2026-11-29", since) == 5 * 2_530_000
    assert left_of("2026-11-29", before, since, since) == 3 * 2_530_000


def test_in_a_year_without_a_change_an_amount_is_an_amount() -> None:
    assert left_of("2025-12-31", ("2025-01-01", 1_000_001), ("2025-12-31", 2)) == 6 * 2_340_000 - 1_000_003


@pytest.mark.parametrize(
    ("paid", "left", "is_met"), [(15_179_999, 1, True), (15_180_000, 0, False), (15_180_001, 0, False)]
)
def test_nothing_is_left_from_six_base_salaries_on(*, paid: int, left: int, is_met: bool) -> None:
    found = health_copayments(law("2026-11-29"), [(date(2026, 8, 1), paid)])
    assert (found.findings["left"], found.is_met) == (left, is_met)
    assert found.findings["ceiling"] == 15_180_000
