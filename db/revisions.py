"""The revisions of the cellar: to which one a database has come, and how it comes to the newest."""

from functools import cache
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

from db.connection import fetch
from db.pool import Connection, Pool

# Alembic's own table; it holds nobody's data.
TABLE = "alembic_version"
CURRENT = text("SELECT version_num FROM alembic_version")


def configuration(owner_url: str = "") -> Config:
    """Alembic's configuration, wherever the package is installed."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = owner_url
    return config


def migrate(owner_url: str, to: str = "head") -> None:
    """Bring the database forward to a revision.

    It runs an event loop of its own: call it from a thread that has none. So does `go_back`.
    """
    command.upgrade(configuration(owner_url), to)


def go_back(owner_url: str, to: str = "base") -> None:
    """Bring the database back to a revision that it has passed; `base` is before the first."""
    command.downgrade(configuration(owner_url), to)


@cache
def known() -> tuple[str, ...]:
    """List the revisions that this program knows, the newest first."""
    return tuple(script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions())


async def current(connection: Connection | Pool) -> str | None:
    """To which revision the database has come; None before the first."""
    try:
        rows = await fetch(connection, CURRENT)
    except asyncpg.UndefinedTableError:
        return None
    return rows[0]["version_num"] if rows else None


def is_behind(revision: str | None) -> bool:
    """Whether the program needs more than this revision; one it does not know is ahead, which it bears."""
    return revision is None or revision in known()[1:]
