"""Databases in which the second wall is down, so that the first one stands alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from db.server import SUPERUSER
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
    async with database.beside(name, template=template) as own:
        inside = await asyncpg.connect(own.url(SUPERUSER))
        await inside.execute(NO_ROW_SECURITY)
        await inside.close()
        yield own
