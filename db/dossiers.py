"""Dossiers: the tables, and every act that changes one. There is no other way to change a dossier."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    text,
)

from db.metadata import instant, key, metadata, one_of, refers, words
from domain.dossiers import FINAL, Applicant, DossierStatus

LONGEST_REQUEST = 4_000

dossiers = Table(
    "dossiers",
    metadata,
    key(),
    # What the applicant quotes before there is a code: random, so that it tells nothing and cannot be guessed.
    Column("reference", Text, nullable=False, unique=True),
    # The agency's number, issued at acceptance and never before.
    Column("code", Text, unique=True),
    Column("service_id", ForeignKey("services.id"), nullable=False, index=True),
    Column("service_version_id", ForeignKey("service_versions.id"), nullable=False, index=True),
    refers("participant_id", "participants.id", index=False),
    refers("employer_id", "employers.id", nullable=True, index=False),
    refers("office_id", "offices.id", index=False),
    words("applicant"),
    Column("submitted_by", Uuid, nullable=False, index=True),
    words("request"),
    words("status"),
    Column("version", Integer, nullable=False),
    instant("submitted_at"),
    instant("accepted_at", nullable=True),
    Column("due_on", Date),
    instant("closed_at", nullable=True),
    one_of("status", DossierStatus),
    one_of("applicant", Applicant),
    CheckConstraint("(code IS NULL) = (accepted_at IS NULL)", name="code_from_acceptance"),
    CheckConstraint(
        "status NOT IN ('ACCEPTED', 'IN_PROCESS', 'DECIDED', 'RETURNED') OR code IS NOT NULL",
        name="code_where_accepted",
    ),
    CheckConstraint(
        f"(closed_at IS NOT NULL) = (status IN ({', '.join(repr(str(status)) for status in sorted(FINAL))}))",
        name="closed_where_final",
    ),
    CheckConstraint("(applicant = 'EMPLOYER') = (employer_id IS NOT NULL)", name="employer_where_applicant"),
    CheckConstraint(f"length(request) <= {LONGEST_REQUEST}", name="request_bounded"),
    CheckConstraint("version >= 1", name="version_counts"),
    Index("ix_dossiers_participant_id_id", "participant_id", text("id DESC")),
    Index(
        "ix_dossiers_employer_id_id",
        "employer_id",
        text("id DESC"),
        postgresql_where=text("employer_id IS NOT NULL"),
    ),
    Index("ix_dossiers_office_id_id", "office_id", text("id DESC")),
    Index(
        "ix_dossiers_open_office_id_status_due_on_id",
        "office_id",
        "status",
        "due_on",
        "id",
        postgresql_where=text("closed_at IS NULL"),
    ),
)

# The serial of the day at an agency: its row is taken last in the transaction that accepts a dossier.
dossier_code_serials = Table(
    "dossier_code_serials",
    metadata,
    Column("office_id", ForeignKey("offices.id"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("last_serial", Integer, nullable=False),
    CheckConstraint("last_serial >= 1", name="serial_counts"),
)
