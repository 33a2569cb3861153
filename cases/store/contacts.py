"""What is known of an address of the directory, whatever roles its owner holds: does it work, is it right, who acts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, and_, func, select
from sqlalchemy.dialects.sqlite import insert as insert_or

from cases.tables import contacts, people

_ROW = (contacts.c.partnership_id == people.c.partnership_id) & (contacts.c.email == func.lower(people.c.email))
_NO_DOUBTS: Mapping[str, Any] = {
    **dict.fromkeys(("flag", "flagged_on", "chased_on", "instead", "instead_on")),
    "silences": 0,
}
_JOINED = people.outerjoin(contacts, _ROW)


@dataclass(frozen=True, slots=True)
class Flagged:
    """Somebody whose address was found not to work, and when."""

    name: str
    email: str
    role: str
    agency: str | None
    on: date
    why: str


@dataclass(frozen=True, slots=True)
class Contact:
    """What is known of one address."""

    email: str
    delegate: str | None = None
    flagged_on: date | None = None
    flag: str | None = None
    silences: int = 0
    chased_on: date | None = None
    instead: str | None = None
    instead_on: date | None = None
    confirmed_on: date | None = None
    asked_on: date | None = None
    says: str | None = None
    said_on: date | None = None


def contact(connection: Connection, partnership: str, email: str) -> Contact:
    chosen = (contacts.c.partnership_id == partnership) & (contacts.c.email == email.lower())
    row = connection.execute(select(contacts).where(chosen)).first()
    return _contact(row) if row else Contact(email.lower())


def all_of(connection: Connection, partnership: str) -> dict[str, Contact]:
    """What is known of every address, by address in small letters."""
    found = connection.execute(select(contacts).where(contacts.c.partnership_id == partnership))
    return {row.email: _contact(row) for row in found}


def flag(connection: Connection, partnership: str, email: str, why: str, today: date) -> None:
    """An address of the directory was found not to work. `why` are plain words; of a stranger's nothing is kept."""
    if _in_directory(connection, partnership, email):
        _put(connection, partnership, email, flagged_on=today, flag=why)


def flagged(connection: Connection, partnership: str) -> list[Flagged]:
    """The people of the directory whose address was found not to work, by name."""
    marked = (people.c.partnership_id == partnership) & people.c.until.is_(None) & contacts.c.flag.is_not(None)
    wanted = select(people, contacts.c.flagged_on, contacts.c.flag).select_from(_JOINED)
    found = connection.execute(wanted.where(marked).order_by(people.c.name))
    return [Flagged(row.name, row.email, row.role, row.agency, row.flagged_on, row.flag) for row in found]


def delegate(connection: Connection, partnership: str, email: str, to: str) -> None:
    """Register who acts for somebody while they are away; nobody, where `to` is empty."""
    _put(connection, partnership, email, delegate=to.lower() or None)


def chased(connection: Connection, partnership: str, email: str, today: date) -> None:
    """A chase was accepted by the mail server: one more that waits for an answer."""
    if _in_directory(connection, partnership, email):
        _put(connection, partnership, email, silences=contacts.c.silences + 1, chased_on=today)


def answered(connection: Connection, partnership: str, email: str) -> None:
    """They have answered something: the address works, and somebody reads it."""
    if _in_directory(connection, partnership, email):
        _put(connection, partnership, email, silences=0, chased_on=None)


def named_instead(connection: Connection, partnership: str, email: str, words: str, today: date) -> None:
    """An automatic reply named somebody else to turn to."""
    if _in_directory(connection, partnership, email):
        _put(connection, partnership, email, instead=words, instead_on=today)


def asked(connection: Connection, partnership: str, email: str, today: date) -> None:
    """They were asked whether the entry is right."""
    _put(connection, partnership, email, asked_on=today)


def confirmed(connection: Connection, partnership: str, email: str, today: date) -> None:
    """The entry is right, as they say or as somebody at the desk has found out: what spoke against it is over."""
    _put(connection, partnership, email, confirmed_on=today, says=None, said_on=None, **_NO_DOUBTS)


def entered_anew(connection: Connection, partnership: str, email: str) -> None:
    """An address comes into the directory: what was known against it before is over."""
    _put(connection, partnership, email, says=None, said_on=None, **_NO_DOUBTS)


def says(connection: Connection, partnership: str, email: str, words: str, today: date) -> None:
    """They say that the entry is not right. Nothing changes by that itself."""
    _put(connection, partnership, email, says=words, said_on=today)


def asked_today(connection: Connection, partnership: str, today: date) -> int:
    """How many were asked today."""
    chosen = (contacts.c.partnership_id == partnership) & (contacts.c.asked_on == today)
    return int(connection.execute(select(func.count()).select_from(contacts).where(chosen)).scalar_one())


def acted_for_by(connection: Connection, partnership: str, email: str) -> list[str]:
    """The addresses of those for whom somebody is the registered delegate, both being in the directory."""
    chosen = and_(contacts.c.partnership_id == partnership, contacts.c.delegate == email.lower())
    if not _in_directory(connection, partnership, email):
        return []
    found = connection.execute(select(contacts.c.email).where(chosen)).scalars()
    return [each for each in found if _in_directory(connection, partnership, each)]


def _in_directory(connection: Connection, partnership: str, email: str) -> bool:
    whose = (people.c.partnership_id == partnership) & people.c.until.is_(None)
    found = select(people.c.id).where(whose, func.lower(people.c.email) == email.lower())
    return connection.execute(found.limit(1)).first() is not None


def _put(connection: Connection, partnership: str, email: str, **values: Any) -> None:
    key = {"partnership_id": partnership, "email": email.lower()}
    first = {name: 1 if name == "silences" and not isinstance(value, int) else value for name, value in values.items()}
    row = insert_or(contacts).values(**key, **first)
    connection.execute(row.on_conflict_do_update(index_elements=["partnership_id", "email"], set_=values))


def _contact(row: Any) -> Contact:
    return Contact(**{name: getattr(row, name) for name in Contact.__dataclass_fields__})
