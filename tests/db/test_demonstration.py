"""The demonstration reads true, from the first office to the last event."""

import asyncio
import os
import signal
import sys
import unicodedata
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

import asyncpg
import psutil
import pytest

from auth.personas import PERSONAS
from db import roles
from db.connection import open_pool
from db.demonstration import PERSONAL_NUMBERS, AlreadyPopulated, load
from db.demonstration.moments import month, month_of
from db.demonstration.personas import LIVES, people_at
from db.demonstration.wages import base_salary, highest_base, lowest_income, minimum_wage
from db.identifiers import IdentifierKeys, participant_of
from db.pool import Connection
from db.server import SUPERUSER, url
from domain.dossiers import Applicant
from domain.identifiers import IdentifierKind, is_formed, personal_number_sex_digit, tax_code_check_digit
from domain.names import folded, sort_key
from domain.services import TimeLimit, TimeUnit, time_limit
from domain.working_calendar import calendar_of, due_on
from tests.conftest import Database

PEOPLE = 1_500
TODAY = date(2026, 11, 23)
# Vietnam is seven hours ahead of UTC.
MIDNIGHT = datetime.combine(TODAY, time(), UTC) - timedelta(hours=7)
VIETNAM = timedelta(hours=7)
KEYS = IdentifierKeys(sealing=bytes(range(32)), finding=bytes(range(32, 64)))
PRINCIPALS = {subject: uuid5(NAMESPACE_URL, subject) for subject in PERSONAS}
# As many as need several processes and several writes.
MANY = 12_000


async def an_empty_database(server: Path, name: str) -> Database:
    admin = await asyncpg.connect(url(server, SUPERUSER, "postgres"))
    await admin.execute(f"CREATE DATABASE {name} OWNER ansinh_owner TEMPLATE ansinh STRATEGY file_copy")
    await admin.close()
    database = Database(server, name)
    inside = await asyncpg.connect(database.url(SUPERUSER))
    await inside.execute(roles.DOOR)
    await inside.close()
    return database


async def load_into(database: Database, people: int = PEOPLE, seed: int = 1) -> None:
    await load(
        database.url(roles.OWNER),
        participants=people,
        seed=seed,
        keys=KEYS,
        principals=PRINCIPALS,
        today=TODAY,
    )


@pytest.fixture(scope="module")
async def demonstration(server: Path, worker_id: str) -> Database:
    """A database of its own, with the demonstration in it."""
    database = await an_empty_database(server, f"demonstration_{worker_id}")
    await load_into(database)
    return database


@pytest.fixture
async def world(demonstration: Database) -> AsyncIterator[Connection]:
    """The demonstration, as its owner sees it."""
    connection = await asyncpg.connect(demonstration.url(roles.OWNER))
    yield connection
    await connection.close()


async def persona(world: Connection, subject: str) -> UUID:
    found: UUID = await world.fetchval(
        "SELECT participant_id FROM identifiers WHERE kind = 'PERSONAL_NUMBER' AND blind_index = $1",
        KEYS.blind_index(IdentifierKind.PERSONAL_NUMBER, PERSONAL_NUMBERS[subject]),
    )
    return found


# ------------------------------------------------------------------ loading ---


async def test_as_many_people_are_loaded_as_were_asked_for(world: Connection) -> None:
    assert await world.fetchval("SELECT count(*) FROM participants") == PEOPLE


async def test_a_database_with_people_is_refused(demonstration: Database) -> None:
    with pytest.raises(AlreadyPopulated) as refused:
        await load_into(demonstration)
    assert refused.value.message("en") == (
        "This database already holds people. Demonstration data goes into an empty one."
    )


async def test_a_day_before_the_personas_lives_is_refused(demonstration: Database) -> None:
    with pytest.raises(ValueError, match="2026-01-01"):
        await load(
            demonstration.url(roles.OWNER),
            participants=1,
            seed=1,
            keys=KEYS,
            principals=PRINCIPALS,
            today=date(2025, 12, 31),
        )


EVERYTHING = """
SELECT table_name, string_agg(column_name, ', ' ORDER BY column_name) AS columns
FROM   information_schema.columns
WHERE  table_schema = 'public' AND column_name <> 'ciphertext' AND table_name <> 'alembic_version'
GROUP  BY table_name
"""


async def everything(database: Database) -> dict[str, str]:
    """A digest of each table, but for the sealed texts, which differ by their nonces."""
    connection = await asyncpg.connect(database.url(roles.OWNER))
    digests = {
        table: await connection.fetchval(
            f"SELECT md5(coalesce(string_agg(line, E'\\n' ORDER BY line), ''))"  # noqa: S608 -- our tables
            f" FROM (SELECT ROW({columns})::text AS line FROM {table})"
        )
        for table, columns in await connection.fetch(EVERYTHING)
    }
    await connection.close()
    return digests


async def test_the_seed_decides_everything_but_the_nonces(server: Path, worker_id: str) -> None:
    first, same, other = [
        await an_empty_database(server, f"{name}_{worker_id}") for name in ("first", "same", "other")
    ]
    await load_into(first, people=200, seed=7)
    await load_into(same, people=200, seed=7)
    await load_into(other, people=200, seed=8)
    assert await everything(first) == await everything(same)
    differs = {
        table
        for table, digest in (await everything(other)).items()
        if digest != (await everything(first))[table]
    }
    assert {"participants", "identifiers", "employments", "contributions", "dossiers"} <= differs
    assert {"offices", "services", "service_versions", "grants"} & differs == set()


