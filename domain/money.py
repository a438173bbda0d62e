"""Money is whole đồng, rounded at the last step only.

Source: the laws name no rounding; half up is this house's rule, open point 7 of the facts.
"""

from decimal import Decimal
from fractions import Fraction

HALF = Fraction(1, 2)
Exact = int | Decimal | Fraction


def dong(amount: Exact) -> int:
    """The amount in whole đồng, rounded half up."""
    return (Fraction(amount) + HALF).__floor__()
