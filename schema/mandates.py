"""Acting for others: who may act for whom, in which services, and how that is set up and ended."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry
from sqlalchemy import ColumnElement, Text, case, cast
from strawberry import Info

import db.mandates
from auth import policies, rights
from auth.policies import ME
from auth.scopes import Scope
from auth.viewer import ViewerKind
from db.dossiers import Right
from db.mandates import LONGEST_EVIDENCE, Terms, mandates
from db.pool import Connection
from domain.dossiers import Actor
from domain.mandates import MandateBasis
from domain.names import clean_text
from domain.refusals import NotFound
from schema.access_rights import AccessRight, seen_by
from schema.acts import Act, Moment, Payload, key_of, perform
from schema.context import Context
from schema.enums import described
from schema.offices import Office
from schema.services import ServiceGroup
from selection import Columns, Condition, Node, Order, computed, entity, fetched, link, stored

if TYPE_CHECKING:
    from schema.participants import Participant

described(
    MandateBasis,
    AGENT="Người được ủy quyền: whom the person has appointed (Civil Code 2015 article 138).",
    GUARDIAN="Người giám hộ: the guardian (Civil Code 2015 article 136).",
    HEIR="Người thừa kế: the heir of somebody who has died (Civil Code 2015 article 613).",
    PARENT="Cha, mẹ: a parent, for a child who is not yet 18 (Civil Code 2015 articles 21 and 136).",
)

NEWEST_MANDATE = {"NEWEST": Order(("id",), descending=True)}


def given_to_me(mandate: Columns) -> ColumnElement[Any]:
    """The key of the mandate where it was given to the viewer, who sees it by itself; else NULL."""
    return case((mandate.representative_id == ME, cast(mandate.id, Text)))


@entity(
    mandates,
    visible_to=policies.mandates,
    needs=Scope.MANDATE_READ,
    about="participant_id",
    by_right=rights.held,
)
class Mandate(Node):
    """That one person may act for another (người đại diện): send its `id` as `Ansinh-Acting-For`."""

    basis: MandateBasis = stored("Why the one may act for the other.")
    represented_name: str = stored("The name of who is represented.")
    representative_name: str | None = stored(
        "The name of who represents, from their sign-in; null until they have accepted."
    )
    service_groups: list[ServiceGroup] = stored("In services of which groups.")
    minimum_assurance: int = stored("The least level of assurance, 1 to 3, at which it is acted by.")
    valid_from: date = stored("The first day.")
    valid_to: date | None = stored("The last day, included; null while no end is set.")
    evidence: str = stored("By which papers an officer has recorded it; empty of an agent.")
    given_at: datetime = stored("When it was given or recorded.")
    accepted_at: datetime | None = stored("When the representative accepted it; null until then.")
    revoked_at: datetime | None = stored("When it was revoked; null where it was not.")
    is_in_force: bool = computed(
        "Whether it may be acted by today: accepted, not revoked, today among its days.", policies.stands
    )
    office: Office = link(
        "The office that kept the record of who is represented.",
        lambda mandate, office: office.id == mandate.office_id,
    )
    participant: Annotated["Participant", strawberry.lazy("schema.participants")] | None = link(
        "Who is represented; null where the viewer may not see them, as before acting by the mandate.",
        lambda mandate, participant: participant.id == mandate.participant_id,
    )
    access_right: AccessRight = seen_by(rights.held, given_to_me)


def mandates_about(participant: Columns, mandate: Columns) -> Iterator[Condition]:
    """The mandates by which others act for a person."""
    yield mandate.participant_id == participant.id


def mandates_held(mandate: Columns) -> Iterator[Condition]:
    """The mandates that the viewer has been given."""
    yield mandate.representative_id == ME


def mandates_to_act_by(mandate: Columns) -> Iterator[Condition]:
    """The mandates by which the viewer may act today."""
    yield mandate.representative_id == ME
    yield policies.stands(mandate)


# ------------------------------------------------------------ what one can do ---


@strawberry.input(description="Whom a person appoints to act for them.")
class GiveMandateInput:
    """Whom a person appoints to act for them."""

    idempotency_key: str = strawberry.field(description="Chosen by the client, new for every new wish.")
    representative: strawberry.ID = strawberry.field(
        description="The `Participant` who is to act, by the identifier that they tell; nothing else shows."
    )
    service_groups: list[ServiceGroup] = strawberry.field(description="In services of which groups.")
    minimum_assurance: int = strawberry.field(
        description="The least level of assurance, 1 to 3, at which it is acted by.", default=2
    )
    valid_from: date | None = strawberry.field(description="The first day; today where absent.", default=None)
    valid_to: date | None = strawberry.field(
        description="The last day, included; without an end where absent.", default=None
    )


@strawberry.input(description="Who acts for somebody by law, as an officer records it from papers.")
class RecordMandateInput:
    """Who acts for somebody by law, as an officer records it from papers."""

    idempotency_key: str = strawberry.field(description="Chosen by the client, new for every new wish.")
    basis: MandateBasis = strawberry.field(
        description="Why the one acts for the other: not AGENT, whom a person appoints."
    )
    participant: strawberry.ID = strawberry.field(description="The `Participant` who is represented.")
    representative: strawberry.ID = strawberry.field(description="The `Participant` who acts.")
    service_groups: list[ServiceGroup] = strawberry.field(description="In services of which groups.")
    evidence: str = strawberry.field(
        description=f"By which papers, such as a birth certificate; at most {LONGEST_EVIDENCE:,} characters."
    )
    minimum_assurance: int = strawberry.field(
        description="The least level of assurance, 1 to 3, at which it is acted by.", default=2
    )
    valid_from: date | None = strawberry.field(description="The first day; today where absent.", default=None)
    valid_to: date | None = strawberry.field(
        description="The last day, included; of a parent at the latest the day before the child is 18.",
        default=None,
    )


@strawberry.input(description="Which mandate is accepted or revoked.")
class MandateInput:
    """Which mandate is accepted or revoked."""

    idempotency_key: str = strawberry.field(description="Chosen by the client, new for every new wish.")
    mandate: strawberry.ID = strawberry.field(description="The mandate.")


@strawberry.type(description="What an act on a mandate did.")
class MandatePayload(Payload):
    """What an act on a mandate did."""

    mandate: Mandate | None = fetched("The mandate after the act; null where the agency said no.")


async def give_mandate(
    info: Info[Context, None],
    input: Annotated[GiveMandateInput, strawberry.argument(description="Whom a person appoints.")],  # noqa: A002 -- GraphQL's name
) -> MandatePayload:
    """Appoint somebody to act for oneself. It is in force once they have accepted it."""
    viewer = info.context.viewer

    async def act(connection: Connection, actor: Actor, moment: Moment) -> UUID:
        if viewer.participant_id is None:
            raise NotFound(path=("participant",))
        return await _give(info, connection, actor, moment, input, MandateBasis.AGENT, viewer.participant_id)

    return await _perform(info, Scope.MANDATE_GIVE, input, act)


async def record_mandate(
    info: Info[Context, None],
    input: Annotated[RecordMandateInput, strawberry.argument(description="Who acts for somebody by law.")],  # noqa: A002 -- GraphQL's name
) -> MandatePayload:
    """Record, as an officer of the person's office, who acts for them by law; in force once accepted."""

    async def act(connection: Connection, actor: Actor, moment: Moment) -> UUID:
        evidence = clean_text(input.evidence, LONGEST_EVIDENCE, lines=True, path=("evidence",))
        participant_id = key_of(info, "Participant", input.participant, "participant")
        return await _give(info, connection, actor, moment, input, input.basis, participant_id, evidence)

    return await _perform(info, Scope.MANDATE_RECORD, input, act)


