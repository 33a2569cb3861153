"""What every change of the directory at the desk goes through: what follows from it is shown, then it is made."""

import hashlib
from collections.abc import Callable, Mapping

from fastapi import Request
from starlette.responses import Response

from cases.casework import Casework
from cases.directory.edits import Edit, Refused
from cases.directory.reading import DirectoryReading
from cases.directory.work import DirectoryWork, Preview
from cases.letter_titles import LETTER_TITLES
from cases.staff.officer import Officer, Right
from desk.entry import Door
from desk.once import MARK, Once
from web.csrf import FIELD, MESSAGE
from web.forms import Filled
from web.posted import Posted
from web.site import Site, see

SHOWN = "shown"
CHANGED = "Something has changed since you looked. Nothing was done. This is what would follow now."
Page = Callable[[Filled, int], Response]
"""The form's own page, filled in, with a status."""


class Changing:
    def __init__(self, site: Site, casework: Casework) -> None:
        self.site = site
        self.casework = casework
        self.reading = DirectoryReading(casework)
        self._work = DirectoryWork(casework)
        self._door = Door(site, casework)
        self.once = Once(site, casework)

    def enter(self, request: Request, partnership: str, right: Right = "work") -> Officer:
        return self._door.enter(request, partnership, right)

    def take(
        self,
        request: Request,
        partnership: str,
        officer: Officer,
        posted: Posted,
        filled: Filled,
        edit_of: Callable[[Filled], Edit],
        page: Page,
        *,
        title: str,
        back: str,
        always: bool = False,
    ) -> Response:
        """A form came: shown again where it is wrong; what follows is shown first, and then the change is made.

        A change from which nothing follows is made at once, but for one that is `always` shown first. Where other
        things would follow than were shown, they are shown first. A form that was sent before is shown as done.
        """
        if self.once.done_before(request, officer, posted):
            return see(back)
        if not self.site.csrf.check(request, posted):
            return page(filled.with_problem(MESSAGE), 403)
        if not filled.ok:
            return page(filled, 400)
        try:
            edit = edit_of(filled)
            follows = self._work.preview(partnership, edit, self.site.now())
            sure, known = posted.first("sure") == "yes", _fingerprint(follows)
            if (posted.first(SHOWN) != known) if sure else _is_shown(follows, always):
                vacated = [self._seat(partnership, *each) for each in follows.vacated]
                values = {
                    "title": title,
                    "titles": LETTER_TITLES,
                    "follows": follows,
                    "vacated": vacated,
                    "fields": [*_fields(posted), (SHOWN, known)],
                    "mark": "" if posted.first(MARK) else self.once.new_mark(),
                    "back": back,
                    "notice": CHANGED if sure else "",
                    "action": request.url.path,
                }
                return self.page(request, partnership, "check", values, 409 if sure else 200)
            self._work.change(partnership, edit, officer.name, self.site.now())
            self.once.done(request, partnership, officer, posted)
        except Refused as error:
            return page(filled.with_problem(str(error)), 400)
        return see(back)

    def _seat(self, partnership: str, role: str, agency: str | None) -> str:
        roles = self.reading.policy(partnership).roles
        title = roles[role].title if role in roles else role
        name = self.reading.directory(partnership).agency_name(agency)
        return f"{title} of {name}" if name else title

    def page(
        self, request: Request, partnership: str, template: str, values: Mapping[str, object], status: int = 200
    ) -> Response:
        office = self._door.office(partnership)
        about = {"partnership": office.loaded.policy.partnership.name, "key": partnership}
        return self.site.page(request, f"desk/directory/{template}", {**about, **values}, status)

    def form(self, request: Request, partnership: str, title: str, lead: str, button: str, back: str) -> Page:
        """The page of a form alone."""

        def shown(filled: Filled, status: int = 200) -> Response:
            values: dict[str, object] = {"title": title, "lead": lead, "button": button, "back": back, "filled": filled}
            values |= {"action": request.url.path, "mark": self.once.new_mark()}
            return self.page(request, partnership, "form", values, status)

        return shown


def _is_shown(follows: Preview, always: bool) -> bool:
    return always or bool(follows.letters or follows.more or follows.vacated)


def _fingerprint(follows: Preview) -> str:
    """What was shown, in short: which letter goes to whom, and which roles nobody will hold."""
    return hashlib.sha256(repr(follows).encode()).hexdigest()


def _fields(posted: Posted) -> list[tuple[str, str]]:
    """What was typed, to be sent along with the second press."""
    return [
        (name, value)
        for name, values in posted.fields.items()
        if name not in (FIELD, "sure", SHOWN)
        for value in values
    ]
