"""A machine gets its tokens from an issuer that is not ours, and shows them here."""

import json
import time

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from auth import proofs
from auth.viewer import ViewerKind, principal_of
from tests.api.conftest import Account, RunningPortal, a_persona
from tests.provider.conftest import MACHINE, Issuer, a_key, a_token

WHO = "{ viewer { kind name } }"


@pytest.fixture
async def hospital(portal: RunningPortal, issuer: Issuer) -> Account:
    """The machine, with a token."""
    key = a_key("bound")
    answer = (await a_token(issuer, key=key)).json()
    assert (answer["token_type"], answer["expires_in"]) == ("DPoP", 300), answer
    return Account(
        a_persona(ViewerKind.PARTNER),
        principal_of(issuer.name, MACHINE),
        answer["access_token"],
        key=key,
        address=f"{portal.url}/graphql",
    )


async def test_machine_is_whom_the_issuer_says(portal: RunningPortal, hospital: Account) -> None:
    for _ in range(2):
        told = await portal.told(WHO, hospital)
        assert told["viewer"] == {"kind": "PARTNER", "name": "Bệnh viện Thử"}


async def test_a27_proof_is_good_once(portal: RunningPortal, hospital: Account) -> None:
    headers = hospital.headers | {"content-type": "application/json"}
    content = json.dumps({"query": WHO})
    first, second = [
        await portal.http.post(hospital.address, content=content, headers=headers) for _ in range(2)
    ]
    assert (first.status_code, second.status_code) == (200, 401)
    assert second.headers["www-authenticate"].startswith("DPoP ")


async def test_a27_token_alone_or_with_another_key_is_worthless(
    portal: RunningPortal, hospital: Account
) -> None:
    thief = ECKey.generate_key("P-256")
    proof = proofs.made(thief, method="POST", address=hospital.address, now=time.time(), token=hospital.token)
    for headers in (
        {"authorization": f"Bearer {hospital.token}"},
        {"authorization": f"DPoP {hospital.token}"},
        {"authorization": f"DPoP {hospital.token}", "dpop": proof},
    ):
        assert (await portal.post(json.dumps({"query": WHO}), **headers)).status_code == 401


async def test_machine_follows_over_a_socket(portal: RunningPortal, hospital: Account) -> None:
    async with portal.line(introduced=False) as line:
        shown = hospital.shown("GET")
        await line.say("connection_init", payload={name.lower(): value for name, value in shown.items()})
        assert (await line.hear())["type"] == "connection_ack"


async def test_a29_issuer_takes_an_assertion_once(issuer: Issuer) -> None:
    now = int(time.time())
    claims = {"iss": MACHINE, "sub": MACHINE, "aud": issuer.name, "iat": now, "exp": now + 60, "jti": "once"}
    assertion = jwt.encode({"alg": "ES256"}, claims, issuer.machine)
    first, second = [await a_token(issuer, key=a_key("x"), assertion=assertion) for _ in range(2)]
    assert (first.status_code, second.status_code) == (200, 401)
