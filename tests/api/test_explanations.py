"""An operation is explained as the one statement it becomes, seen with a persona's eyes."""

import pytest

from api.explanations import NotExplained, explanation_of, viewer_of
from api.settings import Settings
from auth.personas import PersonaUnknown
from auth.viewer import ANONYMOUS, Viewer
from db.identifiers import IdentifierKeys
from db.pool import Pool

KEYS = IdentifierKeys(b"\1" * 32, b"\2" * 32)
ISSUER = Settings.read({}, otherwise="development").issuer


@pytest.fixture
async def lan(pool: Pool) -> Viewer:
    """A citizen."""
    return await viewer_of(pool, KEYS, ISSUER, "lan")


async def test_a_query_is_a_plan_and_one_statement(pool: Pool, lan: Viewer) -> None:
    said = await explanation_of(pool, lan, "{ viewer { name } services { nodes { code } } }", {}, keys=KEYS)
    outline, statement, plan = said.split("\n\n")
    assert outline.splitlines() == [
        "viewer: at most one Viewer",
        "  name: computed, Viewer.name",
        "services: a page of Service, at most 20 rows, in the order CODE, forwards",
        "  nodes: the rows",
        "    code: stored, Service.code",
    ]
    assert statement.startswith("WITH viewer AS MATERIALIZED")
    assert statement.count("FROM viewer") == 1
    assert "Execution Time" in plan


async def test_what_is_asked_with_variables_is_explained_with_them(pool: Pool, lan: Viewer) -> None:
    asked = "query ($size: Int!) { services(first: $size) { nodes { code } } }"
    assert "Execution Time" in await explanation_of(pool, lan, asked, {"size": 10}, keys=KEYS)
    with pytest.raises(NotExplained, match="no value of its type"):
        await explanation_of(pool, lan, asked, {"size": "ten"}, keys=KEYS)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ("{ viewer { nme } }", "Cannot query field 'nme'"),
        ("{ viewer {", "Syntax Error"),
        ("query A { __typename } query B { __typename }", "one operation"),
    ],
)
async def test_what_is_no_query_is_not_explained(pool: Pool, lan: Viewer, asked: str, reason: str) -> None:
    with pytest.raises(NotExplained, match=reason):
        await explanation_of(pool, lan, asked, {}, keys=KEYS)


async def test_what_the_viewer_may_not_ask_is_not_explained(pool: Pool) -> None:
    with pytest.raises(NotExplained, match="scope"):
        await explanation_of(pool, ANONYMOUS, "{ dossiers { nodes { reference } } }", {}, keys=KEYS)


async def test_nobody_sees_with_the_eyes_of_somebody_unknown(pool: Pool) -> None:
    with pytest.raises(PersonaUnknown):
        await viewer_of(pool, KEYS, ISSUER, "somebody")
