"""When the service last showed that it is alive, and the times in which it was not."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from cases.tables import beats, brakes, cases, gaps, letters, mailboxes, revisits

CLOCK = "clock"  # what the brake is called that a changed clock pulls

_BEAT = insert_or(beats).on_conflict_do_update(index_elements=["thread"], set_={"at": insert_or(beats).excluded.at})
_LATER = letters.c.state.in_(("planned", "handing over", "uncertain", "held"))
_DOUBTED = select(brakes.c.pulled_at).where(
    brakes.c.partnership_id == bindparam("partnership"), brakes.c.about == CLOCK, brakes.c.released_at.is_(None)
)


def beat(connection: Connection, thread: str, now: datetime) -> None:
    connection.execute(_BEAT, {"thread": thread, "at": now})


def last_beats(connection: Connection) -> dict[str, datetime]:
    """When each thread was last alive."""
    return {row.thread: row.at for row in connection.execute(select(beats))}


def add_gap(connection: Connection, partnership: str, kind: str, since: datetime, now: datetime, seconds: int) -> None:
    """Write down that it did not run, or that its clock was changed; the same twice is once."""
    row = {"partnership_id": partnership, "noticed_at": now, "kind": kind, "since": since, "seconds": seconds}
    connection.execute(insert_or(gaps).values(**row).on_conflict_do_nothing())


def is_doubted(connection: Connection, partnership: str) -> bool:
    """Whether the computer's clock was changed, and nobody has said since that the time is right."""
    return connection.execute(_DOUBTED, {"partnership": partnership}).first() is not None


def last_doubted(connection: Connection, partnership: str, longest: timedelta) -> Any:
    """The last change of the computer's clock, or time without the service that was longer than this: kind, seconds;
    nothing where there was none."""
    doubted = (gaps.c.kind == "jumped") | (gaps.c.seconds > longest.total_seconds())
    chosen = (gaps.c.partnership_id == partnership) & doubted
    return connection.execute(select(gaps).where(chosen).order_by(gaps.c.noticed_at.desc()).limit(1)).first()


def not_later(connection: Connection, now: datetime, lease: timedelta) -> None:
    """The clock was set back: what waits for a moment of the false time is due now. A hand-over keeps its lease."""
    connection.execute(update(letters).where(_LATER, letters.c.next_try_at > now).values(next_try_at=now))
    held = _LATER & (letters.c.lease_until > now + lease)
    connection.execute(update(letters).where(held).values(lease_until=now + lease))
    connection.execute(update(mailboxes).where(mailboxes.c.next_try_at > now).values(next_try_at=now))
    connection.execute(update(revisits).where(revisits.c.look_at > now).values(look_at=now))


def opened_after(connection: Connection, partnership: str, now: datetime) -> list[str]:
    """Ids of the cases, not closed, that began in the future."""
    chosen = (cases.c.partnership_id == partnership) & (cases.c.opened_at > now) & (cases.c.status != "closed")
    return list(connection.execute(select(cases.c.id).where(chosen).order_by(cases.c.opened_at)).scalars())
