"""What the door says where something cannot be answered: each fault with a stable code, in both languages.

What goes wrong on our side is masked: the caller learns the number under which it is logged, and no more.
"""

import json
import logging
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, ClassVar

from graphql import GraphQLError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.languages import language_of
from api.observations import observation_of
from db.connection import TOOK_TOO_LONG
from db.outages import UNREACHABLE, described
from selection.faults import DocumentRefused, OperationFault

log = logging.getLogger("ansinh.graphql")


class Unavailable(OperationFault):
    """The service is interrupted for a moment. Try again; whatever you do, with the same idempotency key."""

    # Whether a change was kept is not known where PostgreSQL goes before it has answered.
    code = "UNAVAILABLE"
    status = 503
    vietnamese = (
        "Dịch vụ tạm gián đoạn. Vui lòng thử lại; mọi thao tác xin gửi lại với cùng khóa idempotency."
    )


class TookTooLong(OperationFault):
    """This took longer than it may. Ask for less at once."""

    code = "TOOK_TOO_LONG"
    status = 503
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

    code = "BAD_REQUEST"
    vietnamese = "Đây không phải là yêu cầu có thể trả lời ở đây."
    status: ClassVar[int] = 400


class AddressUnknown(RequestFault):
    """There is nothing at this address."""

    code = "NOT_FOUND"
    vietnamese = "Không có gì tại địa chỉ này."
    status = 404


class RequestMalformed(RequestFault):
    """A request is a JSON object: `query` a text, `variables` an object, `operationName` a text."""

    code = "BAD_REQUEST"
    vietnamese = (
        "Yêu cầu là một đối tượng JSON: `query` là văn bản, `variables` là đối tượng,"
        " `operationName` là văn bản."
    )


class NotUtf8(RequestFault):
    """A request is written in UTF-8."""

    code = "NOT_UTF8"
    vietnamese = "Yêu cầu phải được viết bằng UTF-8."


class NotJson(RequestFault):
    """A request is written in JSON."""

    code = "NOT_JSON"
    vietnamese = "Yêu cầu phải được viết bằng JSON."


class OneAtATime(RequestFault):
    """Send one operation in a request; several go in several requests."""

    code = "ONE_AT_A_TIME"
    vietnamese = "Mỗi yêu cầu chỉ gửi một thao tác; nhiều thao tác xin gửi bằng nhiều yêu cầu."


class NameTwice(RequestFault):
    """An object of JSON has no name twice: nobody could say which is meant."""

    code = "NAME_TWICE"
    vietnamese = "Một đối tượng JSON không được có hai trường cùng tên: không rõ trường nào được dùng."


class TooNested(RequestFault):
    """JSON is at most {most} objects and lists deep."""

    code = "TOO_NESTED"
    vietnamese = "JSON chỉ được lồng nhiều nhất {most} cấp đối tượng và danh sách."


class NumberRefused(RequestFault):
    """A number is finite, and has at most {most} signs."""

    code = "NUMBER_REFUSED"
    vietnamese = "Một số phải hữu hạn và có nhiều nhất {most} ký tự."


class RequestTooLarge(RequestFault):
    """A request has at most {most} bytes."""

    code = "TOO_LARGE"
    vietnamese = "Một yêu cầu có nhiều nhất {most} byte."
    status = 413


class AddressTooLong(RequestFault):
    """An address has at most {most} bytes. Send longer requests by POST."""

    code = "ADDRESS_TOO_LONG"
    vietnamese = "Một địa chỉ có nhiều nhất {most} byte. Yêu cầu dài hơn xin gửi bằng POST."
    status = 414


class MediaTypeRefused(RequestFault):
    """Send a request as `application/json`, in UTF-8."""

    code = "UNSUPPORTED_MEDIA_TYPE"
    vietnamese = "Hãy gửi yêu cầu dưới dạng `application/json`, bằng UTF-8."
    status = 415


class CodingRefused(RequestFault):
    """Send a request as it is, not compressed."""

    code = "UNSUPPORTED_CODING"
    vietnamese = "Hãy gửi yêu cầu nguyên dạng, không nén."
    status = 415


class NotAcceptable(RequestFault):
    """Answers are `application/graphql-response+json` or `application/json`. Accept one of them."""

    code = "NOT_ACCEPTABLE"
    vietnamese = (
        "Câu trả lời có dạng `application/graphql-response+json` hoặc `application/json`."
        " Hãy chấp nhận một trong hai."
    )
    status = 406


