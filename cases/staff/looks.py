"""Who of the desk has opened the content of which case, and when: written down once a local day, and never changed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert as insert_or

from cases.case import Case
from cases.casework import Casework
from cases.holidays import england
from cases.staff.officer import Officer
from cases.tables import looks

MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Look:
    """An officer looked at a case on a day, for the first time `at`."""

    name: str
    officer: str  # the address
    at: datetime


class Looks:
    def __init__(self, casework: Casework) -> None:
        self._database = casework.database

    def note(self, case: Case, officer: Officer, now: datetime) -> None:
        """An officer is about to see what a case is about. Nothing is written where today's look stands already."""
        row = {
            "case_id": case.id,
            "day": england().local_date(now),
            "officer": officer.email,
            "partnership_id": case.partnership,
            "name": officer.name,
            "at": now,
        }
        known = (looks.c.case_id == case.id) & (looks.c.day == row["day"]) & (looks.c.officer == officer.email)
        with self._database.read() as connection:
            if connection.execute(select(looks.c.at).where(known)).first():
                return
        with self._database.write() as connection:
            connection.execute(insert_or(looks).values(**row).on_conflict_do_nothing())

    def at(self, case: Case) -> list[Look]:
        """The newest looks at a case, the newest first."""
        found = select(looks).where(looks.c.case_id == case.id).order_by(looks.c.day.desc(), looks.c.at.desc())
        with self._database.read() as connection:
            return [Look(row.name, row.officer, row.at) for row in connection.execute(found.limit(MOST_SHOWN))]
