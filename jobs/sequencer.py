"""The one order of all events: committed events get their positions."""

from db import events
from db.connection import Pool


async def sequence_events(pool: Pool) -> None:
    """Give positions until no event waits."""
    while await events.sequence(pool):
        pass
