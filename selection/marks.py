"""Marks: whose data an answer shows, said by the statement itself.

Before the object of a row that is about somebody the statement writes a mark: a sign, the number of the
place in the plan, whose data it is, the key of the right by which the viewer sees it, and the sign again.
PostgreSQL escapes the sign in every text of an answer, so it stands in none. The marks are taken out before
the answer goes anywhere.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Protocol

SIGN = "\x1e"  # U+001E, the separator of records


class Shown(NamedTuple):
    """That an answer shows fields of somebody, and the key of the right by which, where there is one."""

    subject: str
    fields: tuple[str, ...]
    right: str = ""


class Witness(Protocol):
    """Who is told what an answer shows of whom, before it is released."""

    async def saw(self, viewer: Any, shown: Sequence[Shown], document: str) -> None:  # noqa: ANN401 -- as it was given
        """Take note of it. What it raises ends the answer: what nobody saw is not shown."""


# The fields that each mark of a plan stands for, by the number of its place.
Places = tuple[tuple[str, ...], ...]


class NotWitnessed(RuntimeError):  # noqa: N818 -- it names what is missing
    """What is shown of people has no witness."""


class _Nobody:
    async def saw(self, viewer: Any, shown: Sequence[Shown], document: str) -> None:  # noqa: ANN401, ARG002 -- it looks at nothing
        raise NotWitnessed


# What somebody would have to see is not shown.
UNWITNESSED: Witness = _Nobody()


def taken_out(texts: Iterable[str], places: Places) -> tuple[Sequence[str], Sequence[Shown]]:
    """The texts without their marks, and what these say."""
    clean, shown = [], []
    for text in texts:
        pieces = text.split(SIGN)
        clean.append("".join(pieces[::2]))
        for mark in pieces[1::2]:
            place, subject, right = mark.split(",")
            shown.append(Shown(subject, places[int(place)], right))
    return clean, shown
