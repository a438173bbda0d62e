"""Whose data an answer shows, and by which fields: said by the statement, and told before it is released."""

from collections.abc import Mapping
from uuid import UUID, uuid4

import asyncpg
import pytest

from auth.viewer import ANONYMOUS, Viewer
from db import roles
from db.connection import transaction
from db.pool import Connection, Pool
from schema.portal import schema
from selection.answers import Translator
from selection.marks import SIGN, NotWitnessed, Shown, taken_out
from tests import people
from tests.conftest import Database
from tests.portal import NOTEBOOK, ask, done
from tests.world import World, a_world


@pytest.fixture(scope="module")
async def world(database: Database) -> World:
    """It is only read."""
    owner = await asyncpg.connect(database.url(roles.OWNER))
    world = await a_world(owner)
    await owner.close()
    return world


Noted = dict[tuple[str, str], set[str]]


def noted(world: World) -> Noted:
    """What was told: by the short name of the person and the key of the right, the fields."""
    found: Noted = {}
    _, shown, _ = NOTEBOOK.last or (None, (), "")
    for subject, fields, right in shown:
        found.setdefault((world.keys["participants"].get(subject, subject), right), set()).update(fields)
    return found


async def shown(world: World, pool: Pool, name: str, text: str, **variables: object) -> Noted:
    """What is told of an operation, which is the same ahead of strawberry and through it."""
    variables = {
        key: world.global_id(value) if isinstance(value, str) and "/" in value else value
        for key, value in variables.items()
    }
    viewer = world.viewers[name]
    NOTEBOOK.last = None
    answer = await ask(pool, viewer, text, **variables)
    assert SIGN not in str(answer)
    ahead = noted(world)
    if NOTEBOOK.last:
        assert NOTEBOOK.last[0] is viewer
        assert len(NOTEBOOK.last[2]) == 64
    # Introspection beside the data makes strawberry execute it, each root field by itself: one is asked here.
    NOTEBOOK.last = None
    assert await done(pool, viewer, text, **variables) == answer
    assert noted(world) == ahead
    return ahead


# What is asked, and what each is told to have seen: `lan` and `minh` are people, a right is an office's name.
CASES: Mapping[str, tuple[str, dict[str, object], dict[str, str]]] = {
    "a field": (
        "query ($id: ID!) { participant(id: $id) { fullName } }",
        {"id": "participants/lan"},
        {"lan": "Participant.fullName"},
    ),
    "an alias": (
        "query ($id: ID!) { p: participant(id: $id) { a: fullName b: fullName c: sex } }",
        {"id": "participants/lan"},
        {"lan": "Participant.fullName Participant.sex"},
    ),
    "a fragment": (
        (
            "query ($id: ID!) { participant(id: $id) { ...a } } fragment a on Participant { sex ...b }"
            " fragment b on Node { id }"
        ),
        {"id": "participants/lan"},
        {"lan": "Participant.id Participant.sex"},
    ),
    "what is left out": (
        "query ($id: ID!, $no: Boolean = false) { participant(id: $id) { id sex @include(if: $no) } }",
        {"id": "participants/lan"},
        {"lan": "Participant.id"},
    ),
    "that somebody is there": (
        "query ($id: ID!) { participant(id: $id) { __typename } }",
        {"id": "participants/lan"},
        {"lan": "Participant.__typename"},
    ),
    "a thing by its identifier": (
        "query ($id: ID!) { node(id: $id) { id ... on Dossier { status } ... on Participant { sex } } }",
        {"id": "dossiers/lan"},
        {"lan": "Dossier.id Dossier.status"},
    ),
    "things by their identifiers": (
        "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on Identifier { masked } } }",
        {"ids": ["identifiers/lan", "dossiers/lan", "identifiers/hoa"]},
        {"lan": "Dossier.__typename Identifier.masked"},
    ),
    "a union": (
        (
            "query ($id: ID!) { node(id: $id) { ... on Dossier { filedBy { ... on Employer { name }"
            " ... on Participant { birthDate } } } } }"
        ),
        {"id": "dossiers/lan"},
        {"lan": "Dossier.filedBy Participant.birthDate"},
    ),
    "a union's other side": (
        (
            "query ($id: ID!) { node(id: $id) { ... on Dossier { filedBy { ... on Employer { name }"
            " ... on Participant { birthDate } } } } }"
        ),
        {"id": "dossiers/lan-by-mill"},
        {"lan": "Dossier.filedBy"},
    ),
    "a list, and lists in it": (
        (
            "{ participants { nodes { fullName employments { nodes { position } } dossiers { nodes { code"
            " events { nodes { kind } } } } } } }"
        ),
        {},
        {
            "lan": "Participant.fullName Participant.employments Participant.dossiers Employment.position"
            " Dossier.code Dossier.events DossierEvent.kind",
        },
    ),
    "edges": (
        "{ dossiers { edges { node { status } n: node { code } } } }",
        {},
        {"lan": "Dossier.status Dossier.code"},
    ),
    "the places of rows": ("{ participants { edges { cursor } } }", {}, {"lan": "Participant.cursor"}),
    "where a page begins": (
        "{ participants { pageInfo { startCursor endCursor } } }",
        {},
        {"lan": "Participant.cursor"},
    ),
    "how many dossiers a person has": (
        "query ($id: ID!) { dossiers(participant: $id) { totalCount } }",
        {"id": "participants/lan"},
        {"lan": "Dossier.totalCount"},
    ),
    "what a rule says": (
        "query ($id: ID!) { node(id: $id) { ... on Dossier { deadline { dueOn } } } }",
        {"id": "dossiers/lan"},
        {"lan": "Dossier.deadline"},
    ),
    "how many dossiers there are": ("{ dossiers { totalCount pageInfo { hasNextPage } } }", {}, {}),
    "who is hidden": (
        "query ($id: ID!) { participant(id: $id) { fullName } dossiers(participant: $id) { totalCount } }",
        {"id": "participants/hoa"},
        {},
    ),
    "what is nobody's": (
        "{ services { nodes { code } } viewer { name offices { nodes { code } } } }",
        {},
        {},
    ),
}


