"""Mail that belongs to no case: a person is told at once, its sender once, and nobody forgets it (E62)."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from cases.holidays import england
from cases.mail.correspondence import Correspondence
from cases.store import inbox, outbox
from cases.tables import letters
from cases.verbs.decision import Letter
from cases.working_time import late_after, spoken_date

ACKNOWLEDGED = "acknowledged"
ACKNOWLEDGED_EVERY = timedelta(days=7)


class Tray:
    def __init__(self, correspondence: Correspondence) -> None:
        self._mail = correspondence
        self._casework = correspondence.casework
        self._keyring = correspondence.keyring

    def stranger(
        self, message_id: str, email: str, name: str, why: str, harm_words: tuple[str, ...], now: datetime
    ) -> None:
        """A person wrote who is in no directory, or about no case: into the tray, and acknowledged once in a week.

        With words of immediate harm in it business support is told urgently. Without an address nobody is answered.
        """
        with self._mail.database.write() as connection:
            message = self._mail.unjudged(connection, message_id)
            if message is None:
                return
            self._mail.tell_support(connection, message, why, now, harm_words)
            if harm_words:
                inbox.set_urgent(connection, message_id)
            self._mail.judged(connection, message, "tray", why)
            if email:
                self._acknowledge(connection, message, email, name, now)

    def remind(self, now: datetime) -> int:
        """Business support is reminded, once a working day, of mails that nobody has seen to by the end of the next
        working day. Gives how many mails are late."""
        return sum(self._remind(partnership, now) for partnership in self._casework.partnerships)

    def _remind(self, partnership: str, now: datetime) -> int:
        with self._mail.database.write() as connection:
            calendar = self._casework.calendar(connection, partnership)
            if calendar.next_sending_moment(now) > now:
                return 0
            today, waiting = calendar.local_date(now), inbox.in_tray(connection, partnership)
            late = [(each, at) for each, at, last in waiting if last != today and late_after(calendar, at) <= now]
            if late:
                self._remind_of(connection, partnership, len(late), late[0][1], now)
                inbox.reminded(connection, [each for each, _ in late], today)
            return len(late)

    def _remind_of(self, connection: Connection, partnership: str, count: int, since: datetime, now: datetime) -> None:
        calendar = england()
        came = spoken_date(calendar.local_date(since))
        mails = "1 mail waits" if count == 1 else f"{count} mails wait"
        words = (
            f"{mails} in the tray for longer than to the end of the next working day. The oldest came on {came}. "
            "Somebody may have written about a child. Please read it today."
        )
        self._mail.write_support(connection, partnership, f"tray:{partnership}:{now.isoformat()}", words, now)

    def _acknowledge(
        self, connection: Connection, message: inbox.Received, email: str, name: str, now: datetime
    ) -> None:
        whose = self._keyring.tokens(connection, now).lookup("sender", _without_mark(email))
        mine = letters.c.case_id.is_(None) & (letters.c.purpose == ACKNOWLEDGED) & (letters.c.recipient == whose)
        lately = mine & (letters.c.partnership_id == message.partnership)
        recent = (
            select(func.count()).select_from(letters).where(lately, letters.c.planned_at > now - ACKNOWLEDGED_EVERY)
        )
        if connection.execute(recent).scalar_one():
            return
        office = self._casework.partnerships[message.partnership]
        calendar = self._casework.calendar(connection, message.partnership)
        values = {
            "partnership": office.loaded.policy.partnership.name,
            "to_name": name,
            "by": spoken_date(calendar.next_working_day(calendar.local_date(message.received_at))),
        }
        letter = Letter(ACKNOWLEDGED, whose, name, email, f"mail:{message.id}", values)
        outbox.plan(connection, office, None, letter, self._keyring, now)


def _without_mark(address: str) -> str:
    """The address without what follows a plus: a robot that marks each of its mails is still one robot."""
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
