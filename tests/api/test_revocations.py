"""Whoever is suspended, or signed out at the issuer, loses what they hold: tokens, sessions, sockets."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from api import suspending
from api.settings import Settings
from api.suspending import NotSuspended
from auth.revocations import BELIEVED_FOR_S, LOOK_AT_ALL_EVERY_S, Revocations
from auth.viewer import ANONYMOUS, Viewer, ViewerKind
from db import roles
from db.breaker import OutageError
from db.pool import Connection, Pool
from tests.api.conftest import Account, RunningPortal, a_persona, cookie, running_portal
from tests.api.test_signing_out import a_token, begun, say
from tests.conftest import Database
from tests.patience import eventually

WHO = "{ viewer { kind } }"


@pytest.fixture
async def lan(portal: RunningPortal, owner: Connection) -> Account:
    return await portal.citizen(owner)


@pytest.fixture
def owners(database: Database, portal: RunningPortal) -> Settings:
    """How the owner's commands are set up."""
    return replace(portal.settings, database_url=database.url(roles.OWNER))


async def code(portal: RunningPortal, account: Account) -> str | None:
    """Why somebody is not answered, if they are not."""
    answer = (await portal.ask(WHO, account)).json()
    refusal: str | None = answer["errors"][0]["extensions"]["code"] if "errors" in answer else None
    return refusal


async def within_s(bound: float, claim: Callable[[], Awaitable[bool]]) -> None:
    """Wait until a claim is true, which it must be in time."""
    since = time.monotonic()
    await eventually(claim)
    assert time.monotonic() - since < bound


async def is_revoked(portal: RunningPortal, account: Account) -> bool:
    return await code(portal, account) == "ACCESS_REVOKED"


async def test_a24_signed_out_account_loses_its_tokens_within_a_second(
    portal: RunningPortal, owner: Connection, lan: Account
) -> None:
    minh = await portal.citizen(owner)
    assert await code(portal, lan) is None
    assert (await say(portal, a_token(portal, lan.persona.subject))).status_code == 200
    await within_s(1, lambda: is_revoked(portal, lan))
    answer = await portal.ask(WHO, lan)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith('Bearer realm="ansinh", error="invalid_token"')
    assert await code(portal, minh) is None


async def test_a24_token_issued_since_is_as_good_as_before(portal: RunningPortal, lan: Account) -> None:
    await say(portal, a_token(portal, lan.persona.subject))
    await eventually(lambda: is_revoked(portal, lan))
    later = portal.account(lan.persona, lan.participant, iat=int(time.time()) + 2)
    assert await code(portal, later) is None


async def test_a24_machine_that_is_signed_out_loses_its_tokens(portal: RunningPortal) -> None:
    ministry = portal.account(a_persona(ViewerKind.PARTNER))
    assert await code(portal, ministry) is None
    await say(portal, a_token(portal, ministry.persona.subject))
    await within_s(1, lambda: is_revoked(portal, ministry))
    assert (await portal.ask(WHO, ministry)).headers["www-authenticate"].startswith("DPoP ")


async def test_a24_end_of_one_of_the_issuers_sessions_leaves_tokens(
    portal: RunningPortal, lan: Account, owners: Settings
) -> None:
    await say(portal, a_token(portal, None, uuid4().hex))
    # What comes after it has been seen, so it was seen too.
    other = portal.account(a_persona(ViewerKind.CITIZEN))
    await suspending.suspend(owners, other.persona.subject)
    await eventually(lambda: is_revoked(portal, other))
    assert await code(portal, lan) is None


async def test_a25_sockets_of_a_revoked_token_close_within_five_seconds(
    portal: RunningPortal, lan: Account
) -> None:
    async with portal.line(lan) as line:
        await say(portal, a_token(portal, lan.persona.subject))
        since = time.monotonic()
        assert await line.closed() == 4401
        assert time.monotonic() - since < 5


