"""Loading the demonstration: one transaction, from an empty database to years of history."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import date, datetime, time
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import Date, LargeBinary, any_, bindparam, exists, func, insert, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from db.agreements import record
from db.calendar import overrides
from db.connection import fetch
from db.demonstration import personas
from db.demonstration.communities import World
from db.demonstration.dossiers import Offer
from db.demonstration.making import communities
from db.demonstration.moments import DAY, OPENS_S, instant, key
from db.demonstration.offices import Office, add_offices, offices, province_id, shared_out
from db.demonstration.rows import Rows
from db.demonstration.writing import TABLES, begin, write
from db.events import dossier_events, event_positions
from db.identifiers import IdentifierKeys, identifiers
from db.participants import participants as participants_table
from db.pool import Connection
from db.roles import reach
from db.services import install_catalogue, service_time_limits, service_versions
from domain.identifiers import IdentifierKind
from domain.refusals import Refusal
from domain.services import TimeLimit, TimeUnit
from domain.working_calendar import VIETNAM, calendar_of

# The agency's own code, in front of those of its offices: a guess. Annex I of QD 20/2020/QD-TTg has it.
UNCONFIRMED_AGENCY_CODE = "G24"
# The personas' lives have come so far, and the law that their dossiers are filed under.
EARLIEST = date(2026, 1, 1)

# So many people are written at a time: it bounds the memory, whatever the number of people.
PEOPLE_AT_A_TIME = 10_000
# A small demonstration should have something to see at the personas' offices.
WEIGHT_OF_PERSONAS_OFFICES = 4.0

# Told how many of how many steps are done: one for each person, and half as many for building the indexes.
Progress = Callable[[int, int], None]


class AlreadyPopulated(Refusal):
    """This database already holds people. Demonstration data goes into an empty one."""

    code = "ALREADY_POPULATED"
    vietnamese = (
        "Cơ sở dữ liệu này đã có người tham gia. Dữ liệu minh họa chỉ được nạp vào cơ sở dữ liệu trống."
    )


async def load(
    owner_url: str,
    *,
    participants: int,
    seed: int,
    keys: IdentifierKeys,
    principals: Mapping[str, UUID],
    today: date,
    agency: str = UNCONFIRMED_AGENCY_CODE,
    progress: Progress | None = None,
) -> None:
    """Load so many people, the personas among them, with what is known of them up to the eve of `today`.

    The same arguments give the same people, but for the nonces of their sealed numbers. `principals` has the
    accounts of all personas, by subject. It happens at once or not at all; readers of the tables wait.
    Raises: AlreadyPopulated; ValueError for a day before 2026; DatabaseUnreachable.
    """
    if today < EARLIEST:
        raise ValueError(f"the personas' lives reach to {EARLIEST}")
    connection = await reach(owner_url)
    try:
        async with connection.transaction():
            await _claim(connection)
            await install_catalogue(connection)
            world = World(
                seed=seed,
                today=today,
                agency=agency,
                # A copy without the cipher that the keys may have made: it cannot go to another process.
                keys=replace(keys),
                principals=dict(principals),
                offers=await _offers(connection, today),
                calendar=calendar_of(today.year - 1, today.year + 1, await overrides(connection)),
            )
            await _write_all(connection, world, participants, progress)
    finally:
        await connection.close()


ANYBODY = select(exists(select(participants_table.c.id)))
OFFERS = (
    select(
        service_versions.c.service_id,
        service_versions.c.id,
        service_versions.c.valid_from,
        service_time_limits,
    )
    .outerjoin_from(service_versions, service_time_limits)
    .where(
        service_versions.c.valid_from <= bindparam("today", type_=Date),
        or_(
            service_versions.c.valid_to.is_(None),
            service_versions.c.valid_to >= bindparam("today", type_=Date),
        ),
    )
)
RECORDS = select(
    identifiers.c.blind_index,
    participants_table.c.id,
    participants_table.c.full_name,
    participants_table.c.office_id,
).where(
    identifiers.c.participant_id == participants_table.c.id,
    identifiers.c.kind == IdentifierKind.PERSONAL_NUMBER.value,
    identifiers.c.blind_index == any_(bindparam("hashes", type_=ARRAY(LargeBinary))),
)
# As if the sequencer had seen every event when it happened.
POSITIONS = insert(event_positions).from_select(
    ["position", "dossier_id", "seq"],
    select(
        func.row_number().over(
            order_by=(dossier_events.c.at, dossier_events.c.dossier_id, dossier_events.c.seq)
        ),
        dossier_events.c.dossier_id,
        dossier_events.c.seq,
    ),
)


async def _claim(connection: Connection) -> None:
    """Let nobody else write people meanwhile; refuse a database that has some."""
    # A loader that is gone is noticed in the middle of a statement too, so that the next one need not wait.
    await connection.execute("SET client_connection_check_interval = '1s'")
    await connection.execute("LOCK TABLE participants IN SHARE ROW EXCLUSIVE MODE")
    if (await fetch(connection, ANYBODY))[0][0]:
        raise AlreadyPopulated


async def _offers(connection: Connection, today: date) -> Mapping[str, Offer]:
    """The services as they are offered today."""
    offers: dict[str, Offer] = {}
    for row in await fetch(connection, OFFERS, today=today):
        service_id: str = row["service_id"]
        limits = dict(offers[service_id].limits) if service_id in offers else {}
        if row["applies_to"]:
            limits[row["applies_to"]] = TimeLimit(row["days"], TimeUnit(row["unit"]), row["note"])
        offers[service_id] = Offer(service_id, row["id"].bytes, row["valid_from"], limits)
    return offers


async def _write_all(connection: Connection, world: World, people: int, progress: Progress | None) -> None:
    """Write the offices, every community, what needs them all, and at the end the indexes."""
    shares = _shares(offices(world.agency), people)
    builds = await begin(connection)
    steps_of_a_build = sum(shares) // (2 * len(builds)) + 1
    steps = sum(shares) + steps_of_a_build * len(builds)
    written = waiting = 0
    rows = Rows()
    add_offices(rows, world.agency)
    async with aclosing(communities(world, shares)) as made:
        async for community, its_people in made:
            rows.take(community)
            waiting += its_people
            if waiting >= PEOPLE_AT_A_TIME:
                await write(connection, rows)
                rows, written, waiting = Rows(), written + waiting, 0
                if progress:
                    progress(written, steps)
    await write(connection, rows)
    rows = Rows()
    _add_grants(rows, world)
    _add_agents(rows, world, await _records(connection, world))
    await write(connection, rows)
    for subject, agreement in personas.AGREEMENTS.items():
        random, recorded = Random(agreement.code), instant(world.today - DAY, OPENS_S)
        signed_at = datetime.combine(world.today - DAY, time(9), VIETNAM)
        partner_id, agreement_id, grant_id = (UUID(bytes=key(random, recorded)) for _ in range(3))
        await record(
            connection,
            partner={"id": partner_id, **agreement.partner},
            purposes=agreement.purposes,
            terms={
                "id": agreement_id,
                "code": agreement.code,
                "legal_basis": agreement.legal_basis,
                "fields": list(agreement.fields),
                "office_id": province_id(world.agency, agreement.province),
                "valid_from": date(world.today.year, 1, 1),
                "capacity": agreement.capacity,
                "restore_rate": agreement.restore_rate,
                "signed_by": agreement.partner["name_vi"],
                "recorded_by": "Dữ liệu minh họa",
                "recorded_at": signed_at,
            },
            grants_of=[{"id": grant_id, "principal": world.principals[subject], "granted_at": signed_at}],
        )
    await fetch(connection, POSITIONS)
    for done, build in enumerate(builds):
        if progress:
            progress(written + waiting + done * steps_of_a_build, steps)
        await connection.execute(build)
    await connection.execute(f"ANALYZE {', '.join((*TABLES, event_positions.name))}")
    if progress:
        progress(steps, steps)


def _shares(among: Sequence[Office], people: int) -> Sequence[int]:
    """How many people each office has: its personas, and its part of the others."""
    own = {code: personas.people_at(code) for code in personas.LIVES}
    weights = dict.fromkeys(own, WEIGHT_OF_PERSONAS_OFFICES)
    others = max(0, people - sum(own.values()))
    return [
        share + own.get(office.code, 0)
        for office, share in zip(among, shared_out(others, among, weights), strict=True)
    ]


def _add_grants(rows: Rows, world: World) -> None:
    """Add the rights of the personas who act for others."""
    random, granted = Random("grants"), instant(world.today - DAY, OPENS_S)
    office_ids = {office.code: office.id for office in offices(world.agency)}

    def grant(
        subject: str, kind: str, *, office_id: int | None = None, employer_id: bytes | None = None
    ) -> None:
        rows.add(
            "grants",
            id=key(random, granted),
            principal=world.principals[subject].bytes,
            kind=kind,
            office_id=office_id,
            employer_id=employer_id,
            granted_by="Dữ liệu minh họa",
            granted_at=granted,
        )

    for subject, code in personas.OFFICERS.items():
        grant(subject, "OFFICER", office_id=office_ids[code])
    for subject, name in (*personas.ACTS_FOR.items(), *personas.SYSTEMS.items()):
        grant(subject, "EMPLOYER", employer_id=personas.employer_id(name))


async def _records(connection: Connection, world: World) -> Mapping[str, Any]:
    """The personas' own records, by subject, whichever offices keep them."""
    hashes = {
        world.keys.blind_index(IdentifierKind.PERSONAL_NUMBER, number): subject
        for subject, number in personas.PERSONAL_NUMBERS.items()
    }
    found = await fetch(connection, RECORDS, hashes=list(hashes))
    return {hashes[row["blind_index"]]: row for row in found}


def _add_agents(rows: Rows, world: World, records: Mapping[str, Any]) -> None:
    """Add whom the personas have appointed to act for them."""
    random, given_on = Random("agents"), world.today - DAY
    given, accepted = instant(given_on, OPENS_S), instant(given_on, OPENS_S + 3_600)
    for appointed in personas.AGENTS:
        represented, agent = records[appointed.by], records[appointed.agent]
        rows.add(
            "mandates",
            id=key(random, given),
            participant_id=represented["id"].bytes,
            represented_name=represented["full_name"],
            representative_id=agent["id"].bytes,
            representative_name=agent["full_name"] if appointed.is_accepted else None,
            office_id=represented["office_id"],
            basis="AGENT",
            service_groups=appointed.service_groups,
            minimum_assurance=2,
            valid_from=given_on,
            evidence="",
            given_by=world.principals[appointed.by].bytes,
            given_kind="CITIZEN",
            given_at=given,
            accepted_at=accepted if appointed.is_accepted else None,
        )
