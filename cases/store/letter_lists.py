"""Letters that have not arrived, listed by plain columns: none is opened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, Connection, and_, func, literal_column, select

from cases.tables import cases, letters

A_PAGE = 50
LATELY = timedelta(days=7)

Group = Literal["held", "waiting", "uncertain", "lost"]
GROUPS: tuple[Group, ...] = ("lost", "uncertain", "held", "waiting")  # the most dangerous first

# Written out, not as parameters: else SQLite does not see that the partial indexes will do.
_IN: Mapping[Group, ColumnElement[bool]] = {
    "held": literal_column("letters.state = 'held'"),
    "waiting": literal_column("letters.state = 'planned' AND letters.attempts > 0"),
    "uncertain": literal_column("letters.state = 'uncertain'"),
    "lost": literal_column("letters.state IN ('refused','bounced')"),
}


@dataclass(frozen=True, slots=True)
class LetterLine:
    """A letter in a list. Without a case it has no reference."""

    id: str
    reference: str
    confidential: bool
    purpose: str
    state: str
    urgent: bool
    planned_at: datetime


def page(connection: Connection, partnership: str, group: Group, now: datetime, number: int) -> list[LetterLine]:
    """One page of a group, the oldest first; of those that were lost, the newest first. The first is number 1."""
    joined = letters.outerjoin(cases, cases.c.id == letters.c.case_id)
    found = select(
        letters.c.id,
        func.coalesce(cases.c.reference, ""),
        func.coalesce(cases.c.confidential, False),
        letters.c.purpose,
        letters.c.state,
        letters.c.urgent,
        letters.c.planned_at,
    ).select_from(joined)
    order = letters.c.planned_at.desc() if group == "lost" else letters.c.planned_at
    chosen = found.where(_chosen(partnership, group, now)).order_by(order)
    rows = connection.execute(chosen.limit(A_PAGE).offset(A_PAGE * (number - 1)))
    return [LetterLine(row[0], row[1], bool(row[2]), *row[3:]) for row in rows]


def count(connection: Connection, partnership: str, group: Group, now: datetime) -> int:
    found = select(func.count()).select_from(letters).where(_chosen(partnership, group, now))
    return int(connection.execute(found).scalar_one())


def _chosen(partnership: str, group: Group, now: datetime) -> ColumnElement[bool]:
    mine = and_(letters.c.partnership_id == partnership, _IN[group])
    return and_(mine, letters.c.planned_at > now - LATELY) if group == "lost" else mine
