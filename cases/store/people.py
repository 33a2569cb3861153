"""The directory in the database: agencies, and the people who hold a role from a day on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from cases.directory.directory import Agency, Directory, Person
from cases.store import absences
from cases.store import contacts as known
from cases.tables import agencies, contacts, people

_AGENCIES = (
    select(agencies.c.key, agencies.c.name, agencies.c.domains)
    .where(agencies.c.partnership_id == bindparam("partnership"))
    .order_by(agencies.c.name)
)
_CONTACT = (contacts.c.partnership_id == people.c.partnership_id) & (contacts.c.email == func.lower(people.c.email))
_CURRENT = (people.c.partnership_id == bindparam("partnership")) & people.c.until.is_(None)
_HOLDERS = (
    select(
        people.c.role,
        people.c.name,
        people.c.email,
        people.c.agency,
        people.c.phone,
        func.coalesce(contacts.c.delegate, ""),
    )
    .select_from(people.outerjoin(contacts, _CONTACT))
    .where(_CURRENT)
    .order_by(people.c.id)
)
_FORMER = (
    select(func.lower(people.c.email))
    .where(people.c.partnership_id == bindparam("partnership"), people.c.until.is_not(None))
    .distinct()
)
_HAS_ADDRESS = select(people.c.id).where(_CURRENT, func.lower(people.c.email) == bindparam("email"))
_DOMAINS = select(agencies.c.domains).where(agencies.c.partnership_id == bindparam("partnership"))


@dataclass(frozen=True, slots=True)
class Held:
    """A role as somebody holds it, or did: a row of the directory. `until` is the day from which they do not."""

    id: int
    role: str
    agency: str | None
    name: str
    email: str
    phone: str
    since: date
    until: date | None


def directory(connection: Connection, partnership: str, business_support: str) -> Directory:
    """The partnership's directory as it stands."""
    found = connection.execute(_AGENCIES, {"partnership": partnership})
    listed = [Agency(row.key, row.name, tuple(row.domains.split())) for row in found]
    persons = [Person(*row) for row in connection.execute(_HOLDERS, {"partnership": partnership})]
    away = absences.entered(connection, partnership)
    former = connection.execute(_FORMER, {"partnership": partnership}).scalars()
    closed = absences.closures(connection, partnership)
    return Directory(listed, persons, business_support, away, closed, former)


def roster(connection: Connection, partnership: str) -> list[Held]:
    """Who holds a role now, in the order in which they were entered."""
    found = connection.execute(select(people).where(_CURRENT).order_by(people.c.id), {"partnership": partnership})
    return [_held(row) for row in found]


def held(connection: Connection, partnership: str, number: int) -> Held | None:
    """One row of the directory, of now or of before."""
    chosen = (people.c.partnership_id == partnership) & (people.c.id == number)
    row = connection.execute(select(people).where(chosen)).first()
    return _held(row) if row else None


def before(connection: Connection, partnership: str, most: int) -> list[Held]:
    """Who held a role and does not any more, the last first."""
    gone = (people.c.partnership_id == partnership) & people.c.until.is_not(None)
    found = connection.execute(
        select(people).where(gone).order_by(people.c.until.desc(), people.c.id.desc()).limit(most)
    )
    return [_held(row) for row in found]


def enter(connection: Connection, partnership: str, person: Person, today: date) -> None:
    """Somebody holds a role from today on."""
    if not is_known(connection, partnership, person.email):
        known.entered_anew(connection, partnership, person.email)
    where = {"role": person.role, "agency": person.agency, "since": today}
    who = {"name": person.name, "email": person.email, "phone": person.phone}
    connection.execute(insert(people).values(partnership_id=partnership, **where, **who))


def correct(connection: Connection, number: int, name: str, phone: str) -> None:
    """The same person at the same address has another name or telephone."""
    connection.execute(update(people).where(people.c.id == number).values(name=name, phone=phone))


def end(connection: Connection, number: int, today: date) -> None:
    """Somebody holds a role no longer. The row stays, dated."""
    connection.execute(update(people).where(people.c.id == number, people.c.until.is_(None)).values(until=today))


def put_agency(connection: Connection, partnership: str, agency: Agency) -> None:
    """An agency is entered, or has another name or other domains."""
    chosen = (agencies.c.partnership_id == partnership) & (agencies.c.key == agency.key)
    values = {"name": agency.name, "domains": " ".join(agency.domains)}
    if connection.execute(update(agencies).where(chosen).values(**values)).rowcount == 0:
        connection.execute(insert(agencies).values(partnership_id=partnership, key=agency.key, **values))


def remove_agency(connection: Connection, partnership: str, key: str) -> None:
    connection.execute(delete(agencies).where(agencies.c.partnership_id == partnership, agencies.c.key == key))


def replace(
    connection: Connection, partnership: str, new_agencies: Iterable[Agency], new_people: Iterable[Person], today: date
) -> None:
    """Put a new directory in place of the old one; people who are no longer in it are kept, dated.

    Who is in both keeps the day since when. What is known of an address stays with the address.
    """
    _replace_agencies(connection, partnership, list(new_agencies))
    wanted = {seat_of(person): person for person in new_people}
    for row in roster(connection, partnership):
        same = wanted.pop(seat_of(row), None)
        if same is None:
            end(connection, row.id, today)
        elif (same.name, same.phone) != (row.name, row.phone):
            correct(connection, row.id, same.name, same.phone)
    for person in wanted.values():
        enter(connection, partnership, person, today)


def seat_of(person: Person | Held) -> tuple[str, str | None, str]:
    """What makes a row of the directory: a role, an agency, and an address in small letters."""
    return person.role, person.agency, person.email.lower()


def is_known(connection: Connection, partnership: str, email: str) -> bool:
    """Whether somebody of the directory has this address."""
    return connection.execute(_HAS_ADDRESS, {"partnership": partnership, "email": email.lower()}).first() is not None


def domains(connection: Connection, partnership: str) -> list[str]:
    """The registered domains of the agencies."""
    found = connection.execute(_DOMAINS, {"partnership": partnership}).scalars()
    return [domain for row in found for domain in row.split()]


def _replace_agencies(connection: Connection, partnership: str, wanted: list[Agency]) -> None:
    before = connection.execute(_AGENCIES, {"partnership": partnership}).all()
    for agency in wanted:
        put_agency(connection, partnership, agency)
    for key in {row.key for row in before} - {agency.key for agency in wanted}:
        remove_agency(connection, partnership, key)


def _held(row: object) -> Held:
    return Held(*(getattr(row, name) for name in Held.__dataclass_fields__))
