"""What happened to dossiers: an append-only log, and the one order of everything in it."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Self
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from db.connection import NOBODY, fetch, open_connection, seen_by_viewer, transaction
from db.metadata import instant, metadata, one_of, refers, words
from db.outages import outlive
from db.pool import Connection, Pool
from domain.dossiers import ActorKind, DossierStatus, EventKind

LONGEST_REASON = 4_000

# What happened, in order, for ever. Nobody may update or delete a row. An event carries its dossier's owner
# and office, so that its policy needs no look at the dossier.
dossier_events = Table(
    "dossier_events",
    metadata,
    Column("dossier_id", ForeignKey("dossiers.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    words("kind"),
    words("status"),
    instant("at", default=True),
    words("actor_kind"),
    Column("actor", Uuid),
    # By which mandate a representative acted; whom they represented is the participant.
    refers("mandate_id", "mandates.id", nullable=True),
    words("reason", nullable=True),
    refers("participant_id", "participants.id"),
    refers("employer_id", "employers.id", nullable=True),
    refers("office_id", "offices.id"),
    one_of("kind", EventKind),
    one_of("status", DossierStatus),
    one_of("actor_kind", ActorKind),
    CheckConstraint("seq >= 1", name="seq_counts"),
    CheckConstraint(
        "(mandate_id IS NOT NULL) = (actor_kind = 'REPRESENTATIVE')", name="mandate_of_representative"
    ),
    CheckConstraint(f"length(reason) <= {LONGEST_REASON}", name="reason_bounded"),
)

# Events that committed and have no position yet: written with the event, emptied by the sequencer.
unsequenced_events = Table(
    "unsequenced_events",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("dossier_id", Uuid, nullable=False),
    Column("seq", Integer, nullable=False),
    ForeignKeyConstraint(["dossier_id", "seq"], ["dossier_events.dossier_id", "dossier_events.seq"]),
    Index("ix_unsequenced_events_dossier_id_seq", "dossier_id", "seq"),
)

# The place of every event in the one order of all: dense, given by the sequencer to committed rows as it
# first sees them.
event_positions = Table(
    "event_positions",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("dossier_id", Uuid, nullable=False),
    Column("seq", Integer, nullable=False),
    ForeignKeyConstraint(["dossier_id", "seq"], ["dossier_events.dossier_id", "dossier_events.seq"]),
    Index("uq_event_positions_dossier_id_seq", "dossier_id", "seq", unique=True),
)

# -------------------------------------------------------------- the order ---

# One sequencer at a time: the name of its lock, in PostgreSQL's 64 bits.
SEQUENCER_LOCK = int.from_bytes(b"sequence")
# How many events one transaction places: a few milliseconds.
MOST_PLACED = 500

IS_ANY_WAITING = select(exists(select(unsequenced_events.c.id)))
TRY_TO_BE_SEQUENCER = select(func.pg_try_advisory_xact_lock(SEQUENCER_LOCK))

_first = select(unsequenced_events.c.id).order_by(unsequenced_events.c.id).limit(MOST_PLACED)
_taken = (
    delete(unsequenced_events)
    .where(unsequenced_events.c.id.in_(_first))
    .returning(unsequenced_events.c.id, unsequenced_events.c.dossier_id, unsequenced_events.c.seq)
    .cte("taken")
)
# Positions are never removed, so the highest one is the last one given.
_last = select(func.coalesce(func.max(event_positions.c.position), 0)).scalar_subquery()
_placed = (
    insert(event_positions)
    .from_select(
        ["position", "dossier_id", "seq"],
        select(_last + func.row_number().over(order_by=_taken.c.id), _taken.c.dossier_id, _taken.c.seq),
    )
    .returning(event_positions.c.position)
    .cte("placed")
)
PLACE = select(func.count()).select_from(_placed)


async def sequence(pool: Pool) -> int:
    """Give the events that waited longest their positions, in a transaction of its own, and say how many.

    That is 0 where none waits, or another process is at it. An event is placed after its transaction has
    committed and never before, so whoever has read up to a position has missed nothing before it, however
    late somebody else commits.
    """
    # Most of the time nothing waits, and one look is a fifth of a transaction.
    if not (await fetch(pool, IS_ANY_WAITING))[0][0]:
        return 0
    async with transaction(pool, NOBODY) as connection:
        # In a statement of its own: the next one then sees all that the last sequencer committed.
        if not (await fetch(connection, TRY_TO_BE_SEQUENCER))[0][0]:
            return 0
        return int((await fetch(connection, PLACE))[0][0])


# ----------------------------------------------------------- the listener ---

CHANNEL = "dossier_events"
LOOK_EVERY_S = 0.2
MOST_SEEN_AT_ONCE = 1_000
# Past this many, announcements wait for nobody: the next look at the positions finds the events.
MOST_UNTOLD = 10_000

LISTENER = json.dumps({"kind": "LISTENER"})

TELL = select(func.pg_notify(CHANNEL, func.unnest(bindparam("dossiers", type_=ARRAY(Text)))))
LAST_POSITION = seen_by_viewer(_last)
_fresh = (
    select(event_positions)
    .where(event_positions.c.position > bindparam("seen", type_=BigInteger))
    .order_by(event_positions.c.position)
    .limit(MOST_SEEN_AT_ONCE)
    .subquery("fresh")
)
FRESH = seen_by_viewer(
    select(
        func.json_agg(func.json_build_array(_fresh.c.position, _fresh.c.dossier_id, _fresh.c.seq))
    ).scalar_subquery()
)


class Changes:
    """What one watcher has to know of one dossier: whether it is time to look again. It holds no events."""

    __slots__ = ("_after", "_stirred")

    def __init__(self) -> None:
        self._stirred = asyncio.Event()
        self._after = 0

    async def wait(self, after: int) -> None:
        """Wait until the dossier may have an event beyond the seq `after`, perhaps not at all.

        It may be woken for nothing, so look. Bound it with `asyncio.timeout`: nothing is lost by that.
        """
        self._after = after
        await self._stirred.wait()
        self._stirred.clear()

    def stir(self, seq: int | None = None) -> None:
        """Wake the watcher, unless it has seen this seq already."""
        if seq is None or seq > self._after:
            self._stirred.set()


class Listener:
    """What a process hears of committed events: one connection of its own, and who watches which dossier.

    A wake-up carries no event: whoever is woken reads the log as its own viewer. A notification is the quick
    way, the positions are the sure one: what a notification missed is found at the next look, and whoever
    watched through a lost connection is woken when there is one again.
    """

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._watchers: dict[UUID, set[Changes]] = {}
        self._untold: set[UUID] = set()
        self._has_untold = asyncio.Event()
        self._seen = 0
        self._is_healthy = False
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(outlive("Listener", self._stay), name="listener")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])

    @property
    def healthy(self) -> bool:
        """Whether events are heard now; where not, watchers are woken as soon as they are again."""
        return self._is_healthy

    @property
    def untold(self) -> int:
        """How many dossiers were announced here and not yet to the other processes."""
        return len(self._untold)

    @contextmanager
    def watch(self, dossier_id: UUID) -> Iterator[Changes]:
        """Watch a dossier. Begin before you read it: what commits after that wakes you."""
        changes = Changes()
        self._watchers.setdefault(dossier_id, set()).add(changes)
        try:
            yield changes
        finally:
            watchers = self._watchers[dossier_id]
            watchers.remove(changes)
            if not watchers:
                del self._watchers[dossier_id]

    def announce(self, dossier_id: UUID) -> None:
        """Let every process know of a new event of the dossier. Call it after the commit; it never waits."""
        self._stir(dossier_id)
        if len(self._untold) < MOST_UNTOLD:
            self._untold.add(dossier_id)
            self._has_untold.set()

    async def _stay(self, resume: Callable[[], None]) -> None:
        """Hear, look and tell on one connection, for as long as it lasts."""
        connection = await open_connection(self._dsn, name="ansinh listener")
        try:
            await connection.add_listener(CHANNEL, self._hear)
            # First listening, then the last position, then waking: nothing falls between them.
            self._seen = (await fetch(connection, LAST_POSITION, viewer=LISTENER))[0][0]
            for dossier_id in self._watchers:
                self._stir(dossier_id)
            self._is_healthy = True
            resume()
            await self._hear_look_and_tell(connection)
        finally:
            self._is_healthy = False
            connection.terminate()

    async def _hear_look_and_tell(self, connection: Connection) -> None:
        clock = asyncio.get_running_loop().time
        look_at = clock() + LOOK_EVERY_S
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(look_at):
                    await self._has_untold.wait()
            if self._untold:
                await self._tell(connection)
            if clock() >= look_at:
                # The look is the heartbeat too: a connection that is cut off gives no answer in time.
                look_at = clock() + (0 if await self._look(connection) else LOOK_EVERY_S)

    async def _tell(self, connection: Connection) -> None:
        """Notify everybody of what was announced; each dossier once, however often it was."""
        self._has_untold.clear()
        telling, self._untold = self._untold, set()
        try:
            await fetch(connection, TELL, dossiers=[str(dossier_id) for dossier_id in telling])
        except BaseException:
            self._untold |= telling
            raise

    def _hear(self, connection: Any, pid: int, _channel: str, payload: object) -> None:  # noqa: ANN401 -- asyncpg's signature
        # Its own watchers were woken when this process announced it.
        if pid != connection.get_server_pid():
            with suppress(ValueError):
                self._stir(UUID(str(payload)))

    async def _look(self, connection: Connection) -> bool:
        """Wake whoever has not seen what got a position since the last look; whether there may be more."""
        answer = (await fetch(connection, FRESH, viewer=LISTENER, seen=self._seen))[0][0]
        fresh = json.loads(answer or "[]")
        for position, dossier_id, seq in fresh:
            self._stir(UUID(dossier_id), seq)
            self._seen = position
        return len(fresh) == MOST_SEEN_AT_ONCE

    def _stir(self, dossier_id: UUID, seq: int | None = None) -> None:
        for changes in self._watchers.get(dossier_id, ()):
            changes.stir(seq)
