"""The demonstration's front page, who is who, business support's shortcut, and the clock."""

from collections.abc import Mapping
from datetime import timedelta
from itertools import groupby
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import FileResponse, Response

from answerable.demo.demo import Demo
from answerable.demo.letters import Letters
from answerable.settings import ROOT
from cases.casework import Partnership
from cases.store import access
from web.csrf import MESSAGE
from web.site import Sent, Site, see

STEPS: Mapping[str, timedelta] = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}


def bar(demo: Demo, letters: Letters) -> dict[str, Any]:
    """What every page of the demonstration shows at its top."""
    now = demo.time()
    waiting = sum(each.standing == "waits" for each in letters.all(now))
    return {"now": now, "waiting": waiting, "upcoming": demo.upcoming()}


def routes(demo: Demo, site: Site, letters: Letters) -> APIRouter:
    pages = _Pages(demo, site, letters)
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/demo", lambda: see("/demo/"), methods=["GET"])
    router.add_api_route("/demo/", pages.front, methods=["GET"])
    router.add_api_route("/demo/demo.css", _style, methods=["GET"])
    router.add_api_route("/demo/people/{partnership}", pages.people, methods=["GET"])
    router.add_api_route("/demo/desk/{partnership}", pages.desk, methods=["GET"])
    router.add_api_route("/demo/time", pages.time, methods=["GET"])
    router.add_api_route("/demo/time", pages.move, methods=["POST"])
    return router


def _style() -> Response:
    return FileResponse(ROOT / "templates" / "pages" / "demo" / "demo.css", media_type="text/css")


class _Pages:
    def __init__(self, demo: Demo, site: Site, letters: Letters) -> None:
        self._demo = demo
        self._site = site
        self._letters = letters

    def front(self, request: Request) -> Response:
        offices = sorted(self._offices.values(), key=lambda each: each.loaded.policy.partnership.name)
        count = len(self._letters.all(self._demo.time()))
        return self._page(request, "front", {"offices": [self._shown(each) for each in offices], "letters": count})

    def people(self, request: Request, partnership: str) -> Response:
        office = self._office(partnership)
        directory = self._demo.service.casework.directory(partnership)
        roles = office.loaded.policy.roles
        ordered = sorted(directory.people, key=lambda each: (each.agency is None, each.agency or ""))
        groups = [
            (directory.agency_name(agency) or office.loaded.policy.partnership.name, list(held))
            for agency, held in groupby(ordered, key=lambda each: each.agency)
        ]
        titles = {key: role.title for key, role in roles.items()}
        return self._page(request, "people", {"office": self._shown(office), "groups": groups, "titles": titles})

    def desk(self, partnership: str, request: Request) -> Response:
        """The demonstration's shortcut past the code that business support is mailed: this browser is theirs."""
        office, casework, now = self._office(partnership), self._demo.service.casework, self._demo.time()
        with casework.database.write() as connection:
            device = access.remember(connection, partnership, office.business_support, casework.keyring, now)
        response = see(f"/{partnership}/desk")
        self._site.remember(request, response, device)
        return response

    def time(self, request: Request, problem: str = "") -> Response:
        latest = self._demo.latest
        ids = set(latest.letters) if latest else set()
        went_out = [each for each in self._letters.all(self._demo.time()) if each.sent.id in ids]
        status = 403 if problem else 200
        return self._page(request, "time", {"latest": latest, "went_out": went_out[::-1], "problem": problem}, status)

    def move(self, request: Request, posted: Sent) -> Response:
        if not self._site.csrf.check(request, posted):
            return self.time(request, MESSAGE)
        step = posted.first("go")
        if step in STEPS:
            self._demo.move_by(STEPS[step])
        elif step == "next":
            self._demo.move_to_next()
        else:
            raise HTTPException(400, "That is not a way in which the clock moves. Use the buttons on the clock's page.")
        return see("/demo/time")

    def _page(self, request: Request, name: str, values: Mapping[str, object], status: int = 200) -> Response:
        return self._site.page(request, f"demo/{name}", bar(self._demo, self._letters) | dict(values), status)

    @property
    def _offices(self) -> Mapping[str, Partnership]:
        return self._demo.service.casework.partnerships

    def _office(self, partnership: str) -> Partnership:
        if partnership not in self._offices:
            raise HTTPException(404, f"No partnership is called {partnership}. The front page at /demo/ lists them.")
        return self._offices[partnership]

    def _shown(self, office: Partnership) -> dict[str, Any]:
        """A partnership, and somebody there who may raise an escalation."""
        directory = self._demo.service.casework.directory(office.key)
        roles = office.loaded.policy.tracks[0].opened_by
        raiser = next((each for each in directory.people if each.role in roles), directory.people[0])
        return {
            "key": office.key,
            "name": office.loaded.policy.partnership.name,
            "raiser": raiser,
            "raiser_title": office.loaded.policy.roles[raiser.role].title,
            "raiser_agency": directory.agency_name(raiser.agency),
        }
