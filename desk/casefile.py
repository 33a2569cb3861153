"""A case on the desk: where it is, what happened, who is on it, what its clocks wait for, and its letters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from cases.case import Clock, Party
from cases.casework import Casework
from cases.holidays import england
from cases.mail.dispatch import Dispatch
from cases.policy import Policy
from cases.reading import Reading
from cases.staff.looks import Looks
from cases.stages_drawn import drawn
from cases.standing import (
    STATUS_WORDS,
    View,
    clock_state,
    decides,
    letter_word,
    next_steps,
    offers_to,
    stage_name,
    where_it_is,
)
from cases.store import listing
from cases.store.outbox import Stored
from cases.verbs.decision import Offer
from cases.working_time import spoken_date
from desk.case_done import last_done, meeting_of
from desk.found import CaseDoor
from desk.mail_shown import answerers
from desk.words import clock_title, letter_title, name_of, task_title
from web.site import Site

NEWEST = 15  # of the written log; all of it is a page of its own
_AWAITED = {
    "confirm": "That it is meant as an escalation",
    "move": "Whether it goes to the next stage",
    "on_file": "That it is on the child’s file",
    "divert": "What can go on",
    "way": "Which way it goes",
}
_THEN = {
    "objection": "silence counts as agreement",
    "told": "the raiser counts as told",
    "pause": "the time runs on",
}
_NOT_ANSWERED = ("pause", "breach", "told")


@dataclass(frozen=True, slots=True)
class Step:
    """A stage as it is drawn: done, the one that it is in, or ahead. `words` say the same."""

    label: str
    title: str
    state: str  # "done", "here", "ahead"
    words: str


@dataclass(frozen=True, slots=True)
class Ticking:
    """A clock that has not stopped, in words."""

    title: str
    state: str
    word: str
    working: str
    due_day: date
    look_at: datetime
    lead: str  # before `look_at` and `then`: where no answer is awaited it does not speak of one
    then: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on the case: whether they can be reached, how far their letters have come, what is awaited of them."""

    party: Party
    agency: str
    trouble: str
    letter: str
    waits: tuple[str, ...]


def routes(site: Site, casework: Casework, reading: Reading) -> APIRouter:
    pages = _CaseFile(site, casework, reading)
    router = APIRouter(prefix="/desk/{partnership}/cases/{reference}", include_in_schema=False)
    router.add_api_route("", pages.show, methods=["GET"])
    return router


class _CaseFile:
    def __init__(self, site: Site, casework: Casework, reading: Reading) -> None:
        self._site = site
        self._reading = reading
        self._looks = Looks(casework)
        self._dispatch = Dispatch(casework)
        self._case_door = CaseDoor(site, casework, reading)

    def show(self, request: Request, partnership: str, reference: str, done: str = "") -> Response:
        """The case; with `done`, what this officer did there last (`desk.found.DONE`)."""
        officer, view = self._case_door.enter(request, partnership, reference)
        if view.case.confidential:
            return self._confidential(request, view, bool(done))
        log = self._reading.written_log(view.case.id)
        with self._reading.database.read() as connection:
            tasks = listing.open_tasks_of(connection, view.case.id)
            mails = listing.kept_mail(connection, view.case.id)
        values = self._about(view) | {
            "where": where_it_is(view),
            "steps": _steps(view),
            "stages": [(row, stage_name(view.policy, row), _outcome(view, row.outcome)) for row in view.case.stages],
            "tasks": [(_place_of(partnership, view, key), task_title(key)) for key in tasks],
            "people": self._people(view),
            "letters": [_letter(view, each) for each in reversed(view.letters)],
            "mails": mails,
            "wrote": _wrote(view.policy, view),
            "lines": log.lines[: -NEWEST - 1 : -1],
            "done": last_done(log.lines, officer.name) if done else "",
            "meeting": meeting_of(view.case),
            "length": len(log.lines),
            "sound": not log.faults,
            "looks": self._looks.at(view.case) if officer.may("manage") else None,
        }
        return self._site.page(request, "desk/case", values)

    def _confidential(self, request: Request, view: View, done: bool) -> Response:
        """Its status and dates, what is to be done by title, and nothing of what it is about or whom (chscp 1.7)."""
        with self._reading.database.read() as connection:
            tasks = listing.open_tasks_of(connection, view.case.id)
        values = {
            "done": done,
            "tasks": [(_place_of(view.case.partnership, view, key), task_title(key)) for key in tasks],
            "deciders": list(dict.fromkeys(each.title for each in view.case.parties if decides(view, each))),
        }
        return self._site.page(request, "desk/case_confidential", self._about(view) | values)

    def _about(self, view: View) -> dict[str, object]:
        now = self._site.now()
        return {
            "partnership": view.partnership,
            "key": view.case.partnership,
            "here": "Cases",
            "case": view.case,
            "status": STATUS_WORDS[view.case.status],
            "clocks": [_ticking(view, each, now) for each in _not_stopped(view)],
            "answerers": answerers(view),
        }

    def _people(self, view: View) -> list[Person]:
        flagged = {each.email.lower(): each.why for each in self._dispatch.flagged(view.case.partnership)}
        return [self._person(view, each, flagged.get(each.email.lower(), "")) for each in view.case.parties]

    def _person(self, view: View, party: Party, flag: str) -> Person:
        away = view.directory.away(party.email, england().local_date(self._site.now()))
        trouble = [f"The address does not work: {flag}." if flag else ""]
        trouble.append(f"Away until {spoken_date(away.last)}." if away else "")
        newest = next((each for each in reversed(view.letters) if each.to == party.key), None)
        word = f"{letter_title(newest.purpose)}: {letter_word(newest.state)}" if newest else "No letter yet"
        waits = tuple(dict.fromkeys(filter(None, (_awaited(view, party, each) for each in offers_to(view, party.key)))))
        agency = view.directory.agency_name(party.agency)
        return Person(party, agency, " ".join(filter(None, trouble)), word, waits)


