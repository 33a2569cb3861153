"""Plays a scenario against a policy, without a database and without sending: every letter, clock and entry, by day.

Letters are accepted the moment they are written, and clocks are looked at when their time comes.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from cases.case import BUSINESS_SUPPORT, Case, Clock
from cases.directory.directory import Directory
from cases.holidays import england
from cases.policy import Policy
from cases.rehearsals import acting
from cases.rehearsals.scenario import SUPPORT_DOES, Event, Form, Scenario, ScenarioError, person
from cases.submission import Answer, Evidence, Submission
from cases.verbs import answers, clocks, messages, opening, posted, supplying
from cases.verbs.decision import Decision, Letter, Moment, Offer, Task, Written
from cases.verbs.orders import Refused
from cases.working_time import Calendar, spoken_date

UNREMARKABLE = ("letter_accepted", "shared", "clock_looked")


@dataclass(frozen=True, slots=True)
class Step:
    """One verb that ran, at a moment in UTC, and what it decided."""

    at: datetime
    what: str
    decision: Decision


@dataclass(frozen=True)
class Course:
    """What came of a scenario, in order."""

    policy: Policy
    calendar: Calendar
    agencies: Mapping[str, str]
    steps: tuple[Step, ...]

    @property
    def case(self) -> Case:
        return self.steps[-1].decision.case

    @cached_property
    def letters(self) -> list[tuple[datetime, Letter]]:
        return [(step.at, letter) for step in self.steps for letter in step.decision.letters]

    @cached_property
    def entries(self) -> list[tuple[datetime, Written]]:
        return [(step.at, entry) for step in self.steps for entry in step.decision.entries]

    @cached_property
    def tasks(self) -> list[tuple[datetime, Task]]:
        return [(step.at, task) for step in self.steps for task in step.decision.tasks]

    @cached_property
    def clocks(self) -> list[tuple[datetime, Clock]]:
        """Each clock as it was when it was started or moved."""
        starting = ("clock_started", "clock_moved")
        entries = [(at, entry) for at, entry in self.entries if entry.kind in starting]
        return [
            (at, change)
            for at, entry in entries
            for change in entry.changes
            if isinstance(change, Clock) and change.state == "running"
        ]

    def cites(self, letter: Letter) -> list[str]:
        """The clauses that a letter cites, as it cites them."""
        known = {source.cited for _, source in self.policy.sources()}
        return sorted(known & set(_strings(letter.values)))

    def known_as(self, letter: Letter) -> list[str]:
        """The names under which a scenario may speak of whom a letter went to."""
        if letter.to == BUSINESS_SUPPORT:
            return ["business support"]
        party = self.case.party(letter.to)
        agency = self.agencies.get(party.agency or "", party.agency or "")
        own = ["raiser"] if party.key == self.case.raiser.key else []
        return [party.name, party.email, party.title, f"{party.title} of {agency}", agency, *own]

    def text(self) -> str:
        """The course for reading: each day, what happened, and under which clause."""
        found = [(at, _entry_line(entry)) for at, entry in self.entries if entry.kind not in UNREMARKABLE]
        found += [(at, self._letter_line(letter)) for at, letter in self.letters]
        lines = []
        for day, items in groupby(
            sorted(found, key=lambda item: item[0]), lambda item: self.calendar.local_date(item[0])
        ):
            lines.append(f"\n{spoken_date(day)}")
            lines += [f"  {self.calendar.local(at):%H:%M}  {words}" for at, words in items]
        return "\n".join(lines).strip() + "\n"

    def json(self) -> str:
        """The course for a program to read. Times are UTC."""
        letters = [
            {
                "at": at,
                "purpose": letter.purpose,
                "to": letter.name,
                "email": letter.email,
                "cites": self.cites(letter),
                "answers": [offer.word for offer in letter.offers],
            }
            for at, letter in self.letters
        ]
        entries = [
            {"at": at, "kind": entry.kind, "words": entry.words, "cites": entry.source.cited if entry.source else ""}
            for at, entry in self.entries
        ]
        started = [
            {"at": at, "purpose": clock.purpose, "due": clock.due_at, "working": clock.working}
            for at, clock in self.clocks
        ]
        tasks = [{"at": at, "words": task.words} for at, task in self.tasks]
        course = {"status": self.case.status, "letters": letters, "clocks": started, "tasks": tasks, "entries": entries}
        return json.dumps(course, default=lambda value: value.isoformat(), indent=2, ensure_ascii=False)

    def _letter_line(self, letter: Letter) -> str:
        cites = f" [{', '.join(self.cites(letter))}]" if self.cites(letter) else ""
        offered = f" answers: {' / '.join(offer.word for offer in letter.offers)}" if letter.offers else ""
        return f"letter  {letter.purpose.replace('_', ' ')} to {letter.name} <{letter.email}>{cites}{offered}"


def rehearse(policy: Policy, scenario: Scenario) -> Course:
    """Play a scenario. Raises ScenarioError where somebody gives an answer that no letter offered."""
    zone = ZoneInfo(policy.partnership.time_zone)
    play = Play(policy, scenario.directory, england(scenario.world.closures, zone))
    plot = scenario.plot
    play.receive(scenario.form, _utc(plot.raised, zone))
    for event in sorted(plot.events, key=lambda event: event.at):
        play.run_to(_utc(event.at, zone))
        _happens(play, event, zone)
    play.run_to(_utc(plot.until, zone))
    return play.course()


@dataclass
class Play:
    """One case, one clock that is moved by hand, and what has happened so far."""

    policy: Policy
    directory: Directory
    calendar: Calendar
    number: int = 1
    steps: list[Step] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    down_until: datetime | None = None

    @property
    def case(self) -> Case:
        return self.steps[-1].decision.case

    def receive(self, form: Form, now: datetime) -> None:
        reference = f"{self.policy.partnership.reference_prefix}-{now.year}-{self.number:04d}"
        track = form.track or self.policy.tracks[0].key
        case = Case(f"case{self.number}", self.policy.partnership.key, reference, "rehearsed", now, track)
        self._did(now, "raised", opening.receive(case, Submission(**form.model_dump()), "000000", self._moment(now)))

    def confirm(self, now: datetime) -> None:
        self._did(now, "confirmed", opening.confirm(self.case, self._moment(now)))

    def supply(self, facts: Mapping[str, str | tuple[str, ...]], now: datetime) -> None:
        self._did(now, "supplied", supplying.complete(self.case, facts, self._moment(now)))

    def enter(self, directory: Directory, now: datetime) -> None:
        """The directory is another from now on."""
        self.directory = directory
        self._did(now, "directory", opening.directory_changed(self.case, self._moment(now)))

    def hear(self, who: str, answer: Answer, now: datetime) -> None:
        self._did(now, f"{who}: {answer.does}", answers.hear(self.case, who, answer, self._moment(now)))

    def file(self, letter: Letter, words: str, now: datetime) -> None:
        """A mail that is no offered answer: business support reads it."""
        sender = None if letter.to == BUSINESS_SUPPORT else self.case.party(letter.to)
        moment = self._moment(now)
        verb = messages.put_to_a_person(self.case, f"m{len(self.steps)}", words, sender, letter.offers, moment)
        self._did(now, "mail", verb)

    def support(self, event: Event, now: datetime) -> None:
        """What business support does to the case. Raises ScenarioError where it cannot be done then."""
        try:
            decision = acting.done(self.case, event, self._moment(now))
        except Refused as error:
            raise ScenarioError(f"what business support does at {event.at} is refused: {error}") from error
        self._did(now, "business support", decision)

    def became(self, letter: Letter, became: str, now: datetime) -> None:
        name = f"l{self.letters.index(letter) + 1}"
        verb = posted.posted(
            self.case,
            letter.purpose,
            letter.to,
            became,
            self._moment(now),
            tells=letter.tells,
            shares=letter.shares,
            letter=name,
        )
        self._did(now, f"{became}: {letter.purpose}", verb)

    def run_to(self, until: datetime) -> None:
        """Look at each clock whose time comes, in order. While the service is down, nothing is looked at."""
        while (clock := self.next_clock()) and (now := self._awake(clock.look_at)) <= until:
            self._did(now, f"looked: {clock.purpose}", clocks.look(self.case, clock.key, self._moment(now)))
            if self.case.clock(clock.key) == clock:
                raise ScenarioError(f"the clock {clock.key} was looked at, and neither stopped nor moved")

    def next_clock(self) -> Clock | None:
        running = [clock for clock in self.case.clocks if clock.state == "running"]
        return min(running, key=lambda clock: clock.look_at, default=None)

    def course(self) -> Course:
        names = {key: agency.name for key, agency in self.directory.agencies.items()}
        return Course(self.policy, self.calendar, names, tuple(self.steps))

    def _awake(self, moment: datetime) -> datetime:
        return max(moment, self.down_until) if self.down_until else moment

    def _did(self, now: datetime, what: str, decision: Decision) -> None:
        self.steps.append(Step(now, what, decision))
        self.letters += decision.letters
        for letter in decision.letters:
            self.became(letter, "accepted" if self._still_wanted(letter) else "withheld", now)

    def _still_wanted(self, letter: Letter) -> bool:
        kind, _, key = (letter.wanted or "").partition(":")
        if kind == "stage":
            return self.case.stage_row(key).running
        return kind != "clock" or self.case.clock(key).state == "running"

    def _moment(self, now: datetime) -> Moment:
        return Moment(now, self.policy, self.directory, self.calendar)


def _happens(play: Play, event: Event, zone: ZoneInfo) -> None:
    now = _utc(event.at, zone)
    if event.confirms:
        play.confirm(now)
    elif event.supplies:
        play.supply(event.supplies, now)
    elif event.joins:
        old = play.directory
        people = [person(event.joins), *old.people]
        play.enter(Directory(old.agencies.values(), people, old.business_support), now)
    elif event.bounces:
        play.became(_written_to(play, event.bounces.to, event.bounces.letter), event.bounces.became, now)
    elif event.down_until:
        play.down_until = _utc(event.down_until, zone)
    elif any(getattr(event, kind) for kind in SUPPORT_DOES):
        play.support(event, now)
    elif event.mail:
        play.file(_written_to(play, event.who, ""), event.mail, now)
    else:
        letter, offer = _offered(play, event.who, event.says)
        evidence = Evidence("telephone", by=BUSINESS_SUPPORT) if event.by_telephone else Evidence("reply")
        play.hear(letter.to, Answer(offer.does, offer.about, event.text, event.day, evidence), now)


def _offered(play: Play, who: str, word: str) -> tuple[Letter, Offer]:
    """The latest letter to somebody that offers this answer. Business support may take down any answer."""
    course = play.course()
    for letter in reversed(play.letters):
        mine = who in course.known_as(letter)
        for offer in letter.offers:
            if offer.does.startswith("give:") and play.case.asked_thing(offer.about).answered_at:
                continue
            if offer.word == word and mine:
                return letter, offer
            if offer.word == word and who == "business support":
                return replace(letter, to=BUSINESS_SUPPORT), offer
    raise ScenarioError(f"no letter to {who} has offered the answer {word}")


def _written_to(play: Play, who: str, purpose: str) -> Letter:
    course = play.course()
    for letter in reversed(play.letters):
        if who in course.known_as(letter) and purpose in ("", letter.purpose):
            return letter
    raise ScenarioError(f"no letter {purpose} has gone to {who}")


def _entry_line(entry: Written) -> str:
    return f"record  {entry.words}" + (f" [{entry.source.cited}]" if entry.source else "")


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _strings(each)


def _utc(local: datetime, zone: ZoneInfo) -> datetime:
    return local.replace(tzinfo=zone).astimezone(UTC)
