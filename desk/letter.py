"""One letter on the desk: as it was sent, or as it will go."""

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from cases.casework import Casework
from cases.mail.sent import KEYS, SentLetters, Shown
from cases.preview import Draw
from cases.reading import Reading
from cases.staff.looks import Looks
from cases.standing import letter_word
from desk.entry import Door
from desk.words import letter_title
from web.security import mail_page
from web.site import Site

A_KEY = "This letter holds nothing but a key to sign in with. It is for its reader alone."
CONFIDENTIAL = "This letter is on a confidential case: its reader alone sees what it says."


def routes(site: Site, casework: Casework, reading: Reading, draw: Draw) -> APIRouter:
    pages = _Letter(site, casework, reading, draw)
    router = APIRouter(prefix="/desk/{partnership}/letters/{letter_id}", include_in_schema=False)
    router.add_api_route("", pages.show, methods=["GET"])
    router.add_api_route("/html", pages.html, methods=["GET"])
    return router


class _Letter:
    def __init__(self, site: Site, casework: Casework, reading: Reading, draw: Draw) -> None:
        self._site = site
        self._reading = reading
        self._looks = Looks(casework)
        self._letters = SentLetters(casework, draw)
        self._door = Door(site, casework)

    def show(self, request: Request, partnership: str, letter_id: str) -> Response:
        shown = self._found(request, partnership, letter_id)
        word = letter_word(shown.letter.state)
        values = {
            "partnership": self._door.office(partnership).loaded.policy.partnership.name,
            "key": partnership,
            "here": "Letters",
            "shown": shown,
            "title": letter_title(shown.letter.purpose),
            "state": word[:1].upper() + word[1:],
            "why_not": CONFIDENTIAL if shown.confidential else A_KEY if shown.letter.purpose in KEYS else "",
        }
        return self._site.page(request, "desk/letter", values)

    def html(self, request: Request, partnership: str, letter_id: str) -> Response:
        """For the frame on the page above. Its links lead nowhere."""
        shown = self._found(request, partnership, letter_id)
        if not shown.drawn:
            raise HTTPException(403)
        return mail_page(shown.drawn.html)

    def _found(self, request: Request, partnership: str, letter_id: str) -> Shown:
        officer = self._door.enter(request, partnership)
        shown = self._letters.one(partnership, letter_id, self._site.now())
        if not shown:
            raise HTTPException(404)
        if shown.drawn and (view := self._reading.find(shown.case_id, self._site.now())):
            self._looks.note(view.case, officer, self._site.now())
        return shown
