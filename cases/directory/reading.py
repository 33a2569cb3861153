"""Everything that the desk's pages of the directory show. Changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from cases.casework import Casework
from cases.directory.coverage import Missing, coverage
from cases.directory.directory import Away, Directory
from cases.directory.intake import as_file
from cases.directory.stale import Stale, stale
from cases.policy import Policy
from cases.store import absences, contacts, people
from cases.store.absences import Entered
from cases.store.contacts import Contact
from cases.store.people import Held


@dataclass(frozen=True, slots=True)
class Line:
    """One role that somebody holds, as the list shows it. `away` is an absence of now, or the next one."""

    row: Held
    title: str
    agency: str
    away: Away | None
    delegate: str  # by name
    doubts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One role that somebody holds or held, with all that is known of the person."""

    line: Line
    contact: Contact
    absences: Sequence[Entered]
    elsewhere: tuple[str, ...]  # the other roles that they hold


class DirectoryReading:
    def __init__(self, casework: Casework) -> None:
        self._casework = casework
        self._database = casework.database

    def directory(self, partnership: str) -> Directory:
        return self._casework.directory(partnership)

    def policy(self, partnership: str) -> Policy:
        return self._casework.partnerships[partnership].loaded.policy

    def today(self, partnership: str, now: datetime) -> date:
        with self._database.read() as connection:
            return self._today(connection, partnership, now)

    def lines(self, partnership: str, now: datetime) -> list[Line]:
        """Who holds a role now, in the order of the policy's roles, then by agency and name."""
        with self._database.read() as connection:
            return self._lines(connection, partnership, now)

    def vacant(self, partnership: str) -> list[tuple[str, str]]:
        """(title, agency) of the roles that nobody holds, and nobody who may stand for them."""
        directory, roles = self.directory(partnership), self.policy(partnership).roles
        found = []
        for key, role in roles.items():
            for agency in directory.agencies if role.of == "agency" else (None,):
                held = directory.holders(key, agency) or (role.proxy and directory.holders(role.proxy, agency))
                found += [] if held else [(role.title, directory.agency_name(agency))]
        return found

    def entry(self, partnership: str, number: int, now: datetime) -> Entry | None:
        with self._database.read() as connection:
            row = people.held(connection, partnership, number)
            if row is None:
                return None
            today = self._today(connection, partnership, now)
            lines = self._lines(connection, partnership, now)
            mine = [each for each in lines if each.row.email.lower() == row.email.lower()]
            line = next((each for each in mine if each.row.id == number), None)
            elsewhere = tuple(_seat(each) for each in mine if each.row.id != number)
            contact = contacts.contact(connection, partnership, row.email)
            away = absences.of_person(connection, partnership, row.email, today)
            return Entry(line or self._line(connection, partnership, row), contact, away, elsewhere)

    def before(self, partnership: str, most: int = 100) -> list[Line]:
        """Who held a role and does not any more, the last first."""
        with self._database.read() as connection:
            found = people.before(connection, partnership, most)
            return [self._line(connection, partnership, row) for row in found]

    def closures(self, partnership: str, now: datetime) -> list[Entered]:
        """The closures that are not over."""
        with self._database.read() as connection:
            return absences.closures_ahead(connection, partnership, self._today(connection, partnership, now))

    def stale(self, partnership: str, now: datetime) -> list[Stale]:
        with self._database.read() as connection:
            return stale(connection, partnership, self._today(connection, partnership, now))

    def coverage(self, partnership: str, now: datetime) -> list[Missing]:
        with self._database.read() as connection:
            return coverage(self._casework, connection, partnership, self._today(connection, partnership, now))

    def as_file(self, partnership: str, now: datetime) -> str:
        with self._database.read() as connection:
            directory = self._casework.directory_in(connection, partnership)
            return as_file(directory, self._today(connection, partnership, now))

    def _lines(self, connection: Connection, partnership: str, now: datetime) -> list[Line]:
        today, directory = (
            self._today(connection, partnership, now),
            self._casework.directory_in(connection, partnership),
        )
        doubts: dict[str, list[str]] = {}
        for each in stale(connection, partnership, today):
            doubts.setdefault(each.email.lower(), []).append(each.kind)
        found = [
            self._shown(row, directory, partnership, today, tuple(doubts.get(row.email.lower(), ())))
            for row in people.roster(connection, partnership)
        ]
        order = list(self.policy(partnership).roles)
        place = {role: number for number, role in enumerate(order)}
        return sorted(found, key=lambda each: (place.get(each.row.role, len(place)), each.agency, each.row.name))

    def _line(self, connection: Connection, partnership: str, row: Held) -> Line:
        directory = self._casework.directory_in(connection, partnership)
        return self._shown(row, directory, partnership, date.max, ())

    def _shown(self, row: Held, directory: Directory, partnership: str, today: date, doubts: tuple[str, ...]) -> Line:
        roles = self.policy(partnership).roles
        title = roles[row.role].title if row.role in roles else row.role
        person = directory.person(row.email)
        mine = [away for away in directory.absences if away.email == row.email.lower() and away.last >= today]
        away = min(mine, key=lambda each: each.first, default=None)
        delegate = directory.name_of(person.delegate) if person and person.delegate else ""
        return Line(row, title, directory.agency_name(row.agency), away, delegate, doubts)

    def _today(self, connection: Connection, partnership: str, now: datetime) -> date:
        return self._casework.calendar(connection, partnership).local_date(now)


def _seat(line: Line) -> str:
    return f"{line.title}, {line.agency}" if line.agency else line.title
