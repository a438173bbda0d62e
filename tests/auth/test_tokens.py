"""Access tokens: what is accepted, and everything that is not."""

import asyncio
import base64
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jws
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OctKey, RSAKey

from auth.scopes import Scope
from auth.tokens import (
    LONGEST_TOKEN,
    MOST_REMEMBERED,
    ClaimNames,
    IssuerUnreachable,
    TokenExpired,
    TokenRefused,
    Verifier,
)
from auth.viewer import ViewerKind, principal_of
from tests.auth.issuers import AUDIENCE, LAN, NAME, MadeUpIssuer, public

RSA = RSAKey.generate_key(2048, {"kid": "rsa"})


# The thumbprint of somebody's key.
KEY = "k" * 43


@pytest.fixture
def issuer() -> MadeUpIssuer:
    made_up = MadeUpIssuer()
    made_up.published.append(public(RSA))
    return made_up


@pytest.fixture
def verifier(issuer: MadeUpIssuer) -> Verifier:
    return issuer.verifier()


async def refused(verifier: Verifier, token: str) -> str:
    """The part for which the token is refused."""
    with pytest.raises(TokenRefused) as refusal:
        await verifier.viewer(token)
    return refusal.value.params["part"]


def encoded(header: Mapping[str, object], payload: Mapping[str, object], signature: bytes = b"") -> str:
    parts = (json.dumps(header).encode(), json.dumps(payload).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


async def test_token_proves_its_viewer(issuer: MadeUpIssuer, verifier: Verifier) -> None:
    viewer = await verifier.viewer(issuer.token())
    assert viewer.kind is ViewerKind.CITIZEN
    assert viewer.principal == principal_of(NAME, "lan")
    assert viewer.participant_id == LAN
    assert viewer.name == "Nguyễn Thị Lan"
    assert viewer.assurance == 2
    assert viewer.expires_at
    assert viewer.expires_at.timestamp() == issuer.clock() + 600


async def test_scopes_that_are_unknown_here_are_left_out(issuer: MadeUpIssuer, verifier: Verifier) -> None:
    viewer = await verifier.viewer(issuer.token())
    assert viewer.scopes == {Scope.DOSSIER_READ, Scope.PARTICIPANT_READ}


@pytest.mark.parametrize("kind", ["employer", "officer", "partner"])
async def test_personal_number_of_anybody_but_a_citizen_finds_nobody(
    issuer: MadeUpIssuer, verifier: Verifier, kind: str
) -> None:
    bound = {"exp": int(issuer.clock()) + 300, "cnf": {"jkt": KEY}} if kind == "partner" else {}
    proven = await verifier.proven(issuer.token(account_type=kind, **bound))
    assert proven.viewer.participant_id is None


@pytest.mark.parametrize("number", ["079085004321", "12", "٠٠١١٩٢٠٠١٢٣٤", 1192001234, ["001192001234"], None])
async def test_citizen_without_a_known_personal_number_is_nobodys_participant(
    issuer: MadeUpIssuer, verifier: Verifier, number: object
) -> None:
    viewer = await verifier.viewer(issuer.token(personal_number=number))
    assert viewer.participant_id is None


async def test_claims_may_have_other_names(issuer: MadeUpIssuer) -> None:
    async def find_participant(_number: str) -> UUID:
        return LAN

    verifier = Verifier(
        issuer.verifier().issuer,
        audience=AUDIENCE,
        find_participant=find_participant,
        claim_names=ClaimNames(
            account_type="loaiTaiKhoan",
            name="hoTen",
            personal_number="soDinhDanh",
            assurance="mucDo",
            scope="scp",
            account_types={"01": ViewerKind.CITIZEN},
            assurance_levels={"https://vneid.example/muc-2": 2},
        ),
        clock=issuer.clock,
    )
    viewer = await verifier.viewer(
        issuer.token(
            account_type=None,
            loaiTaiKhoan="01",
            hoTen="Lê Thị Hoa",
            soDinhDanh="001168007788",
            mucDo="https://vneid.example/muc-2",
            scp="dossier:read",
        )
    )
    assert (viewer.kind, viewer.name, viewer.participant_id) == (ViewerKind.CITIZEN, "Lê Thị Hoa", LAN)
    assert (viewer.assurance, viewer.scopes) == (2, frozenset({Scope.DOSSIER_READ}))


async def test_name_is_normalised(issuer: MadeUpIssuer, verifier: Verifier) -> None:
    viewer = await verifier.viewer(issuer.token(name="Nguye\u0302\u0303n"))
    assert viewer.name == "Nguy\u1ec5n"


@pytest.mark.parametrize("name", ["Lan\x00", "Lan\u202egnp", "Lan\u200b", "\ud800"])
async def test_name_that_cannot_be_shown_is_left_out(
    issuer: MadeUpIssuer, verifier: Verifier, name: str
) -> None:
    assert (await verifier.viewer(issuer.token(name=name))).name == ""


@pytest.mark.parametrize("alg", ["none", "None", "nOnE", "NONE", ""])
async def test_a15_unsigned_token_is_refused(issuer: MadeUpIssuer, verifier: Verifier, alg: str) -> None:
    header: dict[str, object] = {"alg": alg, "typ": "at+jwt", "kid": "first"}
    assert await refused(verifier, encoded(header, issuer.claims())) == "alg"


async def test_a15_missing_algorithm_is_refused(issuer: MadeUpIssuer, verifier: Verifier) -> None:
    assert await refused(verifier, encoded({"typ": "at+jwt", "kid": "first"}, issuer.claims())) == "form"


PEM = RSA.as_pem(private=False)
SECRETS = {
    "PEM": PEM,
    "PEM after a blank": b" " + PEM,
    "PEM after a byte order mark": b"\xef\xbb\xbf" + PEM,
    "DER": RSA.as_der(private=False),
    "JWK": json.dumps(public(RSA)).encode(),
    "nothing": b"",
}


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS.keys())
@pytest.mark.parametrize("alg", ["HS256", "hs256"])
async def test_a16_public_key_is_no_secret_to_sign_with(
    issuer: MadeUpIssuer, verifier: Verifier, secret: bytes, alg: str
) -> None:
    unsigned = encoded({"alg": alg, "typ": "at+jwt", "kid": "rsa"}, issuer.claims()).rpartition(".")[0]
    signature = hmac.digest(secret, unsigned.encode(), "sha256")
    signed = f"{unsigned}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"
    assert await refused(verifier, signed) == "alg"


