"""`answerable serve` takes mail in as it really runs: its own process, the built-in mail server, a polled mailbox."""

import os
import signal
import smtplib
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from imap_server import ImapServer, free_port, wait_for
from sqlalchemy import select

from cases.store.database import Database
from cases.tables import mailboxes, messages

pytest_plugins = ["imap_server"]
pytestmark = pytest.mark.slow

COMMAND = str(Path(sys.executable).parent / "answerable")
PATIENCE = 60  # seconds
INBOX = "escalations@chscp.example"
MAIL = (
    b"From: ben@elsewhere.example\r\nSubject: Hello\r\nMessage-ID: <1@b.example>\r\n"
    b"List-Id: <x.example>\r\n\r\nHello.\r\n"
)
TOML = """\
database = "cases.db"
transport = "none"
port = {port}
listen_port = {listen}
[partnerships.chscp]
inbox = "escalations@chscp.example"
business_support = "support@council.example"
[partnerships.chscp.imap]
host = "127.0.0.1"
port = {imap.port}
security = "none"
user = "{imap.user}"
password = "{imap.password}"
folder = "{folder}"
processed = "{folder}x/Processed"
tray = "{folder}x/Tray"
"""


class Installation:
    def __init__(self, folder: Path, imap: ImapServer) -> None:
        self.folder = folder
        self.port, self.listen = free_port(), free_port()
        self.account = imap.account()
        text = TOML.format(port=self.port, listen=self.listen, imap=imap, folder=self.account.folder)
        (folder / "answerable.toml").write_text(text)
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("ANSWERABLE_")}
        self.environment["ANSWERABLE_MASTER_KEY_FILE"] = "master.key"
        for words in (["new-key", "master.key"], ["migrate"]):
            subprocess.run([COMMAND, *words], cwd=folder, env=self.environment, check=True, capture_output=True)

    @contextmanager
    def serving(self) -> Iterator["subprocess.Popen[bytes]"]:
        """The service, until it is told to stop; it stops well."""
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [COMMAND, "serve"], cwd=self.folder, env=self.environment, stdout=log, stderr=log
            )
        try:
            wait_for(self.port, process)
            yield process
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) == 0
        finally:
            process.kill()
            process.wait()

    def rows(self, column: object) -> list[object]:
        database = Database(self.folder / "cases.db")
        try:
            with database.read() as connection:
                return list(connection.execute(select(column)).scalars())  # type: ignore[call-overload]
        finally:
            database.close()


@pytest.fixture
def installation(tmp_path: Path, pymap: ImapServer) -> Installation:
    return Installation(tmp_path, pymap)


def until(true: Callable[[], object], process: "subprocess.Popen[bytes]") -> None:
    for _ in range(PATIENCE * 20):
        if true():
            return
        try:
            raise AssertionError(f"the service ended with status {process.wait(0.05)}")
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError("it never came true")


def test_mail_comes_in_by_both_ways_and_is_judged_by_itself(installation: Installation, pymap: ImapServer) -> None:
    with installation.serving() as process:
        with smtplib.SMTP("127.0.0.1", installation.listen, timeout=PATIENCE) as session:
            assert session.sendmail("ben@elsewhere.example", [INBOX], MAIL) == {}
        assert len(installation.rows(messages.c.state)) == 1
        until(lambda: installation.rows(messages.c.state) == ["tray"], process)
        until(lambda: installation.rows(mailboxes.c.polled_at) != [None], process)
    pymap.put(installation.account.folder, MAIL, MAIL.replace(b"<1@", b"<2@"))
    with installation.serving() as process:
        until(lambda: pymap.subjects(installation.account.tray) == ["Hello", "Hello"], process)
    assert installation.rows(messages.c.state) == ["tray", "tray"]
    assert "elsewhere" not in (installation.folder / "log").read_text()


def test_a_mail_port_that_is_taken_is_said_in_words(installation: Installation) -> None:
    with socket.create_server(("127.0.0.1", installation.listen)):
        stopped = subprocess.run(
            [COMMAND, "serve"], cwd=installation.folder, env=installation.environment, capture_output=True, text=True
        )
    assert stopped.returncode == 2
    assert stopped.stderr.startswith(
        f"Mail cannot be taken in on 127.0.0.1, port {installation.listen}: Address already"
    )
