"""The ledger of contributions: lines that are added and never changed.

A line says: from this month to that month (both included; no end: until a later line says otherwise) the
contribution of this person at this employer is reckoned on this base, in đồng a month; 0 means that
nothing is due. For a month, an employer and a scheme the line recorded last wins, so a correction is a
new line. Nothing is ever updated or deleted: what the agency knew at an instant is the lines recorded by
then.
"""

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, Index, Table, Uuid

from db.metadata import instant, key, metadata, one_of, refers, words

SCHEMES = ("COMPULSORY", "HEALTH_ONLY", "VOLUNTARY")

contributions = Table(
    "contributions",
    metadata,
    key(),
    refers("participant_id", "participants.id", index=False),
    # Absent where the person pays alone: voluntary insurance, household health insurance.
    refers("employer_id", "employers.id", nullable=True),
    words("scheme"),
    Column("from_month", Date, nullable=False),
    Column("to_month", Date),
    Column("base", BigInteger, nullable=False),
    instant("recorded_at", default=True),
    Column("recorded_by", Uuid),
    one_of("scheme", SCHEMES),
    CheckConstraint(
        "extract(day from from_month) = 1 AND extract(day from to_month) = 1", name="months_first_day"
    ),
    CheckConstraint("to_month >= from_month", name="period_ordered"),
    CheckConstraint("base >= 0", name="base_not_negative"),
    CheckConstraint("(scheme = 'COMPULSORY') = (employer_id IS NOT NULL)", name="employer_where_compulsory"),
    Index("ix_contributions_participant_id_recorded_at_id", "participant_id", "recorded_at", "id"),
)
