"""Six-digit codes that show whose mailbox it is, and the devices that are remembered for 30 days."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from cases import reference
from cases.store.keyring import Keyring
from cases.tables import codes, devices

CODE_MINUTES = 30
CODE_TRIES = 5
DEVICE_DAYS = 30


def new_code(
    connection: Connection,
    partnership: str,
    subject: str,
    keyring: Keyring,
    now: datetime,
    hours: float = CODE_MINUTES / 60,
) -> str:
    """A fresh code for a subject; the one before it no longer counts."""
    code = reference.new_code(secrets.randbits)
    connection.execute(delete(codes).where(codes.c.subject == subject))
    kept = reference.code_hash(keyring.secret(connection, now), subject, code)
    until = now + timedelta(hours=hours)
    row = {"subject": subject, "partnership_id": partnership, "hash": kept, "expires_at": until}
    connection.execute(insert(codes), row)
    return code


def use_code(connection: Connection, subject: str, typed: str, keyring: Keyring, now: datetime) -> bool:
    """Whether the code is right, not too old and not tried too often. Each try counts; a right one is used up."""
    tried = update(codes).where(codes.c.subject == subject).values(tries=codes.c.tries + 1)
    row = connection.execute(tried.returning(codes.c.hash, codes.c.tries, codes.c.expires_at)).first()
    if row is None or row.tries > CODE_TRIES or row.expires_at <= now:
        return False
    if not reference.code_matches(keyring.secret(connection, now), subject, typed, row.hash):
        return False
    connection.execute(delete(codes).where(codes.c.subject == subject))
    return True


def is_first(connection: Connection, partnership: str, subject: str, now: datetime) -> bool:
    """Whether a form's one-time mark is used for the first time; that uses it up."""
    until = now + timedelta(days=DEVICE_DAYS)
    row = insert_or(codes).values(subject=subject, partnership_id=partnership, hash="", expires_at=until)
    return connection.execute(row.on_conflict_do_nothing()).rowcount == 1


def remember(connection: Connection, partnership: str, email: str, keyring: Keyring, now: datetime) -> str:
    """Remember a device on which somebody showed that this mailbox is theirs. Gives the cookie's value."""
    value = secrets.token_hex(16)
    whose = keyring.tokens(connection, now).lookup("sender", email)
    until = now + timedelta(days=DEVICE_DAYS)
    connection.execute(
        insert(devices).values(
            hash=reference.token_hash(value), partnership_id=partnership, address_token=whose, expires_at=until
        )
    )
    return value


def is_remembered(
    connection: Connection, partnership: str, email: str, value: str, keyring: Keyring, now: datetime
) -> bool:
    """Whether this device belongs to this mailbox."""
    whose = keyring.tokens(connection, now).lookup("sender", email)
    chosen = (devices.c.hash == reference.token_hash(value)) & (devices.c.partnership_id == partnership)
    found = select(devices.c.expires_at).where(chosen, devices.c.address_token == whose)
    until = connection.execute(found).scalar()
    return until is not None and until > now
