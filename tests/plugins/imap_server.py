"""IMAP servers for tests: pymap, one to a session, and the eyes and hands of a person in the mailbox."""

import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest
from imap_tools import BaseMailBox, MailBox, MailBoxUnencrypted

from intake.mailboxes.imap import Account

PATIENCE = 30  # seconds until a server is given up
_numbers = count(1)
# The server as it is, but that it does not take a tenth of a second over each password.
_PYMAP = """
from pysasl.hashing import Cleartext
import pymap.config, pymap.main
pymap.config.BuiltinHash = Cleartext
pymap.main.main()
"""


@dataclass(frozen=True)
class ImapServer:
    """A running server. `prefix` stands before the name of every folder that is made here."""

    port: int
    user: str
    password: str
    prefix: str = ""
    mark: str = "/"
    ca_file: Path | None = None

    @contextmanager
    def client(self, folder: str = "INBOX") -> Iterator[BaseMailBox]:
        """A person's mail program."""
        if self.ca_file:
            trusted = ssl.create_default_context(cafile=str(self.ca_file))
            box: BaseMailBox = MailBox("localhost", self.port, PATIENCE, ssl_context=trusted)
        else:
            box = MailBoxUnencrypted("127.0.0.1", self.port, PATIENCE)
        box.client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with box.login(self.user, self.password, initial_folder=None):
            if folder:
                box.folder.set(folder)
            yield box

    def account(self, partnership: str = "chscp", **also: object) -> Account:
        """A folder of its own for a test, with folders beside it for what is read."""
        name = f"{self.prefix}T{next(_numbers)}"
        with self.client("") as box:
            box.folder.create(name)
        values = {"folder": name, "processed": f"{name[len(self.prefix) :]}x/Processed"}
        values["tray"] = values["processed"].replace("Processed", "Tray")
        security = {"host": "localhost", "security": "tls", "ca_file": self.ca_file} if self.ca_file else {}
        return Account(
            **({"host": "127.0.0.1", "security": "none"} | security | values | also),  # type: ignore[arg-type]
            partnership=partnership,
            port=self.port,
            user=self.user,
            password=self.password,
        )

    def put(self, folder: str, *mails: bytes, arrived: datetime | None = None, flags: str = "") -> None:
        """Mail is delivered into a folder."""
        with self.client("") as box:
            for mail in mails:
                box.append(mail, folder, arrived, [flags] if flags else None)

    def lies_in(self, folder: str) -> dict[str, tuple[bytes, tuple[str, ...]]]:
        """What a person sees in a folder: bytes and flags by number; nothing if there is no such folder."""
        found: dict[str, tuple[bytes, tuple[str, ...]]] = {}
        with self.client("") as box:
            if not box.folder.exists(folder):
                return {}
            box.folder.set(folder)
            for each in box.fetch(mark_seen=False):
                assert each.uid
                flags = tuple(flag for flag in each.flags if flag != r"\Recent")
                found[each.uid] = (each.obj.as_bytes(), flags)
        return found

    def subjects(self, folder: str) -> list[str]:
        with self.client("") as box:
            if not box.folder.exists(self.prefix + folder.removeprefix(self.prefix).replace("/", self.mark)):
                return []
            box.folder.set(self.prefix + folder.removeprefix(self.prefix).replace("/", self.mark))
            return sorted(each.subject for each in box.fetch(mark_seen=False))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Until a server answers with its greeting."""
    for _ in range(PATIENCE * 20):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), PATIENCE):
            return
        with suppress(subprocess.TimeoutExpired):
            raise AssertionError(f"the server ended with status {process.wait(0.05)}")
    raise AssertionError("the server never listened")


@contextmanager
def running_pymap(port: int) -> Iterator[ImapServer]:
    """pymap, which forgets everything when it ends and then numbers anew."""
    options = ["--no-tls", "--no-service", "admin", "--no-service", "managesieve"]
    process = subprocess.Popen(
        [sys.executable, "-c", _PYMAP, "--host", "127.0.0.1", "--port", str(port), *options, "dict"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port, process)
        yield ImapServer(port, "demouser", "demopass")
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def pymap() -> Iterator[ImapServer]:
    with running_pymap(free_port()) as server:
        yield server
