"""What the daily digest is made of, by plain columns alone: no case is opened. And the digests that were made."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, insert, select, text, union

from cases.danger import WORST
from cases.digest.findings import Digest, Line, Section, Witness
from cases.store import mailboxes
from cases.store.mailboxes import Counts, Known
from cases.tables import cases, checkpoints, clocks, digests, entries, gaps, letters, messages, tasks
from cases.tables import mailboxes as boxes

# Written out, as the indexes have it: else SQLite does not see that they will do.
NOT_CLOSED = text("cases.status != 'closed'")
_IS_CLOSED = text("cases.closed_at IS NOT NULL")
_UNDONE = text("tasks.done_at IS NULL")
_RUNNING = text("clocks.state = 'running'")
_MISSED = text("entries.kind = 'missed'")
_HELD = text("letters.state = 'held'")
_LOST = text("letters.lost_at IS NOT NULL")
_TO_SEND = text("letters.state IN ('planned','handing over','uncertain')")
_WAITING_MAIL = text("messages.state IN ('stored','tray')")

_EVER = datetime(1970, 1, 1, tzinfo=UTC)

PLAIN = (
    cases.c.id,
    cases.c.reference,
    cases.c.policy,
    cases.c.confidential,
    cases.c.stage,
    cases.c.tier,
    cases.c.raising,
    cases.c.receiving,
    cases.c.due_at,
)


@dataclass(frozen=True, slots=True)
class Made:
    """A digest as it was stored."""

    since: datetime
    until: datetime
    letter_id: str
    digest: Digest


def due_between(
    connection: Connection, partnership: str, after: datetime | None, to: datetime | None, most: int
) -> tuple[list[Any], int]:
    """The cases whose first timescale is due after a moment and up to another, the earliest first, and how many."""
    mine = (cases.c.partnership_id == partnership) & NOT_CLOSED & cases.c.due_at.is_not(None)
    chosen = mine & (cases.c.due_at > after if after else True) & (cases.c.due_at <= to if to else True)
    return _some(connection, select(*PLAIN), chosen, cases.c.due_at, most)


def opened_between(
    connection: Connection, partnership: str, since: datetime, until: datetime, most: int
) -> tuple[list[Any], int]:
    """The cases that came to stand here in a time, the oldest first, whenever their mail came or their stage began."""
    chosen = (cases.c.partnership_id == partnership) & (cases.c.entered_at > since) & (cases.c.entered_at <= until)
    return _some(connection, select(*PLAIN), chosen, cases.c.entered_at, most)


def closed_between(
    connection: Connection, partnership: str, since: datetime, until: datetime, most: int
) -> tuple[list[Any], int]:
    """The cases that were closed in a time, the oldest first."""
    mine = (cases.c.partnership_id == partnership) & _IS_CLOSED
    chosen = mine & (cases.c.closed_at > since) & (cases.c.closed_at <= until)
    return _some(connection, select(*PLAIN), chosen, cases.c.closed_at, most)


def missed_between(
    connection: Connection, partnership: str, since: datetime, until: datetime, downs: Sequence[Any], most: int
) -> tuple[list[Any], int]:
    """The cases of which something fell due while the service did not run: steps that the record names as missed, and
    clocks that nobody has looked at since one of these times without it."""
    lately = (entries.c.partnership_id == partnership) & _MISSED & (entries.c.at > since) & (entries.c.at <= until)
    waiting = (clocks.c.partnership_id == partnership) & _RUNNING
    unseen = [
        select(clocks.c.case_id).where(waiting & clocks.c.look_at.between(down.since, down.noticed_at))
        for down in downs
    ]
    concerned = cases.c.id.in_(union(select(entries.c.case_id).where(lately), *unseen))
    return _some(connection, select(*PLAIN), concerned, cases.c.reference, most)


def chores(
    connection: Connection, partnership: str, rank: int, said: datetime | None, most: int
) -> tuple[list[Any], int, int, int]:
    """The open tasks of a rank and worse: the worst first, then those since the last digest, then the others. With how
    many these are, how many of them are new, and how many tasks are lesser."""
    mine = (tasks.c.partnership_id == partnership) & _UNDONE
    columns = (tasks.c.key, tasks.c.opened_at, cases.c.reference, cases.c.confidential)
    wanted = select(*columns).join(cases, cases.c.id == tasks.c.case_id).where(mine, tasks.c.rank <= rank)
    ranks = select(tasks.c.rank, func.count()).where(mine).group_by(tasks.c.rank)
    counts = {row[0]: int(row[1]) for row in connection.execute(ranks)}
    pressing = sum(count for each, count in counts.items() if each <= rank)
    is_new = tasks.c.opened_at > (said or _EVER)
    is_worst = tasks.c.rank == WORST
    fresh = connection.execute(select(func.count()).select_from(tasks).where(mine, tasks.c.rank <= rank, is_new))
    found: list[Any] = []
    for chosen in (is_worst, ~is_worst & is_new, ~is_worst & ~is_new):  # each in the order of the index
        few = wanted.where(chosen).order_by(tasks.c.rank, tasks.c.opened_at).limit(most - len(found))
        found += connection.execute(few).all() if len(found) < most else []
    return found, pressing, int(fresh.scalar_one()), sum(counts.values()) - pressing


def looked_at_by(connection: Connection, partnership: str, until: datetime, most: int) -> tuple[list[Any], int]:
    """The clocks that are looked at by a moment, the soonest first: purpose, ladder, step, and the case's columns."""
    chosen = (clocks.c.partnership_id == partnership) & _RUNNING & (clocks.c.look_at <= until)
    columns = (clocks.c.purpose, clocks.c.ladder, clocks.c.step, cases.c.reference, cases.c.policy)
    wanted = select(*columns).join(cases, cases.c.id == clocks.c.case_id).where(chosen).order_by(clocks.c.look_at)
    count = connection.execute(select(func.count()).select_from(clocks).where(chosen)).scalar_one()
    return list(connection.execute(wanted.limit(most)).all()), int(count)


