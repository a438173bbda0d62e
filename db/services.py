"""The catalogue of services: what the agency offers, under which law, within which time."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import yaml
from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    Executable,
    ForeignKey,
    SmallInteger,
    Table,
    Text,
    all_,
    bindparam,
    delete,
    text,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint, insert

from db.connection import compiled
from db.metadata import PUBLIC, key, metadata, one_of, refers, words
from db.pool import Connection
from domain.dossiers import Applicant
from domain.services import ServiceFact, TimeUnit, written_time_limit

SERVICE_GROUPS = ("BENEFITS", "CONTRIBUTIONS", "HEALTH_INSURANCE", "ISSUE_OF_BOOKS_AND_CARDS", "PAYMENT")
SERVICE_LEVELS = ("FULL", "PARTIAL")
services = Table(
    "services",
    metadata,
    # The catalogue's own stable key, such as CS-02.
    Column("id", Text, primary_key=True),
    words("service_group"),
    words("name_vi"),
    words("name_en"),
    words("national_code", nullable=True),
    one_of("service_group", SERVICE_GROUPS),
    info=PUBLIC,
)

service_versions = Table(
    "service_versions",
    metadata,
    key(),
    refers("service_id", "services.id"),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    words("law"),
    words("level"),
    Column("applicants", ARRAY(Text), nullable=False),
    Column("forms", ARRAY(Text), nullable=False),
    Column("legal_basis", ARRAY(Text), nullable=False),
    # Which of these facts the agency has not confirmed yet.
    Column("unconfirmed", ARRAY(Text), nullable=False),
    # The least level of the electronic identity with which it may be filed.
    Column("minimum_assurance", SmallInteger, nullable=False, server_default="2"),
    one_of("level", SERVICE_LEVELS),
    CheckConstraint("minimum_assurance BETWEEN 1 AND 3", name="minimum_assurance_of_three"),
    CheckConstraint("valid_to >= valid_from", name="period_ordered"),
    ExcludeConstraint(
        ("service_id", "="),
        (text("daterange(valid_from, valid_to, '[]')"), "&&"),
        using="gist",
        name="ex_service_versions_one_a_day",
    ),
    info=PUBLIC,
)

service_time_limits = Table(
    "service_time_limits",
    metadata,
    Column("service_version_id", ForeignKey("service_versions.id", ondelete="CASCADE"), primary_key=True),
    # Whom or what the limit is for: `all`, an applicant, or a kind of case.
    Column("applies_to", Text, primary_key=True),
    Column("days", SmallInteger, nullable=False),
    words("unit"),
    words("note", nullable=True),
    one_of("unit", TimeUnit),
    CheckConstraint("days >= 0", name="days_not_negative"),
    info=PUBLIC,
)

# ---------------------------------------------------------- the catalogue ---

GROUPS = {
    "BHYT": "HEALTH_INSURANCE",
    "CHINHSACH": "BENEFITS",
    "CHITRA": "PAYMENT",
    "SOTHE": "ISSUE_OF_BOOKS_AND_CARDS",
    "THU": "CONTRIBUTIONS",
}
LEVELS = {3: "PARTIAL", 4: "FULL", "partial": "PARTIAL", "full": "FULL"}
# What stands among the time limits of the catalogue and is none.
NO_LIMITS = frozenset({"effect", "note"})
UNSURE = "unsure"
# Benefits are claimed with level 2 of VNeID (ND 69/2024). Of other procedures the law names no level: the
# same is asked, unconfirmed, unless the catalogue says otherwise under `minimum_assurance`.
MINIMUM_ASSURANCE = 2
CONFIRMED_ASSURANCE = frozenset({"BENEFITS", "PAYMENT"})
YEAR = re.compile(r"\b20\d\d\b")

Entry = Mapping[str, Any]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Regime:
    """A law of social insurance: how the catalogue cites it, and where it keeps what holds under it.

    `limits` names the places of time limits, the law's own first: a limit from another place is unconfirmed.
    """

    law: str
    cited: str
    valid_from: date
    valid_to: date | None
    level: str
    limits: tuple[str, ...]

    def cites(self, basis: str) -> bool:
        """Whether a legal basis can be one under this law: not the other law, nor younger than its end."""
        if any(basis.startswith(other.cited) for other in REGIMES if other is not self):
            return False
        return not self.valid_to or all(int(year) < self.valid_to.year for year in YEAR.findall(basis))


REGIMES = (
    Regime(
        law="58/2014/QH13",
        cited="Law 58/2014",
        valid_from=date(2016, 1, 1),
        valid_to=date(2025, 6, 30),
        level="level_2020",
        limits=("days_law_58", "days_vss"),
    ),
    Regime(
        law="41/2024/QH15",
        cited="Law 41/2024",
        valid_from=date(2025, 7, 1),
        valid_to=None,
        level="level_now",
        limits=("days_law_41", "days_law_58", "days_vss"),
    ),
)


def _put(table: Table) -> Executable:
    """Write a row, or bring the one of its key up to date; a row that is as it should be stays untouched."""
    put = insert(table).values({column.name: bindparam(column.name) for column in table.columns})
    facts = [column for column in table.columns if not column.primary_key]
    new = [put.excluded[column.name] for column in facts]
    return put.on_conflict_do_update(
        index_elements=table.primary_key.columns,
        set_={column.name: value for column, value in zip(facts, new, strict=True)},
        where=tuple_(*facts).is_distinct_from(tuple_(*new)),
    )


_PUT_SERVICE = _put(services)
_PUT_VERSION = _put(service_versions)
_PUT_LIMIT = _put(service_time_limits)
_DROP_OTHER_LIMITS = delete(service_time_limits).where(
    service_time_limits.c.service_version_id == bindparam("id"),
    service_time_limits.c.applies_to != all_(bindparam("kept", type_=ARRAY(Text))),
)


async def install_catalogue(connection: Connection) -> None:
    """Write the catalogue that comes with the program; what is already there is brought up to date.

    The connection is the owner's. A version always has the same key, so dossiers keep the versions they name.
    """
    catalogue = yaml.safe_load(files("domain").joinpath("data/services.yaml").read_text(encoding="utf-8"))
    permanent, temporary = catalogue["procedures"], catalogue["temporary_services_covid"]
    versions = [_version(entry, regime) for entry in permanent for regime in REGIMES]
    versions += [_temporary(entry, period) for entry in temporary for period in entry["available"]]
    async with connection.transaction():
        await _run(connection, _PUT_SERVICE, [_service(entry) for entry in (*permanent, *temporary)])
        await _run(connection, _PUT_VERSION, versions)
        await _run(connection, _DROP_OTHER_LIMITS, [{**row, "kept": list(row["limits"])} for row in versions])
        await _run(connection, _PUT_LIMIT, [limit for row in versions for limit in _limits(row)])


async def _run(connection: Connection, statement: Executable, rows: list[Row]) -> None:
    ready = compiled(statement)
    await connection.executemany(ready.sql, [ready.arguments(row) for row in rows])


def _service(entry: Entry) -> Row:
    return {
        "id": entry["id"],
        "service_group": GROUPS[entry["group"]],
        "name_vi": entry["name_vi"],
        "name_en": entry["name_en"],
        "national_code": entry.get("national_code"),
    }


def _version(entry: Entry, regime: Regime) -> Row:
    """A procedure under a law of social insurance."""
    place = next(place for place in regime.limits if place in entry)
    basis = [cited for cited in entry["legal_basis"] if regime.cites(cited)]
    confidence = entry["confidence"]
    doubts = {
        ServiceFact.FORMS: "forms" not in entry or confidence.get("forms") == UNSURE,
        ServiceFact.LAW: not any(cited.startswith(regime.cited) for cited in basis),
        ServiceFact.LEVEL: "seen_online" not in entry,
        ServiceFact.MINIMUM_ASSURANCE: GROUPS[entry["group"]] not in CONFIRMED_ASSURANCE,
        ServiceFact.TIME_LIMITS: place != regime.limits[0] or confidence.get(place) == UNSURE,
    }
    return {
        **_common(entry, regime.valid_from, regime.valid_to),
        "law": regime.law,
        "level": LEVELS[entry[regime.level]],
        "legal_basis": basis,
        "unconfirmed": [fact.value for fact, is_doubtful in doubts.items() if is_doubtful],
        "limits": entry[place],
    }


def _temporary(entry: Entry, period: Mapping[str, date]) -> Row:
    """A service of the epidemic years, for a time; it was offered online."""
    return {
        **_common(entry, period["from"], period["to"]),
        "law": entry["legal_basis"][0],
        "level": "FULL",
        "legal_basis": entry["legal_basis"],
        "unconfirmed": [fact.value for fact in ServiceFact if fact is not ServiceFact.LAW],
        "limits": entry.get("days", {}),
    }


def _common(entry: Entry, valid_from: date, valid_to: date | None) -> Row:
    return {
        "id": uuid5(NAMESPACE_URL, f"urn:ansinh:service:{entry['id']}:{valid_from}"),
        "service_id": entry["id"],
        "valid_from": valid_from,
        "valid_to": valid_to,
        "applicants": [Applicant(applicant.upper()).value for applicant in entry["applicant"]],
        "forms": entry.get("forms", []),
        "minimum_assurance": entry.get("minimum_assurance", MINIMUM_ASSURANCE),
    }


def _limits(version: Row) -> Iterator[Row]:
    for applies_to, words_of_limit in version["limits"].items():
        if applies_to not in NO_LIMITS:
            limit = written_time_limit(words_of_limit)
            yield {
                "service_version_id": version["id"],
                "applies_to": applies_to,
                "days": limit.days,
                "unit": limit.unit.value,
                "note": limit.note,
            }
