"""The floor that mail taken in is held against: the least that anybody would do with an escalation that comes by mail.

Parse it with the standard library's modern policy, read seven headers, the text and the attached bytes, look whether
it is known, and write five rows of some 500 bytes in one durable commit (write-ahead log, synchronous FULL).
"""

import email
import sqlite3
from collections.abc import Callable, Iterator
from email.policy import default
from pathlib import Path

HEADERS = ("From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References")
ROW = "x" * 500


def mail_floor(folder: Path, mails: Iterator[bytes]) -> Callable[[], None]:
    """A function that takes the next mail in as barely as can be."""
    connection = sqlite3.connect(folder / "mail_floor.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE messages (id INTEGER PRIMARY KEY, known TEXT UNIQUE, text TEXT, data TEXT)")
    for table in range(4):
        connection.execute(f"CREATE TABLE t{table} (id INTEGER PRIMARY KEY, data TEXT)")

    def take_in() -> None:
        known, text = _read(next(mails))
        connection.execute("BEGIN IMMEDIATE")
        if connection.execute("SELECT 1 FROM messages WHERE known = ?", (known,)).fetchone() is None:
            connection.execute("INSERT INTO messages (known, text, data) VALUES (?, ?, ?)", (known, text, ROW))
            for table in range(4):
                connection.execute(f"INSERT INTO t{table} (data) VALUES (?)", (ROW,))
        connection.execute("COMMIT")

    return take_in


def _read(raw: bytes) -> tuple[str, str]:
    message = email.message_from_bytes(raw, policy=default)
    headers = [str(message[name]) for name in HEADERS]
    body = message.get_body(preferencelist=("plain", "html"))
    text = body.get_content() if body else ""
    for attached in message.iter_attachments():
        attached.get_content()
    return headers[4], text
