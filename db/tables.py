"""Every table of the cellar, seen together: for the migrations, the self-check and the tests."""

from db import (
    access_ledger,
    calendar,
    clients,
    contributions,
    dossiers,
    employers,
    employments,
    events,
    grants,
    households,
    idempotency_keys,
    identifiers,
    mandates,
    offices,
    participants,
    reveals,
    revocations,
    services,
    sessions,
    spent_proofs,
)
from db.metadata import metadata

NOUNS = (
    access_ledger,
    calendar,
    clients,
    contributions,
    dossiers,
    employers,
    employments,
    events,
    grants,
    households,
    idempotency_keys,
    identifiers,
    mandates,
    offices,
    participants,
    reveals,
    revocations,
    services,
    sessions,
    spent_proofs,
)

__all__ = ["NOUNS", "metadata"]
