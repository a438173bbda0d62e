"""Which law is asked on a day."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from db.parameters import figures, parameters
from domain import laws
from domain.laws import Regime
from domain.parameters import Leaf, NoParameter

REGIMES = [regime for regime in vars(laws).values() if isinstance(regime, Regime)]


@pytest.mark.parametrize("regime", REGIMES)
def test_each_law_is_asked_from_its_first_day_until_the_day_before_the_next(regime: Regime) -> None:
    numbers = [number for _, number in regime.laws]
    for before, (first, number) in zip([None, *numbers], regime.laws, strict=False):
        assert regime.on(first, parameters()).number == number
        if before:
            assert regime.on(first - timedelta(days=1), parameters()).number == before


@pytest.mark.parametrize("regime", REGIMES)
def test_before_the_first_no_law_is_asked(regime: Regime) -> None:
    with pytest.raises(NoParameter):
        regime.on(regime.first - timedelta(days=1), parameters())


@pytest.mark.parametrize("regime", REGIMES)
def test_the_spans_of_the_laws_follow_one_another(regime: Regime) -> None:
    spans = list(regime.spans().values())
    assert spans[0][0] == regime.first
    assert spans[-1][1] == date.max
    for (_, last), (first, _) in pairwise(spans):
        assert last + timedelta(days=1) == first


@pytest.mark.parametrize("leaf", figures(), ids=lambda leaf: f"{leaf.path}-{leaf.first}")
def test_a_figure_is_found_where_it_is_listed_on_its_first_and_its_last_day(leaf: Leaf) -> None:
    for day in {leaf.first, leaf.last} - {date.min, date.max}:
        asked = [parameters().on(day, number) for regime in REGIMES for _, number in regime.laws]
        found = [law.find(leaf.path)[0] for law in asked if law.has(leaf.path)]
        assert leaf.value in [value if isinstance(value, str) else ", ".join(value) for value in found]
