"""What the agency offers: the catalogue of procedures, each with its dated versions."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Annotated

import strawberry
from sqlalchemy import ColumnElement, and_, or_

from auth import policies
from db.calendar import TODAY
from db.services import service_time_limits, service_versions, services
from domain.dossiers import Applicant
from domain.services import ServiceFact, TimeUnit
from schema.enums import described
from selection import Columns, Condition, Connection, Node, Order, entity, link, rows, stored

described(
    Applicant,
    CITIZEN="A person, for themself.",
    EMPLOYER="An employer, for the people who work for it.",
    HEALTH_FACILITY="A health facility, for its patients.",
)


class ServiceGroup(StrEnum):
    """A group of procedures."""

    BENEFITS = "BENEFITS"
    CONTRIBUTIONS = "CONTRIBUTIONS"
    HEALTH_INSURANCE = "HEALTH_INSURANCE"
    ISSUE_OF_BOOKS_AND_CARDS = "ISSUE_OF_BOOKS_AND_CARDS"
    PAYMENT = "PAYMENT"


described(
    ServiceGroup,
    BENEFITS="Thực hiện chính sách BHXH: benefits of social insurance.",
    CONTRIBUTIONS="Thu BHXH, BHYT, BHTN: collection of contributions.",
    HEALTH_INSURANCE="Thực hiện chính sách BHYT: health insurance.",
    ISSUE_OF_BOOKS_AND_CARDS="Cấp sổ BHXH, thẻ BHYT: issue of insurance books and cards.",
    PAYMENT="Chi trả các chế độ BHXH: payment of benefits.",
)


class ServiceLevel(StrEnum):
    """How much of a procedure can be done online (ND 42/2022, ND 224/2026)."""

    FULL = "FULL"
    PARTIAL = "PARTIAL"


described(
    ServiceLevel,
    FULL="Toàn trình: nothing requires presence.",
    PARTIAL="Một phần: some step requires presence.",
)


described(
    TimeUnit,
    CALENDAR_DAYS="Every day counts; an end on a day off moves to the next working day (Civil Code, 148).",
    CALENDAR_DAYS_EXCEPT_HOLIDAYS="Every day counts but public holidays.",
    WORKING_DAYS="Monday to Friday but public holidays; substituted working days count.",
)


described(
    ServiceFact,
    FORMS="Its forms.",
    LAW="The law it follows.",
    LEVEL="How much of it can be done online.",
    MINIMUM_ASSURANCE="The least level of the electronic identity with which it may be filed.",
    TIME_LIMITS="Within which time the agency answers.",
)


@strawberry.type(name="TimeLimit", description="So many days within which the agency answers.")
class CountedLimit:
    """So many days within which the agency answers."""

    days: int = strawberry.field(description="How many.")
    unit: TimeUnit = strawberry.field(description="Which days count.")
    note: str | None = strawberry.field(
        description="When they begin otherwise than by acceptance, or are others, in words."
    )


@entity(service_time_limits, visible_to=policies.everybody)
class ServiceTimeLimit:
    """Within which time the agency answers a complete dossier."""

    applies_to: str = stored("For whom or what: `all`, an applicant, or a kind of case.")
    days: int = stored("How many days, counted from the day after acceptance.")
    unit: TimeUnit = stored("How the days are counted.")
    note: str | None = stored("What the law adds to the limit.")


def limits_of(version: Columns, limit: Columns) -> Iterator[Condition]:
    """The time limits of a version."""
    yield limit.service_version_id == version.id


@entity(service_versions, visible_to=policies.everybody)
class ServiceVersion(Node):
    """A service as it was, is or will be for a time. A dossier keeps the version it was filed under."""

    valid_from: date = stored("The first day of the version.")
    valid_to: date | None = stored("The last day of the version, included; null while no end is set.")
    law: str = stored("The law that the version follows, such as `41/2024/QH15`.")
    level: ServiceLevel = stored("How much of it can be done online.")
    minimum_assurance: int = stored(
        "The least level of the electronic identity with which it may be filed, 1 to 3; below it a filing is"
        " refused with STEP_UP_REQUIRED."
    )
    applicants: list[Applicant] = stored("Who may file it.")
    forms: list[str] = stored("The codes of its forms, such as `14-HSB`.")
    legal_basis: list[str] = stored("Laws, decrees and decisions that it rests on.")
    unconfirmed: list[ServiceFact] = stored("Which of these facts the agency has not confirmed yet.")
    time_limits: Connection[ServiceTimeLimit] = rows(
        "Within which time the agency answers.", limits_of, orders={"NAME": Order(("applies_to",))}
    )


def in_force(version: Columns, on: ColumnElement[date] | None) -> Condition:
    """Is this the version of that day?"""
    day = TODAY if on is None else on
    return and_(version.valid_from <= day, or_(version.valid_to.is_(None), version.valid_to >= day))


def version_on(
    service: Columns,
    version: Columns,
    *,
    on: Annotated[
        date | None, strawberry.argument(description="The day asked about; today in Vietnam where absent.")
    ] = None,
) -> Condition:
    """The version of a service on a day."""
    return and_(version.service_id == service.id, in_force(version, on))  # type: ignore[arg-type]


def versions_of(service: Columns, version: Columns) -> Iterator[Condition]:
    """All versions of a service."""
    yield version.service_id == service.id


@entity(services, visible_to=policies.everybody)
class Service(Node):
    """A procedure of the agency (thủ tục hành chính). All are free of charge."""

    code: str = stored("The catalogue's stable code, such as `CS-02`.", column="id")
    group: ServiceGroup = stored("The group of procedures it belongs to.", column="service_group")
    name_vi: str = stored("Its name in Vietnamese.")
    name_en: str = stored("Its name in English.")
    national_code: str | None = stored(
        "Its code in the national database of procedures; null where none is confirmed."
    )
    version: ServiceVersion | None = link("The version in force on a day.", version_on)
    versions: Connection[ServiceVersion] = rows(
        "All its versions, oldest first.", versions_of, orders={"OLDEST": Order(("valid_from", "id"))}
    )


def services_listed(
    service: Columns,
    *,
    group: Annotated[
        ServiceGroup | None, strawberry.argument(description="Only the services of this group.")
    ] = None,
) -> Iterator[Condition]:
    """The catalogue."""
    if group is not None:
        yield service.service_group == group
