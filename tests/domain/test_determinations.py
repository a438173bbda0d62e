"""Determinations: what is missing, by when, and what is not confirmed."""

from datetime import date

from db.parameters import parameters
from domain.determinations import Determination, Words, all_of, any_of, at_least, claim
from domain.months import Month

WORDS = Words("{need} tháng", "{need} months")
LAW = parameters().on(date(2026, 3, 1), "74/2025")


def test_what_is_missing_is_told_with_the_earliest_month() -> None:
    found = at_least("MONTHS", WORDS, "art.1", 5, 12, after=Month(2026, 11))
    assert (found.is_met, found.words.en) == (False, "12 months")
    assert found.change
    assert found.change.words.en == "7 more months, by 2027-06 at the earliest"


def test_one_of_several_or_all_of_them() -> None:
    yes = claim("YES", WORDS, "art.1", is_met=True)
    no = claim("NO", WORDS, "art.1", is_met=False)
    assert not all_of("ALL", WORDS, "art.1", yes, no).is_met
    assert any_of("ANY", WORDS, "art.1", yes, no).is_met


def test_an_answer_on_an_unsure_figure_is_unconfirmed() -> None:
    met = claim("YES", WORDS, "art.1", is_met=True)
    sure, unsure = LAW.share("unemployment.rate"), LAW.words("unemployment.starts")
    assert not Determination("A", "74/2025", LAW.day, met, {}, (sure,)).is_unconfirmed
    assert Determination("A", "74/2025", LAW.day, met, {}, (sure, unsure)).is_unconfirmed
