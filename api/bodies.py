"""Bodies: how much of one is read, and which JSON is believed, before anybody looks into it.

Everything here is linear in the bytes that came, and nothing recurses deeper than MOST_NESTED.

Source: RFC 8259 (JSON), RFC 7493 (I-JSON: UTF-8, no name twice).
"""

import json
import re
from math import isfinite
from typing import Any, NoReturn

from starlette.requests import Request

from api.faults import (
    CodingRefused,
    NameTwice,
    NotJson,
    NotUtf8,
    NumberRefused,
    OneAtATime,
    RequestTooLarge,
    TooNested,
)
from api.headers import header_of
from schema.limits import MOST_BODY_BYTES

# An input of the schema is five levels deep; a cent of the state's budget has sixteen digits.
MOST_NESTED = 32
MOST_DIGITS = 32
SPACE = " \t\n\r"

# A text, to its end or to that of the body: it always matches where a text begins, and never looks back.
TEXT = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


async def body_of(request: Request, most: int = MOST_BODY_BYTES) -> bytes:
    """Read a body, no further than the bound.

    Raises: CodingRefused, RequestTooLarge, ClientDisconnect.
    """
    # What is compressed may be a thousand times as long once it is not.
    if (header_of(request.scope, b"content-encoding") or "").strip().lower() not in {"", "identity"}:
        raise CodingRefused
    if int(header_of(request.scope, b"content-length") or 0) > most:
        raise RequestTooLarge(most=most)
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise RequestTooLarge(most=most)
    return body


def decoded(written: bytes) -> Any:  # noqa: ANN401 -- JSON
    """Read one JSON value.

    Raises: NotUtf8, TooNested, NumberRefused, NameTwice, OneAtATime, NotJson.
    """
    _refuse_nested(written)
    try:
        text = written.decode().lstrip(SPACE)
        found, end = DECODER.raw_decode(text)
    except UnicodeDecodeError as error:
        raise NotUtf8 from error
    except json.JSONDecodeError as error:
        raise NotJson from error
    if text[end:].strip(SPACE):
        raise OneAtATime
    return found


def _refuse_nested(written: bytes) -> None:
    """Count brackets, which costs nothing; look at them only where there are enough.

    Raises: TooNested.
    """
    if written.count(b"{") + written.count(b"[") <= MOST_NESTED:
        return
    depth = 0
    for bracket in TEXT.sub(b"", written).translate(None, NO_BRACKETS):
        depth += 1 if bracket in b"{[" else -1
        if depth > MOST_NESTED:
            raise TooNested(most=MOST_NESTED)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NameTwice
    return found


def _integer(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise NumberRefused(most=MOST_DIGITS)
    return int(digits)


def _fraction(digits: str) -> float:
    if len(digits) > MOST_DIGITS or not isfinite(found := float(digits)):
        raise NumberRefused(most=MOST_DIGITS)
    return found


def _no_number(_name: str) -> NoReturn:
    raise NumberRefused(most=MOST_DIGITS)


# Python's own, whose loop is in C with these hooks too.
DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_fraction, parse_constant=_no_number
)
