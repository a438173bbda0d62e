"""The catalogue of services: what the agency offers, under which law, within which time."""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, SmallInteger, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint

from db.metadata import PUBLIC, key, metadata, one_of, refers, words

SERVICE_GROUPS = ("BENEFITS", "CONTRIBUTIONS", "HEALTH_INSURANCE", "ISSUE_OF_BOOKS_AND_CARDS", "PAYMENT")
SERVICE_LEVELS = ("FULL", "PARTIAL")
TIME_UNITS = ("CALENDAR_DAYS", "CALENDAR_DAYS_EXCEPT_HOLIDAYS", "WORKING_DAYS")

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
    one_of("level", SERVICE_LEVELS),
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
    one_of("unit", TIME_UNITS),
    CheckConstraint("days >= 0", name="days_not_negative"),
    info=PUBLIC,
)
