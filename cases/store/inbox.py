"""Mail that came in: kept byte for byte before anything is judged, and where it went."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from cases.store.keyring import Keyring
from cases.tables import messages
from cases.vault import KeyDestroyed

TWO_CONTENTS = "Another message with the same Message-ID and other words came too; both are kept."
_SEEN_AGAIN = (
    update(messages)
    .where(messages.c.mailbox == bindparam("in_mailbox"), messages.c.same_as == bindparam("like"))
    .values(seen=messages.c.seen + 1)
    .returning(messages.c.id)
)
_SAME_ID = select(messages.c.id, messages.c.why).where(
    messages.c.mailbox == bindparam("in_mailbox"), messages.c.id_token == bindparam("like")
)


@dataclass(frozen=True, slots=True)
class Copy:
    """A message as it came. `same_as` is equal for copies of one message that came by different ways.

    `note` is what a person must know about it before anything is judged, in words without personal content.
    """

    raw: bytes
    message_id: str
    same_as: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """A stored message, opened."""

    id: str
    partnership: str
    mailbox: str
    received_at: datetime
    state: str
    why: str
    case_id: str | None
    letter_id: str | None
    same_as: str  # equal for copies of one mail
    raw: bytes
    awaits: str | None = None
    owned_by: str | None = None
    urgent: bool = False  # words of immediate harm were found in it
    follows: str | None = None  # the mail whose sender was asked something, which this one answers

    @property
    def root(self) -> str:
        """The id of the first mail of its thread."""
        return self.follows or self.id


def keep(
    connection: Connection, partnership: str, mailbox: str, copy: Copy, keyring: Keyring, now: datetime
) -> tuple[str, bool]:
    """Store the bytes. Gives the message's id and whether it is new: the same message twice is one, and is counted."""
    tokens = keyring.tokens(connection, now)
    sha256 = hashlib.sha256(copy.raw).hexdigest()
    same_as = tokens.lookup("message", f"{copy.message_id}\0{copy.same_as or sha256}")
    found = connection.execute(_SEEN_AGAIN, {"in_mailbox": mailbox, "like": same_as}).scalar()
    if found:
        return found, False
    new = secrets.token_hex(16)
    subject, key = keyring.tray_key(connection, partnership, now)
    sealed = key.seal_bytes(copy.raw, about=f"mail:{new}")
    id_token = tokens.lookup("message_id", copy.message_id) if copy.message_id else None
    why = copy.note
    if id_token and _flag_others(connection, mailbox, id_token):
        why = f"{why} {TWO_CONTENTS}".strip()
    where = {"id": new, "partnership_id": partnership, "mailbox": mailbox, "received_at": now, "key_subject": subject}
    what = {"same_as": same_as, "id_token": id_token, "sha256": sha256, "why": why or None, "sealed": sealed}
    connection.execute(insert(messages), where | what | {"state": "stored"})
    return new, True


def _flag_others(connection: Connection, mailbox: str, id_token: str) -> bool:
    """Say it of the messages that have the same Message-ID and other content. Whether there are any."""
    others = connection.execute(_SAME_ID, {"in_mailbox": mailbox, "like": id_token}).all()
    for other in others:
        if TWO_CONTENTS not in (other.why or ""):
            why = f"{other.why or ''} {TWO_CONTENTS}".strip()
            connection.execute(update(messages).where(messages.c.id == other.id).values(why=why))
    return bool(others)


def opened(connection: Connection, message_id: str, keyring: Keyring) -> Received:
    row = connection.execute(select(messages).where(messages.c.id == message_id)).one()
    raw = keyring.key(connection, row.key_subject).open_bytes(row.sealed, about=f"mail:{row.id}")
    return Received(
        row.id,
        row.partnership_id,
        row.mailbox,
        row.received_at,
        row.state,
        row.why or "",
        row.case_id,
        row.letter_id,
        row.same_as,
        raw,
        row.awaits,
        row.owned_by,
        row.urgent,
        row.follows,
    )


def readable(connection: Connection, message_id: str, keyring: Keyring) -> Received | None:
    """A message; nothing where its content was erased."""
    try:
        return opened(connection, message_id, keyring)
    except KeyDestroyed:
        return None


