"""Numbers are written as people and programs read them."""

from fractions import Fraction

import pytest

from domain.filings import BaseBelowFloor
from domain.months import Month
from domain.numerals import grouped, written
from domain.parameters import Bands
from domain.work_injury import Steps


@pytest.mark.parametrize(
    ("figure", "vietnamese", "english"),
    [
        (0, "0", "0"),
        (999, "999", "999"),
        (1_000, "1.000", "1,000"),
        (-2_530_000, "-2.530.000", "-2,530,000"),
        ("001192001234", "001192001234", "001192001234"),
        (Month(2026, 10), "2026-10", "2026-10"),
    ],
)
def test_whole_numbers_are_grouped_and_nothing_else(figure: object, vietnamese: str, english: str) -> None:
    assert (grouped(figure, "vi"), grouped(figure, "en")) == (vietnamese, english)


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        (True, "true"),
        (-12, "-12"),
        ("as it is", "as it is"),
        (Fraction(3, 4), "0.75"),
        (Fraction(-1, 8), "-0.125"),
        (Fraction(46_800_000), "46800000"),
        (Fraction(100, 3), "100/3"),
        ((30, Fraction(1, 2)), "30, 0.5"),
        ({"male": Fraction(2, 100), "female": Fraction(3, 100)}, "male: 0.02, female: 0.03"),
        (Bands(((0, Fraction(30)), (15, None))), ">=0: 30, >=15: -"),
        (Steps(Fraction(5, 1000), Fraction(3, 1000)), "0.005 + 0.003"),
        (None, "whole"),
    ],
)
def test_a_figure_of_the_law_is_exact_as_text(figure: object, text: str) -> None:
    assert written(figure) == text


def test_a_refusal_groups_its_figures_in_words_and_keeps_them_plain_in_data() -> None:
    refusal = BaseBelowFloor(floor=2_530_000, month=Month(2026, 10))
    assert "2.530.000 đồng" in refusal.message("vi")
    assert "2,530,000 đồng" in refusal.message("en")
    assert refusal.params == {"floor": "2530000", "month": "2026-10"}
