"""The portal without its door: an operation is asked by the translator, or executed by strawberry."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from graphql import GraphQLError
from strawberry.types import ExecutionResult

from auth import policies
from auth.access_ledger import Witness
from auth.signatures import Signatory
from auth.viewer import Viewer
from db.access_ledger import Ledger
from db.events import Listener
from db.pool import Pool
from schema.context import Context
from schema.identifiers import finding
from schema.limits import USUAL_RATES, rate_of
from schema.portal import schema
from selection.answers import Translator
from selection.documents import Documents
from selection.marks import Shown
from tests.people import KEYS


@dataclass
class Notebook:
    """A witness that only keeps in mind what it saw last: the ledger itself is asked at the door."""

    last: tuple[Viewer, Sequence[Shown], str] | None = None

    async def saw(self, viewer: Viewer, shown: Sequence[Shown], document: str) -> None:
        """Keep it in mind."""
        self.last = viewer, shown, document


NOTEBOOK = Notebook()
SIGNATORY = Signatory.of("https://an-sinh.test", [b"s" * 32])


@cache
def portal() -> Translator:
    """The translator of the portal's schema."""
    translator = Translator(schema._schema, NOTEBOOK, finding(KEYS))  # noqa: SLF001 -- as the door takes it
    translator.install()
    return translator


def without_policies() -> Translator:
    """A translator whose every policy says yes: what is left is the second wall."""
    translator = Translator(schema._schema, NOTEBOOK, finding(KEYS))  # noqa: SLF001 -- as the door takes it
    translator.catalogue = replace(
        translator.catalogue,
        entities={
            name: replace(entity, visible_to=policies.everybody, listed_to=None)
            for name, entity in translator.catalogue.entities.items()
        },
    )
    translator.documents = Documents(translator.catalogue)
    return translator


async def ask(
    pool: Pool,
    viewer: Viewer,
    text: str,
    /,
    *,
    translator: Translator | None = None,
    operation_name: str | None = None,
    **variables: object,
) -> Any:  # noqa: ANN401 -- JSON
    """Ask what is planned whole, ahead of strawberry, and return its `data`.

    Raises: OperationFault.
    """
    answer = await (translator or portal()).answer(pool, viewer, text, operation_name, variables)
    assert answer is not None, "not planned whole"
    return json.loads(answer.data)


def nothing_spent(viewer: Viewer) -> int:
    """How much somebody may spend who has spent nothing: the door alone keeps count."""
    return rate_of(viewer, USUAL_RATES).capacity


async def execute(
    pool: Pool,
    viewer: Viewer,
    text: str,
    /,
    *,
    language: str = "en",
    now: datetime | None = None,
    operation_name: str | None = None,
    **variables: object,
) -> ExecutionResult:
    """Let strawberry execute an operation, as it does for whatever is not planned whole."""
    context = Context(
        viewer, language, pool, Listener(""), portal(), KEYS, Witness(Ledger("")), SIGNATORY, nothing_spent
    )
    if now:
        context.clock = lambda: now
    result = await schema.execute(
        text, variable_values=variables, context_value=context, operation_name=operation_name
    )
    assert isinstance(result, ExecutionResult)
    return result


async def done(pool: Pool, viewer: Viewer, text: str, /, **variables: object) -> Any:  # noqa: ANN401 -- JSON
    """Execute an operation that goes well, and return its `data`."""
    result = await execute(pool, viewer, text, **variables)
    assert result.errors is None, result.errors
    return result.data


def code_of(error: GraphQLError) -> str | None:
    """The stable code of an error."""
    return (error.extensions or {}).get("code")
