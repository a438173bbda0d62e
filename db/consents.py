"""Consents: to what a person has said yes, in which words, and until when. None is ever deleted."""

from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    Select,
    Table,
    Text,
    Update,
    Uuid,
    bindparam,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP

from db.connection import fetch, fetch_one
from db.dossiers import Right
from db.metadata import instant, key, metadata, one_of, refers, words
from db.participants import participants
from db.pool import Connection
from domain.consents import ConsentPurpose, ConsentWords
from domain.dossiers import Actor
from domain.refusals import NotFound

# Sets our locks apart from those of others: the name in PostgreSQL's 64 bits.
CONSENTS = int.from_bytes(b"consent")

consents = Table(
    "consents",
    metadata,
    key(),
    refers("participant_id", "participants.id", index=False),
    # The office that kept the person's record when it was given.
    refers("office_id", "offices.id"),
    words("purpose"),
    # What the person has read, in both languages: it proves to what they agreed, whatever is asked later.
    words("text_version"),
    words("text_vi"),
    words("text_en"),
    instant("given_at"),
    Column("given_by", Uuid, nullable=False),
    # By which mandate a parent or guardian did, for whom they have in their care.
    refers("given_by_mandate_id", "mandates.id", nullable=True),
    instant("withdrawn_at", nullable=True),
    Column("withdrawn_by", Uuid),
    refers("withdrawn_by_mandate_id", "mandates.id", nullable=True),
    one_of("purpose", ConsentPurpose),
    CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn_by_somebody"),
    CheckConstraint(
        "withdrawn_by_mandate_id IS NULL OR withdrawn_at IS NOT NULL", name="mandate_of_withdrawal"
    ),
    CheckConstraint("withdrawn_at >= given_at", name="period_ordered"),
    Index("ix_consents_participant_id_id", "participant_id", "id"),
    Index(
        "uq_consents_standing",
        "participant_id",
        "purpose",
        unique=True,
        postgresql_where=text("withdrawn_at IS NULL"),
    ),
)


# ---------------------------------------------------------------- the acts ---


@lru_cache
def _given_for(right: Right) -> Select[Any]:
    return select(participants.c.office_id).where(
        participants.c.id == bindparam("participant_id"), right.policy(participants.c, right.kind)
    )


@lru_cache
def _seen(right: Right) -> Select[Any]:
    return select(consents.c.id).where(
        consents.c.id == bindparam("consent_id"), right.policy(consents.c, right.kind)
    )


@lru_cache
def _withdrawal(right: Right) -> Update:
    return (
        update(consents)
        .where(
            consents.c.id == bindparam("consent_id"),
            consents.c.withdrawn_at.is_(None),
            right.policy(consents.c, right.kind),
        )
        .values(
            # Another process's clock may have been ahead when it was given.
            withdrawn_at=func.greatest(bindparam("now", type_=TIMESTAMP(timezone=True)), consents.c.given_at),
            withdrawn_by=bindparam("by"),
            withdrawn_by_mandate_id=bindparam("by_mandate", type_=Uuid),
        )
    )


# One consent of a person at a time, so that the second finds the first.
_ONE_AT_A_TIME = select(
    func.pg_advisory_xact_lock(func.hashtextextended(bindparam("person", type_=Text), CONSENTS))
)
_STANDING = (
    select(consents.c.id, consents.c.text_version)
    .where(
        consents.c.participant_id == bindparam("participant_id"),
        consents.c.purpose == bindparam("purpose"),
        consents.c.withdrawn_at.is_(None),
    )
    .with_for_update()
)
_GIVE = (
    insert(consents)
    .values(
        {
            name: bindparam(name)
            for name in (
                "participant_id",
                "office_id",
                "purpose",
                "text_version",
                "text_vi",
                "text_en",
                "given_at",
                "given_by",
                "given_by_mandate_id",
            )
        }
    )
    .returning(consents.c.id)
)


async def give(
    connection: Connection,
    actor: Actor,
    purpose: ConsentPurpose,
    read: ConsentWords,
    *,
    participant_id: UUID,
    right: Right,
    withdrawing: Right,
    now: datetime,
) -> UUID:
    """Give a consent in the words that were read; the same again changes nothing, other words replace it.

    Raises: NotFound where it is not the viewer's to give.
    Source: Law 91/2025/QH15 article 9.
    """
    person = await fetch_one(connection, _given_for(right), participant_id=participant_id)
    if person is None:
        raise NotFound(path=("participant",))
    await fetch(connection, _ONE_AT_A_TIME, person=str(participant_id))
    standing = await fetch_one(connection, _STANDING, participant_id=participant_id, purpose=purpose.value)
    if standing is not None:
        if standing["text_version"] == read.version:
            standing_id: UUID = standing["id"]
            return standing_id
        await withdraw(connection, actor, standing["id"], right=withdrawing, now=now)
    row = await fetch_one(
        connection,
        _GIVE,
        participant_id=participant_id,
        office_id=person["office_id"],
        purpose=purpose.value,
        text_version=read.version,
        text_vi=read.vietnamese,
        text_en=read.english,
        given_at=now,
        given_by=actor.principal,
        given_by_mandate_id=actor.mandate_id,
    )
    assert row is not None  # noqa: S101 -- an insert returns its row
    consent_id: UUID = row["id"]
    return consent_id


async def withdraw(
    connection: Connection, actor: Actor, consent_id: UUID, *, right: Right, now: datetime
) -> UUID:
    """Withdraw a consent, from now on; what was done by it before stays. Again, it changes nothing.

    Raises: NotFound where it is not the viewer's.
    Source: Law 91/2025/QH15 article 10.
    """
    if await fetch_one(connection, _seen(right), consent_id=consent_id) is None:
        raise NotFound(path=("consent",))
    await fetch(
        connection,
        _withdrawal(right),
        consent_id=consent_id,
        now=now,
        by=actor.principal,
        by_mandate=actor.mandate_id,
    )
    return consent_id
