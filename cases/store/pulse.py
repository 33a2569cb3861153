"""When the service last showed that it is alive, and the times in which it was not."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects.sqlite import insert as insert_or

from cases.tables import beats, brakes, gaps

CLOCK = "clock"  # what the brake is called that a changed clock pulls

_BEAT = insert_or(beats).on_conflict_do_update(index_elements=["thread"], set_={"at": insert_or(beats).excluded.at})
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


def last_jump(connection: Connection, partnership: str) -> Any:
    """The last change of the computer's clock: noticed_at, since, seconds; nothing where there was none."""
    chosen = (gaps.c.partnership_id == partnership) & (gaps.c.kind == "jumped")
    return connection.execute(select(gaps).where(chosen).order_by(gaps.c.noticed_at.desc()).limit(1)).first()
