"""The floor: the statements that An Sinh writes, behind a bare ASGI application without GraphQL or ledger."""

import json
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from auth.tokens import Verifier
from auth.viewer import Viewer, ViewerKind
from bench.peers import OPERATIONS, serve
from bench.population import SCOPES
from db.pool import Pool
from schema.portal import schema
from selection.answers import Translator
from selection.marks import Places, taken_out

# In which capacity each question is asked; what a plan depends on.
CAPACITIES = {
    "q1_participant": ViewerKind.CITIZEN,
    "q2_page": ViewerKind.CITIZEN,
    "q3_dossiers": ViewerKind.OFFICER,
    "q4_services": ViewerKind.CITIZEN,
}


def statement(name: str) -> tuple[str, list[str], Places]:
    """The statement of an operation, the response keys of its columns, and what its marks stand for."""
    translator = Translator(schema._schema)  # noqa: SLF001 -- as in api/application.py
    document = translator.documents.read(OPERATIONS[name])
    operation = document.operation(None) if document else None
    assert operation is not None  # noqa: S101 -- our own document
    inputs = {"id": "Participant:00000000-0000-0000-0000-000000000000"} if "$id" in OPERATIONS[name] else {}
    plan = translator.plan(operation, Viewer(CAPACITIES[name], scopes=SCOPES), operation.coerce(inputs))
    return plan.statement.sql, [part.key for part in plan.parts], plan.places


def floor(pool: Pool, verifier: Verifier) -> ASGIApp:
    """Answer `POST /<operation>` with what its statement brings."""
    statements = {f"/{name}": statement(name) for name in OPERATIONS}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        sql, keys, places = statements[scope["path"]]
        authorization = next(value for name, value in scope["headers"] if name == b"authorization")
        viewer = await verifier.viewer(authorization[len(b"Bearer ") :].decode())
        variables: dict[str, Any] = json.loads((await receive())["body"])["variables"]
        row = await pool.fetchrow(sql, viewer.binding, *(value.split(":")[1] for value in variables.values()))
        assert row is not None  # noqa: S101 -- the viewer's row is always there
        texts, _ = taken_out(row.values(), places)
        members = ",".join(f'"{key}":{text}' for key, text in zip(keys, texts, strict=True))
        body = f'{{"data":{{{members}}}}}'.encode()
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [
                    (b"content-type", b"application/json"),
                    (b"content-length", str(len(body)).encode()),
                ],
            }
        )
        await send({"type": "http.response.body", "body": body})

    return app


if __name__ == "__main__":
    serve(floor)
