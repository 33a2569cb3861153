"""The brakes on letters: how many went lately, who is held, and what waits for a person to let it go (guarantees, D6).

A brake once pulled holds on until business support lets go: letters to one person about one case, or all letters of a
partnership. Nothing that is held is dropped.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, func, literal_column, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from cases.tables import brakes, cases, letters

ALL = "all"
# A long case sends the person who raised it some thirty letters, all within minutes where the demonstration's clock
# stands still. Two robots that answer each other pass the first of these limits all the same.
MOST_TO_ONE_PERSON = ((timedelta(minutes=10), 40), (timedelta(days=1), 60), (timedelta(days=3650), 150))
AN_HOUR = timedelta(hours=1)
SEVEN_DAYS = timedelta(days=7)

# Built once: putting a statement together takes longer than running it.
_BRAKE = select(brakes.c.released_at).where(
    brakes.c.partnership_id == bindparam("partnership"), brakes.c.about == bindparam("about")
)
_SENT_SINCE = (
    select(func.count())
    .select_from(letters)
    .where(
        letters.c.partnership_id == bindparam("partnership"),
        letters.c.accepted_at > bindparam("since"),
        letters.c.let_go.is_(False),
    )
)
_SENT_TO = select(letters.c.accepted_at).where(
    letters.c.case_id == bindparam("case_id"),
    letters.c.recipient == bindparam("to"),
    letters.c.let_go.is_(False),
    letters.c.accepted_at > bindparam("since"),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a partnership's letters has not left, for the desk."""

    held: int
    waiting: int  # the mail server did not take them yet
    refused: int  # of those to nobody on a case: codes, and letters to business support
    oldest: datetime | None  # when the first of those that wait was written


@dataclass(frozen=True, slots=True)
class Held:
    """Letters of one kind about one case, or about none, that wait for business support."""

    reference: str
    purpose: str
    count: int
    since: datetime


def person(case_id: str, recipient: str) -> str:
    """What the brake on one person's letters about one case is called."""
    return f"{case_id}:{recipient}"


def pull(connection: Connection, partnership: str, about: str, now: datetime) -> bool:
    """Hold letters from now on. Says whether the brake was loose before."""
    row = insert_or(brakes).values(partnership_id=partnership, about=about, pulled_at=now)
    anew = row.on_conflict_do_update(
        index_elements=["partnership_id", "about"],
        set_={"pulled_at": now, "released_at": None},
        where=brakes.c.released_at.is_not(None),
    )
    return connection.execute(anew).rowcount == 1


def release(connection: Connection, partnership: str, now: datetime) -> list[str]:
    """Loosen every brake of a partnership. Gives the ids of the letters that go now, in the order of their writing."""
    pulled = (brakes.c.partnership_id == partnership) & brakes.c.released_at.is_(None)
    connection.execute(update(brakes).where(pulled).values(released_at=now))
    held = (letters.c.partnership_id == partnership) & (letters.c.state == "held")
    ids = list(connection.execute(select(letters.c.id).where(held).order_by(letters.c.planned_at)).scalars())
    connection.execute(update(letters).where(held).values(state="planned", next_try_at=now, let_go=True))
    return ids


def hold_to(connection: Connection, partnership: str, case_id: str, recipient: str, now: datetime) -> bool:
    """Whether the brake on one person is pulled, or they have had as many letters about a case as is usual."""
    pulled, released = _brake(connection, partnership, person(case_id, recipient))
    values = {"case_id": case_id, "to": recipient, "since": released or now - MOST_TO_ONE_PERSON[-1][0]}
    sent = () if pulled else tuple(connection.execute(_SENT_TO, values).scalars())
    return pulled or any(sum(at > now - span for at in sent) >= most for span, most in MOST_TO_ONE_PERSON)


def hold_all(connection: Connection, partnership: str, most: int, now: datetime) -> bool:
    """Whether the brake on all letters is pulled, or as many have gone in the last hour as may."""
    pulled, released = _brake(connection, partnership, ALL)
    since = max(now - AN_HOUR, released or now - AN_HOUR)
    return pulled or connection.execute(_SENT_SINCE, {"partnership": partnership, "since": since}).scalar_one() >= most


def standing(connection: Connection, partnership: str, now: datetime) -> Standing:
    """What has not left. A refused letter that belongs to no case is shown for a week."""
    mine = letters.c.partnership_id == partnership
    # Written out, not as parameters: else SQLite does not see that the partial indexes will do.
    tried = mine & literal_column("letters.state = 'planned' AND letters.attempts > 0")
    lost = literal_column("letters.state IN ('refused','bounced')") & letters.c.case_id.is_(None)
    count = select(func.count()).select_from(letters)
    waiting = connection.execute(select(func.count(), func.min(letters.c.planned_at)).where(tried)).one()
    return Standing(
        held=connection.execute(count.where(mine, literal_column("letters.state = 'held'"))).scalar_one(),
        waiting=waiting[0],
        refused=connection.execute(count.where(mine, lost, letters.c.planned_at > now - SEVEN_DAYS)).scalar_one(),
        oldest=waiting[1],
    )


def held(connection: Connection, partnership: str) -> list[Held]:
    """What is held, by case and kind, the longest first."""
    since = func.min(letters.c.planned_at)
    chosen = (letters.c.partnership_id == partnership) & literal_column("letters.state = 'held'")
    found = (
        select(cases.c.reference, letters.c.purpose, func.count(), since)
        .select_from(letters.outerjoin(cases, cases.c.id == letters.c.case_id))
        .where(chosen)
        .group_by(cases.c.reference, letters.c.purpose)
        .order_by(since)
    )
    return [Held(row[0] or "", row[1], row[2], row[3]) for row in connection.execute(found)]


def _brake(connection: Connection, partnership: str, about: str) -> tuple[bool, datetime | None]:
    """Whether a brake is pulled, and when it was last released."""
    row = connection.execute(_BRAKE, {"partnership": partnership, "about": about}).first()
    return (row.released_at is None, row.released_at) if row else (False, None)
