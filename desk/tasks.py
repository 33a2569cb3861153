"""A task of business support is done: what was done goes into the case's record."""

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from cases.casework import Casework
from cases.reading import OpenTask, Reading
from cases.standing import View
from desk.entry import Door
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
        self._door = Door(site, casework)

    def blank(self, request: Request, partnership: str, reference: str, key: str) -> Response:
        view, task = self._found(request, partnership, reference, key)
        return self._page(request, view, task, DONE_FORM.blank())

    def done(self, request: Request, partnership: str, reference: str, key: str, posted: Sent) -> Response:
        view, task = self._found(request, partnership, reference, key)
        filled = DONE_FORM.read(posted)
        if not self._site.csrf.check(request, posted):
            return self._page(request, view, task, filled.with_problem(MESSAGE), 403)
        if not filled.ok:
            return self._page(request, view, task, filled, 400)
        self._casework.task_done(view.case.id, task.key, filled.text("words"), self._site.now())
        return see(f"/desk/{partnership}")

    def _found(self, request: Request, partnership: str, reference: str, key: str) -> tuple[View, OpenTask]:
        self._door.enter(request, partnership)
        view = self._reading.by_reference(partnership, reference, self._site.now())
        named = view.case.reference if view else ""
        tasks = self._reading.open_tasks(partnership)
        task = next((each for each in tasks if (each.reference, each.key) == (named, key)), None)
        if not view or not task:
            raise HTTPException(404, "This task is not open any more. Somebody may have done it.")
        return view, task

    def _page(self, request: Request, view: View, task: OpenTask, filled: Filled, status: int = 200) -> Response:
        values = {"partnership": view.partnership, "key": view.case.partnership, "case": view.case, "task": task}
        return self._site.page(request, "desk/task", values | {"filled": filled}, status)
