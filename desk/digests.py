"""The daily digests as they were sent, for whoever works at the desk."""

from collections.abc import Mapping
from datetime import date

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from cases.casework import Casework
from cases.digest.composing import subject
from cases.digest.daily import A_PAGE, Digests
from desk.entry import Door
from web.site import Site


def routes(site: Site, casework: Casework) -> APIRouter:
    pages = _Digests(site, casework)
    router = APIRouter(prefix="/desk/{partnership}/digests", include_in_schema=False)
    router.add_api_route("", pages.all, methods=["GET"])
    router.add_api_route("/{day}", pages.one, methods=["GET"])
    return router


class _Digests:
    def __init__(self, site: Site, casework: Casework) -> None:
        self._site = site
        self._door = Door(site, casework)
        self._digests = Digests(casework)

    def all(self, request: Request, partnership: str, before: str = "") -> Response:
        """A page of digests, the newest first; `before` is the day after which the page begins."""
        self._door.enter(request, partnership)
        made = self._digests.listed(partnership, _day(before) if before else None)
        values = {
            "digests": [each.digest for each in made],
            "overdue": self._digests.overdue(partnership, self._site.now()),
            "older": made[-1].digest.day if len(made) == A_PAGE else None,
        }
        return self._page(request, partnership, "desk/digests", values)

    def one(self, request: Request, partnership: str, day: str) -> Response:
        self._door.enter(request, partnership)
        made = self._digests.of_day(partnership, _day(day))
        if not made:
            raise HTTPException(404)
        values = {"digest": made.digest, "title": subject(made.digest), "since": made.since, "until": made.until}
        return self._page(request, partnership, "desk/digest", values)

    def _page(self, request: Request, partnership: str, template: str, values: Mapping[str, object]) -> Response:
        name = self._door.office(partnership).loaded.policy.partnership.name
        return self._site.page(request, template, {**values, "partnership": name, "key": partnership})


def _day(written: str) -> date:
    """A day in an address. Raises HTTPException(404)."""
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise HTTPException(404) from None
