"""The directory in the database: agencies, and the people who hold a role from a day on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, bindparam, func, insert, select, update

from cases.directory import Agency, Directory, Person
from cases.tables import agencies, people

_AGENCIES = (
    select(agencies.c.key, agencies.c.name, agencies.c.domains)
    .where(agencies.c.partnership_id == bindparam("partnership"))
    .order_by(agencies.c.name)
)
_HOLDERS = (
    select(people.c.role, people.c.name, people.c.email, people.c.agency, people.c.phone)
    .where(people.c.partnership_id == bindparam("partnership"), people.c.until.is_(None))
    .order_by(people.c.id)
)
_HAS_ADDRESS = select(people.c.id).where(
    people.c.partnership_id == bindparam("partnership"),
    func.lower(people.c.email) == bindparam("email"),
    people.c.until.is_(None),
)
_DOMAINS = select(agencies.c.domains).where(agencies.c.partnership_id == bindparam("partnership"))


@dataclass(frozen=True, slots=True)
class Flagged:
    """Somebody whose address was found not to work, and when."""

    name: str
    email: str
    role: str
    agency: str | None
    on: date
    why: str


def directory(connection: Connection, partnership: str, business_support: str) -> Directory:
    """The partnership's directory as it stands."""
    found = connection.execute(_AGENCIES, {"partnership": partnership})
    known = [Agency(row.key, row.name, tuple(row.domains.split())) for row in found]
    holders = connection.execute(_HOLDERS, {"partnership": partnership})
    persons = [Person(*row) for row in holders]
    return Directory(known, persons, business_support)


def replace(
    connection: Connection, partnership: str, new_agencies: Iterable[Agency], new_people: Iterable[Person], today: date
) -> None:
    """Put a new directory in place of the old one; people who are no longer in it are kept, dated.

    An address that was found not to work stays flagged for as long as it is in the directory.
    """
    connection.execute(agencies.delete().where(agencies.c.partnership_id == partnership))
    current = (people.c.partnership_id == partnership) & people.c.until.is_(None)
    flagged = select(people.c.email, people.c.flagged_on, people.c.flag).where(current, people.c.flag.is_not(None))
    flags = {row.email.lower(): {"flagged_on": row.flagged_on, "flag": row.flag} for row in connection.execute(flagged)}
    connection.execute(update(people).where(current).values(until=today))
    for agency in new_agencies:
        connection.execute(
            insert(agencies).values(
                partnership_id=partnership, key=agency.key, name=agency.name, domains=" ".join(agency.domains)
            )
        )
    for person in new_people:
        held = {
            "role": person.role,
            "agency": person.agency,
            "name": person.name,
            "email": person.email,
            "phone": person.phone,
        }
        kept = flags.get(person.email.lower(), {})
        connection.execute(insert(people).values(partnership_id=partnership, since=today, **held, **kept))


def flag(connection: Connection, partnership: str, email: str, why: str, today: date) -> None:
    """An address of the directory was found not to work. `why` are plain words; whoever has the address is marked."""
    whose = (people.c.partnership_id == partnership) & (func.lower(people.c.email) == email.lower())
    connection.execute(update(people).where(whose, people.c.until.is_(None)).values(flagged_on=today, flag=why))


def flagged(connection: Connection, partnership: str) -> list[Flagged]:
    """The people of the directory whose address was found not to work, by name."""
    marked = (people.c.partnership_id == partnership) & people.c.until.is_(None) & people.c.flag.is_not(None)
    found = connection.execute(select(people).where(marked).order_by(people.c.name))
    return [Flagged(row.name, row.email, row.role, row.agency, row.flagged_on, row.flag) for row in found]


def is_known(connection: Connection, partnership: str, email: str) -> bool:
    """Whether somebody of the directory has this address."""
    return connection.execute(_HAS_ADDRESS, {"partnership": partnership, "email": email.lower()}).first() is not None


def domains(connection: Connection, partnership: str) -> list[str]:
    """The registered domains of the agencies."""
    found = connection.execute(_DOMAINS, {"partnership": partnership}).scalars()
    return [domain for row in found for domain in row.split()]
