"""The breaker: while PostgreSQL is away nobody waits for it, and one a second tries whether it is back."""

import logging
import time
from collections.abc import Callable

log = logging.getLogger("ansinh.breaker")

# A lost packet is no outage; so many failures one after the other, with no answer in between, are one.
MOST_FAILURES = 5
# How long everybody else is spared a try: as long as callers are told to stay away.
PAUSE_S = 1.0


class OutageError(ConnectionError):
    """PostgreSQL is away, as others have found out a moment ago."""


class Breaker:
    """Counts `failures` without a success between them; while there are too many, one a second may try."""

    def __init__(self, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._name, self._clock = name, clock
        self.failures = 0
        self._next_try = 0.0

    @property
    def is_open(self) -> bool:
        """Whether PostgreSQL is taken to be away."""
        return self.failures >= MOST_FAILURES

    def admit(self) -> None:
        """Let somebody try.

        Raises: OutageError.
        """
        if self.failures >= MOST_FAILURES:
            now = self._clock()
            if now < self._next_try:
                raise OutageError
            self._next_try = now + PAUSE_S

    def fail(self) -> bool:
        """Note that PostgreSQL could not be reached or did not answer; whether an outage begins with it."""
        self.failures += 1
        if self.failures != MOST_FAILURES:
            return False
        self._next_try = self._clock() + PAUSE_S
        log.warning("%s: PostgreSQL is away; one attempt a second from now on", self._name)
        return True

    def succeed(self) -> None:
        """Note that PostgreSQL has answered."""
        if self.failures:
            if self.is_open:
                log.warning("%s: PostgreSQL is back", self._name)
            self.failures = 0
