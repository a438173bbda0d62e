"""The one order of all events: committed events get their positions."""

from db import events
from db.pool import Pool


async def sequence_events(pool: Pool) -> None:
    """Give positions to all that wait now; what commits meanwhile waits for the next time."""
    while await events.sequence(pool) == events.MOST_PLACED:
        pass
