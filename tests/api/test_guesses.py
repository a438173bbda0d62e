"""A2, A6: who guesses finds nothing and is slowed down, and who has lost a right has lost it at once."""

from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID

from api.metrics import Metrics
from api.observations import Observer
from auth.viewer import ViewerKind
from db.pool import Connection
from schema.events import LOOK_AGAIN_S
from schema.limits import Rate
from selection.bounds import MOST_REPEATS
from tests import people
from tests.api.conftest import ACCEPT, Account, RunningPortal, global_id, running_portal
from tests.conftest import Database
from tests.dossiers import an_event
from tests.patience import eventually

CODES = 10_000
TOO_MANY = 429
FOUND = "query ($r: String!) { dossier(reference: $r) { id } }"


async def test_a2_ten_thousand_codes_find_nothing_and_whoever_asks_them_is_slowed_down(
    database: Database, owner: Connection, tmp_path: Path
) -> None:
    metrics = Metrics()
    # However slow the machine is, little comes back; a guess costs as much by alias as by a request.
    rates = dict.fromkeys(ViewerKind, Rate(capacity=CODES // 2, restore_rate=1))
    async with running_portal(database.url, tmp_path, Observer(metrics=metrics), rates=rates) as portal:
        minh = await portal.citizen(owner)
        hidden = [await people.a_dossier(owner) for _ in range(5)]
        quoted = await owner.fetch("SELECT reference, code FROM dossiers WHERE id = ANY ($1)", hidden)
        codes = [text for row in quoted for text in row if text]
        codes += [f"G12.T-{number}" for number in range(CODES - len(codes))]
        names = [f"r{number}" for number in range(MOST_REPEATS)]
        text = (
            f"query ({', '.join(f'${name}: String!' for name in names)})"
            f" {{ {' '.join(f'{name}: dossier(reference: ${name}) {{ id }}' for name in names)} }}"
        )
        found: list[object] = []
        for start in range(0, CODES, MOST_REPEATS):
            batch = codes[start : start + MOST_REPEATS]
            answer = await portal.ask(text, minh, **dict(zip(names, batch, strict=True)))
            found += [one for one in (answer.json().get("data") or {}).values() if one]
        for code in codes:
            answer = await portal.ask(FOUND, minh, r=code)
            found += [one for one in (answer.json().get("data") or {}).values() if one]
            if answer.status_code == TOO_MANY:
                break
        assert found == []
        assert answer.status_code == TOO_MANY
        assert int(answer.headers["retry-after"]) >= 1
        refused = {"kind": "query", "code": "RATE_EXCEEDED"}
        counted = partial(metrics.registry.get_sample_value, "ansinh_requests_total", refused)
        await eventually(lambda: (counted() or 0) >= 1)


async def test_a6_officer_of_another_office_reads_and_accepts_nothing(
    portal: RunningPortal, owner: Connection
) -> None:
    one, other = [await people.an_office(owner) for _ in range(2)]
    thu = await portal.officer(owner, one)
    person = await people.a_participant(owner, office=other)
    dossier = await people.a_dossier(owner, participant=person)
    assert await seen(portal, thu, person, dossier) == {"participant": None, "dossier": None}
    wish = {"idempotencyKey": "k", "dossier": global_id(dossier), "expectedVersion": 1}
    refused = (await portal.told(ACCEPT, thu, input=wish))["acceptDossier"]
    assert (refused["dossier"], [error["code"] for error in refused["errors"]]) == (None, ["NOT_FOUND"])


async def test_a6_after_a_transfer_the_former_office_has_lost_sight_at_the_next_statement(
    portal: RunningPortal, owner: Connection
) -> None:
    one, other = [await people.an_office(owner) for _ in range(2)]
    thu, son = await portal.officer(owner, one), await portal.officer(owner, other)
    person = await people.a_participant(owner, office=one)
    dossier = await people.a_dossier(owner, participant=person)
    both = {"participant": {"id": f"Participant:{person}"}, "dossier": {"id": global_id(dossier)}}
    nothing = {"participant": None, "dossier": None}
    assert await seen(portal, thu, person, dossier) == both
    assert await seen(portal, son, person, dossier) == nothing
    async with portal.line(thu) as line:
        await (await line.follow(dossier)).event()
        async with owner.transaction():
            await owner.execute("UPDATE participants SET office_id = $1 WHERE id = $2", other, person)
            await owner.execute("UPDATE dossiers SET office_id = $1 WHERE id = $2", other, dossier)
            await an_event(owner, dossier, 2)
        since = monotonic()
        assert await seen(portal, thu, person, dossier) == nothing
        assert monotonic() - since < 1
        assert await seen(portal, son, person, dossier) == both
        wish = {"idempotencyKey": "k", "dossier": global_id(dossier), "expectedVersion": 1}
        refused = (await portal.told(ACCEPT, thu, input=wish))["acceptDossier"]
        assert [error["code"] for error in refused["errors"]] == ["NOT_FOUND"]
        # What happened after the transfer is not told: the subscription ends instead.
        ended = await line.hear()
        assert ended["payload"]["errors"][0]["extensions"] == {"code": "NOT_FOUND"}
        assert monotonic() - since < LOOK_AGAIN_S + 1


async def seen(portal: RunningPortal, account: Account, person: UUID, dossier: UUID) -> Any:  # noqa: ANN401 -- JSON
    """What somebody sees of a person and a dossier."""
    text = "query ($p: ID!, $d: ID!) { participant(id: $p) { id } dossier: node(id: $d) { id } }"
    return await portal.told(text, account, p=f"Participant:{person}", d=global_id(dossier))
