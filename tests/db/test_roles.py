"""The start-up self-check finds every hole in the second wall."""

from db.connection import Connection, Pool
from db.roles import check_walls
from db.tables import metadata


async def test_walls_of_the_migrations_stand(pool: Pool) -> None:
    async with pool.acquire() as connection:
        assert await check_walls(connection, metadata) == []


async def test_owner_is_refused(owner: Connection) -> None:
    assert await check_walls(owner, metadata) == ["ansinh_owner: OWNER"]
