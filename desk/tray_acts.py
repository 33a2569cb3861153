"""What else is done with a mail of the tray: its sender is asked for what is missing, or it is not ours."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from cases.casework import Casework
from cases.mail.by_hand import ByHand, Question
from cases.mail.correspondence import Correspondence
from cases.mail.writer import WhoWrote, Writer
from cases.reading import Reading
from cases.store.inbox import Received
from desk.mail_door import MailDoor
from desk.once import Once
from web.csrf import MESSAGE
from web.fields import Field, Option
from web.forms import Filled, Form
from web.site import Sent, Site, see

ASKS = {
    "child": "Which child is it about? Please give the initials and your agency’s case number, not the full name.",
    "agencies": "Which agency do you work for, and which agency do you differ with?",
    "case": "Is it about a case that is open here? Please give its reference, if you have it.",
    "danger": "Is a child in danger now?",
    "meant": "Do you mean it as an escalation, so that the other agency is written to and asked to answer?",
}
REASONS = {
    "elsewhere": "It belongs to another area’s safeguarding partnership.",
    "care": "It is a concern about a child that children’s social care or the police must hear of from you.",
    "complaint": "It is a complaint about a service, which that service deals with itself.",
    "other": "It is about something else than a difference between agencies over a child’s safety.",
}
ASKED_LATELY = (
    "This person was asked something within the last week. If you want to ask once more all the same, tick the last "
    "box and press again."
)
AGAIN = Field("again", "They were asked within a week", "checkboxes", options=[Option("yes", "Ask them once more")])
ASK_FIELDS = (
    Field(
        "asks", "What do you need to know?", "checkboxes", options=[Option(key, words) for key, words in ASKS.items()]
    ),
    Field("words", "Anything else, in one line", longest=300, hint="It goes to the sender as you write it."),
)
REPLY = Field(
    "reply",
    "Is the sender told so?",
    "radios",
    required=True,
    missing="Say whether the sender is told",
    options=[
        Option("yes", "Yes, by a short letter", "It says the reason and your line, and nothing of what they wrote."),
        Option("no", "No"),
    ],
)
PASS_FIELDS = (
    Field(
        "reason",
        "Why is it not ours?",
        "radios",
        required=True,
        missing="Choose why it is not ours",
        options=[Option(key, words) for key, words in REASONS.items()],
    ),
    Field("words", "Where should they turn, in one line", longest=300, hint="It goes to the sender as you write it."),
)


def routes(
    site: Site, casework: Casework, correspondence: Correspondence, reading: Reading, who_wrote: WhoWrote
) -> APIRouter:
    pages = _Acts(site, casework, correspondence, reading, who_wrote)
    router = APIRouter(prefix="/desk/{partnership}/tray/{mail_id}", include_in_schema=False)
    router.add_api_route("/ask", pages.ask_form, methods=["GET"])
    router.add_api_route("/ask", pages.ask, methods=["POST"])
    router.add_api_route("/pass-on", pages.pass_form, methods=["GET"])
    router.add_api_route("/pass-on", pages.pass_on, methods=["POST"])
    return router


class _Acts:
    def __init__(
        self,
        site: Site,
        casework: Casework,
        correspondence: Correspondence,
        reading: Reading,
        who_wrote: WhoWrote,
    ) -> None:
        self._site = site
        self._by_hand = ByHand(correspondence)
        self._who_wrote = who_wrote
        self._mail_door = MailDoor(site, casework, reading)
        self._once = Once(site, casework)

    def ask_form(self, request: Request, partnership: str, mail_id: str) -> Response:
        mail = self._mail_door.open(request, partnership, mail_id, "work")[1]
        writer = self._who_wrote(mail.raw)
        return self._asking(request, mail, writer, self._ask_form(mail, writer).blank())

    def ask(self, request: Request, partnership: str, mail_id: str, posted: Sent) -> Response:
        officer, mail = self._mail_door.open(request, partnership, mail_id, "work")
        if self._once.done_before(request, officer, posted):
            return see(f"/desk/{partnership}/tray/{mail_id}")
        writer = self._who_wrote(mail.raw)
        filled = self._ask_form(mail, writer).read(posted)
        if not self._site.csrf.check(request, posted):
            return self._asking(request, mail, writer, filled.with_problem(MESSAGE), 403)
        if not filled.chosen("asks") and not filled.text("words") and not filled.problems:
            filled = filled.with_problem("Choose what you need to know, or write a line", "asks")
        if not filled.ok or writer.why_not:
            return self._asking(request, mail, writer, filled, 400)
        question = Question(tuple(ASKS[each] for each in filled.chosen("asks")), filled.text("words"))
        again = "again" in filled.values and filled.chosen("again") == ("yes",)
        became = self._by_hand.ask(mail.id, question, writer, officer.name, again, self._site.now())
        if became == "lately":
            lately = self._ask_form(mail, writer).read(posted).with_problem(ASKED_LATELY, "again")
            return self._asking(request, mail, writer, lately, 409)
        if became == "gone":
            return self._mail_door.gone(request, mail, officer)
        self._once.done(request, partnership, officer, posted)
        return see(f"/desk/{partnership}/tray/{mail_id}")

    def pass_form(self, request: Request, partnership: str, mail_id: str) -> Response:
        mail = self._mail_door.open(request, partnership, mail_id, "work")[1]
        writer = self._who_wrote(mail.raw)
        return self._passing(request, mail, writer, _pass_form(writer).blank())

    def pass_on(self, request: Request, partnership: str, mail_id: str, posted: Sent) -> Response:
        officer, mail = self._mail_door.open(request, partnership, mail_id, "work")
        if self._once.done_before(request, officer, posted):
            return see(f"/desk/{partnership}/tray")
        writer = self._who_wrote(mail.raw)
        filled = _pass_form(writer).read(posted)
        if not self._site.csrf.check(request, posted):
            return self._passing(request, mail, writer, filled.with_problem(MESSAGE), 403)
        if not filled.ok:
            return self._passing(request, mail, writer, filled, 400)
        told = writer if not writer.why_not and filled.text("reply") == "yes" else None
        reason, words = REASONS[filled.text("reason")], filled.text("words")
        if not self._by_hand.pass_on(mail.id, reason, words, told, officer.name, self._site.now()):
            return self._mail_door.gone(request, mail, officer)
        self._once.done(request, partnership, officer, posted)
        return see(f"/desk/{partnership}/tray")

    def _ask_form(self, mail: Received, writer: Writer) -> Form:
        lately = not writer.why_not and self._by_hand.asked_lately(mail.id, writer, self._site.now())
        return Form([*ASK_FIELDS, AGAIN] if lately else ASK_FIELDS)

    def _asking(self, request: Request, mail: Received, writer: Writer, filled: Filled, status: int = 200) -> Response:
        values = self._mail_door.about(mail) | {"writer": writer, "filled": filled}
        values["mark"] = self._once.new_mark()
        return self._site.page(request, "desk/tray_ask", values, status)

    def _passing(self, request: Request, mail: Received, writer: Writer, filled: Filled, status: int = 200) -> Response:
        values = self._mail_door.about(mail) | {"writer": writer, "filled": filled}
        values["mark"] = self._once.new_mark()
        return self._site.page(request, "desk/tray_pass_on", values, status)


def _pass_form(writer: Writer) -> Form:
    """Whether the sender is told is asked only where somebody may be written to."""
    return Form(PASS_FIELDS if writer.why_not else [*PASS_FIELDS, REPLY])
