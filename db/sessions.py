"""Who is signed in with a browser: one row a browser, found by the hash of the secret in its cookie.

A copy of the table opens nobody's session: the secret itself is in the browser only.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import (
    CheckConstraint,
    Column,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP

from db import idempotency_keys, revocations
from db.connection import fetch, fetch_one, seen_by_viewer, transaction
from db.metadata import instant, key, metadata, one_of, refers, words
from db.pool import Connection, Pool
from domain.refusals import NotFound

SESSION_KINDS = ("CITIZEN", "EMPLOYER", "OFFICER", "PARTNER")

sessions = Table(
    "sessions",
    metadata,
    key(),
    Column("id_hash", LargeBinary, nullable=False, unique=True),
    Column("principal", Uuid, nullable=False, index=True),
    words("issuer"),
    words("subject"),
    # What the issuer calls its own session (`sid`): by that name it ends it everywhere.
    Column("issuer_session", Text, index=True),
    words("kind"),
    refers("participant_id", "participants.id", nullable=True),
    words("name"),
    words("scopes"),
    Column("assurance", SmallInteger, nullable=False),
    # The family only, so that people recognise their own sessions; no address, no version.
    words("browser"),
    instant("created_at"),
    instant("last_seen_at"),
    Column("expires_at", TIMESTAMP(timezone=True), nullable=False, index=True),
    one_of("kind", SESSION_KINDS),
    CheckConstraint("length(id_hash) = 32", name="id_hash_sha256"),
    CheckConstraint("expires_at > created_at", name="ends_after_it_began"),
)

_seen = sessions.alias("session")
_now = bindparam("now", type_=TIMESTAMP(timezone=True))
_idle_since = bindparam("idle_since", type_=TIMESTAMP(timezone=True))
_is_live = (_seen.c.expires_at > _now) & (_seen.c.last_seen_at > _idle_since)
_shown = (
    _seen.c.id,
    _seen.c.principal,
    _seen.c.kind,
    _seen.c.participant_id,
    _seen.c.name,
    _seen.c.scopes,
    _seen.c.assurance,
    _seen.c.issuer_session,
    _seen.c.last_seen_at,
    _seen.c.expires_at,
)
_found = (
    select(*_shown)
    .where(_seen.c.id_hash == bindparam("id_hash", type_=LargeBinary), _is_live)
    .subquery("found")
)
FOUND = seen_by_viewer(select(func.row_to_json(_found.table_valued())).scalar_subquery())
IS_LIVE = seen_by_viewer(
    select(func.count()).where(_seen.c.id == bindparam("id", type_=Uuid), _is_live).scalar_subquery()
)
ADD = insert(sessions).values(
    {column.name: bindparam(column.name) for column in sessions.c if column.name != "id"}
)
SEE = (
    update(sessions)
    .where(sessions.c.id_hash == bindparam("of_hash", type_=LargeBinary), sessions.c.last_seen_at < _now)
    .values(last_seen_at=_now)
)
END = delete(sessions).where(sessions.c.id_hash == bindparam("id_hash", type_=LargeBinary))
END_ONE = (
    delete(sessions)
    .where(
        sessions.c.id == bindparam("session_id", type_=Uuid),
        sessions.c.principal == bindparam("principal", type_=Uuid),
        sessions.c.expires_at > func.statement_timestamp(),
    )
    .returning(sessions.c.id)
)
END_OTHERS = delete(sessions).where(
    sessions.c.principal == bindparam("of_principal", type_=Uuid),
    or_(
        sessions.c.kind != bindparam("now_kind", type_=Text),
        sessions.c.participant_id.is_distinct_from(bindparam("now_participant", type_=Uuid)),
    ),
)
_of_principal = bindparam("principal", type_=Uuid)
_of_issuer_session = bindparam("issuer_session", type_=Text)
END_AT_ISSUER = (
    delete(sessions)
    .where(
        sessions.c.issuer == bindparam("issuer", type_=Text),
        or_(_of_principal.is_(None), sessions.c.principal == _of_principal),
        or_(_of_issuer_session.is_(None), sessions.c.issuer_session == _of_issuer_session),
    )
    .returning(sessions.c.id_hash)
)
END_ALL = (
    delete(sessions)
    .where(sessions.c.principal == bindparam("principal", type_=Uuid))
    .returning(sessions.c.id_hash)
)
REMOVE_ENDED = (
    delete(sessions)
    .where(or_(sessions.c.expires_at <= _now, sessions.c.last_seen_at <= _idle_since))
    .returning(sessions.c.id)
)


def holder(id_hash: bytes, principal: UUID | None = None) -> str:
    """The viewer who holds the secret with this hash: what row-level security lets see that one row."""
    return json.dumps({"session": id_hash.hex()} | ({"principal": str(principal)} if principal else {}))


async def add_session(pool: Pool, row: Mapping[str, Any]) -> None:
    """Keep a new session; `row` names every column but the key.

    Those that the account began in another capacity, or as another person, end: a role that was taken from
    somebody does not live on in the other browser.
    """
    async with transaction(pool, holder(row["id_hash"], row["principal"])) as connection:
        await fetch(
            connection,
            END_OTHERS,
            of_principal=row["principal"],
            now_kind=row["kind"],
            now_participant=row["participant_id"],
        )
        await fetch(connection, ADD, **row)


async def find_session(
    pool: Pool, id_hash: bytes, *, now: datetime, idle_since: datetime
) -> dict[str, Any] | None:
    """Find the session with this hash, unless it has ended or nobody was seen in it since `idle_since`."""
    row = await fetch_one(
        pool, FOUND, viewer=holder(id_hash), id_hash=id_hash, now=now, idle_since=idle_since
    )
    return json.loads(row[0]) if row and row[0] else None


async def is_live(pool: Pool, session_id: UUID, viewer: str, *, now: datetime, idle_since: datetime) -> bool:
    """Whether this session of the viewer's own still stands; asking does not prolong it."""
    row = await fetch_one(pool, IS_LIVE, viewer=viewer, id=session_id, now=now, idle_since=idle_since)
    return bool(row and row[0])


