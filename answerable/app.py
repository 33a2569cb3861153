"""The web application: every page mounted, and the service run in one process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import APIRouter, FastAPI
from starlette.concurrency import run_in_threadpool

from answerable import logs
from answerable.wiring import Service, page_secret
from desk import casefile, entry, record, tray
from intake import answers, codes, status
from intake import web as raising
from scheduler.clock import Ticker
from web import errors
from web.csrf import Csrf
from web.limits import Limits
from web.pages import Pages
from web.sessions import Cookies
from web.site import Site

# How often one visitor, case or mailbox may do a thing (guarantees, D31).
LIMITS = {**raising.LIMITS, **answers.LIMITS, **status.LIMITS, **codes.LIMITS, **casefile.LIMITS, **entry.LIMITS}


def create_app(service: Service, ticker: Ticker, *more: APIRouter, site: Site | None = None) -> FastAPI:
    """The application; `more` are routes that only the demonstration has."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        ticker.start()
        yield
        await run_in_threadpool(ticker.stop)

    # Swagger's pages need scripts from elsewhere, which our pages never load.
    app = FastAPI(title="Answerable", lifespan=life, docs_url=None, redoc_url=None, openapi_url=None)
    place = site or create_site(service)
    casework, correspondence, reading = service.casework, service.correspondence, service.reading
    for routes in (
        *more,
        answers.routes(place, casework, reading),
        status.routes(place, casework, reading),
        entry.routes(place, casework),
        tray.routes(place, casework, correspondence, reading),
        casefile.routes(place, casework, correspondence, reading),
        record.routes(place, casework, reading),
        raising.routes(place, casework, reading),  # last: its paths begin with a partnership's key
    ):
        app.include_router(routes)
    errors.install(app, place.pages, secure=_secure(service))
    return app


def create_site(service: Service) -> Site:
    """The plumbing that every page shares."""
    secret = page_secret(service)
    cookies = Cookies(secret, secure=_secure(service))
    csrf = Csrf(cookies, secret)
    pages = Pages(service.settings.templates, csrf)
    return Site(pages, csrf, cookies, Limits(LIMITS), service.now, service.settings.base_url)


def serve(service: Service) -> None:
    """Run until told to stop; the job in hand is finished first."""
    logs.configure()
    app = create_app(service, Ticker(service.jobs(), service.now))
    uvicorn.run(app, host=service.settings.host, port=service.settings.port, access_log=False, log_level="warning")


def _secure(service: Service) -> bool:
    return service.settings.base_url.startswith("https://")
