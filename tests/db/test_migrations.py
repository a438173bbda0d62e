"""What the migrations build is what the tables declare: column by column, constraint by constraint.

Alembic compares no CHECK and no exclusion (tests/db/test_revisions.py has what it does compare), so here
PostgreSQL itself describes both: what the migrations built, and what is made of the declarations.
"""

import ast
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from db import migrations, roles
from db.pool import Connection
from db.server import SUPERUSER, url
from db.tables import metadata
from tests.conftest import Database

VERSIONS = sorted((Path(migrations.__file__).parent / "versions").glob("2*.py"))

DESCRIPTIONS = {
    "columns": """
        SELECT c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod),
               a.attnotnull::text, a.attidentity::text, coalesce(o.collname, ''),
               coalesce(pg_get_expr(d.adbin, d.adrelid), '')
        FROM   pg_attribute a
        JOIN   pg_class c ON c.oid = a.attrelid AND c.relkind = 'r'
        LEFT   JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        LEFT   JOIN pg_collation o ON o.oid = a.attcollation
        WHERE  c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
    """,
    "constraints": """
        SELECT c.conrelid::regclass::text || '.' || c.conname, pg_get_constraintdef(c.oid)
        FROM   pg_constraint c WHERE c.connamespace = 'public'::regnamespace AND c.contype <> 'n'
    """,
    "indexes": """
        SELECT indexname::text, indexdef FROM pg_indexes WHERE schemaname = 'public'
    """,
}


async def described(connection: Connection, what: str) -> dict[str, tuple[str, ...]]:
    """How PostgreSQL describes what there is, but for Alembic's own table."""
    rows = await connection.fetch(DESCRIPTIONS[what])
    return {row[0]: tuple(row[1:]) for row in rows if not row[0].startswith("alembic_version")}


@pytest.fixture(scope="module")
async def declared(database: Database) -> AsyncIterator[Connection]:
    """A database made of the declarations."""
    own = Database(database.socket, f"{database.name}_declared")
    admin = await asyncpg.connect(url(database.socket, SUPERUSER, "postgres"))
    await admin.execute(
        f"CREATE DATABASE {own.name} OWNER ansinh_owner TEMPLATE template0 STRATEGY file_copy ENCODING 'UTF8'"
        " LOCALE_PROVIDER builtin LOCALE 'C.UTF-8'"
    )
    engine = create_async_engine(own.url(roles.OWNER).replace("postgresql:", "postgresql+asyncpg:"))
    async with engine.begin() as connection:
        await connection.exec_driver_sql("CREATE EXTENSION btree_gist")
        await connection.run_sync(metadata.create_all)
    await engine.dispose()
    inside = await asyncpg.connect(own.url(SUPERUSER))
    yield inside
    await inside.close()
    await admin.execute(f"DROP DATABASE {own.name} WITH (FORCE)")
    await admin.close()


@pytest.mark.parametrize("what", DESCRIPTIONS)
async def test_what_is_declared_is_what_is_built(owner: Connection, declared: Connection, what: str) -> None:
    assert await described(owner, what) == await described(declared, what)


async def test_every_foreign_key_has_an_index_that_begins_with_it(owner: Connection) -> None:
    # Without one, to delete or change what it refers to reads the whole table.
    without = await owner.fetch("""
        SELECT conrelid::regclass::text, conname FROM pg_constraint k
        WHERE  contype = 'f' AND connamespace = 'public'::regnamespace AND NOT EXISTS (
               SELECT FROM pg_index i WHERE i.indrelid = k.conrelid
               AND (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey
               AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) LIKE '(% IS NOT NULL)'))
    """)
    assert [tuple(row) for row in without] == []


@pytest.mark.parametrize("path", VERSIONS, ids=lambda path: path.stem)
def test_a_migration_says_what_it_locks_and_goes_both_ways(path: Path) -> None:
    module = ast.parse(path.read_text())
    docstring = ast.get_docstring(module) or ""
    assert docstring.split("\n\n")[1].startswith(("Expand:", "Contract:"))
    assert "lock" in docstring.lower()
    functions = {node.name for node in module.body if isinstance(node, ast.FunctionDef)}
    assert {"upgrade", "downgrade"} <= functions


@pytest.mark.parametrize("path", VERSIONS, ids=lambda path: path.stem)
def test_a_migration_is_named_by_the_minute_it_was_made(path: Path) -> None:
    constants = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id in {"revision", "down_revision"}
    }
    assert path.stem.startswith(f"{constants['revision']}_")
    previous = constants["down_revision"]
    assert previous is None or previous < constants["revision"]
