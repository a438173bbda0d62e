"""The figures of the law: each day has one, and it is exact."""

from datetime import date
from fractions import Fraction
from importlib.resources import files

import pytest

from db.parameters import parameters
from domain.parameters import Confidence, NoParameter, ParametersBroken, read_parameters

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


@pytest.mark.parametrize("more", ["\nextra: 1\n", "\nmeta: 1\n", "\n: [\n"])
def test_an_unknown_section_or_one_said_twice_is_refused(more: str) -> None:
    with pytest.raises(ParametersBroken):
        read_parameters(TEXT + more)
