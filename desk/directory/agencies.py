"""Agencies at the desk: entered, changed, taken out; and the days on which one, or the partnership, is closed."""

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from cases.casework import Casework
from cases.directory import edits
from cases.directory.directory import Agency, Closure
from cases.directory.edits import Edit, Refused
from cases.directory.rules import wrong_with_agency, wrong_with_days
from desk.directory.changing import Changing, Page
from desk.directory.people import with_wrong
from web.fields import Field, Option
from web.forms import Filled, Form
from web.site import Sent, Site

NAME = Field("agency_name", "Name", required=True, longest=150, missing="Write the name of the agency")
DOMAINS = Field(
    "domains",
    "Domains of its e-mail addresses",
    "textarea",
    rows=3,
    hint="What stands after the @, such as hospital.example; one on each line. Letters may go to any address there.",
)
KEY = Field(
    "agency",
    "Short name",
    required=True,
    longest=60,
    width=20,
    missing="Write a short name",
    hint="In small letters, such as city_hospital. It stays the same when the name changes.",
)
NOTHING = Form([])


def routes(site: Site, casework: Casework) -> APIRouter:
    pages = _Agencies(site, casework)
    router = APIRouter(prefix="/desk/{partnership}/directory", include_in_schema=False)
    router.add_api_route("/agencies/new", pages.blank, methods=["GET"])
    router.add_api_route("/agencies/new", pages.new, methods=["POST"])
    router.add_api_route("/agencies/{name}", pages.changing, methods=["GET"])
    router.add_api_route("/agencies/{name}", pages.change, methods=["POST"])
    router.add_api_route("/agencies/{name}/remove", pages.remove, methods=["POST"])
    router.add_api_route("/closures", pages.closures, methods=["GET"])
    router.add_api_route("/closures", pages.close, methods=["POST"])
    router.add_api_route("/closures/{number}/remove", pages.reopen, methods=["POST"])
    return router


