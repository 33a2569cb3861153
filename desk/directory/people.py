"""One person's entry at the desk: entered, changed, ended, confirmed; a delegate and absences."""

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from cases.casework import Casework
from cases.directory import edits
from cases.directory.directory import Away, Person
from cases.directory.edits import Edit, Refused
from cases.directory.reading import Entry
from cases.directory.rules import Wrong, wrong_with_days, wrong_with_person
from cases.staff.officer import Officer
from desk.directory.changing import Changing, Page
from desk.directory.lists import DOUBTS
from web.fields import Field, Option
from web.forms import Filled, Form
from web.site import Sent, Site, see

WHO = (
    Field("name", "Name", required=True, longest=100, missing="Write the name", hint="Letters address them so."),
    Field("email", "E-mail address", "email", required=True, missing="Write the e-mail address"),
    Field("phone", "Telephone", longest=50, width=20),
)
NOTHING = Form([])
AWAY_FORM = Form(
    [
        Field(
            "first", "First day away", "date", required=True, missing="Write the first day", hint="Such as 27 3 2027."
        ),
        Field("last", "Last day away", "date", required=True, missing="Write the last day"),
    ]
)


def routes(site: Site, casework: Casework) -> APIRouter:
    pages = _People(site, casework)
    router = APIRouter(prefix="/desk/{partnership}/directory/people", include_in_schema=False)
    router.add_api_route("/new", pages.blank, methods=["GET"])
    router.add_api_route("/new", pages.new, methods=["POST"])
    router.add_api_route("/{number}", pages.show, methods=["GET"])
    router.add_api_route("/{number}/change", pages.changing, methods=["GET"])
    router.add_api_route("/{number}/change", pages.change, methods=["POST"])
    router.add_api_route("/{number}/delegate", pages.delegating, methods=["GET"])
    router.add_api_route("/{number}/delegate", pages.delegate, methods=["POST"])
    router.add_api_route("/{number}/away", pages.leaving, methods=["GET"])
    router.add_api_route("/{number}/away", pages.leave, methods=["POST"])
    router.add_api_route("/{number}/back/{absence}", pages.back, methods=["POST"])
    router.add_api_route("/{number}/end", pages.end, methods=["POST"])
    router.add_api_route("/{number}/confirm", pages.confirm, methods=["POST"])
    return router


