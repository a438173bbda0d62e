"""Proofs of possession: what is no proof, for here, now, of this key and this token, is refused (A27)."""

import json
import time
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey

from auth.proofs import (
    LONGEST_PROOF,
    REGISTRY,
    ProofRefused,
    Proofs,
    checked,
    hash_of,
    is_same_place,
    made,
    public_half,
)
from db.pool import Pool

PLACE = "https://ansinh.example/graphql"
TOKEN = "a.token.of-somebody"
NOW = 1_800_000_000.0
KEY = ECKey.generate_key("P-256")
RSA = RSAKey.generate_key(2_048)


def a_proof(
    key: Any = KEY,  # noqa: ANN401 -- of any kind
    header: dict[str, Any] | None = None,
    **changes: object,
) -> str:
    """A good proof, with changes; what is changed to None is left out."""
    said = {"typ": "dpop+jwt", "alg": "ES256", "jwk": public_half(KEY)} | (header or {})
    claims = {"htm": "POST", "htu": PLACE, "iat": NOW, "jti": "one", "ath": hash_of(TOKEN)} | changes
    return jws.serialize_compact(
        {name: value for name, value in said.items() if value is not None},
        json.dumps({name: value for name, value in claims.items() if value is not None}),
        key,
        registry=REGISTRY,
    )


def refused(proof: str, **changes: Any) -> str:  # noqa: ANN401 -- of how it is checked
    with pytest.raises(ProofRefused) as refusal:
        checked(proof, **({"method": "POST", "address": PLACE, "now": NOW, "token": TOKEN} | changes))
    return str(refusal.value.params["part"])


def accepted(proof: str) -> str:
    return checked(proof, method="POST", address=PLACE, now=NOW, token=TOKEN).key


def test_good_proof_names_its_key() -> None:
    assert accepted(a_proof()) == KEY.thumbprint()
    rsa = a_proof(RSA, {"alg": "PS256", "jwk": public_half(RSA)})
    assert accepted(rsa) == RSA.thumbprint()


@pytest.mark.parametrize("key", [KEY, RSA], ids=["EC", "RSA"])
def test_what_we_make_ourselves_is_accepted(key: ECKey | RSAKey) -> None:
    proof = made(key, method="POST", address=PLACE, now=NOW, token=TOKEN)
    assert accepted(proof) == key.thumbprint()
    assert proof != made(key, method="POST", address=PLACE, now=NOW, token=TOKEN)


@pytest.mark.parametrize("proof", ["", "x", "..", "a.b.c", "é.é.é", "{}", "\ud800"])
def test_a27_what_is_no_proof_is_refused(proof: str) -> None:
    assert refused(proof) == "form"


def test_a27_two_proofs_are_none() -> None:
    assert refused(f"{a_proof()}, {a_proof()}") == "form"


def test_a27_too_long_a_proof_is_not_looked_at() -> None:
    assert refused("x" * (LONGEST_PROOF + 1)) == "length"


@pytest.mark.parametrize("payload", ["[]", '"x"', "1", "null", "{", "[" * 1_000])
def test_a27_proof_that_says_nothing_is_refused(payload: str) -> None:
    header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": public_half(KEY)}
    assert refused(jws.serialize_compact(header, payload, KEY, registry=REGISTRY)) == "form"


@pytest.mark.parametrize("kind", ["JWT", "at+jwt", "DPoP+JWT", "application/dpop+jwt", "", None])
def test_a27_token_of_another_type_is_no_proof(kind: str | None) -> None:
    assert refused(a_proof(header={"typ": kind})) == "typ"


@pytest.mark.parametrize(
    "algorithm",
    ["none", "None", "nOnE", "", None, "HS256", "RS256", "ES384", "PS512", "EdDSA", "es256", ["ES256"]],
)
def test_a27_other_algorithms_are_refused(algorithm: object) -> None:
    assert refused(with_header(a_proof(), alg=algorithm)) == "alg"


def with_header(proof: str, **changes: object) -> str:
    """A proof whose header was changed after it was signed."""
    said = jws.extract_compact(proof.encode(), registry=REGISTRY).headers() | changes
    header = urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()
    return ".".join([header, *proof.split(".")[1:]])


NO_KEYS: dict[str, object] = {
    "missing": None,
    "text": "a key",
    "list": [],
    "empty": {},
    "only a kind": {"kty": "EC"},
    "unheard of": {"kty": "XX", "x": "AA"},
    "symmetric": {"kty": "oct", "k": "c2VjcmV0"},
    "private": KEY.as_dict(private=True),
    "private RSA": RSA.as_dict(private=True),
    "private, and not known as such": public_half(KEY) | {"d": ""},
    "P-384": ECKey.generate_key("P-384").as_dict(private=False),
    "secp256k1": ECKey.generate_key("secp256k1").as_dict(private=False),
    "Ed25519": OKPKey.generate_key("Ed25519").as_dict(private=False),
    "of another curve than it says": public_half(KEY) | {"crv": "P-384"},
    "not on its curve": public_half(KEY) | {"x": public_half(KEY)["y"]},
    "short": public_half(KEY) | {"x": "AA"},
    "number": public_half(KEY) | {"x": 5},
    "kinds": public_half(KEY) | {"kty": ["EC"]},
    "not base64": public_half(KEY) | {"x": "!" * 43},
    "elsewhere": public_half(KEY) | {"x5u": "https://evil.example"},
    "RSA with a small exponent": public_half(RSA) | {"e": "Aw"},
    "RSA with a large exponent": public_half(RSA) | {"e": "AQAAAAAAAAAAAAAAAAAAAAAAAQ"},
    "RSA of 1024 bits": public_half(RSA) | {"n": "x" * 171},
    "RSA of 6144 bits": public_half(RSA) | {"n": "x" * 1_024},
}


