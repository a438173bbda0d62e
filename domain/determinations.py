"""What the law says of somebody, with its reasons: conditions, what they rest on, and what would change them.

A determination is a tree that a lawyer can check: each condition names its article, whether it is met, the
evidence, and, where it is not met, what is missing. Codes are stable; words are Vietnamese and English.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType

from domain.months import Month, Run
from domain.numerals import grouped
from domain.parameters import LAW_41, Citation, Confidence, Law

Figure = int | Fraction | bool | date | str
# What a determination finds, by name; nested where the law lists by payer or by person.
Finding = Figure | tuple[int, ...] | Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Words:
    """The same in both languages."""

    vi: str
    en: str

    def about(self, **figures: object) -> "Words":
        """The words with figures put where they name them."""
        vi, en = (
            {name: grouped(value, language) for name, value in figures.items()} for language in ("vi", "en")
        )
        return Words(self.vi.format(**vi), self.en.format(**en))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an answer rests on: months, and the keys of rows that say so.

    Where too few count, `enough_by` is the earliest month by which there can be enough, if that is known.
    """

    months: tuple[Run, ...] = ()
    rows: tuple[str, ...] = ()
    enough_by: Month | None = None


NO_EVIDENCE = Evidence()


@dataclass(frozen=True, slots=True)
class Change:
    """What would meet a condition: so much more, and the earliest month for it."""

    words: Words
    missing: int | None = None
    earliest: Month | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing the law asks for: by which article, whether it is met, and why."""

    code: str
    words: Words
    article: str
    is_met: bool
    value: Figure | None = None
    evidence: Evidence = NO_EVIDENCE
    change: Change | None = None
    parts: tuple["Condition", ...] = ()
    cites: tuple[Citation, ...] = ()

    def every(self) -> Iterator["Condition"]:
        """This condition and all below it."""
        yield self
        for part in self.parts:
            yield from part.every()


@dataclass(frozen=True)
class Determination:
    """What the law says: by which law, on which day, whether its condition is met, and what follows.

    `findings` are amounts in whole đồng, days, months and shares, by name. `cites` are the figures they used.
    """

    code: str
    law: str
    day: date
    condition: Condition
    findings: Mapping[str, Finding] = field(default_factory=lambda: MappingProxyType({}))
    cites: tuple[Citation, ...] = ()

    @property
    def is_met(self) -> bool:
        """Whether the law's condition is met."""
        return self.condition.is_met

    @cached_property
    def cited(self) -> tuple[Citation, ...]:
        """Every figure of the law that was used, each once, in the order of use."""
        every = [cite for condition in self.condition.every() for cite in condition.cites]
        return tuple({(cite.path, cite.source): cite for cite in (*every, *self.cites)}.values())

    @property
    def is_unconfirmed(self) -> bool:
        """Whether the answer rests on a figure that the agency has not confirmed."""
        return any(cite.confidence is Confidence.UNSURE for cite in self.cited)

    @property
    def changes(self) -> tuple[Change, ...]:
        """What would change the answer, of every condition that stands in its way."""
        if self.is_met:
            return ()
        return tuple(
            condition.change
            for condition in self.condition.every()
            if not condition.is_met and condition.change
        )


def claim(
    code: str,
    words: Words,
    article: str,
    *,
    is_met: bool,
    evidence: Evidence = NO_EVIDENCE,
    change: Change | None = None,
    cites: tuple[Citation, ...] = (),
) -> Condition:
    """A condition that is met or not; the change is kept only where it is not."""
    return Condition(code, words, article, is_met, None, evidence, None if is_met else change, (), cites)


MORE = Words("Còn thiếu {missing}", "{missing} more")
MORE_MONTHS = Words(
    "Còn thiếu {missing} tháng, sớm nhất là {earliest}",
    "{missing} more months, by {earliest} at the earliest",
)


def at_least(
    code: str,
    words: Words,
    article: str,
    have: int,
    need: int | Citation,
    *,
    after: Month | None = None,
    evidence: Evidence = NO_EVIDENCE,
) -> Condition:
    """A condition that asks for so many; more months come after the month `after`."""
    needed = need if isinstance(need, int) else int(need.value)
    missing = needed - have
    cites = () if isinstance(need, int) else (need,)
    change = None
    if missing > 0:
        earliest = evidence.enough_by or (after.plus(missing) if after else None)
        said = (MORE_MONTHS if earliest else MORE).about(missing=missing, earliest=earliest)
        change = Change(said, missing, earliest)
    return Condition(code, words.about(need=needed), article, missing <= 0, have, evidence, change, (), cites)


def all_of(code: str, words: Words, article: str, *parts: Condition) -> Condition:
    """A condition that is met where all its parts are."""
    return Condition(code, words, article, all(part.is_met for part in parts), parts=parts)


def any_of(code: str, words: Words, article: str, *parts: Condition) -> Condition:
    """A condition that is met where one of its parts is."""
    return Condition(code, words, article, any(part.is_met for part in parts), parts=parts)


def article(law: Law, under_58: str, under_41: str) -> str:
    """The article of the law on social insurance that the asker names: Law 41/2024, else Law 58/2014."""
    return f"Law 41/2024 art.{under_41}" if law.number == LAW_41 else f"Law 58/2014 art.{under_58}"
