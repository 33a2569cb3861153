"""The auditor: looks daily at every open case, and says what should have happened by now and did not (E23).

It goes by the record's entries, the case folded from them, and the letters: not by the clocks that the service works
off, nor by the state that it keeps. It tells business support, and repairs nothing.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, select, text, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from cases.case import BUSINESS_SUPPORT, Case, Clock
from cases.casework import Casework
from cases.ledger import Ledger
from cases.letter_titles import letter_title
from cases.record import Entry
from cases.shape import rebuilt
from cases.store import case_rows, outbox, pulse
from cases.tables import audits, cases, letters
from cases.vault import KeyDestroyed
from cases.verbs.decision import Letter
from cases.working_time import Calendar, spoken_date

GRACE = timedelta(hours=1)  # for a look at a clock
LEAVES_WITHIN = timedelta(hours=4)
TOLD_WITHIN = timedelta(days=1)
BEGINS, ENDS = time(6), time(18)  # a hundred thousand cases take about nine hours
A_PIECE = 200
MOST_TOLD = 20

log = structlog.get_logger()

_OPEN = text("cases.status != 'closed'")
_TO_SEND = text("letters.state IN ('planned','handing over','uncertain')")
_HELD = text("letters.state = 'held'")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that should have happened by now. The reference is empty where it is about no case."""

    reference: str
    what: str


class Auditor:
    def __init__(self, casework: Casework, ledger: Ledger) -> None:
        self._casework = casework
        self._database = casework.database
        self._ledger = ledger

    def findings(self, partnership: str, now: datetime) -> list[Finding]:
        """Everything that is missing, in one go."""
        found, after = self._letters(partnership, now), ""
        while piece := self._piece(partnership, after):
            for case_id, reference in piece:
                found += self._case(case_id, reference, now)
            after = piece[-1][0]
        return found

    def go_on(self, partnership: str, now: datetime) -> int | None:
        """Go on with the day's audit, from six o'clock on, some cases at a time. Gives how much was found once it
        ends, nothing before and after."""
        with self._database.read() as connection:
            calendar = self._casework.calendar(connection, partnership)
            local = calendar.local(now)
            row = self._row(connection, partnership, local.date())
            if local.time() < BEGINS or (row and row.done_at) or pulse.is_doubted(connection, partnership):
                return None
        found = [tuple(each) for each in json.loads(row.found)] if row else []
        found += [] if row else [astuple(each) for each in self._letters(partnership, now)]
        piece = self._piece(partnership, row.after if row else "")
        for case_id, reference in piece:
            found += [astuple(each) for each in self._case(case_id, reference, now)]
        done = len(piece) < A_PIECE
        values = {"after": piece[-1][0] if piece else "", "found": json.dumps(found), "done_at": now if done else None}
        with self._database.write() as connection:
            if not self._kept(connection, partnership, local.date(), row, values):
                return None  # another process has looked at these cases, and tells what it found
            if done and found:
                self._tell(connection, partnership, [Finding(*each) for each in found], now)
        return len(found) if done else None

    def last(self, partnership: str) -> tuple[datetime, int] | None:
        """When the last audit ended, and how much it found."""
        mine = (audits.c.partnership_id == partnership) & audits.c.done_at.is_not(None)
        with self._database.read() as connection:
            row = connection.execute(select(audits).where(mine).order_by(audits.c.day.desc()).limit(1)).first()
        return (row.done_at, len(json.loads(row.found))) if row else None

    def _kept(self, connection: Connection, partnership: str, day: date, seen: Any, values: dict[str, Any]) -> bool:
        """Write how far it has come; says no where somebody else has since the row was read."""
        if seen is None:
            new = insert_or(audits).values(partnership_id=partnership, day=day, **values).on_conflict_do_nothing()
            return connection.execute(new).rowcount == 1
        mine = (audits.c.partnership_id == partnership) & (audits.c.day == day)
        same = mine & audits.c.done_at.is_(None) & (audits.c.after == seen.after)
        return connection.execute(update(audits).where(same).values(**values)).rowcount == 1

    def _row(self, connection: Connection, partnership: str, day: object) -> Any:
        mine = (audits.c.partnership_id == partnership) & (audits.c.day == day)
        return connection.execute(select(audits).where(mine)).first()

    def _piece(self, partnership: str, after: str) -> Sequence[Any]:
        """(id, reference) of the next open cases."""
        mine = (cases.c.partnership_id == partnership) & _OPEN & (cases.c.id > after)
        with self._database.read() as connection:
            found = select(cases.c.id, cases.c.reference).where(mine).order_by(cases.c.id).limit(A_PIECE)
            return connection.execute(found).all()

    def _letters(self, partnership: str, now: datetime) -> list[Finding]:
        """Letters that were written and have not left, of cases and of none."""
        mine = (letters.c.partnership_id == partnership) & (letters.c.planned_at < now - LEAVES_WITHIN)
        joined = letters.outerjoin(cases, cases.c.id == letters.c.case_id)
        wanted = select(cases.c.reference, letters.c.purpose, letters.c.planned_at, letters.c.state)
        with self._database.read() as connection:
            calendar = self._casework.calendar(connection, partnership)
            rows = [
                *connection.execute(wanted.select_from(joined).where(mine & _TO_SEND)),
                *connection.execute(wanted.select_from(joined).where(mine & _HELD)),
            ]
        return [Finding(row.reference or "", _unsent(calendar, row)) for row in rows]

    def _case(self, case_id: str, reference: str, now: datetime) -> list[Finding]:
        """What is missing in one case; one that cannot be looked at is a finding itself, and stops no other."""
        try:
            return self._missing(case_id, reference, now)
        except Exception as error:
            log.error("a case could not be audited", case=case_id, error=type(error).__name__)
            return [Finding(reference, "It cannot be read. Please tell whoever keeps this service.")]

    def _missing(self, case_id: str, reference: str, now: datetime) -> list[Finding]:
        """What is missing in one case, all as of one moment; nothing of one whose content was erased."""
        with self._database.read() as connection:
            try:
                stored = case_rows.load(connection, case_id, self._casework.keyring)
            except KeyDestroyed:
                return []
            calendar = self._casework.calendar(connection, stored.partnership)
            sent = outbox.of_case(connection, case_id, self._casework.keyring)
            record = self._ledger.record_in(connection, case_id)
        if record.faults:
            return [Finding(reference, "Its record does not verify. Run: answerable verify.")]
        contents: Any = [entry.content for entry in record.entries]
        case = rebuilt(case_id, contents)
        wrong = [] if case == stored else ["What is stored of it is not what its record says."]
        told = {letter.planned_at for letter in sent if letter.to == case.raiser.key and letter.state != "withheld"}
        missing = (
            *_unlooked(case, _looked(record.entries), calendar, now),
            *_stands_still(case),
            *_untold(case, told, calendar, now),
        )
        return [Finding(reference, what) for what in (*wrong, *missing)]

    def _tell(self, connection: Connection, partnership: str, found: Sequence[Finding], now: datetime) -> None:
        office = self._casework.partnerships[partnership]
        values = {
            "partnership": office.loaded.policy.partnership.name,
            "findings": [{"reference": each.reference, "what": each.what} for each in found[:MOST_TOLD]],
            "more": max(0, len(found) - MOST_TOLD),
            "path": f"/desk/{partnership}",
            "to_name": "colleague",
        }
        about = f"audit:{partnership}:{now.isoformat()}"
        letter = Letter(
            "audit", BUSINESS_SUPPORT, "Business support", office.business_support, about, values, urgent=True
        )
        outbox.plan(connection, office, None, letter, self._casework.keyring, now)