async def accept_mandate(
    info: Info[Context, None],
    input: Annotated[MandateInput, strawberry.argument(description="Which mandate is accepted.")],  # noqa: A002 -- GraphQL's name
) -> MandatePayload:
    """Accept, as the representative, to act for somebody; the mandate takes the name of one's sign-in."""
    viewer = info.context.viewer

    async def act(connection: Connection, _actor: Actor, moment: Moment) -> UUID:
        return await db.mandates.accept(
            connection,
            key_of(info, "Mandate", input.mandate, "mandate"),
            right=Right(policies.may_accept_mandate, viewer.kind),
            name=viewer.name,
            now=moment.now,
            today=moment.today,
        )

    return await _perform(info, Scope.MANDATE_GIVE, input, act)


async def revoke_mandate(
    info: Info[Context, None],
    input: Annotated[MandateInput, strawberry.argument(description="Which mandate is revoked.")],  # noqa: A002 -- GraphQL's name
) -> MandatePayload:
    """Revoke a mandate, as who appointed an agent, the representative or an officer; at once."""
    viewer = info.context.viewer
    is_officer = viewer.kind is ViewerKind.OFFICER

    async def act(connection: Connection, actor: Actor, moment: Moment) -> UUID:
        return await db.mandates.revoke(
            connection,
            actor,
            key_of(info, "Mandate", input.mandate, "mandate"),
            right=Right(policies.may_revoke_mandate, viewer.kind),
            now=moment.now,
        )

    return await _perform(info, Scope.MANDATE_RECORD if is_officer else Scope.MANDATE_GIVE, input, act)


async def _give(
    info: Info[Context, None],
    connection: Connection,
    actor: Actor,
    moment: Moment,
    wish: GiveMandateInput | RecordMandateInput,
    basis: MandateBasis,
    participant_id: UUID,
    evidence: str = "",
) -> UUID:
    return await db.mandates.give(
        connection,
        actor,
        Terms(
            basis=basis,
            service_groups=_values(wish.service_groups),
            minimum_assurance=wish.minimum_assurance,
            valid_from=wish.valid_from or moment.today,
            valid_to=wish.valid_to,
            evidence=evidence,
        ),
        participant_id=participant_id,
        representative_id=key_of(info, "Participant", wish.representative, "representative"),
        right=Right(policies.may_give_mandate_for, info.context.viewer.kind),
        today=moment.today,
    )


def _values(groups: Sequence[ServiceGroup]) -> list[str]:
    return [group.value for group in groups]


async def _perform(info: Info[Context, None], scope: Scope, wish: Any, act: Act) -> MandatePayload:  # noqa: ANN401 -- any input
    done = await perform(info, wish, act, scope, Scope.MANDATE_READ, Scope.PARTICIPANT_READ)
    return MandatePayload.of(done, info.context.language)
