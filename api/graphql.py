"""GraphQL at the door: over HTTP here, subscriptions over the sockets of api/sockets.py.

A query that is planned whole is answered ahead of strawberry; all else falls through to it, with the same
answer.
"""

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache, partial
from time import perf_counter
from typing import Any, cast

from graphql import GraphQLError
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult

from api.authentication import Authentication, insufficient
from api.bodies import body_of, decoded
from api.documents import RegisteredDocuments
from api.faults import (
    AddressTooLong,
    ExplorerClosed,
    IntrospectionClosed,
    MediaTypeRefused,
    MethodRefused,
    NameTwice,
    NotAcceptable,
    OperationUnknown,
    RequestFault,
    RequestMalformed,
    SubscriptionsElsewhere,
    Unavailable,
    masked,
    presented,
    written,
)
from api.headers import header_of
from api.languages import language_of
from api.observations import Observation, Observer, observation_of
from api.pages import explorer
from api.places import Places
from api.rates import RateExceeded, Rates, Spent, payer_of
from api.sockets import Socket, Wire, is_request
from auth.access_ledger import Witness
from auth.signatures import Signatory
from auth.viewer import ANONYMOUS, Viewer
from db.events import Listener
from db.identifiers import IdentifierKeys
from db.outages import UNREACHABLE
from db.pool import Pool
from schema.context import Context
from schema.portal import schema
from selection.answers import Answer, Translator
from selection.costs import MOST_COST, Variables
from selection.documents import Operation
from selection.faults import DocumentRefused, OperationFault, StepUpRequired, TooManyActs

MOST_SUBSCRIPTIONS = 10
# Who opens a socket says at once who they are.
INTRODUCED_WITHIN = timedelta(seconds=10)
JSON_TYPE = "application/json"
GRAPHQL = "/graphql"
RESPONSE_TYPE = "application/graphql-response+json"
UTF_8 = "utf-8"
METHODS = ("GET", "HEAD", "POST")
# What every server and proxy on the way can be expected to carry (RFC 9110 section 4.1).
MOST_ADDRESS_BYTES = 8_192
SECONDS_TO_RETRY = "1"
# However many statements an act needs, each of which has a bound of its own.
ANSWERED_WITHIN_S = 10.0
# RFC 9110 section 12.4.2; Java's own client leaves the zero out.
QUALITY = re.compile(r"0?\.[0-9]{1,3}|0\.?|1(\.0{0,3})?")
# What a document with faults costs: it is looked at anew each time, which takes about as long as ten rows.
FAULTY = 10
# What a document costs that nobody has registered: a look-up, and a line in the log.
UNKNOWN = 1


