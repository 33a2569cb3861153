"""One folder of an IMAP account over one connection: what lies there, its bytes, and moving it (RFC 9051).

The flag \\Seen is a person's: it is neither looked at nor changed. What others marked as deleted is never expunged.
Keeps no state. Every failure is a Trouble in plain words, without addresses, secrets or what a server said.
"""

import imaplib
import re
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from imap_tools import BaseMailBox, ImapToolsError, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.utils import encode_folder

from intake.mail.message import HEADER_BLOCK_BYTES

AT_ONCE = 100  # numbers in one command: together no line that a server finds too long (RFC 2683 section 3.2.1.5)
_FAILURES = (OSError, imaplib.IMAP4.error, ImapToolsError)
_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_ARRIVED = re.compile(rb'\bINTERNALDATE "([^"]*)"')
_NAMESPACE = re.compile(r'\s*\(\("((?:[^"\\]|\\.)*)" (?:"(\\?.)"|NIL)')


class Trouble(Exception):
    """The mailbox cannot be read, or not be changed. `cut_off`: nothing more can be said to the server."""

    def __init__(self, words: str, cut_off: bool = True) -> None:
        super().__init__(words)
        self.cut_off = cut_off


@dataclass(frozen=True, slots=True)
class Account:
    """`folder` is polled; judged mail goes into `processed` or `tray`, whose levels are parted by "/"."""

    partnership: str
    host: str
    port: int
    security: Literal["tls", "starttls", "none"]
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    processed: str = "Answerable/Processed"
    tray: str = "Answerable/Tray"
    ca_file: Path | None = None

    @property
    def name(self) -> str:
        """By the partnership alone: when its user or folder is put right, it is still the mailbox that began then."""
        return f"imap:{self.partnership}"

    @property
    def place(self) -> str:
        """What its numbers belong to. Without the host: a mailbox that moves to another server stays in its place."""
        return f"{self.user}:{self.folder}"


@dataclass(frozen=True, slots=True)
class Listed:
    uid: int
    size: int  # bytes
    arrived: datetime | None  # INTERNALDATE, in whole seconds


@contextmanager
def opened(account: Account, seconds: float) -> Iterator["Folder"]:
    """The folder, selected. No answer may take longer than `seconds`. Raises Trouble."""
    box = _connected(account, seconds)
    try:
        _sign_in(box, account)
        yield Folder(box, account.folder)
    finally:
        _hang_up(box)


