"""Who will be missing in the days ahead: the roles that open cases need, and the days on which nobody is there.

Cases are not opened for it: how many stand where is told from plain columns, and the stages say which roles they need.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from cases.casework import Casework
from cases.directory.directory import Directory, Person
from cases.policy import Policy
from cases.stages import Acts, Stage
from cases.store import contacts
from cases.tables import cases, vacancies
from cases.working_time import Calendar, spoken_date

AHEAD = 10  # working days
NAMED = 20  # cases named of one gap
_SHOWN = ("policy", "track", "stage", "tier", "raising", "receiving")
# Written out, not as parameters: else SQLite does not see that the index of the groups will do.
_LIVE = cases.c.status.in_(bindparam("live", ("open", "paused", "disputed"), expanding=True, literal_execute=True))
_COLUMNS = [cases.c[name] for name in _SHOWN]
_GROUPS = (
    select(*_COLUMNS, func.count().label("many"), func.sum(cases.c.confidential).label("confidential"))
    .where(cases.c.partnership_id == bindparam("partnership"), _LIVE, cases.c.stage.is_not(None))
    .group_by(*_COLUMNS)
)


@dataclass(frozen=True, slots=True)
class Missing:
    """A role of live cases that nobody fills on some of the days ahead.

    `days` are local working days; of confidential cases only the number is told (chscp 1.7). `ahead`: needed only by
    the next step of those cases.
    """

    role: str
    agency: str | None
    why: str
    days: tuple[date, ...]
    cases: int
    confidential: int
    references: tuple[str, ...]
    ahead: bool


@dataclass
class _Need:
    """A role that cases need: how many, and where they stand."""

    count: int = 0
    confidential: int = 0
    groups: list[Any] = field(default_factory=list)


def coverage(casework: Casework, connection: Connection, partnership: str, today: date) -> list[Missing]:
    """The gaps of the next ten working days, today's first; those of the stage that a case is in before the next."""
    directory, calendar = casework.directory_in(connection, partnership), casework.calendar(connection, partnership)
    days = _days(calendar, today)
    flagged = {each.email.lower(): each.why for each in contacts.flagged(connection, partnership)}
    policy = casework.partnerships[partnership].loaded.policy
    found = list(_vacant(connection, partnership, days))
    for (role, agency, ahead), need in _needs(casework, connection, partnership).items():
        holders = _holders(directory, policy, role, agency)
        if not holders and not ahead:  # told above, from what the cases themselves lack
            continue
        gone = tuple(day for day in days if not any(_is_there(each, directory, flagged, day) for each in holders))
        if gone:
            why = _why(holders, directory, flagged, gone[0])
            named = _references(connection, partnership, need)
            found.append(Missing(role, agency, why, gone, need.count, need.confidential, named, ahead))
    return sorted(found, key=lambda each: (each.ahead, each.days[0], each.role, each.agency or ""))


def _days(calendar: Calendar, today: date) -> list[date]:
    first = today if calendar.is_working_day(today) else calendar.next_working_day(today)
    return [calendar.add_working_days(first, number) for number in range(AHEAD)]


def _vacant(connection: Connection, partnership: str, days: list[date]) -> Iterator[Missing]:
    """The roles that nobody holds, as the cases have them."""
    joined = vacancies.join(cases, cases.c.id == vacancies.c.case_id)
    seat = (vacancies.c.role, vacancies.c.agency)
    whose = (vacancies.c.partnership_id == partnership) & _LIVE
    counted = select(*seat, func.count().label("many"), func.sum(cases.c.confidential).label("confidential"))
    for row in connection.execute(counted.select_from(joined).where(whose).group_by(*seat)):
        this = whose & (vacancies.c.role == row.role) & vacancies.c.agency.is_not_distinct_from(row.agency)
        named = select(cases.c.reference).select_from(joined).where(this, cases.c.confidential.is_(False))
        references = tuple(connection.execute(named.order_by(cases.c.reference).limit(NAMED)).scalars())
        why = "Nobody holds the role."
        yield Missing(row.role, row.agency, why, tuple(days), row.many, row.confidential, references, False)


