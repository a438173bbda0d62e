"""The load: so many connections, each asking again as soon as it is answered."""

import asyncio
import time
from collections.abc import Container, Iterator, Mapping
from itertools import takewhile
from typing import cast

CONNECTIONS = 32
ANSWERED, TURNED_AWAY = b"200", b"503"


class AskingError(Exception):
    """A server did not answer as it should."""


class Asking(asyncio.Protocol):
    """One connection: it asks, reads the answer to its end, and asks again while there are questions."""

    def __init__(self, requests: Iterator[bytes], took_ns: list[int], answers: Container[bytes]) -> None:
        self.requests, self.took_ns, self.answers = requests, took_ns, answers
        self.done = asyncio.get_running_loop().create_future()
        self.answer = bytearray()
        self.ends = self.asked_ns = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport = cast("asyncio.Transport", transport)
        self.ask()

    def ask(self) -> None:
        """Ask the next question; hang up where there is none."""
        request = next(self.requests, None)
        if request is None:
            self.done.set_result(None)
            self.transport.close()
            return
        self.answer.clear()
        self.ends = 0
        self.asked_ns = time.perf_counter_ns()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Read; where the answer is whole, note how long it took."""
        self.answer += data
        if not self.ends and (end := self.answer.find(b"\r\n\r\n")) >= 0:
            head = bytes(self.answer[:end]).lower()
            _, found, length = head.partition(b"content-length:")
            if head[9:12] not in self.answers or not found:
                self.transport.abort()
                self.done.set_exception(AskingError(bytes(self.answer[:500]).decode(errors="replace")))
                return
            self.ends = end + 4 + int(length.split(b"\r", 1)[0])
        if self.ends and len(self.answer) >= self.ends:
            self.took_ns.append(time.perf_counter_ns() - self.asked_ns)
            self.ask()

    def connection_lost(self, problem: Exception | None) -> None:
        """End; with questions left, only by a fault."""
        if not self.done.done():
            self.done.set_exception(problem or AskingError("The server hung up."))


async def ask(
    port: int,
    requests: Iterator[bytes],
    answers: Container[bytes] = (ANSWERED,),
    *,
    connections: int = CONNECTIONS,
) -> list[int]:
    """Ask one after the other on every connection; how long each answer took, in nanoseconds.

    Raises: AskingError, where a status is none of `answers`.
    """
    loop, took_ns = asyncio.get_running_loop(), list[int]()
    opened = [
        (await loop.create_connection(lambda: Asking(requests, took_ns, answers), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    await asyncio.gather(*(connection.done for connection in opened))
    return took_ns


def for_a_while(requests: Iterator[bytes], seconds: float) -> Iterator[bytes]:
    """The next of the requests, for some seconds."""
    ends = time.perf_counter() + seconds
    return takewhile(lambda _: time.perf_counter() < ends, requests)


def request(path: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """A request as it goes over the wire."""
    shown = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{shown}"
        "Content-Type: application/json\r\nAccept: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body
