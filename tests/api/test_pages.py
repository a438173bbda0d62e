"""The pages say who reads them, keep their files to themselves, and reach no host but ours."""

import re
from html.parser import HTMLParser
from pathlib import Path
from uuid import UUID

import pytest
from graphql import build_schema, parse, validate
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from api import pages
from api.pages import ASSETS, MEDIA_TYPES
from auth.personas import Persona
from auth.sessions import SCOPES_OF_KIND
from auth.viewer import ANONYMOUS, Viewer, ViewerKind
from schema.portal import schema

LAN = Viewer(kind=ViewerKind.CITIZEN, principal=UUID(int=7), name="Nguyễn Thị Lan")
PERSONAS = (
    Persona("lan", ViewerKind.CITIZEN, "Nguyễn Thị Lan", "Người dân", "Citizen"),
    Persona("x&y", ViewerKind.OFFICER, "<b>Tên</b>", "Cán bộ", "Officer"),
)
SDL = "type Query { viewer: String }"
OPENINGS = sorted(Path("explorer/opening").glob("*.graphql"))
FILES = sorted(path.relative_to(ASSETS).as_posix() for path in ASSETS.rglob("*") if path.is_file())


def client(viewer: Viewer = ANONYMOUS, personas: tuple[Persona, ...] = PERSONAS) -> TestClient:
    """A browser in front of the pages, with the viewer already known."""
    app = Starlette(routes=[*pages.pages(personas, SDL), Route("/graphql", pages.explorer)])

    async def door(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "viewer": viewer}, receive, send)

    return TestClient(door)


