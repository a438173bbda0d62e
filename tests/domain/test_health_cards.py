"""Health insurance cards: as what somebody is insured, and since when without a break."""

from datetime import date, timedelta

import pytest

from db.parameters import parameters
from domain.health_cards import HealthPayer, Validity, continuous_since, health_continuity, health_objects

TODAY = date(2026, 11, 29)
DAY = timedelta(days=1)


def days(first: str, last: str = "") -> Validity:
    return Validity(date.fromisoformat(first), date.fromisoformat(last) if last else date.max)


# ------------------------------------------------------------------ as what ---


def test_every_code_of_the_decision_has_its_words_and_one_payer() -> None:
    codes = {
        payer: " ".join(code for code, found in health_objects().items() if found.payer is payer)
        for payer in HealthPayer
    }
    assert codes == {
        HealthPayer.EMPLOYMENT: "DN HX CH NN TK HC XK",
        HealthPayer.SOCIAL_INSURANCE: "HT TB NO CT XB TN CS",
        HealthPayer.STATE: "QN CA CY XN MS CC CK CB KC HD TE BT HN DT DK XD TS TC TQ TA TY HG LS PV",
        HealthPayer.STATE_SUPPORTED: "CN HS SV GB",
        HealthPayer.HOUSEHOLD: "GD",
    }
    assert all(found.words.vi and found.words.en for found in health_objects().values())
    assert all(code == found.code for code, found in health_objects().items())


# ------------------------------------------------------------------ since when ---


def test_cards_that_follow_each_other_are_one_time() -> None:
    cards = [days("2024-01-01", "2024-12-31"), days("2026-01-01"), days("2025-01-01", "2025-12-31")]
    assert continuous_since(cards, TODAY, 3) == date(2024, 1, 1)


@pytest.mark.parametrize(
    ("next_card", "since"),
    [("2026-03-31", "2024-06-01"), ("2026-04-01", "2024-06-01"), ("2026-04-02", "2026-04-02")],
)
def test_a_break_of_three_months_is_none_and_a_day_more_is_one(next_card: str, since: str) -> None:
    cards = [days("2024-06-01", "2025-12-31"), days(next_card)]
    assert continuous_since(cards, TODAY, 3) == date.fromisoformat(since)


def test_what_came_before_a_break_counts_no_more_whatever_came_before_that() -> None:
    cards = [days("2010-01-01", "2019-12-31"), days("2020-01-01", "2020-06-30"), days("2021-01-01")]
    assert continuous_since(cards, TODAY, 3) == date(2021, 1, 1)


def test_without_a_card_on_the_day_nobody_is_insured() -> None:
    cards = [days("2024-01-01", "2026-11-28"), days("2026-11-30")]
    assert continuous_since(cards, TODAY, 3) is None
    assert continuous_since([], TODAY, 3) is None


def test_a_card_of_later_says_nothing_of_today() -> None:
    assert continuous_since([days("2024-01-01", "2026-12-31"), days("2027-01-01")], TODAY, 3) == date(
        2024, 1, 1
    )


@pytest.mark.parametrize(("first", "is_met"), [("2021-11-29", True), ("2021-11-30", False)])
def test_five_years_are_reached_on_the_day_five_years_later(first: str, *, is_met: bool) -> None:
    found = health_continuity(parameters().on(TODAY, "25/2008"), [days(first)])
    assert found
    assert found.is_met is is_met
    assert found.findings == {
        "continuous_since": date.fromisoformat(first),
        "five_years_on": date.fromisoformat(first).replace(year=2026),
    }


def test_who_has_not_five_years_yet_is_told_from_which_day_on() -> None:
    found = health_continuity(parameters().on(TODAY, "25/2008"), [days("2022-02-03")])
    assert found
    [change] = found.changes
    assert str(change.earliest) == "2027-02"
    assert change.words.en == "It will be five years on 2027-02-03"
    assert {cite.path.rpartition(".")[2]: cite.value for cite in found.cited} == {"years": 5, "gap_months": 3}


def test_the_day_printed_on_the_card_holds() -> None:
    # The cards of before are not known here, but the agency printed what they came to.
    law = parameters().on(TODAY, "25/2008")
    for printed, is_met in ((TODAY, True), (TODAY + DAY, False)):
        found = health_continuity(law, [days("2026-01-01")], printed=printed)
        assert found
        assert (found.is_met, found.findings["five_years_on"]) == (is_met, printed)


def test_five_years_from_a_leap_day_are_reached_on_the_last_of_february() -> None:
    found = health_continuity(parameters().on(date(2025, 2, 28), "25/2008"), [days("2020-02-29")])
    assert found
    assert (found.is_met, found.findings["five_years_on"]) == (True, date(2025, 2, 28))
