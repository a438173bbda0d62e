"""Employers, and their accounts with the agency.

Accounts and arrears follow from entries (db/accounts.py): PostgreSQL itself posts those, and nobody else
changes either.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from db.metadata import PUBLIC, instant, key, metadata, one_of, refers, words
from domain.contributions import Fund, Payer, Region

employers = Table(
    "employers",
    metadata,
    key(),
    refers("office_id", "offices.id", index=False),
    words("code"),
    words("name"),
    Column("folded_name", Text(collation="C"), nullable=False, index=True),
    words("tax_code"),
    # Whose minimum wage holds there.
    Column("region", Text, nullable=False, server_default=Region.I),
    one_of("region", Region),
    # Whether its wages are those of the State's scale.
    Column("payer", Text, nullable=False, server_default=Payer.PRIVATE),
    one_of("payer", Payer),
    # The code is unique inside one office.
    UniqueConstraint("office_id", "code"),
    CheckConstraint(r"code ~ '^[A-Z]{2}\d{4}[A-Z0-9]{0,4}$'", name="code_formed"),
    CheckConstraint(r"tax_code ~ '^(\d{10}(-\d{3})?|\d{12})$'", name="tax_code_formed"),
    info=PUBLIC,
)

# What an employer owes and has paid, by month and fund, in đồng. A person's unpaid months follow from it.
employer_accounts = Table(
    "employer_accounts",
    metadata,
    Column("employer_id", ForeignKey("employers.id"), primary_key=True),
    Column("month", Date, primary_key=True),
    Column("fund", Text, primary_key=True),
    Column("due", BigInteger, nullable=False),
    Column("paid", BigInteger, nullable=False),
    one_of("fund", Fund),
    CheckConstraint("extract(day from month) = 1", name="month_first_day"),
    CheckConstraint("due >= 0 AND paid >= 0", name="amounts_not_negative"),
)

# From when until when a month is not paid in full into a fund, and by which day it was due. What is owed
# stands in the account, which only the employer and its office see; that something is owed also concerns whom
# it was due for.
employer_arrears = Table(
    "employer_arrears",
    metadata,
    key(),
    refers("employer_id", "employers.id", index=False),
    Column("month", Date, nullable=False),
    words("fund"),
    Column("due_on", Date, nullable=False),
    instant("since", default=True),
    instant("settled_at", nullable=True),
    one_of("fund", Fund),
    CheckConstraint("extract(day from month) = 1", name="month_first_day"),
    CheckConstraint("settled_at >= since", name="period_ordered"),
    Index("ix_employer_arrears_employer_id_month", "employer_id", "month"),
    Index(
        "uq_employer_arrears_standing",
        "employer_id",
        "month",
        "fund",
        unique=True,
        postgresql_where=text("settled_at IS NULL"),
    ),
)
