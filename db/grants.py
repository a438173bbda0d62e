"""Rights that can be taken back, one a row: to take one back is to delete its row.

A grant gives an account (`principal`, see auth.viewer.principal_of) a capacity: officer of an office and
all below it, somebody who acts for an employer, or a partner by an agreement, for the population of its
office. Both walls read it at every statement.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Uuid,
    column,
    table,
)

from db.metadata import instant, key, metadata, one_of, refers, words

GRANT_KINDS = ("EMPLOYER", "OFFICER", "PARTNER")

grants = Table(
    "grants",
    metadata,
    key(),
    Column("principal", Uuid, nullable=False, index=True),
    words("kind"),
    refers("office_id", "offices.id", nullable=True),
    refers("employer_id", "employers.id", nullable=True),
    Column("agreement_id", Uuid),
    words("granted_by"),
    instant("granted_at", default=True),
    instant("valid_until", nullable=True),
    one_of("kind", GRANT_KINDS),
    CheckConstraint(
        "CASE kind WHEN 'EMPLOYER' THEN employer_id IS NOT NULL AND office_id IS NULL"
        " ELSE office_id IS NOT NULL AND employer_id IS NULL END",
        name="names_what_it_grants",
    ),
    CheckConstraint("(kind = 'PARTNER') = (agreement_id IS NOT NULL)", name="partner_by_agreement"),
    Index(None, "agreement_id", "office_id"),
    ForeignKeyConstraint(["agreement_id", "office_id"], ["agreements.id", "agreements.office_id"]),
)

# A view: the offices that the viewer serves, without those that lie below another of them.
offices_served = table("offices_served", column("id", Integer))
