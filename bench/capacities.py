"""The same questions asked in other capacities: what the keys and the ledger of who looked cost.

A citizen asks about themself, and no ledger is kept. An officer and a partner see others' data by rows of
`grants`, and are answered once the ledger has it; a partner besides names an agreement, and proves with every
request that it holds the key of its token (RFC 9449).
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import cycle, islice

from graphql import GraphQLObjectType
from joserfc.jwk import ECKey

from auth import proofs
from auth.tokens import LONGEST_MACHINE_LIFE_S
from auth.viewer import ViewerKind, principal_of
from bench.load import request
from bench.population import Asker, Issuer
from bench.servers import Server, body_of
from db import agreements, roles
from db.server import Server as Postgres
from schema.portal import schema

# Beside the capacity in which every server is asked (bench/floor.py).
ALSO_ASKED = {
    "q1_participant": (ViewerKind.OFFICER, ViewerKind.PARTNER),
    "q2_page": (ViewerKind.OFFICER, ViewerKind.PARTNER),
    "q3_dossiers": (ViewerKind.CITIZEN, ViewerKind.PARTNER),
}
# In which capacity An Sinh is asked what nobody else is.
ASKED_ALONE = {"q5_coverage": ViewerKind.CITIZEN, "q6_pensions": ViewerKind.OFFICER}
# More than a server answers in the time in which it is measured: a proof is good once.
PROOFS = 6_000
SUBJECT = "ministry"
PURPOSE = "BENCH"
ERRAND = {"Ansinh-Purpose": PURPOSE, "Ansinh-Case": "BENCH-1"}
# All others are below it.
AGENCY = "SELECT id FROM offices WHERE parent_id IS NULL"


@dataclass(frozen=True, slots=True)
class Ministry:
    """A partner that asks under an agreement, by a machine with a key."""

    issuer: Issuer
    key: ECKey
    askers: Sequence[Asker]

    def requests(self, operation: str, server: Server) -> list[bytes]:
        """What it sends to ask about one after the other, each time with a proof of its own."""
        token = self.issuer.token(
            ViewerKind.PARTNER,
            SUBJECT,
            client_id=SUBJECT,
            exp=int(time.time()) + LONGEST_MACHINE_LIFE_S,
            cnf={"jkt": self.key.thumbprint()},
        )
        address = f"http://127.0.0.1:{server.port}/graphql"
        return [
            request("/graphql", self._shown(token, address), body_of(operation, asker))
            for asker in islice(cycle(self.askers), PROOFS)
        ]

    def _shown(self, token: str, address: str) -> Mapping[str, str]:
        proof = proofs.made(self.key, method="POST", address=address, now=time.time(), token=token)
        return {"Authorization": f"DPoP {token}", "DPoP": proof, **ERRAND}


async def agree(server: Postgres, issuer: Issuer, askers: Sequence[Asker]) -> Ministry:
    """Record an agreement about everybody and every field, and give the partner that may act under it."""
    owner = await roles.reach(server.url(roles.OWNER))
    try:
        office = await owner.fetchval(AGENCY)
        await agreements.record(
            owner,
            partner={"code": "bench", "name_vi": "Bộ Đo lường", "name_en": "Ministry of Measurement"},
            purposes=[
                {
                    "code": PURPOSE,
                    "name_vi": "Đo chi phí",
                    "name_en": "To measure what it costs",
                    "legal_basis": "bench/README.md",
                }
            ],
            terms={
                "code": "BENCH-1",
                "legal_basis": "bench/README.md",
                "fields": _fields(),
                "office_id": office,
                "valid_from": date(2026, 1, 1),
                "capacity": 900_000_000,
                "restore_rate": 900_000_000,
                "signed_by": "bench",
                "recorded_by": "bench",
            },
            grants_of=[{"principal": principal_of(issuer.name, SUBJECT)}],
        )
    finally:
        await owner.close()
    return Ministry(issuer, ECKey.generate_key("P-256"), askers)


def _fields() -> list[str]:
    types = schema._schema.type_map.items()  # noqa: SLF001 -- as in api/application.py
    return [
        f"{name}.{field}"
        for name, kind in types
        if isinstance(kind, GraphQLObjectType)
        for field in kind.fields
    ]
