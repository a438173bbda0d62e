"""The one way to PostgreSQL: a pool, a compiled statement, a viewer, a transaction.

SQLAlchemy Core builds statements; asyncpg runs them. Nothing outside this file opens a connection for the
portal, names the viewer to PostgreSQL, or commits.
"""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Self, cast

import asyncpg
from sqlalchemy import ClauseElement, ColumnElement, Select, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import asyncpg as dialect

from db.pool import Connection, Pool, Record

if TYPE_CHECKING:
    from sqlalchemy.sql.compiler import SQLCompiler

DIALECT = dialect.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's dialects have no types

# A viewer's statement is bounded by the portal, not by the caller's patience.
STATEMENT_TIMEOUT_MS = 2_500
IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000
# A server that is cut off does not even answer that it timed out: then we hang up ourselves.
ANSWERED_WITHIN_S = 4.0
CONNECTED_WITHIN_S = 5.0

# For whom the jobs act: their rights are their role's.
NOBODY = "{}"


# A statement that took longer than STATEMENT_TIMEOUT_MS.
TOOK_TOO_LONG = asyncpg.QueryCanceledError
# U+0000, and half a character.
UNKEPT = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Statement:
    """A compiled statement: its text, the names of `$1`, `$2`, … in order, and values known beforehand."""

    sql: str
    names: tuple[str, ...]
    constants: Mapping[str, Any]

    @classmethod
    def of(cls, statement: ClauseElement) -> Self:
        """Compile a statement."""
        result = cast("SQLCompiler", statement.compile(dialect=DIALECT))
        return cls(str(result), tuple(result.positiontup or ()), dict(result.params))

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """Put the values in the order of the placeholders."""
        return [values[name] if name in values else self.constants[name] for name in self.names]


@lru_cache(maxsize=512)
def compiled(statement: ClauseElement) -> Statement:
    """Compile a statement once; acts run module constants, so this is a look-up after that."""
    return Statement.of(statement)


def can_be_kept(value: object) -> bool:
    """Whether PostgreSQL takes it: no text with U+0000 or half a character, no number beyond 32 bits."""
    match value:
        case str():
            return UNKEPT.search(value) is None
        case int():
            return -(2**31) <= value < 2**31
    return True


async def fetch(connection: Connection | Pool, statement: ClauseElement, **values: Any) -> list[Record]:  # noqa: ANN401 -- what PostgreSQL takes
    """Run a statement and return its rows."""
    ready = compiled(statement)
    return await connection.fetch(ready.sql, *ready.arguments(values))


async def fetch_one(connection: Connection | Pool, statement: ClauseElement, **values: Any) -> Record | None:  # noqa: ANN401
    """Run a statement and return its first row, or None."""
    rows = await fetch(connection, statement, **values)
    return rows[0] if rows else None


def seen_by_viewer(*answers: ColumnElement[Any]) -> Select[Any]:
    """Ask for the answers as the viewer bound to `viewer` sees them: the only shape that is safe.

    The materialized row sets the viewer; every answer is a scalar sub-select of the target list, so
    PostgreSQL evaluates it after that row is fetched. Nothing else may stand outside the sub-selects: a join,
    a WHERE or a LIMIT out there can run before the viewer is set. An unset viewer sees nothing.
    """
    viewer = select(func.vset(bindparam("viewer", type_=Text))).cte("viewer").prefix_with("MATERIALIZED")
    return select(*answers).select_from(viewer)


VIEWER_FOR_TRANSACTION = select(func.vset_for_transaction(bindparam("viewer", type_=Text)))


@asynccontextmanager
async def transaction(pool: Pool, viewer: str) -> AsyncIterator[Connection]:
    """Open a transaction in which every statement is the viewer's: committed, or rolled back on an exception.

    The viewer is set first, in a statement of its own. No network call may happen inside.
    """
    async with pool.acquire() as connection, connection.transaction():
        try:
            await fetch(connection, VIEWER_FOR_TRANSACTION, viewer=viewer)
            yield connection
        except TimeoutError:
            # Whoever did not answer would not answer to ROLLBACK either; without us there is no COMMIT.
            connection.terminate()
            raise


def manners(name: str) -> dict[str, Any]:
    """How connections behave: they speak UTC, stop runaway statements, give up a server that is cut off."""
    return {
        "timeout": CONNECTED_WITHIN_S,
        "command_timeout": ANSWERED_WITHIN_S,
        "server_settings": {
            "application_name": name,
            "TimeZone": "UTC",
            # Statements are made so that one plan fits every value; planning anew would cost more than
            # running.
            "plan_cache_mode": "force_generic_plan",
            # PostgreSQL knows averages, and an office or an employer may hold a thousand times the average:
            # what an index has in order is read from there, not collected and sorted. Disks no longer turn.
            "random_page_cost": "1.1",
            "statement_timeout": str(STATEMENT_TIMEOUT_MS),
            "idle_in_transaction_session_timeout": str(IDLE_IN_TRANSACTION_TIMEOUT_MS),
        },
    }


def make_pool(dsn: str, *, size: int, name: str) -> Pool:
    """Make a pool whose sessions carry nothing from one borrower to the next; `async with` opens it."""
    return Pool(partial(open_connection, dsn, name=name), size, name)


async def open_pool(dsn: str, *, size: int, name: str) -> Pool:
    """Make a pool and open it."""
    return await make_pool(dsn, size=size, name=name).__aenter__()


async def open_connection(dsn: str, *, name: str) -> Connection:
    """Open a connection of one's own, to the server itself: notifications do not pass a pooler."""
    return await asyncpg.connect(dsn, **manners(name))
