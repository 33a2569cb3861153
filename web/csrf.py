"""That a posted form came from a page of ours (OWASP ASVS 5.0, 3.5.1).

Two checks, both needed: the hidden field must fit the random value in the browser's cookie, and the browser's own
word about where the form stood (`Sec-Fetch-Site`, else `Origin`) must not name another site.
"""

import hashlib
import hmac
import secrets
from urllib.parse import urlsplit

from fastapi import Request
from markupsafe import Markup
from starlette.responses import Response

from web.posted import Posted
from web.sessions import Cookies

FIELD = "form_key"
MESSAGE = (
    "This page had been open for too long, or was not opened in this browser. Nothing has been sent yet. "
    "What you wrote is still here: check it and press the button again."
)
_COOKIE = "answerable-form"


class Csrf:
    """Issues and checks the form key. When `check` fails, show the form again with its text and `MESSAGE`."""

    def __init__(self, cookies: Cookies, secret: bytes) -> None:
        self._cookies = cookies
        self._secret = secret

    def field(self, request: Request) -> Markup:
        """Give the hidden input to put inside a form."""
        return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, self._key(self._seed(request)))

    def keep(self, request: Request, response: Response) -> None:
        """Set the cookie if `field` had to begin a new one for this request."""
        seed = getattr(request.state, "new_form_seed", None)
        if seed is not None:
            self._cookies.write(response, _COOKIE, seed)

    def check(self, request: Request, posted: Posted) -> bool:
        """Say whether the form may be acted on. Changes nothing."""
        seed = self._cookies.read(request, _COOKIE)
        if seed is None or not _from_our_site(request):
            return False
        return hmac.compare_digest(posted.first(FIELD).encode(), self._key(seed).encode())

    def _seed(self, request: Request) -> str:
        seed = self._cookies.read(request, _COOKIE) or getattr(request.state, "new_form_seed", None)
        if seed is None:
            seed = request.state.new_form_seed = secrets.token_urlsafe(24)
        return str(seed)

    def _key(self, seed: str) -> str:
        return hmac.new(self._secret, f"form|{seed}".encode(), hashlib.sha256).hexdigest()


def _from_our_site(request: Request) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin", "null")
    # Under Referrer-Policy: no-referrer browsers write "null" for our own forms too (Fetch, "append a request
    # Origin header"), so null says nothing and the form key alone decides.
    return origin == "null" or urlsplit(origin).netloc == request.headers.get("host")
