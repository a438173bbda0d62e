"""The catalogue, as it is installed."""

from datetime import date

import pytest

from db.pool import Connection, Record
from db.services import install_catalogue

VERSION_ON = """
SELECT version.*, service.service_group, service.national_code
FROM   service_versions version JOIN services service ON service.id = version.service_id
WHERE  service_id = $1 AND $2 BETWEEN valid_from AND coalesce(valid_to, 'infinity')
"""
LIMITS_ON = """
SELECT applies_to, days, unit, note
FROM   service_time_limits JOIN service_versions version ON version.id = service_version_id
WHERE  service_id = $1 AND $2 BETWEEN valid_from AND coalesce(valid_to, 'infinity')
ORDER  BY applies_to
"""
# The transaction that wrote a row last: who writes it again, changes it.
WRITTEN_BY = """
SELECT xmin::text, id FROM services WHERE id !~ '^TEST-'
UNION ALL SELECT xmin::text, id::text FROM service_versions WHERE service_id !~ '^TEST-'
UNION ALL SELECT xmin::text, service_version_id::text || applies_to FROM service_time_limits
ORDER BY 2
"""

LAW_58, LAW_41 = date(2025, 6, 30), date(2025, 7, 1)


@pytest.fixture
async def catalogue(owner: Connection) -> Connection:
    await install_catalogue(owner)
    return owner


async def version_on(catalogue: Connection, service: str, day: date) -> Record:
    version = await catalogue.fetchrow(VERSION_ON, service, day)
    assert version
    return version


async def limits_on(catalogue: Connection, service: str, day: date) -> list[tuple[object, ...]]:
    return [tuple(row) for row in await catalogue.fetch(LIMITS_ON, service, day)]


async def test_the_published_procedures_and_those_of_the_epidemic_are_there(catalogue: Connection) -> None:
    groups = await catalogue.fetch(
        "SELECT service_group, count(*) FROM services WHERE id !~ '^(TEST|COV)-' GROUP BY 1 ORDER BY 1"
    )
    assert [tuple(group) for group in groups] == [
        ("BENEFITS", 15),
        ("CONTRIBUTIONS", 3),
        ("HEALTH_INSURANCE", 3),
        ("ISSUE_OF_BOOKS_AND_CARDS", 1),
        ("PAYMENT", 3),
    ]
    assert await catalogue.fetchval("SELECT count(*) FROM services WHERE id ~ '^COV-'") == 3


async def test_installing_again_changes_no_row(catalogue: Connection) -> None:
    before = await catalogue.fetch(WRITTEN_BY)
    await install_catalogue(catalogue)
    assert await catalogue.fetch(WRITTEN_BY) == before


async def test_installing_again_mends_what_was_changed(catalogue: Connection) -> None:
    await catalogue.execute("UPDATE services SET name_en = 'Nonsense' WHERE id = 'CS-02'")
    await catalogue.execute(
        "UPDATE service_time_limits SET applies_to = 'nobody' WHERE applies_to = 'citizen'"
    )
    await install_catalogue(catalogue)
    name = await catalogue.fetchval("SELECT name_en FROM services WHERE id = 'CS-02'")
    assert name == "Maternity benefit"
    limits = await limits_on(catalogue, "CS-02", LAW_58)
    assert [limit[0] for limit in limits] == ["citizen", "employer"]


async def test_a_service_has_one_version_under_each_law(catalogue: Connection) -> None:
    old, new = await version_on(catalogue, "CS-02", LAW_58), await version_on(catalogue, "CS-02", LAW_41)
    assert (old["law"], old["valid_from"], old["valid_to"]) == ("58/2014/QH13", date(2016, 1, 1), LAW_58)
    assert (new["law"], new["valid_from"], new["valid_to"]) == ("41/2024/QH15", LAW_41, None)


async def test_a_version_tells_who_files_it_on_which_form(catalogue: Connection) -> None:
    version = await version_on(catalogue, "CS-02", LAW_41)
    assert version["applicants"] == ["EMPLOYER", "CITIZEN"]
    assert version["forms"] == ["01B-HSB", "14-HSB"]
    assert version["national_code"] == "1.001667"


