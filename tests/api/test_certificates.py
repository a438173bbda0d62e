"""Anybody checks a certificate by its code over HTTP; whoever guesses codes finds nothing and is slowed."""

from pathlib import Path
from uuid import uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from api.export import KEYS
from auth.viewer import ViewerKind
from db.pool import Connection
from schema.certificates import KIND, new_code
from schema.limits import Rate
from selection.bounds import MOST_REPEATS
from tests.api.conftest import RunningPortal, running_portal
from tests.conftest import Database

ISSUE = """
mutation ($input: IssueCertificateInput!) {
  issueCertificate(input: $input) { certificate { code signed } }
}
"""
CHECK = "query ($code: String!) { certificate(code: $code) { isGenuine holder fromMonth } }"
TOO_MANY = 429


async def test_anybody_checks_what_somebody_shows_them(portal: RunningPortal, owner: Connection) -> None:
    lan = await portal.citizen(owner)
    wish = {"idempotencyKey": uuid4().hex, "fromMonth": "2025-01", "toMonth": "2025-12"}
    certificate = (await portal.told(ISSUE, lan, input=wish))["issueCertificate"]["certificate"]
    name = await owner.fetchval("SELECT full_name FROM participants WHERE id = $1", lan.participant)
    answer = (await portal.ask(CHECK, None, code=certificate["code"])).json()
    found = answer["data"]["certificate"]
    assert (found["isGenuine"], found["fromMonth"]) == (True, "2025-01")
    assert found["holder"].split()[0] == name.split()[0]
    assert name not in found["holder"]
    # Who is shown the signed text needs nothing of the portal but its keys.
    keys = KeySet.import_key_set((await portal.http.get(f"{portal.url}{KEYS}")).json())
    token = jwt.decode(certificate["signed"], keys, algorithms=["ES256"])
    assert (token.header["typ"], token.claims["holder"]) == (KIND, name)
    assert token.claims["iss"] == portal.url


async def test_a2_whoever_guesses_codes_finds_nothing_and_is_slowed_down(
    database: Database, owner: Connection, tmp_path: Path
) -> None:
    # However slow the machine is, little comes back; a guess costs as much by alias as by a request.
    rates = dict.fromkeys(ViewerKind, Rate(capacity=20 * MOST_REPEATS, restore_rate=1))
    async with running_portal(database.url, tmp_path, rates=rates) as portal:
        lan = await portal.citizen(owner)
        wish = {"idempotencyKey": uuid4().hex, "fromMonth": "2025-01", "toMonth": "2025-12"}
        await portal.told(ISSUE, lan, input=wish)
        names = [f"c{number}" for number in range(MOST_REPEATS)]
        text = (
            f"query ({', '.join(f'${name}: String!' for name in names)})"
            f" {{ {' '.join(f'{name}: certificate(code: ${name}) {{ holder }}' for name in names)} }}"
        )
        for _ in range(100):
            answer = await portal.ask(text, None, **{name: new_code() for name in names})
            if answer.status_code == TOO_MANY:
                break
            assert answer.json()["data"] == dict.fromkeys(names)
        else:
            pytest.fail("nobody was slowed down")
        assert int(answer.headers["retry-after"]) >= 1
