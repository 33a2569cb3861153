"""Mailboxes that are polled: where each began, how it fares, and which of its messages still have to be moved."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from cases.tables import mailboxes, messages, receipts


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a message lay when it was read: enough to find it again and move it (RFC 9051 section 2.3.1.1)."""

    mailbox: str
    validity: int
    uid: int


@dataclass(frozen=True, slots=True)
class Known:
    """A mailbox as it was left. What lay in it before `started_at` is counted in `older` and never judged."""

    name: str
    started_at: datetime
    older: int
    place: str  # the account and folder that its numbers belong to
    validity: int | None
    last_uid: int  # everything up to here has been seen to
    dated_to: int  # up to here the server has renumbered, and the date says what is older
    polled_at: datetime | None
    failures: int
    next_try_at: datetime | None
    trouble: str


@dataclass(frozen=True, slots=True)
class ToMove:
    """A message that was judged and still lies where it was read."""

    uid: int
    message_id: str
    in_tray: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """For the daily reconciliation of one mailbox."""

    older: int  # was there before the service began, and is nobody's work here
    stored: int
    judged: int
    in_tray: int
    to_move: int


def known(connection: Connection, name: str) -> Known | None:
    row = connection.execute(select(mailboxes).where(mailboxes.c.name == name)).first()
    if row is None:
        return None
    return Known(
        row.name,
        row.started_at,
        row.older,
        row.place or "",
        row.validity,
        row.last_uid,
        row.dated_to,
        row.polled_at,
        row.failures,
        row.next_try_at,
        row.trouble or "",
    )


def of_partnership(connection: Connection, partnership: str) -> list[Known]:
    """The mailboxes of a partnership that are polled, by name."""
    names = select(mailboxes.c.name).where(mailboxes.c.partnership_id == partnership).order_by(mailboxes.c.name)
    return [found for name in connection.execute(names).scalars() if (found := known(connection, name))]


def meet(connection: Connection, partnership: str, name: str, now: datetime) -> Known:
    """The mailbox, with its row made if it is new."""
    row = insert_or(mailboxes).values(name=name, partnership_id=partnership, started_at=now)
    connection.execute(row.on_conflict_do_nothing())
    found = known(connection, name)
    assert found
    return found


def begin(
    connection: Connection, name: str, place: str, validity: int, older: int, last_uid: int, now: datetime
) -> None:
    """Set the start mark: the first time that the mailbox could be read."""
    values = {"started_at": now, "place": place, "validity": validity, "older": older, "last_uid": last_uid}
    connection.execute(update(mailboxes).where(mailboxes.c.name == name).values(**values))


def renumbered(connection: Connection, name: str, place: str, validity: int, highest: int, now: datetime) -> None:
    """The numbers mean other messages now: all are looked at again, and the old receipts lead nowhere."""
    before = known(connection, name)
    values = {"place": place, "validity": validity, "last_uid": 0, "dated_to": highest, "older": 0}
    connection.execute(update(mailboxes).where(mailboxes.c.name == name).values(**values))
    stale = (receipts.c.mailbox == name) & (receipts.c.validity != validity) & receipts.c.moved_at.is_(None)
    connection.execute(update(receipts).where(stale).values(moved_at=now))
    if before and before.place != place:  # two folders may number alike: a receipt of one would hide mail of the other
        alike = (receipts.c.mailbox == name) & (receipts.c.validity == validity)
        connection.execute(delete(receipts).where(alike))


def add_receipt(connection: Connection, partnership: str, receipt: Receipt, message_id: str) -> None:
    """In the transaction that stores the message: from now on it is known to lie there."""
    place = {"mailbox": receipt.mailbox, "validity": receipt.validity, "uid": receipt.uid}
    row = insert_or(receipts).values(**place, partnership_id=partnership, message_id=message_id)
    connection.execute(row.on_conflict_do_nothing())


def with_receipt(connection: Connection, name: str, validity: int, after: int) -> set[int]:
    """Numbers above `after` whose messages are stored already."""
    chosen = (receipts.c.mailbox == name) & (receipts.c.validity == validity) & (receipts.c.uid > after)
    return set(connection.execute(select(receipts.c.uid).where(chosen)).scalars())


def to_move(connection: Connection, name: str, validity: int) -> list[ToMove]:
    """Messages that are judged and not moved, the oldest first."""
    chosen = (receipts.c.mailbox == name) & (receipts.c.validity == validity) & receipts.c.moved_at.is_(None)
    found = (
        select(receipts.c.uid, receipts.c.message_id, messages.c.state)
        .join(messages, messages.c.id == receipts.c.message_id)
        .where(chosen, messages.c.state != "stored")
        .order_by(receipts.c.uid)
    )
    return [ToMove(row.uid, row.message_id, row.state == "tray") for row in connection.execute(found)]


def moved(connection: Connection, name: str, validity: int, uids: list[int], now: datetime) -> None:
    chosen = (receipts.c.mailbox == name) & (receipts.c.validity == validity) & receipts.c.uid.in_(uids)
    connection.execute(update(receipts).where(chosen).values(moved_at=now))


def progressed(connection: Connection, name: str, last_uid: int, older: int) -> None:
    """Everything up to `last_uid` is seen to; `older` more messages were found that came before the start mark."""
    values = {"last_uid": last_uid, "older": mailboxes.c.older + older}
    connection.execute(update(mailboxes).where(mailboxes.c.name == name).values(**values))


def well(connection: Connection, name: str, now: datetime) -> None:
    values = {"polled_at": now, "failures": 0, "next_try_at": None, "trouble": None}
    connection.execute(update(mailboxes).where(mailboxes.c.name == name).values(**values))


def failed(connection: Connection, name: str, trouble: str, next_try_at: datetime | None) -> Known:
    values = {"failures": mailboxes.c.failures + 1, "trouble": trouble, "next_try_at": next_try_at}
    connection.execute(update(mailboxes).where(mailboxes.c.name == name).values(**values))
    found = known(connection, name)
    assert found
    return found


def counts(connection: Connection, partnership: str, name: str) -> Counts:
    """What the receipts of a mailbox say; all but `older` grow with the mail that came."""
    own = select(receipts.c.message_id).where(receipts.c.mailbox == name)
    chosen = (messages.c.partnership_id == partnership) & messages.c.id.in_(own)
    found = connection.execute(select(messages.c.state, func.count()).where(chosen).group_by(messages.c.state))
    states = {row[0]: int(row[1]) for row in found}
    waits = select(func.count()).select_from(receipts).where(receipts.c.mailbox == name, receipts.c.moved_at.is_(None))
    mailbox = known(connection, name)
    stored = sum(states.values())
    return Counts(
        mailbox.older if mailbox else 0,
        stored,
        stored - states.get("stored", 0),
        states.get("tray", 0),
        connection.execute(waits).scalar_one(),
    )