async def test_the_limits_are_those_of_the_law(catalogue: Connection) -> None:
    assert await limits_on(catalogue, "CS-02", LAW_58) == [
        ("citizen", 5, "CALENDAR_DAYS", None),
        ("employer", 10, "CALENDAR_DAYS", None),
    ]
    assert await limits_on(catalogue, "CS-02", LAW_41) == [
        ("citizen", 5, "WORKING_DAYS", None),
        ("employer", 7, "WORKING_DAYS", None),
        ("voluntary_scheme", 5, "WORKING_DAYS", "apply within 60 CD of birth"),
    ]


async def test_the_pension_counts_days_except_holidays(catalogue: Connection) -> None:
    limits = await limits_on(catalogue, "CS-07", LAW_41)
    assert ("pension", 20, "CALENDAR_DAYS_EXCEPT_HOLIDAYS", None) in limits


async def test_a_remark_is_no_limit(catalogue: Connection) -> None:
    assert await limits_on(catalogue, "CT-01", LAW_58) == [("all", 2, "WORKING_DAYS", None)]


async def test_each_law_is_cited_in_its_own_version_only(catalogue: Connection) -> None:
    assert (await version_on(catalogue, "CS-02", LAW_58))["legal_basis"] == ["Law 58/2014 art.101-102"]
    assert (await version_on(catalogue, "CS-02", LAW_41))["legal_basis"] == ["Law 41/2024 art.61-62, 96-97"]


async def test_a_limit_of_the_old_law_is_unconfirmed_under_the_new(catalogue: Connection) -> None:
    version = await version_on(catalogue, "YT-03", LAW_41)
    assert "TIME_LIMITS" in version["unconfirmed"]
    assert "TIME_LIMITS" not in (await version_on(catalogue, "YT-03", LAW_58))["unconfirmed"]
    assert await limits_on(catalogue, "YT-03", LAW_41) == [("all", 40, "CALENDAR_DAYS", None)]


async def test_what_the_catalogue_is_unsure_of_is_unconfirmed(catalogue: Connection) -> None:
    assert (await version_on(catalogue, "CS-14", LAW_41))["unconfirmed"] == ["LAW", "LEVEL", "TIME_LIMITS"]
    assert (await version_on(catalogue, "YT-01", LAW_58))["unconfirmed"] == [
        "FORMS",
        "LAW",
        "LEVEL",
        "MINIMUM_ASSURANCE",
    ]


async def test_what_was_seen_online_has_its_level_confirmed(catalogue: Connection) -> None:
    assert (await version_on(catalogue, "THU-02", LAW_41))["unconfirmed"] == ["MINIMUM_ASSURANCE"]


@pytest.mark.parametrize(
    ("day", "is_offered"),
    [
        (date(2020, 5, 11), False),
        (date(2020, 5, 12), True),
        (date(2020, 12, 31), True),
        (date(2021, 1, 1), False),
        (date(2021, 7, 1), True),
        (date(2022, 7, 1), False),
    ],
)
async def test_a_service_of_the_epidemic_is_offered_in_its_periods(
    catalogue: Connection, *, day: date, is_offered: bool
) -> None:
    assert bool(await catalogue.fetchrow(VERSION_ON, "COV-01", day)) is is_offered


async def test_every_service_of_today_names_its_limit(catalogue: Connection) -> None:
    without = await catalogue.fetch(
        "SELECT service_id FROM service_versions version"
        " WHERE service_id !~ '^TEST-' AND valid_to IS NULL AND NOT EXISTS"
        " (SELECT FROM service_time_limits WHERE service_version_id = version.id)"
    )
    assert without == []


async def test_every_version_takes_a_level_and_only_benefits_have_it_confirmed(catalogue: Connection) -> None:
    rows = await catalogue.fetch(
        "SELECT service_group, minimum_assurance, 'MINIMUM_ASSURANCE' = ANY (unconfirmed) AS is_doubtful"
        " FROM service_versions version JOIN services ON services.id = version.service_id"
        " WHERE service_id !~ '^(TEST|COV)-'"
    )
    assert {row["minimum_assurance"] for row in rows} == {2}
    assert {row["service_group"] for row in rows if not row["is_doubtful"]} == {"BENEFITS", "PAYMENT"}
    assert not {row["service_group"] for row in rows if row["is_doubtful"]} & {"BENEFITS", "PAYMENT"}
