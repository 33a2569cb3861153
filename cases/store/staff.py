"""The staff list, the links that sign officers in, and their sessions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from cases.staff.officer import Change, Officer, Role
from cases.tables import links, sessions, staff

_CHANGES = select(staff).where(staff.c.partnership_id == bindparam("partnership")).order_by(staff.c.id)
_SESSION = select(sessions).where(
    sessions.c.hash == bindparam("hash"), sessions.c.partnership_id == bindparam("partnership")
)


@dataclass(frozen=True, slots=True)
class Session:
    """A browser in which an officer has signed in."""

    email: str
    role: Role
    started_at: datetime
    seen_at: datetime
    ended_at: datetime | None


def changes(connection: Connection, partnership: str) -> list[Change]:
    """Every change of the staff list, the oldest first."""
    rows = connection.execute(_CHANGES, {"partnership": partnership})
    return [Change(row.email, row.name, row.role, row.at, row.by, row.id) for row in rows]


def add(connection: Connection, partnership: str, change: Change) -> None:
    row = {"email": change.email, "name": change.name, "role": change.role, "at": change.at, "by": change.by}
    connection.execute(insert(staff), row | {"partnership_id": partnership})


def keep_link(connection: Connection, partnership: str, hash: str, email: str, back: str, until: datetime) -> None:
    row = {"hash": hash, "partnership_id": partnership, "email": email, "back": back, "expires_at": until}
    connection.execute(insert(links), row)


def link(connection: Connection, partnership: str, hash: str, now: datetime) -> tuple[str, str] | None:
    """Whom a link signs in, and the page they were on the way to; nothing where it was used or is too old."""
    row = connection.execute(select(links.c.email, links.c.back).where(_good(partnership, hash, now))).first()
    return (row.email, row.back) if row else None


def link_out(connection: Connection, partnership: str, email: str, until: datetime) -> bool:
    """Whether an unused link is out that is good for longer than `until`."""
    mine = (links.c.partnership_id == partnership) & (links.c.email == email)
    unused = select(links.c.hash).where(mine, links.c.used_at.is_(None), links.c.expires_at > until)
    return connection.execute(unused.limit(1)).first() is not None


def use_link(connection: Connection, partnership: str, hash: str, now: datetime) -> bool:
    """Use a link up. Says no where somebody was first, or it is too old."""
    return connection.execute(update(links).where(_good(partnership, hash, now)).values(used_at=now)).rowcount == 1


def forget_links(connection: Connection, before: datetime) -> None:
    connection.execute(delete(links).where(links.c.expires_at < before))


def begin(connection: Connection, partnership: str, hash: str, officer: Officer, now: datetime) -> None:
    row = {"email": officer.email, "role": officer.role, "started_at": now, "seen_at": now}
    connection.execute(insert(sessions), row | {"hash": hash, "partnership_id": partnership})


def session(connection: Connection, partnership: str, hash: str) -> Session | None:
    row = connection.execute(_SESSION, {"hash": hash, "partnership": partnership}).first()
    return Session(row.email, row.role, row.started_at, row.seen_at, row.ended_at) if row else None


def seen(connection: Connection, hash: str, now: datetime) -> None:
    connection.execute(update(sessions).where(sessions.c.hash == hash).values(seen_at=now))


def end(connection: Connection, partnership: str, hash: str, now: datetime) -> None:
    chosen = (sessions.c.hash == hash) & (sessions.c.partnership_id == partnership)
    connection.execute(update(sessions).where(chosen, sessions.c.ended_at.is_(None)).values(ended_at=now))


def end_all(connection: Connection, partnership: str, email: str, now: datetime) -> None:
    """Whatever an officer is signed in with ends, and links that were not used yet lead nowhere."""
    mine = (sessions.c.partnership_id == partnership) & (sessions.c.email == email)
    connection.execute(update(sessions).where(mine, sessions.c.ended_at.is_(None)).values(ended_at=now))
    sent = (links.c.partnership_id == partnership) & (links.c.email == email)
    connection.execute(update(links).where(sent, links.c.used_at.is_(None)).values(used_at=now))


def forget_sessions(connection: Connection, before: datetime) -> None:
    connection.execute(delete(sessions).where(sessions.c.started_at < before))


def _good(partnership: str, hash: str, now: datetime) -> Any:
    chosen = (links.c.hash == hash) & (links.c.partnership_id == partnership)
    return chosen & links.c.used_at.is_(None) & (links.c.expires_at > now)
