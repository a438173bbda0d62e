"""Access tokens: from a text that somebody presents to the viewer it proves, or a refusal.

Source: RFC 9068 (the form of an access token), RFC 8725 (what to check of any), OpenID Connect Discovery 1.0
(what an issuer publishes).
"""

import asyncio
import hmac
import logging
import re
import time
import unicodedata
import warnings
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from ipaddress import ip_address
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from joserfc import jws, jwt
from joserfc.errors import ClaimError, ExpiredTokenError, JoseError, SecurityWarning
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey, RSAKey, import_key

from auth.scopes import LEVELS, Scope, scopes_of
from auth.viewer import ACCOUNT_KINDS, Viewer, ViewerKind, principal_of
from domain.identifiers import IdentifierKind, is_formed
from domain.refusals import Refusal

Claims = Mapping[str, Any]

# Reads the JSON document at an address; raises OSError or ValueError where there is none to be had.
Fetch = Callable[[str], Awaitable[Mapping[str, Any]]]

# Says whose personal number this is.
FindParticipant = Callable[[str], Awaitable[UUID | None]]

ALGORITHMS = ("ES256", "PS256")
ACCESS_TOKEN_TYPES = frozenset({"at+jwt", "application/at+jwt"})
ID_TOKEN_TYPES = frozenset({"jwt", ""})
LOGOUT_TOKEN_TYPES = frozenset({"logout+jwt", "application/logout+jwt", "jwt"})
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"

# Nothing an issuer signs for us is longer; a longer text is refused before anything looks into it.
LONGEST_TOKEN = 8_192
LONGEST_SUBJECT = 255  # OpenID Connect Core 1.0 section 2: at most 255 ASCII characters
LONGEST_NAME = 200
THUMBPRINT = re.compile("[A-Za-z0-9_-]{43}")

# An issuer's clock may run ahead of ours, so a token may begin in the future by this much. Its end is exact:
# whoever holds a token is told when it ends, and open subscriptions are closed at that instant.
LEEWAY_S = 60
LONGEST_LIFE_S = 3_600
# A program asks for a new one whenever it needs one.
LONGEST_MACHINE_LIFE_S = 300
# An issuer tells at once that somebody has signed out; what it said long ago is somebody's copy.
LONGEST_NOTICE_S = 300
MOST_REMEMBERED = 10_000

FETCH_SPACING_S = 30
# Without any keys nobody can sign in, so an issuer that was away at the first attempt is asked again sooner.
FIRST_FETCH_SPACING_S = 2
KEYS_FRESH_S = 600
KEYS_USABLE_S = 86_400

log = logging.getLogger("ansinh.tokens")


class TokenRefused(Refusal):
    """The token is not accepted here; what is wrong with it: {part}."""

    code = "TOKEN_REFUSED"
    vietnamese = "Mã truy cập không được chấp nhận ở đây; phần không hợp lệ: {part}."

    def __init__(self, part: str) -> None:
        super().__init__(part=part)


class AccessRevoked(Refusal):
    """Your access was taken back; sign in again, or ask the agency where that does not help."""

    code = "ACCESS_REVOKED"
    vietnamese = (
        "Quyền truy cập đã bị thu hồi; vui lòng đăng nhập lại, hoặc liên hệ cơ quan nếu vẫn không được."
    )


class TokenExpired(Refusal):
    """The token has expired; sign in again."""

    code = "TOKEN_EXPIRED"
    vietnamese = "Mã truy cập đã hết hạn; vui lòng đăng nhập lại."


class IssuerUnreachable(Refusal):
    """The sign-in provider cannot be reached at the moment; try again shortly."""

    code = "SIGN_IN_PROVIDER_UNREACHABLE"
    vietnamese = "Hiện không kết nối được với hệ thống xác thực; vui lòng thử lại sau ít phút."


