"""Cases, their parts and their record in the database: loaded whole, saved as a decision, in one transaction."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, bindparam, func, insert, select, update
from sqlalchemy.dialects.sqlite import Insert
from sqlalchemy.dialects.sqlite import insert as insert_or

from cases.case import Case
from cases.record import Entry, Head, Link, chained, genesis
from cases.reference import token, token_hash
from cases.shape import PART_PLACES, case_from, own_fields, plain, plain_change
from cases.store import concerned, tasks
from cases.store.keyring import Keyring
from cases.store.pulse import CLOCK
from cases.tables import asked, brakes, cases, clocks, counters, entries, keys, parties, stages
from cases.vault import Key, Tokens
from cases.verbs.decision import Decision, Written

_TABLES: Mapping[str, Table] = {"parties": parties, "stages": stages, "clocks": clocks, "asked": asked}


def _put_into(table: Table) -> Insert:
    row = insert_or(table)
    new = {column.name: row.excluded[column.name] for column in table.c if not column.primary_key}
    return row.on_conflict_do_update(index_elements=["case_id", "key"], set_=new)


# Built once: putting a statement together takes longer than running it.
_PUT = {place: _put_into(table) for place, table in _TABLES.items()}
_NEXT_NUMBER = (
    insert_or(counters)
    .on_conflict_do_update(index_elements=["partnership_id", "year"], set_={"last": counters.c.last + 1})
    .returning(counters.c.last)
)
_UPDATE_CASE = update(cases).where(cases.c.id == bindparam("chosen"))
_SEALED_CASE = select(cases.c.sealed).where(cases.c.id == bindparam("case_id"))
_HEAD_OF_CASE = select(cases.c.length, cases.c.head).where(cases.c.id == bindparam("case_id"))
_SEALED_PARTS = {
    place: select(table.c.key, table.c.sealed).where(table.c.case_id == bindparam("case_id"))
    for place, table in _TABLES.items()
}
_DOUBTED = select(brakes.c.partnership_id).where(brakes.c.about == CLOCK, brakes.c.released_at.is_(None))

_AGENCY = re.compile(r"[a-z0-9_-]{1,60}")  # a key of the directory; what somebody wrote instead may hold a name


class NoSuchCase(LookupError):
    """There is no case with this id."""


def next_number(connection: Connection, partnership: str, year: int) -> int:
    """The next number of the year's references; never given twice."""
    row = {"partnership_id": partnership, "year": year, "last": 1}
    return int(connection.execute(_NEXT_NUMBER, row).scalar_one())


def create(connection: Connection, case: Case, key: Key, now: datetime) -> None:
    """The row of a new case, before its first entry."""
    row = {"id": case.id, "partnership_id": case.partnership, "reference": case.reference, "policy": case.policy}
    state = {"opened_at": case.opened_at, "entered_at": now, "length": 0, "head": genesis(case.id).hash}
    connection.execute(insert(cases), row | state | _found_by(case) | {"sealed": _sealed_fields(case, key)})


def load(connection: Connection, case_id: str, keyring: Keyring) -> Case:
    """The whole case. Raises NoSuchCase, KeyDestroyed."""
    row = connection.execute(_SEALED_CASE, {"case_id": case_id}).first()
    if row is None:
        raise NoSuchCase(case_id)
    key = keyring.case_key(connection, case_id)
    fields: Any = key.open(row.sealed, about=f"case:{case_id}")
    return case_from(fields, {place: _parts(connection, place, case_id, key) for place in PART_PLACES})


