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
from time import perf_counter
from typing import Any, ClassVar, cast

from graphql import GraphQLError, OperationType
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter, GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http import GraphQLHTTPResponse
from strawberry.http.exceptions import WebSocketDisconnected
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
METHODS = ("GET", "POST")
# A close frame has at most 125 bytes, two of them for the code (RFC 6455 section 5.5).
LONGEST_REASON_BYTES = 123
# How often an open socket asks whether the session behind it still stands.
LOOK_AT_SESSION_S = 2.0
UNAUTHORIZED = 4401
SECONDS_TO_RETRY = "1"


class Unavailable(OperationFault):
    """The service is interrupted for a moment. Try again; whatever you do, with the same idempotency key."""

    # Whether a change was kept is not known where PostgreSQL goes before it has answered.
    code = "UNAVAILABLE"
    vietnamese = (
        "Dịch vụ tạm gián đoạn. Vui lòng thử lại; mọi thao tác xin gửi lại với cùng khóa idempotency."
    )


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


class RequestFault(OperationFault):
    """This is not a request that can be answered here."""

    status: ClassVar[int] = 400


class RequestMalformed(RequestFault):
    """A request is a JSON object: `query` a text, `variables` an object, `operationName` a text."""

    code = "BAD_REQUEST"
    vietnamese = (
        "Yêu cầu là một đối tượng JSON: `query` là văn bản, `variables` là đối tượng,"
        " `operationName` là văn bản."
    )


class RequestTooLarge(RequestFault):
    """A request has at most {most} bytes."""

    code = "TOO_LARGE"
    vietnamese = "Một yêu cầu có nhiều nhất {most} byte."
    status = 413


class MediaTypeRefused(RequestFault):
    """Send a request as `application/json`."""

    code = "UNSUPPORTED_MEDIA_TYPE"
    vietnamese = "Hãy gửi yêu cầu dưới dạng `application/json`."
    status = 415


class MethodRefused(RequestFault):
    """Ask by POST; by GET only queries, and only without a session."""

    code = "METHOD_NOT_ALLOWED"
    vietnamese = "Hãy gửi bằng POST; bằng GET chỉ có thể hỏi, và chỉ khi không có phiên làm việc."
    status = 405


class OperationUnknown(RequestFault):
    """The document has no operation of this name, or several and none is named."""

    code = "OPERATION_UNKNOWN"
    vietnamese = "Tài liệu không có thao tác mang tên này, hoặc có nhiều thao tác mà không nêu tên."


class SubscriptionsElsewhere(RequestFault):
    """Subscribe over a socket, with the protocol graphql-transport-ws."""

    code = "SUBSCRIPTIONS_ELSEWHERE"
    vietnamese = "Hãy theo dõi qua WebSocket, với giao thức graphql-transport-ws."


class SubscriptionsOnly(RequestFault):
    """Over a socket one can only subscribe; ask and act over HTTP."""

    code = "SUBSCRIPTIONS_ONLY"
    vietnamese = "Qua kết nối này chỉ có thể theo dõi; hãy hỏi và thực hiện qua HTTP."


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
        """Follow; queries and mutations go over HTTP alone, where idempotency and limits stand."""
        payload = message["payload"]
        try:
            if self.connection_acknowledged:
                door = cast("Door", self.view)
                kind = door.kind_of_operation(payload["query"], payload.get("operationName"))
                if kind not in {None, OperationType.SUBSCRIPTION}:
                    raise SubscriptionsOnly
        except RequestFault as fault:
            error = presentable(fault, self.context.language)
            await self.send_message({"id": message["id"], "type": "error", "payload": [error.formatted]})
        else:
            await super().handle_subscribe(message)

    async def _send_result_stream(self, operation: Any, result_source: Any) -> None:  # noqa: ANN401
        """Send what is followed, its faults masked as everywhere."""

        async def shown() -> AsyncGenerator[Any, None]:
            async for result in result_source:
                result.errors = presented(result.errors, self.context.language)
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
                (viewer.expires_at - datetime.now(UTC)).total_seconds()
                if viewer.expires_at
                else LOOK_AT_SESSION_S
            )
            if remaining <= 0:
                break
            await asyncio.sleep(min(remaining, LOOK_AT_SESSION_S))
            # While PostgreSQL is away nothing is sent either.
            with suppress(*UNREACHABLE, TOOK_TOO_LONG):
                if viewer.session_id and not await door.authentication.is_live(viewer):
                    break
        await self.websocket.close(code=UNAUTHORIZED, reason="The token or session has ended.")


