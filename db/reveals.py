"""That a number was revealed: who saw it, whose it is, for what. Rows are added, never changed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

from sqlalchemy import Column, Index, Select, Table, Text, Uuid, bindparam, func, insert, select
from sqlalchemy.dialects.postgresql import TIMESTAMP

from db.connection import fetch, fetch_one
from db.dossiers import Right
from db.identifiers import IdentifierKeys, identifiers
from db.metadata import instant, key, metadata, one_of, refers, words
from db.pool import Connection
from domain.dossiers import Actor
from domain.identifiers import IdentifierKind
from domain.refusals import NotFound
from domain.reveals import MOST_AN_HOUR, RevealLimit, RevealPurpose

LONGEST_CASE = 100
HOUR = timedelta(hours=1)
# Sets our locks apart from those of others: the name in PostgreSQL's 64 bits.
REVEALS = int.from_bytes(b"reveals")

reveals = Table(
    "reveals",
    metadata,
    key(),
    refers("identifier_id", "identifiers.id"),
    Column("principal", Uuid, nullable=False),
    words("purpose"),
    words("case_reference"),
    instant("at"),
    one_of("purpose", RevealPurpose),
    Index("ix_reveals_principal_at", "principal", "at"),
)


@dataclass(frozen=True, slots=True)
class Revealed:
    """A number in full, and whose it is."""

    number: str
    participant_id: UUID


@lru_cache
def _sealed(right: Right) -> Select[tuple[object, ...]]:
    return select(identifiers.c.participant_id, identifiers.c.kind, identifiers.c.ciphertext).where(
        identifiers.c.id == bindparam("identifier_id", type_=Uuid),
        right.policy(identifiers.c, right.kind),
    )


# One reveal of an account at a time, so that each counts those before it.
_ONE_AT_A_TIME = select(
    func.pg_advisory_xact_lock(func.hashtextextended(bindparam("account", type_=Text), REVEALS))
)
_LAST_HOUR = select(func.count()).where(
    reveals.c.principal == bindparam("principal", type_=Uuid),
    reveals.c.at > bindparam("since", type_=TIMESTAMP(timezone=True)),
)
_ADD = (
    insert(reveals)
    .values(
        {name: bindparam(name) for name in ("identifier_id", "principal", "purpose", "case_reference", "at")}
    )
    .returning(reveals.c.id)
)


async def note(
    connection: Connection,
    actor: Actor,
    identifier_id: UUID,
    *,
    right: Right,
    purpose: RevealPurpose,
    case_reference: str,
    now: datetime,
) -> UUID:
    """Note that a number is about to be revealed; the identifier's key is given back.

    Raises: NotFound where it is not for the viewer to see in full; RevealLimit.
    """
    if await fetch_one(connection, _sealed(right), identifier_id=identifier_id) is None:
        raise NotFound(path=("identifier",))
    await fetch(connection, _ONE_AT_A_TIME, account=str(actor.principal))
    seen = await fetch_one(connection, _LAST_HOUR, principal=actor.principal, since=now - HOUR)
    if seen and seen[0] >= MOST_AN_HOUR:
        raise RevealLimit(most=MOST_AN_HOUR)
    await fetch_one(
        connection,
        _ADD,
        identifier_id=identifier_id,
        principal=actor.principal,
        purpose=purpose.value,
        case_reference=case_reference,
        at=now,
    )
    return identifier_id


async def reveal(
    connection: Connection, keys: IdentifierKeys, identifier_id: UUID, *, right: Right
) -> Revealed | None:
    """Read a number in full; None where it is no longer for the viewer."""
    row = await fetch_one(connection, _sealed(right), identifier_id=identifier_id)
    if row is None:
        return None
    return Revealed(keys.reveal(IdentifierKind(row["kind"]), row["ciphertext"]), row["participant_id"])
