"""A case as it stands: values only, and the one way in which they change.

Every change is the new value of one part (a party, a stage, a clock, something asked) or of the case's own fields. An
entry of the record carries the changes that it made, so folding the entries of the record gives the case again.
Times are aware UTC datetimes; days are local dates of the partnership.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any, Literal

from cases.policy import Facts
from cases.stages import Side

Status = Literal["open", "paused", "disputed", "closing", "closed"]
Part = Side | Literal["decider", "partnership"]

Purpose = Literal["timescale", "asked", "on_file", "objection", "told", "confirmation", "diversion", "pause", "breach"]

BUSINESS_SUPPORT = "business_support"


@dataclass(frozen=True, slots=True)
class Party:
    """A person in a role on a case."""

    key: str
    part: Part
    role: str
    title: str
    name: str
    email: str
    agency: str | None = None
    holder: str = ""  # the address of whoever holds the role, while this person acts for them as their delegate
    by_hand: bool = False  # business support put this person here: the directory does not replace them


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting of a stage. `at` is local to the partnership; without it the meeting lasts the whole day."""

    day: date
    at: time | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What one side, or the decider, says about how a stage ended."""

    part: Part
    outcome: str
    text: str
    at: datetime
    party: str


@dataclass(frozen=True, slots=True)
class StageRow:
    """A stage of a track at one tier (0 is the stage itself): when it began, what was said, how it ended."""

    key: str
    track: str
    stage: str
    tier: int
    started_at: datetime
    said: tuple[Said, ...] = ()
    heard: tuple[str, ...] = ()  # the parties that answered anything
    informed: tuple[str, ...] = ()  # "role:side" of those told without being asked
    missing: tuple[str, ...] = ()  # "role:side" that nobody is known to hold
    absent: tuple[str, ...] = ()  # whom business support knows of: "party:away:last day", "party:left:address"
    way: str | None = None
    meeting: Meeting | None = None
    ended_at: datetime | None = None
    outcome: str | None = None

    @property
    def running(self) -> bool:
        return self.ended_at is None

    def said_by(self, part: Part) -> Said | None:
        return next((said for said in self.said if said.part == part), None)


@dataclass(frozen=True, slots=True)
class Clock:
    """A running timescale. `due_at` is when it is overdue; `look_at` is when the next step of its ladder is due.

    A paused one keeps what was left of it (decisions, "Time"); a stated date, `fixed`, stands through a pause.
    """

    key: str
    purpose: Purpose
    name: str
    about: str  # the stage row, the asked thing or the party that it concerns
    started_at: datetime
    due_at: datetime
    due_day: date
    working: str
    look_at: datetime
    ladder: str | None = None
    step: int = 0
    state: Literal["running", "paused", "stopped"] = "running"
    kind: Literal["guide", "binding", "chosen"] = "chosen"
    provisional: bool = False
    fixed: bool = False
    paused_at: datetime | None = None
    reckoned: datetime | None = None  # due by the policy's own reckoning, where a pause or a person moved it since
    entered: bool = False  # a date that a person entered: it stands, whatever the working days become
    days_left: int | None = None  # the working days that were left of it when it was paused
    rests_on: Mapping[str, str] = field(default_factory=dict)  # the answers that its date was reckoned from


@dataclass(frozen=True, slots=True)
class Asked:
    """Something asked of a party in writing, and what came."""

    key: str
    request: str
    title: str
    asks: str
    row: str
    party: str
    asked_at: datetime
    answer: str | None = None
    answered_at: datetime | None = None


# What a case has before anything happened to it: its first entry says so.
FIRST_FIELDS = ("partnership", "reference", "policy", "opened_at", "track", "trial")


@dataclass(frozen=True, slots=True)
class Case:
    id: str
    partnership: str
    reference: str
    policy: str  # hash of the policy text that it runs under
    opened_at: datetime
    track: str
    trial: bool = False  # raised while a trial ran: its letters never go to anybody but the test person
    status: Status = "open"
    status_why: str = ""
    confirmed: bool = False
    confidential: bool = False
    told: bool = False
    paused_at: datetime | None = None  # since when its clocks stand still
    paused_until: date | None = None  # the day on which they run again by themselves; none: until a person says so
    merged_into: str = ""  # the reference of the case that this one turned out to be
    barred: tuple[str, ...] = ()  # addresses, in lower case, to which nothing more of this case may go
    outcome: str | None = None
    closed_at: datetime | None = None
    length: int = 0  # entries of the record so far
    facts: Facts = field(default_factory=dict)
    agencies: Mapping[str, str] = field(default_factory=dict)  # side -> agency key
    filed: tuple[str, ...] = ()  # parties who confirmed that it is on the child's file
    to_share: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    told_closed: tuple[str, ...] = ()  # parties who wrote after the end and were told so, once
    asked_again: Mapping[str, datetime] = field(default_factory=dict)  # whom we asked what their mail means, and when
    parties: tuple[Party, ...] = ()
    stages: tuple[StageRow, ...] = ()
    clocks: tuple[Clock, ...] = ()
    asked: tuple[Asked, ...] = ()

    @property
    def raiser(self) -> Party:
        return self.parties[0]

    @property
    def row(self) -> StageRow | None:
        """The stage that the case is in, or was in last."""
        return self.stages[-1] if self.stages else None

    def is_barred(self, email: str) -> bool:
        """Whether nothing more of this case may go to an address, or be taken from it."""
        return email.lower() in self.barred

    def party(self, key: str) -> Party:
        return next(party for party in self.parties if party.key == key)

    def stage_row(self, key: str) -> StageRow:
        return next(row for row in self.stages if row.key == key)

    def clock(self, key: str) -> Clock:
        return next(clock for clock in self.clocks if clock.key == key)

    def asked_thing(self, key: str) -> Asked:
        return next(asked for asked in self.asked if asked.key == key)

    def running(self, purpose: str, about: str | None = None) -> tuple[Clock, ...]:
        """The clocks of a kind that have not stopped, or of a kind about one thing. A paused one has not stopped."""
        return tuple(
            clock
            for clock in self.clocks
            if clock.state != "stopped" and clock.purpose == purpose and about in (None, clock.about)
        )


@dataclass(frozen=True, slots=True)
class Fields:
    """New values of the case's own fields."""

    values: Mapping[str, Any]


Changed = Party | StageRow | Clock | Asked | Fields
PLACES: Mapping[type, str] = {Party: "parties", StageRow: "stages", Clock: "clocks", Asked: "asked"}


def changed(case: Case, changes: Iterable[Changed]) -> Case:
    """The case after one entry with these changes: a part replaces the one of the same key, or is added."""
    new: dict[str, Any] = {"length": case.length + 1}
    for change in changes:
        if isinstance(change, Fields):
            new.update(change.values)
        else:
            place = PLACES[type(change)]
            new[place] = _with(new.get(place, getattr(case, place)), change)
    return replace(case, **new)


def _with(parts: tuple[Any, ...], part: Any) -> tuple[Any, ...]:
    if any(each.key == part.key for each in parts):
        return tuple(part if each.key == part.key else each for each in parts)
    return (*parts, part)