def by_status(connection: Connection, partnership: str) -> dict[str, int]:
    """How many cases are not closed, by status."""
    # The time is there so that SQLite takes the index of the open cases, and not that of all of them.
    mine = (cases.c.partnership_id == partnership) & NOT_CLOSED & (cases.c.opened_at > _EVER)
    counted = select(cases.c.status, func.count()).where(mine).group_by(cases.c.status)
    return {row[0]: int(row[1]) for row in connection.execute(counted)}


def tray(connection: Connection, partnership: str) -> list[datetime]:
    """When the mails came that wait for a person, the oldest first."""
    mine = (messages.c.partnership_id == partnership) & _WAITING_MAIL & (messages.c.state == "tray")
    found = select(messages.c.received_at).where(mine).order_by(messages.c.received_at)
    return list(connection.execute(found).scalars())


def unsent(connection: Connection, partnership: str, since: datetime) -> tuple[int, int, int, int]:
    """How many letters are held; wait for the mail server; may have gone; were lost since."""
    mine = letters.c.partnership_id == partnership
    count = select(func.count()).select_from(letters)
    # Written so that SQLite takes the small index of the letters to send, and not that of all of a partnership's.
    theirs = (letters.c.partnership_id + "" == partnership) & _TO_SEND & (letters.c.next_try_at > _EVER)
    states = select(letters.c.state, func.count()).where(theirs & (letters.c.attempts > 0))
    tried = {row[0]: int(row[1]) for row in connection.execute(states.group_by(letters.c.state))}
    held = connection.execute(count.where(mine & _HELD)).scalar_one()
    lost = connection.execute(count.where(mine & _LOST & (letters.c.lost_at > since))).scalar_one()
    return held, tried.get("planned", 0), tried.get("uncertain", 0) + tried.get("handing over", 0), lost


