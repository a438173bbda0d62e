"""The figures of the law, each with the days it holds for, its source, and how sure we are of it.

They are read and checked once, from domain/data/parameters.yaml, and passed to every rule. A rule asks the
law of one day: `law.share("sickness.rate")` is a `Dated[Fraction]`, which a determination can cite.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Generic, TypeVar

import yaml

T = TypeVar("T")

SECTIONS = frozenset(
    {
        "average_salary_window_years",
        "base_salary",
        "cap_values_check",
        "contribution_caps",
        "contribution_rates",
        "covid_measures",
        "employer_due_date",
        "evasion_threshold",
        "health_copay_matrix_from_2025_07",
        "health_copay_until_2024",
        "health_insurance",
        "household_health_insurance",
        "late_payment",
        "maternity",
        "meta",
        "no_contribution_rule",
        "one_off",
        "pension_indexation",
        "pension_rate",
        "reference_level",
        "regional_minimum_wage",
        "retirement_age",
        "retirement_lump_sum",
        "sickness",
        "social_pension",
        "survivor",
        "unemployment",
        "voluntary_social_insurance",
        "wage_adjustment_coefficients",
        "work_injury",
    }
)
FROM = ("effective_from", "retirement_from", "from")
UNTIL = ("effective_to", "retirement_to", "to")
# Rows of one list that stand beside each other, not one after the other, differ in these.
APART = ("law", "payer_type", "level", "code", "scheme")
DAY = timedelta(days=1)
BAND = re.compile(r"(?:(?P<low>\d+)-)?(?P<sign><|>=)(?P<high>\d+)[a-z]*")
MULTIPLE = re.compile(r"(?P<factor>\d+(?:\.\d+)?) x \w.*", re.DOTALL)


class Confidence(StrEnum):
    """How sure we are of a figure."""

    READ = "read"
    KNOWN = "known"
    UNSURE = "unsure"


class ParametersBroken(ValueError):  # noqa: N818 -- it names what happened
    """The figures of the law do not hold together."""


class NoParameter(LookupError):  # noqa: N818 -- it names what happened
    """A figure was asked for that the law of that day does not have."""


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """A figure, where it stands in the parameters, which law says so and how sure we are."""

    value: T
    path: str
    source: str
    confidence: Confidence


Citation = Dated[Any]


@dataclass(frozen=True, slots=True)
class Bands:
    """Figures that depend on a number: from `low` (included) upwards each."""

    rows: tuple[tuple[int, Fraction], ...]

    def at(self, number: int) -> Fraction | None:
        """The figure for a number; None below or above all bands."""
        found = None
        for low, figure in self.rows:
            if number >= low:
                found = figure
        return found if found is not None and found >= 0 else None


@dataclass(frozen=True, slots=True)
class Law:
    """The law of one day: its number, such as `41/2024`, and its figures."""

    number: str
    day: date
    parameters: "Parameters"
    given: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def with_given(self, figures: Mapping[str, int]) -> "Law":
        """This law with figures that the asker brings, by path, such as an example's base salary."""
        return replace(self, given=MappingProxyType({**self.given, **figures}))

    def whole(self, path: str) -> Dated[int]:
        """A whole number: đồng, days, months.

        Raises: NoParameter.
        """
        return self._read(path, int)

    def share(self, path: str) -> Dated[Fraction]:
        """A share or a factor, exact.

        Raises: NoParameter.
        """
        return self._read(path, Fraction)

    def words(self, path: str) -> Dated[str]:
        """A text, as it is written.

        Raises: NoParameter.
        """
        return self._read(path, str)

    def multiple(self, path: str) -> Dated[Fraction]:
        """The factor of a text such as `20 x base_salary`.

        Raises: NoParameter.
        """
        return self._read(path, _factor)

    def table(self, path: str) -> Dated[Mapping[str, Fraction]]:
        """Figures by name.

        Raises: NoParameter.
        """
        return self._read(
            path, lambda found: {key: Fraction(figure) for key, figure in found.items() if key not in MARKS}
        )

    def bands(self, path: str) -> Dated[Bands]:
        """Figures by bands, as in `{"<15y": 30, "15-<30y": 40, ">=30y": 60}`.

        Raises: NoParameter.
        """
        return self._read(path, _bands)

    def _read(self, path: str, reader: Callable[[Any], T]) -> Dated[T]:
        if path in self.given:
            return Dated(reader(self.given[path]), path, "given", Confidence.KNOWN)
        found, source, confidence = self.parameters.find(path, self)
        try:
            return Dated(reader(found), path, source, confidence)
        except (AttributeError, TypeError, ValueError) as problem:
            raise NoParameter(f"{path} on {self.day} is {found!r}") from problem


MARKS = frozenset({*FROM, *UNTIL, "source", "sources", "confidence", "law", "note"})