@dataclass(frozen=True)
class ClaimNames:
    """Under which names an issuer says what, and what its words mean here.

    What the national sign-on claims is not published [unsure], so all of this is configuration.
    """

    account_type: str = "account_type"
    name: str = "name"
    personal_number: str = "personal_number"
    assurance: str = "acr"
    scope: str = "scope"
    account_types: Mapping[str, ViewerKind] = field(
        default_factory=lambda: MappingProxyType({kind.value.lower(): kind for kind in ACCOUNT_KINDS})
    )
    assurance_levels: Mapping[str, int] = field(default_factory=lambda: LEVELS)

    def acr_values(self, level: int) -> str:
        """What to ask an issuer for who needs a level: its names of that level and those above, least first.

        Source: OpenID Connect Core 1.0 section 3.1.2.1, RFC 9470 section 3.
        """
        sufficient = [(found, name) for name, found in self.assurance_levels.items() if found >= level]
        return " ".join(name for _, name in sorted(sufficient))


@dataclass(frozen=True)
class Published:
    """What an issuer published when it was last asked."""

    metadata: Mapping[str, Any]
    keys: KeySet
    fetched_at: float

    @cached_property
    def names(self) -> frozenset[str | None]:
        """The names of its keys."""
        return frozenset(key.kid for key in self.keys)


@dataclass(frozen=True, slots=True)
class Proven:
    """Whom a token proves; `key` is the thumbprint of the key that whoever shows it must hold, if any."""

    viewer: Viewer
    key: str | None


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a token proved, by a key of which name, and until when; in seconds since 1970."""

    proven: Proven
    kid: str
    ends_at: float


@dataclass(frozen=True, slots=True)
class Logout:
    """What an issuer says has ended there: an account's sessions, one of its own, or what is both.

    `at` is when it said so, by its own clock, in seconds since 1970.
    """

    subject: str | None
    issuer_session: str | None
    identifier: str
    at: float


class Issuer:
    """An issuer as we know it: its documents are fetched when needed, and kept while it is away."""

    def __init__(self, name: str, fetch: Fetch, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = name
        self._fetch = fetch
        self._clock = clock
        self._published: Published | None = None
        self._next_fetch_at = float("-inf")
        self._fetching = asyncio.Lock()

    async def published(self, kid: str | None = None) -> Published:
        """Give what the issuer publishes, asking it again when that has aged or lacks the key named `kid`.

        It is asked at most once in 30 seconds, whatever keys are named.

        Raises: IssuerUnreachable when nothing usable is known.
        """
        known = self._published
        if known is not None and (kid is None or kid in known.names):
            fresh = self._clock() - known.fetched_at < KEYS_FRESH_S
            # While one request renews what has aged, the others go on with what they have.
            if fresh or self._fetching.locked():
                return known
        async with self._fetching:
            await self._renew()
        if self._published is None or self._clock() - self._published.fetched_at > KEYS_USABLE_S:
            raise IssuerUnreachable
        return self._published

    async def _renew(self) -> None:
        """Ask the issuer, unless it was asked just now: whoever waited has the answer already."""
        if self._clock() < self._next_fetch_at:
            return
        try:
            metadata = await self._fetch(f"{self.name}/.well-known/openid-configuration")
            # The document of another issuer must not be used (OpenID Connect Discovery 1.0 section 4.3).
            if metadata["issuer"] == self.name:
                keys = usable_keys(await self._fetch(metadata["jwks_uri"]))
                self._published = Published(metadata, keys, self._clock())
            else:
                log.error("The issuer's discovery document names another issuer.")
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("The issuer's documents could not be renewed: %s", type(error).__name__)
        spacing_s = FETCH_SPACING_S if self._published else FIRST_FETCH_SPACING_S
        self._next_fetch_at = self._clock() + spacing_s


def is_this_machine(address: str) -> bool:
    """Whether the address can be reached from this machine only."""
    return is_loopback(urlsplit(address).hostname or "")


def is_loopback(host: str) -> bool:
    """Whether what listens on this host is heard on this machine only."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def usable_keys(document: Mapping[str, Any]) -> KeySet:
    """Read the public signing keys of a key set, leaving out whatever else is in it.

    A symmetric key in a public document is everybody's and proves nothing, nor does one that is too weak; a
    key that cannot be read must not hide those that can.

    Raises: ValueError when there is none.
    Source: RFC 7517 section 5.
    """
    keys: list[OctKey | RSAKey | ECKey | OKPKey] = []
    for data in document["keys"]:
        for_signing = data.get("use", "sig") == "sig" and data.get("kty") != "oct"
        if not for_signing or not isinstance(data.get("kid"), str):
            continue
        try:
            with warnings.catch_warnings(action="error", category=SecurityWarning):
                keys.append(import_key(data))
        except (JoseError, SecurityWarning, ValueError, TypeError, KeyError):
            continue
    if not keys:
        raise ValueError("The key set has no usable key.")
    return KeySet(keys)