def _place_of(partnership: str, view: View, task: str) -> str:
    """Where a task is done: that of a mail in the tray."""
    kind, _, about = task.partition(":")
    if kind == "mail":
        return f"/desk/{partnership}/tray/{about}"
    return f"/desk/{partnership}/cases/{view.case.reference}/tasks/{quote(task, safe='')}"


def _awaited(view: View, party: Party, offer: Offer) -> str:
    """What is awaited of somebody, from an answer that is open to them; nothing for what they only may do."""
    does = offer.does.partition(":")[0]
    if does == "outcome":
        row = view.case.stage_row(offer.about)
        said = any(each.party == party.key for each in row.said)
        return "" if said else f"How {view.policy.stages[row.stage].label} ended"
    if does == "give":
        return view.case.asked_thing(offer.about).title
    return _AWAITED.get(does, "")


def _not_stopped(view: View) -> list[Clock]:
    return sorted((each for each in view.case.clocks if each.state != "stopped"), key=lambda clock: clock.due_at)


def _ticking(view: View, clock: Clock, now: datetime) -> Ticking:
    state, word = clock_state(clock, now)
    then = _THEN.get(clock.purpose) or next_steps(view, clock)
    lead = "Then" if clock.purpose in _NOT_ANSWERED else "If nobody answers"
    return Ticking(clock_title(view, clock), state, word, clock.working, clock.due_day, clock.look_at, lead, then)


def _steps(view: View) -> list[Step]:
    """The stages of the case's track, with where it is. A stage that was left out on the way is behind it as well."""
    track = next((each for each in drawn(view.policy) if each.key == view.case.track), None)
    stages = track.stages if track else ()
    here = next((number for number, each in enumerate(stages) if _is_in(view, each.key)), None)
    return [Step(each.label, each.title, *_place(view, each.key, number, here)) for number, each in enumerate(stages)]


def _is_in(view: View, stage: str) -> bool:
    row = view.case.row
    return row is not None and row.stage == stage and view.case.status != "closed"


def _place(view: View, stage: str, number: int, here: int | None) -> tuple[str, str]:
    rows = [row for row in view.case.stages if row.stage == stage]
    if number == here and rows[-1].running:
        return "here", "It is here"
    if number == here:
        return "here", f"Ended: {_outcome(view, rows[-1].outcome) or 'it goes on'}"
    if rows:
        return "done", _outcome(view, rows[-1].outcome) or "Done"
    behind = here is not None and number < here
    return ("done", "Not used") if behind or view.case.status == "closed" else ("ahead", "Ahead")


def _outcome(view: View, key: str | None) -> str:
    return view.policy.outcomes[key].title if key and key in view.policy.outcomes else ""


def _letter(view: View, letter: Stored) -> tuple[Stored, str, str, str]:
    word = letter_word(letter.state)
    return letter, letter_title(letter.purpose), name_of(view, letter.to), word[:1].upper() + word[1:]


def _wrote(policy: Policy, view: View) -> list[tuple[str, str]]:
    """What the raiser wrote, by question; nothing for what was left empty."""
    facts = view.case.facts
    core = [
        ("The child's initials", "child"),
        ("Case numbers", "child_numbers"),
        ("The concern", "concern"),
        ("What they would like to happen", "wanted"),
    ]
    named = {question.key: {each.key: each.title for each in question.options} for question in policy.entry.questions}
    asked = [(question.label, question.key) for question in policy.entry.questions]
    return [(label, _said(facts[key], named.get(key, {}))) for label, key in [*core, *asked] if facts.get(key)]


def _said(value: str | Sequence[str], titles: dict[str, str]) -> str:
    given = [value] if isinstance(value, str) else value
    return "\n".join(titles.get(each, each) for each in given)
