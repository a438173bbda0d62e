"""What is JSON is decided before anybody looks into it; each way of not being it has a code of its own."""

import json
from contextlib import suppress
from time import process_time

import pytest

from api.bodies import MOST_DIGITS, MOST_NESTED, decoded
from api.faults import NameTwice, NotJson, NotUtf8, NumberRefused, OneAtATime, RequestFault, TooNested
from tests.api.conftest import RunningPortal

ASKED = b'{"query": "{ viewer { kind } }"'
FULL = 65_536

REFUSED: dict[str, tuple[bytes, type[RequestFault]]] = {
    "empty": (b"", NotJson),
    "space": (b" \r\n", NotJson),
    "half": (ASKED, NotJson),
    "no closing quote": (b'{"query": "{ viewer', NotJson),
    "ends in an escape": (b'{"query": "\\', NotJson),
    "comment": (ASKED + b" /* no */ }", NotJson),
    "single quotes": (b"{'query': '{ viewer { kind } }'}", NotJson),
    "comma at the end": (ASKED + b", }", NotJson),
    "line break in a text": (b'{"query": "{\n}"}', NotJson),
    "hexadecimal": (ASKED + b', "variables": {"a": 0x10}}', NotJson),
    "zero in front": (ASKED + b', "variables": {"a": 010}}', NotJson),
    "byte order mark": (b"\xef\xbb\xbf" + ASKED + b"}", NotJson),
    "utf-16": ((ASKED + b"}").decode().encode("utf-16-le"), NotJson),
    "not utf-8": (ASKED[:-1] + b' # \xff"}', NotUtf8),
    "overlong": (ASKED[:-1] + b' # \xc0\xaf"}', NotUtf8),
    "half a character in bytes": (ASKED[:-1] + b' # \xed\xa0\x80"}', NotUtf8),
    "compressed": (b"\x1f\x8b\x08\x00\x00\x00\x00\x00", NotUtf8),
    "lines": (ASKED + b"}\n" + ASKED + b"}", OneAtATime),
    "one after the other": (ASKED + b"}" + ASKED + b"}", OneAtATime),
    "something after it": (ASKED + b"} please", OneAtATime),
    "nul after it": (ASKED + b"}\0", OneAtATime),
    "two queries": (ASKED + b', "query": "mutation { signOut }"}', NameTwice),
    "two names that look different": (ASKED + b', "qu\\u0065ry": "mutation { signOut }"}', NameTwice),
    "two values of a variable": (ASKED + b', "variables": {"a": 1, "a": 2}}', NameTwice),
    "deep objects": (ASKED + b', "variables": ' + b'{"a":' * 10_000, TooNested),
    "deep lists": (b"[" * 60_000, TooNested),
    "one too deep": (b"[" * (MOST_NESTED + 1) + b"]" * (MOST_NESTED + 1), TooNested),
    "many digits": (ASKED + b', "variables": {"a": ' + b"1" * 5_000 + b"}}", NumberRefused),
    "one digit too many": (b"1" * (MOST_DIGITS + 1), NumberRefused),
    "many decimals": (b"0." + b"1" * MOST_DIGITS, NumberRefused),
    "not a number": (b"NaN", NumberRefused),
    "infinity": (b"Infinity", NumberRefused),
    "less than nothing": (b"-Infinity", NumberRefused),
    "infinite in the end": (b"1e400", NumberRefused),
}


@pytest.mark.parametrize(("body", "fault"), REFUSED.values(), ids=REFUSED)
async def test_body_is_refused_with_its_code(
    portal: RunningPortal, body: bytes, fault: type[RequestFault]
) -> None:
    answer = await portal.post(body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"] == {"code": fault.code}


READ = [
    '{"query":"{ viewer { kind } }"}',
    ' \r\n\t{"query": "{"} \n',
    "[" * MOST_NESTED + "]" * MOST_NESTED,
    '"' + "[{" * 100 + '"',
    '["\\\\", "\\"[[[[", {"a": "\\\\\\"' + "{" * 50 + '"}]',
    "1" * MOST_DIGITS,
    "-0.0",
    "1e-400",
    '"\\ud83d\\ude00 😀"',
    '[{"a": 1}, {"a": 1}]',
    '{"": null, " ": true}',
]


@pytest.mark.parametrize("text", READ)
def test_other_json_is_read_as_python_reads_it(text: str) -> None:
    assert decoded(text.encode()) == json.loads(text)


LABORIOUS = {
    "quotes": b'"' * FULL,
    "escapes": b'"' + b'\\"' * (FULL // 2),
    "backslashes": b'"' + b"\\" * FULL,
    "brackets in turn": b"[" + b"[]," * (FULL // 3),
    "open brackets": b"[" * FULL,
    "open and never closed": b'[{"' * (FULL // 3),
    "closing brackets": b"]" * FULL,
    "objects": b"[" + b'{"a":1},' * (FULL // 8),
    "names": b"{" + b",".join(b'"%d":0' % number for number in range(FULL // 10)) + b"}",
    "numbers": b"[" + b"1.5," * (FULL // 4),
    "spaces": b" " * FULL,
}


@pytest.mark.parametrize("body", LABORIOUS.values(), ids=LABORIOUS)
def test_full_body_is_little_work_whatever_it_says(body: bytes) -> None:
    def work_s() -> float:
        began = process_time()
        with suppress(RequestFault):
            decoded(body)
        return process_time() - began

    # About 5 ms at most on the machine where this was written; what is not linear takes seconds.
    assert min(work_s() for _ in range(3)) < 0.05
