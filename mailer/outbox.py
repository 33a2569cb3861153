"""Drains the outbox: claim a letter, render it once, hand it over, and record what became of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from cases.dispatch import Dispatch
from cases.reference import reply_address
from cases.store.database import DatabaseUnavailable
from cases.store.outbox import Stored
from mailer.errors import Refused, Unavailable, Uncertain
from mailer.guard import Guard
from mailer.letters import Enclosure, Frame, Letters
from mailer.transports.transport import Envelope, Transport

log = structlog.get_logger()

ECHOES = ("echo", "received", "confirm", "code", "too_late", "unclear")
LONGEST_WAIT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Sender:
    """Whom a partnership's letters come from, and the mailbox that answers go to."""

    name: str
    inbox: str


class Outbox:
    def __init__(
        self,
        dispatch: Dispatch,
        letters: Letters,
        transport: Transport,
        guard: Guard,
        senders: Mapping[str, Sender],
        base_url: str,
        record: Callable[[str], str],
    ) -> None:
        """`record` gives the written log of a case as text, for the letters that enclose it."""
        self._dispatch = dispatch
        self._letters = letters
        self._transport = transport
        self._guard = guard
        self._senders = senders
        self._base_url = base_url.rstrip("/")
        self._record = record

    def drain(self, now: datetime, limit: int = 100) -> int:
        """Send what is due, urgent letters first. One letter's trouble never holds up the others."""
        due = self._dispatch.due(now, limit)
        for letter_id in due:
            try:
                self.send(letter_id, now)
            except Exception as error:  # its claim runs out in a while, and it is looked at again
                log.error("a letter could not be sent", letter=letter_id, error=type(error).__name__)
        return len(due)

    def send(self, letter_id: str, now: datetime) -> None:
        letter = self._dispatch.claim(letter_id, now)
        if letter is None:
            return
        if letter.state == "handing over":  # whoever held it stopped before it could say what became of it
            self._dispatch.uncertain(letter, now)
            return
        message = letter.message or self._rendered(letter, now)
        if message:
            self._hand_over(letter, message, now)

    def _rendered(self, letter: Stored, now: datetime) -> bytes | None:
        try:
            self._guard.check(letter.email)
            frame, enclosed = self._frame(letter, now), self._enclosed(letter)
            return self._letters.render(
                letter.purpose, letter.values, letter.offers, letter.name, letter.email, frame, enclosed
            )
        except DatabaseUnavailable:  # not the letter's own trouble: its claim runs out, and it is tried again
            raise
        except Exception as error:  # whatever is wrong with a letter, a second try would meet it again
            self._refused(letter, error, now)
            return None

    def _hand_over(self, letter: Stored, message: bytes, now: datetime) -> None:
        """Between the first commit here and the last the letter may have gone: a crash leaves it uncertain."""
        if not self._holds(letter, message, now):
            log.warning("a letter was taken over by another sender", letter=letter.id)
            return
        try:
            self._transport.send(Envelope(self._senders[letter.partnership].inbox, letter.email), message)
        except Refused as error:
            self._refused(letter, error, now)
        except Unavailable:
            self._dispatch.unavailable(letter, now + _wait(letter.attempts), now)
        except Uncertain:
            self._dispatch.uncertain(letter, now)
        else:
            self._dispatch.accepted(letter, now)

    def _holds(self, letter: Stored, message: bytes, now: datetime) -> bool:
        """Write down that the letter is about to go. Says no where another sender has taken it over meanwhile."""
        if letter.state == "uncertain":
            return self._dispatch.repeating(letter, now)
        return self._dispatch.handing_over(letter, message, now)

    def _refused(self, letter: Stored, error: Exception, now: datetime) -> None:
        """On a case business support is told; a letter without a case, such as a code, shows in the log alone."""
        log.error("a letter was refused", letter=letter.id, purpose=letter.purpose, error=type(error).__name__)
        self._dispatch.refused(letter, now)

    def _enclosed(self, letter: Stored) -> Enclosure | None:
        """The record so far, with a referral (2.14 of chscp)."""
        if not letter.case_id or not letter.values.get("encloses_record"):
            return None
        return Enclosure(f"record-{letter.values['reference']}.txt", self._record(letter.case_id))

    def _frame(self, letter: Stored, now: datetime) -> Frame:
        sender = self._senders[letter.partnership]
        addressing, status = self._dispatch.addressing(letter, now)
        echo = letter.purpose in ECHOES
        return Frame(
            message_id=letter.message_id,
            sender_name=sender.name,
            sender=sender.inbox,
            reply_to=reply_address(sender.inbox, addressing.reply_token),
            token=addressing.reply_token,
            page_url=f"{self._base_url}/l/{addressing.page_token}",
            status_url=f"{self._base_url}/s/{status}" if status else None,
            date=now,
            references=addressing.earlier,
            automatic="auto-replied" if echo else "auto-generated",
            suppress="All" if echo else "DR, RN, NRN",
            loop_mark=letter.message_id.strip("<>"),
        )


def _wait(attempts: int) -> timedelta:
    """Twice as long after each failure, an hour at most."""
    return min(timedelta(minutes=2 ** min(attempts, 6)), LONGEST_WAIT)
