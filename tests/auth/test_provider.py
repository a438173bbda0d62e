"""The development provider: for personas, in development, on this machine."""

import base64
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from auth import proofs
from auth.personas import MACHINES, PEOPLE, PERSONAS, PersonaUnknown, persona_of
from auth.provider import (
    BAD_REQUEST,
    DEVELOPMENT_SECRET,
    Answer,
    OutsideDevelopment,
    Provider,
    ProviderKeyDamaged,
    issue_headers,
    issue_token,
)
from auth.viewer import ViewerKind
from domain.identifiers import IdentifierKind, is_formed, personal_number_sex_digit

ISSUER = "http://127.0.0.1:8000/provider"
BACK = "http://127.0.0.1:8000/sign-in/callback"
VERIFIER = "v" * 43
# BASE64URL(SHA-256(VERIFIER)), RFC 7636 section 4.2.
CHALLENGE = "7w_YNF9DSfIdPf_pRjSq646_kPr-2-o9NAl16JGghdM"
ASKED = {
    "client_id": "ansinh",
    "response_type": "code",
    "redirect_uri": BACK,
    "scope": "openid",
    "state": "s",
    "nonce": "n",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
    "login_hint": "lan",
}


@pytest.fixture
def provider(tmp_path: Path) -> Provider:
    return Provider(tmp_path, ISSUER, is_development=True, redirect_uris=(BACK,))


def basic(client_id: str, secret: str = DEVELOPMENT_SECRET) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


def asked(provider: Provider, **changes: str | None) -> Answer | None:
    """Ask for a code, with changes; a parameter changed to None is left out."""
    parameters = {name: value for name, value in (ASKED | changes).items() if value is not None}
    return provider.authorize(parameters.items())


def returned(answer: Answer | None) -> dict[str, str]:
    """What the browser brings back to the portal."""
    assert answer
    location = answer.headers["Location"]
    assert location.startswith(f"{BACK}?")
    return dict(parse_qsl(urlsplit(location).query))


def exchanged(provider: Provider, code: str, **changes: str | None) -> Answer:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
    } | changes
    return provider.exchange([(name, value) for name, value in form.items() if value], basic("ansinh"))


def claims_in(provider: Provider, token: str) -> dict[str, object]:
    keys = KeySet.import_key_set({"keys": [dict(key) for key in provider.jwks()["keys"]]})
    return jwt.decode(token, keys, algorithms=["ES256"]).claims


@pytest.mark.parametrize(
    "issuer",
    ["https://dichvucong.example/provider", "http://192.168.1.7:8000/provider", "http://localhost.evil"],
)
def test_provider_refuses_any_address_but_this_machines(tmp_path: Path, issuer: str) -> None:
    with pytest.raises(OutsideDevelopment):
        Provider(tmp_path, issuer, is_development=True)


def test_provider_refuses_to_be_built_outside_development(tmp_path: Path) -> None:
    with pytest.raises(OutsideDevelopment):
        Provider(tmp_path, ISSUER, is_development=False)
    assert list(tmp_path.iterdir()) == []


def test_no_token_is_issued_outside_development(tmp_path: Path) -> None:
    with pytest.raises(OutsideDevelopment):
        issue_token(tmp_path, ISSUER, "lan", is_development=False)


def test_signing_key_outlives_the_process_and_is_for_our_eyes_only(tmp_path: Path) -> None:
    first = Provider(tmp_path, ISSUER, is_development=True).jwks()
    assert Provider(tmp_path, ISSUER, is_development=True).jwks() == first
    [file] = tmp_path.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


def test_private_half_of_the_key_is_not_published(provider: Provider) -> None:
    [key] = provider.jwks()["keys"]
    assert "d" not in key
    assert (key["use"], key["alg"], key["kty"]) == ("sig", "ES256", "EC")


@pytest.mark.parametrize("written", ["", "{}", "[]", '{"kty": "RSA"}'])
def test_damaged_key_is_told_as_such(tmp_path: Path, written: str) -> None:
    (tmp_path / "provider.key").write_text(written)
    with pytest.raises(ProviderKeyDamaged):
        Provider(tmp_path, ISSUER, is_development=True)


@pytest.mark.parametrize("subject", PERSONAS)
def test_token_for_a_persona_is_what_the_portal_expects(tmp_path: Path, subject: str) -> None:
    token = issue_token(tmp_path, ISSUER, subject, is_development=True)
    provider = Provider(tmp_path, ISSUER, is_development=True)
    claims = claims_in(provider, token)
    persona = persona_of(subject)
    assert (claims["iss"], claims["sub"], claims["aud"]) == (ISSUER, subject, "ansinh")
    assert claims["account_type"] == persona.kind.value.lower()
    assert claims["name"] == persona.name
    assert str(claims["scope"]).split() == sorted(persona.scopes)
    assert int(str(claims["exp"])) - int(str(claims["iat"])) == (300 if persona.is_machine else 600)
    assert ("cnf" in claims) is persona.is_machine
    assert claims.get("personal_number") == persona.personal_number


