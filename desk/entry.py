"""The door to business support's desk: a code mailed to their mailbox, and the device remembered."""

from collections.abc import Mapping
from datetime import timedelta

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from cases.casework import Casework, Partnership, WrongCode
from cases.staff import Officer, Right
from web.codes import CODE_FIELD, CODE_FORM, asker, keep_asker
from web.csrf import MESSAGE
from web.forms import Filled
from web.limits import Limit
from web.site import Sent, Site, masked, see, visitor

LIMITS: Mapping[str, Limit] = {
    "desk code sent": Limit(5, timedelta(minutes=30)),
    "desk code sent to one partnership": Limit(20, timedelta(minutes=30)),
    "desk code tried": Limit(12, timedelta(minutes=30)),
}


class Door:
    """Says whether somebody may come in; every page of the desk asks it first."""

    def __init__(self, site: Site, casework: Casework) -> None:
        self._site = site
        self._casework = casework

    def office(self, partnership: str) -> Partnership:
        """The partnership of an address. Raises HTTPException(404)."""
        office = self._casework.partnerships.get(partnership)
        if not office:
            raise HTTPException(404)
        return office

    def is_open(self, request: Request, partnership: str) -> bool:
        """Whether this browser's user has shown that business support's mailbox is theirs."""
        email, now = self.office(partnership).business_support, self._site.now()
        return any(self._casework.remembers(partnership, email, each, now) for each in self._site.mailboxes(request))

    def enter(self, request: Request, partnership: str, right: Right = "see") -> Officer:
        """Who it is. Raises HTTPException(403) for anybody who may not do this."""
        if not self.is_open(request, partnership):
            raise HTTPException(403, "This page is for business support. Open the desk and ask for a code first.")
        return Officer("Business support", self.office(partnership).business_support, "manager")


def routes(site: Site, casework: Casework) -> APIRouter:
    pages = _Entry(site, casework)
    router = APIRouter(prefix="/desk/{partnership}", include_in_schema=False)
    router.add_api_route("/code", pages.ask_code, methods=["GET"])
    router.add_api_route("/code", pages.send_code, methods=["POST"])
    router.add_api_route("/open", pages.use_code, methods=["POST"])
    router.add_api_route("/leave", pages.leave, methods=["POST"])
    return router


class _Entry:
    def __init__(self, site: Site, casework: Casework) -> None:
        self._site = site
        self._casework = casework
        self._door = Door(site, casework)

    def ask_code(self, request: Request, partnership: str) -> Response:
        return self._page(request, partnership, CODE_FORM.blank())

    def send_code(self, request: Request, partnership: str, posted: Sent) -> Response:
        self._door.office(partnership)
        if not self._site.csrf.check(request, posted):
            return self._page(request, partnership, CODE_FORM.blank().with_problem(MESSAGE), 403)
        self._site.brake("desk code sent", f"{partnership}:{visitor(request)}")
        self._site.brake("desk code sent to one partnership", partnership)
        mark = asker(self._site, request)
        self._casework.send_desk_code(partnership, self._site.now(), mark)
        response = see(f"/desk/{partnership}/code")
        keep_asker(self._site, response, mark)
        return response

    def use_code(self, request: Request, partnership: str, posted: Sent) -> Response:
        self._door.office(partnership)
        filled = CODE_FORM.read(posted)
        if not self._site.csrf.check(request, posted):
            return self._page(request, partnership, filled.with_problem(MESSAGE), 403)
        if not filled.ok:
            return self._page(request, partnership, filled, 400)
        self._site.brake("desk code tried", f"{partnership}:{visitor(request)}")
        code, mark = filled.text(CODE_FIELD), asker(self._site, request)
        try:
            device = self._casework.use_desk_code(partnership, code, self._site.now(), mark)
        except WrongCode as error:
            return self._page(request, partnership, filled.with_problem(str(error), CODE_FIELD), 400)
        response = see(f"/desk/{partnership}")
        self._site.remember(request, response, device)
        return response

    def leave(self, request: Request, partnership: str, posted: Sent) -> Response:
        """Sign out: this browser forgets every mailbox."""
        response = see(f"/desk/{partnership}")
        if self._site.csrf.check(request, posted):
            self._site.forget(response)
        return response

    def _page(self, request: Request, partnership: str, filled: Filled, status: int = 200) -> Response:
        office = self._door.office(partnership)
        values = {
            "partnership": office.loaded.policy.partnership.name,
            "filled": filled,
            "to": masked(office.business_support),
            "link": f"/desk/{partnership}",
        }
        return self._site.page(request, "code", values, status)