async def test_a16_symmetric_key_in_the_key_set_is_not_used(issuer: MadeUpIssuer, verifier: Verifier) -> None:
    secret = OctKey.import_key({"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQ", "kid": "shared"})
    issuer.published.append(dict(secret.as_dict(private=True)))
    header = {"alg": "HS256", "typ": "at+jwt", "kid": "shared"}
    token = jws.serialize_compact(header, json.dumps(issuer.claims()), secret, algorithms=["HS256"])
    assert await refused(verifier, token) == "alg"


async def test_a16_key_set_of_symmetric_keys_has_no_keys(issuer: MadeUpIssuer, verifier: Verifier) -> None:
    issuer.published = [{"kty": "oct", "k": "c2VjcmV0", "kid": "first"}]
    with pytest.raises(IssuerUnreachable):
        await verifier.viewer(issuer.token())


async def test_rs256_is_refused_unless_configured(issuer: MadeUpIssuer, verifier: Verifier) -> None:
    header = {"alg": "RS256", "typ": "at+jwt", "kid": "rsa"}
    token = jws.serialize_compact(header, json.dumps(issuer.claims()), RSA, algorithms=["RS256"])
    assert await refused(verifier, token) == "alg"


async def test_ps256_is_accepted(issuer: MadeUpIssuer, verifier: Verifier) -> None:
    assert await verifier.viewer(issuer.token(key=RSA))


