"""Proofs that whoever shows a token holds the key it is bound to: a copy of the token alone is worthless.

Source: RFC 9449 (DPoP), RFC 9700 section 2.2.1 (sender-constrained tokens).
"""

import hmac
import json
import secrets
import time
import warnings
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, TypeGuard
from urllib.parse import urlsplit

from joserfc import jws
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, RSAKey

from db import spent_proofs
from db.pool import Pool
from domain.refusals import Refusal

ALGORITHMS = ("ES256", "PS256")
PROOF_TYPE = "dpop+jwt"
LONGEST_PROOF = 4_096
LONGEST_IDENTIFIER = 255
# How far the clock of whoever makes a proof may be from ours; so long is a proof good for, once.
WINDOW_S = 60
# What else such a key has is its private half, or makes it costly to check with.
PUBLIC_PARTS = {"EC": {"kty", "crv", "x", "y"}, "RSA": {"kty", "n", "e"}}
LABELS = {"kid", "use", "alg", "key_ops", "ext"}
CURVE = "P-256"
USUAL_EXPONENT = "AQAB"
RSA_BITS = range(2_048, 4_097)
DEFAULT_PORT = {"http": ":80", "https": ":443"}


class ProofRefused(Refusal):
    """The proof that you hold the token's key is not accepted here; what is wrong with it: {part}."""

    code = "PROOF_REFUSED"
    vietnamese = "Bằng chứng giữ khóa của mã truy cập không được chấp nhận; phần không hợp lệ: {part}."

    def __init__(self, part: str) -> None:
        super().__init__(part=part)


@dataclass(frozen=True, slots=True)
class Proof:
    """That somebody held a key at an instant, in seconds since 1970. `key` is its thumbprint (RFC 7638)."""

    key: str
    identifier: str
    issued_at: float

    @property
    def fingerprint(self) -> bytes:
        """What the proof is remembered by."""
        return sha256(f"{self.key}.{self.identifier}".encode()).digest()


def checked(proof: str, *, method: str, address: str, now: float, token: str | None = None) -> Proof:
    """Check a proof for a request to an address of ours, with a token if one is shown.

    That it comes for the first time is for the caller to see to.

    Raises: ProofRefused.
    Source: RFC 9449 section 4.3.
    """
    key, claims = _signed(proof)
    issued_at, identifier = claims.get("iat"), claims.get("jti")
    if claims.get("htm") != method:
        raise ProofRefused("htm")
    if not is_same_place(claims.get("htu"), address):
        raise ProofRefused("htu")
    # Compared, not subtracted: a number of hundreds of digits is no float.
    if not (is_number(issued_at) and now - WINDOW_S <= issued_at <= now + WINDOW_S):
        raise ProofRefused("iat")
    if not is_identifier(identifier):
        raise ProofRefused("jti")
    if token is not None and not is_hash_of(token, claims.get("ath")):
        raise ProofRefused("ath")
    return Proof(key.thumbprint(), identifier, issued_at)


