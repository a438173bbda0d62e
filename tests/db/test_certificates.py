"""Certificates of coverage: what they certify, who has one issued, and who may check it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from auth.viewer import ANONYMOUS, Viewer, ViewerKind
from db.certificates import find_certificate
from db.connection import transaction
from db.pool import Connection, Pool
from domain.certificates import certificate_said
from schema.certificates import KIND
from tests import people
from tests.portal import SIGNATORY, done, execute

NOW = datetime(2026, 11, 29, 5, tzinfo=UTC)
ISSUE = """
mutation ($input: IssueCertificateInput!) {
  issueCertificate(input: $input) {
    replayed errors { code path }
    certificate { id code fromMonth toMonth issuedAt signed participant { id }
                  months { scheme employerCode employerName from to months isPaid } }
  }
}
"""
CHECK = """
query ($code: String!) {
  certificate(code: $code) {
    isGenuine issuedAt holder fromMonth toMonth months { scheme employerCode from to months isPaid }
  }
}
"""
MINE = "{ viewer { participant { certificates { totalCount nodes { code } } } } }"


async def a_line(
    owner: Connection,
    person: UUID,
    employer: UUID | None,
    first: str,
    last: str | None = None,
    *,
    base: int = 5_000_000,
    recorded_at: datetime = datetime(2026, 1, 1, tzinfo=UTC),
) -> None:
    """A line of the ledger."""
    await owner.execute(
        "INSERT INTO contributions (participant_id, employer_id, scheme, from_month, to_month, base,"
        " recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        person,
        employer,
        "COMPULSORY" if employer else "VOLUNTARY",
        date.fromisoformat(f"{first}-01"),
        last and date.fromisoformat(f"{last}-01"),
        base,
        recorded_at,
    )


async def owing(
    owner: Connection,
    employer: UUID,
    month: str,
    *,
    since: datetime = datetime(2026, 1, 1, tzinfo=UTC),
    settled_at: datetime | None = None,
) -> None:
    """That an employer has not paid a month, or paid it late."""
    await owner.execute(
        "INSERT INTO employer_arrears (employer_id, month, fund, due_on, since, settled_at)"
        " VALUES ($1, $2, 'RETIREMENT_SURVIVORS', '2026-02-28', $3, $4)",
        employer,
        date.fromisoformat(f"{month}-01"),
        since,
        settled_at,
    )


async def issue(pool: Pool, viewer: Viewer, now: datetime = NOW, **wish: object) -> Any:  # noqa: ANN401 -- JSON
    """Have a certificate issued, of 2025 unless it is said otherwise."""
    asked = {"idempotencyKey": uuid4().hex, "fromMonth": "2025-01", "toMonth": "2025-12", **wish}
    return (await done(pool, viewer, ISSUE, now=now, input=asked))["issueCertificate"]


async def check(pool: Pool, code: str, viewer: Viewer = ANONYMOUS) -> Any:  # noqa: ANN401 -- JSON
    return (await done(pool, viewer, CHECK, code=code))["certificate"]


@pytest.fixture
async def office(owner: Connection) -> int:
    """An office."""
    return await people.an_office(owner)


@pytest.fixture
async def mill(owner: Connection, office: int) -> UUID:
    """An employer."""
    return await people.an_employer(owner, office=office)


@pytest.fixture
async def lan(owner: Connection, office: int, mill: UUID) -> UUID:
    """Somebody who works at the mill since March 2025."""
    person = await people.a_participant(owner, office=office, name="Nguyễn Thị Lan")
    await a_line(owner, person, mill, "2025-03")
    return person


# ------------------------------------------------------------------ what it certifies ---


async def test_a_person_has_their_months_certified(
    pool: Pool, owner: Connection, lan: UUID, mill: UUID
) -> None:
    await owing(owner, mill, "2025-06")
    await owing(owner, mill, "2025-08", settled_at=datetime(2026, 3, 1, tzinfo=UTC))
    payload = await issue(pool, people.citizen_of(lan))
    certificate = payload["certificate"]
    assert (payload["errors"], payload["replayed"]) == ([], False)
    assert (certificate["fromMonth"], certificate["toMonth"]) == ("2025-01", "2025-12")
    assert certificate["participant"] == {"id": f"Participant:{lan}"}
    assert {month["employerName"] for month in certificate["months"]} == {"Công ty Thử"}
    assert [(run["from"], run["to"], run["months"], run["isPaid"]) for run in certificate["months"]] == [
        ("2025-03", "2025-05", 3, True),
        ("2025-06", "2025-06", 1, False),
        ("2025-07", "2025-12", 6, True),
    ]


async def test_two_employers_and_ones_own_insurance_stand_beside_each_other(
    pool: Pool, owner: Connection, lan: UUID, office: int
) -> None:
    await a_line(owner, lan, await people.an_employer(owner, office=office), "2025-11", "2025-11")
    await a_line(owner, lan, None, "2025-01", "2025-02", base=1_500_000)
    months = (await issue(pool, people.citizen_of(lan)))["certificate"]["months"]
    assert sorted((run["scheme"], run["from"], run["to"]) for run in months) == [
        ("COMPULSORY", "2025-03", "2025-12"),
        ("COMPULSORY", "2025-11", "2025-11"),
        ("VOLUNTARY", "2025-01", "2025-02"),
    ]


async def test_what_became_known_later_is_not_in_it(
    pool: Pool, owner: Connection, lan: UUID, mill: UUID
) -> None:
    viewer = people.citizen_of(lan)
    before = (await issue(pool, viewer))["certificate"]
    await a_line(owner, lan, mill, "2025-05", "2025-05", base=0, recorded_at=NOW + timedelta(hours=1))
    await owing(owner, mill, "2025-12", since=NOW + timedelta(hours=1))
    assert (await issue(pool, viewer))["certificate"]["months"] == before["months"]
    assert (await check(pool, before["code"]))["months"][0]["to"] == "2025-12"
    after = (await issue(pool, viewer, NOW + timedelta(hours=2)))["certificate"]["months"]
    assert [(run["from"], run["to"], run["isPaid"]) for run in after] == [
        ("2025-03", "2025-04", True),
        ("2025-06", "2025-11", True),
        ("2025-12", "2025-12", False),
    ]
    # And what was certified stays as it was.
    assert (await check(pool, before["code"]))["months"][0]["to"] == "2025-12"


async def test_that_nothing_counts_is_certified_too(pool: Pool, owner: Connection) -> None:
    certificate = (await issue(pool, people.citizen_of(await people.a_participant(owner))))["certificate"]
    assert certificate["months"] == []


async def test_it_is_issued_once_for_a_key(pool: Pool, lan: UUID) -> None:
    viewer, key = people.citizen_of(lan), uuid4().hex
    first, again = [await issue(pool, viewer, idempotencyKey=key) for _ in range(2)]
    assert (first["replayed"], again["replayed"]) == (False, True)
    assert first["certificate"] == again["certificate"]
    assert (await done(pool, viewer, MINE))["viewer"]["participant"]["certificates"]["totalCount"] == 1


@pytest.mark.parametrize(
    ("first", "last"), [("2025-02", "2025-01"), ("2026-11", "2026-12"), ("2027-01", "2027-01")]
)
async def test_a_period_that_is_none_is_refused_at_its_path_and_nothing_is_kept(
    pool: Pool, owner: Connection, lan: UUID, first: str, last: str
) -> None:
    payload = await issue(pool, people.citizen_of(lan), fromMonth=first, toMonth=last)
    assert payload["certificate"] is None
    assert payload["errors"] == [{"code": "CERTIFICATE_PERIOD_REFUSED", "path": ["toMonth"]}]
    assert not await owner.fetchval("SELECT count(*) FROM certificates WHERE participant_id = $1", lan)


@pytest.mark.parametrize("month", ["2025-13", "2025-00", "2025", "0000-01", 202501, None])
async def test_what_is_no_month_is_refused(pool: Pool, lan: UUID, month: object) -> None:
    wish = {"idempotencyKey": uuid4().hex, "fromMonth": month, "toMonth": "2025-12"}
    result = await execute(pool, people.citizen_of(lan), ISSUE, input=wish)
    assert result.data is None
    assert result.errors
    assert "fromMonth" in result.errors[0].message


# ------------------------------------------------------------------ who has one issued ---


async def test_an_officer_has_one_issued_for_whom_they_see_and_nobody_else(
    pool: Pool, owner: Connection, lan: UUID, office: int
) -> None:
    thu = await people.officer_of(owner, office)
    certificate = (await issue(pool, thu, participant=f"Participant:{lan}"))["certificate"]
    assert certificate["months"][0]["from"] == "2025-03"
    hidden = await people.a_participant(owner)
    for person in (f"Participant:{hidden}", f"Participant:{uuid4()}"):
        payload = await issue(pool, thu, participant=person)
        assert payload["certificate"] is None
        assert payload["errors"] == [{"code": "NOT_FOUND", "path": ["participant"]}]
    [refused] = (await issue(pool, thu))["errors"]
    assert (refused["code"], refused["path"]) == ("NOT_FOUND", ["participant"])


@pytest.mark.parametrize(("groups", "is_issued"), [(["CONTRIBUTIONS"], True), (["PAYMENT"], False)])
async def test_a_representative_has_one_issued_where_the_mandate_covers_contributions(
    *, pool: Pool, owner: Connection, lan: UUID, groups: list[str], is_issued: bool
) -> None:
    minh = await people.a_participant(owner)
    mandate = await people.a_mandate(owner, lan, minh, groups=groups)
    payload = await issue(pool, people.representing(lan, people.citizen_of(minh), mandate))
    assert (payload["certificate"] is not None) is is_issued
    kept = await owner.fetch("SELECT mandate_id FROM certificates WHERE participant_id = $1", lan)
    assert [row["mandate_id"] for row in kept] == ([mandate] if is_issued else [])


async def test_an_employer_has_none_issued(pool: Pool, owner: Connection, lan: UUID, mill: UUID) -> None:
    await people.an_employment(owner, lan, mill)
    payload = await issue(pool, await people.acting_for(owner, mill), participant=f"Participant:{lan}")
    assert payload["errors"] == [{"code": "NOT_FOUND", "path": ["participant"]}]


# ------------------------------------------------------------------ who checks it ---


async def test_anybody_with_the_code_may_check_it(pool: Pool, lan: UUID) -> None:
    certificate = (await issue(pool, people.citizen_of(lan)))["certificate"]
    for typed in (certificate["code"], certificate["code"].replace("-", "").lower()):
        assert await check(pool, typed) == {
            "isGenuine": True,
            "issuedAt": certificate["issuedAt"],
            "holder": "Nguyễn T. L.",
            "fromMonth": "2025-01",
            "toMonth": "2025-12",
            "months": [
                {name: run[name] for name in ("scheme", "employerCode", "from", "to", "months", "isPaid")}
                for run in certificate["months"]
            ],
        }


async def test_any_other_code_finds_nothing(pool: Pool, lan: UUID) -> None:
    code = (await issue(pool, people.citizen_of(lan)))["certificate"]["code"]
    other = code[:-1] + ("0" if code[-1] != "0" else "1")
    for typed in (other, code[:-1], code + "0", "", "x" * 100_000, "%", f"{code}' OR ''='", "\0"):
        assert await check(pool, typed) is None


async def test_what_was_changed_since_is_not_genuine(pool: Pool, owner: Connection, lan: UUID) -> None:
    code = (await issue(pool, people.citizen_of(lan)))["certificate"]["code"]
    await owner.execute(
        "UPDATE certificates SET said = replace(said, '2025-03', '2025-01') WHERE code = $1", code
    )
    found = await check(pool, code)
    assert (found["isGenuine"], found["months"][0]["from"]) == (False, "2025-01")


async def test_one_that_nobody_has_signed_is_not_genuine(pool: Pool, owner: Connection) -> None:
    code = "AAAA-AAAA-AAAA-" + f"{uuid4().int % 10_000:04}"
    await people.a_certificate(owner, await people.a_participant(owner), code=code)
    assert (await check(pool, code))["isGenuine"] is False


async def test_its_words_are_signed_as_a_certificate_and_nothing_else(pool: Pool, lan: UUID) -> None:
    certificate = (await issue(pool, people.citizen_of(lan)))["certificate"]
    said = await find_certificate(pool, certificate["code"])
    assert said
    assert certificate["signed"] == said[1]
    claims = certificate_said(said[0]).claims
    assert SIGNATORY.has_signed(KIND, claims, said[1])
    assert not SIGNATORY.has_signed("data-export+jwt", claims, said[1])
    assert not SIGNATORY.has_signed(KIND, {**claims, "holder": "Another"}, said[1])
    assert not SIGNATORY.has_signed(KIND, claims, "a.b.c")


# ------------------------------------------------------------------ the wall ---

ALL = "SELECT code FROM certificates"


async def test_the_wall_shows_whoever_presents_a_code_that_certificate_alone(
    pool: Pool, owner: Connection, lan: UUID
) -> None:
    codes = [(await issue(pool, people.citizen_of(lan)))["certificate"]["code"] for _ in range(2)]
    presented = await owner.fetchval(
        "SELECT json_build_object('presented', encode(code_hash, 'hex'))::text FROM certificates"
        " WHERE code = $1",
        codes[0],
    )
    async with transaction(pool, presented) as connection:
        assert [row["code"] for row in await connection.fetch(ALL)] == [codes[0]]
    # What is no hash shows nothing, and whoever signs in presents none.
    for nobody in ("{}", '{"presented": ""}', '{"presented": "00"}', ANONYMOUS.binding):
        async with transaction(pool, nobody) as connection:
            assert await connection.fetch(ALL) == []


async def test_nobody_changes_or_deletes_a_certificate(pool: Pool, lan: UUID) -> None:
    await issue(pool, people.citizen_of(lan))
    for statement in (
        "UPDATE certificates SET said = ''",
        "DELETE FROM certificates",
        "TRUNCATE certificates",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with transaction(pool, people.citizen_of(lan).binding) as connection:
                await connection.execute(statement)


async def test_row_security_alone_lets_nobody_certify_for_somebody_else(
    pool: Pool, owner: Connection, lan: UUID, office: int
) -> None:
    other = await people.a_participant(owner)
    thief = people.citizen_of(other)
    insert = (
        "INSERT INTO certificates (participant_id, office_id, code, code_hash, from_month, to_month, said,"
        " signed, issued_at, issued_by) VALUES ($1, $2, $3, sha256($3::text::bytea), '2025-01-01',"
        " '2025-01-01', '{}', '', now(), $4)"
    )
    theirs = await owner.fetchval("SELECT office_id FROM participants WHERE id = $1", other)
    for viewer, person, where, by in (
        (thief, lan, office, thief.principal),
        (thief, other, office, thief.principal),
        (thief, other, theirs, uuid4()),
        (await people.officer_of(owner, office), other, theirs, None),
        (Viewer(ViewerKind.ANONYMOUS, scopes=people.EVERY_SCOPE), lan, office, uuid4()),
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with transaction(pool, viewer.binding) as connection:
                await connection.execute(insert, person, where, uuid4().hex, by or viewer.principal)
