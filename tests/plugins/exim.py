"""Debian's Exim as everybody else's mail server: it keeps people's mail, says when somebody is away, and bounces.

Mail for the partnership's own domain goes on to the product's listener, stamped as the partnership's boundary would:
what came with a message as a verdict on its sender is taken out, and the boundary's own verdict is put on top.
"""

import os
import shutil
import smtplib
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import pytest

BOUNDARY = "mx.chscp.example"
_NOBODY, _NOGROUP = 65534, 65534
_CONFIGURATION = """
primary_hostname = mx.agencies.example
spool_directory = {base}/spool
log_file_path = {base}/%slog
exim_user = {uid}
exim_group = {gid}
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port}
tls_advertise_hosts =
acl_smtp_rcpt = accept
acl_smtp_data = check_data
never_users =
keep_environment =
begin acl
check_data:
  accept
    remove_header = Authentication-Results
    add_header = :at_start:Authentication-Results: {boundary}; dmarc=\\
      ${{if eq{{$sender_address_domain}}{{${{domain:$h_from:}}}}{{pass}}{{fail}}}} header.from=${{domain:$h_from:}}
begin routers
partnership:
  driver = manualroute
  domains = {ours}
  route_list = * 127.0.0.1
  transport = to_the_partnership
  self = send
away:
  driver = accept
  local_parts = lsearch;{base}/away
  transport = vacation
  unseen
people:
  driver = accept
  local_parts = lsearch;{base}/people
  transport = mailbox
begin transports
to_the_partnership:
  driver = smtp
  port = {listener}
  allow_localhost
  hosts_avoid_tls = *
mailbox:
  driver = appendfile
  directory = {base}/mail/${{lookup{{$local_part}}lsearch{{{base}/people}}}}
  maildir_format
  return_path_add
  user = {uid}
  group = {gid}
vacation:
  driver = autoreply
  to = $sender_address
  from = $local_part@$domain
  subject = Automatic reply: $h_subject:
  text = ${{lookup{{$local_part}}lsearch{{{base}/away}}}}
  user = {uid}
  group = {gid}
begin retry
* * F,2h,15m
"""


@dataclass
class Exim:
    """A running server. People are named by the local part of their addresses, whatever the domain."""

    base: Path
    port: int

    def submit(self, sender: str, recipient: str, message: bytes) -> None:
        """Somebody's mail program sends a message."""
        with smtplib.SMTP("127.0.0.1", self.port) as connection:
            connection.sendmail(sender, [recipient], message)

    def mail_of(self, person: str) -> list[bytes]:
        """What lies in somebody's mailbox, in order of arrival."""
        arrived = (self.base / "mail" / person).glob("new/*")
        return [path.read_bytes() for path in sorted(arrived, key=lambda path: path.stat().st_mtime_ns)]

    def leaves(self, person: str) -> None:
        """From now on there is no such mailbox, and mail for it bounces."""
        people = (self.base / "people").read_text(encoding="utf-8")
        (self.base / "people").write_text(people.replace(f"{person}: {person}\n", ""), encoding="utf-8")

    def is_away(self, person: str, words: str) -> None:
        """From now on this person's mailbox answers by itself."""
        with (self.base / "away").open("a", encoding="utf-8") as away:
            away.write(f"{person}: {words}\n")


@contextmanager
def running_exim(port: int, people: Iterable[str], ours: str, listener: int) -> Iterator[Exim]:
    """`ours` is the domain whose mail goes to the listener on that port."""
    program = shutil.which("exim4", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if not program:
        pytest.skip("Exim is not installed: apt-get install exim4-daemon-light")
    with tempfile.TemporaryDirectory(prefix="exim-") as folder:  # pytest's own folders are closed to "nobody"
        exim = Exim(Path(folder), port)
        _laid_out(exim, people)
        settings = {"base": folder, "port": port, "ours": ours, "listener": listener, "boundary": BOUNDARY}
        configuration = exim.base / "exim.conf"
        configuration.write_text(_CONFIGURATION.format(**settings, **_whose()))
        with _served([program, "-C", str(configuration), "-bdf", "-q1s"], exim):
            yield exim


@contextmanager
def _served(command: list[str], exim: Exim) -> Iterator[None]:
    with (exim.base / "console").open("wb") as console:
        process = subprocess.Popen(command, stdout=console, stderr=console)
        try:
            wait_until(lambda: _answers(exim.port), "Exim to answer")
            yield
        finally:
            process.terminate()
            process.wait(30)


def wait_until(holds: Callable[[], bool], what: str, seconds: float = 30) -> None:
    """Wait for something that another program does. Raises AssertionError when it never comes."""
    pause = Event()
    for _ in range(int(seconds / 0.02)):
        if holds():
            return
        pause.wait(0.02)
    raise AssertionError(f"waited {seconds} seconds for {what}")


def _laid_out(exim: Exim, people: Iterable[str]) -> None:
    names = list(people)
    (exim.base / "people").write_text("".join(f"{name}: {name}\n" for name in names))
    (exim.base / "away").write_text("")
    for folder in (exim.base, exim.base / "spool", exim.base / "mail", *(exim.base / "mail" / name for name in names)):
        folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(folder, _NOBODY, _NOGROUP)
        folder.chmod(0o755)


def _whose() -> dict[str, int]:
    """Exim gives up the rights of root, and writes as nobody; anybody else writes as themselves."""
    return {"uid": _NOBODY, "gid": _NOGROUP} if os.geteuid() == 0 else {"uid": os.getuid(), "gid": os.getgid()}


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            return connection.recv(3) == b"220"
    except OSError:
        return False
