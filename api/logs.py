"""The log: one line for whatever happened, of things and never of people.

A line is JSON, or, at a terminal, words. It has the keys of KEYS and no others; of what a library says it has
the words that the library's authors wrote, not the values put into them; of an exception its type and where
it was raised, not its message, in which PostgreSQL may quote somebody's row.
"""

import logging
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO

import orjson
from structlog import BytesLogger
from structlog.dev import ConsoleRenderer

from db.outages import described

# All that a line may tell, in this order. A key that is not here is not written, whoever asks for it.
KEYS = (
    *("at", "level", "logger", "event", "fault"),
    # A request: what was asked, in which capacity, and what became of it.
    *("kind", "route", "document", "operation", "fields", "viewer", "agreement", "purpose", "case"),
    *("status", "codes", "incident"),
    # What it took: milliseconds, and units of selection.costs.
    *("took_ms", "parse_ms", "plan_ms", "db_ms", "cost"),
    # The trace that it belongs to. Source: W3C Trace Context.
    "trace",
)
OURS = "ansinh"

Line = Mapping[str, Any]


class Log:
    """Writes lines to a stream: JSON for programs, words at a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._out = BytesLogger(stream.buffer)
        self._rendered = _words(stream) if stream.isatty() else _json

    def write(self, *lines: Line) -> None:
        """Write lines; those that cannot be written, as on a full disk, are lost, and stop nobody."""
        told = ({key: line[key] for key in KEYS if line.get(key)} for line in lines)
        with suppress(OSError):
            self._out.msg(b"\n".join(map(self._rendered, told)))


class LogHandler(logging.Handler):
    """Takes what is logged anywhere in the process."""

    def __init__(self, log: Log) -> None:
        super().__init__()
        self.log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line of a record."""
        self.log.write(line_of(record))


def line_of(record: logging.LogRecord) -> Line:
    """What may be told of a record."""
    is_ours = record.name.partition(".")[0] == OURS
    event = record.getMessage() if is_ours else _first_words(record.msg)
    line = {
        "at": datetime.fromtimestamp(record.created, UTC),
        "level": record.levelname.lower(),
        "logger": record.name,
        # Half a character is no UTF-8.
        "event": event.encode(errors="backslashreplace").decode(),
        "incident": getattr(record, "incident", None),
    }
    if record.exc_info and record.exc_info[1]:
        line["fault"] = described(record.exc_info[1])
    return line


def keep(log: Log) -> None:
    """Write down all that is logged in this process, and what ends it."""
    root = logging.getLogger()
    root.handlers = [LogHandler(log)]
    # Below that, libraries quote what they send and receive.
    root.setLevel(logging.WARNING)
    logging.getLogger(OURS).setLevel(logging.INFO)
    # What cannot be written would otherwise be printed, values and all.
    logging.raiseExceptions = False

    def ended(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, fault, trace)
        else:
            logging.getLogger("ansinh.running").critical("ended by a fault: %s", described(fault))

    sys.excepthook = ended


def _first_words(message: object) -> str:
    """The first line of a message, before any value is put in; asyncio's next lines show values."""
    return message.partition("\n")[0] if isinstance(message, str) else type(message).__name__


def _json(line: Line) -> bytes:
    return orjson.dumps(line, option=orjson.OPT_UTC_Z)


def _words(stream: TextIO) -> Callable[[Line], bytes]:
    render = ConsoleRenderer(timestamp_key="at", pad_event_to=0, sort_keys=False)

    def rendered(line: Line) -> bytes:
        at = line["at"].astimezone().strftime("%H:%M:%S")
        told = {"exception" if key == "fault" else key: value for key, value in line.items()}
        return render(stream, "", {**told, "at": at}).encode()

    return rendered
