"""The figures of the law, for anybody: what calculators and determinations count with."""

from datetime import date
from typing import Annotated, Self

import strawberry

from db.parameters import figures
from domain.parameters import Confidence, Leaf


@strawberry.type(description="A figure of the law: how much, from when until when, and who says so.")
class LegalParameter:
    """A figure of the law: how much, from when until when, and who says so."""

    path: str = strawberry.field(
        description="Where it stands, from the outside in, such as `base_salary` or `sickness.rate`;"
        " a determination cites it, or the table that it is in, by this."
    )
    value: str = strawberry.field(
        description="The figure as it is written: a number, several with commas, or a rule in words."
    )
    unit: str | None = strawberry.field(
        description="In which unit it is; null where the path or the figure says so."
    )
    valid_from: date | None = strawberry.field(description="The first day it holds; null where not known.")
    valid_to: date | None = strawberry.field(
        description="The last day it holds, included; null until something else is known."
    )
    source: str | None = strawberry.field(description="The law or decree; null where none is named.")
    confidence: Confidence = strawberry.field(description="How sure it is.")
    unconfirmed: bool = strawberry.field(description="Whether the agency has not confirmed it.")

    @classmethod
    def of(cls, leaf: Leaf) -> Self:
        """A figure as the domain has it."""
        return cls(
            path=leaf.path,
            value=leaf.value,
            unit=leaf.unit,
            valid_from=None if leaf.first == date.min else leaf.first,
            valid_to=None if leaf.last == date.max else leaf.last,
            source=leaf.source or None,
            confidence=leaf.confidence,
            unconfirmed=leaf.confidence is Confidence.UNSURE,
        )


def legal_parameters(
    today: date,
    *,
    as_of: Annotated[
        date | None, strawberry.argument(description="Those that hold on this day; today where absent.")
    ] = None,
    path_prefix: Annotated[
        str, strawberry.argument(description="Only those whose path begins so, such as `maternity.`.")
    ] = "",
) -> list[LegalParameter]:
    """The figures that hold on a day, in the order of the parameters."""
    day = as_of or today
    return [
        LegalParameter.of(leaf)
        for leaf in figures()
        if leaf.first <= day <= leaf.last and leaf.path.startswith(path_prefix)
    ]
