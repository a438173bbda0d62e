"""What happened to dossiers: an append-only log, and the one order of everything in it."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Table,
    Uuid,
)

from db.metadata import instant, metadata, one_of, refers, words
from domain.dossiers import DossierStatus

EVENT_KINDS = ("ACCEPTED", "SUBMITTED", "WITHDRAWN")
ACTOR_KINDS = ("CITIZEN", "EMPLOYER", "OFFICER", "SYSTEM")
LONGEST_REASON = 4_000

# What happened, in order, for ever. Nobody may update or delete a row. An event carries its dossier's owner and office,
# so that its policy needs no look at the dossier.
dossier_events = Table(
    "dossier_events",
    metadata,
    Column("dossier_id", ForeignKey("dossiers.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    words("kind"),
    words("status"),
    instant("at", default=True),
    words("actor_kind"),
    Column("actor", Uuid),
    words("reason", nullable=True),
    refers("participant_id", "participants.id"),
    refers("employer_id", "employers.id", nullable=True),
    refers("office_id", "offices.id"),
    one_of("kind", EVENT_KINDS),
    one_of("status", DossierStatus),
    one_of("actor_kind", ACTOR_KINDS),
    CheckConstraint("seq >= 1", name="seq_counts"),
    CheckConstraint(f"length(reason) <= {LONGEST_REASON}", name="reason_bounded"),
)

# Events that committed and have no position yet: written with the event, emptied by the sequencer.
unsequenced_events = Table(
    "unsequenced_events",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("dossier_id", Uuid, nullable=False),
    Column("seq", Integer, nullable=False),
    ForeignKeyConstraint(["dossier_id", "seq"], ["dossier_events.dossier_id", "dossier_events.seq"]),
    Index("ix_unsequenced_events_dossier_id_seq", "dossier_id", "seq"),
)

# The place of every event in the one order of all: dense, given by the sequencer to committed rows as it first sees them.
event_positions = Table(
    "event_positions",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("dossier_id", Uuid, nullable=False),
    Column("seq", Integer, nullable=False),
    ForeignKeyConstraint(["dossier_id", "seq"], ["dossier_events.dossier_id", "dossier_events.seq"]),
    Index("uq_event_positions_dossier_id_seq", "dossier_id", "seq", unique=True),
)
