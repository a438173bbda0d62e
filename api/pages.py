"""What a person sees in a browser: the landing page, the explorer, and the files both are made of."""

from collections.abc import Sequence
from functools import cache, partial
from hashlib import sha256
from html import escape
from os import PathLike, stat_result
from pathlib import Path
from string import Template
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from auth.personas import Persona
from auth.viewer import ANONYMOUS, Viewer, ViewerKind

ROOM = Path(__file__).parent
ASSETS = ROOM / "assets"

# Machines differ in their own tables of types, and a browser that is told `nosniff` takes us at our word.
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".txt": "text/plain; charset=utf-8",
}

# One year, in seconds: the address of a file changes with its content.
KEEP = "public, max-age=31536000, immutable"

EVERYWHERE = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

PLAIN_PAGE = {
    "default-src": "'none'",
    "base-uri": "'none'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "img-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
}

# Monaco places each line of text by a style of its own, so style, and only style, may be written in the page.
EXPLORER_PAGE = PLAIN_PAGE | {
    "font-src": "'self'",
    "img-src": "'self' data:",
    "style-src": "'self' 'unsafe-inline'",
    "worker-src": "'self'",
}

# A file opened by itself, or a worker, reaches nothing at all.
ALONE = {"default-src": "'none'", "frame-ancestors": "'none'"}

CAPACITIES = {
    ViewerKind.CITIZEN: ("Người dân", "Citizen"),
    ViewerKind.EMPLOYER: ("Đơn vị sử dụng lao động", "Employer"),
    ViewerKind.OFFICER: ("Cán bộ bảo hiểm xã hội", "Officer"),
    ViewerKind.PARTNER: ("Cơ quan phối hợp", "Partner agency"),
    ViewerKind.REPRESENTATIVE: ("Người đại diện", "Representative"),
}


EXPLORER = """
<li><a class="action" href="/graphql">Mở trình khám phá <span lang="en">Open the explorer</span></a></li>"""


def pages(personas: Sequence[Persona] = (), sdl: str = "", *, has_explorer: bool = True) -> list[BaseRoute]:
    """Route the landing page, the schema in its own language, and the static files."""
    tag = f'"{sha256(sdl.encode()).hexdigest()[:16]}"'
    return [
        Route("/", partial(landing, personas=personas, has_explorer=has_explorer), name="landing"),
        Route("/account", partial(account, personas=personas), name="account"),
        Route("/schema.graphql", partial(contract, sdl=sdl, tag=tag), name="contract"),
        Mount("/assets/{edition}", Assets(directory=ASSETS), name="assets"),
    ]


async def landing(request: Request, personas: Sequence[Persona], *, has_explorer: bool) -> HTMLResponse:
    """Say what this is, who is signed in, and offer to sign in, in Vietnamese and in English."""
    viewer = _viewer(request)
    return page(
        "landing.html",
        PLAIN_PAGE,
        session=_session(viewer),
        explorer=EXPLORER if has_explorer else "",
        sign_in=_sign_in(viewer, personas, "/graphql" if has_explorer else "/"),
    )


async def account(request: Request, personas: Sequence[Persona]) -> HTMLResponse:
    """Show whoever is signed in what is theirs, which the page itself asks for; else offer to sign in."""
    viewer = _viewer(request)
    if viewer.kind is ViewerKind.ANONYMOUS:
        who, sections = "", _sign_in(viewer, personas, "/account")
    else:
        who, sections = _level(viewer), _filled("account_sections.html", own_data=_own_data(viewer))
    return page("account.html", PLAIN_PAGE, session=_session(viewer), who=who, sections=sections)


def explorer(request: Request) -> HTMLResponse:
    """Open GraphiQL on our own schema, in the session of whoever is signed in."""
    viewer = _viewer(request)
    return page(
        "explorer.html",
        EXPLORER_PAGE,
        kind=viewer.kind,
        reader=str(viewer.principal or ""),
        session=_session(viewer),
    )


async def contract(request: Request, sdl: str, tag: str) -> Response:
    """Show the schema as people read it, unless the caller has it already: `tag` names what it says."""
    headers = EVERYWHERE | {"Cache-Control": "no-cache", "ETag": tag}
    known = request.headers.get("if-none-match", "")
    # RFC 9110 section 13.1.2; a proxy that compresses makes the tag a weak one.
    if known == "*" or tag in {name.strip().removeprefix("W/") for name in known.split(",")}:
        return Response(status_code=304, headers=headers)
    return PlainTextResponse(sdl, headers=headers)


class Assets(StaticFiles):
    """The static files, under an address that names their edition, so that a browser may keep them."""

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """Send the file with its true type; one asked for by another edition's name is not kept.

        While one version replaces another, pages of both are open, and each asks for its own edition.
        """
        response = super().file_response(full_path, stat_result, scope, status_code)
        current = scope["path_params"]["edition"] == edition()
        response.headers.update(
            EVERYWHERE
            | {
                "Cache-Control": KEEP if current else "no-cache",
                "Content-Security-Policy": _policy(ALONE),
            }
        )
        if response.status_code == status_code:
            response.headers["Content-Type"] = MEDIA_TYPES[Path(full_path).suffix]
        return response


@cache
def edition() -> str:
    """Name the content of the static files: a digest of every one, read once."""
    digest = sha256()
    for path in sorted(path for path in ASSETS.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(ASSETS).as_posix()}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@cache
def _template(name: str) -> Template:
    return Template((ROOM / name).read_text(encoding="utf-8"))


