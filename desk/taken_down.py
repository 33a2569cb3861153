"""An answer that business support takes down: told by telephone, or read in a mail of the tray.

What will happen is shown first, as with every action of the desk, and exactly that is done.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from cases.case import BUSINESS_SUPPORT, Case
from cases.casework import Casework
from cases.holidays import england
from cases.mail.correspondence import Correspondence
from cases.mail.sealing import Sealed
from cases.preview import Draw
from cases.reading import Reading
from cases.staff.officer import Officer
from cases.standing import View, answer_of, chosen, key_of, may_see_all, offers_at_desk, title_of
from cases.store.inbox import Received
from cases.submission import Answer, Evidence
from cases.support import Act, Support, fingerprint
from cases.verbs.answers import hear
from cases.verbs.decision import Decision
from desk.actions.pages import CHANGED
from desk.actions.shown import shown as shown_decisions
from desk.found import DONE, CaseDoor
from desk.mail_looks import known_at, warning
from desk.mail_shown import sender_of, shown
from desk.once import MARK, Once
from web.choices import Choice, checked, choice_form
from web.csrf import MESSAGE
from web.fields import Field, Option
from web.forms import Filled, Form
from web.limits import Limit
from web.posted import Posted
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
SEALED_ELSEWHERE = "This mail is on a confidential case. It cannot be recorded as an answer on another one."
SURE = "sure"
GONE = "This mail is not in the tray any more. Somebody may have dealt with it."


def routes(site: Site, casework: Casework, correspondence: Correspondence, reading: Reading, draw: Draw) -> APIRouter:
    pages = _TakenDown(site, casework, correspondence, reading, draw)
    router = APIRouter(prefix="/desk/{partnership}/cases/{reference}", include_in_schema=False)
    router.add_api_route("/answer/{who}", pages.blank, methods=["GET"])
    router.add_api_route("/answer/{who}", pages.take_down, methods=["POST"])
    return router


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whose answer is taken down in which case, by whom, and the mail of the tray that gives it."""

    officer: Officer
    view: View
    who: str
    mail: Received | None

    @property
    def case_page(self) -> str:
        return f"/desk/{self.view.case.partnership}/cases/{self.view.case.reference}"

    @property
    def place(self) -> str:
        return f"{self.case_page}/answer/{self.who}"


