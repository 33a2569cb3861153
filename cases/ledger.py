"""The record as a whole: read with its proof, witnessed once a day, verified, and rebuilt into the case."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select

from cases.case import Case
from cases.holidays import england
from cases.record import Checkpoint, Entry, Fault, Head, checkpoint, read, verify, verify_checkpoints
from cases.shape import rebuilt
from cases.store import case_rows
from cases.store.database import Database
from cases.store.keyring import Keyring
from cases.tables import checkpoints
from cases.vault import Key, KeyDestroyed


@dataclass(frozen=True, slots=True)
class Verified:
    """A case's record, and whatever is wrong with it."""

    entries: tuple[Entry, ...]
    faults: tuple[Fault, ...]
    head: Head | None


class Ledger:
    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    def record(self, case_id: str) -> Verified:
        """The written log of a case, with its proof. An erased case has entries without content."""
        with self._database.read() as connection:
            return self.record_in(connection, case_id)

    def record_in(self, connection: Connection, case_id: str) -> Verified:
        """The same, in a transaction that the caller has begun."""
        key = self._key(connection, case_id)
        links = list(case_rows.links(connection, case_id))
        faults = tuple(verify(links, key, None))
        entries = () if faults else tuple(read(link, key) for link in links)
        return Verified(entries, faults, links[-1].head if links else None)

    def text(self, case_id: str) -> str:
        """The written log as plain text, in local time, for enclosing in a letter."""
        calendar = england()
        lines = [
            f"{calendar.local(entry.at):%d/%m/%Y %H:%M}  {entry.content.get('words', '(erased)')}"
            + (f" [{entry.clause}]" if entry.clause and entry.basis == "S" else "")
            for entry in self.record(case_id).entries
        ]
        return "\n".join(["The written log of this case, entry by entry.", "", *lines]) + "\n"

    def rebuilt(self, case_id: str) -> Case:
        """The case as its record alone gives it."""
        contents: Any = [entry.content for entry in self.record(case_id).entries]
        return rebuilt(case_id, contents)

    def take_checkpoint(self, partnership: str, now: datetime) -> Checkpoint | None:
        """Witness every case's head at the end of the local day before; nothing when that is done already."""
        day = england().local_date(now) - timedelta(days=1)
        with self._database.read() as connection:
            if self._last_day(connection, partnership) >= day:
                return None
        with self._database.write() as connection:
            if self._last_day(connection, partnership) >= day:  # somebody else was first
                return None
            last = next(self._checkpoints(connection, partnership, newest=1), None)
            new = checkpoint(partnership, day, last, case_rows.heads(connection, partnership))
            heads = json.dumps([[head.case_id, head.length, head.hash] for head in new.heads])
            row = {"partnership_id": partnership, "day": day, "previous_hash": new.previous_hash, "hash": new.hash}
            connection.execute(insert(checkpoints).values(**row, heads=heads, cases=len(new.heads)))
            return new

    def faults(self, partnership: str) -> list[Fault]:
        """Everything wrong with a partnership's record: each case's chain, and what the checkpoints witness."""
        with self._database.read() as connection:
            taken = [*self._checkpoints(connection, partnership)][::-1]
            found = list(verify_checkpoints(taken, None))
            witnessed = {head.case_id: head for head in taken[-1].heads} if taken else {}
            known = {head.case_id: head for head in case_rows.heads(connection, partnership)}
            for case_id in sorted({*known, *witnessed}):
                links, key = list(case_rows.links(connection, case_id)), self._key(connection, case_id)
                found += verify(links, key, witnessed.get(case_id)) or verify(links, key, known.get(case_id))
            return found

    def _key(self, connection: Connection, case_id: str) -> Key | None:
        try:
            return self._keyring.case_key(connection, case_id)
        except KeyDestroyed:
            return None

    def _last_day(self, connection: Connection, partnership: str) -> date:
        """The day that was witnessed last; long ago where none was."""
        days = select(func.max(checkpoints.c.day)).where(checkpoints.c.partnership_id == partnership)
        return connection.execute(days).scalar() or date.min

    def _checkpoints(self, connection: Connection, partnership: str, newest: int | None = None) -> Iterator[Checkpoint]:
        """The checkpoints, the newest first: all of them, or so many."""
        mine = select(checkpoints).where(checkpoints.c.partnership_id == partnership)
        for row in connection.execute(mine.order_by(checkpoints.c.day.desc()).limit(newest)):
            yield _checkpoint(row.partnership_id, row.day, row.previous_hash, row.heads, row.hash)


def _checkpoint(partnership: str, day: date, previous_hash: str, heads: str, hash: str) -> Checkpoint:
    return Checkpoint(partnership, day, previous_hash, tuple(Head(*head) for head in json.loads(heads)), hash)
