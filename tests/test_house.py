"""The rules of the house that no linter knows, read in the syntax of the sources.

Each rule says what would go wrong; whoever may break it is named beside it, with the reason.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
ROOMS = ("api", "jobs", "schema", "auth", "selection", "db", "domain")
MIGRATIONS = "db/migrations/"


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


SOURCES = {
    str(path.relative_to(HOUSE)): path for room in ROOMS for path in sorted((HOUSE / room).rglob("*.py"))
}


def nodes(
    kind: type[ast.AST], *, but: tuple[str, ...] = (), under: str = ""
) -> Iterator[tuple[str, ast.AST]]:
    """All nodes of a kind, with the place of each; `but` are files and folders that may do as they do."""
    for name, path in SOURCES.items():
        if name.startswith(under) and not name.startswith(but or ("\0",)):
            for node in ast.walk(parsed(path)):
                if isinstance(node, kind):
                    yield f"{name}:{getattr(node, 'lineno', 0)}", node


def called(node: ast.AST) -> str:
    """The last name of what a call calls."""
    function = node.func if isinstance(node, ast.Call) else None
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def imports(node: ast.AST) -> list[str]:
    """The modules that an import names."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) and node.level == 0 else []


def is_made_of_values(node: ast.AST) -> bool:
    """Whether a text is put together of parts, rather than written out."""
    match node:
        case ast.JoinedStr():
            return any(isinstance(part, ast.FormattedValue) for part in node.values)
        case ast.BinOp(op=ast.Add() | ast.Mod()):
            return True
        case ast.Call(func=ast.Attribute(attr="format" | "join" | "replace")):
            return True
    return False


def test_the_sources_are_found() -> None:
    assert {name.partition("/")[0] for name in SOURCES} == set(ROOMS)


# -------------------------------------------------------------------------------- SQL ---

# What goes into SQL as text must not come from a caller; values are bind parameters.
WRITTEN_INTO_SQL = {
    "auth/policies.py": "names of the viewer's claims and a time zone, all written in that file",
    "db/metadata.py": "the values of enums, written into a CHECK",
    "api/explanations.py": "the word EXPLAIN before a statement of ours, as the developer who asked",
    "db/demonstration/": "the names of our own tables, as the owner",
    "selection/literals.py": "the one place that quotes: keys and names the parser has checked, and bounds",
    "selection/statements.py": "names of tables and columns, keys the parser has checked, authors' texts",
}
SQL_TAKERS = {
    "text",
    "literal_column",
    "execute",
    "executemany",
    "fetch",
    "fetchrow",
    "fetchval",
    "exec_driver_sql",
}


def test_no_sql_is_made_of_values() -> None:
    found = [
        place
        for place, node in nodes(ast.Call, but=(MIGRATIONS,))
        if called(node) in SQL_TAKERS
        and isinstance(node, ast.Call)
        and any(is_made_of_values(argument) for argument in node.args)
        and not place.startswith(tuple(WRITTEN_INTO_SQL))
    ]
    assert found == []


@pytest.mark.parametrize("name", sorted(WRITTEN_INTO_SQL))
def test_who_writes_into_sql_has_to(name: str) -> None:
    # An exception that nobody needs any more is taken back.
    assert WRITTEN_INTO_SQL[name]
    assert any(
        called(node) in SQL_TAKERS
        and isinstance(node, ast.Call)
        and any(not isinstance(argument, ast.Constant) for argument in node.args)
        for _, node in nodes(ast.Call, under=name)
    )


# ------------------------------------------------------------------------ libraries ---

HOMES = {
    "asyncpg": ("db",),
    "structlog": ("api",),
    "prometheus_client": ("api",),
    "opentelemetry": ("api",),
    "alembic": ("db",),
    "starlette": ("api",),
    "uvicorn": ("api",),
    "typer": ("api",),
    "authlib": ("auth", "api"),
    "strawberry": ("schema", "selection", "api"),
    "graphql": ("schema", "selection", "api"),
}


@pytest.mark.parametrize("library", HOMES)
def test_each_library_lives_in_its_rooms(library: str) -> None:
    found = [
        place
        for kind in (ast.Import, ast.ImportFrom)
        for place, node in nodes(kind)
        if any(module.split(".")[0] == library for module in imports(node))
        and place.partition("/")[0] not in HOMES[library]
    ]
    assert found == []


# ------------------------------------------------------------------------ the rules ---


def test_the_rules_know_no_clock_and_no_chance() -> None:
    # What the law says of a day must not depend on the day it is computed on.
    clocks = {"now", "today", "utcnow", "time", "monotonic", "perf_counter"}
    found = [place for place, node in nodes(ast.Call, under="domain/") if called(node) in clocks]
    for kind in (ast.Import, ast.ImportFrom):
        for place, node in nodes(kind, under="domain/"):
            if {module.split(".")[0] for module in imports(node)} & {
                "time",
                "random",
                "secrets",
                "os",
                "asyncio",
            }:
                found.append(place)
    assert found == []


def test_no_moment_is_taken_without_its_zone() -> None:
    found = [
        place
        for place, node in nodes(ast.Call)
        if isinstance(node, ast.Call)
        and (
            called(node) in {"today", "utcnow"}
            or (called(node) == "now" and not node.args and not node.keywords)
        )
        and not (
            isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") in {"func", "self"}
        )
    ]
    assert found == []


# ---------------------------------------------------------------- transactions, viewers ---