def header_of(token: str, types: frozenset[str], algorithms: tuple[str, ...]) -> str:
    """Read the name of the signing key from a token's header, refusing other types and algorithms.

    Nothing is verified yet: this only spares the rest to what cannot be accepted.

    Raises: TokenRefused.
    """
    if len(token) > LONGEST_TOKEN:
        raise TokenRefused("length")
    try:
        header = jws.extract_compact(token.encode("ascii")).headers()
        kind, algorithm, kid = header.get("typ", ""), header.get("alg"), header.get("kid")
    except (JoseError, ValueError, TypeError, AttributeError) as error:
        raise TokenRefused("form") from error
    if not isinstance(kind, str) or kind.lower() not in types:
        raise TokenRefused("typ")
    if algorithm not in algorithms:
        raise TokenRefused("alg")
    if not isinstance(kid, str):
        raise TokenRefused("kid")
    return kid


def client_of(claims: Claims) -> str | None:
    """Say which program was given a token. Source: RFC 9068 section 2.2."""
    client = claims.get("client_id")
    return client if isinstance(client, str) and is_client(client) else None


def is_client(name: str) -> bool:
    """Whether a program can be called so."""
    return 0 < len(name) <= LONGEST_SUBJECT and name.isprintable()


def key_of(claims: Claims) -> str | None:
    """Say which key a token is bound to: its thumbprint, or None where the token is anybody's who has it.

    A token bound in any other way as well (RFC 8705) would be taken here for less than it is.

    Raises: TokenRefused.
    Source: RFC 9449 section 6.1.
    """
    if "cnf" not in claims:
        return None
    bound = claims["cnf"]
    if isinstance(bound, Mapping) and bound.keys() == {"jkt"}:
        key = bound["jkt"]
        if isinstance(key, str) and THUMBPRINT.fullmatch(key):
            return key
    raise TokenRefused("cnf")


def is_machines(claims: Claims, kind: ViewerKind) -> bool:
    """Whether a token is a program's own, not that of a person who uses one.

    Source: RFC 9068 section 2.2: then it is about the client itself.
    """
    return kind is ViewerKind.PARTNER or claims["sub"] == claims.get("client_id")