@dataclass
class Asked(GraphQLRequestData):
    """What is asked: the document, or what it was registered under, its variables, an operation's name."""

    document_id: str | None = None

    @property
    def inputs(self) -> Variables:
        """The values of the variables, as they were sent."""
        return self.variables or {}


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
        rates: Rates,
        documents: RegisteredDocuments,
        places: Places,
        observer: Observer,
        identifier_keys: IdentifierKeys,
        ledger: Witness,
        *,
        signatory: Signatory,
        has_introspection: bool,
        has_explorer: bool,
    ) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            connection_init_wait_timeout=INTRODUCED_WITHIN,
            max_subscriptions_per_connection=MOST_SUBSCRIPTIONS,
            allowed_origins=sorted(authentication.origins | authentication.guests),
        )
        self.pool, self.listener, self.translator = pool, listener, translator
        self.authentication, self.rates, self.documents = authentication, rates, documents
        self.has_introspection, self.has_explorer = has_introspection, has_explorer
        self.places, self.observer = places, observer
        self.identifier_keys, self.ledger, self.signatory = identifier_keys, ledger, signatory

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request ahead of strawberry where we can; leave it the rest, and the sockets."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            # The server sends of an answer to HEAD no more than its head.
            scope = {**scope, "method": "GET"}
        request = Request(scope, receive)
        if _wants_page(request):
            page = explorer(request) if self.has_explorer else _failed(ExplorerClosed(), request)
            await page(scope, receive, send)
            return
        observation_of(request).kind = "unknown"
        try:
            # However slowly somebody sends, it takes no place.
            asked = await _read(request)
        except ClientDisconnect:
            return
        except RequestFault as fault:
            await _failed(fault, request)(scope, receive, send)
            return
        await self.serve(request, asked, receive, send)

    async def serve(self, request: Request, asked: Asked, receive: Receive, send: Send) -> None:
        """Answer what was read, once there is a place."""
        scope, payer = request.scope, payer_of(request, _viewer(request))
        try:
            await self.places.take(payer)
        except RequestFault as fault:
            await _failed(fault, request)(scope, receive, send)
            return
        try:
            response = await self.answer(request, asked)
            if response is None:
                async with asyncio.timeout(ANSWERED_WITHIN_S):
                    await super().__call__(scope, receive, send)
                return
        except TimeoutError as late:
            response = _failed(masked(late), request)
        finally:
            self.places.leave(payer)
        await response(scope, receive, send)

    async def answer(self, request: Request, asked: Asked) -> Response | None:
        """Answer what may not be asked, or a query that is planned whole; None where strawberry has to."""
        observation, viewer = observation_of(request), _viewer(request)
        try:
            text = asked.query = self.text(request, viewer, asked.query, asked.document_id)
            observation.document = asked.document_id or ""
            request.scope["asked"] = asked
            observation.asked = perf_counter()
            operation = self.admitted(request, viewer, text, asked.inputs, asked.operation_name, observation)
            observation.parse_ms = (perf_counter() - observation.asked) * 1e3
            if request.method == "GET" and not operation.is_query:
                raise MethodRefused
            if operation.is_subscription:
                raise SubscriptionsElsewhere
            answer = await self._ask(viewer, text, asked.inputs, asked.operation_name)
        except OperationFault as fault:
            # What is wrong at one place of the answer makes null of that place, which strawberry finds.
            return None if fault.path else _failed(fault, request)
        return Answered(answer, request) if answer else None

    def text(
        self, connection: HTTPConnection, viewer: Viewer, query: str | None, document_id: str | None
    ) -> str:
        """The text of what is asked, and a charge for a name that is none.

        Raises: RequestFault, RateExceeded.
        """
        try:
            return self.documents.text(viewer, query, document_id)
        except RequestFault:
            connection.scope["spent"] = self.rates.spend(connection, viewer, UNKNOWN)
            raise

    def admitted(
        self,
        connection: HTTPConnection,
        viewer: Viewer,
        text: str,
        variables: Variables,
        name: str | None,
        observation: Observation,
    ) -> Operation:
        """Find what is asked for, and charge the viewer for it, or for the look at a document with faults.

        Raises: OperationUnknown, DocumentRefused, RateExceeded.
        """
        limit = min(MOST_COST, self.rates.rate_of(viewer).capacity)
        try:
            operation = self.operation(text, name)
            observation.asks(operation, is_registered=text in self.translator.documents.registered)
            cost = self.translator.documents.price(operation, variables, limit)
        except OperationFault as fault:
            # Whoever tries fifty acts at once has tried fifty.
            tried = fault.requested if isinstance(fault, TooManyActs) else FAULTY
            connection.scope["spent"] = self.rates.spend(connection, viewer, tried)
            raise
        connection.scope["spent"] = self.rates.spend(connection, viewer, cost)
        observation.cost = cost
        return operation

    def operation(self, text: str, name: str | None) -> Operation:
        """Find what is asked for.

        Raises: OperationUnknown, DocumentRefused.
        """
        document = self.translator.documents.read(text)
        if document.introspects and not self.has_introspection:
            raise IntrospectionClosed
        operation = document.operation(name)
        if operation is None:
            raise OperationUnknown
        return operation

    async def _ask(
        self, viewer: Viewer, text: str, variables: Mapping[str, Any], operation_name: str | None
    ) -> Answer | None:
        """Ask once more where PostgreSQL had gone: reading twice does no harm."""
        try:
            try:
                return await self.translator.answer(self.pool, viewer, text, operation_name, variables)
            except TimeoutError:
                # Whoever has waited once does not wait again.
                raise
            except UNREACHABLE:
                return await self.translator.answer(self.pool, viewer, text, operation_name, variables)
        except OperationFault:
            raise
        except Exception as error:  # every fault becomes an answer
            raise masked(error) from error

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:  # noqa: ARG002 -- strawberry's signature
        """What the resolvers of this request know."""
        return Context(
            _viewer(request),
            language_of(request),
            self.pool,
            self.listener,
            self.translator,
            self.identifier_keys,
            self.ledger,
            self.signatory,
            partial(self.rates.left, request),
            self.rates.rates,
        )

    async def on_ws_connect(self, context: Context) -> Any:  # noqa: ANN401 -- strawberry's sentinel
        """Let a client in that introduces itself truly, or not at all."""
        viewer = await self.authentication.introduced(
            context.viewer, context.connection_params or {}, GRAPHQL
        )
        if viewer is None:
            raise ConnectionRejectionError
        context.viewer = viewer
        return await super().on_ws_connect(context)

    def decode_json(self, data: str | bytes) -> object:
        """Read a message of a socket as strictly as a body; whatever else it is, it is one kind of fault.

        Raises: json.JSONDecodeError.
        """
        try:
            return decoded(data.encode(errors="surrogatepass") if isinstance(data, str) else data)
        except RequestFault as fault:
            raise json.JSONDecodeError(fault.code, "", 0) from fault

    def encode_json(self, data: object) -> str:
        """Write JSON as PostgreSQL does: compact, and with the letters that people wrote."""
        return written(data)

    async def parse_http_body(self, request: Any) -> GraphQLRequestData:  # noqa: ANN401 -- strawberry's adapter
        """Hand on what was asked, which was read already, with the text of what it names."""
        asked: Asked = request._request.scope["asked"]  # noqa: SLF001 -- it has no other name for it
        return asked

    def presented(
        self, errors: Sequence[GraphQLError] | None, viewer: Viewer, language: str
    ) -> list[GraphQLError] | None:
        """The errors of a result as the caller sees them; who needs a higher level is told the way to it."""
        shown = presented(errors or (), language)
        for error in shown:
            said = error.extensions or {}
            if said.get("code") == StepUpRequired.code:
                error.extensions = said | self.authentication.way_up(
                    said["level"], in_browser=viewer.session_id is not None
                )
        return shown or None

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """Mask what is not for the caller's eyes, and say what it cost."""
        result.errors = self.presented(result.errors, _viewer(request), language_of(request))
        observation_of(request).err(result.errors)
        result.extensions = {**(result.extensions or {}), **_extensions(request)}
        return await super().process_result(request, result)

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        """Begin an answer of the media type that the caller reads."""
        response = await super().get_sub_response(request)
        response.media_type = _media_type(request)
        return response

    def create_response(self, response_data: Any, sub_response: Response) -> Response:  # noqa: ANN401
        """Answer; say by the status where nothing was executed, as far as the media type knows of that.

        Source: GraphQL over HTTP, section 6.4; RFC 9470 section 3 where a token is too weak for all of it.
        """
        errors = response_data.get("errors", ())
        status, challenge = 200, None
        if any(error.get("extensions", {}).get("code") == Unavailable.code for error in errors):
            status = 503
        elif errors and response_data["data"] is None and not any("path" in error for error in errors):
            del response_data["data"]
            status = _status_unexecuted(sub_response.media_type)
        elif errors and response_data["data"] is None and (challenge := _challenge(errors)):
            status = 401 if sub_response.media_type == RESPONSE_TYPE else 200
        return Response(
            self.encode_json(response_data),
            status,
            _headers(status) | ({"WWW-Authenticate": challenge} if challenge else {}),
            media_type=f"{sub_response.media_type}; charset=utf-8",
        )


