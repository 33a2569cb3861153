"""Retention: a closed case is erased for good by destroying its key. Its record stays without content, and verifies."""

from datetime import datetime

from sqlalchemy import Connection, func, select, update

from cases.case import Case
from cases.casework import Casework
from cases.reference import Reference
from cases.store import case_rows, outbox
from cases.tables import letters, messages, parties, tasks
from cases.verbs import retention
from cases.verbs.orders import Order, Refused

_WAITS = ("stored", "tray")
_NO_ADDRESS = ""  # in place of the token of an address: nothing leads to this case by it any more


class Erasing:
    def __init__(self, casework: Casework) -> None:
        self._casework = casework
        self._database = casework.database
        self._keyring = casework.keyring

    def erase(self, reference: str, order: Order, now: datetime) -> str:
        """Erase a case by its reference, and say which. The reason is kept in plain words and must name nobody.

        Raises Refused for a case that is open, or for which something still waits; NoSuchCase; KeyDestroyed where it
        was erased before.
        """
        true = Reference.parse(reference)
        with self._database.write() as connection:
            case_id = case_rows.named(connection, str(true)) if true else None
            if not case_id:
                raise case_rows.NoSuchCase(reference)
            case = case_rows.load(connection, case_id, self._keyring)
            self._casework.apply(connection, case, now, lambda case, moment: retention.erased(case, order, moment))
            self._check(connection, case)
            nobody = {"address_token": _NO_ADDRESS, "holder_token": None}
            connection.execute(update(parties).where(parties.c.case_id == case_id).values(**nobody))
            done = (tasks.c.case_id == case_id) & tasks.c.done_at.is_(None)
            connection.execute(update(tasks).where(done).values(done_at=now))
            self._keyring.destroy(connection, case_id, now, order.reason)
            return case.reference

    def _check(self, connection: Connection, case: Case) -> None:
        """Nothing may be left that could not be read, sent or answered any more."""
        waiting = (letters.c.case_id == case.id) & letters.c.state.in_((*outbox.OPEN_STATES, "held"))
        if connection.execute(select(func.count()).select_from(letters).where(waiting)).scalar_one():
            raise Refused("A letter of this case has not been sent yet.")
        unread = (messages.c.case_id == case.id) & messages.c.state.in_(_WAITS)
        if connection.execute(select(func.count()).select_from(messages).where(unread)).scalar_one():
            raise Refused("A mail about this case waits in the tray.")
