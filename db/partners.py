"""Partners: other agencies and organisations whose programs ask, each under agreements."""

from sqlalchemy import CheckConstraint, Column, Table, Text

from db.metadata import PUBLIC, key, metadata, words

# With whom the agency shares is public; only the owner writes it.
partners = Table(
    "partners",
    metadata,
    key(),
    Column("code", Text, nullable=False, unique=True),
    words("name_vi"),
    words("name_en"),
    CheckConstraint("code ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="code_formed"),
    info=PUBLIC,
)
