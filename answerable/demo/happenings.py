"""What happens by itself, and what happened: the new entries of every case's record between two moments."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from answerable.wiring import Service
from cases.case import Clock
from cases.standing import View, next_steps
from cases.store import case_rows

# Entries that only prepare or repeat what another entry, or a letter, says.
UNSAID = ("letter_accepted", "clock_looked", "clock_started", "clock_stopped", "shared")

STEPS = {
    "asked": "what was asked for in writing is asked for again",
    "on_file": "somebody is asked again to put it on the child's file",
    "told": "the person who raised it counts as told, if no failure came back",
    "objection": "the time to object is over",
    "confirmation": "business support is told that the raiser's address is not confirmed",
    "diversion": "the named person is asked again for a decision",
}


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened to a case. `at` is aware UTC; the reference is empty where no case is concerned."""

    at: datetime
    reference: str
    words: str


class Happenings:
    def __init__(self, service: Service) -> None:
        self._service = service

    def mark(self) -> Mapping[str, int]:
        """How far every case's record has come."""
        with self._service.database.read() as connection:
            partnerships = self._service.casework.partnerships
            heads = [head for each in partnerships for head in case_rows.heads(connection, each)]
        return {head.case_id: head.length for head in heads}

    def since(self, before: Mapping[str, int], now: datetime) -> tuple[Happening, ...]:
        """What happened after a mark, in order."""
        grown = [case_id for case_id, length in self.mark().items() if length > before.get(case_id, 0)]
        found = [each for case_id in grown for each in self._entries(case_id, before.get(case_id, 0), now)]
        return tuple(sorted(found, key=lambda each: each.at))

    def upcoming(self, now: datetime) -> Happening | None:
        """The next thing that happens by itself."""
        moment = self._service.casework.next_thing()
        if moment is None:
            return None
        due = self._service.casework.due_clocks(moment, 1)
        if not due:
            return Happening(moment, "", "a letter that waits is tried again")
        view = self._service.reading.case(due[0][0], now)
        return Happening(moment, view.case.reference, _step(view, view.case.clock(due[0][1])))

    def _entries(self, case_id: str, after: int, now: datetime) -> Iterator[Happening]:
        reference = self._service.reading.case(case_id, now).case.reference
        for entry in self._service.ledger.record(case_id).entries[after:]:
            if entry.kind not in UNSAID:
                yield Happening(entry.at, reference, str(entry.content["words"]))


def _step(view: View, clock: Clock) -> str:
    return next_steps(view, clock) if clock.purpose == "timescale" else STEPS[clock.purpose]
