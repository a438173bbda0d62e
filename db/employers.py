"""Employers, and their accounts with the agency."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, ForeignKey, Table, Text, UniqueConstraint

from db.metadata import PUBLIC, key, metadata, one_of, refers, words

# The funds that an employer pays into (Law 41/2024 articles 32 to 34; Law 74/2025; ND 188/2025 article 6).
FUNDS = ("HEALTH", "OCCUPATIONAL", "RETIREMENT_SURVIVORS", "SICKNESS_MATERNITY", "UNEMPLOYMENT")

employers = Table(
    "employers",
    metadata,
    key(),
    refers("office_id", "offices.id", index=False),
    words("code"),
    words("name"),
    Column("folded_name", Text(collation="C"), nullable=False, index=True),
    words("tax_code"),
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
    one_of("fund", FUNDS),
    CheckConstraint("extract(day from month) = 1", name="month_first_day"),
    CheckConstraint("due >= 0 AND paid >= 0", name="amounts_not_negative"),
)