class Folder:
    def __init__(self, box: BaseMailBox, name: str) -> None:
        self._box = box
        with _saying("There is no folder of the name that is set, or it cannot be opened.", cut_off=True):
            box.folder.set(name)
            self.validity = int(box.client.response("UIDVALIDITY")[1][0] or 0)
            # What a server can do is often said only after the sign-in.
            self._can = set(box.client.capability()[1][0].decode("ascii", "replace").upper().split())
        self._made: dict[str, str] = {}

    def uids(self, after: int = 0) -> list[int]:
        """The numbers above `after` of all that lies here, ascending."""
        with _saying("The mail server would not say what lies in the mailbox."):
            found = self._box.uids(f"UID {after + 1}:*", charset=None)
        return sorted(uid for uid in map(int, found) if uid > after)  # "n:*" always names the last message as well

    def still_here(self, uids: Iterable[int]) -> set[int]:
        """Those of the numbers whose messages lie here yet."""
        found: set[int] = set()
        with _saying("The mail server would not say what lies in the mailbox."):
            self._box.client.noop()  # now it may say what others took away: in a search it may not (section 7.5.1)
        for some in _in_parts(list(uids), AT_ONCE):
            with _saying("The mail server would not say what lies in the mailbox."):
                found |= set(map(int, self._box.uids(f"UID {_set(some)}", charset=None)))
        return found

    def listed(self, uids: list[int]) -> list[Listed]:
        """Size and time of arrival; a message that is gone is left out."""
        answer = self._uid("FETCH", _set(uids), "(UID INTERNALDATE RFC822.SIZE)")
        found = []
        for line in answer:
            words = line if isinstance(line, bytes) else b"".join(line) if isinstance(line, tuple) else b""
            uid, size = _UID.search(words), _SIZE.search(words)
            if uid and size:
                found.append(Listed(int(uid[1]), int(size[1]), _arrived(words)))
        return found

    def bytes_of(self, uids: list[int], part: Literal["", "HEADER"] = "") -> dict[int, bytes]:
        """The messages whole, or as much of their headers as is read; one that is gone is left out."""
        much = f"<0.{HEADER_BLOCK_BYTES}>" if part else ""
        answer = self._uid("FETCH", _set(uids), f"(UID BODY.PEEK[{part}]{much})")
        found = {}
        for piece, after in zip(answer, [*answer[1:], b""], strict=True):
            if isinstance(piece, tuple) and piece[1]:  # some servers hand out nothing for what is gone
                uid = _UID.search(piece[0]) or (_UID.search(after) if isinstance(after, bytes) else None)
                if uid:
                    found[int(uid[1])] = bytes(piece[1])
        return found

    def move(self, uids: list[int], folder: str) -> None:
        """Move messages into a folder, which is made if it is not there. One that is gone meanwhile is no trouble."""
        where = encode_folder(self._folder(folder))
        if "MOVE" in self._can:  # RFC 6851
            self._uid("MOVE", _set(uids), where)
            return
        self._uid("COPY", _set(uids), where)
        self._uid("STORE", _set(uids), "+FLAGS.SILENT", r"(\Deleted)")
        if "UIDPLUS" in self._can:  # RFC 4315; without it they stay marked, since EXPUNGE would take others along
            self._uid("EXPUNGE", _set(uids))

    def _folder(self, name: str) -> str:
        """The name as this server writes it: its own prefix, its own mark between levels."""
        if name not in self._made:
            with _saying("The folders for mail that was read cannot be made in the mailbox."):
                prefix, mark = self._style()
                full = prefix + name.replace("/", mark)
                if not self._box.folder.exists(full):
                    self._box.folder.create(full)
                    with suppress(*_FAILURES):  # so that people see it; not every server has this
                        self._box.folder.subscribe(full, True)
            self._made[name] = full
        return self._made[name]

    def _style(self) -> tuple[str, str]:
        """The prefix of a person's own folders (RFC 2342), and the mark between levels; a flat server has none."""
        if "NAMESPACE" in self._can:
            answer = self._box.client.namespace()[1][0]
            found = _NAMESPACE.match(answer.decode("utf-8", "replace")) if answer else None
            if found:
                return found[1].replace('\\"', '"'), (found[2] or "-").lstrip("\\") or "\\"
        root = self._box.folder.list("", "")
        mark = root[0].delim if root else "/"
        return "", "-" if mark == "NIL" else mark

    def _uid(self, command: str, *arguments: Any) -> list[Any]:
        with _saying("The mail server refused to hand out, or to change, what lies in the mailbox."):
            status, answer = self._box.client.uid(command, *arguments)
            if status != "OK":
                raise imaplib.IMAP4.error(command)
            return answer


def _connected(account: Account, seconds: float) -> BaseMailBox:
    with _saying("The mail server cannot be reached."):
        if account.security == "none":
            return MailBoxUnencrypted(account.host, account.port, seconds)
        verified = ssl.create_default_context(cafile=str(account.ca_file) if account.ca_file else None)
        if account.security == "tls":
            return MailBox(account.host, account.port, seconds, ssl_context=verified)
        return _StartTls(account.host, account.port, seconds, verified)


class _StartTls(MailBoxStartTls):
    """As the library's, but the line is not left open where the certificate is wrong."""

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        client = imaplib.IMAP4(self._host, self._port, self._timeout)
        try:
            client.starttls(self._ssl_context)
        except BaseException:
            _drop(client)
            raise
        return client


def _sign_in(box: BaseMailBox, account: Account) -> None:
    with _saying("The mail server refused the user name or the password."):
        plain = (account.user + account.password).isascii()
        (box.login if plain else box.login_utf8)(account.user, account.password, initial_folder=None)


def _hang_up(box: BaseMailBox) -> None:
    """Without CLOSE, which would expunge what others marked as deleted."""
    try:
        box.logout()
    except _FAILURES:
        _drop(box.client)


def _drop(client: imaplib.IMAP4) -> None:
    with suppress(*_FAILURES):
        client.shutdown()


@contextmanager
def _saying(words: str, cut_off: bool = False) -> Iterator[None]:
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise Trouble("The mail server's certificate is not trusted, or is not for its name.") from error
    except ssl.SSLError as error:
        raise Trouble("No secure connection to the mail server could be made.") from error
    except (OSError, imaplib.IMAP4.abort) as error:
        raise Trouble("The mail server cannot be reached, or hung up.") from error
    except (imaplib.IMAP4.error, ImapToolsError, ValueError, IndexError) as error:
        raise Trouble(words, cut_off) from error


def _arrived(words: bytes) -> datetime | None:
    found = _ARRIVED.search(words)
    with suppress(ValueError):
        if found:
            return datetime.strptime(found[1].decode("ascii", "replace").strip(), "%d-%b-%Y %H:%M:%S %z")
    return None


def _set(uids: Iterable[int]) -> str:
    return ",".join(map(str, uids))


def _in_parts(uids: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(uids), size):
        yield uids[start : start + size]