def _signed(proof: str) -> tuple[ECKey | RSAKey, dict[str, Any]]:
    """Read what the key in a proof's own header has signed.

    Raises: ProofRefused.
    """
    if len(proof) > LONGEST_PROOF:
        raise ProofRefused("length")
    try:
        signed = jws.extract_compact(proof.encode("ascii"), registry=REGISTRY)
        header, claims = signed.headers(), json.loads(signed.payload)
    except (JoseError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise ProofRefused("form") from error
    if not isinstance(claims, dict):
        raise ProofRefused("form")
    if header.get("typ") != PROOF_TYPE:
        raise ProofRefused("typ")
    if header.get("alg") not in ALGORITHMS:
        raise ProofRefused("alg")
    key = public_key(header.get("jwk"))
    try:
        is_signed = jws.validate_compact(signed, key, registry=REGISTRY)
    except (JoseError, ValueError, TypeError) as error:
        raise ProofRefused("signature") from error
    if not is_signed:
        raise ProofRefused("signature")
    return key, claims


class Registry(jws.JWSRegistry):
    """What a proof may be like; a key in its header takes more room than joserfc usually leaves."""

    max_header_length = LONGEST_PROOF


# The header has a member of its own (`jwk`), which is looked at by itself.
REGISTRY = Registry(algorithms=ALGORITHMS, strict_check_header=False)


def public_key(data: object) -> ECKey | RSAKey:
    """Read the public key in the header of a proof.

    Raises: ProofRefused where it is private, symmetric, weak, or costly to check with.
    """
    if not isinstance(data, Mapping):
        raise ProofRefused("jwk")
    parts = PUBLIC_PARTS.get(str(data.get("kty")))
    if parts is None or not parts <= data.keys() <= parts | LABELS:
        raise ProofRefused("jwk")
    named: dict[str, Any] = {name: data[name] for name in parts}
    if not all(isinstance(value, str) for value in named.values()):
        raise ProofRefused("jwk")
    try:
        with warnings.catch_warnings(action="error", category=SecurityWarning):
            if named["kty"] == "EC":
                elliptic = ECKey.import_key(named)
                # A point that is not on its curve shows only when it is used.
                return elliptic if named["crv"] == CURVE and elliptic.public_key else _no_key()
            key = RSAKey.import_key(named)
            is_usual = key.public_key.key_size in RSA_BITS and named["e"] == USUAL_EXPONENT
            return key if is_usual else _no_key()
    except (JoseError, SecurityWarning, ValueError, TypeError, KeyError) as error:
        raise ProofRefused("jwk") from error


def _no_key() -> ECKey | RSAKey:
    raise ProofRefused("jwk")


def is_number(said: object) -> TypeGuard[float]:
    """Whether this is a number: to Python, but not to JSON, true is one."""
    return isinstance(said, int | float) and not isinstance(said, bool)


def is_identifier(said: object) -> TypeGuard[str]:
    """Whether a proof can be remembered by this."""
    return isinstance(said, str) and 0 < len(said) <= LONGEST_IDENTIFIER and said.isprintable()


def is_same_place(written: object, address: str) -> bool:
    """Whether a proof is for this address; query and fragment do not count."""
    if not isinstance(written, str) or not written.isprintable():
        return False
    try:
        return _place(written) == _place(address)
    except ValueError:
        return False


def _place(address: str) -> tuple[str, str, str]:
    """Scheme, authority and path, in the one form of RFC 3986 section 6.2."""
    parts = urlsplit(address)
    authority = parts.netloc.lower().removesuffix(DEFAULT_PORT.get(parts.scheme, ""))
    return parts.scheme, authority, parts.path or "/"


def hash_of(token: str) -> str:
    """What a proof says of the token that it comes with (`ath`)."""
    return urlsafe_b64encode(sha256(token.encode()).digest()).rstrip(b"=").decode()


def is_hash_of(token: str, said: object) -> bool:
    """Whether a proof was made for this token."""
    return isinstance(said, str) and said.isascii() and hmac.compare_digest(said, hash_of(token))


class Proofs:
    """Checks the proofs of those who come to the portal, each of which is good once, in whichever process.

    `url` is where browsers and programs find us; what a request calls us does not count.
    """

    def __init__(self, pool: Pool, url: str, *, clock: Callable[[], float] = time.time) -> None:
        self._pool = pool
        self._url = url
        self._clock = clock

    async def spend(self, proof: str | None, *, method: str, path: str, token: str, key: str) -> None:
        """Take a proof that whoever shows a token holds the key that it is bound to.

        Raises: ProofRefused.
        """
        if proof is None:
            raise ProofRefused("DPoP")
        found = checked(proof, method=method, address=f"{self._url}{path}", now=self._clock(), token=token)
        if not hmac.compare_digest(found.key, key):
            raise ProofRefused("cnf")
        until = datetime.fromtimestamp(found.issued_at + WINDOW_S, UTC)
        if not await spent_proofs.spend(self._pool, found.fingerprint, until=until):
            raise ProofRefused("jti")


def made(key: ECKey | RSAKey, *, method: str, address: str, now: float, token: str | None = None) -> str:
    """Make a proof, as a program does that holds a key."""
    algorithm = "ES256" if isinstance(key, ECKey) else "PS256"
    header = {"typ": PROOF_TYPE, "alg": algorithm, "jwk": public_half(key)}
    claims = {"htm": method, "htu": address, "iat": int(now), "jti": secrets.token_urlsafe(16)}
    if token is not None:
        claims["ath"] = hash_of(token)
    return jws.serialize_compact(header, json.dumps(claims), key, registry=REGISTRY)


def public_half(key: ECKey | RSAKey) -> dict[str, Any]:
    """What a proof shows of its key."""
    data = key.as_dict(private=False)
    return {name: data[name] for name in sorted(PUBLIC_PARTS[str(data["kty"])])}
