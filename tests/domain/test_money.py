"""Money: whole đồng, half up."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import Exact, dong


@pytest.mark.parametrize(
    ("amount", "whole"),
    [
        (0, 0),
        (Fraction(1, 2), 1),
        (Fraction(3, 2), 2),
        (Fraction(5, 2), 3),
        (Fraction(499_999, 1_000_000), 0),
        (Fraction(-1, 2), 0),
        (Decimal("156250.5"), 156_251),
        (10**30, 10**30),
    ],
)
def test_half_a_dong_is_a_whole_one(amount: Exact, whole: int) -> None:
    assert dong(amount) == whole


@given(st.fractions())
def test_what_is_whole_is_never_further_than_half_away(amount: Fraction) -> None:
    assert Fraction(-1, 2) < dong(amount) - amount <= Fraction(1, 2)
