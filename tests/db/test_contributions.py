"""The ledger of contributions: runs of equal months, as of a month, as known at an instant."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import Date, DateTime, Uuid, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY

from db import roles
from db.connection import fetch
from db.contributions import contributions, runs
from db.participants import participants
from db.pool import Connection
from tests import people
from tests.conftest import Database

LEDGERS = 300
FIRST = date(2020, 1, 1)
MONTHS = 30
BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
BASES = (0, 0, 4_000_000, 5_000_000, 6_000_000)


@dataclass(frozen=True)
class Line:
    """A line of somebody's ledger; `key` orders those that were recorded at the same instant."""

    key: UUID
    scheme: str
    employer: UUID | None
    from_month: date
    to_month: date | None
    base: int
    recorded_at: datetime


Run = tuple[str, UUID | None, date, date, int, UUID]


def month(number: int) -> date:
    """The month so many months after the first."""
    return date(FIRST.year + number // 12, 1 + number % 12, 1)


def folded(lines: Sequence[Line], until: date, known_at: datetime | None = None) -> list[Run]:
    """The runs that the ledger should have, month by month: for each payer the line recorded last holds."""
    known = sorted(
        (line for line in lines if known_at is None or line.recorded_at <= known_at),
        key=lambda line: (line.recorded_at, line.key),
    )
    found: list[Run] = []
    for scheme, employer in {(line.scheme, line.employer) for line in known}:
        held: Run | None = None
        for of in (month(number) for number in range(MONTHS + 12)):
            standing = [
                line
                for line in known
                if (line.scheme, line.employer) == (scheme, employer)
                and line.from_month <= of <= (line.to_month or date.max)
                and of <= until
            ]
            says = standing[-1] if standing and standing[-1].base else None
            if held and says and says.key == held[5]:
                held = (*held[:3], of, *held[4:])
                found[-1] = held
            elif says:
                held = (scheme, employer, of, of, says.base, says.key)
                found.append(held)
            else:
                held = None
    return found


def joined(found: Sequence[Run]) -> list[Run]:
    """Runs that follow each other and say the same are one: where a run is cut says nothing."""
    said: list[Run] = []
    for run in sorted(found, key=lambda run: (run[0], str(run[1]), run[2])):
        last = said[-1] if said else None
        follows = last and (last[3].replace(day=28) + timedelta(days=4)).replace(day=1) == run[2]
        if last and follows and (last[0], last[1], last[5]) == (run[0], run[1], run[5]):
            said[-1] = (*last[:3], run[3], *last[4:])
        else:
            said.append(run)
    return said


STATEMENTS = {
    is_known: select(
        runs(
            contributions.c,
            bindparam("participant_id", type_=Uuid),
            until=bindparam("until", type_=Date),
            known_at=bindparam("known_at", type_=DateTime(timezone=True)) if is_known else None,
        )
    )
    for is_known in (False, True)
}


async def runs_of(
    owner: Connection, person: UUID, until: date, known_at: datetime | None = None
) -> list[Run]:
    """The runs that PostgreSQL finds."""
    more = {} if known_at is None else {"known_at": known_at}
    found = await fetch(owner, STATEMENTS[known_at is not None], participant_id=person, until=until, **more)
    return [
        (
            scheme,
            employer and UUID(employer),
            date.fromisoformat(first),
            date.fromisoformat(last),
            base,
            UUID(line),
        )
        for scheme, employer, first, last, base, line in json.loads(found[0][0] or "[]")
    ]


async def record(owner: Connection, person: UUID, lines: Sequence[Line]) -> None:
    """Write lines, in whatever order."""
    await owner.executemany(
        "INSERT INTO contributions"
        " (id, participant_id, scheme, employer_id, from_month, to_month, base, recorded_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            (
                line.key,
                person,
                line.scheme,
                line.employer,
                line.from_month,
                line.to_month,
                line.base,
                line.recorded_at,
            )
            for line in lines
        ],
    )


def a_ledger(chance: Random, payers: Sequence[tuple[str, UUID | None]]) -> Iterator[Line]:
    """Lines of several payers that overlap, correct each other, stay open, and end."""
    for _ in range(chance.randint(0, 14)):
        scheme, employer = chance.choice(payers)
        first = chance.randrange(MONTHS)
        length = chance.choice((None, 0, 1, chance.randrange(MONTHS)))
        yield Line(
            uuid4(),
            scheme,
            employer,
            month(first),
            None if length is None else month(first + length),
            chance.choice(BASES),
            # Often at the same instant, as one list records them.
            BEGAN + chance.randrange(8) * HOUR,
        )


@pytest.fixture(scope="module")
async def payers(database: Database) -> Sequence[tuple[str, UUID | None]]:
    """Two employers, and the two schemes in which a person pays alone."""
    owner = await asyncpg.connect(database.url(roles.OWNER))
    employers = [await people.an_employer(owner) for _ in range(2)]
    await owner.close()
    return [*(("COMPULSORY", employer) for employer in employers), ("VOLUNTARY", None), ("HEALTH_ONLY", None)]


