"""The file of the law's figures: read exactly, checked once, and frozen.

Figures that do not hold together would answer wrongly; with them, nothing starts.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import yaml

SECTIONS = frozenset(
    {
        "average_salary_window_years",
        "base_salary",
        "cap_values_check",
        "contribution_caps",
        "contribution_rates",
        "contributions",
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
        "payment_order",
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
APART = ("payer_type", "level", "code", "scheme")
# What says in words what nobody counts with.
WORDS = frozenset(
    {
        "base",
        "benefit",
        "benefit_level_note",
        "case",
        "condition",
        "confidence",
        "copay_left_after_base_change_2026",
        "event_date_rule",
        "formula",
        "funds",
        "law",
        "legal",
        "lender",
        "level",
        "look_up_rule",
        "note",
        "odd_months",
        "paid_by",
        "payer_type",
        "payment_modes",
        "period",
        "r",
        "retirement_moment",
        "rule",
        "scheme",
        "seniority",
        "source",
        "sources",
        "starts",
        "under_one_year",
        "unit",
        "unknown_birth_day",
    }
)
# Everything else is a number, a date, an age, a multiple or a rule that begins with one of these.
FIGURE = re.compile(
    r"-?\d+(\.\d+)?|\d+y\d+m|\d+(\.\d+)? (x|for|at) .+|true|whole|min\(.+\)"
    r"|(base_salary|reference_level|within|first|up to)\b.*"
)
TEXT = re.compile(r".+", re.DOTALL)
CERTAINTY = re.compile(r"((^|; )(read|known|unsure)( for [^;]+)?)+")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
DATES = frozenset({*FROM, *UNTIL, "compiled_for_date"})
DAY = timedelta(days=1)


class ParametersBroken(ValueError):  # noqa: N818 -- it names what happened
    """The figures of the law do not hold together."""


class ExactLoader(yaml.BaseLoader):
    """Reads YAML with every scalar as the text it is, and refuses a key said twice."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002 -- as theirs
        """A table whose keys differ."""
        made = super().construct_mapping(node, deep=deep)
        if len(made) != len(node.value):
            raise yaml.YAMLError(f"a key stands twice: {node.start_mark}")
        return made


def read_figures(text: str) -> Mapping[str, Any]:
    """Read the figures and check them: known sections, no key twice, each a figure, no gap, no overlap.

    Raises: ParametersBroken.
    """
    try:
        tree = yaml.load(text, Loader=ExactLoader)  # noqa: S506 -- it makes texts, lists and tables only
        if not isinstance(tree, dict) or set(tree) != SECTIONS:
            raise ParametersBroken(f"sections {sorted(set(tree or ()) ^ SECTIONS)} are unknown or absent")
        for path, key, leaf in _leaves(tree):
            _check_leaf(path, key, leaf)
        for path, rows in _lists(tree):
            _check_rows(path, rows)
        frozen: Mapping[str, Any] = _frozen(tree)
    except (yaml.YAMLError, RecursionError, TypeError) as problem:
        raise ParametersBroken(str(problem)) from problem
    return frozen


def span(row: Mapping[str, Any]) -> tuple[date, date]:
    """From when until when a row holds; open ends are the ends of time.

    Raises: ValueError.
    """
    first = next((date.fromisoformat(row[key]) for key in FROM if key in row), date.min)
    last = next((date.fromisoformat(row[key]) for key in UNTIL if key in row), date.max)
    return first, last


def _leaves(found: Any, path: str = "", key: str = "") -> Iterator[tuple[str, str, Any]]:  # noqa: ANN401 -- YAML has no types
    """All that is neither table nor list, with its path and its key."""
    if isinstance(found, dict):
        for name, inner in found.items():
            yield from _leaves(inner, f"{path}.{name}".lstrip("."), name)
    elif isinstance(found, list):
        for inner in found:
            yield from _leaves(inner, path, key)
    else:
        yield path, key, found


def _check_leaf(path: str, key: str, leaf: str) -> None:
    """A date stands where dates stand, and what is counted with is a figure."""
    if key in DATES:
        try:
            date.fromisoformat(leaf if DATE.fullmatch(leaf) else "")
        except ValueError as problem:
            raise ParametersBroken(f"{path}: {leaf} is no date") from problem
    elif not (CERTAINTY if key == "confidence" else TEXT if key in WORDS else FIGURE).fullmatch(leaf):
        raise ParametersBroken(f"{path}: {leaf} is no figure")


def _lists(found: Any, path: str = "") -> Iterator[tuple[str, list[Any]]]:  # noqa: ANN401 -- YAML has no types
    """All lists of rows, with their paths."""
    if isinstance(found, dict):
        for key, inner in found.items():
            yield from _lists(inner, f"{path}.{key}".lstrip("."))
    elif isinstance(found, list):
        rows = [row for row in found if isinstance(row, dict)]
        yield path, rows
        for row in rows:
            yield from _lists(row, path)


def _check_rows(path: str, rows: list[Any]) -> None:
    """Rows that follow one another do so without gap and overlap."""
    apart: dict[Any, list[tuple[date, date]]] = {}
    for row in rows:
        if any(key in row for key in (*FROM, *UNTIL)):
            for fund in row.get("funds", [""]):
                group = (fund, *(row.get(key) for key in APART))
                apart.setdefault(group, []).append(span(row))
    for spans in apart.values():
        spans.sort()
        for (first, last), (following, _) in pairwise(spans):
            if first == following or (last != date.max and last + DAY != following):
                raise ParametersBroken(f"{path}: {last} is not the day before {following}")
        for first, last in spans:
            if first > last:
                raise ParametersBroken(f"{path}: {first} is after {last}")


def _frozen(found: Any) -> Any:  # noqa: ANN401 -- YAML has no types
    """The same, of which nothing can be changed."""
    if isinstance(found, dict):
        return MappingProxyType({key: _frozen(inner) for key, inner in found.items()})
    return tuple(map(_frozen, found)) if isinstance(found, list) else found
