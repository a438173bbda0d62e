"""What is no request is told so before the portal sees it."""

import asyncio
import json
from contextlib import suppress

import psutil
import pytest

from api.connections import MOST_HEAD_BYTES
from tests.api.conftest import RunningPortal, a_client, is_ready
from tests.patience import PATIENCE_S

# Together far more than may stay in memory.
MOST_PIECES = 5_000

NOT_HTTP = {
    "nonsense": b"nonsense\r\n\r\n",
    "method unheard of": b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n",
    "of another version": b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "two lengths": b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
    "no length": b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n{}",
    "length and chunks": (
        b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}"
    ),
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
    "chunks of no number": b"POST /graphql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
}

UPGRADE = (
    b"GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)
NO_HANDSHAKE = {
    "many headers": UPGRADE + b"X: x\r\n" * 200 + b"\r\n",
    "a long header": UPGRADE + b"X: " + b"x" * 9_000 + b"\r\n\r\n",
}


async def answer_of(reader: asyncio.StreamReader) -> tuple[int, str]:
    """The status and the code of an answer after which the connection is closed."""
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    [error] = json.loads(body)["errors"]
    assert error["message"]
    return int(head.split()[1]), error["extensions"]["code"]


@pytest.mark.parametrize("sent", NOT_HTTP.values(), ids=NOT_HTTP)
async def test_what_is_no_request_is_refused_with_a_code(portal: RunningPortal, sent: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", portal.settings.port)
    writer.write(sent)
    assert await answer_of(reader) == (400, "NOT_HTTP")
    writer.close()


@pytest.mark.parametrize("protocol", [b"websocket", b"h2c"])
async def test_body_that_nobody_would_read_is_refused_with_a_code(
    portal: RunningPortal, protocol: bytes
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", portal.settings.port)
    writer.write(
        b"POST /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: %b\r\n"
        b"Content-Type: application/json\r\nContent-Length: 24\r\n\r\n"
        b'{"query":"{__typename}"}' % protocol
    )
    assert await answer_of(reader) == (400, "BODY_WITH_UPGRADE")
    writer.close()


async def test_offer_of_another_protocol_is_passed_over(portal: RunningPortal) -> None:
    offer = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABkAAQ"}
    response = await portal.http.get(f"{portal.url}/graphql?query={{__typename}}", headers=offer)
    assert response.json()["data"] == {"__typename": "Query"}


@pytest.mark.parametrize("sent", NO_HANDSHAKE.values(), ids=NO_HANDSHAKE)
async def test_what_begins_no_socket_is_refused_rather_than_kept_open(
    portal: RunningPortal, sent: bytes
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", portal.settings.port)
    writer.write(sent)
    async with asyncio.timeout(PATIENCE_S):
        assert await answer_of(reader) == (400, "NOT_HTTP")
    writer.close()


@pytest.mark.parametrize("header", [b"X: x\r\n", b"X"], ids=["many headers", "one without end"])
async def test_head_that_is_too_long_is_refused_with_a_code(portal: RunningPortal, header: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", portal.settings.port)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n")
    # What came first has been read by the time that whoever came later is answered.
    async with a_client() as later:
        assert await is_ready(later, portal.url)
    writer.write((header * MOST_HEAD_BYTES + header)[: MOST_HEAD_BYTES + 1])
    assert await answer_of(reader) == (431, "HEAD_TOO_LARGE")
    writer.close()


@pytest.mark.parametrize("header", [b"X: x\r\n", b"X"], ids=["many headers", "one without end"])
async def test_head_without_end_does_not_fill_the_memory(portal: RunningPortal, header: bytes) -> None:
    process = psutil.Process()
    before = process.memory_info().rss
    _, writer = await asyncio.open_connection("127.0.0.1", portal.settings.port)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n")
    with suppress(ConnectionError):
        for _ in range(MOST_PIECES):
            writer.write(header * 10_000)
            await writer.drain()
    assert writer.is_closing()
    assert process.memory_info().rss - before < 30_000_000


async def test_head_as_long_as_any_real_one_is_read(portal: RunningPortal) -> None:
    response = await portal.http.get(f"{portal.url}/schema.graphql", headers={"X-Long": "x" * 16_000})
    assert response.status_code == 200
