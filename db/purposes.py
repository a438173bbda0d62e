"""Purposes for which a partner may ask, each on its legal basis."""

from sqlalchemy import CheckConstraint, Column, SmallInteger, Table, Text, text

from db.metadata import PUBLIC, metadata, words

# Why the agency shares is public; only the owner writes it. What is read for a purpose is withheld for
# `log_delay_days` from what the person reads of who looked, where a law says so: usually not at all.
purposes = Table(
    "purposes",
    metadata,
    Column("code", Text, primary_key=True),
    words("name_vi"),
    words("name_en"),
    words("legal_basis"),
    Column("log_delay_days", SmallInteger, nullable=False, server_default=text("0")),
    CheckConstraint("code ~ '^[A-Z][A-Z0-9_]*$'", name="code_formed"),
    CheckConstraint("log_delay_days >= 0", name="log_delay_not_negative"),
    info=PUBLIC,
)
