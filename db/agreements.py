"""Agreements: what a partner may ask, about whom, why, for how long and how fast.

An agreement is an entry of a register that only the owner writes; who sees it is said by its policy. Which
account may act under it is a row of `grants`; both walls ask at every statement whether both still stand.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    Date,
    Integer,
    Select,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    and_,
    any_,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON, insert

from db.calendar import TODAY
from db.connection import fetch, seen_by_viewer
from db.grants import grants
from db.metadata import instant, key, metadata, refers, words
from db.offices import offices
from db.partners import partners
from db.pool import Connection, Pool, Record
from db.purposes import purposes as purposes_table

# `fields` are those of the schema, such as `Participant.fullName`. Its population are the people of an office
# and of all below it. `valid_to` is the last day, included.
agreements = Table(
    "agreements",
    metadata,
    key(),
    Column("code", Text, nullable=False, unique=True),
    refers("partner_id", "partners.id"),
    words("legal_basis"),
    Column("purposes", ARRAY(Text), nullable=False),
    Column("fields", ARRAY(Text), nullable=False),
    refers("office_id", "offices.id"),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("capacity", Integer, nullable=False),
    Column("restore_rate", Integer, nullable=False),
    words("signed_by"),
    words("recorded_by"),
    instant("recorded_at", default=True),
    instant("revoked_at", nullable=True),
    words("revoked_reason", nullable=True),
    # What a grant refers to: the right is for the population of its agreement, and for no other.
    UniqueConstraint("id", "office_id"),
    CheckConstraint("code ~ '^[A-Z0-9]+([-.][A-Z0-9]+)*$' AND length(code) <= 40", name="code_formed"),
    CheckConstraint("valid_to >= valid_from", name="period_ordered"),
    CheckConstraint("cardinality(purposes) > 0", name="has_a_purpose"),
    CheckConstraint("capacity > 0 AND restore_rate > 0", name="rate_positive"),
    CheckConstraint("(revoked_at IS NULL) = (revoked_reason IS NULL)", name="revoked_for_a_reason"),
)

# The door asks in no viewer's capacity: which agreements stand is needed to know in which one somebody asks.
_DOOR = """{{"kind": "DOOR", "principal": "{principal}"}}"""


def in_force(agreement: Any) -> ColumnElement[bool]:  # noqa: ANN401 -- the columns of a row
    """Does this agreement stand today?"""
    return and_(
        agreement.revoked_at.is_(None),
        agreement.valid_from <= TODAY,
        or_(agreement.valid_to.is_(None), agreement.valid_to >= TODAY),
    )


def _terms() -> ColumnElement[Any]:
    delays = select(func.json_object_agg(purposes_table.c.code, purposes_table.c.log_delay_days)).where(
        purposes_table.c.code == any_(agreements.c.purposes)
    )
    shown = {
        "id": agreements.c.id,
        "code": agreements.c.code,
        "partner_id": agreements.c.partner_id,
        "partner": partners.c.code,
        "purposes": delays.scalar_subquery(),
        "fields": agreements.c.fields,
        "valid_from": agreements.c.valid_from,
        "valid_to": agreements.c.valid_to,
        "capacity": agreements.c.capacity,
        "restore_rate": agreements.c.restore_rate,
    }
    return func.json_agg(func.json_build_object(*_named(shown)), type_=JSON)


def _named(values: Mapping[str, ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    return [part for name, value in values.items() for part in (literal(name, Text), value)]


def _many(found: Select[Any]) -> ColumnElement[Any]:
    return func.coalesce(found.scalar_subquery(), cast(literal("[]", Text), JSON))


_WITH_ACCOUNTS = agreements.join(partners).join(grants, grants.c.agreement_id == agreements.c.id)
_ITS_OWN = grants.c.principal == cast(
    select(func.vget(literal_column("'principal'"))).scalar_subquery(), Uuid
)
_STANDING = (
    select(_terms())
    .select_from(_WITH_ACCOUNTS)
    .where(
        _ITS_OWN,
        in_force(agreements.c),
        or_(grants.c.valid_until.is_(None), grants.c.valid_until > func.statement_timestamp()),
    )
)
# An account that ever could act for a partner is the partner's, whatever still stands.
_PARTNER_OF = (
    select(partners.c.id).select_from(_WITH_ACCOUNTS).where(_ITS_OWN).order_by(agreements.c.id.desc())
)
_CODES = select(func.json_agg(agreements.c.code.distinct())).select_from(_WITH_ACCOUNTS).where(_ITS_OWN)
_HELD = {
    "partner": _PARTNER_OF.limit(1).scalar_subquery(),
    "agreements": _many(_STANDING),
    "codes": _many(_CODES),
    "purposes": _many(select(func.json_agg(purposes_table.c.code))),
}
HELD = seen_by_viewer(select(func.json_build_object(*_named(_HELD))).scalar_subquery())


async def held_by(pool: Pool, principal: UUID) -> Mapping[str, Any]:
    """Of which `partner` an account is, and the `agreements` under which it may act now, with their terms.

    `codes` are those of all its agreements, standing or not; `purposes` those that there are.
    """
    [row] = await fetch(pool, HELD, viewer=_DOOR.format(principal=principal))
    held: Mapping[str, Any] = json.loads(row[0])
    return held


# Partners and purposes that are known stay as they are: other agreements rest on them.
_PARTNER = insert(partners)
_RECORD_PARTNER = _PARTNER.on_conflict_do_update(
    constraint="uq_partners_code", set_={"code": _PARTNER.excluded.code}
).returning(partners.c.id)
_RECORD_PURPOSE = insert(purposes_table).on_conflict_do_nothing(constraint="pk_purposes")
_RECORD = (
    insert(agreements).on_conflict_do_nothing(constraint="uq_agreements_code").returning(agreements.c.id)
)
_OFFICE = select(offices.c.id).where(offices.c.code == bindparam("office", type_=Text))
_REVOKE = (
    update(agreements)
    .where(agreements.c.code == bindparam("which", type_=Text), agreements.c.revoked_at.is_(None))
    .values(revoked_at=func.now(), revoked_reason=bindparam("why", type_=Text))
    .returning(agreements.c.id)
)
_KNOWN = (
    select(agreements, partners.c.code.label("partner"), in_force(agreements.c).label("is_in_force"))
    .join(partners)
    .order_by(agreements.c.code)
)


async def record(
    connection: Connection,
    *,
    partner: Mapping[str, Any],
    purposes: Iterable[Mapping[str, Any]],
    terms: Mapping[str, Any],
    grants_of: Iterable[Mapping[str, Any]],
) -> UUID | None:
    """Enter an agreement, as the owner, with its partner and purposes, and let accounts act under it.

    None where one of its code is known: an agreement is revoked, never changed. `terms` are the columns of
    the agreement, but for partner and purposes; `grants_of` has the `principal` of each account, and keys
    where they are not to be made up.
    """
    purposes = list(purposes)
    [partner_row] = await fetch(connection, _RECORD_PARTNER.values(**partner))
    for purpose in purposes:
        await fetch(connection, _RECORD_PURPOSE.values(**purpose))
    codes = [purpose["code"] for purpose in purposes]
    entered = await fetch(connection, _RECORD.values(partner_id=partner_row[0], purposes=codes, **terms))
    if not entered:
        return None
    agreement: UUID = entered[0][0]
    for account in grants_of:
        await fetch(
            connection,
            insert(grants).values(
                **account,
                kind="PARTNER",
                office_id=terms["office_id"],
                agreement_id=agreement,
                granted_by=terms["recorded_by"],
            ),
        )
    return agreement


async def office_of(connection: Connection, code: str) -> int | None:
    """The office of a code; None where there is none."""
    found = await fetch(connection, _OFFICE, office=code)
    return found[0][0] if found else None


async def revoke(connection: Connection, code: str, reason: str) -> bool:
    """End an agreement now, as the owner; whether one of that code stood."""
    return bool(await fetch(connection, _REVOKE, which=code, why=reason))


async def known_agreements(connection: Connection) -> Sequence[Record]:
    """Every agreement by its code, with its partner's, and whether it is in force."""
    return await fetch(connection, _KNOWN)
