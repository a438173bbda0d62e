"""The development sign-in provider: an OpenID Provider for personas.

Whoever reaches it may be anybody, without a password: so it refuses to be built outside development, and on
any address but this machine's own. Its signing key is in the home folder, everything else in memory.

Source: OpenID Connect Core 1.0, RFC 6749, RFC 7523 (keys of programs), RFC 7636 (PKCE), RFC 9068 (access
tokens), RFC 9207 (`iss`), RFC 9449 (DPoP).
"""

import contextlib
import hmac
import json
import os
import re
import secrets
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    InvalidClientError,
    InvalidRequestError,
    OAuth2Error,
    OAuth2Request,
)
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, ClientCredentialsGrant
from authlib.oauth2.rfc6749.models import ClientMixin
from authlib.oauth2.rfc6749.requests import OAuth2Payload
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator
from authlib.oidc.core import AuthorizationCodeMixin, UserInfo
from authlib.oidc.core.grants import OpenIDCode
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from auth import proofs
from auth.personas import MACHINES, PEOPLE, PERSONAS, Persona, persona_of
from auth.proofs import ProofRefused
from auth.scopes import LEVELS, Scope
from auth.tokens import LOGOUT_EVENT, LONGEST_MACHINE_LIFE_S, ClaimNames, is_this_machine
from domain.refusals import Refusal

ALGORITHM = "ES256"
TOKEN_LIFE_S = 600
CODE_LIFE_S = 60
# How far ahead a program may say that what it signs to prove itself ends.
LONGEST_ASSERTION_S = 60
LOGOUT_TOKEN_LIFE_S = 120
MOST_CODES = 1_000
AN_AGE = re.compile(r"[0-9]{1,9}")
CLAIM_NAMES = ClaimNames()
IDENTITY_SCOPES = frozenset({"openid", "profile"})

# Not a secret: on a development machine everybody may be anybody, and clients want something to send.
DEVELOPMENT_SECRET = "development-only"  # noqa: S105 -- refused outside development

Parameters = Iterable[tuple[str, str]]


class OutsideDevelopment(Refusal):
    """The development sign-in provider runs in development, on this machine only, not at {issuer}."""

    code = "PROVIDER_OUTSIDE_DEVELOPMENT"
    vietnamese = (
        "Hệ thống xác thực thử nghiệm chỉ chạy ở môi trường phát triển trên máy này, không ở {issuer}."
    )


class ProviderKeyDamaged(Refusal):
    """The key of the development sign-in provider cannot be read from {file}; delete it to get a new one."""

    code = "PROVIDER_KEY_DAMAGED"
    vietnamese = (
        "Không đọc được khóa của hệ thống xác thực thử nghiệm từ {file}; hãy xóa tệp để tạo khóa mới."
    )


@dataclass(frozen=True)
class Answer:
    """An HTTP response, in no framework's words."""

    status: int
    body: str | dict[str, Any]
    headers: dict[str, str]


