"""Further worked examples of old age, the one-off payment and survivors, and inputs that are none."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.parameters import parameters
from domain.examples import LAST_DAYS, old_age, one_off, read_examples, run_examples, survivors

TEXT = (Path(__file__).parent / "long_term_examples.yaml").read_text(encoding="utf-8")
EXAMPLES = read_examples(TEXT)
BENEFITS = [*old_age.BENEFITS, *one_off.BENEFITS, *survivors.BENEFITS]


@pytest.mark.parametrize("example", EXAMPLES, ids=[example["id"] for example in EXAMPLES])
def test_each_comes_out_as_worked_by_hand(example: dict[str, object]) -> None:
    [outcome] = run_examples(parameters(), [example])
    assert outcome.differences == ()


@pytest.mark.parametrize(
    ("benefit", "inputs", "said"),
    [
        ("pension", "contribution_months: 240", "UNKNOWN_VALUE sex None"),
        ("pension", "sex: other", "UNKNOWN_VALUE sex other"),
        ("pension", "sex: male, contribution_months: 1201", "UNKNOWN_VALUE contribution_months 1201"),
        ("pension", "sex: male, contribution_months: 12.5", "UNKNOWN_VALUE contribution_months 12.5"),
        ("pension", "sex: male, months_early: -1", "UNKNOWN_VALUE months_early -1"),
        ("pension", "sex: male, retirement_year: 0", "UNKNOWN_VALUE retirement_year 0"),
        ("pension", "sex: male, retirement_year: 10000", "UNKNOWN_VALUE retirement_year 10000"),
        ("pension", "sex: male, average_salary: 1e6", "UNKNOWN_VALUE average_salary 1e6"),
        ("pension", "sex: male, retirement_year: 2024", "NO_PARAMETER pension_rate.by_law"),
        ("retirement_date", "sex: male", "UNKNOWN_VALUE birth_date None"),
        ("retirement_date", "sex: male, birth_date: 1964-02-30", "UNKNOWN_VALUE birth_date 1964-02-30"),
        ("retirement_date", "sex: male, birth_date: 9999-12-31", "UNKNOWN_VALUE birth_date 9999-12-31"),
        ("average_salary_adjusted", "periods: 1", "UNKNOWN_VALUE periods 1"),
        ("average_salary_adjusted", "periods: [1]", "UNKNOWN_VALUE periods 1"),
        ("average_salary_adjusted", "periods: [{}]", "UNKNOWN_VALUE year None"),
        ("average_salary_adjusted", "periods: [{year: 2020}]", "UNKNOWN_VALUE salary None"),
        (
            "average_salary_adjusted",
            "periods: [{year: 2020, salary: 1, months: 13}]",
            "UNKNOWN_VALUE months 13",
        ),
        (
            "average_salary_adjusted",
            "periods: [{year: 2020, salary: 1, coefficient: -1}]",
            "UNKNOWN_VALUE coefficient -1",
        ),
        ("average_salary_adjusted", "regime: royal", "UNKNOWN_VALUE regime royal"),
        (
            "average_salary_adjusted",
            "settlement_year: 2030, periods: [{year: 2020, salary: 1}]",
            "NO_PARAMETER wage_adjustment_coefficients.settlement_2030",
        ),
        ("pension_indexation", "pension_2026_06: -5", "UNKNOWN_VALUE pension_2026_06 -5"),
        ("pension_indexation", "retired_before_1995: 1", "UNKNOWN_VALUE retired_before_1995 1"),
        ("one_off", "months: 10, months_before_2014: 20", "UNKNOWN_VALUE months 10"),
        (
            "one_off",
            "months: 10, months_before_2014: 2, months_from_2014: 9",
            "UNKNOWN_VALUE months 10",
        ),
        ("one_off", "coefficient: 1/0", "UNKNOWN_VALUE coefficient 1/0"),
        ("one_off", "settlement: 2026-00", "UNKNOWN_VALUE settlement 2026-00"),
        ("one_off_eligibility", "reason: boredom", "UNKNOWN_VALUE reason boredom"),
        ("one_off_eligibility", "age: 151", "UNKNOWN_VALUE age 151"),
        ("one_off_eligibility", "first_contribution: 08-2025", "UNKNOWN_VALUE first_contribution 08-2025"),
        ("funeral", "death_month: 2007-12", "NO_PARAMETER base_salary on 2007-12-01"),
        ("survivor_monthly", "relatives_normal: 101", "UNKNOWN_VALUE relatives_normal 101"),
        ("survivor_monthly", "deceased: 0", "UNKNOWN_VALUE deceased 0"),
        ("survivor_lump_sum_pensioner", "months_drawn: two", "UNKNOWN_VALUE months_drawn two"),
        ("survivor_lump_sum_active", "scheme: private", "UNKNOWN_VALUE scheme private"),
    ],
)
def test_a_wrong_input_is_named(benefit: str, inputs: str, said: str) -> None:
    text = "examples: [{id: A, benefit: %s, law: 41/2024, inputs: {%s}, expected: {amount: 1}}]"
    [outcome] = run_examples(parameters(), read_examples(text % (benefit, inputs)))
    [difference] = outcome.differences
    assert difference.startswith(said)


@pytest.mark.parametrize(("expected", "is_same"), [("0.333", True), ("0.334", False), ("0", False)])
def test_what_no_decimals_can_write_is_compared_as_far_as_written(*, expected: str, is_same: bool) -> None:
    periods = [{"year": "2025", "months": "1", "salary": "1"}, {"year": "2026", "months": "2", "salary": "0"}]
    example = {
        "benefit": "average_salary_adjusted",
        "law": "41/2024",
        "inputs": {"periods": periods},
        "expected": {"average_exact": expected},
    }
    [outcome] = run_examples(parameters(), [example])
    assert (outcome.differences == ()) is is_same


KEYS = sorted({key for example in EXAMPLES for key in example["inputs"]})
WORDS = (
    "0 1 12 240 1200 2013 2026 2026-08 1964-12-20 1000000 1.04 -1 9999999999999999 ² NaN 1e9 "
    "male female true null state private voluntary cancer"
)
SCALARS = st.sampled_from(["", "9" * 40, *WORDS.split()])
VALUES = st.one_of(
    SCALARS,
    st.none(),
    st.lists(SCALARS, max_size=2),
    st.lists(
        st.dictionaries(st.sampled_from(["year", "months", "salary", "regime", "coefficient"]), SCALARS),
        max_size=3,
    ),
)


@given(
    st.sampled_from(BENEFITS),
    st.sampled_from(sorted(LAST_DAYS)),
    st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=8),
)
def test_whatever_is_written_is_answered(benefit: str, law: str, inputs: dict[str, object]) -> None:
    example = {"id": "A", "benefit": benefit, "law": law, "inputs": inputs, "expected": {"nothing": "1"}}
    [outcome] = run_examples(parameters(), [example])
    assert outcome.differences
