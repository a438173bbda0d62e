"""How a mutation runs: the key, the act and the reading of what it did, in one transaction."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, is_dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Self
from uuid import UUID

import strawberry
from strawberry import Info

from auth.scopes import Scope
from auth.viewer import ViewerKind
from db import idempotency_keys
from db.connection import transaction
from db.pool import Connection
from domain.dossiers import Actor, ActorKind
from domain.refusals import IdentifierRefused, NotSignedIn, Refusals
from domain.refusals import Refusal as Refused
from domain.working_calendar import date_in_vietnam
from schema.context import Context
from schema.refusals import Refusal
from selection.faults import BadIdentifier, ScopeMissing, StepUpRequired

ACTORS = {
    ViewerKind.CITIZEN: ActorKind.CITIZEN,
    ViewerKind.EMPLOYER: ActorKind.EMPLOYER,
    ViewerKind.OFFICER: ActorKind.OFFICER,
    ViewerKind.REPRESENTATIVE: ActorKind.REPRESENTATIVE,
}


@dataclass(frozen=True, slots=True)
class Done:
    """What a mutation did: the rows that its payload shows and the row it acted on, or why it did nothing."""

    rows: Mapping[str, Any]
    replayed: bool
    refusals: tuple[Refused, ...] = ()
    row_key: UUID | None = None


@strawberry.type(description="What an act did.")
class Payload:
    """What an act did; each noun adds the row that it acted on."""

    rows: strawberry.Private[Mapping[str, Any]]
    errors: list[Refusal] = strawberry.field(description="Why the agency said no; empty where it was done.")
    replayed: bool = strawberry.field(
        description="Whether this key had been used before, so that nothing was done again."
    )

    @classmethod
    def of(cls, done: Done, language: str, **more: object) -> Self:
        """Show what was done, in the reader's language; `more` is what a noun shows beside its row."""
        return cls(
            rows=done.rows,
            errors=[Refusal.of(refused, language) for refused in done.refusals],
            replayed=done.replayed,
            **more,
        )


@dataclass(frozen=True, slots=True)
class Moment:
    """When something is done: the instant, in UTC, and the date in Vietnam."""

    now: datetime
    today: date


Act = Callable[[Connection, Actor, Moment], Awaitable[UUID]]


async def perform(
    info: Info[Context, None],
    wish: Any,  # noqa: ANN401 -- any input
    act: Act,
    *scopes: Scope,
) -> Done:
    """Do an act once for a key, however often it is asked for, and read what it did in the same transaction.

    `scopes` are that of the act, and those to read what it touches: PostgreSQL tells of a row only those who
    may read it, whoever wrote it. It has been committed when this returns. A refusal rolls everything back,
    the key's claim too.

    Raises: ScopeMissing, StepUpRequired.
    """
    context = info.context
    viewer = context.viewer
    try:
        if viewer.principal is None:
            raise NotSignedIn
        if viewer.kind not in ACTORS:
            raise ScopeMissing(scope=scopes[0])
        for scope in scopes:
            if scope in viewer.withheld:
                raise StepUpRequired(level=viewer.withheld[scope])
            if scope not in viewer.scopes:
                raise ScopeMissing(scope=scope)
        actor = Actor(ACTORS[viewer.kind], viewer.principal, viewer.mandate_id)
        now = context.clock()
        claim: Mapping[str, Any] = {
            "principal": viewer.principal,
            "operation": info.field_name,
            "key": wish.idempotency_key,
        }
        async with transaction(context.pool, viewer.binding) as connection:
            outcome = await idempotency_keys.claim(
                connection, **claim, input_hash=_hash(wish, viewer.mandate_id)
            )
            replayed = outcome is not None
            if outcome is None:
                outcome = str(await act(connection, actor, Moment(now, date_in_vietnam(now))))
                await idempotency_keys.settle(connection, **claim, outcome=outcome)
            row_key = UUID(outcome)
            brought = await context.translator.bring(connection, info._raw_info, viewer, row_key)  # noqa: SLF001 -- strawberry's way to graphql-core's
    except Refused as refused:
        return Done({}, replayed=False, refusals=(refused,))
    except Refusals as several:
        return Done({}, replayed=False, refusals=several.refusals)
    # The ledger has a connection of its own, and no act waits for it. Who is refused here asks again with the
    # same key, and is shown what was done.
    await brought.tell()
    return Done(brought.rows, replayed, row_key=row_key)


def key_of(info: Info[Context, None], noun: str, identifier: str, argument: str) -> Any:  # noqa: ANN401 -- the key's own type
    """The key inside a global identifier of one type.

    Raises: IdentifierRefused.
    """
    try:
        return info.context.translator.key(noun, identifier)
    except BadIdentifier as fault:
        raise IdentifierRefused(path=(argument,), type=noun) from fault


def _hash(wish: object, mandate_id: UUID | None) -> bytes:
    # The same words for oneself and for somebody else are two wishes.
    said = {**vars(wish), "mandate_id": mandate_id} if mandate_id else wish
    return sha256(json.dumps(said, sort_keys=True, default=_written).encode()).digest()


def _written(value: object) -> object:
    # An input of the schema by its fields. To copy one of ten thousand lines takes longer than to hash it.
    return vars(value) if is_dataclass(value) else str(value)