def test_unknown_persona_is_told_who_there_is(tmp_path: Path) -> None:
    everybody = "lan, minh, hoa, nga, mai, hanh, quang, det-may, thu, son, bo-y-te, det-may-he-thong"
    with pytest.raises(PersonaUnknown, match=everybody):
        issue_token(tmp_path, ISSUER, "nobody", is_development=True)


def test_citizens_have_personal_numbers_that_could_be_real() -> None:
    for persona in PEOPLE:
        if persona.kind is ViewerKind.CITIZEN:
            number = persona.personal_number
            assert number
            assert is_formed(IdentifierKind.PERSONAL_NUMBER, number)
            born_in, is_female = 1900 + int(number[4:6]), "Thị" in persona.name
            assert int(number[3]) == personal_number_sex_digit(born_in, is_female=is_female)


def test_persona_that_is_not_named_is_asked_for(provider: Provider) -> None:
    assert asked(provider, login_hint=None) is None
    assert asked(provider, login_hint="nobody") is None


def test_machine_cannot_sign_in_with_a_browser(provider: Provider) -> None:
    assert [asked(provider, login_hint=machine.subject) for machine in MACHINES] == [None, None]


def test_answer_names_its_issuer_and_returns_the_state(provider: Provider) -> None:
    back = returned(asked(provider))
    assert (back["iss"], back["state"]) == (ISSUER, "s")


def test_refusal_names_its_issuer_too(provider: Provider) -> None:
    back = returned(asked(provider, nonce=None))
    assert (back["error"], back["iss"], back["state"]) == ("invalid_request", ISSUER, "s")


def test_whoever_may_not_be_asked_is_not_signed_in(provider: Provider) -> None:
    for hint in ("lan", "nobody", None):
        back = returned(asked(provider, prompt="none", login_hint=hint))
        assert (back["error"], back["iss"], back["state"]) == ("login_required", ISSUER, "s")


@pytest.mark.parametrize("prompt", ["none login", "login none"])
def test_nobody_is_both_asked_and_not_asked(provider: Provider, prompt: str) -> None:
    for hint in ("lan", None):
        assert returned(asked(provider, prompt=prompt, login_hint=hint))["error"] == "invalid_request"


def test_whoever_is_to_sign_in_anew_is_asked_for_where_they_are_not_named(provider: Provider) -> None:
    assert asked(provider, prompt="login", login_hint=None) is None
    assert "code" in returned(asked(provider, prompt="login"))


@pytest.mark.parametrize("max_age", ["-1", "1.5", "a day", "+1", "\u0661", "1" * 5_000, "1e3"])
def test_age_that_is_none_is_refused(provider: Provider, max_age: str) -> None:
    answer = asked(provider, max_age=max_age)
    assert answer == BAD_REQUEST or returned(answer)["error"] == "invalid_request"


@pytest.mark.parametrize("changes", [{}, {"max_age": "0"}, {"max_age": "300", "prompt": "login"}], ids=str)
def test_identity_token_says_when_one_signed_in(provider: Provider, changes: dict[str, str]) -> None:
    before = int(time.time())
    answer = exchanged(provider, returned(asked(provider, **changes))["code"])
    assert isinstance(answer.body, dict)
    auth_time = claims_in(provider, answer.body["id_token"])["auth_time"]
    assert isinstance(auth_time, int)
    assert before <= auth_time <= time.time()


def test_what_may_be_said_of_a_sign_in_is_published(provider: Provider) -> None:
    published = provider.discovery()
    assert published["prompt_values_supported"] == ["none", "login"]
    assert "auth_time" in published["claims_supported"]


def test_code_is_exchanged_for_an_identity_and_an_access_token(provider: Provider) -> None:
    answer = exchanged(provider, returned(asked(provider))["code"])
    assert answer.status == 200
    assert isinstance(answer.body, dict)
    identity = claims_in(provider, answer.body["id_token"])
    assert (identity["iss"], identity["sub"], identity["aud"], identity["nonce"]) == (
        ISSUER,
        "lan",
        "ansinh",
        "n",
    )
    assert answer.body["token_type"] == "Bearer"
    assert answer.body["expires_in"] == 600


def test_access_token_may_do_no_more_than_was_asked_nor_than_the_persona(provider: Provider) -> None:
    code = returned(asked(provider, scope="openid dossier:read dossier:accept"))["code"]
    answer = exchanged(provider, code)
    assert isinstance(answer.body, dict)
    assert claims_in(provider, answer.body["access_token"])["scope"] == "dossier:read openid"


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge": "short"},
    ],
)
def test_pkce_by_sha_256_is_mandatory(provider: Provider, changes: dict[str, str | None]) -> None:
    assert returned(asked(provider, **changes))["error"] == "invalid_request"


