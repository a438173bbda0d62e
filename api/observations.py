"""What is observed of each request, for the log, the metrics and the traces: things, and never people.

An observation is put into the scope before anybody else sees the request; whoever learns something worth
telling notes it there. What a caller wrote is never noted: of a document the names that the schema gives, and
an operation's own name only where it was registered.
"""

import asyncio
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import perf_counter, time
from typing import TYPE_CHECKING, Any, cast

from graphql import FieldNode, GraphQLError
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.logs import Log
from api.metrics import Metrics
from selection.documents import Operation

if TYPE_CHECKING:
    # OpenTelemetry is installed where somebody wants it.
    from api.traces import Traces

# Who watches over us asks every few seconds, and is no news.
UNOBSERVED = "/health/"
# To tell many at once takes a third of the time of telling each, which nobody has to wait for then.
TOLD_WITHIN_S = 0.05
# A document may ask for a thousand fields at once.
MOST_FIELDS = 5
LEAST_REFUSAL, LEAST_FAULT = 400, 500
# What can be open: requests, sockets, and what is followed over a socket.
OPEN = ("request", "socket", "subscription")
PAGE, SOCKET = ("request", "page"), ("socket", "socket")
# Whoever asked has gone before there was an answer.
GONE = "GONE"
# What graphql-core finds wrong has no code of its own.
INVALID = "INVALID"
# version, trace, parent, flags
TRACEPARENT = re.compile(rb"00-(?P<trace>[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
NO_TRACE = b"0" * 32


@dataclass(slots=True)
class Observation:
    """What became of a request, or of what was asked over a socket.

    `kind` is `query`, `mutation` or `subscription`; `unknown` where the document has faults; `socket`, or
    `page` for all else. `status` is HTTP's, or the code with which a socket was closed. `caller` is the span
    of the caller, as it wrote it. Of a partner `agreement` and `purpose` are words of our register, `case` is
    a mark, never its own words. At `asked` the reading of what is asked began.
    """

    trace: str
    opened: str
    kind: str
    caller: str = ""
    began: float = field(default_factory=perf_counter)
    asked: float = 0
    ended: float = 0
    route: str = ""
    viewer: str = ""
    agreement: str = ""
    purpose: str = ""
    case: str = ""
    document: str = ""
    operation: str = ""
    fields: tuple[str, ...] = ()
    status: int = 0
    codes: list[str] = field(default_factory=list)
    incident: str = ""
    cost: int = 0
    took_ms: float = 0
    parse_ms: float = 0
    plan_ms: float = 0
    db_ms: float = 0

    def asks(self, operation: Operation, *, is_registered: bool) -> None:
        """Note what is asked for: the names of fields of the schema, since the document is valid."""
        node = operation.node
        self.kind = node.operation.value
        selections = node.selection_set.selections[:MOST_FIELDS]
        self.fields = tuple(found.name.value for found in selections if isinstance(found, FieldNode))
        if is_registered and node.name:
            self.operation = node.name.value

    def err(self, errors: Iterable[GraphQLError] | None) -> None:
        """Note errors as the caller is told them, by their codes."""
        for error in errors or ():
            self.refuse(**(error.extensions or {}))

    def refuse(self, code: str = INVALID, incidentId: str = "", **_: object) -> None:  # noqa: N803 -- GraphQL's name
        """Note a code once, and the number of the incident, if it is one."""
        if code not in self.codes:
            self.codes.append(code)
        self.incident = incidentId or self.incident

    def steps(self) -> Iterator[tuple[str, float]]:
        """The steps of an answer in their order, and how many milliseconds each took.

        A query that is planned whole is asked of PostgreSQL at once; all else is executed field by field.
        """
        if self.asked:
            yield "parse", self.parse_ms
            if self.db_ms:
                yield "plan", self.plan_ms
                yield "db", self.db_ms
            elif not self.codes:
                yield "execute", self.took_ms - (self.asked - self.began) * 1e3 - self.parse_ms

    @property
    def is_fault(self) -> bool:
        """Whether something went wrong on our side."""
        return bool(self.incident) or (self.opened == "request" and self.status >= LEAST_FAULT)

    @property
    def outcome(self) -> str:
        """The code that the metrics count it under; they are ours, and few."""
        if self.codes:
            return self.codes[0]
        if self.opened != "request":
            return "OK"
        if not self.status:
            return GONE
        return f"HTTP_{self.status}" if self.status >= LEAST_REFUSAL else "OK"

    def line(self) -> dict[str, Any]:
        """What the log tells of it."""
        return {
            "at": datetime.fromtimestamp(self.ended, UTC),
            "level": "error" if self.is_fault else "info",
            "event": "request",
            "kind": self.kind,
            "route": self.route,
            "document": self.document,
            "operation": self.operation,
            "fields": self.fields,
            "viewer": self.viewer,
            "agreement": self.agreement,
            "purpose": self.purpose,
            "case": self.case,
            "status": self.status,
            "codes": self.codes,
            "incident": self.incident,
            "took_ms": round(self.took_ms, 2),
            "parse_ms": round(self.parse_ms, 2),
            "plan_ms": round(self.plan_ms, 2),
            "db_ms": round(self.db_ms, 2),
            "cost": self.cost,
            "trace": self.trace,
        }


@dataclass
class Observer:
    """Begins observations and, when something is over, tells log, metrics and traces what was seen."""

    log: Log | None = None
    metrics: Metrics | None = None
    traces: "Traces | None" = None
    open: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OPEN, 0))
    _seen: list[Observation] = field(default_factory=list)

    def begin(self, trace: str, opened: str, kind: str = "unknown", caller: str = "") -> Observation:
        """Observe something that is open from now on, one of OPEN."""
        self.open[opened] += 1
        return Observation(trace, opened, kind, caller)

    def end(self, observation: Observation) -> None:
        """See something end, and tell it in a moment, together with all else that ends until then."""
        self.open[observation.opened] -= 1
        observation.took_ms = (perf_counter() - observation.began) * 1e3
        observation.ended = time()
        if not self._seen:
            asyncio.get_running_loop().call_later(TOLD_WITHIN_S, self.tell)
        self._seen.append(observation)

    def tell(self) -> None:
        """Tell what was seen."""
        seen, self._seen = self._seen, []
        if not seen:
            return
        if self.metrics:
            for observation in seen:
                self.metrics.count(observation.kind, observation.outcome, observation.took_ms / 1e3)
        if self.log:
            self.log.write(*(observation.line() for observation in seen))
        if self.traces:
            for observation in seen:
                # A socket is open for hours, which is no span that anybody reads.
                if observation.opened == "request":
                    self.traces.tell(observation)