@dataclass(frozen=True)
class Client(ClientMixin):
    """A program that may ask for tokens: the portal for people, a machine for itself.

    `bound_to` is the thumbprint of the key that it has proved to hold, to which its tokens are bound.
    """

    client_id: str
    grant_type: str
    redirect_uris: tuple[str, ...] = ()
    persona: Persona | None = None
    post_logout_redirect_uris: tuple[str, ...] = ()
    bound_to: str | None = None

    def get_client_id(self) -> str:
        """Say what the client is called."""
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        """Say where people return to: there is no default, a request names the place."""

    def get_allowed_scope(self, scope: str | None) -> str:
        """Leave of the requested scopes those that there are; without a request, all of them."""
        allowed = self.persona.scopes if self.persona else {*Scope, *IDENTITY_SCOPES}
        return " ".join(sorted(allowed & set(scope.split()) if scope else allowed - IDENTITY_SCOPES))

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Whether people may return to this place: it must be registered, letter for letter (RFC 9700)."""
        return redirect_uri in self.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        """Whether the client proves to be who it says."""
        return hmac.compare_digest(client_secret.encode(), DEVELOPMENT_SECRET.encode())

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        """Whether the client may prove itself in this way."""
        return method == ("private_key_jwt" if self.persona else "client_secret_basic")

    def check_response_type(self, response_type: str) -> bool:
        """Whether the client may be answered with a code."""
        return response_type == "code" and bool(self.redirect_uris)

    def check_grant_type(self, grant_type: str) -> bool:
        """Whether the client may ask for tokens in this way."""
        return grant_type == self.grant_type


@dataclass(frozen=True)
class Code(AuthorizationCodeMixin):
    """What a code on its way through the browser stands for: one exchange, within a minute."""

    client_id: str
    persona: Persona
    redirect_uri: str
    scope: str
    nonce: str
    code_challenge: str
    issued_at: float
    code_challenge_method: str = "S256"

    def get_redirect_uri(self) -> str:
        """Say where the code was sent."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """Say what was asked for."""
        return self.scope

    def get_nonce(self) -> str:
        """Say what binds the identity token to the request."""
        return self.nonce

    def get_auth_time(self) -> int:
        """Say when the person signed in: just then."""
        return int(self.issued_at)

    def is_expired(self, now: float) -> bool:
        """Whether the minute has passed."""
        return now - self.issued_at > CODE_LIFE_S


class Payload(OAuth2Payload):
    """The parameters of a request; one that is given twice shows as such."""

    def __init__(self, parameters: Parameters) -> None:
        self._given: defaultdict[str, list[str]] = defaultdict(list)
        for name, value in parameters:
            self._given[name].append(value)

    @property
    def data(self) -> dict[str, str]:
        """Give each parameter's last value."""
        return {name: values[-1] for name, values in self._given.items()}

    @property
    def datalist(self) -> defaultdict[str, list[str]]:
        """Give each parameter's values."""
        return self._given