@pytest.mark.parametrize("verifier", [None, "w" * 43, CHALLENGE])
def test_code_without_its_verifier_is_worthless(provider: Provider, verifier: str | None) -> None:
    answer = exchanged(provider, returned(asked(provider))["code"], code_verifier=verifier)
    assert answer.status == 400


def test_a22_code_is_spent_by_an_exchange_even_one_that_fails(provider: Provider) -> None:
    code = returned(asked(provider))["code"]
    assert exchanged(provider, code, code_verifier="w" * 43).status == 400
    assert exchanged(provider, code).body == {
        "error": "invalid_grant",
        "error_description": "Invalid 'code' in request.",
    }


def test_a22_code_is_good_once(provider: Provider) -> None:
    code = returned(asked(provider))["code"]
    assert exchanged(provider, code).status == 200
    assert exchanged(provider, code).status == 400


def test_code_is_good_for_a_minute(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    code = returned(asked(provider))["code"]
    now = time.time()
    monkeypatch.setattr("auth.provider.time.time", lambda: now + 61)
    assert exchanged(provider, code).status == 400


@pytest.mark.parametrize(
    "uri",
    [f"{BACK}/", f"{BACK}?x=1", "https://evil.example/", f"{BACK}.evil.example", 'http://"é', None],
)
def test_nobody_is_sent_to_a_place_that_is_not_registered(provider: Provider, uri: str | None) -> None:
    answer = asked(provider, redirect_uri=uri)
    assert answer
    assert answer.status == 400
    assert "Location" not in answer.headers


def client_assertion(provider: Provider, *, key: ECKey | None = None, **changes: object) -> str:
    """What a machine signs to prove itself, with changes; a claim changed to None is left out."""
    now = int(time.time())
    claims = {
        "iss": "bo-y-te",
        "sub": "bo-y-te",
        "aud": ISSUER,
        "exp": now + 50,
        "iat": now,
        "jti": uuid4().hex,
    } | changes
    said = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": "ES256"}, said, key or provider.machine_key("bo-y-te"))


def token_proof(provider: Provider, **changes: Any) -> str:  # noqa: ANN401 -- of how it is made
    """A proof for the token endpoint, with changes."""
    now = time.time() + changes.pop("later_s", 0)
    made = {"method": "POST", "address": f"{ISSUER}/token", "now": now} | changes
    return proofs.made(made.pop("key", None) or provider.machine_key("bo-y-te"), **made)


def asked_by_a_machine(
    provider: Provider, *, assertion: str | None = None, proof: str | None = None
) -> Answer:
    form = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", client_assertion(provider) if assertion is None else assertion),
    ]
    return provider.exchange(form, {"DPoP": token_proof(provider) if proof is None else proof})


def error_in(answer: Answer) -> str:
    assert isinstance(answer.body, dict)
    assert "access_token" not in answer.body
    error: str = answer.body["error"]
    return error


@pytest.mark.parametrize("audience", [ISSUER, f"{ISSUER}/token"])
def test_machine_gets_a_token_of_five_minutes_bound_to_its_key(provider: Provider, audience: str) -> None:
    answer = asked_by_a_machine(provider, assertion=client_assertion(provider, aud=audience))
    assert isinstance(answer.body, dict)
    assert (answer.body["token_type"], answer.body["expires_in"]) == ("DPoP", 300)
    claims: Any = claims_in(provider, answer.body["access_token"])
    assert (claims["sub"], claims["client_id"], claims["account_type"]) == ("bo-y-te", "bo-y-te", "partner")
    assert claims["exp"] - claims["iat"] == 300
    assert claims["cnf"] == {"jkt": provider.machine_key("bo-y-te").thumbprint()}
    assert answer.headers["Cache-Control"] == "no-store"


def test_machine_may_bind_its_token_to_another_key_than_it_signs_with(provider: Provider) -> None:
    key = ECKey.generate_key("P-256")
    answer = asked_by_a_machine(provider, proof=token_proof(provider, key=key))
    assert isinstance(answer.body, dict)
    claims: Any = claims_in(provider, answer.body["access_token"])
    assert claims["cnf"] == {"jkt": key.thumbprint()}


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://other.example"},
        {"aud": f"{ISSUER}/"},
        {"aud": [ISSUER, "https://other.example"]},
        {"aud": [ISSUER]},
        {"aud": None},
        {"iss": "det-may-he-thong"},
        {"iss": None},
        {"sub": "det-may-he-thong"},
        {"sub": "ansinh", "iss": "ansinh"},
        {"sub": "nobody", "iss": "nobody"},
        {"sub": ["bo-y-te"]},
        {"sub": None},
        {"exp": 1},
        {"exp": None},
        {"exp": "soon"},
        {"exp": 10**10},
        {"nbf": 10**10},
        {"jti": None},
    ],
    ids=str,
)
def test_a29_assertion_for_others_or_for_long_or_by_others_proves_nothing(
    provider: Provider, changes: dict[str, Any]
) -> None:
    answer = asked_by_a_machine(provider, assertion=client_assertion(provider, **changes))
    assert answer.status in {400, 401}
    assert error_in(answer) == "invalid_client"


