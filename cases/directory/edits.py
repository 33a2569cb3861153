"""Changes of the directory as values: each is made in a transaction, and says in words what it changed.

What was changed by whom, and when, is kept (`directory_changes`); people who hold a role no longer stay, dated.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import Connection

from cases.directory.directory import Agency, Away, Closure, Person
from cases.store import absences, contacts, people
from cases.working_time import spoken_date

Edit = Callable[[Connection, str, date], str]
"""(connection, key of the partnership, today's local date) → what was changed, in words. Raises Refused."""


class Refused(ValueError):
    """A change that cannot be made as things stand: says why."""


def enter(person: Person) -> Edit:
    """Somebody holds a role from today on."""

    def edit(connection: Connection, partnership: str, today: date) -> str:
        if any(people.seat_of(row) == people.seat_of(person) for row in people.roster(connection, partnership)):
            raise Refused(f"{person.email} is in the directory in this role already.")
        people.enter(connection, partnership, person, today)
        return f"{person.name}, {person.email}, was entered as {_seat(person)}."

    return edit


def change(number: int, person: Person) -> Edit:
    """Another name, telephone or address. With another address it is a new entry, and the old one stays, dated."""

    def edit(connection: Connection, partnership: str, today: date) -> str:
        old = _current(connection, partnership, number)
        new = replace(person, role=old.role, agency=old.agency)
        if new.email.lower() == old.email.lower():
            people.correct(connection, number, new.name, new.phone)
            return f"{old.name}, {old.email}, is now {new.name}, telephone {new.phone or 'not known'}."
        people.end(connection, number, today)
        enter(new)(connection, partnership, today)
        return f"{_seat(old)}: {new.name}, {new.email}, in place of {old.name}, {old.email}."

    return edit


def end(number: int) -> Edit:
    """Somebody holds a role no longer."""

    def edit(connection: Connection, partnership: str, today: date) -> str:
        old = _current(connection, partnership, number)
        people.end(connection, number, today)
        return f"{old.name}, {old.email}, is no longer {_seat(old)}."

    return edit


def delegate(email: str, to: str) -> Edit:
    """Register who acts for somebody while they are away; nobody, where `to` is empty."""

    def edit(connection: Connection, partnership: str, today: date) -> str:
        if to.lower() == email.lower():
            raise Refused("Nobody can be their own delegate.")
        if to and not people.is_known(connection, partnership, to):
            raise Refused(f"{to} is not in the directory. Enter the person there first.")
        contacts.delegate(connection, partnership, email, to)
        return f"The delegate of {email} is {to}." if to else f"{email} has no delegate any more."

    return edit


def away(absence: Away) -> Edit:
    def edit(connection: Connection, partnership: str, today: date) -> str:
        if absence.last < today:
            raise Refused("That absence is over already.")
        same = (each.what for each in absences.of_person(connection, partnership, absence.email, today))
        if any(_days(each) == _days(absence) for each in same):
            raise Refused("This absence is entered already, for the same days. It was not entered a second time.")
        absences.enter(connection, partnership, absence)
        return f"{absence.email} is away from {spoken_date(absence.first)} to {spoken_date(absence.last)}."

    return edit


def back(number: int) -> Edit:
    """Somebody is back before the time, or was never away."""

    def edit(connection: Connection, partnership: str, today: date) -> str:
        found = absences.one(connection, partnership, number)
        if not found:
            raise Refused("That absence is over or was taken out already.")
        absences.end(connection, partnership, number, today - timedelta(days=1))
        return f"{found.email} is not away any more, who was to be until {spoken_date(found.last)}."

    return edit


def put_agency(agency: Agency) -> Edit:
    def edit(connection: Connection, partnership: str, today: date) -> str:
        people.put_agency(connection, partnership, agency)
        return f"The agency {agency.key}: {agency.name}, domains {' '.join(agency.domains) or 'none'}."

    return edit


def remove_agency(key: str) -> Edit:
    def edit(connection: Connection, partnership: str, today: date) -> str:
        if any(row.agency == key for row in people.roster(connection, partnership)):
            raise Refused("Somebody still holds a role there. End those roles first.")
        people.remove_agency(connection, partnership, key)
        return f"The agency {key} was taken out."

    return edit


def close(closure: Closure) -> Edit:
    def edit(connection: Connection, partnership: str, today: date) -> str:
        if closure.last < today:
            raise Refused("Those days are over already.")
        if closure in (each.what for each in absences.closures_ahead(connection, partnership, today)):
            raise Refused("These days are entered already, with the same words. They were not entered a second time.")
        absences.close(connection, partnership, closure)
        whose = closure.agency or "The partnership"
        days = f"from {spoken_date(closure.first)} to {spoken_date(closure.last)}"
        return f"{whose} is closed {days}: {closure.name}."

    return edit


def reopen(number: int) -> Edit:
    def edit(connection: Connection, partnership: str, today: date) -> str:
        if not absences.reopen(connection, partnership, number):
            raise Refused("That closure was taken out already.")
        return "A closure was taken out."

    return edit


def confirm(email: str) -> Edit:
    """Somebody at the desk has found out that the entry is right: what spoke against it is over."""

    def edit(connection: Connection, partnership: str, today: date) -> str:
        contacts.confirmed(connection, partnership, email, today)
        return f"The entry of {email} was confirmed."

    return edit


def _current(connection: Connection, partnership: str, number: int) -> people.Held:
    found = people.held(connection, partnership, number)
    if not found or found.until:
        raise Refused("That entry is not in the directory any more. Somebody may have changed it.")
    return found


def _days(what: Away | Closure) -> tuple[date, date]:
    return what.first, what.last


def _seat(person: Person | people.Held) -> str:
    return f"{person.role} of {person.agency}" if person.agency else person.role
