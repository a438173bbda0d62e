"""An employer's list of ten thousand people: what it takes An Sinh to take it, and PostgreSQL."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from uuid import UUID, uuid4

import httpx2

from auth.scopes import Scope
from auth.viewer import ViewerKind, principal_of
from bench.accounting import cpu_ns, family
from bench.population import Issuer
from bench.servers import Server
from db import roles
from db.server import Server as Postgres

PEOPLE = 10_000
ROUNDS = 5
SUBJECT = "employer-of-many"
FIRST_BASE = 5_000_000
# How many lines of a list say something new.
CHANGED = (10_000, 300, 0)
SCOPES = (Scope.ACCOUNT_READ, Scope.CONTRIBUTION_FILE, Scope.CONTRIBUTION_READ, Scope.EMPLOYMENT_READ)

HIRE = """
WITH employer AS (SELECT id, office_id FROM employers ORDER BY id LIMIT 1),
hired AS (INSERT INTO participants (full_name, folded_name, sort_name, birth_date, sex, office_id)
          SELECT 'Nguyễn Thị Đo', 'nguyen thi do', 'do', '1990-01-01', 'FEMALE', office_id
          FROM employer, generate_series(1, $1) RETURNING id)
INSERT INTO employments (participant_id, employer_id, office_id, position, started_on)
SELECT hired.id, employer.id, employer.office_id, 'Công nhân', '2020-01-01' FROM hired, employer
RETURNING participant_id, employer_id
"""
APPOINT = "INSERT INTO grants (principal, kind, employer_id, granted_by) VALUES ($1, 'EMPLOYER', $2, 'bench')"


@dataclass(frozen=True, slots=True)
class Filed:
    """What a list took: until the answer, and of CPU, in milliseconds."""

    took_ms: float
    server_ms: float
    postgres_ms: float

    def __str__(self) -> str:
        return f"{self.took_ms:,.0f} | {self.server_ms:,.0f} | {self.postgres_ms:,.0f}"


@dataclass(frozen=True, slots=True)
class Employer:
    """An employer, its people, and the token of whoever files for it."""

    id: UUID
    people: Sequence[UUID]
    token: str


async def hire(postgres: Postgres, issuer: Issuer) -> Employer:
    """Give an employer ten thousand people, and somebody who acts for it."""
    owner = await roles.reach(postgres.url(roles.OWNER))
    try:
        rows = await owner.fetch(HIRE, PEOPLE)
        employer: UUID = rows[0]["employer_id"]
        await owner.execute(APPOINT, principal_of(issuer.name, SUBJECT), employer)
        await owner.execute("VACUUM ANALYZE")
    finally:
        await owner.close()
    token = issuer.token(ViewerKind.EMPLOYER, SUBJECT, scope=" ".join(sorted(SCOPES)))
    return Employer(employer, [row["participant_id"] for row in rows], token)


async def filings(server: Server, postgres: Postgres, employer: Employer) -> Mapping[int, Filed]:
    """File lists one after the other; by how many of their lines say something new, what one took."""
    assert postgres.pid is not None  # noqa: S101 -- it runs
    rounds: dict[int, list[Filed]] = {changed: [] for changed in CHANGED}
    async with httpx2.AsyncClient(trust_env=False, timeout=60) as http:
        for changed, text in _lists(employer):
            before = cpu_ns(family(server.pid)), cpu_ns(family(postgres.pid))
            began = time.perf_counter()
            answer = await http.post(
                f"http://127.0.0.1:{server.port}/filings",
                params={"employer": f"Employer:{employer.id}", "month": "2026-10"},
                content=text,
                headers={
                    "Authorization": f"Bearer {employer.token}",
                    "Content-Type": "text/csv",
                    "Idempotency-Key": str(uuid4()),
                },
            )
            took_ms = (time.perf_counter() - began) * 1e3
            after = cpu_ns(family(server.pid)), cpu_ns(family(postgres.pid))
            payload = answer.json().get("data") or {}
            if (payload.get("fileContributions") or {}).get("errors") != []:
                raise SystemExit(f"An Sinh did not take a list: {answer.text[:500]}")
            rounds[changed].append(Filed(took_ms, (after[0] - before[0]) / 1e6, (after[1] - before[1]) / 1e6))
    return {
        changed: Filed(
            *(median(getattr(one, name) for one in found) for name in ("took_ms", "server_ms", "postgres_ms"))
        )
        for changed, found in rounds.items()
    }


def _lists(employer: Employer) -> Iterator[tuple[int, str]]:
    """Lists in turns; each changes the bases of so many people."""
    bases = [FIRST_BASE] * PEOPLE
    for _ in range(ROUNDS):
        for changed in CHANGED:
            for number in range(changed):
                bases[number] += 1_000
            lines = [
                f"Participant:{person},{base}" for person, base in zip(employer.people, bases, strict=True)
            ]
            yield changed, "\n".join(["participant,base", *lines])
