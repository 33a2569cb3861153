"""A case that is under way already is entered by hand: a form, what will happen, and the button. No letter goes out."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from cases.case import Part
from cases.casework import Casework, Partnership
from cases.directory.directory import Directory
from cases.preview import Draw
from cases.standing import View, next_steps
from cases.support import Support
from cases.verbs.orders import Order, Refused
from cases.verbs.under_way import Acting, UnderWay, stages_of
from cases.working_time import MONTHS
from desk.actions.action import reason
from desk.actions.shown import shown
from desk.entry import Door
from web.csrf import MESSAGE
from web.fields import Field, Option
from web.forms import Filled, Form
from web.limits import Limit
from web.posted import Posted
from web.site import Sent, Site, see

LIMITS: Mapping[str, Limit] = {"entered by hand": Limit(120, timedelta(minutes=10))}
NO_DATE = "Begin each line of the history with its date, such as 3 November 2026, and then the words. This one: “{}”"
_LINE = re.compile(r"(\d{1,2})[ ./-]+(\d{1,2}|[A-Za-z]{3,9})[ ./-]+(\d{4})\s*[:,.–-]?\s+(\S.*)")
_PARTS: tuple[tuple[Part, str], ...] = (
    ("raising", "Who acts for the side that raised it"),
    ("receiving", "Who acts for the other side"),
    ("decider", "Who decides, where the stage has somebody who does"),
)


@dataclass(frozen=True, slots=True)
class _Desk:
    """The desk of a partnership, and who sits at it."""

    office: Partnership
    directory: Directory
    by: str

    @property
    def place(self) -> str:
        return f"/desk/{self.office.key}/under-way"


def routes(site: Site, casework: Casework, draw: Draw) -> APIRouter:
    pages = _UnderWay(site, casework, draw)
    router = APIRouter(prefix="/desk/{partnership}/under-way", include_in_schema=False)
    router.add_api_route("", pages.blank, methods=["GET"])
    router.add_api_route("", pages.act, methods=["POST"])
    return router


class _UnderWay:
    def __init__(self, site: Site, casework: Casework, draw: Draw) -> None:
        self._site = site
        self._casework = casework
        self._support = Support(casework)
        self._draw = draw
        self._door = Door(site, casework)

    def blank(self, request: Request, partnership: str) -> Response:
        desk = self._desk(request, partnership)
        return self._form(request, desk, _form(desk).blank())

    def act(self, request: Request, partnership: str, posted: Sent) -> Response:
        """The form, its preview, and the deed: `press` says which button was pressed."""
        desk = self._desk(request, partnership)
        filled = _form(desk).read(posted)
        if not self._site.csrf.check(request, posted):
            return self._form(request, desk, filled.with_problem(MESSAGE), 403)
        if not filled.ok:
            return self._form(request, desk, filled, 400)
        if posted.first("press") == "change":
            return self._form(request, desk, filled)
        try:
            known, order = _known(filled), Order(desk.by, filled.text("reason"))
            if posted.first("press") == "do":
                return self._enter(desk, known, order, posted)
            return self._preview(request, desk, filled, known, order)
        except Refused as error:
            return self._form(request, desk, filled.with_problem(str(error)), 400)

    def _enter(self, desk: _Desk, known: UnderWay, order: Order, posted: Posted) -> Response:
        self._site.brake("entered by hand", desk.office.key)
        reference = self._support.enter(desk.office.key, known, order, self._site.now(), posted.first("mark"))
        return see(f"/desk/{desk.office.key}/cases/{reference}")

    def _preview(self, request: Request, desk: _Desk, filled: Filled, known: UnderWay, order: Order) -> Response:
        decision = self._support.preview_entry(desk.office.key, known, order, self._site.now())
        view = View(decision.case, desk.office.loaded.policy, desk.directory, ())
        later = [
            (clock.look_at, next_steps(view, clock))
            for clock in sorted(decision.case.clocks, key=lambda clock: clock.look_at)
        ]
        values = _about(desk) | {
            "typed": [(name, text) for name, texts in filled.typed.items() for text in texts],
            "happens": shown([(decision.case, decision)], self._draw)[0],
            "later": later,
            "mark": secrets.token_hex(16),
        }
        return self._site.page(request, "desk/actions/under_way_preview", values)

    def _form(self, request: Request, desk: _Desk, filled: Filled, status: int = 200) -> Response:
        return self._site.page(request, "desk/actions/under_way", _about(desk) | {"filled": filled}, status)

    def _desk(self, request: Request, partnership: str) -> _Desk:
        officer = self._door.enter(request, partnership, "work")
        directory = self._casework.directory(partnership)
        return _Desk(self._door.office(partnership), directory, officer.name)


def _form(desk: _Desk) -> Form:
    agencies = [Option(key, agency.name) for key, agency in desk.directory.agencies.items()]
    stages = [Option(f"{key}:{tier}", name) for key, tier, name in stages_of(dict(desk.office.loaded.policy.stages))]
    people = [field for part, label in _PARTS for field in _person(part, label)]
    return Form(
        [
            Field("raiser", "Who raised it: the name", required=True, longest=200),
            Field("email", "Their e-mail address", "email", required=True),
            Field("agency", "Their agency", "select", required=True, options=agencies),
            Field("other_agency", "The other agency", "select", required=True, options=agencies),
            Field("child", "The child’s initials", longest=20, width=5),
            Field("child_numbers", "The agencies’ own case numbers", longest=200),
            Field("concern", "What the concern is", "textarea", hint="It stands in the letters that ask for answers."),
            Field("stage", "Which stage has it reached?", "select", required=True, options=stages),
            Field("received", "On which day was it raised?", "date", required=True),
            Field("began", "On which day did this stage begin?", "date", required=True),
            Field("due", "When is it due?", "date", hint="Leave it empty for the date that the policy gives."),
            *people,
            Field(
                "history",
                "What has happened so far",
                "textarea",
                hint="A line for each thing, beginning with its date: 3 November 2026: the managers met. "
                "It stands in the record in your words.",
            ),
            reason("Why is it entered here?", "For example: it began before this service did. It goes on the record."),
        ]
    )


def _person(part: str, label: str) -> list[Field]:
    hint = "Leave both empty to take the person from the directory."
    return [
        Field(f"{part}_name", f"{label}: the name", longest=200, hint=hint),
        Field(f"{part}_email", "Their e-mail address", "email"),
    ]


def _known(filled: Filled) -> UnderWay:
    """What was typed. Raises Refused."""
    stage, _, tier = filled.text("stage").partition(":")
    simple = ("raiser", "email", "agency", "other_agency", "child", "child_numbers", "concern")
    return UnderWay(
        **{name: filled.text(name) for name in simple},
        stage=stage,
        tier=int(tier),
        received=filled.day("received") or date.max,
        began=filled.day("began") or date.max,
        due=filled.day("due"),
        people=tuple(_people(filled)),
        history=tuple(_dated(line.strip()) for line in filled.text("history").splitlines() if line.strip()),
    )


def _people(filled: Filled) -> list[Acting]:
    found = []
    for part, label in _PARTS:
        name, email = filled.text(f"{part}_name"), filled.text(f"{part}_email")
        if bool(name) != bool(email):
            raise Refused(f"{label}: write both the name and the address, or neither")
        if name:
            found.append(Acting(part, name, email))
    return found


def _dated(line: str) -> tuple[date, str]:
    """A line of the history. Raises Refused where it does not begin with a date."""
    found = _LINE.fullmatch(line)
    month = _month(found[2]) if found else 0
    try:
        if found and month:
            return date(int(found[3]), month, int(found[1])), found[4]
    except ValueError:
        pass
    raise Refused(NO_DATE.format(line))


def _month(written: str) -> int:
    """1 to 12; 0 for what is no month."""
    if written.isdecimal():
        return int(written) if 1 <= int(written) <= 12 else 0
    begins = (place for place, name in enumerate(MONTHS, start=1) if name.lower().startswith(written.lower()))
    return next(begins, 0)


def _about(desk: _Desk) -> dict[str, object]:
    return {
        "here": "Cases",
        "partnership": desk.office.loaded.policy.partnership.name,
        "key": desk.office.key,
        "place": desk.place,
    }
