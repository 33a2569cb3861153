"""The process is killed at every commit and every word to a mail server while mail comes in, and started again.

The points are found, not listed: each commit and each connection given back, each command to an SMTP or IMAP server
(Python's audit events "smtplib.send" and "imaplib.send"). The sending server and the mailbox outlive the process and
behave as real ones do: what was not answered with 250 is sent again, what was not moved lies there still.
"""

import multiprocessing
import os
import shutil
import signal
import smtplib
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from imap_server import ImapServer
from pydantic import SecretStr
from sqlalchemy import Engine, Pool, event, select

from answerable import wiring
from answerable.settings import PartnershipSettings, Settings
from answerable.wiring import Service, build
from cases.mail.mailboxes import Mailboxes
from cases.policy_files.reading import read_policies
from cases.store.database import Database
from cases.store.setup import migrate
from cases.tables import letters, messages, receipts
from cases.vault import MasterKeys
from intake.mailboxes.imap import Account, Folder, Listed
from intake.mailboxes.polling import Polling

pytest_plugins = ["imap_server"]

NOW = datetime(2026, 11, 27, 10, tzinfo=UTC)
KEY = MasterKeys.new_text()
INBOX = "escalations@chscp.example"
SHARES = 2
WORDS = ("\r\n".join(("From: {}", f"To: {INBOX}", "Subject: {}", "Message-ID: <{}>", "")) + "\r\nHello.\r\n").format
AUTOMATIC = b"Auto-Submitted: auto-replied\r\n" + WORDS("a@elsewhere.example", "automatic", "1@b.example").encode()
LISTED = b"List-Id: <x.elsewhere.example>\r\n" + WORDS("b@elsewhere.example", "listed", "2@b.example").encode()


@pytest.fixture(autouse=True, scope="module")
def _read_once() -> Iterator[None]:
    """Policies are read by the first process; those forked from it have them, as they never change."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wiring, "read_policies", cache(read_policies))
        yield


def service(folder: Path, port: int | None = None) -> Service:
    settings = Settings(
        database=folder / "answerable.db",
        master_key=SecretStr(KEY),
        transport="none",
        listen_port=port,
        partnerships={"chscp": PartnershipSettings(inbox=INBOX, business_support="office@support.example")},
    )
    return build(settings, lambda: NOW)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database that is set up, to be copied."""
    folder = tmp_path_factory.mktemp("fresh")
    database = Database(folder / "answerable.db")
    migrate(database)
    database.close()
    service(folder).database.close()
    return folder


def _process(work: Callable[[], None], kill_at: int | None, count: Any) -> None:
    passed = 0

    def point(*_: object) -> None:
        nonlocal passed
        passed += 1
        count.value = passed
        if passed == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "commit", point)
    event.listen(Pool, "checkin", point)

    def audited(name: str, arguments: tuple[Any, ...]) -> None:
        if name in ("smtplib.send", "imaplib.send"):
            point()

    sys.addaudithook(audited)
    work()


def run(work: Callable[[], None], kill_at: int | None = None) -> tuple[int | None, int]:
    """(exit status, points passed) of a process of its own."""
    context = multiprocessing.get_context("fork")
    count = context.Value("i", 0)
    process = context.Process(target=_process, args=(work, kill_at, count))
    process.start()
    process.join()
    return process.exitcode, count.value


def delivered(folder: Path) -> None:
    """A server hands a mail to the listener until it hears 250; what is stored is judged."""
    running = service(folder, port=0)
    assert running.listener
    running.listener.start()
    heard = folder / "heard 250"
    if not heard.exists():
        with smtplib.SMTP("127.0.0.1", running.listener.bind(), timeout=60) as session:
            assert session.sendmail("b@elsewhere.example", [INBOX], LISTED) == {}
        heard.touch()
    running.listener.stop()
    running.mailbox.judge_waiting(NOW)


def polled(folder: Path, account: Account) -> None:
    """What is stored is judged, and then there is one look into the mailbox."""
    running = service(folder)
    running.mailbox.judge_waiting(NOW)
    polling = Polling([account], running.mailbox, Mailboxes(running.casework))
    polling.poll(account, NOW)
    polling.stop()


