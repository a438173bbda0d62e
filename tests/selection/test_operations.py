"""Operations as people write them, beside the statement that each becomes and the answer that it gets.

`tests/operations/` has them: `name.graphql`, whose first lines say who asks and with which variables,
`name.sql` and `name.json`. `ACCEPT=1 pytest tests/selection` renews the latter two; then read what git shows.
"""

import json
import os
import re
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from api.explanations import header_of
from auth.viewer import ANONYMOUS, Viewer, ViewerKind
from db import roles
from db.pool import Pool
from tests.conftest import Database
from tests.people import EVERY_SCOPE
from tests.portal import ask, done, portal

OPERATIONS = Path(__file__).parent.parent / "operations"
IS_ACCEPTED = bool(os.environ.get("ACCEPT"))


def key(number: int) -> UUID:
    """A key that is the same in every run."""
    return UUID(f"01990000-0000-7000-8000-{number:012}")


VIEWERS = {
    "anybody": ANONYMOUS,
    "lan": Viewer(ViewerKind.CITIZEN, key(901), key(1), name="Nguyễn Thị Lan", scopes=EVERY_SCOPE),
    "det-may": Viewer(ViewerKind.EMPLOYER, key(902), name="Trần Văn Minh", scopes=EVERY_SCOPE),
    "thu": Viewer(ViewerKind.OFFICER, key(903), name="Phạm Thị Thu", scopes=EVERY_SCOPE),
}

# A small world in which everything is fixed, keys and instants too.
WORLD = Path(__file__).with_name("world.sql").read_text()


# Once for a worker, which may come back to these tests.
@pytest.fixture(scope="session", autouse=True)
async def _world(database: Database) -> None:
    owner = await asyncpg.connect(database.url(roles.OWNER))
    async with owner.transaction():
        await owner.execute(WORLD)
    await owner.close()


def laid_out(sql: str) -> str:
    """A statement with one clause a line, indented by its brackets; texts are left as they are."""
    lines, depth, starts = (
        [""],
        0,
        {"SELECT", "FROM", "WHERE", "AND", "OR", "ORDER", "LIMIT", "JOIN", "HAVING"},
    )
    for token in re.findall(r"'(?:[^']|'')*'|\"[^\"]*\"|[()]|\w+|\s+|[^\w\s()'\"]+", sql):
        if token.isspace():
            lines[-1] += " " if lines[-1].strip() else ""
            continue
        is_within = token == "AND" and "BETWEEN" in lines[-1]
        # A text that begins with a comma is the next key of an object.
        if (token in starts or token.startswith("',\"")) and lines[-1].strip() and not is_within:
            lines.append("  " * depth)
        depth += {"(": 1, ")": -1}.get(token, 0)
        lines[-1] += token
    return "\n".join(line.rstrip() for line in lines) + "\n"


def written(path: Path) -> str:
    """An operation as people wrote it."""
    return path.read_text()


def answered(answer: Any) -> str:  # noqa: ANN401 -- any JSON
    """An answer as people read it."""
    return json.dumps(answer, ensure_ascii=False, indent=2) + "\n"


def kept(path: Path, found: str) -> str:
    """What is kept in a file: what was found, where that is accepted."""
    if IS_ACCEPTED:
        path.write_text(found)
    return path.read_text()


@pytest.mark.parametrize("path", sorted(OPERATIONS.glob("*.graphql")), ids=lambda path: path.stem)
async def test_operation(pool: Pool, path: Path) -> None:
    text = written(path)
    header = header_of(text)
    viewer, inputs = VIEWERS[header.subject], header.variables

    answer = await ask(pool, viewer, text, **inputs)
    assert answer == await done(pool, viewer, text, **inputs)

    translator = portal()
    document = translator.documents.read(text)
    operation = document and document.operation(None)
    assert operation
    variables = operation.coerce(inputs)
    assert variables
    statement = translator.plan(operation, viewer, variables).statement

    assert kept(path.with_suffix(".sql"), laid_out(statement.sql)) == laid_out(statement.sql)
    assert kept(path.with_suffix(".json"), answered(answer)) == answered(answer)


def test_every_statement_and_answer_has_its_operation() -> None:
    names = {path.stem for path in OPERATIONS.glob("*.graphql")}
    assert names
    assert {path.stem for path in OPERATIONS.iterdir()} == names


def test_no_statement_reads_a_protected_table_without_a_policy() -> None:
    # Each policy reads the viewer, so every sub-select over such a table does, or takes its rows value by
    # value from one that does.
    for path in OPERATIONS.glob("*.sql"):
        statement = path.read_text()
        taken = re.findall(r"unnest\(((?:(?! AS each_).)*)\) AS (\w+)\) AS each_", statement, re.DOTALL)
        readers = [
            "vget(",
            *(
                f"{each}.{column} "
                for values, column in taken
                if "vget(" in values
                for each in ("= each", f"= each_{column}")
            ),
        ]
        for table in ("participants AS participant", "dossiers AS dossier", "identifiers AS identifier"):
            for place in re.finditer(rf"FROM {table}\b", statement):
                condition = " ".join(statement[place.end() :].partition("FROM viewer\n")[0][:1_500].split())
                assert any(reader in condition for reader in readers), (path.name, table)


def test_a_statement_is_laid_out_by_its_clauses() -> None:
    assert laid_out("SELECT (SELECT ' FROM (' \nFROM a WHERE b AND c)  \nFROM d") == (
        "SELECT (\n  SELECT ' FROM ('\n  FROM a\n  WHERE b\n  AND c)\nFROM d\n"
    )
