"""A task of business support is done: what was done goes into the case's record."""

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from cases.casework import Casework
from cases.reading import OpenTask, Reading
from cases.staff.officer import Officer
from cases.standing import View
from desk.found import CaseDoor
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

    def blank(self, request: Request, partnership: str, reference: str, key: str) -> Response:
        view, task = self._found(request, partnership, reference, key)[1:]
        return self._page(request, view, task, DONE_FORM.blank())

    def done(self, request: Request, partnership: str, reference: str, key: str, posted: Sent) -> Response:
        officer, view, task = self._found(request, partnership, reference, key)
        filled = DONE_FORM.read(posted)
        if not self._site.csrf.check(request, posted):
            return self._page(request, view, task, filled.with_problem(MESSAGE), 403)
        if not filled.ok:
            return self._page(request, view, task, filled, 400)
        self._casework.task_done(view.case.id, task.key, filled.text("words"), self._site.now(), officer.name)
        return see(f"/desk/{partnership}")

    def _found(self, request: Request, partnership: str, reference: str, key: str) -> tuple[Officer, View, OpenTask]:
        officer, view = self._case_door.enter(request, partnership, reference, "work")
        task = self._reading.open_task(view.case, key)
        if not task:
            raise HTTPException(404, "This task is not open any more. Somebody may have done it.")
        return officer, view, task

    def _page(self, request: Request, view: View, task: OpenTask, filled: Filled, status: int = 200) -> Response:
        values = {"partnership": view.partnership, "key": view.case.partnership, "case": view.case, "task": task}
        values |= {"here": "Today", "title": task_title(task.key)}
        return self._site.page(request, "desk/task", values | {"filled": filled}, status)
