"""Rates: how much each principal may spend over time, in the units of `selection.costs`.

Of a bucket only the instant at which it is full again is kept: whoever has not spent for a while is forgotten
without loss. Buckets are this process's own: behind several processes a principal may spend that many times
as much.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from math import ceil

from starlette.requests import HTTPConnection

from api.faults import RequestFault
from auth.viewer import Viewer, ViewerKind
from schema.limits import Rate, rate_of

MOST_BUCKETS = 100_000
# An IPv6 subscriber is given 64 bits of addresses (RFC 6177), and would otherwise have as many buckets.
SUBSCRIBER_BITS = 64


@dataclass(frozen=True, slots=True)
class Spent:
    """What a request was charged, and what is left: `extensions.cost` of its answer."""

    requested: int
    limit: int
    remaining: int
    restore_rate: int

    def extension(self) -> dict[str, int]:
        """The figures as an answer has them."""
        return {
            "requested": self.requested,
            "limit": self.limit,
            "remaining": self.remaining,
            "restoreRate": self.restore_rate,
        }

    def written(self) -> bytes:
        """The same in JSON."""
        return b'{"requested":%d,"limit":%d,"remaining":%d,"restoreRate":%d}' % (
            self.requested,
            self.limit,
            self.remaining,
            self.restore_rate,
        )


class RateExceeded(RequestFault):
    """This costs {requested} and {remaining} is left. Try again in {retry_after_s} s, or ask for less."""

    code = "RATE_EXCEEDED"
    vietnamese = (
        "Truy vấn này có chi phí {requested}, hạn mức còn lại là {remaining}."
        " Hãy thử lại sau {retry_after_s} giây, hoặc hỏi ít hơn."
    )
    status = 429

    def __init__(self, spent: Spent, *, retry_after_s: int) -> None:
        self.spent, self.retry_after_s = spent, retry_after_s
        super().__init__(requested=spent.requested, remaining=spent.remaining, retry_after_s=retry_after_s)

    def extras(self) -> dict[str, object]:
        """After how many seconds the same would be let pass; the figures, as sockets have no other place."""
        return {"retryAfter": self.retry_after_s, "cost": self.spent.extension()}


class Rates:
    """The buckets of all principals; those who spent last are remembered, the others have full ones."""

    def __init__(self, rates: Mapping[ViewerKind, Rate], clock: Callable[[], float] = time.monotonic) -> None:
        self.rates, self.clock = rates, clock
        self.full_at: OrderedDict[Hashable, float] = OrderedDict()

    def rate_of(self, viewer: Viewer) -> Rate:
        """How much a viewer may spend."""
        return rate_of(viewer, self.rates)

    def spend(self, connection: HTTPConnection, viewer: Viewer, cost: int) -> Spent:
        """Charge a viewer, or, of somebody unknown, the address; a partner under each agreement by itself.

        Raises: RateExceeded, and charges nothing.
        """
        rate, bucket = self.rate_of(viewer), bucket_of(connection, viewer)
        left = self._left(bucket, rate)
        if cost > left:
            raise RateExceeded(
                Spent(cost, rate.capacity, max(int(left), 0), rate.restore_rate),
                retry_after_s=ceil((cost - left) / rate.restore_rate),
            )
        self.owe(connection, viewer, cost)
        return Spent(cost, rate.capacity, int(left - cost), rate.restore_rate)

    def owe(self, connection: HTTPConnection, viewer: Viewer, cost: int) -> None:
        """Charge a viewer also beyond what is left, for the rest of what was let begin.

        Until that has come back, nothing else is let begin.
        """
        bucket = bucket_of(connection, viewer)
        # An empty bucket is full again after capacity / restore_rate seconds.
        self.full_at[bucket] = self.clock() + self._owed_s(bucket) + cost / self.rate_of(viewer).restore_rate
        self.full_at.move_to_end(bucket)
        if len(self.full_at) > MOST_BUCKETS:
            self.full_at.popitem(last=False)

    def left(self, connection: HTTPConnection, viewer: Viewer) -> int:
        """How much a viewer may spend just now."""
        return max(int(self._left(bucket_of(connection, viewer), self.rate_of(viewer))), 0)

    def _left(self, bucket: Hashable, rate: Rate) -> float:
        """What a bucket holds; less than nothing where more is owed than it can hold."""
        return rate.capacity - self._owed_s(bucket) * rate.restore_rate

    def _owed_s(self, bucket: Hashable) -> float:
        """In how many seconds a bucket is full."""
        now = self.clock()
        return max(self.full_at.get(bucket, now) - now, 0)


def bucket_of(connection: HTTPConnection, viewer: Viewer) -> Hashable:
    """From which bucket a viewer spends: their own, a partner for each agreement from another."""
    payer = payer_of(connection, viewer)
    return (payer, viewer.agreement_id) if viewer.agreement else payer


def payer_of(connection: HTTPConnection, viewer: Viewer) -> Hashable:
    """Who answers for a request: the principal, or, of somebody unknown, the address."""
    return viewer.principal or payer_at(connection)


def payer_at(connection: HTTPConnection) -> Hashable:
    """Whose bucket somebody unknown spends from: the address, as far as one subscriber has it alone."""
    host = connection.client.host if connection.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return host
    mapped = address.ipv4_mapped
    return str(mapped) if mapped else int(address) >> SUBSCRIBER_BITS
