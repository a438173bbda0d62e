"""Requests that are not what they seem, or that are more than anybody sends: G14 to G19 of the catalogue."""

import asyncio
import gzip
import json
from collections.abc import Callable, Iterator
from itertools import repeat
from time import process_time
from urllib.parse import urlencode

import psutil
import pytest

from db.pool import Connection, Pool
from tests import people
from tests.api.conftest import SUBMIT, Account, RunningPortal, a_session, cookie

KIND = "{ viewer { kind } }"
ASKED = json.dumps({"query": KIND})
MOST_GROWTH_BYTES = 10_000_000


async def a_wish(owner: Connection) -> dict[str, object]:
    """The variables of a dossier that would be filed."""
    service = f"Service:{await people.a_service(owner)}"
    return {"input": {"idempotencyKey": "k", "service": service, "request": "Cấp lại sổ"}}


async def filed(owner: Connection, account: Account) -> int:
    """How many dossiers somebody has filed."""
    number: int = await owner.fetchval(
        "SELECT count(*) FROM dossiers WHERE submitted_by = $1", account.principal
    )
    return number


# ------------------------------------------------------------ several at once ---


SEVERAL = {
    "ten": json.dumps([{"query": KIND}] * 10),
    "one": json.dumps([{"query": KIND}]),
    "none": "[]",
    "lines": f"{ASKED}\n{ASKED}",
    "lines to the end": f"{ASKED}\r\n" * 10,
    "records": f"\x1e{ASKED}\n\x1e{ASKED}\n",
    "nested": json.dumps([[{"query": KIND}]]),
    "under a name": json.dumps({"requests": [{"query": KIND}]}),
    "in the query": json.dumps({"query": [KIND, KIND]}),
    "in the variables": json.dumps({"query": KIND, "variables": [{}, {}]}),
}


@pytest.mark.parametrize("body", SEVERAL.values(), ids=SEVERAL)
async def test_g14_batch_is_refused(portal: RunningPortal, body: str) -> None:
    answer = await portal.post(body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] in {"BAD_REQUEST", "ONE_AT_A_TIME", "NOT_JSON"}


async def test_g14_of_a_batch_nothing_is_done(portal: RunningPortal, owner: Connection) -> None:
    lan = await portal.citizen(owner)
    wish = json.dumps({"query": SUBMIT, "variables": await a_wish(owner)})
    for body in (f"[{wish}]", f"{wish}\n{wish}", f"{ASKED}\n{wish}"):
        assert (await portal.post(body, lan)).status_code == 400
    assert await filed(owner, lan) == 0


# ------------------------------------------------------------------- by GET ---


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_g15_mutation_by_get_is_refused(portal: RunningPortal, owner: Connection, method: str) -> None:
    lan = await portal.citizen(owner)
    for document in (SUBMIT, f"query Harmless {KIND} {SUBMIT}"):
        answer = await portal.http.request(
            method,
            f"{portal.url}/graphql",
            params={
                "query": document,
                "variables": json.dumps(await a_wish(owner)),
                "operationName": "Submit",
            },
            headers=lan.headers,
        )
        assert answer.status_code == 405
        assert answer.headers["allow"] == "GET, HEAD, POST"
    assert await filed(owner, lan) == 0


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_g15_with_a_cookie_nothing_is_asked_by_get(
    portal: RunningPortal, pool: Pool, method: str
) -> None:
    answer = await portal.http.request(
        method, f"{portal.url}/graphql", params={"query": KIND}, headers=cookie(await a_session(pool))
    )
    assert answer.status_code == 405


async def test_g15_mutation_is_not_hidden_in_the_address_of_a_post(
    portal: RunningPortal, owner: Connection
) -> None:
    lan = await portal.citizen(owner)
    asked = {"query": SUBMIT, "variables": json.dumps(await a_wish(owner))}
    answer = await portal.http.post(
        f"{portal.url}/graphql?{urlencode(asked)}", json={"query": KIND}, headers=lan.headers
    )
    assert answer.json()["data"] == {"viewer": {"kind": "CITIZEN"}}
    assert await filed(owner, lan) == 0


# ------------------------------------------------------------- not as JSON ---


