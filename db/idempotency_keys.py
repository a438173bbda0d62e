"""What a client has already asked for: one key, one effect."""

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, Table, Text, Uuid

from db.metadata import instant, metadata, words

LONGEST_KEY = 100

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("principal", Uuid, primary_key=True),
    Column("operation", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("input_hash", LargeBinary, nullable=False),
    # What came of it: the key of the row that the act made or changed.
    words("outcome", nullable=True),
    instant("claimed_at", default=True),
    CheckConstraint(f"length(key) BETWEEN 1 AND {LONGEST_KEY}", name="key_bounded"),
    Index("ix_idempotency_keys_claimed_at", "claimed_at"),
)
