"""The desk's first page: what needs a person, the most dangerous first, as one list."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from cases.casework import Casework
from cases.danger import OF_MAIL
from cases.overview import Line, Overview, Today
from cases.store.listing import A_PAGE, MOST_COUNTED, MOST_WAITING
from cases.watching.pulse import Pulse
from desk.entry import Door
from desk.words import URGENCY, task_title
from web.paging import Paging, page_number
from web.site import Site

MOST_PAGES = MOST_WAITING // A_PAGE


@dataclass(frozen=True, slots=True)
class Shown:
    """A line as people read it. `urgency` is in words; `late` says that its own time is over."""

    rank: int
    urgency: str
    what: str
    link: str
    reference: str = ""
    words: str = ""
    since: datetime | None = None
    due: datetime | None = None
    late: bool = False


def routes(site: Site, casework: Casework) -> APIRouter:
    pages = _Today(site, casework)
    router = APIRouter(prefix="/desk/{partnership}", include_in_schema=False)
    router.add_api_route("", pages.show, methods=["GET"])
    return router


class _Today:
    def __init__(self, site: Site, casework: Casework) -> None:
        self._site = site
        self._overview = Overview(casework)
        self._door = Door(site, casework)
        self._pulse = Pulse(casework)

    def show(self, request: Request, partnership: str, page: str = "") -> Response:
        self._door.enter(request, partnership)
        number, now = page_number(page, MOST_PAGES), self._site.now()
        today = self._overview.today(partnership, now, number)
        lines = [_shown(f"/desk/{partnership}", each, now) for each in today.lines]
        values = {
            "partnership": self._door.office(partnership).loaded.policy.partnership.name,
            "key": partnership,
            "here": "Today",
            "today": today,
            "trouble": self._pulse.trouble(partnership, now),
            "lines": _with_sums(lines, partnership, today) if number == 1 else lines,
            "most": MOST_COUNTED,
            "paging": Paging(number, min(today.waiting, MOST_WAITING), A_PAGE, {}, today.waiting > MOST_WAITING),
            "now": now,
        }
        return self._site.page(request, "desk/today", values)


def _shown(desk: str, line: Line, now: datetime) -> Shown:
    waiting, case = line.waiting, f"{desk}/cases/{line.reference}"
    urgency = URGENCY[waiting.rank]
    if waiting.kind == "mail":
        what = "Mail with words of immediate harm: read it now" if waiting.rank < OF_MAIL else "Read a mail in the tray"
        link = f"{desk}/tray/{waiting.key}"
        late = line.due is not None and line.due <= now
        return Shown(waiting.rank, urgency, what, link, line.reference, "", waiting.since, line.due, late)
    if waiting.kind == "overdue":
        return Shown(waiting.rank, urgency, "Overdue: see what is missing", case, line.reference, "", waiting.since)
    link = f"{case}/tasks/{quote(waiting.key, safe='')}"
    return Shown(waiting.rank, urgency, task_title(waiting.key), link, line.reference, line.words, waiting.since)


def _with_sums(lines: list[Shown], partnership: str, today: Today) -> list[Shown]:
    """The lines, and among them what is said in one line for many things: each behind what is as dangerous."""
    return sorted([*lines, *_sums(f"/desk/{partnership}", today)], key=lambda each: each.rank)


def _sums(desk: str, today: Today) -> list[Shown]:
    letters, found = today.letters, []
    if letters.refused:
        what = f"{_letters(letters.refused)} without a case did not arrive: see which"
        found.append(Shown(1, URGENCY[1], what, f"{desk}/letters"))
    if letters.held:
        found.append(Shown(2, URGENCY[2], f"{_letters(letters.held)} held: see whether they may go", f"{desk}/letters"))
    if letters.waiting:
        what = f"{_letters(letters.waiting)} not taken by the mail server yet"
        found.append(Shown(2, URGENCY[2], what, f"{desk}/letters", since=letters.oldest))
    found += [
        Shown(2, URGENCY[2], f"The mailbox {each.name} cannot be read: {each.trouble}", f"{desk}#mailboxes")
        for each in today.mailboxes
        if each.failures
    ]
    if today.stale:
        what = "1 contact may be out of date" if today.stale == 1 else f"{today.stale} contacts may be out of date"
        found.append(Shown(3, URGENCY[3], what, f"{desk}/directory"))
    return found


def _letters(count: int) -> str:
    return "1 letter" if count == 1 else f"{count:,} letters"
