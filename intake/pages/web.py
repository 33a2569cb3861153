"""The practitioner's pages: choose a partnership, raise an escalation, confirm the address."""

import logging
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from cases.casework import Casework, Opened, Partnership, WrongCode
from cases.directory.directory import Directory
from cases.policy import Policy
from cases.reading import Reading
from cases.stages_drawn import drawn
from cases.standing import View
from cases.store.database import DatabaseUnavailable
from intake.pages import questions
from intake.pages.codes import brake_sending, is_known
from web.codes import CODE_FIELD, CODE_FORM
from web.csrf import MESSAGE
from web.forms import Filled
from web.limits import Limit
from web.posted import Posted
from web.site import Sent, Site, masked, see, visitor

_log = logging.getLogger(__name__)
LIMITS: Mapping[str, Limit] = {
    "raise": Limit(30, timedelta(minutes=10)),
}
_RAISED = "answerable-raised"
_RAISED_SECONDS = 14 * 24 * 3600
_MARK = "mark"
NOT_NOW = (
    "The service is not available just now, so this may not have been recorded. What you wrote is still here. "
    "Wait a few minutes and press the button again: sent twice, it counts once. "
    "If a child is in immediate danger, do not wait: call 999."
)


def routes(site: Site, casework: Casework, reading: Reading) -> APIRouter:
    pages = _Raising(site, casework, reading)
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/", pages.choose, methods=["GET"])
    router.add_api_route("/{partnership}/", pages.start, methods=["GET"])
    router.add_api_route("/{partnership}/raise", pages.blank, methods=["GET"])
    router.add_api_route("/{partnership}/raise", pages.send, methods=["POST"])
    router.add_api_route("/{partnership}/confirm", pages.ask_code, methods=["GET"])
    router.add_api_route("/{partnership}/confirm", pages.confirm, methods=["POST"])
    router.add_api_route("/{partnership}/confirm/again", pages.send_again, methods=["POST"])
    router.add_api_route("/{partnership}/received", pages.received, methods=["GET"])
    return router


def keep_raised(site: Site, response: Response, case_id: str) -> None:
    """Let this browser come back to the page on which a case is confirmed."""
    site.cookies.write(response, _RAISED, case_id, _RAISED_SECONDS)


