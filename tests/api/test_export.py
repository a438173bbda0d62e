"""A person takes with them everything that is held about them, signed, and nobody else's."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from api import export as door
from api.export import EXPORT, KEYS, KIND
from auth.scopes import Scope
from auth.viewer import ViewerKind
from db.metadata import metadata
from db.pool import Connection, Pool
from domain.data_requests import EXPORT_PURPOSE
from schema import export as pages
from schema.export import Export, export_of
from schema.limits import Rate
from tests import people
from tests.api.conftest import Account, RunningPortal, a_session, cookie, running_portal
from tests.conftest import Database
from tests.portal import portal as translator


async def asked(portal: RunningPortal, account: Account | None, **headers: str) -> httpx2.Response:
    """The answer to whoever asks for everything about themself."""
    shown = account.shown("GET") if account else {}
    return await portal.http.get(
        f"{portal.url}{EXPORT}", headers={"Accept-Language": "en", **shown, **headers}
    )


async def checked(portal: RunningPortal, text: str) -> jwt.Token:
    """What a text says, to somebody who knows the published keys and nothing else."""
    keys = KeySet.import_key_set((await portal.http.get(f"{portal.url}{KEYS}")).json())
    registry = JWSRegistry(algorithms=["ES256"])
    registry.max_payload_length = len(text)
    return jwt.decode(text, keys, registry=registry)


async def told(portal: RunningPortal, account: Account) -> Any:  # noqa: ANN401 -- JSON
    """The data of somebody's export."""
    response = await asked(portal, account)
    assert response.status_code == 200, response.text
    return (await checked(portal, response.text)).claims["data"]


def code_of(response: httpx2.Response) -> str:
    """Why nothing was given."""
    [error] = response.json()["errors"]
    return str(error["extensions"]["code"])


@pytest.fixture
async def office(owner: Connection) -> int:
    """An office."""
    return await people.an_office(owner)


@pytest.fixture
async def lan(portal: RunningPortal, owner: Connection, office: int) -> Account:
    """Somebody about whom the agency holds one of everything."""
    account = await portal.citizen(owner, office=office)
    await everything(owner, _id(account), await people.an_employer(owner, office=office))
    return account


def _id(account: Account) -> UUID:
    assert account.participant
    return account.participant


async def everything(owner: Connection, person: UUID, employer: UUID) -> None:
    """One of everything about a person."""
    await people.an_employment(owner, person, employer)
    service = await people.a_service(owner)
    await people.a_dossier(owner, participant=person, service=service)
    await people.a_dossier(owner, participant=person, employer=employer, service=service)
    await people.a_mandate(owner, person, await people.a_participant(owner))
    await people.a_consent(owner, person)
    await people.a_data_request(owner, person)
    await people.a_membership(
        owner, await people.a_household(owner, office=await people.an_office(owner)), person
    )
    await people.a_health_card(owner, person)
    await people.a_health_copayment(owner, person)
    await people.a_benefit(owner, person)
    await people.a_certificate(owner, person)
    await owner.execute(
        "INSERT INTO contributions (participant_id, employer_id, scheme, from_month, base)"
        " VALUES ($1, $2, 'COMPULSORY', '2020-01-01', 5000000)",
        person,
        employer,
    )
    await owner.execute(
        "INSERT INTO employer_arrears (employer_id, month, fund, due_on)"
        " VALUES ($1, '2026-01-01', 'HEALTH', '2026-02-28') ON CONFLICT DO NOTHING",
        employer,
    )
    await people.a_look(owner, person)
    await people.a_notice(owner, person, employer)


# ------------------------------------------------------------------------- what is in it ---


async def test_a_person_is_given_everything_that_the_schema_shows_of_them(
    portal: RunningPortal, lan: Account
) -> None:
    person = (await told(portal, lan))["participant"]
    assert person["id"] == f"Participant:{lan.participant}"
    assert {name for name, rows in person.items() if isinstance(rows, list) and not rows} == set()
    assert len(person["dossiers"]) == 2
    assert all(dossier["events"] for dossier in person["dossiers"])
    [number] = person["identifiers"]
    assert lan.persona.personal_number not in json.dumps(person)
    assert number["masked"].endswith(str(lan.persona.personal_number)[-3:])


