"""Fields that an agreement does not cover: refused where they stand, before any SQL, on every way to them."""

from dataclasses import replace
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type

from auth.viewer import Viewer, ViewerKind
from db.pool import Connection, Pool
from selection.faults import OperationFault
from tests import people
from tests.portal import ask, code_of, execute, portal

OUTSIDE = "FIELD_OUTSIDE_AGREEMENT"
SCHEMA = portal().catalogue.schema
OWNED = sorted(name for name, entity in portal().catalogue.entities.items() if entity.about)


def type_of(name: str) -> GraphQLObjectType:
    found = SCHEMA.type_map[name]
    assert isinstance(found, GraphQLObjectType)
    return found


def target(field: Any) -> str:  # noqa: ANN401 -- graphql-core's
    """The type of the rows that a field leads to."""
    found = get_named_type(field.type)
    if isinstance(found, GraphQLObjectType) and "nodes" in found.fields:
        found = get_named_type(found.fields["nodes"].type)
    return str(found.name)


EVERY_FIELD = frozenset(
    f"{name}.{field}"
    for name, found in SCHEMA.type_map.items()
    if isinstance(found, GraphQLObjectType) and not name.startswith("__")
    for field in found.fields
)


@pytest.fixture
async def office(owner: Connection) -> int:
    return await people.an_office(owner)


@pytest.fixture
async def partner(owner: Connection, office: int) -> Viewer:
    """Another agency's system, which may see people of an office."""
    return await people.partner_for(owner, office)


def under(partner: Viewer, *fields: str, without: str = "") -> Viewer:
    """The partner under an agreement that covers these fields, or all but one."""
    assert partner.agreement
    allowed = frozenset(fields) or EVERY_FIELD - {without}
    return replace(partner, agreement=replace(partner.agreement, fields=allowed))


async def refused(pool: Pool, viewer: Viewer, text: str, **variables: object) -> OperationFault:
    with pytest.raises(OperationFault) as fault:
        await ask(pool, viewer, text, **variables)
    # What strawberry executes is refused likewise.
    executed = await execute(pool, viewer, text, **variables)
    assert [code_of(error) for error in executed.errors or ()] == [fault.value.code]
    return fault.value


def ways(name: str, field: str) -> dict[str, str]:
    """A field of a type on the ways to it; what it leads to is asked for its type's name."""
    leaf = type_of(name).fields[field]
    asked = f"{field} {{ __typename }}" if _has_fields(leaf) else field
    row = f"{{ {asked} }}"
    return {
        "node": f"query ($id: ID!) {{ node(id: $id) {{ ... on {name} {row} }} }}",
        "nodes": f"query ($id: ID!) {{ nodes(ids: [$id]) {{ __typename ... on {name} {row} }} }}",
        "alias": f"query ($id: ID!) {{ node(id: $id) {{ ... on {name} {{ other: {asked} }} }} }}",
        "fragment": f"query ($id: ID!) {{ node(id: $id) {{ ...part }} }} fragment part on {name} {row}",
    }


def _has_fields(field: Any) -> bool:  # noqa: ANN401 -- graphql-core's
    return hasattr(get_named_type(field.type), "fields") or hasattr(get_named_type(field.type), "types")


NODES = [name for name in OWNED if name in portal().catalogue.node_types]
FIELDS = [(name, field) for name in NODES for field in type_of(name).fields if field != "id"]


@pytest.mark.parametrize(("name", "field"), FIELDS)
async def test_a13_field_that_the_agreement_lacks_is_refused_on_every_way(
    pool: Pool, partner: Viewer, name: str, field: str
) -> None:
    poor = under(replace(partner, scopes=people.EVERY_SCOPE), without=f"{name}.{field}")
    for way, text in ways(name, field).items():
        fault = await refused(pool, poor, text, id=f"{name}:01990000-0000-7000-8000-000000000000")
        assert fault.code == OUTSIDE, way
        assert fault.params == {"field": f"{name}.{field}"}
        assert fault.path, way


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{ participants { totalCount } }", "Query.participants"),
        ('{ participants(namePrefix: "a") { totalCount } }', "Participant.fullName"),
        ("{ participants { totalCount } }", "Participant.fullName"),
        ('{ participants(order: REGISTERED, office: "Office:1") { totalCount } }', "Participant.office"),
        ("{ dossiers(order: DUE) { totalCount } }", "Dossier.dueOn"),
        ('{ dossiers(dueFrom: "2026-01-01") { totalCount } }', "Dossier.dueOn"),
        ('{ dossiers(dueTo: "2026-01-01") { totalCount } }', "Dossier.dueOn"),
        ("{ dossiers(status: [NEW]) { totalCount } }", "Dossier.status"),
        ('{ dossiers(service: "Service:x") { totalCount } }', "Dossier.service"),
        ('{ participantByNumber(number: "001192001234") { id } }', "Query.participantByNumber"),
        ('{ participantByNumber(number: "001192001234") { id } }', "Participant.identifiers"),
        ('{ dossier(reference: "x") { id } }', "Query.dossier"),
        ("{ viewer { participant { id } } }", "Viewer.participant"),
    ],
)
async def test_a13_what_tells_of_a_field_outside_the_agreement_is_refused(
    pool: Pool, partner: Viewer, text: str, told: str
) -> None:
    fault = await refused(pool, under(partner, without=told), text)
    assert (fault.code, fault.params) == (OUTSIDE, {"field": told})
    # With the field, the same is answered.
    await ask(pool, under(partner), text)


async def test_who_has_no_agreement_asks_what_is_public(pool: Pool, partner: Viewer) -> None:
    poor = replace(partner, agreement=None)
    assert (await ask(pool, poor, "{ services(first: 1) { nodes { code } } viewer { kind } }"))["viewer"]
    assert (await refused(pool, poor, "{ participants { totalCount } }")).code == OUTSIDE


async def test_rows_of_a_type_whose_identifier_is_not_granted_are_absent_by_identifier(
    pool: Pool, owner: Connection, office: int, partner: Viewer
) -> None:
    person = await people.a_participant(owner, office=office)
    text = "query ($id: ID!) { node(id: $id) { id } }"
    named = {"id": f"Participant:{person}"}
    assert (await ask(pool, under(partner, "Participant.id"), text, **named))["node"] == named
    assert (await ask(pool, under(partner, "Dossier.id"), text, **named))["node"] is None


async def test_two_agreements_never_share_a_plan(
    pool: Pool, owner: Connection, office: int, partner: Viewer
) -> None:
    person = await people.a_participant(owner, office=office, name="Lê Thị Mận")
    text = "query ($id: ID!) { participant(id: $id) { fullName } }"
    named = {"id": f"Participant:{person}"}
    rich = under(partner, "Query.participant", "Participant.id", "Participant.fullName")
    poor = under(partner, "Query.participant", "Participant.id", "Participant.birthDate")
    for _ in range(2):
        assert (await ask(pool, rich, text, **named))["participant"] == {"fullName": "Lê Thị Mận"}
        assert (await refused(pool, poor, text, **named)).params == {"field": "Participant.fullName"}


async def test_nobody_else_is_bound_by_an_agreement(pool: Pool, owner: Connection, office: int) -> None:
    officer = await people.officer_of(owner, office)
    assert (officer.kind, officer.fields) == (ViewerKind.OFFICER, None)
    assert (await ask(pool, officer, "{ participants { totalCount } }"))["participants"]
