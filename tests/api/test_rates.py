"""Whoever asks too much in a while is told when to come back; nobody pays for another."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from starlette.requests import HTTPConnection

from api import rates
from api.rates import RateExceeded, Rates
from auth.agreements import Agreement
from auth.viewer import ANONYMOUS, Viewer, ViewerKind
from schema.limits import USUAL_RATES, Rate
from selection.costs import MOST_COST
from tests.api.conftest import RunningPortal, a_persona, running_portal
from tests.conftest import Database

SMALL = Rate(capacity=100, restore_rate=10)
NARROW = dict.fromkeys(ViewerKind, SMALL)


class Clock:
    """A clock that goes when it is told."""

    now = 0.0

    def __call__(self) -> float:
        """The time, in seconds."""
        return self.now


def from_address(host: str) -> HTTPConnection:
    """A connection from somewhere."""
    return HTTPConnection({"type": "http", "client": (host, 1), "headers": []})


HERE = from_address("192.0.2.1")


def an_agreement(capacity: int) -> Agreement:
    """An agreement with a rate of its own."""
    return Agreement(
        uuid4(), "THU-1", uuid4(), "bo-thu", {}, frozenset(), date(2026, 1, 1), None, capacity, restore_rate=5
    )


@pytest.fixture
def clock() -> Clock:
    """One that stands still."""
    return Clock()


@pytest.fixture
def buckets(clock: Clock) -> Rates:
    """Small buckets, all full."""
    return Rates(NARROW, clock)


def test_what_is_spent_is_missing(buckets: Rates) -> None:
    assert buckets.spend(HERE, ANONYMOUS, 30).extension() == {
        "requested": 30,
        "limit": 100,
        "remaining": 70,
        "restoreRate": 10,
    }
    assert buckets.spend(HERE, ANONYMOUS, 70).remaining == 0


def test_what_is_missing_comes_back(buckets: Rates, clock: Clock) -> None:
    buckets.spend(HERE, ANONYMOUS, 100)
    clock.now += 3
    assert buckets.spend(HERE, ANONYMOUS, 1).remaining == 29


def test_a_bucket_holds_no_more_than_it_can(buckets: Rates, clock: Clock) -> None:
    buckets.spend(HERE, ANONYMOUS, 10)
    clock.now += 3_600
    assert buckets.spend(HERE, ANONYMOUS, 1).remaining == 99


def test_whoever_asks_too_much_is_told_when_it_will_do(buckets: Rates, clock: Clock) -> None:
    buckets.spend(HERE, ANONYMOUS, 90)
    with pytest.raises(RateExceeded) as refused:
        buckets.spend(HERE, ANONYMOUS, 45)
    assert refused.value.retry_after_s == 4
    clock.now += refused.value.retry_after_s
    assert buckets.spend(HERE, ANONYMOUS, 45).remaining == 5


def test_what_is_refused_is_not_charged(buckets: Rates) -> None:
    with pytest.raises(RateExceeded):
        buckets.spend(HERE, ANONYMOUS, 101)
    assert buckets.spend(HERE, ANONYMOUS, 100).remaining == 0


def test_everybody_has_a_bucket_of_their_own(buckets: Rates) -> None:
    lan, minh = (Viewer(ViewerKind.CITIZEN, uuid4()) for _ in range(2))
    buckets.spend(HERE, lan, 100)
    assert buckets.spend(HERE, minh, 1).remaining == 99
    assert buckets.spend(HERE, ANONYMOUS, 1).remaining == 99
    assert buckets.spend(from_address("192.0.2.2"), ANONYMOUS, 1).remaining == 99


def test_one_has_the_same_bucket_wherever_one_is(buckets: Rates) -> None:
    lan = Viewer(ViewerKind.CITIZEN, uuid4())
    buckets.spend(HERE, lan, 60)
    assert buckets.spend(from_address("192.0.2.2"), lan, 1).remaining == 39


def test_partner_spends_under_each_agreement_what_that_one_says(buckets: Rates) -> None:
    large, small = (an_agreement(capacity) for capacity in (1_000, 50))
    ministry = Viewer(ViewerKind.PARTNER, uuid4(), agreement=large)
    assert buckets.spend(HERE, ministry, 900).extension() == {
        "requested": 900,
        "limit": 1_000,
        "remaining": 100,
        "restoreRate": 5,
    }
    assert buckets.spend(HERE, replace(ministry, agreement=small), 20).remaining == 30
    # What it asks without an agreement, and what others ask under the same one, is spent elsewhere.
    assert buckets.spend(HERE, replace(ministry, agreement=None), 1).remaining == 99
    assert buckets.spend(HERE, replace(ministry, principal=uuid4()), 1).remaining == 999
    with pytest.raises(RateExceeded):
        buckets.spend(HERE, ministry, 101)


@pytest.mark.parametrize(
    ("one", "other", "is_shared"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("testclient", "", False),
    ],
)
def test_one_subscriber_has_one_bucket(buckets: Rates, one: str, other: str, is_shared: bool) -> None:  # noqa: FBT001
    buckets.spend(from_address(one), ANONYMOUS, 60)
    assert buckets.spend(from_address(other), ANONYMOUS, 1).remaining == (39 if is_shared else 99)


def test_buckets_are_bounded(buckets: Rates, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "MOST_BUCKETS", 3)
    for number in range(9):
        buckets.spend(from_address(f"192.0.2.{number}"), ANONYMOUS, 1)
    assert list(buckets.full_at) == ["192.0.2.6", "192.0.2.7", "192.0.2.8"]


@pytest.mark.parametrize("kind", ViewerKind)
def test_as_usual_everybody_may_ask_what_one_operation_may_cost_twice(kind: ViewerKind) -> None:
    assert USUAL_RATES[kind].capacity >= 2 * MOST_COST


# At the door.

DOSSIERS = "query ($n: Int) { dossiers(first: $n) { nodes { id } } }"


@pytest.fixture(scope="module")
async def narrow(
    database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningPortal]:
    """A portal where nobody may ask much."""
    async with running_portal(database.url, tmp_path_factory.mktemp("narrow"), rates=NARROW) as portal:
        yield portal


async def spent(portal: RunningPortal, *asked: Any, **variables: object) -> Any:  # noqa: ANN401 -- JSON
    """What the answer says about its cost."""
    return (await portal.ask(*asked, **variables)).json()["extensions"]["cost"]


async def test_every_answer_says_what_it_cost(narrow: RunningPortal) -> None:
    account = narrow.account(a_persona(ViewerKind.CITIZEN))
    assert await spent(narrow, "{ viewer { kind } }", account) == {
        "requested": 1,
        "limit": 100,
        "remaining": 99,
        "restoreRate": 10,
    }
    # strawberry executes these.
    assert (await spent(narrow, "{ limits { cost } viewer { kind } }", account))["requested"] == 1
    assert (await spent(narrow, "{ unheardOf }", account))["requested"] == 10
    act = 'withdrawDossier(input: {idempotencyKey: "k", dossier: "d", expectedVersion: 1})'
    assert (await spent(narrow, f"mutation {{ {act} {{ errors {{ code }} }} }}", account))["requested"] == 20


async def test_too_much_is_refused_with_a_time(narrow: RunningPortal) -> None:
    account = narrow.account(a_persona(ViewerKind.CITIZEN))
    await narrow.told(DOSSIERS, account, n=90)
    refused = await narrow.ask(DOSSIERS, account, n=90)
    answer = refused.json()
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 9
    assert "data" not in answer
    assert answer["errors"][0]["extensions"]["code"] == "RATE_EXCEEDED"
    assert answer["extensions"]["cost"]["requested"] == 91
    assert answer["extensions"]["cost"]["remaining"] < 91


async def test_the_limits_can_be_asked_for(narrow: RunningPortal) -> None:
    told = await narrow.told("{ limits { cost rows rate { capacity restoreRate } } }")
    assert told == {"limits": {"cost": 100, "rows": 100, "rate": {"capacity": 100, "restoreRate": 10}}}


async def test_what_no_bucket_holds_costs_too_much(narrow: RunningPortal) -> None:
    refused = (await narrow.ask(DOSSIERS, n=100)).json()
    assert refused["errors"][0]["extensions"] == {
        "code": "COST_TOO_HIGH",
        "requested": 101,
        "limit": 100,
        "costliest": ["dossiers"],
    }


async def test_whoever_follows_is_charged_too(narrow: RunningPortal) -> None:
    account = narrow.account(a_persona(ViewerKind.CITIZEN))
    async with narrow.line(account) as line:
        for number in range(6):
            await line.follow("Dossier:1", name=str(number))
        while (said := await line.hear())["type"] != "error":
            pass
    extensions = said["payload"][0]["extensions"]
    assert extensions["code"] == "RATE_EXCEEDED"
    assert extensions["retryAfter"] >= 1
    assert extensions["cost"]["requested"] == 21
    assert extensions["cost"]["limit"] == 100


def test_whoever_was_let_begin_owes_the_rest_and_begins_nothing_until_it_has_come_back(
    buckets: Rates, clock: Clock
) -> None:
    buckets.spend(HERE, ANONYMOUS, 90)
    buckets.owe(HERE, ANONYMOUS, 60)
    with pytest.raises(RateExceeded) as refused:
        buckets.spend(HERE, ANONYMOUS, 1)
    assert refused.value.spent.remaining == 0
    clock.now += refused.value.retry_after_s
    assert buckets.spend(HERE, ANONYMOUS, 1).remaining >= 0
