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
    # Nobody is employed twice by one employer on one day. It is said in texts, lest PostgreSQL looks for
    # employments here: GiST finds a person's two hundred times slower than the indexes below, and does not
    # know it. The number before the texts is for its own way.
    ExcludeConstraint(
        (text("uuid_hash_extended(participant_id, 0)"), "="),
        (text("(participant_id::text)"), "="),
        (text("(employer_id::text)"), "="),
        (text("daterange(started_on, ended_on, '[]')"), "&&"),
        using="gist",
        name="ex_employments_no_overlap",
    ),
    Index("ix_employments_participant_id_id", "participant_id", "id"),
    Index("ix_employments_employer_id_participant_id", "employer_id", "participant_id"),
)
