"""The lists of the directory: by agency or by role, what may be out of date, who is missing ahead, what was changed."""

from collections.abc import Callable, Iterable
from itertools import groupby

from fastapi import APIRouter, Request
from starlette.responses import Response

from cases.casework import Casework
from cases.directory.reading import Line
from cases.directory.work import DirectoryWork
from desk.directory.changing import Changing
from web.site import Site

DOUBTS = {
    "says": "Says it is not right",
    "flag": "Address does not work",
    "instead": "Named somebody else",
    "silent": "Does not answer",
    "unconfirmed": "Not confirmed for long",
}


def routes(site: Site, casework: Casework) -> APIRouter:
    pages = _Lists(site, casework)
    router = APIRouter(prefix="/desk/{partnership}/directory", include_in_schema=False)
    router.add_api_route("", pages.show, methods=["GET"])
    router.add_api_route("/stale", pages.stale, methods=["GET"])
    router.add_api_route("/coverage", pages.coverage, methods=["GET"])
    router.add_api_route("/changes", pages.changes, methods=["GET"])
    return router


class _Lists:
    def __init__(self, site: Site, casework: Casework) -> None:
        self._site = site
        self._desk = Changing(site, casework)
        self._work = DirectoryWork(casework)

    def show(self, request: Request, partnership: str, by: str = "agency") -> Response:
        officer, reading, now = self._desk.enter(request, partnership, "see"), self._desk.reading, self._site.now()
        lines, directory = reading.lines(partnership, now), reading.directory(partnership)
        values = {
            "by": "role" if by == "role" else "agency",
            "groups": _by(lines, lambda line: line.title) if by == "role" else _by_agency(lines),
            "agencies": sorted(directory.agencies.values(), key=lambda agency: agency.name),
            "vacant": reading.vacant(partnership),
            "doubts": DOUBTS,
            "stale": len(reading.stale(partnership, now)),
            "today": reading.today(partnership, now),
            "may": officer.may("work"),
        }
        return self._desk.page(request, partnership, "list", values)

    def stale(self, request: Request, partnership: str) -> Response:
        officer, reading = self._desk.enter(request, partnership, "see"), self._desk.reading
        found, policy = reading.stale(partnership, self._site.now()), reading.policy(partnership)
        titles = {key: role.title for key, role in policy.roles.items()}
        values = {"found": found, "titles": titles, "directory": reading.directory(partnership)}
        return self._desk.page(request, partnership, "stale", values | {"doubts": DOUBTS, "may": officer.may("work")})

    def coverage(self, request: Request, partnership: str) -> Response:
        self._desk.enter(request, partnership, "see")
        reading = self._desk.reading
        titles = {key: role.title for key, role in reading.policy(partnership).roles.items()}
        found = reading.coverage(partnership, self._site.now())
        values = {"found": found, "titles": titles, "directory": reading.directory(partnership)}
        return self._desk.page(request, partnership, "coverage", values)

    def changes(self, request: Request, partnership: str) -> Response:
        self._desk.enter(request, partnership, "see")
        values = {"changes": self._work.changes(partnership, 100), "before": self._desk.reading.before(partnership)}
        return self._desk.page(request, partnership, "changes", values)


def _by_agency(lines: list[Line]) -> list[tuple[str, list[Line]]]:
    """The partnership's own roles last, where most people look least often."""
    own = [line for line in lines if not line.row.agency]
    return _by((line for line in lines if line.row.agency), lambda line: line.agency) + (
        [("The partnership", own)] if own else []
    )


def _by(lines: Iterable[Line], key: Callable[[Line], str]) -> list[tuple[str, list[Line]]]:
    return [(name, list(held)) for name, held in groupby(sorted(lines, key=key), key)]
