"""docs/operation.md tells all that there is, and nothing else."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from textwrap import dedent

import pytest

from api import agreeing, authentication, connections, graphql, places, running
from api.logs import KEYS
from api.metrics import Metrics
from api.observations import Observer
from auth import sessions, tokens
from db import connection, pool
from domain.refusals import Refusal
from schema import limits
from selection.faults import OperationFault
from tests.api.conftest import running_portal
from tests.conftest import Database

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LIFE = sessions.SessionLimits()
ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operation.md").read_text()


def first_cells(heading: str) -> set[str]:
    """What the table below a heading is about: the words in code type of its first column."""
    table = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    return {word for row in rows for word in re.findall(r"`([^`{]+)[^`]*`", row)}


def test_every_setting_is_told() -> None:
    read = re.findall(r'"(ANSINH_[A-Z_]+|DATABASE_URL)"', (ROOT / "api" / "settings.py").read_text())
    assert first_cells("Settings") == set(read)


def test_no_setting_is_read_elsewhere() -> None:
    rooms = ("api", "jobs", "schema", "auth", "selection", "db", "domain")
    readers = [
        str(file.relative_to(ROOT))
        for room in rooms
        for file in (ROOT / room).rglob("*.py")
        if re.search(r"os\.environ|getenv", file.read_text())
    ]
    # The command reads them, running shows how to type a command with the same ones, Alembic runs by itself.
    assert sorted(readers) == ["api/command.py", "api/running.py", "db/migrations/env.py"]


def test_every_key_of_the_log_is_told() -> None:
    assert first_cells("The log") == set(KEYS)


async def test_every_metric_is_told(database: Database, tmp_path: Path) -> None:
    metrics = Metrics()
    async with running_portal(database.url, tmp_path, observer=Observer(metrics=metrics)) as portal:
        await portal.ask("{ __typename }")
        families = list(metrics.registry.collect())
    ours = {
        f"{family.name}_total" if family.type == "counter" else family.name
        for family in families
        if family.name.startswith("ansinh")
    }
    assert first_cells("Metrics") == ours


def heirs(kind: type) -> Iterator[type]:
    """All kinds of something."""
    for heir in kind.__subclasses__():
        yield heir
        yield from heirs(heir)


def test_agreement_that_is_shown_is_one_that_can_be_recorded() -> None:
    shown = PAGE.split("```yaml\n")[1].split("```")[0]
    given, faults = agreeing.read(dedent(shown))
    assert (given["code"], faults) == ("BYT-BHXH-2026-02", [])


def test_every_503_is_told() -> None:
    kinds = {*heirs(OperationFault), *heirs(Refusal)}
    interrupted = {kind for kind in kinds if getattr(kind, "status", authentication.STATUS.get(kind)) == 503}
    assert first_cells("What each 503 means") == {kind.code for kind in interrupted}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "told",
    [
        f"| {connection.STATEMENT_TIMEOUT_MS / 1000} s; {connection.ANSWERED_WITHIN_S:.0f} s |",
        f"| {graphql.ANSWERED_WITHIN_S:.0f} s |",
        f"| {places.WAITED_AT_MOST_S:g} s; {pool.WAITED_AT_MOST_S:g} s |",
        f"| {places.STALLED_AFTER_S:g} s; {pool.STALLED_AFTER_S:g} s |",
        f"| {connections.REQUEST_WITHIN_S:g} s; {connections.FETCHED_WITHIN_S:g} s;",
        f"; {running.KEPT_IDLE_S} s |",
        f"| {running.SIGN_OF_LIFE_EVERY_S + running.SIGN_OF_LIFE_WITHIN_S:g} s |",
        f"| {limits.MOST_BODY_BYTES // 1024} KiB; {graphql.MOST_ADDRESS_BYTES // 1024} KiB |",
        f"| {graphql.MOST_SUBSCRIPTIONS} |",
        f"| {tokens.LONGEST_LIFE_S // 3600} h; {LIFE.idle // MINUTE} min;",
        f"; {LIFE.officers_lasting // HOUR} h, {LIFE.lasting // HOUR} h |",
        f"for at most {running.GRACE_S} s",
    ],
)
def test_bounds_are_told_as_they_are(told: str) -> None:
    assert told in PAGE
