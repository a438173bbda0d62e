"""One key, one effect: however often, however much at once, and whatever becomes of the first try."""

import asyncio
from contextlib import suppress
from uuid import UUID, uuid4

import pytest

from auth.viewer import Viewer
from db import idempotency_keys
from db.connection import transaction
from db.idempotency_keys import KeyMismatch
from db.pool import Connection, Pool
from domain.refusals import NotFound
from tests import people
from tests.dossier_acts import a_key, accepted, codes, submitted


@pytest.fixture
async def person(owner: Connection) -> UUID:
    """Somebody new."""
    return await people.a_participant(owner)


@pytest.fixture
def citizen(person: UUID) -> Viewer:
    """The person, signed in."""
    return people.citizen_of(person)


@pytest.fixture
async def service(owner: Connection) -> str:
    """A service to apply for."""
    return await people.a_service(owner)


async def counts(owner: Connection, person: UUID) -> tuple[int, int]:
    """How many dossiers about a person there are, and how many events of them."""
    row = await owner.fetchrow(
        "SELECT (SELECT count(*) FROM dossiers WHERE participant_id = $1),"
        " (SELECT count(*) FROM dossier_events WHERE participant_id = $1)",
        person,
    )
    return tuple(row)  # type: ignore[arg-type, return-value]


async def test_fifty_identical_submissions_at_once_are_one_dossier(
    pool: Pool, owner: Connection, person: UUID, citizen: Viewer, service: str
) -> None:
    key = a_key()
    payloads = await asyncio.gather(*(submitted(pool, citizen, service, key=key) for _ in range(50)))
    assert {payload["dossier"]["id"] for payload in payloads} == {payloads[0]["dossier"]["id"]}
    assert sorted(payload["replayed"] for payload in payloads) == [False] + [True] * 49
    assert all(payload["dossier"]["events"]["nodes"][0]["seq"] == 1 for payload in payloads)
    assert await counts(owner, person) == (1, 1)


async def test_the_same_key_for_another_wish_is_refused(
    pool: Pool, owner: Connection, person: UUID, citizen: Viewer, service: str
) -> None:
    key = a_key()
    await submitted(pool, citizen, service, key=key)
    payload = await submitted(pool, citizen, service, key=key, request="Khác.")
    assert codes(payload) == ["IDEMPOTENCY_KEY_MISMATCH"]
    assert payload["errors"][0]["path"] == ["idempotencyKey"]
    assert payload["dossier"] is None
    assert await counts(owner, person) == (1, 1)


async def test_of_fifty_wishes_under_one_key_one_is_granted(
    pool: Pool, owner: Connection, person: UUID, citizen: Viewer, service: str
) -> None:
    key = a_key()
    payloads = await asyncio.gather(
        *(submitted(pool, citizen, service, key=key, request=f"Thứ {number}.") for number in range(50))
    )
    assert sorted(codes(payload) for payload in payloads) == [[]] + [["IDEMPOTENCY_KEY_MISMATCH"]] * 49
    assert await counts(owner, person) == (1, 1)


async def test_a_refused_wish_leaves_no_claim_and_can_be_mended(
    pool: Pool, owner: Connection, person: UUID, citizen: Viewer, service: str
) -> None:
    key = a_key()
    assert codes(await submitted(pool, citizen, "NONE-01", key=key)) == ["SERVICE_NOT_OFFERED"]
    assert await owner.fetchval("SELECT count(*) FROM idempotency_keys WHERE key = $1", key) == 0
    payload = await submitted(pool, citizen, service, key=key)
    assert (codes(payload), payload["replayed"]) == ([], False)
    assert await counts(owner, person) == (1, 1)


async def test_a_key_is_its_accounts_own(
    pool: Pool, owner: Connection, person: UUID, citizen: Viewer, service: str
) -> None:
    key = a_key()
    neighbour = people.citizen_of(await people.a_participant(owner))
    first, second = [await submitted(pool, viewer, service, key=key) for viewer in (citizen, neighbour)]
    assert first["dossier"]["id"] != second["dossier"]["id"]
    assert (first["replayed"], second["replayed"]) == (False, False)
    assert await counts(owner, person) == (1, 1)


async def test_a_key_is_its_acts_own(
    pool: Pool, owner: Connection, person: UUID, citizen: Viewer, service: str
) -> None:
    office = await owner.fetchval("SELECT office_id FROM participants WHERE id = $1", person)
    officer = await people.officer_of(owner, office)
    first, second = [(await submitted(pool, citizen, service))["dossier"]["id"] for _ in range(2)]
    key = a_key()
    assert codes(await accepted(pool, officer, first, key=key)) == []
    assert codes(await accepted(pool, officer, second, key=key)) == ["IDEMPOTENCY_KEY_MISMATCH"]


