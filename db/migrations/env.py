"""How Alembic reaches the database: as its owner, one migrator at a time, never waiting long for a lock."""

import asyncio
import os
from datetime import UTC, datetime
from typing import Any

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from db.tables import metadata

# A migration that waits for a lock stops everybody behind it: better it fails and is tried again.
LOCK_TIMEOUT_MS = 4_000
STATEMENT_TIMEOUT_MS = 5_000

# A name for "one migrates at a time", beside the one in db.roles.
MIGRATE_LOCK = 0x616E73696E69
POLL_S = 0.1

READERS_OF_REVISION = "GRANT SELECT ON alembic_version TO ansinh_api, ansinh_jobs, ansinh_auditor"


def url() -> str:
    """Where to migrate: what db.revisions was asked for, else DATABASE_URL."""
    given = context.config.attributes.get("url") or os.environ["DATABASE_URL"]
    return (
        str(given).replace("postgres://", "postgresql://").replace("postgresql://", "postgresql+asyncpg://")
    )


def dated(_context: object, _revision: object, directives: list[Any]) -> None:
    """Name a new revision by the minute it was made, as its file is."""
    directives[0].rev_id = datetime.now(UTC).strftime("%Y_%m_%d_%H%M")


def migrate(connection: Connection) -> None:
    """Run the migrations, each in a transaction of its own."""
    connection.execute(text(f"SET lock_timeout = {LOCK_TIMEOUT_MS}"))
    connection.execute(text(f"SET statement_timeout = {STATEMENT_TIMEOUT_MS}"))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=metadata,
        transaction_per_migration=True,
        compare_server_default=True,
        process_revision_directives=dated,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.execute(text(READERS_OF_REVISION))
    connection.commit()


async def wait_for_others(connection: AsyncConnection) -> None:
    """Wait until nobody else migrates, asking again and again.

    To wait inside PostgreSQL would hold a snapshot, for which an index built concurrently waits in its turn.
    """
    while not await connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": MIGRATE_LOCK}):
        await connection.commit()
        await asyncio.sleep(POLL_S)
    await connection.commit()


async def main() -> None:
    """Connect, wait for our turn, migrate; the lock goes with the connection."""
    engine = create_async_engine(url(), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await wait_for_others(connection)
            await connection.run_sync(migrate)
    finally:
        await engine.dispose()


asyncio.run(main())