class Verifier:
    """Says whom a token of one issuer proves, and remembers what it has verified until the token ends."""

    def __init__(
        self,
        issuer: Issuer,
        *,
        audience: str,
        find_participant: FindParticipant,
        claim_names: ClaimNames | None = None,
        algorithms: tuple[str, ...] = ALGORITHMS,
        longest_life_s: int = LONGEST_LIFE_S,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.issuer = issuer
        self._audience = audience
        self._find_participant = find_participant
        self.names = claim_names or ClaimNames()
        self._algorithms = algorithms
        self._longest_life_s = longest_life_s
        self._clock = clock
        self._remembered: dict[bytes, Remembered] = {}
        self._remembered_under: Published | None = None
        self._registry = jws.JWSRegistry(algorithms=algorithms, strict_check_header=False)

    async def viewer(self, token: str) -> Viewer:
        """Say whom an access token proves that is shown without a proof.

        Raises: TokenRefused, TokenExpired, IssuerUnreachable.
        """
        proven = await self.proven(token)
        if proven.key is not None:
            raise TokenRefused("cnf")
        return proven.viewer

    async def proven(self, token: str) -> Proven:
        """Say whom an access token proves, once its bearer has proved to hold the key that it names.

        Raises: TokenRefused, TokenExpired, IssuerUnreachable.
        Source: RFC 9068 section 4.
        """
        fingerprint = sha256(token.encode(errors="surrogatepass")).digest()
        known = self._remembered.get(fingerprint)
        kid = known.kid if known else header_of(token, ACCESS_TOKEN_TYPES, self._algorithms)
        published = await self._keys_with(kid)
        if published is not self._remembered_under:
            # A key that has been withdrawn takes along what it had signed.
            self._remembered.clear()
            self._remembered_under, known = published, None
        if known and known.ends_at > self._clock():
            return known.proven

        claims = self._checked(token, published, self._audience)
        viewer = await self.viewer_of(claims, self._scopes(claims))
        proven = Proven(viewer, key_of(claims))
        is_machine = is_machines(claims, viewer.kind)
        if is_machine and proven.key is None:
            raise TokenRefused("cnf")
        # By the instant it was issued a token is taken back: what is older than a token lives is forgotten.
        if claims["exp"] - claims["iat"] > (LONGEST_MACHINE_LIFE_S if is_machine else self._longest_life_s):
            raise TokenRefused("exp")
        is_settled = viewer.kind is not ViewerKind.CITIZEN or viewer.participant_id is not None
        if is_settled and published is self._remembered_under:
            if len(self._remembered) >= MOST_REMEMBERED:
                del self._remembered[next(iter(self._remembered))]
            self._remembered[fingerprint] = Remembered(proven, kid, claims["exp"])
        return proven

    async def identity(
        self, id_token: str, *, client_id: str, nonce: str, max_age_s: int | None = None
    ) -> Claims:
        """Check the identity token that answers our own sign-in request, and give its claims.

        Where the request had a `max_age`, the token says when the person signed in, no longer ago than that.
        Raises: TokenRefused, TokenExpired, IssuerUnreachable.
        Source: OpenID Connect Core 1.0 section 3.1.3.7.
        """
        published = await self._keys_with(header_of(id_token, ID_TOKEN_TYPES, self._algorithms))
        claims = self._checked(id_token, published, client_id)
        if claims.get("azp", client_id) != client_id:
            raise TokenRefused("azp")
        answered = claims.get("nonce")
        if not isinstance(answered, str) or not hmac.compare_digest(answered.encode(), nonce.encode()):
            raise TokenRefused("nonce")
        if max_age_s is not None and not self._signed_in_within(max_age_s, claims.get("auth_time")):
            raise TokenRefused("auth_time")
        return claims

    async def logout(self, token: str, *, client_id: str) -> Logout:
        """Check a logout token that the issuer sent us behind the browser's back, and say what has ended.

        Raises: TokenRefused, TokenExpired, IssuerUnreachable.
        Source: OpenID Connect Back-Channel Logout 1.0 sections 2.4 and 2.6.
        """
        published = await self._keys_with(header_of(token, LOGOUT_TOKEN_TYPES, self._algorithms))
        claims = self._checked(token, published, client_id, is_notice=True)
        events = claims.get("events")
        if not isinstance(events, Mapping) or not isinstance(events.get(LOGOUT_EVENT), Mapping):
            raise TokenRefused("events")
        # So that an identity token is never taken for one.
        if "nonce" in claims:
            raise TokenRefused("nonce")
        if claims["iat"] < self._clock() - LONGEST_NOTICE_S:
            raise TokenRefused("iat")
        for name in ("sub", "sid", "jti"):
            if name in claims and not (isinstance(claims[name], str) and is_client(claims[name])):
                raise TokenRefused(name)
        if "jti" not in claims:
            raise TokenRefused("jti")
        if not {"sub", "sid"} & claims.keys():
            raise TokenRefused("sid")
        return Logout(claims.get("sub"), claims.get("sid"), claims["jti"], claims["iat"])

    async def viewer_of(self, claims: Claims, scopes: frozenset[Scope]) -> Viewer:
        """Make the viewer whom checked claims describe.

        Raises: TokenRefused when they describe nobody.
        """
        kind = self.names.account_types.get(str(claims.get(self.names.account_type)))
        if kind is None:
            raise TokenRefused(self.names.account_type)
        subject: str = claims["sub"]
        if not (0 < len(subject) <= LONGEST_SUBJECT and subject.isascii() and subject.isprintable()):
            raise TokenRefused("sub")
        return Viewer.proven(
            kind,
            scopes,
            self.names.assurance_levels.get(str(claims.get(self.names.assurance)), 0),
            principal=principal_of(self.issuer.name, subject),
            participant_id=await self._participant(claims) if kind is ViewerKind.CITIZEN else None,
            name=self._name(claims),
            issued_at=claims["iat"],
            expires_at=datetime.fromtimestamp(claims["exp"], UTC),
            client=client_of(claims),
        )

    async def _keys_with(self, kid: str) -> Published:
        published = await self.issuer.published(kid)
        if kid not in published.names:
            raise TokenRefused("kid")
        return published

    def _checked(
        self, token: str, published: Published, audience: str, *, is_notice: bool = False
    ) -> dict[str, Any]:
        """Check signature, issuer, audience and times: decoding alone checks the signature only."""
        now = self._clock()
        try:
            claims = jwt.decode(
                token, published.keys, algorithms=self._algorithms, registry=self._registry
            ).claims
        except (JoseError, ValueError, TypeError) as error:
            raise TokenRefused("signature") from error
        try:
            jwt.JWTClaimsRegistry(
                now=int(now),
                leeway=LEEWAY_S,
                iss={"essential": True, "value": self.issuer.name},
                sub={"essential": not is_notice},
                aud={"essential": True, "value": audience},
                exp={"essential": True},
                iat={"essential": True},
            ).validate(claims)
        except ExpiredTokenError as error:
            raise TokenExpired from error
        except ClaimError as error:
            raise TokenRefused(error.claim) from error
        # A token meant for several audiences could be played here by any of the others. A notice to several
        # says the same whoever brings it, and is heeded once.
        if claims["aud"] != audience and not is_notice:
            raise TokenRefused("aud")
        if claims["exp"] <= now:
            raise TokenExpired
        if claims["exp"] > now + self._longest_life_s:
            raise TokenRefused("exp")
        return claims

    def _signed_in_within(self, age_s: int, auth_time: object) -> bool:
        """Whether somebody signed in so recently; a claim that is no time says nothing of it."""
        if not isinstance(auth_time, int) or isinstance(auth_time, bool):
            return False
        return -LEEWAY_S <= self._clock() - auth_time <= age_s + LEEWAY_S

    def _scopes(self, claims: Claims) -> frozenset[Scope]:
        return scopes_of(str(claims.get(self.names.scope, "")))

    def _name(self, claims: Claims) -> str:
        # What cannot be shown (control characters, lone surrogates, marks that turn the direction of writing)
        # is not a name, and some of it PostgreSQL cannot store.
        name = unicodedata.normalize("NFC", str(claims.get(self.names.name, "")))
        return name[:LONGEST_NAME] if name.isprintable() else ""

    async def _participant(self, claims: Claims) -> UUID | None:
        number = claims.get(self.names.personal_number)
        if not isinstance(number, str) or not is_formed(IdentifierKind.PERSONAL_NUMBER, number):
            return None
        return await self._find_participant(number)
