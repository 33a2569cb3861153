"""The verbs of a calendar that changes: noticed once, then each open case is counted anew in a transaction of its own.

Whatever stops in between, each case is counted anew once: the case stands in a list until it was.
"""

import json
from datetime import date, datetime
from typing import Any

import structlog
from sqlalchemy import Connection, delete, insert, literal, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from cases.case import Case
from cases.casework import AGAIN, Casework
from cases.holidays import LONDON
from cases.store import case_rows
from cases.tables import calendars, cases, keys, recounts
from cases.vault import KeyDestroyed
from cases.verbs.decision import Decision, Moment
from cases.verbs.recounting import recount
from cases.working_time import Calendar

log = structlog.get_logger()

AT_ONCE = 200


class Recounting:
    def __init__(self, casework: Casework) -> None:
        self._casework = casework
        self._database = casework.database

    def look(self, now: datetime) -> int:
        """Notice what has changed, and count anew what waits for it. Gives how many cases were looked at."""
        for partnership in self._casework.partnerships:
            self.notice(partnership, now)
        with self._database.read() as connection:
            due = recounts.c.look_at.is_(None) | (recounts.c.look_at <= now)
            waiting = connection.execute(select(recounts.c.case_id).where(due).limit(AT_ONCE)).scalars().all()
        for case_id in waiting:
            self._one(case_id, now)
        return len(waiting)

    def notice(self, partnership: str, now: datetime) -> None:
        """Where a partnership's days are others than before, put its open cases up to be counted anew."""
        with self._database.read() as connection:
            newest = _newest(connection, partnership)
            days = _written(self._casework.calendar(connection, partnership))
            if newest and newest.days == days:
                return
        with self._database.write() as connection:
            newest = _newest(connection, partnership)
            version = newest.version + 1 if newest else 1
            row = {"partnership_id": partnership, "version": version, "days": days, "taken_at": now}
            connection.execute(insert(calendars).values(**row))
            if newest:
                _put_up(connection, partnership, newest.version)

    def _one(self, case_id: str, now: datetime) -> None:
        """A case that fails waits for an hour, the others go on; from the third failure on a person is told."""
        try:
            self._recount(case_id, now)
        except Exception as error:
            log.error("a case could not be counted anew", case=case_id, error=type(error).__name__)
            with self._database.write() as connection:
                waits = update(recounts).where(recounts.c.case_id == case_id)
                aside = waits.values(look_at=now + AGAIN, failures=recounts.c.failures + 1)
                failed = connection.execute(aside.returning(recounts.c.failures)).scalar_one()
            self._casework.tell_stuck(case_id, "working days", failed, now)

    def _recount(self, case_id: str, now: datetime) -> None:
        with self._database.write() as connection:
            row = connection.execute(select(recounts).where(recounts.c.case_id == case_id)).first()
            if row is None:
                return
            kept = (calendars.c.partnership_id == row.partnership_id) & (calendars.c.version == row.version)
            before = _read(connection.execute(select(calendars.c.days).where(kept)).scalar_one())

            def verb(case: Case, moment: Moment) -> Decision:
                return recount(case, before, moment)

            connection.execute(delete(recounts).where(recounts.c.case_id == case_id))
            try:
                case = case_rows.load(connection, case_id, self._casework.keyring)
            except KeyDestroyed:  # erased meanwhile: no clock of it runs
                return
            self._casework.apply(connection, case, now, verb)


def _newest(connection: Connection, partnership: str) -> Any:
    found = select(calendars).where(calendars.c.partnership_id == partnership)
    return connection.execute(found.order_by(calendars.c.version.desc()).limit(1)).first()


def _put_up(connection: Connection, partnership: str, version: int) -> None:
    """Every open case that can be read; one that waits already keeps the older calendar."""
    readable = (keys.c.subject == "case:" + cases.c.id) & keys.c.wrapped.is_not(None)
    mine = (cases.c.partnership_id == partnership) & (cases.c.status != "closed")
    wanted = select(cases.c.id, literal(partnership), literal(version)).join(keys, readable).where(mine)
    names = ["case_id", "partnership_id", "version"]
    connection.execute(insert_or(recounts).from_select(names, wanted).on_conflict_do_nothing())


def _written(calendar: Calendar) -> str:
    """The days that are none of work, as they are kept."""
    days = {day.isoformat(): name for day, name in sorted(calendar.holidays.items())}
    return json.dumps({"days": days, "published_to": calendar.published_to.isoformat()})


def _read(kept: str) -> Calendar:
    content = json.loads(kept)
    days = {date.fromisoformat(day): name for day, name in content["days"].items()}
    return Calendar(LONDON, days, date.fromisoformat(content["published_to"]))
