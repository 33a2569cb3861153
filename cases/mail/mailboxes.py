"""The verbs of mailboxes that are polled, one transaction each: begun, read, moved, in trouble."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from cases.case import BUSINESS_SUPPORT
from cases.casework import Casework
from cases.store import mailboxes, outbox
from cases.store.mailboxes import Counts, Known, ToMove
from cases.verbs.decision import Letter

TOLD_AFTER = 3  # failures in a row
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=30)


class Mailboxes:
    def __init__(self, casework: Casework) -> None:
        self._casework = casework
        self._database = casework.database

    def meet(self, partnership: str, name: str, now: datetime) -> Known:
        """The mailbox as it was left; one that is new is written down."""
        with self._database.read() as connection:
            known = mailboxes.known(connection, name)
        if known:
            return known
        with self._database.write() as connection:
            return mailboxes.meet(connection, partnership, name, now)

    def begin(self, partnership: str, name: str, place: str, validity: int, uids: list[int], now: datetime) -> None:
        """The first look into a mailbox: what lies there already is counted and never judged, and support is told."""
        with self._database.write() as connection:
            mailboxes.begin(connection, name, place, validity, len(uids), max(uids, default=0), now)
            if uids:
                self._tell_of_older(connection, partnership, name, len(uids), now)

    def renumbered(self, name: str, place: str, validity: int, highest: int, now: datetime) -> None:
        """The messages bear other numbers than before, in this place or in another, the highest being `highest`."""
        with self._database.write() as connection:
            mailboxes.renumbered(connection, name, place, validity, highest, now)

    def left_alone(self, partnership: str, name: str, older: int, now: datetime) -> None:
        """Business support is told how many messages were there before the service began."""
        with self._database.write() as connection:
            self._tell_of_older(connection, partnership, name, older, now)

    def stored(self, name: str, validity: int, after: int) -> set[int]:
        """Numbers above `after` that need not be read again."""
        with self._database.read() as connection:
            return mailboxes.with_receipt(connection, name, validity, after)

    def to_move(self, name: str, validity: int) -> list[ToMove]:
        with self._database.read() as connection:
            return mailboxes.to_move(connection, name, validity)

    def moved(self, name: str, validity: int, uids: list[int], now: datetime) -> None:
        with self._database.write() as connection:
            mailboxes.moved(connection, name, validity, uids, now)

    def progressed(self, name: str, last_uid: int, older: int) -> None:
        with self._database.write() as connection:
            mailboxes.progressed(connection, name, last_uid, older)

    def well(self, name: str, now: datetime) -> None:
        with self._database.write() as connection:
            mailboxes.well(connection, name, now)

    def failed(self, partnership: str, name: str, trouble: str, readable: bool, now: datetime) -> None:
        """Write trouble down, and put the next look off where the mailbox cannot be read.

        Business support is told once in each run of failures. `trouble` holds no address and no secret.
        """
        with self._database.write() as connection:
            known = mailboxes.known(connection, name)
            before = known.failures if known else 0
            wait = min(FIRST_WAIT * 2 ** min(before, 10), LONGEST_WAIT)
            now_known = mailboxes.failed(connection, name, trouble, None if readable else now + wait)
            if now_known.failures == TOLD_AFTER:
                self._tell_support(connection, partnership, now_known, now)

    def counts(self, partnership: str, name: str) -> Counts:
        with self._database.read() as connection:
            return mailboxes.counts(connection, partnership, name)

    def _tell_of_older(self, connection: Connection, partnership: str, name: str, older: int, now: datetime) -> None:
        mails = "1 message that was" if older == 1 else f"{older} messages that were"
        words = (
            f"It leaves alone {mails} there before it began, and answers none of them. "
            "If one may be about a child, please see to it yourself."
        )
        self._write_support(connection, partnership, f"mailbox:{name}:older", words, now, trouble=False)

    def _tell_support(self, connection: Connection, partnership: str, mailbox: Known, now: datetime) -> None:
        since = mailbox.polled_at or mailbox.started_at
        about = f"mailbox:{mailbox.name}:{since.isoformat()}"
        self._write_support(connection, partnership, about, mailbox.trouble, now, trouble=True)

    def _write_support(
        self, connection: Connection, partnership: str, about: str, words: str, now: datetime, trouble: bool
    ) -> None:
        office = self._casework.partnerships[partnership]
        values = {
            "partnership": office.loaded.policy.partnership.name,
            "words": words,
            "begins": not trouble,
            "to_name": "colleague",
        }
        letter = Letter(
            "mailbox", BUSINESS_SUPPORT, "Business support", office.business_support, about, values, urgent=trouble
        )
        outbox.plan(connection, office, None, letter, self._casework.keyring, now)