def judged(
    connection: Connection,
    message: Received,
    state: str,
    why: str,
    keyring: Keyring,
    case_id: str | None = None,
    letter_id: str | None = None,
    awaits: str | None = None,
) -> None:
    """Where a message went. One that belongs to a case is sealed anew under the case's key."""
    values: dict[str, object] = {"state": state, "why": why, "letter_id": letter_id, "awaits": awaits}
    if case_id:
        sealed = keyring.case_key(connection, case_id).seal_bytes(message.raw, about=f"mail:{message.id}")
        values |= {"case_id": case_id, "key_subject": f"case:{case_id}", "sealed": sealed}
    connection.execute(update(messages).where(messages.c.id == message.id).values(**values))


def waiting(connection: Connection, state: str, partnership: str | None = None) -> list[str]:
    """Ids of the messages in a state ("stored": not judged yet; "tray"), the oldest first."""
    chosen = messages.c.state == state
    if partnership:
        chosen &= messages.c.partnership_id == partnership
    return list(connection.execute(select(messages.c.id).where(chosen).order_by(messages.c.received_at)).scalars())


def owned(connection: Connection, message_id: str, party: str) -> None:
    """The party says that the mail is theirs: it is judged again, as theirs."""
    chosen = messages.c.id == message_id
    connection.execute(update(messages).where(chosen).values(state="stored", awaits=None, owned_by=party))


def replaced(connection: Connection, message_id: str, raw: bytes, keyring: Keyring) -> None:
    """Another copy takes the place of a mail whose party has not said yet whether it is theirs: it is judged again."""
    chosen = (messages.c.id == message_id) & (messages.c.state == "tray") & messages.c.awaits.is_not(None)
    row = connection.execute(select(messages.c.key_subject, messages.c.why).where(chosen)).first()
    if row:
        sealed = keyring.key(connection, row.key_subject).seal_bytes(raw, about=f"mail:{message_id}")
        why = TWO_CONTENTS if TWO_CONTENTS in (row.why or "") else None  # that nobody vouched for it holds no longer
        values = {"state": "stored", "why": why, "awaits": None, "sha256": hashlib.sha256(raw).hexdigest()}
        connection.execute(update(messages).where(chosen).values(**values, sealed=sealed))


def disowned(connection: Connection, message_id: str, why: str) -> None:
    """The party says that the mail is not theirs: it stays in the tray, with the warning."""
    connection.execute(update(messages).where(messages.c.id == message_id).values(awaits=None, why=why))


def awaited(connection: Connection, case_id: str, message_id: str) -> str | None:
    """The party whose word is awaited that this mail is theirs, while it waits."""
    chosen = (messages.c.id == message_id) & (messages.c.case_id == case_id) & (messages.c.state == "tray")
    return connection.execute(select(messages.c.awaits).where(chosen)).scalar()


def in_tray(connection: Connection, partnership: str) -> list[tuple[str, datetime, date | None]]:
    """(id, received at, day of the last reminder) of the mails that wait for a person, the oldest first."""
    chosen = (messages.c.partnership_id == partnership) & (messages.c.state == "tray")
    wanted = select(messages.c.id, messages.c.received_at, messages.c.reminded_on).where(chosen)
    return [
        (row.id, row.received_at, row.reminded_on)
        for row in connection.execute(wanted.order_by(messages.c.received_at))
    ]


def reminded(connection: Connection, ids: list[str], day: date) -> None:
    """Business support was reminded of these mails on this local day."""
    connection.execute(update(messages).where(messages.c.id.in_(ids)).values(reminded_on=day))


def set_urgent(connection: Connection, message_id: str) -> None:
    """Words of immediate harm were found in a mail: it stands before all others."""
    connection.execute(update(messages).where(messages.c.id == message_id).values(urgent=True))


def set_follows(connection: Connection, message_id: str, root: str) -> None:
    """A mail answers what the sender of another one, the first of its thread, was asked."""
    connection.execute(update(messages).where(messages.c.id == message_id).values(follows=root))


def thread(connection: Connection, partnership: str, root: str) -> list[str]:
    """Ids of a thread's mails: the first one, then what its sender answered, the oldest first."""
    chosen = (messages.c.follows == root) & (messages.c.partnership_id == partnership)
    found = select(messages.c.id).where(chosen).order_by(messages.c.received_at)
    return [root, *connection.execute(found).scalars()]