def _viewer(connection: HTTPConnection) -> Viewer:
    return cast("Viewer", connection.scope.get("viewer", ANONYMOUS))


def _spent(request: Request) -> Spent:
    """What the request was charged."""
    return cast("Spent", request.scope["spent"])


def _extensions(request: Request) -> dict[str, Any]:
    """What an answer says beside its data."""
    return {"cost": _spent(request).extension()} if "spent" in request.scope else {}


def _wants_page(request: Request) -> bool:
    """Whether a browser comes to look."""
    return (
        request.method == "GET"
        and "text/html" in _accepted(request)
        and "query" not in request.query_params
        and "documentId" not in request.query_params
    )


async def _read(request: Request) -> Asked:
    """Read what is asked.

    Raises: RequestFault, ClientDisconnect.
    """
    # A session's GET could be a link on another site.
    if request.method not in {"GET", "POST"} or (request.method == "GET" and _viewer(request).session_id):
        raise MethodRefused
    if acceptable(_accepted(request)) is None:
        raise NotAcceptable
    found = _of_address(request) if request.method == "GET" else await _of_body(request)
    if not is_request(found):
        raise RequestMalformed
    return Asked(
        found.get("query"),
        found.get("variables"),
        found.get("operationName") or None,
        None,
        document_id=found.get("documentId"),
    )


