"""What the agency signs: whoever has it can prove to anybody that it is ours, and that nobody has changed it.

A key is a secret of 32 bytes. The newest signs; the older ones are published with it, for as long as somebody
may hold what they have signed.

Source: RFC 7515 (JWS), RFC 7517 (sets of keys), RFC 7518 section 3.4 (ES256), RFC 7638 (names of keys), RFC
8725 section 3.11 (a type for each kind of text, so that none is taken for another).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet
from joserfc.jws import JWSRegistry

ALGORITHM = "ES256"


@dataclass(frozen=True)
class Signatory:
    """The agency as it signs, under the address by which it is known; the first of its keys signs."""

    issuer: str
    keys: tuple[ECKey, ...]

    @classmethod
    def of(cls, issuer: str, secrets: Sequence[bytes]) -> Self:
        """The signatory with these keys, the newest first."""
        return cls(issuer, tuple(key_of(secret) for secret in secrets))

    def signed(self, kind: str, claims: Mapping[str, Any]) -> str:
        """Sign claims as a text of one kind, `something+jwt`: what RFC 7515 calls the compact form."""
        newest = self.keys[0]
        header = {"alg": ALGORITHM, "kid": newest.kid, "typ": kind}
        return jwt.encode(header, {"iss": self.issuer, **claims}, newest)

    def has_signed(self, kind: str, claims: Mapping[str, Any], text: str) -> bool:
        """Whether a text is what one of these keys has signed, as this kind, of exactly these claims."""
        registry = JWSRegistry(algorithms=[ALGORITHM])
        registry.max_payload_length = len(text)
        try:
            token = jwt.decode(text, KeySet(list(self.keys)), registry=registry)
        except JoseError:
            return False
        return token.header.get("typ") == kind and token.claims == {"iss": self.issuer, **claims}

    def published(self) -> dict[str, Any]:
        """The keys by which anybody can check what is signed."""
        return dict(KeySet(list(self.keys)).as_dict(private=False))


def key_of(secret: bytes) -> ECKey:
    """The key of a secret, named by its thumbprint.

    Raises: ValueError where the secret is none: 0, or beyond the order of the curve.
    """
    private = ec.derive_private_key(int.from_bytes(secret), ec.SECP256R1())
    key = ECKey.import_key(private, {"use": "sig", "alg": ALGORITHM})
    key.ensure_kid()
    return key
