"""What every module of pages is handed: the plumbing of this folder, and a clock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from web.csrf import Csrf
from web.limits import Limits
from web.pages import Pages
from web.posted import Posted, posted
from web.sessions import Cookies

Sent = Annotated[Posted, Depends(posted)]
_DEVICE = "answerable-device"
_MOST_MAILBOXES = 8
_DEVICE_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True)
class Site:
    """Pages, form keys, cookies and limits of one installation. `now` gives aware UTC."""

    pages: Pages
    csrf: Csrf
    cookies: Cookies
    limits: Limits
    now: Callable[[], datetime]
    base_url: str

    def page(self, request: Request, template: str, values: Mapping[str, object], status: int = 200) -> HTMLResponse:
        """Make the page `templates/pages/<template>.html`."""
        return self.pages.render(f"pages/{template}.html", request, status_code=status, **values)

    def brake(self, kind: str, key: str) -> None:
        """Count one more of this kind for this key. Raises HTTPException(429) when there were too many."""
        if not self.limits.allow(kind, key, self.now()):
            raise HTTPException(429)

    def mailboxes(self, request: Request) -> tuple[str, ...]:
        """What this browser was given when its user showed that a mailbox is theirs, the newest first."""
        return tuple((self.cookies.read(request, _DEVICE) or "").split())

    def remember(self, request: Request, response: Response, value: str) -> None:
        """Let this browser keep one more such value; a person may have several mailboxes."""
        kept = (value, *self.mailboxes(request))[:_MOST_MAILBOXES]
        self.cookies.write(response, _DEVICE, " ".join(kept), _DEVICE_SECONDS)

    def forget(self, response: Response) -> None:
        """Let this browser forget all of them."""
        self.cookies.clear(response, _DEVICE)


def see(url: str) -> RedirectResponse:
    """After a form was acted on: show the page at this address, so that reloading it sends nothing again."""
    return RedirectResponse(url, 303)


def visitor(request: Request) -> str:
    """Whom the limits count: the IPv4 address that the request comes from, or the network of its IPv6 address.

    A single machine has the whole of a /64 (RFC 4291, section 2.5.4; RFC 8981).
    """
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or ip_network((address, 64), strict=False))


def masked(email: str) -> str:
    """An address that its owner recognises and nobody else learns, such as "a…@health.example"."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}…@{domain}"
