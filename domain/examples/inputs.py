"""The inputs of a worked example, read strictly: every value is text until it is asked for."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any, TypeVar

from domain.determinations import Finding
from domain.months import Month, written_month
from domain.parameters import Law

E = TypeVar("E", bound=StrEnum)

WHOLE = re.compile(r"[0-9]{1,16}")
SHARE = re.compile(r"[0-9]{1,16}(?:\.[0-9]{1,16})?")
MOST = 10**15  # đồng; nobody has more
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
YEARS = range(1900, 2200)  # far enough for anybody alive
ABSENT = ("", "null", "~")


class UnknownValue(ValueError):  # noqa: N818 -- it names what happened
    """An input is none that the vocabulary knows: a wrong number, date or word."""

    def __init__(self, key: str, value: object) -> None:
        super().__init__(f"UNKNOWN_VALUE {key} {value}")


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs by key; an absent key means the ordinary case, which the asker names."""

    values: Mapping[str, Any]

    def has(self, key: str) -> bool:
        """Whether the key was given, and given a value."""
        value = self.values.get(key)
        return value is not None and value not in ABSENT

    def whole(self, key: str, otherwise: int = 0, *, least: int = 0, most: int = MOST) -> int:
        """A whole number in bounds.

        Raises: UnknownValue.
        """
        if not self.has(key):
            return otherwise
        text = self.values[key]
        if not isinstance(text, str) or not WHOLE.fullmatch(text) or not least <= int(text) <= most:
            raise UnknownValue(key, text)
        return int(text)

    def share(self, key: str, otherwise: Fraction | None = None, *, most: int = 100) -> Fraction | None:
        """A share or a factor, exact, in bounds.

        Raises: UnknownValue.
        """
        if not self.has(key):
            return otherwise
        text = self.values[key]
        if not isinstance(text, str) or not SHARE.fullmatch(text) or Fraction(text) > most:
            raise UnknownValue(key, text)
        return Fraction(text)

    def tables(self, key: str, *, most: int) -> list["Inputs"]:
        """Inputs in a list of tables, of at most so many.

        Raises: UnknownValue.
        """
        if not self.has(key):
            return []
        found = self.values[key]
        if not isinstance(found, list) or len(found) > most:
            raise UnknownValue(key, found)
        if unlike := [one for one in found if not isinstance(one, Mapping)]:
            raise UnknownValue(key, unlike[0])
        return [Inputs(one) for one in found]

    def needed(self, key: str) -> None:
        """Refuse a key that is absent though no case is the ordinary one.

        Raises: UnknownValue.
        """
        if not self.has(key):
            raise UnknownValue(key, self.values.get(key))

    def flag(self, key: str, *, otherwise: bool = False) -> bool:
        """True or false.

        Raises: UnknownValue.
        """
        if not self.has(key):
            return otherwise
        text = str(self.values[key]).lower()
        if text not in ("true", "false"):
            raise UnknownValue(key, self.values[key])
        return text == "true"

    def word(self, key: str, known: type[E], otherwise: E) -> E:
        """One of the words known.

        Raises: UnknownValue.
        """
        if not self.has(key):
            return otherwise
        try:
            return known(self.values[key])
        except ValueError as problem:
            raise UnknownValue(key, self.values[key]) from problem

    def month(self, key: str, otherwise: Month) -> Month:
        """A month.

        Raises: UnknownValue.
        """
        if not self.has(key):
            return otherwise
        try:
            month = written_month(self.values[key])
        except (TypeError, ValueError) as problem:
            raise UnknownValue(key, self.values[key]) from problem
        if month.year not in YEARS:
            raise UnknownValue(key, self.values[key])
        return month

    def day(self, key: str, otherwise: date) -> date:
        """A date.

        Raises: UnknownValue.
        """
        if not self.has(key):
            return otherwise
        text = self.values[key]
        try:
            day = date.fromisoformat(text) if DAY.fullmatch(text) else date.min
        except (TypeError, ValueError) as problem:
            raise UnknownValue(key, text) from problem
        if day.year not in YEARS:
            raise UnknownValue(key, text)
        return day


# What a regime finds of the inputs under the law of their day.
Benefit = Callable[[Law, Inputs], Mapping[str, Finding]]
