"""A task of business support is done: what was done goes into the case's record."""

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from cases.casework import Casework
from cases.reading import OpenTask, Reading
from cases.standing import View
from desk.found import DONE, CaseDoor
from desk.once import Once
from desk.words import task_title
from web.csrf import MESSAGE
from web.fields import Field
from web.forms import Filled, Form
from web.site import Sent, Site, see

DONE_FORM = Form(
    [
        Field(
            "words",
            "What was done",
            "textarea",
            required=True,
            rows=3,
            longest=1000,
            missing="Write what was done: it goes on the record",
            hint="It goes on the record of the case.",
        ),
    ]
)


def routes(site: Site, casework: Casework, reading: Reading) -> APIRouter:
    pages = _Tasks(site, casework, reading)
    router = APIRouter(prefix="/desk/{partnership}/cases/{reference}/tasks", include_in_schema=False)
    router.add_api_route("/{key:path}", pages.blank, methods=["GET"])
    router.add_api_route("/{key:path}", pages.done, methods=["POST"])
    return router


class _Tasks:
    def __init__(self, site: Site, casework: Casework, reading: Reading) -> None:
        self._site = site
        self._casework = casework
        self._reading = reading
        self._case_door = CaseDoor(site, casework, reading)
        self._once = Once(site, casework)

    def blank(self, request: Request, partnership: str, reference: str, key: str) -> Response:
        """The task with its words; the form is shown to those alone who may use it."""
        view = self._case_door.enter(request, partnership, reference)[1]
        return self._page(request, view, self._task(view, key), DONE_FORM.blank())

    def done(self, request: Request, partnership: str, reference: str, key: str, posted: Sent) -> Response:
        officer, view = self._case_door.enter(request, partnership, reference, "work")
        case_page = f"/desk/{partnership}/cases/{view.case.reference}{DONE}"
        if self._once.done_before(request, officer, posted):
            return see(case_page)
        task, filled = self._task(view, key), DONE_FORM.read(posted)
        if not self._site.csrf.check(request, posted):
            return self._page(request, view, task, filled.with_problem(MESSAGE), 403)
        if not filled.ok:
            return self._page(request, view, task, filled, 400)
        self._casework.task_done(view.case.id, task.key, filled.text("words"), self._site.now(), officer.name)
        self._once.done(request, partnership, officer, posted)
        return see(case_page)

    def _task(self, view: View, key: str) -> OpenTask:
        task = self._reading.open_task(view.case, key)
        if not task:
            raise HTTPException(404, "This task is not open any more. Somebody may have done it.")
        return task

    def _page(self, request: Request, view: View, task: OpenTask, filled: Filled, status: int = 200) -> Response:
        values = {"partnership": view.partnership, "key": view.case.partnership, "case": view.case, "task": task}
        values |= {"here": "Today", "title": task_title(task.key), "who": whom(view, task.key)}
        values |= {"filled": filled, "mark": self._once.new_mark()}
        return self._site.page(request, "desk/task", values, status)


def whom(view: View, key: str) -> str:
    """Whom a task of a confidential case is about, by their role alone; nothing where its key does not say it."""
    letters = {each.id: each.to for each in view.letters}
    named = {letters.get(part, part) for part in key.split(":")}
    return next((party.title for party in view.case.parties if party.key in named), "")
