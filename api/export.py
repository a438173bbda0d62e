"""The export of everything that the schema shows a person of themself, signed, and the keys to check it by.

It is put together of pages, each of which is asked for as anybody asks, under the person's own policies, and
takes a place of its own: nobody waits for a whole export but who asked for it.

Source: Law 91/2025/QH15 article 4, ND 43/2021 article 11; RFC 7519 (the form), RFC 7517 (the keys).
"""

import asyncio
import json
import time
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, Self

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from api.authentication import SECONDS_TO_RETRY, Authentication
from api.faults import RequestFault, refusal
from api.observations import observation_of
from api.places import Overloaded, Places
from api.rates import RateExceeded, Rates, payer_of
from auth.access_ledger import Witness
from auth.signatures import Signatory
from auth.viewer import Viewer, ViewerKind
from db.pool import Pool
from domain.data_requests import EXPORT_PURPOSE, DataRequestKind
from domain.refusals import NotSignedIn, Refusal, StepUpRequired
from schema.export import NOT_INCLUDED, Export, export_of
from selection.answers import Translator
from selection.faults import OperationFault, ScopeMissing

EXPORT = "/account/export"
KEYS = "/.well-known/jwks.json"
# What the agency signs under this type is an export, and nothing else.
KIND = "data-export+jwt"
# Fifty thousand rows: nobody has so many, but whoever is looked at by others every hour for five years.
MOST_PAGES = 1_000
EXPORTED_WITHIN_S = 60.0

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Disposition": 'attachment; filename="an-sinh.jwt"',
    "Cross-Origin-Resource-Policy": "same-origin",
    "Vary": "Cookie",
    "X-Content-Type-Options": "nosniff",
}
KEY_HEADERS = {
    # Anybody's program, and anybody's page, may check what somebody shows them.
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": "public, max-age=300",
    "X-Content-Type-Options": "nosniff",
}


class ExportOwnOnly(RequestFault):
    """Everything that is held about a person is for this person alone: sign in as yourself, for yourself."""

    code = "EXPORT_OWN_ONLY"
    vietnamese = (
        "Toàn bộ dữ liệu về một người chỉ dành cho chính người đó: hãy đăng nhập và yêu cầu cho chính mình."
    )
    status = 403


class ExportTooLarge(RequestFault):
    """This is more than {most} pages. File a data request of the kind ACCESS: the office gives you a copy."""

    code = "EXPORT_TOO_LARGE"
    vietnamese = (
        "Dữ liệu dài hơn {most} trang."
        " Hãy gửi yêu cầu về dữ liệu loại ACCESS: cơ quan sẽ cấp bản sao cho bạn."
    )
    status = 422


@dataclass(frozen=True)
class Exports:
    """Gives people what is held about them."""

    pool: Pool
    translator: Translator
    authentication: Authentication
    rates: Rates
    places: Places
    witness: Witness
    signatory: Signatory
    export: Export
    under_way: set[Hashable] = field(default_factory=set)

    @classmethod
    def of(cls, translator: Translator, **others: Any) -> Self:  # noqa: ANN401 -- the other fields
        """Read beforehand what an export asks, as if a client had registered it."""
        export = export_of(translator.catalogue)
        for document in export.documents:
            translator.documents.register(document)
        return cls(translator=translator, export=export, **others)

    def routes(self) -> list[BaseRoute]:
        """Route the export: behind the door, where it is known who asks."""
        return [Route(EXPORT, self.send, name="export")]

    async def send(self, request: Request) -> Response:
        """Send the person who asks everything that is held about them, signed; or say why not."""
        viewer: Viewer = request.scope["viewer"]
        try:
            self.admit(viewer)
            data = await self.gathered(request, replace(viewer, purpose=EXPORT_PURPOSE))
        except RateExceeded as fault:
            return refusal(request, fault, headers={"Retry-After": str(fault.retry_after_s)})
        except Overloaded as fault:
            return refusal(request, fault, headers={"Retry-After": SECONDS_TO_RETRY})
        except ScopeMissing as fault:
            return refusal(request, fault, status=403)
        except OperationFault as fault:
            return refusal(request, fault)
        except Refusal as no:
            observation_of(request).refuse(no.code)
            return self.authentication.refused(request, no)
        person = data["participant"]
        signed = self.signatory.signed(
            KIND,
            {
                "sub": person["id"] if person else str(viewer.principal),
                "iat": int(time.time()),
                "request": DataRequestKind.ACCESS.value,
                "notIncluded": NOT_INCLUDED,
                "data": data,
            },
        )
        return Response(signed, headers=HEADERS, media_type="application/jwt")

    def admit(self, viewer: Viewer) -> None:
        """Let in who asks for themself, at a level that suffices for all that there is.

        Raises: NotSignedIn, ExportOwnOnly, StepUpRequired, ScopeMissing.
        """
        if viewer.kind is ViewerKind.ANONYMOUS:
            raise NotSignedIn
        if viewer.kind is not ViewerKind.CITIZEN:
            raise ExportOwnOnly
        if level := max((viewer.withheld.get(scope, 0) for scope in self.export.needs), default=0):
            raise StepUpRequired(level=level)
        for scope in sorted(self.export.needs - viewer.scopes):
            raise ScopeMissing(scope=scope)

    async def gathered(self, request: Request, viewer: Viewer) -> Mapping[str, Any]:
        """Gather it page by page, and have it in the ledger before it goes.

        Raises: RequestFault where that is more than the viewer may have now, or here.
        """
        payer, documents, pages = payer_of(request, viewer), self.translator.documents, count(1)
        # Who has begun owes what is to come: one at a time.
        if payer in self.under_way:
            raise Overloaded

        async def ask(text: str, variables: Mapping[str, Any]) -> Any:  # noqa: ANN401 -- JSON
            if (page := next(pages)) > MOST_PAGES:
                raise ExportTooLarge(most=MOST_PAGES)
            operation = documents.read(text).operation(None)
            assert operation is not None  # noqa: S101 -- each document has one
            cost = documents.price(operation, variables)
            # Whoever was let begin may finish, and waits the longer afterwards.
            charge = self.rates.spend if page == 1 else self.rates.owe
            charge(request, viewer, cost)
            observation_of(request).cost += cost
            await self.places.take(payer)
            try:
                answer = await self.translator.answer(self.pool, viewer, text, None, variables)
            finally:
                self.places.leave(payer)
            assert answer is not None  # noqa: S101 -- what is made of declarations is planned whole
            return json.loads(answer.data)

        self.under_way.add(payer)
        try:
            async with asyncio.timeout(EXPORTED_WITHIN_S):
                data = await self.export.gathered(ask)
        finally:
            self.under_way.discard(payer)
        if viewer.participant_id is not None:
            await self.witness.record(viewer, viewer.participant_id, *self.export.fields)
        return data


def key_routes(signatory: Signatory) -> list[BaseRoute]:
    """Route the keys by which anybody can check what the agency has signed."""
    published = signatory.published()

    async def keys(_request: Request) -> Response:
        return JSONResponse(published, headers=KEY_HEADERS, media_type="application/jwk-set+json")

    return [Route(KEYS, keys, name="keys")]
