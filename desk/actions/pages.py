"""The pages of the actions: what can be done now; for each a form, what will happen, and the button that does it."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from cases.casework import Casework
from cases.preview import Draw
from cases.reading import Reading
from cases.staff.officer import Officer
from cases.standing import View
from cases.support import Act, Support, fingerprint
from cases.verbs.orders import Order, Refused
from desk.actions.action import Action, Seen, reason
from desk.actions.course import COURSE
from desk.actions.ends import ENDS
from desk.actions.people import PEOPLE
from desk.actions.shown import shown
from desk.found import DONE, CaseDoor
from web.csrf import MESSAGE
from web.forms import Filled, Form
from web.limits import Limit
from web.posted import Posted
from web.site import Sent, Site, see

LIMITS: Mapping[str, Limit] = {"acted": Limit(120, timedelta(minutes=10))}
ACTIONS = {action.key: action for action in (*COURSE, *PEOPLE, *ENDS)}
CHANGED = "The case, or the directory, has changed since you looked. Nothing was done. This is what would happen now."
NOT_CONFIDENTIAL = (
    "This cannot be done at the desk: the case is confidential, and the page would show who is on it. Please telephone "
    "the named person, and agree what is done. Who holds a role is changed in the directory. If something went to the "
    "wrong person, tell the data protection lead by telephone now: a breach must be reported within 72 hours."
)
NOT_NOW = "This cannot be done now: the case has moved on, or somebody else was first."


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who asks for which action on which case."""

    officer: Officer
    seen: Seen
    action: Action

    @property
    def view(self) -> View:
        return self.seen.view

    @property
    def place(self) -> str:
        return f"/desk/{self.view.case.partnership}/cases/{self.view.case.reference}"

    @property
    def form(self) -> Form:
        return Form([*self.action.fields(self.seen), self.action.reason or reason()])


def routes(site: Site, casework: Casework, reading: Reading, draw: Draw) -> APIRouter:
    pages = _Actions(site, casework, reading, draw)
    router = APIRouter(prefix="/desk/{partnership}/cases/{reference}/do", include_in_schema=False)
    router.add_api_route("", pages.choose, methods=["GET"])
    router.add_api_route("/{key}", pages.blank, methods=["GET"])
    router.add_api_route("/{key}", pages.act, methods=["POST"])
    return router


class _Actions:
    def __init__(self, site: Site, casework: Casework, reading: Reading, draw: Draw) -> None:
        self._site = site
        self._support = Support(casework)
        self._draw = draw
        self._case_door = CaseDoor(site, casework, reading)

    def choose(self, request: Request, partnership: str, reference: str) -> Response:
        """What can be done to the case now."""
        _, view = self._case_door.enter(request, partnership, reference, "work")
        open_now = [action for action in ACTIONS.values() if _applies(action, view)]
        return self._site.page(request, "desk/actions/choose", _about(view) | {"actions": open_now})

    def blank(self, request: Request, partnership: str, reference: str, key: str) -> Response:
        asked = self._asked(request, partnership, reference, key)
        return self._form(request, asked, asked.form.blank())

    def act(self, request: Request, partnership: str, reference: str, key: str, posted: Sent) -> Response:
        """The form, its preview, and the deed: `press` says which button was pressed."""
        if self._pressed_before(request, partnership, reference, posted):
            return see(f"/desk/{partnership}/cases/{reference}{DONE}")
        asked = self._asked(request, partnership, reference, key)
        filled = asked.form.read(posted)
        if not self._site.csrf.check(request, posted):
            return self._form(request, asked, filled.with_problem(MESSAGE), 403)
        if not filled.ok:
            return self._form(request, asked, filled, 400)
        if posted.first("press") == "change":
            return self._form(request, asked, filled)
        try:
            act = asked.action.act(asked.seen, filled, Order(asked.officer.name, filled.text("reason")))
            if posted.first("press") == "do":
                return self._do(request, asked, filled, act, posted)
            return self._preview(request, asked, filled, act, secrets.token_hex(16))
        except Refused as error:
            return self._form(request, asked, filled.with_problem(str(error)), 400)

    def _pressed_before(self, request: Request, partnership: str, reference: str, posted: Posted) -> bool:
        """Twice is once: the second press shows the case, whether the action still applies or not."""
        _, view = self._case_door.enter(request, partnership, reference, "work")
        return posted.first("press") == "do" and self._support.done_before(view.case.id, posted.first("mark"))

    def _do(self, request: Request, asked: _Asked, filled: Filled, act: Act, posted: Posted) -> Response:
        self._site.brake("acted", asked.view.case.partnership)
        shown_before, mark = posted.first("shown"), posted.first("mark")
        if self._support.do(asked.view.case.id, act, shown_before, mark, self._site.now()) == "changed":
            return self._preview(request, asked, filled, act, secrets.token_hex(16), CHANGED)
        return see(asked.place + DONE)

    def _preview(
        self, request: Request, asked: _Asked, filled: Filled, act: Act, mark: str, notice: str = ""
    ) -> Response:
        decisions = self._support.preview(asked.view.case.id, act, self._site.now())
        values = self._values(asked) | {
            "typed": [(name, text) for name, texts in filled.typed.items() for text in texts],
            "happens": shown(decisions, self._draw),
            "shown": fingerprint(decisions),
            "mark": mark,
            "notice": notice,
            "title": asked.action.title,
            "back": f"{asked.place}/do",
        }
        return self._site.page(request, "desk/actions/preview", values, 409 if notice else 200)

    def _form(self, request: Request, asked: _Asked, filled: Filled, status: int = 200) -> Response:
        return self._site.page(request, "desk/actions/form", self._values(asked) | {"filled": filled}, status)

    def _values(self, asked: _Asked) -> dict[str, object]:
        return _about(asked.view) | {"action": asked.action, "place": f"{asked.place}/do/{asked.action.key}"}

    def _asked(self, request: Request, partnership: str, reference: str, key: str) -> _Asked:
        """Raises HTTPException(404) for an action that there is not, (409) for one that does not apply now."""
        officer, view = self._case_door.enter(request, partnership, reference, "work")
        action = ACTIONS.get(key)
        if not action:
            raise HTTPException(404)
        if view.case.confidential and not action.confidential:
            raise HTTPException(403, NOT_CONFIDENTIAL)
        if not _applies(action, view):
            raise HTTPException(409, NOT_NOW)
        return _Asked(officer, Seen(view, self._support.harm_open(view.case.id)), action)


def _applies(action: Action, view: View) -> bool:
    return (action.confidential or not view.case.confidential) and action.applies(view)


def _about(view: View) -> dict[str, object]:
    return {
        "here": "Cases",
        "partnership": view.partnership,
        "key": view.case.partnership,
        "case": view.case,
        "view": view,
    }