LOADER = f"""
import asyncio
from datetime import date
from uuid import UUID
from db.demonstration import load
from db.identifiers import IdentifierKeys

async def main(url):
    await load(
        url, participants={MANY}, seed=1, keys=IdentifierKeys(bytes(32), bytes(32)), today=date(2026, 11, 23),
        principals={{subject: UUID(int=number) for number, subject in enumerate({list(PERSONAS)!r})}},
        progress=lambda done, steps: print(done, steps, flush=True),
    )

if __name__ == "__main__":
    import sys
    asyncio.run(main(sys.argv[1]))
"""
SHAPE = """
SELECT array_agg(indexdef ORDER BY indexdef) FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
SELECT array_agg(conname || pg_get_constraintdef(oid) ORDER BY conname)
FROM   pg_constraint WHERE connamespace = 'public'::regnamespace
"""


async def has_nobody(connection: Connection) -> bool:
    tables = ("participants", "identifiers", "offices", "employers", "dossier_events", "grants", "services")
    return not any([await connection.fetchval(f"SELECT EXISTS (TABLE {table})") for table in tables])


async def until(is_so: Callable[[], Awaitable[bool]], *, within_s: float = 20) -> None:
    """Poll until it is so."""
    deadline = asyncio.get_running_loop().time() + within_s
    while not await is_so():
        assert asyncio.get_running_loop().time() < deadline, "it never came"
        await asyncio.sleep(0.05)


