"""Health insurance cards: as what a person is insured, at which level, from when until when."""

from sqlalchemy import CheckConstraint, Column, Date, Index, SmallInteger, Table, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from db.metadata import instant, key, metadata, refers, words

health_cards = Table(
    "health_cards",
    metadata,
    key(),
    refers("participant_id", "participants.id", index=False),
    words("object_code"),
    Column("benefit_level", SmallInteger, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    # As printed on the card: from which day on five years without a break are reached.
    Column("five_years_on", Date),
    words("facility_code"),
    instant("issued_at", default=True),
    CheckConstraint("object_code ~ '^[A-Z]{2}$'", name="object_code_formed"),
    CheckConstraint("benefit_level BETWEEN 1 AND 5", name="benefit_level_of_five"),
    CheckConstraint("valid_to >= valid_from", name="period_ordered"),
    CheckConstraint(r"facility_code ~ '^\d{5}$'", name="facility_code_formed"),
    # Nobody has two cards on one day.
    ExcludeConstraint(
        ("participant_id", "="),
        (text("daterange(valid_from, valid_to, '[]')"), "&&"),
        using="gist",
        name="ex_health_cards_one_card_a_day",
    ),
    Index("ix_health_cards_participant_id_valid_from_id", "participant_id", "valid_from", "id"),
)
