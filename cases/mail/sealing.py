"""A mail on a confidential case is sealed: it is for the raiser and the named person alone (chscp 1.7).

It is known by the case that it was kept with, by a reference in its subject or words, or by its sender. Once found so,
it says so itself (`messages.sealed_by`), and stays sealed for as long as that case is confidential, wherever it is put.
"""

from datetime import datetime

from sqlalchemy import Connection, select, update

from cases.mail import naming
from cases.store import case_rows, listing
from cases.store.inbox import Received
from cases.store.keyring import Keyring
from cases.tables import messages


class Sealed(Exception):
    """A mail on a confidential case is put to no other case."""


def named_in(connection: Connection, mail: Received) -> list[str]:
    """Ids of the case that a mail was kept with, and of those that its subject names."""
    named = (case_rows.by_reference(connection, mail.partnership, str(each)) for each in naming.in_subject(mail.raw))
    return [each for each in (mail.case_id, *named) if each]


def sealed_by(connection: Connection, mail: Received, keyring: Keyring, now: datetime) -> list[str]:
    """Ids of the confidential cases that a mail is on. Its sender tells it only where it names no case itself."""
    kept = [connection.execute(select(messages.c.sealed_by).where(messages.c.id == mail.id)).scalar()]
    named = named_in(connection, mail)
    words = (case_rows.by_reference(connection, mail.partnership, str(each)) for each in naming.in_words(mail.raw))
    theirs = [] if named else _of_senders(connection, mail, keyring, now)
    found = list(dict.fromkeys(each for each in (*kept, *named, *words, *theirs) if each))
    known = listing.named(connection, found) if found else {}
    return [each for each in found if each in known and known[each].confidential]


def seal(connection: Connection, mail: Received, keyring: Keyring, now: datetime) -> list[str]:
    """Write down on a mail that it is sealed, where it is; nothing that comes after takes that away."""
    found = sealed_by(connection, mail, keyring, now)
    if found:
        unsealed = (messages.c.id == mail.id) & messages.c.sealed_by.is_(None)
        connection.execute(update(messages).where(unsealed).values(sealed_by=found[0]))
    return found


def keep_to_its_case(
    connection: Connection, mail: Received, case_id: str | None, keyring: Keyring, now: datetime
) -> None:
    """Raises Sealed where a mail on a confidential case is to be put to a case that it was not with before."""
    found = seal(connection, mail, keyring, now)
    if found and case_id not in (None, mail.case_id, *found):
        raise Sealed("This mail is on a confidential case, and can be put to no other.")


def is_confidential(connection: Connection, case_id: str | None) -> bool:
    """Whether what belongs to this case may be told of nowhere else."""
    return any(each.confidential for each in listing.named(connection, [case_id] if case_id else []).values())


def _of_senders(connection: Connection, mail: Received, keyring: Keyring, now: datetime) -> list[str]:
    tokens = keyring.tokens(connection, now)
    whose = [tokens.lookup("sender", email) for email in naming.senders(mail.raw)]
    return listing.confidential_of(connection, mail.partnership, whose)
