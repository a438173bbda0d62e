"""The numbers people are known by: kept as ciphertext, a keyed index to find them by, and a masked text.

A stolen copy of the table names nobody's number: without the keys the ciphertext cannot be read, and the
index cannot be tried out either, although the numbers themselves are few enough to try.
"""

import hmac
import secrets
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import CheckConstraint, Column, Date, LargeBinary, SmallInteger, Table, func, select, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from db.connection import fetch_one, seen_by_viewer
from db.metadata import key, metadata, one_of, refers, words
from db.pool import Pool
from domain.identifiers import IdentifierKind, masked

identifiers = Table(
    "identifiers",
    metadata,
    key(),
    refers("participant_id", "participants.id"),
    words("kind"),
    Column("ciphertext", LargeBinary, nullable=False),
    Column("key_version", SmallInteger, nullable=False),
    Column("blind_index", LargeBinary, nullable=False, index=True),
    words("masked"),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    one_of("kind", IdentifierKind),
    CheckConstraint("valid_to >= valid_from", name="period_ordered"),
    CheckConstraint("length(blind_index) = 32", name="blind_index_sha256"),
    # A number names one person on one day. The blind index is of kind and number, so the kind need not
    # stand here. Its first bytes stand before it as a number: GiST finds its way seven times faster so.
    ExcludeConstraint(
        (text("(substr(blind_index, 1, 8)::bigint)"), "="),
        ("blind_index", "="),
        (text("daterange(valid_from, valid_to, '[]')"), "&&"),
        using="gist",
        name="ex_identifiers_one_person_a_day",
    ),
)

NONCE_BYTES = 12


@dataclass(frozen=True)
class SealedIdentifier:
    """A number as the table keeps it."""

    ciphertext: bytes
    key_version: int
    blind_index: bytes
    masked: str


# Enough to tell the cases of a partner apart.
MARK_BYTES = 8


@dataclass(frozen=True)
class IdentifierKeys:
    """The two keys, 32 bytes each: one to seal numbers, one to find them. They never enter the database."""

    sealing: bytes
    finding: bytes
    version: int = 1

    @cached_property
    def _cipher(self) -> AESGCM:
        return AESGCM(self.sealing)

    def seal(self, kind: IdentifierKind, number: str) -> SealedIdentifier:
        """Seal a number: AES-256-GCM, a fresh nonce, bound to kind and key version (NIST SP 800-38D)."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        ciphertext = nonce + self._cipher.encrypt(nonce, number.encode(), self._context(kind))
        return SealedIdentifier(ciphertext, self.version, self.blind_index(kind, number), masked(number))

    def reveal(self, kind: IdentifierKind, ciphertext: bytes) -> str:
        """Read a sealed number.

        Raises: cryptography.exceptions.InvalidTag when it was altered or sealed under another key or kind.
        """
        nonce, sealed = ciphertext[:NONCE_BYTES], ciphertext[NONCE_BYTES:]
        return self._cipher.decrypt(nonce, sealed, self._context(kind)).decode()

    def blind_index(self, kind: IdentifierKind, number: str) -> bytes:
        """What the number is found by: HMAC-SHA-256 of kind and number (RFC 2104)."""
        return hmac.digest(self.finding, f"{kind}:{number}".encode(), sha256)

    def mark(self, case: str) -> str:
        """What a partner's case is called in the log: by its words it could be somebody's number."""
        return hmac.digest(self.finding, f"case:{case}".encode(), sha256)[:MARK_BYTES].hex()

    def _context(self, kind: IdentifierKind) -> bytes:
        return f"identifiers.ciphertext:{kind}:{self.version}".encode()


PARTICIPANT_CLAIMED = seen_by_viewer(
    select(identifiers.c.participant_id)
    .where(
        identifiers.c.kind == IdentifierKind.PERSONAL_NUMBER.value,
        identifiers.c.blind_index == func.decode(select(func.vget("claimed")).scalar_subquery(), "hex"),
        identifiers.c.valid_to.is_(None),
    )
    .scalar_subquery()
)


async def participant_of(pool: Pool, keys: IdentifierKeys, personal_number: str) -> UUID | None:
    """Find whose personal number this is, for a sign-in that vouches for the number.

    It asks as a viewer who claims that number and nothing else, so both walls stand here too.
    """
    claimed = keys.blind_index(IdentifierKind.PERSONAL_NUMBER, personal_number).hex()
    row = await fetch_one(pool, PARTICIPANT_CLAIMED, viewer=f'{{"claimed": "{claimed}"}}')
    return row[0] if row else None
