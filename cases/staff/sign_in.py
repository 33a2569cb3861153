"""An officer signs in to the desk by a mailed link, and stays signed in for a working day at most.

Only hashes are stored of what opens the desk: the token of a link, and the value in a browser's cookie. Who somebody is
and what they may do is looked up in the staff list each time, so that it ends at once when the list says so.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection

from cases import reference
from cases.casework import Casework, Partnership
from cases.staff.officer import STAFF, Officer, on_list, same
from cases.store import outbox
from cases.store import staff as store
from cases.verbs.decision import Letter

LINK = timedelta(minutes=10)
APART = timedelta(minutes=5)  # the letters to one address: whoever asks again sooner has a good link in the mailbox
SESSION = timedelta(hours=12)
IDLE = timedelta(minutes=60)
SEEN_EVERY = timedelta(minutes=1)
KEPT = timedelta(days=30)  # of links and sessions that are over
PURPOSE = "sign_in"


class LinkSpent(ValueError):
    """The link was used, is older than ten minutes, or never was one."""


class SignIn:
    def __init__(self, casework: Casework) -> None:
        self._casework = casework
        self._database = casework.database

    def ask(self, partnership: str, email: str, back: str, now: datetime) -> None:
        """Mail a link to an address of the staff list; to any other nothing. `back` is a page of this desk.

        Where a link that was sent in the last five minutes waits unused, that one is good for whoever has the mailbox,
        and no other is sent: strangers who ask, however many, neither fill a mailbox nor keep anybody out (D31).
        """
        with self._database.read() as connection:
            if not self._officer(connection, partnership, same(email)):
                return
        with self._database.write() as connection:
            store.forget_links(connection, now - KEPT)
            officer = self._officer(connection, partnership, same(email))
            if officer and not store.link_out(connection, partnership, officer.email, now + LINK - APART):
                token = secrets.token_hex(16)
                store.keep_link(connection, partnership, reference.token_hash(token), officer.email, back, now + LINK)
                self._letter(connection, self._casework.partnerships[partnership], officer, token, now)

    def whose(self, partnership: str, token: str, now: datetime) -> Officer | None:
        """Whom a link signs in, as long as it does. Looking changes nothing: mail systems open every link (D28)."""
        with self._database.read() as connection:
            found = store.link(connection, partnership, reference.token_hash(token), now)
            return self._officer(connection, partnership, found[0]) if found else None

    def use(self, partnership: str, token: str, now: datetime, before: str = "") -> tuple[str, str]:
        """Use a link up: gives the value for the browser's cookie, and the page to go to. Raises LinkSpent.

        `before` is what the browser was signed in with until now: that session ends.
        """
        hash = reference.token_hash(token)
        with self._database.write() as connection:
            found = store.link(connection, partnership, hash, now)
            officer = self._officer(connection, partnership, found[0]) if found else None
            if not found or not officer or not store.use_link(connection, partnership, hash, now):
                raise LinkSpent
            store.end(connection, partnership, reference.token_hash(before), now)
            return self._begin(connection, partnership, officer, now), found[1]

    def begin(self, partnership: str, officer: Officer, now: datetime) -> str:
        """A session for somebody who is known already. Gives the value for the browser's cookie."""
        with self._database.write() as connection:
            return self._begin(connection, partnership, officer, now)

    def officer(self, partnership: str, value: str, now: datetime) -> Officer | None:
        """Who is signed in with this value. That they were here is written down once a minute at most."""
        hash = reference.token_hash(value)
        with self._database.read() as connection:
            session = store.session(connection, partnership, hash)
            officer = self._officer(connection, partnership, session.email) if session else None
        if not session or not officer or not _runs(session, officer, now):
            return None
        if now - session.seen_at >= SEEN_EVERY:
            with self._database.write() as connection:
                store.seen(connection, hash, now)
        return officer

    def leave(self, partnership: str, value: str, now: datetime) -> None:
        """Sign out: the session is over for whoever else may have its value."""
        with self._database.write() as connection:
            store.end(connection, partnership, reference.token_hash(value), now)

    def _officer(self, connection: Connection, partnership: str, email: str) -> Officer | None:
        """Who has this address. Business support's own, of the settings, always comes in."""
        office = self._casework.partnerships[partnership]
        if email == same(office.business_support):
            return own(office)
        listed = on_list(store.changes(connection, partnership))
        return next(
            (Officer(each.name, each.email, each.role) for each in listed if each.email == email and each.role), None
        )

    def _begin(self, connection: Connection, partnership: str, officer: Officer, now: datetime) -> str:
        value = secrets.token_hex(16)
        store.forget_sessions(connection, now - KEPT)
        store.begin(connection, partnership, reference.token_hash(value), officer, now)
        return value

    def _letter(self, connection: Connection, office: Partnership, officer: Officer, token: str, now: datetime) -> None:
        values = {
            "partnership": office.loaded.policy.partnership.name,
            "to_name": officer.name,
            "address": officer.email,
            "path": f"/desk/{office.key}/sign-in/{token}",
            "minutes": LINK // timedelta(minutes=1),
        }
        about = secrets.token_hex(8)
        letter = Letter(PURPOSE, STAFF, officer.name, officer.email, about, values, urgent=True)
        outbox.plan(connection, office, None, letter, self._casework.keyring, now)


def own(office: Partnership) -> Officer:
    """The partnership's own address in the settings: the way in where the staff list is empty, or nobody of it can
    come in (E71). Whoever holds the settings decides about it."""
    return Officer("Business support", same(office.business_support), "manager")


def _runs(session: store.Session, officer: Officer, now: datetime) -> bool:
    if session.ended_at or session.role != officer.role:
        return False
    return now - session.started_at < SESSION and now - session.seen_at < IDLE
