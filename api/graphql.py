"""GraphQL at the door: over HTTP, and subscriptions over graphql-transport-ws.

A query that is planned whole is answered ahead of strawberry; all else falls through to it, with the same
answer.
"""

import asyncio
import json
import logging
import secrets
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, cast

from graphql import GraphQLError, OperationType
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http import GraphQLHTTPResponse
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler
from strawberry.types import ExecutionResult

from api.authentication import Authentication
from api.languages import language_of
from api.pages import explorer
from auth.viewer import ANONYMOUS, Viewer
from db.connection import TOOK_TOO_LONG, Pool
from db.events import Listener
from db.outages import UNREACHABLE, described
from schema.context import Context
from schema.portal import schema
from selection.answers import Answer, Translator
from selection.faults import OperationFault

log = logging.getLogger("ansinh.graphql")

MOST_BODY_BYTES = 65_536
MOST_SUBSCRIPTIONS = 10
JSON_TYPE = "application/json"
RESPONSE_TYPE = "application/graphql-response+json"
# How often an open socket asks whether the session behind it still stands.
LOOK_AT_SESSION_S = 2.0
UNAUTHORIZED = 4401
SECONDS_TO_RETRY = "1"


class Unavailable(OperationFault):
    """The service is interrupted for a moment. Nothing was changed; try again."""

    code = "UNAVAILABLE"
    vietnamese = "Dịch vụ tạm gián đoạn. Không có gì bị thay đổi; vui lòng thử lại."


class TookTooLong(OperationFault):
    """This took longer than it may. Ask for less at once."""

    code = "TOOK_TOO_LONG"
    vietnamese = "Yêu cầu này mất quá nhiều thời gian. Hãy hỏi ít hơn mỗi lần."


class Fault(OperationFault):
    """Something went wrong on our side. Tell support the incident's number, {incident}."""

    code = "FAULT"
    vietnamese = "Có lỗi từ phía chúng tôi. Hãy báo cho bộ phận hỗ trợ số sự cố {incident}."

    def extras(self) -> dict[str, object]:
        """The number under which we logged it."""
        return {"incidentId": self.params["incident"]}


class SubscriptionsOnly(OperationFault):
    """Over a socket one can only subscribe; ask and act over HTTP."""

    code = "SUBSCRIPTIONS_ONLY"
    vietnamese = "Qua kết nối này chỉ có thể theo dõi; hãy hỏi và thực hiện qua HTTP."


class Socket(BaseGraphQLTransportWSHandler[Context, None]):
    """One socket: subscriptions only, closed when the viewer's token or session ends."""

    guard: asyncio.Task[None] | None = None

    async def handle_connection_init(self, message: Any) -> None:  # noqa: ANN401 -- strawberry's signature
        """Learn who is there, and from then on watch that they still may be."""
        await super().handle_connection_init(message)
        if self.connection_acknowledged and self.context.viewer.principal and self.guard is None:
            self.guard = asyncio.create_task(self._watch())

    async def handle_subscribe(self, message: Any) -> None:  # noqa: ANN401 -- strawberry's signature
        """Follow; queries and mutations go over HTTP alone, where idempotency and limits stand."""
        payload = message["payload"]
        document = self.context.translator.documents.read(payload["query"])
        operation = document and document.operation(payload.get("operationName"))
        if (
            operation
            and operation.node.operation is not OperationType.SUBSCRIPTION
            and self.connection_acknowledged
        ):
            error = presentable(SubscriptionsOnly(), self.context.language)
            await self.send_message({"id": message["id"], "type": "error", "payload": [error.formatted]})
            return
        await super().handle_subscribe(message)

    async def _send_result_stream(self, operation: Any, result_source: Any) -> None:  # noqa: ANN401
        """Send what is followed, its faults masked as everywhere."""

        async def shown() -> AsyncGenerator[Any, None]:
            async for result in result_source:
                result.errors = presented(result.errors, self.context.language)
                yield result

        await super()._send_result_stream(operation, shown())

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
                (viewer.expires_at - datetime.now(UTC)).total_seconds()
                if viewer.expires_at
                else LOOK_AT_SESSION_S
            )
            if remaining <= 0:
                break
            await asyncio.sleep(min(remaining, LOOK_AT_SESSION_S))
            with suppress(*UNREACHABLE):  # while PostgreSQL is away nothing is sent either
                if viewer.session_id and not await door.authentication.is_live(viewer):
                    break
        await self.websocket.close(code=UNAUTHORIZED, reason="The token or session has ended.")