class Observed:
    """Lets every request pass, and sees what becomes of it."""

    def __init__(self, app: ASGIApp, observer: Observer) -> None:
        self.app, self.observer = app, observer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Observe a request, or a socket from its beginning to its end."""
        if scope["type"] not in {"http", "websocket"} or scope["path"].startswith(UNOBSERVED):
            await self.app(scope, receive, send)
            return
        is_socket = scope["type"] == "websocket"
        trace, caller = trace_of(scope)
        observation = self.observer.begin(trace, *SOCKET if is_socket else PAGE, caller)
        scope["observation"] = observation

        async def seen(message: Message) -> None:
            if message["type"] == "http.response.start":
                observation.status = message["status"]
            elif message["type"] == "websocket.close":
                observation.status = message["code"]
            await send(message)

        async def heard() -> Message:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                observation.status = observation.status or message["code"]
            return message

        try:
            await self.app(scope, heard if is_socket else receive, seen)
        except Exception:
            observation.status = LEAST_FAULT
            raise
        finally:
            if observation.kind == PAGE[1]:
                # What stands in a path could be anything; the route's own pattern is ours.
                observation.route = getattr(scope.get("route"), "path", "")
            self.observer.end(observation)


def observation_of(connection: HTTPConnection) -> Observation:
    """The observation of this request; where nobody observes, one that nobody reads."""
    scope = connection.scope
    return cast(
        "Observation", scope.get("observation") or scope.setdefault("observation", Observation("", *PAGE))
    )


def trace_of(scope: Scope) -> tuple[str, str]:
    """The trace to which a request belongs, and the caller's span; a trace of its own where there is none.

    Source: W3C Trace Context, section 3.2.
    """
    for name, value in scope["headers"]:
        if name == b"traceparent":
            found = TRACEPARENT.fullmatch(value)
            if found and found["trace"] != NO_TRACE:
                return found["trace"].decode(), value.decode()
    return f"{random.getrandbits(128):032x}", ""
