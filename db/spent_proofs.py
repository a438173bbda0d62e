"""Which proofs of possession were shown: each is good once, in whichever process it is shown again.

A proof is good for a minute or two, so the table is short and nothing in it is worth keeping: it is UNLOGGED,
and to spend a proof waits for no disk. A crash of PostgreSQL empties it. Whoever wanted to profit would have
to hold somebody's proof and token from the last minute, which both travel encrypted, and crash it just then;
what they could do is repeat that very request, and a mutation that is repeated does nothing.
"""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ClauseElement,
    Column,
    LargeBinary,
    Table,
    bindparam,
    delete,
    literal_column,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP, insert

from db.connection import NOBODY, fetch, fetch_one, transaction
from db.metadata import instant, metadata
from db.pool import Pool

spent_proofs = Table(
    "spent_proofs",
    metadata,
    # Of the key's thumbprint and the identifier that its holder gave to the proof.
    Column("fingerprint", LargeBinary, primary_key=True),
    # From then on it is refused for its age. Without an index: each call writes, and only a job reads.
    instant("until"),
    CheckConstraint("length(fingerprint) = 32", name="fingerprint_sha256"),
    prefixes=["UNLOGGED"],
)

SPEND: ClauseElement = (
    insert(spent_proofs)
    .values(fingerprint=bindparam("fingerprint"), until=bindparam("until", type_=TIMESTAMP(timezone=True)))
    .on_conflict_do_nothing()
    # No column is given back, since whoever spends may see none.
    .returning(literal_column("1"))
)
REMOVE_OLD: ClauseElement = (
    delete(spent_proofs)
    .where(spent_proofs.c.until < bindparam("ended_before", type_=TIMESTAMP(timezone=True)))
    .returning(literal_column("1"))
)


async def spend(pool: Pool, fingerprint: bytes, *, until: datetime) -> bool:
    """Note that a proof was shown; False where it was shown before."""
    return await fetch_one(pool, SPEND, fingerprint=fingerprint, until=until) is not None


async def remove_old(pool: Pool, *, ended_before: datetime) -> int:
    """Remove the proofs that ended before an instant, for the jobs; say how many went."""
    async with transaction(pool, NOBODY) as connection:
        return len(await fetch(connection, REMOVE_OLD, ended_before=ended_before))