async def test_key_in_the_token_itself_is_not_used(issuer: MadeUpIssuer, verifier: Verifier) -> None:
    own = ECKey.generate_key("P-256", {"kid": "first"})
    token = issuer.token(key=own, header={"jwk": public(own), "jku": "https://evil.example/jwks"})
    assert await refused(verifier, token) == "signature"


async def test_key_of_another_type_is_refused(issuer: MadeUpIssuer, verifier: Verifier) -> None:
    assert await refused(verifier, issuer.token(header={"kid": "rsa"})) == "signature"


async def test_key_for_encryption_is_not_used(issuer: MadeUpIssuer, verifier: Verifier) -> None:
    issuer.published = [public(issuer.key) | {"use": "enc"}, public(RSA)]
    assert await refused(verifier, issuer.token()) == "kid"


async def test_key_that_is_too_weak_is_not_used(issuer: MadeUpIssuer, verifier: Verifier) -> None:
    with pytest.warns(SecurityWarning):
        weak = RSAKey.generate_key(1024, {"kid": "weak"})
    issuer.published.append(public(weak))
    assert await refused(verifier, issuer.token(key=weak)) == "kid"


async def test_key_that_cannot_be_read_does_not_hide_the_others(
    issuer: MadeUpIssuer, verifier: Verifier
) -> None:
    issuer.published[:0] = [{"kty": "AKP", "kid": "new"}, {"kty": "EC", "crv": "P-256", "kid": "half"}, {}]
    assert await verifier.viewer(issuer.token())


@pytest.mark.parametrize("crit", [["exp"], ["unheard-of"], []])
async def test_critical_header_that_is_not_understood_is_refused(
    issuer: MadeUpIssuer, verifier: Verifier, crit: list[str]
) -> None:
    unsigned = {"alg": "ES256", "typ": "at+jwt", "kid": "first", "crit": crit}
    assert await refused(verifier, encoded(unsigned, issuer.claims(), b"x" * 64)) == "signature"


@pytest.mark.parametrize("ago", [0, 1, 61, 86_400])
async def test_a17_expired_token_is_refused_to_the_second(
    issuer: MadeUpIssuer, verifier: Verifier, ago: int
) -> None:
    now = int(issuer.clock())
    with pytest.raises(TokenExpired):
        await verifier.viewer(issuer.token(exp=now - ago, iat=now - 600))


async def test_a17_token_that_is_remembered_expires_too(issuer: MadeUpIssuer, verifier: Verifier) -> None:
    token = issuer.token(exp=int(issuer.clock()) + 300)
    assert await verifier.viewer(token) is await verifier.viewer(token)
    issuer.clock.now += 300
    with pytest.raises(TokenExpired):
        await verifier.viewer(token)


@pytest.mark.parametrize(
    "exp",
    [
        None,
        "1900000000",
        10 * 365 * 86_400 + 1_800_000_000,
        True,
        [],
        {},
        1e400,
        float("nan"),
        -1e400,
        10**400,
    ],
)
async def test_a17_token_without_a_sensible_end_is_refused(
    issuer: MadeUpIssuer, verifier: Verifier, exp: object
) -> None:
    with pytest.raises((TokenRefused, TokenExpired)):
        await verifier.viewer(issuer.token(exp=exp))


@pytest.mark.parametrize("claim", ["nbf", "iat"])
@pytest.mark.parametrize("value", [61, 3_600, "0", True, float("nan"), 1e400])
async def test_a17_token_of_the_future_is_refused(
    issuer: MadeUpIssuer, verifier: Verifier, claim: str, value: object
) -> None:
    changes: dict[str, Any] = {claim: issuer.clock() + value if type(value) is int else value}
    assert await refused(verifier, issuer.token(**changes)) == claim


@pytest.mark.parametrize("claim", ["nbf", "iat"])
async def test_a17_issuers_clock_may_run_a_minute_ahead(
    issuer: MadeUpIssuer, verifier: Verifier, claim: str
) -> None:
    changes: dict[str, Any] = {claim: int(issuer.clock()) + 60}
    assert await verifier.viewer(issuer.token(**changes))