def test_a29_assertion_by_another_key_proves_nothing(provider: Provider) -> None:
    for key in (ECKey.generate_key("P-256"), provider.machine_key("det-may-he-thong")):
        answer = asked_by_a_machine(provider, assertion=client_assertion(provider, key=key))
        assert error_in(answer) == "invalid_client"


def test_a29_assertion_is_good_for_a_minute_at_most(provider: Provider) -> None:
    now = int(time.time())
    assert asked_by_a_machine(provider, assertion=client_assertion(provider, exp=now + 59)).status == 200
    answer = asked_by_a_machine(provider, assertion=client_assertion(provider, exp=now + 63))
    assert error_in(answer) == "invalid_client"


def test_a29_assertion_is_good_once(provider: Provider) -> None:
    assertion = client_assertion(provider)
    assert asked_by_a_machine(provider, assertion=assertion).status == 200
    assert error_in(asked_by_a_machine(provider, assertion=assertion)) == "invalid_client"


@pytest.mark.parametrize("assertion", ["", "x", "a.b.c", "é.é.é", "." * 3])
def test_what_is_no_assertion_proves_nothing(provider: Provider, assertion: str) -> None:
    answer = asked_by_a_machine(provider, assertion=assertion)
    assert answer.status in {400, 401}
    assert "access_token" not in answer.body


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "GET"},
        {"address": f"{ISSUER}/tokens"},
        {"address": "https://other.example/token"},
        {"later_s": -70},
        {"later_s": 100},
    ],
    ids=str,
)
def test_a27_proof_for_another_place_or_moment_gets_no_token(
    provider: Provider, changes: dict[str, Any]
) -> None:
    answer = asked_by_a_machine(provider, proof=token_proof(provider, **changes))
    assert (answer.status, error_in(answer)) == (400, "invalid_dpop_proof")


@pytest.mark.parametrize("proof", ["", "x", "a.b.c"])
def test_a27_machine_without_a_proof_gets_no_token(provider: Provider, proof: str) -> None:
    assert error_in(asked_by_a_machine(provider, proof=proof)) == "invalid_dpop_proof"


def test_a27_proof_gets_one_token(provider: Provider) -> None:
    proof = token_proof(provider)
    assert asked_by_a_machine(provider, proof=proof).status == 200
    assert error_in(asked_by_a_machine(provider, proof=proof)) == "invalid_dpop_proof"


@pytest.mark.parametrize("client", ["bo-y-te", "nobody", "ansinh"])
def test_a_secret_is_no_way_for_a_machine(provider: Provider, client: str) -> None:
    answer = provider.exchange(
        [("grant_type", "client_credentials")], basic(client) | {"DPoP": token_proof(provider)}
    )
    assert answer.status in {400, 401}
    assert isinstance(answer.body, dict)
    assert "access_token" not in answer.body


def test_discovery_says_how_machines_prove_themselves(provider: Provider) -> None:
    said = provider.discovery()
    assert "private_key_jwt" in said["token_endpoint_auth_methods_supported"]
    assert said["dpop_signing_alg_values_supported"] == ["ES256", "PS256"]
    assert "client_credentials" in said["grant_types_supported"]


def test_headers_of_one_request_can_be_printed(tmp_path: Path) -> None:
    address = f"{ISSUER}/graphql"
    [person] = issue_headers(tmp_path, ISSUER, "lan", address, is_development=True)
    assert person.startswith("Authorization: Bearer ")
    token, proof = issue_headers(tmp_path, ISSUER, "bo-y-te", address, is_development=True)
    assert token.startswith("Authorization: DPoP ")
    found = proofs.checked(
        proof.removeprefix("DPoP: "),
        method="POST",
        address=address,
        now=time.time(),
        token=token.removeprefix("Authorization: DPoP "),
    )
    assert found.key == Provider(tmp_path, ISSUER, is_development=True).machine_key("bo-y-te").thumbprint()


@pytest.mark.parametrize("grant_type", ["password", "refresh_token", "implicit", '"é', ""])
def test_there_is_no_other_way_to_a_token(provider: Provider, grant_type: str) -> None:
    assert provider.exchange([("grant_type", grant_type)], basic("bo-y-te")).status == 400
