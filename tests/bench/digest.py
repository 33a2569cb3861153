"""The daily digest over a hundred thousand open cases of a million: from the first query to the letter as it leaves.

The floor is plain sqlite3 on the same file in the same minute: how many cases are open by status, and the five hundred
that are due first.
"""

import os
import sqlite3
import statistics
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete

from answerable.settings import ROOT
from cases.casework import Casework
from cases.digest.daily import Digests
from cases.holidays import england
from cases.mail.dispatch import Dispatch
from cases.tables import digests, letters
from mailer.guard import Guard
from mailer.letters import Letters
from mailer.outbox import Outbox, Sender
from mailer.transports.transport import Envelope
from tests.bench.measuring import ROUNDS

_BY_STATUS = "SELECT status, count(*) FROM cases WHERE partnership_id = 'chscp' AND status != 'closed' GROUP BY status"
_FIRST = (
    "SELECT reference, status, stage, raising, receiving, due_at FROM cases"
    " WHERE partnership_id = 'chscp' AND status != 'closed' AND due_at IS NOT NULL ORDER BY due_at LIMIT 500"
)


class _Sink:
    """Takes every letter."""

    def send(self, envelope: Envelope, message: bytes) -> None: ...

    def rest(self) -> None: ...


def measure(casework: Casework, now: datetime) -> dict[str, float]:
    """Milliseconds of a digest and of its floor, in turns; the memory that the process grew by meanwhile."""
    calendar = england()
    morning = calendar.next_sending_moment(calendar.end_of(calendar.local_date(now)))
    before = _resident()
    _warm(casework, morning)
    pairs = [
        (_seconds(lambda: _whole(casework, morning)), _seconds(lambda: _floor(casework.database.path)))
        for _ in range(ROUNDS)
    ]
    return {
        "milliseconds": round(statistics.median(ours for ours, _ in pairs) * 1000, 1),
        "floor_milliseconds": round(statistics.median(theirs for _, theirs in pairs) * 1000, 1),
        "times_floor": round(statistics.median(ours / theirs for ours, theirs in pairs), 2),
        "grown_mib": round((_resident() - before) / 2**20, 1),
    }


def _warm(casework: Casework, morning: datetime) -> None:
    """The first of each reads pages of the file that the later ones find in the system's memory."""
    _whole(casework, morning)
    _floor(casework.database.path)


def _whole(casework: Casework, morning: datetime) -> None:
    with casework.database.write() as connection:
        connection.execute(delete(digests))
        connection.execute(delete(letters).where(letters.c.purpose == "digest"))
    assert Digests(casework).make("chscp", morning)
    assert _outbox(casework).drain(morning, 1) == 1


def _outbox(casework: Casework) -> Outbox:
    senders = {"chscp": Sender("CHSCP", "in@chscp.example")}
    return Outbox(Dispatch(casework), _LETTERS, _Sink(), Guard(["in@chscp.example"], True), senders, "", str)


def _floor(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute(_BY_STATUS).fetchall()
    connection.execute(_FIRST).fetchall()
    connection.close()


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _resident() -> int:
    """Bytes of this process that are in memory (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


_LETTERS = Letters(ROOT / "templates" / "letters")