def save(connection: Connection, before: Case, decision: Decision, keyring: Keyring, now: datetime) -> None:
    """Write what a decision changed: the record, the case, its parts and tasks."""
    if not decision.entries:
        return
    case, key = decision.case, keyring.case_key(connection, before.id)
    secret = keyring.secret(connection, now)
    head = _append(connection, before, decision, key, now)
    state = {"closed_at": case.closed_at, "length": head.length, "head": head.hash}
    fields = {"policy": case.policy, "sealed": _sealed_fields(case, key)}
    connection.execute(_UPDATE_CASE, {"chosen": case.id} | state | _found_by(case) | fields)
    concerned.keep_vacancies(connection, before, case)
    for place in PART_PLACES:
        old = {part.key: part for part in getattr(before, place)}
        for part in getattr(case, place):
            if old.get(part.key) != part:
                _put(connection, place, case, part, key, secret)
    tasks.change(connection, decision, key, now)


def links(connection: Connection, case_id: str) -> Iterator[Link]:
    """The record of a case as it is stored, in order."""
    found = connection.execute(select(entries).where(entries.c.case_id == case_id).order_by(entries.c.sequence))
    for row in found:
        kept = row._mapping
        yield Link(**{name: kept[name] for name in Link.__dataclass_fields__})


def heads(connection: Connection, partnership: str) -> list[Head]:
    """Every case's head, for the day's checkpoint."""
    found = select(cases.c.id, cases.c.length, cases.c.head).where(cases.c.partnership_id == partnership)
    return [Head(*row) for row in connection.execute(found.order_by(cases.c.id))]


def due_clocks(connection: Connection, now: datetime, limit: int) -> list[tuple[str, str]]:
    """(case id, clock key) of the clocks whose time has come, the oldest first; none where the time is in doubt."""
    due = select(clocks.c.case_id, clocks.c.key).where(clocks.c.state == "running", clocks.c.look_at <= now)
    doubted = connection.execute(_DOUBTED).scalars().all()
    due = due.where(clocks.c.partnership_id.not_in(doubted)) if doubted else due
    return [(row.case_id, row.key) for row in connection.execute(due.order_by(clocks.c.look_at).limit(limit))]


def next_look(connection: Connection) -> datetime | None:
    """When the next clock is to be looked at."""
    return connection.execute(select(func.min(clocks.c.look_at)).where(clocks.c.state == "running")).scalar()


def set_aside(connection: Connection, case_id: str, key: str, until: datetime) -> int:
    """A clock whose look failed steps aside so that the others go on. Gives how often it has failed."""
    chosen = (clocks.c.case_id == case_id) & (clocks.c.key == key)
    aside = update(clocks).where(chosen).values(look_at=until, attempts=clocks.c.attempts + 1)
    return int(connection.execute(aside.returning(clocks.c.attempts)).scalar_one())


def listed(connection: Connection, partnership: str) -> list[Any]:
    """The rows of a partnership's cases, the newest first: id, reference, status, opened_at, closed_at."""
    chosen = select(cases.c.id, cases.c.reference, cases.c.status, cases.c.opened_at, cases.c.closed_at)
    return list(
        connection.execute(chosen.where(cases.c.partnership_id == partnership).order_by(cases.c.opened_at.desc()))
    )


def not_closed(connection: Connection, partnership: str) -> list[str]:
    """The ids of the cases that are not closed, the oldest first; an erased one is none of them."""
    readable = (keys.c.subject == "case:" + cases.c.id) & keys.c.wrapped.is_not(None)
    chosen = (cases.c.partnership_id == partnership) & (cases.c.status != "closed")
    found = select(cases.c.id).join(keys, readable).where(chosen).order_by(cases.c.opened_at)
    return list(connection.execute(found).scalars())


def reference_of(connection: Connection, case_id: str) -> str | None:
    """The reference of a case, where there is one with this id."""
    return connection.execute(select(cases.c.reference).where(cases.c.id == case_id)).scalar()


def raised_since(connection: Connection, address_token: str, moment: datetime) -> int:
    """How many cases somebody with this address has raised since a moment."""
    raiser = (parties.c.case_id == cases.c.id) & (parties.c.key == "p1") & (parties.c.address_token == address_token)
    chosen = select(func.count()).select_from(cases.join(parties, raiser)).where(cases.c.opened_at >= moment)
    return int(connection.execute(chosen).scalar_one())


