"""Days that a decision makes working or free; they win over the calendar of the law."""

from sqlalchemy import Boolean, Column, Date, Table

from db.metadata import PUBLIC, metadata, words

calendar_overrides = Table(
    "calendar_overrides",
    metadata,
    Column("day", Date, primary_key=True),
    Column("is_working", Boolean, nullable=False),
    words("decision"),
    info=PUBLIC,
)
