"""Places are few and shared out fairly; whoever does not get one is told."""

import asyncio
import time

import pytest

from api import places as rooms
from api.places import Overloaded, Places
from tests.patience import eventually

MOST, OF_EACH = 4, 3


@pytest.fixture
def places() -> Places:
    return Places(MOST, OF_EACH)


async def fill(places: Places, *payers: str) -> None:
    for payer in payers:
        await places.take(payer)


async def test_nobody_has_every_place(places: Places) -> None:
    await fill(places, "lan", "lan", "lan")
    waiting = asyncio.create_task(places.take("lan"))
    await eventually(lambda: places.waiting == 1)
    await places.take("thu")
    places.leave("lan")
    await waiting


async def test_queues_are_served_in_turn(places: Places) -> None:
    await fill(places, "lan", "lan", "lan", "thu")
    served: list[str] = []

    async def ask(payer: str) -> None:
        await places.take(payer)
        served.append(payer)
        places.leave(payer)

    async with asyncio.TaskGroup() as group:
        for number, payer in enumerate(["lan", "lan", "lan", "minh", "hoa"], 1):
            group.create_task(ask(payer))
            await eventually(lambda number=number: places.waiting == number)  # type: ignore[misc]
        places.leave("lan")
    assert served == ["lan", "minh", "hoa", "lan", "lan"]
    assert places.taken == MOST - 1


async def test_whoever_waits_for_nothing_is_told(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "STALLED_AFTER_S", 0.01)
    await fill(places, "lan", "lan", "lan")
    with pytest.raises(Overloaded):
        await places.take("lan")
    assert (places.taken, places.waiting) == (3, 0)


async def test_nobody_is_sent_away_for_what_kept_us_busy(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "STALLED_AFTER_S", 0.04)
    await fill(places, "lan", "lan", "lan")
    waiting = asyncio.create_task(places.take("lan"))
    await eventually(lambda: places.waiting == 1)
    time.sleep(0.2)  # noqa: ASYNC251 -- as a moment's crowd keeps the loop
    for _ in range(2):
        await asyncio.sleep(0)
    places.leave("lan")
    await waiting


async def test_nobody_is_sent_away_while_others_who_have_the_places_leave_them(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "STALLED_AFTER_S", 0.2)
    await fill(places, "lan", "lan", "lan", "minh")
    waiting = [asyncio.create_task(places.take(payer)) for payer in ("hoa", "thu", "son")]
    for payer in ("lan", "lan", "minh"):
        await asyncio.sleep(0.1)
        places.leave(payer)
    await asyncio.gather(*waiting)


@pytest.mark.parametrize(("most_s", "is_served"), [(60.0, True), (0.0, False)])
async def test_while_a_queue_moves_one_waits_for_a_while(
    places: Places, monkeypatch: pytest.MonkeyPatch, most_s: float, *, is_served: bool
) -> None:
    monkeypatch.setattr(rooms, "STALLED_AFTER_S", 0.1)
    monkeypatch.setattr(rooms, "WAITED_AT_MOST_S", most_s)
    await fill(places, "lan", "lan", "lan")

    async def ask() -> None:
        await places.take("lan")
        await asyncio.sleep(0.07)
        places.leave("lan")

    asking = [asyncio.create_task(ask()) for _ in range(8)]
    await eventually(lambda: places.waiting == 8)
    places.leave("lan")
    done = await asyncio.gather(*asking, return_exceptions=True)
    assert any(isinstance(one, Overloaded) for one in done) is not is_served
    assert (places.taken, places.waiting) == (2, 0)


async def test_where_too_many_wait_the_next_is_told_at_once(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "MOST_WAITING_OF_EACH", 1)
    await fill(places, "lan", "lan", "lan")
    waiting = asyncio.create_task(places.take("lan"))
    await eventually(lambda: places.waiting == 1)
    with pytest.raises(Overloaded):
        await places.take("lan")
    places.leave("lan")
    await waiting


async def test_whoever_goes_while_waiting_takes_no_place_along(places: Places) -> None:
    await fill(places, "lan", "lan", "lan")
    waiting = asyncio.create_task(places.take("lan"))
    await eventually(lambda: places.waiting == 1)
    # At the same moment the place comes and whoever waited goes.
    places.leave("lan")
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert (places.taken, places.waiting) == (2, 0)


async def test_a_place_is_not_given_to_whoever_is_going(places: Places) -> None:
    await fill(places, "lan", "lan", "lan")
    going, staying = [asyncio.create_task(places.take("lan")) for _ in range(2)]
    await eventually(lambda: places.waiting == 2)
    going.cancel()
    places.leave("lan")
    await staying
    with pytest.raises(asyncio.CancelledError):
        await going
    assert (places.taken, places.waiting) == (3, 0)
