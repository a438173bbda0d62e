"""The rules that people read are those that hold: each answer of a policy, each act, and the page of them."""

import inspect
import re
from pathlib import Path

import pytest
from sqlalchemy.dialects import postgresql

from api import rights
from auth import policies
from auth.scopes import Scope
from auth.viewer import ViewerKind
from schema.portal import schema
from schema.rights import ANSWER, EVERYBODY, Policy, acts, answers, question, rules
from tests.oracle.meanings import TABLES
from tests.rights.court import VIEWERS, Assize
from tests.rights.ways import ENTITIES, OWNED, object_type

DIALECT = postgresql.dialect()
RULES = tuple(rules(schema))
ACTS = dict(acts(schema))
SEEN = {name: (ENTITIES[name].visible_to, ENTITIES[name].rows) for name in sorted(OWNED)}
MAY = {name: policy for name, policy in vars(policies).items() if name.startswith("may_")}


def test_the_page_of_rights_is_the_one_that_holds() -> None:
    page = Path(__file__).parents[2] / "docs" / "rights.md"
    assert page.read_text() == rights.page(), "Who may see or do what changed: `make rights`, and read it."


def granted(policy: Policy, rows: object) -> set[ViewerKind]:
    """The capacities that a policy does not refuse outright, nor asks of nobody."""
    asked = {kind: str(policy(rows, kind).compile(dialect=DIALECT)) for kind in ViewerKind}
    return {kind for kind, condition in asked.items() if not re.search(r"(^|WHERE )false\)*$", condition)}


@pytest.mark.parametrize("type_name", SEEN)
def test_a_policy_answers_for_each_capacity_that_it_does_not_refuse(type_name: str) -> None:
    policy, table = SEEN[type_name]
    assert set(answers(policy)) == granted(policy, table.c), policy.__name__


@pytest.mark.parametrize("name", sorted(MAY))
def test_a_policy_of_an_act_answers_for_each_capacity_that_it_does_not_refuse(name: str) -> None:
    # Which table it is asked of, the name of its first parameter says.
    noun = next(iter(inspect.signature(MAY[name]).parameters))
    rows = next(
        entity.rows for type_name, entity in ENTITIES.items() if type_name.lower() == noun.replace("_", "")
    )
    assert set(answers(MAY[name])) == granted(MAY[name], rows.c)


@pytest.mark.parametrize("name", sorted({*MAY, *(policy.__name__ for policy, _ in SEEN.values())}))
def test_a_policy_asks_a_question_and_answers_in_lines(name: str) -> None:
    said = inspect.cleandoc(getattr(policies, name).__doc__)
    assert question(getattr(policies, name)).endswith("?")
    named = {kind for kinds, _ in ANSWER.findall(said) for kind in kinds.split(", ")}
    assert named <= {*ViewerKind, EVERYBODY}
    answered = ANSWER.findall(said)
    assert all(answer.endswith(".") for _, answer in answered), f"One line for each answer: {said}"


def test_every_act_says_which_scope_it_takes_and_which_policy_allows_it() -> None:
    silent = [name for name, allowed in ACTS.items() if allowed is None]
    assert not silent, f"In schema/portal.py: _act({silent[0]}, policies.may_…, Scope.…)"


def test_every_right_to_act_is_that_of_an_act() -> None:
    assert set(MAY.values()) <= {allowed.policy for allowed in ACTS.values() if allowed}


def test_every_scope_opens_something() -> None:
    used = {scope for rule in RULES for scope in rule.scopes}
    assert used == set(Scope)


def test_every_field_of_what_is_somebodys_has_a_rule_for_each_capacity() -> None:
    told = {(rule.type, rule.field, rule.kind) for rule in RULES}
    assert told >= {
        (name, field, kind) for name in OWNED for field in object_type(name).fields for kind in ViewerKind
    }


@pytest.mark.parametrize("type_name", sorted(OWNED))
async def test_a_capacity_sees_rows_of_a_type_only_where_its_rule_grants_some(
    court: Assize, type_name: str
) -> None:
    table = TABLES[type_name]
    sees = {
        VIEWERS[name].kind
        for name, eyes in court.eyes.items()
        if any(eyes.may_see(table, row) for row in court.world[table])
    }
    assert sees <= {rule.kind for rule in RULES if rule.type == type_name and rule.whose is not None}
