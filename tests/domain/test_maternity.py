"""Maternity: months, days and đồng on both sides of every limit and of every day on which the law changed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.parameters import parameters
from domain.examples import read_examples, run_examples
from domain.laws import SOCIAL_INSURANCE
from domain.maternity import (
    Birth,
    Contraception,
    Insured,
    Recovery,
    adoption,
    contraception,
    maternity,
    maternity_convalescence,
    maternity_eligibility,
    maternity_father,
    maternity_lump_sum,
    maternity_odd_days,
    maternity_voluntary,
    miscarriage,
    prenatal_check,
)
from domain.parameters import Law


def law_on(day: date) -> Law:
    """The law of a day."""
    return parameters().on(day, SOCIAL_INSURANCE.number(day))


OLD = law_on(date(2025, 6, 30))
LAW = law_on(date(2025, 7, 1))
BEFORE_SECOND = law_on(date(2026, 6, 30))
NEW = law_on(date(2026, 7, 1))
PAID = Insured(months_in_12=12)


@pytest.mark.parametrize(
    ("law", "order", "children", "months"),
    [
        (OLD, 1, 1, 6),
        (OLD, 2, 1, 6),
        (OLD, 1, 3, 8),
        (BEFORE_SECOND, 2, 1, 6),
        (NEW, 1, 1, 6),
        (NEW, 2, 1, 7),
        (NEW, 3, 1, 6),
        (NEW, 1, 2, 7),
        (NEW, 2, 2, 8),
    ],
)
def test_months_of_leave_by_the_day_and_the_children(
    law: Law, order: int, children: int, months: int
) -> None:
    birth = Birth(child_order=order, children=children)
    assert maternity(law, birth, average=18_000_000, insured=PAID).findings["months"] == months


@pytest.mark.parametrize(
    ("day", "lump_sum"),
    [
        (date(2024, 6, 30), 3_600_000),
        (date(2024, 7, 1), 4_680_000),
        (date(2026, 6, 30), 4_680_000),
        (date(2026, 7, 1), 5_060_000),
    ],
)
def test_each_child_is_worth_twice_the_base_salary_of_the_month_of_birth(day: date, lump_sum: int) -> None:
    found = maternity(law_on(day), Birth(), average=10_000_000, insured=PAID).findings
    assert (found["lump_sum"], found["total"]) == (lump_sum, 60_000_000 + lump_sum)
    twins = maternity_lump_sum(law_on(day), children=2, insured=PAID).findings
    assert twins["lump_sum"] == 2 * lump_sum


def test_of_the_leave_two_months_at_most_lie_before_the_birth() -> None:
    assert maternity(NEW, Birth(), average=1, insured=PAID).findings["months_before_birth"] == 2


def test_odd_days_of_the_leave_are_thirtieths_of_a_month() -> None:
    found = maternity_odd_days(NEW, average=10_000_000, days=5).findings
    assert (found["calendar_days"], found["amount"]) == (5, 1_666_667)


def test_a_month_too_few_gives_nothing_and_says_what_is_missing() -> None:
    found = maternity(NEW, Birth(), average=10_000_000, insured=Insured(months_in_12=5))
    assert (found.is_met, found.findings["total"]) == (False, 0)
    assert [change.missing for change in found.changes] == [1]


@pytest.mark.parametrize(
    ("insured", "under_58", "under_41"),
    [
        (Insured(6), True, True),
        (Insured(5, total_months=30), False, False),
        (Insured(3, total_months=12, had_to_rest=True), True, True),
        (Insured(2, total_months=12, had_to_rest=True), False, False),
        (Insured(3, total_months=11, had_to_rest=True), False, False),
        (Insured(3, total_months=12), False, False),
        (Insured(0, months_in_24=6, was_treated_for_infertility=True), False, True),
        (Insured(0, months_in_24=5, was_treated_for_infertility=True), False, False),
        (Insured(0, months_in_24=24), False, False),
    ],
)
def test_enough_months_in_one_of_the_ways(insured: Insured, under_58: bool, under_41: bool) -> None:  # noqa: FBT001 -- a table of expectations
    assert maternity_eligibility(OLD, insured).is_met == under_58
    assert maternity_eligibility(LAW, insured).is_met == under_41


@pytest.mark.parametrize(
    ("birth", "days"),
    [
        (Birth(), 5),
        (Birth(has_surgery=True), 7),
        (Birth(is_under_32_weeks=True), 7),
        (Birth(children=2), 10),
        (Birth(children=2, is_under_32_weeks=True), 10),
        (Birth(children=2, has_surgery=True), 14),
        (Birth(children=3), 13),
        (Birth(children=4, has_surgery=True), 20),
    ],
)
def test_the_fathers_days(birth: Birth, days: int) -> None:
    for law in (OLD, NEW):
        found = maternity_father(law, birth, average=12_000_000)
        assert (found.findings["working_days"], found.findings["amount"]) == (days, days * 500_000)
        assert not found.is_unconfirmed


def test_the_fathers_days_for_a_second_child_are_not_confirmed() -> None:
    second = Birth(child_order=2)
    before, since = (maternity_father(law, second, average=12_000_000) for law in (BEFORE_SECOND, NEW))
    assert (before.findings["working_days"], before.is_unconfirmed) == (5, False)
    assert (since.findings["working_days"], since.is_unconfirmed) == (10, True)
    surgery = Birth(child_order=2, children=2, has_surgery=True)
    assert maternity_father(NEW, surgery, average=0).findings["working_days"] == 14


@pytest.mark.parametrize(("law", "last"), [(OLD, 30), (LAW, 60)])
def test_a_father_begins_his_leave_in_time(law: Law, last: int) -> None:
    in_time = maternity_father(law, Birth(), average=1, days_after_birth=last)
    late = maternity_father(law, Birth(), average=1, days_after_birth=last + 1)
    assert (in_time.is_met, late.is_met, late.findings["working_days"]) == (True, False, 0)


@pytest.mark.parametrize(
    ("law", "visits", "each", "special", "days"),
    [
        (OLD, 5, 1, False, 5),
        (OLD, 5, 2, False, 5),
        (OLD, 5, 2, True, 10),
        (OLD, 6, 3, True, 10),
        (LAW, 5, 2, False, 10),
        (LAW, 6, 3, False, 10),
        (LAW, 4, 1, False, 4),
        (LAW, 0, 2, False, 0),
    ],
)
def test_days_for_checks(law: Law, visits: int, each: int, special: bool, days: int) -> None:  # noqa: FBT001 -- a table of expectations
    found = prenatal_check(law, average=12_000_000, visits=visits, days_each=each, is_special=special)
    assert (found.findings["days"], found.findings["amount"]) == (days, days * 500_000)
    assert found.is_met == (days > 0)


@pytest.mark.parametrize(
    ("weeks", "under_58", "under_41"),
    [
        (0, 10, 10),
        (4, 10, 10),
        (5, 20, 20),
        (12, 20, 20),
        (13, 40, 40),
        (21, 40, 40),
        (22, 40, 50),
        (24, 40, 50),
        (25, 50, 50),
        (40, 50, 50),
    ],
)
def test_days_after_a_loss(weeks: int, under_58: int, under_41: int) -> None:
    for law, days in ((OLD, under_58), (LAW, under_41)):
        found = miscarriage(law, average=9_000_000, weeks=weeks, insured=Insured(0)).findings
        assert (found["calendar_days"], found["amount"]) == (days, days * 300_000)


def test_a_late_loss_is_as_a_birth_for_who_paid_enough_under_law_41() -> None:
    old, new = (miscarriage(law, average=9_000_000, weeks=22, insured=PAID).findings for law in (OLD, LAW))
    assert old["amount"] == 12_000_000
    assert (new["months"], new["amount"]) == (6, 54_000_000 + 4_680_000)
    before = miscarriage(LAW, average=9_000_000, weeks=21, insured=PAID).findings
    assert before["amount"] == 12_000_000


def test_days_for_contraception() -> None:
    found = [contraception(LAW, measure, average=9_000_000).findings for measure in Contraception]
    assert [(each["calendar_days"], each["amount"]) for each in found] == [(7, 2_100_000), (15, 4_500_000)]


@pytest.mark.parametrize(
    ("born_on", "adopted_on", "months", "days"),
    [
        (date(2026, 1, 15), date(2026, 1, 15), 6, 0),
        (date(2026, 1, 15), date(2026, 2, 20), 4, 25),
        (date(2026, 1, 15), date(2026, 7, 14), 0, 1),
        (date(2026, 1, 15), date(2026, 7, 15), 0, 0),
        (date(2025, 8, 31), date(2025, 12, 31), 2, 0),
    ],
)
def test_an_adopted_child_gives_leave_until_it_is_six_months_old(
    born_on: date, adopted_on: date, months: int, days: int
) -> None:
    found = adoption(NEW, average=9_000_000, born_on=born_on, adopted_on=adopted_on, insured=PAID)
    assert (found.findings["months"], found.findings["odd_days"]) == (months, days)
    assert found.findings["amount"] == 9_000_000 * months + 300_000 * days
    assert found.is_met == (months + days > 0)


def test_days_of_getting_well_again() -> None:
    found = [maternity_convalescence(NEW, reason=reason, days=12).findings for reason in Recovery]
    assert [each["paid_days"] for each in found] == [10, 7, 5]
    assert found[2]["amount"] == 3_795_000


@pytest.mark.parametrize(
    ("law", "months", "is_met", "amount"),
    [
        (OLD, 6, False, 0),
        (LAW, 5, False, 0),
        (LAW, 6, True, 4_000_000),
        (NEW, 12, True, 4_000_000),
    ],
)
def test_two_million_for_each_child_of_the_insured_by_choice(
    law: Law,
    months: int,
    is_met: bool,  # noqa: FBT001 -- a table of expectations
    amount: int,
) -> None:
    found = maternity_voluntary(law, months_in_12=months, children=2)
    assert (found.is_met, found.findings["amount"]) == (is_met, amount)


def test_one_parent_only_draws_it() -> None:
    found = maternity_voluntary(NEW, months_in_12=12, children=1, other_parent_draws=True)
    assert [change.words.en for change in found.changes] == ["Only one of the parents may draw it"]


@given(
    average=st.integers(0, 10**12),
    more=st.integers(0, 10**9),
    children=st.integers(1, 5),
    order=st.integers(1, 5),
    day=st.dates(date(2016, 1, 1), date(2030, 12, 31)),
)
def test_more_salary_or_another_child_never_gives_less(
    average: int, more: int, children: int, order: int, day: date
) -> None:
    law = law_on(day)

    def total(average: int, children: int) -> int:
        birth = Birth(child_order=order, children=children)
        father = maternity_father(law, birth, average=average).findings["amount"]
        found = maternity(law, birth, average=average, insured=PAID).findings["total"]
        assert isinstance(found, int)
        assert isinstance(father, int)
        return found + father

    assert total(average, children) <= total(average + more, children)
    assert total(average, children) < total(average, children + 1)


@pytest.mark.parametrize(
    ("benefit", "inputs", "said"),
    [
        ("maternity", "birth_date: 2026-02-30", "UNKNOWN_VALUE birth_date 2026-02-30"),
        ("maternity", "children: 0", "UNKNOWN_VALUE children 0"),
        ("maternity", "child_order: first", "UNKNOWN_VALUE child_order first"),
        ("maternity_father", "case: quickly", "UNKNOWN_VALUE case quickly"),
        ("maternity_father", "case: twins, children: 1", "UNKNOWN_VALUE children 1"),
        ("miscarriage", "gestation_weeks: -1", "UNKNOWN_VALUE gestation_weeks -1"),
        ("maternity_eligibility", "months_in_12: 13", "UNKNOWN_VALUE months_in_12 13"),
        ("maternity_eligibility", "pregnancy_rest: 1", "UNKNOWN_VALUE pregnancy_rest 1"),
        ("prenatal_check", "visits: [5]", "UNKNOWN_VALUE visits ['5']"),
    ],
)
def test_a_wrong_input_of_an_example_is_named(benefit: str, inputs: str, said: str) -> None:
    text = "examples: [{id: A, benefit: %s, law: 41/2024, inputs: {%s}, expected: {amount: 1}}]"
    [outcome] = run_examples(parameters(), read_examples(text % (benefit, inputs)))
    assert outcome.differences == (said,)