MEDIA_TYPES = [
    "application/x-www-form-urlencoded",
    "text/plain",
    "text/plain; application/json",
    "text/plain;charset=utf-8, application/json",
    "multipart/form-data; boundary=x",
    "application/graphql",
    "application/json-seq",
    "application/xml",
    "",
]


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
async def test_g16_mutation_that_a_form_can_send_is_refused(
    portal: RunningPortal, owner: Connection, media_type: str
) -> None:
    lan, wish = await portal.citizen(owner), await a_wish(owner)
    fields = {"query": SUBMIT, "variables": json.dumps(wish)}
    bodies = [json.dumps({"query": SUBMIT, "variables": wish})]
    if "urlencoded" in media_type:
        bodies.append(urlencode(fields))
    if "multipart" in media_type:
        parts = "".join(
            f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in {**fields, "operations": bodies[0], "map": "{}"}.items()
        )
        bodies.append(f"{parts}--x--\r\n")
    for body in bodies:
        answer = await portal.post(body, lan, content_type=media_type)
        assert answer.status_code == 415
        assert answer.json()["errors"][0]["extensions"] == {"code": "UNSUPPORTED_MEDIA_TYPE"}
    assert await filed(owner, lan) == 0


async def test_g16_without_a_type_it_is_refused_too(portal: RunningPortal, owner: Connection) -> None:
    lan = await portal.citizen(owner)
    request = portal.http.build_request(
        "POST",
        f"{portal.url}/graphql",
        content=json.dumps({"query": SUBMIT, "variables": await a_wish(owner)}),
        headers=lan.headers,
    )
    assert "content-type" not in request.headers
    assert (await portal.http.send(request)).status_code == 415
    assert await filed(owner, lan) == 0


# ------------------------------------------------------------ with a cookie ---


OWN = {"ansinh_request": "1"}
FORGED: dict[str, dict[str, str]] = {
    "without the header": {"origin": "{own}"},
    "from elsewhere": {"origin": "https://evil.example", **OWN},
    "from nowhere": {"origin": "null", **OWN},
    "without an origin": OWN,
    "from a neighbour": {"origin": "{own}0", **OWN},
    "from below": {"origin": "{own}.evil.example", **OWN},
    "with both in one": {"origin": "{own} https://evil.example", **OWN},
    "from another scheme": {"origin": "https://127.0.0.1", **OWN},
    "across sites": {"origin": "{own}", "sec_fetch_site": "cross-site", **OWN},
}


@pytest.mark.parametrize("headers", FORGED.values(), ids=FORGED)
async def test_g17_what_another_site_makes_a_browser_ask_is_refused(
    portal: RunningPortal, pool: Pool, headers: dict[str, str]
) -> None:
    sent = {name: value.replace("{own}", portal.url) for name, value in headers.items()}
    answer = await portal.post(ASKED, **sent, **cookie(await a_session(pool)))
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["extensions"] == {"code": "REQUEST_FORGED"}


async def test_g17_our_own_pages_are_heard(portal: RunningPortal, pool: Pool) -> None:
    answer = await portal.post(ASKED, origin=portal.url, **OWN, **cookie(await a_session(pool)))
    assert answer.json()["data"] == {"viewer": {"kind": "CITIZEN"}}


# -------------------------------------------------- more than anybody sends ---


def variables(value: str) -> bytes:
    """A body with a variable of this value."""
    return f'{{"query": "{KIND}", "variables": {{"a": {value}}}}}'.encode()


MUCH: dict[str, tuple[bytes, int, str]] = {
    "100,000 objects deep": (variables('{"a":' * 100_000 + "1" + "}" * 100_000), 413, "TOO_LARGE"),
    "10,000 objects deep": (variables('{"a":' * 10_000 + "1" + "}" * 10_000), 400, "TOO_NESTED"),
    "30,000 lists deep": (variables("[" * 30_000 + "]" * 30_000), 400, "TOO_NESTED"),
    "33 deep": (variables("[" * 31 + "]" * 31), 400, "TOO_NESTED"),
    "5,000 digits": (variables("1" * 5_000), 400, "NUMBER_REFUSED"),
    "60,000 digits": (variables("-" + "9" * 60_000), 400, "NUMBER_REFUSED"),
    "5,000 decimals": (variables("0." + "1" * 5_000), 400, "NUMBER_REFUSED"),
    "no number": (variables("NaN"), 400, "NUMBER_REFUSED"),
    "infinity": (variables("-Infinity"), 400, "NUMBER_REFUSED"),
    "1e400": (variables("1e400"), 400, "NUMBER_REFUSED"),
    "an exponent of 5,000 digits": (variables("1e" + "9" * 5_000), 400, "NUMBER_REFUSED"),
    "no UTF-8": (b'{"query": "{ viewer { kind } } # \xc3\x28"}', 400, "NOT_UTF8"),
    "UTF-16": (ASKED.encode("utf-16"), 400, "NOT_UTF8"),
    "UTF-32": (ASKED.encode("utf-32-be"), 400, "NOT_JSON"),
    "a bomb that does not say so": (gzip.compress(bytes(20_000_000)), 400, "NOT_UTF8"),
    "a name twice": (b'{"query": "{ viewer { kind } }", "query": "{ __typename }"}', 400, "NAME_TWICE"),
    "65,537 bytes": (ASKED.encode().ljust(65_537), 413, "TOO_LARGE"),
}