class Door(GraphQL[Context, None]):
    """The GraphQL endpoint."""

    graphql_transport_ws_handler_class = Socket

    def __init__(
        self,
        pool: Pool,
        listener: Listener,
        translator: Translator,
        authentication: Authentication,
    ) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            max_subscriptions_per_connection=MOST_SUBSCRIPTIONS,
            allowed_origins=sorted(authentication.origins),
        )
        self.pool, self.listener, self.translator = pool, listener, translator
        self.authentication = authentication

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request ahead of strawberry where we can; leave it the rest, and the sockets."""
        response = None
        if scope["type"] == "http":
            request = Request(scope, receive)
            if request.method == "GET":
                response = _looked_up(request)
            elif request.method == "POST":
                body = await _bounded_body(request)
                receive = _again(body)
                response = await self.answer(request, body)
        if response is None:
            await super().__call__(scope, receive, send)
        else:
            await response(scope, receive, send)

    async def answer(self, request: Request, body: bytes) -> Response | None:
        """Answer a query that is planned whole; None where strawberry has to."""
        if len(body) > MOST_BODY_BYTES:
            return _request_error(f"A request has at most {MOST_BODY_BYTES} bytes.", "TOO_LARGE", 413)
        if request.headers.get("content-type", "").partition(";")[0] != JSON_TYPE:
            return None
        asked = _read(body)
        if asked is None:
            return None
        try:
            answer = await self._ask(_viewer(request), *asked)
        except OperationFault as fault:
            return _failed(fault, request)
        return _answered(answer, request) if answer else None

    async def _ask(
        self, viewer: Viewer, text: str, variables: Mapping[str, Any], operation_name: str | None
    ) -> Answer | None:
        """Ask once more where PostgreSQL had gone: reading twice does no harm."""
        try:
            try:
                return await self.translator.answer(self.pool, viewer, text, operation_name, variables)
            except UNREACHABLE:
                return await self.translator.answer(self.pool, viewer, text, operation_name, variables)
        except OperationFault:
            raise
        except Exception as error:  # every fault becomes an answer
            raise masked(error) from error

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:  # noqa: ARG002 -- strawberry's signature
        """What the resolvers of this request know."""
        return Context(_viewer(request), language_of(request), self.pool, self.listener, self.translator)

    async def on_ws_connect(self, context: Context) -> Any:  # noqa: ANN401 -- strawberry's sentinel
        """Let a client in that introduces itself truly, or not at all."""
        viewer = await self.authentication.introduced(context.viewer, context.connection_params or {})
        if viewer is None:
            raise ConnectionRejectionError
        context.viewer = viewer
        return await super().on_ws_connect(context)

    def encode_json(self, data: object) -> str:
        """Write JSON as PostgreSQL does: compact, and with the letters that people wrote."""
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"))

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """Mask what is not for the caller's eyes."""
        result.errors = presented(result.errors, language_of(request))
        return await super().process_result(request, result)

    def create_response(self, response_data: Any, sub_response: Response) -> Response:  # noqa: ANN401
        """Answer, with 503 where the service is interrupted."""
        response = super().create_response(response_data, sub_response)
        errors = response_data.get("errors", ()) if isinstance(response_data, dict) else ()
        if any(error.get("extensions", {}).get("code") == Unavailable.code for error in errors):
            response.status_code = 503
            response.headers["Retry-After"] = SECONDS_TO_RETRY
        response.headers["Cache-Control"] = "no-store"
        return response