@pytest.mark.parametrize("iss", ["https://other.example", f"{NAME}/", NAME.upper(), [NAME], None, ""])
async def test_a18_token_of_another_issuer_is_refused(
    issuer: MadeUpIssuer, verifier: Verifier, iss: object
) -> None:
    assert await refused(verifier, issuer.token(iss=iss)) == "iss"


@pytest.mark.parametrize(
    "aud", ["other", "ANSINH", [AUDIENCE, "other"], ["other"], [AUDIENCE], None, "", [], 1]
)
async def test_a18_token_for_another_audience_is_refused(
    issuer: MadeUpIssuer, verifier: Verifier, aud: object
) -> None:
    assert await refused(verifier, issuer.token(aud=aud)) == "aud"


@pytest.mark.parametrize("typ", ["JWT", "jwt", "logout+jwt", "dpop+jwt", "", None, 1, ["at+jwt"]])
async def test_a18_token_of_another_type_is_refused(
    issuer: MadeUpIssuer, verifier: Verifier, typ: object
) -> None:
    unsigned: dict[str, object] = {"alg": "ES256", "typ": typ, "kid": "first"}
    token = encoded(unsigned, issuer.claims(), b"x" * 64)
    assert await refused(verifier, token) == "typ"


async def test_a18_identity_token_is_no_access_token(issuer: MadeUpIssuer, verifier: Verifier) -> None:
    token = issuer.token(header={"typ": "JWT"}, aud="ansinh", nonce="n")
    assert await refused(verifier, token) == "typ"


@pytest.mark.parametrize("typ", ["AT+JWT", "application/at+jwt"])
async def test_type_may_be_written_in_full(issuer: MadeUpIssuer, verifier: Verifier, typ: str) -> None:
    assert await verifier.viewer(issuer.token(header={"typ": typ}))


async def test_a27_bound_token_is_no_bearer_token(issuer: MadeUpIssuer, verifier: Verifier) -> None:
    token = issuer.token(cnf={"jkt": KEY})
    assert await refused(verifier, token) == "cnf"
    assert (await verifier.proven(token)).key == KEY
    # Nor is it where it is remembered.
    assert await refused(verifier, token) == "cnf"


@pytest.mark.parametrize(
    "bound",
    [
        {},
        "x",
        {"jkt": "x"},
        {"jkt": f"{'x' * 42}="},
        {"jkt": [KEY]},
        {"jkt": None},
        {"x5t#S256": KEY},
        {"jkt": KEY, "x5t#S256": KEY},
        {"jwk": {}},
        [KEY],
    ],
    ids=str,
)
async def test_a27_token_bound_in_another_way_is_refused(
    issuer: MadeUpIssuer, verifier: Verifier, bound: object
) -> None:
    token = issuer.token(cnf=bound)
    with pytest.raises(TokenRefused) as refusal:
        await verifier.proven(token)
    assert refusal.value.params["part"] == "cnf"


async def test_a17_token_lives_an_hour_from_when_it_was_issued(
    issuer: MadeUpIssuer, verifier: Verifier
) -> None:
    now = int(issuer.clock())
    assert await verifier.viewer(issuer.token(iat=now - 1_800, exp=now + 1_800))
    assert await refused(verifier, issuer.token(iat=now - 1_801, exp=now + 1_800)) == "exp"
    assert await refused(verifier, issuer.token(iat=1, exp=now + 60)) == "exp"


MACHINES: dict[str, dict[str, object]] = {
    "a partner": {"account_type": "partner"},
    "an employer's system": {"account_type": "employer", "sub": "machine", "client_id": "machine"},
    "a citizen's own program": {"sub": "machine", "client_id": "machine"},
}


@pytest.mark.parametrize("who", MACHINES)
async def test_machines_token_is_bound_and_lives_five_minutes(
    issuer: MadeUpIssuer, verifier: Verifier, who: str
) -> None:
    now = int(issuer.clock())
    bound = MACHINES[who] | {"cnf": {"jkt": KEY}}
    assert (await verifier.proven(issuer.token(exp=now + 300, **bound))).key == KEY
    assert await refused(verifier, issuer.token(exp=now + 301, **bound)) == "exp"
    assert await refused(verifier, issuer.token(exp=now + 300, iat=now - 1, **bound)) == "exp"
    assert await refused(verifier, issuer.token(exp=now + 300, **MACHINES[who])) == "cnf"


