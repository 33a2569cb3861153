"""What business support's lists show: what waits for a person, the cases, the letters that have not arrived.

Everything is found by plain columns; of no list are more than a page of sealed words opened.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Connection, bindparam, select

from cases.casework import Casework
from cases.directory.stale import stale
from cases.holidays import england
from cases.store import brakes, inbox, letter_lists, listing, mailboxes
from cases.store.inbox import Received
from cases.store.letter_lists import Group, LetterLine
from cases.store.listing import Row, Totals, Waiting, Wanted
from cases.store.mailboxes import Known
from cases.tables import tasks
from cases.vault import KeyDestroyed
from cases.working_time import late_after

# Built once: putting a statement together takes longer than running it.
_SEALED_TASK = select(tasks.c.sealed).where(tasks.c.case_id == bindparam("case_id"), tasks.c.key == bindparam("key"))


@dataclass(frozen=True, slots=True)
class Line:
    """Something that waits for a person. `words` are empty for what nobody may read, `due` is a tray mail's own."""

    waiting: Waiting
    reference: str
    words: str
    due: datetime | None


@dataclass(frozen=True, slots=True)
class Today:
    """The desk's first page: one page of lines, how many there are, and what else there is to know."""

    lines: tuple[Line, ...]
    waiting: int
    totals: Totals
    next_look: tuple[datetime, str] | None
    mailboxes: tuple[Known, ...]
    letters: brakes.Standing
    stale: int


@dataclass(frozen=True, slots=True)
class Letters:
    """One group of letters that have not arrived: a page of it, and how many there are."""

    group: Group
    lines: tuple[LetterLine, ...]
    count: int


class Overview:
    def __init__(self, casework: Casework) -> None:
        self._casework = casework
        self._database = casework.database

    def today(self, partnership: str, now: datetime, number: int = 1) -> Today:
        with self._database.read() as connection:
            found = listing.waiting(connection, partnership, now, number)
            return Today(
                tuple(self._lines(connection, partnership, found)),
                listing.count_waiting(connection, partnership, now),
                listing.totals(connection, partnership, now),
                listing.next_look(connection, partnership),
                tuple(mailboxes.of_partnership(connection, partnership)),
                brakes.standing(connection, partnership, now),
                len(stale(connection, partnership, england().local_date(now))),
            )

    def cases(self, partnership: str, wanted: Wanted, now: datetime, number: int) -> tuple[list[Row], int]:
        """One page of the cases, and how many there are."""
        with self._database.read() as connection:
            rows = listing.page(connection, partnership, wanted, now, number)
            return rows, listing.count(connection, partnership, wanted, now)

    def every_case(self, partnership: str, wanted: Wanted, now: datetime) -> Iterator[Row]:
        """All of the cases, read bit by bit in one steady view."""
        with self._database.read() as connection:
            yield from listing.every(connection, partnership, wanted, now)

    def tray(self, partnership: str, number: int) -> tuple[list[Received], int]:
        """One page of the mail that needs a person, and how many mails there are."""
        with self._database.read() as connection:
            found = listing.in_tray(connection, partnership, number)
            mails = [mail for each in found if (mail := inbox.readable(connection, each, self._casework.keyring))]
            return mails, listing.count_tray(connection, partnership)

    def letters(self, partnership: str, group: Group, now: datetime, number: int = 1) -> Letters:
        with self._database.read() as connection:
            lines = tuple(letter_lists.page(connection, partnership, group, now, number))
            return Letters(group, lines, letter_lists.count(connection, partnership, group, now))

    def _lines(self, connection: Connection, partnership: str, found: Sequence[Waiting]) -> Iterator[Line]:
        named = listing.named(connection, {each.case_id for each in found if each.case_id})
        calendar = self._casework.calendar(connection, partnership)
        for each in found:
            case = named.get(each.case_id or "")
            words = self._words(connection, each) if each.kind == "task" and case and not case.confidential else ""
            due = late_after(calendar, each.since) if each.kind == "mail" else None
            yield Line(each, case.reference if case else "", words, due)

    def _words(self, connection: Connection, task: Waiting) -> str:
        sealed = connection.execute(_SEALED_TASK, {"case_id": task.case_id, "key": task.key}).scalar_one()
        try:
            key = self._casework.keyring.case_key(connection, cast(str, task.case_id))
        except KeyDestroyed:
            return ""
        return cast(Mapping[str, str], key.open(sealed, about=f"task:{task.case_id}:{task.key}"))["words"]
