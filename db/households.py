"""Households: who insures together."""

from sqlalchemy import Boolean, CheckConstraint, Column, Date, Table, Text, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from db.metadata import key, metadata, refers, words

households = Table(
    "households",
    metadata,
    key(),
    Column("code", Text, nullable=False, unique=True),
    refers("office_id", "offices.id"),
    words("address"),
    CheckConstraint(r"code ~ '^\d{10}$'", name="code_formed"),
)

household_members = Table(
    "household_members",
    metadata,
    key(),
    refers("household_id", "households.id"),
    refers("participant_id", "participants.id"),
    words("relationship"),
    # Whether the member is insured with the household, and not as an employee, a pensioner, a small child.
    Column("takes_part", Boolean, nullable=False, server_default=text("true")),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    CheckConstraint("valid_to >= valid_from", name="period_ordered"),
    # Nobody belongs to two households on one day.
    ExcludeConstraint(
        ("participant_id", "="),
        (text("daterange(valid_from, valid_to, '[]')"), "&&"),
        using="gist",
        name="ex_household_members_one_household_a_day",
    ),
)
