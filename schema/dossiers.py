"""Dossiers: what people apply for, and what happened to it."""

from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import strawberry
from sqlalchemy import any_

from auth import policies
from auth.scopes import Scope
from db.dossiers import dossiers
from domain.dossiers import Applicant, DossierStatus
from schema.employers import Employer, EmployerID
from schema.enums import described
from schema.events import EVENT_ORDERS, DossierEvent, events_of
from schema.offices import Office, OfficeID
from schema.services import Service, ServiceID, ServiceVersion
from selection import Columns, Condition, Connection, Names, Node, Order, entity, link, rows, stored

DossierID = Annotated[strawberry.ID, Names("Dossier")]
AnyParticipantID = Annotated[strawberry.ID, Names("Participant")]


class DossierOrder(StrEnum):
    """An order of dossiers."""

    NEWEST = "NEWEST"
    OLDEST = "OLDEST"
    DUE = "DUE"


described(
    DossierOrder,
    NEWEST="The last submitted first.",
    OLDEST="The first submitted first.",
    DUE="Those that have a due date, the nearest first.",
)

DOSSIER_ORDERS = {
    DossierOrder.NEWEST: Order(("id",), descending=True),
    DossierOrder.OLDEST: Order(("id",)),
    DossierOrder.DUE: Order(("due_on", "id"), only=lambda dossier: dossier.due_on.is_not(None)),
}


@entity(dossiers, visible_to=policies.dossiers, needs=Scope.DOSSIER_READ)
class Dossier(Node):
    """An application made to the agency (hồ sơ)."""

    reference: str = stored("What the applicant quotes from submission on: random, so it tells nothing of anyone.")
    code: str | None = stored(
        "The agency's number, issued at acceptance (ND 61/2018 article 26); null before, or where never accepted."
    )
    status: DossierStatus = stored("Where it stands.")
    version: int = stored("How often it changed, from 1: send it back with the next act.")
    applicant: Applicant = stored("In which capacity it was filed.")
    request: str = stored("What is asked for, in the applicant's words.")
    submitted_at: datetime = stored("When it was filed.")
    accepted_at: datetime | None = stored("When it was accepted; the clock starts on the day after.")
    due_on: date | None = stored("The day by which the agency answers; null before acceptance.")
    closed_at: datetime | None = stored("When it reached a state from which nothing follows.")
    service: Service = link("The service applied for.", lambda dossier, service: service.id == dossier.service_id)
    service_version: ServiceVersion = link(
        "The version of the service that the dossier was filed under, and keeps.",
        lambda dossier, version: version.id == dossier.service_version_id,
    )
    office: Office = link("The office that holds it.", lambda dossier, office: office.id == dossier.office_id)
    participant: Annotated["Participant", strawberry.lazy("schema.participants")] | None = link(  # noqa: F821
        "Whom it is about; null where the viewer may not see the person.",
        lambda dossier, participant: participant.id == dossier.participant_id,
    )
    employer: Employer | None = link(
        "The employer that filed it; null where a citizen did.",
        lambda dossier, employer: employer.id == dossier.employer_id,
    )
    events: Connection[DossierEvent] = rows("What happened to it, oldest first.", events_of, orders=EVENT_ORDERS)


def dossiers_listed(
    dossier: Columns,
    *,
    status: Annotated[
        list[DossierStatus] | None, strawberry.argument(description="Only those in one of these states.")
    ] = None,
    service: Annotated[ServiceID | None, strawberry.argument(description="Only those of this service.")] = None,
    office: Annotated[OfficeID | None, strawberry.argument(description="Only those of this office.")] = None,
    participant: Annotated[
        AnyParticipantID | None, strawberry.argument(description="Only those about this person.")
    ] = None,
    employer: Annotated[
        EmployerID | None, strawberry.argument(description="Only those that this employer filed.")
    ] = None,
    due_from: Annotated[date | None, strawberry.argument(description="Only those due on this day or later.")] = None,
    due_to: Annotated[date | None, strawberry.argument(description="Only those due on this day or earlier.")] = None,
) -> Iterator[Condition]:
    """The dossiers that the viewer may see."""
    if status is not None:
        yield dossier.status == any_(status)
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
        yield dossier.status == any_(status)