class Outline(HTMLParser):
    """The elements of a page, and the languages of its words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, dict(attrs)))

    def all(self, name: str) -> list[dict[str, str | None]]:
        """The attributes of each element of the name."""
        return [attributes for tag, attributes in self.elements if tag == name]


@pytest.fixture(params=["/", "/graphql", "/account"])
def page(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_landing_offers_each_persona() -> None:
    links = [link["href"] for link in Outline(client().get("/").text).all("a")]
    assert "/sign-in?as=lan&next=%2Fgraphql" in links
    assert "/sign-in?as=x%26y&next=%2Fgraphql" in links


def test_names_are_text_and_never_markup() -> None:
    assert "&lt;b&gt;Tên&lt;/b&gt;" in client().get("/").text
    assert "<i>" not in client(Viewer(kind=ViewerKind.OFFICER, name="<i>")).get("/graphql").text


def test_without_personas_there_is_one_way_in() -> None:
    ways = [link["href"] for link in Outline(client(personas=()).get("/").text).all("a")]
    assert [way for way in ways if way and way.startswith("/sign-in")] == ["/sign-in?next=%2Fgraphql"]


def test_page_says_who_reads_it_and_offers_the_way_out(page: str) -> None:
    answer = client(LAN).get(page).text
    assert "Nguyễn Thị Lan" in answer
    assert "Người dân" in answer
    assert [form["action"] for form in Outline(answer).all("form") if "action" in form] == ["/sign-out"]


def test_nobody_signed_in_is_offered_no_way_out(page: str) -> None:
    assert Outline(client().get(page).text).all("form") == []


def test_explorer_knows_whose_words_it_keeps() -> None:
    [main] = Outline(client(LAN).get("/graphql").text).all("main")
    assert (main["data-kind"], main["data-reader"]) == ("CITIZEN", str(LAN.principal))


def test_name_of_whoever_is_signed_in_leads_to_their_account(page: str) -> None:
    links = [link["href"] for link in Outline(client(LAN).get(page).text).all("a")]
    assert "/account" in links


@pytest.mark.parametrize("assurance", [1, 2])
def test_account_offers_the_level_that_is_missing(assurance: int) -> None:
    viewer = Viewer.proven(
        ViewerKind.CITIZEN, SCOPES_OF_KIND[ViewerKind.CITIZEN], assurance, name="<b>Lan</b>"
    )
    answer = client(viewer).get("/account").text
    assert "&lt;b&gt;Lan&lt;/b&gt;" in answer
    assert f"level {assurance} of the electronic identity" in answer
    ways = [link["href"] for link in Outline(answer).all("a")]
    assert ("/sign-in?level=2&next=/account" in ways) is (assurance == 1)


def test_account_of_nobody_is_the_way_in() -> None:
    outline = Outline(client().get("/account").text)
    assert "/sign-in?as=lan&next=%2Faccount" in [link["href"] for link in outline.all("a")]
    assert [script["src"] for script in outline.all("script") if "account" in str(script["src"])] == []


def test_account_asks_what_the_schema_answers() -> None:
    module = (ASSETS / "account.js").read_text(encoding="utf-8")
    operations = re.findall(r"= `((?:query|mutation) [^`]+)`", module)
    assert operations
    for operation in operations:
        assert validate(schema._schema, parse(operation)) == []  # noqa: SLF001 -- strawberry has no other name for it


def test_account_writes_text_and_never_markup() -> None:
    module = (ASSETS / "account.js").read_text(encoding="utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval", module)


def test_landing_leads_to_explorer_and_schema() -> None:
    links = [link["href"] for link in Outline(client().get("/").text).all("a")]
    assert {"/graphql", "/schema.graphql"} <= set(links)


def test_schema_is_shown_as_text() -> None:
    answer = client().get("/schema.graphql")
    assert (answer.text, answer.headers["content-type"]) == (SDL, "text/plain; charset=utf-8")


def test_schema_that_the_caller_has_is_not_sent_again() -> None:
    tag = client().get("/schema.graphql").headers["etag"]
    for known in (tag, f'"other", W/{tag}', "*"):
        answer = client().get("/schema.graphql", headers={"If-None-Match": known})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    assert client().get("/schema.graphql", headers={"If-None-Match": '"other"'}).text == SDL


def test_schema_that_changed_has_another_tag() -> None:
    tags = {
        TestClient(Starlette(routes=pages.pages(PERSONAS, sdl))).get("/schema.graphql").headers["etag"]
        for sdl in (SDL, f"{SDL} ")
    }
    assert len(tags) == 2


@pytest.mark.parametrize("personas", [(), PERSONAS])
def test_without_an_explorer_nothing_leads_there(personas: tuple[Persona, ...]) -> None:
    landing = TestClient(Starlette(routes=pages.pages(personas, SDL, has_explorer=False))).get("/").text
    ways = [link["href"] for link in Outline(landing).all("a")]
    assert "/graphql" not in ways
    assert {way.rpartition("next=")[2] for way in ways if way and way.startswith("/sign-in")} == {"%2F"}


def test_page_has_one_heading_one_main_and_a_way_past_the_bar(page: str) -> None:
    outline = Outline(client(LAN).get(page).text)
    assert len(outline.all("h1")) == 1
    [main] = outline.all("main")
    assert outline.all("a")[0]["href"] == f"#{main['id']}"
    assert outline.all("html")[0]["lang"] in {"vi", "en"}


def test_page_may_not_be_framed_sniffed_kept_or_named_to_others(page: str) -> None:
    headers = client().get(page).headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"


def test_page_runs_only_our_own_scripts(page: str) -> None:
    answer = client(LAN).get(page)
    assert "script-src 'self';" in answer.headers["content-security-policy"] + ";"
    outline = Outline(answer.text)
    assert all((script["src"] or "").startswith("/assets/") for script in outline.all("script"))
    assert not [
        tag for tag, attributes in outline.elements if any(name.startswith("on") for name in attributes)
    ]


def test_page_finds_each_file_it_names(page: str) -> None:
    browser = client()
    outline = Outline(browser.get(page).text)
    named = [
        *(element["src"] for tag in ("script", "img") for element in outline.all(tag)),
        *(link["href"] for link in outline.all("link")),
    ]
    assert named
    assert {browser.get(str(address)).status_code for address in named} == {200}


@pytest.mark.parametrize("name", FILES)
def test_file_is_sent_with_its_type_and_may_be_kept(name: str) -> None:
    answer = client().get(f"/assets/{pages.edition()}/{name}")
    assert answer.headers["content-type"] == MEDIA_TYPES[Path(name).suffix]
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_file_asked_for_under_another_edition_is_not_kept() -> None:
    assert client().get("/assets/0123456789abcdef/portal.css").headers["cache-control"] == "no-cache"


def test_file_the_browser_has_is_not_sent_again() -> None:
    address = f"/assets/{pages.edition()}/portal.css"
    tag = client().get(address).headers["etag"]
    assert client().get(address, headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize("name", ["../pages.py", "%2e%2e/pages.py", "explorer", "", "none.js"])
def test_only_files_of_the_folder_are_sent(name: str) -> None:
    assert client().get(f"/assets/{pages.edition()}/{name}").status_code == 404


# What a bundle says of other hosts: names of things (namespaces, schemas) and links that a person may follow.
MENTIONED = {
    "code.visualstudio.com",
    "commonmark.org",
    "en.wikipedia.org",
    "github.com",
    "json-schema.org",
    "microsoft.com",
    "prettier.io",
    "react.dev",
    "www.w3.org",
    "yarnpkg.com",
}


@pytest.mark.parametrize("name", [name for name in FILES if not name.endswith((".txt", ".ttf"))])
def test_file_names_no_host_that_it_could_load_from(name: str) -> None:
    text = (ASSETS / name).read_text(encoding="utf-8")
    assert set(re.findall(r"https?://([\w.-]+\.\w+)", text)) <= MENTIONED


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".css")])
def test_style_loads_only_from_beside_itself(name: str) -> None:
    text = (ASSETS / name).read_text(encoding="utf-8")
    assert not re.findall(r"url\(['\"]?(?:https?:)?//|@import", text)


def test_explorer_is_small_enough_to_keep_in_the_repository() -> None:
    sizes = [path.stat().st_size for path in ASSETS.rglob("*")]
    assert max(sizes) < 6_000_000
    assert sum(sizes) < 8_000_000


def test_lock_of_the_explorer_names_no_address_to_download_from() -> None:
    assert '"resolved"' not in Path("explorer/package-lock.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("opening", OPENINGS, ids=lambda opening: opening.stem)
def test_explorer_opens_with_a_query_that_the_schema_knows(opening: Path) -> None:
    assert validate(build_schema(schema.as_str()), parse(opening.read_text(encoding="utf-8"))) == []