@pytest.mark.parametrize("sub", [None, "", 7, "Lân", "a\x00b", "\ud800", "a" * 256])
async def test_subject_that_cannot_name_an_account_is_refused(
    issuer: MadeUpIssuer, verifier: Verifier, sub: object
) -> None:
    assert await refused(verifier, issuer.token(sub=sub)) == "sub"


@pytest.mark.parametrize("account_type", [None, "anonymous", "admin", "CITIZEN", ["citizen"]])
async def test_account_of_an_unknown_type_is_refused(
    issuer: MadeUpIssuer, verifier: Verifier, account_type: object
) -> None:
    assert await refused(verifier, issuer.token(account_type=account_type)) == "account_type"


async def test_changed_token_is_refused(issuer: MadeUpIssuer, verifier: Verifier) -> None:
    header, _, signature = issuer.token().split(".")
    payload = encoded({}, issuer.claims(account_type="officer")).split(".")[1]
    assert await refused(verifier, f"{header}.{payload}.{signature}") == "signature"


async def test_token_that_is_too_long_is_refused_unread(issuer: MadeUpIssuer, verifier: Verifier) -> None:
    assert await refused(verifier, issuer.token(name="a" * LONGEST_TOKEN)) == "length"
    assert issuer.asked == 0


DEEP = base64.urlsafe_b64encode(b"[" * 5_000).decode()
ODD = st.sampled_from(["", ".", "..", "...", "a.b.c", f"{DEEP}.e30.", "é.é.é", "e30.e30.e30", "bnVsbA.e30."])


@given(st.one_of(ODD, st.text(max_size=200), st.text("eyJ0_-.", max_size=300)))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_not_a_token_is_refused_and_nothing_else(token: str) -> None:
    issuer = MadeUpIssuer()
    with pytest.raises(TokenRefused), asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        runner.run(issuer.verifier().viewer(token))
    assert issuer.asked == 0


async def test_a20_unknown_keys_make_us_ask_once_in_30_seconds(
    issuer: MadeUpIssuer, verifier: Verifier
) -> None:
    await verifier.viewer(issuer.token())
    issuer.clock.now += 30
    tokens = [issuer.token(header={"kid": f"unknown-{number}"}) for number in range(200)]
    refusals = await asyncio.gather(*map(verifier.viewer, tokens), return_exceptions=True)
    assert {type(refusal) for refusal in refusals} == {TokenRefused}
    assert issuer.asked == 2
    for _ in range(29):
        issuer.clock.now += 1
        await refused(verifier, tokens[0])
    assert issuer.asked == 2
    issuer.clock.now += 1
    await refused(verifier, tokens[0])
    assert issuer.asked == 3


async def test_first_tokens_of_a_process_ask_the_issuer_once(
    issuer: MadeUpIssuer, verifier: Verifier
) -> None:
    await asyncio.gather(*(verifier.viewer(issuer.token()) for _ in range(20)))
    assert issuer.asked == 1


async def test_a21_new_key_is_accepted_after_asking_once(issuer: MadeUpIssuer, verifier: Verifier) -> None:
    await verifier.viewer(issuer.token())
    issuer.clock.now += 30
    new = ECKey.generate_key("P-256", {"kid": "second"})
    issuer.published = [public(issuer.key), public(new)]
    assert await verifier.viewer(issuer.token(key=new))
    assert issuer.asked == 2


async def test_a21_withdrawn_key_is_refused_even_where_it_was_verified_before(
    issuer: MadeUpIssuer, verifier: Verifier
) -> None:
    old = issuer.token()
    await verifier.viewer(old)
    issuer.clock.now += 30
    new = ECKey.generate_key("P-256", {"kid": "second"})
    issuer.published = [public(new)]
    await verifier.viewer(issuer.token(key=new))
    assert await refused(verifier, old) == "kid"