def _filled(name: str, **parts: str) -> str:
    return _template(name).substitute(parts, assets=f"/assets/{edition()}")


def page(name: str, policy: dict[str, str], **parts: str) -> HTMLResponse:
    """Fill a page with parts that are HTML already."""
    return HTMLResponse(
        _filled(name, **parts),
        headers=EVERYWHERE
        | {
            # The page names its reader, and one address answers readers and programs differently.
            "Cache-Control": "no-store",
            "Content-Security-Policy": _policy(policy),
            "Vary": "Accept, Cookie",
        },
    )


def _policy(directives: dict[str, str]) -> str:
    return "; ".join(f"{name} {sources}" for name, sources in directives.items())


def _viewer(request: Request) -> Viewer:
    viewer: Viewer = request.scope.get("viewer", ANONYMOUS)
    return viewer


def _session(viewer: Viewer) -> str:
    """Say who is signed in, with the way out; or show the way in."""
    if viewer.kind is ViewerKind.ANONYMOUS:
        return """
<div class="session">
<p>Chưa đăng nhập <span lang="en">Not signed in</span></p>
<a class="enter" href="/#sign-in">Đăng nhập <span lang="en">Sign in</span></a>
</div>"""
    vietnamese, english = CAPACITIES[viewer.kind]
    return f"""
<form class="session" action="/sign-out" method="post">
<p><a href="/account">{escape(viewer.name)}</a>
<span>{vietnamese} · <span lang="en">{english}</span></span></p>
<button>Đăng xuất <span lang="en">Sign out</span></button>
<p role="status"></p>
</form>"""


def _level(viewer: Viewer) -> str:
    """Say who is signed in and at which level, with the way to the one that the rest takes."""
    vietnamese, english = CAPACITIES[viewer.kind]
    needed = max(viewer.withheld.values(), default=0)
    up = f"""
<p>Hồ sơ, quá trình làm việc và số định danh cần mức {needed}.</p>
<p class="english" lang="en">Dossiers, employments and identity numbers take level {needed}.</p>
<p class="actions"><a class="action" href="/sign-in?level={needed}&amp;next=/account">Lên mức {needed}
<span lang="en">Step up to level {needed}</span></a></p>"""
    return f"""
<p><strong>{escape(viewer.name)}</strong> · {vietnamese} <span class="english" lang="en">{english}</span></p>
<p>Đăng nhập ở mức {viewer.assurance} của tài khoản định danh.
<span class="english" lang="en">Signed in at level {viewer.assurance} of the electronic identity.</span></p>
{up if needed else ""}"""


def _own_data(viewer: Viewer) -> str:
    """Offer a person what is held about them; at too low a level, the way up to it."""
    if viewer.kind is not ViewerKind.CITIZEN:
        return ""
    way = '<a class="action" href="/account/export" download>Tải dữ liệu có chữ ký số'
    english = "Download it, signed"
    if needed := max(viewer.withheld.values(), default=0):
        where = f"/sign-in?level={needed}&amp;next=/account"
        way = f'<a class="action" href="{where}">Đăng nhập ở mức {needed} để tải'
        english = f"Sign in at level {needed} to download it"
    return f"""
<section class="sheet" id="export" aria-labelledby="export-title" aria-busy="false">
<h2 id="export-title">Dữ liệu của tôi <span lang="en">My data</span></h2>
<p>Toàn bộ dữ liệu về bạn trên cổng này, có chữ ký số của cơ quan.</p>
<p class="english" lang="en">Everything that this portal shows about you, signed by the agency.</p>
<p class="actions">{way}
<span lang="en">{english}</span></a></p>
<p role="status"></p>
</section>"""


def _sign_in(viewer: Viewer, personas: Sequence[Persona], then: str) -> str:
    """Offer to sign in: as anybody invented, in development; elsewhere by the one way there is."""
    title = (
        'Đăng nhập <span lang="en">Sign in</span>'
        if viewer.kind is ViewerKind.ANONYMOUS
        else 'Đổi người dùng <span lang="en">Sign in as somebody else</span>'
    )
    return f"""
<section class="sheet" id="sign-in" aria-labelledby="sign-in-title">
<h2 id="sign-in-title">{title}</h2>
{_invented(personas, then) if personas else _identity_system(then)}
</section>"""


def _identity_system(then: str) -> str:
    return f"""
<p>Bạn sẽ được chuyển đến hệ thống định danh điện tử rồi trở lại đây.</p>
<p class="english" lang="en">You will go to the electronic identity system and come back here.</p>
<p class="actions">
<a class="action" href="{escape(_way_in(then))}">Đăng nhập <span lang="en">Sign in</span></a>
</p>"""


def _invented(personas: Sequence[Persona], then: str) -> str:
    people = "".join(
        f"""
<li><a class="person" href="{escape(_way_in(then, persona))}"><strong>{escape(persona.name)}</strong>
{escape(persona.what_vi)} <span class="english" lang="en">{escape(persona.what_en)}</span></a></li>"""
        for persona in personas
    )
    return f"""
<p>Đây là máy phát triển: mọi người và mọi dữ liệu ở đây đều là hư cấu.</p>
<p class="english" lang="en">On this development machine all people and data are invented.</p>
<ul class="people">{people}
</ul>"""


def _way_in(then: str, persona: Persona | None = None) -> str:
    named = {"as": persona.subject} if persona else {}
    return f"/sign-in?{urlencode({**named, 'next': then})}"