async def _of_body(request: Request) -> Any:  # noqa: ANN401 -- JSON
    """Read a body. Raises: RequestFault, ClientDisconnect."""
    content_type = header_of(request.scope, b"content-type") or ""
    # Nearly everybody writes it so.
    if content_type != JSON_TYPE:
        media_type, parameters = media_type_of(content_type)
        # RFC 8259 knows no other encoding; the parameter is written all the same.
        if media_type != JSON_TYPE or parameters.get("charset", UTF_8) != UTF_8:
            raise MediaTypeRefused
    return decoded(await body_of(request))


def _of_address(request: Request) -> dict[str, Any]:
    """Read an address, in which an empty parameter stands for none.

    Raises: RequestFault.
    """
    if len(request.scope["query_string"]) > MOST_ADDRESS_BYTES:
        raise AddressTooLong(most=MOST_ADDRESS_BYTES)
    given = request.query_params.multi_items()
    found: dict[str, Any] = {name: value for name, value in given if value}
    if len({name for name, _ in given}) != len(given):
        raise NameTwice
    for name in found.keys() & {"variables", "extensions"}:
        found[name] = decoded(found[name].encode())
    return found


class Answered(Response):
    """A query that was answered whole; its head is put together as bytes, most of it once."""

    def __init__(self, answer: Answer, request: Request) -> None:
        timing, observation = answer.timing, observation_of(request)
        observation.parse_ms += timing.parse_ms
        observation.plan_ms, observation.db_ms = timing.plan_ms, timing.db_ms
        self.status_code, self.background = 200, None
        self.body = b'{"data":%b,"extensions":{"cost":%b}}' % (answer.data, _spent(request).written())
        took = ", ".join(f"{step};dur={ms:.2f}" for step, ms in observation.steps())
        self.raw_headers = [
            *_head(_media_type(request)),
            (b"content-length", b"%d" % len(self.body)),
            (b"server-timing", took.encode()),
        ]


@lru_cache(maxsize=2)
def _head(media_type: str) -> Sequence[tuple[bytes, bytes]]:
    """The headers that every answer of a media type has, without its length."""
    response = Response(headers=_headers(200), media_type=f"{media_type}; charset=utf-8")
    del response.headers["content-length"]
    return tuple(response.raw_headers)


