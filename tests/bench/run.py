"""`make bench`: what the product does beside the floor of the same machine in the same minute, as JSON.

Absolute rates differ from machine to machine; what counts is the ratio of a pair, measured in turns. The floor is the
naive ideal: five rows of 500 bytes in one durable commit of plain sqlite3 (write-ahead log, synchronous FULL).
"""

import json
import os
import platform
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from answerable.now import now
from cases.casework import Casework
from cases.store import case_rows
from cases.submission import Submission
from cases.tables import clocks
from cases.vault import MasterKeys
from tests.bench import desk_pages, digest, hostile_mail, mail_in, many_cases, sending
from tests.bench.installation import casework_on
from tests.bench.measuring import ROUNDS, compared, rate

NOW = datetime(2026, 11, 27, 10, tzinfo=UTC)
RUNNING_CLOCKS = 100_000
OPEN, CLOSED = 100_000, 900_000


def main() -> None:
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as folder:
        master = MasterKeys.parse(MasterKeys.new_text())
        casework = casework_on(Path(folder) / "bench.db", master, NOW)
        report = {
            "machine": {"python": platform.python_version(), "cores": os.cpu_count(), "sqlite": sqlite3.sqlite_version},
            "intake": _forms(casework, Path(folder)),
            "mail_in": mail_in.measure(casework, Path(folder), NOW),
            "sending": sending.measure(casework, NOW),
            "hostile_mail": hostile_mail.measure(),
            "wake_up": _wake_up(casework),
            "a_region": _region(Path(folder) / "region.db"),
            "help_seconds": _command("--help"),
            "check_seconds": _command("check"),
        }
    print(json.dumps(report, indent=2))


def _region(file: Path) -> dict[str, object]:
    """The daily digest and the desk's pages with a million cases, of which a hundred thousand are open."""
    key, moment = MasterKeys.new_text(), now()
    master = MasterKeys.parse(key)
    casework = casework_on(file, master, moment)
    many_cases.fill(casework, master, "chscp", OPEN, moment, CLOSED)
    return {
        "open_cases": OPEN,
        "closed_cases": CLOSED,
        "digest": digest.measure(casework, moment),
        "desk": desk_pages.measure(casework, key),
    }


def _receive(casework: Casework) -> None:
    """An escalation from the form: key, case, record, clock and letter in one durable commit."""
    casework.receive(
        "chscp",
        Submission("alice@agency1.example", "Alice", agency="agency1", other_agency="agency2", concern="x" * 500),
        NOW,
    )


def _forms(casework: Casework, folder: Path) -> dict[str, float]:
    floor = _floor(folder)
    return compared([(rate(lambda: _receive(casework)), rate(floor)) for _ in range(ROUNDS)], "floor")


def _floor(folder: Path) -> Callable[[], None]:
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    for table in range(5):
        connection.execute(f"CREATE TABLE t{table} (id INTEGER PRIMARY KEY, data BLOB)")

    def commit() -> None:
        connection.execute("BEGIN IMMEDIATE")
        for table in range(5):
            connection.execute(f"INSERT INTO t{table} (data) VALUES (?)", (b"x" * 500,))
        connection.execute("COMMIT")

    return commit


def _wake_up(casework: Casework) -> dict[str, float]:
    """Looking for due clocks when none is due: with few running, and with a hundred thousand."""
    few = _milliseconds(casework)
    later = NOW + timedelta(days=30)
    row = {
        "partnership_id": "chscp",
        "purpose": "timescale",
        "state": "running",
        "due_at": later,
        "look_at": later,
        "sealed": b"x" * 400,
    }
    with casework.database.write() as connection:
        connection.execute(
            insert(clocks), [row | {"case_id": f"c{number}", "key": "k1"} for number in range(RUNNING_CLOCKS)]
        )
    return {"milliseconds": few, "clocks": RUNNING_CLOCKS, "milliseconds_with_them": _milliseconds(casework)}


def _milliseconds(casework: Casework) -> float:
    times = []
    for _ in range(200):
        began = time.perf_counter()
        with casework.database.read() as connection:
            assert case_rows.due_clocks(connection, NOW, 500) == []
        times.append(time.perf_counter() - began)
    return round(statistics.median(times) * 1000, 3)


def _command(argument: str) -> float:
    """Seconds of a whole command, the median of some."""
    command = [str(Path(sys.executable).parent / "answerable"), argument]
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - began)
    return round(statistics.median(times), 2)


if __name__ == "__main__":
    main()
