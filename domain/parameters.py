"""The figures of the law, each with the days it holds for, its source, and how sure we are of it.

They are read and checked once, from domain/data/parameters.yaml, and passed to every rule. A rule asks the
law of one day: `law.share("sickness.rate")` is a `Dated[Fraction]`, which a determination can cite.

A path names tables from the outside in. A list on it means its row of that law and day; where rows stand
beside each other, a word in brackets says which: `contribution_caps[health].cap`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from functools import cache, cached_property, lru_cache
from itertools import zip_longest
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from domain.figures import APART, FROM, UNTIL, read_figures, span
from domain.numerals import written

# The law on social insurance since 2025-07-01.
LAW_41 = "41/2024"
T = TypeVar("T")
# A person's coverage asks for a hundred figures of one day, a page of people for the same again and again.
MOST_FOUND = 10_000

STEP = re.compile(r"\[[^]]+\]|[^.\[]+")
BAND = re.compile(r"(?:(?P<low>\d+)-)?(?P<sign><|>=)(?P<high>\d+)[a-z]*")
MULTIPLE = re.compile(r"(?P<factor>\d+(?:\.\d+)?) x \w.*", re.DOTALL)
# What stands in a table beside its figures.
MARKS = frozenset({*FROM, *UNTIL, "source", "sources", "confidence", "law", "note", "paid_by"})
# What says of which figures a table is, and what is worked out of others to check them.
ABOUT = frozenset({*MARKS, *APART, "funds", "unit"})
CHECKS = "_check"
# The first is about the file; the second were measures of two years, of which nobody is asked any more.
NO_FIGURES = frozenset({"meta", "covid_measures"})
DAY = timedelta(days=1)


class Confidence(StrEnum):
    """How sure we are of a figure."""

    READ = "read"
    KNOWN = "known"
    UNSURE = "unsure"


class NoParameter(LookupError):  # noqa: N818 -- it names what happened
    """A figure was asked for that the law of that day does not have."""


@dataclass(frozen=True)
class Dated(Generic[T]):
    """A figure, where it stands in the parameters, which law says so and how sure we are.

    Its text, and its source where there is one, are what a determination shows of it.
    """

    value: T
    path: str
    source: str
    confidence: Confidence

    @cached_property
    def text(self) -> str:
        """The figure as text."""
        return written(self.value)

    @property
    def named_source(self) -> str | None:
        """The law or decree that says so; None where none is named."""
        return self.source or None


Citation = Dated[Any]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A figure as it is written, and from when until when it holds; the ends of time where it is open."""

    path: str
    value: str
    unit: str | None
    first: date
    last: date
    source: str
    confidence: Confidence

    def within(self, first: date, last: date) -> "Leaf":
        """The same for as long as it holds between two days."""
        return replace(self, first=max(self.first, first), last=min(self.last, last))


@dataclass(frozen=True, slots=True)
class Bands:
    """Figures that depend on a number: from `low` (included) upwards each; None where a gap begins."""

    rows: tuple[tuple[int, Fraction | None], ...]

    def __str__(self) -> str:
        return ", ".join(
            f">={low}: {'-' if figure is None else written(figure)}" for low, figure in self.rows
        )

    def at(self, number: int) -> Fraction | None:
        """The figure for a number; None below or above all bands."""
        return next((figure for low, figure in reversed(self.rows) if low <= number), None)


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
        return self.figure(path, int)

    def wholes(self, path: str) -> Dated[tuple[int, ...]]:
        """Several whole numbers.

        Raises: NoParameter.
        """
        return self.figure(path, _wholes)

    def share(self, path: str) -> Dated[Fraction]:
        """A share or a factor, exact.

        Raises: NoParameter.
        """
        return self.figure(path, Fraction)

    def words(self, path: str) -> Dated[str]:
        """A text, as it is written.

        Raises: NoParameter.
        """
        return self.figure(path, str)

    def names(self, path: str) -> Dated[tuple[str, ...]]:
        """Several names, in their order.

        Raises: NoParameter.
        """
        return self.figure(path, _names)

    def multiple(self, path: str) -> Dated[Fraction]:
        """The factor of a text such as `20 x base_salary`.

        Raises: NoParameter.
        """
        return self.figure(path, _factor)

    def numbers(self, path: str, form: re.Pattern[str]) -> Dated[tuple[int, ...]]:
        """The whole numbers of a text that has a form, one for each of its groups.

        Raises: NoParameter.
        """
        return self.figure(path, _numbers_in(form))

    def table(self, path: str) -> Dated[Mapping[str, Fraction]]:
        """Figures by name.

        Raises: NoParameter.
        """
        return self.figure(path, _table)

    def bands(self, path: str) -> Dated[Bands]:
        """Figures by bands, as in `{"<15y": 30, "15-<30y": 40, ">=30y": 60}`.

        Raises: NoParameter.
        """
        return self.figure(path, _bands)

    def has(self, path: str) -> bool:
        """Whether the law of the day says anything there."""
        return path in self.given or _found(self.parameters, path, self.number, self.day) is not None

    def find(self, path: str) -> tuple[Any, str, Confidence]:
        """What stands at a path, with the nearest source and confidence above it.

        Raises: NoParameter.
        """
        found = _found(self.parameters, path, self.number, self.day)
        if found is None:
            raise NoParameter(f"{path} on {self.day}, law {self.number}")
        return found

    def figure(self, path: str, reader: Callable[[Any], T]) -> Dated[T]:
        """A figure as a reader makes it of what is written; the reader raises ValueError where it cannot.

        Raises: NoParameter.
        """
        if path in self.given:
            return _dated(self.given[path], reader, path, "given", Confidence.KNOWN)
        read: Dated[T] = _read(self.parameters, path, self.number, self.day, reader)
        return read


