"""Debian's Dovecot: an IMAP server as agencies run it, with TLS, MOVE, UIDPLUS, and folders below INBOX."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme
from imap_server import ImapServer, free_port, wait_for

_CONFIGURATION = """
base_dir = {base}/run
state_dir = {base}/run/state
log_path = {base}/log
protocols = imap
listen = 127.0.0.1
disable_plaintext_auth = yes
first_valid_uid = 1
mail_location = maildir:{base}/mail/%u
{internal}
ssl = required
ssl_cert = <{base}/certificate.pem
ssl_key = <{base}/key.pem
namespace inbox {{
  inbox = yes
  prefix = INBOX.
  separator = .
}}
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={base}/home/%u
}}
service imap-login {{
  inet_listener imap {{
    port = {plain_port}
  }}
  inet_listener imaps {{
    port = {port}
  }}
  {chroot}
}}
"""


@contextmanager
def running_dovecot(more: str = "") -> Iterator[tuple[ImapServer, int]]:
    """The server on TLS, and its port for STARTTLS, with `more` settings. Skips where there is no Dovecot."""
    found = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if not found:
        pytest.skip("Dovecot is not installed: apt-get install dovecot-imapd")
    # Not in pytest's own folder: only its user may go in there, and Dovecot's processes are somebody else's.
    with tempfile.TemporaryDirectory(prefix="dovecot-") as folder:
        yield from _running(found, Path(folder), more)


def _running(found: str, base: Path, more: str) -> Iterator[tuple[ImapServer, int]]:
    root = os.geteuid() == 0
    uid, gid = (65534, 65534) if root else (os.getuid(), os.getgid())
    for name in ("run", "mail", "home"):
        (base / name).mkdir(parents=True)
        os.chown(base / name, uid, gid)
    base.chmod(0o755)
    _certify(base)
    me = pwd.getpwuid(os.geteuid()).pw_name
    internal = (
        "" if root else f"default_internal_user = {me}\ndefault_login_user = {me}\ndefault_internal_group = {gid}"
    )
    port, plain_port = free_port(), free_port()
    text = _CONFIGURATION.format(
        base=base,
        uid=uid,
        gid=gid,
        port=port,
        plain_port=plain_port,
        internal=internal,
        chroot="" if root else "chroot =",
    )
    (base / "dovecot.conf").write_text(text + more)
    process = subprocess.Popen([found, "-F", "-c", str(base / "dovecot.conf")])
    try:
        wait_for(port, process)
        server = ImapServer(port, "inbox@chscp.example", "secret", "INBOX.", ".", base / "ca.pem")
        yield server, plain_port
    finally:
        process.terminate()
        process.wait()


def _certify(base: Path) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    authority.cert_pem.write_to_path(str(base / "ca.pem"))
    certificate.cert_chain_pems[0].write_to_path(str(base / "certificate.pem"))
    certificate.private_key_pem.write_to_path(str(base / "key.pem"))


@pytest.fixture(scope="module")
def dovecot() -> Iterator[tuple[ImapServer, int]]:
    with running_dovecot() as server:
        yield server
