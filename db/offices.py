"""The agency's offices: a tree, numbered so that an office and all below it are one range."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, Table, Text

from db.metadata import PUBLIC, metadata, words

offices = Table(
    "offices",
    metadata,
    # Numbered in the order of the tree: the offices below `id` are those from `id` to `last_id`.
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("last_id", Integer, nullable=False),
    Column("parent_id", ForeignKey("offices.id"), index=True),
    Column("code", Text, nullable=False, unique=True),
    # A dossier's code is this, the day and the day's serial at the office: two offices may not share it.
    Column("agency_code", Text, nullable=False, unique=True),
    words("name_vi"),
    words("name_en"),
    CheckConstraint("last_id >= id", name="range_ordered"),
    CheckConstraint(r"code ~ '^0\d{4}$'", name="code_formed"),
    CheckConstraint(
        r"agency_code ~ '^[A-Y]\d{2}(\.[0-9A-Z]+)*$' AND length(agency_code) <= 35", name="agency_code_formed"
    ),
    info=PUBLIC,
)
