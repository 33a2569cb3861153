"""The pages that business support works with every day: today, cases, the tray, letters."""

from fastapi import APIRouter

from cases.casework import Casework
from cases.mail.correspondence import Correspondence
from cases.mail.writer import WhoWrote
from cases.preview import Draw
from cases.reading import Reading
from desk import (
    case_list,
    casefile,
    letter,
    letters,
    original,
    record,
    taken_down,
    tasks,
    today,
    tray,
    tray_acts,
    tray_open,
)
from desk.raising_form import RaisingForm
from web.site import Site


def routes(
    site: Site,
    casework: Casework,
    correspondence: Correspondence,
    reading: Reading,
    draw: Draw,
    who_wrote: WhoWrote,
    form: RaisingForm,
) -> APIRouter:
    """`draw`, `who_wrote` and `form` are of other packages, and handed over."""
    router = APIRouter(include_in_schema=False)
    for each in (
        today.routes(site, casework),
        case_list.routes(site, casework),
        casefile.routes(site, casework, reading),
        taken_down.routes(site, casework, correspondence, reading, draw),
        record.routes(site, casework, reading),
        tasks.routes(site, casework, reading),
        tray.routes(site, casework, correspondence, reading),
        tray_acts.routes(site, casework, correspondence, reading, who_wrote),
        tray_open.routes(site, casework, correspondence, reading, who_wrote, form),
        original.routes(site, casework, reading),
        letters.routes(site, casework),
        letter.routes(site, casework, reading, draw),
    ):
        router.include_router(each)
    return router
