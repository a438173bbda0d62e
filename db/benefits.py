"""Benefits in payment: what the agency has decided to pay to whom, monthly or once."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, Index, Table

from db.metadata import instant, key, metadata, one_of, refers, words
from domain.benefits import BenefitKind, BenefitPayment

benefits = Table(
    "benefits",
    metadata,
    key(),
    refers("participant_id", "participants.id", index=False),
    # The office that pays.
    refers("office_id", "offices.id"),
    words("kind"),
    words("payment"),
    words("decision_number"),
    # A month's, or all of what is paid once.
    Column("amount", BigInteger, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    instant("recorded_at", default=True),
    one_of("kind", BenefitKind),
    one_of("payment", BenefitPayment),
    CheckConstraint("amount > 0", name="amount_positive"),
    CheckConstraint("valid_to >= valid_from", name="period_ordered"),
    CheckConstraint("payment = 'MONTHLY' OR valid_to IS NOT NULL", name="once_ends"),
    Index("ix_benefits_participant_id_valid_from_id", "participant_id", "valid_from", "id"),
)