async def test_a25_suspended_account_is_let_in_nowhere(
    portal: RunningPortal, pool: Pool, owners: Settings, lan: Account
) -> None:
    subject = lan.persona.subject
    secret = await begun(portal, pool, subject)
    async with portal.line(lan) as line:
        await suspending.suspend(owners, subject)
        since = time.monotonic()
        await within_s(1, lambda: is_revoked(portal, lan))
        assert await line.closed() == 4401
        assert time.monotonic() - since < 5
    later = portal.account(lan.persona, lan.participant, iat=int(time.time()) + 2)
    assert await is_revoked(portal, later)
    for session in (secret, await begun(portal, pool, subject)):
        headers = cookie(session) | {"Origin": portal.url, "Ansinh-Request": "1"}
        answer = await portal.post(b'{"query":"{ viewer { kind } }"}', **headers)
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (
            401,
            "SESSION_ENDED",
        )


async def test_restored_account_is_let_in_again(
    portal: RunningPortal, owners: Settings, lan: Account
) -> None:
    await suspending.suspend(owners, lan.persona.subject)
    await eventually(lambda: is_revoked(portal, lan))
    await suspending.restore(owners, lan.persona.subject)

    async def is_answered() -> bool:
        return await code(portal, lan) is None

    await within_s(LOOK_AT_ALL_EVERY_S + 2, is_answered)
    with pytest.raises(NotSuspended):
        await suspending.restore(owners, lan.persona.subject)


async def test_restored_account_stays_signed_out(
    portal: RunningPortal, owners: Settings, lan: Account
) -> None:
    await say(portal, a_token(portal, lan.persona.subject))
    await suspending.suspend(owners, lan.persona.subject)
    await suspending.restore(owners, lan.persona.subject)
    fresh = Revocations(portal.door.pool)
    await fresh.look()
    issued_at = time.time() - 5
    assert fresh.concern(Viewer(ViewerKind.CITIZEN, lan.principal, issued_at=issued_at))
    assert not fresh.concern(Viewer(ViewerKind.CITIZEN, lan.principal, issued_at=issued_at + 10))


async def test_every_process_knows(
    portal: RunningPortal, database: Database, tmp_path: Path, lan: Account
) -> None:
    # The other one's issuer is the same in all but its address, so it is asked whom it would refuse.
    async with running_portal(database.url, tmp_path) as other:
        known = other.door.authentication.revocations
        viewer = Viewer(ViewerKind.CITIZEN, lan.principal, issued_at=time.time() - 1)
        assert not known.concern(viewer)
        await say(portal, a_token(portal, lan.persona.subject))

        async def is_known() -> bool:
            return known.concern(viewer)

        await within_s(1, is_known)


def at(clock: list[float]) -> Callable[[], float]:
    return lambda: clock[0]


async def test_nobodys_token_is_believed_where_nothing_is_known_for_too_long(pool: Pool) -> None:
    clock = [0.0]
    revocations = Revocations(pool, clock=at(clock))
    somebody = Viewer(ViewerKind.CITIZEN, uuid4(), issued_at=time.time())
    with pytest.raises(OutageError):
        revocations.concern(somebody)
    await revocations.look()
    clock[0] = BELIEVED_FOR_S
    assert not revocations.concern(somebody)
    clock[0] = BELIEVED_FOR_S + 1
    with pytest.raises(OutageError):
        revocations.concern(somebody)
    assert not revocations.concern(ANONYMOUS)


FORGED: Mapping[str, dict[str, object]] = {
    "another audience": {"aud": ["another"]},
    "no audiences": {"aud": []},
    "key of the account alone": {"sid": "s", "sub": None},
}


@pytest.mark.parametrize("change", FORGED.values(), ids=FORGED)
async def test_a24_what_does_not_name_the_account_takes_nothing_back(
    portal: RunningPortal, owner: Connection, lan: Account, change: dict[str, object]
) -> None:
    await say(portal, a_token(portal, lan.persona.subject, **change))
    assert not await owner.fetchval("SELECT count(*) FROM revocations WHERE principal = $1", lan.principal)
