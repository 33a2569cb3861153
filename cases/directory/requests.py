"""Contacts are asked twice a year whether their entry is right; what they say changes nothing by itself but a YES."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, select

from cases.casework import Casework
from cases.directory.directory import Directory, Person
from cases.reference import clean
from cases.store import contacts, outbox, people
from cases.store.contacts import Contact
from cases.store.people import Held
from cases.tables import letters
from cases.verbs.decision import Letter, Offer
from cases.working_time import Calendar

PURPOSE = "contact"
YES = "listed:yes"
MOST_A_DAY = 20
NOT_SINCE = timedelta(days=150)  # nobody is asked who was asked, or entered, or confirmed it, since
OFFERS = (
    Offer(YES, "YES", "Yes, all of this is right", "entry"),
    Offer("listed:not_me", "NOT ME", "I am not the right person any more: it should be", "entry", ("text",)),
    Offer("listed:change", "CHANGE", "I am, but something has changed", "entry", ("text",)),
)


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody's entry, as their letter asked about it. `current` is empty where they are listed no longer."""

    letter_id: str
    partnership: str
    email: str
    name: str
    entries: tuple[str, ...]
    current: tuple[str, ...]
    confirmed_on: date | None
    asked_on: date | None
    in_trial: bool  # its letter went to the test person of a trial


class Requests:
    def __init__(self, casework: Casework) -> None:
        self._casework = casework
        self._database = casework.database
        self._keyring = casework.keyring

    def ask(self, now: datetime) -> int:
        """Ask those whose turn it is, spread over the sending hours of a working day. Gives how many were asked."""
        return sum(self._ask(partnership, now) for partnership in self._casework.partnerships)

    def by_page_token(self, typed: str) -> Listed | None:
        """The entry that a letter's page is about."""
        true = clean(typed)
        with self._database.read() as connection:
            found = outbox.by_token(connection, "page_hash", true) if true else None
            return self.listed(connection, found) if found else None

    def listed(self, connection: Connection, letter_id: str) -> Listed | None:
        """The entry that a letter is about; nothing for another kind of letter."""
        purpose = connection.execute(select(letters.c.purpose).where(letters.c.id == letter_id)).scalar()
        if purpose != PURPOSE:
            return None
        letter = outbox.opened(connection, letter_id, self._keyring)
        known = contacts.contact(connection, letter.partnership, letter.email)
        directory = self._casework.directory_in(connection, letter.partnership)
        current = tuple(self._entries(letter.partnership, directory, letter.email))
        asked = tuple(letter.values["entries"])
        return Listed(
            letter_id,
            letter.partnership,
            letter.email,
            letter.name,
            asked,
            current,
            known.confirmed_on,
            known.asked_on,
            letter.trial,
        )

    def confirm(self, listed: Listed, now: datetime) -> bool:
        """They say that it is right. Says no where what they were shown is not what the directory has now."""
        with self._database.write() as connection:
            return self.confirm_in(connection, listed, now)

    def confirm_in(self, connection: Connection, listed: Listed, now: datetime) -> bool:
        """The same, in a transaction that the caller has begun."""
        stands = self.listed(connection, listed.letter_id)
        if stands is None or stands.current != stands.entries:
            return False
        today = self._casework.calendar(connection, listed.partnership).local_date(now)
        contacts.confirmed(connection, listed.partnership, listed.email, today)
        return True

    def _ask(self, partnership: str, now: datetime) -> int:
        with self._database.read() as connection:
            calendar = self._casework.calendar(connection, partnership)
            most = _allowed(calendar, now) - contacts.asked_today(connection, partnership, calendar.local_date(now))
            turn = self._whose_turn(connection, partnership, calendar.local_date(now), most) if most > 0 else []
        for email in turn:
            with self._database.write() as connection:
                self._write(connection, partnership, email, calendar.local_date(now), now)
        return len(turn)

    def _whose_turn(self, connection: Connection, partnership: str, today: date, most: int) -> list[str]:
        known, last = contacts.all_of(connection, partnership), dict[str, date]()
        for row in people.roster(connection, partnership):
            email = row.email.lower()
            last[email] = max(last.get(email, row.since), _last(row, known.get(email)))
        due = sorted((day, email) for email, day in last.items() if today - day >= NOT_SINCE)
        return [email for _, email in due[:most]]

    def _write(self, connection: Connection, partnership: str, email: str, today: date, now: datetime) -> None:
        office, directory = (
            self._casework.partnerships[partnership],
            self._casework.directory_in(connection, partnership),
        )
        person = directory.person(email)
        if person is None:
            return
        contacts.asked(connection, partnership, email, today)
        values = {
            "partnership": office.loaded.policy.partnership.name,
            "short_name": office.loaded.policy.partnership.short_name,
            "to_name": person.name,
            "name": person.name,
            "phone": person.phone,
            "delegate": directory.name_of(person.delegate),
            "entries": list(self._entries(partnership, directory, email)),
        }
        whose = self._keyring.tokens(connection, now).lookup("sender", email)
        letter = Letter(PURPOSE, whose, person.name, person.email, f"contact:{today.isoformat()}", values, OFFERS)
        outbox.plan(connection, office, None, letter, self._keyring, now)

    def _entries(self, partnership: str, directory: Directory, email: str) -> Iterable[str]:
        """The roles that somebody holds, in words."""
        roles = self._casework.partnerships[partnership].loaded.policy.roles
        for person in directory.people:
            if person.email.lower() == email.lower():
                title = roles[person.role].title if person.role in roles else person.role
                yield _words(title, person, directory)


def _words(title: str, person: Person, directory: Directory) -> str:
    words = title[:1].upper() + title[1:]
    return f"{words}, {directory.agency_name(person.agency)}" if person.agency else words


def _last(row: Held, contact: Contact | None) -> date:
    """When the entry was last entered, confirmed or asked about."""
    known = (row.since, contact.confirmed_on, contact.asked_on) if contact else (row.since,)
    return max(filter(None, known))


def _allowed(calendar: Calendar, now: datetime) -> int:
    """How many may have been asked by now, of a day's twenty: none outside sending hours."""
    if calendar.next_sending_moment(now) > now:
        return 0
    local = calendar.local(now)
    opened = timedelta(hours=calendar.sending_from.hour, minutes=calendar.sending_from.minute)
    closes = timedelta(hours=calendar.sending_to.hour, minutes=calendar.sending_to.minute)
    gone = timedelta(hours=local.hour, minutes=local.minute) - opened
    return min(MOST_A_DAY, int(MOST_A_DAY * (gone / (closes - opened))) + 1)