class _Raising:
    def __init__(self, site: Site, casework: Casework, reading: Reading) -> None:
        self._site = site
        self._casework = casework
        self._reading = reading
        self._directories: dict[str, Directory] = {}

    def choose(self, request: Request) -> Response:
        offices = [each.loaded.policy.partnership for each in self._casework.partnerships.values()]
        if len(offices) == 1:
            return see(f"/{offices[0].key}/")
        return self._site.page(request, "choose", {"offices": sorted(offices, key=lambda each: each.name)})

    def start(self, request: Request, partnership: str) -> Response:
        policy = self._policy(partnership)
        return self._site.page(request, "start", self._common(policy) | {"tracks": drawn(policy)})

    def blank(self, request: Request, partnership: str) -> Response:
        policy = self._policy(partnership)
        parts = questions.sections(policy, self._directory(policy))
        return self._form(request, policy, questions.form_of(parts).blank(), secrets.token_hex(16))

    def send(self, request: Request, partnership: str, posted: Sent) -> Response:
        """Take the form. Only if it is genuine and whole does anything happen; else it is shown again, nothing lost."""
        policy, mark = self._policy(partnership), _mark(posted)
        filled = self._read(policy, posted)
        if not self._site.csrf.check(request, posted):
            return self._form(request, policy, filled.with_problem(MESSAGE), mark, 403)
        if posted.first("change"):
            return self._form(request, policy, filled, mark)
        if not filled.ok:
            return self._form(request, policy, filled, mark, 400)
        if self._must_be_advised(policy, filled, posted):
            return self._advice(request, policy, filled, mark)
        try:
            return self._receive(request, partnership, policy, filled, mark)
        except DatabaseUnavailable as error:
            _log.error("%s", error)
            return self._form(request, policy, filled.with_problem(NOT_NOW), mark, 503)

    def ask_code(self, request: Request, partnership: str) -> Response:
        view = self._raised(request, partnership)
        if view.case.confirmed:
            return see(f"/{partnership}/received")
        return self._code_page(request, view, CODE_FORM.blank())

    def confirm(self, request: Request, partnership: str, posted: Sent) -> Response:
        view, filled = self._raised(request, partnership), CODE_FORM.read(posted)
        if not self._site.csrf.check(request, posted):
            return self._code_page(request, view, filled.with_problem(MESSAGE), 403)
        if not filled.ok:
            return self._code_page(request, view, filled, 400)
        self._site.brake("code tried", f"{view.case.id}:{visitor(request)}")
        try:
            device = self._casework.confirm(view.case.id, filled.text(CODE_FIELD), self._site.now())
        except WrongCode as error:
            return self._code_page(request, view, filled.with_problem(str(error), CODE_FIELD), 400)
        response = see(f"/{partnership}/received")
        self._site.remember(request, response, device)
        return response

    def send_again(self, request: Request, partnership: str, posted: Sent) -> Response:
        view = self._raised(request, partnership)
        if not self._site.csrf.check(request, posted):
            return self._code_page(request, view, CODE_FORM.blank().with_problem(MESSAGE), 403)
        brake_sending(self._site, request, f"{view.case.id}:{view.case.raiser.key}")
        self._casework.send_code(view.case.id, view.case.raiser.key, self._site.now())
        return see(f"/{partnership}/confirm")

    def received(self, request: Request, partnership: str) -> Response:
        """The reference and the private link: only on a device that has shown whose mailbox it is."""
        view = self._raised(request, partnership)
        now, email = self._site.now(), view.case.raiser.email
        if not view.case.confirmed:
            return see(f"/{partnership}/confirm")
        if not is_known(self._site, self._casework, request, partnership, email):
            return self._site.page(request, "confirmed", self._about(view))
        token = self._reading.status_token(view.case.id, view.case.raiser.key, now)
        values = {"reference": view.case.reference, "status_url": f"{self._site.base_url}/s/{token}"}
        return self._site.page(request, "received", self._about(view) | values)

    def _receive(self, request: Request, partnership: str, policy: Policy, filled: Filled, mark: str) -> Response:
        sent, now = questions.submission(policy, filled), self._site.now()
        if not sent.immediate_harm:  # never refused, however many come
            self._site.brake("raise", visitor(request))
        opened = self._casework.receive(partnership, sent, now, f"{partnership}:{mark}")
        response = self._after(request, partnership, opened, now)
        keep_raised(self._site, response, opened.case_id)
        return response

    def _after(self, request: Request, partnership: str, opened: Opened, now: datetime) -> Response:
        """The page that says what comes next; of a form sent before, that it was sent before."""
        view = self._reading.case(opened.case_id, now)
        if view.case.opened_at == now:
            return see(f"/{partnership}/confirm")
        return self._site.page(request, "sent_before", self._about(view))

    def _must_be_advised(self, policy: Policy, filled: Filled, posted: Posted) -> bool:
        """Immediate harm is never held up by a further page; the advice then comes with the letter."""
        harm = filled.text("harm") == "yes"
        return bool(questions.advised(policy, filled)) and not harm and not posted.first("advised")

    def _read(self, policy: Policy, posted: Posted) -> Filled:
        parts = questions.sections(policy, self._directory(policy), harm=posted.first("harm") == "yes")
        return questions.checked(policy, questions.form_of(parts).read(posted))

    def _form(self, request: Request, policy: Policy, filled: Filled, mark: str, status: int = 200) -> Response:
        parts = questions.sections(policy, self._directory(policy))
        values = {"filled": filled, "parts": parts, "mark": mark, "harm_now": filled.shown("harm") == "yes"}
        return self._site.page(request, "raise", self._common(policy) | values, status)

    def _advice(self, request: Request, policy: Policy, filled: Filled, mark: str) -> Response:
        kept = [(name, text) for name, texts in filled.typed.items() for text in texts]
        values = {"advised": questions.advised(policy, filled), "kept": kept, "mark": mark}
        return self._site.page(request, "signposts", self._common(policy) | values)

    def _code_page(self, request: Request, view: View, filled: Filled, status: int = 200) -> Response:
        values = {"filled": filled, "to": masked(view.case.raiser.email)}
        return self._site.page(request, "confirm", self._about(view) | values, status)

    def _raised(self, request: Request, partnership: str) -> View:
        """The case that this browser raised, or came to from the mail. 404 where there is none."""
        case_id = self._site.cookies.read(request, _RAISED)
        view = self._reading.find(case_id, self._site.now()) if case_id else None
        if not view or view.case.partnership != partnership:
            raise HTTPException(404, "There is no form to confirm here. Open the link in the e-mail that we sent you.")
        return view

    def _directory(self, policy: Policy) -> Directory:
        """The agencies to choose from; where the database cannot be read, as they were last, so that no form is lost.

        Raises DatabaseUnavailable if they were never read.
        """
        key = policy.partnership.key
        try:
            self._directories[key] = self._casework.directory(key)
        except DatabaseUnavailable:
            if key not in self._directories:
                raise
        return self._directories[key]

    def _policy(self, partnership: str) -> Policy:
        return self._office(partnership).loaded.policy

    def _office(self, partnership: str) -> Partnership:
        office = self._casework.partnerships.get(partnership)
        if not office:
            raise HTTPException(404)
        return office

    def _about(self, view: View) -> dict[str, Any]:
        harm = view.case.facts.get("immediate_harm") == "yes"
        return self._common(view.policy) | {"harm_now": harm, "case": view.case}

    def _common(self, policy: Policy) -> dict[str, Any]:
        return {"policy": policy, "partnership": policy.partnership.name, "key": policy.partnership.key}


def _mark(posted: Posted) -> str:
    """The form's own random mark, by which the same form sent twice is one; a broken one is replaced."""
    mark = posted.first(_MARK)
    return mark if len(mark) == 32 and all(each in "0123456789abcdef" for each in mark) else secrets.token_hex(16)
