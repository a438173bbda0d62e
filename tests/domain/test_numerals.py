"""Numbers are written as people read them."""

import pytest

from domain.filings import BaseBelowFloor
from domain.months import Month
from domain.numerals import grouped


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


def test_a_refusal_groups_its_figures_in_words_and_keeps_them_plain_in_data() -> None:
    refusal = BaseBelowFloor(floor=2_530_000, month=Month(2026, 10))
    assert "2.530.000 đồng" in refusal.message("vi")
    assert "2,530,000 đồng" in refusal.message("en")
    assert refusal.params == {"floor": "2530000", "month": "2026-10"}
