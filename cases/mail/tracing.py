"""Which letters of ours a mail leads to (mail rules, "Which case"). A trace routes; it never authorises."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from cases.store import case_rows, outbox
from cases.store.keyring import Keyring


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


def _by_subject(connection: Connection, clues: Clues, keyring: Keyring, now: datetime) -> list[str]:
    """The last letters that this sender had about the cases that the subject names."""
    named = [case_rows.named(connection, reference) for reference in clues.subject_references]
    whose = keyring.tokens(connection, now).lookup("sender", clues.sender)
    latest = [outbox.latest_to(connection, case_id, whose) for case_id in named if case_id]
    return [letter_id for letter_id in latest if letter_id]
