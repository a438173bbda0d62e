"""Who worked for whom, from when to when, and what employers say of that."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    Index,
    LargeBinary,
    Select,
    SmallInteger,
    Table,
    Text,
    Uuid,
    bindparam,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy import column as named
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from db.accounts import Holder, charge, hold
from db.connection import fetch_one
from db.contributions import add_lines
from db.dossiers import Right
from db.identifiers import SealedIdentifier
from db.metadata import key, metadata, refers, words
from db.notices import tell
from db.pool import Connection
from domain.dossiers import Actor
from domain.employments import FIRST_BIRTH, FIRST_DAY, EmploymentOver, EmploymentOverlaps, check_day
from domain.identifiers import IdentityNotConfirmed
from domain.months import month_of
from domain.names import folded, sort_key
from domain.notices import NoticeKind
from domain.refusals import DayRefused, NotFound

employments = Table(
    "employments",
    metadata,
    key(),
    refers("participant_id", "participants.id", index=False),
    refers("employer_id", "employers.id", index=False),
    # The employer's office, here so that the row's policy needs no other protected table.
    refers("office_id", "offices.id"),
    words("position"),
    Column("started_on", Date, nullable=False),
    Column("ended_on", Date),
    CheckConstraint("ended_on >= started_on", name="period_ordered"),
    # Nobody is employed twice by one employer on one day. It is said in texts, lest PostgreSQL looks for
    # employments here: GiST finds a person's two hundred times slower than the indexes below, and does not
    # know it. The number before the texts is for its own way.
    ExcludeConstraint(
        (text("uuid_hash_extended(participant_id, 0)"), "="),
        (text("(participant_id::text)"), "="),
        (text("(employer_id::text)"), "="),
        (text("daterange(started_on, ended_on, '[]')"), "&&"),
        using="gist",
        name="ex_employments_no_overlap",
    ),
    Index("ix_employments_participant_id_id", "participant_id", "id"),
    Index("ix_employments_employer_id_participant_id", "employer_id", "participant_id"),
)


# ---------------------------------------------------------------- the acts ---


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as an identity card describes them, with their personal number, sealed."""

    full_name: str
    birth_date: date
    sex: str
    number: SealedIdentifier


@dataclass(frozen=True, slots=True)
class Job:
    """As what somebody is employed, and from which day on."""

    position: str
    started_on: date


_hired = (
    func.hire(
        bindparam("employer_id", type_=Uuid),
        bindparam("position", type_=Text),
        bindparam("started_on", type_=Date),
        bindparam("number", type_=LargeBinary),
        bindparam("sealed", type_=LargeBinary),
        bindparam("sealed_by", type_=SmallInteger),
        bindparam("masked", type_=Text),
        bindparam("full_name", type_=Text),
        bindparam("folded_name", type_=Text),
        bindparam("sort_name", type_=Text),
        bindparam("birth_date", type_=Date),
        bindparam("sex", type_=Text),
    )
    .table_valued(named("participant_id"), named("employment_id"), named("is_new"), name="hired")
    .render_derived()
)
_HIRE = select(_hired.c.participant_id, _hired.c.employment_id, _hired.c.is_new)


@lru_cache
def _worked_here(right: Right) -> Select[Any]:
    return (
        select(employments.c.id)
        .where(
            employments.c.participant_id == bindparam("participant_id"),
            employments.c.employer_id == bindparam("employer_id"),
            right.policy(employments.c, right.kind),
        )
        .limit(1)
    )


@lru_cache
def _found(right: Right) -> Select[Any]:
    return select(employments).where(
        employments.c.id == bindparam("employment_id"), right.policy(employments.c, right.kind)
    )


_START = (
    insert(employments)
    .values(
        {
            name: bindparam(name)
            for name in ("participant_id", "employer_id", "office_id", "position", "started_on")
        }
    )
    .returning(employments.c.id)
)
_END = (
    update(employments)
    .where(employments.c.id == bindparam("employment_id"), employments.c.ended_on.is_(None))
    .values(ended_on=bindparam("last_day", type_=Date))
    .returning(employments.c.id)
)