async def see(pool: Pool, id_hash: bytes, *, now: datetime) -> None:
    """Note that somebody was seen in the session."""
    async with transaction(pool, holder(id_hash)) as connection:
        await fetch(connection, SEE, of_hash=id_hash, now=now)


async def end_session(pool: Pool, id_hash: bytes) -> None:
    """End the session with this hash, if there is one."""
    async with transaction(pool, holder(id_hash)) as connection:
        await fetch(connection, END, id_hash=id_hash)


async def end_one(connection: Connection, session_id: UUID, principal: UUID) -> UUID:
    """End one session of an account, from whichever browser; its key is given back.

    Raises: NotFound where the account has no such session, or has it no more.
    """
    ended = await fetch_one(connection, END_ONE, session_id=session_id, principal=principal)
    if ended is None:
        raise NotFound(path=("session",))
    return session_id


async def end_sessions_of(pool: Pool, principal: UUID, viewer: str) -> list[bytes]:
    """End every session of the viewer's own account; the hashes of those that stood are given back."""
    async with transaction(pool, viewer) as connection:
        return [row[0] for row in await fetch(connection, END_ALL, principal=principal)]


async def end_at_issuer(
    pool: Pool, *, issuer: str, principal: UUID | None, issuer_session: str | None, notice: str, at: datetime
) -> list[bytes]:
    """End what an issuer has ended: an account's sessions, those of one of the issuer's, or what is both.

    A token does not say in which session it was issued, so of an account all go that it was given until then.
    The hashes of those that stood are given back. A `notice`, of at most 100 characters, is heeded once.
    """
    teller = principal or uuid5(NAMESPACE_URL, f"{issuer}#session#{issuer_session}")
    viewer = {"principal": str(teller), "issuer": issuer, "issuer_session": issuer_session or ""}
    wish = sha256(notice.encode()).digest()
    async with transaction(pool, json.dumps(viewer)) as connection:
        claim: dict[str, Any] = {"principal": teller, "operation": "back-channel logout", "key": notice}
        if await idempotency_keys.claim(connection, **claim, input_hash=wish) is not None:
            return []
        ended = await fetch(
            connection, END_AT_ISSUER, issuer=issuer, principal=principal, issuer_session=issuer_session
        )
        if principal:
            await revocations.revoke(connection, principal, at)
        await idempotency_keys.settle(connection, **claim, outcome=str(len(ended)))
        return [row[0] for row in ended]


async def remove_ended(pool: Pool, *, now: datetime, idle_since: datetime) -> int:
    """Remove what can no longer be used, for the jobs; the number removed is given back."""
    async with transaction(pool, "{}") as connection:
        return len(await fetch(connection, REMOVE_ENDED, now=now, idle_since=idle_since))


async def suspend(pool: Pool, principal: UUID) -> None:
    """Take back every token of an account for ever, and end its sessions; as the owner."""
    async with transaction(pool, "{}") as connection:
        await revocations.revoke(connection, principal, revocations.FOR_EVER)
        await fetch(connection, END_ALL, principal=principal)
