"""Faults of mail in (guarantees, E5-E8 and E40-E43): nothing is lost, nothing is doubled, nothing is half-written."""

import shutil
import smtplib
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from ipaddress import ip_network
from pathlib import Path
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from imap_server import ImapServer
from sqlalchemy import Engine, event, select
from sqlalchemy.exc import OperationalError

from cases import reference
from cases.casework import Casework
from cases.mail.correspondence import Correspondence
from cases.mail.mailboxes import Mailboxes
from cases.store import outbox
from cases.store.database import Database, DatabaseUnavailable
from cases.store.inbox import TWO_CONTENTS
from cases.tables import messages
from intake.mailbox import Mailbox
from intake.mailboxes.listener import Door, Listener
from intake.mailboxes.polling import Polling

if TYPE_CHECKING:
    from tests.conftest import World

pytest_plugins = ["imap_server"]

INBOX = "escalations@chscp.example"
BOUNDARY = "mx.chscp.example"
BEN = "ben@hackney.example"


@pytest.fixture
def mailbox(world: "World") -> Mailbox:
    return Mailbox(world.correspondence, {"chscp": INBOX}, BOUNDARY)


def mail(number: int = 1, body: str = "I am out of the office.", *headers: str) -> bytes:
    lines = (
        f"From: {BEN}",
        f"To: {INBOX}",
        "Subject: Hello",
        f"Message-ID: <{number}@hackney.example>",
        "Auto-Submitted: auto-replied",
        *headers,
    )
    return ("\r\n".join(lines) + f"\r\n\r\n{body}\r\n").encode()


@contextmanager
def listening(mailbox: Mailbox, now: Callable[[], datetime]) -> Iterator[Callable[[bytes], int]]:
    """A running listener; sending a mail to it gives its answer to the message."""
    listener = Listener(Door("127.0.0.1", 0, {"chscp": INBOX}, (ip_network("127.0.0.0/8"),)), mailbox.keep, now)
    listener.start()

    def send(raw: bytes) -> int:
        with smtplib.SMTP("127.0.0.1", listener.bind(), timeout=60) as session:
            session.ehlo("mx.hackney.example")
            session.mail(BEN)
            session.rcpt(INBOX)
            return session.data(raw)[0]

    try:
        yield send
    finally:
        listener.stop()


def kept(world: "World") -> list[tuple[str, int]]:
    """State and how often seen, of every message."""
    with world.casework.database.read() as connection:
        rows = connection.execute(select(messages.c.state, messages.c.seen).order_by(messages.c.received_at))
        return [(row.state, row.seen) for row in rows]


def test_e5_what_was_answered_with_250_outlives_a_power_cut(world: "World", mailbox: Mailbox, tmp_path: Path) -> None:
    """Power cut after commit: the commit is there. The files are taken as they are when the client sees the 250."""
    path = world.casework.database.path
    with world.casework.database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL: the log is synced at each commit
    with listening(mailbox, world.clock) as send:
        for number in range(3):
            assert send(mail(number)) == 250
            copy = tmp_path / f"copy{number}.sqlite"
            for end in ("", "-wal"):  # without -shm, as after a power cut
                shutil.copy(f"{path}{end}", f"{copy}{end}")
            database = Database(copy)
            with database.read() as connection:
                assert len(connection.execute(select(messages.c.id)).all()) == number + 1
                assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
            database.close()


