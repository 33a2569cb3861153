"""The form in which a mailed code is typed, and the mark of the browser that asked for it."""

import secrets

from fastapi import Request
from starlette.responses import Response

from web.fields import Field
from web.forms import Form
from web.site import Site

CODE_FIELD = "code"
CODE_FORM = Form(
    [Field(CODE_FIELD, "The six-digit code", required=True, width=10, longest=20, autocomplete="one-time-code")]
)
_ASKED = "answerable-asked"
_ASKED_SECONDS = 3600


def asker(site: Site, request: Request) -> str:
    """The random mark of this browser: a code counts only in the browser that asked for it, so that nobody else
    can use up its tries or put another in its place. A browser that has none gets a new one."""
    return site.cookies.read(request, _ASKED) or secrets.token_hex(16)


def keep_asker(site: Site, response: Response, mark: str) -> None:
    site.cookies.write(response, _ASKED, mark, _ASKED_SECONDS)
