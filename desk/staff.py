"""The staff list of the desk, for its managers: who may sign in, as what, since when and by whose decision."""

from collections.abc import Mapping

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from cases.casework import Casework
from cases.staff.officer import TITLES, Change, Officer, Role
from cases.staff.staff_list import NotOnList, StaffList
from desk.entry import Door
from web.csrf import MESSAGE
from web.fields import Field, Option
from web.forms import Filled, Form
from web.site import Sent, Site, see

LAST = (
    "You are the only manager on this list. Make somebody else a manager first; then they can take you off it, or give "
    "you another role."
)
HINTS: Mapping[Role, str] = {
    "reader": "Reads everything, changes nothing",
    "support": "Works on cases, mail, letters and the directory",
    "manager": "The same, and keeps this list",
}
ROLE = Field(
    "role",
    "Role",
    "radios",
    required=True,
    missing="Choose a role",
    options=[Option(role, TITLES[role], hint) for role, hint in HINTS.items()],
)
NAME = Field("name", "Name", required=True, longest=100, missing="Write the name", hint="The record names them so.")
ADD_FORM = Form(
    [Field("email", "E-mail address", "email", required=True, missing="Write the e-mail address"), NAME, ROLE]
)
CHANGE_FORM = Form([NAME, ROLE])
OFF_FORM = Form([])


def routes(site: Site, casework: Casework) -> APIRouter:
    pages = _Staff(site, casework)
    router = APIRouter(prefix="/desk/{partnership}/staff", include_in_schema=False)
    router.add_api_route("", pages.show, methods=["GET"])
    router.add_api_route("", pages.add, methods=["POST"])
    router.add_api_route("/{line_id}", pages.one, methods=["GET"])
    router.add_api_route("/{line_id}", pages.change, methods=["POST"])
    router.add_api_route("/{line_id}/off", pages.take_off, methods=["POST"])
    return router


class _Staff:
    def __init__(self, site: Site, casework: Casework) -> None:
        self._site = site
        self._list = StaffList(casework)
        self._door = Door(site, casework)

    def show(self, request: Request, partnership: str) -> Response:
        self._door.enter(request, partnership, "manage")
        return self._page(request, partnership, ADD_FORM.blank())

    def add(self, request: Request, partnership: str, posted: Sent) -> Response:
        officer, filled = self._door.enter(request, partnership, "manage"), ADD_FORM.read(posted)
        if not self._site.csrf.check(request, posted):
            return self._page(request, partnership, filled.with_problem(MESSAGE), 403)
        if not filled.ok:
            return self._page(request, partnership, filled, 400)
        try:
            self._put(partnership, filled.text("email"), filled, officer)
        except NotOnList as error:
            return self._page(request, partnership, filled.with_problem(str(error), "email"), 400)
        return see(f"/desk/{partnership}/staff")

    def one(self, request: Request, partnership: str, line_id: int) -> Response:
        self._door.enter(request, partnership, "manage")
        line = self._line(partnership, line_id)
        return self._one(request, partnership, line, CHANGE_FORM.blank({"name": line.name, "role": line.role or ""}))

    def change(self, request: Request, partnership: str, line_id: int, posted: Sent) -> Response:
        officer, filled = self._door.enter(request, partnership, "manage"), CHANGE_FORM.read(posted)
        line = self._line(partnership, line_id)
        if not self._site.csrf.check(request, posted):
            return self._one(request, partnership, line, filled.with_problem(MESSAGE), 403)
        if not filled.ok:
            return self._one(request, partnership, line, filled, 400)
        if filled.text("role") != "manager" and self._is_last(partnership, line, officer):
            return self._one(request, partnership, line, filled.with_problem(LAST, "role"), 400)
        self._put(partnership, line.email, filled, officer)
        return see(f"/desk/{partnership}/staff")

    def take_off(self, request: Request, partnership: str, line_id: int, posted: Sent) -> Response:
        officer, line = self._door.enter(request, partnership, "manage"), self._line(partnership, line_id)
        blank = CHANGE_FORM.blank({"name": line.name, "role": line.role or ""})
        if not self._site.csrf.check(request, posted):
            return self._one(request, partnership, line, blank.with_problem(MESSAGE), 403)
        if self._is_last(partnership, line, officer):
            return self._one(request, partnership, line, blank.with_problem(LAST), 400)
        self._list.take_off(partnership, line.email, _named(officer), self._site.now())
        return see(f"/desk/{partnership}/staff")

    def _put(self, partnership: str, email: str, filled: Filled, officer: Officer) -> None:
        role = next(role for role in TITLES if role == filled.text("role"))
        self._list.put(partnership, email, filled.text("name"), role, _named(officer), self._site.now())

    def _line(self, partnership: str, line_id: int) -> Change:
        """Somebody of the list, as their page showed them. Whoever was changed since has another line."""
        found = next((each for each in self._list.now(partnership) if each.id == line_id), None)
        if not found:
            raise HTTPException(404, "This line of the staff list was changed meanwhile. Open the list to see it.")
        return found

    def _is_last(self, partnership: str, line: Change, officer: Officer) -> bool:
        """Whether somebody is about to lock out the last manager of the list: themselves."""
        managers = [each.email for each in self._list.now(partnership) if each.role == "manager"]
        return line.email == officer.email and managers == [officer.email]

    def _page(self, request: Request, partnership: str, filled: Filled, status: int = 200) -> Response:
        values = {
            "filled": filled,
            "list": self._list.now(partnership),
            "changes": self._list.changes(partnership)[::-1],
            "own": self._door.office(partnership).business_support,
        }
        return self._shown(request, partnership, "staff", values, status)

    def _one(self, request: Request, partnership: str, line: Change, filled: Filled, status: int = 200) -> Response:
        return self._shown(request, partnership, "staff_one", {"line": line, "filled": filled}, status)

    def _shown(
        self, request: Request, partnership: str, name: str, values: Mapping[str, object], status: int
    ) -> Response:
        about = {
            "partnership": self._door.office(partnership).loaded.policy.partnership.name,
            "key": partnership,
            "titles": TITLES,
        }
        return self._site.page(request, f"desk/{name}", about | dict(values), status)


def _named(officer: Officer) -> str:
    return f"{officer.name} ({officer.email})"
