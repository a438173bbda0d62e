"""The people of the bench: the demonstration's, with dossiers enough, and tokens for those who ask."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass

from joserfc import jws
from joserfc.jwk import ECKey
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from api import running
from api.settings import Settings
from auth import scopes
from auth.tokens import LONGEST_LIFE_S
from auth.viewer import ViewerKind, principal_of
from db import roles
from db.server import SUPERUSER, Server
from domain.identifiers import IdentifierKind

PEOPLE = 12_000
SEED = 1
CITIZENS = 1_000
OFFICERS = 50
DOSSIERS_EACH = 12
SCOPES = frozenset(scope for scope in scopes.Scope if scope.endswith(":read"))

# The demonstration's people have filed little yet: these get twelve dossiers, with five events each.
FILE = """
INSERT INTO dossiers (reference, code, service_id, service_version_id, participant_id, office_id, applicant,
                      submitted_by, request, status, version, submitted_at, accepted_at, due_on)
SELECT format('BENCH-%s-%s', person.number, turn), format('BENCH.%s.%s', person.number, turn),
       version.service_id, version.id, person.id, person.office_id, 'CITIZEN', person.id,
       'Đề nghị giải quyết chế độ "ốm đau".', 'IN_PROCESS', 5, at, at + interval '1 day', at::date + 20
FROM (SELECT id, office_id, row_number() OVER (ORDER BY id) AS number FROM participants LIMIT $1) AS person,
     generate_series(1, $2) AS turn,
     LATERAL (SELECT timestamptz '2026-01-05 01:00Z' + turn * interval '20 days' AS at),
     LATERAL (SELECT id, service_id FROM service_versions
              ORDER BY service_id OFFSET (person.number + turn) % 27 LIMIT 1) AS version
"""
FOLLOW = """
INSERT INTO dossier_events (dossier_id, seq, kind, status, at, actor_kind, actor, reason,
                            participant_id, office_id)
SELECT id, seq, CASE seq WHEN 1 THEN 'SUBMITTED' ELSE 'ACCEPTED' END,
       CASE seq WHEN 1 THEN 'NEW' WHEN 2 THEN 'ACCEPTED' ELSE 'IN_PROCESS' END,
       submitted_at + seq * interval '8 hours', 'OFFICER', submitted_by,
       CASE WHEN seq > 2 THEN 'Chuyển phòng nghiệp vụ xử lý.' END, participant_id, office_id
FROM dossiers, generate_series(1, 5) AS seq WHERE reference LIKE 'BENCH-%'
"""
# And thirty years of contributions, as far as they have none yet.
CONTRIBUTE = """
INSERT INTO contributions (participant_id, employer_id, scheme, from_month, to_month, base)
SELECT person.id, employer.id, 'COMPULSORY', make_date(year, 1, 1),
       least(make_date(year, 12, 1), (person.begun - interval '1 month')::date), 500000 * (year - 1990)
FROM (SELECT filed.participant_id AS id, coalesce(min(line.from_month), '2026-12-01') AS begun
      FROM (SELECT DISTINCT participant_id FROM dossiers WHERE reference LIKE 'BENCH-%') AS filed
      LEFT JOIN contributions AS line USING (participant_id) GROUP BY filed.participant_id) AS person,
     (SELECT id FROM employers ORDER BY id LIMIT 1) AS employer, generate_series(1997, 2026) AS year
WHERE make_date(year, 1, 1) < person.begun
"""
BUSY_OFFICES = """
SELECT office_id, array_agg(DISTINCT participant_id) AS participants FROM dossiers
GROUP BY office_id HAVING count(*) >= 100 ORDER BY office_id LIMIT $1
"""
APPOINT = "INSERT INTO grants (principal, kind, office_id, granted_by) VALUES ($1, 'OFFICER', $2, 'bench')"
NUMBERS = """
SELECT participant_id, ciphertext FROM identifiers
WHERE kind = 'PERSONAL_NUMBER' AND valid_to IS NULL
  AND participant_id IN (SELECT participant_id FROM dossiers WHERE reference LIKE 'BENCH-%')
ORDER BY participant_id
"""


class Issuer:
    """Signs tokens, and publishes the key that they are verified with."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.key = ECKey.generate_key("P-256", {"kid": "bench", "use": "sig", "alg": "ES256"})

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Publish the key, and where it is (OpenID Connect Discovery 1.0)."""
        keys = {"keys": [self.key.as_dict(private=False)]}
        discovery = {"issuer": self.name, "jwks_uri": f"{self.name}/keys"}
        await JSONResponse(keys if scope["path"] == "/keys" else discovery)(scope, _receive, send)

    def token(self, kind: ViewerKind, subject: str, **claims: object) -> str:
        """Sign an access token. It names `principal` outright, so that no peer has to work it out."""
        now = int(time.time())
        said = {
            "iss": self.name,
            "aud": "ansinh",
            "sub": subject,
            "iat": now,
            "exp": now + LONGEST_LIFE_S,
            "account_type": kind.value.lower(),
            "name": f"Người dùng {subject}",
            "acr": "2",
            "scope": " ".join(sorted(SCOPES)),
            "principal": str(principal_of(self.name, subject)),
        }
        header = {"alg": "ES256", "typ": "at+jwt", "kid": "bench"}
        return jws.serialize_compact(header, json.dumps(said | claims), self.key, algorithms=["ES256"])


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody who asks, and the identifier of the person it is about."""

    token: str
    participant: str = ""

    @property
    def shown(self) -> Mapping[str, str]:
        """What somebody shows with a request."""
        return {"Authorization": f"Bearer {self.token}"}


async def populate(server: Server, settings: Settings, issuer: Issuer) -> dict[ViewerKind, list[Asker]]:
    """Fill an empty database; give those who will ask, by their capacity."""
    await _leave_alone(server)
    await running.populate(server.url(roles.OWNER), settings, PEOPLE, SEED)
    owner = await roles.reach(server.url(roles.OWNER))
    try:
        await owner.execute(FILE, CITIZENS, DOSSIERS_EACH)
        await owner.execute(FOLLOW)
        await owner.execute(CONTRIBUTE)
        officers: list[Asker] = []
        for row in await owner.fetch(BUSY_OFFICES, OFFICERS):
            subject = f"officer-{row['office_id']}"
            await owner.execute(APPOINT, principal_of(issuer.name, subject), row["office_id"])
            token = issuer.token(ViewerKind.OFFICER, subject)
            officers += [Asker(token, f"Participant:{person}") for person in row["participants"]]
        await owner.execute("VACUUM ANALYZE")
        keys = settings.identifier_keys()
        citizens = [
            Asker(
                issuer.token(
                    ViewerKind.CITIZEN,
                    str(row["participant_id"]),
                    participant=str(row["participant_id"]),
                    personal_number=keys.reveal(IdentifierKind.PERSONAL_NUMBER, row["ciphertext"]),
                ),
                f"Participant:{row['participant_id']}",
            )
            for row in await owner.fetch(NUMBERS)
        ]
    finally:
        await owner.close()
    return {ViewerKind.CITIZEN: citizens, ViewerKind.OFFICER: officers}


async def _leave_alone(server: Server) -> None:
    """Have no autovacuum: its processes come and go, and take along what the kernel accounted to them."""
    superuser = await roles.reach(server.url(SUPERUSER))
    await superuser.execute("ALTER SYSTEM SET autovacuum = off")
    await superuser.execute("SELECT pg_reload_conf()")
    await superuser.close()
