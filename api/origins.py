"""Origins: pages of which other sites may read what we answer."""

from collections.abc import Sequence
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import HTTPConnection
from starlette.responses import Response

from api.faults import RequestFault, refusal


class PreflightRefused(RequestFault):
    """A page of this site may not ask that here."""

    code = "ORIGIN_FOREIGN"
    vietnamese = "Trang của trang web này không được hỏi như vậy ở đây."
    status = 403


class Guests(CORSMiddleware):
    """Tells browsers from where they may ask, and with what."""

    def preflight_response(self, request_headers: Headers) -> Response:
        """Say what may be asked, and where nothing may, why not."""
        response = super().preflight_response(request_headers)
        if response.status_code == HTTPStatus.OK:
            return response
        asks = HTTPConnection({"type": "http", "headers": request_headers.raw})
        return refusal(asks, PreflightRefused())


def guests(origins: Sequence[str], methods: Sequence[str]) -> list[Middleware]:
    """Let pages of these origins ask, `*` for all: with a token, never with the cookie of a session."""
    if not origins:
        return []
    return [
        Middleware(
            Guests,
            allow_origins=origins,
            allow_methods=methods,
            allow_headers=[
                "Authorization",
                "DPoP",
                "Idempotency-Key",
                "Ansinh-Acting-For",
                "Ansinh-Agreement",
                "Ansinh-Purpose",
                "Ansinh-Case",
            ],
            expose_headers=["Retry-After", "Server-Timing", "WWW-Authenticate"],
        )
    ]
