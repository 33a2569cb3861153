"""The page on which a contact confirms their own entry of the directory. Looking at it changes nothing.

The link was mailed to that very address, and a YES says only that what the letter showed is right; so no code is asked
for (decisions, "Confirmation"). Whatever else is to be said is said in a reply, which a person reads.
"""

from collections.abc import Mapping
from datetime import timedelta

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from cases.casework import Casework
from cases.directory.requests import Listed, Requests
from web.csrf import MESSAGE
from web.forms import Filled, Form
from web.limits import Limit
from web.site import Sent, Site, see, visitor

LIMITS: Mapping[str, Limit] = {"entry confirmed": Limit(60, timedelta(minutes=10))}
NO_MORE = "Your entry has changed since that letter was written. Please reply to the letter, and say what is right."
FORM = Form([])


def routes(site: Site, casework: Casework) -> APIRouter:
    pages = _Entry(site, casework)
    router = APIRouter(prefix="/l/{token}/listed", include_in_schema=False)
    router.add_api_route("", pages.show, methods=["GET"])
    router.add_api_route("", pages.confirm, methods=["POST"])
    return router


class _Entry:
    def __init__(self, site: Site, casework: Casework) -> None:
        self._site = site
        self._casework = casework
        self._requests = Requests(casework)

    def show(self, request: Request, token: str) -> Response:
        return self._page(request, token, self._found(token), FORM.blank())

    def confirm(self, request: Request, token: str, posted: Sent) -> Response:
        listed = self._found(token)
        if not self._site.csrf.check(request, posted):
            return self._page(request, token, listed, FORM.blank().with_problem(MESSAGE), 403)
        self._site.brake("entry confirmed", visitor(request))
        if not self._requests.confirm(listed, self._site.now()):
            return self._page(request, token, listed, FORM.blank().with_problem(NO_MORE), 409)
        return see(f"/l/{token}/listed")

    def _found(self, token: str) -> Listed:
        listed = self._requests.by_page_token(token)
        if not listed:
            raise HTTPException(404)
        return listed

    def _page(self, request: Request, token: str, listed: Listed, filled: Filled, status: int = 200) -> Response:
        done = (
            listed.confirmed_on is not None and listed.asked_on is not None and listed.confirmed_on >= listed.asked_on
        )
        office = self._casework.partnerships[listed.partnership]
        values = {
            "partnership": office.loaded.policy.partnership.name,
            "listed": listed,
            "link": f"/l/{token}/listed",
            "filled": filled,
            "done": done,
            "inbox": office.inbox,
        }
        return self._site.page(request, "listed", values, status)
