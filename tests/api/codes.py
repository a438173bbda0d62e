"""The page of codes, as the classes say them: `python -m tests.api.codes > docs/codes.md` writes it."""

import sys
from collections.abc import Sequence

from api import command
from api.authentication import STATUS
from api.faults import RequestFault
from db.server import CannotStart
from domain.refusals import Refusal
from selection.faults import DocumentRefused, OperationFault

Kind = type[OperationFault] | type[Refusal]

# What is said elsewhere is said to whoever types a command, or shown on a page.
OVER_HTTP = ("api.authentication", "auth.agreements", "auth.mandates", "auth.proofs", "auth.tokens")
TYPED = ("api.agreeing", "api.explanations", "api.registering", "api.suspending", "selection.registrations")

PAGE = """\
# Codes

Whatever is not answered says why: `message` for a person, in Vietnamese or English as `Accept-Language`
prefers, `extensions.code` for a program. A code keeps its meaning; a sentence may be put better. This page is
written by `python -m tests.api.codes` and compared by a test.

What the agency refuses is data, not an error: the `errors` of a mutation's payload, whose codes are the enum
`RefusalCode` of [schema.graphql](../schema.graphql).

## A request

It is refused as a whole, with this status.

| code | status | tiếng Việt | English |
|---|---|---|---|
{requests}

## A document

Nothing of it is executed. The status is 400, or 200 where the answer is `application/json`.

| code | tiếng Việt | English |
|---|---|---|
{documents}

## A field

It is null, and `path` says where; the rest is answered.

| code | tiếng Việt | English |
|---|---|---|
{fields}
"""


def kinds(root: Kind) -> list[Kind]:
    """A class, and all below it that the portal has."""
    assert command
    below = [kind for child in root.__subclasses__() for kind in kinds(child)]
    return [root, *(kind for kind in below if not kind.__module__.startswith("tests."))]


def said() -> list[Kind]:
    """Every kind of no; that we cannot start is read on a terminal, and has no code of its own."""
    return [
        kind
        for root in (OperationFault, Refusal)
        for kind in kinds(root)
        if not kind.__subclasses__() and not issubclass(kind, CannotStart)
    ]


def page() -> str:
    """The page."""
    told = [
        kind
        for kind in said()
        if kind.__module__ in OVER_HTTP or (issubclass(kind, OperationFault) and kind.__module__ not in TYPED)
    ]
    whole = [kind for kind in told if issubclass(kind, RequestFault | Refusal)]
    documents = [kind for kind in told if issubclass(kind, DocumentRefused)]
    fields = [kind for kind in told if kind not in whole and kind not in documents]
    return PAGE.format(requests=rows(whole, with_status=True), documents=rows(documents), fields=rows(fields))


def rows(kinds: Sequence[Kind], *, with_status: bool = False) -> str:
    """A line for each kind, in the order of their codes."""
    return "\n".join(
        f"| `{kind.code}` | {f'{status_of(kind)} | ' if with_status else ''}{kind.vietnamese} |"
        f" {' '.join((kind.__doc__ or '').split())} |"
        for kind in sorted(kinds, key=lambda kind: (kind.code, kind.__name__))
    )


def status_of(kind: Kind) -> int:
    """With which status a request is refused."""
    return STATUS.get(kind, 401) if issubclass(kind, Refusal) else getattr(kind, "status", 500)


if __name__ == "__main__":
    sys.stdout.write(page())
