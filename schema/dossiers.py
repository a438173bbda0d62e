"""Dossiers: what people apply for, and what happened to it."""

import secrets
from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry
from sqlalchemy import and_, any_
from strawberry import Info

import db.dossiers
from auth import policies, rights
from auth.scopes import Scope
from auth.viewer import ViewerKind
from db.dossiers import LONGEST_REQUEST, Filing, Right, dossiers
from db.events import LONGEST_REASON
from db.pool import Connection
from domain.dossiers import Actor, Applicant, DossierStatus
from domain.names import clean_text
from schema.access_rights import AccessRight, seen_by
from schema.acts import Moment, Payload, key_of, perform
from schema.context import Context
from schema.deadlines import DEADLINE_READS, Deadline, deadline_facts, deadline_of
from schema.employers import Employer
from schema.enums import described
from schema.events import EVENT_ORDERS, DossierEvent, events_of
from schema.filers import Filer
from schema.ids import EmployerID, OfficeID, ParticipantID, ServiceID
from schema.offices import Office
from schema.services import Service, ServiceVersion
from selection import (
    Columns,
    Condition,
    Node,
    Order,
    Tells,
    derived,
    either,
    entity,
    fetched,
    link,
    rows,
    stored,
)
from selection import Connection as Page

if TYPE_CHECKING:
    from schema.participants import Participant


class DossierOrder(StrEnum):
    """An order of dossiers."""

    NEWEST = "NEWEST"
    OLDEST = "OLDEST"
    DUE = "DUE"


described(
    DossierOrder,
    NEWEST="The last submitted first; refused with `dueFrom` and `dueTo`.",
    OLDEST="The first submitted first; refused with `dueFrom` and `dueTo`.",
    DUE="Those that have a due date, the nearest first.",
)
DUE_RANGE = ("due_from", "due_to")

DOSSIER_ORDERS = {
    DossierOrder.NEWEST: Order(("id",), descending=True, unsearchable=DUE_RANGE),
    DossierOrder.OLDEST: Order(("id",), unsearchable=DUE_RANGE),
    DossierOrder.DUE: Order(
        ("due_on", "id"), only=lambda dossier: dossier.due_on.is_not(None), tells=("dueOn",)
    ),
}


@entity(
    dossiers,
    visible_to=policies.dossiers,
    needs=Scope.DOSSIER_READ,
    about="participant_id",
    by_right=rights.concerned,
)
class Dossier(Node):
    """An application made to the agency (hồ sơ)."""

    reference: str = stored(
        "What the applicant quotes from submission on: random, so it tells nothing of anyone."
    )
    code: str | None = stored(
        "The agency's number, issued at acceptance (ND 61/2018 article 26); null where never accepted."
    )
    status: DossierStatus = stored("Where it stands.")
    version: int = stored("How often it changed, from 1: send it back with the next act.")
    applicant: Applicant = stored("In which capacity it was filed.")
    request: str = stored("What is asked for, in the applicant's words.")
    submitted_at: datetime = stored("When it was filed.")
    accepted_at: datetime | None = stored("When it was accepted; the clock starts on the day after.")
    due_on: date | None = stored("The day by which the agency answers; null before acceptance.")
    closed_at: datetime | None = stored("When it reached a state from which nothing follows.")
    service: Service = link(
        "The service applied for.", lambda dossier, service: service.id == dossier.service_id
    )
    service_version: ServiceVersion = link(
        "The version of the service that the dossier was filed under, and keeps.",
        lambda dossier, version: version.id == dossier.service_version_id,
    )
    office: Office = link("The office that holds it.", lambda dossier, office: office.id == dossier.office_id)
    participant: Annotated["Participant", strawberry.lazy("schema.participants")] | None = link(
        "Whom it is about; null where the viewer may not see the person.",
        lambda dossier, participant: participant.id == dossier.participant_id,
    )
    employer: Employer | None = link(
        "The employer that filed it; null where a citizen did.",
        lambda dossier, employer: employer.id == dossier.employer_id,
    )
    filed_by: Filer | None = either(
        "Who filed it: the person, or the employer; null where the viewer may not see the person.",
        Employer=lambda dossier, employer: employer.id == dossier.employer_id,
        Participant=lambda dossier, participant: and_(
            dossier.employer_id.is_(None), participant.id == dossier.participant_id
        ),
    )
    deadline: Deadline | None = derived(
        "By when the agency answers, and how that day was counted; null where no clock runs: before"
        " acceptance, and where the law sets no limit.",
        deadline_of,
        facts=deadline_facts,
        reads=DEADLINE_READS,
    )
    events: Page[DossierEvent] = rows("What happened to it, oldest first.", events_of, orders=EVENT_ORDERS)
    access_right: AccessRight = seen_by(rights.concerned)