@pytest.mark.parametrize("name", NO_KEYS)
def test_a27_key_that_is_private_or_weak_or_costly_or_none_is_refused(name: str) -> None:
    assert refused(with_header(a_proof(), jwk=NO_KEYS[name])) == "jwk"


def test_what_a_browser_writes_beside_its_key_does_not_count() -> None:
    key = public_half(KEY) | {"key_ops": ["verify"], "ext": True}
    assert accepted(a_proof(header={"jwk": key})) == KEY.thumbprint()


def test_a27_key_that_did_not_sign_is_refused() -> None:
    assert refused(a_proof(ECKey.generate_key("P-256"))) == "signature"
    header, _, signature = a_proof().split(".")
    assert refused(f"{header}.{a_proof(jti='two').split('.')[1]}.{signature}") == "signature"
    # An algorithm of another kind of key.
    assert refused(a_proof(RSA, {"alg": "PS256"})) == "signature"


def test_a27_extension_that_must_be_understood_is_refused() -> None:
    proof = a_proof(header={"exp": 1})
    assert accepted(proof)
    assert refused(with_header(proof, crit=["exp"])) == "signature"


@pytest.mark.parametrize("method", ["GET", "post", "PUT", "", None, 5, ["POST"]])
def test_a27_proof_for_another_method_is_refused(method: object) -> None:
    assert refused(a_proof(htm=method)) == "htm"


@pytest.mark.parametrize(
    "place",
    [
        "http://ansinh.example/graphql",
        "https://ansinh.example:8443/graphql",
        "https://ansinh.example/graphql/",
        "https://ansinh.example/GRAPHQL",
        "https://ansinh.example/",
        "https://ansinh.example.evil.example/graphql",
        "https://evil.example/graphql",
        "https://evil@ansinh.example/graphql",
        "https://ansinh.example\n/graphql",
        "//ansinh.example/graphql",
        "/graphql",
        "https://[ansinh.example/graphql",
        "",
        None,
        5,
        [PLACE],
    ],
)
def test_a27_proof_for_another_place_is_refused(place: object) -> None:
    assert refused(a_proof(htu=place)) == "htu"


@pytest.mark.parametrize(
    "place",
    [f"{PLACE}?a=1", f"{PLACE}#here", "HTTPS://ANSINH.example/graphql", "https://ansinh.example:443/graphql"],
)
def test_query_fragment_and_the_case_of_a_host_do_not_count(place: str) -> None:
    assert accepted(a_proof(htu=place)) == KEY.thumbprint()


def test_origin_without_a_path_is_its_root() -> None:
    assert is_same_place("http://ansinh.example:80", "http://ansinh.example/")


@pytest.mark.parametrize("off", [-61, 61, -3_600, 10**9])
def test_a27_old_proof_is_refused_and_one_of_the_future(off: int) -> None:
    assert refused(a_proof(iat=NOW + off)) == "iat"


@pytest.mark.parametrize(
    "said",
    [
        *[None, "now", str(int(NOW)), True, [NOW], float("nan"), float("inf")],
        pytest.param(10**400, id="beyond any float"),
        pytest.param(-(10**400), id="before any float"),
    ],
)
def test_a27_proof_without_its_time_is_refused(said: object) -> None:
    assert refused(a_proof(iat=said)) == "iat"


@pytest.mark.parametrize("off", [-60, 0, 60])
def test_clocks_may_be_a_minute_apart(off: int) -> None:
    assert accepted(a_proof(iat=NOW + off)) == KEY.thumbprint()


@pytest.mark.parametrize("said", [None, "", 5, ["one"], "x" * 256, "a\0b", "\ud800"])
def test_a27_proof_that_cannot_be_remembered_is_refused(said: object) -> None:
    assert refused(a_proof(jti=said)) == "jti"


@pytest.mark.parametrize(
    "said", [None, "", hash_of("another"), TOKEN, 5, f"{hash_of(TOKEN)}=", "\ud800", "é"]
)
def test_a27_proof_for_another_token_is_refused(said: object) -> None:
    assert refused(a_proof(ath=said)) == "ath"


def shown(pool: Pool) -> Proofs:
    """A process of the portal, as it takes proofs."""
    return Proofs(pool, "https://ansinh.example")


async def spent(process: Proofs, proof: str | None, key: ECKey = KEY) -> None:
    await process.spend(proof, method="POST", path="/graphql", token=TOKEN, key=key.thumbprint())


def a_proof_for_now(key: ECKey = KEY) -> str:
    return made(key, method="POST", address=PLACE, now=time.time(), token=TOKEN)


async def test_a27_proof_is_good_once_whichever_process_it_comes_to(pool: Pool) -> None:
    proof = a_proof_for_now()
    await spent(shown(pool), proof)
    for process in (shown(pool), shown(pool)):
        with pytest.raises(ProofRefused, match="jti"):
            await spent(process, proof)


async def test_a27_identifier_is_anothers_to_use_too(pool: Pool) -> None:
    other = ECKey.generate_key("P-256")
    for key in (KEY, other):
        proof = a_proof(key, {"jwk": public_half(key)}, iat=time.time(), jti="everybody's")
        await spent(shown(pool), proof, key)


async def test_a27_proof_of_another_key_is_refused_and_not_spent(pool: Pool) -> None:
    proof = a_proof_for_now()
    with pytest.raises(ProofRefused, match="cnf"):
        await spent(shown(pool), proof, ECKey.generate_key("P-256"))
    await spent(shown(pool), proof)


async def test_a27_no_proof_is_no_proof(pool: Pool) -> None:
    with pytest.raises(ProofRefused, match="DPoP"):
        await spent(shown(pool), None)
