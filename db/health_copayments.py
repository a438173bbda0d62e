"""What people have copaid of the insured part of their visits: it counts towards the year's ceiling."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, Index, Table

from db.metadata import instant, key, metadata, refers, words

health_copayments = Table(
    "health_copayments",
    metadata,
    key(),
    refers("participant_id", "participants.id", index=False),
    Column("paid_on", Date, nullable=False),
    Column("amount", BigInteger, nullable=False),
    # What the health facility calls the visit.
    words("visit_reference"),
    instant("recorded_at", default=True),
    CheckConstraint("amount > 0", name="amount_positive"),
    Index("ix_health_copayments_participant_id_paid_on_id", "participant_id", "paid_on", "id"),
)
