"""A letter as the desk may see it: as it was handed over or will go, without the keys that it brings to its reader.

A letter holds what opens its reader's page: links, a reply mark, at times a code. Whoever sees it at the desk must not
be able to answer in its reader's name, so these are left out.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from sqlalchemy import Connection, select

from cases.casework import Casework
from cases.preview import Draw, Drawn
from cases.store import case_rows, listing, outbox
from cases.store.outbox import Stored
from cases.tables import letters
from cases.vault import KeyDestroyed
from cases.verbs.decision import Letter

KEYS = ("code", "sign_in")  # letters that are nothing but a key
LEFT_OUT = "(left out here)"


@dataclass(frozen=True, slots=True)
class Shown:
    """A letter with the case that it belongs to. `drawn` is empty for one that is not to be seen."""

    letter: Stored
    case_id: str
    reference: str
    confidential: bool
    drawn: Drawn | None
    sent: bool  # these are the very words that were handed over


class SentLetters:
    def __init__(self, casework: Casework, draw: Draw) -> None:
        self._database = casework.database
        self._keyring = casework.keyring
        self._draw = draw

    def one(self, partnership: str, letter_id: str, now: datetime) -> Shown | None:
        """A letter of this partnership; nothing where there is none, or its content was erased."""
        with self._database.read() as connection:
            letter = self._letter(connection, partnership, letter_id)
            if letter is None:
                return None
            case = listing.named(connection, [letter.case_id]).get(letter.case_id) if letter.case_id else None
            hidden = letter.purpose in KEYS or (case is not None and case.confidential)
            drawn = None if hidden else _without(self._secrets(connection, letter, now), self._drawn(letter))
        reference = case.reference if case else ""
        confidential = case is not None and case.confidential
        return Shown(letter, letter.case_id or "", reference, confidential, drawn, letter.message is not None)

    def _letter(self, connection: Connection, partnership: str, letter_id: str) -> Stored | None:
        mine = (letters.c.id == letter_id) & (letters.c.partnership_id == partnership)
        if connection.execute(select(letters.c.id).where(mine)).scalar() is None:
            return None
        try:
            return outbox.opened(connection, letter_id, self._keyring)
        except KeyDestroyed:
            return None

    def _drawn(self, letter: Stored) -> Drawn:
        return _as_sent(letter.message) if letter.message else self._draw(letter.partnership, _to_be_sent(letter))

    def _secrets(self, connection: Connection, letter: Stored, now: datetime) -> list[str]:
        secret = self._keyring.secret(connection, now)
        status = case_rows.status_token(secret, letter.case_id, letter.to) if letter.case_id else ""
        return [*outbox.tokens_of(secret, letter.id), status, str(letter.values.get("code") or "")]


def _to_be_sent(letter: Stored) -> Letter:
    return Letter(
        letter.purpose,
        letter.to,
        letter.name,
        letter.email,
        letter.about,
        letter.values,
        letter.offers,
        urgent=letter.urgent,
    )


def _as_sent(message: bytes) -> Drawn:
    """The parts of a letter of ours, from the bytes that were handed over."""
    found = message_from_bytes(message, policy=default)
    assert isinstance(found, EmailMessage)
    return Drawn(str(found["Subject"]), _body(found, "plain"), _body(found, "html"))


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part else ""


def _without(secrets: Iterable[str], drawn: Drawn) -> Drawn:
    known = [re.escape(each) for each in secrets if each]
    hide = re.compile("|".join(known), re.IGNORECASE)
    return Drawn(*(hide.sub(LEFT_OUT, each) for each in (drawn.subject, drawn.text, drawn.html)))
