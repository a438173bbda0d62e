"""Whose tokens are taken back: all that were issued to an account until an instant; `infinity` is for ever.

A token proves itself, and each process remembers what it has verified, so each of them follows this table.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ClauseElement,
    Column,
    ColumnElement,
    Interval,
    Select,
    Table,
    Text,
    Uuid,
    bindparam,
    cast,
    delete,
    exists,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP, insert

from db.connection import NOBODY, fetch, fetch_one, seen_by_viewer, transaction
from db.metadata import metadata
from db.pool import Connection, Pool

# A suspension: no token is issued later.
FOR_EVER = datetime.max.replace(tzinfo=UTC)
# Whoever stands at the door knows of all; a row is an account and an instant.
DOORKEEPER = json.dumps({"kind": "DOORKEEPER"})

MOMENT = TIMESTAMP(timezone=True)
revocations = Table(
    "revocations",
    metadata,
    Column("principal", Uuid, primary_key=True),
    Column("issued_until", MOMENT, primary_key=True),
    Column("noted_at", MOMENT, nullable=False, server_default=func.now(), index=True),
)

_all = revocations.alias("revocation")
_within = revocations.alias("recent")
# Of whom something was noted lately, the latest counts, whenever that was noted.
_is_recent = exists().where(
    _within.c.principal == _all.c.principal,
    _within.c.noted_at >= func.statement_timestamp() - bindparam("within", type_=Interval),
)
_principal = bindparam("of_principal", type_=Uuid)


def latest(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Until when whose tokens are taken back, in seconds since 1970: as texts, since JSON has no infinity."""
    until = func.max(func.extract("epoch", _all.c.issued_until))
    rows = select(_all.c.principal, until.label("until")).where(*conditions).group_by(_all.c.principal)
    each = rows.subquery("each")
    return seen_by_viewer(
        select(func.json_object_agg(cast(each.c.principal, Text), cast(each.c.until, Text))).scalar_subquery()
    )


NOTED = latest()
NOTED_LATELY = latest(_is_recent)
ADD: ClauseElement = (
    insert(revocations)
    .values(principal=_principal, issued_until=bindparam("until", type_=MOMENT))
    .on_conflict_do_nothing()
)
RESTORE: ClauseElement = (
    delete(revocations)
    .where(revocations.c.principal == _principal, revocations.c.issued_until == FOR_EVER)
    .returning(revocations.c.principal)
)
REMOVE_OLD: ClauseElement = (
    delete(revocations)
    .where(revocations.c.issued_until < bindparam("before", type_=MOMENT))
    .returning(revocations.c.principal)
)


async def noted(pool: Pool, *, within: timedelta | None = None) -> dict[UUID, float]:
    """Until when whose tokens are taken back: of all, or of whom something was noted within a time."""
    lately = {} if within is None else {"within": within}
    row = await fetch_one(pool, NOTED_LATELY if lately else NOTED, viewer=DOORKEEPER, **lately)
    found: dict[str, str] = json.loads(row[0]) if row and row[0] else {}
    return {UUID(principal): float(until) for principal, until in found.items()}


async def revoke(connection: Connection, principal: UUID, until: datetime) -> None:
    """Take back the tokens that were issued to an account until an instant."""
    await fetch(connection, ADD, of_principal=principal, until=until)


async def restore(pool: Pool, principal: UUID) -> bool:
    """Lift the suspension of an account, as the owner; False where there was none."""
    async with transaction(pool, NOBODY) as connection:
        return bool(await fetch(connection, RESTORE, of_principal=principal))


async def remove_old(pool: Pool, *, before: datetime) -> int:
    """Remove what concerns only tokens issued before an instant, for the jobs; say how many went."""
    async with transaction(pool, NOBODY) as connection:
        return len(await fetch(connection, REMOVE_OLD, before=before))
