"""Which entries of the directory may be out of date, with the evidence in words and what to do about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from cases.store import contacts, people
from cases.store.contacts import Contact
from cases.store.people import Held
from cases.working_time import spoken_date

SILENT = 2  # chases in a row that were not answered
UNCONFIRMED = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Stale:
    """One person of the directory, one reason to doubt the entry. `since` is the local day of the evidence."""

    id: int  # the number of the row, for a link
    name: str
    email: str
    role: str
    agency: str | None
    kind: str  # "says", "flag", "instead", "silent", "unconfirmed": the order in which they are seen to
    why: str
    do: str
    since: date


KINDS = ("says", "flag", "instead", "silent", "unconfirmed")


def stale(connection: Connection, partnership: str, today: date) -> list[Stale]:
    """Every reason to doubt an entry, the strongest first, then the oldest. One for each address and reason."""
    known = contacts.all_of(connection, partnership)
    found: dict[tuple[str, str], Stale] = {}
    for row in people.roster(connection, partnership):
        contact = known.get(row.email.lower()) or Contact(row.email.lower())
        for each in _reasons(row, contact, today):
            found.setdefault((contact.email, each.kind), each)
    return sorted(found.values(), key=lambda each: (KINDS.index(each.kind), each.since, each.name))


def _reasons(row: Held, contact: Contact, today: date) -> Iterator[Stale]:
    if contact.says and contact.said_on:
        why = f"They, or somebody with their letter, wrote: {contact.says}"
        yield _stale(row, "says", why, "Telephone, put the entry right, then confirm it.", contact.said_on)
    if contact.flag and contact.flagged_on:
        why = f"The address does not work: {contact.flag}."
        yield _stale(row, "flag", why, "Find the right address by telephone and enter it.", contact.flagged_on)
    if contact.instead and contact.instead_on:
        why = f"An automatic reply named somebody else: {contact.instead}."
        do = "Telephone and ask who holds the role; enter the absence, a delegate or the new holder."
        yield _stale(row, "instead", why, do, contact.instead_on)
    if contact.silences >= SILENT and contact.chased_on:
        why = f"{contact.silences} chases in a row were not answered."
        yield _stale(row, "silent", why, "Telephone and ask whether the address is right.", contact.chased_on)
    confirmed = max(filter(None, (row.since, contact.confirmed_on)))
    if today - confirmed >= UNCONFIRMED:
        asked = f" They were last asked on {spoken_date(contact.asked_on)}." if contact.asked_on else ""
        why = f"Nobody has confirmed the entry since {spoken_date(confirmed)}.{asked}"
        yield _stale(row, "unconfirmed", why, "Telephone, and confirm the entry here.", confirmed)


def _stale(row: Held, kind: str, why: str, do: str, since: date) -> Stale:
    return Stale(row.id, row.name, row.email, row.role, row.agency, kind, why, do, since)
