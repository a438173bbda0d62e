"""Places: how many requests are worked on at once, so that a flood is turned away early and drowns nobody.

Whoever finds no place waits for one, in a queue of their own. The queues are served in turn, and nobody may
have every place: however many requests one principal sends, the next one of another is the next but few.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Hashable
from contextlib import suppress

from api.faults import RequestFault

# A crowd of a moment is answered within this; of a longer one, whoever waits for nothing is told so.
WAITED_AT_MOST_S = 0.5
# What a page, or a partner's system, may ask side by side and have answered after a while.
MOST_WAITING_OF_EACH = 100
MOST_WAITING = 1_000


class Overloaded(RequestFault):
    """Too many requests are under way just now. Try again in a moment, and send fewer at once."""

    code = "OVERLOADED"
    vietnamese = (
        "Hiện có quá nhiều yêu cầu đang được xử lý. Vui lòng thử lại sau giây lát,"
        " và gửi ít yêu cầu hơn cùng một lúc."
    )
    status = 503


class Places:
    """So many places, and at most so many of them for each."""

    def __init__(self, most: int, of_each: int) -> None:
        self.most, self.of_each = most, of_each
        self.taken = 0
        self.waiting = 0
        self._taken_by: dict[Hashable, int] = {}
        self._queues: OrderedDict[Hashable, deque[asyncio.Future[None]]] = OrderedDict()

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
        self.taken -= 1
        mine = self._taken_by[payer] - 1
        if mine:
            self._taken_by[payer] = mine
        else:
            del self._taken_by[payer]
        if self._queues:
            self._call_next()

    async def _wait(self, payer: Hashable) -> None:
        queue = self._queues.setdefault(payer, deque())
        if len(queue) >= MOST_WAITING_OF_EACH or self.waiting >= MOST_WAITING:
            raise Overloaded
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.append(turn)
        self.waiting += 1
        try:
            async with asyncio.timeout(WAITED_AT_MOST_S):
                await turn
        except BaseException as problem:
            if turn.done() and not turn.cancelled():
                # The place came in the moment in which we went.
                self.leave(payer)
            else:
                self.waiting -= 1
                with suppress(ValueError):
                    queue.remove(turn)
                self._forget(payer, queue)
            if isinstance(problem, TimeoutError):
                raise Overloaded from problem
            raise

    def _call_next(self) -> None:
        """Give a place that has become free to the first in the first queue whose owner may have one more."""
        for payer, queue in self._queues.items():
            # Somebody may be going in this very moment.
            while queue and queue[0].done():
                queue.popleft()
            mine = self._taken_by.get(payer, 0)
            if queue and mine < self.of_each:
                self.taken += 1
                self._taken_by[payer] = mine + 1
                self.waiting -= 1
                queue.popleft().set_result(None)
                self._queues.move_to_end(payer)
                self._forget(payer, queue)
                return

    def _forget(self, payer: Hashable, queue: deque[asyncio.Future[None]]) -> None:
        if not queue:
            self._queues.pop(payer, None)
