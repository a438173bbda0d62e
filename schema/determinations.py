"""What the law says of somebody, or of plain inputs, with its reasons."""

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Self

import strawberry

from domain import determinations
from domain.findings import FINDINGS, Unit
from domain.months import Month
from domain.numerals import written
from domain.parameters import Confidence
from schema.enums import described
from schema.scalars import Dong

described(
    Confidence,
    READ="The text of the law was read.",
    KNOWN="Known, without the text at hand.",
    UNSURE="Not confirmed: whatever rests on it is unconfirmed.",
)
described(
    Unit,
    name="FindingUnit",
    CALENDAR_DAYS="Days, days off among them.",
    DATE="A date, as 2026-11-23.",
    DAYS="Days, counted as the benefit counts them; half days may be among them.",
    DONG="Whole đồng.",
    MONTHS="Months.",
    PERSONS="Persons.",
    SHARE="A share of one, such as 0.75.",
    WORKING_DAYS="Working days.",
    YEARS="Years; half years may be among them.",
    YES_NO="`true` or `false`.",
)


@strawberry.type(description="Months one after the other, first and last included.")
class MonthRun:
    """Months one after the other, first and last included."""

    first: Month = strawberry.field(name="from", description="The first month.")
    last: Month = strawberry.field(name="to", description="The last month, included.")
    months: int = strawberry.field(description="How many months.")


@strawberry.type(description="What an answer rests on.")
class Evidence:
    """What an answer rests on."""

    months: list[MonthRun] = strawberry.field(
        description="The months that count, in as few runs as there are."
    )
    rows: list[strawberry.ID] = strawberry.field(
        description="The global identifiers of what says so, such as lines of the ledger: ask `nodes`."
    )


@strawberry.type(description="What would change an answer.")
class Change:
    """What would change an answer."""

    text_vi: str = strawberry.field(description="What, in Vietnamese.")
    text_en: str = strawberry.field(description="What, in English.")
    missing: int | None = strawberry.field(
        description="How much more it takes, in the unit of the condition; null where nothing is counted."
    )
    earliest: Month | None = strawberry.field(
        description="The earliest month for it; null where time alone does not bring it."
    )

    @classmethod
    def of(cls, said: determinations.Change) -> Self:
        """A change as the domain says it."""
        return cls(text_vi=said.words.vi, text_en=said.words.en, missing=said.missing, earliest=said.earliest)


@strawberry.type(description="One thing the law asks for: by which article, whether it is met, and why.")
class Condition:
    """One thing the law asks for: by which article, whether it is met, and why."""

    code: str = strawberry.field(description="What is asked, stable for programs.")
    text_vi: str = strawberry.field(description="What is asked, in Vietnamese.")
    text_en: str = strawberry.field(description="What is asked, in English.")
    article: str = strawberry.field(description="The law and its article.")
    is_met: bool = strawberry.field(description="Whether it is met.")
    value: str | None = strawberry.field(
        description="What there is of it, such as the months counted; null where nothing is counted."
    )
    evidence: Evidence = strawberry.field(description="What the answer rests on.")
    change: Change | None = strawberry.field(
        description="What would meet it; null where it is met, or its parts say what would."
    )
    depth: int = strawberry.field(description="How deep it stands in the tree: 0 for the whole.")
    parts: list["Condition"] = strawberry.field(description="The conditions that it is made of.")

    @classmethod
    def of(cls, said: determinations.Condition, depth: int = 0) -> Self:
        """A condition as the domain says it, with its parts."""
        return cls(
            code=said.code,
            text_vi=said.words.vi,
            text_en=said.words.en,
            article=said.article,
            is_met=said.is_met,
            value=None if said.value is None else written(said.value),
            evidence=said.evidence,  # type: ignore[arg-type]  # shown by its attributes
            change=Change.of(said.change) if said.change else None,
            depth=depth,
            parts=[cls.of(part, depth + 1) for part in said.parts],
        )

    def every(self) -> Iterator["Condition"]:
        """This condition and all below it, parents first."""
        yield self
        for part in self.parts:
            yield from part.every()