@pytest.mark.parametrize(("body", "status", "code"), MUCH.values(), ids=MUCH)
async def test_g19_it_is_refused_with_a_code(
    portal: RunningPortal, body: bytes, status: int, code: str
) -> None:
    answer = await portal.post(body)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]) == (status, {"code": code})


@pytest.mark.parametrize(
    "name", ["10,000 objects deep", "5,000 digits", "no number", "1e400", "a name twice"]
)
async def test_g19_over_a_socket_it_is_the_end(portal: RunningPortal, name: str) -> None:
    async with portal.line() as line:
        payload = MUCH[name][0].decode()
        await line.socket.send(f'{{"type": "subscribe", "id": "1", "payload": {payload}}}')
        assert await line.closed() == 4400


async def test_g19_as_much_as_may_be_is_read(portal: RunningPortal) -> None:
    assert (await portal.post(ASKED.ljust(65_536))).status_code == 200


async def test_g19_bomb_that_says_so_is_not_opened(portal: RunningPortal) -> None:
    for coding in ("gzip", "deflate", "br"):
        answer = await portal.post(gzip.compress(bytes(20_000_000)), content_encoding=coding)
        assert answer.status_code == 415
        assert answer.json()["errors"][0]["extensions"] == {"code": "UNSUPPORTED_CODING"}


def announced(pieces: int, piece: bytes) -> Iterator[bytes]:
    """A body whose length is told beforehand."""
    yield b"Content-Length: %d\r\n\r\n" % (pieces * len(piece))
    yield from repeat(piece, pieces)


def chunked(pieces: int, piece: bytes) -> Iterator[bytes]:
    """A body whose length is not told."""
    yield b"Transfer-Encoding: chunked\r\n\r\n"
    for _ in range(pieces):
        yield b"%x\r\n%b\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"


@pytest.mark.parametrize("body", [announced, chunked])
async def test_g19_twenty_megabytes_take_no_memory(
    portal: RunningPortal, body: Callable[[int, bytes], Iterator[bytes]]
) -> None:
    process = psutil.Process()
    before, growth = process.memory_info().rss, 0
    reader, writer = await asyncio.open_connection("127.0.0.1", portal.settings.port)
    writer.write(b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n")
    for piece in body(320, b" " * 65_536):
        writer.write(piece)
        await writer.drain()
        growth = max(growth, process.memory_info().rss - before)
    status = await reader.readline()
    writer.close()
    assert status.startswith(b"HTTP/1.1 413 ")
    assert growth < MOST_GROWTH_BYTES


# ------------------------------------------------------------ laborious heads ---


HEADS = {
    "accept": [",", ";", "a/b;q=1,", ";=,", "application/json;a=b,", " ", '"'],
    "accept-encoding": ["gzip,", ","],
    "accept-language": [",", "vi;q=1,", ";q=", "-", "vi-VN;q=0.5,", " "],
    "authorization": ["Bearer ", ".", "a.b.", " ", "e30."],
    "content-encoding": [",", "identity,", " "],
    "content-type": [
        ";",
        "application/json;",
        "application/json; ",
        "; ",
        "charset=utf-8;",
        " ",
        '"',
        "\t ;",
    ],
    "cookie": [";", "a=b;", "=", "__Host-ansinh=x;", '"', " "],
    "forwarded": ["for=x;", ","],
    "origin": ["http://", "x"],
    "traceparent": ["0", "-", "00-"],
    "tracestate": ["a=b,", ","],
    "x-forwarded-for": ["1.1.1.1,", ",", "::1,", " "],
}
LONGEST_HEADER = 60_000
# As much as a body of this length may take.
MOST_WORK_S = 0.05


@pytest.mark.parametrize(
    ("name", "piece"), [(name, piece) for name, pieces in HEADS.items() for piece in pieces]
)
async def test_g19_long_header_is_little_work(portal: RunningPortal, name: str, piece: str) -> None:
    value = (piece * LONGEST_HEADER)[:LONGEST_HEADER].strip()
    ends = [value, f"application/json{' ' * LONGEST_HEADER}x", f"{' ' * LONGEST_HEADER}x".join("ab")]
    for header in ends:
        works = []
        for _ in range(3):
            began = process_time()
            await portal.post(ASKED, **{name: header})
            works.append(process_time() - began)
        assert min(works) < MOST_WORK_S
