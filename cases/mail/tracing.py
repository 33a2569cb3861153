"""Which letters of ours a mail leads to (mail rules, "Which case"). A trace routes; it never authorises."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from cases.case import BUSINESS_SUPPORT
from cases.store import case_rows, contacts, outbox
from cases.store.keyring import Keyring
from cases.store.outbox import Stored
from cases.tables import cases, parties
from cases.vault import KeyDestroyed

RAISER = "p1"


@dataclass(frozen=True, slots=True)
class Clues:
    """What in a mail may lead to a letter of ours."""

    sender: str
    recipient_tokens: tuple[str, ...]
    references: tuple[str, ...]
    body_tokens: tuple[str, ...]
    body_message_ids: tuple[str, ...]
    subject_references: tuple[str, ...]


def letters_found(connection: Connection, clues: Clues, keyring: Keyring, now: datetime) -> list[tuple[str, str]]:
    """(way, letter id) of the letters that the clues lead to, the surest way first."""
    return [
        *(("recipient", each) for each in outbox.by_tokens(connection, clues.recipient_tokens)),
        *(("reference", each) for each in outbox.by_message_ids(connection, clues.references)),
        *(("body", each) for each in outbox.by_tokens(connection, clues.body_tokens)),
        *(("body", each) for each in outbox.by_message_ids(connection, clues.body_message_ids)),
        *(("subject", each) for each in _by_subject(connection, clues, keyring, now)),
    ]


def answers_for(
    connection: Connection, letter: Stored, sender: str, keyring: Keyring, now: datetime
) -> tuple[bool, bool]:
    """Whether what this address answers to a letter counts as the answer of the party that it went to, and whether it
    is not the party's own address.

    The party is whoever acts now: somebody who held the role before does not count. While a delegate acts the holder
    counts too, and a registered delegate always; on a confidential case, and for the raiser, nobody but themselves.
    """
    if letter.to == BUSINESS_SUPPORT or not letter.case_id:
        return letter.email.lower() == sender.lower(), False
    chosen = (parties.c.case_id == letter.case_id) & (parties.c.key == letter.to)
    wanted = select(parties.c.address_token, parties.c.holder_token, cases.c.confidential)
    row = connection.execute(wanted.join(cases, cases.c.id == parties.c.case_id).where(chosen)).one()
    tokens = keyring.tokens(connection, now)
    if tokens.lookup("sender", sender) == row.address_token:
        return True, False
    if row.confidential or letter.to == RAISER:
        return False, False
    whom = (sender, *contacts.acted_for_by(connection, letter.partnership, sender))
    found = {tokens.lookup("sender", each) for each in whom}
    return bool(found & {row.address_token, row.holder_token}), True


def survivor(connection: Connection, case_id: str, keyring: Keyring) -> tuple[str, str] | None:
    """The (id, reference) of the case that goes on, where this one was merged, step by step, as far as its content
    stands; else nothing."""
    found = None
    while following := _merged_into(connection, found[0] if found else case_id, keyring):
        found = following
    return found


def _merged_into(connection: Connection, case_id: str, keyring: Keyring) -> tuple[str, str] | None:
    """The case into which a closed one was merged; nothing where that was erased: nobody could read a mail there."""
    if connection.execute(select(cases.c.status).where(cases.c.id == case_id)).scalar() != "closed":
        return None
    reference = case_rows.load(connection, case_id, keyring).merged_into
    following = case_rows.named(connection, reference) if reference else None
    if not following:
        return None
    try:
        keyring.case_key(connection, following)
    except KeyDestroyed:
        return None
    return following, reference


def _by_subject(connection: Connection, clues: Clues, keyring: Keyring, now: datetime) -> list[str]:
    """The last letters that this sender had about the cases that the subject names."""
    named = [case_rows.named(connection, reference) for reference in clues.subject_references]
    whose = keyring.tokens(connection, now).lookup("sender", clues.sender)
    latest = [outbox.latest_to(connection, case_id, whose) for case_id in named if case_id]
    return [letter_id for letter_id in latest if letter_id]
