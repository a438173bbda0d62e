"""Who may do what in the database: the roles, how they come to be, and whether the walls stand.

`prepare` makes the roles and the database in any PostgreSQL 18; `admit` refuses, before anything is served, a
database that is not reached, is older than the program, or whose second wall has a hole.
"""

import base64
import hmac
import os
import secrets
from hashlib import pbkdf2_hmac, sha256
from urllib.parse import urlsplit

import asyncpg
from sqlalchemy import MetaData, Table, text

from db import revisions
from db.connection import fetch
from db.pool import Connection
from db.server import MAJOR_VERSION, CannotStart

OWNER = "ansinh_owner"
API = "ansinh_api"
JOBS = "ansinh_jobs"
AUDITOR = "ansinh_auditor"
ROLES = (OWNER, API, JOBS, AUDITOR)
DATABASE = "ansinh"

# A database that answers at all answers within a second; this leaves room for a failover.
REACHED_WITHIN_S = 10
# A name for "one prepares at a time": the bytes of "ansinh".
PREPARE_LOCK = 0x616E73696E68

# RFC 7677 asks for at least 4,096; the passwords are random, so more would protect nothing.
SCRAM_ITERATIONS = 4_096


# Nobody but our roles may connect. It speaks of the database one is in, since a copy does not inherit it.
DOOR = """
DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format(
        'GRANT CONNECT ON DATABASE %I TO ansinh_api, ansinh_jobs, ansinh_auditor', current_database());
END
$$
"""


class DatabaseUnreachable(CannotStart):
    """The database at {address} cannot be reached: {reason}."""

    vietnamese = "Không kết nối được với cơ sở dữ liệu tại {address}: {reason}."


class DatabaseTooOld(CannotStart):
    """The database at {address} is PostgreSQL {found}; An Sinh needs PostgreSQL {wanted}."""

    vietnamese = "Cơ sở dữ liệu tại {address} là PostgreSQL {found}; An Sinh cần PostgreSQL {wanted}."


class DatabaseBehind(CannotStart):
    """The database at {address} is at revision {found}, An Sinh at {wanted}. Run `ansinh migrate` first."""

    vietnamese = (
        "Cơ sở dữ liệu tại {address} ở phiên bản {found}, An Sinh ở {wanted}."
        " Hãy chạy `ansinh migrate` trước."
    )


class WallOpen(CannotStart):
    """Row-level security does not protect the database at {address}: {holes}."""

    vietnamese = "Cơ sở dữ liệu tại {address} không được bảo vệ theo từng dòng: {holes}."


class OwnerNeeded(CannotStart):
    """Only the owner may do this at {address}: give the URL of ansinh_owner."""

    vietnamese = "Chỉ chủ sở hữu được làm việc này tại {address}: hãy dùng URL của ansinh_owner."


async def prepare(admin_url: str, *, with_passwords: bool = False) -> dict[str, str]:
    """Create the roles, the database `ansinh` and its extension, where they are not there yet.

    The administrator may create roles and databases; a superuser is not needed. Returns the passwords of the
    roles that were created, with `with_passwords`; they are kept nowhere else.
    Raises: DatabaseUnreachable, DatabaseTooOld.
    """
    admin = await reach(admin_url)
    try:
        await admin.execute("SELECT pg_advisory_lock($1)", PREPARE_LOCK)
        passwords = await create_roles(admin, with_passwords=with_passwords)
        if not await admin.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
            await admin.execute("GRANT ansinh_owner TO CURRENT_USER")
        if not await admin.fetchval("SELECT true FROM pg_database WHERE datname = $1", DATABASE):
            # The built-in provider orders text the same way on every machine.
            await admin.execute(
                "CREATE DATABASE ansinh OWNER ansinh_owner TEMPLATE template0 ENCODING 'UTF8'"
                " LOCALE_PROVIDER builtin LOCALE 'C.UTF-8'"
            )
        inside = await reach(admin_url, database=DATABASE)
        try:
            await inside.execute("SET ROLE ansinh_owner")
            await inside.execute(DOOR)
            await inside.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        finally:
            await inside.close()
    finally:
        await admin.close()
    return passwords