async def test_a21_withdrawn_key_is_noticed_though_no_new_one_is_shown(
    issuer: MadeUpIssuer, verifier: Verifier
) -> None:
    await verifier.viewer(issuer.token())
    issuer.published = [public(RSA)]
    issuer.clock.now += 600
    assert await refused(verifier, issuer.token()) == "kid"


async def test_a21_key_replaced_under_its_name_takes_along_what_it_signed(
    issuer: MadeUpIssuer, verifier: Verifier
) -> None:
    old = issuer.token()
    await verifier.viewer(old)
    issuer.published = [public(ECKey.generate_key("P-256", {"kid": "first"}))]
    issuer.clock.now += 599
    await refused(verifier, issuer.token(header={"kid": "unknown"}))
    assert await refused(verifier, old) == "signature"


async def test_a21_known_keys_go_on_while_the_issuer_is_away(
    issuer: MadeUpIssuer, verifier: Verifier
) -> None:
    await verifier.viewer(issuer.token())
    issuer.is_away = True
    issuer.clock.now += 86_400
    assert await verifier.viewer(issuer.token())


async def test_a21_keys_are_not_believed_for_ever(issuer: MadeUpIssuer, verifier: Verifier) -> None:
    await verifier.viewer(issuer.token())
    issuer.is_away = True
    issuer.clock.now += 86_401
    with pytest.raises(IssuerUnreachable):
        await verifier.viewer(issuer.token())


async def test_issuer_that_was_never_reached_refuses_nobody_but_answers_nobody(
    issuer: MadeUpIssuer, verifier: Verifier
) -> None:
    issuer.is_away = True
    with pytest.raises(IssuerUnreachable):
        await verifier.viewer(issuer.token())
    issuer.is_away = False
    issuer.clock.now += 2
    assert await verifier.viewer(issuer.token())


async def test_issuer_that_hangs_is_waited_for_once(issuer: MadeUpIssuer) -> None:
    verifier, attempts = issuer.verifier(), []

    async def hang(address: str) -> dict[str, object]:
        attempts.append(address)
        await asyncio.sleep(0)
        issuer.clock.now += 5
        raise TimeoutError

    verifier.issuer._fetch = hang  # noqa: SLF001
    tokens = [issuer.token() for _ in range(20)]
    refusals = await asyncio.gather(*map(verifier.viewer, tokens), return_exceptions=True)
    assert {type(refusal) for refusal in refusals} == {IssuerUnreachable}
    assert len(attempts) == 1


async def test_while_one_asks_a_slow_issuer_again_the_others_go_on(issuer: MadeUpIssuer) -> None:
    verifier, slow = issuer.verifier(), asyncio.Event()
    await verifier.viewer(issuer.token())
    fetch = issuer.fetch

    async def slowly(address: str) -> object:
        await slow.wait()
        return await fetch(address)

    verifier.issuer._fetch = slowly  # type: ignore[assignment]  # noqa: SLF001
    issuer.clock.now += 600
    first = asyncio.create_task(verifier.viewer(issuer.token()))
    await asyncio.sleep(0)
    assert await verifier.viewer(issuer.token())
    assert not first.done()
    slow.set()
    assert await first


@pytest.mark.parametrize(
    "documents",
    [{"issuer": "https://other.example"}, {"issuer": NAME}, {}, [], {"issuer": NAME, "jwks_uri": None}],
)
async def test_documents_that_are_not_the_issuers_are_not_used(
    issuer: MadeUpIssuer, documents: object
) -> None:
    verifier = issuer.verifier()

    async def fetch(_address: str) -> object:
        return documents

    verifier.issuer._fetch = fetch  # type: ignore[assignment]  # noqa: SLF001
    with pytest.raises(IssuerUnreachable):
        await verifier.viewer(issuer.token())


