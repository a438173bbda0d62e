"""Seeing a number in full: who may, for what, how often, and that the ledger has it before."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from strawberry.types import ExecutionResult

from auth.access_ledger import Witness
from auth.scopes import Scope
from auth.viewer import Viewer
from db import roles
from db.access_ledger import Ledger
from db.events import Listener
from db.pool import Connection, Pool
from domain.reveals import MOST_AN_HOUR
from schema.context import Context
from schema.portal import schema
from tests import people
from tests.conftest import Database
from tests.portal import SIGNATORY, code_of, nothing_spent, portal

REVEAL = """mutation ($input: RevealIdentifierInput!) { act: revealIdentifier(input: $input) {
  number replayed errors { code path } identifier { id masked }
} }"""
OWN, AT_WORK = {"purpose": "OWN_USE"}, {"purpose": "DOSSIER", "caseReference": "G24-261128-0001"}


@pytest.fixture
async def ledger(database: Database) -> AsyncIterator[Ledger]:
    async with Ledger(database.url(roles.API)) as ledger:
        yield ledger


@pytest.fixture
async def office(owner: Connection) -> int:
    return await people.an_office(owner)


@pytest.fixture
def number() -> str:
    return people.a_number()


@pytest.fixture
async def lan(owner: Connection, office: int, number: str) -> Viewer:
    """A person with a number."""
    return people.citizen_of(await people.a_participant(owner, office=office, number=number))


@pytest.fixture
async def identifier(owner: Connection, lan: Viewer) -> UUID:
    """Her number's key."""
    key: UUID = await owner.fetchval(
        "SELECT id FROM identifiers WHERE participant_id = $1", lan.participant_id
    )
    return key


async def revealed(
    pool: Pool, ledger: Ledger, viewer: Viewer, identifier: UUID | str, **wish: object
) -> ExecutionResult:
    context = Context(
        viewer, "en", pool, Listener(""), portal(), people.KEYS, Witness(ledger), SIGNATORY, nothing_spent
    )
    named = f"Identifier:{identifier}" if isinstance(identifier, UUID) else identifier
    result = await schema.execute(
        REVEAL,
        variable_values={"input": {"idempotencyKey": uuid4().hex, "identifier": named, **wish}},
        context_value=context,
    )
    assert isinstance(result, ExecutionResult)
    return result


async def payload(pool: Pool, ledger: Ledger, viewer: Viewer, identifier: UUID | str, **wish: object) -> Any:  # noqa: ANN401 -- JSON
    result = await revealed(pool, ledger, viewer, identifier, **wish)
    assert result.errors is None, result.errors
    assert result.data
    return result.data["act"]


async def looks(owner: Connection, person: Viewer) -> list[dict[str, Any]]:
    rows = await owner.fetch(
        "SELECT reader_kind, principal, purpose, case_reference, fields FROM access_ledger"
        " WHERE subject_id = $1 ORDER BY id",
        person.participant_id,
    )
    return [dict(row) for row in rows]


async def test_a_person_sees_their_number_and_the_ledger_has_it(
    pool: Pool, owner: Connection, ledger: Ledger, lan: Viewer, identifier: UUID, number: str
) -> None:
    shown = await payload(pool, ledger, lan, identifier, **OWN)
    assert shown["number"] == number
    assert shown["identifier"]["masked"].endswith(number[-3:])
    [look] = await looks(owner, lan)
    assert look == {
        "reader_kind": "CITIZEN",
        "principal": lan.principal,
        "purpose": "OWN_USE",
        "case_reference": "",
        "fields": ["Identifier.number"],
    }


async def test_an_officer_names_the_case(
    pool: Pool, owner: Connection, ledger: Ledger, office: int, lan: Viewer, identifier: UUID, number: str
) -> None:
    officer = await people.officer_of(owner, office)
    assert (await payload(pool, ledger, officer, identifier, **AT_WORK))["number"] == number
    [look] = await looks(owner, lan)
    assert (look["reader_kind"], look["case_reference"]) == ("OFFICER", "G24-261128-0001")
    refused = await payload(pool, ledger, officer, identifier, purpose="IDENTITY_CHECK")
    assert refused["errors"] == [{"code": "REVEAL_CASE_MISSING", "path": ["caseReference"]}]
    assert refused["number"] is None


async def test_who_represents_the_person_sees_it(
    pool: Pool, owner: Connection, ledger: Ledger, lan: Viewer, identifier: UUID, number: str
) -> None:
    minh = people.citizen_of(await people.a_participant(owner))
    assert lan.participant_id
    assert minh.participant_id
    mandate = await people.a_mandate(owner, lan.participant_id, minh.participant_id)
    acting = people.representing(lan.participant_id, minh, mandate)
    assert (await payload(pool, ledger, acting, identifier, **OWN))["number"] == number
    await owner.execute(
        "UPDATE mandates SET revoked_at = now(), revoked_by = uuidv4() WHERE id = $1", mandate
    )
    assert (await payload(pool, ledger, acting, identifier, **OWN))["errors"][0]["code"] == "NOT_FOUND"