async def create_roles(admin: Connection, *, with_passwords: bool) -> dict[str, str]:
    """Create the roles that are missing; the passwords that they were given."""
    passwords = {}
    for role in ROLES:
        if await admin.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", role):
            continue
        await admin.execute(await admin.fetchval("SELECT format('CREATE ROLE %I LOGIN', $1::text)", role))
        if with_passwords:
            passwords[role] = secrets.token_urlsafe(24)
            set_password = await admin.fetchval(
                "SELECT format('ALTER ROLE %I PASSWORD %L', $1::text, $2::text)",
                role,
                verifier(passwords[role]),
            )
            await admin.execute(set_password)
    return passwords


def verifier(password: str) -> str:
    """Make what PostgreSQL keeps of a password, here, so that no log of the server has the password itself.

    Source: RFC 5803 section 3, in the form of PostgreSQL's pg_authid.rolpassword.
    """
    salt = secrets.token_bytes(16)
    salted = pbkdf2_hmac("sha256", password.encode(), salt, SCRAM_ITERATIONS)
    stored = sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    salt_text, stored_text, server_text = (base64.b64encode(part).decode() for part in (salt, stored, server))
    return f"SCRAM-SHA-256${SCRAM_ITERATIONS}:{salt_text}${stored_text}:{server_text}"


