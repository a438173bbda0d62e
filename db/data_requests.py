"""Requests about one's own data: that they were filed, by when they are answered, and the answer.

Every answer is final, and no request is ever deleted.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    Select,
    Table,
    Uuid,
    bindparam,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP

from db.calendar import overrides
from db.connection import fetch, fetch_one
from db.dossiers import Right
from db.metadata import instant, key, metadata, one_of, refers, words
from db.participants import participants
from db.pool import Connection
from domain.data_requests import (
    DataRequestAnswered,
    DataRequestKind,
    DataRequestOutcome,
    DataRequestStatus,
    clocks,
)
from domain.dossiers import Actor
from domain.refusals import NotFound, VersionConflict
from domain.working_calendar import calendar_decided

LONGEST_CONCERN = 200
LONGEST_WISH = 4_000
LONGEST_ANSWER = 4_000

data_requests = Table(
    "data_requests",
    metadata,
    key(),
    refers("participant_id", "participants.id", index=False),
    # The office that kept the person's record when it was filed.
    refers("office_id", "offices.id", index=False),
    words("kind"),
    words("concerns"),
    words("wish"),
    words("status"),
    Column("version", Integer, nullable=False),
    instant("filed_at"),
    Column("filed_by", Uuid, nullable=False),
    # As the law stood and the calendar was known on the day of filing.
    Column("answer_by", Date, nullable=False),
    Column("act_by", Date, nullable=False),
    Column("unconfirmed", Boolean, nullable=False),
    words("answer", nullable=True),
    instant("answered_at", nullable=True),
    Column("answered_by", Uuid),
    one_of("kind", DataRequestKind),
    one_of("status", DataRequestStatus),
    CheckConstraint(
        "(status = 'FILED') = (answer IS NULL) AND (answer IS NULL) = (answered_at IS NULL)"
        " AND (answer IS NULL) = (answered_by IS NULL)",
        name="answered_where_final",
    ),
    CheckConstraint("version >= 1", name="version_counts"),
    CheckConstraint(f"length(concerns) BETWEEN 1 AND {LONGEST_CONCERN}", name="concerns_bounded"),
    CheckConstraint(f"length(wish) BETWEEN 1 AND {LONGEST_WISH}", name="wish_bounded"),
    CheckConstraint(f"length(answer) BETWEEN 1 AND {LONGEST_ANSWER}", name="answer_bounded"),
    Index("ix_data_requests_participant_id_id", "participant_id", "id"),
    Index("ix_data_requests_office_id_id", "office_id", "id"),
    Index("ix_data_requests_office_id_status_id", "office_id", "status", "id"),
    Index(
        "ix_data_requests_office_id_answer_by_id",
        "office_id",
        "answer_by",
        "id",
        postgresql_where=text("status = 'FILED'"),
    ),
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks for: what is to be done, with which of their data, in their words."""

    kind: DataRequestKind
    concerns: str
    wish: str


# ---------------------------------------------------------------- the acts ---


@lru_cache
def _filed_for(right: Right) -> Select[Any]:
    return select(participants.c.office_id).where(
        participants.c.id == bindparam("participant_id"), right.policy(participants.c, right.kind)
    )


@lru_cache
def _locked(right: Right) -> Select[Any]:
    return (
        select(data_requests)
        .where(data_requests.c.id == bindparam("request_id"), right.policy(data_requests.c, right.kind))
        .with_for_update()
    )


_FILE = (
    insert(data_requests)
    .values(
        {
            name: bindparam(name)
            for name in (
                "participant_id",
                "office_id",
                "kind",
                "concerns",
                "wish",
                "filed_at",
                "filed_by",
                "answer_by",
                "act_by",
                "unconfirmed",
            )
        }
        | {"status": DataRequestStatus.FILED.value, "version": 1}
    )
    .returning(data_requests.c.id)
)
_ANSWER = (
    update(data_requests)
    .where(data_requests.c.id == bindparam("request_id"))
    .values(
        status=bindparam("new_status"),
        version=bindparam("new_version"),
        answer=bindparam("new_answer"),
        answered_at=bindparam("now", type_=TIMESTAMP(timezone=True)),
        answered_by=bindparam("by"),
    )
)


async def file(
    connection: Connection,
    actor: Actor,
    wish: Wish,
    *,
    participant_id: UUID,
    right: Right,
    now: datetime,
    today: date,
) -> UUID:
    """File a request with the office that keeps the person's record; both clocks start.

    Raises: NotFound where the viewer may not ask for this person.
    Source: Law 91/2025/QH15 article 4; ND 356/2025.
    """
    person = await fetch_one(connection, _filed_for(right), participant_id=participant_id)
    if person is None:
        raise NotFound(path=("participant",))
    # Every time limit ends in the year of its beginning or in the next.
    calendar = calendar_decided(today.year, today.year + 1, frozenset((await overrides(connection)).items()))
    counted = clocks(wish.kind, today, calendar)
    row = await fetch_one(
        connection,
        _FILE,
        participant_id=participant_id,
        office_id=person["office_id"],
        kind=wish.kind.value,
        concerns=wish.concerns,
        wish=wish.wish,
        filed_at=now,
        filed_by=actor.principal,
        answer_by=counted.answer_by,
        act_by=counted.act_by,
        unconfirmed=counted.is_unconfirmed,
    )
    assert row is not None  # noqa: S101 -- an insert returns its row
    request_id: UUID = row["id"]
    return request_id


async def answer(
    connection: Connection,
    actor: Actor,
    request_id: UUID,
    outcome: DataRequestOutcome,
    said: str,
    *,
    right: Right,
    expected_version: int,
    now: datetime,
) -> UUID:
    """Answer a request, as an officer of its office: it was done, or is refused, and why.

    Raises: NotFound; VersionConflict; DataRequestAnswered.
    """
    request = await fetch_one(connection, _locked(right), request_id=request_id)
    if request is None:
        raise NotFound(path=("dataRequest",))
    if request["version"] != expected_version:
        raise VersionConflict(path=("expectedVersion",), version=request["version"])
    if request["status"] != DataRequestStatus.FILED:
        raise DataRequestAnswered(path=("dataRequest",), status=request["status"])
    await fetch(
        connection,
        _ANSWER,
        request_id=request_id,
        new_status=outcome.value,
        new_version=request["version"] + 1,
        new_answer=said,
        now=now,
        by=actor.principal,
    )
    return request_id
