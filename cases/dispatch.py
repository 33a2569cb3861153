"""The verbs of letters going out, one transaction each: claimed, handed over, and what became of them."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from cases.case import BUSINESS_SUPPORT, Case
from cases.casework import Casework
from cases.store import case_rows, outbox
from cases.verbs import posted
from cases.verbs.decision import Decision, Moment

REPEAT_AFTER = timedelta(minutes=15)
DELAYED_AFTER = timedelta(hours=4)


class Dispatch:
    def __init__(self, casework: Casework) -> None:
        self.casework = casework
        self.database = casework.database
        self.keyring = casework.keyring

    def claim(self, letter_id: str, now: datetime) -> outbox.Stored | None:
        """Take a letter for sending; nothing when another sender has it or its case has moved on."""
        with self.database.write() as connection:
            if outbox.claim(connection, letter_id, now) is None:
                return None
            letter = outbox.opened(connection, letter_id, self.keyring)
            if letter.state == "planned" and not self._still_wanted(connection, letter):
                self._posted(connection, letter, "withheld", "withheld", now)
                return None
            return letter

    def addressing(self, letter: outbox.Stored, now: datetime) -> tuple[outbox.Addressing, str | None]:
        """The letter's tokens and its place in the conversation, and the token of its reader's private link."""
        with self.database.read() as connection:
            found = outbox.addressing(connection, letter, self.keyring, now)
            if not letter.case_id or letter.to == BUSINESS_SUPPORT:
                return found, None
            return found, case_rows.status_token(self.keyring.secret(connection, now), letter.case_id, letter.to)

    def due(self, now: datetime, limit: int) -> list[str]:
        """Ids of the letters that wait to be sent, urgent ones first."""
        with self.database.read() as connection:
            return outbox.due(connection, now, limit)

    def handing_over(self, letter: outbox.Stored, message: bytes, now: datetime) -> bool:
        """The bytes are fixed, from now on the letter may have gone. Says no where another sender has taken it over."""
        with self.database.write() as connection:
            return outbox.handing_over(connection, letter, message, self.keyring, now)

    def accepted(self, letter: outbox.Stored, now: datetime) -> None:
        with self.database.write() as connection:
            self._posted(connection, letter, "accepted", "accepted", now, accepted_at=now)

    def refused(self, letter: outbox.Stored, now: datetime) -> None:
        """The mail server will not take it, for good."""
        with self.database.write() as connection:
            self._posted(connection, letter, "refused", "refused", now)

    def unavailable(self, letter: outbox.Stored, again: datetime, now: datetime) -> None:
        """The mail server was not there; the letter has certainly not gone, and is tried again. Late is said once."""
        with self.database.write() as connection:
            held = outbox.mark(connection, letter.id, letter.fence, "planned", now, next_try_at=again)
            late = now - letter.planned_at >= DELAYED_AFTER
            known = case_rows.has_task(connection, letter.case_id or "", posted.delayed_key(letter.id))
            if held and late and not known:
                became(self.casework, connection, letter, "delayed", now)

    def uncertain(self, letter: outbox.Stored, now: datetime) -> None:
        """The letter may have gone: repeated once, marked, under the same Message-ID; after that a person decides."""
        with self.database.write() as connection:
            if letter.repeated or letter.state == "uncertain":  # as it was claimed: this was the one repeat
                self._posted(connection, letter, "lost", "refused", now)
            else:
                self._posted(connection, letter, "uncertain", "uncertain", now, next_try_at=now + REPEAT_AFTER)

    def repeating(self, letter: outbox.Stored, now: datetime) -> bool:
        """The one marked repeat of an uncertain letter is about to go. Says no where another sender has taken it."""
        with self.database.write() as connection:
            return self._posted(connection, letter, "repeated", "handing over", now, repeated=True)

    def _posted(
        self, connection: Connection, letter: outbox.Stored, what: str, state: str, now: datetime, **values: object
    ) -> bool:
        held = outbox.mark(connection, letter.id, letter.fence, state, now, **values)
        if held:
            became(self.casework, connection, letter, what, now)
        return held

    def _still_wanted(self, connection: Connection, letter: outbox.Stored) -> bool:
        """Is the case still in the state that wanted this letter?"""
        if not letter.wanted or not letter.case_id:
            return True
        case = case_rows.load(connection, letter.case_id, self.keyring)
        kind, _, key = letter.wanted.partition(":")
        return case.stage_row(key).running if kind == "stage" else case.clock(key).state == "running"


def became(
    casework: Casework, connection: Connection, letter: outbox.Stored, what: str, now: datetime, mail: str = ""
) -> None:
    """What became of a letter enters the record of its case; a letter without a case has none."""
    if not letter.case_id:
        return
    case = case_rows.load(connection, letter.case_id, casework.keyring)

    def verb(case: Case, moment: Moment) -> Decision:
        return posted.posted(
            case,
            letter.purpose,
            letter.to,
            what,
            moment,
            tells=letter.tells,
            shares=letter.shares,
            letter=letter.id,
            mail=mail,
        )

    casework.apply(connection, case, now, verb)
