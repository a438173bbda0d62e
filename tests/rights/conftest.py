"""The world before the court, made once for a worker."""

from collections.abc import AsyncIterator

import pytest

from tests.conftest import Database
from tests.rights.court import Assize, assize


@pytest.fixture(scope="session")
async def court(database: Database) -> AsyncIterator[Assize]:
    """One world behind both walls, behind each alone, and behind none."""
    async with assize(database) as opened:
        yield opened


@pytest.fixture(autouse=True)
def without_price(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything at once: more than anybody may ask."""
    monkeypatch.setattr("selection.costs.MOST_COST", 1_000_000_000)
    monkeypatch.setattr("selection.bounds.MOST_FIELDS", 2_000)
