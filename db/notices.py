"""Notices: what people are told of what employers say about them."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Date, Index, Table, bindparam, insert

from db.connection import fetch
from db.metadata import instant, key, metadata, one_of, refers, words
from db.pool import Connection
from domain.notices import NoticeKind

notices = Table(
    "notices",
    metadata,
    key(),
    refers("participant_id", "participants.id", index=False),
    words("kind"),
    refers("employer_id", "employers.id"),
    Column("from_month", Date, nullable=False),
    Column("to_month", Date),
    refers("filing_id", "filings.id", nullable=True),
    instant("created_at", default=True),
    one_of("kind", NoticeKind),
    CheckConstraint(
        "extract(day from from_month) = 1 AND extract(day from to_month) = 1", name="months_first_day"
    ),
    CheckConstraint("to_month >= from_month", name="period_ordered"),
    Index("ix_notices_participant_id_id", "participant_id", "id"),
)

# Inline: it asks for nothing back, since who tells may not read what others are told.
_TELL = (
    insert(notices)
    .values(
        {name: bindparam(name) for name in ("participant_id", "kind", "employer_id", "from_month")},
    )
    .inline()
)


async def tell(
    connection: Connection, kind: NoticeKind, *, participant_id: UUID, employer_id: UUID, from_month: date
) -> None:
    """Tell a person what an employer has said about them."""
    await fetch(
        connection,
        _TELL,
        participant_id=participant_id,
        kind=kind.value,
        employer_id=employer_id,
        from_month=from_month,
    )
