"""What a client has already asked for: one key, one effect."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    LargeBinary,
    Table,
    Text,
    Uuid,
    bindparam,
    delete,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP, insert

from db.connection import NOBODY, fetch, fetch_one, transaction
from db.metadata import instant, metadata, words
from db.pool import Connection, Pool
from domain.refusals import Refusal

LONGEST_KEY = 100
# How many keys one transaction removes, so that none runs into the time limit of a statement.
MOST_REMOVED = 1_000

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("principal", Uuid, primary_key=True),
    Column("operation", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("input_hash", LargeBinary, nullable=False),
    # What came of it: the key of the row that the act made or changed.
    words("outcome", nullable=True),
    instant("claimed_at", default=True),
    CheckConstraint(f"length(key) BETWEEN 1 AND {LONGEST_KEY}", name="key_bounded"),
    Index("ix_idempotency_keys_claimed_at", "claimed_at"),
)


class KeyMismatch(Refusal):
    """This idempotency key was used for another input. A new wish takes a new key."""

    code = "IDEMPOTENCY_KEY_MISMATCH"
    vietnamese = "Khóa idempotency này đã dùng cho nội dung khác. Yêu cầu mới cần khóa mới."


class KeyRefused(Refusal):
    """An idempotency key has between 1 and {most} characters, all of which can be printed."""

    code = "BAD_IDEMPOTENCY_KEY"
    vietnamese = "Khóa idempotency có từ 1 đến {most} ký tự, đều in được."


_CLAIM = (
    insert(idempotency_keys)
    .values(
        principal=bindparam("principal"),
        operation=bindparam("operation"),
        key=bindparam("key"),
        input_hash=bindparam("input_hash"),
    )
    .on_conflict_do_nothing()
    .returning(idempotency_keys.c.key)
)
_THIS = (
    idempotency_keys.c.principal == bindparam("p"),
    idempotency_keys.c.operation == bindparam("o"),
    idempotency_keys.c.key == bindparam("k"),
)
_OUTCOME = select(idempotency_keys.c.input_hash, idempotency_keys.c.outcome).where(*_THIS)
_SETTLE = update(idempotency_keys).where(*_THIS).values(outcome=bindparam("outcome"))
_IDENTITY = tuple_(idempotency_keys.c.principal, idempotency_keys.c.operation, idempotency_keys.c.key)
_OLD = (
    select(idempotency_keys.c.principal, idempotency_keys.c.operation, idempotency_keys.c.key)
    .where(idempotency_keys.c.claimed_at < bindparam("claimed_before", type_=TIMESTAMP(timezone=True)))
    .order_by(idempotency_keys.c.claimed_at)
    .limit(MOST_REMOVED)
)
_REMOVE_OLD = delete(idempotency_keys).where(_IDENTITY.in_(_OLD)).returning(idempotency_keys.c.claimed_at)


async def claim(
    connection: Connection, *, principal: UUID, operation: str, key: str, input_hash: bytes
) -> str | None:
    """Claim a key in the transaction of its act; return what came of it where it was used before.

    A twin that is under way makes this wait until the twin's transaction ends: then either its outcome is
    here, or it was rolled back and the key is ours. A transaction that is rolled back leaves no claim, so a
    refused wish can be mended and sent again under its key.

    Raises: KeyRefused; KeyMismatch when the key was used for another input.
    """
    if not 1 <= len(key) <= LONGEST_KEY or not key.isprintable():
        raise KeyRefused(path=("idempotencyKey",), most=LONGEST_KEY)
    claimed = await fetch_one(
        connection, _CLAIM, principal=principal, operation=operation, key=key, input_hash=input_hash
    )
    if claimed is not None:
        return None
    known = await fetch_one(connection, _OUTCOME, p=principal, o=operation, k=key)
    if known is None or known["input_hash"] != input_hash:
        raise KeyMismatch(path=("idempotencyKey",))
    outcome: str = known["outcome"]
    return outcome


async def settle(connection: Connection, *, principal: UUID, operation: str, key: str, outcome: str) -> None:
    """Keep what came of a claimed key, in the same transaction."""
    await fetch(connection, _SETTLE, p=principal, o=operation, k=key, outcome=outcome)


async def remove_old(pool: Pool, *, claimed_before: datetime) -> int:
    """Remove the oldest of the keys claimed before an instant, for the jobs; say how many went."""
    async with transaction(pool, NOBODY) as connection:
        return len(await fetch(connection, _REMOVE_OLD, claimed_before=claimed_before))
