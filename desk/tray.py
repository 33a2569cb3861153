"""Business support's first page, and the mails that need a person."""

from datetime import datetime

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from cases.case import BUSINESS_SUPPORT
from cases.casework import Casework
from cases.mail.correspondence import Correspondence
from cases.mail.dispatch import Dispatch
from cases.reading import Reading
from cases.standing import View, may_see_all, offers_to
from cases.store.inbox import Received
from desk.entry import Door
from web.csrf import MESSAGE
from web.fields import Field, Option
from web.forms import Filled, Form
from web.mail_text import readable
from web.site import Sent, Site, see

SEALED = (
    "This mail is on a confidential case, so its words are not shown here. The named person must read it, on the page "
    "of their letter. Please telephone them, and record here what they say is to be done with it."
)
REASONS = (
    "It needs no answer",
    "It was dealt with by telephone",
    "It is about something else and was passed on",
    "It was entered as a new escalation",
    "It is unwanted mail",
)
AWAY_FORM = Form(
    [
        Field(
            "kind",
            "Why does nothing follow from it?",
            "radios",
            required=True,
            missing="Choose a reason",
            options=[Option(each, each) for each in REASONS],
        ),
        Field(
            "words",
            "A few words on it",
            "textarea",
            rows=3,
            hint="They go on the record of the case, if the mail belongs to one.",
        ),
    ]
)


def routes(site: Site, casework: Casework, correspondence: Correspondence, reading: Reading) -> APIRouter:
    pages = _Tray(site, casework, correspondence, reading)
    router = APIRouter(prefix="/desk/{partnership}", include_in_schema=False)
    router.add_api_route("", pages.show, methods=["GET"])
    router.add_api_route("/tray/{mail_id}", pages.item, methods=["GET"])
    router.add_api_route("/tray/{mail_id}/away", pages.put_away, methods=["POST"])
    return router


def shown(reading: Reading, mail: Received, now: datetime) -> dict[str, str]:
    """A mail as text. Of one on a confidential case the desk sees nothing but when it came (chscp 1.7)."""
    if reading.confidential_cases(mail, now):
        return {"From": "", "Subject": "Mail on a confidential case", "Date": "", "text": SEALED, "why": ""}
    return readable(mail.raw) | {"why": mail.why}


class _Tray:
    def __init__(self, site: Site, casework: Casework, correspondence: Correspondence, reading: Reading) -> None:
        self._site = site
        self._correspondence = correspondence
        self._dispatch = Dispatch(casework)
        self._reading = reading
        self._door = Door(site, casework)

    def show(self, request: Request, partnership: str) -> Response:
        """The desk; before a code was given, the way in."""
        name = self._door.office(partnership).loaded.policy.partnership.name
        if not self._door.is_open(request, partnership):
            return self._site.page(request, "desk/door", {"partnership": name, "key": partnership})
        values = {
            "partnership": name,
            "key": partnership,
            "mails": [(mail, shown(self._reading, mail, self._site.now())) for mail in self._reading.tray(partnership)],
            "letters": self._dispatch.standing(partnership, self._site.now()),
            "flagged": len(self._dispatch.flagged(partnership)),
            "tasks": self._reading.open_tasks(partnership),
            "cases": self._reading.list_cases(partnership, self._site.now()),
            "now": self._site.now(),
        }
        return self._site.page(request, "desk/tray", values)

    def item(self, request: Request, partnership: str, mail_id: str, case: str = "") -> Response:
        """One mail; `case` is the reference of the case that it is about, once chosen."""
        mail = self._mail(request, partnership, mail_id)
        return self._item(request, mail, AWAY_FORM.blank(), case=case)

    def put_away(self, request: Request, partnership: str, mail_id: str, posted: Sent) -> Response:
        mail, filled = self._mail(request, partnership, mail_id), AWAY_FORM.read(posted)
        if not self._site.csrf.check(request, posted):
            return self._item(request, mail, filled.with_problem(MESSAGE), 403)
        if not filled.ok:
            return self._item(request, mail, filled, 400)
        self._correspondence.put_away(mail.id, filled.text("kind"), filled.text("words"), self._site.now())
        return see(f"/desk/{partnership}")

    def _mail(self, request: Request, partnership: str, mail_id: str) -> Received:
        self._door.enter(request, partnership)
        mail = self._reading.mail(partnership, mail_id)
        if not mail:
            raise HTTPException(404)
        return mail

    def _item(self, request: Request, mail: Received, filled: Filled, status: int = 200, case: str = "") -> Response:
        now = self._site.now()
        likely = self._reading.likely_cases(mail, now)
        reference = case or (likely[0] if len(likely) == 1 else "")
        view = self._reading.by_reference(mail.partnership, reference, now) if reference else None
        values = {
            "partnership": self._door.office(mail.partnership).loaded.policy.partnership.name,
            "key": mail.partnership,
            "mail": mail,
            "read": shown(self._reading, mail, now),
            "likely": likely,
            "asked": case,
            "view": view,
            "answerers": answerers(view) if view else [],
            "filled": filled,
        }
        return self._site.page(request, "desk/tray_item", values, status)


def answerers(view: View) -> list[tuple[str, str, int]]:
    """Who has an open answer to give in a case: key, name with title, how many answers. None of those from whom a
    confidential case is kept (chscp 1.7)."""
    may = [party for party in view.case.parties if may_see_all(view, party)]
    parties = [(party.key, f"{party.name or party.email}, {party.title}") for party in may]
    everyone = [*parties, (BUSINESS_SUPPORT, "Business support")]
    return [(key, name, count) for key, name in everyone if (count := len(offers_to(view, key)))]