def stored(folder: Path) -> tuple[list[str], list[int], int, int]:
    """States of the messages, how often each was seen, letters to business support, messages not moved."""
    running = service(folder)
    with running.database.read() as connection:
        rows = connection.execute(select(messages.c.state, messages.c.seen).order_by(messages.c.state)).all()
        told = connection.execute(select(letters.c.id).where(letters.c.purpose == "tray")).all()
        waiting = connection.execute(select(receipts.c.uid).where(receipts.c.moved_at.is_(None))).all()
    running.database.close()
    return [row.state for row in rows], [row.seen for row in rows], len(told), len(waiting)


@pytest.mark.slow
def test_e1_e2_a_kill_while_a_server_hands_a_mail_to_the_listener(tmp_path: Path, fresh: Path) -> None:
    """E1: before the commit the sender has no 250, and sends again. E2: after it the repeat is recognised, and one."""

    def at(kill_at: int | None) -> tuple[int | None, int, Path]:
        folder = Path(shutil.copytree(fresh, tmp_path / str(kill_at)))
        return *run(partial(delivered, folder), kill_at), folder

    status, points, folder = at(None)
    assert status == 0
    assert points >= 8
    assert stored(folder) == (["tray"], [1], 1, 0)
    seen_twice = 0
    for kill_at in range(1, points + 1):
        status, _, folder = at(kill_at)
        assert status == -signal.SIGKILL
        assert run(partial(delivered, folder))[0] == 0
        states, seen, told, _ = stored(folder)
        assert (kill_at, states, told) == (kill_at, ["tray"], 1)
        assert seen in ([1], [2])
        seen_twice += seen == [2]
    assert seen_twice  # E2: "seen twice" is noted


def killed_while_polled(
    folder: Path, account: Account, pymap: ImapServer, kill_at: int | None = None
) -> tuple[int | None, int]:
    """Two mails come after the start mark, and the look into the mailbox is killed. (exit status, points passed)"""
    assert run(partial(polled, folder, account))[0] == 0
    pymap.put(account.folder, AUTOMATIC, LISTED)
    return run(partial(polled, folder, account), kill_at)


def faults_of_polling(folder: Path, account: Account, pymap: ImapServer) -> list[str]:
    found = stored(folder)
    lying = [pymap.subjects(each) for each in (account.folder, account.processed, account.tray)]
    wrong = [] if found == (["filed", "tray"], [1, 1], 1, 0) else [f"stored: {found}"]
    return wrong if lying == [[], ["automatic"], ["listed"]] else [*wrong, f"lying there: {lying}"]


@pytest.mark.slow
@pytest.mark.parametrize("share", range(SHARES))
def test_e1_e2_a_kill_while_a_mailbox_is_polled(tmp_path: Path, fresh: Path, pymap: ImapServer, share: int) -> None:
    """E1: before the commit the mail lies there still. E2: between commit and move it is not read a second time."""
    folder, account = Path(shutil.copytree(fresh, tmp_path / "whole")), pymap.account()
    status, points = killed_while_polled(folder, account, pymap)
    assert (status, faults_of_polling(folder, account, pymap)) == (0, [])
    assert points >= 30
    bad = {}
    for kill_at in range(1 + share, points + 1, SHARES):
        folder, account = Path(shutil.copytree(fresh, tmp_path / str(kill_at))), pymap.account()
        assert killed_while_polled(folder, account, pymap, kill_at)[0] == -signal.SIGKILL
        assert run(partial(polled, folder, account))[0] == 0
        if found := faults_of_polling(folder, account, pymap):
            bad[kill_at] = found
    assert bad == {}


@pytest.mark.slow
def test_a_planted_look_that_notes_its_progress_before_it_stores_is_caught(
    tmp_path: Path, fresh: Path, pymap: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The harness itself is proved: a look that calls mail seen to before it is stored loses it, and must not pass."""
    careful = Polling._take_in

    def hasty(self: Polling, account: Account, folder: Folder, batch: list[Listed], now: datetime) -> set[int]:
        self._book.progressed(account.name, max(each.uid for each in batch), 0)
        return careful(self, account, folder, batch, now)

    monkeypatch.setattr(Polling, "_take_in", hasty)
    for kill_at in range(1, 100):
        folder, account = Path(shutil.copytree(fresh, tmp_path / str(kill_at))), pymap.account()
        assert killed_while_polled(folder, account, pymap, kill_at)[0] == -signal.SIGKILL
        assert run(partial(polled, folder, account))[0] == 0
        if faults_of_polling(folder, account, pymap):
            return
    raise AssertionError("mail that was never stored went unnoticed")