async def test_every_list_is_followed_to_its_end(
    portal: RunningPortal, owner: Connection, lan: Account
) -> None:
    service = await people.a_service(owner)
    for _ in range(pages.PAGE):
        await people.a_dossier(owner, participant=_id(lan), service=service)
        await people.a_look(owner, _id(lan))
    person = (await told(portal, lan))["participant"]
    for listed, most in (("dossiers", pages.PAGE + 2), ("accessLog", pages.PAGE + 1)):
        keys = [row["id"] for row in person[listed]]
        assert len(keys) >= most
        assert len(set(keys)) == len(keys)


async def test_nothing_of_whoever_shares_household_employer_and_office_is_in_it(
    portal: RunningPortal, owner: Connection, office: int
) -> None:
    employer, service = await people.an_employer(owner, office=office), await people.a_service(owner)
    lan, minh = [await portal.citizen(owner, office=office) for _ in range(2)]
    household = await owner.fetchval(
        "INSERT INTO households (code, office_id, address) VALUES ($1, $2, 'Ngõ thử') RETURNING id",
        f"{secrets.randbelow(10**10):010}",
        office,
    )
    for account in (lan, minh):
        await owner.execute(
            "UPDATE participants SET household_id = $2, full_name = $3 WHERE id = $1",
            account.participant,
            household,
            f"Người {account.persona.subject}",
        )
        await everything(owner, _id(account), employer)
        await people.a_dossier(owner, participant=_id(account), employer=employer, service=service)
    hers, his = [await told(portal, account) for account in (lan, minh)]
    assert lan.persona.subject in hers["participant"]["fullName"]
    # What their employer owes for a month, it owes for both.
    shared = {key for key in keys_of(hers) & keys_of(his) if not key.startswith("UnpaidContribution:")}
    assert shared == set()
    for own, other in ((hers, minh), (his, lan)):
        text = json.dumps(own, ensure_ascii=False)
        assert str(other.participant) not in text
        assert other.persona.subject not in text


def keys_of(data: Any) -> set[str]:  # noqa: ANN401 -- JSON
    """The identifiers of what is somebody's."""
    nobodys = ("Employer:", "Office:", "Service")
    if isinstance(data, list):
        return {key for each in data for key in keys_of(each)}
    if not isinstance(data, dict):
        return set()
    own = {key for key in [data.get("id", "")] if key and not key.startswith(nobodys)}
    return own | {key for each in data.values() for key in keys_of(each)}


async def test_what_is_withheld_of_the_ledger_stays_withheld(
    portal: RunningPortal, owner: Connection, lan: Account
) -> None:
    hidden = await people.a_look(owner, _id(lan), withheld_until=date(2999, 1, 1))
    log = (await told(portal, lan))["participant"]["accessLog"]
    assert f"AccessEntry:{hidden}" not in {entry["id"] for entry in log}
    assert log


async def test_the_ledger_keeps_that_it_was_given(portal: RunningPortal, lan: Account) -> None:
    await told(portal, lan)
    log = (await told(portal, lan))["participant"]["accessLog"]
    [given] = [
        entry for entry in log if "Participant.fullName" in {field["name"] for field in entry["fields"]}
    ]
    assert (given["right"], given["readerKind"], given["purpose"]) == ("OWN", "CITIZEN", EXPORT_PURPOSE)


# -------------------------------------------------------- nothing of the schema is forgotten ---


@pytest.fixture(scope="module")
def whole() -> Export:
    """The export of the portal's schema."""
    return export_of(translator().catalogue)


def test_every_type_that_is_somebodys_is_in_it(whole: Export) -> None:
    somebodys = {name for name, entity in translator().catalogue.entities.items() if entity.about}
    assert somebodys <= set(whole.lists)
    assert "Session" in whole.lists


def test_every_table_that_names_a_person_is_in_it_or_said_not_to_be(whole: Export) -> None:
    entities = translator().catalogue.entities
    exported = {str(entity.table) for name, entity in entities.items() if name in whole.lists}
    naming = {
        table.name
        for table in metadata.tables.values()
        for column in table.columns
        if column.name in {"participant_id", "subject_id"}
    }
    assert naming - exported == set(pages.NOT_INCLUDED)


