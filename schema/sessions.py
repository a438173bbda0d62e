"""In which browsers somebody is signed in, and how to end one from another."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry
from sqlalchemy import Interval, cast, false, func
from strawberry import Info

from auth import policies
from auth.policies import MY_SESSION
from auth.scopes import Scope
from auth.sessions import SessionLimits
from db.pool import Connection
from db.sessions import end_one, sessions
from domain.dossiers import Actor
from schema.acts import Moment, Payload, key_of, perform
from schema.context import Context
from selection import Columns, Condition, Node, Order, computed, entity, stored
from selection.literals import words

NEWEST_SESSION = {"NEWEST": Order(("id",), descending=True)}
IDLE = cast(words(f"{SessionLimits().idle.total_seconds():.0f} seconds"), Interval)


@entity(sessions, visible_to=policies.sessions, needs=Scope.SESSION_READ)
class Session(Node):
    """That the viewer's account is signed in with a browser."""

    browser: str = stored("The family of the browser, such as `Firefox`; empty where it is not known.")
    begun_at: datetime = stored("When it was begun, by signing in.", column="created_at")
    last_seen_at: datetime = stored("When somebody was last seen in it, to the minute.")
    ends_at: datetime = stored(
        "When it ends at the latest; it ends sooner where nobody is seen in it.", column="expires_at"
    )
    is_asking: bool = computed(
        "Whether it is the session of this very request.",
        lambda session: func.coalesce(session.id == MY_SESSION, false()),
    )


def sessions_standing(session: Columns) -> Iterator[Condition]:
    """The sessions that have not ended: in which somebody was seen lately."""
    yield session.last_seen_at > func.statement_timestamp() - IDLE


@strawberry.input(description="Which session is ended.")
class EndSessionInput:
    """Which session is ended."""

    idempotency_key: str = strawberry.field(description="Chosen by the client, new for every new wish.")
    session: strawberry.ID = strawberry.field(description="The session; it may be the one that asks.")


@strawberry.type(description="What ending a session did.")
class SessionPayload(Payload):
    """What ending a session did."""

    ended: strawberry.ID | None = strawberry.field(
        description="The session that stands no more; null where the agency said no."
    )


async def end_session(
    info: Info[Context, None],
    input: Annotated[EndSessionInput, strawberry.argument(description="Which session is ended.")],  # noqa: A002 -- GraphQL's name
) -> SessionPayload:
    """End a session of one's own: within a second nothing is asked in it, within five its sockets close."""

    async def act(connection: Connection, actor: Actor, _moment: Moment) -> UUID:
        return await end_one(connection, key_of(info, "Session", input.session, "session"), actor.principal)

    done = await perform(info, input, act, Scope.SESSION_END)
    ended = strawberry.ID(f"Session:{done.row_key}") if done.row_key else None
    return SessionPayload.of(done, info.context.language, ended=ended)
