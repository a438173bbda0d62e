"""The figures of the law: each day has one, and it is exact."""

from datetime import date
from fractions import Fraction
from importlib.resources import files
from types import MappingProxyType

import pytest

from db.parameters import parameters
from domain.figures import ParametersBroken
from domain.parameters import Confidence, NoParameter, read_parameters

TEXT = files("domain").joinpath("data/parameters.yaml").read_text(encoding="utf-8")
ROW = '- {effective_from: 2016-01-01, effective_to: 2025-06-30, rule: "2 x average'


@pytest.mark.parametrize(("day", "salary"), [(date(2026, 6, 30), 2_340_000), (date(2026, 7, 1), 2_530_000)])
def test_a_figure_holds_until_the_next(day: date, salary: int) -> None:
    assert parameters().on(day, "41/2024").whole("base_salary").value == salary


def test_a_figure_is_exact_and_names_its_source() -> None:
    rate = parameters().on(date(2026, 1, 1), "41/2024").share("late_payment.daily_rate")
    assert (rate.value, rate.source) == (Fraction(3, 10_000), "Law 41/2024 art.40-41")


def test_a_law_has_its_own_figures_and_doubts() -> None:
    law = parameters().on(date(2026, 3, 1), "74/2025")
    assert law.share("unemployment.rate").confidence is Confidence.READ
    assert law.words("unemployment.starts").confidence is Confidence.UNSURE


def test_before_the_first_row_there_is_none() -> None:
    with pytest.raises(NoParameter):
        parameters().on(date(2007, 1, 1), "58/2014").whole("base_salary")


@pytest.mark.parametrize("until", ["2025-06-29", "2025-07-01"])
def test_a_gap_and_an_overlap_are_refused(until: str) -> None:
    assert ROW in TEXT
    with pytest.raises(ParametersBroken):
        read_parameters(TEXT.replace(ROW, ROW.replace("2025-06-30", until)))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("value: 2530000", "value: 2,530,000"),
        ("value: 2530000", "value: "),
        ("employee: {retirement_survivor: 0.06,", "employee: {retirement_survivor: 6%,"),
        ("effective_from: 2026-07-01, value: 2530000", "effective_form: 2026-07-01, value: 2530000"),
        ("effective_from: 2026-07-01, value: 2530000", "effective_from: 2026-02-30, value: 2530000"),
        ("effective_from: 2026-07-01, value: 2530000", "effective_from: July, value: 2530000"),
        ("unsure for start day", "doubted for start day"),
        ('note: "2%', 'remark: "2%'),
        ("effective_to: 2025-06-30, source", "effective_to: 2006-06-30, source"),
    ],
)
def test_what_is_no_figure_or_no_day_is_refused(right: str, wrong: str) -> None:
    assert right in TEXT
    with pytest.raises(ParametersBroken):
        read_parameters(TEXT.replace(right, wrong))


def test_nothing_of_the_figures_can_be_changed() -> None:
    def is_frozen(found: object) -> bool:
        if isinstance(found, MappingProxyType):
            return all(map(is_frozen, found.values()))
        return all(map(is_frozen, found)) if isinstance(found, tuple) else isinstance(found, str)

    assert is_frozen(parameters().tree)


@pytest.mark.parametrize(
    ("path", "day", "factor"),
    [
        ("contribution_caps[health].cap", date(2025, 6, 30), 20),
        ("contribution_caps[unemployment][state_salary].cap", date(2025, 12, 31), 20),
    ],
)
def test_a_word_in_brackets_says_which_of_the_rows(path: str, day: date, factor: int) -> None:
    assert parameters().on(day, "58/2014").multiple(path).value == factor


def test_rows_that_ended_hold_no_more() -> None:
    law = parameters().on(date(2026, 1, 1), "41/2024")
    assert not law.has("contribution_caps[unemployment][state_salary].cap")
    assert law.has("contribution_caps[unemployment][private].cap")
    with pytest.raises(NoParameter):
        law.whole("base_salary[moon]")


@pytest.mark.parametrize(("weeks", "days"), [(0, 10), (4, 10), (5, 20), (22, 50), (45, 50)])
def test_bands_hold_from_their_lower_end(weeks: int, days: int) -> None:
    law = parameters().on(date(2026, 3, 1), "41/2024")
    assert law.bands("maternity.miscarriage_days.weeks").value.at(weeks) == days
    assert law.bands("sickness.child_care_days").value.at(7) is None


@pytest.mark.parametrize("more", ["\nextra: 1\n", "\nmeta: 1\n", "\n: [\n"])
def test_an_unknown_section_or_one_said_twice_is_refused(more: str) -> None:
    with pytest.raises(ParametersBroken):
        read_parameters(TEXT + more)