def test_every_field_of_what_is_somebodys_is_in_it(whole: Export) -> None:
    catalogue = translator().catalogue
    ours = {
        f"{name}.{field}"
        for name, entity in catalogue.entities.items()
        if entity.about
        for field in catalogue.schema.type_map[name].fields  # type: ignore[attr-defined]
    }
    assert {field for field in ours - set(whole.fields) if not field.endswith(".accessRight")} == set()


def test_a_type_that_is_added_is_in_it_unasked(whole: Export, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = translator().catalogue.schema.type_map["Participant"].fields  # type: ignore[attr-defined]
    monkeypatch.setitem(fields, "papers", fields["dossiers"])
    monkeypatch.setitem(
        translator().catalogue.declarations,  # type: ignore[arg-type]
        ("Participant", "papers"),
        translator().catalogue.declarations["Participant", "dossiers"],
    )
    added = export_of(translator().catalogue)
    assert [each.field for each in added.lists["Participant"]] == [
        *(each.field for each in whole.lists["Participant"]),
        "papers",
    ]
    assert "Participant.papers" in added.fields


# ------------------------------------------------------------------------- whose it is ---


async def test_who_has_not_signed_in_is_asked_to(portal: RunningPortal) -> None:
    response = await asked(portal, None)
    assert (response.status_code, code_of(response)) == (401, "NOT_SIGNED_IN")
    assert response.headers["www-authenticate"] == 'Bearer realm="ansinh"'


async def test_an_officer_and_a_parent_are_given_nobodys(
    portal: RunningPortal, owner: Connection, office: int, lan: Account
) -> None:
    officer = await portal.officer(owner, office)
    child = await people.a_participant(owner, office=office)
    mandate = await people.a_mandate(owner, child, _id(lan), basis="PARENT")
    acting = {"Ansinh-Acting-For": f"Mandate:{mandate}"}
    for response in (await asked(portal, officer), await asked(portal, lan, **acting)):
        assert (response.status_code, code_of(response)) == (403, "EXPORT_OWN_ONLY")


async def test_whoever_signed_in_at_a_low_level_is_told_the_way_up(
    portal: RunningPortal, pool: Pool, owner: Connection
) -> None:
    weak = await portal.citizen(owner, acr="1")
    response = await asked(portal, weak)
    assert (response.status_code, code_of(response)) == (401, "STEP_UP_REQUIRED")
    assert 'acr_values="2 3"' in response.headers["www-authenticate"]
    browser = cookie(await a_session(pool, weak.participant, assurance=1))
    [error] = (await asked(portal, None, **browser)).json()["errors"]
    assert error["extensions"] == {"code": "STEP_UP_REQUIRED", "level": 2, "signIn": "/sign-in?level=2"}


async def test_a_token_without_one_of_the_scopes_is_given_nothing(
    portal: RunningPortal, owner: Connection
) -> None:
    scope = " ".join(set(Scope) - {Scope.CONSENT_READ})
    response = await asked(portal, await portal.citizen(owner, scope=scope))
    assert (response.status_code, code_of(response)) == (403, "SCOPE_MISSING")
    assert "consent:read" in response.json()["errors"][0]["message"]


async def test_a_browser_is_given_a_file_that_nobody_keeps(
    portal: RunningPortal, pool: Pool, lan: Account
) -> None:
    response = await asked(portal, None, **cookie(await a_session(pool, lan.participant)))
    assert response.headers["content-type"] == "application/jwt"
    assert response.headers["content-disposition"].startswith("attachment;")
    assert response.headers["cache-control"] == "no-store"
    data = (await checked(portal, response.text)).claims["data"]
    assert [session["isAsking"] for session in data["sessions"]] == [True]


# ------------------------------------------------------------------------- whose word it is ---


async def test_it_says_by_whom_about_whom_when_and_what_it_is(portal: RunningPortal, lan: Account) -> None:
    token = await checked(portal, (await asked(portal, lan)).text)
    assert (token.header["typ"], token.header["alg"]) == (KIND, "ES256")
    assert (token.claims["iss"], token.claims["sub"]) == (portal.url, f"Participant:{lan.participant}")
    assert token.claims["request"] == "ACCESS"
    assert token.claims["notIncluded"] == list(pages.NOT_INCLUDED)
    assert isinstance(token.claims["iat"], int)


async def test_a_text_that_was_changed_does_not_hold(portal: RunningPortal, lan: Account) -> None:
    text = (await asked(portal, lan)).text
    header, payload, signature = text.split(".")
    other = (await asked(portal, lan)).text.split(".")
    for changed in (
        f"{header}.{payload[:-6]}{'A' if payload[-6] != 'A' else 'B'}{payload[-5:]}.{signature}",
        f"{header}.{other[1]}.{signature}",
    ):
        with pytest.raises(BadSignatureError):
            await checked(portal, changed)


async def test_the_published_keys_are_not_the_providers_and_tell_no_secret(portal: RunningPortal) -> None:
    response = await portal.http.get(f"{portal.url}{KEYS}")
    [key] = response.json()["keys"]
    assert {"d", "k"} & set(key) == set()
    assert (key["kty"], key["crv"], key["use"], key["alg"]) == ("EC", "P-256", "sig", "ES256")
    provider = (await portal.http.get(f"{portal.url}/provider/jwks")).json()["keys"]
    assert key["kid"] not in {each["kid"] for each in provider}
    assert response.headers["access-control-allow-origin"] == "*"


async def test_the_newest_key_signs_and_the_older_ones_still_check(
    database: Database, owner: Connection, tmp_path: Path
) -> None:
    old, new = secrets.token_bytes(32), secrets.token_bytes(32)
    async with running_portal(database.url, tmp_path / "one", signing_keys=(old,)) as before:
        kept = (await asked(before, await before.citizen(owner))).text
    async with running_portal(database.url, tmp_path / "two", signing_keys=(new, old)) as after:
        fresh = (await asked(after, await after.citizen(owner))).text
        kids = [(await checked(after, text)).header["kid"] for text in (fresh, kept)]
        published = (await after.http.get(f"{after.url}{KEYS}")).json()["keys"]
        assert kids == [key["kid"] for key in published]
    async with running_portal(database.url, tmp_path / "three", signing_keys=(new,)) as last:
        with pytest.raises(InvalidKeyIdError):
            await checked(last, kept)


# ------------------------------------------------------------------------- what it costs ---


@pytest.fixture
async def narrow(database: Database, tmp_path: Path) -> AsyncIterator[RunningPortal]:
    """A portal at which a citizen may spend little."""
    rates = {kind: Rate(capacity=2_000, restore_rate=1) for kind in ViewerKind}
    async with running_portal(database.url, tmp_path, rates=rates) as portal:
        yield portal


async def test_whoever_was_let_begin_may_finish_and_pays_for_it_afterwards(
    narrow: RunningPortal, owner: Connection
) -> None:
    lan = await narrow.citizen(owner)
    await everything(owner, _id(lan), await people.an_employer(owner))
    assert (await asked(narrow, lan)).status_code == 200
    response = await asked(narrow, lan)
    assert (response.status_code, code_of(response)) == (429, "RATE_EXCEEDED")
    assert int(response.headers["retry-after"]) > 100


async def test_nobody_is_given_two_at_once(portal: RunningPortal, lan: Account) -> None:
    answered = await asyncio.gather(*(asked(portal, lan) for _ in range(5)))
    assert sorted(response.status_code for response in answered) == [200, 503, 503, 503, 503]
    assert (await asked(portal, lan)).status_code == 200


async def test_what_has_no_end_is_refused(
    portal: RunningPortal, lan: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "MOST_PAGES", 5)
    response = await asked(portal, lan)
    assert (response.status_code, code_of(response)) == (422, "EXPORT_TOO_LARGE")


async def test_an_account_without_a_record_is_given_its_sessions(portal: RunningPortal, pool: Pool) -> None:
    response = await asked(portal, None, **cookie(await a_session(pool)))
    claims = (await checked(portal, response.text)).claims
    assert claims["data"]["participant"] is None
    assert len(claims["data"]["sessions"]) == 1
    assert UUID(claims["sub"])