def audit_overdue(casework: Casework, partnership: str, now: datetime) -> str:
    """Why nobody knows whether all is done that should be; empty where the last audit ended in time."""
    with casework.database.read() as connection:
        local = casework.calendar(connection, partnership).local(now)
        day = local.date() if local.time() >= ENDS else local.date() - timedelta(days=1)
        began = datetime.combine(day, time(), local.tzinfo)
        mine = (cases.c.partnership_id == partnership) & (cases.c.opened_at < began)
        there = connection.execute(select(cases.c.id).where(mine).limit(1)).first()
        ended = (audits.c.partnership_id == partnership) & (audits.c.day >= day) & audits.c.done_at.is_not(None)
        done = connection.execute(select(audits.c.day).where(ended).limit(1)).first()
    return f"No audit of {spoken_date(day)} or later has ended." if there and not done else ""


_SETS_A_LOOK = ("clock_started", "clock_moved", "clock_looked")


def _looked(record: Sequence[Entry]) -> dict[str, datetime]:
    """When each clock was looked at last, as the record has it; one overdue from its start, when it started."""
    found: dict[str, datetime] = {}
    for entry in record:
        content: Any = entry.content
        changes = content["changes"] if entry.kind in _SETS_A_LOOK else []
        found |= {change["part"]["key"]: entry.at for change in changes if change.get("place") == "clocks"}
    return found


def _unlooked(case: Case, looked: Mapping[str, datetime], calendar: Calendar, now: datetime) -> Iterator[str]:
    """Clocks that the record started, and whose time came without a look at them."""
    for clock in case.clocks:
        if clock.state == "running" and _owed(clock, looked.get(clock.key), calendar) + GRACE < now:
            yield f"Nothing has followed from what was due {spoken_date(clock.due_day)}."


def _owed(clock: Clock, looked: datetime | None, calendar: Calendar) -> datetime:
    """When the next look is owed: whatever the service has set, the first one that is never later than the first
    morning on which the clock is overdue."""
    overdue = calendar.next_sending_moment(clock.due_at)
    return clock.look_at if looked and looked >= clock.due_at else min(clock.look_at, overdue)


def _stands_still(case: Case) -> Iterator[str]:
    if not any(clock.state != "stopped" for clock in case.clocks):
        yield "It is open, and nothing has a date any more: it would wait for ever."


def _untold(case: Case, told: set[datetime], calendar: Calendar, now: datetime) -> Iterator[str]:
    """Outcomes after which nothing was written to the person who raised it."""
    said = [each.at for row in case.stages for each in row.said if each.party != case.raiser.key]
    for at in said:
        if at + TOLD_WITHIN < now and not any(written >= at for written in told):
            yield f"An outcome of {spoken_date(calendar.local_date(at))} was not told to the person who raised it."


def _unsent(calendar: Calendar, row: Any) -> str:
    word = "is held" if row.state == "held" else "has not left"
    return f"The letter “{letter_title(row.purpose)}” of {spoken_date(calendar.local_date(row.planned_at))} {word}."
