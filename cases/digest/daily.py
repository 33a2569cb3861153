"""The verbs of the daily digest: made once a working morning for each partnership, and missed loudly where it was not.

A digest and its letter are one transaction. The table holds one for a day, whatever stops in between.
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from cases.case import BUSINESS_SUPPORT
from cases.casework import Casework
from cases.digest.composing import compose, subject
from cases.digest.findings import Digest
from cases.digest.gathering import Gathering, arrives_by
from cases.store import digests, outbox, pulse
from cases.store.digests import Made
from cases.verbs.decision import Letter
from cases.working_time import ONE_DAY, spoken_date

PURPOSE = "digest"
A_PAGE = 50


class Digests:
    """`witness` takes yesterday's checkpoint of a partnership's record, which the digest carries out of the house."""

    def __init__(
        self, casework: Casework, witness: Callable[[str, datetime], object] = lambda partnership, now: None
    ) -> None:
        self._casework = casework
        self._database = casework.database
        self._witness = witness

    def make(self, partnership: str, now: datetime) -> bool:
        """Today's digest with its letter, once. Says no where it is not the time, or there is one already."""
        if not self.is_due(partnership, now):
            return False
        self._witness(partnership, now)
        with self._database.read() as connection:
            gathering = Gathering(self._casework, connection, partnership, now)
            since, found = gathering.since, gathering.findings()
        digest = compose(found)
        with self._database.write() as connection:
            if digests.of_day(connection, partnership, digest.day):
                return False
            letter_id = self._plan(connection, partnership, digest, now)
            digests.keep(connection, partnership, Made(since, now, letter_id, digest))
        return True

    def is_due(self, partnership: str, now: datetime) -> bool:
        """Whether it is a working day from eight o'clock on, and today's digest is not made yet."""
        with self._database.read() as connection:
            if pulse.is_doubted(connection, partnership):
                return False
            calendar = self._casework.calendar(connection, partnership)
            local = calendar.local(now)
            if not calendar.is_working_day(local.date()) or local.time() < calendar.sending_from:
                return False
            return digests.of_day(connection, partnership, local.date()) is None

    def next_morning(self, partnership: str, now: datetime) -> datetime:
        """The next time after now at which a working morning begins."""
        with self._database.read() as connection:
            calendar = self._casework.calendar(connection, partnership)
        today = calendar.local_date(now)
        opens = calendar.next_sending_moment(calendar.end_of(today - ONE_DAY))
        return opens if opens > now else calendar.next_sending_moment(calendar.end_of(today))

    def of_day(self, partnership: str, day: date) -> Made | None:
        with self._database.read() as connection:
            return digests.of_day(connection, partnership, day)

    def listed(self, partnership: str, before: date | None = None) -> list[Made]:
        """A page of digests, the newest first."""
        with self._database.read() as connection:
            return digests.listed(connection, partnership, before, A_PAGE)

    def overdue(self, partnership: str, now: datetime) -> str:
        """Why today's digest has not arrived although it should have; empty where all is well."""
        with self._database.read() as connection:
            calendar = self._casework.calendar(connection, partnership)
            today = calendar.local_date(now)
            if not calendar.is_working_day(today) or now < arrives_by(calendar, today):
                return ""
            made = digests.of_day(connection, partnership, today)
            began = calendar.end_of(today - ONE_DAY)
            if made is None and not digests.is_in_use(connection, partnership, began):
                return ""
            if made is None:
                return f"The digest of {spoken_date(today)} has not been made."
            state, _ = digests.letter_state(connection, made.letter_id)
            return "" if state == "accepted" else f"The digest of {spoken_date(today)} has not left: it is {state}."

    def _plan(self, connection: Connection, partnership: str, digest: Digest, now: datetime) -> str:
        office = self._casework.partnerships[partnership]
        values = values_of(digest, office.loaded.policy.partnership.name, partnership)
        about = f"{partnership}:{digest.day.isoformat()}"
        letter = Letter(  # urgent: no brake holds it, and it is tried every few minutes
            PURPOSE, BUSINESS_SUPPORT, "Business support", office.business_support, about, values, urgent=True
        )
        return outbox.plan(connection, office, None, letter, self._casework.keyring, now)


def values_of(digest: Digest, name: str, key: str) -> dict[str, Any]:
    """What the letter is made from: the very content that is stored and shown at the desk."""
    return asdict(digest) | {
        "day": digest.day.isoformat(),
        "title": subject(digest),
        "partnership": name,
        "path": f"/desk/{key}",
        "to_name": "colleague",
    }
