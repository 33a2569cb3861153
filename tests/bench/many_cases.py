"""A database of a hundred thousand open cases, as a region's might be: some real ones, and many made after them.

What is made after a real case has its own key and its own sealed parts, tasks and clocks, so that any page may open it;
of its record and letters it has rows without content.
"""

import secrets
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

from sqlalchemy import Table, insert, select

from cases.case import BUSINESS_SUPPORT, Case
from cases.casework import Casework
from cases.shape import PART_PLACES, own_fields, plain
from cases.store import case_rows
from cases.submission import Answer, Submission
from cases.tables import asked, cases, clocks, keys, letters, parties, stages, tasks
from cases.vault import Key, MasterKeys, new_key

CHUNK = 2_000
PATTERNS = 40
_PARTS: Mapping[str, Table] = {"parties": parties, "stages": stages, "clocks": clocks, "asked": asked}


def fill(casework: Casework, master: MasterKeys, partnership: str, count: int, now: datetime, closed: int = 0) -> None:
    """Open some real cases, then make so many after them; `closed` more have ended and are rows alone.

    Every third is overdue, the rest come due over the next three weeks; one in ten has a task.
    """
    patterns = list(_patterns(casework, partnership, now))
    for start in range(0, count, CHUNK):
        rows: dict[Table, list[dict[str, Any]]] = defaultdict(list)
        for number in range(start, min(start + CHUNK, count)):
            _copy(rows, master, patterns[number % len(patterns)], number, now)
        with casework.database.write() as connection:
            for table, new in filter(itemgetter(1), rows.items()):
                connection.execute(insert(table), new)
    _closed(casework, partnership, closed, now)


def _patterns(casework: Casework, partnership: str, now: datetime) -> Iterator[tuple[Case, dict[str, Any]]]:
    """Real cases with their plain columns."""
    agencies = sorted(casework.directory(partnership).agencies)
    for number in range(PATTERNS):
        raising, receiving = agencies[number % len(agencies)], agencies[(number + 7) % len(agencies)]
        raiser = Submission(
            f"raiser{number}@{raising}.example",
            "Alice",
            agency=raising,
            other_agency=receiving,
            other_name="Ben",
            other_email=f"ben@{receiving}.example",
            concern="x" * 500,
        )
        opened = casework.receive(partnership, raiser, now)
        casework.hear(opened.case_id, BUSINESS_SUPPORT, Answer("confirm", "case"), now)
        with casework.database.read() as connection:
            row = connection.execute(select(cases).where(cases.c.id == opened.case_id)).one()
            yield case_rows.load(connection, opened.case_id, casework.keyring), dict(row._mapping)


def _copy(
    rows: Mapping[Table, list[dict[str, Any]]],
    master: MasterKeys,
    pattern: tuple[Case, dict[str, Any]],
    number: int,
    now: datetime,
) -> None:
    old, columns = pattern
    case = replace(old, id=secrets.token_hex(16), reference=f"MANY-2026-{number:06d}")
    raw = new_key()
    key, subject = Key(raw), f"case:{case.id}"
    whose = {"case_id": case.id, "partnership_id": case.partnership}
    days = (number * 7) % 45 - 15
    found_by = {
        "id": case.id,
        "reference": case.reference,
        "due_at": now + timedelta(days=days),
        "opened_at": now - timedelta(days=number % 90, seconds=number % 86_400),
        "entered_at": now - timedelta(days=number % 90, seconds=number % 86_400),
        "sealed": key.seal(own_fields(case), about=subject),
    }
    wrapped = {"subject": subject, "wrapped": master.wrap(raw, subject), "made_at": now}
    rows[keys].append(wrapped | {"partnership_id": case.partnership})
    rows[cases].append(columns | found_by)
    for place in PART_PLACES:
        rows[_PARTS[place]] += [_part(place, part, whose, key) for part in getattr(case, place)]
    rows[letters] += [_letter(whose, now) for _ in range(2)]
    if number % 10 == 0:
        words = key.seal({"words": "Nobody is known. Please find out who it is."}, about=f"task:{case.id}:missing:s1")
        task = {"key": "missing:s1", "rank": number % 5, "opened_at": found_by["opened_at"], "sealed": words}
        rows[tasks].append(whose | task)


def _part(place: str, part: Any, whose: dict[str, str], key: Key) -> dict[str, Any]:
    table = _PARTS[place]
    found_by = {each.name: getattr(part, each.name) for each in table.c if hasattr(part, each.name)}
    if place == "parties":
        found_by |= {"address_token": secrets.token_hex(32), "page_hash": secrets.token_hex(32)}
    sealed = key.seal(plain(part), about=f"{place}:{whose['case_id']}:{part.key}")
    return whose | found_by | {"sealed": sealed}


def _letter(whose: dict[str, str], now: datetime) -> dict[str, Any]:
    mark = secrets.token_hex(16)
    return whose | {
        "id": mark,
        "subject": whose["case_id"],
        "purpose": "stage",
        "about": mark,
        "rung": 0,
        "recipient": "p2",
        "revision": 0,
        "state": "accepted",
        "urgent": False,
        "tells": False,
        "shares": False,
        "planned_at": now,
        "next_try_at": now,
        "repeated": False,
        "message_id": mark,
        "token_hash": mark,
        "page_hash": mark,
        "accepted_at": now - timedelta(days=2),
        "key_subject": f"case:{whose['case_id']}",
        "sealed": b"x" * 400,
    }


def _closed(casework: Casework, partnership: str, count: int, now: datetime) -> None:
    with casework.database.read() as connection:
        like = dict(connection.execute(select(cases).limit(1)).one()._mapping)
    for start in range(0, count, 50_000):
        rows = [
            like
            | {
                "id": secrets.token_hex(16),
                "reference": f"DONE-2025-{number:07d}",
                "partnership_id": partnership,
                "status": "closed",
                "due_at": None,
                "opened_at": now - timedelta(days=400 + number % 700),
                "entered_at": now - timedelta(days=400 + number % 700),
                "closed_at": now - timedelta(days=370 + number % 700),
            }
            for number in range(start, min(start + 50_000, count))
        ]
        with casework.database.write() as connection:
            connection.execute(insert(cases), rows)
