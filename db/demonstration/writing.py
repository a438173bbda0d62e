"""Writing rows fast: by COPY, and ahead of the indexes, yet under every policy and constraint."""

import io
from collections.abc import Mapping

from sqlalchemy import ClauseElement, Column, MetaData, Table, insert, select, text
from sqlalchemy.schema import CreateTable

from db.connection import DIALECT, fetch
from db.demonstration.rows import Rows
from db.pool import Connection
from db.tables import metadata

# Written in this order, so that every row finds the rows that it refers to.
TABLES = (
    "offices",
    "employers",
    "employer_accounts",
    "employer_arrears",
    "households",
    "participants",
    "household_members",
    "health_cards",
    "health_copayments",
    "benefits",
    "identifiers",
    "employments",
    "contributions",
    "mandates",
    "dossiers",
    "dossier_code_serials",
    "dossier_events",
    "grants",
)


def _staged(table: Table) -> Table:
    """A table of this transaction, which COPY may enter: it may not enter one behind row-level security."""
    return Table(
        f"staged_{table.name}",
        MetaData(),
        *(Column(column.name, column.type) for column in table.columns),
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DROP",
    )


STAGED = {name: _staged(metadata.tables[name]) for name in TABLES}
MOVED: Mapping[str, ClauseElement] = {
    name: insert(metadata.tables[name]).from_select(list(staged.columns.keys()), select(staged))
    for name, staged in STAGED.items()
}
# Indexes that are no constraint, then exclusions, then foreign keys: the order in which they are built.
BUILDS = text("""
    SELECT 1 AS rank,
           format('DROP INDEX %s', indexrelid::regclass) AS drop,
           pg_get_indexdef(indexrelid) AS build
    FROM   pg_index
    WHERE  indrelid = ANY (CAST(:tables AS regclass[]))
    AND    NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
    UNION  ALL
    SELECT CASE contype WHEN 'x' THEN 2 ELSE 3 END,
           format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
           format(
               'ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)
           )
    FROM   pg_constraint
    WHERE  conrelid = ANY (CAST(:tables AS regclass[])) AND contype IN ('x', 'f')
    ORDER  BY rank, build
""")


async def begin(connection: Connection) -> list[str]:
    """Make ready to write in this transaction; return the statements to be run when everything is written.

    They build again the indexes, exclusions and foreign keys that are taken down here: at once, at the end,
    that takes a fraction of the time of keeping them up row by row. Nobody else ever sees the tables without.
    """
    for staged in STAGED.values():
        await connection.execute(str(CreateTable(staged).compile(dialect=DIALECT)))
    builds = await fetch(connection, BUILDS, tables=list(TABLES))
    for build in reversed(builds):
        await connection.execute(build["drop"])
    await connection.execute("SET LOCAL maintenance_work_mem = '256MB'")
    return [build["build"] for build in builds]


async def write(connection: Connection, rows: Rows) -> None:
    """Copy rows into the staged tables, and from there into the true ones."""
    for table in TABLES:
        if table in rows.tuples:
            staged = STAGED[table]
            await connection.copy_to_table(
                staged.name,
                source=io.BytesIO(rows.copied(table)),
                columns=list(staged.columns.keys()),
                format="binary",
            )
            await fetch(connection, MOVED[table])
            await connection.execute(f"TRUNCATE {staged.name}")
