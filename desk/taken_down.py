"""An answer that business support takes down: told by telephone, or read in a mail of the tray."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from cases.case import BUSINESS_SUPPORT
from cases.casework import Casework
from cases.holidays import england
from cases.mail.correspondence import Correspondence
from cases.reading import Reading
from cases.staff.officer import Officer
from cases.standing import View, answer_of, chosen, key_of, may_see_all, offers_at_desk, title_of
from cases.store.inbox import Received
from cases.submission import Answer, Evidence
from desk.found import CaseDoor
from desk.mail_shown import shown
from web.choices import Choice, checked, choice_form
from web.csrf import MESSAGE
from web.fields import Field, Option
from web.forms import Filled, Form
from web.limits import Limit
from web.site import Sent, Site, see

LIMITS: Mapping[str, Limit] = {"taken down": Limit(120, timedelta(minutes=10))}
SENT_BEFORE = (
    "This form was sent before, and was recorded then as: {}. If you pressed the button twice, all is well. "
    "If you have changed something since, the change is not recorded. Your words are still below."
)
VIA = Field(
    "via",
    "How did the answer come?",
    "radios",
    required=True,
    missing="Choose how the answer came",
    options=[Option("telephone", "By telephone"), Option("desk", "In another way")],
)
REASON = Field(
    "reason",
    "Who said it, to whom, and when",
    required=True,
    longest=500,
    missing="Write who said it, to whom, and when: it goes on the record",
    hint="It goes on the record as the reason for writing it down here.",
)
WHY = Field(
    "reason",
    "Why do you record it so?",
    required=True,
    longest=500,
    missing="Write why you record it so: it goes on the record",
    hint="For example, the words of the mail that say it. It goes on the record.",
)
GONE = "This mail is not in the tray any more. Somebody may have dealt with it."


def routes(site: Site, casework: Casework, correspondence: Correspondence, reading: Reading) -> APIRouter:
    pages = _TakenDown(site, casework, correspondence, reading)
    router = APIRouter(prefix="/desk/{partnership}/cases/{reference}", include_in_schema=False)
    router.add_api_route("/answer/{who}", pages.blank, methods=["GET"])
    router.add_api_route("/answer/{who}", pages.take_down, methods=["POST"])
    return router


class _TakenDown:
    def __init__(self, site: Site, casework: Casework, correspondence: Correspondence, reading: Reading) -> None:
        self._site = site
        self._casework = casework
        self._correspondence = correspondence
        self._reading = reading
        self._case_door = CaseDoor(site, casework, reading)

    def blank(self, request: Request, partnership: str, reference: str, who: str, mail: str = "") -> Response:
        """The form for one person's answer; `mail` is the id of the mail of the tray that gives it."""
        view = self._case_door.enter(request, partnership, reference, "work")[1]
        message = self._mail(partnership, mail)
        return self._form(
            request, view, who, message, self._questions(view, who, message).blank(), secrets.token_hex(16)
        )

    def take_down(self, request: Request, partnership: str, reference: str, who: str, posted: Sent) -> Response:
        officer, view = self._case_door.enter(request, partnership, reference, "work")
        message, mark = self._mail(partnership, posted.first("mail")), posted.first("mark")
        form, today = self._questions(view, who, message), england().local_date(self._site.now())
        filled = checked(form.read(posted), self._choices(view, who), today)
        if not self._site.csrf.check(request, posted):
            return self._form(request, view, who, message, filled.with_problem(MESSAGE), mark, 403)
        if self._reading.sent_as(view.case.id, mark) is not None:
            return self._sent_before(request, view, who, message, filled, mark)
        if not filled.ok:
            return self._form(request, view, who, message, filled, mark, 400)
        self._site.brake("taken down", partnership)
        if not self._record(view, who, message, filled, mark, officer):
            return self._sent_before(request, view, who, message, filled, mark)
        return see(f"/desk/{partnership}/cases/{view.case.reference}")

    def _sent_before(
        self, request: Request, view: View, who: str, message: Received | None, filled: Filled, mark: str
    ) -> Response:
        """The form with its text under a new mark, and what it was recorded as when it was sent the first time."""
        made = [offer for letter in view.letters if letter.to == who for offer in letter.offers]
        said = title_of(self._reading.sent_as(view.case.id, mark) or "", made)
        again = replace(filled, problems={}).with_problem(SENT_BEFORE.format(said))
        return self._form(request, view, who, message, again, secrets.token_hex(16), 409)

    def _record(
        self, view: View, who: str, message: Received | None, filled: Filled, mark: str, officer: Officer
    ) -> bool:
        """Say whether it was recorded: not when this form was sent before."""
        offer = chosen(filled.text("choice"), offers_at_desk(view, who))
        evidence = _evidence(filled, message, officer)
        answer: Answer = answer_of(offer, filled.values, evidence)
        if message:
            if not self._correspondence.taken_down(message.id, view.case.id, who, answer, self._site.now()):
                raise HTTPException(404, GONE)
            return True
        return self._casework.hear(view.case.id, who, answer, self._site.now(), mark)

    def _questions(self, view: View, who: str, message: Received | None) -> Form:
        """What is asked at the desk. Raises HTTPException(404) for somebody who is not to be seen on the case."""
        if who != BUSINESS_SUPPORT and who not in {each.key for each in view.case.parties if may_see_all(view, each)}:
            raise HTTPException(404)
        further = [WHY] if message or who == BUSINESS_SUPPORT else [VIA, REASON]
        return choice_form(self._choices(view, who), "Which answer is it?", further)

    def _choices(self, view: View, who: str) -> list[Choice]:
        return [Choice(key_of(offer), offer.title, offer.needs) for offer in offers_at_desk(view, who)]

    def _mail(self, partnership: str, mail_id: str) -> Received | None:
        """A mail that is still in the tray of this partnership."""
        found = self._reading.mail(partnership, mail_id) if mail_id else None
        if mail_id and (not found or found.state != "tray"):
            raise HTTPException(404, GONE)
        return found

    def _form(
        self,
        request: Request,
        view: View,
        who: str,
        message: Received | None,
        filled: Filled,
        mark: str,
        status: int = 200,
    ) -> Response:
        values = self._about(view) | {
            "who": who,
            "name": "business support" if who == BUSINESS_SUPPORT else _name(view, who),
            "mail": message,
            "read": shown(self._reading, message, self._site.now()) if message else None,
            "filled": filled,
            "mark": mark,
        }
        return self._site.page(request, "desk/taken_down", values, status)

    def _about(self, view: View) -> dict[str, object]:
        return {
            "partnership": view.partnership,
            "key": view.case.partnership,
            "here": "Cases",
            "case": view.case,
            "view": view,
        }


def _evidence(filled: Filled, message: Received | None, officer: Officer) -> Evidence:
    via = filled.text("via") if "via" in filled.values else "desk"
    return Evidence(via=via, message=message.id if message else None, by=officer.name, reason=filled.text("reason"))


def _name(view: View, who: str) -> str:
    party = view.case.party(who)
    return f"{party.name or party.email}, {party.title}"
