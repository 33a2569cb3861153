"""What every change of the directory at the desk goes through: what follows from it is shown, then it is made."""

from collections.abc import Callable, Mapping

from fastapi import Request
from starlette.responses import Response

from cases.casework import Casework
from cases.directory.edits import Edit, Refused
from cases.directory.reading import DirectoryReading
from cases.directory.work import DirectoryWork
from cases.staff.officer import Officer, Right
from desk.entry import Door
from web.csrf import FIELD, MESSAGE
from web.forms import Filled
from web.posted import Posted
from web.site import Site, see

Page = Callable[[Filled, int], Response]
"""The form's own page, filled in, with a status."""


class Changing:
    def __init__(self, site: Site, casework: Casework) -> None:
        self.site = site
        self.casework = casework
        self.reading = DirectoryReading(casework)
        self._work = DirectoryWork(casework)
        self._door = Door(site, casework)

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

        A change from which nothing follows is made at once, but for one that is `always` shown first.
        """
        if not self.site.csrf.check(request, posted):
            return page(filled.with_problem(MESSAGE), 403)
        if not filled.ok:
            return page(filled, 400)
        try:
            edit = edit_of(filled)
            if posted.first("sure") != "yes":
                follows = self._work.preview(partnership, edit, self.site.now())
                if always or follows.letters or follows.confidential or follows.more or follows.vacated:
                    vacated = [self._seat(partnership, *each) for each in follows.vacated]
                    about = {"title": title, "follows": follows, "fields": _fields(posted), "back": back}
                    values: dict[str, object] = {**about, "vacated": vacated}
                    return self.page(request, partnership, "check", {**values, "action": request.url.path})
            self._work.change(partnership, edit, officer.name, self.site.now())
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
            values = {"title": title, "lead": lead, "button": button, "back": back, "filled": filled}
            return self.page(request, partnership, "form", values | {"action": request.url.path}, status)

        return shown


def _fields(posted: Posted) -> list[tuple[str, str]]:
    """What was typed, to be sent along with the second press."""
    return [(name, value) for name, values in posted.fields.items() if name not in (FIELD, "sure") for value in values]