@dataclass(frozen=True, slots=True, eq=False)
class Parameters:
    """All figures of all laws, as checked by `read_parameters`: there is one, and it is only itself."""

    tree: Mapping[str, Any]

    def on(self, day: date, law: str) -> Law:
        """The law of a day."""
        return Law(law, day, self)

    def leaves(self, laws: Mapping[str, tuple[date, date]]) -> Iterator[Leaf]:
        """All figures of all days, with the nearest unit, source and confidence above each.

        `laws` has from when until when a law is asked: what is of one law alone holds no longer.
        """
        root = Leaf("", "", None, date.min, date.max, "", Confidence.KNOWN)
        sections = {name: section for name, section in self.tree.items() if name not in NO_FIGURES}
        return _leaves(sections, root, "", laws)


# That there is nothing is remembered as well: it takes as long to find out.
@lru_cache(maxsize=MOST_FOUND)
def _found(parameters: Parameters, path: str, number: str, day: date) -> tuple[Any, str, Confidence] | None:
    """What stands at a path under a law on a day; None where nothing does."""
    found: Any = parameters.tree
    source, confidence = "", Confidence.KNOWN
    steps = STEP.findall(path)
    while True:
        if _is_rows(found):
            while steps and steps[0].startswith("["):
                found = _bearing(found, steps.pop(0)[1:-1])
            found = _row(found, number, day)
            if found is None:
                return None
        if isinstance(found, Mapping):
            source = _source(found, source)
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
            return None
        found = found[step]


@lru_cache(maxsize=MOST_FOUND)
def _read(
    parameters: Parameters, path: str, number: str, day: date, reader: Callable[[Any], Any]
) -> Citation:
    """The figure at a path under a law on a day, as a reader reads it. Raises: NoParameter."""
    found, source, confidence = parameters.on(day, number).find(path)
    return _dated(found, reader, path, source, confidence)


def _dated(
    found: Any,  # noqa: ANN401 -- YAML has no types
    reader: Callable[[Any], T],
    path: str,
    source: str,
    confidence: Confidence,
) -> Dated[T]:
    """What was found, as a reader reads it. Raises: NoParameter."""
    try:
        return Dated(reader(found), path, source, confidence)
    except (AttributeError, TypeError, ValueError) as problem:
        raise NoParameter(f"{path} is {found!r}") from problem


def read_parameters(text: str) -> Parameters:
    """Read the figures, check and freeze them.

    Raises: ParametersBroken.
    """
    return Parameters(read_figures(text))


def _leaves(
    found: Any,  # noqa: ANN401 -- YAML has no types
    above: Leaf,
    certainty: str,
    laws: Mapping[str, tuple[date, date]],
) -> Iterator[Leaf]:
    """The figures at a place and below; `certainty` is what the nearest table says of all that is in it."""
    if _is_rows(found):
        for words, first, last, row in _in_turn(found, laws):
            here = above.within(first, last)
            if here.first <= here.last:
                yield from _leaves(row, replace(here, path=above.path + words), certainty, laws)
    elif isinstance(found, Mapping):
        here = replace(
            above.within(*span(found)),
            unit=found.get("unit", above.unit),
            source=_source(found, above.source),
        )
        certainty = found.get("confidence", certainty)
        for key, inner in found.items():
            if key not in ABOUT and not key.endswith(CHECKS):
                path = here.path if key in ("value", "rows") else f"{here.path}.{key}".lstrip(".")
                sure = _confidence(certainty, key) if certainty else here.confidence
                yield from _leaves(inner, replace(here, path=path, confidence=sure), certainty, laws)
    else:
        yield replace(above, value=found if isinstance(found, str) else ", ".join(found))


