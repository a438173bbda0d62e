"""How an operation is answered: its plan, the one statement it becomes, and what PostgreSQL does for it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auth.personas import persona_of
from auth.viewer import ANONYMOUS, Viewer, principal_of
from db.identifiers import IdentifierKeys, participant_of
from db.pool import Pool
from domain.refusals import Refusal
from schema.identifiers import finding
from schema.portal import schema
from selection.answers import Plan, Translator
from selection.faults import OperationFault
from selection.outlines import outline
from selection.planner import Unplannable


class NotExplained(Refusal):
    """This is not one query that becomes one statement: {reason}."""

    code = "NOT_EXPLAINED"
    vietnamese = "Đây không phải là một truy vấn trở thành một câu lệnh: {reason}."


ANYBODY = "anybody"
HEADER = re.compile(r"# as: (?P<subject>[\w-]+)\n(?:# variables: (?P<variables>.*)\n)?")


@dataclass(frozen=True, slots=True)
class Header:
    """What the first lines of a file of operations say: `# as: lan`, `# variables: {"first": 10}`."""

    subject: str
    variables: Mapping[str, Any]


def header_of(text: str) -> Header:
    """Read who asks, and with which variables: anybody, and with none, where the file does not say."""
    found = HEADER.match(text)
    return Header(found["subject"] if found else ANYBODY, json.loads((found and found["variables"]) or "{}"))


async def viewer_of(pool: Pool, keys: IdentifierKeys, issuer: str, subject: str) -> Viewer:
    """See with a persona's eyes, or with anybody's. Raises: PersonaUnknown."""
    if subject == ANYBODY:
        return ANONYMOUS
    persona = persona_of(subject)
    number = persona.personal_number
    return Viewer(
        kind=persona.kind,
        principal=principal_of(issuer, persona.subject),
        participant_id=await participant_of(pool, keys, number) if number else None,
        name=persona.name,
        scopes=persona.scopes,
        assurance=persona.assurance,
    )


async def explanation_of(
    pool: Pool, viewer: Viewer, text: str, inputs: Mapping[str, Any], *, keys: IdentifierKeys
) -> str:
    """Tell the plan of an operation, its statement and, having run it as the viewer, PostgreSQL's plan.

    Raises: NotExplained.
    """
    translator = Translator(schema._schema, keyed=finding(keys))  # noqa: SLF001 -- strawberry has no other name for it
    try:
        operation = translator.documents.read(text).operation(None)
        if operation is None or not operation.is_query:
            raise NotExplained(reason="there must be one operation, a query")
        variables = operation.coerce(inputs)
        plan = translator.plan(operation, viewer, variables)
        arguments = plan.arguments(viewer, variables)
    except Unplannable as unplannable:
        raise NotExplained(reason=str(unplannable) or "a field has no declaration") from unplannable
    except OperationFault as fault:
        raise NotExplained(reason=fault.message) from fault
    planned = "\n".join(outline(plan.parts))
    return f"{planned}\n\n{plan.statement.sql}\n\n{await measured(pool, plan, arguments)}"


async def measured(pool: Pool, plan: Plan, arguments: list[Any]) -> str:
    """Run the statement and read what PostgreSQL did for it."""
    rows = await pool.fetch(f"EXPLAIN (ANALYZE, BUFFERS, SETTINGS) {plan.statement.sql}", *arguments)
    return "\n".join(row[0] for row in rows)