def mail_in(connection: Connection, partnership: str) -> list[tuple[Known, Counts]]:
    """Every mailbox of a partnership, with its counts."""
    names = connection.execute(select(boxes.c.name).where(boxes.c.partnership_id == partnership)).scalars().all()
    known = [mailboxes.known(connection, name) for name in names]
    return [(each, mailboxes.counts(connection, partnership, each.name)) for each in known if each]


def gaps_between(connection: Connection, partnership: str, since: datetime, until: datetime) -> list[Any]:
    """The times in which the service did not run, or its clock was changed, as they were noticed."""
    chosen = (gaps.c.partnership_id == partnership) & (gaps.c.noticed_at > since) & (gaps.c.noticed_at <= until)
    return list(connection.execute(select(gaps).where(chosen).order_by(gaps.c.noticed_at)).all())


def witness(connection: Connection, partnership: str) -> Witness | None:
    """The last checkpoint of the record; its heads are left where they are."""
    columns = (checkpoints.c.day, checkpoints.c.hash, checkpoints.c.cases)
    mine = select(*columns).where(checkpoints.c.partnership_id == partnership)
    row = connection.execute(mine.order_by(checkpoints.c.day.desc()).limit(1)).first()
    return Witness(*row) if row else None


def keep(connection: Connection, partnership: str, made: Made) -> None:
    """Store a digest. Raises IntegrityError where there is one of that day already."""
    row = {"partnership_id": partnership, "day": made.digest.day, "since": made.since, "until": made.until}
    content = json.dumps(asdict(made.digest) | {"day": made.digest.day.isoformat()})
    connection.execute(insert(digests).values(**row, letter_id=made.letter_id, content=content))


def last(connection: Connection, partnership: str) -> Made | None:
    found = select(digests).where(digests.c.partnership_id == partnership)
    row = connection.execute(found.order_by(digests.c.day.desc()).limit(1)).first()
    return _made(row) if row else None


def of_day(connection: Connection, partnership: str, day: date) -> Made | None:
    chosen = (digests.c.partnership_id == partnership) & (digests.c.day == day)
    row = connection.execute(select(digests).where(chosen)).first()
    return _made(row) if row else None


def listed(connection: Connection, partnership: str, before: date | None, most: int) -> list[Made]:
    """The newest first; those of days before another."""
    chosen = (digests.c.partnership_id == partnership) & (digests.c.day < before if before else True)
    found = select(digests).where(chosen).order_by(digests.c.day.desc()).limit(most)
    return [_made(row) for row in connection.execute(found)]


def is_in_use(connection: Connection, partnership: str, began: datetime) -> bool:
    """Whether a partnership has had a digest, or had a case before today began."""
    if last(connection, partnership):
        return True
    earlier = (cases.c.partnership_id == partnership) & (cases.c.opened_at < began)
    return connection.execute(select(cases.c.id).where(earlier).limit(1)).first() is not None


def letter_state(connection: Connection, letter_id: str) -> tuple[str, datetime | None]:
    """What became of a digest's letter, and when the mail server took it."""
    found = select(letters.c.state, letters.c.accepted_at).where(letters.c.id == letter_id)
    row = connection.execute(found).first()
    return (row.state, row.accepted_at) if row else ("lost", None)


def _some(
    connection: Connection, wanted: Select[Any], chosen: Any, order: ColumnElement[Any], most: int
) -> tuple[list[Any], int]:
    count = connection.execute(select(func.count()).select_from(cases).where(chosen)).scalar_one()
    found = connection.execute(wanted.where(chosen).order_by(order).limit(most)).all() if count and most else []
    return list(found), int(count)


def _made(row: Row[Any]) -> Made:
    return Made(row.since, row.until, row.letter_id, _digest(json.loads(row.content)))


def _digest(kept: Mapping[str, Any]) -> Digest:
    sections = tuple(
        Section(**each | {"lines": tuple(Line(**line) for line in each["lines"])}) for each in kept["sections"]
    )
    day = date.fromisoformat(kept["day"])
    return Digest(kept["short_name"], day, kept["needs"], kept["urgent"], tuple(kept["top"]), sections)