def named(connection: Connection, reference: str) -> str | None:
    """The id of the case with this reference, whosesoever it is: references are unique in the installation."""
    return connection.execute(select(cases.c.id).where(cases.c.reference == reference)).scalar()


def by_reference(connection: Connection, partnership: str, reference: str) -> str | None:
    """The id of the case with this reference."""
    chosen = (cases.c.partnership_id == partnership) & (cases.c.reference == reference)
    return connection.execute(select(cases.c.id).where(chosen)).scalar()


def status_token(secret: bytes, case_id: str, party: str) -> str:
    """The token of a party's private link to the case's state."""
    return token(secret, "status", case_id, party)


def by_status_token(connection: Connection, typed: str) -> tuple[str, str] | None:
    """(case id, party key) of a private link."""
    chosen = parties.c.page_hash == token_hash(typed)
    row = connection.execute(select(parties.c.case_id, parties.c.key).where(chosen)).first()
    return (row.case_id, row.key) if row else None


def _append(connection: Connection, before: Case, decision: Decision, key: Key, now: datetime) -> Head:
    stored = connection.execute(_HEAD_OF_CASE, {"case_id": before.id}).one()
    head, rows = Head(before.id, stored.length, stored.head), []
    for written in decision.entries:
        link = chained(_entry(before.id, head.length + 1, written, now), head, key)
        rows.append(
            {name: getattr(link, name) for name in Link.__dataclass_fields__} | {"partnership_id": before.partnership}
        )
        head = link.head
    connection.execute(insert(entries), rows)
    return head


def _entry(case_id: str, sequence: int, written: Written, now: datetime) -> Entry:
    source = written.source
    content = {"words": written.words, "changes": [plain_change(change) for change in written.changes]}
    evidence = {"evidence": plain(written.evidence)} if written.evidence else {}
    return Entry(
        case_id,
        sequence,
        now,
        written.kind,
        source.clause if source else None,
        source.basis if source else None,
        content | evidence,
    )


def _found_by(case: Case) -> dict[str, Any]:
    """The plain columns by which a case is listed: nothing in them says whom it is about."""
    row = case.row
    dues = [clock.due_at for clock in case.running("timescale") if clock.state == "running"]  # no pause is overdue
    agencies = {side: case.agencies.get(side, "") for side in ("raising", "receiving")}
    known = {side: agency if _AGENCY.fullmatch(agency) else None for side, agency in agencies.items()}
    stage = {"stage": row.stage if row else None, "tier": row.tier if row else None, "due_at": min(dues, default=None)}
    kind = {"track": case.track, "confidential": case.confidential, "trial": case.trial}
    return {"status": case.status} | kind | stage | known


def _sealed_fields(case: Case, key: Key) -> bytes:
    return key.seal(own_fields(case), about=f"case:{case.id}")


def _parts(connection: Connection, place: str, case_id: str, key: Key) -> list[Any]:
    rows = connection.execute(_SEALED_PARTS[place], {"case_id": case_id}).all()
    return [
        key.open(row.sealed, about=f"{place}:{case_id}:{row.key}")
        for row in sorted(rows, key=lambda row: int(row.key[1:]))
    ]


def _put(connection: Connection, place: str, case: Case, part: Any, key: Key, secret: bytes) -> None:
    found_by = {each.name: getattr(part, each.name) for each in _TABLES[place].c if hasattr(part, each.name)}
    if place == "parties":
        tokens = Tokens(secret)
        found_by["address_token"] = tokens.lookup("sender", part.email)
        found_by["holder_token"] = tokens.lookup("sender", part.holder) if part.holder else None
        found_by["page_hash"] = token_hash(status_token(secret, case.id, part.key))
    if place == "clocks":
        found_by["attempts"] = 0  # it has moved on: what failed before is over
    sealed = key.seal(plain(part), about=f"{place}:{case.id}:{part.key}")
    row = {"case_id": case.id, "partnership_id": case.partnership, "sealed": sealed}
    connection.execute(_PUT[place], found_by | row)