@dataclass(frozen=True, slots=True)
class Parameters:
    """All figures of all laws, as checked by `read_parameters`."""

    tree: Mapping[str, Any]

    def on(self, day: date, law: str) -> Law:
        """The law of a day."""
        return Law(law, day, self)

    def find(self, path: str, law: Law) -> tuple[Any, str, Confidence]:
        """What stands at a path under a law, with the nearest source and confidence above it.

        A list on the way means its row of that law and day, a table with rows those, a value itself.

        Raises: NoParameter.
        """
        found: Any = self.tree
        source, confidence = "", Confidence.KNOWN
        steps = path.split(".")
        while True:
            if isinstance(found, list):
                found = _row(found, law, path)
            if isinstance(found, Mapping):
                said = found.get("source") or found.get("sources") or source
                source = "; ".join(said) if isinstance(said, list) else said
                if "confidence" in found:
                    confidence = _confidence(found["confidence"], steps[0] if steps else "")
                inner = "value" if "value" in found else "rows"
                if inner in found and (not steps or steps[0] not in found):
                    found = found[inner]
                    continue
            if not steps:
                return found, source, confidence
            step = steps.pop(0)
            if not isinstance(found, Mapping) or step not in found:
                raise NoParameter(f"{path} on {law.day}, law {law.number}")
            found = found[step]


def social_insurance_law(day: date) -> str:
    """The number of the law on social insurance in force on a day: 41/2024 from 2025-07-01, else 58/2014."""
    return "41/2024" if day >= date(2025, 7, 1) else "58/2014"


def read_parameters(text: str) -> Parameters:
    """Read the figures and check them: known sections, no key twice, no gap, no overlap, no binary fraction.

    Raises: ParametersBroken.
    """
    try:
        tree = yaml.load(text, Loader=ExactLoader)  # noqa: S506 -- it makes texts, lists and tables only
    except (yaml.YAMLError, RecursionError) as problem:
        raise ParametersBroken(str(problem)) from problem
    if not isinstance(tree, dict) or set(tree) != SECTIONS:
        raise ParametersBroken(f"sections {sorted(set(tree or ()) ^ SECTIONS)} are unknown or absent")
    for path, rows in _lists(tree, ""):
        _check(path, rows)
    return Parameters(tree)


class ExactLoader(yaml.BaseLoader):
    """Reads YAML with every scalar as the text it is, and refuses a key said twice."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002 -- as theirs
        """A table whose keys differ."""
        made = super().construct_mapping(node, deep=deep)
        if len(made) != len(node.value):
            raise yaml.YAMLError(f"a key stands twice: {node.start_mark}")
        return made


def _lists(found: Any, path: str) -> Iterator[tuple[str, list[Any]]]:  # noqa: ANN401 -- YAML has no types
    """All lists of tables, with their paths."""
    if isinstance(found, Mapping):
        for key, inner in found.items():
            yield from _lists(inner, f"{path}.{key}".lstrip("."))
    elif isinstance(found, list):
        rows = [row for row in found if isinstance(row, Mapping)]
        if rows:
            yield path, rows
        for row in rows:
            yield from _lists(row, path)


def _check(path: str, rows: list[Any]) -> None:
    """Rows that follow one another do so without gap and overlap."""
    apart: dict[Any, list[tuple[date, date]]] = {}
    for row in rows:
        if any(key in row for key in (*FROM, *UNTIL)):
            for fund in row.get("funds", [""]):
                group = (fund, *(row.get(key) for key in APART if key != "law"))
                apart.setdefault(group, []).append(_span(row, path))
    for spans in apart.values():
        spans.sort()
        for (first, last), (following, _) in pairwise(spans):
            if first == following or (last != date.max and last + DAY != following):
                raise ParametersBroken(f"{path}: {last} is not the day before {following}")
            if first > last:
                raise ParametersBroken(f"{path}: {first} is after {last}")


def _span(row: Mapping[str, Any], path: str) -> tuple[date, date]:
    """From when until when a row holds; open ends are the ends of time."""
    try:
        first = next((date.fromisoformat(row[key]) for key in FROM if key in row), date.min)
        last = next((date.fromisoformat(row[key]) for key in UNTIL if key in row), date.max)
    except (TypeError, ValueError) as problem:
        raise ParametersBroken(f"{path}: {problem}") from problem
    return first, last


def _row(rows: list[Any], law: Law, path: str) -> Any:  # noqa: ANN401 -- YAML has no types
    """The row of a law and a day: of those that hold, the one that began last."""
    held = []
    for row in rows:
        if isinstance(row, Mapping) and law.number in str(row.get("law", law.number)):
            first, last = _span(row, path)
            if first <= law.day <= last:
                held.append((first, row))
    if not held:
        raise NoParameter(f"{path} on {law.day}, law {law.number}")
    return max(held, key=lambda pair: pair[0])[1]


def _confidence(said: str, step: str) -> Confidence:
    """The confidence in what the step names, in a text such as `read for rate, cap; unsure for start day`."""
    clauses = [clause.strip().partition(" for ") for clause in said.split(";")]
    for mark, _, about in clauses:
        if any(step.startswith(word.split()[0]) for word in about.split(", ") if word):
            return Confidence(mark)
    return Confidence(clauses[0][0])


def _factor(found: str) -> Fraction:
    """The number before the `x`."""
    if not (read := MULTIPLE.fullmatch(found)):
        raise ValueError(found)
    return Fraction(read["factor"])


def _bands(found: Mapping[str, str]) -> Bands:
    """Bands in rising order; a number above a last closed band has no figure."""
    rows: list[tuple[int, Fraction]] = []
    closed = 0
    for words, figure in found.items():
        if not (band := BAND.fullmatch(words)):
            raise ValueError(words)
        high = int(band["high"])
        if band["sign"] == ">=":
            rows.append((high, Fraction(figure)))
        else:
            rows.append((int(band["low"] or 0), Fraction(figure)))
            closed = max(closed, high)
    rows.sort()
    if rows[-1][0] < closed:
        rows.append((closed, Fraction(-1)))
    return Bands(tuple(rows))
