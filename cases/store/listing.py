"""The desk's lists, found by plain columns and indexes alone: no case is opened for any of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, literal_column, or_, select

from cases.danger import OF_MAIL, WORST
from cases.tables import cases, clocks, keys, messages, parties, tasks

A_PAGE = 50
MOST_COUNTED = 2_000  # beyond this a list says "more than": nobody works through so many
MOST_WAITING = 1_000
NOT_CLOSED = "not closed"
EVERY = "every"
A_CHUNK = 1_000  # rows of an export that are read at a time

Order = Literal["due", "opened"]
Kind = Literal["task", "mail", "overdue"]
_PLACES: tuple[Kind, ...] = ("mail", "task", "overdue")  # among what is equally dangerous

# Written out, not as parameters: else SQLite does not see that a partial index will do.
_IS_OPEN: ColumnElement[bool] = literal_column("cases.status != 'closed'")
_IS_CLOSED: ColumnElement[bool] = literal_column("cases.closed_at IS NOT NULL")
_IN_TRAY: ColumnElement[bool] = literal_column("messages.state = 'tray'")
_TO_BE_DONE: ColumnElement[bool] = literal_column("tasks.done_at IS NULL")
_COLUMNS = (
    cases.c.id,
    cases.c.reference,
    cases.c.status,
    cases.c.stage,
    cases.c.tier,
    cases.c.raising,
    cases.c.receiving,
    cases.c.confidential,
    cases.c.opened_at,
    cases.c.due_at,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases of a partnership. Empty fields choose nothing out; `reference` is a whole one or a part of it."""

    status: str = NOT_CLOSED  # or a status, or EVERY
    stage: str = ""
    agency: str = ""  # on either side
    overdue: bool = False
    reference: str = ""
    order: Order = "due"

    @property
    def by_due(self) -> bool:
        """Whether the list is in the order of the due dates. Closed cases have none: the last closed comes first."""
        return self.order == "due" and self.status not in ("closed", EVERY)


@dataclass(frozen=True, slots=True)
class Row:
    """A case in a list. Agencies are keys of the directory, `stage` is a key of the policy."""

    id: str
    reference: str
    status: str
    stage: str | None
    tier: int | None
    raising: str | None
    receiving: str | None
    confidential: bool
    opened_at: datetime
    due_at: datetime | None
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for a person. `key` is the task's key, the mail's id, or empty."""

    kind: Kind
    rank: int
    since: datetime
    case_id: str | None
    key: str


@dataclass(frozen=True, slots=True)
class Named:
    """What a line about a case may say without opening it."""

    reference: str
    confidential: bool


@dataclass(frozen=True, slots=True)
class Totals:
    """Numbers for the top of the first page; of cases up to one more than MOST_COUNTED."""

    open: int
    overdue: int
    in_tray: int


def page(connection: Connection, partnership: str, wanted: Wanted, now: datetime, number: int) -> list[Row]:
    """One page of the cases, the first is number 1."""
    chosen = _cases(partnership, wanted, now).limit(A_PAGE).offset(A_PAGE * (number - 1))
    rows = connection.execute(chosen).all()
    gone = _erased(connection, [row.id for row in rows])
    return [_row(row, gone) for row in rows]


def count(connection: Connection, partnership: str, wanted: Wanted, now: datetime) -> int:
    """How many cases there are, up to one more than MOST_COUNTED."""
    return _counted(connection, _cases(partnership, wanted, now, _number(1)))


def every(connection: Connection, partnership: str, wanted: Wanted, now: datetime) -> Iterator[Row]:
    """All of the cases, in the order of the list, read bit by bit."""
    found = connection.execution_options(yield_per=A_CHUNK).execute(_cases(partnership, wanted, now))
    for some in found.partitions():
        gone = _erased(connection, [row.id for row in some])
        yield from (_row(row, gone) for row in some)


def waiting(connection: Connection, partnership: str, now: datetime, number: int) -> list[Waiting]:
    """One page of what waits for a person, the most dangerous first; the first page is number 1."""
    most = A_PAGE * number
    parts = [[Waiting(*row) for row in connection.execute(each.limit(most))] for each in _waiting(partnership, now)]
    together = merge(*parts, key=lambda each: (each.rank, _PLACES.index(each.kind), each.since))
    return list(together)[most - A_PAGE : most]


def count_waiting(connection: Connection, partnership: str, now: datetime) -> int:
    """How much waits for a person, up to one more than MOST_WAITING."""
    parts = _waiting(partnership, now)
    return min(sum(_counted(connection, each, MOST_WAITING) for each in parts), MOST_WAITING + 1)


def totals(connection: Connection, partnership: str, now: datetime) -> Totals:
    return Totals(
        count(connection, partnership, Wanted(), now),
        count(connection, partnership, Wanted(overdue=True), now),
        count_tray(connection, partnership),
    )


def in_tray(connection: Connection, partnership: str, number: int) -> list[str]:
    """Ids of one page of the mails that need a person: those with words of immediate harm first, then the oldest."""
    most = A_PAGE * number
    parts = (_mails(partnership, urgent).limit(most) for urgent in (True, False))
    ids = [row.key for part in parts for row in connection.execute(part)]
    return ids[most - A_PAGE : most]


def count_tray(connection: Connection, partnership: str) -> int:
    found = select(func.count()).select_from(messages).where(_tray(partnership))
    return int(connection.execute(found).scalar_one())


def named(connection: Connection, case_ids: Iterable[str]) -> dict[str, Named]:
    """What may be said of these cases, by id."""
    found = select(cases.c.id, cases.c.reference, cases.c.confidential).where(cases.c.id.in_(list(case_ids)))
    return {row.id: Named(row.reference, row.confidential) for row in connection.execute(found)}


def open_tasks_of(connection: Connection, case_id: str) -> list[str]:
    """The keys of a case's open tasks, the most dangerous first."""
    chosen = (tasks.c.case_id == case_id) & tasks.c.done_at.is_(None)
    found = select(tasks.c.key).where(chosen).order_by(tasks.c.rank, tasks.c.opened_at)
    return list(connection.execute(found).scalars())


