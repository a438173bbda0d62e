"""Numbers as people and programs read them."""

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache

MOST_DECIMALS = 10_000  # shares and coefficients, as they are written


def grouped(figure: object, language: str) -> str:
    """A whole number in groups of three, in Vietnamese (`vi`) as 2.530.000, in English as 2,530,000.

    Anything else is written as it is.
    """
    if not isinstance(figure, int):
        return str(figure)
    english = f"{figure:,}"
    return english.replace(",", ".") if language == "vi" else english


def written(value: object) -> str:
    """A figure as text: exact, a list with commas, a table with its names; without bounds it is `whole`.

    What is made of several figures says itself as text (`__str__`).
    """
    match value:
        case bool():
            return str(value).lower()
        case int() | str():
            return str(value)
        case Fraction():
            return _decimal(value.numerator, value.denominator)
        case tuple():
            return ", ".join(map(written, value))
        case Mapping():
            return ", ".join(f"{name}: {written(figure)}" for name, figure in value.items())
        case None:
            return "whole"
    return str(value)


@lru_cache(maxsize=MOST_DECIMALS)
def _decimal(numerator: int, denominator: int) -> str:
    """The fraction in decimals where they can write it, else as it is."""
    places, rest = 0, denominator
    for prime in (2, 5):
        power = 0
        while rest % prime == 0:
            rest, power = rest // prime, power + 1
        places = max(places, power)
    if rest != 1:
        return f"{numerator}/{denominator}"
    scaled = abs(numerator) * 10**places // denominator
    digits = str(scaled).rjust(places + 1, "0")
    sign = "-" if numerator < 0 else ""
    return f"{sign}{digits[: len(digits) - places]}{'.' if places else ''}{digits[len(digits) - places :]}"
