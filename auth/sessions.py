"""Browser sessions: a secret in the browser's cookie, a row in PostgreSQL that any process finds by its hash.

Source: OWASP ASVS 5.0 chapter 7 (sessions); the limits are those of login.gov.
"""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from types import MappingProxyType
from typing import Any
from uuid import UUID

from auth.scopes import Scope, scopes_of
from auth.tokens import Logout
from auth.viewer import Viewer, ViewerKind, principal_of
from db import sessions
from db.pool import Pool

SECRET_BYTES = 32
SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
MOST_REMEMBERED = 10_000

# A session that was ended is refused within a second by every process, so none may believe in one for longer.
REMEMBERED = timedelta(seconds=1)
# Somebody who clicks every second need not write every second.
SEEN_EVERY = timedelta(minutes=1)

# All that an account of a kind may ask for, which is what our own pages ask; the rights themselves are rows.
_OWN_ACCOUNT = frozenset({Scope.SESSION_END, Scope.SESSION_READ})
_READ = _OWN_ACCOUNT | {
    Scope.CONTRIBUTION_READ,
    Scope.DOSSIER_READ,
    Scope.EMPLOYMENT_READ,
    Scope.IDENTIFIER_READ,
    Scope.PARTICIPANT_READ,
}
# What concerns a person and never an employer.
_READ_OF_PERSONS = frozenset(
    {Scope.BENEFIT_READ, Scope.CERTIFICATE_READ, Scope.HEALTH_READ, Scope.HOUSEHOLD_READ}
)
SCOPES_OF_KIND: Mapping[ViewerKind, frozenset[Scope]] = MappingProxyType(
    {
        ViewerKind.CITIZEN: _READ
        | _READ_OF_PERSONS
        | {
            Scope.ACCESS_READ,
            Scope.CERTIFICATE_ISSUE,
            Scope.CONSENT_GIVE,
            Scope.CONSENT_READ,
            Scope.DATA_REQUEST_FILE,
            Scope.DATA_REQUEST_READ,
            Scope.DOSSIER_SUBMIT,
            Scope.IDENTIFIER_REVEAL,
            Scope.MANDATE_GIVE,
            Scope.MANDATE_READ,
            Scope.NOTICE_READ,
        },
        ViewerKind.EMPLOYER: _READ
        | {
            Scope.ACCOUNT_READ,
            Scope.CONTRIBUTION_FILE,
            Scope.DOSSIER_SUBMIT,
            Scope.EMPLOYMENT_FILE,
            Scope.PARTICIPANT_REGISTER,
        },
        ViewerKind.OFFICER: _READ
        | _READ_OF_PERSONS
        | {
            Scope.ACCOUNT_READ,
            Scope.CERTIFICATE_ISSUE,
            Scope.CONSENT_READ,
            Scope.DATA_REQUEST_ANSWER,
            Scope.DATA_REQUEST_READ,
            Scope.DOSSIER_ACCEPT,
            Scope.IDENTIFIER_REVEAL,
            Scope.MANDATE_READ,
            Scope.MANDATE_RECORD,
            Scope.PAYMENT_RECORD,
        },
        ViewerKind.PARTNER: frozenset(
            {
                Scope.BENEFIT_READ,
                Scope.CONTRIBUTION_READ,
                Scope.HEALTH_READ,
                Scope.HOUSEHOLD_READ,
                Scope.IDENTIFIER_READ,
                Scope.PARTICIPANT_READ,
            }
        ),
        # What a person may do for another: nothing that concerns the person's own account.
        ViewerKind.REPRESENTATIVE: (_READ - _OWN_ACCOUNT)
        | _READ_OF_PERSONS
        | {
            Scope.ACCESS_READ,
            Scope.CERTIFICATE_ISSUE,
            Scope.CONSENT_GIVE,
            Scope.CONSENT_READ,
            Scope.DOSSIER_SUBMIT,
            Scope.IDENTIFIER_REVEAL,
            Scope.MANDATE_READ,
            Scope.NOTICE_READ,
        },
    }
)