def next_look(connection: Connection, partnership: str) -> tuple[datetime, str] | None:
    """When the partnership's next clock is looked at, and the reference of its case."""
    running = (clocks.c.partnership_id == partnership) & literal_column("clocks.state = 'running'")
    found = select(clocks.c.look_at, clocks.c.case_id).where(running).order_by(clocks.c.look_at).limit(1)
    row = connection.execute(found).first()
    if row is None:
        return None
    return row.look_at, connection.execute(select(cases.c.reference).where(cases.c.id == row.case_id)).scalar_one()


def of_sender(connection: Connection, partnership: str, address_token: str, most: int) -> list[str]:
    """Ids of the newest cases of which somebody with this address is a party."""
    mine = (parties.c.address_token == address_token) & (parties.c.partnership_id == partnership)
    found = select(parties.c.case_id).join(cases, cases.c.id == parties.c.case_id).where(mine)
    return list(dict.fromkeys(connection.execute(found.order_by(cases.c.opened_at.desc()).limit(most)).scalars()))


def confidential_of(connection: Connection, partnership: str, tokens: list[str]) -> list[str]:
    """Ids of all confidential cases of which somebody with one of these addresses is a party, or has a delegate act."""
    theirs = or_(parties.c.address_token.in_(tokens), parties.c.holder_token.in_(tokens))
    found = select(parties.c.case_id).join(cases, cases.c.id == parties.c.case_id).where(theirs)
    mine = found.where(parties.c.partnership_id == partnership, cases.c.confidential)
    return list(dict.fromkeys(connection.execute(mine.order_by(cases.c.opened_at.desc())).scalars()))


def kept_mail(connection: Connection, case_id: str) -> list[tuple[str, datetime, str]]:
    """(id, when it came, state) of the mails that belong to a case, the oldest first."""
    chosen = (messages.c.case_id == case_id) & literal_column("messages.case_id IS NOT NULL")
    found = select(messages.c.id, messages.c.received_at, messages.c.state).where(chosen)
    return [(row.id, row.received_at, row.state) for row in connection.execute(found.order_by(messages.c.received_at))]


def _cases(partnership: str, wanted: Wanted, now: datetime, *columns: ColumnElement[Any]) -> Select[Any]:
    """In order also where they are only counted: it tells the database which index to walk, and how far."""
    found: Select[Any] = select(*(columns or _COLUMNS)).select_from(cases).where(_chosen(partnership, wanted, now))
    if wanted.by_due:
        return found.order_by(cases.c.due_at.nulls_last(), cases.c.reference)
    if wanted.status == "closed":
        return found.order_by(cases.c.closed_at.desc())
    return found.order_by(cases.c.opened_at.desc(), cases.c.reference.desc())