def _needs(
    casework: Casework, connection: Connection, partnership: str
) -> Mapping[tuple[str, str | None, bool], _Need]:
    """The roles that live cases need now, and in their next step, with the agency in which each is held."""
    found: dict[tuple[str, str | None, bool], _Need] = {}
    for row in connection.execute(_GROUPS, {"partnership": partnership}):
        policy = casework.policy(connection, row.policy)
        now = set(_seats(policy, row, policy.stages[row.stage].acts_at(row.tier)))
        following = _next(policy, row.stage, row.tier)
        then = set(_seats(policy, row, following)) - now if following else set()
        for seats, ahead in ((now, False), (then, True)):
            for role, agency in seats:
                need = found.setdefault((role, agency, ahead), _Need())
                need.count, need.confidential = need.count + row.many, need.confidential + row.confidential
                need.groups.append(row)
    return found


def _seats(policy: Policy, row: Any, acts: Acts) -> Iterator[tuple[str, str | None]]:
    """The roles that act, less those of whoever raises a case: the raiser acts, and names whom they talked to."""
    raisers = next((track.opened_by for track in policy.tracks if track.key == row.track), ())
    for role, agency in ((acts.raising, row.raising), (acts.receiving, row.receiving), (acts.decides, None)):
        if role and role not in raisers and (agency or policy.roles[role].of == "partnership"):
            yield role, agency if policy.roles[role].of == "agency" else None


def _next(policy: Policy, key: str, tier: int) -> Acts | None:
    """Who acts in the next step: the next tier of management, else the next stage."""
    stage: Stage = policy.stages[key]
    if tier < len(stage.tiers):
        return stage.acts_at(tier + 1)
    after = policy.after(key)
    return after.acts if after else None


def _holders(directory: Directory, policy: Policy, role: str, agency: str | None) -> tuple[Person, ...]:
    """Who holds a role, else who holds the one that stands for it."""
    known = policy.roles.get(role)
    proxy = known.proxy if known else None
    return directory.holders(role, agency) or (directory.holders(proxy, agency) if proxy else ())


def _is_there(person: Person, directory: Directory, flagged: Mapping[str, str], day: date) -> bool:
    """Whether somebody, or a delegate for them, can be written to and is at work on a day."""
    delegate = directory.stand_in(person.email, day)
    acts = delegate or person
    absent = delegate is None and directory.away(person.email, day)
    return not absent and acts.email.lower() not in flagged and not directory.closed(acts.agency, day)


def _why(holders: tuple[Person, ...], directory: Directory, flagged: Mapping[str, str], day: date) -> str:
    if not holders:
        return "Nobody holds the role."
    return " ".join(_why_not(each, directory, flagged, day) for each in holders)


def _why_not(person: Person, directory: Directory, flagged: Mapping[str, str], day: date) -> str:
    delegate = directory.stand_in(person.email, day)
    away, acts = directory.away(person.email, day), delegate or person
    if away and not delegate:
        lacking = "their delegate cannot act" if person.delegate else "no delegate is registered"
        return f"{person.name} is away until {spoken_date(away.last)}, and {lacking}."
    if acts.email.lower() in flagged:
        return f"The address of {acts.name} does not work: {flagged[acts.email.lower()]}."
    closed = directory.closed(acts.agency, day)
    return f"{directory.agency_name(acts.agency)} is closed until {spoken_date(closed.last)}." if closed else ""


def _references(connection: Connection, partnership: str, need: _Need) -> tuple[str, ...]:
    found: list[str] = []
    for row in need.groups:
        here = [cases.c[name].is_not_distinct_from(getattr(row, name)) for name in _SHOWN]
        whose = select(cases.c.reference).where(cases.c.partnership_id == partnership, _LIVE, *here)
        named = whose.where(cases.c.confidential.is_(False)).order_by(cases.c.reference).limit(NAMED - len(found))
        found += connection.execute(named).scalars()
        if len(found) >= NAMED:
            break
    return tuple(sorted(found))