def _failed(fault: OperationFault, request: Request) -> Response:
    """Say why nothing was answered; a request that was understood has `data`, if only null."""
    if isinstance(fault, RateExceeded):
        request.scope["spent"] = fault.spent
    errors = presented([fault], language_of(request))
    observation_of(request).err(errors)
    answer: dict[str, Any] = {"errors": [error.formatted for error in errors]}
    if extensions := _extensions(request):
        answer["extensions"] = extensions
    media_type = _media_type(request)
    status = 503 if isinstance(fault, Unavailable) else 200
    if isinstance(fault, RequestFault):
        status = fault.status
    elif isinstance(fault, DocumentRefused):
        status = _status_unexecuted(media_type)
    else:
        answer = {"data": None, **answer}
    response = Response(written(answer), status, _headers(status), media_type=f"{media_type}; charset=utf-8")
    if isinstance(fault, RateExceeded):
        response.headers["Retry-After"] = str(fault.retry_after_s)
    return response


def _challenge(errors: Sequence[Mapping[str, Any]]) -> str | None:
    """What a client does who was answered nothing, for want of a sign-in at a higher level."""
    asked = [error.get("extensions", {}).get("acrValues") for error in errors]
    if None in asked:
        return None
    # What suffices for the highest level suffices for the others, and has the fewest names.
    return insufficient(min(asked, key=len))


def _status_unexecuted(media_type: str | None) -> int:
    """The status where a document is refused before anything of it is executed."""
    return 400 if media_type == RESPONSE_TYPE else 200


def _headers(status: int) -> dict[str, str]:
    """The headers of every answer, and those that its status asks for."""
    always = {
        "Cache-Control": "no-store",
        "Vary": "Accept, Accept-Language, Cookie",
        "X-Content-Type-Options": "nosniff",
    }
    match status:
        case 405:
            return always | {"Allow": ", ".join(METHODS)}
        case 503:
            return always | {"Retry-After": SECONDS_TO_RETRY}
    return always


def _media_type(request: HTTPConnection) -> str:
    """The type in which to answer; JSON also where the caller would rather have neither."""
    return acceptable(_accepted(request)) or JSON_TYPE


def _accepted(request: HTTPConnection) -> str:
    return header_of(request.scope, b"accept") or ""


def media_type_of(written: str) -> tuple[str, dict[str, str]]:
    """Read a media type and its parameters, in small letters.

    Source: RFC 9110 section 8.3.1.
    """
    media_type, *parameters = (part.strip() for part in written.lower().split(";"))
    pairs = (parameter.partition("=") for parameter in parameters)
    return media_type, {name.rstrip(): value.strip().strip('"') for name, _, value in pairs}


@lru_cache(maxsize=64)
def acceptable(accept: str) -> str | None:
    """Choose between our media types as an `Accept` prefers; None where it takes neither.

    Plain JSON is for whoever says nothing, or does not care.
    Source: RFC 9110 section 12.5.1; GraphQL over HTTP, section 6.1.
    """
    if not accept.strip():
        return JSON_TYPE
    wanted: dict[str, float] = {}
    for item in accept.split(","):
        media_range, parameters = media_type_of(item)
        quality = parameters.get("q", "1")
        if QUALITY.fullmatch(quality) and parameters.get("charset", UTF_8) == UTF_8:
            wanted[media_range] = float(quality)
    ranks = {
        media_type: next((wanted[name] for name in (media_type, "application/*", "*/*") if name in wanted), 0)
        for media_type in (JSON_TYPE, RESPONSE_TYPE)
    }
    # Of two that are wanted as much the one that is named, and of two that are named the newer.
    best = max(
        ranks, key=lambda name: (ranks[name], name in wanted, name in wanted and name == RESPONSE_TYPE)
    )
    return best if ranks[best] else None
