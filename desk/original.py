"""The original of a mail, whatever became of it: its headers, its words as they look, its files, and all its bytes.

Nothing in it is followed, run or fetched: HTML stands in a frame without origin and is reduced to an allow-list of
tags; files are only ever saved (guarantees, D23). A reply quotes our letter with the keys of its reader: they are left
out of what is shown, and whoever may not work at the desk does not save what may hold them.
"""

from dataclasses import replace

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from cases.casework import Casework
from cases.reading import Reading
from cases.reference import find_tokens, without_keys
from desk.mail_door import MailDoor
from web import mail_parts
from web.security import mail_page
from web.site import Site

_ANY_FILE = "application/octet-stream"


def routes(site: Site, casework: Casework, reading: Reading) -> APIRouter:
    pages = _Original(site, casework, reading)
    router = APIRouter(prefix="/desk/{partnership}/tray/{mail_id}/original", include_in_schema=False)
    router.add_api_route("", pages.show, methods=["GET"])
    router.add_api_route("/html", pages.html, methods=["GET"])
    router.add_api_route("/mail.eml", pages.whole, methods=["GET"])
    router.add_api_route("/files/{number}", pages.file, methods=["GET"])
    return router


class _Original:
    def __init__(self, site: Site, casework: Casework, reading: Reading) -> None:
        self._site = site
        self._mail_door = MailDoor(site, casework, reading)

    def show(self, request: Request, partnership: str, mail_id: str) -> Response:
        officer, mail = self._mail_door.open(request, partnership, mail_id)
        found = mail_parts.parts(mail.raw)
        headers = tuple((name, without_keys(value)) for name, value in found.headers)
        shown = replace(found, headers=headers, text=without_keys(found.text))
        may_save = officer.may("work")
        values = self._mail_door.about(mail) | {"parts": shown, "size": len(mail.raw), "may_save": may_save}
        return self._site.page(request, "desk/tray_original", values)

    def html(self, request: Request, partnership: str, mail_id: str) -> Response:
        """For the frame on the page above."""
        mail = self._mail_door.open(request, partnership, mail_id)[1]
        return mail_page(without_keys(mail_parts.html_page(mail.raw)))

    def whole(self, request: Request, partnership: str, mail_id: str) -> Response:
        """Every byte as it came, also the keys."""
        mail = self._mail_door.open(request, partnership, mail_id, "work")[1]
        return _saved(f"mail-{mail.id[:8]}.eml", mail.raw)

    def file(self, request: Request, partnership: str, mail_id: str, number: str) -> Response:
        officer, mail = self._mail_door.open(request, partnership, mail_id)
        found = mail_parts.file(mail.raw, int(number)) if number.isascii() and number.isdecimal() else None
        if not found:
            raise HTTPException(404)
        if not officer.may("work") and _may_hold_keys(*found):
            raise HTTPException(403, "This file may hold somebody’s private link: business support can save it.")
        return _saved(*found)


def _may_hold_keys(name: str, content: bytes) -> bool:
    return name.lower().endswith((".eml", ".msg")) or bool(find_tokens(content.decode("latin-1")))


def _saved(name: str, content: bytes) -> Response:
    return Response(content, media_type=_ANY_FILE, headers={"content-disposition": mail_parts.disposition(name)})
