"""Nobody is answered by figures of the law that do not hold together."""

from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from api import application
from api.settings import Settings
from db.parameters import FiguresBroken, parameters

FIGURES = files("domain").joinpath("data/parameters.yaml").read_text(encoding="utf-8")


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], object]]:
    """Writes figures that are read in place of the package's."""
    (tmp_path / "data").mkdir()
    monkeypatch.setattr("db.parameters.files", lambda _: tmp_path)
    parameters.cache_clear()
    yield (tmp_path / "data" / "parameters.yaml").write_text
    parameters.cache_clear()


@pytest.mark.parametrize(
    ("right", "wrong", "reason"),
    [
        ("value: 2530000", "value: 2.530.000", "base_salary.rows.value: 2.530.000 is no figure"),
        ("effective_from: 2026-07-01, value", "effective_from: 2026-06-31, value", "2026-06-31 is no date"),
        ("base_salary:  ", "base_pay:  ", "are unknown or absent"),
        ("meta:", "meta: [", "while parsing"),
    ],
)
async def test_the_portal_does_not_open_on_broken_figures(
    write: Callable[[str], object], right: str, wrong: str, reason: str
) -> None:
    assert right in FIGURES
    write(FIGURES.replace(right, wrong, 1))
    with pytest.raises(FiguresBroken, match=reason) as refusal:
        async with application.open_portal(Settings.read({}, otherwise="development")):
            pass
    assert str(refusal.value).startswith("The figures of the law do not hold together")
