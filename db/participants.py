"""The people of the agency."""

from sqlalchemy import CheckConstraint, Column, Date, Index, Table, Text

from db.metadata import instant, key, metadata, one_of, refers, words

participants = Table(
    "participants",
    metadata,
    key(),
    words("full_name"),
    # What a search compares: without case or diacritics, in byte order (see domain.names.folded).
    Column("folded_name", Text(collation="C"), nullable=False),
    # How a list is ordered: by given name, then family name, with Vietnamese tones (domain.names.sort_key).
    Column("sort_name", Text(collation="C"), nullable=False),
    Column("birth_date", Date, nullable=False),
    words("sex"),
    Column("died_on", Date),
    refers("office_id", "offices.id", index=False),
    refers("household_id", "households.id", nullable=True),
    instant("registered_at", default=True),
    one_of("sex", ["FEMALE", "MALE"]),
    CheckConstraint("died_on >= birth_date", name="dies_after_birth"),
    Index("ix_participants_folded_name_id", "folded_name", "id"),
    Index("ix_participants_sort_name_id", "sort_name", "id"),
    Index("ix_participants_office_id_id", "office_id", "id"),
    # The lists and searches of an office, which selection/ways.py goes by.
    Index("ix_participants_office_id_sort_name_id", "office_id", "sort_name", "id"),
    Index("ix_participants_office_id_folded_name_id", "office_id", "folded_name", "id"),
)