class MethodRefused(RequestFault):
    """Ask by POST; by GET only queries, and only without a session."""

    code = "METHOD_NOT_ALLOWED"
    vietnamese = "Hãy gửi bằng POST; bằng GET chỉ có thể hỏi, và chỉ khi không có phiên làm việc."
    status = 405


class MethodUnknown(RequestFault):
    """This address is asked in another way."""

    code = "METHOD_NOT_ALLOWED"
    vietnamese = "Địa chỉ này phải được hỏi bằng phương thức khác."
    status = 405


class ExplorerClosed(RequestFault):
    """There is no explorer here. The schema stands at /schema.graphql."""

    code = "EXPLORER_CLOSED"
    vietnamese = "Ở đây không có trình khám phá. Lược đồ được công bố tại /schema.graphql."
    status = 404


class IntrospectionClosed(DocumentRefused):
    """The schema is not told field by field here. It stands at /schema.graphql."""

    code = "INTROSPECTION_CLOSED"
    vietnamese = "Ở đây không truy vấn được lược đồ qua GraphQL. Lược đồ được công bố tại /schema.graphql."


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


class TooManySubscriptions(RequestFault):
    """A socket follows at most {most} things at once. Complete one first."""

    code = "TOO_MANY_SUBSCRIPTIONS"
    vietnamese = "Một kết nối theo dõi cùng lúc nhiều nhất {most} nội dung. Hãy kết thúc bớt một nội dung."


def masked(error: BaseException) -> OperationFault:
    """What the caller may know of a fault: whether to try again, or the number under which we logged it."""
    if isinstance(error, TOOK_TOO_LONG):
        return TookTooLong()
    if isinstance(error, UNREACHABLE):
        return Unavailable()
    incident = secrets.token_hex(8)
    log.error("incident %s: %s", incident, described(error), extra={"incident": incident})
    return Fault(incident=incident)


def presented(errors: Iterable[GraphQLError], language: str) -> list[GraphQLError]:
    """The errors of a result as the caller sees them, each with the others that were found beside it."""
    return [
        presentable(each, language)
        for error in errors
        for each in (error, *getattr(error.original_error or error, "others", ()))
    ]


def presentable(error: GraphQLError, language: str) -> GraphQLError:
    """The error as the caller sees it, in the caller's language: a fault of ours is masked in place."""
    original = error.original_error or error
    # What graphql-core finds only while it executes was let pass by us.
    fault = original if isinstance(original, OperationFault) else masked(original)
    shown = GraphQLError(fault.said(language), path=error.path or fault.path, extensions=fault.extensions)
    shown.locations = error.locations or fault.locations
    return shown


def written(data: object) -> str:
    """Write JSON as PostgreSQL does: compact, and with the letters that people wrote."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    # Half a character, which a caller may have sent and is told of, is no UTF-8; JSON has an escape for it.
    return text.encode(errors="backslashreplace").decode()


def refusal(
    connection: HTTPConnection,
    fault: OperationFault,
    *,
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Say over HTTP that something is not answered, in the form that an operation's errors have."""
    error = presentable(fault, language_of(connection))
    observation_of(connection).err([error])
    answer: dict[str, Any] = {"errors": [error.formatted]}
    always = {"Cache-Control": "no-store", "Vary": "Accept-Language", "X-Content-Type-Options": "nosniff"}
    return Response(
        written(answer),
        status if status is not None else getattr(fault, "status", 500),
        {**(headers or {}), **always},
        media_type="application/json; charset=utf-8",
    )


async def refused(request: Request, error: Exception) -> Response:
    """Say what Starlette refuses: an address that there is not, or a method that it does not have."""
    assert isinstance(error, HTTPException)  # noqa: S101 -- it is registered for no other
    fault = {404: AddressUnknown, 405: MethodUnknown}.get(error.status_code, RequestFault)()
    return refusal(request, fault, status=error.status_code, headers=error.headers)


class Masked:
    """Stands before everything: what goes wrong behind it is told by a number, never in its own words."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; answer in place of whoever fails to, as far as nothing was answered yet."""
        began = False

        async def begin(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        try:
            await self.app(scope, receive, begin)
        except Exception as error:  # noqa: BLE001 -- every fault becomes an answer
            fault = masked(error)
            if scope["type"] == "http" and not began:
                await refusal(HTTPConnection(scope), fault)(scope, receive, send)
            elif scope["type"] == "websocket":
                # It may be closed already.
                with suppress(RuntimeError):
                    await send({"type": "websocket.close", "code": 1011})
