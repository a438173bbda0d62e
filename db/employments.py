"""Who worked for whom, from when to when."""

from sqlalchemy import CheckConstraint, Column, Date, Index, Table, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from db.metadata import key, metadata, refers, words

employments = Table(
    "employments",
    metadata,
    key(),
    refers("participant_id", "participants.id", index=False),
    refers("employer_id", "employers.id", index=False),
    # The employer's office, here so that the row's policy needs no other protected table.
    refers("office_id", "offices.id"),
    words("position"),
    Column("started_on", Date, nullable=False),
    Column("ended_on", Date),
    CheckConstraint("ended_on >= started_on", name="period_ordered"),
    ExcludeConstraint(
        ("participant_id", "="),
        ("employer_id", "="),
        (text("daterange(started_on, ended_on, '[]')"), "&&"),
        using="gist",
        name="ex_employments_no_overlap",
    ),
    Index("ix_employments_participant_id_id", "participant_id", "id"),
    Index("ix_employments_employer_id_participant_id", "employer_id", "participant_id"),
)
