"""Money is whole đồng, rounded at the last step only.

Source: the laws name no rounding; half up is this house's rule, open point 7 of the facts.
"""

from collections.abc import Collection
from decimal import Decimal
from fractions import Fraction
from math import lcm

Exact = int | Decimal | Fraction


def dong(amount: Exact) -> int:
    """The amount in whole đồng, rounded half up."""
    numerator, denominator = amount.as_integer_ratio()
    return (2 * numerator + denominator) // (2 * denominator)


def weighted(amounts: Collection[tuple[Fraction, int]]) -> Fraction:
    """The exact sum of amounts, each times its factor: with one denominator, as fractions add slowly."""
    whole = lcm(*(factor.denominator for factor, _ in amounts))
    return Fraction(
        sum(factor.numerator * (whole // factor.denominator) * amount for factor, amount in amounts), whole
    )
