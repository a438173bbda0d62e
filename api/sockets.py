"""Sockets: subscriptions over graphql-transport-ws, for as long as whoever follows may."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from starlette.websockets import WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler

from api.faults import SubscriptionsOnly, TooManySubscriptions, presented
from api.observations import Observation, observation_of
from api.rates import Spent
from db.connection import TOOK_TOO_LONG
from db.outages import UNREACHABLE, described
from schema.context import Context
from selection.faults import OperationFault

if TYPE_CHECKING:
    from api.graphql import Door

log = logging.getLogger("ansinh.graphql")

# A close frame has at most 125 bytes, two of them for the code (RFC 6455 section 5.5).
LONGEST_REASON_BYTES = 123
# How often an open socket asks whether the token or session behind it still stands.
LOOK_EVERY_S = 2.0
UNAUTHORIZED = 4401

# What the task that follows something was charged for it; each task has a context of its own.
charged: ContextVar[Spent | None] = ContextVar("charged", default=None)
# What is observed of the subscription that a task serves.
followed: ContextVar[Observation] = ContextVar("followed")


class Wire(ASGIWebSocketAdapter):
    """What a socket's messages go through."""

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send a message, unless nobody is there any more: whoever reads the socket sees to that."""
        with suppress(WebSocketDisconnected):
            if self._is_open:
                await super().send_json(message)

    async def close(self, code: int, reason: str) -> None:
        """Hang up once; of a long reason, such as one that quotes the caller, say what a frame holds."""
        with suppress(WebSocketDisconnect):
            if self._is_open:
                await super().close(code, reason.encode()[:LONGEST_REASON_BYTES].decode(errors="ignore"))

    @property
    def _is_open(self) -> bool:
        return self.ws.application_state is WebSocketState.CONNECTED


class Socket(BaseGraphQLTransportWSHandler[Context, None]):
    """One socket: subscriptions only, closed when the viewer's token or session ends."""

    guard: asyncio.Task[None] | None = None

    async def handle_connection_init(self, message: Any) -> None:  # noqa: ANN401 -- strawberry's signature
        """Learn who is there, and from then on watch that they still may be."""
        if message.get("payload") is None:
            message = {**message, "payload": {}}
        await super().handle_connection_init(message)
        if self.connection_acknowledged and self.context.viewer.principal and self.guard is None:
            self.guard = asyncio.create_task(self._watch())

    async def handle_message(self, message: Any) -> None:  # noqa: ANN401 -- strawberry's signature
        """Take what has the form of a message; hang up on anything else."""
        if _is_message(message):
            await super().handle_message(message)
        else:
            await self.handle_invalid_message("Invalid message")

    async def handle_subscribe(self, message: Any) -> None:  # noqa: ANN401 -- strawberry's signature
        """Follow, and observe it until it is over."""
        observer, connection = cast("Door", self.view).observer, cast("Wire", self.websocket).ws
        observation = observer.begin(observation_of(connection).trace, "subscription")
        cast("Door", self.view).authentication.note(observation, self.context.viewer)
        # The task that strawberry makes of it begins with what is set here.
        followed.set(observation)
        before = self.operations.get(message["id"])
        try:
            await self._follow(message, observation)
        finally:
            begun = self.operations.get(message["id"])
            if begun is None or begun is before or begun.task is None:
                observer.end(observation)
            else:
                begun.task.add_done_callback(lambda _task: observer.end(observation))

    async def _follow(self, message: Any, observation: Observation) -> None:  # noqa: ANN401 -- strawberry's
        """Follow; queries and mutations go over HTTP alone, where idempotency and limits stand."""
        payload = {**message["payload"], "operationName": message["payload"].get("operationName") or None}
        try:
            if self.connection_acknowledged:
                most = self.max_subscriptions_per_connection
                if most is not None and len(self.operations) >= most and message["id"] not in self.operations:
                    raise TooManySubscriptions(most=most)
                door = cast("Door", self.view)
                connection = cast("Wire", self.websocket).ws
                text = door.text(
                    connection, self.context.viewer, payload.get("query"), payload.get("documentId")
                )
                operation = door.admitted(
                    connection,
                    self.context.viewer,
                    text,
                    payload.get("variables") or {},
                    payload["operationName"],
                    observation,
                )
                charged.set(connection.scope["spent"])
                message = {**message, "payload": {**payload, "query": text}}
                if not operation.is_subscription:
                    raise SubscriptionsOnly
                operation.coerce(payload.get("variables") or {})
        except OperationFault as fault:
            errors = presented([fault], self.context.language)
            observation.err(errors)
            told = [error.formatted for error in errors]
            await self.send_message({"id": message["id"], "type": "error", "payload": told})
        else:
            await super().handle_subscribe(message)

    async def _send_result_stream(self, operation: Any, result_source: Any) -> None:  # noqa: ANN401
        """Send what is followed, its faults masked as everywhere; the first says what it cost."""

        async def shown() -> AsyncGenerator[Any, None]:
            door = cast("Door", self.view)
            spent = charged.get()
            async for result in result_source:
                if spent:
                    result.extensions = {**(result.extensions or {}), "cost": spent.extension()}
                    spent = None
                result.errors = door.presented(result.errors, self.context.viewer, self.context.language)
                followed.get().err(result.errors)
                yield result

        await super()._send_result_stream(operation, shown())

    async def handle_task_exception(self, error: Exception) -> None:
        """Log what went wrong while somebody followed, without what anybody wrote."""
        log.error("A subscription failed: %s", described(error))

    async def shutdown(self) -> None:
        """End everything that belongs to the socket."""
        if self.guard:
            self.guard.cancel()
        await super().shutdown()

    async def _watch(self) -> None:
        door = cast("Door", self.view)
        viewer = self.context.viewer
        while True:
            remaining = (
                (viewer.expires_at - datetime.now(UTC)).total_seconds() if viewer.expires_at else LOOK_EVERY_S
            )
            if remaining <= 0:
                break
            await asyncio.sleep(min(remaining, LOOK_EVERY_S))
            # While PostgreSQL is away nothing is sent either.
            with suppress(*UNREACHABLE, TOOK_TOO_LONG):
                if not await door.authentication.is_live(viewer):
                    break
        await self.websocket.close(code=UNAUTHORIZED, reason="The token or session has ended.")


def is_request(found: object) -> bool:
    """Whether it has the form of a request."""
    return (
        isinstance(found, dict)
        and isinstance(found.get("query"), str | None)
        and isinstance(found.get("documentId"), str | None)
        and (found.get("query") is not None or found.get("documentId") is not None)
        and isinstance(found.get("variables"), dict | None)
        and isinstance(found.get("operationName"), str | None)
        and isinstance(found.get("extensions"), dict | None)
    )


def _is_message(found: object) -> bool:
    """Whether it has the form of a message that a client may send over a socket."""
    match found:
        case {"type": "subscribe", "id": str(), "payload": payload}:
            return is_request(payload)
        case {"type": "complete", "id": str()} | {"type": "connection_init" | "ping" | "pong"}:
            return True
    return False
