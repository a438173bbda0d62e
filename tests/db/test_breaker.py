"""While PostgreSQL is away nobody waits for it, and one tries now and then whether it is back."""

from collections.abc import Callable

import pytest

from db.breaker import MOST_FAILURES, PAUSE_S, Breaker, OutageError


def a_breaker(clock: Callable[[], float] = lambda: 0.0) -> Breaker:
    return Breaker("tests", clock)


def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        breaker.admit()
        breaker.fail()


def test_some_failures_are_no_outage() -> None:
    breaker = a_breaker()
    fail(breaker, MOST_FAILURES - 1)
    breaker.succeed()
    fail(breaker, MOST_FAILURES - 1)
    breaker.admit()
    assert not breaker.is_open


def test_during_an_outage_one_a_second_may_try() -> None:
    now = 0.0
    breaker = a_breaker(lambda: now)
    fail(breaker, MOST_FAILURES)
    with pytest.raises(OutageError):
        breaker.admit()
    now += PAUSE_S
    breaker.admit()
    with pytest.raises(OutageError):
        breaker.admit()


def test_an_answer_ends_an_outage() -> None:
    breaker = a_breaker()
    fail(breaker, MOST_FAILURES)
    breaker.succeed()
    breaker.admit()
    assert not breaker.is_open