@pytest.mark.parametrize("case", CASES)
async def test_what_an_officer_is_shown_is_told_field_by_field(pool: Pool, world: World, case: str) -> None:
    text, variables, expected = CASES[case]
    variables = {
        name: [world.global_id(str(each)) for each in value] if isinstance(value, list) else value
        for name, value in variables.items()
    }
    here = str(world.offices["here"])
    assert await shown(world, pool, "officer here", text, **variables) == {
        (person, here): set(fields.split()) for person, fields in expected.items()
    }


async def test_whoever_reads_their_own_or_what_is_public_is_told_of_to_nobody(
    pool: Pool, world: World
) -> None:
    text = "{ viewer { participant { fullName dossiers { nodes { id } } } } services { totalCount } }"
    assert await shown(world, pool, "lan", text) == {}
    NOTEBOOK.last = None
    await ask(pool, ANONYMOUS, "{ services { nodes { code } } }")
    assert NOTEBOOK.last is None


PEOPLE = "{ participants { nodes { sex } } }"
PAPERS = "{ dossiers { nodes { status } } }"
NUMBERS = "{ participants { nodes { identifiers { nodes { masked } } } } }"


async def test_an_officer_sees_by_the_office_that_has_the_row_below_it(pool: Pool, world: World) -> None:
    province = str(world.offices["province"])
    for text, fields in ((PEOPLE, {"Participant.sex"}), (PAPERS, {"Dossier.status"})):
        assert await shown(world, pool, "officer of the province", text) == {
            ("lan", province): fields,
            ("minh", province): fields,
        }
    numbers = {"Identifier.masked", "Participant.identifiers"}
    assert await shown(world, pool, "officer here", NUMBERS) == {("lan", str(world.offices["here"])): numbers}


async def test_of_several_offices_it_is_the_one_that_lies_in_no_other(
    pool: Pool, world: World, owner: Connection
) -> None:
    viewer = await people.officer_of(owner, world.offices["here"])
    assert viewer.principal
    for name in ("province", "far", "there"):
        await people.a_grant(owner, viewer.principal, office=world.offices[name])
    world.viewers["officer of several"] = viewer
    province, far = str(world.offices["province"]), str(world.offices["far"])
    sex = {"Participant.sex"}
    assert await shown(world, pool, "officer of several", PEOPLE) == {
        ("lan", province): sex,
        ("minh", province): sex,
        ("hoa", far): sex,
    }


