"""An issuer whose documents and tokens the tests make as they please."""

import json
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

from auth.tokens import Issuer, Verifier

NAME = "https://issuer.example"
AUDIENCE = "ansinh"
LAN = UUID(int=7)
PERSONAL_NUMBER = "001192001234"


class Clock:
    """A clock that the test turns, in seconds."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


class MadeUpIssuer:
    """Signs anything, publishes what it is told to, counts how often it is asked, and can be away."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.key = ECKey.generate_key("P-256", {"kid": "first"})
        self.published: list[dict[str, Any]] = [public(self.key)]
        self.is_away = False
        self.asked = 0

    async def fetch(self, address: str) -> Mapping[str, Any]:
        """Answer for the issuer's two documents."""
        if self.is_away:
            raise ConnectionError
        if address.endswith("/jwks"):
            self.asked += 1
            return {"keys": self.published}
        return {"issuer": NAME, "jwks_uri": f"{NAME}/jwks"}

    def verifier(self) -> Verifier:
        """A verifier of this issuer's tokens, which has not asked it yet."""

        async def find_participant(number: str) -> UUID | None:
            return LAN if number == PERSONAL_NUMBER else None

        return Verifier(
            Issuer(NAME, self.fetch, clock=self.clock),
            audience=AUDIENCE,
            find_participant=find_participant,
            clock=self.clock,
        )

    def claims(self, **changes: object) -> dict[str, Any]:
        """What a good access token says, with changes; a claim changed to None is left out."""
        now = int(self.clock())
        claims = {
            "iss": NAME,
            "sub": "lan",
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + 600,
            "jti": str(time.monotonic_ns()),
            "client_id": "ansinh",
            "scope": "openid dossier:read participant:read unheard:of",
            "account_type": "citizen",
            "name": "Nguyễn Thị Lan",
            "acr": "2",
            "personal_number": PERSONAL_NUMBER,
        } | changes
        return {name: value for name, value in claims.items() if value is not None}

    def token(
        self, *, key: ECKey | RSAKey | None = None, header: Mapping[str, Any] | None = None, **changes: object
    ) -> str:
        """Sign a good access token, with changes."""
        signing = key or self.key
        algorithm = "ES256" if isinstance(signing, ECKey) else "PS256"
        said = {"alg": algorithm, "typ": "at+jwt", "kid": signing.kid} | dict(header or {})
        payload = json.dumps(self.claims(**changes))
        return jws.serialize_compact(said, payload, signing, algorithms=[said["alg"]])


def public(key: ECKey | RSAKey) -> dict[str, Any]:
    """The public half of a key, as a key set shows it."""
    return dict(key.as_dict(private=False))
