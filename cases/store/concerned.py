"""Which open cases a change of the directory concerns, by plain columns, and which of them wait to be looked at."""

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, delete, or_, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from cases.case import Case, Party
from cases.tables import cases, parties, revisits, vacancies

_T = TypeVar("_T")
Seat = tuple[str, str | None]
"""A role, and the agency in which it is held (none: the partnership)."""

_AGENCY = re.compile(r"[a-z0-9_-]{1,60}")  # a key of the directory; what somebody wrote instead may hold a name
_AT_ONCE = 400  # parameters of one statement
_LIVE = cases.c.status.in_(("open", "paused", "disputed", "closing"))


def vacancies_of(case: Case) -> set[tuple[str, str, str | None]]:
    """(role, part, agency) that nobody holds, as a case needs them now."""
    row = case.row if case.status != "closed" else None
    found = {_named(case, gap) for gap in row.missing} if row and row.running else set()
    if row:
        found |= {_of(party) for party in case.parties if f"{party.key}:left:{party.email.lower()}" in row.absent}
    waits = [clock.about for clock in case.running("diversion")]
    held = {party.role for party in case.parties}
    return found | {(role, "partnership", None) for role in waits if role not in held}


def keep_vacancies(connection: Connection, before: Case, case: Case) -> None:
    """Write the roles that nobody holds on a case, where they are others than before."""
    old, new = vacancies_of(before), vacancies_of(case)
    if old == new:
        return
    connection.execute(delete(vacancies).where(vacancies.c.case_id == case.id))
    for role, part, agency in new:
        row = {"case_id": case.id, "role": role, "part": part, "partnership_id": case.partnership, "agency": agency}
        connection.execute(insert_or(vacancies).values(**row))


def lacking(connection: Connection, partnership: str, seats: Collection[Seat]) -> set[str]:
    """Ids of the cases on which nobody is known in one of these roles."""
    found: set[str] = set()
    for some in _in_parts(sorted(seats, key=str)):
        wanted = or_(*(_seat(role, agency) for role, agency in some))
        chosen = select(vacancies.c.case_id).where(vacancies.c.partnership_id == partnership, wanted)
        found |= set(connection.execute(chosen).scalars())
    return found


def lacking_in_agencies(connection: Connection, partnership: str, agencies: Collection[str]) -> set[str]:
    """Ids of the cases on which somebody of one of these agencies is not known."""
    chosen = (vacancies.c.partnership_id == partnership) & vacancies.c.agency.in_(sorted(agencies))
    return set(connection.execute(select(vacancies.c.case_id).where(chosen)).scalars())


def with_party(connection: Connection, partnership: str, tokens: Collection[str]) -> set[str]:
    """Ids of the open cases in which somebody with one of these addresses is a party, or has a delegate act."""
    found: set[str] = set()
    for some in _in_parts(sorted(tokens)):
        theirs = parties.c.address_token.in_(some) | parties.c.holder_token.in_(some)
        chosen = select(parties.c.case_id).join(cases, cases.c.id == parties.c.case_id)
        found |= set(connection.execute(chosen.where(theirs, _LIVE, cases.c.partnership_id == partnership)).scalars())
    return found


def confidential(connection: Connection, case_ids: Collection[str]) -> set[str]:
    """Those of the cases that are confidential."""
    found: set[str] = set()
    for some in _in_parts(sorted(case_ids)):
        found |= set(connection.execute(select(cases.c.id).where(cases.c.id.in_(some), cases.c.confidential)).scalars())
    return found


def put_up(connection: Connection, partnership: str, case_ids: Iterable[str], now: datetime) -> None:
    """These cases are to be looked at, each once."""
    rows = [{"case_id": each, "partnership_id": partnership, "look_at": now} for each in sorted(set(case_ids))]
    if rows:
        connection.execute(insert_or(revisits).on_conflict_do_nothing(), rows)


def waiting(connection: Connection, now: datetime, limit: int) -> list[str]:
    """Ids of the cases that wait to be looked at, the longest first."""
    due = select(revisits.c.case_id).where(revisits.c.look_at <= now).order_by(revisits.c.look_at, revisits.c.case_id)
    return list(connection.execute(due.limit(limit)).scalars())


def looked_at(connection: Connection, case_id: str) -> None:
    connection.execute(delete(revisits).where(revisits.c.case_id == case_id))


def later(connection: Connection, case_id: str, look_at: datetime) -> int:
    """A look failed: this case waits, the others go on. Gives how often it has failed."""
    waits = update(revisits).where(revisits.c.case_id == case_id)
    aside = waits.values(look_at=look_at, failures=revisits.c.failures + 1)
    return int(connection.execute(aside.returning(revisits.c.failures)).scalar() or 0)


def _named(case: Case, gap: str) -> tuple[str, str, str | None]:
    role, _, part = gap.partition(":")
    agency = dict(case.agencies).get(part, "")
    return role, part, agency if _AGENCY.fullmatch(agency) else None


def _of(party: Party) -> tuple[str, str, str | None]:
    agency = party.agency or ""
    return party.role, party.part, agency if _AGENCY.fullmatch(agency) else None


def _seat(role: str, agency: str | None) -> ColumnElement[bool]:
    return (vacancies.c.role == role) & (
        vacancies.c.agency.is_(None) if agency is None else vacancies.c.agency == agency
    )


def _in_parts(values: list[_T]) -> Iterator[list[_T]]:
    return (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE))
