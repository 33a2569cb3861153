"""Polls IMAP mailboxes. In this order (mail, "In" 1): read, store with a receipt, judge, move.

A stop in between at any point loses nothing and repeats nothing: a message that is stored is known by its receipt, and
is moved at the next look.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Protocol

import structlog

from cases.mail.mailboxes import Mailboxes
from cases.store.database import DatabaseUnavailable
from cases.store.mailboxes import Known, Receipt
from intake.mail.message import MESSAGE_BYTES
from intake.mailbox import TOO_LARGE
from intake.mailboxes.imap import AT_ONCE, Account, Folder, Listed, Trouble, opened

log = structlog.get_logger()

SECONDS = 30.0  # until a server that does not answer is given up
READ_AT_ONCE = 20


class Mailbox(Protocol):
    """Where mail goes: `intake.mailbox.Mailbox`."""

    def keep(self, raw: bytes, partnership: str, now: datetime, receipt: Receipt | None = None, note: str = "") -> str:
        """Store a message. Gives its id."""

    def judge(self, message_id: str, now: datetime) -> None:
        """Judge a stored message; raises nothing."""


class Polling:
    """Looks into each mailbox in a thread of its own, so that none waits for another or holds up a clock."""

    def __init__(
        self, accounts: Sequence[Account], mailbox: Mailbox, book: Mailboxes, seconds: float = SECONDS
    ) -> None:
        self._accounts = accounts
        self._mailbox = mailbox
        self._book = book
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(max(1, len(accounts)), "mailbox")
        self._running: dict[str, Future[None]] = {}

    def look(self, now: datetime) -> None:
        """Start to look into every mailbox that nobody is looking into. Does not wait."""
        for account in self._accounts:
            before = self._running.get(account.name)
            if before is None or before.done():
                self._running[account.name] = self._threads.submit(self.poll, account, now)

    def stop(self) -> None:
        """Waits for the look in hand; it can be taken up again at any point."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def poll(self, account: Account, now: datetime) -> None:
        """Look into one mailbox, unless its trouble says to wait. Raises nothing."""
        try:
            known = self._book.meet(account.partnership, account.name, now)
            if known.next_try_at is None or known.next_try_at <= now:
                self._poll(account, known, now)
        except DatabaseUnavailable:
            log.warning("a mailbox waits for the database", partnership=account.partnership)
        except Exception as error:
            log.error("a mailbox could not be polled", partnership=account.partnership, error=type(error).__name__)

    def _poll(self, account: Account, known: Known, now: datetime) -> None:
        trouble, readable = "", False
        try:
            with opened(account, self._seconds) as folder:
                trouble = self._read(account, known, folder, now)
                readable = True
                self._move(account, folder, now)
        except Trouble as error:
            trouble = str(error)
        if not trouble:
            self._book.well(account.name, now)
            return
        log.warning("a mailbox is in trouble", partnership=account.partnership, trouble=trouble)
        self._book.failed(account.partnership, account.name, trouble, readable, now)

    def _read(self, account: Account, known: Known, folder: Folder, now: datetime) -> str:
        """Take in what is new: above `last_uid`, and without a receipt. Gives what a person must know, or nothing."""
        first = known.validity is None
        if first and known.failures == 0:
            self._book.begin(account.partnership, account.name, account.place, folder.validity, folder.uids(), now)
            return ""
        if (known.place, known.validity) != (account.place, folder.validity):
            # Also a first look after trouble: what came since the mailbox was first tried is not left alone.
            highest = max(folder.uids(), default=0)
            self._book.renumbered(account.name, account.place, folder.validity, highest, now)
            known = self._book.meet(account.partnership, account.name, now)
        there = folder.uids(known.last_uid)
        stored = self._book.stored(account.name, folder.validity, known.last_uid)
        new = [uid for uid in there if uid not in stored]
        older, unread = list[int](), set[int]()
        for start in range(0, len(new), AT_ONCE):
            asked = new[start : start + AT_ONCE]
            listed = _listed(folder, asked)
            unread |= _still_here(folder, set(asked) - {each.uid for each in listed})
            wanted = [each for each in listed if not _is_older(each, known)]
            older += [each.uid for each in listed if _is_older(each, known)]
            for batch in _batches(wanted):
                unread |= self._take_in(account, folder, batch, now)
        last = min(unread) - 1 if unread else max(there, default=known.last_uid)
        if last > known.last_uid:
            self._book.progressed(account.name, last, sum(uid <= last for uid in older))
        if first and older:
            self._book.left_alone(account.partnership, account.name, len(older), now)
        return f"The mail server will not hand out {len(unread)} of the messages in the mailbox." if unread else ""

    def _take_in(self, account: Account, folder: Folder, batch: list[Listed], now: datetime) -> set[int]:
        """Store a batch, then judge it. Gives the numbers of those that lie there and could not be had."""
        whole = [each.uid for each in batch if each.size <= MESSAGE_BYTES]
        heads = [each.uid for each in batch if each.size > MESSAGE_BYTES]
        found = _had(whole, folder.bytes_of)
        oversize = _had(heads, lambda uids: folder.bytes_of(uids, "HEADER"))
        stored = [
            self._mailbox.keep(raw, account.partnership, now, Receipt(account.name, folder.validity, uid), note)
            for some, note in ((found, ""), (oversize, TOO_LARGE))
            for uid, raw in some.items()
        ]
        for message_id in stored:
            self._mailbox.judge(message_id, now)
        missing = {each.uid for each in batch} - found.keys() - oversize.keys()
        unread = _still_here(folder, missing)
        if missing - unread:
            log.info("removed by someone before it was read", partnership=account.partnership, number=len(missing))
        return unread

    def _move(self, account: Account, folder: Folder, now: datetime) -> None:
        """Move what is judged, now or at an earlier look. What a person moved or deleted meanwhile stays so."""
        waiting = self._book.to_move(account.name, folder.validity)
        for start in range(0, len(waiting), AT_ONCE):
            some = waiting[start : start + AT_ONCE]
            here = folder.still_here(each.uid for each in some)
            for in_tray, where in ((False, account.processed), (True, account.tray)):
                uids = [each.uid for each in some if each.uid in here and each.in_tray == in_tray]
                if uids:
                    folder.move(uids, where)
            for each in some:
                if each.uid not in here:
                    log.info("removed by someone before it was moved", message=each.message_id)
            self._book.moved(account.name, folder.validity, [each.uid for each in some], now)


