"""The portal put together: every part of the door in one place, opened in order and closed in reverse."""

from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount, Router
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from api.authentication import Doorkeeper, open_authentication
from api.documents import open_documents
from api.export import Exports, key_routes
from api.faults import Masked, refused
from api.filings import filing_routes
from api.graphql import GRAPHQL, METHODS, Door
from api.health import health
from api.metrics import Metrics
from api.observations import Observed, Observer
from api.origins import guests
from api.pages import pages
from api.places import Places
from api.provider import provider_routes
from api.rates import Rates
from api.settings import SettingMissing, Settings
from api.signing_in import open_signing_in
from auth.access_ledger import Witness
from auth.personas import PEOPLE
from auth.provider import DEVELOPMENT_SECRET, OutsideDevelopment, Provider
from auth.signatures import Signatory
from auth.tokens import is_loopback
from db.access_ledger import Ledger
from db.connection import make_pool
from db.events import Listener
from db.identifiers import participant_of
from db.parameters import parameters
from db.pool import Pool
from schema.identifiers import finding
from schema.portal import schema
from selection.answers import Translator

POOL_SIZE = 10
# Two connections are for who signs in and who follows; two places are for whoever is not at it yet.
PLACES = POOL_SIZE - 2
PLACES_OF_EACH = PLACES - 2


