"""Databases in which the second wall is down, so that the first one stands alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from db import roles
from db.server import SUPERUSER, url
from tests.conftest import Database

NO_ROW_SECURITY = """
DO $$
DECLARE walled regclass;
BEGIN
    FOR walled IN SELECT oid FROM pg_class WHERE relrowsecurity LOOP
        EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', walled);
        EXECUTE format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY', walled);
    END LOOP;
END
$$
"""


@asynccontextmanager
async def row_security_off(
    database: Database, name: str, *, template: str = "ansinh"
) -> AsyncIterator[Database]:
    """A database of its own beside the worker's, with row-level security off.

    It is as the migrations build it, or a copy of another one that nobody is connected to.
    """
    own = Database(database.socket, f"{database.name}_{name}")
    admin = await asyncpg.connect(url(database.socket, SUPERUSER, "postgres"))
    await admin.execute(
        f"CREATE DATABASE {own.name} OWNER ansinh_owner TEMPLATE {template} STRATEGY file_copy"
    )
    try:
        inside = await asyncpg.connect(own.url(SUPERUSER))
        await inside.execute(roles.DOOR)
        await inside.execute(NO_ROW_SECURITY)
        await inside.close()
        yield own
    finally:
        await admin.execute(f"DROP DATABASE {own.name} WITH (FORCE)")
        await admin.close()
