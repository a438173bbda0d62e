"""Whose tokens are taken back, as a process knows it: it asks twice a second, and no request waits for it."""

import asyncio
import math
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from auth.viewer import Viewer
from db import revocations
from db.breaker import OutageError
from db.pool import Pool

if TYPE_CHECKING:
    from uuid import UUID

# What is taken back is refused within a second by every process.
LOOK_EVERY_S = 0.5
# A transaction becomes visible after its beginning, at which its rows are noted; none takes longer than this.
OVERLAP = timedelta(seconds=15)
# What was lifted is only missed by looking at everything.
LOOK_AT_ALL_EVERY_S = 10.0
# Longer than a pause of PostgreSQL, shorter than an outage: then nobody's token is believed any more.
BELIEVED_FOR_S = 10.0


class Revocations:
    """Follows what is taken back."""

    def __init__(self, pool: Pool, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._pool = pool
        self._clock = clock
        self._until: Mapping[UUID, float] = {}
        self._looked_at = self._looked_at_all_at = -math.inf

    def concern(self, viewer: Viewer) -> bool:
        """Whether what a viewer has shown is taken back.

        A session is ended by itself: here only a suspension concerns it.

        Raises: OutageError where nobody has known for too long.
        """
        if viewer.principal is None:
            return False
        if self._clock() - self._looked_at > BELIEVED_FOR_S:
            raise OutageError
        until = self._until.get(viewer.principal, -math.inf)
        return until == math.inf if viewer.issued_at is None else viewer.issued_at <= until

    async def look(self) -> None:
        """Learn of what was taken back since the last look; now and then, of all that is."""
        now = self._clock()
        if now - self._looked_at_all_at >= LOOK_AT_ALL_EVERY_S:
            self._until = await revocations.noted(self._pool)
            self._looked_at_all_at = now
        else:
            self._until = {**self._until, **await revocations.noted(self._pool, within=OVERLAP)}
        self._looked_at = now

    async def follow(self, resume: Callable[[], None]) -> None:
        """Look again and again, for as long as there is PostgreSQL."""
        while True:
            await self.look()
            resume()
            await asyncio.sleep(LOOK_EVERY_S)
