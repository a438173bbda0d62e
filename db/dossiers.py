"""Dossiers: the tables, and every act that changes one. There is no other way to change a dossier."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    Integer,
    Select,
    Table,
    Text,
    Uuid,
    bindparam,
    column,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from db.calendar import overrides
from db.connection import fetch, fetch_one
from db.events import dossier_events, unsequenced_events
from db.metadata import instant, key, metadata, one_of, refers, words
from db.offices import offices
from db.participants import participants
from db.pool import Connection
from db.services import service_time_limits, service_versions
from domain.dossiers import (
    FINAL,
    Act,
    ActNotAllowed,
    Actor,
    Applicant,
    ApplicantRefused,
    DossierCode,
    DossierStatus,
    EventKind,
    ServiceNotOffered,
    status_after,
)
from domain.refusals import NotFound, StepUpRequired, VersionConflict
from domain.services import TimeLimit, TimeUnit, time_limit
from domain.working_calendar import calendar_decided, due_on

LONGEST_REQUEST = 4_000

HAS_DUE_DATE = text("due_on IS NOT NULL")
BY_EMPLOYER = text("employer_id IS NOT NULL")
BY_EMPLOYER_WITH_DUE_DATE = text("employer_id IS NOT NULL AND due_on IS NOT NULL")

dossiers = Table(
    "dossiers",
    metadata,
    key(),
    # What the applicant quotes before there is a code: random, so that it tells nothing and cannot be
    # guessed.
    Column("reference", Text, nullable=False, unique=True),
    # The agency's number, issued at acceptance and never before.
    Column("code", Text, unique=True),
    Column("service_id", ForeignKey("services.id"), nullable=False, index=True),
    Column("service_version_id", ForeignKey("service_versions.id"), nullable=False, index=True),
    refers("participant_id", "participants.id", index=False),
    refers("employer_id", "employers.id", nullable=True, index=False),
    refers("office_id", "offices.id", index=False),
    words("applicant"),
    Column("submitted_by", Uuid, nullable=False, index=True),
    words("request"),
    words("status"),
    Column("version", Integer, nullable=False),
    instant("submitted_at"),
    instant("accepted_at", nullable=True),
    Column("due_on", Date),
    instant("closed_at", nullable=True),
    one_of("status", DossierStatus),
    one_of("applicant", Applicant),
    CheckConstraint("(code IS NULL) = (accepted_at IS NULL)", name="code_from_acceptance"),
    CheckConstraint(
        "status NOT IN ('ACCEPTED', 'IN_PROCESS', 'DECIDED', 'RETURNED') OR code IS NOT NULL",
        name="code_where_accepted",
    ),
    CheckConstraint("status NOT IN ('NEW', 'NOT_ACCEPTED') OR code IS NULL", name="code_after_acceptance"),
    CheckConstraint(
        f"(closed_at IS NOT NULL) = (status IN ({', '.join(repr(str(status)) for status in sorted(FINAL))}))",
        name="closed_where_final",
    ),
    CheckConstraint("(applicant = 'EMPLOYER') = (employer_id IS NOT NULL)", name="employer_where_applicant"),
    CheckConstraint(f"length(request) <= {LONGEST_REQUEST}", name="request_bounded"),
    CheckConstraint("version >= 1", name="version_counts"),
    Index("ix_dossiers_participant_id_id", "participant_id", column("id").desc()),
    # What an office or an employer holds in each order of a list, behind what people narrow a list by:
    # selection/ways.py goes by these. They cost a filing some microseconds each.
    Index("ix_dossiers_office_id_id", "office_id", column("id").desc()),
    Index(None, "office_id", "status", "id"),
    Index(None, "office_id", "service_id", "id"),
    Index(None, "office_id", "employer_id", "id", postgresql_where=BY_EMPLOYER),
    Index(None, "office_id", "due_on", "id", postgresql_where=HAS_DUE_DATE),
    Index(None, "office_id", "status", "due_on", "id", postgresql_where=HAS_DUE_DATE),
    Index(None, "office_id", "service_id", "due_on", "id", postgresql_where=HAS_DUE_DATE),
    Index(None, "office_id", "employer_id", "due_on", "id", postgresql_where=BY_EMPLOYER_WITH_DUE_DATE),
    Index("ix_dossiers_employer_id_id", "employer_id", column("id").desc(), postgresql_where=BY_EMPLOYER),
    Index(None, "employer_id", "status", "id", postgresql_where=BY_EMPLOYER),
    Index(None, "employer_id", "service_id", "id", postgresql_where=BY_EMPLOYER),
    Index(None, "employer_id", "due_on", "id", postgresql_where=BY_EMPLOYER_WITH_DUE_DATE),
    Index(None, "employer_id", "status", "due_on", "id", postgresql_where=BY_EMPLOYER_WITH_DUE_DATE),
    Index(None, "employer_id", "service_id", "due_on", "id", postgresql_where=BY_EMPLOYER_WITH_DUE_DATE),
)

# The serial of the day at an agency: its row is taken last in the transaction that accepts a dossier.
dossier_code_serials = Table(
    "dossier_code_serials",
    metadata,
    Column("office_id", ForeignKey("offices.id"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("last_serial", Integer, nullable=False),
    CheckConstraint("last_serial >= 1", name="serial_counts"),
)

Policy = Callable[[Any, str], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Filing:
    """What somebody files: for whom, of which service, in which capacity, in which words."""

    service_id: str
    participant_id: UUID
    employer_id: UUID | None
    applicant: Applicant
    request: str


@dataclass(frozen=True, slots=True)
class Right:
    """Whether the viewer may do it, as SQL: a policy, and the capacity in which the viewer asks."""

    policy: Policy
    kind: str


@lru_cache
def _filed_for(right: Right) -> Select[Any]:
    return select(participants.c.office_id).where(
        participants.c.id == bindparam("participant_id"), right.policy(participants.c, right.kind)
    )


@lru_cache
def _seen(right: Right) -> Select[Any]:
    return select(dossiers).where(
        dossiers.c.id == bindparam("dossier_id"), right.policy(dossiers.c, right.kind)
    )


@lru_cache
def _locked(right: Right) -> Select[Any]:
    return _seen(right).with_for_update()


_VERSION_TODAY = select(
    service_versions.c.id, service_versions.c.applicants, service_versions.c.minimum_assurance
).where(
    service_versions.c.service_id == bindparam("service_id"),
    service_versions.c.valid_from <= bindparam("today", type_=Date),
    or_(service_versions.c.valid_to.is_(None), service_versions.c.valid_to >= bindparam("today", type_=Date)),
)
_SUBMIT = (
    insert(dossiers)
    .values(
        reference=bindparam("reference"),
        service_id=bindparam("service_id"),
        service_version_id=bindparam("service_version_id"),
        participant_id=bindparam("participant_id"),
        employer_id=bindparam("employer_id"),
        office_id=bindparam("office_id"),
        applicant=bindparam("applicant"),
        submitted_by=bindparam("submitted_by"),
        request=bindparam("request"),
        status=DossierStatus.NEW.value,
        version=1,
        submitted_at=bindparam("now"),
    )
    .returning(dossiers.c.id)
)
_EVENT = insert(dossier_events).values(
    {
        column.name: bindparam(column.name)
        for column in dossier_events.columns
        if column.server_default is None
    }
)
# Inline: it asks for nothing back, since who writes here may not read.
_UNSEQUENCED = (
    insert(unsequenced_events).values(dossier_id=bindparam("dossier_id"), seq=bindparam("seq")).inline()
)
_LIMITS = select(service_time_limits).where(
    service_time_limits.c.service_version_id == bindparam("service_version_id")
)
_AGENCY_CODE = select(offices.c.agency_code).where(offices.c.id == bindparam("office_id"))
_NEXT_SERIAL = (
    upsert(dossier_code_serials)
    .values(office_id=bindparam("office_id"), day=bindparam("day"), last_serial=1)
    .on_conflict_do_update(
        index_elements=[dossier_code_serials.c.office_id, dossier_code_serials.c.day],
        set_={"last_serial": dossier_code_serials.c.last_serial + 1},
    )
    .returning(dossier_code_serials.c.last_serial)
)
_ACCEPT = (
    update(dossiers)
    .where(dossiers.c.id == bindparam("dossier_id"))
    .values(
        status=bindparam("new_status"),
        version=bindparam("new_version"),
        code=bindparam("new_code"),
        accepted_at=bindparam("now"),
        due_on=bindparam("new_due_on"),
    )
)
_CLOSE = (
    update(dossiers)
    .where(dossiers.c.id == bindparam("dossier_id"))
    .values(status=bindparam("new_status"), version=bindparam("new_version"), closed_at=bindparam("now"))
)


async def submit(
    connection: Connection,
    actor: Actor,
    filing: Filing,
    *,
    right: Right,
    assurance: int,
    reference: str,
    now: datetime,
    today: date,
) -> UUID:
    """File a dossier with the office that keeps the person's record; its state is NEW.

    `assurance` is the level of the electronic identity of whoever files.
    Raises: NotFound when the viewer may not file for the person, or in that name; ServiceNotOffered;
    ApplicantRefused; StepUpRequired.
    Source: ND 61/2018 article 16.
    """
    if (filing.applicant is Applicant.EMPLOYER) != (filing.employer_id is not None):
        raise NotFound(path=("employer",))
    person = await fetch_one(
        connection,
        _filed_for(right),
        participant_id=filing.participant_id,
        employer_id=filing.employer_id,
        service_id=filing.service_id,
    )
    if person is None:
        raise NotFound(path=("participant",))
    version = await fetch_one(connection, _VERSION_TODAY, service_id=filing.service_id, today=today)
    if version is None:
        raise ServiceNotOffered(path=("service",), service=filing.service_id)
    if filing.applicant not in version["applicants"]:
        raise ApplicantRefused(
            path=("service",), service=filing.service_id, applicants=", ".join(version["applicants"])
        )
    if assurance < version["minimum_assurance"]:
        raise StepUpRequired(path=("service",), level=version["minimum_assurance"])
    row = await fetch_one(
        connection,
        _SUBMIT,
        reference=reference,
        service_id=filing.service_id,
        service_version_id=version["id"],
        participant_id=filing.participant_id,
        employer_id=filing.employer_id,
        office_id=person["office_id"],
        applicant=filing.applicant.value,
        submitted_by=actor.principal,
        request=filing.request,
        now=now,
    )
    assert row is not None  # noqa: S101 -- an insert returns its row
    dossier_id: UUID = row["id"]
    filed = {
        "id": dossier_id,
        "version": 0,
        "participant_id": filing.participant_id,
        "employer_id": filing.employer_id,
        "office_id": person["office_id"],
    }
    await _append(connection, actor, EventKind.SUBMITTED, filed, DossierStatus.NEW)
    return dossier_id


async def accept(
    connection: Connection,
    actor: Actor,
    dossier_id: UUID,
    *,
    right: Right,
    visible: Right,
    expected_version: int,
    now: datetime,
    today: date,
) -> UUID:
    """Accept a dossier: issue its code, and set the day by which the agency answers.

    Raises: NotFound; ActNotAllowed; VersionConflict; TransitionRefused.
    Source: ND 61/2018 articles 17 and 26; the time limit is that of the service version the dossier was filed
    under.
    """
    dossier = await _lock(
        connection, Act.ACCEPT, dossier_id, right=right, visible=visible, expected_version=expected_version
    )
    status = status_after(Act.ACCEPT, DossierStatus(dossier["status"]))
    limits = {
        row["applies_to"]: TimeLimit(row["days"], TimeUnit(row["unit"]), row["note"])
        for row in await fetch(connection, _LIMITS, service_version_id=dossier["service_version_id"])
    }
    limit = time_limit(limits, Applicant(dossier["applicant"]))
    # Every time limit of the catalogue ends in the year of its beginning or in the next.
    calendar = calendar_decided(today.year, today.year + 1, frozenset((await overrides(connection)).items()))
    await _append(connection, actor, EventKind.ACCEPTED, dossier, status)
    agency = await fetch_one(connection, _AGENCY_CODE, office_id=dossier["office_id"])
    assert agency is not None  # noqa: S101 -- a dossier is held by an office
    # The serial's row is what everybody at the office waits for, so it is taken last and held shortest.
    serial = await fetch_one(connection, _NEXT_SERIAL, office_id=dossier["office_id"], day=today)
    assert serial is not None  # noqa: S101 -- an upsert returns its row
    await fetch(
        connection,
        _ACCEPT,
        dossier_id=dossier_id,
        new_status=status.value,
        new_version=dossier["version"] + 1,
        new_code=str(DossierCode(agency["agency_code"], today, serial["last_serial"])),
        now=now,
        new_due_on=due_on(today, limit, calendar) if limit else None,
    )
    return dossier_id


async def withdraw(
    connection: Connection,
    actor: Actor,
    dossier_id: UUID,
    *,
    right: Right,
    visible: Right,
    expected_version: int,
    reason: str | None,
    now: datetime,
) -> UUID:
    """Withdraw a dossier, on the wish of whoever filed it.

    Raises: NotFound; ActNotAllowed; VersionConflict; TransitionRefused.
    """
    dossier = await _lock(
        connection, Act.WITHDRAW, dossier_id, right=right, visible=visible, expected_version=expected_version
    )
    status = status_after(Act.WITHDRAW, DossierStatus(dossier["status"]))
    await _append(connection, actor, EventKind.WITHDRAWN, dossier, status, reason=reason)
    await fetch(
        connection,
        _CLOSE,
        dossier_id=dossier_id,
        new_status=status.value,
        new_version=dossier["version"] + 1,
        now=now,
    )
    return dossier_id


async def _lock(
    connection: Connection, act: Act, dossier_id: UUID, *, right: Right, visible: Right, expected_version: int
) -> Any:  # noqa: ANN401 -- a row
    """Lock the dossier for an act. Hidden and absent look the same; a dossier one may only see says so."""
    dossier = await fetch_one(connection, _locked(right), dossier_id=dossier_id)
    if dossier is None:
        if await fetch_one(connection, _seen(visible), dossier_id=dossier_id):
            raise ActNotAllowed(path=("dossier",), act=act)
        raise NotFound(path=("dossier",))
    if dossier["version"] != expected_version:
        raise VersionConflict(path=("expectedVersion",), version=dossier["version"])
    return dossier


async def _append(
    connection: Connection,
    actor: Actor,
    kind: EventKind,
    dossier: Any,  # noqa: ANN401 -- a locked row
    status: DossierStatus,
    *,
    reason: str | None = None,
) -> None:
    """Append an event to a locked dossier: its version counts its events, so their numbers have no gap."""
    seq = dossier["version"] + 1
    await fetch(
        connection,
        _EVENT,
        dossier_id=dossier["id"],
        seq=seq,
        kind=kind.value,
        status=status.value,
        actor_kind=actor.kind.value,
        actor=actor.principal,
        mandate_id=actor.mandate_id,
        reason=reason,
        participant_id=dossier["participant_id"],
        employer_id=dossier["employer_id"],
        office_id=dossier["office_id"],
    )
    await fetch(connection, _UNSEQUENCED, dossier_id=dossier["id"], seq=seq)
