"""Whether the service is alive and its clock is right: beats, the times in which it stood still, changes of the clock.

Nothing that time alone would cause happens while the time is in doubt: a person looks first (guarantees, E16).
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from cases.case import BUSINESS_SUPPORT
from cases.casework import Casework
from cases.digest.daily import Digests
from cases.digest.words import length
from cases.store import brakes, outbox, pulse
from cases.verbs.decision import Letter

CLOCKS, LETTERS = "clocks", "letters"
SILENT_AFTER = {CLOCKS: timedelta(minutes=5), LETTERS: timedelta(minutes=20)}  # a mail server may take twelve minutes
STOPPED = timedelta(minutes=10)

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
        """The service starts. How long it was down is written down; a clock that is behind its last beat is wrong."""
        with self._database.write() as connection:
            last = pulse.last_beats(connection).get(CLOCKS)
            if last and now - last > STOPPED:
                self._gap(connection, "stopped", last, now, now - last)
            if last and last - now > STOPPED:
                self._doubt(connection, last, now, now - last)
            for thread in SILENT_AFTER:
                pulse.beat(connection, thread, now)

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

    def doubt(self, partnership: str) -> str:
        """Why a person must look at the time before anything goes on; empty where there is no doubt."""
        with self._database.read() as connection:
            jump = pulse.last_jump(connection, partnership) if pulse.is_doubted(connection, partnership) else None
        if jump is None:
            return ""
        way = "forward" if jump.seconds > 0 else "back"
        return f"The computer’s clock was set {way} by {length(jump.seconds)}."

    def faults(self, now: datetime) -> list[str]:
        """What is wrong with the running of the service, without personal content. Empty where all is well."""
        with self._database.read() as connection:
            beats = pulse.last_beats(connection)
        unborn = [] if beats else ["The service has not begun its work."]
        troubles = [self.trouble(partnership, now) for partnership in self._casework.partnerships]
        return [*unborn, *dict.fromkeys(words for trouble in troubles for words in trouble)]

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

    def _doubt(self, connection: Connection, since: datetime, now: datetime, by: timedelta) -> None:
        self._gap(connection, "jumped", since, now, by)
        for partnership in self._casework.partnerships:
            brakes.pull(connection, partnership, pulse.CLOCK, now)
            self._tell(connection, partnership, now, by)

    def _tell(self, connection: Connection, partnership: str, now: datetime, by: timedelta) -> None:
        office = self._casework.partnerships[partnership]
        seconds = round(by.total_seconds())
        values = {
            "partnership": office.loaded.policy.partnership.name,
            "way": "forward" if seconds > 0 else "back",
            "length": length(seconds),
            "path": f"/desk/{partnership}/letters",
            "to_name": "colleague",
        }
        about = f"clock:{partnership}:{now.isoformat()}"
        letter = Letter(
            "clock_changed", BUSINESS_SUPPORT, "Business support", office.business_support, about, values, urgent=True
        )
        outbox.plan(connection, partnership, None, letter, self._casework.keyring, now, office.reply_domain)
