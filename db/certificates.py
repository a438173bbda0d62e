"""Certificates of coverage: what was certified, word for word. None is ever changed or deleted.

Whoever presents the code of one may check it, whoever they are: the wall shows the row of the hash that the
statement is bound to, and no other.
"""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    Date,
    Index,
    LargeBinary,
    Select,
    Table,
    Uuid,
    bindparam,
    func,
    insert,
    select,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP

from db.connection import fetch_one, seen_by_viewer
from db.contributions import contributions, runs
from db.dossiers import Right
from db.employers import employer_arrears, employers
from db.metadata import instant, key, metadata, refers, words
from db.participants import participants
from db.pool import Connection, Pool
from domain.certificates import Certificate, Ledger, certified, check_period, hash_of
from domain.dossiers import Actor
from domain.months import Run, month_of
from domain.refusals import NotFound

certificates = Table(
    "certificates",
    metadata,
    key(),
    refers("participant_id", "participants.id", index=False),
    # The office that kept the person's record when it was issued.
    refers("office_id", "offices.id"),
    words("code"),
    Column("code_hash", LargeBinary, nullable=False, unique=True),
    Column("from_month", Date, nullable=False),
    Column("to_month", Date, nullable=False),
    # What it says, and the same as the agency has signed it.
    words("said"),
    words("signed"),
    instant("issued_at"),
    Column("issued_by", Uuid, nullable=False),
    # By which mandate, where somebody acted for the person.
    refers("mandate_id", "mandates.id", nullable=True),
    CheckConstraint(
        "extract(day from from_month) = 1 AND extract(day from to_month) = 1", name="months_first_day"
    ),
    CheckConstraint("to_month >= from_month", name="period_ordered"),
    CheckConstraint("code_hash = sha256(convert_to(code, 'UTF8'))", name="found_by_its_code"),
    Index("ix_certificates_participant_id_id", "participant_id", "id"),
)


# ---------------------------------------------------------------- the check ---

_presented = certificates.alias("presented")
FOUND = seen_by_viewer(
    select(func.json_build_array(_presented.c.said, _presented.c.signed))
    .where(_presented.c.code_hash == bindparam("code_hash", type_=LargeBinary))
    .scalar_subquery()
)


async def find_certificate(pool: Pool, code: str) -> tuple[str, str] | None:
    """Find what was certified under a code, and the same signed; whoever asks."""
    hashed = hash_of(code)
    row = await fetch_one(pool, FOUND, viewer=json.dumps({"presented": hashed.hex()}), code_hash=hashed)
    if row is None or row[0] is None:
        return None
    said, signed = json.loads(row[0])
    return said, signed


# ---------------------------------------------------------------- the acts ---

_PERSON: ColumnElement[Any] = bindparam("participant_id", type_=Uuid)
_KNOWN_AT: ColumnElement[Any] = bindparam("known_at", type_=TIMESTAMP(timezone=True))
_UNTIL: ColumnElement[Any] = bindparam("until", type_=Date)


@lru_cache
def _ledger(right: Right, lines: Right, arrears: Right) -> Select[Any]:
    """The person, and what the ledger says of them at an instant, of what the viewer may see."""
    line = (
        select(contributions)
        .where(contributions.c.participant_id == _PERSON, lines.policy(contributions.c, lines.kind))
        .subquery("line")
    )
    employer_ids = select(line.c.employer_id)
    unpaid = select(
        func.json_agg(func.json_build_array(employer_arrears.c.employer_id, employer_arrears.c.month))
    ).where(
        employer_arrears.c.employer_id.in_(employer_ids),
        employer_arrears.c.month <= _UNTIL,
        employer_arrears.c.since <= _KNOWN_AT,
        employer_arrears.c.settled_at.is_(None) | (employer_arrears.c.settled_at > _KNOWN_AT),
        arrears.policy(employer_arrears.c, arrears.kind),
    )
    named = select(func.json_agg(func.json_build_array(employers.c.id, employers.c.code, employers.c.name)))
    return select(
        participants.c.full_name,
        participants.c.birth_date,
        participants.c.office_id,
        runs(line.c, _PERSON, until=_UNTIL, known_at=_KNOWN_AT).label("runs"),
        unpaid.scalar_subquery().label("unpaid"),
        named.where(employers.c.id.in_(employer_ids)).scalar_subquery().label("employers"),
    ).where(participants.c.id == _PERSON, right.policy(participants.c, right.kind))


_ISSUE = (
    insert(certificates)
    .values(
        {
            name: bindparam(name)
            for name in (
                "participant_id",
                "office_id",
                "code",
                "code_hash",
                "from_month",
                "to_month",
                "said",
                "signed",
                "issued_at",
                "issued_by",
                "mandate_id",
            )
        }
    )
    .returning(certificates.c.id)
)


async def issue(
    connection: Connection,
    actor: Actor,
    period: Run,
    *,
    participant_id: UUID,
    code: str,
    sign: Callable[[Mapping[str, Any]], str],
    right: Right,
    lines: Right,
    arrears: Right,
    now: datetime,
    today: date,
) -> UUID:
    """Certify which months of a period count, and keep what was said, signed.

    `lines` and `arrears` are the viewer's right to see those; a month counts as paid where nothing of it
    stands unpaid at this instant. Raises: NotFound, CertificatePeriodRefused.
    """
    check_period(period, today=today)
    person = await fetch_one(
        connection,
        _ledger(right, lines, arrears),
        participant_id=participant_id,
        until=period.last.first_day,
        known_at=now,
    )
    if person is None:
        raise NotFound(path=("participant",))
    ledger = Ledger(
        json.loads(person["runs"] or "[]"),
        {
            (employer, month_of(date.fromisoformat(month)))
            for employer, month in json.loads(person["unpaid"] or "[]")
        },
        {employer: (number, name) for employer, number, name in json.loads(person["employers"] or "[]")},
    )
    certificate = Certificate(
        code, now, person["full_name"], person["birth_date"], period, tuple(certified(ledger, period))
    )
    row = await fetch_one(
        connection,
        _ISSUE,
        participant_id=participant_id,
        office_id=person["office_id"],
        code=code,
        code_hash=hash_of(code),
        from_month=period.first.first_day,
        to_month=period.last.first_day,
        said=certificate.text,
        signed=sign(certificate.claims),
        issued_at=now,
        issued_by=actor.principal,
        mandate_id=actor.mandate_id,
    )
    assert row is not None  # noqa: S101 -- an insert returns its row
    certificate_id: UUID = row["id"]
    return certificate_id