class Request(OAuth2Request):
    """A request, in Authlib's words."""

    def __init__(
        self, method: str, address: str, parameters: Parameters, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(method, address, headers=headers)
        self.payload = Payload(parameters)

    @property
    def form(self) -> dict[str, str]:
        """Give the parameters of the form."""
        return self.payload.data


class CodeGrant(AuthorizationCodeGrant):
    """The exchange of a code for tokens."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

    def save_authorization_code(self, code: str, request: Request) -> None:
        """Keep what the code stands for."""
        asked = request.payload.data
        kept = Code(
            client_id=request.client.client_id,
            persona=request.user,
            redirect_uri=asked["redirect_uri"],
            scope=request.scope,
            nonce=asked["nonce"],
            code_challenge=asked["code_challenge"],
            issued_at=time.time(),
        )
        self.server.keep_code(code, kept)

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        """Take what the code stands for: an exchange spends it, even one that fails."""
        taken: Code | None = self.server.take_code(code)
        return taken if taken and taken.client_id == client.client_id else None

    def delete_authorization_code(self, _code: Code) -> None:
        """Do nothing: the code is gone since it was taken."""

    def authenticate_user(self, code: Code) -> Persona:
        """Say who signed in."""
        return code.persona


class MandatoryPKCE(CodeChallenge):
    """The proof that whoever brings a code asked for it: by SHA-256 only, from every client (RFC 9700)."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: CodeGrant, redirect_uri: str) -> None:
        """Refuse a request without a challenge, or without saying that it is by SHA-256."""
        asked = grant.request.payload.data
        if not asked.get("code_challenge") or asked.get("code_challenge_method") != "S256":
            raise InvalidRequestError("A 'code_challenge' by S256 is required.")
        super().validate_code_challenge(grant, redirect_uri)


class IdentityTokens(OpenIDCode):
    """The identity token beside the access token."""

    def __init__(self, issuer: str, keys: KeySet) -> None:
        super().__init__(require_nonce=True)
        self._issuer = issuer
        self._keys = keys

    def validate_openid_authorization_request(self, grant: CodeGrant, redirect_uri: str) -> None:
        """Refuse also an age of the sign-in that is none; any other is met, since one signs in just then."""
        super().validate_openid_authorization_request(grant, redirect_uri)
        if not AN_AGE.fullmatch(grant.request.payload.data.get("max_age", "0")):
            raise InvalidRequestError("Invalid 'max_age' parameter.")

    def exists_nonce(self, _nonce: str, _request: Request) -> bool:
        """Whether the nonce was used before: that it is fresh is for the client to see to."""
        return False

    def resolve_client_private_key(self, _client: Client) -> KeySet:
        """Give the signing key."""
        return self._keys

    def get_client_algorithm(self, _client: Client) -> str:
        """Say how identity tokens are signed."""
        return ALGORITHM

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        """Say for whom an identity token is, and until when."""
        return {"iss": self._issuer, "aud": client.client_id, "exp": int(time.time()) + TOKEN_LIFE_S}

    def generate_user_info(self, user: Persona, _scope: str) -> UserInfo:
        """Say who signed in."""
        # Nobody stays signed in here: each sign-in is a session of its own.
        return UserInfo(sub=user.subject, sid=secrets.token_urlsafe(16), **claims_about(user))


class BadProofError(OAuth2Error):
    """A program that has not proved to hold a key (RFC 9449 section 5)."""

    error = "invalid_dpop_proof"


class MachineGrant(ClientCredentialsGrant):
    """A machine's request for a token of its own, bound to the key that it proves to hold."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("private_key_jwt",)

    def validate_token_request(self) -> None:
        """Learn who asks, and which key they hold."""
        super().validate_token_request()
        self.request.client = replace(self.request.client, bound_to=self.server.proven_key(self.request))


class ClientAssertions(JWTBearerClientAssertion):
    """What a machine signs with its own key to prove itself: for this provider, for a minute, once."""

    CLIENT_AUTH_METHOD = "private_key_jwt"

    def __init__(self, provider: "Provider") -> None:
        super().__init__(leeway=0)
        self._provider = provider

    def get_audiences(self) -> list[str]:
        """Say what this provider may be called."""
        return [self._provider.issuer, f"{self._provider.issuer}/token"]

    def verify_claims(self, claims: dict[str, Any]) -> None:
        """Refuse also what is meant for others as well, or good for longer."""
        super().verify_claims(claims)
        if not isinstance(claims["aud"], str):
            raise InvalidClientError(description="One audience only.")

    def validate_jti(self, claims: dict[str, Any], jti: object) -> bool:
        """Whether it comes for the first time, and is good for a minute at most: so long it is remembered."""
        if claims["exp"] > time.time() + LONGEST_ASSERTION_S:
            raise InvalidClientError(description="The assertion lasts too long.")
        return self._provider.spend(f"{claims['sub']} {jti}", claims["exp"])

    def resolve_client_public_key(self, client: Client) -> ECKey:
        """Give the key that a machine is known by."""
        if client.persona is None:
            raise InvalidClientError(description="The client has no key.")
        return self._provider.machine_key(client.client_id)


class AccessTokens(JWTBearerTokenGenerator):
    """Access tokens for the portal."""

    def __init__(self, issuer: str, keys: KeySet, audience: str) -> None:
        super().__init__(issuer, alg=ALGORITHM, expires_generator=self.life_s)
        self._keys = keys
        self._audience = audience

    @staticmethod
    def life_s(client: Client, _grant_type: str) -> int:
        """Say how long a token lasts: one that is bound to a key is a machine's."""
        return LONGEST_MACHINE_LIFE_S if client.bound_to else TOKEN_LIFE_S

    def generate(
        self,
        grant_type: str,
        client: Client,
        user: Persona | None = None,
        scope: str | None = None,
        expires_in: int | None = None,
        include_refresh_token: bool = False,  # noqa: FBT001, FBT002 -- Authlib's signature
    ) -> dict[str, Any]:
        """Issue a token, and say by which scheme to show it."""
        token = super().generate(grant_type, client, user, scope, expires_in, include_refresh_token)
        return {**token, "token_type": "DPoP"} if client.bound_to else token

    def get_jwks(self) -> KeySet:
        """Give the signing key."""
        return self._keys

    def get_audiences(self, _client: Client, _user: Persona | None, _scope: str) -> str:
        """Say for whom an access token is: the portal, alone."""
        return self._audience

    def get_extra_claims(
        self, client: Client, _grant_type: str, user: Persona | None, scope: str
    ) -> dict[str, Any]:
        """Say whom an access token is about, and who may show it; it may not do more than that persona."""
        persona = user or client.persona
        if persona is None:
            return {}
        allowed = set(scope.split()) & {*persona.scopes, *IDENTITY_SCOPES}
        bound = {"cnf": {"jkt": client.bound_to}} if client.bound_to else {}
        return claims_about(persona) | bound | {CLAIM_NAMES.scope: " ".join(sorted(allowed))}


class Provider(AuthorizationServer):
    """The provider: who may sign in, which programs may ask, and one key to sign with.

    Raises: OutsideDevelopment, ProviderKeyDamaged.
    """

    def __init__(
        self,
        home: Path,
        issuer: str,
        *,
        is_development: bool,
        redirect_uris: tuple[str, ...] = (),
        post_logout_redirect_uris: tuple[str, ...] = (),
        client_id: str = "ansinh",
        audience: str = "ansinh",
    ) -> None:
        if not is_development or not is_this_machine(issuer):
            raise OutsideDevelopment(issuer=issuer)
        super().__init__()
        self.issuer = issuer
        self._home = home
        self._keys = KeySet([signing_key(home / "provider.key")])
        self._portal = Client(
            client_id,
            "authorization_code",
            redirect_uris,
            post_logout_redirect_uris=post_logout_redirect_uris,
        )
        self._clients = {client_id: self._portal} | {
            machine.subject: Client(machine.subject, "client_credentials", persona=machine)
            for machine in MACHINES
        }
        self._spent: dict[str, float] = {}
        self._codes: dict[str, Code] = {}
        self._access_tokens = AccessTokens(issuer, self._keys, audience)
        self.register_token_generator("default", self._access_tokens)
        self.register_grant(CodeGrant, [MandatoryPKCE(), IdentityTokens(issuer, self._keys)])
        self.register_grant(MachineGrant)
        self.register_client_auth_method("private_key_jwt", ClientAssertions(self))

    def discovery(self) -> dict[str, Any]:
        """Say what there is here (OpenID Connect Discovery 1.0)."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "end_session_endpoint": f"{self.issuer}/end-session",
            "jwks_uri": f"{self.issuer}/jwks",
            "acr_values_supported": list(LEVELS),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "client_credentials"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": [ALGORITHM],
            "dpop_signing_alg_values_supported": list(proofs.ALGORITHMS),
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            "backchannel_logout_supported": True,
            "backchannel_logout_session_supported": True,
            "scopes_supported": [*sorted(IDENTITY_SCOPES), *sorted(Scope)],
            "prompt_values_supported": ["none", "login"],
            "claims_supported": ["sub", "auth_time", *claims_about(persona_of("lan"))],
            "ui_locales_supported": ["vi", "en"],
        }

    def jwks(self) -> Mapping[str, Any]:
        """Show the public half of the signing key (RFC 7517)."""
        return self._keys.as_dict(private=False)

    def authorize(self, parameters: Parameters) -> Answer | None:
        """Answer a browser that comes to sign in: None where it has not said as whom, and should be asked.

        It says so by `login_hint`. Elsewhere that is only a hint; here nobody has a password. By `acr_values`
        it asks for a level. Nobody stays signed in here, so whoever may not be asked (`prompt=none`) is not
        signed in, and everybody else signs in anew (`prompt=login`), just then (`max_age`, `auth_time`).
        """
        request = Request("GET", f"{self.issuer}/authorize", parameters)
        asked = request.payload.data
        persona = PERSONAS.get(asked.get("login_hint", ""))
        may_be_asked = "none" not in asked.get("prompt", "").split()
        request.user = (
            persona.signed_in(asked.get("acr_values", "")) if persona in PEOPLE and may_be_asked else None
        )
        try:
            grant = self.get_authorization_grant(request)
            grant.validate_no_multiple_request_parameter(request)
            grant.validate_consent_request()
            if request.user is None:
                return None
            return self._stating_issuer(
                self.create_authorization_response(request, grant_user=request.user, grant=grant)
            )
        except OAuth2Error as error:
            error.state = request.payload.state
            return self._stating_issuer(self.handle_error_response(request, error))
        except ValueError:
            return BAD_REQUEST

    def exchange(self, parameters: Parameters, headers: Mapping[str, str]) -> Answer:
        """Answer a program that asks for tokens."""
        try:
            answer: Answer = self.create_token_response(
                Request("POST", f"{self.issuer}/token", parameters, headers)
            )
        except ValueError:
            return BAD_REQUEST
        return answer

    def end_session(self, parameters: Parameters) -> Answer | None:
        """Answer a browser in which somebody signs out: lead it back to where it came from, if it says.

        Nobody stays signed in here, so there is nothing to end, nor to ask.

        Source: OpenID Connect RP-Initiated Logout 1.0 sections 2 and 3.
        """
        asked = Payload(parameters).data
        if "post_logout_redirect_uri" not in asked:
            return None
        client, back = self.query_client(asked.get("client_id", "")), asked["post_logout_redirect_uri"]
        if client is None or back not in client.post_logout_redirect_uris:
            return BAD_REQUEST
        state = {"state": asked["state"]} if "state" in asked else {}
        return Answer(302, "", {"Location": add_params_to_uri(back, state)})

    def machine_key(self, subject: str) -> ECKey:
        """The key that a machine proves itself by, and that its tokens are bound to: in development, ours.

        Raises: ProviderKeyDamaged.
        """
        return signing_key(self._home / f"{subject}.key")

    def proven_key(self, request: Request) -> str:
        """Say which key whoever asks for a token holds: its thumbprint.

        Raises: BadProofError.
        """
        try:
            proof = proofs.checked(
                request.headers.get("DPoP", ""),
                method="POST",
                address=f"{self.issuer}/token",
                now=time.time(),
            )
        except ProofRefused as refusal:
            raise BadProofError(str(refusal)) from refusal
        if not self.spend(proof.fingerprint.hex(), proof.issued_at + proofs.WINDOW_S):
            raise BadProofError(str(ProofRefused("jti")))
        return proof.key

    def spend(self, name: str, until: float) -> bool:
        """Note that what is good once was shown; False where it was shown before."""
        now = time.time()
        self._spent = {spent: end for spent, end in self._spent.items() if end >= now}
        is_first = name not in self._spent
        self._spent[name] = until
        return is_first

    def token_of(self, persona: Persona, bound_to: str | None = None) -> str:
        """Issue an access token for a persona, with all that it may ask for; a machine's is bound to its key.

        `bound_to` is the thumbprint of another key.
        """
        client = self._clients.get(persona.subject, self._portal)
        if client.persona:
            bound_to = bound_to or self.machine_key(persona.subject).thumbprint()
        client = replace(client, bound_to=bound_to)
        token: str = self._access_tokens.access_token_generator(
            client, client.grant_type, None if client.persona else persona, " ".join(sorted(persona.scopes))
        )
        return token

    def logout_token_of(self, subject: str | None = None, issuer_session: str | None = None) -> str:
        """Say that an account, or one of the sessions here, has ended (Back-Channel Logout 1.0)."""
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": self._portal.client_id,
            "iat": now,
            "exp": now + LOGOUT_TOKEN_LIFE_S,
            "jti": secrets.token_urlsafe(16),
            "events": {LOGOUT_EVENT: {}},
            "sub": subject,
            "sid": issuer_session,
        }
        [key] = self._keys.keys
        header = {"alg": ALGORITHM, "typ": "logout+jwt", "kid": key.kid}
        return jwt.encode(header, {name: value for name, value in claims.items() if value is not None}, key)

    def keep_code(self, code: str, kept: Code) -> None:
        """Keep a code until it is exchanged or expires; the oldest gives way when there are too many."""
        self._codes = {name: old for name, old in self._codes.items() if not old.is_expired(kept.issued_at)}
        if len(self._codes) >= MOST_CODES:
            del self._codes[next(iter(self._codes))]
        self._codes[code] = kept

    def take_code(self, code: str) -> Code | None:
        """Take a code: the second time there is nothing to take."""
        taken = self._codes.pop(code, None)
        return taken if taken and not taken.is_expired(time.time()) else None

    def query_client(self, client_id: str) -> Client | None:
        """Find a program that is known here."""
        return self._clients.get(client_id)

    def save_token(self, _token: Mapping[str, Any], _request: Request) -> None:
        """Do nothing: a token proves itself."""

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Do nothing: nobody listens."""

    def create_oauth2_request(self, request: Request) -> Request:
        """Take a request as it is: it is in Authlib's words already."""
        return request

    def handle_response(self, status: int, body: str | dict[str, Any], headers: Parameters) -> Answer:
        """Give an answer in no framework's words."""
        return Answer(status, body, dict(headers))

    def _stating_issuer(self, answer: Answer) -> Answer:
        """Name the issuer to the browser, so that its answer cannot be passed off as another's (RFC 9207)."""
        if "Location" in answer.headers:
            named = add_params_to_uri(answer.headers["Location"], {"iss": self.issuer})
            return Answer(answer.status, answer.body, answer.headers | {"Location": named})
        return answer


# Authlib quotes the request in some of its refusals, and stumbles where RFC 6749 forbids the characters.
BAD_REQUEST = Answer(400, {"error": "invalid_request"}, {"Cache-Control": "no-store"})


def claims_about(persona: Persona) -> dict[str, str]:
    """What a token says of a persona, under the names that the portal expects by default."""
    said = {
        CLAIM_NAMES.account_type: persona.kind.value.lower(),
        CLAIM_NAMES.name: persona.name,
        CLAIM_NAMES.assurance: str(persona.assurance),
    }
    return said | ({CLAIM_NAMES.personal_number: persona.personal_number} if persona.personal_number else {})


def signing_key(file: Path) -> ECKey:
    """Read the signing key, made at the first reading; of two processes that make one, both read the first.

    Raises: ProviderKeyDamaged.
    """
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
        unfinished.touch(mode=0o600)
        made = ECKey.generate_key("P-256", {"use": "sig", "alg": ALGORITHM}, auto_kid=True)
        unfinished.write_text(json.dumps(made.as_dict(private=True)))
        with contextlib.suppress(FileExistsError):
            os.link(unfinished, file)
        unfinished.unlink()
    try:
        return ECKey.import_key(json.loads(file.read_text()))
    except (ValueError, TypeError, JoseError) as error:
        raise ProviderKeyDamaged(file=file) from error


def issue_token(home: Path, issuer: str, subject: str, *, is_development: bool) -> str:
    """Issue a persona an access token of ten minutes, a machine one of five: what `ansinh token` prints.

    Raises: OutsideDevelopment, PersonaUnknown, ProviderKeyDamaged.
    """
    return Provider(home, issuer, is_development=is_development).token_of(persona_of(subject))


def issue_headers(home: Path, issuer: str, subject: str, address: str, *, is_development: bool) -> list[str]:
    """Issue what a persona shows to POST to an address, a machine once: what `ansinh token --proof` prints.

    Raises: OutsideDevelopment, PersonaUnknown, ProviderKeyDamaged.
    """
    persona = persona_of(subject)
    provider = Provider(home, issuer, is_development=is_development)
    token = provider.token_of(persona)
    if not persona.is_machine:
        return [f"Authorization: Bearer {token}"]
    proof = proofs.made(
        provider.machine_key(subject), method="POST", address=address, now=time.time(), token=token
    )
    return [f"Authorization: DPoP {token}", f"DPoP: {proof}"]
