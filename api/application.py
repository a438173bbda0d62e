"""The portal put together: every part of the door in one place, opened in order and closed in reverse."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount, Route, Router, WebSocketRoute
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from api.authentication import Doorkeeper, open_authentication
from api.documents import open_documents
from api.faults import Masked, refused
from api.graphql import METHODS, Door
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
from auth.personas import PEOPLE
from auth.provider import DEVELOPMENT_SECRET, OutsideDevelopment, Provider
from auth.tokens import is_loopback
from db.connection import make_pool
from db.events import Listener
from db.identifiers import participant_of
from db.pool import Pool
from schema.portal import schema
from selection.answers import Translator

POOL_SIZE = 10
# Two connections are for who signs in and who follows; two places are for whoever is not at it yet.
PLACES = POOL_SIZE - 2
PLACES_OF_EACH = PLACES - 2


@asynccontextmanager
async def open_portal(settings: Settings, observer: Observer | None = None) -> AsyncIterator[Starlette]:
    """Open the portal on the database of the settings, and close it again; `observer` sees every request.

    Raises: SettingMissing, OutsideDevelopment.
    """
    database_url = settings.database_url
    if database_url is None:
        raise SettingMissing(name="DATABASE_URL", wanted="postgresql://ansinh_api@…")
    redirect_uri = f"{settings.url}/sign-in/callback"
    async with AsyncExitStack() as opened:
        pool = await opened.enter_async_context(make_pool(database_url, size=POOL_SIZE, name="ansinh api"))
        listener = await opened.enter_async_context(Listener(database_url))
        authentication = await opened.enter_async_context(
            open_authentication(
                pool,
                issuer=settings.issuer,
                audience=settings.audience,
                origins=[settings.url],
                guests=settings.origins,
                find_participant=partial(participant_of, pool, settings.identifier_keys()),
            )
        )
        signing_in = await opened.enter_async_context(
            open_signing_in(
                authentication,
                client_id=settings.client_id,
                client_secret=settings.client_secret or _development_secret(settings),
                redirect_uri=redirect_uri,
            )
        )
        translator = Translator(schema._schema)  # noqa: SLF001 -- strawberry has no other name for it
        translator.install()
        documents = await opened.enter_async_context(open_documents(pool, translator, settings.client_id))
        places = Places(PLACES, PLACES_OF_EACH)
        observer = observer or Observer()
        opened.callback(observer.tell)
        if observer.metrics:
            show_figures(observer.metrics, observer, pool, listener, translator, places)
        door = Door(
            pool,
            listener,
            translator,
            authentication,
            Rates(settings.rates),
            documents,
            places,
            observer,
            has_introspection=settings.has_introspection,
            has_explorer=settings.has_explorer,
        )
        known = [*guests(settings.origins, METHODS), Middleware(Doorkeeper, authentication=authentication)]
        portal = Starlette(
            middleware=[
                Middleware(Observed, observer=observer),
                Middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.proxies)),
                Middleware(Masked),
            ],
            exception_handlers={HTTPException: refused},
            routes=[
                # Nearly everybody comes for this, so it is looked at first.
                Route("/graphql", door, middleware=known),
                WebSocketRoute("/graphql", door, middleware=known),
                # Here a program shows a secret of its own, or none: ways in and out, and who watches over us.
                *signing_in.routes(),
                *_provider(settings, redirect_uri),
                *health(pool, listener),
                # Everything else knows who asks.
                Mount(
                    "",
                    # An address with a slash too many would be led to whatever host the request names.
                    Router(
                        pages(
                            PEOPLE if settings.is_development else (),
                            schema.as_str(),
                            has_explorer=settings.has_explorer,
                        ),
                        redirect_slashes=False,
                    ),
                    middleware=known,
                ),
            ],
        )
        portal.state.is_staying = True
        yield portal


def show_figures(
    metrics: Metrics,
    observer: Observer,
    pool: Pool,
    listener: Listener,
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
    metrics.show(
        "ansinh_events_untold", "Events that no other process was told of yet.", lambda: listener.untold
    )


def _development_secret(settings: Settings) -> str:
    if not settings.is_development:
        raise SettingMissing(name="ANSINH_CLIENT_SECRET", wanted="OpenID Connect client_secret")
    return DEVELOPMENT_SECRET


def _provider(settings: Settings, redirect_uri: str) -> list[BaseRoute]:
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
                client_id=settings.client_id,
                audience=settings.audience,
            )
        )
    ]
