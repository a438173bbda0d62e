"""The migrations go up, down and up again, end where the tables are declared, and do not race."""

import asyncio
import sys
from collections.abc import AsyncIterator

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from db import revisions, roles
from db.tables import metadata
from tests.conftest import Database

OBJECTS = """
SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = pg_class.oid AND d.deptype = 'e')
AND relname <> 'alembic_version_pkc'
"""


@pytest.fixture
async def empty(database: Database) -> AsyncIterator[Database]:
    """A database as `prepare` leaves it."""
    own = Database(database.socket, f"{database.name}_empty")
    admin = await asyncpg.connect(database.url("postgres"))
    await admin.execute(
        f"CREATE DATABASE {own.name} OWNER ansinh_owner TEMPLATE template0 STRATEGY file_copy"
    )
    yield own
    await admin.execute(f"DROP DATABASE {own.name} WITH (FORCE)")
    await admin.close()


async def count_objects(database: Database) -> int:
    connection = await asyncpg.connect(database.url(roles.OWNER))
    try:
        return int(await connection.fetchval(OBJECTS))
    finally:
        await connection.close()


async def test_up_down_and_up_again(empty: Database) -> None:
    owner = empty.url(roles.OWNER)
    await asyncio.to_thread(revisions.migrate, owner)
    all_of_them = await count_objects(empty)

    await asyncio.to_thread(revisions.go_back, owner)
    assert await count_objects(empty) == 0

    await asyncio.to_thread(revisions.migrate, owner)
    assert await count_objects(empty) == all_of_them


async def test_each_revision_can_be_taken_back_by_itself(empty: Database) -> None:
    owner = empty.url(roles.OWNER)
    counts = [await count_objects(empty)]
    upwards = list(reversed(revisions.known()))
    for revision in upwards:
        await asyncio.to_thread(revisions.migrate, owner, revision)
        counts.append(await count_objects(empty))
    for revision, count in zip(["base", *upwards][-2::-1], counts[-2::-1], strict=True):
        await asyncio.to_thread(revisions.go_back, owner, revision)
        assert await count_objects(empty) == count


async def test_several_migrators_wait_for_each_other(empty: Database) -> None:
    program = "import sys; from db import revisions; revisions.migrate(sys.argv[1])"
    migrators = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", program, empty.url(roles.OWNER))
        for _ in range(3)
    ]
    assert [await migrator.wait() for migrator in migrators] == [0, 0, 0]
    connection = await asyncpg.connect(empty.url(roles.OWNER))
    assert await revisions.current(connection) == revisions.known()[0]
    await connection.close()


async def test_tables_and_migrations_agree(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    engine = create_async_engine(database.url(roles.OWNER).replace("postgresql:", "postgresql+asyncpg:"))
    async with engine.connect() as connection:
        found = await connection.run_sync(differences)
    await engine.dispose()
    assert found == []


def test_a_revision_of_a_newer_program_is_borne() -> None:
    assert not revisions.is_behind("2999_01_01_0000")
    assert not revisions.is_behind(revisions.known()[0])
    assert revisions.is_behind(revisions.known()[-1])
    assert revisions.is_behind(None)
