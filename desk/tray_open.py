"""A mail of the tray is opened as a case: the practitioner's form, with what the mail says filled in already."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fastapi import APIRouter, Request
from starlette.responses import Response

from cases.casework import Casework
from cases.directory.directory import Directory
from cases.mail.by_hand import ByHand
from cases.mail.correspondence import Correspondence
from cases.mail.writer import WhoWrote
from cases.policy import Policy
from cases.reading import Reading
from cases.reference import without_keys
from cases.store.inbox import Received
from desk.mail_door import MailDoor
from desk.raising_form import Part, RaisingForm
from web.csrf import MESSAGE
from web.fields import Field, Option
from web.forms import Filled, Form
from web.mail_text import readable
from web.site import Sent, Site, see

LONGEST_CONCERN = 9_000  # a little less than the form takes
SPOKEN = Field(
    "spoken",
    "Does the person who wrote mean it as an escalation?",
    "radios",
    required=True,
    missing="Say whether you have spoken to the person who wrote",
    options=[
        Option("ask", "Ask them by e-mail", "Nobody on the other side is written to before they say yes."),
        Option("spoken", "I have spoken to them, and they do", "The other side is written to at once."),
    ],
)


THEIRS: Mapping[str, str] = {
    "name": "The name of the person who raises it",
    "job": "Their job",
    "email": "Their work e-mail address",
    "phone": "Their telephone number",
    "agency": "Their agency",
    "agency_written": "Their agency, if it is not in the list",
    "wanted": "What would they like to happen?",
}
"""How the practitioner's own questions are put to an officer, who fills the form in for somebody else."""
EMAIL_HINT = "This is needed: the address of the person who raises it, not yours. Our letters to them go there."
EMAIL_MISSING = "Enter the work e-mail address of the person who raises it: we cannot answer them without it"


@dataclass(frozen=True, slots=True)
class _Theirs:
    """A part of the practitioner's form, as it is put to an officer."""

    title: str
    fields: tuple[Field, ...]
    words: str


@dataclass(frozen=True, slots=True)
class _Spoken:
    """The last part of the form, which only business support is asked."""

    title: str = "Before it is opened"
    fields: tuple[Field, ...] = (SPOKEN,)
    words: str = ""


def routes(
    site: Site,
    casework: Casework,
    correspondence: Correspondence,
    reading: Reading,
    who_wrote: WhoWrote,
    form: RaisingForm,
) -> APIRouter:
    pages = _Opening(site, casework, correspondence, reading, who_wrote, form)
    router = APIRouter(prefix="/desk/{partnership}/tray/{mail_id}", include_in_schema=False)
    router.add_api_route("/open", pages.blank, methods=["GET"])
    router.add_api_route("/open", pages.open, methods=["POST"])
    return router


class _Opening:
    def __init__(
        self,
        site: Site,
        casework: Casework,
        correspondence: Correspondence,
        reading: Reading,
        who_wrote: WhoWrote,
        form: RaisingForm,
    ) -> None:
        self._site = site
        self._casework = casework
        self._by_hand = ByHand(correspondence)
        self._reading = reading
        self._who_wrote = who_wrote
        self._form = form
        self._mail_door = MailDoor(site, casework, reading)

    def blank(self, request: Request, partnership: str, mail_id: str) -> Response:
        mail = self._mail_door.open(request, partnership, mail_id, "work")[1]
        return self._page(request, mail, self._whole(self._parts(mail)).blank(self._known(mail)))

    def open(self, request: Request, partnership: str, mail_id: str, posted: Sent) -> Response:
        officer, mail = self._mail_door.open(request, partnership, mail_id, "work")
        policy = self._policy(mail)
        filled = self._form.checked(policy, self._whole(self._parts(mail)).read(posted))
        if not self._site.csrf.check(request, posted):
            return self._page(request, mail, filled.with_problem(MESSAGE), 403)
        if not filled.ok:
            return self._page(request, mail, filled, 400)
        submission, spoken = self._form.submission(policy, filled), filled.text("spoken") == "spoken"
        opened = self._by_hand.open(mail.id, submission, spoken, officer.name, self._site.now())
        if opened is None or (not opened[1] and mail.state == "tray"):
            return self._mail_door.gone(request, mail, officer)
        return see(f"/desk/{partnership}/cases/{opened[0]}")

    def _page(self, request: Request, mail: Received, filled: Filled, status: int = 200) -> Response:
        values = self._mail_door.about(mail) | {"filled": filled, "parts": [*self._parts(mail), _Spoken()]}
        return self._site.page(request, "desk/tray_open", values, status)

    def _parts(self, mail: Received) -> list[Part]:
        return [_of_another(part) for part in self._form.parts(self._policy(mail), self._directory(mail))]

    def _whole(self, parts: list[Part]) -> Form:
        return self._form.form_of([*parts, _Spoken()])

    def _known(self, mail: Received) -> dict[str, str]:
        """What the mail says, and the directory of its sender. A thread's mails stand one below the other: of each its
        new words, without the keys of a letter that it quotes; of one on a confidential case nothing (chscp 1.7)."""
        writer, directory = self._who_wrote(mail.raw), self._directory(mail)
        thread = self._reading.thread(mail)
        sealed = self._reading.confidential_among(thread, self._site.now())
        open_mails = [each for each in thread if each.id not in sealed]
        words = [without_keys(self._form.new_words(readable(each.raw)["text"])).strip() for each in open_mails]
        agency = directory.agency_of(writer.email) if writer.email else None
        known = {
            "email": writer.email,
            "name": directory.name_of(writer.email) or writer.name,
            "concern": "\n\n".join(filter(None, words))[:LONGEST_CONCERN],
            "agency": agency if agency in directory.agencies else "",
        }
        return {name: value for name, value in known.items() if value}

    def _policy(self, mail: Received) -> Policy:
        return self._casework.partnerships[mail.partnership].loaded.policy

    def _directory(self, mail: Received) -> Directory:
        return self._casework.directory(mail.partnership)


def _of_another(part: Part) -> _Theirs:
    return _Theirs(part.title, tuple(_theirs(each) for each in part.fields), part.words)


def _theirs(field: Field) -> Field:
    """It asks for somebody else, and the browser does not fill in the officer's own name and address."""
    asked = replace(field, label=THEIRS.get(field.name, field.label), autocomplete="")
    return replace(asked, hint=EMAIL_HINT, missing=EMAIL_MISSING) if field.name == "email" else asked