class _People:
    def __init__(self, site: Site, casework: Casework) -> None:
        self._site = site
        self._casework = casework
        self._desk = Changing(site, casework)

    def show(self, request: Request, partnership: str, number: int) -> Response:
        officer, entry = self._desk.enter(request, partnership, "see"), self._entry(partnership, number)
        return self._shown(request, partnership, officer, entry, NOTHING.blank())

    def blank(self, request: Request, partnership: str, role: str = "", agency: str = "") -> Response:
        """The form for a new entry; a link from a vacant role names the role and the agency."""
        self._desk.enter(request, partnership)
        form = self._new_form(partnership).blank({"role": role, "agency": agency})
        return self._new_page(request, partnership)(form, 200)

    def new(self, request: Request, partnership: str, posted: Sent) -> Response:
        officer, filled = self._desk.enter(request, partnership), self._new_form(partnership).read(posted)
        if filled.ok:
            filled = self._checked(partnership, filled, _person(filled, filled.text("role"), filled.text("agency")))
        return self._desk.take(
            request,
            partnership,
            officer,
            posted,
            filled,
            lambda filled: edits.enter(_person(filled, filled.text("role"), filled.text("agency"))),
            self._new_page(request, partnership),
            title="Enter somebody",
            back=f"/desk/{partnership}/directory",
        )

    def changing(self, request: Request, partnership: str, number: int) -> Response:
        self._desk.enter(request, partnership)
        row = self._current(partnership, number).line.row
        filled = Form(WHO).blank({"name": row.name, "email": row.email, "phone": row.phone})
        return self._change_page(request, partnership, number)(filled, 200)

    def change(self, request: Request, partnership: str, number: int, posted: Sent) -> Response:
        officer, filled = self._desk.enter(request, partnership), Form(WHO).read(posted)
        back = f"/desk/{partnership}/directory"
        if self._desk.once.done_before(request, officer, posted):  # the entry that it changed is a former one by now
            return see(back)
        row = self._current(partnership, number).line.row
        if filled.ok and filled.text("email").lower() != row.email.lower():
            filled = self._checked(partnership, filled, _person(filled, row.role, row.agency or ""))
        return self._desk.take(
            request,
            partnership,
            officer,
            posted,
            filled,
            lambda filled: edits.change(number, _person(filled, row.role, row.agency or "")),
            self._change_page(request, partnership, number),
            title=f"Change {row.name}",
            back=back,
        )

    def delegating(self, request: Request, partnership: str, number: int) -> Response:
        self._desk.enter(request, partnership)
        entry = self._current(partnership, number)
        filled = self._delegate_form(partnership, entry).blank({"delegate": entry.contact.delegate or ""})
        return self._delegate_page(request, partnership, entry)(filled, 200)

    def delegate(self, request: Request, partnership: str, number: int, posted: Sent) -> Response:
        officer, entry = self._desk.enter(request, partnership), self._current(partnership, number)
        email = entry.line.row.email
        return self._desk.take(
            request,
            partnership,
            officer,
            posted,
            self._delegate_form(partnership, entry).read(posted),
            lambda filled: edits.delegate(email, filled.text("delegate")),
            self._delegate_page(request, partnership, entry),
            title=f"The delegate of {entry.line.row.name}",
            back=_of(partnership, number),
        )

    def leaving(self, request: Request, partnership: str, number: int) -> Response:
        self._desk.enter(request, partnership)
        return self._away_page(request, partnership, self._current(partnership, number))(AWAY_FORM.blank(), 200)

    def leave(self, request: Request, partnership: str, number: int, posted: Sent) -> Response:
        officer, entry = self._desk.enter(request, partnership), self._current(partnership, number)
        filled = AWAY_FORM.read(posted)
        if filled.ok:
            days = (filled.day("first"), filled.day("last"))
            filled = with_wrong(filled, [*wrong_with_days(*days, ("first", "last"))])
        return self._desk.take(
            request,
            partnership,
            officer,
            posted,
            filled,
            lambda filled: _absence(entry.line.row.email, filled),
            self._away_page(request, partnership, entry),
            title=f"{entry.line.row.name} is away",
            back=_of(partnership, number),
        )

    def back(self, request: Request, partnership: str, number: int, absence: int, posted: Sent) -> Response:
        return self._at_once(request, partnership, number, posted, edits.back(absence), "Back before the time")

    def end(self, request: Request, partnership: str, number: int, posted: Sent) -> Response:
        return self._at_once(request, partnership, number, posted, edits.end(number), "End the role", always=True)

    def confirm(self, request: Request, partnership: str, number: int, posted: Sent) -> Response:
        email = self._entry(partnership, number).line.row.email
        return self._at_once(request, partnership, number, posted, edits.confirm(email), "Confirm the entry")

    def _at_once(
        self,
        request: Request,
        partnership: str,
        number: int,
        posted: Sent,
        edit: Edit,
        title: str,
        always: bool = False,
    ) -> Response:
        """A button of the person's page, without a form."""
        officer, entry = self._desk.enter(request, partnership), self._entry(partnership, number)

        def page(filled: Filled, status: int) -> Response:
            return self._shown(request, partnership, officer, entry, filled, status)

        name = f"{title}: {entry.line.row.name}, {entry.line.title}"
        taken = NOTHING.read(posted)
        back = _of(partnership, number)
        return self._desk.take(
            request, partnership, officer, posted, taken, lambda _: edit, page, title=name, back=back, always=always
        )

    def _entry(self, partnership: str, number: int) -> Entry:
        found = self._desk.reading.entry(partnership, number, self._site.now())
        if not found:
            raise HTTPException(404)
        return found

    def _current(self, partnership: str, number: int) -> Entry:
        entry = self._entry(partnership, number)
        if entry.line.row.until:
            raise HTTPException(404, "This entry is not in the directory any more. Somebody may have changed it.")
        return entry

    def _checked(self, partnership: str, filled: Filled, person: Person) -> Filled:
        """What only the policy and the directory can tell to be wrong."""
        agencies = list(self._desk.reading.directory(partnership).agencies.values())
        own = self._casework.own_addresses()
        return with_wrong(filled, [*wrong_with_person(person, self._desk.reading.policy(partnership), agencies, own)])

    def _shown(
        self,
        request: Request,
        partnership: str,
        officer: Officer,
        entry: Entry,
        filled: Filled,
        status: int = 200,
    ) -> Response:
        stale = self._desk.reading.stale(partnership, self._site.now())
        low = entry.line.row.email.lower()
        values = {
            "entry": entry,
            "doubts": [each for each in stale if each.email.lower() == low],
            "words": DOUBTS,
            "today": self._desk.reading.today(partnership, self._site.now()),
            "may": officer.may("work"),
            "filled": filled,
        }
        return self._desk.page(request, partnership, "person", values, status)

    def _new_form(self, partnership: str) -> Form:
        policy, directory = self._desk.reading.policy(partnership), self._desk.reading.directory(partnership)
        roles = [Option(key, role.title) for key, role in policy.roles.items()]
        agencies = sorted(directory.agencies.values(), key=lambda agency: agency.name)
        return Form(
            [
                Field("role", "Role", "select", required=True, missing="Choose the role", options=roles),
                Field(
                    "agency",
                    "Agency",
                    "select",
                    options=[Option(each.key, each.name) for each in agencies],
                    hint="Leave it empty for a role of the partnership as a whole.",
                ),
                *WHO,
            ]
        )

    def _new_page(self, request: Request, partnership: str) -> Page:
        lead = "They hold the role from today. Open cases that wait for somebody in it write to them at once."
        back = f"/desk/{partnership}/directory"
        return self._desk.form(request, partnership, "Enter somebody", lead, "Enter them", back)

    def _change_page(self, request: Request, partnership: str, number: int) -> Page:
        lead = "With another address it is a new entry from today, and open cases go there. The old one stays, dated."
        return self._desk.form(request, partnership, "Change an entry", lead, "Change it", _of(partnership, number))

    def _delegate_form(self, partnership: str, entry: Entry) -> Form:
        people = {each.email.lower(): each for each in self._desk.reading.directory(partnership).people}
        people.pop(entry.line.row.email.lower(), None)
        named = sorted(people.values(), key=lambda each: each.name)
        options = [Option(each.email.lower(), f"{each.name}, {each.email}") for each in named]
        return Form([Field("delegate", "Delegate", "select", options=options, hint="Leave it empty for nobody.")])

    def _delegate_page(self, request: Request, partnership: str, entry: Entry) -> Page:
        name = entry.line.row.name
        lead = (
            f"While {name} is away, as entered here, the delegate acts for them on open cases: they are written to, "
            f"and so is whoever raised the case. What the delegate answers counts as {name}’s."
        )
        back = _of(partnership, entry.line.row.id)
        return self._desk.form(request, partnership, f"The delegate of {name}", lead, "Register", back)

    def _away_page(self, request: Request, partnership: str, entry: Entry) -> Page:
        name = entry.line.row.name
        lead = (
            f"{entry.line.delegate} acts for {name} meanwhile, from the first day on."
            if entry.line.delegate
            else f"{name} has no delegate: for each open case that needs them you will get a task."
        )
        back = _of(partnership, entry.line.row.id)
        return self._desk.form(request, partnership, f"{name} is away", lead, "Enter the absence", back)


def _person(filled: Filled, role: str, agency: str) -> Person:
    return Person(role, filled.text("name"), filled.text("email"), agency or None, filled.text("phone"))


def _absence(email: str, filled: Filled) -> Edit:
    first, last = filled.day("first"), filled.day("last")
    if first is None or last is None:
        raise Refused("Both days are needed.")
    return edits.away(Away(email, first, last))


def with_wrong(filled: Filled, wrong: list[Wrong]) -> Filled:
    """What is wrong, said at its field; of one field the first thing."""
    names = {each.name for each in filled.fields}
    for each in reversed(wrong):
        filled = filled.with_problem(str(each), each.column if each.column in names else "")
    return filled


def _of(partnership: str, number: int) -> str:
    return f"/desk/{partnership}/directory/people/{number}"