@contextmanager
def full_disk(engine: Engine) -> Iterator[None]:
    """From now on the database file cannot grow by a single page, on any connection."""
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()

    def limited(connection: Any, record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    event.listen(engine, "connect", limited)
    engine.dispose()
    try:
        yield
    finally:
        event.remove(engine, "connect", limited)
        engine.dispose()


LARGE = "I am out of the office.\r\n" + "x" * 200_000


def test_e6_a_full_disk_puts_the_sender_off_and_is_over_when_there_is_room(world: "World", mailbox: Mailbox) -> None:
    """Disk full at each write: 4xx; no partial row; recovers by itself when space returns."""
    engine = world.casework.database.engine
    with listening(mailbox, world.clock) as send:
        before = world.everything()
        with full_disk(engine):
            assert send(mail(body=LARGE)) == 451
            assert world.everything() == before
        assert send(mail(body=LARGE)) == 250
    assert kept(world) == [("stored", 1)]


def test_e6_a_full_disk_leaves_mail_in_the_mailbox(world: "World", mailbox: Mailbox, pymap: ImapServer) -> None:
    """Disk full at each write: leave in mailbox; recovers by itself when space returns."""
    account = pymap.account()
    polling = Polling([account], mailbox, Mailboxes(world.casework))
    polling.poll(account, world.clock())
    pymap.put(account.folder, mail(body=LARGE))
    before = world.everything()
    with full_disk(world.casework.database.engine):
        polling.poll(account, world.clock())
        assert pymap.subjects(account.folder) == ["Hello"]
        assert world.everything() == before
    polling.poll(account, world.clock())
    polling.stop()
    assert (pymap.subjects(account.folder), pymap.subjects(account.processed)) == ([], ["Hello"])
    assert kept(world) == [("filed", 1)]


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program writes, and does not come to an end."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def test_e7_a_database_that_is_locked_for_a_while_is_waited_for(world: "World", mailbox: Mailbox) -> None:
    """Database locked 1 s: wait; no lost or doubled step."""
    with listening(mailbox, world.clock) as send, ThreadPoolExecutor(1) as thread:
        with locked(world.casework.database.path):
            sending = thread.submit(send, mail())
            with pytest.raises(TimeoutError):
                sending.result(1)
        assert sending.result(60) == 250
    assert kept(world) == [("stored", 1)]


def test_e7_a_database_that_stays_locked_puts_everybody_off(world: "World", pymap: ImapServer) -> None:
    """Database locked for ever: back off; no lost or doubled step."""
    impatient = Database(world.casework.database.path, busy_seconds=0.05)
    casework = Casework(impatient, world.casework.keyring, world.casework.partnerships)
    mailbox = Mailbox(Correspondence(casework), {"chscp": INBOX}, None)
    account = pymap.account()
    polling = Polling([account], mailbox, Mailboxes(casework))
    polling.poll(account, world.clock())
    pymap.put(account.folder, mail(2))
    with listening(mailbox, world.clock) as send:
        with locked(world.casework.database.path):
            assert send(mail(1)) == 451
            polling.poll(account, world.clock())
            assert (kept(world), pymap.subjects(account.folder)) == ([], ["Hello"])
        assert send(mail(1)) == 250
        polling.poll(account, world.clock())
    polling.stop()
    impatient.close()
    assert sorted(kept(world)) == [("filed", 1), ("stored", 1)]
    assert pymap.subjects(account.folder) == []


class Failing:
    """The disk fails at the n-th thing that the database is asked to do."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.left = 0

    def fail(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise OperationalError("", {}, sqlite3.OperationalError("disk I/O error"))

    @contextmanager
    def at(self, call: int) -> Iterator[None]:
        def statement(*_: object) -> None:
            self.fail()

        self.left = call
        event.listen(self.engine, "before_cursor_execute", statement)
        event.listen(self.engine, "commit", statement)
        try:
            yield
        finally:
            event.remove(self.engine, "before_cursor_execute", statement)
            event.remove(self.engine, "commit", statement)


def test_e8_an_input_output_error_at_any_call_leaves_all_or_nothing(world: "World", mailbox: Mailbox) -> None:
    """I/O error on the n-th call, n = 1..: state is before or after, never between; kept and then judged as ever."""
    failing = Failing(world.casework.database.engine)
    whole = mailbox.keep(mail(0), "chscp", world.clock())
    mailbox.judge(whole, world.clock())
    points = []
    for verb in ("keep", "judge"):
        for call in range(1, 200):
            before = world.everything()
            with failing.at(call):
                try:
                    if verb == "keep":
                        mailbox.keep(mail(call), "chscp", world.clock())
                    else:
                        mailbox.judge_waiting(world.clock())
                except DatabaseUnavailable:
                    pass
            if failing.left > 0:
                points.append(call - 1)
                break
            assert world.everything() == before
    assert min(points) >= 3
    assert sorted(kept(world)) == [("filed", 1)] * 2


def test_e40_the_same_mail_a_hundred_times_at_once_is_one(world: "World", mailbox: Mailbox) -> None:
    """Same mail delivered twice; 100 times at once: one filing."""
    threads = 20
    together = Barrier(threads)

    def deliver(number: int) -> str:
        together.wait(60)
        way = f"Return-Path: <{BEN}>\r\nReceived: from mx{number}.hackney.example\r\n by us; now\r\n".encode()
        return mailbox.keep(way + mail(), "chscp", world.clock())

    with ThreadPoolExecutor(threads) as pool:
        ids = set(pool.map(deliver, range(100)))
    assert len(ids) == 1
    mailbox.judge_waiting(world.clock())
    assert kept(world) == [("filed", 100)]


def test_e40_the_same_mail_by_every_way_is_one(world: "World", mailbox: Mailbox, pymap: ImapServer) -> None:
    """Same mail delivered twice, by the listener, over IMAP and through the pipe: one filing."""
    account = pymap.account()
    polling = Polling([account], mailbox, Mailboxes(world.casework))
    polling.poll(account, world.clock())
    pymap.put(account.folder, b"Received: from mx\r\n by imap; now\r\n" + mail(), mail())
    polling.poll(account, world.clock())
    polling.stop()
    with listening(mailbox, world.clock) as send:
        assert send(mail()) == 250
    mailbox.take_in(mail().replace(b"\r\n", b"\n"), None, world.clock())
    assert kept(world) == [("filed", 4)]
    assert len(pymap.subjects(account.processed)) == 2


def test_e41_the_same_message_id_with_other_words_is_another_mail(world: "World", mailbox: Mailbox) -> None:
    """Same Message-ID, other content: both kept, flagged."""
    first = mailbox.take_in(mail(body="I am away. One."), None, world.clock())
    second = mailbox.take_in(mail(body="I am away. Two."), None, world.clock())
    other = mailbox.take_in(mail(2, body="I am away. Three."), None, world.clock())
    reasons = [world.correspondence.message(each).why for each in (first, second, other)]
    assert [reason.count(TWO_CONTENTS) for reason in reasons] == [1, 1, 0]
    assert "A program answered" in reasons[1]
    mailbox.take_in(mail(body="Four."), None, world.clock())
    assert world.correspondence.message(first).why == reasons[0]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n",
        b"no header at all",
        b"Subject: only this\r\n\r\n",
        b"From: ben@hackney.example\r\nDate: yesterday\r\n\r\nWords.\r\n",
        b"\xff\xfe\x00",
        b": \r\n\r\n",
    ],
)
def test_e42_a_mail_without_anything_waits_for_a_person(world: "World", mailbox: Mailbox, raw: bytes) -> None:
    """No Message-ID, no Date, no From, no body: filed to the queue; never dropped."""
    message = mailbox.keep(raw, "chscp", world.clock())
    mailbox.judge_waiting(world.clock())
    stored = world.correspondence.message(message)
    assert (stored.state, stored.raw) == ("tray", raw)


@pytest.mark.parametrize("written_down", ["nothing", "handing over"])
def test_e43_a_reply_that_comes_before_our_sending_is_recorded_is_answered_all_the_same(
    world: "World", mailbox: Mailbox, written_down: str
) -> None:
    """Reply arrives before our send is recorded: token is enough; nothing lost. The letter's row was there first."""
    world.open_case()
    letter, held = world.letters("stage", "Ben Carter")[0], None
    if written_down == "handing over":
        held = world.dispatch.handing_over(letter, b"the letter", world.clock())
        assert held
    with world.casework.database.read() as connection:
        token, _ = outbox.tokens_of(world.casework.keyring.secret(connection, world.clock()), letter.id)
    reply = (
        f"Authentication-Results: {BOUNDARY}; dmarc=pass header.from=hackney.example\r\nFrom: {BEN}\r\n"
        f"To: {reference.reply_address(INBOX, token)}\r\nSubject: Re: your letter\r\n"
        "Message-ID: <r@hackney.example>\r\n\r\nNOT RESOLVED\r\nThey will not look again.\r\n"
    )
    with listening(mailbox, world.clock) as send:
        assert send(reply.encode()) == 250
    mailbox.judge_waiting(world.clock())
    assert kept(world) == [("answered", 1)]
    if held:
        world.dispatch.accepted(held, world.clock())
        assert [each.state for each in world.letters("stage", "Ben Carter")] == ["accepted"]