async def test_a_replay_shows_the_dossier_as_it_is_now(
    pool: Pool, owner: Connection, person: UUID, citizen: Viewer, service: str
) -> None:
    office = await owner.fetchval("SELECT office_id FROM participants WHERE id = $1", person)
    key = a_key()
    dossier = (await submitted(pool, citizen, service, key=key))["dossier"]["id"]
    await accepted(pool, await people.officer_of(owner, office), dossier)
    payload = await submitted(pool, citizen, service, key=key)
    assert payload["replayed"]
    assert (payload["dossier"]["id"], payload["dossier"]["status"]) == (dossier, "ACCEPTED")


async def test_an_accepted_dossier_is_accepted_once_for_a_key(
    pool: Pool, owner: Connection, person: UUID, citizen: Viewer, service: str
) -> None:
    office = await owner.fetchval("SELECT office_id FROM participants WHERE id = $1", person)
    officer, key = await people.officer_of(owner, office), a_key()
    dossier = (await submitted(pool, citizen, service))["dossier"]["id"]
    payloads = await asyncio.gather(*(accepted(pool, officer, dossier, key=key) for _ in range(10)))
    assert [codes(payload) for payload in payloads] == [[]] * 10
    assert len({payload["dossier"]["code"] for payload in payloads}) == 1
    assert sorted(payload["replayed"] for payload in payloads) == [False] + [True] * 9
    assert await counts(owner, person) == (1, 2)


@pytest.mark.parametrize("key", ["", " " * 101, "x" * 101, "\0", "a\nb", "\ud800", "\u200b"])
async def test_a_key_without_form_is_refused(pool: Pool, citizen: Viewer, service: str, key: str) -> None:
    # `submitted` makes a key of its own where it is given none.
    payload = await submitted(pool, citizen, service, idempotencyKey=key)
    assert codes(payload) == ["BAD_IDEMPOTENCY_KEY"]


@pytest.mark.parametrize("key", ["x", "khóa của tôi 🔑", "x" * 100])
async def test_any_short_text_is_a_key(pool: Pool, citizen: Viewer, service: str, key: str) -> None:
    assert codes(await submitted(pool, citizen, service, key=key)) == []


async def test_who_comes_second_waits_for_what_becomes_of_the_first(pool: Pool, citizen: Viewer) -> None:
    assert citizen.principal
    claim = {"principal": citizen.principal, "operation": "x", "key": a_key(), "input_hash": b"same"}

    async def second() -> str | None:
        async with transaction(pool, citizen.binding) as connection:
            return await idempotency_keys.claim(connection, **claim)  # type: ignore[arg-type]

    async with transaction(pool, citizen.binding) as first:
        assert await idempotency_keys.claim(first, **claim) is None  # type: ignore[arg-type]
        waiting = asyncio.create_task(second())
        await idempotency_keys.settle(
            first,
            principal=citizen.principal,
            operation="x",
            key=claim["key"],
            outcome="done",  # type: ignore[arg-type]
        )
        assert not waiting.done()
    assert await waiting == "done"


async def test_who_comes_second_gets_the_key_of_a_first_that_failed(pool: Pool, citizen: Viewer) -> None:
    assert citizen.principal
    claim = {"principal": citizen.principal, "operation": "x", "key": a_key(), "input_hash": b"same"}

    async def second() -> str | None:
        async with transaction(pool, citizen.binding) as connection:
            return await idempotency_keys.claim(connection, **claim)  # type: ignore[arg-type]

    with suppress(NotFound):
        async with transaction(pool, citizen.binding) as first:
            await idempotency_keys.claim(first, **claim)  # type: ignore[arg-type]
            waiting = asyncio.create_task(second())
            raise NotFound
    assert await waiting is None


async def test_a_claim_needs_the_same_input(pool: Pool, citizen: Viewer) -> None:
    assert citizen.principal
    key = str(uuid4())
    async with transaction(pool, citizen.binding) as connection:
        await idempotency_keys.claim(
            connection, principal=citizen.principal, operation="x", key=key, input_hash=b"one"
        )
        with pytest.raises(KeyMismatch):
            await idempotency_keys.claim(
                connection, principal=citizen.principal, operation="x", key=key, input_hash=b"two"
            )
