"""Who looked at whose data: an append-only ledger, and the one writer that keeps it.

Whoever reads somebody else's data waits until the ledger has it. What comes while one INSERT is under way
goes into the next, so many readers share one commit. Where the ledger cannot keep it, the reader gets
nothing.
"""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import accumulate, islice
from operator import attrgetter
from typing import Any, Self
from uuid import UUID

import asyncpg
from sqlalchemy import (
    JSON,
    Column,
    Index,
    Integer,
    Select,
    Table,
    Text,
    Uuid,
    bindparam,
    cast,
    column,
    func,
    insert,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from db.connection import fetch, open_connection, seen_by_viewer
from db.metadata import instant, key, metadata, one_of, words
from db.outages import UNREACHABLE, outlive
from db.pool import Connection
from domain.access_ledger import AccessRightKind

READER_KINDS = ("CITIZEN", "EMPLOYER", "OFFICER", "PARTNER", "REPRESENTATIVE")

# One row for each person whose data an answer showed, and each right by which it did. It outlives what it
# names, and a read locks nobody's record, so it has no foreign key. Nobody updates, deletes or truncates it.
access_ledger = Table(
    "access_ledger",
    metadata,
    key(),
    Column("subject_id", Uuid, nullable=False),
    instant("at", default=True),
    words("reader_kind"),
    Column("principal", Uuid),
    words("reader_name"),
    words("right_kind"),
    Column("office_id", Integer),
    Column("employer_id", Uuid),
    Column("mandate_id", Uuid),
    Column("agreement_id", Uuid),
    words("purpose"),
    words("case_reference"),
    # What was shown, as `Participant.fullName`, sorted.
    Column("fields", ARRAY(Text), nullable=False),
    # The SHA-256 of the document that asked for it, in hexadecimal; empty where none did.
    words("document"),
    # For a lawful cause a row is kept from the person until then.
    instant("withheld_until", nullable=True),
    one_of("reader_kind", READER_KINDS),
    one_of("right_kind", AccessRightKind),
    Index("ix_access_ledger_subject_id_id", "subject_id", text("id DESC")),
)


@dataclass(frozen=True, slots=True)
class Look:
    """That somebody was shown something of a person: a row of the ledger before it is kept."""

    subject_id: UUID
    reader_kind: str
    right_kind: str
    fields: tuple[str, ...]
    principal: UUID | None = None
    reader_name: str = ""
    office_id: int | None = None
    employer_id: UUID | None = None
    mandate_id: UUID | None = None
    agreement_id: UUID | None = None
    purpose: str = ""
    case_reference: str = ""
    document: str = ""
    withheld_until: datetime | None = None


# ------------------------------------------------------------- the writer ---

WRITER = json.dumps({"kind": "LEDGER"})

_columns = [each for each in access_ledger.c if each.name not in {"id", "at"}]
_looks = (
    func.json_to_recordset(cast(bindparam("looks", type_=Text), JSON))
    .table_valued(*(column(each.name, each.type) for each in _columns))
    .render_derived(name="look", with_types=True)
)
_kept = (
    insert(access_ledger)
    .from_select([each.name for each in _columns], select(*(_looks.c[each.name] for each in _columns)))
    # No column is given back, since the writer may see none.
    .returning(literal_column("1").label("one"))
    .cte("kept")
)
KEEP = seen_by_viewer(select(func.count()).select_from(_kept).scalar_subquery())
IS_THERE: Select[Any] = select(literal_column("1"))

# A reader waits for one or two commits; who has waited longer gets no answer, and comes again.
WAITED_AT_MOST_S = 2.0
# An answer has at most as many rows as MOST_COST of selection.costs allows: a few of the largest may wait.
MOST_WAITING = 40_000
# What one INSERT takes: some ten milliseconds of work.
MOST_KEPT_AT_ONCE = 2_000
LOOK_EVERY_S = 0.5


class LedgerAway(TimeoutError):  # noqa: N818 -- it names what happened
    """What was read could not be entered in the ledger in time, so it is not shown."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What one reader was shown, since when it waits to be kept, and whom that tells."""

    looks: Sequence[Look]
    since: float
    kept: asyncio.Future[None]


class Ledger:
    """The writer of the ledger: one connection of its own, one INSERT at a time.

    What a lost connection leaves open is written again, so a row may stand twice; none is missing.
    """

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._queue: deque[Waiting] = deque()
        self._has_waiting = asyncio.Event()
        self._is_healthy = False
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(outlive("Ledger", self._stay), name="ledger")
        return self

    async def __aexit__(self, *_: object) -> None:
        # Whoever still waits is told within the time in which everybody is.
        await asyncio.gather(*(each.kept for each in self._queue), return_exceptions=True)
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])

    @property
    def healthy(self) -> bool:
        """Whether rows are kept now; where not, nobody is shown another's data."""
        return self._is_healthy

    @property
    def waiting(self) -> int:
        """How many rows wait to be kept."""
        return sum(len(each.looks) for each in self._queue)

    @property
    def behind_s(self) -> float:
        """For how long the first of those has waited."""
        return asyncio.get_running_loop().time() - self._queue[0].since if self._queue else 0.0

    async def record(self, looks: Sequence[Look]) -> None:
        """Enter what somebody was shown; it has been committed when this returns.

        Raises: LedgerAway.
        """
        if not looks:
            return
        if self.waiting + len(looks) > MOST_WAITING:
            raise LedgerAway
        loop = asyncio.get_running_loop()
        waiting = Waiting(looks, loop.time(), loop.create_future())
        self._queue.append(waiting)
        self._has_waiting.set()
        try:
            async with asyncio.timeout(WAITED_AT_MOST_S):
                await waiting.kept
        except TimeoutError as late:
            raise LedgerAway from late

    async def _stay(self, resume: Callable[[], None]) -> None:
        """Keep what waits, on one connection for as long as it lasts."""
        connection = await open_connection(self._dsn, name="ansinh ledger")
        try:
            self._is_healthy = True
            resume()
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_EVERY_S):
                        await self._has_waiting.wait()
                await self._keep(connection)
        finally:
            self._is_healthy = False
            connection.terminate()

    async def _keep(self, connection: Connection) -> None:
        """Write the first of what waits; where nothing does, look whether PostgreSQL is still there."""
        taken = self._first()
        if not taken:
            self._has_waiting.clear()
            await fetch(connection, IS_THERE)
            return
        # It stays in the queue meanwhile: the next connection tries again what this one leaves open.
        await self._write(connection, taken)
        for _ in taken:
            self._queue.popleft()

    def _first(self) -> list[Waiting]:
        """What goes into the next INSERT, without those who no longer wait."""
        self._queue = deque(each for each in self._queue if not each.kept.done())
        sizes = accumulate(len(each.looks) for each in self._queue)
        return [each for each, size in zip(self._queue, sizes, strict=True) if size <= MOST_KEPT_AT_ONCE] or [
            *islice(self._queue, 1)
        ]

    async def _write(self, connection: Connection, taken: Sequence[Waiting]) -> None:
        looks = json.dumps([_written(look) for each in taken for look in each.looks], default=str)
        try:
            await fetch(connection, KEEP, viewer=WRITER, looks=looks)
        except UNREACHABLE:
            raise
        except asyncpg.PostgresError as fault:
            # What PostgreSQL does not take is in nobody's way but its own reader's.
            if len(taken) == 1:
                _tell(taken[0], fault)
            else:
                for each in taken:
                    await self._write(connection, [each])
            return
        for each in taken:
            _tell(each)


# A page shows a hundred people: to copy what each look says, as `asdict` does, took longer than all else.
_LOOK = [each.name for each in fields(Look)]
_values_of = attrgetter(*_LOOK)


def _written(look: Look) -> dict[str, Any]:
    return dict(zip(_LOOK, _values_of(look), strict=True))


def _tell(waiting: Waiting, fault: Exception | None = None) -> None:
    if waiting.kept.done():
        return
    if fault:
        waiting.kept.set_exception(fault)
    else:
        waiting.kept.set_result(None)
