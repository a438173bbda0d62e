"""Connections: uvicorn's, with a bound for everything that it would keep or wait for without end.

A request comes whole in time, whoever sends it byte by byte, and its head is no longer than a body; an answer
is fetched in time, and so is what a socket says. Whoever is late is hung up on, which costs nobody else
anything.
"""

from asyncio import TimerHandle, Transport
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode

from api.faults import RequestFault, written

# 64 kB over a telephone's line take five; nothing at all takes none.
REQUEST_WITHIN_S = 10.0
# How long an answer may lie here once it is written: a megabyte over the same line takes longer than this
# only where somebody does not want it.
FETCHED_WITHIN_S = 60.0
# A request that is on its way while we close would be lost, and nobody could say whether it was done.
HEARD_OUT_S = 0.25
# A token takes a few thousand; what is longer than a body names no address and shows no token.
MOST_HEAD_BYTES = 65_536


class NotHttp(RequestFault):
    """This is not a request of HTTP/1.1."""

    code = "NOT_HTTP"
    vietnamese = "Đây không phải là một yêu cầu HTTP/1.1."


class HeadTooLarge(RequestFault):
    """The head of a request has at most {most} bytes."""

    code = "HEAD_TOO_LARGE"
    vietnamese = "Phần đầu của một yêu cầu có nhiều nhất {most} byte."
    status = 431


class BodyWithUpgrade(RequestFault):
    """A request that offers to go on in another protocol, with `Upgrade`, has no body here."""

    code = "BODY_WITH_UPGRADE"
    vietnamese = "Một yêu cầu đề nghị chuyển sang giao thức khác bằng `Upgrade` thì ở đây không có phần thân."


class HttpConnection(HttpToolsProtocol):
    """A connection over which requests come."""

    request_due: TimerHandle | None = None
    answer_due: TimerHandle | None = None
    is_leaving = False
    # Of a head that came in several pieces, those after the first.
    is_in_head = False
    head_bytes = 0
    # What is wrong with a head that could be read.
    fault: RequestFault | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Expect a request."""
        super().connection_made(transport)
        self._expect()

    def data_received(self, data: bytes) -> None:
        """Take what comes; the first byte of a request sets the time for its last."""
        was_in_head = self.is_in_head
        super().data_received(data)
        if was_in_head and self.is_in_head:
            self.head_bytes += len(data)
            if self.head_bytes > MOST_HEAD_BYTES:
                self._refuse(HeadTooLarge(most=MOST_HEAD_BYTES))
        cycle: Any = self.cycle
        if cycle is not None and not cycle.more_body and not cycle.response_complete:
            self._expect_no_more()
            if self.is_leaving:
                cycle.keep_alive = False
        elif self.request_due is None and self in self.connections:
            self._expect()

    def on_message_begin(self) -> None:
        """Begin to count."""
        super().on_message_begin()
        self.is_in_head, self.head_bytes = True, 0

    def on_headers_complete(self) -> None:
        """What follows is bounded by whoever reads it.

        Raises: RequestFault, whereupon the parser gives up.
        """
        self.is_in_head = False
        # The parser would lose a body, and whoever answers would wait for it.
        if self.parser.should_upgrade() and any(map(_announces_body, self.headers)):
            self.fault = BodyWithUpgrade()
        # Whoever forwards a request must know for which of several hosts (RFC 9112 section 3.2).
        hosts = sum(name == b"host" for name, _ in self.headers)
        if hosts > 1 or (hosts == 0 and self.parser.get_http_version() == "1.1"):
            self.fault = NotHttp()
        if self.fault:
            raise self.fault
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 -- it is always the same
        """Refuse what cannot be read."""
        self._refuse(self.fault or NotHttp())

    def handle_websocket_upgrade(self) -> None:
        """Go on as a socket, unless we are leaving."""
        self._expect_no_more()
        if self.is_leaving:
            self.transport.close()
            return
        super().handle_websocket_upgrade()
        # Whoever reads the handshake says nothing of a header that it does not take, and waits on.
        socket = self.transport.get_protocol()
        if isinstance(socket, SocketConnection) and not socket.handshake_initiated:
            self._refuse(NotHttp())

    def on_response_complete(self) -> None:
        """Expect that what is written is fetched."""
        super().on_response_complete()
        if self.answer_due is None and self.transport.get_write_buffer_size():
            self.answer_due = self.loop.call_later(FETCHED_WITHIN_S, self._hang_up_unread)

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing any more."""
        self._expect_no_more()
        if self.answer_due is not None:
            self.answer_due.cancel()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Finish what is under way, and what the other end may be sending in this very moment."""
        self.is_leaving = True
        if self._is_idle():
            self.loop.call_later(HEARD_OUT_S, self._close_idle)
        else:
            super().shutdown()

    def _refuse(self, fault: RequestFault) -> None:
        """Say why in both languages, since nobody has said which, and hang up."""
        message = f"{fault.said('vi')} {fault.said('en')}"
        body = written({"errors": [{"message": message, "extensions": fault.extensions}]}).encode()
        head = (
            f"HTTP/1.1 {fault.status} {HTTPStatus(fault.status).phrase}\r\n"
            "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n"
            f"Content-Type: application/json; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self.is_in_head = False
        self.transport.write(head.encode() + body)
        self.transport.close()

    def _expect(self) -> None:
        self.request_due = self.loop.call_later(REQUEST_WITHIN_S, self.transport.close)

    def _expect_no_more(self) -> None:
        if self.request_due is not None:
            self.request_due.cancel()
            self.request_due = None

    def _is_idle(self) -> bool:
        cycle: Any = self.cycle
        return cycle is None or cycle.response_complete

    def _close_idle(self) -> None:
        if self._is_idle():
            self.transport.close()

    def _hang_up_unread(self) -> None:
        self.answer_due = None
        if self.transport.get_write_buffer_size():
            self.transport.abort()


def _announces_body(header: tuple[bytes, bytes]) -> bool:
    name, value = header
    return name == b"transfer-encoding" or (name == b"content-length" and value.strip(b"0") != b"")


class SocketConnection(WebSocketsSansIOProtocol):
    """A connection that has become a socket."""

    def send_receive_event_to_app(self) -> None:
        """Hand on what has come; hang up on what is no UTF-8, which is no event for the log."""
        self.frames = [b"".join(self.frames)]
        try:
            if self.curr_msg_data_type == "text":
                self.frames[0].decode()
        except UnicodeDecodeError:
            self.conn.send_close(CloseCode.INVALID_DATA)
            self.handle_parser_exception()
        else:
            super().send_receive_event_to_app()

    def keepalive_timeout(self) -> None:
        """Hang up on whoever gives no sign of life, also where a farewell would not be fetched either."""
        super().keepalive_timeout()
        if self.transport.get_write_buffer_size():
            self.transport.abort()
