"""The outbox: letters written with the decision that wants them, handed over by one sender, and what became of each."""

import secrets
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Connection, Row, and_, bindparam, func, insert, or_, select, update

from cases import reference
from cases.store.keyring import Keyring
from cases.tables import cases, letters, parties
from cases.vault import KeyDestroyed
from cases.verbs.decision import Letter, Offer

LEASE = timedelta(minutes=15)
OPEN_STATES = ("planned", "handing over", "uncertain")
MAY_HAVE_GONE = ("handing over", "uncertain", "accepted")

# Built once: putting a statement together takes longer than running it.
# Written out, not as parameters: else SQLite does not see that the index of the letters to send will do.
_IS_OPEN = letters.c.state.in_(bindparam("open", OPEN_STATES, expanding=True, literal_execute=True))
_IS_DUE = and_(
    _IS_OPEN,
    letters.c.next_try_at <= bindparam("now"),
    or_(letters.c.lease_until.is_(None), letters.c.lease_until <= bindparam("now")),
)
_DUE = (
    select(letters.c.id)
    .where(_IS_DUE)
    .order_by(letters.c.urgent.desc(), letters.c.next_try_at)
    .limit(bindparam("most"))
)
_TRIAL = select(cases.c.trial).where(cases.c.id == bindparam("id"))
_LETTER = select(letters).where(letters.c.id == bindparam("id"))
_DUE_LETTER = _LETTER.where(_IS_DUE)
_FENCE = select(letters.c.fence).where(letters.c.id == bindparam("id"))
_UNDER_FENCE = update(letters).where(letters.c.id == bindparam("chosen"), letters.c.fence == bindparam("seen"))
_EARLIER = (
    select(letters.c.message_id)
    .where(
        letters.c.case_id == bindparam("case_id"),
        letters.c.recipient == bindparam("to"),
        letters.c.accepted_at.is_not(None),
        letters.c.id != bindparam("id"),
    )
    .order_by(letters.c.accepted_at)
)


@dataclass(frozen=True, slots=True)
class Stored:
    """A letter as the outbox holds it, opened."""

    id: str
    partnership: str
    case_id: str | None
    purpose: str
    about: str
    to: str
    state: str
    attempts: int
    repeated: bool
    let_go: bool  # by a person, after it was held
    fence: int  # how often its row has been written; whoever saw an older one writes no more
    urgent: bool
    trial: bool  # written in a trial, or about a case of one
    wanted: str | None
    tells: bool
    shares: bool
    message_id: str
    key_subject: str
    planned_at: datetime
    name: str
    email: str
    values: dict[str, Any]
    offers: tuple[Offer, ...]
    message: bytes | None  # as handed over


class Office(Protocol):
    """The partnership that a letter comes from, as this installation runs it."""

    @property
    def key(self) -> str: ...
    @property
    def reply_domain(self) -> str: ...
    @property
    def in_trial(self) -> bool: ...


def plan(
    connection: Connection,
    office: Office,
    case_id: str | None,
    letter: Letter,
    keyring: Keyring,
    now: datetime,
    of_trial: bool = False,
) -> str:
    """Put a letter in the outbox, with the decision that wants it. Its Message-ID is fixed from birth.

    It belongs to a trial where one runs, and where its case was raised in one; `of_trial` says the latter of a letter
    that is kept outside its case.
    """
    partnership = office.key
    raised_so = case_id and connection.execute(_TRIAL, {"id": case_id}).scalar()
    letter_id = secrets.token_hex(16)
    subject, key = (
        (f"case:{case_id}", keyring.case_key(connection, case_id))
        if case_id
        else keyring.tray_key(connection, partnership, now)
    )
    reply, page = tokens_of(keyring.secret(connection, now), letter_id)
    sealed: Any = {
        "name": letter.name,
        "email": letter.email,
        "values": dict(letter.values),
        "offers": [asdict(offer) for offer in letter.offers],
    }
    row = {
        "id": letter_id,
        "partnership_id": partnership,
        "case_id": case_id,
        "subject": case_id or letter.about,
        "purpose": letter.purpose,
        "about": letter.about,
        "rung": letter.rung,
        "recipient": letter.to,
        "revision": letter.revision,
        "state": "planned",
        "urgent": letter.urgent,
        "wanted": letter.wanted,
        "tells": letter.tells,
        "shares": letter.shares,
        "planned_at": now,
        "repeated": False,
        "trial": bool(office.in_trial or raised_so or of_trial),
        "next_try_at": now,
        "message_id": reference.message_id(secrets.token_hex(16), office.reply_domain),
        "token_hash": reference.token_hash(reply),
        "page_hash": reference.token_hash(page),
        "key_subject": subject,
        "sealed": key.seal(sealed, about=f"letter:{letter_id}"),
    }
    connection.execute(insert(letters), row)
    return letter_id