class Door(GraphQL[Context, None]):
    """The GraphQL endpoint."""

    graphql_transport_ws_handler_class = Socket
    websocket_adapter_class = Wire

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
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        request = Request(scope, receive)
        if _wants_page(request):
            response: Response | None = explorer(request)
        else:
            try:
                body = await _bounded_body(request)
            except ClientDisconnect:
                return
            response = await self.answer(request, body)
            receive = _again(body)
        if response is None:
            await super().__call__(scope, receive, send)
        else:
            await response(scope, receive, send)

    async def answer(self, request: Request, body: bytes) -> Response | None:
        """Answer what cannot be a request, or a query that is planned whole; None where strawberry has to."""
        try:
            text, variables, name = _read(request, body)
            started = perf_counter()
            kind = self.kind_of_operation(text, name)
            read_ms = (perf_counter() - started) * 1e3
            if request.method == "GET" and kind not in {None, OperationType.QUERY}:
                raise MethodRefused
            if kind is OperationType.SUBSCRIPTION:
                raise SubscriptionsElsewhere
            answer = await self._ask(_viewer(request), text, variables, name)
        except OperationFault as fault:
            # What is wrong at one place of the answer makes null of that place, which strawberry finds.
            return None if fault.path else _failed(fault, request)
        return _answered(answer, request, read_ms) if answer else None

    def kind_of_operation(self, text: str, name: str | None) -> OperationType | None:
        """Say what an operation is for; None where its document has faults, which strawberry then tells.

        Raises: OperationUnknown.
        """
        document = self.translator.documents.read(text)
        if document is None:
            return None
        operation = document.operation(name)
        if operation is None:
            raise OperationUnknown
        return operation.node.operation

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

    def decode_json(self, data: str | bytes) -> object:
        """Read JSON; whatever else it is, it is one kind of fault.

        Raises: json.JSONDecodeError.
        """
        try:
            return json.loads(data)
        except (ValueError, RecursionError) as error:
            raise json.JSONDecodeError("Not JSON.", "", 0) from error

    def encode_json(self, data: object) -> str:
        """Write JSON as PostgreSQL does: compact, and with the letters that people wrote."""
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"))

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """Mask what is not for the caller's eyes."""
        result.errors = presented(result.errors, language_of(request))
        return await super().process_result(request, result)

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        """Begin an answer of the media type that the caller reads."""
        response = await super().get_sub_response(request)
        response.media_type = _media_type(request)
        return response

    def create_response(self, response_data: Any, sub_response: Response) -> Response:  # noqa: ANN401
        """Answer; say by the status where nothing was executed, as far as the media type knows of that.

        Source: GraphQL over HTTP, section 6.4.
        """
        errors = response_data.get("errors", ())
        status = 200
        if any(error.get("extensions", {}).get("code") == Unavailable.code for error in errors):
            status = 503
        elif errors and response_data["data"] is None and not any("path" in error for error in errors):
            del response_data["data"]
            status = 400 if sub_response.media_type == RESPONSE_TYPE else 200
        return Response(
            self.encode_json(response_data), status, _headers(status), media_type=sub_response.media_type
        )


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


def _wants_page(request: Request) -> bool:
    """Whether a browser comes to look."""
    return (
        request.method == "GET"
        and "text/html" in request.headers.get("accept", "")
        and "query" not in request.query_params
    )


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


def _read(request: Request, body: bytes) -> tuple[str, Mapping[str, Any], str | None]:
    """Read what is asked: the document, its variables, the name of the operation.

    Raises: RequestFault.
    """
    # A session's GET could be a link on another site.
    if request.method not in METHODS or (request.method == "GET" and _viewer(request).session_id):
        raise MethodRefused
    if len(body) > MOST_BODY_BYTES:
        raise RequestTooLarge(most=MOST_BODY_BYTES)
    try:
        if request.method == "GET":
            asked = request.query_params
            found: Any = {
                **asked,
                "variables": json.loads(asked.get("variables") or "null"),
                "extensions": None,
            }
        elif request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON_TYPE:
            raise MediaTypeRefused
        else:
            found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RequestMalformed from error
    if not _is_request(found):
        raise RequestMalformed
    return found["query"], found.get("variables") or {}, found.get("operationName")


def _is_request(found: object) -> bool:
    """Whether it has the form of a request."""
    return (
        isinstance(found, dict)
        and isinstance(found.get("query"), str)
        and isinstance(found.get("variables"), dict | None)
        and isinstance(found.get("operationName"), str | None)
        and isinstance(found.get("extensions"), dict | None)
    )


def _is_message(found: object) -> bool:
    """Whether it has the form of a message that a client may send over a socket."""
    match found:
        case {"type": "subscribe", "id": str(), "payload": payload}:
            return _is_request(payload)
        case {"type": "complete", "id": str()} | {"type": "connection_init" | "ping" | "pong"}:
            return True
    return False


def _answered(answer: Answer, request: Request, read_ms: float) -> Response:
    timing = answer.timing
    return Response(
        b'{"data":' + answer.data + b"}",
        media_type=_media_type(request),
        headers=_headers(200)
        | {
            "Server-Timing": ", ".join(
                f"{step};dur={took_ms:.2f}"
                for step, took_ms in (
                    ("parse", read_ms + timing.parse_ms),
                    ("plan", timing.plan_ms),
                    ("db", timing.db_ms),
                )
            ),
        },
    )


def _failed(fault: OperationFault, request: Request) -> Response:
    """Say why nothing was answered; a request that was understood has `data`, if only null."""
    answer: dict[str, Any] = {"errors": [presentable(fault, language_of(request)).formatted]}
    status = 503 if isinstance(fault, Unavailable) else 200
    if isinstance(fault, RequestFault):
        status = fault.status
    else:
        answer = {"data": None, **answer}
    return Response(
        json.dumps(answer, ensure_ascii=False, separators=(",", ":")),
        status,
        _headers(status),
        media_type=_media_type(request),
    )


def _headers(status: int) -> dict[str, str]:
    """The headers of every answer, and those that its status asks for."""
    match status:
        case 405:
            return {"Cache-Control": "no-store", "Allow": ", ".join(METHODS)}
        case 503:
            return {"Cache-Control": "no-store", "Retry-After": SECONDS_TO_RETRY}
    return {"Cache-Control": "no-store"}


def _media_type(request: HTTPConnection) -> str:
    return RESPONSE_TYPE if RESPONSE_TYPE in request.headers.get("accept", "") else JSON_TYPE
