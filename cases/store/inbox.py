"""Mail that came in: kept byte for byte before anything is judged, and where it went."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from cases.store.keyring import Keyring
from cases.tables import messages


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
    raw: bytes


def keep(
    connection: Connection, partnership: str, mailbox: str, raw: bytes, message_id: str, keyring: Keyring, now: datetime
) -> tuple[str, bool]:
    """Store the bytes. Gives the message's id and whether it is new: the same message twice is one, and is counted."""
    sha256 = hashlib.sha256(raw).hexdigest()
    same_as = keyring.tokens(connection, now).lookup("message", f"{message_id}\0{sha256}")
    known = (messages.c.mailbox == mailbox) & (messages.c.same_as == same_as)
    again = update(messages).where(known).values(seen=messages.c.seen + 1).returning(messages.c.id)
    found = connection.execute(again).scalar()
    if found:
        return found, False
    new = secrets.token_hex(16)
    subject, key = keyring.tray_key(connection, partnership, now)
    sealed = key.seal_bytes(raw, about=f"mail:{new}")
    where = {"id": new, "partnership_id": partnership, "mailbox": mailbox, "received_at": now, "key_subject": subject}
    connection.execute(insert(messages).values(**where, same_as=same_as, sha256=sha256, state="stored", sealed=sealed))
    return new, True


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
        raw,
    )


def judged(
    connection: Connection,
    message: Received,
    state: str,
    why: str,
    keyring: Keyring,
    case_id: str | None = None,
    letter_id: str | None = None,
) -> None:
    """Where a message went. One that belongs to a case is sealed anew under the case's key."""
    values: dict[str, object] = {"state": state, "why": why, "letter_id": letter_id}
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
