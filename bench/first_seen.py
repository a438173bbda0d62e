"""What an operation costs when its document is seen for the first time: from the text to the statement."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import TypeVar

from graphql import parse, validate

from auth.viewer import Viewer, ViewerKind
from bench.peers import OPERATIONS
from bench.population import SCOPES
from schema.portal import schema
from selection.answers import Translator

T = TypeVar("T")

TIMES = 30
INPUTS = {"id": "Participant:00000000-0000-0000-0000-000000000000"}


@dataclass(frozen=True, slots=True)
class FirstSeen:
    """CPU milliseconds of a process's first document, of a later one, and graphql-core's part of that."""

    cold_ms: float
    later_ms: float
    parsing_ms: float
    validating_ms: float


def first_seen() -> FirstSeen:
    """Measure it on Q2; each later document has a text of its own, so that nothing knows it."""
    translator = Translator(schema._schema)  # noqa: SLF001 -- as in api/application.py
    viewer = Viewer(ViewerKind.CITIZEN, scopes=SCOPES)
    text = OPERATIONS["q2_page"]
    texts = [f"{text}# {number}" for number in range(TIMES)]
    nodes = [parse(text) for text in texts]

    def plan(text: str) -> None:
        document = translator.documents.read(text)
        operation = document.operation(None) if document else None
        assert operation is not None  # noqa: S101 -- our own document
        variables = operation.coerce(INPUTS)
        assert variables is not None  # noqa: S101 -- our own variables
        translator.plan(operation, viewer, variables)

    return FirstSeen(
        cold_ms=_took_ms(plan, [text]),
        later_ms=_took_ms(plan, texts),
        parsing_ms=_took_ms(parse, texts),
        validating_ms=_took_ms(partial(validate, translator.catalogue.schema), nodes),
    )


def _took_ms(work: Callable[[T], object], things: Sequence[T]) -> float:
    """The median CPU time of some work on each thing."""

    def took_ms(thing: T) -> float:
        began = time.thread_time_ns()
        work(thing)
        return (time.thread_time_ns() - began) / 1e6

    return median(took_ms(thing) for thing in things)
