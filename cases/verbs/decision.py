"""What a verb is given and what it gives back: (case, moment) in, a decision out. Pure.

A decision holds the case as it will stand, the entries of the record with the changes that each made, the letters to
write and the tasks for business support. A `Draft` collects them while one verb runs.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cases.case import BUSINESS_SUPPORT, Case, Changed, Fields, Party, changed
from cases.directory.directory import Directory
from cases.policy import Policy
from cases.stages import Source
from cases.working_time import Calendar


@dataclass(frozen=True, slots=True)
class Moment:
    """Everything besides the case that a decision may look at. `now` is aware UTC."""

    now: datetime
    policy: Policy
    directory: Directory
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class Offer:
    """An answer that a letter offers. The word stands on the first line of a reply; `needs` comes with it."""

    does: str
    word: str
    title: str
    about: str
    needs: tuple[str, ...] = ()  # "text", "date": required; "remark": words that help and may be missing
    effect: str = ""  # of an outcome, as the policy has it: by this, not by its title, prose is read
    words: str = ""  # what goes with it ready-made: the party's own words, read from prose and proposed back


def with_words(offer: Offer, text: str) -> str:
    """What is recorded with an offered answer: the words that it came with, and what was added to them."""
    return "\n\n".join(filter(None, (offer.words, text)))


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to one person. Unique by (purpose, about, rung, to, revision) within its case.

    `wanted` names what must still be so when it is handed over: "stage:s2", "clock:k3" or nothing.
    """

    purpose: str
    to: str  # a party's key, or business support
    name: str
    email: str
    about: str
    values: Mapping[str, Any]
    offers: tuple[Offer, ...] = ()
    rung: int = 0
    revision: int = 0
    wanted: str | None = None
    urgent: bool = False
    tells: bool = False  # once told (accepted, and no failure for a day), the raiser knows the outcome
    shares: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """Something that a person at business support must do. The key is unique within its case."""

    key: str
    words: str


@dataclass(frozen=True, slots=True)
class Written:
    """An entry of the record: what happened in plain words, and the changes that it made."""

    kind: str
    words: str
    changes: tuple[Changed, ...] = ()
    source: Source | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    case: Case
    entries: tuple[Written, ...]
    letters: tuple[Letter, ...]
    tasks: tuple[Task, ...]


class Draft:
    """Collects a decision while one verb runs; never kept after it."""

    def __init__(self, case: Case, moment: Moment) -> None:
        self.case = case
        self.moment = moment
        self.policy = moment.policy
        self.now = moment.now
        self._entries: list[Written] = []
        self._letters: list[Letter] = []
        self._tasks: list[Task] = []

    def note(self, kind: str, words: str, *changes: Changed, source: Source | None = None, **evidence: Any) -> None:
        """Write an entry of the record and make its changes."""
        self._entries.append(Written(kind, words, changes, source, evidence))
        self.case = changed(self.case, changes)

    def set(self, kind: str, words: str, *, source: Source | None = None, **values: Any) -> None:
        """Write an entry that changes the case's own fields."""
        self.note(kind, words, Fields(values), source=source)

    def write(self, letter: Letter) -> None:
        self._letters.append(letter)

    def task(self, key: str, words: str) -> None:
        """Give business support a task, once for each key."""
        words = self.by_role(words)
        self._tasks.append(Task(key, words))
        self.note("task", f"For business support: {words}")

    def by_role(self, words: str) -> str:
        """Words for business support: of the people on a confidential case they name the role alone (chscp 1.7)."""
        if not self.case.confidential:
            return words
        for party in self.case.parties:
            known = {party.name, party.email, party.holder, self.moment.directory.name_of(party.holder)} - {""}
            names = "|".join(re.escape(each) for each in sorted(known, key=len, reverse=True))
            named = rf"(?<!\w)(?:{names})(?: \({re.escape(party.title)}\)|(?!\w))"
            words = re.sub(named, f"the {party.title}", words, flags=re.IGNORECASE)
        return re.sub(r"(^|[.:?!] )the ", r"\1The ", words)

    def not_shown(self, text: str) -> str:
        """What somebody wrote, for business support: on a confidential case only that they did (chscp 1.7)."""
        return "(not shown, since the case is confidential: please telephone them)" if self.case.confidential else text

    def address(self, to: str | Party) -> tuple[str, str, str]:
        """The key, name and address of whom a letter goes to."""
        if isinstance(to, Party):
            return to.key, to.name, to.email
        return BUSINESS_SUPPORT, "Business support", self.moment.directory.business_support

    def decision(self) -> Decision:
        return Decision(self.case, tuple(self._entries), tuple(self._letters), tuple(self._tasks))
