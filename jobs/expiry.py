"""What ends by itself: sessions that nobody uses, keys and proofs that no client repeats any more."""

from datetime import UTC, datetime, timedelta

from auth.sessions import SessionLimits
from db import idempotency_keys, revocations, sessions, spent_proofs
from db.pool import Pool

# A client that heard no answer asks again within minutes; two days bridge a weekend's outage of its own.
KEYS_KEPT_FOR = timedelta(hours=48)
# No token lives longer than an hour.
REVOCATIONS_KEPT_FOR = timedelta(hours=2)
# A proof that is too old by the clock of the jobs may still be good by that of a process that serves.
PROOFS_KEPT_FOR = timedelta(minutes=5)


async def expire_sessions(pool: Pool) -> None:
    """Remove the sessions that have ended or idled for too long."""
    now = datetime.now(UTC)
    await sessions.remove_ended(pool, now=now, idle_since=now - SessionLimits().idle)


async def expire_idempotency_keys(pool: Pool) -> None:
    """Remove the idempotency keys that were claimed longer ago than they are kept."""
    while await idempotency_keys.remove_old(pool, claimed_before=datetime.now(UTC) - KEYS_KEPT_FOR):
        pass


async def expire_proofs(pool: Pool) -> None:
    """Remove the proofs that are refused for their age, by every clock."""
    await spent_proofs.remove_old(pool, ended_before=datetime.now(UTC) - PROOFS_KEPT_FOR)


async def expire_revocations(pool: Pool) -> None:
    """Remove what was taken back until an instant from which no token can be left; a suspension stays."""
    await revocations.remove_old(pool, before=datetime.now(UTC) - REVOCATIONS_KEPT_FOR)