class _Agencies:
    def __init__(self, site: Site, casework: Casework) -> None:
        self._site = site
        self._desk = Changing(site, casework)

    def blank(self, request: Request, partnership: str) -> Response:
        self._desk.enter(request, partnership)
        return self._new_page(request, partnership)(Form([KEY, NAME, DOMAINS]).blank(), 200)

    def new(self, request: Request, partnership: str, posted: Sent) -> Response:
        officer, filled = self._desk.enter(request, partnership), Form([KEY, NAME, DOMAINS]).read(posted)
        if filled.ok:
            filled = with_wrong(filled, [*wrong_with_agency(_agency(filled, filled.text("agency")))])
        if filled.ok and filled.text("agency") in self._desk.reading.directory(partnership).agencies:
            filled = filled.with_problem("There is an agency with this short name already.", "agency")
        return self._desk.take(
            request,
            partnership,
            officer,
            posted,
            filled,
            lambda filled: edits.put_agency(_agency(filled, filled.text("agency"))),
            self._new_page(request, partnership),
            title="Enter an agency",
            back=f"/desk/{partnership}/directory",
        )

    def changing(self, request: Request, partnership: str, name: str) -> Response:
        self._desk.enter(request, partnership)
        agency = self._agency(partnership, name)
        typed = {"agency_name": agency.name, "domains": "\n".join(agency.domains)}
        return self._change_page(request, partnership, agency)(Form([NAME, DOMAINS]).blank(typed), 200)

    def change(self, request: Request, partnership: str, name: str, posted: Sent) -> Response:
        officer, agency = self._desk.enter(request, partnership), self._agency(partnership, name)
        filled = Form([NAME, DOMAINS]).read(posted)
        if filled.ok:
            filled = with_wrong(filled, [*wrong_with_agency(_agency(filled, agency.key))])
        return self._desk.take(
            request,
            partnership,
            officer,
            posted,
            filled,
            lambda filled: edits.put_agency(_agency(filled, agency.key)),
            self._change_page(request, partnership, agency),
            title=f"Change {agency.name}",
            back=f"/desk/{partnership}/directory",
        )

    def remove(self, request: Request, partnership: str, name: str, posted: Sent) -> Response:
        officer, agency = self._desk.enter(request, partnership), self._agency(partnership, name)
        typed = {"agency_name": agency.name, "domains": "\n".join(agency.domains)}

        def page(filled: Filled, status: int) -> Response:
            again = Form([NAME, DOMAINS]).blank(typed)
            for problem in filled.problems.values():
                again = again.with_problem(problem.message)
            return self._change_page(request, partnership, agency)(again, status)

        return self._desk.take(
            request,
            partnership,
            officer,
            posted,
            NOTHING.read(posted),
            lambda _: edits.remove_agency(agency.key),
            page,
            title=f"Take out {agency.name}",
            back=f"/desk/{partnership}/directory",
            always=True,
        )

    def closures(self, request: Request, partnership: str) -> Response:
        officer = self._desk.enter(request, partnership, "see")
        return self._closures_page(request, partnership, officer.may("work"))(self._closing(partnership).blank(), 200)

    def close(self, request: Request, partnership: str, posted: Sent) -> Response:
        officer, filled = self._desk.enter(request, partnership), self._closing(partnership).read(posted)
        if filled.ok:
            filled = with_wrong(filled, [*wrong_with_days(filled.day("first"), filled.day("last"), ("first", "last"))])
        return self._desk.take(
            request,
            partnership,
            officer,
            posted,
            filled,
            _closure,
            self._closures_page(request, partnership, True),
            title="Days on which nobody works",
            back=f"/desk/{partnership}/directory/closures",
        )

    def reopen(self, request: Request, partnership: str, number: int, posted: Sent) -> Response:
        officer, blank = self._desk.enter(request, partnership), self._closing(partnership).blank()

        def page(filled: Filled, status: int) -> Response:
            again = blank
            for problem in filled.problems.values():
                again = again.with_problem(problem.message)
            return self._closures_page(request, partnership, True)(again, status)

        back = f"/desk/{partnership}/directory/closures"
        empty, title = NOTHING.read(posted), "Take out a closure"
        return self._desk.take(
            request, partnership, officer, posted, empty, lambda _: edits.reopen(number), page, title=title, back=back
        )

    def _agency(self, partnership: str, name: str) -> Agency:
        found = self._desk.reading.directory(partnership).agencies.get(name)
        if not found:
            raise HTTPException(404)
        return found

    def _new_page(self, request: Request, partnership: str) -> Page:
        back = f"/desk/{partnership}/directory"
        return self._desk.form(request, partnership, "Enter an agency", "", "Enter it", back)

    def _change_page(self, request: Request, partnership: str, agency: Agency) -> Page:
        def shown(filled: Filled, status: int) -> Response:
            here = f"/desk/{partnership}/directory/agencies/{agency.key}"
            values = {"agency": agency, "filled": filled, "here_path": here}
            return self._desk.page(request, partnership, "agency", values, status)

        return shown

    def _closing(self, partnership: str) -> Form:
        agencies = sorted(self._desk.reading.directory(partnership).agencies.values(), key=lambda each: each.name)
        whole = "The partnership as a whole: its working days are counted without these days."
        return Form(
            [
                Field(
                    "agency",
                    "Who is closed?",
                    "radios",
                    required=True,
                    missing="Choose who is closed",
                    options=[
                        Option("-", "The partnership", whole),
                        *(Option(each.key, each.name) for each in agencies),
                    ],
                ),
                Field("first", "First day", "date", required=True, missing="Write the first day"),
                Field("last", "Last day", "date", required=True, missing="Write the last day"),
                Field("name", "What is it?", required=True, longest=60, missing="Write what it is", hint="Half-term"),
            ]
        )

    def _closures_page(self, request: Request, partnership: str, may: bool) -> Page:
        def shown(filled: Filled, status: int) -> Response:
            values = {
                "closures": self._desk.reading.closures(partnership, self._site.now()),
                "directory": self._desk.reading.directory(partnership),
                "filled": filled,
                "may": may,
                "mark": self._desk.once.new_mark(),
            }
            return self._desk.page(request, partnership, "closures", values, status)

        return shown


def _agency(filled: Filled, key: str) -> Agency:
    domains = filled.text("domains").lower().replace(",", " ").split()
    return Agency(key, filled.text("agency_name"), tuple(dict.fromkeys(domains)))


def _closure(filled: Filled) -> Edit:
    first, last, agency = filled.day("first"), filled.day("last"), filled.text("agency")
    if first is None or last is None:
        raise Refused("Both days are needed.")
    return edits.close(Closure(None if agency == "-" else agency, first, last, filled.text("name")))
