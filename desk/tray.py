"""The tray: mail that needs a person, one by one, and what nothing follows from."""

from typing import Any

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from cases.casework import Casework
from cases.mail.by_hand import ByHand
from cases.mail.correspondence import Correspondence
from cases.mail.sealing import Sealed
from cases.overview import Overview
from cases.reading import Reading
from cases.standing import View
from cases.store.inbox import Received
from cases.store.listing import A_PAGE
from desk.entry import Door
from desk.mail_door import MailDoor
from desk.mail_shown import answerers, sender_of
from desk.once import Once
from web.csrf import MESSAGE
from web.fields import Field, Option
from web.forms import Filled, Form
from web.paging import Paging, page_number
from web.site import Sent, Site, see

REASONS = (
    "It needs no answer",
    "It was dealt with by telephone",
    "It is unwanted mail",
)
NO_CASE = "none"
KIND = Field(
    "kind",
    "Why does nothing follow from it?",
    "radios",
    required=True,
    missing="Choose a reason",
    options=[Option(each, each) for each in REASONS],
)
WORDS = Field(
    "words",
    "A few words on it",
    "textarea",
    rows=3,
    longest=1000,
    hint="They go on the record of the case, if the mail is kept with one.",
)


def routes(site: Site, casework: Casework, correspondence: Correspondence, reading: Reading) -> APIRouter:
    pages = _Tray(site, casework, correspondence, reading)
    router = APIRouter(prefix="/desk/{partnership}/tray", include_in_schema=False)
    router.add_api_route("", pages.list, methods=["GET"])
    router.add_api_route("/{mail_id}", pages.item, methods=["GET"])
    router.add_api_route("/{mail_id}/away", pages.put_away, methods=["POST"])
    return router


class _Tray:
    def __init__(self, site: Site, casework: Casework, correspondence: Correspondence, reading: Reading) -> None:
        self._site = site
        self._by_hand = ByHand(correspondence)
        self._reading = reading
        self._overview = Overview(casework)
        self._door = Door(site, casework)
        self._mail_door = MailDoor(site, casework, reading)
        self._once = Once(site, casework)

    def list(self, request: Request, partnership: str, page: str = "") -> Response:
        self._door.enter(request, partnership)
        number = page_number(page)
        mails, count = self._overview.tray(partnership, number)
        values = {
            "partnership": self._door.office(partnership).loaded.policy.partnership.name,
            "key": partnership,
            "here": "Tray",
            "lines": self._mail_door.lines(partnership, mails, whole=False),
            "paging": Paging(number, count, A_PAGE, {}),
        }
        return self._site.page(request, "desk/tray", values)

    def item(self, request: Request, partnership: str, mail_id: str, case: str = "") -> Response:
        """One mail; `case` is the reference of the case that it is about, once chosen."""
        mail = self._mail_door.enter(request, partnership, mail_id)[1]
        return self._item(request, mail, None, case=case)

    def put_away(self, request: Request, partnership: str, mail_id: str, posted: Sent) -> Response:
        officer, mail = self._mail_door.enter(request, partnership, mail_id, "work")
        if self._once.done_before(request, officer, posted):
            return see(f"/desk/{partnership}/tray")
        case = posted.first("case")
        view = self._about(mail, case)[2]
        filled = _form(mail, view).read(posted)
        if not self._site.csrf.check(request, posted):
            return self._item(request, mail, filled.with_problem(MESSAGE), 403, case)
        if not filled.ok:
            return self._item(request, mail, filled, 400, case)
        kept = view.case.id if view and filled.values.get("keep") == view.case.reference else None
        kind, words = filled.text("kind"), filled.text("words")
        try:
            done = self._by_hand.put_away(mail.id, kind, words, officer.name, self._site.now(), kept)
        except Sealed as error:  # its case became confidential while the page was open
            raise HTTPException(403, str(error)) from error
        if not done:
            return self._mail_door.gone(request, mail, officer)
        self._once.done(request, partnership, officer, posted)
        return see(f"/desk/{partnership}/tray")

    def _about(self, mail: Received, asked: str) -> tuple[Any, str, View | None]:
        """The likely cases, the reference that was asked for, and the case that the page takes it to be about. A mail
        on a confidential case is about no other, whatever is asked for (chscp 1.7)."""
        likely = self._reading.likely_cases(mail, self._site.now())
        if self._sealed(mail) and asked not in [each.reference for each in likely]:
            asked = ""
        reference = asked or (likely[0].reference if likely else "")
        view = self._reading.by_reference(mail.partnership, reference, self._site.now()) if reference else None
        return likely, asked, view

    def _item(
        self, request: Request, mail: Received, filled: Filled | None, status: int = 200, case: str = ""
    ) -> Response:
        likely, asked, view = self._about(mail, case)
        values = self._mail_door.about(mail) | {
            "likely": likely,
            "asked": asked,
            "view": view,
            "why": next((each.why for each in likely if view and each.reference == view.case.reference), ""),
            "answerers": answerers(view) if view else [],
            "wrote": self._wrote(mail, view) if view else set(),
            "filled": filled or _form(mail, view).blank(),
            "mark": self._once.new_mark(),
            "thread": self._mail_door.lines(
                mail.partnership, [each for each in self._reading.thread(mail) if each.id != mail.id]
            ),
            "questions": self._reading.asked_of_sender(mail),
            "sealed": self._sealed(mail),
        }
        return self._site.page(request, "desk/tray_item", values, status)

    def _sealed(self, mail: Received) -> bool:
        return bool(self._reading.confidential_cases(mail, self._site.now()))

    def _wrote(self, mail: Received, view: View) -> set[str]:
        """Who on the case wrote the mail, by the address in its From line."""
        email = sender_of(self._reading, mail, self._site.now())[1].lower()
        return {each.key for each in view.case.parties if email and each.email.lower() == email}


def _form(mail: Received, view: View | None) -> Form:
    """Why nothing follows; and where a case was found that the mail is not kept with yet, whether it belongs to it."""
    if view is None or view.case.id == mail.case_id:
        return Form([KIND, WORDS])
    reference = view.case.reference
    options = [Option(reference, f"Yes: keep it with {reference}"), Option(NO_CASE, "No, or not certain")]
    label = f"Does it belong to {reference}?"
    return Form([KIND, Field("keep", label, "radios", required=True, options=options), WORDS])
