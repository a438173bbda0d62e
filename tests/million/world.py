"""A million dossiers, and everybody who may look at them."""

import random
from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path
from uuid import NAMESPACE_OID, UUID, uuid5

import asyncpg

from auth.agreements import Agreement
from auth.scopes import Scope
from auth.viewer import Viewer, ViewerKind
from db.demonstration.people import a_name, family_names
from db.pool import Connection
from domain.names import folded, sort_key
from tests.people import all_fields

WORLD = Path(__file__).with_name("world.sql")
NAMES = 20_000
BIG_OFFICE, PROVINCE, AGENCY, SMALL_OFFICE = 3, 2, 1, 25


def key(space: int, number: int) -> UUID:
    """A key as world.sql makes it."""
    return UUID(f"01990000-{space:04x}-7000-8000-{number:012x}")


PARTNER = uuid5(NAMESPACE_OID, "a partner")
# Of every field, about everybody.
AGREEMENT = Agreement(
    key(9, 1),
    "MILLION",
    PARTNER,
    "bo-thu",
    {},
    all_fields(),
    date(2026, 1, 1),
    None,
    capacity=10**9,
    restore_rate=10**9,
)


def person(number: int) -> UUID:
    """One of 200,000 people; the first one filed 80 times, the others five times."""
    return key(2, number)


def employer(number: int) -> UUID:
    """One of 5,000 employers; the first one employs 20,000 people, the others 26 on average."""
    return key(4, number)


def asking(kind: ViewerKind, name: str, participant: UUID | None = None) -> Viewer:
    """Somebody who may ask for everything, in a capacity."""
    return Viewer(
        kind,
        uuid5(NAMESPACE_OID, name),
        participant,
        name=name,
        scopes=frozenset(Scope),
        assurance=2,
        partner_id=PARTNER if kind is ViewerKind.PARTNER else None,
        agreement=AGREEMENT if kind is ViewerKind.PARTNER else None,
    )


# Everybody who looks, with the offices or employers that they act for.
CITIZENS = {
    "a citizen": asking(ViewerKind.CITIZEN, "a citizen", person(12_345)),
    "a citizen who often files": asking(ViewerKind.CITIZEN, "a citizen who often files", person(0)),
}
OFFICES: dict[str, tuple[ViewerKind, Collection[int]]] = {
    "an officer of a small office": (ViewerKind.OFFICER, [SMALL_OFFICE]),
    "an officer of the biggest office": (ViewerKind.OFFICER, [BIG_OFFICE]),
    "an officer of a province": (ViewerKind.OFFICER, [PROVINCE]),
    "an officer of the agency": (ViewerKind.OFFICER, [AGENCY]),
    "a partner for the whole country": (ViewerKind.PARTNER, [AGENCY]),
    "an officer of no office": (ViewerKind.OFFICER, []),
}
EMPLOYERS: dict[str, Collection[int]] = {
    "a small employer": [7],
    "the biggest employer": [0],
    "somebody acting for two hundred employers": range(0, 4_000, 20),
}
VIEWERS = {
    "anybody": Viewer(scopes=frozenset(Scope)),
    **CITIZENS,
    **{name: asking(kind, name) for name, (kind, _) in OFFICES.items()},
    **{name: asking(ViewerKind.EMPLOYER, name) for name in EMPLOYERS},
}


async def load(superuser: Connection) -> None:
    """Make the million: within a transaction, without the indexes, which are built when all is there."""
    async with superuser.transaction():
        await superuser.execute(
            "CREATE TEMP TABLE names (n integer, full_name text, folded_name text, sort_name text)"
        )
        await superuser.copy_records_to_table("names", records=list(names()))
        # Every key is there: world.sql makes each from the row that it refers to.
        await superuser.execute("SET LOCAL session_replication_role = replica")
        indexes = await superuser.fetch(
            "SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition"
            " FROM pg_index"
            " WHERE indrelid = ANY ('{participants,employments,dossiers,dossier_events}'::regclass[])"
            " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)"
        )
        for index in indexes:
            await superuser.execute(f"DROP INDEX {index['name']}")
        await superuser.execute(WORLD.read_text())
        await superuser.execute(
            "INSERT INTO agreements (id, code, partner_id, legal_basis, purposes, fields, office_id,"
            " valid_from, capacity, restore_rate, signed_by, recorded_by)"
            " VALUES ($1, 'MILLION', $4, '', '{CARE}', '{}', $2, $3, 1, 1, '', 'tests')",
            AGREEMENT.id,
            AGENCY,
            AGREEMENT.valid_from,
            PARTNER,
        )
        await superuser.executemany(
            "INSERT INTO grants (principal, kind, office_id, employer_id, agreement_id, granted_by)"
            " VALUES ($1, $2, $3, $4, $5, 'tests')",
            grants(),
        )
        for index in indexes:
            await superuser.execute(index["definition"])
    await superuser.execute("VACUUM ANALYZE")


def names() -> Sequence[tuple[int, str, str, str]]:
    """Names as frequent as they are: three in ten are Nguyễn."""
    chance = random.Random(1)  # noqa: S311 -- chance makes these people up
    families = family_names("north")
    found = []
    for number in range(NAMES):
        sex = "FEMALE" if number % 2 == 0 else "MALE"
        name = a_name(chance, families.any(chance), sex, 1950 + number % 60)
        found.append((number, name, folded(name), sort_key(name)))
    return found


def grants() -> Sequence[tuple[UUID, str, int | None, UUID | None, UUID | None]]:
    """What the viewers act for."""
    found: list[tuple[UUID, str, int | None, UUID | None, UUID | None]] = []
    for name, viewer in VIEWERS.items():
        if viewer.principal is None:
            continue
        found += [
            (viewer.principal, viewer.kind, office, None, viewer.agreement_id)
            for office in OFFICES.get(name, (None, []))[1]
        ]
        found += [
            (viewer.principal, viewer.kind, None, employer(number), None)
            for number in EMPLOYERS.get(name, [])
        ]
    return found


async def connect(url: str) -> Connection:
    """Connect as the superuser, who may load without asking the walls."""
    return await asyncpg.connect(url)
