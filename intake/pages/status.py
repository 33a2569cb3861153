"""A party's private link: how the case stands. More than that is shown only on a device that has shown its mailbox."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from cases.case import Party
from cases.casework import Casework
from cases.reading import Reading
from cases.standing import (
    STATUS_WORDS,
    View,
    clock_state,
    may_read_record,
    may_see_all,
    next_steps,
    open_offers,
    running,
    unknown,
    where_it_is,
    written_to,
)
from intake.pages import questions
from intake.pages.codes import Codes, Reader, refuse_barred
from web.csrf import MESSAGE
from web.forms import Filled, Form
from web.limits import Limit
from web.site import Sent, Site, see, visitor

LIMITS: Mapping[str, Limit] = {"details": Limit(30, timedelta(minutes=10))}


def routes(site: Site, casework: Casework, reading: Reading) -> APIRouter:
    pages = _Status(site, casework, reading)
    router = APIRouter(prefix="/s/{token}", include_in_schema=False)
    router.add_api_route("", pages.show, methods=["GET"])
    router.add_api_route("/code", pages.ask_code, methods=["GET"])
    router.add_api_route("/code", pages.send_code, methods=["POST"])
    router.add_api_route("/open", pages.use_code, methods=["POST"])
    router.add_api_route("/details", pages.details, methods=["GET"])
    router.add_api_route("/details", pages.supply, methods=["POST"])
    router.add_api_route("/record", pages.record, methods=["GET"])
    return router


class _Status:
    def __init__(self, site: Site, casework: Casework, reading: Reading) -> None:
        self._site = site
        self._casework = casework
        self._reading = reading
        self._codes = Codes(site, casework)

    def show(self, request: Request, token: str) -> Response:
        reader, party = self._found(token)
        known = self._codes.knows(request, reader)
        values = self._standing(reader) | {"known": known, "party": party}
        return self._site.page(request, "status", values | (self._private(reader, party) if known else {}))

    def ask_code(self, request: Request, token: str) -> Response:
        return self._codes.ask(request, self._found(token)[0])

    def send_code(self, request: Request, token: str, posted: Sent) -> Response:
        return self._codes.send(request, posted, self._found(token)[0], f"/s/{token}")

    def use_code(self, request: Request, token: str, posted: Sent) -> Response:
        return self._codes.use(request, posted, self._found(token)[0], f"/s/{token}")

    def details(self, request: Request, token: str) -> Response:
        reader = self._raiser(request, token)
        return self._details(request, reader, self._form(reader.view).blank()) if reader else see(f"/s/{token}")

    def supply(self, request: Request, token: str, posted: Sent) -> Response:
        """The raiser adds what was missing. A form that is not right is shown again with its text."""
        reader = self._raiser(request, token)
        if not reader:
            return see(f"/s/{token}")
        filled = questions.checked(reader.view.policy, self._form(reader.view).read(posted))
        if not self._site.csrf.check(request, posted):
            return self._details(request, reader, filled.with_problem(MESSAGE), 403)
        if not filled.ok:
            return self._details(request, reader, filled, 400)
        self._site.brake("details", visitor(request))
        if facts := questions.supplied(reader.view.policy, filled):
            self._casework.complete(reader.case.id, facts, self._site.now())
        return see(f"/s/{token}")

    def record(self, request: Request, token: str) -> Response:
        reader, party = self._found(token)
        if not self._codes.knows(request, reader) or not may_read_record(reader.view, party):
            return see(f"/s/{token}")
        log = self._reading.written_log(reader.case.id)
        values = {"partnership": reader.view.partnership, "case": reader.case, "log": log, "back": f"/s/{token}"}
        return self._site.page(request, "record", values)

    def _found(self, token: str) -> tuple[Reader, Party]:
        """The case and party of a link. A confidential case is shown to the raiser and the named person alone."""
        found = self._reading.by_status_token(token, self._site.now())
        if not found:
            raise HTTPException(404)
        view, party = found
        refuse_barred(view, party.email)
        if not may_see_all(view, party):
            raise HTTPException(
                403, "This case is confidential. Your letters say what is asked of you, and their links still work."
            )
        return Reader(view, party.key, f"/s/{token}"), party

    def _raiser(self, request: Request, token: str) -> Reader | None:
        """The raiser on a known device, while the case can still take details."""
        reader, party = self._found(token)
        takes = party == reader.case.raiser and reader.case.status != "closed"
        return reader if takes and self._codes.knows(request, reader) else None

    def _standing(self, reader: Reader) -> dict[str, object]:
        view, now = reader.view, self._site.now()
        return {
            "partnership": view.partnership,
            "link": reader.link,
            "case": view.case,
            "status": STATUS_WORDS[view.case.status],
            "where": where_it_is(view),
            "written": [(each, _of(view, each), word) for each, word in written_to(view)],
            "unknown": unknown(view),
            "clocks": [(clock, clock_state(clock, now), next_steps(view, clock)) for clock in running(view)],
            "objection": next(iter(running(view, "objection")), None),
            "outcome": view.policy.outcomes[view.case.outcome] if view.case.outcome else None,
        }

    def _private(self, reader: Reader, party: Party) -> dict[str, object]:
        mine = party == reader.case.raiser and reader.case.status != "closed"
        return {
            "concern": reader.case.facts.get("concern", ""),
            "letters": self._to_answer(reader, party),
            "may_read_record": may_read_record(reader.view, party),
            "missing": bool(self._form(reader.view).fields) if mine else False,
        }

    def _to_answer(self, reader: Reader, party: Party) -> list[tuple[str, datetime, str]]:
        """The letters that this party can still answer, the newest first: link, day, and the answers in words."""
        found: dict[str, tuple[str, datetime, str]] = {}
        for letter in reversed(reader.view.letters):
            offers = open_offers(reader.case, party.key, letter.offers) if letter.to == party.key else []
            words = "; ".join(offer.title for offer in offers)
            if words and words not in found:
                link = f"/l/{self._reading.page_token(letter.id, self._site.now())}"
                found[words] = (link, letter.planned_at, words)
        return list(found.values())

    def _form(self, view: View) -> Form:
        return questions.missing(view.policy, view.directory, view.case)

    def _details(self, request: Request, reader: Reader, filled: Filled, status: int = 200) -> Response:
        values = {"partnership": reader.view.partnership, "link": reader.link, "filled": filled}
        return self._site.page(request, "details", values, status)


def _of(view: View, party: Party) -> str:
    """The title and agency of a party."""
    agency = view.directory.agency_name(party.agency)
    return f"{party.title}, {agency}" if agency else party.title
