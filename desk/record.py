"""The written log of a case on the desk."""

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from cases.casework import Casework
from cases.reading import Reading
from desk.found import CaseDoor
from web.site import Site


def routes(site: Site, casework: Casework, reading: Reading) -> APIRouter:
    pages = _Record(site, casework, reading)
    router = APIRouter(prefix="/desk/{partnership}/cases/{reference}", include_in_schema=False)
    router.add_api_route("/record", pages.show, methods=["GET"])
    return router


class _Record:
    def __init__(self, site: Site, casework: Casework, reading: Reading) -> None:
        self._site = site
        self._reading = reading
        self._case_door = CaseDoor(site, casework, reading)

    def show(self, request: Request, partnership: str, reference: str) -> Response:
        view = self._case_door.enter(request, partnership, reference)[1]
        if view.case.confidential:
            raise HTTPException(403, "This case is confidential: its raiser and the named person alone read its log.")
        log = self._reading.written_log(view.case.id)
        back = f"/desk/{partnership}/cases/{view.case.reference}"
        values = {"partnership": view.partnership, "case": view.case, "log": log, "back": back}
        return self._site.page(request, "record", values)