def _in_turn(
    rows: tuple[Mapping[str, Any], ...], laws: Mapping[str, tuple[date, date]]
) -> Iterator[tuple[str, date, date, Mapping[str, Any]]]:
    """The rows with the words that tell them apart, and from when until when each holds: until the next."""
    apart: dict[str, list[tuple[date, date, Mapping[str, Any]]]] = {}
    for row in rows:
        for words in _words_of(row):
            apart.setdefault(words, []).append((*_held(row, laws), row))
    for words, spans in apart.items():
        spans.sort(key=lambda held: held[0])
        following = [first for first, _, _ in spans[1:]]
        for (first, last, row), then in zip_longest(spans, following):
            yield words, first, last if then is None else min(last, then - DAY), row


def _held(row: Mapping[str, Any], laws: Mapping[str, tuple[date, date]]) -> tuple[date, date]:
    """From when until when a row holds: between its own days, while its law is asked."""
    first, last = span(row)
    number = str(row.get("law", "")).partition(" ")[0]
    law_first, law_last = laws.get(number, (date.min, date.max))
    return max(first, law_first), min(last, law_last)


def _words_of(row: Mapping[str, Any]) -> Iterator[str]:
    """The words by which a path tells a row from others beside it, for each fund that it is of."""
    words = "".join(f"[{row[key]}]" for key in APART if key in row)
    for fund in row.get("funds", ("",)):
        yield f"[{fund}]{words}" if fund else words


def _source(found: Mapping[str, Any], otherwise: str) -> str:
    """The source that a table names, or else the one above it."""
    said = found.get("source") or found.get("sources") or otherwise
    return said if isinstance(said, str) else "; ".join(said)


def _is_rows(found: Any) -> bool:  # noqa: ANN401 -- YAML has no types
    """Whether what was found is a list of tables."""
    return isinstance(found, tuple) and any(isinstance(row, Mapping) for row in found)


def _bearing(rows: tuple[Any, ...], word: str) -> tuple[Any, ...]:
    """The rows in which a word stands, alone or in a list."""
    return tuple(
        row
        for row in rows
        if any(word == cell or (type(cell) is tuple and word in cell) for cell in row.values())
    )


def _row(rows: tuple[Any, ...], number: str, day: date) -> Mapping[str, Any] | None:
    """The row of a law and a day: of those that hold, the one that began last; None where none holds."""
    held = []
    for row in rows:
        if isinstance(row, Mapping) and number in row.get("law", number):
            first, last = span(row)
            if first <= day <= last:
                held.append((first, row))
    return max(held, key=lambda pair: pair[0])[1] if held else None


def _confidence(said: str, step: str) -> Confidence:
    """The confidence in what the step names, in a text such as `read for rate, cap; unsure for start day`."""
    clauses = [clause.strip().partition(" for ") for clause in said.split(";")]
    for mark, _, about in clauses:
        if any(step.startswith(word.split()[0]) for word in about.split(", ") if word):
            return Confidence(mark)
    return Confidence(clauses[0][0])


def _wholes(found: tuple[str, ...]) -> tuple[int, ...]:
    """Whole numbers of a list."""
    return tuple(map(int, found))


def _names(found: tuple[str, ...]) -> tuple[str, ...]:
    """Names of a list."""
    return tuple(map(str, found))


def _table(found: Mapping[str, str]) -> Mapping[str, Fraction]:
    """Figures by name."""
    return MappingProxyType({key: Fraction(figure) for key, figure in found.items() if key not in MARKS})


def _factor(found: str) -> Fraction:
    """The number before the `x`."""
    if not (read := MULTIPLE.fullmatch(found)):
        raise ValueError(found)
    return Fraction(read["factor"])


@cache
def _numbers_in(form: re.Pattern[str]) -> Callable[[str], tuple[int, ...]]:
    """A reader of the numbers in a text, by the groups of its form."""

    def numbers(found: str) -> tuple[int, ...]:
        if not (read := form.fullmatch(found)):
            raise ValueError(found)
        return tuple(map(int, read.groups()))

    return numbers


def _bands(found: Mapping[str, str]) -> Bands:
    """Bands in rising order; a number above a last closed band has no figure."""
    rows: dict[int, Fraction | None] = {}
    ends: set[int] = set()
    for words, figure in found.items():
        if not (band := BAND.fullmatch(words)):
            raise ValueError(words)
        is_open = band["sign"] == ">="
        rows[int(band["high"] if is_open else band["low"] or 0)] = Fraction(figure)
        if not is_open:
            ends.add(int(band["high"]))
    gaps: dict[int, Fraction | None] = dict.fromkeys(ends - rows.keys())
    return Bands(tuple(sorted({**rows, **gaps}.items(), key=lambda row: row[0])))
