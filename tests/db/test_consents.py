"""To what people say yes: one purpose at a time, in words that are kept, until they take it back."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from auth import policies
from auth.scopes import Scope
from auth.viewer import Viewer
from db import roles
from db.connection import make_pool, transaction
from db.pool import Connection, Pool
from domain import consents as rules
from domain.consents import WORDS, ConsentPurpose
from tests import people
from tests.conftest import Database
from tests.dossier_acts import a_key, codes
from tests.people import EVERY_SCOPE
from tests.portal import ask, code_of, done, execute
from tests.walls import row_security_off

PAYLOAD = """{
  replayed errors { code message path params { name value } }
  consent { id purpose textVersion textVi textEn givenAt withdrawnAt isInForce office { id }
            participant { fullName } givenByMandate { id basis } withdrawnByMandate { id basis } }
}"""
GIVE = "mutation ($input: GiveConsentInput!) { act: giveConsent(input: $input) " + PAYLOAD + "}"
WITHDRAW = "mutation ($input: WithdrawConsentInput!) { act: withdrawConsent(input: $input) " + PAYLOAD + "}"
MINE = "{ viewer { participant { consents { nodes { id purpose isInForce } } } } }"
NOTICES = WORDS[ConsentPurpose.NOTICES]


@pytest.fixture
async def office(owner: Connection) -> int:
    """An office."""
    return await people.an_office(owner)


@pytest.fixture
async def lan(owner: Connection, office: int) -> Viewer:
    """A person."""
    return people.citizen_of(await people.a_participant(owner, office=office, name="Nguyễn Thị Lan"))


async def given(pool: Pool, viewer: Viewer, **more: object) -> Any:  # noqa: ANN401 -- JSON
    """The payload of a consent; `more` is of its input."""
    wish = {"idempotencyKey": a_key(), "purpose": "NOTICES", "textVersion": NOTICES.version, **more}
    return (await done(pool, viewer, GIVE, input=wish))["act"]


async def withdrawn(pool: Pool, viewer: Viewer, consent: str, **more: object) -> Any:  # noqa: ANN401 -- JSON
    """The payload of a withdrawal; `more` is of its input."""
    return (
        await done(pool, viewer, WITHDRAW, input={"idempotencyKey": a_key(), "consent": consent, **more})
    )["act"]


async def consents_of(pool: Pool, viewer: Viewer) -> list[tuple[str, bool]]:
    """What a person said yes to, newest first, and whether it stands."""
    nodes = (await ask(pool, viewer, MINE))["viewer"]["participant"]["consents"]["nodes"]
    return [(node["purpose"], node["isInForce"]) for node in nodes]


def _id(viewer: Viewer) -> UUID:
    assert viewer.participant_id
    return viewer.participant_id


# -------------------------------------------------------------------------------- saying yes ---


async def test_a_person_reads_the_words_says_yes_and_sees_them_kept(
    pool: Pool, owner: Connection, office: int, lan: Viewer
) -> None:
    texts = (await done(pool, lan, "{ consentTexts { purpose version textVi textEn } }"))["consentTexts"]
    assert {text["purpose"] for text in texts} == set(ConsentPurpose)
    read = next(text for text in texts if text["purpose"] == "NOTICES")
    payload = await given(pool, lan, textVersion=read["version"])
    assert payload["errors"] == []
    consent = payload["consent"]
    assert (consent["textVi"], consent["textEn"]) == (read["textVi"], read["textEn"])
    assert (consent["isInForce"], consent["withdrawnAt"]) == (True, None)
    assert (consent["office"]["id"], consent["participant"]["fullName"]) == (
        f"Office:{office}",
        "Nguyễn Thị Lan",
    )
    by = "SELECT given_by FROM consents WHERE participant_id = $1"
    assert await owner.fetchval(by, lan.participant_id) == lan.principal


async def test_silence_is_no_consent_and_one_purpose_is_no_other(pool: Pool, lan: Viewer) -> None:
    assert await consents_of(pool, lan) == []
    await given(pool, lan)
    assert await consents_of(pool, lan) == [("NOTICES", True)]


async def test_who_has_read_other_words_is_asked_to_read_these(pool: Pool, lan: Viewer) -> None:
    refused = await given(pool, lan, textVersion="2019")
    assert refused["consent"] is None
    assert [(error["code"], error["path"], error["params"]) for error in refused["errors"]] == [
        ("CONSENT_WORDS_CHANGED", ["textVersion"], [{"name": "version", "value": NOTICES.version}])
    ]


async def test_to_say_yes_again_changes_nothing(pool: Pool, lan: Viewer) -> None:
    first, again = await given(pool, lan), await given(pool, lan)
    assert again["consent"] == first["consent"]
    assert not again["replayed"]


async def test_newer_words_replace_an_older_consent_which_keeps_its_own(
    pool: Pool, owner: Connection, lan: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = (await given(pool, lan))["consent"]
    newer = replace(NOTICES, version="2031-05", english="I agree to more.")
    monkeypatch.setattr(rules, "WORDS", {**WORDS, ConsentPurpose.NOTICES: newer})
    assert codes(await given(pool, lan)) == ["CONSENT_WORDS_CHANGED"]
    new = (await given(pool, lan, textVersion="2031-05"))["consent"]
    assert new["textEn"] == "I agree to more."
    assert await consents_of(pool, lan) == [("NOTICES", True), ("NOTICES", False)]
    kept = "SELECT text_en FROM consents WHERE id = $1"
    assert await owner.fetchval(kept, UUID(old["id"].partition(":")[2])) == NOTICES.english


async def test_d1_a_consent_under_one_key_or_many_stands_once(
    pool: Pool, owner: Connection, lan: Viewer
) -> None:
    key = a_key()
    same = await asyncio.gather(*(given(pool, lan, idempotencyKey=key) for _ in range(20)))
    assert sorted(payload["replayed"] for payload in same) == [False] + [True] * 19
    others = await asyncio.gather(*(given(pool, lan) for _ in range(20)))
    assert len({payload["consent"]["id"] for payload in (*same, *others)}) == 1
    assert await owner.fetchval("SELECT count(*) FROM consents WHERE participant_id = $1", _id(lan)) == 1


async def test_d4_many_consents_at_once_leave_one(pool: Pool, owner: Connection, lan: Viewer) -> None:
    # From several sign-ins of the same person, whose keys do not meet.
    payloads = await asyncio.gather(*(given(pool, replace(lan, principal=uuid4())) for _ in range(20)))
    assert all(payload["errors"] == [] for payload in payloads)
    assert await owner.fetchval("SELECT count(*) FROM consents WHERE participant_id = $1", _id(lan)) == 1


async def test_the_database_keeps_one_standing_consent_a_purpose(owner: Connection, lan: Viewer) -> None:
    await people.a_consent(owner, _id(lan), is_withdrawn=True)
    await people.a_consent(owner, _id(lan), is_withdrawn=True)
    await people.a_consent(owner, _id(lan))
    with pytest.raises(asyncpg.UniqueViolationError):
        await people.a_consent(owner, _id(lan))


async def test_nobody_else_consents_for_a_person(
    pool: Pool, owner: Connection, office: int, lan: Viewer
) -> None:
    employer = await people.an_employer(owner)
    await people.an_employment(owner, _id(lan), employer)
    friend = people.citizen_of(await people.a_participant(owner))
    mandate = await people.a_mandate(owner, _id(lan), _id(friend))
    for viewer in (
        await people.officer_of(owner, office),
        await people.acting_for(owner, employer),
        people.representing(_id(lan), friend, mandate),
    ):
        assert codes(await given(pool, viewer)) == ["NOT_FOUND"]


# ------------------------------------------------------------------------------- taking back ---


async def test_a_person_takes_it_back_and_what_was_before_stays(
    pool: Pool, owner: Connection, office: int, lan: Viewer
) -> None:
    consent = (await given(pool, lan))["consent"]
    payload = await withdrawn(pool, lan, consent["id"])
    assert payload["errors"] == []
    after = payload["consent"]
    assert (after["isInForce"], after["givenAt"]) == (False, consent["givenAt"])
    assert after["withdrawnAt"] >= consent["givenAt"]
    # Again, it changes nothing; and to say yes anew is a new consent.
    assert (await withdrawn(pool, lan, consent["id"]))["consent"] == after
    assert (await given(pool, lan))["consent"]["id"] != consent["id"]
    assert await consents_of(pool, lan) == [("NOTICES", True), ("NOTICES", False)]
    # The office sees both, to prove them.
    seen = "query ($id: ID!) { node(id: $id) { ... on Consent { textVersion isInForce } } }"
    officer = await people.officer_of(owner, office)
    assert (await ask(pool, officer, seen, id=consent["id"]))["node"] == {
        "textVersion": NOTICES.version,
        "isInForce": False,
    }


async def test_giving_and_withdrawing_at_once_leave_at_most_one(
    pool: Pool, owner: Connection, lan: Viewer
) -> None:
    consent = (await given(pool, lan))["consent"]["id"]
    acts = [given(pool, lan) if number % 2 else withdrawn(pool, lan, consent) for number in range(20)]
    payloads = await asyncio.gather(*acts)
    assert all(payload["errors"] == [] for payload in payloads)
    standing = "SELECT count(*) FROM consents WHERE participant_id = $1 AND withdrawn_at IS NULL"
    assert await owner.fetchval(standing, _id(lan)) <= 1
    first = "SELECT withdrawn_at IS NOT NULL FROM consents WHERE id = $1"
    assert await owner.fetchval(first, UUID(consent.partition(":")[2]))


async def test_nobody_else_takes_it_back(pool: Pool, owner: Connection, office: int, lan: Viewer) -> None:
    consent = (await given(pool, lan))["consent"]["id"]
    stranger = people.citizen_of(await people.a_participant(owner))
    for viewer in (stranger, await people.officer_of(owner, office)):
        assert codes(await withdrawn(pool, viewer, consent)) == ["NOT_FOUND"]
    # What is hidden is refused as what is absent.
    assert codes(await withdrawn(pool, stranger, f"Consent:{uuid4()}")) == ["NOT_FOUND"]
    assert codes(await withdrawn(pool, lan, "Dossier:x")) == ["BAD_ID"]
    assert await consents_of(pool, lan) == [("NOTICES", True)]


async def test_each_act_takes_a_scope(pool: Pool, owner: Connection, lan: Viewer) -> None:
    consent = f"Consent:{await people.a_consent(owner, _id(lan))}"
    for missing in (Scope.CONSENT_GIVE, Scope.CONSENT_READ):
        quiet = replace(lan, scopes=EVERY_SCOPE - {missing})
        for text, wish in (
            (GIVE, {"purpose": "SHARING", "textVersion": WORDS[ConsentPurpose.SHARING].version}),
            (WITHDRAW, {"consent": consent}),
        ):
            result = await execute(pool, quiet, text, input={"idempotencyKey": a_key(), **wish})
            assert result.errors
            assert code_of(result.errors[0]) == "SCOPE_MISSING"


# ------------------------------------------------------------- for whom one has in one's care ---


@dataclass(frozen=True)
class Family:
    """A child, and a parent who acts for it by a mandate."""

    child: UUID
    parent: Viewer
    mandate: UUID

    @property
    def for_child(self) -> Viewer:
        """The parent, for the child."""
        return people.representing(self.child, self.parent, self.mandate)


async def a_family(owner: Connection, office: int, basis: str = "PARENT", **more: Any) -> Family:  # noqa: ANN401 -- of the mandate
    """A child and somebody who may act for it; `basis` says as what."""
    child = await people.a_participant(owner, office=office, name="Nguyễn Gia Bảo")
    parent = people.citizen_of(await people.a_participant(owner, office=office, name="Nguyễn Thị Lan"))
    mandate = await people.a_mandate(owner, child, _id(parent), basis=basis, groups=["PAYMENT"], **more)
    return Family(child, parent, mandate)


@pytest.mark.parametrize("basis", ["PARENT", "GUARDIAN"])
async def test_who_has_a_child_in_their_care_consents_for_it_and_takes_it_back(
    pool: Pool, owner: Connection, office: int, basis: str
) -> None:
    family = await a_family(owner, office, basis)
    payload = await given(pool, family.for_child)
    assert payload["errors"] == []
    by = {"id": f"Mandate:{family.mandate}", "basis": basis}
    consent = payload["consent"]
    assert (consent["givenByMandate"], consent["withdrawnByMandate"]) == (by, None)
    assert consent["participant"]["fullName"] == "Nguyễn Gia Bảo"
    kept = "SELECT given_by, participant_id FROM consents WHERE given_by_mandate_id = $1"
    row = await owner.fetchrow(kept, family.mandate)
    assert (row["given_by"], row["participant_id"]) == (family.parent.principal, family.child)
    # It is the child's, not the parent's own.
    assert await consents_of(pool, family.for_child) == [("NOTICES", True)]
    assert await consents_of(pool, family.parent) == []
    after = (await withdrawn(pool, family.for_child, consent["id"]))["consent"]
    assert (after["isInForce"], after["withdrawnByMandate"]) == (False, by)


@pytest.mark.parametrize("basis", ["AGENT", "HEIR"])
async def test_an_agent_or_an_heir_neither_consents_for_a_person_nor_takes_it_back(
    pool: Pool, owner: Connection, office: int, basis: str
) -> None:
    family = await a_family(owner, office, basis)
    consent = f"Consent:{await people.a_consent(owner, family.child)}"
    assert codes(await given(pool, family.for_child)) == ["NOT_FOUND"]
    assert codes(await withdrawn(pool, family.for_child, consent)) == ["NOT_FOUND"]


@pytest.mark.parametrize(
    "over", [{"valid_to": date(2024, 12, 31)}, {"is_revoked": True}, {"is_accepted": False}]
)
async def test_a_mandate_that_has_ended_or_was_not_accepted_consents_to_nothing(
    pool: Pool, owner: Connection, office: int, over: dict[str, Any]
) -> None:
    family = await a_family(owner, office, **over)
    consent = f"Consent:{await people.a_consent(owner, family.child)}"
    assert codes(await given(pool, family.for_child)) == ["NOT_FOUND"]
    assert codes(await withdrawn(pool, family.for_child, consent)) == ["NOT_FOUND"]


async def test_a_child_that_has_grown_up_takes_back_what_a_parent_gave(
    pool: Pool, owner: Connection, office: int
) -> None:
    family = await a_family(owner, office)
    consent = (await given(pool, family.for_child))["consent"]
    await owner.execute("UPDATE mandates SET valid_to = '2024-12-31' WHERE id = $1", family.mandate)
    grown = people.citizen_of(family.child)
    after = (await withdrawn(pool, grown, consent["id"]))["consent"]
    assert (after["isInForce"], after["withdrawnByMandate"]) == (False, None)
    assert after["givenByMandate"]["id"] == f"Mandate:{family.mandate}"


# --------------------------------------------------------------------- the second wall alone ---

INSERT = (
    "INSERT INTO consents (participant_id, office_id, purpose, text_version, text_vi, text_en, given_at,"
    " given_by, withdrawn_at, withdrawn_by) VALUES ($1, $2, 'SHARING', 'x', 'x', 'x', now(), $3::uuid,"
    " $4::timestamptz, CASE WHEN $4 IS NOT NULL THEN $3 END)"
)
UPDATE = "UPDATE consents SET withdrawn_at = $2, withdrawn_by = $3 WHERE id = $1 RETURNING id"
CHANGED = "UPDATE consents SET withdrawn_by = $2 WHERE id = $1 RETURNING id"
REFUSED = asyncpg.InsufficientPrivilegeError


async def told(pool: Pool, viewer: Viewer, statement: str, *values: object) -> Any:  # noqa: ANN401 -- a value
    """What a bare statement of a viewer's returns."""
    async with transaction(pool, viewer.binding) as connection:
        return await connection.fetchval(statement, *values)