async def test_a_loader_killed_before_its_end_leaves_nothing_and_nobody_and_can_be_run_again(
    server: Path, worker_id: str, tmp_path: Path
) -> None:
    database = await an_empty_database(server, f"killed_{worker_id}")
    owner = await asyncpg.connect(database.url(roles.OWNER))
    shape = await owner.fetch(SHAPE)
    program = tmp_path / "loader.py"
    program.write_text(LOADER)
    loader = await asyncio.create_subprocess_exec(
        sys.executable,
        program,
        database.url(roles.OWNER),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    assert loader.stdout
    done = 0
    workers: list[psutil.Process] = []
    # All people are written, and the first index is built: the transaction is near its end.
    while done <= MANY:
        line = await asyncio.wait_for(loader.stdout.readline(), 60)
        done = int(line.split()[0])
        workers = workers or psutil.Process(loader.pid).children(recursive=True)
    assert workers
    loader.send_signal(signal.SIGKILL)
    await loader.wait()

    async def all_are_gone() -> bool:
        others = await owner.fetchval(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        return others == 0 and not any(worker.is_running() for worker in workers)

    await until(all_are_gone)
    assert await has_nobody(owner)
    assert await owner.fetch(SHAPE) == shape
    await load_into(database, people=50)
    assert await owner.fetchval("SELECT count(*) FROM participants") == 50
    assert await owner.fetch(SHAPE) == shape
    await owner.close()


# ------------------------------------------------------------------ offices ---


async def test_the_offices_are_a_tree_of_the_centre_the_provinces_and_their_offices(
    world: Connection,
) -> None:
    levels = await world.fetch("""
        WITH RECURSIVE tree AS (
            SELECT id, last_id, 0 AS level FROM offices WHERE parent_id IS NULL
            UNION ALL
            SELECT office.id, office.last_id, level + 1
            FROM   offices office JOIN tree ON office.parent_id = tree.id
        )
        SELECT level, count(*) FROM tree GROUP BY 1 ORDER BY 1
    """)
    assert [tuple(level) for level in levels] == [(0, 1), (1, 34), (2, 339)]


async def test_an_office_and_all_below_it_are_one_range(world: Connection) -> None:
    assert not await world.fetch("""
        SELECT FROM offices office WHERE last_id - id <> (
            WITH RECURSIVE below AS (
                SELECT id FROM offices WHERE parent_id = office.id
                UNION ALL SELECT child.id FROM offices child JOIN below ON child.parent_id = below.id
            )
            SELECT count(*) FROM below WHERE below.id BETWEEN office.id AND office.last_id
        )
    """)


async def test_a_provincial_office_ends_in_two_noughts(world: Connection) -> None:
    offices = await world.fetch("SELECT name_vi, agency_code FROM offices WHERE code = '07900'")
    assert [tuple(office) for office in offices] == [("Bảo hiểm xã hội Thành phố Hồ Chí Minh", "G24.79")]


# ------------------------------------------------------------------- people ---


async def test_names_are_composed_and_have_their_fold_and_their_place(world: Connection) -> None:
    for full_name, folded_name, sort_name in await world.fetch(
        "SELECT full_name, folded_name, sort_name FROM participants"
    ):
        assert unicodedata.is_normalized("NFC", full_name)
        assert (folded_name, sort_name) == (folded(full_name), sort_key(full_name))


async def test_every_third_person_or_so_is_called_nguyen(world: Connection) -> None:
    share = await world.fetchval("SELECT avg((full_name LIKE 'Nguyễn %')::int) FROM participants")
    assert 0.25 < share < 0.40


async def test_nobody_is_born_or_dies_from_today_on_or_grows_older_than_a_hundred(world: Connection) -> None:
    [(first, last, died)] = await world.fetch(
        "SELECT min(birth_date), max(birth_date), max(died_on) FROM participants"
    )
    assert date(1926, 1, 1) < first
    assert last < TODAY
    assert died < TODAY


async def test_children_have_a_family_name_of_their_household(world: Connection) -> None:
    assert not await world.fetch("""
        SELECT FROM household_members child JOIN participants person ON person.id = child.participant_id
        WHERE  relationship = 'Con' AND NOT EXISTS (
            SELECT FROM household_members other JOIN participants parent ON parent.id = other.participant_id
            WHERE  other.household_id = child.household_id AND other.relationship <> 'Con'
            AND    split_part(parent.full_name, ' ', 1) = split_part(person.full_name, ' ', 1)
            AND    parent.birth_date + interval '17 years' < person.birth_date
        )
    """)


async def test_every_number_has_the_form_of_its_kind_and_is_found_and_masked(world: Connection) -> None:
    for row in await world.fetch("SELECT * FROM identifiers"):
        kind = IdentifierKind(row["kind"])
        number = KEYS.reveal(kind, row["ciphertext"])
        assert is_formed(kind, number)
        assert row["blind_index"] == KEYS.blind_index(kind, number)
        assert row["masked"].lstrip("•") == number[-3:]


async def test_a_personal_number_tells_sex_and_year_of_birth(world: Connection) -> None:
    for ciphertext, birth_date, sex in await world.fetch("""
        SELECT ciphertext, birth_date, sex
        FROM   identifiers JOIN participants ON participants.id = participant_id
        WHERE  kind = 'PERSONAL_NUMBER'
    """):
        number = KEYS.reveal(IdentifierKind.PERSONAL_NUMBER, ciphertext)
        year = birth_date.year
        assert number[3:6] == f"{personal_number_sex_digit(year, is_female=sex == 'FEMALE')}{year % 100:02d}"


async def test_everybody_has_one_personal_number_and_one_number_in_social_insurance(
    world: Connection,
) -> None:
    for kind in ("PERSONAL_NUMBER", "SOCIAL_INSURANCE_NUMBER"):
        counts = await world.fetch(
            "SELECT count(i.id) FROM participants p LEFT JOIN identifiers i"
            " ON i.participant_id = p.id AND kind = $1 AND valid_to IS NULL GROUP BY p.id",
            kind,
        )
        assert {count for (count,) in counts} == {1}


async def test_a_health_card_number_ends_in_a_social_insurance_number_of_the_person(
    world: Connection,
) -> None:
    numbers: defaultdict[UUID, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for person, kind, ciphertext in await world.fetch(
        "SELECT participant_id, kind, ciphertext FROM identifiers"
    ):
        numbers[person][kind].add(KEYS.reveal(IdentifierKind(kind), ciphertext))
    for of_person in numbers.values():
        for card in of_person["HEALTH_CARD_NUMBER"]:
            assert card[-10:] in of_person["SOCIAL_INSURANCE_NUMBER"]


# ---------------------------------------------------------------- employers ---


async def test_a_tax_code_has_its_check_digit(world: Connection) -> None:
    for (tax_code,) in await world.fetch("SELECT tax_code FROM employers"):
        assert tax_code_check_digit(tax_code[:9]) == int(tax_code[9])


async def test_a_tax_code_names_one_employer(world: Connection) -> None:
    assert not await world.fetch("SELECT FROM employers GROUP BY tax_code HAVING count(*) > 1")


async def test_nobody_but_quang_works_for_two_employers_at_once(world: Connection) -> None:
    rows = await world.fetch("""
        SELECT participant_id FROM employments one JOIN employments other USING (participant_id)
        WHERE  one.id < other.id
        AND    daterange(one.started_on, one.ended_on, '[]')
            && daterange(other.started_on, other.ended_on, '[]')
    """)
    assert [row["participant_id"] for row in rows] == [await persona(world, "quang")]


async def test_nobody_works_before_eighteen_or_after_sixty_two(world: Connection) -> None:
    assert not await world.fetch(
        """
        SELECT FROM employments JOIN participants person ON person.id = participant_id
        WHERE  started_on < birth_date + interval '17 years 11 months'
        OR     coalesce(ended_on, $1) > birth_date + interval '62 years 1 month'
        """,
        TODAY,
    )


# ----------------------------------------------------------------- the ledger ---

LEDGER = """
SELECT c.*, office.code AS office_code
FROM   contributions c JOIN participants person ON person.id = participant_id
JOIN   offices office ON office.id = person.office_id
ORDER  BY recorded_at, c.id
"""


async def test_nothing_is_recorded_before_its_first_month_or_from_this_month_on(world: Connection) -> None:
    assert not await world.fetch(
        "SELECT FROM contributions WHERE recorded_at < from_month OR recorded_at >= '2026-11-01'"
    )


async def test_every_base_is_between_floor_and_cap_of_its_time(world: Connection) -> None:
    for row in await world.fetch(LEDGER):
        of, base = month_of(row["from_month"]), row["base"]
        if row["scheme"] == "HEALTH_ONLY":
            assert base == base_salary(of)
        elif row["scheme"] == "VOLUNTARY":
            assert lowest_income(of) <= base <= highest_base(of)
        elif base:
            # The State pays by the base salary, everybody else at least the minimum wage of some region. Only
            # lines of Nga, of whom a test of her own tells, are older than the law's figures.
            if of < month(2008):
                continue
            assert base_salary(of) <= base <= highest_base(of)
            assert base % 1_000 == 0 or base < 8 * base_salary(of)


async def test_a_private_employer_pays_at_least_the_minimum_wage(world: Connection) -> None:
    rows = await world.fetch("""
        SELECT c.from_month, c.base FROM contributions c JOIN employers e ON e.id = c.employer_id
        JOIN offices o ON o.id = e.office_id WHERE o.code LIKE '001%' AND e.code LIKE 'DN%' AND c.base > 0
    """)
    assert rows
    for from_month, base in rows:
        assert base >= minimum_wage("I", month_of(from_month))


async def known_bases(world: Connection) -> dict[tuple[UUID, UUID, int], int]:
    """What is due for a person, employer and month is reckoned on: the line recorded last wins."""
    known: dict[tuple[UUID, UUID, int], int] = {}
    for row in await world.fetch(LEDGER):
        if row["scheme"] == "COMPULSORY":
            last = month_of(row["to_month"] or date(2026, 10, 1))
            for of in range(month_of(row["from_month"]), last + 1):
                known[row["participant_id"], row["employer_id"], of] = row["base"]
    return {place: base for place, base in known.items() if base}


async def test_contributions_are_due_in_months_of_work_only(world: Connection) -> None:
    worked: set[tuple[UUID, UUID, int]] = set()
    for person, employer, started, ended in await world.fetch(
        "SELECT participant_id, employer_id, started_on, ended_on FROM employments"
    ):
        worked |= {
            (person, employer, of)
            for of in range(month_of(started), month_of(ended or date(2026, 10, 1)) + 1)
        }
    due = set(await known_bases(world))
    assert due <= worked
    # Only leave without pay is work without contribution.
    assert len(worked - due) < len(worked) / 100


async def test_what_an_employer_owes_follows_from_the_ledger(world: Connection) -> None:
    bases = await known_bases(world)
    thousandths = {
        "HEALTH": 45,
        "OCCUPATIONAL": 5,
        "RETIREMENT_SURVIVORS": 220,
        "SICKNESS_MATERNITY": 30,
        "UNEMPLOYMENT": 20,
    }
    of = month(2026, 10)
    owed: defaultdict[tuple[UUID, str], int] = defaultdict(int)
    for (_, employer, month_worked), base in bases.items():
        if month_worked == of:
            for fund, rate in thousandths.items():
                owed[employer, fund] += (base * rate + 500) // 1_000
    accounts = await world.fetch(
        "SELECT employer_id, fund, due FROM employer_accounts WHERE month = '2026-10-01'"
    )
    assert {(employer, fund): due for employer, fund, due in accounts} == owed


async def test_some_employers_have_unpaid_months_and_nobody_paid_too_much(world: Connection) -> None:
    [(unpaid, overpaid)] = await world.fetch(
        "SELECT count(DISTINCT employer_id) FILTER (WHERE paid < due AND month < '2026-10-01'),"
        " count(*) FILTER (WHERE paid > due) FROM employer_accounts"
    )
    employers = await world.fetchval("SELECT count(DISTINCT employer_id) FROM employer_accounts")
    assert 0.03 < unpaid / employers < 0.25
    assert overpaid == 0


async def test_what_is_in_arrears_is_what_the_accounts_have_not_paid(world: Connection) -> None:
    unpaid = "SELECT employer_id, month, fund FROM employer_accounts WHERE paid < due"
    arrears = await world.fetch("SELECT * FROM employer_arrears")
    assert {(row["employer_id"], row["month"], row["fund"]) for row in arrears} == {
        tuple(row) for row in await world.fetch(unpaid)
    }
    for row in arrears:
        assert row["settled_at"] is None
        assert month_of(row["since"] + VIETNAM) == month_of(row["month"])
        # Since July 2025 a month is paid by the end of the next (Law 41/2024 article 34(4)).
        waits = 1 if row["month"] >= date(2025, 7, 1) else 0
        assert month_of(row["due_on"]) == month_of(row["month"]) + waits
        assert (row["due_on"] + timedelta(days=1)).day == 1


# ------------------------------------------------------------------ dossiers ---


async def test_a_dossier_stands_where_its_events_led(world: Connection) -> None:
    rows = await world.fetch("""
        SELECT dossier.status, version, submitted_at, accepted_at, closed_at, submitted_by,
               array_agg(seq ORDER BY seq) AS seqs, array_agg(event.kind ORDER BY seq) AS kinds,
               array_agg(event.status ORDER BY seq) AS statuses, array_agg(at ORDER BY seq) AS ats,
               array_agg(actor ORDER BY seq) AS actors
        FROM   dossiers dossier JOIN dossier_events event ON event.dossier_id = dossier.id
        GROUP  BY dossier.id
    """)
    assert {row["status"] for row in rows} == {"NEW", "ACCEPTED", "WITHDRAWN"}
    for row in rows:
        assert row["seqs"] == list(range(1, row["version"] + 1))
        assert row["status"] == row["statuses"][-1]
        happened = dict(zip(row["kinds"], row["ats"], strict=True))
        assert happened.get("SUBMITTED") == row["submitted_at"]
        assert happened.get("ACCEPTED") == row["accepted_at"]
        assert happened.get("WITHDRAWN") == row["closed_at"]
        assert row["ats"] == sorted(row["ats"])
        assert row["actors"][0] == row["submitted_by"]
        assert row["ats"][-1] < MIDNIGHT


async def test_keys_follow_the_order_of_time(world: Connection) -> None:
    assert not await world.fetch("""
        SELECT FROM (SELECT submitted_at, lag(submitted_at) OVER (ORDER BY id) AS before FROM dossiers)
        WHERE date_trunc('second', before) > submitted_at
    """)
    version = await world.fetchval("SELECT DISTINCT uuid_extract_version(id) FROM participants")
    assert version == 7


async def test_positions_are_dense_in_the_order_of_events(world: Connection) -> None:
    [(first, last, count)] = await world.fetch(
        "SELECT min(position), max(position), count(*) FROM event_positions"
    )
    assert (first, last) == (1, count)
    assert count == await world.fetchval("SELECT count(*) FROM dossier_events")
    assert await world.fetchval("SELECT count(*) FROM unsequenced_events") == 0
    rows = await world.fetch(
        "SELECT at FROM event_positions JOIN dossier_events USING (dossier_id, seq) ORDER BY position"
    )
    ats = [row["at"] for row in rows]
    assert ats == sorted(ats)


async def test_the_serials_of_a_day_have_no_gap_and_go_on_where_they_ended(world: Connection) -> None:
    serials: defaultdict[tuple[int, date], list[int]] = defaultdict(list)
    for office_id, agency_code, code, accepted_at in await world.fetch("""
        SELECT office.id, agency_code, dossier.code, accepted_at
        FROM   dossiers dossier JOIN offices office ON office.id = office_id
        WHERE  dossier.code IS NOT NULL ORDER BY accepted_at
    """):
        day = (accepted_at + VIETNAM).date()
        assert code.startswith(f"{agency_code}-{day:%y%m%d}-")
        serials[office_id, day].append(int(code.rpartition("-")[2]))
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in serials.values())
    kept = await world.fetch("SELECT office_id, day, last_serial FROM dossier_code_serials")
    assert {(office, day): last for office, day, last in kept} == {
        place: len(n) for place, n in serials.items()
    }


async def test_a_dossier_is_accepted_on_a_working_day_and_due_by_the_law(world: Connection) -> None:
    calendar = calendar_of(2025, 2027)
    limits: defaultdict[UUID, dict[str, TimeLimit]] = defaultdict(dict)
    for row in await world.fetch("SELECT * FROM service_time_limits"):
        limits[row["service_version_id"]][row["applies_to"]] = TimeLimit(
            row["days"], TimeUnit(row["unit"]), row["note"]
        )
    rows = await world.fetch("SELECT * FROM dossiers WHERE accepted_at IS NOT NULL")
    assert rows
    for row in rows:
        day = (row["accepted_at"] + VIETNAM).date()
        limit = time_limit(limits[row["service_version_id"]], Applicant(row["applicant"]))
        assert calendar.is_working_day(day)
        assert limit
        assert row["due_on"] == due_on(day, limit, calendar)


async def test_who_files_may_file_the_service_of_that_day(world: Connection) -> None:
    assert not await world.fetch("""
        SELECT FROM dossiers dossier JOIN service_versions version ON version.id = service_version_id
        WHERE  NOT applicant = ANY (applicants) OR dossier.service_id <> version.service_id
        OR     submitted_at < valid_from
    """)


async def test_nobody_files_before_being_registered(world: Connection) -> None:
    assert not await world.fetch("""
        SELECT FROM dossiers JOIN participants person ON person.id = participant_id
        WHERE  submitted_at < registered_at
    """)


async def test_an_employer_files_for_its_own_people_only(world: Connection) -> None:
    assert not await world.fetch("""
        SELECT FROM dossiers dossier WHERE employer_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM employments job
            WHERE  job.participant_id = dossier.participant_id AND job.employer_id = dossier.employer_id
            AND    submitted_at BETWEEN started_on AND coalesce(ended_on, 'infinity')
        )
    """)


# ------------------------------------------------------------------ personas ---


def test_the_personas_are_those_who_can_sign_in() -> None:
    assert dict(PERSONAL_NUMBERS) == {
        subject: persona.personal_number for subject, persona in PERSONAS.items() if persona.personal_number
    }


@pytest.mark.parametrize("subject", PERSONAL_NUMBERS)
async def test_a_persona_is_found_by_the_number_of_the_token(
    demonstration: Database, world: Connection, subject: str
) -> None:
    pool = await open_pool(demonstration.url(roles.API), size=1, name="tests")
    found = await participant_of(pool, KEYS, PERSONAL_NUMBERS[subject])
    await pool.close()
    name = await world.fetchval("SELECT full_name FROM participants WHERE id = $1", found)
    assert name == PERSONAS[subject].name


async def test_lan_has_sewn_for_song_hong_for_twelve_years(world: Connection) -> None:
    jobs = await world.fetch(
        "SELECT employer.name, position, started_on, ended_on FROM employments"
        " JOIN employers employer ON employer.id = employer_id WHERE participant_id = $1 ORDER BY started_on",
        await persona(world, "lan"),
    )
    assert [tuple(job) for job in jobs] == [
        ("Công ty Dệt may Sông Hồng", "Công nhân may", date(2014, 9, 15), date(2020, 12, 31)),
        ("Công ty Dệt may Sông Hồng", "Tổ trưởng chuyền may", date(2021, 1, 1), None),
    ]


async def test_two_dossiers_are_open_about_lan(world: Connection) -> None:
    dossiers = await world.fetch(
        "SELECT service_id, applicant, status, submitted_by FROM dossiers"
        " WHERE participant_id = $1 ORDER BY id",
        await persona(world, "lan"),
    )
    assert [tuple(dossier) for dossier in dossiers] == [
        ("SOTHE-01", "CITIZEN", "ACCEPTED", PRINCIPALS["lan"]),
        ("CS-01", "EMPLOYER", "NEW", PRINCIPALS["det-may"]),
    ]


async def test_minhs_former_employer_did_not_pay_for_his_last_half_year(world: Connection) -> None:
    unpaid = await world.fetch(
        """
        SELECT DISTINCT month FROM employer_accounts account JOIN employments job USING (employer_id)
        WHERE  participant_id = $1 AND fund = 'RETIREMENT_SURVIVORS' AND paid < due
        AND    month BETWEEN started_on AND ended_on ORDER BY month
        """,
        await persona(world, "minh"),
    )
    assert [row["month"] for row in unpaid] == [date(2023, number, 1) for number in range(3, 9)]


async def test_minh_was_without_work_before_he_found_the_next(world: Connection) -> None:
    jobs = await world.fetch(
        "SELECT started_on, ended_on FROM employments WHERE participant_id = $1 ORDER BY started_on",
        await persona(world, "minh"),
    )
    assert [tuple(job) for job in jobs] == [
        (date(2012, 3, 5), date(2023, 8, 31)),
        (date(2024, 2, 19), None),
    ]


async def test_hoa_insures_herself(world: Connection) -> None:
    schemes = await world.fetch(
        "SELECT DISTINCT scheme FROM contributions WHERE participant_id = $1", await persona(world, "hoa")
    )
    assert [row["scheme"] for row in schemes] == ["VOLUNTARY"]


async def months_of(world: Connection, person: UUID) -> defaultdict[str, dict[int, int]]:
    """The bases of somebody's months, by the name of the employer, or the scheme where there is none."""
    rows = await world.fetch(
        """
        SELECT coalesce(employer.name, scheme), from_month, coalesce(to_month, '2026-10-01'), base
        FROM   contributions line LEFT JOIN employers employer ON employer.id = employer_id
        WHERE  participant_id = $1 ORDER BY recorded_at, line.id
        """,
        person,
    )
    known: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for payer, first, last, base in rows:
        known[payer] |= dict.fromkeys(range(month_of(first), month_of(last) + 1), base)
    return defaultdict(
        dict, {payer: {of: base for of, base in said.items() if base} for payer, said in known.items()}
    )


async def unpaid_of(world: Connection, person: UUID) -> set[tuple[date, str]]:
    """The months due for somebody that are late and unpaid, with the funds."""
    rows = await world.fetch(
        """
        SELECT DISTINCT unpaid.month, fund
        FROM   employer_arrears unpaid JOIN employments job USING (employer_id)
        WHERE  participant_id = $1 AND due_on < $2
        AND    unpaid.month BETWEEN date_trunc('month', started_on) AND coalesce(ended_on, 'infinity')
        """,
        person,
        TODAY,
    )
    return {(row["month"], row["fund"]) for row in rows}


async def test_nga_has_taught_at_one_school_without_a_gap_for_more_than_thirty_years(
    world: Connection,
) -> None:
    months = await months_of(world, await persona(world, "nga"))
    assert set(months) == {"Trường Trung học cơ sở Bồ Đề"}
    [taught] = months.values()
    assert sorted(taught) == list(range(month(1995, 9), month(2026, 10) + 1))
    assert len(taught) == 31 * 12 + 2
    # 1.78 of the minimum salary of 1995; 3.33 of 290,000; 4.98 of the base salary of 2020; 5.229 of today's.
    assert [taught[month(*of)] for of in ((1995, 9), (2004, 10), (2020, 1))] == [213_600, 965_700, 7_420_200]
    assert taught[month(2026, 10)] == round(5.229 * base_salary(month(2026, 10)))
    born = await world.fetchval(
        "SELECT birth_date FROM participants WHERE id = $1", await persona(world, "nga")
    )
    assert TODAY.year - born.year == 56
    assert await unpaid_of(world, await persona(world, "nga")) == set()


async def test_minh_has_gaps_and_his_unpaid_months_are_known_by_fund(world: Connection) -> None:
    minh = await persona(world, "minh")
    months = await months_of(world, minh)
    machines, transport = (
        months["Công ty cổ phần Xây lắp Gia Định"],
        months["Công ty TNHH Vận tải Bến Thành"],
    )
    assert (min(machines), max(machines)) == (month(2012, 3), month(2023, 8))
    assert (min(transport), max(transport)) == (month(2024, 2), month(2026, 10))
    # What pays for his health card and for unemployment was paid first.
    assert await unpaid_of(world, minh) == {
        (date(2023, number, 1), fund)
        for number in range(3, 9)
        for fund in ("OCCUPATIONAL", "RETIREMENT_SURVIVORS", "SICKNESS_MATERNITY")
    }


async def test_mai_has_a_daughter_and_was_insured_in_every_month_before_the_second_birth(
    world: Connection,
) -> None:
    mai = await persona(world, "mai")
    months = await months_of(world, mai)
    assert sorted(months["Công ty Dệt may Sông Hồng"]) == list(range(month(2023, 2), month(2026, 10) + 1))
    children = await world.fetch(
        "SELECT represented_name, basis FROM mandates WHERE representative_id = $1", mai
    )
    assert [tuple(child) for child in children] == [("Đặng Gia Hân", "PARENT")]


async def test_hoa_chose_insurance_in_her_late_forties(world: Connection) -> None:
    months = await months_of(world, await persona(world, "hoa"))
    assert set(months) == {"VOLUNTARY"}
    assert min(months["VOLUNTARY"]) == month(2016, 3)
    assert len(months["VOLUNTARY"]) >= 100


async def test_hanh_lives_with_who_is_left_of_a_man_insured_for_fifteen_years(world: Connection) -> None:
    hanh = await persona(world, "hanh")
    household = await world.fetch(
        """
        SELECT full_name, relationship, died_on, member.valid_to, basis, person.id
        FROM   household_members member JOIN participants person ON person.id = participant_id
        LEFT   JOIN mandates ON mandates.participant_id = person.id AND representative_id = $1
        WHERE  member.household_id = (SELECT household_id FROM participants WHERE id = $1)
        ORDER  BY person.birth_date
        """,
        hanh,
    )
    died = date(2025, 11, 30)
    assert [tuple(row)[:5] for row in household] == [
        ("Lý Thị Sáu", "Mẹ chồng", None, None, None),
        ("Phan Văn Dũng", "Chồng", died, died, "HEIR"),
        ("Ngô Thị Hạnh", "Chủ hộ", None, None, None),
        ("Phan Gia Huy", "Con", None, None, "PARENT"),
        ("Phan Ngọc Diệp", "Con", None, None, "PARENT"),
    ]
    husband = next(row["id"] for row in household if row["died_on"])
    driven = (await months_of(world, husband))["Công ty TNHH Vận tải Bến Thành"]
    assert sorted(driven) == list(range(month(2010, 6), month(2025, 11) + 1))
    assert len(driven) == 15 * 12 + 6


async def test_quang_works_for_two_employers_at_once(world: Connection) -> None:
    months = await months_of(world, await persona(world, "quang"))
    lorries, sites = (
        months["Công ty TNHH Vận tải Bến Thành"],
        months["Công ty cổ phần Xây lắp Gia Định"],
    )
    assert sorted(lorries) == list(range(month(2019, 5), month(2026, 10) + 1))
    assert sorted(sites) == list(range(month(2024, 9), month(2026, 10) + 1))


async def test_personas_who_act_for_others_are_granted_it(world: Connection) -> None:
    rows = await world.fetch("""
        SELECT principal, kind, office.code AS office, employer.name AS employer FROM grants
        LEFT JOIN offices office ON office.id = office_id
        LEFT JOIN employers employer ON employer.id = employer_id
    """)
    subjects = {principal: subject for subject, principal in PRINCIPALS.items()}
    assert {(subjects[row["principal"]], row["kind"], row["office"], row["employer"]) for row in rows} == {
        ("thu", "OFFICER", "00109", None),
        ("son", "OFFICER", "07906", None),
        ("bo-y-te", "PARTNER", "00100", None),
        ("det-may", "EMPLOYER", None, "Công ty Dệt may Sông Hồng"),
        ("det-may-he-thong", "EMPLOYER", None, "Công ty Dệt may Sông Hồng"),
    }


async def test_each_officer_looks_after_some_of_the_personas(world: Connection) -> None:
    seen = await world.fetch(
        """
        SELECT principal, person.id FROM grants JOIN offices root ON root.id = office_id
        JOIN participants person ON person.office_id BETWEEN root.id AND root.last_id
        WHERE person.id = ANY ($1)
        """,
        [await persona(world, subject) for subject in PERSONAL_NUMBERS],
    )
    looked_after = {
        "thu": ("lan", "mai", "nga"),
        "son": ("hanh", "minh", "quang"),
        "bo-y-te": ("hoa", "lan", "mai", "nga"),
    }
    assert {tuple(row) for row in seen} == {
        (PRINCIPALS[viewer], await persona(world, subject))
        for viewer, subjects in looked_after.items()
        for subject in subjects
    }


async def test_the_personas_are_the_same_whatever_the_seed_and_size(
    server: Path, worker_id: str, world: Connection
) -> None:
    database = await an_empty_database(server, f"few_{worker_id}")
    alone = sum(map(people_at, LIVES))
    await load_into(database, people=alone, seed=99)
    few = await asyncpg.connect(database.url(roles.OWNER))
    assert await few.fetchval("SELECT count(*) FROM participants") == alone
    lines = "SELECT * FROM contributions WHERE participant_id = $1 ORDER BY id"
    numbers = (
        "SELECT kind, blind_index, valid_from, valid_to FROM identifiers"
        " WHERE participant_id = $1 ORDER BY 1, 2"
    )
    for subject in PERSONAL_NUMBERS:
        person = await persona(few, subject)
        assert person == await persona(world, subject)
        assert await few.fetch(lines, person) == await world.fetch(lines, person)
        assert await few.fetch(numbers, person) == await world.fetch(numbers, person)
    await few.close()


async def test_lan_acts_for_her_son_until_he_is_of_age(world: Connection) -> None:
    rows = await world.fetch(
        "SELECT represented_name, representative_name, basis, valid_to, cardinality(service_groups) AS groups"
        " FROM mandates WHERE given_kind = 'OFFICER' AND representative_id = $1",
        await persona(world, "lan"),
    )
    assert [dict(row) for row in rows] == [
        {
            "represented_name": "Nguyễn Gia Bảo",
            "representative_name": "Nguyễn Thị Lan",
            "basis": "PARENT",
            "valid_to": date(2037, 3, 7),
            "groups": 5,
        }
    ]


async def appointed(world: Connection, *, is_accepted: bool) -> list[tuple[object, ...]]:
    """Who appointed whom by themself, for what, and which names stand there; whether accepted or offered."""
    rows = await world.fetch(
        """
        SELECT participant_id, given_by, representative_id, represented_name, representative_name, basis,
               service_groups FROM mandates
        WHERE  given_kind = 'CITIZEN' AND revoked_at IS NULL AND valid_from < $1 AND valid_to IS NULL
        AND    (accepted_at IS NOT NULL) = $2
        """,
        TODAY,
        is_accepted,
    )
    return [tuple(row) for row in rows]


async def test_minh_acts_for_hoa_where_benefits_are_concerned(world: Connection) -> None:
    assert await appointed(world, is_accepted=True) == [
        (
            await persona(world, "hoa"),
            PRINCIPALS["hoa"],
            await persona(world, "minh"),
            "Lê Thị Hoa",
            "Trần Văn Minh",
            "AGENT",
            ["BENEFITS", "PAYMENT"],
        )
    ]


async def test_lan_is_asked_to_act_for_minh_and_has_not_answered(world: Connection) -> None:
    assert await appointed(world, is_accepted=False) == [
        (
            await persona(world, "minh"),
            PRINCIPALS["minh"],
            await persona(world, "lan"),
            "Trần Văn Minh",
            None,
            "AGENT",
            ["ISSUE_OF_BOOKS_AND_CARDS"],
        )
    ]


# ------------------------------------------------------------------ insured and paid ---

TODAYS_CARD = """
    SELECT card.object_code, card.benefit_level, person.birth_date, person.died_on
    FROM   participants person LEFT JOIN health_cards card
           ON card.participant_id = person.id AND card.valid_from <= $1
           AND (card.valid_to IS NULL OR card.valid_to >= $1)
"""


async def test_who_works_is_paid_or_pays_has_a_card_today(world: Connection) -> None:
    cards = await world.fetch(TODAYS_CARD, TODAY)
    living = [card for card in cards if card["died_on"] is None]
    assert all(card["object_code"] is None for card in cards if card["died_on"])
    assert sum(card["object_code"] is not None for card in living) > 0.9 * len(living)
    working = await world.fetch(
        TODAYS_CARD + "WHERE EXISTS (SELECT FROM employments job WHERE job.participant_id = person.id"
        " AND job.ended_on IS NULL)",
        TODAY,
    )
    assert {card["object_code"] for card in working} <= {"DN", "HC"}
    paid = await world.fetch(
        TODAYS_CARD + "WHERE person.died_on IS NULL AND EXISTS (SELECT FROM benefits"
        " WHERE participant_id = person.id AND kind = 'PENSION')",
        TODAY,
    )
    assert {card["object_code"] for card in paid} == {"HT"}


async def test_small_children_have_a_card_free_of_charge(world: Connection) -> None:
    small = await world.fetch(TODAYS_CARD + "WHERE person.birth_date > $2", TODAY, date(2020, 11, 23))
    assert small
    assert {(card["object_code"], card["benefit_level"]) for card in small} == {("TE", 1)}


async def test_no_card_copayment_or_benefit_is_of_tomorrow_or_of_the_dead(world: Connection) -> None:
    assert not await world.fetch("SELECT FROM health_cards WHERE issued_at >= $1", MIDNIGHT)
    assert not await world.fetch("SELECT FROM health_copayments WHERE paid_on >= $1", TODAY)
    assert not await world.fetch("SELECT FROM benefits WHERE valid_from >= $1", TODAY)
    for table in ("health_cards", "benefits"):
        assert not await world.fetch(
            f"SELECT FROM {table} JOIN participants p ON p.id = participant_id"
            " WHERE died_on < coalesce(valid_to, 'infinity')"
        )


async def test_who_copaid_had_a_card_of_a_level_that_copays(world: Connection) -> None:
    assert await world.fetchval("SELECT count(*) FROM health_copayments") > PEOPLE // 20
    assert not await world.fetch("""
        SELECT FROM health_copayments visit WHERE NOT EXISTS (
            SELECT FROM health_cards card
            WHERE  card.participant_id = visit.participant_id AND benefit_level IN (3, 4)
            AND    paid_on BETWEEN valid_from AND coalesce(valid_to, 'infinity')
        )
    """)


async def test_five_years_are_printed_no_sooner_than_five_years_after_the_first_card(
    world: Connection,
) -> None:
    assert not await world.fetch("""
        SELECT FROM health_cards GROUP BY participant_id
        HAVING min(five_years_on) < min(valid_from) + interval '5 years' - interval '1 day'
    """)


async def test_who_has_a_card_of_the_household_takes_part_in_it(world: Connection) -> None:
    rows = await world.fetch(
        """
        SELECT takes_part, EXISTS (
            SELECT FROM health_cards card
            WHERE  card.participant_id = member.participant_id AND object_code = 'GD'
            AND    valid_from < $1 AND coalesce(valid_to, 'infinity') >= $1
        ) AS has_card
        FROM household_members member
        """,
        TODAY,
    )
    assert {row["takes_part"] for row in rows} == {True, False}
    assert all(row["takes_part"] == row["has_card"] for row in rows)


async def test_pensions_begin_at_retirement_and_social_pensions_at_75(world: Connection) -> None:
    paid = await world.fetch("""
        SELECT kind, amount, valid_from, extract(year FROM age(valid_from, birth_date))::int AS age,
               EXISTS (SELECT FROM employments job WHERE job.participant_id = person.id) AS has_worked
        FROM   benefits JOIN participants person ON person.id = participant_id
    """)
    assert {row["kind"] for row in paid} == {"PENSION", "SOCIAL_PENSION"}
    for row in paid:
        assert row["has_worked"] == (row["kind"] == "PENSION")
        if row["kind"] == "PENSION":
            assert row["age"] >= 55
            assert row["amount"] >= base_salary(month_of(row["valid_from"]))
        else:
            assert row["age"] >= 75
            assert (row["amount"], row["valid_from"] >= date(2025, 7, 1)) == (500_000, True)