class _TakenDown:
    def __init__(
        self, site: Site, casework: Casework, correspondence: Correspondence, reading: Reading, draw: Draw
    ) -> None:
        self._site = site
        self._casework = casework
        self._correspondence = correspondence
        self._reading = reading
        self._draw = draw
        self._support = Support(casework)
        self._case_door = CaseDoor(site, casework, reading)
        self._once = Once(site, casework)

    def blank(self, request: Request, partnership: str, reference: str, who: str, mail: str = "") -> Response:
        """The form for one person's answer; `mail` is the id of the mail of the tray that gives it."""
        officer, view = self._case_door.enter(request, partnership, reference, "work")
        asked = _Asked(officer, view, who, self._mail(view, mail))
        return self._form(request, asked, self._questions(asked).blank(), self._once.new_mark())

    def take_down(self, request: Request, partnership: str, reference: str, who: str, posted: Sent) -> Response:
        """The form, what will happen, and the deed: `press` says which button was pressed."""
        officer, view = self._case_door.enter(request, partnership, reference, "work")
        if self._once.done_before(request, officer, posted):
            return see(f"/desk/{partnership}/cases/{view.case.reference}{DONE}")
        asked = _Asked(officer, view, who, self._mail(view, posted.first("mail")))
        mark, today = posted.first(MARK), england().local_date(self._site.now())
        filled = checked(self._questions(asked).read(posted), self._choices(view, who), today)
        if not self._site.csrf.check(request, posted):
            return self._form(request, asked, filled.with_problem(MESSAGE), mark, 403)
        if self._reading.sent_as(view.case.id, mark) is not None:
            return self._sent_before(request, asked, filled, mark)
        if not filled.ok:
            return self._form(request, asked, filled, mark, 400)
        if posted.first("press") == "change":
            return self._form(request, asked, filled, mark)
        return self._do(request, asked, filled, posted)

    def _do(self, request: Request, asked: _Asked, filled: Filled, posted: Posted) -> Response:
        """Record it if it comes out as it was shown; else show how it comes out now."""
        answer, mark = _answer(asked, filled), posted.first(MARK)
        act = Act(lambda case, moment: hear(case, asked.who, answer, moment))
        decisions = self._support.preview(asked.view.case.id, act, self._site.now())
        if posted.first("press") != "do":
            return self._preview(request, asked, filled, decisions, mark)
        if posted.first("shown") != fingerprint(decisions):
            return self._preview(request, asked, filled, decisions, mark, CHANGED)
        self._site.brake("taken down", asked.view.case.partnership)
        if not self._record(asked, answer, mark):
            return self._sent_before(request, asked, filled, mark)
        self._once.done(request, asked.view.case.partnership, asked.officer, posted)
        return see(asked.case_page + DONE)

    def _preview(
        self,
        request: Request,
        asked: _Asked,
        filled: Filled,
        decisions: list[tuple[Case, Decision]],
        mark: str,
        notice: str = "",
    ) -> Response:
        typed = [(name, text) for name, texts in filled.typed.items() for text in texts]
        values = self._about(asked.view) | {
            "title": f"Record an answer of {_whose(asked)}",
            "back": asked.case_page,
            "place": asked.place,
            "typed": [*typed, ("mail", asked.mail.id if asked.mail else "")],
            "happens": shown_decisions(decisions, self._draw),
            "shown": fingerprint(decisions),
            "mark": mark,
            "notice": notice,
        }
        return self._site.page(request, "desk/actions/preview", values, 409 if notice else 200)

    def _sent_before(self, request: Request, asked: _Asked, filled: Filled, mark: str) -> Response:
        """The form with its text under a new mark, and what it was recorded as when it was sent the first time."""
        made = [offer for letter in asked.view.letters if letter.to == asked.who for offer in letter.offers]
        said = title_of(self._reading.sent_as(asked.view.case.id, mark) or "", made)
        again = replace(filled, problems={}).with_problem(SENT_BEFORE.format(said))
        return self._form(request, asked, again, self._once.new_mark(), 409)

    def _record(self, asked: _Asked, answer: Answer, mark: str) -> bool:
        """Say whether it was recorded: not when this form was sent before."""
        case_id, now = asked.view.case.id, self._site.now()
        if asked.mail:
            try:
                there = self._correspondence.taken_down(asked.mail.id, case_id, asked.who, answer, now)
            except Sealed as error:  # its case became confidential while the page was open
                raise HTTPException(403, SEALED_ELSEWHERE) from error
            if not there:
                raise HTTPException(404, GONE)
            return True
        return self._casework.hear(case_id, asked.who, answer, now, mark)

    def _questions(self, asked: _Asked) -> Form:
        """What is asked at the desk. Raises HTTPException(404) for somebody who is not to be seen on the case."""
        view, who = asked.view, asked.who
        if who != BUSINESS_SUPPORT and who not in {each.key for each in view.case.parties if may_see_all(view, each)}:
            raise HTTPException(404)
        further = [WHY] if asked.mail or who == BUSINESS_SUPPORT else [VIA, REASON]
        return choice_form(self._choices(view, who), "Which answer is it?", [*self._sure(asked), *further])

    def _sure(self, asked: _Asked) -> list[Field]:
        """A mail that somebody else wrote is taken for a person's answer only where the officer says so."""
        if not asked.mail or asked.who == BUSINESS_SUPPORT:
            return []
        name, email = sender_of(self._reading, asked.mail, self._site.now())
        whose = asked.view.case.party(asked.who)
        if email.lower() == whose.email.lower():
            return []
        comes = f"The mail comes from {name or email}. " if email else ""
        words = f"{comes}I have made sure that it is {whose.name or whose.email}’s answer."
        missing = f"Tick that it is {whose.name or whose.email}’s answer, or go back and choose who wrote the mail"
        options = [Option("yes", words)]
        return [Field(SURE, "Whose answer is it?", "checkboxes", required=True, missing=missing, options=options)]

    def _choices(self, view: View, who: str) -> list[Choice]:
        return [Choice(key_of(offer), offer.title, offer.needs) for offer in offers_at_desk(view, who)]

    def _mail(self, view: View, mail_id: str) -> Received | None:
        """A mail that is still in the tray of this partnership; one on a confidential case is an answer in no other."""
        found = self._reading.mail(view.case.partnership, mail_id) if mail_id else None
        if mail_id and (not found or found.state != "tray"):
            raise HTTPException(404, GONE)
        sealed = self._reading.confidential_cases(found, self._site.now()) if found else []
        if found and sealed and view.case.id not in (found.case_id, *sealed):
            raise HTTPException(403, SEALED_ELSEWHERE)
        return found

    def _form(self, request: Request, asked: _Asked, filled: Filled, mark: str, status: int = 200) -> Response:
        mail = asked.mail
        values = self._about(asked.view) | {
            "who": asked.who,
            "name": _whose(asked),
            "mail": mail,
            "read": self._read(asked.view, mail) if mail else None,
            "elsewhose": any(each.name == SURE for each in filled.fields),
            "filled": filled,
            "mark": mark,
        }
        return self._site.page(request, "desk/taken_down", values, status)

    def _read(self, view: View, mail: Received) -> dict[str, str]:
        """The mail as it may be seen, with what to look out for in its From line."""
        read, case = shown(self._reading, mail, self._site.now()), view.case
        known = known_at(self._casework, case.partnership, () if case.confidential else case.parties)
        return read | {"warning": warning(read["From"], known)}

    def _about(self, view: View) -> dict[str, object]:
        return {
            "partnership": view.partnership,
            "key": view.case.partnership,
            "here": "Cases",
            "case": view.case,
            "view": view,
        }


def _answer(asked: _Asked, filled: Filled) -> Answer:
    offer = chosen(filled.text("choice"), offers_at_desk(asked.view, asked.who))
    via = filled.text("via") if "via" in filled.values else "desk"
    message = asked.mail.id if asked.mail else None
    evidence = Evidence(via=via, message=message, by=asked.officer.name, reason=filled.text("reason"))
    return answer_of(offer, filled.values, evidence)


def _whose(asked: _Asked) -> str:
    if asked.who == BUSINESS_SUPPORT:
        return "business support"
    party = asked.view.case.party(asked.who)
    hide = asked.view.case.confidential
    return f"the {party.title}" if hide else f"{party.name or party.email}, {party.title}"
