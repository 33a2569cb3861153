"""The verbs of the directory: changed at the desk or from a file, kept current by a look each few seconds."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, insert, select

from cases.casework import Casework
from cases.directory.directory import Directory
from cases.directory.edits import Edit
from cases.directory.effects import cases_concerned
from cases.store import absences, case_rows, concerned
from cases.tables import directory_changes
from cases.vault import KeyDestroyed
from cases.verbs.opening import directory_changed

SHOWN = 50  # cases that a preview opens


@dataclass(frozen=True, slots=True)
class Follows:
    """A letter that a change would cause."""

    reference: str
    purpose: str
    name: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would cause. Confidential cases are left out, even their number: a change is about one person, and
    would say that they are on such a case (chscp 1.7)."""

    letters: tuple[Follows, ...]
    more: int  # cases that were not looked at for this
    vacated: tuple[tuple[str, str | None], ...] = ()  # (role, agency) that somebody holds now, and nobody then


@dataclass(frozen=True, slots=True)
class Change:
    """What was changed, when, and by whom."""

    at: datetime
    by: str
    words: str


class _Undone(Exception):
    """The transaction of a preview is rolled back."""


class DirectoryWork:
    def __init__(self, casework: Casework, shown: int = SHOWN) -> None:
        """A preview opens `shown` cases at most."""
        self.casework = casework
        self._shown = shown
        self._database = casework.database
        self._keyring = casework.keyring

    def change(self, partnership: str, edit: Edit, by: str, now: datetime) -> None:
        """Make a change. The open cases that it concerns are looked at: some at once, the rest by the next look.

        Raises Refused.
        """
        with self._database.write() as connection:
            before = self.casework.directory_in(connection, partnership)
            words = edit(connection, partnership, self._today(connection, partnership, now))
            row = {"partnership_id": partnership, "at": now, "by": by, "words": words}
            connection.execute(insert(directory_changes).values(**row))
            self.casework.directory_changed(connection, partnership, before, now)
        self.casework.look_again(now)

    def preview(self, partnership: str, edit: Edit, now: datetime) -> Preview:
        """What a change would cause: it is made, looked at and undone in one transaction. Raises Refused."""
        found = Preview((), 0)
        with suppress(_Undone), self._database.write() as connection:
            before = self.casework.directory_in(connection, partnership)
            edit(connection, partnership, self._today(connection, partnership, now))
            after = self.casework.directory_in(connection, partnership)
            found = self._caused(connection, partnership, before, after, now)
            raise _Undone
        return found

    def look(self, now: datetime) -> int:
        """Take up the absences that begin or end today, and look at the cases that wait for it.

        Absences are acted on in sending hours. What was missed while the service did not run is made up for here.
        """
        for partnership in self.casework.partnerships:
            self._turn(partnership, now)
        return self.casework.look_again(now, 200)

    def changes(self, partnership: str, most: int) -> list[Change]:
        """The last changes, the newest first."""
        chosen = select(directory_changes).where(directory_changes.c.partnership_id == partnership)
        newest = chosen.order_by(directory_changes.c.at.desc(), directory_changes.c.id.desc()).limit(most)
        with self._database.read() as connection:
            return [Change(row.at, row.by, row.words) for row in connection.execute(newest)]

    def _turn(self, partnership: str, now: datetime) -> None:
        with self._database.read() as connection:
            calendar = self.casework.calendar(connection, partnership)
            today = calendar.local_date(now)
            waits = calendar.next_sending_moment(now) > now or not absences.turning(connection, partnership, today)
        if waits:
            return
        with self._database.write() as connection:
            tokens = self._keyring.tokens(connection, now)
            whose = [tokens.lookup("sender", email) for email in absences.turning(connection, partnership, today)]
            found = concerned.with_party(connection, partnership, whose)
            concerned.put_up(connection, partnership, found, now)
            absences.turned(connection, partnership, today, now)

    def _caused(
        self, connection: Connection, partnership: str, before: Directory, after: Directory, now: datetime
    ) -> Preview:
        policy, tokens = self.casework.partnerships[partnership].loaded.policy, self._keyring.tokens(connection, now)
        concerns = cases_concerned(connection, partnership, policy, tokens, before, after)
        found = sorted(concerns - concerned.confidential(connection, concerns))
        letters: list[Follows] = []
        for case_id in found[: self._shown]:
            try:
                case = case_rows.load(connection, case_id, self._keyring)
            except KeyDestroyed:
                continue
            caused = directory_changed(case, self.casework.moment(connection, case, now)).letters
            letters += [Follows(case.reference, letter.purpose, letter.name) for letter in caused]
        left = {(each.role, each.agency) for each in before.people} - {
            (each.role, each.agency) for each in after.people
        }
        vacated = tuple(sorted(left, key=str))
        return Preview(tuple(letters), len(found[self._shown :]), vacated)

    def _today(self, connection: Connection, partnership: str, now: datetime) -> date:
        return self.casework.calendar(connection, partnership).local_date(now)