@strawberry.type(description="An amount of several: of a fund, or of a member.")
class FindingPart:
    """An amount of several: of a fund, or of a member."""

    name: str = strawberry.field(description="Of what: the fund, or the number of the member from 1.")
    amount: Dong = strawberry.field(description="How much.")


@strawberry.type(description="Something that follows from the law: an amount, a number, a day, yes or no.")
class Finding:
    """Something that follows from the law: an amount, a number, a day, yes or no."""

    name: str = strawberry.field(description="What, stable for programs, such as `monthly`.")
    name_vi: str = strawberry.field(description="What, in Vietnamese.")
    name_en: str = strawberry.field(description="What, in English.")
    unit: Unit = strawberry.field(description="In which unit it is.")
    value: str | None = strawberry.field(
        description="Its value as text, exact: a number that no decimals can write as a fraction, such as"
        " `100/3`; null where there are several, in `parts`."
    )
    amount: Dong | None = strawberry.field(description="The same as money; null where it is none.")
    count: int | None = strawberry.field(
        description="The same as a whole number of days, months, years or persons; null where it is none."
    )
    parts: list[FindingPart] = strawberry.field(
        description="The amounts that it is made of, by fund or by member; empty where it is one value."
    )

    @classmethod
    def of(cls, name: str, found: determinations.Finding) -> Self:
        """A finding as the domain names it."""
        unit, words = FINDINGS[name]
        several: Mapping[str, int] = {}
        if isinstance(found, Mapping):
            several = found
        elif isinstance(found, tuple):
            several = {str(number): amount for number, amount in enumerate(found, 1)}
        whole = found if isinstance(found, int) and not isinstance(found, bool) else None
        if isinstance(found, Fraction) and found.denominator == 1:
            whole = found.numerator
        is_money = unit is Unit.DONG
        return cls(
            name=name,
            name_vi=words.vi,
            name_en=words.en,
            unit=unit,
            value=None if several else written(found),
            amount=Dong(whole) if whole is not None and is_money else None,
            count=None if is_money or unit is Unit.SHARE else whole,
            parts=[FindingPart(name=part, amount=Dong(amount)) for part, amount in several.items()],
        )


@strawberry.type(description="A figure of the law that an answer used.")
class Citation:
    """A figure of the law that an answer used."""

    path: str = strawberry.field(description="Where it stands in `legalParameters`, such as `base_salary`.")
    text: str = strawberry.field(name="value", description="The figure as text; several with their names.")
    named_source: str | None = strawberry.field(
        name="source",
        description="The law or decree that says so, `given` where the asker did; null where none is named.",
    )
    confidence: Confidence = strawberry.field(description="How sure it is.")


@strawberry.type(
    description="What the law says, with its reasons: a tree of conditions that a lawyer can check."
)
class Determination:
    """What the law says, with its reasons: a tree of conditions that a lawyer can check."""

    code: str = strawberry.field(description="Of which benefit or contribution, stable for programs.")
    law: str = strawberry.field(description="The number of the law that was asked, such as `41/2024`.")
    day: date = strawberry.field(description="The day whose law was asked.")
    is_met: bool = strawberry.field(description="Whether what the law asks for is met.")
    unconfirmed: bool = strawberry.field(
        description="Whether it rests on a figure that the agency has not confirmed: see `cites`."
    )
    condition: Condition = strawberry.field(description="What the law asks for, as a tree.")
    conditions: list[Condition] = strawberry.field(
        description="The same tree as a list, each condition before its parts, with its `depth`."
    )
    findings: list[Finding] = strawberry.field(description="What follows.")
    changes: list[Change] = strawberry.field(
        description="What would change the answer; empty where the condition is met."
    )
    cites: list[Citation] = strawberry.field(description="The figures of the law that were used, each once.")

    @classmethod
    def of(cls, said: determinations.Determination) -> Self:
        """A determination as the domain says it."""
        condition = Condition.of(said.condition)
        return cls(
            code=said.code,
            law=said.law,
            day=said.day,
            is_met=said.is_met,
            unconfirmed=said.is_unconfirmed,
            condition=condition,
            conditions=list(condition.every()),
            findings=[Finding.of(name, found) for name, found in said.findings.items()],
            changes=[Change.of(change) for change in said.changes],
            cites=said.cited,  # type: ignore[arg-type]  # shown by its attributes
        )
