"""The staff list of a partnership: who may sign in to its desk, as what, and who decided so.

Each change is a line of its own, which the database keeps for ever. A change ends what the officer is signed in with.
"""

import re
from datetime import datetime

from sqlalchemy import Connection

from cases.casework import Casework
from cases.staff.officer import Change, Role, on_list, same
from cases.store import staff as store

_ADDRESS = re.compile(r"[^@\s\x00-\x1f<>\"(),;:\\\[\]]+@[^@\s\x00-\x1f<>\"(),;:\\\[\]]+\.[^@\s.]+")


class NotOnList(ValueError):
    """What was asked for cannot be done with the list. Says why in plain words."""


class StaffList:
    def __init__(self, casework: Casework) -> None:
        self._casework = casework
        self._database = casework.database

    def now(self, partnership: str) -> list[Change]:
        """Who is on the list, by name, each with when and by whom they were last changed."""
        return on_list(self.changes(partnership))

    def changes(self, partnership: str) -> list[Change]:
        """Every change, the oldest first."""
        with self._database.read() as connection:
            return store.changes(connection, partnership)

    def put(self, partnership: str, email: str, name: str, role: Role, by: str, now: datetime) -> None:
        """Put somebody on the list, or give them another name or role; the same again changes nothing.

        `by` is who decides so. Raises NotOnList.
        """
        address, name = same(email), " ".join(name.split())
        if not _ADDRESS.fullmatch(address):
            raise NotOnList("That is not an e-mail address. Write one such as name@partnership.example.")
        if not name:
            raise NotOnList("Write the name: the record says by it who did a thing.")
        if address == same(self._casework.partnerships[partnership].business_support):
            raise NotOnList("This is business support’s own address of the settings. It can always sign in.")
        with self._database.write() as connection:
            known = _line(connection, partnership, address)
            if not known or (known.name, known.role) != (name, role):
                self._change(connection, partnership, Change(address, name, role, now, by))

    def take_off(self, partnership: str, email: str, by: str, now: datetime) -> None:
        """Take somebody off the list: they are signed out everywhere at once. Raises NotOnList."""
        with self._database.write() as connection:
            known = _line(connection, partnership, same(email))
            if not known:
                raise NotOnList("This address is not on the staff list.")
            self._change(connection, partnership, Change(known.email, known.name, None, now, by))

    def _change(self, connection: Connection, partnership: str, change: Change) -> None:
        store.add(connection, partnership, change)
        store.end_all(connection, partnership, change.email, change.at)


def _line(connection: Connection, partnership: str, email: str) -> Change | None:
    return next((each for each in on_list(store.changes(connection, partnership)) if each.email == email), None)
