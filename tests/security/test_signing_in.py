"""Nobody is led astray while signing in, and nobody from elsewhere signs in without a password."""

import base64
import json
from contextlib import suppress
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest

from api import application
from api.signing_in import Attempt, SignInRefused
from auth.provider import OutsideDevelopment
from auth.viewer import Viewer, ViewerKind
from db import roles
from tests.api.conftest import settings_of
from tests.conftest import Database

ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "/\\\\evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
]


@pytest.mark.parametrize("path", ELSEWHERE)
def test_cookie_that_somebody_else_wrote_leads_to_our_own_pages(path: str) -> None:
    written = replace(Attempt.begun("/graphql"), path=path)
    assert Attempt.returned(written.written(), written.state).path == "/"


def test_cookie_of_an_attempt_keeps_no_secret_of_a_session() -> None:
    secret = "s" * 43
    viewer = Viewer(ViewerKind.CITIZEN, uuid4())
    kept = base64.urlsafe_b64decode(Attempt.begun("/").leaving(viewer, secret).written()).decode()
    assert secret not in kept
    assert json.loads(kept)["session"] == sha256(secret.encode()).hexdigest()


@pytest.mark.parametrize("change", [{"session": "x"}, {"session": "0"}, {"session": 1}, {"account": None}])
def test_cookie_of_an_attempt_that_somebody_else_wrote_breaks_nothing(change: dict[str, object]) -> None:
    attempt = asdict(Attempt.begun("/"))
    cookie = base64.urlsafe_b64encode(json.dumps(attempt | change).encode()).decode()
    with suppress(SignInRefused):
        assert bytes.fromhex(Attempt.returned(cookie, attempt["state"]).session) == b""


@pytest.mark.parametrize("level", ["2", 7, None, "x", -1, {}, "\u0661"])
def test_level_in_a_cookie_is_one_of_ours_or_none(level: object) -> None:
    attempt = asdict(Attempt.begun("/"))
    cookie = base64.urlsafe_b64encode(json.dumps(attempt | {"level": level}).encode()).decode()
    assert Attempt.returned(cookie, attempt["state"]).level == (2 if level == "2" else 0)


@pytest.mark.parametrize("host", ["0.0.0.0", "", "::", "192.0.2.1"])  # noqa: S104 -- refused
async def test_where_nobody_has_a_password_nobody_else_is_heard(
    database: Database, tmp_path: Path, host: str
) -> None:
    settings = replace(settings_of(tmp_path, 8000, database.url(roles.API)), host=host)
    with pytest.raises(OutsideDevelopment):
        async with application.open_portal(settings):
            pass


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
async def test_this_machine_is_heard(database: Database, tmp_path: Path, host: str) -> None:
    settings = replace(settings_of(tmp_path, 8000, database.url(roles.API)), host=host)
    async with application.open_portal(settings) as portal:
        assert portal
