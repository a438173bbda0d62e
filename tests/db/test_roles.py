"""The self-check finds every hole in the second wall, and the roles come to be in any PostgreSQL 18."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from db import roles
from db.pool import Connection
from db.roles import (
    DatabaseBehind,
    DatabaseTooOld,
    DatabaseUnreachable,
    WallOpen,
    address,
    admit,
    check_walls,
    prepare,
    reach,
)
from db.server import Server
from db.tables import metadata
from tests.conftest import Database


@pytest.fixture
async def changes(database: Database) -> AsyncIterator[Connection]:
    """A superuser in a transaction: nobody else sees the changes, and nothing of them stays."""
    connection = await asyncpg.connect(database.url("postgres"))
    transaction = connection.transaction()
    await transaction.start()
    yield connection
    await transaction.rollback()
    await connection.close()


async def holes_after(connection: Connection, *statements: str) -> list[str]:
    """Make a hole, then look as the role that serves."""
    for statement in statements:
        await connection.execute(statement)
    await connection.execute("SET SESSION AUTHORIZATION ansinh_api")
    return await check_walls(connection, metadata)


@pytest.mark.parametrize("role", ["ansinh_api", "ansinh_jobs", "ansinh_auditor"])
async def test_a11_walls_of_the_migrations_stand(database: Database, role: str) -> None:
    await admit(database.url(role), metadata)


@pytest.mark.parametrize(
    ("statements", "hole"),
    [
        (["ALTER ROLE ansinh_api SUPERUSER"], "ansinh_api: SUPERUSER"),
        (["ALTER ROLE ansinh_api BYPASSRLS"], "ansinh_api: BYPASSRLS"),
        (["ALTER ROLE ansinh_api REPLICATION"], "ansinh_api: REPLICATION"),
        (["ALTER ROLE ansinh_api CREATEROLE"], "ansinh_api: CREATEROLE"),
        (["GRANT SELECT ON participants TO PUBLIC"], "participants: GRANT TO PUBLIC"),
        (["GRANT SELECT (full_name) ON participants TO PUBLIC"], "participants: GRANT TO PUBLIC"),
        (["CREATE POLICY open ON participants USING (true)"], "participants: POLICY FOR PUBLIC"),
        (["GRANT ansinh_owner TO ansinh_api"], "ansinh_api: MEMBER OF ansinh_owner"),
        (
            ["GRANT ansinh_owner TO ansinh_api WITH INHERIT FALSE, SET FALSE, ADMIN TRUE"],
            "ansinh_api: MEMBER OF ansinh_owner",
        ),
        (
            ["CREATE ROLE between ROLE ansinh_api", "GRANT ansinh_owner TO between"],
            "ansinh_api: MEMBER OF ansinh_owner",
        ),
        (["ALTER TABLE offices OWNER TO ansinh_api"], "ansinh_api: OWNER"),
        (["CREATE TABLE secrets (id int)"], "secrets: NO FORCE ROW LEVEL SECURITY"),
        (
            ["CREATE TABLE secrets (id int)", "ALTER TABLE secrets ENABLE ROW LEVEL SECURITY"],
            "secrets: NO FORCE ROW LEVEL SECURITY",
        ),
        (
            ["ALTER TABLE participants NO FORCE ROW LEVEL SECURITY"],
            "participants: NO FORCE ROW LEVEL SECURITY",
        ),
        (
            ["ALTER TABLE participants DISABLE ROW LEVEL SECURITY"],
            "participants: NO FORCE ROW LEVEL SECURITY",
        ),
        (
            ["CREATE SCHEMA elsewhere", "CREATE TABLE elsewhere.offices (id int)"],
            "offices: NO FORCE ROW LEVEL SECURITY",
        ),
        (["CREATE VIEW people AS SELECT * FROM participants"], "people: security_invoker = off"),
        (
            ["CREATE VIEW people WITH (security_invoker = off) AS SELECT * FROM participants"],
            "people: security_invoker = off",
        ),
        (
            ["CREATE MATERIALIZED VIEW people AS SELECT * FROM participants"],
            "people: MATERIALIZED VIEW",
        ),
        (
            ["CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER RETURN 1"],
            "f(): SECURITY DEFINER, search_path",
        ),
        (
            [
                """CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER
                   SET search_path = "$user", public, pg_temp RETURN 1"""
            ],
            "f(): SECURITY DEFINER, search_path",
        ),
        (
            [
                """CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER
                   SET search_path = public RETURN 1"""
            ],
            "f(): SECURITY DEFINER, search_path",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a11_each_hole_is_found(changes: Connection, statements: list[str], hole: str) -> None:
    assert hole in await holes_after(changes, *statements)


@pytest.mark.parametrize(
    "statement",
    [
        # Nothing is seen of a table without a policy, so that an author who forgets one shows nothing.
        """DO $$ BEGIN CREATE TABLE papers (id int); ALTER TABLE papers ENABLE ROW LEVEL SECURITY;
           ALTER TABLE papers FORCE ROW LEVEL SECURITY; END $$""",
        "CREATE VIEW people WITH (security_invoker = on) AS SELECT * FROM participants",
        """CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER
           SET search_path = public, pg_temp RETURN 1""",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURN 1",
        "CREATE TEMPORARY TABLE staging (id int)",
    ],
)
async def test_a11_what_is_no_hole_is_not_called_one(changes: Connection, statement: str) -> None:
    assert await holes_after(changes, statement) == []


async def test_a11_owner_and_superuser_may_not_serve(database: Database) -> None:
    with pytest.raises(WallOpen, match="ansinh_owner: OWNER"):
        await admit(database.url(roles.OWNER), metadata)
    with pytest.raises(WallOpen, match="postgres: SUPERUSER"):
        await admit(database.url("postgres"), metadata)


async def test_strangers_may_not_connect(changes: Connection) -> None:
    await changes.execute("CREATE ROLE stranger LOGIN")
    assert not await changes.fetchval(
        "SELECT has_database_privilege('stranger', current_database(), 'CONNECT')"
    )


async def test_a_database_without_tables_is_refused(server: Path) -> None:
    with pytest.raises(DatabaseBehind, match=r"is at revision 0, An Sinh at .*ansinh migrate"):
        await admit(f"postgresql://postgres@/postgres?host={server}", metadata)


async def test_an_unreachable_database_is_refused_without_its_password() -> None:
    with pytest.raises(DatabaseUnreachable) as refusal:
        await reach("postgresql://ansinh_api:secret@127.0.0.1:1/ansinh")
    assert str(refusal.value) == "The database at 127.0.0.1:1/ansinh cannot be reached: Connection refused."
    assert "Không kết nối được" in refusal.value.message("vi")


@pytest.mark.parametrize(
    "url", ["postgresql://nobody@/ansinh?host=/nowhere", "mysql://x/y", "postgresql://x:y/z", ""]
)
async def test_whatever_is_wrong_with_an_address_is_one_sentence(url: str) -> None:
    with pytest.raises(DatabaseUnreachable) as refusal:
        await reach(url)
    assert "\n" not in str(refusal.value)


async def test_an_older_postgresql_is_refused(server: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roles, "MAJOR_VERSION", "19")
    with pytest.raises(DatabaseTooOld, match="is PostgreSQL 18; An Sinh needs PostgreSQL 19"):
        await reach(f"postgresql://postgres@/postgres?host={server}")


def test_an_address_says_neither_name_nor_password() -> None:
    assert (
        address("postgresql://ansinh_api:p%40ss@db.example:5433/ansinh?sslmode=require")
        == "db.example:5433/ansinh"
    )


async def test_prepare_gives_passwords_that_work_once(tmp_path: Path) -> None:
    server = Server(tmp_path / "var", {"fsync": "off"})
    await server.start()
    try:
        admin = await asyncpg.connect(server.url(database="postgres"))
        await admin.execute("CREATE ROLE administrator LOGIN CREATEROLE CREATEDB")
        # From here on a password is asked for, as in an installation of one's own.
        (server.data / "pg_hba.conf").write_text(
            "local all postgres,administrator trust\nlocal all all scram-sha-256\n"
        )
        await admin.execute("SELECT pg_reload_conf()")
        await admin.close()
        by_administrator = server.url("administrator", "postgres")

        passwords = await prepare(by_administrator, with_passwords=True)
        assert set(passwords) == {"ansinh_owner", "ansinh_api", "ansinh_jobs", "ansinh_auditor"}
        for role, password in passwords.items():
            connection = await reach(re.sub("://.*?@", f"://{role}:{password}@", server.url(role)))
            await connection.close()
        with pytest.raises(DatabaseUnreachable, match="password authentication failed"):
            await reach(re.sub("://.*?@", "://ansinh_api:guess@", server.url()))

        assert await prepare(by_administrator, with_passwords=True) == {}
    finally:
        await server.stop()