def _listed(folder: Folder, uids: list[int]) -> list[Listed]:
    """What the server lists; where it refuses, half of them at a time: one message must not keep back the others."""
    try:
        return folder.listed(uids)
    except Trouble as trouble:
        if trouble.cut_off:
            raise
    half = len(uids) // 2
    return [*_listed(folder, uids[:half]), *_listed(folder, uids[half:])] if half else []


def _still_here(folder: Folder, uids: set[int]) -> set[int]:
    return folder.still_here(uids) if uids else set()


def _is_older(listed: Listed, known: Known) -> bool:
    """Whether a message came before the start mark. Numbers tell, and after a renumbering the date of arrival.

    That date is in whole seconds: what came in the very second of the start mark counts as new, since a mail read
    without need does less harm than one that is lost. So does what has no date.
    """
    if listed.uid > known.dated_to or listed.arrived is None:
        return False
    return listed.arrived < known.started_at.replace(microsecond=0)


def _batches(listed: list[Listed]) -> Iterator[list[Listed]]:
    """At most twenty messages, and together no more than one may have."""
    batch: list[Listed] = []
    size = 0
    for each in listed:
        weight = min(each.size, MESSAGE_BYTES)
        if batch and (len(batch) == READ_AT_ONCE or size + weight > MESSAGE_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(each)
        size += weight
    if batch:
        yield batch


def _had(uids: list[int], fetch: Callable[[list[int]], dict[int, bytes]]) -> dict[int, bytes]:
    """What the server hands out; one message that it will not hand out does not keep the others back."""
    if not uids:
        return {}
    try:
        return fetch(uids)
    except Trouble as trouble:
        if trouble.cut_off:
            raise
    found: dict[int, bytes] = {}
    for uid in uids if len(uids) > 1 else ():
        found |= _had([uid], fetch)
    return found
