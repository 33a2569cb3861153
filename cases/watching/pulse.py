"""Whether the service is alive and its clock is right: beats, the times in which it stood still, changes of the clock.

Nothing that time alone would cause happens while the time is in doubt: a person looks first (guarantees, E16).
"""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from cases.case import BUSINESS_SUPPORT
from cases.casework import Casework
from cases.digest.daily import Digests
from cases.digest.words import length
from cases.store import brakes, case_rows, outbox, pulse, tasks
from cases.verbs.decision import Letter
from cases.verbs.misdated import TASK, misdated
from cases.watching.auditor import audit_overdue

log = structlog.get_logger()

CLOCKS, LETTERS = "clocks", "letters"
SILENT_AFTER = {CLOCKS: timedelta(minutes=5), LETTERS: timedelta(minutes=20)}  # a mail server may take twelve minutes
STOPPED = timedelta(minutes=10)
DOWN_AT_MOST = timedelta(days=5)  # a closure over Christmas; after longer a person says that the time is right

_SILENT = {
    CLOCKS: "Nobody has looked at the clocks since {}.",
    LETTERS: "No letter has been seen to since {}.",
}


class Pulse:
    def __init__(self, casework: Casework) -> None:
        self._casework = casework
        self._database = casework.database

    def beat(self, thread: str, now: datetime) -> None:
        with self._database.write() as connection:
            pulse.beat(connection, thread, now)

    def began(self, now: datetime) -> None:
        """The service starts. How long it was down is written down; a clock that is behind its last beat is wrong, and
        one that is days ahead of it may be: nobody was there to see it being set forward."""
        with self._database.write() as connection:
            last = pulse.last_beats(connection).get(CLOCKS)
            if last and now - last > STOPPED:
                self._stopped(connection, last, now)
            if last and last - now > STOPPED:
                self._doubt(connection, last, now, now - last)
            for thread in SILENT_AFTER:
                pulse.beat(connection, thread, now)
        if last and last - now > STOPPED:
            self._misdated(now)

    def stood_still(self, since: datetime, now: datetime) -> None:
        """It ran, and did nothing for a while: the machine was suspended, or the disk held it up."""
        with self._database.write() as connection:
            self._gap(connection, "stopped", since, now, now - since)

    def jumped(self, before: datetime, now: datetime, by: timedelta) -> None:
        """The computer's clock was changed while the service ran."""
        with self._database.write() as connection:
            self._doubt(connection, before, now, by)
            for thread in SILENT_AFTER:
                pulse.beat(connection, thread, now)
        if by < timedelta():
            self._misdated(now)

    def is_doubted(self) -> bool:
        """Whether the time is in doubt for all: it is one clock, and the word of one desk that it is right will do."""
        with self._database.read() as connection:
            return all(pulse.is_doubted(connection, partnership) for partnership in self._casework.partnerships)

    def doubt(self, partnership: str) -> str:
        """Why a person must look at the time before anything goes on; empty where there is no doubt."""
        with self._database.read() as connection:
            doubted = pulse.is_doubted(connection, partnership)
            gap = pulse.last_doubted(connection, partnership, DOWN_AT_MOST) if doubted else None
        if gap is None:
            return ""
        if gap.kind == "stopped":
            return f"The service did not run for {length(gap.seconds)}, or the computer’s clock was set forward."
        way = "forward" if gap.seconds > 0 else "back"
        return f"The computer’s clock was set {way} by {length(gap.seconds)}."

    def faults(self, now: datetime) -> list[str]:
        """What is wrong with the running of the service, without personal content. Empty where all is well."""
        with self._database.read() as connection:
            beats = pulse.last_beats(connection)
        unborn = [] if beats else ["The service has not begun its work."]
        troubles = [self.trouble(partnership, now) for partnership in self._casework.partnerships]
        troubles += [[audit_overdue(self._casework, each, now)] for each in self._casework.partnerships]
        return [*unborn, *dict.fromkeys(words for trouble in troubles for words in trouble if words)]

    def trouble(self, partnership: str, now: datetime) -> list[str]:
        """What a partnership's desk must know of it."""
        with self._database.read() as connection:
            beats = pulse.last_beats(connection)
        silent = [
            _SILENT[thread].format(f"{at:%Y-%m-%d %H:%M} UTC")
            for thread, at in beats.items()
            if now - at > SILENT_AFTER[thread]
        ]
        doubt, late = self.doubt(partnership), Digests(self._casework).overdue(partnership, now)
        return [*silent, *filter(None, (doubt, late))]

    def _gap(self, connection: Connection, kind: str, since: datetime, now: datetime, by: timedelta) -> None:
        for partnership in self._casework.partnerships:
            pulse.add_gap(connection, partnership, kind, since, now, round(by.total_seconds()))

    def _stopped(self, connection: Connection, last: datetime, now: datetime) -> None:
        self._gap(connection, "stopped", last, now, now - last)
        if now - last > DOWN_AT_MOST:
            self._pull(connection, now, "", now - last)

    def _doubt(self, connection: Connection, since: datetime, now: datetime, by: timedelta) -> None:
        self._gap(connection, "jumped", since, now, by)
        if by < timedelta():
            pulse.not_later(connection, now, outbox.LEASE)
        self._pull(connection, now, "forward" if by > timedelta() else "back", by)

    def _pull(self, connection: Connection, now: datetime, way: str, by: timedelta) -> None:
        for partnership in self._casework.partnerships:
            brakes.pull(connection, partnership, pulse.CLOCK, now)
            self._tell(connection, partnership, now, way, by)

    def _misdated(self, now: datetime) -> None:
        """What was raised in the false time is a task: each on its own, so that one that fails holds up no other."""
        with self._database.read() as connection:
            partnerships = self._casework.partnerships
            found = [each for key in partnerships for each in pulse.opened_after(connection, key, now)]
        for case_id in found:
            try:
                self._tell_misdated(case_id, now)
            except Exception as error:
                log.error("a case of the false time could not be told", case=case_id, error=type(error).__name__)

    def _tell_misdated(self, case_id: str, now: datetime) -> None:
        with self._database.write() as connection:
            case = case_rows.load(connection, case_id, self._casework.keyring)
            if not tasks.has(connection, case_id, TASK):
                self._casework.apply(connection, case, now, misdated)

    def _tell(self, connection: Connection, partnership: str, now: datetime, way: str, by: timedelta) -> None:
        office = self._casework.partnerships[partnership]
        seconds = round(by.total_seconds())
        values = {
            "partnership": office.loaded.policy.partnership.name,
            "way": way,
            "length": length(seconds),
            "path": f"/desk/{partnership}/letters",
            "to_name": "colleague",
        }
        about = f"clock:{partnership}:{now.isoformat()}"
        letter = Letter(
            "clock_changed", BUSINESS_SUPPORT, "Business support", office.business_support, about, values, urgent=True
        )
        outbox.plan(connection, office, None, letter, self._casework.keyring, now)
