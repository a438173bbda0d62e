"""Payments: what employers have paid, as an officer records it (db/accounts.py)."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, Index, Table, UniqueConstraint, Uuid

from db.metadata import key, metadata, moment, refers, words

payments = Table(
    "payments",
    metadata,
    key(),
    refers("employer_id", "employers.id", index=False),
    # The employer's office, here so that the row's policy needs no other protected table.
    refers("office_id", "offices.id", index=False),
    # In đồng.
    Column("amount", BigInteger, nullable=False),
    Column("paid_on", Date, nullable=False),
    # By which the bank or the treasury names it: an office records it once.
    words("reference"),
    moment("recorded_at"),
    Column("recorded_by", Uuid, nullable=False),
    UniqueConstraint("office_id", "reference"),
    CheckConstraint("amount > 0", name="amount_positive"),
    Index("ix_payments_employer_id_id", "employer_id", "id"),
)
