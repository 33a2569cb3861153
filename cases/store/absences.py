"""When people are away and agencies closed. Days are local dates of the partnership, both ends included."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from cases.directory.directory import Away, Closure
from cases.tables import absences
from cases.tables import closures as closure_rows

_ENTERED = select(absences.c.email, absences.c.first, absences.c.last).where(
    absences.c.partnership_id == bindparam("partnership")
)
_CLOSURES = select(closure_rows.c.agency, closure_rows.c.first, closure_rows.c.last, closure_rows.c.name).where(
    closure_rows.c.partnership_id == bindparam("partnership")
)


@dataclass(frozen=True, slots=True)
class Entered:
    """An absence or closure as it was entered, with its number."""

    id: int
    what: Away | Closure


def entered(connection: Connection, partnership: str) -> list[Away]:
    """Every absence that was entered, also of days gone by."""
    found = connection.execute(_ENTERED.order_by(absences.c.first), {"partnership": partnership})
    return [Away(*row) for row in found]


def closures(connection: Connection, partnership: str) -> list[Closure]:
    """Every closure: of the partnership itself (no agency), and of agencies."""
    found = connection.execute(_CLOSURES.order_by(closure_rows.c.first), {"partnership": partnership})
    return [Closure(*row) for row in found]


def of_person(connection: Connection, partnership: str, email: str, today: date) -> list[Entered]:
    """The absences of somebody that are not over."""
    chosen = (absences.c.partnership_id == partnership) & (absences.c.email == email.lower())
    found = connection.execute(select(absences).where(chosen, absences.c.last >= today).order_by(absences.c.first))
    return [Entered(row.id, Away(row.email, row.first, row.last)) for row in found]


def closures_ahead(connection: Connection, partnership: str, today: date) -> list[Entered]:
    """The closures that are not over, by day."""
    chosen = (closure_rows.c.partnership_id == partnership) & (closure_rows.c.last >= today)
    found = connection.execute(select(closure_rows).where(chosen).order_by(closure_rows.c.first, closure_rows.c.id))
    return [Entered(row.id, Closure(row.agency, row.first, row.last, row.name)) for row in found]


def enter(connection: Connection, partnership: str, away: Away) -> None:
    row = {"email": away.email.lower(), "first": away.first, "last": away.last}
    connection.execute(insert(absences).values(partnership_id=partnership, **row))


def one(connection: Connection, partnership: str, number: int) -> Away | None:
    """An absence by its number."""
    chosen = (absences.c.partnership_id == partnership) & (absences.c.id == number)
    row = connection.execute(select(absences).where(chosen)).first()
    return Away(row.email, row.first, row.last) if row else None


def end(connection: Connection, partnership: str, number: int, yesterday: date) -> None:
    """Somebody is back before the time: the absence ends with yesterday; one that has not begun is taken out."""
    chosen = (absences.c.partnership_id == partnership) & (absences.c.id == number)
    connection.execute(delete(absences).where(chosen, absences.c.first > yesterday))
    connection.execute(update(absences).where(chosen, absences.c.last > yesterday).values(last=yesterday))


def close(connection: Connection, partnership: str, closure: Closure) -> None:
    row = {"agency": closure.agency, "first": closure.first, "last": closure.last, "name": closure.name}
    connection.execute(insert(closure_rows).values(partnership_id=partnership, **row))


def reopen(connection: Connection, partnership: str, number: int) -> bool:
    """A closure was entered by mistake, or is called off. Says no where there is none (any more)."""
    chosen = (closure_rows.c.partnership_id == partnership) & (closure_rows.c.id == number)
    return connection.execute(delete(closure_rows).where(chosen)).rowcount == 1


def turning(connection: Connection, partnership: str, today: date) -> list[str]:
    """The addresses of those whose absence has begun or ended by today and was not acted on yet."""
    begins = (absences.c.first <= today) & absences.c.began_at.is_(None)
    ends = (absences.c.last < today) & absences.c.ended_at.is_(None)
    chosen = (absences.c.partnership_id == partnership) & (begins | ends)
    return list(connection.execute(select(absences.c.email).where(chosen).distinct()).scalars())


def turned(connection: Connection, partnership: str, today: date, now: datetime) -> None:
    """The cases of all those have been put up to be looked at."""
    whose = absences.c.partnership_id == partnership
    begun = whose & (absences.c.first <= today) & absences.c.began_at.is_(None)
    connection.execute(update(absences).where(begun).values(began_at=now))
    over = whose & (absences.c.last < today) & absences.c.ended_at.is_(None)
    connection.execute(update(absences).where(over).values(ended_at=now))
