"""The letters that have not arrived: lost, uncertain, held by a brake until business support lets them go, waiting."""

from collections.abc import Mapping
from datetime import datetime

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from cases.casework import Casework
from cases.mail.dispatch import Dispatch
from cases.overview import Overview
from cases.standing import letter_word
from cases.store.letter_lists import A_PAGE, GROUPS, Group, LetterLine
from cases.watching.pulse import Pulse
from desk.entry import Door
from desk.words import letter_title
from web.csrf import MESSAGE
from web.forms import Filled, Form
from web.paging import Paging, page_number
from web.site import Sent, Site, see

LET_GO_FORM = Form([])
FIRST = 10  # lines of each group on the page of all groups
_HEADS: Mapping[Group, tuple[str, str]] = {
    "lost": (
        "Did not arrive, in the last seven days",
        "Refused, or come back. If they have no case, check that business support’s address in the settings is right.",
    ),
    "uncertain": (
        "Perhaps sent",
        "The mail server did not say whether it took them. Each is sent once more, marked as a repeat.",
    ),
    "held": (
        "Letters held",
        "More letters than usual have gone, so these wait. Nothing is lost, and urgent letters go on.",
    ),
    "waiting": (
        "Not taken yet",
        "The mail server has not taken them. They are tried on. If it lasts, tell the people who run this service.",
    ),
}


def routes(site: Site, casework: Casework) -> APIRouter:
    pages = _Letters(site, casework)
    router = APIRouter(prefix="/desk/{partnership}/letters", include_in_schema=False)
    router.add_api_route("", pages.show, methods=["GET"])
    router.add_api_route("", pages.let_go, methods=["POST"])
    return router


class _Letters:
    def __init__(self, site: Site, casework: Casework) -> None:
        self._site = site
        self._dispatch = Dispatch(casework)
        self._overview = Overview(casework)
        self._pulse = Pulse(casework)
        self._door = Door(site, casework)

    def show(self, request: Request, partnership: str, group: str = "", page: str = "") -> Response:
        """Every group with its first lines, or one group page by page."""
        self._door.enter(request, partnership)
        if group and group not in GROUPS:
            raise HTTPException(404)
        return self._page(request, partnership, LET_GO_FORM.blank(), group=group, page=page)

    def let_go(self, request: Request, partnership: str, posted: Sent) -> Response:
        officer = self._door.enter(request, partnership, "work")
        if not self._site.csrf.check(request, posted):
            return self._page(request, partnership, LET_GO_FORM.blank().with_problem(MESSAGE), 403)
        self._dispatch.let_go(partnership, self._site.now(), officer.name)
        return see(f"/desk/{partnership}/letters")

    def _page(
        self, request: Request, partnership: str, filled: Filled, status: int = 200, group: str = "", page: str = ""
    ) -> Response:
        wanted = [each for each in GROUPS if group in ("", each)]
        number, now = page_number(page), self._site.now()
        values = {
            "partnership": self._door.office(partnership).loaded.policy.partnership.name,
            "key": partnership,
            "here": "Letters",
            "groups": [self._group(partnership, each, now, number, bool(group)) for each in wanted],
            "alone": group,
            "flagged": self._dispatch.flagged(partnership),
            "doubt": self._pulse.doubt(partnership),
            "now": now,
            "filled": filled,
        }
        return self._site.page(request, "desk/letters", values, status)

    def _group(self, partnership: str, group: Group, now: datetime, number: int, alone: bool) -> dict[str, object]:
        found = self._overview.letters(partnership, group, now, number)
        title, words = _HEADS[group]
        return {
            "group": group,
            "title": title,
            "words": words,
            "lines": [_line(each) for each in (found.lines if alone else found.lines[:FIRST])],
            "paging": Paging(number, found.count, A_PAGE, {"group": group}),
        }


def _line(line: LetterLine) -> tuple[LetterLine, str, str]:
    """With what it is and what became of it; of a letter on a confidential case not what it is."""
    title = "A letter on a confidential case" if line.confidential else letter_title(line.purpose)
    word = letter_word(line.state)
    return line, title, word[:1].upper() + word[1:]
