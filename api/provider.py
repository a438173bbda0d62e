"""The development sign-in provider at the door: its addresses, and the page that asks as whom to sign in.

Everything it says and refuses is decided in auth/provider.py.
"""

from html import escape
from urllib.parse import urlencode

from starlette.datastructures import FormData, Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from api.pages import PLAIN_PAGE, page
from auth.personas import PEOPLE
from auth.provider import Answer, Provider

MOST_FIELDS = 20


def provider_routes(provider: Provider) -> Mount:
    """Route the provider's addresses, to be mounted where its issuer says."""

    async def discovery(_request: Request) -> Response:
        return JSONResponse(provider.discovery())

    async def jwks(_request: Request) -> Response:
        return JSONResponse(provider.jwks())

    async def authorize(request: Request) -> Response:
        parameters = request.query_params.multi_items()
        answer = provider.authorize(parameters)
        return chooser(parameters) if answer is None else response(answer)

    async def end_session(request: Request) -> Response:
        parameters = request.query_params.multi_items()
        if request.method == "POST":
            async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
                parameters = texts(form)
        answer = provider.end_session(parameters)
        return signed_out() if answer is None else response(answer)

    async def token(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
            # What comes twice is not to be taken for either.
            headers = {name: ", ".join(request.headers.getlist(name)) for name in request.headers}
            return response(provider.exchange(texts(form), Headers(headers)))

    return Mount(
        "/provider",
        routes=[
            Route("/.well-known/openid-configuration", discovery),
            Route("/jwks", jwks),
            Route("/authorize", authorize),
            Route("/token", token, methods=["POST"]),
            Route("/end-session", end_session, methods=["GET", "POST"]),
        ],
    )


def chooser(parameters: list[tuple[str, str]]) -> Response:
    """Ask as whom to sign in: each answer is the same address again, with a `login_hint`."""
    asked = [(name, value) for name, value in parameters if name not in {"login_hint", "prompt"}]
    people = "".join(
        f"""
<li><a class="person" href="?{escape(urlencode([*asked, ("login_hint", persona.subject)]))}">
<strong>{escape(persona.name)}</strong> {escape(persona.what_vi)}
<span class="english" lang="en">{escape(persona.what_en)}</span></a></li>"""
        for persona in PEOPLE
    )
    return page(
        "message.html",
        PLAIN_PAGE,
        head="",
        title="Đăng nhập thử",
        english_title="Development sign-in",
        body=f"""
<p>Chọn một nhân vật hư cấu. Ở đây không ai có mật khẩu.</p>
<p class="english" lang="en">Choose somebody invented. Nobody has a password here.</p>
<ul class="people">{people}
</ul>""",
    )


def signed_out() -> Response:
    """Say that nobody is signed in here, to a browser that came from nowhere."""
    return page(
        "message.html",
        PLAIN_PAGE,
        head="",
        title="Đã đăng xuất",
        english_title="Signed out",
        body="""
<p>Ở hệ thống xác thực thử nghiệm không ai giữ trạng thái đăng nhập.</p>
<p class="english" lang="en">Nobody stays signed in at the development provider.</p>""",
    )


def texts(form: FormData) -> list[tuple[str, str]]:
    """List the fields of a form that are texts, in their order."""
    return [(name, value) for name, value in form.multi_items() if isinstance(value, str)]


def response(answer: Answer) -> Response:
    """Say the provider's answer in Starlette's words."""
    if isinstance(answer.body, dict):
        return JSONResponse(answer.body, answer.status, answer.headers)
    return Response(answer.body, answer.status, answer.headers | {"Cache-Control": "no-store"})
