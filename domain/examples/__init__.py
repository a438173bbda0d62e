"""Worked examples: what the rules find of given inputs, compared with what somebody else worked out."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import chain
from types import MappingProxyType
from typing import Any

import yaml

from domain.determinations import Finding
from domain.examples import (
    calendar,
    contributions,
    health,
    maternity,
    old_age,
    one_off,
    sickness,
    survivors,
    unemployment,
    work_injury,
)
from domain.examples.inputs import Benefit, Inputs, UnknownValue
from domain.figures import ExactLoader
from domain.money import dong
from domain.months import month_of
from domain.parameters import Law, NoParameter, Parameters

REGIMES = (
    calendar,
    contributions,
    health,
    maternity,
    old_age,
    one_off,
    sickness,
    survivors,
    unemployment,
    work_injury,
)
BENEFITS: Mapping[str, Benefit] = MappingProxyType(
    dict(chain.from_iterable(regime.BENEFITS.items() for regime in REGIMES))
)

NUMBER = re.compile(r"-?\d{1,40}(?:\.\d{1,40}|/\d{1,40})?")
MOST_NODES = 1_000_000
TODAY = date(2026, 11, 22)  # the day for which the figures are compiled; `meta.compiled_for_date`
# Where an example names no day, the last one of its law that is known.
LAST_DAYS = {
    "58/2014": date(2025, 6, 30),
    "41/2024": TODAY,
    "84/2015": TODAY,
    "38/2013": date(2025, 12, 31),
    "74/2025": TODAY,
    "25/2008": TODAY,
    "ND 135/2020": TODAY,
    "ND 162/2026": TODAY,
    "calendar": TODAY,
}
MONTHS_OF_EVENT = ("month", "settlement", "death_month", "start")
DAYS_OF_EVENT = ("birth_date", "date")
REGIONS = ("I", "II", "III", "IV")


class NoExamples(ValueError):  # noqa: N818 -- it names what happened
    """A file has not the form of worked examples."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an example: the differences, none where it passed."""

    id: str
    differences: tuple[str, ...]


def read_examples(text: str) -> list[Any]:
    """The examples of a file.

    Raises: NoExamples.
    """
    try:
        read = yaml.load(text, Loader=ExactLoader)  # noqa: S506 -- it makes texts, lists and tables only
    except (yaml.YAMLError, RecursionError, TypeError, ValueError) as problem:
        raise NoExamples(str(problem)) from problem
    if _is_more_than(read, MOST_NODES):
        raise NoExamples(f"more than {MOST_NODES} values, aliases written out")
    examples = read.get("examples") if isinstance(read, Mapping) else None
    if not isinstance(examples, list):
        raise NoExamples("no list of `examples`")
    return examples


def run_examples(parameters: Parameters, examples: list[Any]) -> Iterator[Outcome]:
    """Work out each example from its inputs."""
    for number, example in enumerate(examples, 1):
        if isinstance(example, Mapping):
            yield Outcome(str(example.get("id", f"#{number}")), tuple(_differences(parameters, example)))
        else:
            yield Outcome(f"#{number}", ("not an example",))


def _is_more_than(read: Any, most: int) -> bool:  # noqa: ANN401 -- a file may hold anything
    """Whether there are more values than that: few lines of aliases can stand for more than memory holds."""
    left = [read]
    for _ in range(most):
        if not left:
            return False
        found = left.pop()
        if isinstance(found, Mapping | list):
            left.extend(found.values() if isinstance(found, Mapping) else found)
            if len(left) > most:
                return True
    return bool(left)


def law_of_example(parameters: Parameters, number: str, inputs: Inputs) -> Law:
    """The law that an example names, on the day of its event, with the figures it brings.

    Raises: UnknownValue.
    """
    if number not in LAST_DAYS:
        raise UnknownValue("law", number)
    day = LAST_DAYS[number]
    for key in MONTHS_OF_EVENT:
        if inputs.has(key):
            day = inputs.month(key, month_of(day)).first_day
    for key in DAYS_OF_EVENT:
        day = inputs.day(key, day)
    figures = {}
    if inputs.has("base_salary"):
        figures["base_salary"] = inputs.whole("base_salary")
    if inputs.has("regional_minimum_wage"):
        wage = inputs.whole("regional_minimum_wage")
        figures |= {f"regional_minimum_wage.{region}": wage for region in REGIONS}
    return parameters.on(day, number).with_given(figures)


def _differences(parameters: Parameters, example: Mapping[str, Any]) -> Iterator[str]:
    """In what the rules differ from an example."""
    benefit, given, expected = (example.get(key) for key in ("benefit", "inputs", "expected"))
    find = BENEFITS.get(benefit) if isinstance(benefit, str) else None
    if find is None:
        yield f"UNKNOWN_VALUE benefit {benefit}"
        return
    if not isinstance(given, Mapping) or not isinstance(expected, Mapping) or not expected:
        yield "inputs and expected are tables"
        return
    try:
        inputs = Inputs(given)
        found = find(law_of_example(parameters, str(example.get("law")), inputs), inputs)
    except UnknownValue as unknown:
        yield str(unknown)
        return
    except NoParameter as none:
        yield f"NO_PARAMETER {none}"
        return
    yield from _compare("", expected, found)


def _compare(path: str, expected: Any, found: Any) -> Iterator[str]:  # noqa: ANN401 -- a file may hold anything
    """Where what was found is not exactly what was expected; only what was expected is looked at."""
    if isinstance(expected, Mapping):
        if not isinstance(found, Mapping):
            yield f"{path}: expected {expected}, found {found}"
            return
        for key, inner in expected.items():
            within = f"{path}.{key}".lstrip(".")
            if key in found:
                yield from _compare(within, inner, found[key])
            else:
                yield f"{within}: expected {inner}, found nothing"
    elif isinstance(expected, list):
        figures = list(found) if isinstance(found, tuple | list) else None
        if figures is None or len(figures) != len(expected):
            yield f"{path}: expected {expected}, found {found}"
            return
        for number, (one, other) in enumerate(zip(expected, figures, strict=True)):
            yield from _compare(f"{path}[{number}]", one, other)
    elif not _is_same(str(expected), found):
        yield f"{path}: expected {expected}, found {_shown(found)}"


def _is_same(expected: str, found: Finding) -> bool:
    """Whether the text says exactly what was found."""
    if isinstance(found, bool):
        return expected.lower() == str(found).lower()
    if isinstance(found, int | Fraction):
        try:
            return bool(NUMBER.fullmatch(expected)) and Fraction(expected) == _as_written(found, expected)
        except (ValueError, ZeroDivisionError):
            return False
    return expected == str(found)


def _as_written(found: int | Fraction, expected: str) -> int | Fraction:
    """What was found; where no decimals can write it, rounded half up to as many as the text has."""
    _, point, decimals = expected.partition(".")
    places = 10 ** len(decimals)
    odd = Fraction(found).denominator
    while odd % 2 == 0 or odd % 5 == 0:
        odd //= 2 if odd % 2 == 0 else 5
    return Fraction(dong(found * places), places) if point and odd > 1 else found


def _shown(found: Finding) -> str:
    """A finding in words."""
    return str(found).lower() if isinstance(found, bool) else str(found)
