"""What ends by itself is removed, and nothing before its time."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from auth.sessions import SessionLimits
from db import idempotency_keys, revocations, spent_proofs
from db.connection import open_pool
from db.pool import Connection, Pool
from jobs.expiry import (
    KEYS_KEPT_FOR,
    PROOFS_KEPT_FOR,
    REVOCATIONS_KEPT_FOR,
    expire_idempotency_keys,
    expire_proofs,
    expire_revocations,
    expire_sessions,
)
from tests.conftest import Database

A_KEY = """
INSERT INTO idempotency_keys (principal, operation, key, input_hash, claimed_at)
SELECT $1, 'submitDossier', number::text, '\\x00', $2 FROM generate_series(1, $3) AS number
"""
A_SESSION = """
INSERT INTO sessions (id_hash, principal, issuer, subject, kind, name, scopes, assurance, browser,
                      created_at, last_seen_at, expires_at)
VALUES (sha256(uuid_send($1)), $1, '', '', 'CITIZEN', '', '', 1, '',
        $2::timestamptz - interval '1 day', $2, $3)
"""


@pytest.fixture
async def jobs(database: Database) -> AsyncIterator[Pool]:
    """A pool as `ansinh_jobs`."""
    pool = await open_pool(database.url("ansinh_jobs"), size=2, name="tests")
    yield pool
    await pool.close()


async def keys_of(owner: Connection, principal: UUID) -> int:
    kept: int = await owner.fetchval("SELECT count(*) FROM idempotency_keys WHERE principal = $1", principal)
    return kept


async def is_session_kept(owner: Connection, principal: UUID) -> bool:
    return bool(await owner.fetchval("SELECT EXISTS (SELECT FROM sessions WHERE principal = $1)", principal))


async def test_key_is_removed_after_two_days(owner: Connection, jobs: Pool) -> None:
    principal = uuid4()
    await owner.execute(A_KEY, principal, datetime.now(UTC) - KEYS_KEPT_FOR - timedelta(seconds=1), 1)
    await expire_idempotency_keys(jobs)
    assert await keys_of(owner, principal) == 0


async def test_key_is_kept_for_two_days(owner: Connection, jobs: Pool) -> None:
    principal = uuid4()
    await owner.execute(A_KEY, principal, datetime.now(UTC) - KEYS_KEPT_FOR + timedelta(minutes=1), 1)
    await expire_idempotency_keys(jobs)
    assert await keys_of(owner, principal) == 1


async def test_more_keys_than_one_transaction_removes_all_go(owner: Connection, jobs: Pool) -> None:
    principal = uuid4()
    many = 2 * idempotency_keys.MOST_REMOVED + 1
    await owner.execute(A_KEY, principal, datetime.now(UTC) - 2 * KEYS_KEPT_FOR, many)
    await expire_idempotency_keys(jobs)
    assert await keys_of(owner, principal) == 0


async def test_session_that_ended_is_removed(owner: Connection, jobs: Pool) -> None:
    principal, now = uuid4(), datetime.now(UTC)
    await owner.execute(A_SESSION, principal, now - timedelta(minutes=1), now - timedelta(seconds=1))
    await expire_sessions(jobs)
    assert not await is_session_kept(owner, principal)


async def test_session_that_idled_too_long_is_removed(owner: Connection, jobs: Pool) -> None:
    principal, now = uuid4(), datetime.now(UTC)
    unseen = SessionLimits().idle + timedelta(seconds=1)
    await owner.execute(A_SESSION, principal, now - unseen, now + timedelta(hours=1))
    await expire_sessions(jobs)
    assert not await is_session_kept(owner, principal)


async def test_session_in_use_is_kept(owner: Connection, jobs: Pool) -> None:
    principal, now = uuid4(), datetime.now(UTC)
    await owner.execute(A_SESSION, principal, now - timedelta(minutes=5), now + timedelta(hours=1))
    await expire_sessions(jobs)
    assert await is_session_kept(owner, principal)


async def test_proof_is_removed_when_it_is_too_old_by_every_clock(
    owner: Connection, pool: Pool, jobs: Pool
) -> None:
    proof = uuid4().bytes * 2
    ended, good = (datetime.now(UTC) - PROOFS_KEPT_FOR + timedelta(seconds=off) for off in (-1, 60))
    for until, is_kept in ((good, True), (ended, False)):
        await owner.execute("DELETE FROM spent_proofs WHERE fingerprint = $1", proof)
        assert await spent_proofs.spend(pool, proof, until=until)
        await expire_proofs(jobs)
        assert (
            await owner.fetchval("SELECT count(*) FROM spent_proofs WHERE fingerprint = $1", proof) == is_kept
        )


async def test_revocation_is_removed_when_no_token_is_that_old_and_a_suspension_never(
    owner: Connection, pool: Pool, jobs: Pool
) -> None:
    old, recent, suspended = uuid4(), uuid4(), uuid4()
    now = datetime.now(UTC)
    for principal, until in (
        (old, now - REVOCATIONS_KEPT_FOR - timedelta(seconds=1)),
        (recent, now - REVOCATIONS_KEPT_FOR + timedelta(minutes=1)),
        (suspended, revocations.FOR_EVER),
    ):
        await revocations.revoke(owner, principal, until)
    await expire_revocations(jobs)
    known = await revocations.noted(pool)
    assert [principal in known for principal in (old, recent, suspended)] == [False, True, True]
    assert known[suspended] == float("inf")