async def reach(url: str, *, database: str | None = None) -> Connection:
    """Connect to a PostgreSQL 18.

    Raises: DatabaseUnreachable, DatabaseTooOld.
    """
    try:
        connection = await asyncpg.connect(url, database=database, timeout=REACHED_WITHIN_S)
    except TimeoutError as problem:
        raise DatabaseUnreachable(
            address=address(url), reason=f"no answer in {REACHED_WITHIN_S} s"
        ) from problem
    except OSError as problem:
        reason = os.strerror(problem.errno) if problem.errno else problem
        raise DatabaseUnreachable(address=address(url), reason=reason) from problem
    except (asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as problem:
        reason = next(iter(str(problem).splitlines()), type(problem).__name__)
        raise DatabaseUnreachable(address=address(url), reason=reason) from problem
    found = connection.get_server_version().major
    if found < int(MAJOR_VERSION):
        await connection.close()
        raise DatabaseTooOld(address=address(url), found=found, wanted=MAJOR_VERSION)
    return connection


def address(url: str) -> str:
    """Where a URL leads, without the name and the password in it."""
    parts = urlsplit(url)
    return f"{parts.netloc.rpartition('@')[2]}{parts.path}" or "?"


async def admit(url: str, metadata: MetaData) -> None:
    """Refuse a database that may not be served from with this URL.

    Raises: DatabaseUnreachable, DatabaseTooOld, DatabaseBehind, WallOpen.
    """
    connection = await reach(url)
    try:
        found = await revisions.current(connection)
        if revisions.is_behind(found):
            raise DatabaseBehind(address=address(url), found=found or "0", wanted=revisions.known()[0])
        if holes := await check_walls(connection, metadata):
            raise WallOpen(address=address(url), holes="; ".join(holes))
    finally:
        await connection.close()


async def admit_owner(url: str, table: Table) -> None:
    """Refuse a database that does not take this URL for its owner's, or does not have a table yet.

    It may be older than the program otherwise: what is looked at before a release stands in the one before.
    Raises: DatabaseUnreachable, DatabaseTooOld, DatabaseBehind, OwnerNeeded.
    """
    connection = await reach(url)
    try:
        found = await revisions.current(connection)
        rows = await fetch(connection, OWNER_SEES, table=table.name)
    finally:
        await connection.close()
    if not rows[0]["has_table"]:
        raise DatabaseBehind(address=address(url), found=found or "0", wanted=revisions.known()[0])
    if not rows[0]["is_owner"]:
        raise OwnerNeeded(address=address(url))


OWNER_SEES = text("""
SELECT to_regclass(:table) IS NOT NULL AS has_table, pg_has_role('ansinh_owner', 'USAGE') AS is_owner
""")

# Each row is a hole: whose it is, and what PostgreSQL calls it.
HOLES = text("""
WITH me AS (
    SELECT oid, rolname, rolsuper, rolbypassrls, rolreplication, rolcreaterole
    FROM   pg_roles
    WHERE  rolname IN (session_user, current_user)
),
ours AS (
    SELECT c.oid, c.relname, c.relkind, c.relowner, c.reloptions, c.relacl,
           c.relrowsecurity AND c.relforcerowsecurity AS is_walled,
           n.nspname = 'public' AND c.relname = ANY (CAST(:public_tables AS text[])) AS is_public
    FROM   pg_class c
    JOIN   pg_namespace n ON n.oid = c.relnamespace
    WHERE  n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND    NOT EXISTS (
               SELECT FROM pg_depend d
               WHERE  d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
),
owners AS (
    SELECT relowner AS oid FROM ours
    UNION
    SELECT datdba FROM pg_database WHERE datname = current_database()
)
SELECT rolname AS whose, 'SUPERUSER' AS hole FROM me WHERE rolsuper
UNION ALL
SELECT rolname, 'BYPASSRLS' FROM me WHERE rolbypassrls
UNION ALL
-- What is written goes past every wall to whoever may copy it.
SELECT rolname, 'REPLICATION' FROM me WHERE rolreplication
UNION ALL
SELECT rolname, 'CREATEROLE' FROM me WHERE rolcreaterole
UNION ALL
SELECT me.rolname, 'OWNER' FROM me JOIN owners USING (oid)
UNION ALL
SELECT me.rolname, 'MEMBER OF ' || other.rolname
FROM   me
JOIN   pg_roles other ON other.oid <> me.oid AND pg_has_role(me.oid, other.oid, 'MEMBER')
WHERE  NOT me.rolsuper
AND    (other.rolsuper OR other.rolbypassrls OR other.oid IN (SELECT oid FROM owners))
UNION ALL
SELECT relname, 'NO FORCE ROW LEVEL SECURITY'
FROM   ours
WHERE  relkind IN ('r', 'p') AND NOT is_public AND NOT is_walled
UNION ALL
SELECT relname, 'GRANT TO PUBLIC'
FROM   ours
WHERE  NOT is_public
AND    (EXISTS (SELECT FROM aclexplode(relacl) AS granted WHERE granted.grantee = 0)
        OR EXISTS (
            SELECT FROM pg_attribute a, aclexplode(a.attacl) AS granted
            WHERE  a.attrelid = ours.oid AND granted.grantee = 0))
UNION ALL
-- A policy that names no role is for everybody there is and will be.
SELECT relname, 'POLICY FOR PUBLIC'
FROM   ours
JOIN   pg_policy ON polrelid = ours.oid
WHERE  NOT is_public AND polpermissive AND 0 = ANY (polroles)
UNION ALL
-- Neither of them can have row-level security at all.
SELECT relname, CASE relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'FOREIGN TABLE' END
FROM   ours
WHERE  relkind IN ('m', 'f') AND NOT is_public
UNION ALL
SELECT relname, 'security_invoker = off'
FROM   ours
WHERE  relkind = 'v'
AND    NOT EXISTS (
           SELECT FROM pg_options_to_table(reloptions)
           WHERE  option_name = 'security_invoker' AND option_value::boolean)
UNION ALL
-- A path is fixed when it names no schema of the caller's, and puts the caller's temporary one last.
SELECT p.oid::regprocedure::text, 'SECURITY DEFINER, search_path'
FROM   pg_proc p
JOIN   pg_namespace n ON n.oid = p.pronamespace
WHERE  n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
AND    p.prosecdef
AND    NOT EXISTS (
           SELECT FROM unnest(p.proconfig) AS setting
           WHERE  setting ~ '^search_path=.*pg_temp"?$' AND setting !~ '[$]user')
ORDER BY whose, hole
""")


async def check_walls(connection: Connection, metadata: MetaData) -> list[str]:
    """Look for holes in the second wall, as the role that is connected; an empty list is a wall that stands.

    A hole is: the role is superuser, bypasses row-level security, may replicate or make roles, owns the
    tables or can become somebody who does; a table without forced row-level security, granted to everybody or
    with a policy for everybody, unless `metadata` calls it public; a view that reads with its owner's rights;
    a function with its owner's rights whose search path is the caller's.
    """
    public_tables = [table.name for table in metadata.tables.values() if table.info.get("public")]
    rows = await fetch(connection, HOLES, public_tables=[*public_tables, revisions.TABLE])
    return [f"{row['whose']}: {row['hole']}" for row in rows]