def dossiers_listed(
    dossier: Columns,
    *,
    status: Annotated[
        list[DossierStatus] | None, strawberry.argument(description="Only those in one of these states.")
    ] = None,
    service: Annotated[
        ServiceID | None, strawberry.argument(description="Only those of this service.")
    ] = None,
    office: Annotated[OfficeID | None, strawberry.argument(description="Only those of this office.")] = None,
    participant: Annotated[
        ParticipantID | None, strawberry.argument(description="Only those about this person.")
    ] = None,
    employer: Annotated[
        EmployerID | None, strawberry.argument(description="Only those that this employer filed.")
    ] = None,
    due_from: Annotated[
        date | None, Tells("dueOn"), strawberry.argument(description="Only those due on this day or later.")
    ] = None,
    due_to: Annotated[
        date | None, Tells("dueOn"), strawberry.argument(description="Only those due on this day or earlier.")
    ] = None,
) -> Iterator[Condition]:
    """The dossiers that the viewer may see."""
    if status is not None:
        yield dossier.status == any_(status)  # type: ignore[arg-type]  # a bind parameter
    if service is not None:
        yield dossier.service_id == service
    if office is not None:
        yield dossier.office_id == office
    if participant is not None:
        yield dossier.participant_id == participant
    if employer is not None:
        yield dossier.employer_id == employer
    if due_from is not None:
        yield dossier.due_on >= due_from
    if due_to is not None:
        yield dossier.due_on <= due_to


def dossiers_of(
    participant: Columns,
    dossier: Columns,
    *,
    status: Annotated[
        list[DossierStatus] | None, strawberry.argument(description="Only those in one of these states.")
    ] = None,
) -> Iterator[Condition]:
    """The dossiers about a person."""
    yield dossier.participant_id == participant.id
    if status is not None:
        yield dossier.status == any_(status)  # type: ignore[arg-type]  # a bind parameter


# ------------------------------------------------------------ what one can do ---

REFERENCE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: none is mistaken for another
REFERENCE_GROUPS = 3
REFERENCE_GROUP_LETTERS = 4


def new_reference() -> str:
    """A random reference, such as 7Q2M-0XKD-91RV: sixty bits, so that none is guessed."""
    return "-".join(
        "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(REFERENCE_GROUP_LETTERS))
        for _ in range(REFERENCE_GROUPS)
    )


@strawberry.input(description="What is filed.")
class SubmitDossierInput:
    """What is filed."""

    idempotency_key: str = strawberry.field(
        description="Chosen by the client, new for every new wish: the same key and input never file twice."
    )
    service: strawberry.ID = strawberry.field(description="The service applied for.")
    participant: strawberry.ID | None = strawberry.field(
        description="Whom it is about; the viewer where absent.", default=None
    )
    employer: strawberry.ID | None = strawberry.field(
        description="The employer that files it; absent where a citizen does.", default=None
    )
    request: str = strawberry.field(
        description=f"What is asked for, in the applicant's words; at most {LONGEST_REQUEST:,} characters.",
        default="",
    )


@strawberry.input(description="Which dossier is accepted.")
class AcceptDossierInput:
    """Which dossier is accepted."""

    idempotency_key: str = strawberry.field(description="Chosen by the client, new for every new wish.")
    dossier: strawberry.ID = strawberry.field(description="The dossier.")
    expected_version: int = strawberry.field(description="The version that the officer saw.")


