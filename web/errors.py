"""The pages for what went wrong, in plain words, and the one call that fits an app with all of this folder."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

from fastapi import FastAPI, Request
from fastapi.exception_handlers import http_exception_handler, request_validation_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from web.pages import Pages
from web.security import BODY_LIMIT, Security

_Handler = Callable[[Request, Exception], Awaitable[Response]]

_log = logging.getLogger(__name__)
_STATIC = Path(__file__).parent / "static"


class Instead(Exception):
    """Ends a route with another answer than its own, such as the way to a page where somebody signs in."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


class _Words(NamedTuple):
    title: str
    what_happened: str
    what_to_do: str


_WORDS = {
    400: _Words(
        "We could not read that",
        "Part of what was sent could not be read, so nothing was recorded.",
        "Go back, check what you entered, and send it again.",
    ),
    403: _Words(
        "You cannot see this page",
        "This page is open only to the people it concerns.",
        "If you were sent a link, open it again from the message, or sign in. If you still cannot see the page, "
        "reply to the message: a person reads the replies.",
    ),
    404: _Words(
        "Page not found",
        "There is no page at this address. A link may have been cut short, or may no longer be in use.",
        "Open the link again from the message, whole. If you typed the address, check it.",
    ),
    405: _Words(
        "This address cannot be used like that",
        "The address exists, but not for what the browser asked. Nothing was recorded.",
        "Go back to the page before, open it again, and use the button on it.",
    ),
    409: _Words(
        "This has changed meanwhile",
        "Somebody was faster, or it was done already. Nothing was recorded of what you sent.",
        "Open the page again, and see how things stand now.",
    ),
    413: _Words(
        "That was too much to send at once",
        "What was sent is larger than this service takes, so nothing was recorded.",
        "Go back and send less: shorten the text, or leave out pasted pictures and long documents.",
    ),
    415: _Words(
        "We cannot read that kind of form",
        "What was sent is not in the form that our pages use, so nothing was recorded.",
        "Open the page again in a browser, fill in the form, and use the button on it.",
    ),
    429: _Words(
        "Too many tries",
        "This was tried more often than we allow in a short time. Nothing was recorded this time.",
        "Wait a few minutes, then try again. If a child is in immediate danger, do not wait: call 999.",
    ),
    500: _Words(
        "Something went wrong on our side",
        "The fault is ours, not yours. We cannot be sure that what you sent was recorded.",
        "Wait a minute and try again. If it fails again, tell the partnership by telephone or e-mail. "
        "If a child is in immediate danger, do not wait: call 999.",
    ),
    503: _Words(
        "The service is not available just now",
        "It is being worked on, or is busy. Nothing was recorded.",
        "Wait a few minutes and try again. If a child is in immediate danger, do not wait: call 999.",
    ),
}
# At the desk nobody comes by a message: they come from a page of the desk.
_AT_DESK = _WORDS | {
    403: _Words(
        "You cannot see this page",
        "This page is open only to those whose role allows it. Nothing was changed.",
        "A manager of the desk can give you another role.",
    ),
    404: _Words(
        "Page not found",
        "There is no page at this address, or what it showed is there no longer.",
        "Look for it from Today. If you typed the address, check it.",
    ),
}


def install(
    app: FastAPI,
    pages: Pages,
    *,
    secure: bool,
    body_limit: int = BODY_LIMIT,
    unavailable: type[Exception] | None = None,
    find_frame: Callable[[Request], None] | None = None,
) -> None:
    """Give an app its error pages, security headers, body limit (bytes) and the files under /static.

    Call it after every other middleware was added, so that its own is outermost. `secure` says that people reach
    the site by https. `unavailable` is the error that says that the service cannot work just now: it gets the page
    of 503, and its words go to the server's log. `find_frame` puts into the request's state which desk an address below
    /desk/ belongs to (`desk`), and who is signed in there, where no route has done so. A client that sends or asks for
    JSON gets FastAPI's JSON errors.
    """

    app.add_exception_handler(HTTPException, _refusal(pages, find_frame))
    app.add_exception_handler(Instead, _instead)
    app.add_exception_handler(RequestValidationError, _unreadable(pages))
    if unavailable:
        app.add_exception_handler(unavailable, _not_now(pages))
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    app.add_middleware(Security, secure=secure, body_limit=body_limit, failure=_failure(pages))


async def _instead(request: Request, error: Exception) -> Response:
    assert isinstance(error, Instead)
    return error.response


def _refusal(pages: Pages, find_frame: Callable[[Request], None] | None) -> _Handler:
    async def answer(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if _wants_json(request):
            return await http_exception_handler(request, error)
        if find_frame and error.status_code < 500 and _at_desk(request) and not hasattr(request.state, "desk"):
            await run_in_threadpool(find_frame, request)
        return _page(pages, request, error.status_code, _own_words(error), error.headers)

    return answer


def _unreadable(pages: Pages) -> _Handler:
    async def answer(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        if _wants_json(request):
            return await request_validation_exception_handler(request, error)
        return _page(pages, request, 400)

    return answer


def _not_now(pages: Pages) -> _Handler:
    async def answer(request: Request, error: Exception) -> Response:
        _log.error("%s", error)
        return JSONResponse({"detail": _WORDS[503].title}, 503) if _wants_json(request) else _page(pages, request, 503)

    return answer


def _failure(pages: Pages) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        return JSONResponse({"detail": _WORDS[500].title}, 500) if _wants_json(request) else _page(pages, request, 500)

    return answer


def _page(
    pages: Pages, request: Request, status: int, own_words: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    known = _AT_DESK if _at_desk(request) else _WORDS
    values: dict[str, object] = {"words": known.get(status) or known[400 if status < 500 else 500]}
    values |= {"own_words": own_words, "desk": getattr(request.state, "desk", "")}
    template = "pages/error.html"
    if getattr(request.state, "officer", None) and status < 500:  # of a fault of our own the simplest page tells
        template = "pages/desk/error.html"
        values |= {"key": request.state.desk, "partnership": request.state.partnership}
    page = pages.render(template, request, status_code=status, **values)
    page.headers.update(headers or {})
    return page


def _at_desk(request: Request) -> bool:
    return request.url.path.startswith("/desk/")


def _own_words(error: HTTPException) -> str:
    """Give what the route itself said, if it said anything; of a fault on our side nothing is told."""
    standard = error.status_code >= 500 or error.detail == HTTPStatus(error.status_code).phrase
    return "" if standard else error.detail


def _wants_json(request: Request) -> bool:
    accepted = request.headers.get("accept", "")
    sent_json = request.headers.get("content-type", "").startswith("application/json")
    return "text/html" not in accepted and (sent_json or "application/json" in accepted)
