"""Whatever cannot be answered is told with a code that stands, in both languages; nothing of ours is told."""

import json
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from typing import NoReturn

import asyncpg
import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from api import faults
from tests.api.codes import Kind, said
from tests.api.conftest import RunningPortal

SECRET = "postgresql://ansinh_api:secret@db/ansinh"


SAID = said()
# Which are said of an operation and of a whole request, or of two kinds of addresses, and mean the same.
SAID_TWICE = {
    "BAD_ID",
    "METHOD_NOT_ALLOWED",
    "NOT_FOUND",
    "ORIGIN_FOREIGN",
    "STEP_UP_REQUIRED",
    "TEXT_TOO_LONG",
    "UNAVAILABLE",
}


@pytest.mark.parametrize("kind", SAID, ids=lambda kind: kind.__name__)
def test_each_has_a_code_and_both_languages(kind: Kind) -> None:
    assert re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*", kind.code)
    english = " ".join((kind.__doc__ or "").split())
    assert english
    assert re.search("[ăâđêôơưàáảãạèéẻẽẹìíỉĩịòóỏõọùúủũụ]", kind.vietnamese)
    assert set(re.findall(r"{(\w+)}", english)) == set(re.findall(r"{(\w+)}", kind.vietnamese))


def test_a_code_means_one_thing() -> None:
    found = defaultdict(set)
    for kind in SAID:
        found[kind.code].add(kind)
    assert {code: kinds for code, kinds in found.items() if len(kinds) > 1 and code not in SAID_TWICE} == {}


# ------------------------------------------------------- besides GraphQL ---


ELSEWHERE = [
    ("GET", "/nothing", 404, "NOT_FOUND"),
    ("POST", "/nothing", 404, "NOT_FOUND"),
    ("GET", "/graphql/", 404, "NOT_FOUND"),
    ("POST", "/graphql/", 404, "NOT_FOUND"),
    ("GET", "/health/nothing", 404, "NOT_FOUND"),
    ("GET", "/assets/0/nothing.js", 404, "NOT_FOUND"),
    ("GET", "/assets/0/../../settings.py", 404, "NOT_FOUND"),
    ("POST", "/", 405, "METHOD_NOT_ALLOWED"),
    ("DELETE", "/schema.graphql", 405, "METHOD_NOT_ALLOWED"),
    ("GET", "/sign-out", 404, "NOT_FOUND"),
    ("POST", "/sign-out", 403, "REQUEST_FORGED"),
    ("POST", "/assets/0/portal.css", 405, "METHOD_NOT_ALLOWED"),
]


@pytest.mark.parametrize(("method", "path", "status", "code"), ELSEWHERE)
async def test_address_that_answers_otherwise_or_not_at_all(
    portal: RunningPortal, method: str, path: str, status: int, code: str
) -> None:
    messages = set()
    for language in ("vi", "en"):
        answer = await portal.http.request(
            method, f"{portal.url}{path}", headers={"Accept-Language": language}
        )
        [error] = answer.json()["errors"]
        assert (answer.status_code, error["extensions"]) == (status, {"code": code})
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        messages.add(error["message"])
    assert len(messages) == 2


async def test_method_that_is_refused_is_told_with_those_that_are_not(portal: RunningPortal) -> None:
    answer = await portal.http.post(f"{portal.url}/schema.graphql")
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}


# ------------------------------------------------------- faults of our own ---


def browser(error: Callable[[], Exception]) -> TestClient:
    """Somebody at a portal in which something goes wrong."""

    async def fail(_request: Request) -> NoReturn:
        raise error()

    async def begin(_request: Request) -> StreamingResponse:
        async def half() -> AsyncIterator[str]:
            yield "half"
            raise error()

        return StreamingResponse(half())

    async def talk(socket: WebSocket) -> None:
        await socket.accept()
        raise error()

    routes = [Route("/", fail), Route("/half", begin), WebSocketRoute("/socket", talk)]
    app = Starlette(
        routes=routes,
        middleware=[Middleware(faults.Masked)],
        exception_handlers={HTTPException: faults.refused},
    )
    return TestClient(app)


async def test_fault_of_ours_is_told_by_its_number(caplog: pytest.LogCaptureFixture) -> None:
    answer = browser(lambda: KeyError(SECRET)).get("/", headers={"Accept-Language": "en"})
    [error] = answer.json()["errors"]
    incident = error["extensions"]["incidentId"]
    assert (answer.status_code, error["extensions"]["code"]) == (500, "FAULT")
    assert re.fullmatch("[0-9a-f]{16}", incident)
    assert incident in error["message"]
    assert incident in caplog.text
    assert "KeyError" in caplog.text
    assert SECRET not in answer.text + caplog.text


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (lambda: ConnectionRefusedError(SECRET), "UNAVAILABLE"),
        (lambda: asyncpg.CannotConnectNowError(SECRET), "UNAVAILABLE"),
        (lambda: asyncpg.QueryCanceledError(SECRET), "TOOK_TOO_LONG"),
    ],
)
async def test_outage_is_told_as_one(error: Callable[[], Exception], code: str) -> None:
    answer = browser(error).get("/")
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (503, code)
    assert SECRET not in answer.text


@pytest.mark.parametrize("status", [400, 413, 416])
async def test_what_starlette_refuses_keeps_its_status(status: int) -> None:
    answer = browser(lambda: HTTPException(status, SECRET)).get("/")
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (status, "BAD_REQUEST")
    assert SECRET not in answer.text


async def test_answer_that_breaks_off_says_nothing_more(caplog: pytest.LogCaptureFixture) -> None:
    answer = browser(lambda: KeyError(SECRET)).get("/half")
    assert (answer.status_code, answer.text) == (200, "half")
    assert "KeyError" in caplog.text
    assert SECRET not in caplog.text


async def test_socket_is_closed(caplog: pytest.LogCaptureFixture) -> None:
    with (
        browser(lambda: KeyError(SECRET)).websocket_connect("/socket") as socket,
        pytest.raises(WebSocketDisconnect) as closed,
    ):
        socket.receive_text()
    assert closed.value.code == 1011
    assert SECRET not in caplog.text


def test_half_a_character_is_written_as_json() -> None:
    assert json.loads(faults.written({"a": "\ud800"})) == {"a": "\ud800"}