@strawberry.input(description="Which dossier is withdrawn.")
class WithdrawDossierInput:
    """Which dossier is withdrawn."""

    idempotency_key: str = strawberry.field(description="Chosen by the client, new for every new wish.")
    dossier: strawberry.ID = strawberry.field(description="The dossier.")
    expected_version: int = strawberry.field(description="The version that the applicant saw.")
    reason: str | None = strawberry.field(
        description=f"Why, if the applicant says; at most {LONGEST_REASON:,} characters.", default=None
    )


@strawberry.type(description="What an act on a dossier did.")
class DossierPayload(Payload):
    """What an act on a dossier did."""

    dossier: Dossier | None = fetched("The dossier after the act; null where the agency said no.")


async def submit_dossier(
    info: Info[Context, None],
    input: Annotated[SubmitDossierInput, strawberry.argument(description="What is filed.")],  # noqa: A002 -- GraphQL's name
) -> DossierPayload:
    """File a dossier: its state is NEW, and its random reference is what the applicant quotes."""
    viewer = info.context.viewer

    async def act(connection: Connection, actor: Actor, moment: Moment) -> UUID:
        filing = Filing(
            service_id=key_of(info, "Service", input.service, "service"),
            participant_id=viewer.participant_id
            if input.participant is None and viewer.participant_id
            else key_of(info, "Participant", input.participant or "", "participant"),
            employer_id=key_of(info, "Employer", input.employer, "employer") if input.employer else None,
            applicant=Applicant.EMPLOYER if viewer.kind is ViewerKind.EMPLOYER else Applicant.CITIZEN,
            request=clean_text(input.request, LONGEST_REQUEST, lines=True, path=("request",))
            if input.request
            else "",
        )
        return await db.dossiers.submit(
            connection,
            actor,
            filing,
            right=Right(policies.may_file_for, viewer.kind),
            assurance=viewer.assurance,
            reference=new_reference(),
            now=moment.now,
            today=moment.today,
        )

    return await _perform(info, Scope.DOSSIER_SUBMIT, input, act)


async def accept_dossier(
    info: Info[Context, None],
    input: Annotated[AcceptDossierInput, strawberry.argument(description="Which dossier is accepted.")],  # noqa: A002 -- GraphQL's name
) -> DossierPayload:
    """Accept a dossier that is complete: its code is issued and the clock starts (ND 61/2018 article 17)."""
    viewer = info.context.viewer

    async def act(connection: Connection, actor: Actor, moment: Moment) -> UUID:
        return await db.dossiers.accept(
            connection,
            actor,
            key_of(info, "Dossier", input.dossier, "dossier"),
            right=Right(policies.may_accept, viewer.kind),
            visible=Right(policies.dossiers, viewer.kind),
            expected_version=input.expected_version,
            now=moment.now,
            today=moment.today,
        )

    return await _perform(info, Scope.DOSSIER_ACCEPT, input, act)


async def withdraw_dossier(
    info: Info[Context, None],
    input: Annotated[WithdrawDossierInput, strawberry.argument(description="Which dossier is withdrawn.")],  # noqa: A002 -- GraphQL's name
) -> DossierPayload:
    """Withdraw a dossier, as whoever filed it."""
    viewer = info.context.viewer

    async def act(connection: Connection, actor: Actor, moment: Moment) -> UUID:
        return await db.dossiers.withdraw(
            connection,
            actor,
            key_of(info, "Dossier", input.dossier, "dossier"),
            right=Right(policies.may_withdraw, viewer.kind),
            visible=Right(policies.dossiers, viewer.kind),
            expected_version=input.expected_version,
            reason=clean_text(input.reason, LONGEST_REASON, lines=True, path=("reason",))
            if input.reason
            else None,
            now=moment.now,
        )

    return await _perform(info, Scope.DOSSIER_SUBMIT, input, act)


async def _perform(info: Info[Context, None], scope: Scope, wish: Any, act: Any) -> DossierPayload:  # noqa: ANN401 -- any input, any act
    done = await perform(info, wish, act, scope, Scope.DOSSIER_READ, Scope.PARTICIPANT_READ)
    if done.row_key and not done.replayed:
        info.context.listener.announce(done.row_key)
    return DossierPayload.of(done, info.context.language)