async def test_runs_are_what_a_fold_month_by_month_gives(
    owner: Connection, payers: Sequence[tuple[str, UUID | None]]
) -> None:
    chance = Random(20261129)  # noqa: S311 -- not a secret
    office, counted = await people.an_office(owner), 0
    for _ in range(LEDGERS):
        person = await people.a_participant(owner, office=office)
        lines = list(a_ledger(chance, payers))
        await record(owner, person, chance.sample(lines, len(lines)))
        until = month(chance.randrange(-1, MONTHS + 6))
        for known_at in (None, BEGAN + chance.randrange(-1, 9) * HOUR):
            expected = folded(lines, until, known_at)
            counted += len(expected)
            found = await runs_of(owner, person, until, known_at)
            assert joined(found) == joined(expected), lines
            assert [run[2] for run in found] == sorted(run[2] for run in found)
    assert counted > LEDGERS


async def test_the_runs_of_each_of_some_people_are_their_own(
    owner: Connection, payers: Sequence[tuple[str, UUID | None]]
) -> None:
    lines = {await people.a_participant(owner): a_line(payers[0][1], base=base) for base in (1, 2, 3)}
    for person, line in lines.items():
        await record(owner, person, [line])
    person = participants.alias("participant")
    found = await fetch(
        owner,
        select(person.c.id, runs(contributions.c, person.c.id, until=bindparam("until", type_=Date))).where(
            person.c.id == any_(bindparam("people", type_=ARRAY(Uuid)))
        ),
        people=list(lines),
        until=month(11),
    )
    assert {row[0]: [run[5] for run in json.loads(row[1])] for row in found} == {
        person: [str(line.key)] for person, line in lines.items()
    }


@pytest.fixture
async def person(owner: Connection) -> UUID:
    """Somebody without a line."""
    return await people.a_participant(owner)


def a_line(employer: Any, **said: Any) -> Line:  # noqa: ANN401 -- whatever a line says
    """A line of an employer, open since the first month."""
    return replace(
        Line(uuid4(), "COMPULSORY", employer, FIRST, None, 5_000_000, BEGAN),
        **said,
    )


async def test_a_correction_and_its_reversal_cancel(
    owner: Connection, person: UUID, payers: Sequence[tuple[str, UUID | None]]
) -> None:
    right = a_line(payers[0][1])
    wrong = a_line(
        payers[0][1], from_month=month(3), to_month=month(5), base=9_000_000, recorded_at=BEGAN + HOUR
    )
    reversal = replace(wrong, key=uuid4(), base=right.base, recorded_at=BEGAN + 2 * HOUR)
    await record(owner, person, [right])
    before = await runs_of(owner, person, month(11))
    await record(owner, person, [wrong])
    assert [run[4] for run in await runs_of(owner, person, month(11))] == [5_000_000, 9_000_000, 5_000_000]
    await record(owner, person, [reversal])
    after = await runs_of(owner, person, month(11))
    # The same months on the same base; the line that says so is the newest.
    assert (after[0][2], after[-1][3]) == (before[0][2], before[-1][3]) == (month(0), month(11))
    assert {run[4] for run in after} == {5_000_000}
    assert [run[5] for run in after] == [right.key, reversal.key, right.key]


async def test_what_was_recorded_later_is_not_seen(
    owner: Connection, person: UUID, payers: Sequence[tuple[str, UUID | None]]
) -> None:
    first = a_line(payers[0][1], recorded_at=BEGAN)
    late = a_line(payers[1][1], recorded_at=BEGAN + 2 * HOUR)
    correction = replace(first, key=uuid4(), base=0, recorded_at=BEGAN + 3 * HOUR)
    await record(owner, person, [first])
    known = await runs_of(owner, person, month(11), BEGAN + HOUR)
    await record(owner, person, [late, correction])
    assert await runs_of(owner, person, month(11), BEGAN + HOUR) == known
    assert [run[5] for run in known] == [first.key]
    # An instant is known at itself.
    assert len(await runs_of(owner, person, month(11), late.recorded_at)) == 2
    assert [run[5] for run in await runs_of(owner, person, month(11))] == [late.key]


async def test_two_employers_in_one_month_both_stand(
    owner: Connection, person: UUID, payers: Sequence[tuple[str, UUID | None]]
) -> None:
    lines = [a_line(employer, to_month=month(2)) for _, employer in payers[:2]]
    await record(owner, person, lines)
    found = await runs_of(owner, person, month(11))
    assert {run[5] for run in found} == {line.key for line in lines}
    assert {(run[2], run[3]) for run in found} == {(month(0), month(2))}


async def test_who_has_no_line_has_no_run(owner: Connection, person: UUID) -> None:
    assert await runs_of(owner, person, month(11)) == []