async def test_nobody_else_sees_it_and_hidden_and_absent_look_the_same(
    pool: Pool, owner: Connection, ledger: Ledger, office: int, lan: Viewer, identifier: UUID
) -> None:
    employer = await people.an_employer(owner, office=office)
    assert lan.participant_id
    await people.an_employment(owner, lan.participant_id, employer)
    not_found = [{"code": "NOT_FOUND", "path": ["identifier"]}]
    elsewhere = await people.officer_of(owner, await people.an_office(owner))
    minh = people.citizen_of(await people.a_participant(owner))
    # Employers see that there is such a number, masked, and never all of it.
    for somebody, wish in (
        (minh, OWN),
        (elsewhere, AT_WORK),
        (await people.acting_for(owner, employer), AT_WORK),
    ):
        told = [await payload(pool, ledger, somebody, named, **wish) for named in (identifier, uuid4())]
        assert [each["errors"] for each in told] == [not_found, not_found]
        assert [each["number"] for each in told] == [None, None]
    assert await looks(owner, lan) == []


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (AT_WORK, "REVEAL_PURPOSE_REFUSED"),
        ({"purpose": "OWN_USE", "caseReference": "x" * 101}, "TEXT_TOO_LONG"),
        ({"purpose": "OWN_USE", "caseReference": "a\u202eb"}, "CHARACTER_REFUSED"),
    ],
)
async def test_wrong_words_are_refused_at_their_place(
    pool: Pool,
    owner: Connection,
    ledger: Ledger,
    lan: Viewer,
    identifier: UUID,
    wish: dict[str, str],
    code: str,
) -> None:
    refused = await payload(pool, ledger, lan, identifier, **wish)
    assert [error["code"] for error in refused["errors"]] == [code]
    assert await looks(owner, lan) == []


async def test_without_the_scope_nothing_is_revealed(
    pool: Pool, ledger: Ledger, lan: Viewer, identifier: UUID
) -> None:
    assert lan.participant_id
    poor = people.citizen_of(lan.participant_id, scopes=people.EVERY_SCOPE - {Scope.IDENTIFIER_REVEAL})
    result = await revealed(pool, ledger, poor, identifier, **OWN)
    assert result.errors
    assert code_of(result.errors[0]) == "SCOPE_MISSING"


async def test_where_the_ledger_is_away_nothing_is_revealed(
    pool: Pool, lan: Viewer, identifier: UUID
) -> None:
    result = await revealed(pool, Ledger(""), lan, identifier, **OWN)
    assert result.data is None
    assert result.errors


async def test_a_replay_shows_it_again_and_is_entered_again(
    pool: Pool, owner: Connection, ledger: Ledger, lan: Viewer, identifier: UUID, number: str
) -> None:
    key = uuid4().hex
    first, again = [await payload(pool, ledger, lan, identifier, **OWN, idempotencyKey=key) for _ in range(2)]
    assert (first["replayed"], again["replayed"]) == (False, True)
    assert first["number"] == again["number"] == number
    assert len(await looks(owner, lan)) == 2
    # What is kept of the key is which number it was, never the number.
    kept = await owner.fetchval("SELECT outcome FROM idempotency_keys WHERE key = $1", key)
    assert kept == str(identifier)


async def test_an_account_sees_so_many_an_hour_however_many_ask_at_once(
    pool: Pool, owner: Connection, ledger: Ledger, lan: Viewer, identifier: UUID
) -> None:
    earlier = datetime.now(UTC) - timedelta(minutes=10)
    await owner.executemany(
        "INSERT INTO reveals (identifier_id, principal, purpose, case_reference, at)"
        " VALUES ($1, $2, 'OWN_USE', '', $3)",
        [(identifier, lan.principal, earlier)] * (MOST_AN_HOUR - 2),
    )
    told = await asyncio.gather(*(payload(pool, ledger, lan, identifier, **OWN) for _ in range(6)))
    codes = sorted(json.dumps([error["code"] for error in each["errors"]]) for each in told)
    assert codes == ['["REVEAL_LIMIT"]'] * 4 + ["[]"] * 2
    await owner.execute("UPDATE reveals SET at = at - interval '2 hours' WHERE principal = $1", lan.principal)
    assert (await payload(pool, ledger, lan, identifier, **OWN))["errors"] == []
