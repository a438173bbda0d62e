"""What one can do to a dossier, as an SPA asks for it."""

from typing import Any
from uuid import UUID, uuid4

from auth.viewer import Viewer
from db.pool import Pool
from tests.portal import done

PAYLOAD = """{
  replayed
  errors { code path message params { name value } }
  dossier { id reference code status version dueOn acceptedAt closedAt
            events(first: 100) { nodes { seq kind status actorKind reason } } }
}"""
SUBMIT = "mutation ($input: SubmitDossierInput!) { act: submitDossier(input: $input) " + PAYLOAD + "}"
ACCEPT = "mutation ($input: AcceptDossierInput!) { act: acceptDossier(input: $input) " + PAYLOAD + "}"
WITHDRAW = "mutation ($input: WithdrawDossierInput!) { act: withdrawDossier(input: $input) " + PAYLOAD + "}"


def a_key() -> str:
    """An idempotency key for a new wish."""
    return str(uuid4())


async def submitted(
    pool: Pool, viewer: Viewer, service: str, /, *, key: str | None = None, **more: object
) -> Any:  # noqa: ANN401 -- JSON
    """The payload of a submission; `more` is of its input."""
    wish = {"idempotencyKey": key or a_key(), "service": f"Service:{service}", **more}
    return (await done(pool, viewer, SUBMIT, input=wish))["act"]


async def accepted(
    pool: Pool, viewer: Viewer, dossier: UUID | str, *, version: int = 1, key: str | None = None
) -> Any:  # noqa: ANN401 -- JSON
    """The payload of an acceptance."""
    wish = {"idempotencyKey": key or a_key(), "dossier": named(dossier), "expectedVersion": version}
    return (await done(pool, viewer, ACCEPT, input=wish))["act"]


async def withdrawn(
    pool: Pool, viewer: Viewer, dossier: UUID | str, *, version: int = 1, **more: object
) -> Any:  # noqa: ANN401 -- JSON
    """The payload of a withdrawal; `more` is of its input."""
    wish = {"idempotencyKey": a_key(), "dossier": named(dossier), "expectedVersion": version, **more}
    return (await done(pool, viewer, WITHDRAW, input=wish))["act"]


def named(dossier: UUID | str) -> str:
    """The global identifier of a dossier."""
    return f"Dossier:{dossier}" if isinstance(dossier, UUID) else dossier


def codes(payload: Any) -> list[str]:  # noqa: ANN401 -- JSON
    """Why the agency said no."""
    return [error["code"] for error in payload["errors"]]