def _chosen(partnership: str, wanted: Wanted, now: datetime) -> ColumnElement[bool]:
    terms: list[ColumnElement[bool]] = [cases.c.partnership_id == partnership]
    if wanted.status not in ("closed", EVERY):
        terms.append(_IS_OPEN)
    if wanted.status == "closed":
        terms.append(_IS_CLOSED)
    elif wanted.status not in (NOT_CLOSED, EVERY):
        terms.append(cases.c.status == wanted.status)
    if wanted.stage or wanted.agency:  # else a filter would tell what a confidential case keeps to itself
        terms.append(cases.c.confidential.is_(False))
    if wanted.stage:
        terms.append(cases.c.stage == wanted.stage)
    if wanted.agency:
        terms.append(or_(cases.c.raising == wanted.agency, cases.c.receiving == wanted.agency))
    if wanted.overdue:
        terms += [_IS_OPEN, cases.c.due_at <= now]
    if wanted.reference:
        terms.append(func.instr(cases.c.reference, wanted.reference.upper()) > 0)
    return and_(*terms)


def _open(partnership: str) -> ColumnElement[bool]:
    return and_(cases.c.partnership_id == partnership, _IS_OPEN)


def _tray(partnership: str) -> ColumnElement[bool]:
    return and_(messages.c.partnership_id == partnership, _IN_TRAY)


def _waiting(partnership: str, now: datetime) -> tuple[Select[Any], ...]:
    return (_tasks(partnership), _mails(partnership, True), _mails(partnership, False), _overdue(partnership, now))


def _tasks(partnership: str) -> Select[Any]:
    """The open tasks; not those about a mail that stands in the tray itself."""
    shown_itself = exists().where(
        tasks.c.key.startswith("mail:"), messages.c.id == func.substr(tasks.c.key, 6), _IN_TRAY
    )
    found = select(_text("task"), tasks.c.rank, tasks.c.opened_at, tasks.c.case_id, tasks.c.key)
    chosen = found.where(tasks.c.partnership_id == partnership, _TO_BE_DONE, ~shown_itself)
    return chosen.order_by(tasks.c.rank, tasks.c.opened_at)


def _mails(partnership: str, urgent: bool) -> Select[Any]:
    """Mail of the tray, before the tasks of its rank."""
    rank = _number(WORST if urgent else OF_MAIL)
    found = select(_text("mail"), rank, messages.c.received_at, messages.c.case_id, messages.c.id.label("key"))
    chosen = found.where(_tray(partnership), messages.c.urgent == urgent)
    return chosen.order_by(messages.c.received_at)


def _overdue(partnership: str, now: datetime) -> Select[Any]:
    """Overdue cases, after the tasks of their rank; not those on which a task as dangerous says what to do."""
    said = exists().where(tasks.c.case_id == cases.c.id, tasks.c.done_at.is_(None), tasks.c.rank <= OF_MAIL)
    found = select(_text("overdue"), _number(OF_MAIL), cases.c.due_at, cases.c.id, _text(""))
    chosen = found.where(_open(partnership), cases.c.due_at <= now, ~said)
    return chosen.order_by(cases.c.due_at, cases.c.reference)


def _text(words: str) -> ColumnElement[str]:
    return literal_column(f"'{words}'")


def _number(number: int) -> ColumnElement[int]:
    return literal_column(str(number))


def _counted(connection: Connection, found: Select[Any], most: int = MOST_COUNTED) -> int:
    some = found.limit(most + 1).subquery()
    return int(connection.execute(select(func.count()).select_from(some)).scalar_one())


def _row(row: Any, gone: set[str]) -> Row:
    return Row(**row._mapping, erased=row.id in gone)


def _erased(connection: Connection, case_ids: list[str]) -> set[str]:
    subjects = [f"case:{each}" for each in case_ids]
    found = select(keys.c.subject).where(keys.c.subject.in_(subjects), keys.c.wrapped.is_(None))
    return {subject.removeprefix("case:") for subject in connection.execute(found).scalars()}