async def test_an_employer_sees_by_the_employer_that_it_is_of(pool: Pool, world: World) -> None:
    mill, old = world.key("employers", "mill"), world.key("employers", "old")
    assert await shown(world, pool, "mill", PEOPLE) == {("lan", mill): {"Participant.sex"}}
    assert await shown(world, pool, "mill", PAPERS) == {("lan", mill): {"Dossier.status"}}
    numbers = {"Identifier.masked", "Participant.identifiers"}
    assert await shown(world, pool, "mill", NUMBERS) == {("lan", mill): numbers}
    assert await shown(world, pool, "old", PAPERS) == {("lan", old): {"Dossier.status"}}


async def test_a_partner_is_told_of_too(pool: Pool, world: World) -> None:
    assert await shown(world, pool, "partner here", PEOPLE) == {("lan", ""): {"Participant.sex"}}


async def test_what_an_act_shows_is_told_once_it_is_done(pool: Pool, world: World, owner: Connection) -> None:
    dossier = await people.a_dossier(owner, participant=UUID(world.key("participants", "lan")))
    text = """
        mutation ($wish: AcceptDossierInput!) { acceptDossier(input: $wish) { errors { code }
          dossier { status participant { fullName } } } }
    """
    wish = {"idempotencyKey": str(uuid4()), "dossier": f"Dossier:{dossier}", "expectedVersion": 1}
    for _ in ("done", "done already"):
        NOTEBOOK.last = None
        await done(pool, world.viewers["officer here"], text, wish=wish)
        assert noted(world) == {
            ("lan", str(world.offices["here"])): {
                "Dossier.status",
                "Dossier.participant",
                "Participant.fullName",
            }
        }
    NOTEBOOK.last = None
    refused = {**wish, "idempotencyKey": str(uuid4())}
    answer = await done(pool, world.viewers["officer here"], text, wish=refused)
    assert answer["acceptDossier"]["errors"]
    assert NOTEBOOK.last is None


async def test_who_has_no_witness_shows_nothing(pool: Pool, world: World) -> None:
    alone = Translator(schema._schema)  # noqa: SLF001 -- as the door takes it
    with pytest.raises(NotWitnessed):
        await ask(pool, world.viewers["officer here"], PEOPLE, translator=alone)
    # Where there is nobody to show there is nobody to tell.
    assert await ask(pool, world.viewers["officer whose right ended"], PEOPLE, translator=alone) == {
        "participants": {"nodes": []}
    }
    assert await ask(pool, world.viewers["lan"], PEOPLE, translator=alone)


async def test_the_sign_in_what_people_wrote_is_no_mark(pool: Pool, owner: Connection) -> None:
    office = await people.an_office(owner)
    name = f"A{SIGN}0,{uuid4()},7{SIGN}B"
    person = await people.a_participant(owner, office=office, name=name)
    officer = await people.officer_of(owner, office)
    NOTEBOOK.last = None
    answer = await ask(pool, officer, "{ participants { nodes { fullName } } }")
    assert answer["participants"]["nodes"] == [{"fullName": name}]
    assert NOTEBOOK.last
    assert NOTEBOOK.last[1] == [Shown(str(person), ("Participant.fullName",), str(office))]


def test_marks_are_taken_out_wherever_they_stand() -> None:
    texts = [f"[{SIGN}1,a,{SIGN}{{}},{SIGN}0,b,7{SIGN}{{}}]", "1", f'"c"{SIGN}0,a,{SIGN}']
    assert taken_out(texts, (("T.x",), ("T.y", "T.z"))) == (
        ["[{},{}]", "1", '"c"'],
        [Shown("a", ("T.y", "T.z")), Shown("b", ("T.x",), "7"), Shown("a", ("T.x",))],
    )


async def test_an_officers_own_view_of_offices_is_behind_the_wall_of_grants(pool: Pool, world: World) -> None:
    served = "SELECT id FROM offices_served"
    async with transaction(pool, world.viewers["officer of the province"].binding) as connection:
        assert [row[0] for row in await connection.fetch(served)] == [world.offices["province"]]
    for nobody in (world.viewers["lan"], world.viewers["officer whose right ended"], Viewer()):
        async with transaction(pool, nobody.binding) as connection:
            assert await connection.fetch(served) == []
