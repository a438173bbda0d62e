"""The issuer changes its key, and is away: it is asked seldom, and what it withdrew is believed no more."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx2
import pytest
from joserfc import jws

from api.authentication import fetch_document
from auth import tokens
from auth.tokens import TokenRefused, Verifier
from tests.auth.issuers import Clock
from tests.patience import PATIENCE_S
from tests.provider.conftest import AUDIENCE, CLAIM_NAMES, Issuer, a_key, a_port, a_token


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    """An issuer of this test's own."""
    issuer = Issuer(a_port(), portal="https://ansinh.example")
    await issuer.start(a_key("first"))
    yield issuer
    await issuer.stop()


async def nobodys(_number: str) -> UUID | None:
    return None


@asynccontextmanager
async def verifying(issuer: Issuer, clock: Clock) -> AsyncIterator[tuple[Verifier, Counter[str]]]:
    """A verifier of the issuer's tokens, and how often it has asked for which document."""
    asked: Counter[str] = Counter()
    async with httpx2.AsyncClient(trust_env=False, timeout=PATIENCE_S) as http:

        async def fetch(address: str) -> Mapping[str, Any]:
            asked[address.rpartition("/")[2]] += 1
            return await fetch_document(http, address)

        yield (
            Verifier(
                tokens.Issuer(issuer.name, fetch, clock=clock),
                audience=AUDIENCE,
                find_participant=nobodys,
                claim_names=CLAIM_NAMES,
            ),
            asked,
        )


async def a_machines_token(issuer: Issuer) -> str:
    token: str = (await a_token(issuer, key=a_key("bound"))).json()["access_token"]
    return token


async def refused(verifier: Verifier, token: str) -> str:
    with pytest.raises(TokenRefused) as refusal:
        await verifier.proven(token)
    return str(refusal.value.params["part"])


async def test_a21_new_key_is_accepted_after_asking_once_and_the_old_one_is_not(issuer: Issuer) -> None:
    clock = Clock()
    async with verifying(issuer, clock) as (verifier, asked):
        former = await a_machines_token(issuer)
        assert await verifier.proven(former)
        await issuer.stop()
        await issuer.start(a_key("second"))
        present = await a_machines_token(issuer)
        # It was asked a moment ago.
        assert await refused(verifier, present) == "kid"
        assert asked["jwks"] == 1
        clock.now += tokens.FETCH_SPACING_S
        assert await verifier.proven(present)
        assert await refused(verifier, former) == "kid"
        assert asked["jwks"] == 2


async def test_a20_unknown_keys_make_us_ask_once_in_30_seconds(issuer: Issuer) -> None:
    clock = Clock()
    async with verifying(issuer, clock) as (verifier, asked):
        token = await a_machines_token(issuer)
        header = jws.extract_compact(token.encode()).headers()
        for number in range(200):
            forged = jws.serialize_compact({**header, "kid": f"k{number}"}, b"{}", a_key("x"))
            assert await refused(verifier, forged) == "kid"
        assert asked["jwks"] == 1
        clock.now += tokens.FETCH_SPACING_S
        assert await refused(verifier, forged) == "kid"
        assert asked["jwks"] == 2


async def test_a21_known_keys_go_on_while_the_issuer_is_away(issuer: Issuer) -> None:
    clock = Clock()
    async with verifying(issuer, clock) as (verifier, _):
        token = await a_machines_token(issuer)
        assert await verifier.proven(token)
        await issuer.stop()
        clock.now += tokens.KEYS_FRESH_S + 1
        assert await verifier.proven(token)
        clock.now += tokens.KEYS_USABLE_S
        with pytest.raises(tokens.IssuerUnreachable):
            await verifier.proven(token)
