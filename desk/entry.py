"""The door to a partnership's desk: who is signed in with this browser, and whether they may do this."""

import re
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import quote, unquote

from fastapi import HTTPException, Request
from starlette.responses import Response
from starlette.routing import Match

from cases.casework import Casework, Partnership
from cases.staff.officer import Officer, Right
from cases.staff.sign_in import SESSION, SignIn
from cases.store.database import DatabaseUnavailable
from web.csrf import FIELD
from web.errors import Instead
from web.posted import Posted, sent
from web.site import Site, see

_COOKIE = "answerable-desk-{}"
_LONGEST_WAY = 500
_ON_A_DESK = re.compile(r"/desk/[a-z0-9_-]+(?:[/?][A-Za-z0-9._~%!$&'()*+,;=:@/?-]*)?")
_NOT_ALLOWED: Mapping[Right, str] = {
    "see": "Your role does not let you see this page.",
    "work": "You are signed in as {name}, whose role is {title}: you may read everything here, and change nothing. "
    "Nothing was recorded. A manager of the desk can give you another role.",
    "manage": "You are signed in as {name}, whose role is {title}. This is for the desk’s managers. "
    "Nothing was changed.",
}


class Door:
    """Says whether somebody may come in; every page of the desk asks it first."""

    def __init__(self, site: Site, casework: Casework) -> None:
        self._site = site
        self._casework = casework
        self._sign_in = SignIn(casework)

    def office(self, partnership: str) -> Partnership:
        """The partnership of an address. Raises HTTPException(404)."""
        office = self._casework.partnerships.get(partnership)
        if not office:
            raise HTTPException(404)
        return office

    def enter(self, request: Request, partnership: str, right: Right = "see") -> Officer:
        """Who it is. Whoever is not signed in is shown the way in; raises HTTPException(403) for a role that may not.

        The page's frame (`desk/_desk.html`) finds the officer in the request's state, on the page of a refusal too.
        """
        officer = self.who(request, partnership)
        if not officer:
            raise Instead(self._way_in(request, partnership))
        self._keep_in_frame(request, partnership, officer)
        if not officer.may(right):
            raise HTTPException(403, _NOT_ALLOWED[right].format(name=officer.name, title=officer.title))
        return officer

    def find_frame(self, request: Request) -> None:
        """For the page of a fault at an address of a desk that no route has taken: which desk, and who is signed in."""
        key = request.url.path.split("/")[2]
        if key not in self._casework.partnerships:
            return
        request.state.desk = key
        with suppress(DatabaseUnavailable):  # then the fault is told without the frame
            if officer := self.who(request, key):
                self._keep_in_frame(request, key, officer)

    def who(self, request: Request, partnership: str) -> Officer | None:
        """Who is signed in at this partnership's desk with this browser. Raises HTTPException(404)."""
        self.office(partnership)
        value = self.value(request, partnership)
        return self._sign_in.officer(partnership, value, self._site.now()) if value else None

    def value(self, request: Request, partnership: str) -> str:
        """What this browser was given at sign-in; empty where it was given nothing."""
        return self._site.cookies.read(request, _COOKIE.format(partnership)) or ""

    def keep(self, response: Response, partnership: str, value: str) -> None:
        """Let this browser keep what it is signed in with; it may be signed in at several desks."""
        seconds = int(SESSION.total_seconds())
        self._site.cookies.write(response, _COOKIE.format(partnership), value, seconds)

    def forget(self, response: Response, partnership: str) -> None:
        self._site.cookies.clear(response, _COOKIE.format(partnership))

    def _keep_in_frame(self, request: Request, partnership: str, officer: Officer) -> None:
        request.state.officer, request.state.desk = officer, partnership
        request.state.partnership = self.office(partnership).loaded.policy.partnership.name

    def _way_in(self, request: Request, partnership: str) -> Response:
        """To the page where one signs in; for a form that was sent, a page that keeps what was written (E66)."""
        back = _address(request) if _is_page(request) else f"/desk/{partnership}"
        way = f"/desk/{partnership}/sign-in?back={quote(back, safe='')}"
        if request.method == "GET":
            return see(way)
        posted = sent(request)
        ours = self._site.csrf.check(request, posted)
        values = {
            "partnership": self.office(partnership).loaded.policy.partnership.name,
            "way": way,
            "ours": ours,
            # Never for what another site sent in this browser's name: the button would send it with our own key.
            "again": [*_fields(posted)] if ours else [],
            "here": request.url.path,
        }
        return self._site.page(request, "desk/signed_out", values, 403)


def way_back(partnership: str, asked: str) -> str:
    """The page to show after signing in: the one that was asked for, if it is one of this desk, else its first."""
    desk = f"/desk/{partnership}"
    plain = unquote(asked)
    ours = plain == desk or plain.startswith((f"{desk}/", f"{desk}?"))
    strange = not _ON_A_DESK.fullmatch(asked) or ".." in plain or "\\" in plain or "//" in plain.partition("?")[0]
    if not ours or strange or len(asked) > _LONGEST_WAY or plain.startswith((f"{desk}/sign-in", f"{desk}/sign-out")):
        return desk
    return asked


def _is_page(request: Request) -> bool:
    """Whether there is a page at this address, and not only a form's button."""
    asked = {**request.scope, "method": "GET"}
    return any(route.matches(asked)[0] is Match.FULL for route in request.app.router.routes)


def _address(request: Request) -> str:
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


def _fields(posted: Posted) -> list[tuple[str, str]]:
    return [(name, text) for name, texts in posted.fields.items() if name != FIELD for text in texts]
