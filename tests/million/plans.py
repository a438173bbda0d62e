"""How PostgreSQL means to answer a statement, and what it should never mean to do."""

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from auth.viewer import Viewer
from db.pool import Connection
from selection.answers import Plan
from selection.statements import MOST_COUNTED
from tests.portal import portal

# A table of more rows is never read whole.
FEW_ROWS = 1_000
# What has to take in all of its rows before it gives the first.
BLOCKING = {"Sort", "Hash", "Materialize", "Bitmap Heap Scan", "BitmapAnd", "BitmapOr", "SetOp", "WindowAgg"}
SCANS = {"Seq Scan", "Sample Scan", "Index Scan", "Index Only Scan", "Bitmap Index Scan"}

Node = Mapping[str, Any]


def planned(viewer: Viewer, text: str, inputs: Mapping[str, Any]) -> tuple[Plan, list[Any]]:
    """Plan an operation as the portal does: the statement, and its arguments."""
    translator = portal()
    document = translator.documents.read(text)
    operation = document and document.operation(None)
    assert operation, text
    variables = operation.coerce(inputs)
    assert variables, inputs
    plan = translator.plan(operation, viewer, variables)
    return plan, plan.arguments(viewer, variables)


async def explained(connection: Connection, viewer: Viewer, text: str, inputs: Mapping[str, Any]) -> Node:
    """Ask PostgreSQL how it answers: by the plan that is the same for all values, as the portal has it."""
    plan, arguments = planned(viewer, text, inputs)
    # EXPLAIN of the statement itself would plan for these values.
    await connection.execute(f"PREPARE asked AS {plan.statement.sql}")
    try:
        values = ", ".join(map(literal, arguments))
        found = await connection.fetchval(f"EXPLAIN (FORMAT JSON, VERBOSE) EXECUTE asked({values})")
    finally:
        await connection.execute("DEALLOCATE asked")
    root: Node = json.loads(found)[0]["Plan"]
    return root


def literal(value: Any) -> str:  # noqa: ANN401 -- an argument of any type
    """A value as SQL has it."""
    if value is None:
        return "NULL"
    if isinstance(value, list | tuple):
        return f"ARRAY[{', '.join(map(literal, value))}]"
    return f"'{str(value).replace(chr(39), chr(39) * 2)}'"


async def large_tables(connection: Connection) -> frozenset[str]:
    """The tables of which PostgreSQL knows that they have many rows."""
    rows = await connection.fetch(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples > $1", FEW_ROWS
    )
    return frozenset(row["relname"] for row in rows)


def nodes(root: Node) -> Iterator[Node]:
    """All nodes of a plan."""
    yield root
    for below in root.get("Plans", ()):
        yield from nodes(below)


def faults(root: Node, large: Collection[str]) -> list[str]:
    """What the plan means to do that grows with the tables."""
    return [fault for node in nodes(root) if (fault := fault_of(node, large))]


def fault_of(node: Node, large: Collection[str]) -> str:
    """What one node means to do that grows with the tables; an empty text for none."""
    kind, table = node["Node Type"], node.get("Relation Name", "")
    if table in large and kind == "Seq Scan":
        return f"reads all of {table}"
    is_whole = kind in SCANS and "Index Cond" not in node
    if table in large and is_whole:
        return f"reads all of {table} in the order of {node['Index Name']}"
    is_hashed = kind == "Aggregate" and node.get("Strategy") in {"Hashed", "Mixed"}
    if (kind in BLOCKING or is_hashed) and expected(node) > MOST_COUNTED + 1:
        return f"{kind} takes in {expected(node):,.0f} rows"
    return ""


def expected(node: Node) -> float:
    """How many rows a node takes in."""
    return float(max(below["Plan Rows"] for below in node.get("Plans", [node])))


def ways(root: Node, large: Collection[str]) -> list[tuple[str, str]]:
    """By which index the plan comes to the rows of each large table."""
    return [
        (node.get("Relation Name", ""), node.get("Index Name", ""))
        for node in nodes(root)
        if node.get("Relation Name") in large or node["Node Type"] == "Bitmap Index Scan"
    ]
