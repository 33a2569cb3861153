"""What every response carries, and how much a request may bring (OWASP ASVS 5.0, chapters 3.4 and 14.3)."""

from collections.abc import Callable
from typing import Literal

from fastapi import HTTPException, Request
from fastapi.responses import HTMLResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_LIMIT = 2_000_000
_CSP = "content-security-policy"
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-src 'self'; "
    "base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
# A letter has its styles inline. In the sandbox it is of no origin at all; its links may open a new window.
_LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
    "object-src 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
)
_HEADERS = {
    _CSP: _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_HSTS = "max-age=31536000"


# A mail that came in: whatever is in it, nothing is fetched, nothing runs, nothing leads out of the frame.
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; "
    "sandbox"
)


def mail_page(html: str) -> HTMLResponse:
    """Serve the harmless HTML of somebody's mail at an address of its own, for an iframe on one of our pages."""
    return HTMLResponse(html, headers={_CSP: _MAIL_POLICY})


def letter_page(html: str) -> HTMLResponse:
    """Serve a letter's HTML at an address of its own, harmless, for an iframe on one of our pages."""
    return HTMLResponse(html, headers={_CSP: _LETTER_POLICY})


class Security:
    """ASGI middleware, the outermost: adds the headers and stops a body that is too long while it is being read.

    A header that the route set itself stays. An error that nothing else handled is answered with `failure`, so
    that this page has the headers too, and is raised again for the server's log.
    """

    def __init__(
        self, app: ASGIApp, *, secure: bool, failure: Callable[[Request], Response], body_limit: int = BODY_LIMIT
    ) -> None:
        self._app = app
        self._secure = secure
        self._failure = failure
        self._body_limit = body_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        outgoing = _Outgoing(scope["path"], send, self._secure)
        incoming = _Incoming(Headers(scope=scope), receive, self._body_limit)
        try:
            await self._app(scope, incoming, outgoing)
        except Exception:
            if not outgoing.started:
                await self._failure(Request(scope))(scope, receive, outgoing)
            raise


class _Outgoing:
    def __init__(self, path: str, send: Send, secure: bool) -> None:
        caching: Literal["no-cache", "no-store"] = "no-cache" if path.startswith("/static/") else "no-store"
        self._headers = _HEADERS | {"cache-control": caching}
        if secure:
            self._headers["strict-transport-security"] = _HSTS
        self._send = send
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            for name, value in self._headers.items():
                headers.setdefault(name, value)
        await self._send(message)


class _Incoming:
    def __init__(self, headers: Headers, receive: Receive, limit: int) -> None:
        declared = headers.get("content-length", "")
        self._declared = int(declared) if declared.isdecimal() else 0
        self._receive = receive
        self._limit = limit
        self._read = 0

    async def __call__(self) -> Message:
        self._refuse_over(self._declared)
        message = await self._receive()
        if message["type"] == "http.request":
            self._read += len(message.get("body", b""))
            self._refuse_over(self._read)
        return message

    def _refuse_over(self, size: int) -> None:
        if size > self._limit:
            raise HTTPException(413)
