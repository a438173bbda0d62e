"""Coverage as the portal tells it: of real lines, corrections, employers who do not pay, and who is told."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from auth.scopes import Scope
from auth.viewer import Viewer
from db.pool import Connection, Pool
from tests import people
from tests.portal import ask, code_of, done

REGIME = """
fragment regime on RegimeCoverage {
  status monthsCounted earliestEntitlement
  periods { months { from to months } scheme employer { name } standing }
  gaps { months { from to } standing employers { name } }
  estimate { amount unit textEn unconfirmed }
  determination { code law isMet unconfirmed
    conditions { code isMet value depth evidence { months { from to } rows } change { textEn missing earliest } } }
}
"""
ALL = (
    """
query ($id: ID!, $asOf: Date, $asKnownAt: DateTime) { node(id: $id) { ... on Participant {
  coverage(asOf: $asOf, asKnownAt: $asKnownAt) { asOf
    sickness { ...regime } maternity { ...regime } pension { ...regime } unemployment { ...regime }
    health { ...regime } workInjury { ...regime } survivors { ...regime } } } } }
"""
    + REGIME
)
SHORT = """
query ($id: ID!, $asOf: Date, $asKnownAt: DateTime) { node(id: $id) { ... on Participant {
  coverage(asOf: $asOf, asKnownAt: $asKnownAt) { pension { monthsCounted status } } } } }
"""
EARLY = datetime(2025, 1, 10, tzinfo=UTC)
LATER = datetime(2026, 6, 10, tzinfo=UTC)


async def coverage(pool: Pool, viewer: Viewer, person: UUID, text: str = ALL, **variables: object) -> Any:  # noqa: ANN401 -- JSON
    """What a viewer is told of a person."""
    answer = await ask(pool, viewer, text, id=f"Participant:{person}", **variables)
    return answer["node"] and answer["node"]["coverage"]


async def test_a_worker_is_covered_by_all_seven_regimes_with_reasons(owner: Connection, pool: Pool) -> None:
    worker, mill = await people.a_participant(owner), await people.an_employer(owner)
    line = await people.a_line(owner, worker, mill, from_month=date(2015, 1, 1))
    told = await coverage(pool, people.citizen_of(worker), worker, asOf="2026-11-29")
    import json

    print(json.dumps(told, indent=1, ensure_ascii=False))
    assert told["pension"]["monthsCounted"] == 143
