"""Signing in to the desk by a mailed link, and out again.

The link's page shows whom it signs in and waits for a button: mail systems open every link (D28). It works in any
browser, since people ask at one machine and open their mail on another. What keeps somebody from being signed in
unawares with another's link: the page and every page after it name whom, and the button needs our form key.
"""

from collections.abc import Mapping
from datetime import timedelta

import structlog
from fastapi import APIRouter, Request
from starlette.background import BackgroundTask
from starlette.responses import Response

from cases.casework import Casework
from cases.staff.officer import same
from cases.staff.sign_in import APART, LINK, LinkSpent, SignIn
from cases.store.database import DatabaseUnavailable
from desk.entry import Door, way_back
from web.csrf import MESSAGE
from web.fields import Field
from web.forms import Filled, Form
from web.limits import Limit
from web.site import Sent, Site, masked, see, visitor

log = structlog.get_logger()

# Each is one visitor's own. What all share, how many links one mailbox is sent, refuses nobody (`SignIn.ask`).
LIMITS: Mapping[str, Limit] = {
    "sign-in asked by one visitor": Limit(60, timedelta(minutes=30)),
    "sign-in link used": Limit(60, timedelta(minutes=10)),
}
ADDRESS_FORM = Form(
    [
        Field(
            "email",
            "Your e-mail address",
            "email",
            required=True,
            missing="Write your e-mail address",
            autocomplete="email",
        )
    ]
)
LINK_FORM = Form([])
MINUTES, MINUTES_APART = (each // timedelta(minutes=1) for each in (LINK, APART))


def routes(site: Site, casework: Casework) -> APIRouter:
    pages = _SigningIn(site, casework)
    router = APIRouter(prefix="/desk/{partnership}", include_in_schema=False)
    router.add_api_route("/sign-in", pages.ask, methods=["GET"])
    router.add_api_route("/sign-in", pages.send, methods=["POST"])
    router.add_api_route("/sign-in/sent", pages.sent, methods=["GET"])
    router.add_api_route("/sign-in/{token}", pages.show, methods=["GET"])
    router.add_api_route("/sign-in/{token}", pages.use, methods=["POST"])
    router.add_api_route("/sign-out", pages.leave, methods=["POST"])
    return router


class _SigningIn:
    def __init__(self, site: Site, casework: Casework) -> None:
        self._site = site
        self._sign_in = SignIn(casework)
        self._door = Door(site, casework)

    def ask(self, request: Request, partnership: str, back: str = "") -> Response:
        """The form for one's address. Whoever is signed in goes on to where they wanted to be."""
        if self._door.who(request, partnership):
            return see(way_back(partnership, back))
        return self._asking(request, partnership, ADDRESS_FORM.blank(), back)

    def send(self, request: Request, partnership: str, posted: Sent) -> Response:
        """The same answer for every address; what differs comes after it, so that it takes the same time as well."""
        self._door.office(partnership)
        filled, back = ADDRESS_FORM.read(posted), posted.first("back")
        if not self._site.csrf.check(request, posted):
            return self._asking(request, partnership, filled.with_problem(MESSAGE), back, 403)
        if not filled.ok:
            return self._asking(request, partnership, filled, back, 400)
        email = same(filled.text("email"))
        self._site.brake("sign-in asked by one visitor", visitor(request))
        response = see(f"/desk/{partnership}/sign-in/sent")
        response.background = BackgroundTask(self._mail, partnership, email, way_back(partnership, back))
        return response

    def sent(self, request: Request, partnership: str) -> Response:
        return self._page(request, partnership, "sign_in_sent", {"apart": MINUTES_APART})

    def show(self, request: Request, partnership: str, token: str) -> Response:
        """Whom the link signs in, with a button. Looking at it changes nothing."""
        return self._link(request, partnership, token, LINK_FORM.blank())

    def use(self, request: Request, partnership: str, token: str, posted: Sent) -> Response:
        """The button: the link is used up, its token leaves the address, the browser is signed in."""
        self._door.office(partnership)
        if not self._site.csrf.check(request, posted):
            return self._link(request, partnership, token, LINK_FORM.blank().with_problem(MESSAGE), 403)
        self._site.brake("sign-in link used", visitor(request))
        before = self._door.value(request, partnership)
        try:
            value, back = self._sign_in.use(partnership, token, self._site.now(), before)
        except LinkSpent:
            return self._spent(request, partnership)
        response = see(back)
        self._door.keep(response, partnership, value)
        return response

    def leave(self, request: Request, partnership: str, posted: Sent) -> Response:
        """Sign out: the session ends in the database, and this browser forgets it."""
        self._door.office(partnership)
        response = see(f"/desk/{partnership}/sign-in")
        if not self._site.csrf.check(request, posted):
            return see(f"/desk/{partnership}")
        self._sign_in.leave(partnership, self._door.value(request, partnership), self._site.now())
        self._door.forget(response, partnership)
        return response

    def _mail(self, partnership: str, email: str, back: str) -> None:
        try:
            self._sign_in.ask(partnership, email, back, self._site.now())
        except DatabaseUnavailable as error:
            log.error("a sign-in link was not sent", partnership=partnership, why=str(error))

    def _link(self, request: Request, partnership: str, token: str, filled: Filled, status: int = 200) -> Response:
        self._door.office(partnership)
        officer = self._sign_in.whose(partnership, token, self._site.now())
        if not officer:
            return self._spent(request, partnership)
        known = self._door.who(request, partnership)
        values = {
            "filled": filled,
            "officer": officer,
            "address": masked(officer.email),
            "token": token,
            "instead_of": known if known and known.email != officer.email else None,
        }
        return self._page(request, partnership, "sign_in_link", values, status)

    def _spent(self, request: Request, partnership: str) -> Response:
        """The link is used up or too old. Whoever pressed its button twice is signed in by the first."""
        values = {"known": self._door.who(request, partnership), "filled": ADDRESS_FORM.blank(), "back": ""}
        return self._page(request, partnership, "sign_in_spent", values, 410)

    def _asking(self, request: Request, partnership: str, filled: Filled, back: str, status: int = 200) -> Response:
        return self._page(request, partnership, "sign_in", {"filled": filled, "back": back}, status)

    def _page(
        self, request: Request, partnership: str, name: str, values: Mapping[str, object], status: int = 200
    ) -> Response:
        shown = {
            "partnership": self._door.office(partnership).loaded.policy.partnership.name,
            "key": partnership,
            "minutes": MINUTES,
        }
        return self._site.page(request, f"desk/{name}", shown | dict(values), status)
