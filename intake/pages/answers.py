"""A letter's page: what it said, and a way to answer. The link alone shows; answering needs a code from the mailbox."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

from fastapi import APIRouter, HTTPException, Request
from markupsafe import escape
from starlette.responses import Response

from cases.case import BUSINESS_SUPPORT
from cases.casework import Casework
from cases.holidays import england
from cases.letter_titles import letter_title
from cases.mail.senders import PURPOSE as ASKS_SENDER
from cases.reading import Reading
from cases.reference import without_keys
from cases.standing import View, answer_of, chosen, decides, key_of, open_offers, still_open, title_of
from cases.store.outbox import Stored
from cases.submission import Evidence
from cases.verbs.decision import Offer
from intake.pages.codes import Codes, Reader, refuse_barred
from intake.pages.web import keep_raised
from web.choices import Choice, checked, choice_form
from web.csrf import MESSAGE
from web.errors import Instead
from web.forms import Filled
from web.limits import Limit
from web.mail_text import readable
from web.security import letter_page
from web.site import Sent, Site, see, visitor

LIMITS: Mapping[str, Limit] = {"answer": Limit(60, timedelta(minutes=10))}
CONFIRMS = "confirm"
LABEL = "Your answer"
SETTLED = (
    "This has been answered or has ended meanwhile, so nothing was recorded. "
    "If something should be put right, reply to the letter: a person reads the replies."
)
SENT_BEFORE = (
    "This form was sent before, and was recorded then as: {}. If you pressed the button twice, all is well. "
    "If you have changed something since, the change is not recorded: press the button again to record it too."
)
_SAID = "answerable-said"
_SAID_SECONDS = 3600


def routes(site: Site, casework: Casework, reading: Reading) -> APIRouter:
    pages = _Answering(site, casework, reading)
    router = APIRouter(prefix="/l/{token}", include_in_schema=False)
    router.add_api_route("", pages.show, methods=["GET"])
    router.add_api_route("/letter", pages.framed, methods=["GET"])
    router.add_api_route("/code", pages.ask_code, methods=["GET"])
    router.add_api_route("/code", pages.send_code, methods=["POST"])
    router.add_api_route("/open", pages.use_code, methods=["POST"])
    router.add_api_route("/answer", pages.blank, methods=["GET"])
    router.add_api_route("/answer", pages.answer, methods=["POST"])
    router.add_api_route("/answered", pages.answered, methods=["GET"])
    router.add_api_route("/record", pages.record, methods=["GET"])
    return router


def choices(offers: Iterable[Offer]) -> list[Choice]:
    return [Choice(key_of(offer), offer.title, offer.needs) for offer in offers]


class _Answering:
    def __init__(self, site: Site, casework: Casework, reading: Reading) -> None:
        self._site = site
        self._casework = casework
        self._reading = reading
        self._codes = Codes(site, casework)

    def show(self, request: Request, token: str) -> Response:
        """What the letter said. Looking at it changes nothing, whoever looks (guarantee D28)."""
        reader, letter = self._found(token)
        if letter.purpose == CONFIRMS:
            response = see(f"/{letter.partnership}/confirm")
            keep_raised(self._site, response, reader.case.id)
            return response
        if letter.purpose == ASKS_SENDER:
            return see(f"/l/{token}/mine")
        if _brings_code(letter):
            return see(f"/l/{token}/answer" if self._codes.knows(request, reader) else f"/l/{token}/code")
        open_now = open_offers(reader.case, letter.to, letter.offers)
        values = self._values(reader, letter) | {"open": open_now, "ended": bool(letter.offers) and not open_now}
        values["desk"] = _at_desk(reader) if reader.who == BUSINESS_SUPPORT else ""
        return self._site.page(request, "letter", values)

    def framed(self, token: str) -> Response:
        """The letter's own HTML, for the frame on its page; its text where it has none."""
        _, letter = self._found(token)
        if _brings_code(letter) or not letter.message:
            raise HTTPException(404)
        message = message_from_bytes(letter.message, policy=default)
        body = message.get_body(("html",))
        if body:
            return letter_page(body.get_content())
        plain = message.get_body(("plain",))
        return letter_page(f"<pre>{escape(plain.get_content() if plain else '')}</pre>")

    def ask_code(self, request: Request, token: str) -> Response:
        return self._codes.ask(request, self._here(token)[0])

    def send_code(self, request: Request, token: str, posted: Sent) -> Response:
        return self._codes.send(request, posted, self._here(token)[0], f"/l/{token}/answer")

    def use_code(self, request: Request, token: str, posted: Sent) -> Response:
        return self._codes.use(request, posted, self._here(token)[0], f"/l/{token}/answer")

    def blank(self, request: Request, token: str) -> Response:
        reader, letter = self._here(token)
        if not self._codes.knows(request, reader):
            return see(f"/l/{token}")
        form = choice_form(choices(open_offers(reader.case, letter.to, letter.offers)), LABEL)
        return self._form(request, reader, letter, form.blank(), secrets.token_hex(16))

    def answer(self, request: Request, token: str, posted: Sent) -> Response:
        reader, letter = self._here(token)
        if not self._codes.knows(request, reader):
            return see(f"/l/{token}")
        offered, today = choices(letter.offers), england().local_date(self._site.now())
        filled = checked(choice_form(offered, LABEL).read(posted), offered, today)
        if not self._site.csrf.check(request, posted):
            return self._form(request, reader, letter, filled.with_problem(MESSAGE), posted.first("mark"), 403)
        if not filled.ok:
            return self._form(request, reader, letter, filled, posted.first("mark"), 400)
        return self._record(request, reader, letter, filled, posted.first("mark"))

    def answered(self, request: Request, token: str) -> Response:
        reader, letter = self._found(token)
        said = self._site.cookies.read(request, _SAID)
        offer = next((each for each in letter.offers if said == f"{letter.id}:{key_of(each)}"), None)
        if not offer:
            return see(f"/l/{token}")
        values = self._values(reader, letter) | {"offer": offer}
        return self._site.page(request, "answered", values)

    def record(self, request: Request, token: str) -> Response:
        """For the named person of a confidential case: the log, and the mails that only they may read (chscp 1.7)."""
        reader, letter = self._found(token)
        if not _is_named_person(reader.view, letter.to):
            raise HTTPException(403)
        if not self._codes.knows(request, reader):
            return see(f"/l/{token}")
        mails = self._reading.confidential_mail(reader.view, self._site.now())
        values = self._values(reader, letter) | {
            "log": self._reading.written_log(reader.case.id),
            "back": reader.link,
            "mails": [(mail, _without_keys(readable(mail.raw))) for mail in mails],
        }
        return self._site.page(request, "record_and_mail", values)

    def _record(self, request: Request, reader: Reader, letter: Stored, filled: Filled, mark: str) -> Response:
        self._site.brake("answer", visitor(request))
        offer, once = chosen(filled.text("choice"), letter.offers), f"{letter.id}:{mark}"
        if not still_open(reader.case, letter.to, offer) and self._reading.sent_as(reader.case.id, once) is None:
            return self._form(request, reader, letter, filled.with_problem(SETTLED), mark, 409)
        answer = answer_of(offer, filled.values, Evidence(via="page"))
        if not self._casework.hear(reader.case.id, reader.who, answer, self._site.now(), once):
            said = title_of(self._reading.sent_as(reader.case.id, once) or "", letter.offers)
            again = filled.with_problem(SENT_BEFORE.format(said))
            return self._form(request, reader, letter, again, secrets.token_hex(16), 409)
        response = see(f"{reader.link}/answered")
        self._site.cookies.write(response, _SAID, f"{letter.id}:{key_of(offer)}", _SAID_SECONDS)
        return response

    def _form(
        self, request: Request, reader: Reader, letter: Stored, filled: Filled, mark: str, status: int = 200
    ) -> Response:
        values = self._values(reader, letter) | {"filled": filled, "mark": mark}
        return self._site.page(request, "answer", values, status)

    def _found(self, token: str) -> tuple[Reader, Stored]:
        found = self._reading.by_page_token(token, self._site.now())
        if not found:
            raise HTTPException(404)
        view, letter = found
        refuse_barred(view, letter.email)
        return Reader(view, letter.to, f"/l/{token}"), letter

    def _here(self, token: str) -> tuple[Reader, Stored]:
        """Whoever answers here. Business support, of whom the record says who it was, answers at the desk."""
        reader, letter = self._found(token)
        if reader.who == BUSINESS_SUPPORT:
            raise Instead(see(_at_desk(reader)))
        return reader, letter

    def _values(self, reader: Reader, letter: Stored) -> dict[str, object]:
        return {
            "partnership": reader.view.partnership,
            "case": reader.case,
            "letter": letter,
            "link": reader.link,
            "title": _title(letter),
            "named_person": _is_named_person(reader.view, letter.to),
        }


def _at_desk(reader: Reader) -> str:
    return f"/desk/{reader.case.partnership}/cases/{reader.case.reference}/answer/{BUSINESS_SUPPORT}"


def _brings_code(letter: Stored) -> bool:
    """A letter that holds its own code is never shown by its link alone."""
    return bool(letter.values.get("code"))


def _is_named_person(view: View, who: str) -> bool:
    return who != BUSINESS_SUPPORT and decides(view, view.case.party(who))


def _title(letter: Stored) -> str:
    """The subject that the letter was sent with; before it is sent, what it is about."""
    if not letter.message:
        return f"{letter_title(letter.purpose)}: {letter.values.get('reference', '')}"
    return str(message_from_bytes(letter.message, policy=default).get("Subject", ""))


def _without_keys(read: Mapping[str, str]) -> dict[str, str]:
    """A mail as text, without what it quotes of our letter that would open its reader's page."""
    return {name: without_keys(text) for name, text in read.items()}
