"""Worked examples, of which each regime passes its own."""

from pathlib import Path

import pytest

from db.parameters import parameters
from domain.examples import BENEFITS, LAST_DAYS, NoExamples, read_examples, run_examples

TEXT = (Path(__file__).parent / "benefit_examples.yaml").read_text(encoding="utf-8")
EXAMPLES = read_examples(TEXT)


def test_all_examples_are_there() -> None:
    assert len(EXAMPLES) == 67
    assert {example["benefit"] for example in EXAMPLES} <= set(BENEFITS)


def test_every_example_comes_out_as_worked_out() -> None:
    assert [outcome for outcome in run_examples(parameters(), EXAMPLES) if outcome.differences] == []


def test_further_examples_come_out_as_worked_out_by_hand() -> None:
    further = read_examples((Path(__file__).parent / "further_examples.yaml").read_text(encoding="utf-8"))
    assert [outcome for outcome in run_examples(parameters(), further) if outcome.differences] == []


SICK = "examples: [{id: A, benefit: sickness, law: 41/2024, inputs: {%s}, expected: {amount: %s}}]"


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ("month: 2026-13", "UNKNOWN_VALUE month 2026-13"),
        ("last_month_salary: -1", "UNKNOWN_VALUE last_month_salary -1"),
        ("last_month_salary: NaN", "UNKNOWN_VALUE last_month_salary NaN"),
        ("last_month_salary: 9223372036854775808", "UNKNOWN_VALUE last_month_salary 9223372036854775808"),
        ("illness: boredom", "UNKNOWN_VALUE illness boredom"),
        ("hazardous: maybe", "UNKNOWN_VALUE hazardous maybe"),
        ("years: [1]", "UNKNOWN_VALUE years ['1']"),
    ],
)
def test_a_wrong_input_is_named(inputs: str, said: str) -> None:
    [outcome] = run_examples(parameters(), read_examples(SICK % (inputs, 0)))
    assert outcome.differences == (said,)


def test_a_difference_is_told_exactly() -> None:
    inputs = "last_month_salary: 9600000, working_days: 5"
    [outcome] = run_examples(parameters(), read_examples(SICK % (inputs, 1)))
    assert outcome.differences == ("amount: expected 1, found 1500000",)


def test_an_unknown_benefit_is_named() -> None:
    text = "examples: [{id: A, benefit: bonus, law: 41/2024, inputs: {}, expected: {amount: 1}}]"
    [outcome] = run_examples(parameters(), read_examples(text))
    assert outcome.differences == ("UNKNOWN_VALUE benefit bonus",)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("received", "2026-02-30T10:00"),
        ("received", "2026-08-28T25:00"),
        ("received", "2026-08-28T10:00 or so"),
        ("received", "1026-08-28"),
        ("received", "today"),
        ("cut_off", "15"),
        ("cut_off", "15:60"),
        ("working_days", "-3"),
        ("working_days", "1001"),
    ],
)
def test_a_wrong_hour_or_day_of_a_deadline_is_named(key: str, value: str) -> None:
    inputs = {"received": "2026-08-28T10:00", "working_days": "5", key: value}
    example = {"id": "A", "benefit": "deadline", "law": "calendar", "inputs": inputs, "expected": {"due": ""}}
    [outcome] = run_examples(parameters(), [example])
    assert outcome.differences == (f"UNKNOWN_VALUE {key} {value}",)


@pytest.mark.parametrize("benefit", sorted(BENEFITS))
@pytest.mark.parametrize("law", sorted(LAST_DAYS))
def test_any_law_may_be_named_for_any_benefit(benefit: str, law: str) -> None:
    example = {"id": "A", "benefit": benefit, "law": law, "inputs": {}, "expected": {"nothing": "1"}}
    [outcome] = run_examples(parameters(), [example])
    assert len(outcome.differences) == 1


# What nobody means, in place of each input of each example.
NONSENSE = (
    "-1",
    "NaN",
    "Infinity",
    str(2**63),
    str(10**400),
    "2026-02-30",
    "2026-13",
    "\u0661",
    ["1"],
    {"a": "1"},
    "",
    "\0",
)


@pytest.mark.parametrize("benefit", sorted(BENEFITS))
def test_no_input_breaks_a_rule(benefit: str) -> None:
    for example in EXAMPLES:
        if example["benefit"] == benefit:
            spoiled = [
                {**example, "inputs": {**example["inputs"], key: value}}
                for key in example["inputs"]
                for value in NONSENSE
            ]
            assert len(list(run_examples(parameters(), spoiled))) == len(spoiled)


@pytest.mark.parametrize("text", ["", "a: [", "[]", "examples: 1", "examples: [1"])
def test_what_is_no_file_of_examples_is_refused(text: str) -> None:
    with pytest.raises(NoExamples):
        read_examples(text)
