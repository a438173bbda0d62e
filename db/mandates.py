"""Mandates: that one person acts for another. They end and are revoked; none is ever deleted.

Both walls ask at every statement whether the mandate by which somebody acts is in force. A mandate consults
no other protected table, since the policies of those consult it: it keeps the names and the office itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    Index,
    Select,
    SmallInteger,
    Table,
    Text,
    Uuid,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP

from db.connection import fetch, fetch_one, seen_by_viewer
from db.dossiers import Right
from db.metadata import instant, key, metadata, one_of, refers, words
from db.participants import participants
from db.pool import Connection, Pool
from db.services import SERVICE_GROUPS
from domain.dossiers import Actor
from domain.mandates import (
    RECORDED,
    MandateBasis,
    MandateBasisRefused,
    MandateGroupsMissing,
    MandateLevelRefused,
    MandateOver,
    MandateToOneself,
    check_period,
    last_day,
)
from domain.refusals import NotFound

LONGEST_EVIDENCE = 1_000
LEAST_LEVEL, MOST_LEVEL = 1, 3

mandates = Table(
    "mandates",
    metadata,
    key(),
    # Who is represented, and who acts: no foreign key, since whoever appoints somebody must not learn whether
    # there is such a person. Their name comes with their acceptance, from their sign-in.
    refers("participant_id", "participants.id", index=False),
    words("represented_name"),
    Column("representative_id", Uuid, nullable=False),
    words("representative_name", nullable=True),
    # The office that kept the record of who is represented.
    refers("office_id", "offices.id", index=False),
    words("basis"),
    Column("service_groups", ARRAY(Text), nullable=False),
    Column("minimum_assurance", SmallInteger, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    words("evidence"),
    Column("given_by", Uuid, nullable=False),
    words("given_kind"),
    instant("given_at", default=True),
    instant("accepted_at", nullable=True),
    instant("revoked_at", nullable=True),
    Column("revoked_by", Uuid),
    one_of("basis", MandateBasis),
    one_of("given_kind", ("CITIZEN", "OFFICER")),
    CheckConstraint("participant_id <> representative_id", name="between_two"),
    CheckConstraint(
        f"service_groups <@ ARRAY[{', '.join(repr(group) for group in SERVICE_GROUPS)}]"
        " AND cardinality(service_groups) > 0",
        name="service_groups_known",
    ),
    CheckConstraint("minimum_assurance BETWEEN 1 AND 3", name="minimum_assurance_of_three"),
    CheckConstraint("valid_to >= valid_from", name="period_ordered"),
    CheckConstraint("(accepted_at IS NULL) = (representative_name IS NULL)", name="named_by_acceptance"),
    CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked_by_somebody"),
    CheckConstraint(f"length(evidence) <= {LONGEST_EVIDENCE}", name="evidence_bounded"),
    Index("ix_mandates_participant_id_id", "participant_id", "id"),
    Index("ix_mandates_representative_id_id", "representative_id", "id"),
    Index("ix_mandates_office_id_id", "office_id", "id"),
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a mandate says: for which groups of services, from which level of assurance on, for how long."""

    basis: MandateBasis
    service_groups: Sequence[str]
    minimum_assurance: int
    valid_from: date
    valid_to: date | None
    evidence: str = ""


# ------------------------------------------------------------- at the door ---

_mine = mandates.alias("mandate")
_TODAY = bindparam("today", type_=Date)
_found = (
    select(
        func.json_build_object("participant_id", _mine.c.participant_id, "level", _mine.c.minimum_assurance)
    )
    .where(
        _mine.c.id == bindparam("mandate_id", type_=Uuid),
        _mine.c.representative_id == bindparam("representative_id", type_=Uuid),
        _mine.c.accepted_at.is_not(None),
        _mine.c.revoked_at.is_(None),
        _mine.c.valid_from <= _TODAY,
        func.coalesce(_mine.c.valid_to, _TODAY) >= _TODAY,
    )
    .scalar_subquery()
)
FOUND = seen_by_viewer(_found)


async def find_mandate(
    pool: Pool, viewer: str, mandate_id: UUID, representative_id: UUID, *, today: date
) -> Any | None:  # noqa: ANN401 -- JSON's text
    """Find a mandate in force that a person has: whom it is for, and the least assurance it takes."""
    row = await fetch_one(
        pool, FOUND, viewer=viewer, mandate_id=mandate_id, representative_id=representative_id, today=today
    )
    return row[0] if row else None


# ---------------------------------------------------------------- the acts ---


@lru_cache
def _represented(right: Right) -> Select[Any]:
    return select(
        participants.c.full_name, participants.c.office_id, participants.c.birth_date, participants.c.died_on
    ).where(participants.c.id == bindparam("participant_id"), right.policy(participants.c, right.kind))