async def test_verified_tokens_are_remembered_within_bounds(issuer: MadeUpIssuer) -> None:
    verifier = issuer.verifier()
    token = issuer.token()
    assert await verifier.viewer(token) is await verifier.viewer(token)
    remembered = verifier._remembered  # noqa: SLF001
    viewer = next(iter(remembered.values()))
    remembered.update({number.to_bytes(32): viewer for number in range(MOST_REMEMBERED - 1)})
    await verifier.viewer(issuer.token())
    assert len(remembered) == MOST_REMEMBERED


async def test_citizen_whose_record_is_made_meanwhile_is_found(issuer: MadeUpIssuer) -> None:
    records: dict[str, UUID] = {}

    async def find_participant(number: str) -> UUID | None:
        return records.get(number)

    verifier = Verifier(
        issuer.verifier().issuer, audience=AUDIENCE, find_participant=find_participant, clock=issuer.clock
    )
    token = issuer.token()
    assert (await verifier.viewer(token)).participant_id is None
    records["001192001234"] = LAN
    assert (await verifier.viewer(token)).participant_id == LAN


async def test_identity_token_answers_its_request(issuer: MadeUpIssuer, verifier: Verifier) -> None:
    answer = issuer.token(header={"typ": "JWT"}, aud="portal", nonce="n")
    claims = await verifier.identity(answer, client_id="portal", nonce="n")
    assert claims["sub"] == "lan"


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"nonce": "other"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"nonce": ["n"]}, "nonce"),
        ({"nonce": "other", "nonce_supported": False}, "nonce"),
        ({"nonce": None, "nonce_supported": False}, "nonce"),
        ({"aud": "ansinh"}, "aud"),
        ({"azp": "other"}, "azp"),
        ({"iss": "https://other.example"}, "iss"),
        ({"header": {"typ": "at+jwt"}}, "typ"),
    ],
)
async def test_a22_identity_token_for_another_request_is_refused(
    issuer: MadeUpIssuer, verifier: Verifier, changes: dict[str, Any], part: str
) -> None:
    said: dict[str, Any] = {"aud": "portal", "nonce": "n", "header": {"typ": "JWT"}} | changes
    with pytest.raises(TokenRefused) as refusal:
        await verifier.identity(issuer.token(**said), client_id="portal", nonce="n")
    assert refusal.value.params["part"] == part


@pytest.mark.parametrize("ago_s", [0, 300, 360, -60])
async def test_identity_token_says_that_the_person_signed_in_lately(
    issuer: MadeUpIssuer, verifier: Verifier, ago_s: int
) -> None:
    auth_time = int(issuer.clock()) - ago_s
    answer = issuer.token(aud="portal", nonce="n", header={"typ": "JWT"}, auth_time=auth_time)
    claims = await verifier.identity(answer, client_id="portal", nonce="n", max_age_s=300)
    assert claims["auth_time"] == auth_time


SIGNED_IN: Mapping[str, Callable[[float], object]] = {
    "not said": lambda _now: None,
    "an hour ago": lambda now: int(now) - 3_600,
    "a second too long ago": lambda now: int(now) - 362,
    "in time to come": lambda now: int(now) + 62,
    "at the beginning of time": lambda _now: 0,
    "before it": lambda _now: -(10**30),
    "at its end": lambda _now: 10**30,
    "yes": lambda _now: True,
    "a text": lambda now: str(int(now)),
    "a fraction": lambda now: now + 0.5,
    "a list": lambda now: [int(now)],
}


@pytest.mark.parametrize("said", SIGNED_IN.values(), ids=SIGNED_IN)
async def test_a22_identity_token_of_an_old_sign_in_is_refused_where_a_new_one_was_asked_for(
    issuer: MadeUpIssuer, verifier: Verifier, said: Callable[[float], object]
) -> None:
    claims = {"auth_time": said(issuer.clock())}
    answer = issuer.token(aud="portal", nonce="n", header={"typ": "JWT"}, **claims)
    with pytest.raises(TokenRefused) as refusal:
        await verifier.identity(answer, client_id="portal", nonce="n", max_age_s=300)
    assert refusal.value.params["part"] == "auth_time"
    # Where none was, it says what it will.
    await verifier.identity(answer, client_id="portal", nonce="n")
