"""Acts and subscriptions aimed at what is somebody else's: nothing is done, nothing is told or hinted at."""

import random
from dataclasses import replace
from uuid import uuid4

import asyncpg
import pytest
from graphql import get_named_type, is_required_input_field

from auth import policies
from auth.scopes import Scope
from db.server import SUPERUSER
from db.tables import metadata
from schema.acts import ACTORS
from schema.portal import schema
from schema.rights import acts, answers
from selection.faults import DocumentRefused
from tests.oracle import world
from tests.oracle.meanings import TABLES
from tests.oracle.test_oracle import EVERY, VIEWERS
from tests.portal import code_of, execute, portal
from tests.rights.acts import MUTATION, MUTATIONS, Act, aimed_act, input_of, noun_of
from tests.rights.court import BOTH, ROW_SECURITY, Assize
from tests.rights.follows import FOLLOWED, SUBSCRIPTION, Follow, first_look
from tests.rights.ways import AIMS, object_type

ACTS = sorted(object_type(MUTATION).fields)


def chance_of(*what: object) -> random.Random:
    """The same chance in every run."""
    return random.Random(repr(what))  # noqa: S311 -- no secret


async def written(court: Assize) -> list[str]:
    """All that anybody could have changed."""
    superuser = await asyncpg.connect(court.database.url(SUPERUSER))
    now = await world.read(superuser)
    keys = await superuser.fetch("SELECT * FROM idempotency_keys")
    await superuser.close()
    return [*(repr(sorted(map(repr, now[table]))) for table in world.TABLES), repr(sorted(map(repr, keys)))]


@pytest.mark.parametrize("name", VIEWERS)
async def test_an_act_on_what_is_hidden_is_refused_as_on_what_is_absent(court: Assize, name: str) -> None:
    before = await written(court)
    for act in MUTATIONS:
        assert await aimed_act(court, name, act, chance_of(name, act)) is None
    assert await written(court) == before


@pytest.mark.parametrize("name", VIEWERS)
async def test_a9_row_security_alone_lets_nobody_act_on_what_is_hidden(
    court: Assize, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for policy in [found for found in vars(policies) if found.startswith("may_") or found in TABLES.values()]:
        monkeypatch.setattr(policies, policy, policies.everybody)
    before = await written(court)
    eyes, chance = court.eyes[name], chance_of(name)
    for act in MUTATIONS:
        noun = noun_of(act.aimed or "") or ""
        hidden = [row for row in court.world[TABLES[noun]] if not eyes.may_see(TABLES[noun], row)]
        for row in chance.sample(hidden, min(len(hidden), 5)):
            wish = act.wish(eyes, chance, str(uuid4()), f"{noun}:{row['id']}")
            result = await execute(court.walls[ROW_SECURITY].pool, VIEWERS[name], act.text, input=wish)
            assert result.errors or (result.data or {})[act.name]["errors"], (act, row)
    assert await written(court) == before


@pytest.mark.parametrize("name", VIEWERS)
@pytest.mark.parametrize("follow", FOLLOWED, ids=lambda follow: follow.name)
async def test_a_subscription_to_what_is_hidden_ends_as_one_to_what_is_absent(
    court: Assize, name: str, follow: Follow
) -> None:
    for aim in AIMS:
        assert await first_look(court, name, follow, aim, chance_of(name, aim)) is None


def test_every_subscription_is_followed() -> None:
    assert {follow.name for follow in FOLLOWED} == set(object_type(SUBSCRIPTION).fields)


def test_every_identifier_that_an_act_takes_says_by_its_name_what_it_names() -> None:
    silent = [
        f"{mutation}({name}:)"
        for mutation in ACTS
        for name, field in input_of(mutation).fields.items()
        if get_named_type(field.type).name == "ID" and noun_of(name) is None
    ]
    assert not silent, f"Let the name end with that of a type, or tell tests/rights/acts.py: {silent}"


# ------------------------------------------------------------------- A5: mass assignment ---

# What only the agency decides, beside every column of every table.
TEMPTING = {"status", "agencyId", "receiptNo", "role", "kind", "scopes", "isAdmin", "createdAt", "__proto__x"}


def camel(column: str) -> str:
    """A column as GraphQL would call it."""
    first, *others = column.split("_")
    return first + "".join(other.capitalize() for other in others)


COLUMNS = {camel(column.name) for table in metadata.tables.values() for column in table.columns}


@pytest.mark.parametrize("mutation", ACTS)
async def test_a5_an_act_takes_no_field_that_its_input_does_not_declare(court: Assize, mutation: str) -> None:
    declared = input_of(mutation).fields
    viewer = next(viewer for viewer in VIEWERS.values() if viewer.scopes == EVERY)
    needed = {name: "x" for name, field in declared.items() if is_required_input_field(field)}
    for name in sorted((COLUMNS | TEMPTING) - declared.keys()):
        literal = f'mutation {{ {mutation}(input: {{ {name}: "x" }}) {{ __typename }} }}'
        with pytest.raises(DocumentRefused) as refused:
            portal().documents.read(literal)
        assert "Did you mean" not in str(refused.value)
        text = f"mutation ($i: {input_of(mutation).name}!) {{ {mutation}(input: $i) {{ __typename }} }}"
        result = await execute(court.walls[BOTH].pool, viewer, text, i={**needed, name: "x"})
        assert result.data is None
        assert any(
            "unknown field" in error.message and name in error.message for error in result.errors or ()
        )


# ---------------------------------------------------- what an act takes, to do and to read ---

DECLARED = {name: allowed for name, allowed in acts(schema) if allowed}


@pytest.mark.parametrize(
    ("mutation", "missing"),
    [(mutation, scope) for mutation, allowed in DECLARED.items() for scope in allowed.scopes],
)
async def test_an_act_takes_every_scope_that_it_declares(
    court: Assize, mutation: str, missing: Scope
) -> None:
    kinds = answers(DECLARED[mutation].policy)
    name, doer = next(
        (name, viewer)
        for name, viewer in VIEWERS.items()
        if viewer.scopes == EVERY and viewer.kind in kinds.keys() & ACTORS.keys()
    )
    wish = Act(mutation, None).wish(court.eyes[name], chance_of(mutation), str(uuid4()), "")
    viewer = replace(doer, scopes=EVERY - {missing})
    text = f"mutation ($input: {input_of(mutation).name}!) {{ {mutation}(input: $input) {{ __typename }} }}"
    before = await written(court)
    result = await execute(court.walls[BOTH].pool, viewer, text, input=wish)
    assert result.errors, result.data
    assert (code_of(result.errors[0]), str(missing) in result.errors[0].message) == ("SCOPE_MISSING", True)
    assert await written(court) == before
