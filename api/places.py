"""Places: how many requests are worked on at once, so that a flood is turned away early and drowns nobody.

Whoever finds no place waits for one, in a queue of their own. The queues are served in turn, and nobody may
have every place: however many requests one principal sends, the next one of another is the next but few.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Hashable
from dataclasses import dataclass, field

from api.faults import RequestFault

# A crowd of a moment waits, and is answered. Of a flood the last to come are told at once to come back.
MOST_WAITING_OF_EACH = 300
MOST_WAITING = 1_000
WAITED_AT_MOST_S = 5.0
# Whoever's queue stands still for so long waits for nothing, and is told so; unless it is others who have the
# places, and leave them. It is looked at so often meanwhile: by the looks, not by the clock, for while we
# ourselves were busy nothing could move.
STALLED_AFTER_S = 0.4
STALLED_AFTER_LOOKS = 4


class Overloaded(RequestFault):
    """Too many requests are under way just now. Try again in a moment, and send fewer at once."""

    code = "OVERLOADED"
    vietnamese = (
        "Hiện có quá nhiều yêu cầu đang được xử lý. Vui lòng thử lại sau giây lát,"
        " và gửi ít yêu cầu hơn cùng một lúc."
    )
    status = 503


@dataclass
class Queue:
    """Who waits for a place of one principal's, each since when; and how often it was seen to stand still."""

    turns: deque[tuple[asyncio.Future[None], float]] = field(default_factory=deque)
    stood_still: int = 0


class Places:
    """So many places, and at most so many of them for each."""

    def __init__(self, most: int, of_each: int) -> None:
        self.most, self.of_each = most, of_each
        self.taken = 0
        self.waiting = 0
        self._taken_by: dict[Hashable, int] = {}
        self._queues: OrderedDict[Hashable, Queue] = OrderedDict()
        self._looking: asyncio.TimerHandle | None = None
        self._has_moved = False

    async def take(self, payer: Hashable) -> None:
        """Take a place, which is to be left again; wait for one, if need be.

        Raises: Overloaded.
        """
        mine = self._taken_by.get(payer, 0)
        # Where somebody waits who could have it, none is free.
        if self.taken < self.most and mine < self.of_each:
            self.taken += 1
            self._taken_by[payer] = mine + 1
            return
        await self._wait(payer)

    def leave(self, payer: Hashable) -> None:
        """Leave a place to whoever is next."""
        self._has_moved = True
        self.taken -= 1
        mine = self._taken_by[payer] - 1
        if mine:
            self._taken_by[payer] = mine
        else:
            del self._taken_by[payer]
        if self._queues:
            self._call_next()

    async def _wait(self, payer: Hashable) -> None:
        loop = asyncio.get_running_loop()
        queue = self._queues.get(payer) or Queue()
        if len(queue.turns) >= MOST_WAITING_OF_EACH or self.waiting >= MOST_WAITING:
            raise Overloaded
        self._queues.setdefault(payer, queue)
        turn: asyncio.Future[None] = loop.create_future()
        queue.turns.append((turn, loop.time()))
        self.waiting += 1
        if self._looking is None:
            self._looking = loop.call_later(STALLED_AFTER_S / STALLED_AFTER_LOOKS, self._look)
        try:
            await turn
        except asyncio.CancelledError:
            # The place may have come in the moment in which we went.
            if turn.done() and not turn.cancelled() and not turn.exception():
                self.leave(payer)
            raise

    def _call_next(self) -> None:
        """Give a place that has become free to the first in the first queue whose owner may have one more."""
        for payer, queue in self._queues.items():
            self._skip_gone(queue)
            mine = self._taken_by.get(payer, 0)
            if queue.turns and mine < self.of_each:
                self.taken += 1
                self._taken_by[payer] = mine + 1
                self.waiting -= 1
                turn, _ = queue.turns.popleft()
                turn.set_result(None)
                queue.stood_still = 0
                self._queues.move_to_end(payer)
                if not queue.turns:
                    del self._queues[payer]
                return

    def _look(self) -> None:
        """Send away whoever has waited too long, or in a queue that stands still."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        for payer, queue in list(self._queues.items()):
            self._skip_gone(queue)
            has_all = self._taken_by.get(payer, 0) >= self.of_each
            queue.stood_still = 0 if self._has_moved and not has_all else queue.stood_still + 1
            is_stalled = queue.stood_still >= STALLED_AFTER_LOOKS
            latest = now - (STALLED_AFTER_S if is_stalled else WAITED_AT_MOST_S)
            while queue.turns and queue.turns[0][1] <= latest:
                turn, _ = queue.turns.popleft()
                self.waiting -= 1
                if not turn.done():
                    turn.set_exception(Overloaded())
            if not queue.turns:
                del self._queues[payer]
        self._has_moved = False
        self._looking = (
            loop.call_later(STALLED_AFTER_S / STALLED_AFTER_LOOKS, self._look) if self._queues else None
        )

    def _skip_gone(self, queue: Queue) -> None:
        """Forget those at the head of a queue who are going in this very moment."""
        while queue.turns and queue.turns[0][0].done():
            queue.turns.popleft()
            self.waiting -= 1