class Portal:
    """The portal as one ASGI application.

    Nearly everybody comes for GraphQL, and goes past the pages rather than through them.
    """

    def __init__(self, door: Door, before: Sequence[Middleware], pages: Starlette) -> None:
        self.door, self.pages = door, pages
        pages.state.is_staying = True
        self._graphql: ASGIApp = door
        for each in reversed(before):
            self._graphql = each.cls(self._graphql, *each.args, **each.kwargs)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Lead a request, or a socket, to where it is answered."""
        app = self._graphql if scope["path"] == GRAPHQL else self.pages
        return app(scope, receive, send)

    def announce_leaving(self) -> None:
        """From now on, say that nobody else should be sent here."""
        self.pages.state.is_staying = False


@asynccontextmanager
async def open_portal(settings: Settings, observer: Observer | None = None) -> AsyncIterator[Portal]:
    """Open the portal on the database of the settings, and close it again; `observer` sees every request.

    Raises: SettingMissing, OutsideDevelopment, FiguresBroken.
    """
    # By figures that do not hold together, nobody is answered.
    parameters()
    database_url = settings.database_url
    if database_url is None:
        raise SettingMissing(name="DATABASE_URL", wanted="postgresql://ansinh_api@…")
    redirect_uri = f"{settings.url}/sign-in/callback"
    post_logout_redirect_uri = f"{settings.url}/sign-out/done"
    identifier_keys = settings.identifier_keys()
    signatory = Signatory.of(settings.url, settings.keys_to_sign_with())
    async with AsyncExitStack() as opened:
        pool = await opened.enter_async_context(make_pool(database_url, size=POOL_SIZE, name="ansinh api"))
        listener = await opened.enter_async_context(Listener(database_url))
        ledger = await opened.enter_async_context(Ledger(database_url))
        authentication = await opened.enter_async_context(
            open_authentication(
                pool,
                issuer=settings.issuer,
                audience=settings.audience,
                url=settings.url,
                guests=settings.origins,
                find_participant=partial(participant_of, pool, identifier_keys),
                mark=identifier_keys.mark,
                claim_names=settings.claim_names,
                algorithms=settings.algorithms,
            )
        )
        signing_in = await opened.enter_async_context(
            open_signing_in(
                authentication,
                client_id=settings.client_id,
                client_secret=settings.client_secret or _development_secret(settings),
                redirect_uri=redirect_uri,
                post_logout_redirect_uri=post_logout_redirect_uri,
            )
        )
        witness = Witness(ledger)
        translator = Translator(schema._schema, witness, finding(identifier_keys))  # noqa: SLF001 -- strawberry has no other name for it
        translator.install()
        documents = await opened.enter_async_context(open_documents(pool, translator, settings.client_id))
        places, rates = Places(PLACES, PLACES_OF_EACH), Rates(settings.rates)
        observer = observer or Observer()
        opened.callback(observer.tell)
        if observer.metrics:
            show_figures(observer.metrics, observer, pool, listener, ledger, translator, places)
        door = Door(
            pool,
            listener,
            translator,
            authentication,
            rates,
            documents,
            places,
            observer,
            identifier_keys,
            witness,
            signatory=signatory,
            has_introspection=settings.has_introspection,
            has_explorer=settings.has_explorer,
        )
        first = [Middleware(Observed, observer=observer), *_proxies(settings), Middleware(Masked)]
        # Who knows who asks.
        known = [*guests(settings.origins, METHODS), Middleware(Doorkeeper, authentication=authentication)]
        every_page = pages(
            PEOPLE if settings.is_development else (),
            schema.as_str(),
            has_explorer=settings.has_explorer,
        )
        exports = Exports.of(
            translator,
            pool=pool,
            authentication=authentication,
            rates=rates,
            places=places,
            witness=witness,
            signatory=signatory,
        )
        yield Portal(
            door,
            [*first, *known],
            Starlette(
                middleware=first,
                exception_handlers={HTTPException: refused},
                routes=[
                    # Here a program shows a secret of its own, or none.
                    *signing_in.routes(),
                    *_provider(settings, redirect_uri, post_logout_redirect_uri),
                    *health(pool, listener, ledger),
                    *key_routes(signatory),
                    # An address with a slash too many would be led to whatever host the request names.
                    Mount(
                        "",
                        Router(
                            [*exports.routes(), *filing_routes(door), *every_page], redirect_slashes=False
                        ),
                        middleware=known,
                    ),
                ],
            ),
        )


def show_figures(
    metrics: Metrics,
    observer: Observer,
    pool: Pool,
    listener: Listener,
    ledger: Ledger,
    translator: Translator,
    places: Places,
) -> None:
    """Let the metrics show what the portal knows of itself."""
    metrics.show_each(
        "ansinh_open", "Requests, sockets and subscriptions that are open.", "what", lambda: observer.open
    )
    metrics.show_each(
        "ansinh_pool",
        "Connections to PostgreSQL that are in use, and that are idle, and who waits for one.",
        "state",
        lambda: {"in_use": pool.lent, "idle": pool.idle, "waiting": pool.waiting},
    )
    metrics.show("ansinh_pool_away", "Whether PostgreSQL is taken to be away.", lambda: pool.breaker.is_open)
    metrics.show_each(
        "ansinh_places",
        "Requests that are worked on, and requests that wait for that.",
        "state",
        lambda: {"taken": places.taken, "waiting": places.waiting},
    )
    metrics.show_each(
        "ansinh_plans",
        "Plans that were found in the cache, and plans that had to be made.",
        "how",
        lambda: {"found": translator.plans_found, "made": translator.plans_made},
        counts=True,
    )
    metrics.show("ansinh_listener_healthy", "Whether events are heard now.", lambda: listener.healthy)
    metrics.show("ansinh_ledger_healthy", "Whether it can be kept who looks.", lambda: ledger.healthy)
    metrics.show(
        "ansinh_ledger_waiting", "Rows that wait to be entered in the ledger.", lambda: ledger.waiting
    )
    metrics.show(
        "ansinh_ledger_behind_seconds",
        "For how long the first of those rows has waited.",
        lambda: ledger.behind_s,
    )
    metrics.show(
        "ansinh_events_untold", "Events that no other process was told of yet.", lambda: listener.untold
    )


def _proxies(settings: Settings) -> list[Middleware]:
    """Whose word we take on who asks."""
    if not settings.proxies:
        return []
    return [Middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.proxies))]


def _development_secret(settings: Settings) -> str:
    if not settings.is_development:
        raise SettingMissing(name="ANSINH_CLIENT_SECRET", wanted="OpenID Connect client_secret")
    return DEVELOPMENT_SECRET


def _provider(settings: Settings, redirect_uri: str, post_logout_redirect_uri: str) -> list[BaseRoute]:
    """The development provider, where there is no other. Raises: OutsideDevelopment."""
    if not settings.is_development or settings.issuer != f"{settings.url}/provider":
        return []
    # Its address may be this machine's own while the door is open to the whole network.
    if not is_loopback(settings.host):
        raise OutsideDevelopment(issuer=settings.host)
    return [
        provider_routes(
            Provider(
                settings.home,
                settings.issuer,
                is_development=True,
                redirect_uris=(redirect_uri,),
                post_logout_redirect_uris=(post_logout_redirect_uri,),
                client_id=settings.client_id,
                audience=settings.audience,
            )
        )
    ]
