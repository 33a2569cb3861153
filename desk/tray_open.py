"""A mail of the tray is opened as a case: the practitioner's form, with what the mail says filled in already."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from cases.casework import Casework
from cases.directory.directory import Directory
from cases.mail.by_hand import ByHand
from cases.mail.correspondence import Correspondence
from cases.mail.writer import WhoWrote
from cases.policy import Policy
from cases.reading import Reading
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
            return self._mail_door.gone(request, mail)
        return see(f"/desk/{partnership}/cases/{opened[0]}")

    def _page(self, request: Request, mail: Received, filled: Filled, status: int = 200) -> Response:
        values = self._mail_door.about(mail) | {"filled": filled, "parts": [*self._parts(mail), _Spoken()]}
        return self._site.page(request, "desk/tray_open", values, status)

    def _parts(self, mail: Received) -> list[Part]:
        return list(self._form.parts(self._policy(mail), self._directory(mail)))

    def _whole(self, parts: list[Part]) -> Form:
        return self._form.form_of([*parts, _Spoken()])

    def _known(self, mail: Received) -> dict[str, str]:
        """What the mail says, and the directory of its sender. A thread's mails stand one below the other."""
        writer, directory = self._who_wrote(mail.raw), self._directory(mail)
        words = [readable(each.raw)["text"].strip() for each in self._reading.thread(mail)]
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
