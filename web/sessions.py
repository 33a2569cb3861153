"""Signed cookies."""

import base64
import hashlib
import hmac

from fastapi import Request
from starlette.responses import Response


class Cookies:
    """Reads and writes cookies that only this installation can have made.

    With `secure` (the site is on https) the names get the `__Host-` prefix and the cookies are Secure; without it
    (http on the own machine) they are plain. Always HttpOnly, SameSite=Lax and for the whole site. The value is
    signed, not hidden: put only opaque ids in it. `max_age` binds the browser alone; what must expire for certain
    needs a date in the caller's own row.
    """

    def __init__(self, secret: bytes, *, secure: bool) -> None:
        if len(secret) < 32:
            raise ValueError("the secret that signs cookies must have at least 32 bytes")
        self._secret = secret
        self._secure = secure

    def read(self, request: Request, name: str) -> str | None:
        """Give the value, or None if there is no such cookie or it was not made here under this name."""
        payload, _, signature = request.cookies.get(self._full(name), "").partition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(name, payload).encode()):
            return None
        return base64.urlsafe_b64decode(payload).decode()

    def write(self, response: Response, name: str, value: str, max_age: int | None = None) -> None:
        """Set the cookie for `max_age` seconds, or until the browser is closed."""
        payload = base64.urlsafe_b64encode(value.encode()).decode()
        signed = f"{payload}.{self._signature(name, payload)}"
        response.set_cookie(self._full(name), signed, max_age, secure=self._secure, httponly=True, samesite="lax")

    def clear(self, response: Response, name: str) -> None:
        """Take the cookie away."""
        response.delete_cookie(self._full(name), secure=self._secure, httponly=True, samesite="lax")

    def _full(self, name: str) -> str:
        return f"__Host-{name}" if self._secure else name

    def _signature(self, name: str, payload: str) -> str:
        return hmac.new(self._secret, f"cookie|{name}|{payload}".encode(), hashlib.sha256).hexdigest()
