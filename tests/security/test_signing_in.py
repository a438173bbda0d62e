"""Nobody is led astray while signing in, and nobody from elsewhere signs in without a password."""

from dataclasses import replace
from pathlib import Path

import pytest

from api import application
from api.signing_in import Attempt
from auth.provider import OutsideDevelopment
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
