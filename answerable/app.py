"""The web application: every page mounted, and the service run in one process."""

import os
import signal
import socket
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import FrameType

import structlog
import uvicorn
from fastapi import APIRouter, FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp

from answerable import health, logs
from answerable.wiring import Service, page_secret
from cases.casework import Casework
from cases.interfaces import Interfaces
from cases.mail.correspondence import Correspondence
from cases.mail.senders import Senders
from cases.mail.writer import WhoWrote
from cases.preview import Draw
from cases.reading import Reading
from cases.store.database import DatabaseUnavailable
from desk import digests, directory, everyday, sign_in, staff, taken_down, under_way
from desk.actions import pages as actions
from desk.entry import Door
from intake import api
from intake.pages import answers, codes, listed, senders, status
from intake.pages import web as raising
from intake.pages.for_the_desk import FormForTheDesk
from scheduler.clock import Ticker
from web import errors
from web.csrf import Csrf
from web.limits import Limits
from web.pages import Pages
from web.sessions import Cookies
from web.site import Site

HAND_BACK_AFTER = 8.0  # seconds: whoever stops us kills us after ten

# How often one visitor, case or mailbox may do a thing (guarantees, D31).
LIMITS = {
    **raising.LIMITS,
    **answers.LIMITS,
    **senders.LIMITS,
    **listed.LIMITS,
    **status.LIMITS,
    **codes.LIMITS,
    **api.LIMITS,
    **taken_down.LIMITS,
    **actions.LIMITS,
    **under_way.LIMITS,
    **sign_in.LIMITS,
}


def create_app(service: Service, ticker: Ticker, *more: APIRouter, site: Site | None = None) -> FastAPI:
    """The application; `more` are routes that only the demonstration has."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        if service.listener:
            await run_in_threadpool(service.listener.start)
        await run_in_threadpool(service.pulse.began, service.now())
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
    parts = (service.casework, service.correspondence, service.reading, service.draw, service.who_wrote)
    for routes in (*more, *page_routes(place, *parts)):
        app.include_router(routes)
    find_frame = Door(place, service.casework).find_frame
    errors.install(app, place.pages, secure=_secure(service), unavailable=DatabaseUnavailable, find_frame=find_frame)
    return app


def page_routes(
    site: Site,
    casework: Casework,
    correspondence: Correspondence,
    reading: Reading,
    draw: Draw,
    who_wrote: WhoWrote,
) -> tuple[APIRouter, ...]:
    """Every page of the service."""
    return (
        api.routes(site, Interfaces(casework)),
        senders.routes(site, casework, reading, Senders(correspondence)),
        listed.routes(site, casework),
        answers.routes(site, casework, reading),
        status.routes(site, casework, reading),
        sign_in.routes(site, casework),
        staff.routes(site, casework),
        actions.routes(site, casework, reading, draw),
        under_way.routes(site, casework, draw),
        everyday.routes(site, casework, correspondence, reading, draw, who_wrote, FormForTheDesk()),
        *directory.routes(site, casework),
        digests.routes(site, casework),
        health.routes(site, casework),
        raising.routes(site, casework, reading),  # last: its paths begin with a partnership's key
    )


def create_site(service: Service, also: Mapping[str, object] | None = None) -> Site:
    """The plumbing that every page shares; `also` is known in every template."""
    secret = page_secret(service)
    cookies = Cookies(secret, secure=_secure(service))
    csrf = Csrf(cookies, secret)
    pages = Pages(service.settings.templates, csrf, also={"trials": trials(service.casework)} | dict(also or {}))
    return Site(pages, csrf, cookies, Limits(LIMITS), service.now, service.settings.base_url)


def trials(casework: Casework) -> dict[str, str]:
    """The test person of each partnership in which a trial runs, by its name: every page says so."""
    offices = casework.partnerships.values()
    return {office.loaded.policy.partnership.name: office.shadow for office in offices if office.in_trial}


def serve(service: Service) -> None:
    """Run until told to stop; the job in hand is finished first. Raises CannotListen."""
    logs.configure()
    if service.listener:
        service.listener.bind()
    print(f"Answerable runs at {service.settings.base_url}  (stop with Ctrl-C)", flush=True)
    app = create_app(service, Ticker(service.jobs(), service.now))
    run(app, service.settings.host, service.settings.port, proxies=service.settings.proxies)


def run(app: FastAPI, host: str, port: int, listener: socket.socket | None = None, proxies: str = "") -> None:
    """Run until told to stop. Uvicorn hands the signal on once all is shut down: no fault, and the status is 0."""
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, _stopped)
    _Server(server(app, host, port, proxies)).run(sockets=[listener] if listener else None)


def server(app: ASGIApp, host: str, port: int, proxies: str) -> uvicorn.Config:
    """`proxies` are the web servers in front of us, parted by commas: behind one, every request comes from its address,
    and the limits would count all visitors as one. Their word alone is believed, so that nobody chooses an address."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        forwarded_allow_ips=[each.strip() for each in proxies.split(",") if each.strip()],
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=3,
    )


class _Server(uvicorn.Server):
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Told to stop. What is not finished in time is handed back: it is left as if the process had been killed, and
        taken up again at the next start (guarantees, E74)."""
        deadline = threading.Timer(HAND_BACK_AFTER, _hand_back)
        deadline.daemon = True
        deadline.start()
        super().handle_exit(sig, frame)


def _hand_back() -> None:
    structlog.get_logger().warning("what was in hand is handed back: the next start takes it up")
    os._exit(0)


def _stopped(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


def _secure(service: Service) -> bool:
    return service.settings.base_url.startswith("https://")
