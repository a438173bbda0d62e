"""Sickness: days and đồng under either law, with reasons."""

from datetime import date

from db.parameters import parameters
from domain.sickness import Cause, SickLeave, sickness, sickness_child

NEW = parameters().on(date(2026, 8, 1), "41/2024")
OLD = parameters().on(date(2025, 6, 30), "58/2014")


def test_days_beyond_the_limit_of_a_year_are_not_paid() -> None:
    found = sickness(NEW, SickLeave(last_month_salary=12_000_000, working_days=35, years=5)).findings
    assert (found["paid_days"], found["amount"]) == (30, 11_250_000)


def test_half_days_count_since_law_41() -> None:
    leave = SickLeave(last_month_salary=10_000_000, half_days=1)
    assert sickness(NEW, leave).findings["amount"] == 156_250
    assert not sickness(OLD, leave).is_met


def test_drunkenness_is_excluded_by_law_58_only() -> None:
    leave = SickLeave(last_month_salary=12_000_000, working_days=1, cause=Cause.DRUNKENNESS)
    assert sickness(NEW, leave).is_met
    assert not sickness(OLD, leave).is_met
    assert [change.words.en for change in sickness(OLD, leave).changes] == ["Only for another cause"]


def test_a_child_of_seven_is_too_old() -> None:
    found = sickness_child(NEW, last_month_salary=8_000_000, working_days=2, child_age_years=7)
    assert (found.is_met, found.findings["amount"]) == (False, 0)
