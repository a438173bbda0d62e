"""Marks: whose data an answer shows, said by the statement itself.

Before the object of a row that is about somebody the statement writes a mark: a sign, the number of the
place in the plan, whose data it is, the key of the right by which the viewer sees it, and the sign again.
PostgreSQL escapes the sign in every text of an answer, so it stands in none. The marks are taken out before
the answer goes anywhere.
"""

from collections.abc import Iterator, Sequence
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


def taken_out(text: str, places: Sequence[tuple[str, ...]]) -> tuple[str, Iterator[Shown]]:
    """The text without its marks, and what they say; `places` has the fields of each place."""
    pieces = text.split(SIGN)
    marks = (mark.split(",") for mark in pieces[1::2])
    return "".join(pieces[::2]), (Shown(whose, places[int(place)], right) for place, whose, right in marks)