def masked(error: BaseException) -> OperationFault:
    """What the caller may know of a fault: whether to try again, or the number under which we logged it."""
    if isinstance(error, TOOK_TOO_LONG):
        return TookTooLong()
    if isinstance(error, UNREACHABLE):
        return Unavailable()
    incident = secrets.token_hex(8)
    log.error("incident %s: %s", incident, described(error))
    return Fault(incident=incident)


def presented(errors: Iterable[GraphQLError] | None, language: str) -> list[GraphQLError] | None:
    """The errors of a result as the caller sees them."""
    return [presentable(error, language) for error in errors or ()] or None


def presentable(error: GraphQLError, language: str) -> GraphQLError:
    """The error as the caller sees it, in the caller's language: a fault of ours is masked in place."""
    original = error.original_error or error
    fault = original if isinstance(original, GraphQLError) else masked(original)
    if not isinstance(fault, OperationFault):
        return error
    return GraphQLError(
        fault.said(language),
        nodes=error.nodes or fault.nodes,
        path=error.path or fault.path,
        extensions=fault.extensions,
    )


def _viewer(connection: HTTPConnection) -> Viewer:
    return cast("Viewer", connection.scope.get("viewer", ANONYMOUS))


def _looked_up(request: Request) -> Response | None:
    """Show the explorer to a browser; refuse a session's GET, which a link on another site could make."""
    if "text/html" in request.headers.get("accept", "") and "query" not in request.query_params:
        return explorer(request)
    if _viewer(request).session_id:
        return Response("With a session, ask by POST.", 405, {"Allow": "POST"})
    return None


async def _bounded_body(request: Request) -> bytes:
    """Read a body, one byte past the bound at most."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BODY_BYTES:
            return body[: MOST_BODY_BYTES + 1]
    return body


def _again(body: bytes) -> Receive:
    """Give a body that was read already to whoever reads it next."""
    message: Message = {"type": "http.request", "body": body, "more_body": False}

    async def receive() -> Message:
        return message

    return receive


def _read(body: bytes) -> tuple[str, Mapping[str, Any], str | None] | None:
    """Read a GraphQL request; None where it is not one, which strawberry then tells."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    text, variables, name = found.get("query"), found.get("variables") or {}, found.get("operationName")
    if not isinstance(text, str) or not isinstance(variables, dict) or not isinstance(name, str | None):
        return None
    return text, variables, name


def _answered(answer: Answer, request: Request) -> Response:
    timing = answer.timing
    return Response(
        b'{"data":' + answer.data + b"}",
        media_type=_media_type(request),
        headers={
            "Cache-Control": "no-store",
            "Server-Timing": ", ".join(
                f"{step};dur={took_ms:.2f}"
                for step, took_ms in (
                    ("parse", timing.parse_ms),
                    ("plan", timing.plan_ms),
                    ("db", timing.db_ms),
                )
            ),
        },
    )


def _failed(fault: OperationFault, request: Request) -> Response:
    is_interruption = isinstance(fault, Unavailable)
    headers = {"Cache-Control": "no-store"} | ({"Retry-After": SECONDS_TO_RETRY} if is_interruption else {})
    return Response(
        json.dumps(
            {"data": None, "errors": [presentable(fault, language_of(request)).formatted]}, ensure_ascii=False
        ),
        503 if is_interruption else 200,
        headers,
        media_type=_media_type(request),
    )


def _request_error(message: str, code: str, status: int) -> Response:
    return JSONResponse({"errors": [{"message": message, "extensions": {"code": code}}]}, status)


def _media_type(request: Request) -> str:
    return RESPONSE_TYPE if RESPONSE_TYPE in request.headers.get("accept", "") else JSON_TYPE
