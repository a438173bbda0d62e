"""Acting for others: who sets it up, who accepts and ends it, and what is done by it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from auth.mandates import MandateRefused, Mandates
from auth.scopes import Scope
from auth.viewer import Viewer, ViewerKind
from db.pool import Connection, Pool
from domain.mandates import last_day_as_minor
from domain.refusals import StepUpRequired
from domain.working_calendar import date_in_vietnam
from tests import people
from tests.dossier_acts import a_key, accepted, codes, submitted, withdrawn
from tests.portal import ask, done

PAYLOAD = """{
  replayed errors { code path }
  mandate { id basis representedName representativeName serviceGroups minimumAssurance validFrom validTo
            evidence acceptedAt revokedAt isInForce }
}"""
GIVE = "mutation ($input: GiveMandateInput!) { act: giveMandate(input: $input) " + PAYLOAD + "}"
RECORD = "mutation ($input: RecordMandateInput!) { act: recordMandate(input: $input) " + PAYLOAD + "}"
ACCEPT = "mutation ($input: MandateInput!) { act: acceptMandate(input: $input) " + PAYLOAD + "}"
REVOKE = "mutation ($input: MandateInput!) { act: revokeMandate(input: $input) " + PAYLOAD + "}"
ACTING_FOR = "{ viewer { actingFor { nodes { id representedName } } } }"
REVOKED = "UPDATE mandates SET revoked_at = now(), revoked_by = uuidv4() WHERE id = $1"
TODAY = date_in_vietnam(datetime.now(UTC))
DAY = timedelta(days=1)
# The first of a month is in every year.
CHILD, GROWN, OLD = (TODAY.replace(year=TODAY.year - years, day=1) for years in (9, 30, 90))


async def act(pool: Pool, viewer: Viewer, text: str, **wish: object) -> Any:  # noqa: ANN401 -- JSON
    """The payload of an act."""
    return (await done(pool, viewer, text, input={"idempotencyKey": a_key(), **wish}))["act"]


async def acting(pool: Pool, by: Viewer, mandate: str) -> Viewer:
    """Whom the door makes of a person who names a mandate."""
    return await Mandates(pool).assumed(by, mandate)


@pytest.fixture
async def office(owner: Connection) -> int:
    """An office."""
    return await people.an_office(owner)


@pytest.fixture
async def mother(owner: Connection, office: int) -> Viewer:
    """A person."""
    return people.citizen_of(await people.a_participant(owner, office=office, name="Nguyễn Thị Mẹ"))


@pytest.fixture
async def friend(owner: Connection) -> Viewer:
    """Another person, of another office."""
    return people.citizen_of(await people.a_participant(owner, name="Trần Văn Bạn"))


async def a_child(owner: Connection, office: int, *, born: date) -> UUID:
    child = await people.a_participant(owner, office=office, name="Phạm Thị Con")
    await owner.execute("UPDATE participants SET birth_date = $2 WHERE id = $1", child, born)
    return child


# --------------------------------------------------------------------------- an agent ---


async def test_a_person_appoints_an_agent_who_accepts_and_acts(
    pool: Pool, mother: Viewer, friend: Viewer
) -> None:
    wish = {"representative": f"Participant:{friend.participant_id}", "serviceGroups": ["BENEFITS"]}
    given = await act(pool, mother, GIVE, **wish)
    mandate = given["mandate"]
    assert mandate["basis"] == "AGENT"
    assert mandate["representedName"] == "Nguyễn Thị Mẹ"
    assert (mandate["representativeName"], mandate["isInForce"]) == (None, False)
    with pytest.raises(MandateRefused):
        await acting(pool, friend, mandate["id"])

    took = (await act(pool, friend, ACCEPT, mandate=mandate["id"]))["mandate"]
    assert (took["representativeName"], took["isInForce"]) == (friend.name, True)
    [choice] = (await ask(pool, friend, ACTING_FOR))["viewer"]["actingFor"]["nodes"]
    assert choice == {"id": mandate["id"], "representedName": "Nguyễn Thị Mẹ"}

    viewer = await acting(pool, friend, choice["id"])
    assert (viewer.kind, viewer.participant_id) == (ViewerKind.REPRESENTATIVE, mother.participant_id)
    page = "{ viewer { kind mandate { id } participant { fullName employments { totalCount } } } }"
    assert (await ask(pool, viewer, page))["viewer"] == {
        "kind": "REPRESENTATIVE",
        "mandate": {"id": mandate["id"]},
        "participant": {"fullName": "Nguyễn Thị Mẹ", "employments": {"totalCount": 0}},
    }


async def test_whoever_accepts_twice_has_accepted_once(
    pool: Pool, owner: Connection, mother: Viewer, friend: Viewer
) -> None:
    mandate = await people.a_mandate(owner, _id(mother), _id(friend), is_accepted=False)
    first = await act(pool, friend, ACCEPT, mandate=f"Mandate:{mandate}")
    again = await act(pool, friend, ACCEPT, mandate=f"Mandate:{mandate}")
    assert first["mandate"]["acceptedAt"] == again["mandate"]["acceptedAt"]


async def test_what_is_over_is_accepted_no_more(
    pool: Pool, owner: Connection, mother: Viewer, friend: Viewer
) -> None:
    revoked = await people.a_mandate(owner, _id(mother), _id(friend), is_accepted=False, is_revoked=True)
    ended = await people.a_mandate(owner, _id(mother), _id(friend), is_accepted=False, valid_to=TODAY - DAY)
    assert codes(await act(pool, friend, ACCEPT, mandate=f"Mandate:{ended}")) == ["MANDATE_OVER"]
    # The second wall hides from changes what is revoked; either way it is refused.
    assert codes(await act(pool, friend, ACCEPT, mandate=f"Mandate:{revoked}"))[0] in {
        "MANDATE_OVER",
        "NOT_FOUND",
    }


async def test_nobody_else_accepts(pool: Pool, owner: Connection, mother: Viewer, friend: Viewer) -> None:
    mandate = await people.a_mandate(owner, _id(mother), _id(friend), is_accepted=False)
    stranger = people.citizen_of(await people.a_participant(owner))
    for somebody in (mother, stranger):
        assert codes(await act(pool, somebody, ACCEPT, mandate=f"Mandate:{mandate}")) == ["NOT_FOUND"]


async def test_nobody_learns_whether_a_representative_is_there(pool: Pool, mother: Viewer) -> None:
    given = await act(pool, mother, GIVE, representative=f"Participant:{uuid4()}", serviceGroups=["BENEFITS"])
    assert given["errors"] == []
    assert given["mandate"]["representativeName"] is None


@pytest.mark.parametrize(
    ("more", "code", "path"),
    [
        ({"representative": "Participant:x"}, "BAD_ID", ["representative"]),
        ({"representative": f"Dossier:{uuid4()}"}, "BAD_ID", ["representative"]),
        ({"serviceGroups": []}, "MANDATE_GROUPS_MISSING", ["serviceGroups"]),
        ({"minimumAssurance": 0}, "MANDATE_LEVEL_REFUSED", ["minimumAssurance"]),
        ({"minimumAssurance": 4}, "MANDATE_LEVEL_REFUSED", ["minimumAssurance"]),
        ({"minimumAssurance": -(2**31)}, "MANDATE_LEVEL_REFUSED", ["minimumAssurance"]),
        ({"validTo": str(TODAY - DAY)}, "MANDATE_PERIOD_REFUSED", ["validTo"]),
        (
            {"validFrom": str(TODAY + 2 * DAY), "validTo": str(TODAY + DAY)},
            "MANDATE_PERIOD_REFUSED",
            ["validTo"],
        ),
    ],
)
async def test_what_is_no_mandate_is_refused_at_its_place(
    pool: Pool, mother: Viewer, more: dict[str, object], code: str, path: list[str]
) -> None:
    wish = {"representative": f"Participant:{uuid4()}", "serviceGroups": ["BENEFITS"], **more}
    refused = await act(pool, mother, GIVE, **wish)
    assert refused["mandate"] is None
    assert refused["errors"] == [{"code": code, "path": path}]


async def test_nobody_appoints_themself(pool: Pool, mother: Viewer) -> None:
    refused = await act(
        pool, mother, GIVE, representative=f"Participant:{mother.participant_id}", serviceGroups=["PAYMENT"]
    )
    assert codes(refused) == ["MANDATE_TO_ONESELF"]


@pytest.mark.parametrize("who", ["the person", "the representative", "an officer"])
async def test_who_ends_a_mandate(
    pool: Pool, owner: Connection, office: int, mother: Viewer, friend: Viewer, who: str
) -> None:
    mandate = await people.a_mandate(owner, _id(mother), _id(friend))
    somebody = {
        "the person": mother,
        "the representative": friend,
        "an officer": await people.officer_of(owner, office),
    }[who]
    before = await acting(pool, friend, f"Mandate:{mandate}")
    assert (await ask(pool, before, "{ participants { totalCount } }"))["participants"]["totalCount"] == 1
    assert (await act(pool, somebody, REVOKE, mandate=f"Mandate:{mandate}"))["mandate"]["revokedAt"]
    # The next statement knows, even of whoever the door still takes for a representative.
    assert (await ask(pool, before, "{ participants { totalCount } }"))["participants"]["totalCount"] == 0
    with pytest.raises(MandateRefused):
        await acting(pool, friend, f"Mandate:{mandate}")


async def test_nobody_else_ends_a_mandate(
    pool: Pool, owner: Connection, mother: Viewer, friend: Viewer
) -> None:
    mandate = await people.a_mandate(owner, _id(mother), _id(friend))
    by_law = await people.a_mandate(owner, _id(mother), _id(friend), basis="GUARDIAN")
    elsewhere = await people.officer_of(owner, await people.an_office(owner))
    stranger = people.citizen_of(await people.a_participant(owner))
    for somebody in (elsewhere, stranger):
        assert codes(await act(pool, somebody, REVOKE, mandate=f"Mandate:{mandate}")) == ["NOT_FOUND"]
    # A ward does not dismiss the guardian.
    assert codes(await act(pool, mother, REVOKE, mandate=f"Mandate:{by_law}")) == ["NOT_FOUND"]


# ------------------------------------------------------------------- parents, guardians, heirs ---


async def test_an_officer_records_a_parent_until_the_child_is_of_age(
    pool: Pool, owner: Connection, office: int, mother: Viewer
) -> None:
    child = await a_child(owner, office, born=CHILD)
    recorded = await act(
        pool,
        await people.officer_of(owner, office),
        RECORD,
        basis="PARENT",
        participant=f"Participant:{child}",
        representative=f"Participant:{mother.participant_id}",
        serviceGroups=["BENEFITS", "HEALTH_INSURANCE"],
        evidence="Giấy khai sinh số 12/2019",
    )
    assert recorded["mandate"]["validTo"] == str(last_day_as_minor(CHILD))
    await act(pool, mother, ACCEPT, mandate=recorded["mandate"]["id"])
    viewer = await acting(pool, mother, recorded["mandate"]["id"])
    assert (await ask(pool, viewer, "{ viewer { participant { fullName } } }"))["viewer"]["participant"] == {
        "fullName": "Phạm Thị Con"
    }


@pytest.mark.parametrize(
    ("born", "died_on", "more", "code"),
    [
        (GROWN, None, {"basis": "PARENT"}, "NOT_A_MINOR"),
        (
            CHILD,
            None,
            {"basis": "PARENT", "validTo": "2099-01-01"},
            "NOT_A_MINOR",
        ),
        (GROWN, None, {"basis": "HEIR"}, "NOT_DECEASED"),
        (GROWN, None, {"basis": "AGENT"}, "MANDATE_BASIS_REFUSED"),
        (GROWN, None, {"basis": "GUARDIAN", "evidence": ""}, "TEXT_MISSING"),
        (OLD, TODAY - DAY, {"basis": "HEIR"}, None),
        (GROWN, None, {"basis": "GUARDIAN"}, None),
    ],
)
async def test_what_an_officer_may_record(
    pool: Pool,
    owner: Connection,
    office: int,
    mother: Viewer,
    born: date,
    died_on: date | None,
    more: dict[str, object],
    code: str | None,
) -> None:
    person = await a_child(owner, office, born=born)
    await owner.execute("UPDATE participants SET died_on = $2 WHERE id = $1", person, died_on)
    recorded = await act(
        pool,
        await people.officer_of(owner, office),
        RECORD,
        **{
            "participant": f"Participant:{person}",
            "representative": f"Participant:{mother.participant_id}",
            "serviceGroups": ["BENEFITS"],
            "evidence": "Giấy tờ",
            **more,
        },
    )
    assert codes(recorded) == ([code] if code else [])


async def test_officers_of_another_office_record_nothing(
    pool: Pool, owner: Connection, office: int, mother: Viewer
) -> None:
    child = await a_child(owner, office, born=CHILD)
    elsewhere = await people.officer_of(owner, await people.an_office(owner))
    refused = await act(
        pool,
        elsewhere,
        RECORD,
        basis="PARENT",
        participant=f"Participant:{child}",
        representative=f"Participant:{mother.participant_id}",
        serviceGroups=["BENEFITS"],
        evidence="Giấy khai sinh",
    )
    assert refused["errors"] == [{"code": "NOT_FOUND", "path": ["participant"]}]


@pytest.mark.parametrize(
    ("born", "last"),
    [
        (date(2008, 11, 29), date(2026, 11, 28)),
        (date(2008, 2, 29), date(2026, 2, 28)),
        (date(2009, 1, 1), date(2026, 12, 31)),
        (date(2008, 3, 1), date(2026, 2, 28)),
    ],
)
def test_the_last_day_as_a_minor_is_the_eve_of_the_18th_birthday(born: date, last: date) -> None:
    assert last_day_as_minor(born) == last


# -------------------------------------------------------------------------- what is done by it ---


async def test_an_event_keeps_who_acted_and_for_whom(
    pool: Pool, owner: Connection, office: int, mother: Viewer, friend: Viewer
) -> None:
    mandate = await people.a_mandate(owner, _id(mother), _id(friend), groups=["BENEFITS"])
    viewer = await acting(pool, friend, f"Mandate:{mandate}")
    service = await people.a_service(owner)
    filed = await submitted(pool, viewer, service)
    assert filed["errors"] == []
    row = await owner.fetchrow(
        "SELECT actor, actor_kind, mandate_id, participant_id FROM dossier_events"
        " WHERE dossier_id = $1 AND seq = 1",
        UUID(filed["dossier"]["id"].partition(":")[2]),
    )
    assert dict(row) == {
        "actor": friend.principal,
        "actor_kind": "REPRESENTATIVE",
        "mandate_id": mandate,
        "participant_id": mother.participant_id,
    }
    shown = """query ($id: ID!) { node(id: $id) { ... on Dossier {
      participant { fullName }
      events { nodes { actorKind mandate { id representativeName }
                       onBehalfOf { __typename ... on Participant { fullName } } } } } } }"""
    whole = {
        "participant": {"fullName": "Nguyễn Thị Mẹ"},
        "events": {
            "nodes": [
                {
                    "actorKind": "REPRESENTATIVE",
                    "mandate": {"id": f"Mandate:{mandate}", "representativeName": "Trần Văn Bạn"},
                    "onBehalfOf": {"__typename": "Participant", "fullName": "Nguyễn Thị Mẹ"},
                }
            ]
        },
    }
    # The person herself, the representative, and the office see the same.
    for somebody in (mother, viewer, await people.officer_of(owner, office)):
        assert (await ask(pool, somebody, shown, id=filed["dossier"]["id"]))["node"] == whole
    # As himself the representative sees nothing of it.
    assert (await ask(pool, friend, shown, id=filed["dossier"]["id"]))["node"] is None


async def test_an_employer_acts_on_its_own_behalf(pool: Pool, owner: Connection) -> None:
    person, employer = await people.a_participant(owner), await people.an_employer(owner)
    await people.an_employment(owner, person, employer)
    viewer = await people.acting_for(owner, employer)
    filed = await submitted(
        pool,
        viewer,
        await people.a_service(owner),
        participant=f"Participant:{person}",
        employer=f"Employer:{employer}",
    )
    text = """query ($id: ID!) { node(id: $id) { ... on Dossier { events { nodes {
      onBehalfOf { __typename ... on Employer { id } } mandate { id } } } } } }"""
    [event] = (await ask(pool, viewer, text, id=filed["dossier"]["id"]))["node"]["events"]["nodes"]
    assert event == {"onBehalfOf": {"__typename": "Employer", "id": f"Employer:{employer}"}, "mandate": None}


async def test_a8_nobody_acts_outside_a_mandate(
    pool: Pool, owner: Connection, mother: Viewer, friend: Viewer
) -> None:
    mandate = await people.a_mandate(owner, _id(mother), _id(friend), groups=["BENEFITS"])
    viewer = await acting(pool, friend, f"Mandate:{mandate}")
    benefits, payment = await people.a_service(owner), await people.a_service(owner, group="PAYMENT")
    stranger = await people.a_participant(owner)
    # In a service of another group, for somebody else, and for himself.
    for service, person in ((payment, mother.participant_id), (benefits, stranger), (benefits, _id(friend))):
        refused = await submitted(pool, viewer, service, participant=f"Participant:{person}")
        assert codes(refused) == ["NOT_FOUND"]
    # What the person filed in another group is neither seen nor withdrawn.
    hers = await people.a_dossier(owner, participant=_id(mother), service=payment)
    assert codes(await withdrawn(pool, viewer, hers)) == ["NOT_FOUND"]
    # A representative is no officer, and appoints nobody.
    open_one = await people.a_dossier(owner, participant=_id(mother), service=benefits)
    accepting = replace(viewer, scopes=viewer.scopes | {Scope.DOSSIER_ACCEPT})
    assert codes(await accepted(pool, accepting, open_one)) == ["ACT_NOT_ALLOWED"]
    assert (await withdrawn(pool, viewer, open_one))["errors"] == []
    await owner.execute(REVOKED, mandate)
    assert codes(await submitted(pool, viewer, benefits)) == ["NOT_FOUND"]


async def test_a8_no_employer_acts_for_whom_it_does_not_employ(pool: Pool, owner: Connection) -> None:
    person, employer, other = (
        await people.a_participant(owner),
        await people.an_employer(owner),
        await people.an_employer(owner),
    )
    viewer = await people.acting_for(owner, employer)
    service = await people.a_service(owner)
    about = {"participant": f"Participant:{person}", "employer": f"Employer:{employer}"}
    # Nobody's employee, then another's, then a former one, then one to come.
    assert codes(await submitted(pool, viewer, service, **about)) == ["NOT_FOUND"]
    await people.an_employment(owner, person, other)
    assert codes(await submitted(pool, viewer, service, **about)) == ["NOT_FOUND"]
    employment = await people.an_employment(owner, person, employer, ended_on=TODAY - DAY)
    assert codes(await submitted(pool, viewer, service, **about)) == ["NOT_FOUND"]
    await owner.execute(
        "UPDATE employments SET started_on = $2, ended_on = NULL WHERE id = $1", employment, TODAY + DAY
    )
    assert codes(await submitted(pool, viewer, service, **about)) == ["NOT_FOUND"]
    await owner.execute("UPDATE employments SET started_on = $2 WHERE id = $1", employment, TODAY)
    assert (await submitted(pool, viewer, service, **about))["errors"] == []


async def test_the_same_words_for_oneself_and_for_another_are_two_wishes(
    pool: Pool, owner: Connection, mother: Viewer, friend: Viewer
) -> None:
    mandate = await people.a_mandate(owner, _id(mother), _id(friend))
    viewer = await acting(pool, friend, f"Mandate:{mandate}")
    service, key = await people.a_service(owner), a_key()
    assert (await submitted(pool, viewer, service, key=key))["errors"] == []
    assert codes(await submitted(pool, friend, service, key=key)) == ["IDEMPOTENCY_KEY_MISMATCH"]


# -------------------------------------------------------------------------------- at the door ---


async def test_a_mandate_is_acted_by_from_its_level_on(
    pool: Pool, owner: Connection, mother: Viewer, friend: Viewer
) -> None:
    mandate = await people.a_mandate(owner, _id(mother), _id(friend), level=3)
    with pytest.raises(StepUpRequired) as refusal:
        await acting(pool, friend, f"Mandate:{mandate}")
    assert refusal.value.params == {"level": "3"}


async def test_what_is_no_mandate_of_ones_own_looks_the_same(
    pool: Pool, owner: Connection, mother: Viewer, friend: Viewer
) -> None:
    stranger = people.citizen_of(await people.a_participant(owner))
    in_force = await people.a_mandate(owner, _id(mother), _id(friend))
    named = [
        (stranger, f"Mandate:{in_force}"),
        (mother, f"Mandate:{in_force}"),
        (await people.officer_of(owner, await people.an_office(owner)), f"Mandate:{in_force}"),
        (Viewer(), f"Mandate:{in_force}"),
        (friend, f"Mandate:{await people.a_mandate(owner, _id(mother), _id(friend), is_accepted=False)}"),
        (friend, f"Mandate:{await people.a_mandate(owner, _id(mother), _id(friend), is_revoked=True)}"),
        (
            friend,
            f"Mandate:{await people.a_mandate(owner, _id(mother), _id(friend), valid_to=TODAY - DAY)}",
        ),
        *(
            (friend, text)
            for text in (f"Mandate:{uuid4()}", "Mandate:", "Mandate", "", str(in_force), "x" * 9_000)
        ),
        (friend, f"Dossier:{in_force}"),
        (friend, f"mandate:{in_force}"),
        (friend, f"Mandate:{in_force}\n"),
        (friend, f"Mandate:{str(in_force).upper()}"),
    ]
    for somebody, text in named:
        with pytest.raises(MandateRefused) as refusal:
            await acting(pool, somebody, text)
        assert refusal.value.params == {}


def _id(viewer: Viewer) -> UUID:
    assert viewer.participant_id
    return viewer.participant_id
