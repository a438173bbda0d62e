"""The ledger of who looked: what is entered is committed, many share one commit, and nobody changes it."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from auth.viewer import Viewer, ViewerKind
from db import access_ledger, roles
from db.access_ledger import Ledger, LedgerAway, Look
from db.connection import transaction
from db.pool import Connection, Pool
from db.server import SUPERUSER
from tests import people
from tests.conftest import Database


def a_look(subject: UUID, **more: object) -> Look:
    """That an officer saw a name."""
    seen: dict[str, object] = {
        "reader_kind": "OFFICER",
        "right_kind": "OFFICE",
        "fields": ("Participant.fullName",),
        "reader_name": "Phạm Văn Thử",
        "office_id": 7,
    }
    return Look(subject, **(seen | more))  # type: ignore[arg-type]  # of all its types


@pytest.fixture
async def ledger(database: Database) -> AsyncIterator[Ledger]:
    async with Ledger(database.url(roles.API)) as ledger:
        yield ledger


async def rows_of(connection: Connection, subject: UUID) -> list[asyncpg.Record]:
    return await connection.fetch("SELECT * FROM access_ledger WHERE subject_id = $1 ORDER BY id", subject)


async def test_what_is_entered_is_there_when_the_reader_goes_on(ledger: Ledger, owner: Connection) -> None:
    subject, principal, employer = uuid4(), uuid4(), uuid4()
    until = datetime(2027, 1, 1, tzinfo=UTC)
    await ledger.record(
        [
            a_look(
                subject,
                principal=principal,
                employer_id=employer,
                purpose="ADMISSION",
                case_reference="BV-1 'ế' \\ \u2028",
                document="ab" * 32,
                fields=("Participant.birthDate", "Participant.fullName"),
                withheld_until=until,
            )
        ]
    )
    (row,) = await rows_of(owner, subject)
    assert abs(row["at"] - datetime.now(UTC)) < timedelta(seconds=10)
    assert {name: row[name] for name in {*row.keys()} - {"id", "at"}} == {
        "subject_id": subject,
        "reader_kind": "OFFICER",
        "principal": principal,
        "reader_name": "Phạm Văn Thử",
        "right_kind": "OFFICE",
        "office_id": 7,
        "employer_id": employer,
        "mandate_id": None,
        "agreement_id": None,
        "purpose": "ADMISSION",
        "case_reference": "BV-1 'ế' \\ \u2028",
        "fields": ["Participant.birthDate", "Participant.fullName"],
        "document": "ab" * 32,
        "withheld_until": until,
    }


async def test_what_comes_while_one_commit_is_under_way_shares_the_next(
    ledger: Ledger, owner: Connection
) -> None:
    subjects = [uuid4() for _ in range(40)]
    await asyncio.gather(*(ledger.record([a_look(subject)]) for subject in subjects))
    commits = await owner.fetchval(
        "SELECT count(DISTINCT xmin::text) FROM access_ledger WHERE subject_id = ANY ($1)", subjects
    )
    assert commits <= 2
    assert (ledger.waiting, ledger.behind_s) == (0, 0)


async def test_what_postgresql_does_not_take_is_in_nobody_elses_way(
    ledger: Ledger, owner: Connection
) -> None:
    good, bad = uuid4(), uuid4()
    told = await asyncio.gather(
        ledger.record([a_look(good)]),
        ledger.record([a_look(bad, reader_kind="NOBODY")]),
        ledger.record([a_look(good)]),
        return_exceptions=True,
    )
    assert told[0] is told[2] is None
    assert isinstance(told[1], asyncpg.CheckViolationError)
    assert len(await rows_of(owner, good)) == 2
    assert await rows_of(owner, bad) == []


async def test_a_reader_is_refused_where_too_many_wait(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_ledger, "MOST_WAITING", 3)
    first = asyncio.create_task(ledger.record([a_look(uuid4())] * 3))
    await asyncio.sleep(0)
    with pytest.raises(LedgerAway):
        await ledger.record([a_look(uuid4())])
    await first


async def test_a_large_answer_is_kept_whole_beside_small_ones(
    ledger: Ledger, owner: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_ledger, "MOST_KEPT_AT_ONCE", 10)
    large, small = uuid4(), uuid4()
    await asyncio.gather(
        ledger.record([a_look(small)] * 4),
        ledger.record([a_look(large)] * 25),
        *(ledger.record([a_look(small)]) for _ in range(9)),
    )
    assert len(await rows_of(owner, large)) == 25
    assert len(await rows_of(owner, small)) == 13


async def test_a_lost_connection_loses_no_row_and_refuses_no_reader(
    database: Database, ledger: Ledger, owner: Connection
) -> None:
    subject = uuid4()
    admin = await asyncpg.connect(database.url(SUPERUSER))
    for _ in range(3):
        ended = await admin.fetchval(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE application_name = 'ansinh ledger' AND datname = current_database()"
        )
        assert ended == 1
        await asyncio.gather(*(ledger.record([a_look(subject)]) for _ in range(5)))
    await admin.close()
    assert len(await rows_of(owner, subject)) == 15


async def test_whoever_cannot_be_entered_is_refused_within_the_bound() -> None:
    clock = asyncio.get_running_loop().time
    async with Ledger("postgresql://ansinh_api@127.0.0.1:1/nowhere") as ledger:
        began = clock()
        with pytest.raises(LedgerAway):
            await ledger.record([a_look(uuid4())])
        assert clock() - began < access_ledger.WAITED_AT_MOST_S + 1
        assert not ledger.healthy


async def test_a_ledger_that_closes_keeps_what_waits(database: Database, owner: Connection) -> None:
    subjects = [uuid4() for _ in range(5)]
    async with Ledger(database.url(roles.API)) as ledger:
        told = [asyncio.create_task(ledger.record([a_look(subject)])) for subject in subjects]
        await asyncio.sleep(0)
        assert ledger.waiting == 5
    await asyncio.gather(*told)
    assert [len(await rows_of(owner, subject)) for subject in subjects] == [1] * 5


# ------------------------------------------------------------------- the wall ---


INSERT = (
    "INSERT INTO access_ledger (subject_id, reader_kind, reader_name, right_kind, purpose, case_reference,"
    " fields, document, withheld_until) VALUES ($1, 'OFFICER', '', 'OFFICE', '', '', '{}', '', $2)"
)


@pytest.mark.parametrize("kind", ["CITIZEN", "OFFICER", "PARTNER", "LISTENER"])
async def test_nobody_but_its_writer_adds_to_the_ledger(pool: Pool, kind: str) -> None:
    viewer = Viewer(ViewerKind.OFFICER, uuid4(), scopes=people.EVERY_SCOPE)
    binding = json.dumps(json.loads(viewer.binding) | {"kind": kind})
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with transaction(pool, binding) as connection:
            await connection.execute(INSERT, uuid4(), None)


@pytest.mark.parametrize(
    "act",
    [
        "UPDATE access_ledger SET purpose = 'x'",
        "DELETE FROM access_ledger",
        "TRUNCATE access_ledger",
    ],
)
@pytest.mark.parametrize("role", [roles.OWNER, roles.API, roles.JOBS, roles.AUDITOR])
async def test_nobody_changes_the_ledger_not_even_its_owner(database: Database, act: str, role: str) -> None:
    connection = await asyncpg.connect(database.url(role))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(act)
    await connection.close()


async def test_the_auditor_reads_everything_and_the_writer_nothing(
    database: Database, owner: Connection, pool: Pool
) -> None:
    subject = uuid4()
    await owner.execute(INSERT, subject, datetime.now(UTC) + timedelta(days=1))
    auditor = await asyncpg.connect(database.url(roles.AUDITOR))
    assert len(await rows_of(auditor, subject)) == 1
    await auditor.close()
    async with transaction(pool, access_ledger.WRITER) as connection:
        assert await rows_of(connection, subject) == []
