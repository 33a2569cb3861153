"""The web application: every page mounted, and the service run in one process."""

import signal
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import FrameType

import uvicorn
from fastapi import APIRouter, FastAPI
from starlette.concurrency import run_in_threadpool

from answerable import logs
from answerable.wiring import Service, page_secret
from cases.casework import Casework
from cases.interfaces import Interfaces
from cases.mail.correspondence import Correspondence
from cases.mail.senders import Senders
from cases.reading import Reading
from cases.store.database import DatabaseUnavailable
from desk import casefile, entry, letters_held, record, tasks, tray
from intake import api
from intake.pages import answers, codes, senders, status
from intake.pages import web as raising
from scheduler.clock import Ticker
from web import errors
from web.csrf import Csrf
from web.limits import Limits
from web.pages import Pages
from web.sessions import Cookies
from web.site import Site

# How often one visitor, case or mailbox may do a thing (guarantees, D31).
LIMITS = {
    **raising.LIMITS,
    **answers.LIMITS,
    **senders.LIMITS,
    **status.LIMITS,
    **codes.LIMITS,
    **api.LIMITS,
    **casefile.LIMITS,
    **entry.LIMITS,
}


def create_app(service: Service, ticker: Ticker, *more: APIRouter, site: Site | None = None) -> FastAPI:
    """The application; `more` are routes that only the demonstration has."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        if service.listener:
            await run_in_threadpool(service.listener.start)
        ticker.start()
        service.polling.look(service.now())
        yield
        if service.listener:
            await run_in_threadpool(service.listener.stop)
        await run_in_threadpool(ticker.stop)
        await run_in_threadpool(service.polling.stop)
        await run_in_threadpool(service.reader.close)

    # Swagger's pages need scripts from elsewhere, which our pages never load.
    app = FastAPI(title="Answerable", lifespan=life, docs_url=None, redoc_url=None, openapi_url=None)
    place = site or create_site(service)
    for routes in (*more, *page_routes(place, service.casework, service.correspondence, service.reading)):
        app.include_router(routes)
    errors.install(app, place.pages, secure=_secure(service), unavailable=DatabaseUnavailable)
    return app


def page_routes(
    site: Site, casework: Casework, correspondence: Correspondence, reading: Reading
) -> tuple[APIRouter, ...]:
    """Every page of the service."""
    return (
        api.routes(site, Interfaces(casework)),
        senders.routes(site, casework, reading, Senders(correspondence)),
        answers.routes(site, casework, reading),
        status.routes(site, casework, reading),
        entry.routes(site, casework),
        tray.routes(site, casework, correspondence, reading),
        casefile.routes(site, casework, correspondence, reading),
        record.routes(site, casework, reading),
        tasks.routes(site, casework, reading),
        letters_held.routes(site, casework),
        raising.routes(site, casework, reading),  # last: its paths begin with a partnership's key
    )


def create_site(service: Service, also: Mapping[str, object] | None = None) -> Site:
    """The plumbing that every page shares; `also` is known in every template."""
    secret = page_secret(service)
    cookies = Cookies(secret, secure=_secure(service))
    csrf = Csrf(cookies, secret)
    pages = Pages(service.settings.templates, csrf, also=also)
    return Site(pages, csrf, cookies, Limits(LIMITS), service.now, service.settings.base_url)


def serve(service: Service) -> None:
    """Run until told to stop; the job in hand is finished first. Raises CannotListen."""
    logs.configure()
    if service.listener:
        service.listener.bind()
    print(f"Answerable runs at {service.settings.base_url}  (stop with Ctrl-C)", flush=True)
    app = create_app(service, Ticker(service.jobs(), service.now))
    run(app, service.settings.host, service.settings.port)


def run(app: FastAPI, host: str, port: int, listener: socket.socket | None = None) -> None:
    """Run until told to stop. Uvicorn hands the signal on once all is shut down: no fault, and the status is 0."""
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, _stopped)
    config = uvicorn.Config(
        app, host=host, port=port, access_log=False, log_level="warning", timeout_graceful_shutdown=3
    )
    uvicorn.Server(config).run(sockets=[listener] if listener else None)


def _stopped(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


def _secure(service: Service) -> bool:
    return service.settings.base_url.startswith("https://")