MAY_COMMIT = {
    "db/connection.py": "the one place where a transaction of the portal begins and ends",
    MIGRATIONS: "Alembic's own, as the owner",
    "db/demonstration/loading.py": "a load is whole or not there; as the owner, whom no viewer concerns",
    "db/services.py": "the catalogue, likewise",
}


def test_nobody_else_begins_or_ends_a_transaction() -> None:
    # A commit elsewhere could part an act from its event, or keep a viewer beyond their statement.
    verbs = {"commit", "rollback", "begin", "begin_nested", "start"}
    found = [
        place
        for place, node in nodes(ast.Call, but=tuple(MAY_COMMIT))
        if (called(node) in verbs and not place.startswith("db/server.py") and is_about_a_connection(node))
        or (
            called(node) == "transaction"
            and isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and getattr(node.func.value, "id", "") != "connections"
        )
    ]
    assert found == []


def is_about_a_connection(node: ast.AST) -> bool:
    """Whether a method is called of something that is named as a connection or a transaction."""
    function = node.func if isinstance(node, ast.Call) else None
    owner = getattr(function, "value", None)
    name = getattr(owner, "id", getattr(owner, "attr", ""))
    return any(word in name for word in ("connection", "transaction", "pool", "engine"))


def test_the_viewer_is_set_in_one_place() -> None:
    # Way 1, 4, 6 and 9 of failing open: another shape, two viewers, a viewer for the session.
    setters = {"vset", "vset_for_transaction", "set_config"}
    named = {
        place.partition(":")[0]
        for place, node in nodes(ast.Attribute, but=(MIGRATIONS,))
        if isinstance(node, ast.Attribute) and node.attr in setters
    }
    written = {
        place
        for place, node in nodes(ast.Constant, but=(MIGRATIONS,))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and any(f"{setter}(" in node.value for setter in setters)
    }
    assert (named, written) == ({"db/connection.py"}, set())


# Way 7: several statements in one string go by the simple protocol only, which these use for what has one.
SIMPLE_PROTOCOL = {
    "db/migrations/env.py": "Alembic's connection, as the owner",
    "db/migrations/versions/": "likewise",
    "db/roles.py": "roles and databases are made by statements that take no parameters, as the administrator",
    "db/server.py": "the embedded server's own administrator",
    "db/demonstration/": "loading, as the owner",
    "db/services.py": "the catalogue, as the owner",
}


def test_no_statement_of_the_portal_goes_by_the_simple_protocol() -> None:
    found = [
        place
        for place, node in nodes(ast.Call, but=tuple(SIMPLE_PROTOCOL))
        if called(node) in {"execute", "executemany"} and is_about_a_connection(node)
    ]
    assert found == []


def test_nobody_opens_a_cursor() -> None:
    # Way 8: it would outlive its viewer.
    found = [
        place
        for place, node in nodes(ast.Call)
        if called(node) in {"cursor", "stream", "prepare"} and is_about_a_connection(node)
    ]
    assert found == []
    for name, path in SOURCES.items():
        assert "DECLARE CURSOR" not in path.read_text(), name


def test_every_type_of_the_schema_has_a_policy() -> None:
    # `entity` demands one by its signature; here nobody hands it a condition made on the spot.
    found = []
    for place, node in nodes(ast.Call, under="schema/"):
        if called(node) == "entity" and isinstance(node, ast.Call):
            policy = {keyword.arg: keyword.value for keyword in node.keywords}["visible_to"]
            if not (isinstance(policy, ast.Attribute) and getattr(policy.value, "id", "") == "policies"):
                found.append(place)
    assert found == []


def test_every_policy_is_a_question() -> None:
    functions = [
        node
        for node in parsed(HOUSE / "auth/policies.py").body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and node.returns is not None
        and ast.unparse(node.returns) == "Condition"
    ]
    assert len(functions) > 10
    for function in functions:
        first_line = (ast.get_docstring(function) or "").splitlines()[0]
        assert "?" in first_line, function.name


# ------------------------------------------------------------------------------ manners ---


def test_no_module_acts_on_import() -> None:
    # Imports, names, functions, classes; a bare call would be an act. `described` names what an enum means,
    # `add_typer` a command with commands below it.
    allowed = {"add_typer", "described", "main"}
    entry_points = {"db/migrations/env.py": "Alembic runs it as a script"}
    found = [
        f"{name}:{statement.lineno}"
        for name, path in SOURCES.items()
        if name not in entry_points
        for statement in parsed(path).body
        if isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and called(statement.value) not in allowed
    ]
    assert found == []


@pytest.mark.parametrize(
    "word", ["utils", "helpers", "types", "resolvers", "loaders", "managers", "services_"]
)
def test_no_file_has_a_name_that_says_nothing(word: str) -> None:
    assert not [name for name in SOURCES if Path(name).stem == word]


def test_an_exception_from_a_lint_has_its_reason() -> None:
    # Its code always; why, at the first of its kind in a file. ANN401 has one reason: any value is meant.
    bare = []
    for name, path in SOURCES.items():
        explained = {"ANN401"}
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            _, found, exception = line.partition("# noqa")
            if not found:
                continue
            codes, _, reason = exception.removeprefix(":").partition("--")
            assert codes.strip(), f"{name}:{number}"
            if reason.strip():
                explained.add(codes.strip())
            elif codes.strip() not in explained:
                bare.append(f"{name}:{number}")
    assert bare == []
