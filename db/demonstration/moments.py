"""How the demonstration tells time: months, instants, and keys in the order of instants."""

from datetime import date, timedelta
from functools import cache
from random import Random

# A month is the number of months since the year 0, so that months are added and compared.
Month = int
# An instant is the number of microseconds since 2000-01-01 UTC, as PostgreSQL keeps it.
Instant = int

DAY = timedelta(days=1)
POSTGRES_EPOCH = date(2000, 1, 1)
POSTGRES_EPOCH_UNIX_MS = 946_684_800_000
AHEAD_OF_UTC_S = 7 * 3_600
OPENS_S, CLOSES_S = 8 * 3_600, 17 * 3_600
YEAR = 12


def month(year: int, number: int = 1) -> Month:
    """The month of a year, by its number from 1 to 12."""
    return year * 12 + number - 1


def month_of(day: date) -> Month:
    """The month of a day."""
    return month(day.year, day.month)


@cache
def first_day(of: Month) -> date:
    """The first day of a month."""
    return date(of // 12, of % 12 + 1, 1)


def last_day(of: Month) -> date:
    """The last day of a month."""
    return first_day(of + 1) - DAY


def instant(day: date, second: int) -> Instant:
    """A second of a day in Vietnam, which is seven hours ahead of UTC all year."""
    return ((day - POSTGRES_EPOCH).days * 86_400 - AHEAD_OF_UTC_S + second) * 1_000_000


def in_opening_hours(random: Random, day: date) -> Instant:
    """Some instant of a day between eight and five."""
    return instant(day, random.randrange(OPENS_S, CLOSES_S))


def in_days_of(random: Random, of: Month, first: int, last: int) -> Instant:
    """Some instant between two days of a month, in opening hours."""
    return in_opening_hours(random, first_day(of) + random.randint(first - 1, last - 1) * DAY)


def key(random: Random, at: Instant) -> bytes:
    """A key of the instant, as uuidv7() would have minted it then (RFC 9562 section 5.7)."""
    unix_ms = at // 1_000 + POSTGRES_EPOCH_UNIX_MS
    chance = random.getrandbits(74)
    number = unix_ms << 80 | 7 << 76 | (chance >> 62) << 64 | 2 << 62 | chance & ((1 << 62) - 1)
    return number.to_bytes(16, "big")