def tokens_of(secret: bytes, letter_id: str) -> tuple[str, str]:
    """The letter's reply token and page token: made from its id, so that only their hashes are stored."""
    return reference.token(secret, "reply", letter_id), reference.token(secret, "page", letter_id)


def due(connection: Connection, now: datetime, limit: int) -> list[str]:
    """Ids of the letters that wait to be sent, urgent ones first; one that another sender hands over is not due."""
    return list(connection.execute(_DUE, {"now": now, "most": limit}).scalars())


def if_due(connection: Connection, letter_id: str, keyring: Keyring, now: datetime) -> Stored | None:
    """One letter, where it waits to be sent."""
    row = connection.execute(_DUE_LETTER, {"id": letter_id, "now": now}).first()
    return _opened(connection, row, keyring) if row else None


def stands(connection: Connection, letter: Stored) -> bool:
    """Whether nobody has written to a letter's row since it was read."""
    return connection.execute(_FENCE, {"id": letter.id}).scalar() == letter.fence


def handing_over(connection: Connection, letter: Stored, message: bytes, keyring: Keyring, now: datetime) -> Stored:
    """The bytes are fixed and stored before the first hand-over; a retry sends these bytes. For one that stands."""
    sealed = keyring.key(connection, letter.key_subject).seal_bytes(message, about=f"message:{letter.id}")
    mark(connection, letter, "handing over", now, message=sealed, attempts=letter.attempts + 1)
    return in_hand(letter)


def in_hand(letter: Stored) -> Stored:
    """The letter as its one holder knows it, once its hand-over has been written down."""
    return replace(letter, state="handing over", fence=letter.fence + 1)


def mark(connection: Connection, letter: Stored, state: str, now: datetime, **values: Any) -> bool:
    """Set a letter's state. Says no where another has written to it since it was read: each writing moves the fence."""
    lease = now + LEASE if state == "handing over" else None
    values |= {"lost_at": now} if state == "refused" else {}
    row = {"chosen": letter.id, "seen": letter.fence, "fence": letter.fence + 1, "state": state, "lease_until": lease}
    return connection.execute(_UNDER_FENCE, row | values).rowcount == 1


def set_aside(connection: Connection, letter_id: str, now: datetime) -> None:
    """A letter that could not even be opened is not due for a while; one in the midst of a hand-over stays so."""
    chosen = (letters.c.id == letter_id) & letters.c.state.in_(("planned", "uncertain"))
    connection.execute(update(letters).where(chosen).values(next_try_at=now + LEASE, lease_until=None))


def bounced(connection: Connection, letter_id: str, now: datetime) -> bool:
    """A letter that may have gone came back for good: whoever still holds it is fenced off. Says no to any other."""
    chosen = (letters.c.id == letter_id) & letters.c.state.in_(MAY_HAVE_GONE)
    values = {"state": "bounced", "lost_at": now, "lease_until": None, "fence": letters.c.fence + 1}
    return connection.execute(update(letters).where(chosen).values(**values)).rowcount == 1


def opened(connection: Connection, letter_id: str, keyring: Keyring) -> Stored:
    return _opened(connection, connection.execute(_LETTER, {"id": letter_id}).one(), keyring)


def readable(connection: Connection, letter_id: str, keyring: Keyring) -> Stored | None:
    """A letter; nothing where its case was erased."""
    try:
        return opened(connection, letter_id, keyring)
    except KeyDestroyed:
        return None


