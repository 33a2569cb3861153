"""The demonstration's front page, who is who, business support's shortcut, and the clock."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import FileResponse, Response

from answerable.demo.demo import Demo
from answerable.demo.letters import Letters, PostedLetter
from cases.casework import Partnership
from cases.staff.sign_in import SignIn, own
from desk.entry import Door
from web.csrf import MESSAGE
from web.site import Sent, Site, see

STEPS: Mapping[str, timedelta] = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}


def bar(demo: Demo, posted: Sequence[PostedLetter]) -> dict[str, Any]:
    """What every page of the demonstration shows at its top; `posted` are all letters."""
    waiting = sum(each.standing == "waits" for each in posted)
    return {"upcoming": demo.upcoming(), "now": demo.time(), "posted": len(posted), "waiting": waiting}


def routes(demo: Demo, site: Site, letters: Letters) -> APIRouter:
    pages = _Pages(demo, site, letters)
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/demo", lambda: see("/demo/"), methods=["GET"])
    router.add_api_route("/demo/", pages.front, methods=["GET"])
    router.add_api_route("/demo/demo.css", pages.style, methods=["GET"])
    router.add_api_route("/demo/people/{partnership}", pages.people, methods=["GET"])
    router.add_api_route("/demo/desk/{partnership}", pages.desk, methods=["GET"])
    router.add_api_route("/demo/time", pages.time, methods=["GET"])
    router.add_api_route("/demo/time", pages.move, methods=["POST"])
    return router


class _Pages:
    def __init__(self, demo: Demo, site: Site, letters: Letters) -> None:
        self._demo = demo
        self._site = site
        self._letters = letters

    def style(self) -> Response:
        return FileResponse(
            self._demo.service.settings.templates / "pages" / "demo" / "demo.css", media_type="text/css"
        )

    def front(self, request: Request) -> Response:
        offices = sorted(self._offices.values(), key=lambda each: each.loaded.policy.partnership.name)
        return self._page(request, "front", {"offices": [self._shown(each) for each in offices]})

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
        """The demonstration's shortcut past the mailed link: this browser is signed in as business support."""
        office, casework = self._office(partnership), self._demo.service.casework
        value = SignIn(casework).begin(partnership, own(office), self._demo.time())
        response = see(f"/desk/{partnership}")
        Door(self._site, casework).keep(response, partnership, value)
        return response

    def time(self, request: Request) -> Response:
        return self._clock(request)

    def move(self, request: Request, posted: Sent) -> Response:
        if not self._site.csrf.check(request, posted):
            return self._clock(request, MESSAGE, 403)
        step = posted.first("go")
        if step in STEPS:
            self._demo.move_by(STEPS[step])
        elif step == "next":
            self._demo.move_to_next()
        else:
            raise HTTPException(400, "That is not a way in which the clock moves. Use the buttons on the clock's page.")
        return see("/demo/time")

    def _clock(self, request: Request, problem: str = "", status: int = 200) -> Response:
        latest, posted = self._demo.latest, self._letters.all()
        ids = set(latest.letters) if latest else set()
        went_out = [each for each in reversed(posted) if each.sent.id in ids]
        values = {"latest": latest, "went_out": went_out, "problem": problem}
        return self._site.page(request, "demo/time", bar(self._demo, posted) | values, status)

    def _page(self, request: Request, name: str, values: Mapping[str, object]) -> Response:
        return self._site.page(request, f"demo/{name}", bar(self._demo, self._letters.all()) | dict(values))

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
