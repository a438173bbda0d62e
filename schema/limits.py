"""What one may ask at once and over time: told to whoever asks, so that nobody has to find out by failing."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Self

import strawberry

from auth.viewer import Viewer, ViewerKind
from selection.bounds import MOST_DEPTH, MOST_FIELDS, MOST_FRAGMENTS, MOST_REPEATS, MOST_TOKENS
from selection.costs import MOST_ACTS, MOST_COST, MOST_LINKS
from selection.entities import COMMON_ROWS, MOST_ROWS

MOST_BODY_BYTES = 65_536


@strawberry.type(description="How much one may ask over time, in units of cost: a bucket that refills.")
class Rate:
    """A bucket: what it holds, and what it gets back each second."""

    capacity: int = strawberry.field(description="Units that the viewer may spend at once.")
    restore_rate: int = strawberry.field(description="Units that come back each second.")


# A page of a person costs about 300. Many people may share one address; a partner's system asks for many.
USUAL_RATES: Mapping[ViewerKind, Rate] = MappingProxyType(
    {
        ViewerKind.ANONYMOUS: Rate(capacity=100_000, restore_rate=2_000),
        ViewerKind.CITIZEN: Rate(capacity=20_000, restore_rate=200),
        ViewerKind.EMPLOYER: Rate(capacity=50_000, restore_rate=500),
        ViewerKind.OFFICER: Rate(capacity=50_000, restore_rate=500),
        ViewerKind.PARTNER: Rate(capacity=500_000, restore_rate=10_000),
        ViewerKind.REPRESENTATIVE: Rate(capacity=20_000, restore_rate=200),
    }
)


def rate_of(viewer: Viewer, usual: Mapping[ViewerKind, Rate]) -> Rate:
    """How much a viewer may spend: of a partner what its agreement says, else what is usual for its kind."""
    agreement = viewer.agreement
    if agreement is None:
        return usual[viewer.kind]
    return Rate(capacity=agreement.capacity, restore_rate=agreement.restore_rate)


@strawberry.type(description="What one may ask. Whatever is more is refused before any of it is executed.")
class Limits:
    """What one may ask."""

    rate: Rate = strawberry.field(description="How much over time.")
    cost: int = strawberry.field(
        description="Units that one operation may cost; a unit is about one row that the database touches."
    )
    rows: int = strawberry.field(description="Rows that a page may have; identifiers asked for at once.")
    usual_rows: int = strawberry.field(description="Rows of a page whose `first` is not given.")
    depth: int = strawberry.field(description="How many fields deep an operation may be.")
    fields: int = strawberry.field(
        description="Fields and fragments of a document, what is in one counted as often as it is spread."
    )
    fragments: int = strawberry.field(description="Fragments of a document.")
    links: int = strawberry.field(
        description="Links, lists and derived fields of an operation, counted in the same way;"
        " `node` and `nodes` twice, as they may be of any type."
    )
    repeats: int = strawberry.field(
        description="How often a document may name the same field in the same place."
    )
    mutations: int = strawberry.field(description="Mutations in one document.")
    tokens: int = strawberry.field(description="Tokens of a document: names, numbers, texts, marks.")
    body_bytes: int = strawberry.field(description="Bytes of a request.")

    @classmethod
    def of(cls, rate: Rate) -> Self:
        """The limits of a viewer who has this rate."""
        return cls(
            rate=rate,
            cost=min(MOST_COST, rate.capacity),
            rows=MOST_ROWS,
            usual_rows=COMMON_ROWS,
            depth=MOST_DEPTH,
            fields=MOST_FIELDS,
            fragments=MOST_FRAGMENTS,
            links=MOST_LINKS,
            repeats=MOST_REPEATS,
            mutations=MOST_ACTS,
            tokens=MOST_TOKENS,
            body_bytes=MOST_BODY_BYTES,
        )
