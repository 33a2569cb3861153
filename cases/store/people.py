"""The directory in the database: agencies, and the people who hold a role from a day on."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection, bindparam, insert, select, update

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
    """Put a new directory in place of the old one; people who are no longer in it are kept, dated."""
    connection.execute(agencies.delete().where(agencies.c.partnership_id == partnership))
    current = (people.c.partnership_id == partnership) & people.c.until.is_(None)
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
        connection.execute(insert(people).values(partnership_id=partnership, since=today, **held))
