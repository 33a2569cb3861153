"""Whether the service is well, for a monitor outside: 200 or 503, in plain JSON without personal content (E22)."""

from fastapi import APIRouter
from starlette.responses import JSONResponse

from cases.casework import Casework
from cases.store.database import DatabaseUnavailable
from cases.watching.pulse import Pulse
from web.site import Site


def routes(site: Site, casework: Casework) -> APIRouter:
    pulse = Pulse(casework)
    router = APIRouter(include_in_schema=False)

    def healthz() -> JSONResponse:
        try:
            faults = pulse.faults(site.now())
        except DatabaseUnavailable:
            faults = ["The database cannot be used."]
        return JSONResponse({"well": not faults, "faults": faults}, 503 if faults else 200)

    router.add_api_route("/healthz", healthz, methods=["GET"])
    return router
