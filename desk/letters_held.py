"""What of the letters has not left: held by a brake until business support lets it go, not taken, or refused."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from cases.casework import Casework
from cases.mail.dispatch import Dispatch
from desk.entry import Door
from web.csrf import MESSAGE
from web.forms import Filled, Form
from web.site import Sent, Site, see

LET_GO_FORM = Form([])


def routes(site: Site, casework: Casework) -> APIRouter:
    pages = _LettersHeld(site, casework)
    router = APIRouter(prefix="/desk/{partnership}/letters", include_in_schema=False)
    router.add_api_route("", pages.show, methods=["GET"])
    router.add_api_route("", pages.let_go, methods=["POST"])
    return router


class _LettersHeld:
    def __init__(self, site: Site, casework: Casework) -> None:
        self._site = site
        self._dispatch = Dispatch(casework)
        self._door = Door(site, casework)

    def show(self, request: Request, partnership: str) -> Response:
        self._door.enter(request, partnership)
        return self._page(request, partnership, LET_GO_FORM.blank())

    def let_go(self, request: Request, partnership: str, posted: Sent) -> Response:
        self._door.enter(request, partnership)
        if not self._site.csrf.check(request, posted):
            return self._page(request, partnership, LET_GO_FORM.blank().with_problem(MESSAGE), 403)
        self._dispatch.let_go(partnership, self._site.now())
        return see(f"/desk/{partnership}/letters")

    def _page(self, request: Request, partnership: str, filled: Filled, status: int = 200) -> Response:
        values = {
            "partnership": self._door.office(partnership).loaded.policy.partnership.name,
            "key": partnership,
            "standing": self._dispatch.standing(partnership, self._site.now()),
            "held": self._dispatch.held(partnership),
            "flagged": self._dispatch.flagged(partnership),
            "filled": filled,
        }
        return self._site.page(request, "desk/letters_held", values, status)
