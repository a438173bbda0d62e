"""Work accidents and occupational diseases: đồng on both sides of every percentage and year."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.parameters import parameters
from domain.examples import read_examples, run_examples
from domain.work_injury import (
    Cause,
    Injury,
    work_injury,
    work_injury_convalescence,
    work_injury_death,
    work_injury_lump_sum,
    work_injury_monthly,
)

LAW = parameters().on(date(2026, 7, 1), "84/2015")
BEFORE = parameters().on(date(2026, 6, 30), "84/2015")
OLD = parameters().on(date(2016, 6, 30), "58/2014")
BASE = 2_530_000


@pytest.mark.parametrize(
    ("loss_pct", "by_degree"),
    [(0, 0), (4, 0), (5, 12_650_000), (6, 13_915_000), (30, 44_275_000), (31, 0), (100, 0)],
)
def test_a_lump_sum_for_5_to_30_percent(loss_pct: int, by_degree: int) -> None:
    found = work_injury_lump_sum(LAW, Injury(loss_pct))
    assert (found.findings["by_degree"], found.findings["total"]) == (by_degree, by_degree)
    assert found.is_met == (by_degree > 0)


@pytest.mark.parametrize(
    ("loss_pct", "by_degree"),
    [(30, 0), (31, 759_000), (32, 809_600), (81, 3_289_000), (100, 4_250_400)],
)
def test_a_monthly_payment_from_31_percent(loss_pct: int, by_degree: int) -> None:
    assert work_injury_monthly(LAW, Injury(loss_pct)).findings["by_degree"] == by_degree


@pytest.mark.parametrize(
    ("years", "at_once", "monthly"),
    [(0, 5_000_000, 50_000), (1, 5_000_000, 50_000), (2, 8_000_000, 80_000), (20, 62_000_000, 620_000)],
)
def test_years_in_the_fund_count_and_the_first_counts_always(years: int, at_once: int, monthly: int) -> None:
    lost_20, lost_40 = (Injury(loss, salary=10_000_000, fund_years=years) for loss in (20, 40))
    assert work_injury_lump_sum(LAW, lost_20).findings["by_seniority"] == at_once
    assert work_injury_monthly(LAW, lost_40).findings["by_seniority"] == monthly


@pytest.mark.parametrize(
    ("loss_pct", "needs", "attendance"), [(80, True, 0), (81, True, BASE), (81, False, 0), (100, True, BASE)]
)
def test_attendance_from_81_percent_for_who_needs_it(
    loss_pct: int,
    needs: bool,  # noqa: FBT001 -- a table of expectations
    attendance: int,
) -> None:
    found = work_injury_monthly(LAW, Injury(loss_pct, needs_attendance=needs)).findings
    assert found["attendance"] == attendance


def test_the_loss_decides_how_it_is_paid() -> None:
    codes = [work_injury(LAW, Injury(loss)).code for loss in (5, 30, 31)]
    assert codes == ["WORK_INJURY_LUMP_SUM", "WORK_INJURY_LUMP_SUM", "WORK_INJURY_MONTHLY"]


def test_what_is_missing_is_told_in_percent() -> None:
    found = work_injury(LAW, Injury(4, salary=10_000_000))
    assert (found.is_met, found.findings["total"]) == (False, 0)
    assert [change.missing for change in found.changes] == [1]


def test_the_base_salary_is_that_of_the_day() -> None:
    assert work_injury_death(BEFORE).findings["lump_sum"] == 84_240_000
    assert work_injury_death(LAW).findings["lump_sum"] == 91_080_000


def test_an_occupational_disease_gives_the_same_by_another_article() -> None:
    accident, disease = (work_injury(LAW, Injury(20, 9_000_000, 3, cause=cause)) for cause in Cause)
    assert accident.findings == disease.findings
    articles = [found.condition.parts[0].article for found in (accident, disease)]
    assert articles == ["Law 84/2015 art.45", "Law 84/2015 art.46"]


def test_law_58_gave_the_same() -> None:
    found = work_injury(OLD, Injury(20, 5_000_000, 3))
    assert found.condition.article == "Law 58/2014 art.46"
    assert found.findings["by_degree"] == 15_125_000
    assert found.findings["by_seniority"] == 5_500_000


@pytest.mark.parametrize(("loss_pct", "days"), [(5, 5), (30, 5), (31, 7), (50, 7), (51, 10), (100, 10)])
def test_days_of_getting_well_again(loss_pct: int, days: int) -> None:
    found = work_injury_convalescence(LAW, loss_pct=loss_pct, days=12).findings
    assert (found["paid_days"], found["amount"]) == (days, days * 759_000)


def test_under_law_58_a_day_at_a_centre_was_worth_more() -> None:
    home, centre = (
        work_injury_convalescence(OLD, loss_pct=40, days=1, is_at_centre=place).findings["amount"]
        for place in (False, True)
    )
    assert (home, centre) == (302_500, 484_000)


@given(
    loss=st.integers(0, 100),
    salary=st.integers(0, 10**12),
    years=st.integers(0, 50),
    needs=st.booleans(),
)
def test_a_part_is_never_negative_and_the_whole_is_the_parts(
    loss: int,
    salary: int,
    years: int,
    needs: bool,  # noqa: FBT001 -- drawn
) -> None:
    found = work_injury(LAW, Injury(loss, salary, years, needs)).findings
    parts = [int(str(found[part])) for part in ("by_degree", "by_seniority", "attendance")]
    assert min(parts) >= 0
    assert abs(int(str(found["total"])) - sum(parts)) <= 1


@pytest.mark.parametrize(
    ("benefit", "inputs", "said"),
    [
        ("work_injury", "loss_pct: 101", "UNKNOWN_VALUE loss_pct 101"),
        ("work_injury", "loss_pct: 30.5", "UNKNOWN_VALUE loss_pct 30.5"),
        ("work_injury_monthly", "fund_years: -1", "UNKNOWN_VALUE fund_years -1"),
        ("work_injury_monthly", "paralysis: spine", "UNKNOWN_VALUE paralysis spine"),
        ("work_injury_death", "month: 2026-00", "UNKNOWN_VALUE month 2026-00"),
        ("work_injury_lump_sum", "base_salary: 1e9", "UNKNOWN_VALUE base_salary 1e9"),
    ],
)
def test_a_wrong_input_of_an_example_is_named(benefit: str, inputs: str, said: str) -> None:
    text = "examples: [{id: A, benefit: %s, law: 84/2015, inputs: {%s}, expected: {total: 1}}]"
    [outcome] = run_examples(parameters(), read_examples(text % (benefit, inputs)))
    assert outcome.differences == (said,)