@lru_cache
def _locked(right: Right) -> Select[Any]:
    return (
        select(mandates)
        .where(mandates.c.id == bindparam("mandate_id"), right.policy(mandates.c, right.kind))
        .with_for_update()
    )


_ADD = (
    insert(mandates)
    .values(
        {
            name: bindparam(name)
            for name in (
                "participant_id",
                "represented_name",
                "representative_id",
                "office_id",
                "basis",
                "service_groups",
                "minimum_assurance",
                "valid_from",
                "valid_to",
                "evidence",
                "given_by",
                "given_kind",
            )
        }
    )
    .returning(mandates.c.id)
)
_ACCEPT = (
    update(mandates)
    .where(mandates.c.id == bindparam("mandate_id"))
    .values(
        accepted_at=bindparam("now", type_=TIMESTAMP(timezone=True)), representative_name=bindparam("name")
    )
)
_REVOKE = (
    update(mandates)
    .where(mandates.c.id == bindparam("mandate_id"))
    .values(revoked_at=bindparam("now", type_=TIMESTAMP(timezone=True)), revoked_by=bindparam("by"))
)


async def give(
    connection: Connection,
    actor: Actor,
    terms: Terms,
    *,
    participant_id: UUID,
    representative_id: UUID,
    right: Right,
    today: date,
) -> UUID:
    """Give or record a mandate; it is in force once the representative has accepted it.

    Whether there is such a representative is not told: nobody else can accept it.
    Raises: NotFound where the viewer may not set it up for this person; MandateToOneself;
    MandateGroupsMissing; MandateLevelRefused; MandatePeriodRefused; MandateBasisRefused; NotMinor;
    NotDeceased.
    Source: Civil Code 2015 articles 136, 138.
    """
    person = await fetch_one(connection, _represented(right), participant_id=participant_id)
    if person is None:
        raise NotFound(path=("participant",))
    if participant_id == representative_id:
        raise MandateToOneself(path=("representative",))
    if not terms.service_groups:
        raise MandateGroupsMissing(path=("serviceGroups",))
    if not LEAST_LEVEL <= terms.minimum_assurance <= MOST_LEVEL:
        raise MandateLevelRefused(path=("minimumAssurance",), least=LEAST_LEVEL, most=MOST_LEVEL)
    check_period(terms.valid_from, terms.valid_to, today=today)
    is_recorded = actor.kind != "CITIZEN"
    if (terms.basis in RECORDED) != is_recorded:
        raise MandateBasisRefused(path=("basis",), basis=terms.basis)
    valid_to = (
        last_day(terms.basis, person["birth_date"], person["died_on"], terms.valid_to, today=today)
        if is_recorded
        else terms.valid_to
    )
    row = await fetch_one(
        connection,
        _ADD,
        participant_id=participant_id,
        represented_name=person["full_name"],
        representative_id=representative_id,
        office_id=person["office_id"],
        basis=terms.basis.value,
        service_groups=sorted(set(terms.service_groups)),
        minimum_assurance=terms.minimum_assurance,
        valid_from=terms.valid_from,
        valid_to=valid_to,
        evidence=terms.evidence,
        given_by=actor.principal,
        given_kind=actor.kind.value,
    )
    assert row is not None  # noqa: S101 -- an insert returns its row
    mandate_id: UUID = row["id"]
    return mandate_id


async def accept(
    connection: Connection, mandate_id: UUID, *, right: Right, name: str, now: datetime, today: date
) -> UUID:
    """Accept a mandate, as the representative, under one's own name; to accept it again changes nothing.

    Raises: NotFound; MandateOver.
    """
    mandate = await _lock(connection, mandate_id, right)
    if mandate["revoked_at"] or (mandate["valid_to"] and mandate["valid_to"] < today):
        raise MandateOver(path=("mandate",))
    if mandate["accepted_at"] is None:
        await fetch(connection, _ACCEPT, mandate_id=mandate_id, name=name, now=now)
    return mandate_id


async def revoke(
    connection: Connection, actor: Actor, mandate_id: UUID, *, right: Right, now: datetime
) -> UUID:
    """Revoke a mandate; the next statement knows. To revoke it again changes nothing.

    Raises: NotFound where it is not the viewer's to revoke.
    Source: Civil Code 2015 article 140.
    """
    mandate = await _lock(connection, mandate_id, right)
    if mandate["revoked_at"] is None:
        await fetch(connection, _REVOKE, mandate_id=mandate_id, by=actor.principal, now=now)
    return mandate_id


async def _lock(connection: Connection, mandate_id: UUID, right: Right) -> Any:  # noqa: ANN401 -- a row
    mandate = await fetch_one(connection, _locked(right), mandate_id=mandate_id)
    if mandate is None:
        raise NotFound(path=("mandate",))
    return mandate