async def register(
    connection: Connection, employer_id: UUID, person: Person, job: Job, *, right: Right, today: date
) -> UUID:
    """Employ somebody whom the agency may not know: find them by all that is said of them, or register them.

    A number of somebody else is refused as one that cannot be right, so nothing is told of them.
    Raises: NotFound; DayRefused; IdentityNotConfirmed; EmploymentOverlaps.
    Source: Law 41/2024 article 28.
    """
    await hold(connection, employer_id, right)
    if person.birth_date > today:
        raise DayRefused(path=("birthDate",), first=FIRST_BIRTH, last=today)
    check_day(job.started_on, first=max(FIRST_DAY, person.birth_date), today=today, argument="startedOn")
    try:
        hired = await fetch_one(
            connection,
            _HIRE,
            employer_id=employer_id,
            position=job.position,
            started_on=job.started_on,
            number=person.number.blind_index,
            sealed=person.number.ciphertext,
            sealed_by=person.number.key_version,
            masked=person.number.masked,
            full_name=person.full_name,
            folded_name=folded(person.full_name),
            sort_name=sort_key(person.full_name),
            birth_date=person.birth_date,
            sex=person.sex,
        )
    except asyncpg.ExclusionViolationError as overlap:
        raise EmploymentOverlaps(path=("startedOn",)) from overlap
    if hired is None:
        raise IdentityNotConfirmed(path=("personalNumber",))
    kinds = (NoticeKind.REGISTERED, NoticeKind.EMPLOYMENT_STARTED)
    for kind in kinds if hired["is_new"] else kinds[1:]:
        await tell(
            connection,
            kind,
            participant_id=hired["participant_id"],
            employer_id=employer_id,
            from_month=month_of(job.started_on).first_day,
        )
    employment_id: UUID = hired["employment_id"]
    return employment_id


async def start(
    connection: Connection,
    employer_id: UUID,
    participant_id: UUID,
    job: Job,
    *,
    right: Right,
    known: Right,
    today: date,
) -> UUID:
    """Employ somebody again who worked for the employer before, and tell them.

    Raises: NotFound where they did not; DayRefused; EmploymentOverlaps.
    """
    holder = await hold(connection, employer_id, right)
    before = await fetch_one(
        connection, _worked_here(known), participant_id=participant_id, employer_id=employer_id
    )
    if before is None:
        raise NotFound(path=("participant",))
    check_day(job.started_on, first=FIRST_DAY, today=today, argument="startedOn")
    try:
        row = await fetch_one(
            connection,
            _START,
            participant_id=participant_id,
            employer_id=employer_id,
            office_id=holder.office_id,
            position=job.position,
            started_on=job.started_on,
        )
    except asyncpg.ExclusionViolationError as overlap:
        raise EmploymentOverlaps(path=("startedOn",)) from overlap
    assert row is not None  # noqa: S101 -- an insert returns its row
    await tell(
        connection,
        NoticeKind.EMPLOYMENT_STARTED,
        participant_id=participant_id,
        employer_id=employer_id,
        from_month=month_of(job.started_on).first_day,
    )
    employment_id: UUID = row["id"]
    return employment_id


async def end(
    connection: Connection,
    actor: Actor,
    employment_id: UUID,
    ended_on: date,
    *,
    right: Right,
    acting: Right,
    today: date,
) -> UUID:
    """End an employment, and tell the person: from the month after nothing is due.

    Raises: NotFound; EmploymentOver; DayRefused.
    """
    employment = await fetch_one(connection, _found(right), employment_id=employment_id)
    if employment is None:
        raise NotFound(path=("employment",))
    holder: Holder = await hold(connection, employment["employer_id"], acting)
    check_day(ended_on, first=employment["started_on"], today=today, argument="endedOn")
    if await fetch_one(connection, _END, employment_id=employment_id, last_day=ended_on) is None:
        # Read again: it may have ended while this waited.
        over = await fetch_one(connection, _found(right), employment_id=employment_id)
        raise EmploymentOver(path=("employment",), ended_on=over and over["ended_on"])
    after = month_of(ended_on).plus(1)
    await add_lines(connection, actor, holder.employer_id, after, [(employment["participant_id"], 0, None)])
    await charge(connection, actor, holder, after)
    await tell(
        connection,
        NoticeKind.EMPLOYMENT_ENDED,
        participant_id=employment["participant_id"],
        employer_id=holder.employer_id,
        from_month=after.first_day,
    )
    return employment_id