def by_token(connection: Connection, column: str, token: str) -> str | None:
    """The id of the letter with this reply or page token."""
    chosen = letters.c[column] == reference.token_hash(token)
    return connection.execute(select(letters.c.id).where(chosen)).scalar()


def by_tokens(connection: Connection, tokens: tuple[str, ...]) -> list[str]:
    """The ids of the letters with these reply tokens."""
    found = (by_token(connection, "token_hash", token) for token in tokens)
    return [letter_id for letter_id in found if letter_id]


def asks_about(connection: Connection, letter_id: str, partnership: str) -> str | None:
    """The mail that a letter asks the sender of something about; nothing for any other letter."""
    mine = (letters.c.partnership_id == partnership) & (letters.c.purpose == "ask_sender")
    about = connection.execute(select(letters.c.about).where(letters.c.id == letter_id, mine)).scalar()
    return about.removeprefix("mail:") if about else None


def latest_to(connection: Connection, case_id: str, address_token: str) -> str | None:
    """The id of the last letter about a case that went to somebody with this address."""
    whose = (parties.c.case_id == letters.c.case_id) & (parties.c.key == letters.c.recipient)
    mine = (
        select(letters.c.id)
        .join(parties, whose)
        .where(letters.c.case_id == case_id, parties.c.address_token == address_token)
    )
    return connection.execute(mine.order_by(letters.c.planned_at.desc()).limit(1)).scalar()


def by_message_ids(connection: Connection, message_ids: tuple[str, ...]) -> list[str]:
    """The letters that a mail refers to, in the order in which it names them."""
    chosen = select(letters.c.message_id, letters.c.id).where(letters.c.message_id.in_(message_ids))
    found = {row.message_id: row.id for row in connection.execute(chosen)}
    return [found[each] for each in message_ids if each in found]


@dataclass(frozen=True, slots=True)
class Addressing:
    """What ties a letter to its case wherever it travels, and the letters that the person had before it."""

    reply_token: str
    page_token: str
    earlier: tuple[str, ...]


def addressing(connection: Connection, letter: Stored, keyring: Keyring, now: datetime) -> Addressing:
    reply, page = tokens_of(keyring.secret(connection, now), letter.id)
    return Addressing(reply, page, earlier(connection, letter))


def earlier(connection: Connection, letter: Stored) -> tuple[str, ...]:
    """Message-IDs of the letters that this person had about this case before, so that it is one conversation."""
    if not letter.case_id:
        return ()
    values = {"case_id": letter.case_id, "to": letter.to, "id": letter.id}
    return tuple(connection.execute(_EARLIER, values).scalars())


def of_case(connection: Connection, case_id: str, keyring: Keyring) -> list[Stored]:
    rows = connection.execute(select(letters).where(letters.c.case_id == case_id).order_by(letters.c.planned_at)).all()
    return [_opened(connection, row, keyring) for row in rows]


def next_try(connection: Connection) -> datetime | None:
    """When the next waiting letter is to be tried."""
    soonest = func.coalesce(letters.c.lease_until, letters.c.next_try_at)
    return connection.execute(select(func.min(soonest)).where(_IS_OPEN)).scalar()


def _opened(connection: Connection, row: Row[Any], keyring: Keyring) -> Stored:
    key = keyring.key(connection, row.key_subject)
    sealed: Any = key.open(row.sealed, about=f"letter:{row.id}")
    message = key.open_bytes(row.message, about=f"message:{row.id}") if row.message else None
    offers = tuple(Offer(**offer | {"needs": tuple(offer["needs"])}) for offer in sealed["offers"])
    return Stored(
        id=row.id,
        partnership=row.partnership_id,
        case_id=row.case_id,
        purpose=row.purpose,
        about=row.about,
        to=row.recipient,
        state=row.state,
        attempts=row.attempts,
        repeated=row.repeated,
        let_go=row.let_go,
        fence=row.fence,
        urgent=row.urgent,
        trial=row.trial,
        wanted=row.wanted,
        tells=row.tells,
        shares=row.shares,
        message_id=row.message_id,
        key_subject=row.key_subject,
        planned_at=row.planned_at,
        name=sealed["name"],
        email=sealed["email"],
        values=sealed["values"],
        offers=offers,
        message=message,
    )