# The first that occurs names the browser: the others also call themselves Chrome and Safari.
BROWSERS = (
    ("coc_coc_browser/", "Cốc Cốc"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)


def browser_family(user_agent: str) -> str:
    """The family of a browser, so that people recognise their sessions; its version is nobody's business."""
    return next((family for mark, family in BROWSERS if mark in user_agent), "")


@dataclass(frozen=True)
class SessionLimits:
    """How long a session may idle, and how long it may last at all."""

    idle: timedelta = timedelta(minutes=15)
    lasting: timedelta = timedelta(hours=12)
    officers_lasting: timedelta = timedelta(hours=10)


def now_utc() -> datetime:
    """The time of day, for a clock that is not told."""
    return datetime.now(UTC)


def hash_of(secret: str) -> bytes | None:
    """What a session is found by; None where the text cannot be a secret of ours."""
    return sha256(secret.encode()).digest() if SECRET.fullmatch(secret) else None


class Sessions:
    """The sessions of browsers: begun at sign-in, found at each request, ended for good.

    `secret` is always the value of the cookie. Look-ups are remembered for at most a second.
    """

    def __init__(
        self, pool: Pool, *, limits: SessionLimits | None = None, clock: Callable[[], datetime] = now_utc
    ) -> None:
        self._pool = pool
        self._limits = limits or SessionLimits()
        self._clock = clock
        self._remembered: dict[bytes, tuple[datetime, Viewer]] = {}

    async def begin(
        self,
        viewer: Viewer,
        *,
        issuer: str,
        subject: str,
        issuer_session: str | None = None,
        user_agent: str = "",
    ) -> str:
        """Begin a session for somebody who has just signed in, and give its secret: always a new one.

        `issuer_session` is what the issuer calls its own, where it says.
        """
        secret = secrets.token_urlsafe(SECRET_BYTES)
        now = self._clock()
        is_officer = viewer.kind is ViewerKind.OFFICER
        lasting = self._limits.officers_lasting if is_officer else self._limits.lasting
        await sessions.add_session(
            self._pool,
            {
                "id_hash": hash_of(secret),
                "principal": viewer.principal,
                "issuer": issuer,
                "subject": subject,
                "issuer_session": issuer_session,
                "kind": viewer.kind.value,
                "participant_id": viewer.participant_id,
                "name": viewer.name,
                "scopes": " ".join(sorted(SCOPES_OF_KIND[viewer.kind])),
                "assurance": viewer.assurance,
                "browser": browser_family(user_agent),
                "created_at": now,
                "last_seen_at": now,
                "expires_at": now + lasting,
            },
        )
        return secret

    async def viewer(self, secret: str) -> Viewer | None:
        """Say whose session this is, and note that somebody was seen in it; None where there is none."""
        id_hash = hash_of(secret)
        if id_hash is None:
            return None
        now = self._clock()
        remembered = self._remembered.get(id_hash)
        # A clock that was set back must not make us believe for longer.
        if remembered and timedelta(0) <= now - remembered[0] < REMEMBERED:
            return remembered[1]
        row = await sessions.find_session(self._pool, id_hash, now=now, idle_since=now - self._limits.idle)
        if row is None:
            self._remembered.pop(id_hash, None)
            return None
        if now - datetime.fromisoformat(row["last_seen_at"]) >= SEEN_EVERY:
            await sessions.see(self._pool, id_hash, now=now)
        viewer = viewer_of(row)
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[id_hash] = now, viewer
        return viewer

    async def is_live(self, viewer: Viewer) -> bool:
        """Whether the session behind a viewer still stands; asking does not count as being seen in it.

        It is what an open subscription asks.
        """
        if viewer.session_id is None:
            return False
        now = self._clock()
        return await sessions.is_live(
            self._pool, viewer.session_id, viewer.binding, now=now, idle_since=now - self._limits.idle
        )

    async def issuer_session(self, secret: str) -> str | None:
        """What the issuer calls its own session, if it has said and ours still stands."""
        id_hash, now = hash_of(secret), self._clock()
        row = id_hash and await sessions.find_session(
            self._pool, id_hash, now=now, idle_since=now - self._limits.idle
        )
        return row["issuer_session"] if row else None

    async def end(self, secret: str) -> None:
        """End a session: here at once, in every other process within a second."""
        await self.end_of(hash_of(secret))

    async def end_of(self, id_hash: bytes | None) -> None:
        """End the session that is found by a hash, if there is one."""
        if id_hash is not None:
            await sessions.end_session(self._pool, id_hash)
            self._remembered.pop(id_hash, None)

    async def end_all(self, viewer: Viewer) -> int:
        """End every session of the viewer's account, in all browsers; their number is given back."""
        if viewer.principal is None:
            return 0
        ended = await sessions.end_sessions_of(self._pool, viewer.principal, viewer.binding)
        for id_hash in ended:
            self._remembered.pop(id_hash, None)
        return len(ended)

    async def end_at_issuer(self, issuer: str, logout: Logout) -> int:
        """End what the issuer says has ended there; their number is given back. It is heeded once."""
        ended = await sessions.end_at_issuer(
            self._pool,
            issuer=issuer,
            principal=principal_of(issuer, logout.subject) if logout.subject else None,
            issuer_session=logout.issuer_session,
            notice=sha256(logout.identifier.encode()).hexdigest(),
            at=datetime.fromtimestamp(logout.at, UTC),
        )
        for id_hash in ended:
            self._remembered.pop(id_hash, None)
        return len(ended)


def viewer_of(row: Mapping[str, Any]) -> Viewer:
    """Make the viewer whom a session's row describes; a scope that is no longer known is left out."""
    return Viewer.proven(
        ViewerKind(row["kind"]),
        scopes_of(row["scopes"]),
        row["assurance"],
        principal=UUID(row["principal"]),
        participant_id=row["participant_id"] and UUID(row["participant_id"]),
        name=row["name"],
        expires_at=datetime.fromisoformat(row["expires_at"]),
        session_id=UUID(row["id"]),
    )