async def test_row_security_alone_lets_nobody_else_consent(
    pool: Pool, owner: Connection, office: int, lan: Viewer
) -> None:
    stranger = await people.a_participant(owner, office=office)
    elsewhere = await people.an_office(owner)
    officer = await people.officer_of(owner, office)
    now = datetime.now(UTC)
    for viewer, person, where, by, until in (
        (lan, stranger, office, lan.principal, None),
        (lan, lan.participant_id, elsewhere, lan.principal, None),
        (lan, lan.participant_id, office, uuid4(), None),
        (lan, lan.participant_id, office, lan.principal, now),
        (officer, lan.participant_id, office, officer.principal, None),
    ):
        with pytest.raises(REFUSED):
            await told(pool, viewer, INSERT, person, where, by, until)
    await told(pool, lan, INSERT, lan.participant_id, office, lan.principal, None)


async def test_row_security_alone_lets_nobody_else_take_it_back(
    pool: Pool, owner: Connection, office: int, lan: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("consents", "may_give_consent_for", "may_withdraw_consent"):
        monkeypatch.setattr(policies, name, policies.everybody)
    consent = await people.a_consent(owner, _id(lan))
    stranger = people.citizen_of(await people.a_participant(owner))
    assert codes(await withdrawn(pool, stranger, f"Consent:{consent}")) == ["NOT_FOUND"]
    now = datetime.now(UTC)
    # An officer sees it, and changes nothing.
    officer = await people.officer_of(owner, office)
    for viewer in (officer, stranger):
        assert await told(pool, viewer, UPDATE, consent, now, viewer.principal) is None
    with pytest.raises(REFUSED):
        await told(pool, lan, UPDATE, consent, now, uuid4())
    assert await told(pool, lan, UPDATE, consent, now, lan.principal) == consent
    # What is withdrawn stays so.
    assert await told(pool, lan, UPDATE, consent, None, None) is None
    assert await told(pool, lan, CHANGED, consent, lan.principal) is None


INSERT_FOR = (
    "INSERT INTO consents (participant_id, office_id, purpose, text_version, text_vi, text_en, given_at,"
    " given_by, given_by_mandate_id) VALUES ($1, $2, 'SHARING', 'x', 'x', 'x', now(), $3, $4) RETURNING true"
)
UPDATE_FOR = (
    "UPDATE consents SET withdrawn_at = now(), withdrawn_by = $2, withdrawn_by_mandate_id = $3"
    " WHERE id = $1 RETURNING true"
)


async def test_row_security_alone_lets_only_who_has_a_child_in_their_care_consent_by_their_mandate(
    pool: Pool, owner: Connection, office: int
) -> None:
    family = await a_family(owner, office)
    others = [
        await a_family(owner, office, "AGENT"),
        await a_family(owner, office, "HEIR"),
        await a_family(owner, office, valid_to=date(2024, 12, 31)),
        await a_family(owner, office, is_revoked=True),
    ]
    parent = family.parent
    for viewer, child, mandate in (
        (family.for_child, family.child, None),
        (family.for_child, family.child, others[0].mandate),
        (family.for_child, others[0].child, family.mandate),
        (family.for_child, _id(parent), family.mandate),
        (parent, family.child, family.mandate),
        (parent, _id(parent), family.mandate),
        *((other.for_child, other.child, other.mandate) for other in others),
    ):
        with pytest.raises(REFUSED):
            await told(pool, viewer, INSERT_FOR, child, office, viewer.principal, mandate)
    assert await told(
        pool, family.for_child, INSERT_FOR, family.child, office, parent.principal, family.mandate
    )
    consent = await people.a_consent(owner, family.child)
    for viewer, mandate in ((family.for_child, None), (family.for_child, others[0].mandate)):
        with pytest.raises(REFUSED):
            await told(pool, viewer, UPDATE_FOR, consent, viewer.principal, mandate)
    for other in others:
        hers = await people.a_consent(owner, other.child)
        values = (hers, other.parent.principal, other.mandate)
        assert await told(pool, other.for_child, UPDATE_FOR, *values) is None
    # Of what one sees oneself, too, no wall lets another's mandate be named.
    assert await told(pool, family.for_child, UPDATE_FOR, consent, parent.principal, family.mandate)


@pytest.mark.parametrize("basis", ["PARENT", "AGENT"])
async def test_behind_the_first_wall_alone_only_who_has_a_child_in_their_care_consents(
    database: Database, basis: str
) -> None:
    async with (
        row_security_off(database, "consents") as bare,
        make_pool(bare.url(roles.API), size=2, name="tests") as pool,
    ):
        owner = await asyncpg.connect(bare.url(roles.OWNER))
        family = await a_family(owner, await people.an_office(owner), basis)
        await owner.close()
        assert codes(await given(pool, family.for_child)) == ([] if basis == "PARENT" else ["NOT_FOUND"])


@pytest.mark.parametrize("statement", ["DELETE FROM consents", "UPDATE consents SET text_vi = 'x'"])
async def test_nothing_of_a_consent_is_deleted_or_reworded(pool: Pool, lan: Viewer, statement: str) -> None:
    with pytest.raises(REFUSED):
        await told(pool, lan, statement)
