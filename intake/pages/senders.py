"""The page on which somebody says whether a mail that came in their name is theirs. Looking at it changes nothing."""

from collections.abc import Mapping
from datetime import timedelta

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from cases.casework import Casework
from cases.mail.senders import PURPOSE, Senders
from cases.reading import Reading
from cases.store.outbox import Stored
from intake.pages.codes import Codes, Reader
from web.csrf import MESSAGE
from web.fields import Field, Option
from web.forms import Filled, Form
from web.limits import Limit
from web.site import Sent, Site, see, visitor

LIMITS: Mapping[str, Limit] = {"sender asked": Limit(60, timedelta(minutes=10))}
_FIELD = "mine"
FORM = Form(
    [
        Field(
            _FIELD,
            "Did you write this e-mail?",
            "radios",
            options=(
                Option("yes", "Yes, I wrote it", "It is then read and recorded as yours."),
                Option("no", "No, I did not write it", "Business support is told, and nothing is recorded from it."),
            ),
            required=True,
            missing="Choose whether you wrote it",
        )
    ]
)


def routes(site: Site, casework: Casework, reading: Reading, senders: Senders) -> APIRouter:
    pages = _Asked(site, casework, reading, senders)
    router = APIRouter(prefix="/l/{token}/mine", include_in_schema=False)
    router.add_api_route("", pages.show, methods=["GET"])
    router.add_api_route("", pages.answer, methods=["POST"])
    router.add_api_route("/code", pages.show, methods=["GET"])
    router.add_api_route("/code", pages.send_code, methods=["POST"])
    router.add_api_route("/open", pages.use_code, methods=["POST"])
    return router


class _Asked:
    def __init__(self, site: Site, casework: Casework, reading: Reading, senders: Senders) -> None:
        self._site = site
        self._reading = reading
        self._senders = senders
        self._codes = Codes(site, casework)

    def show(self, request: Request, token: str) -> Response:
        """The code first; after it, what the mail would be recorded as, and the question."""
        reader, letter = self._found(token)
        if not self._codes.knows(request, reader):
            return self._codes.ask(request, reader)
        return self._page(request, reader, letter, FORM.blank())

    def send_code(self, request: Request, token: str, posted: Sent) -> Response:
        return self._codes.send(request, posted, self._found(token)[0], f"/l/{token}/mine")

    def use_code(self, request: Request, token: str, posted: Sent) -> Response:
        return self._codes.use(request, posted, self._found(token)[0], f"/l/{token}/mine")

    def answer(self, request: Request, token: str, posted: Sent) -> Response:
        reader, letter = self._found(token)
        if not self._codes.knows(request, reader):
            return see(f"/l/{token}/mine")
        filled = FORM.read(posted)
        if not self._site.csrf.check(request, posted):
            return self._page(request, reader, letter, filled.with_problem(MESSAGE), 403)
        if not filled.ok:
            return self._page(request, reader, letter, filled, 400)
        self._site.brake("sender asked", visitor(request))
        theirs = filled.text(_FIELD) == "yes"
        self._senders.answer(reader.case.id, _mail_of(letter), reader.who, theirs, self._site.now())
        return see(f"/l/{token}/mine")

    def _found(self, token: str) -> tuple[Reader, Stored]:
        found = self._reading.by_page_token(token, self._site.now())
        if not found or found[1].purpose != PURPOSE:
            raise HTTPException(404)
        view, letter = found
        return Reader(view, letter.to, f"/l/{token}/mine"), letter

    def _page(self, request: Request, reader: Reader, letter: Stored, filled: Filled, status: int = 200) -> Response:
        values = {
            "partnership": reader.view.partnership,
            "case": reader.case,
            "letter": letter,
            "link": reader.link,
            "filled": filled,
            "asked": self._senders.awaits(reader.case.id, _mail_of(letter), reader.who),
            "said": letter.values.get("said", ""),
            "why": letter.values.get("why", ""),
        }
        return self._site.page(request, "sender", values, status)


def _mail_of(letter: Stored) -> str:
    """The id of the stored mail that the letter asks about."""
    return letter.about.removeprefix("mail:")
