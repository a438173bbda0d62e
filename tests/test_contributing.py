"""The example in CONTRIBUTING.md is run as it stands there."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import strawberry
from strawberry.schema.config import StrawberryConfig

from db.pool import Connection, Pool
from schema.scalars import SCALARS
from selection.answers import Translator
from tests import people
from tests.portal import ask

TEXT = (Path(__file__).parent.parent / "CONTRIBUTING.md").read_text()
PYTHON, GRAPHQL = (
    re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    for language in ("python", "graphql")
)


@pytest.fixture
def example() -> Iterator[Any]:
    """The example as a module."""
    module = ModuleType("example")
    sys.modules["example"] = module
    exec(PYTHON[0], module.__dict__)  # noqa: S102 -- the text of our own page
    yield module
    del sys.modules["example"]


async def test_the_example_answers(pool: Pool, owner: Connection, example: Any) -> None:  # noqa: ANN401 -- a module
    schema = strawberry.Schema(query=example.Query, config=StrawberryConfig(scalar_map=SCALARS))
    translator = Translator(schema._schema)  # noqa: SLF001 -- strawberry has no other name for it
    office = await people.an_office(owner)
    officer = await people.officer_of(owner, office)
    answer = await ask(pool, officer, GRAPHQL[0], translator=translator)
    assert answer["branches"]["nodes"]
    for branch in answer["branches"]["nodes"]:
        assert branch["isHead"] == (branch["above"] is None)
        assert branch["sign"] == f"{branch['title'].upper()}, {branch['below']['totalCount']} branches"
    person = people.citizen_of(await people.a_participant(owner))
    assert await ask(pool, person, GRAPHQL[0], translator=translator) == {"branches": {"nodes": []}}
