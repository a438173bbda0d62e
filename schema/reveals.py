"""Seeing a number in full that is otherwise shown masked: for a purpose, and never unseen."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

import strawberry
from strawberry import Info

import db.reveals
from auth import policies
from auth.scopes import Scope
from auth.viewer import Viewer, ViewerKind
from db.connection import transaction
from db.dossiers import Right
from db.pool import Connection
from db.reveals import LONGEST_CASE
from domain.dossiers import Actor
from domain.names import clean_text
from domain.reveals import RevealPurpose, check_purpose
from schema.acts import Moment, Payload, key_of, perform
from schema.context import Context
from schema.enums import described
from schema.identifiers import Identifier
from selection import fetched

REVEALED = "Identifier.number"
OWN_KINDS = frozenset({ViewerKind.CITIZEN, ViewerKind.REPRESENTATIVE})

described(
    RevealPurpose,
    DOSSIER="An officer works on a dossier, which `caseReference` names.",
    IDENTITY_CHECK="An officer checks who somebody is, in the case that `caseReference` names.",
    OWN_USE="The person, or who represents them, needs their own number.",
)


@strawberry.input(description="Which number is revealed, and for what.")
class RevealIdentifierInput:
    """Which number is revealed, and for what."""

    idempotency_key: str = strawberry.field(description="Chosen by the client, new for every new wish.")
    identifier: strawberry.ID = strawberry.field(description="The number, as it is shown masked.")
    purpose: RevealPurpose = strawberry.field(description="For what; the person can read it in `accessLog`.")
    case_reference: str = strawberry.field(
        description=f"The case, as a dossier's code: at most {LONGEST_CASE} characters. Officers name it.",
        default="",
    )


@strawberry.type(description="A number in full. The ledger has it each time, also where it is replayed.")
class RevealPayload(Payload):
    """A number in full. The ledger has it each time, also where it is replayed."""

    identifier: Identifier | None = fetched("What was revealed; null where the agency said no.")
    number: str | None = strawberry.field(description="It in full; null where the agency said no.")


async def reveal_identifier(
    info: Info[Context, None],
    input: Annotated[RevealIdentifierInput, strawberry.argument(description="Which number is revealed.")],  # noqa: A002 -- GraphQL's name
) -> RevealPayload:
    """Show a number in full. The ledger has it before: who saw whose number, and for what."""
    context = info.context
    viewer = context.viewer
    right = Right(policies.may_reveal, viewer.kind)

    async def act(connection: Connection, actor: Actor, moment: Moment) -> UUID:
        check_purpose(input.purpose, _case(input), is_own=viewer.kind in OWN_KINDS)
        return await db.reveals.note(
            connection,
            actor,
            key_of(info, "Identifier", input.identifier, "identifier"),
            right=right,
            purpose=input.purpose,
            case_reference=_case(input),
            now=moment.now,
        )

    done = await perform(info, input, act, Scope.IDENTIFIER_REVEAL, Scope.IDENTIFIER_READ)
    number = await _number(context, viewer, input, done.row_key, right) if done.row_key else None
    return RevealPayload.of(done, context.language, number=number)


async def _number(
    context: Context, viewer: Viewer, wish: RevealIdentifierInput, identifier_id: UUID, right: Right
) -> str | None:
    """The number, once the ledger has it that it is shown; None where it is no longer for the viewer."""
    async with transaction(context.pool, viewer.binding) as connection:
        revealed = await db.reveals.reveal(connection, context.identifier_keys, identifier_id, right=right)
    if revealed is None:
        return None
    told = replace(viewer, purpose=wish.purpose.value, case_reference=_case(wish))
    await context.ledger.record(told, revealed.participant_id, REVEALED)
    return revealed.number


def _case(wish: RevealIdentifierInput) -> str:
    return (
        clean_text(wish.case_reference, LONGEST_CASE, path=("caseReference",)) if wish.case_reference else ""
    )
