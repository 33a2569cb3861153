"""Drains the outbox: look at a letter, render it once, hand it over, and record what became of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from cases.mail.dispatch import Dispatch, Due
from cases.reference import bounce_address, reply_address
from cases.store.database import DatabaseUnavailable
from cases.store.outbox import Stored
from mailer.errors import Misconfigured, Refused, Unavailable, Uncertain, Unreachable
from mailer.guard import Guard
from mailer.letters import Enclosure, Frame, Letters
from mailer.transports.transport import Envelope, Transport

log = structlog.get_logger()

ECHOES = (  # answers to what somebody did
    "acknowledged",
    "added",
    "code",
    "confirm",
    "confirm_raised",
    "confirm_sender",
    "echo",
    "proposed",
    "received",
    "sign_in",
    "too_late",
    "unclear",
)
DIGEST = "digest"
LONGEST_WAIT = timedelta(hours=1)
LONGEST_URGENT_WAIT = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Sender:
    """Whom a partnership's letters come from, and the mailbox that answers go to.

    `plus` says whether mail to that mailbox with a mark after a plus arrives. Without it the mark travels in the
    Message-ID and the body, and the case's reference in the subject.
    """

    name: str
    inbox: str
    plus: bool = True

    def reply_to(self, token: str) -> str:
        return reply_address(self.inbox, token) if self.plus else self.inbox

    def bounces(self, token: str) -> str:
        """The envelope sender. Never empty: closing depends on the bounces of acknowledgements too (decisions)."""
        return bounce_address(self.inbox, token) if self.plus else self.inbox


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
        """Send what is due, urgent letters first. One letter's trouble never holds up the others.

        Where the mail server cannot be used, or its answer was lost, the rest waits for the next round: each try may
        take minutes, and an urgent letter may have been written meanwhile.
        """
        due = self._dispatch.due(now, limit)
        for letter_id in due:
            try:
                self.send(letter_id, now)
            except (Unreachable, Uncertain):
                break
            except Exception as error:  # looked at again in a while
                log.error("a letter could not be sent", letter=letter_id, error=type(error).__name__)
                self._set_aside(letter_id, error, now)
        if not due:
            self._transport.rest()
        return len(due)

    def send(self, letter_id: str, now: datetime) -> None:
        """Send one letter, if it is still to be sent. Raises Unreachable and Uncertain, once that is written down."""
        due = self._dispatch.look(letter_id, now)
        if due is None:
            return
        if due.letter.state == "handing over":  # whoever held it stopped before it could say what became of it
            self._dispatch.uncertain(due.letter, now)
            return
        if not due.goes_to:
            self._dispatch.trial_is_over(due.letter, now)
            return
        message = due.letter.message or self._rendered(due, now)
        if message:
            self._hand_over(due, message, now)

    def _set_aside(self, letter_id: str, error: Exception, now: datetime) -> None:
        """A letter that cannot even be opened must not stand at the head of every round."""
        if isinstance(error, DatabaseUnavailable):
            return
        try:
            self._dispatch.set_aside(letter_id, now)
        except DatabaseUnavailable:
            log.warning("a letter could not be set aside", letter=letter_id)

    def _rendered(self, due: Due, now: datetime) -> bytes | None:
        letter = due.letter
        try:
            self._guard.check(letter.email, due.meant)
            self._guard.check(due.goes_to)
            frame, enclosed = self._frame(due, now), self._enclosed(letter)
            return self._letters.render(
                letter.purpose, letter.values, letter.offers, letter.name, letter.email, frame, enclosed
            )
        except DatabaseUnavailable:  # not the letter's own trouble: it is tried again
            raise
        except Exception as error:  # whatever is wrong with a letter, a second try would meet it again
            self._refused(letter, error, now)
            return None

    def _hand_over(self, due: Due, message: bytes, now: datetime) -> None:
        """Between the first commit here and the last the letter may have gone: a crash leaves it uncertain."""
        token = due.addressing.reply_token
        envelope = Envelope(self._senders[due.letter.partnership].bounces(token), due.goes_to, token)
        letter = self._held(due.letter, message, now)
        if letter is None:
            return
        try:
            self._guard.check_trial(letter.partnership, letter.to, envelope.recipient)
            self._transport.send(envelope, message)
        except Refused as error:
            self._refused(letter, error, now)
        except Unavailable as error:
            self._unavailable(letter, error, now)
        except Uncertain as error:
            log.warning("a letter may have gone", letter=letter.id, why=str(error))
            self._dispatch.uncertain(letter, now)
            raise
        else:
            self._dispatch.accepted(letter, now)

    def _held(self, letter: Stored, message: bytes, now: datetime) -> Stored | None:
        """Write down that the letter is about to go. Gives nothing where it does not, or another sender was first."""
        if letter.state == "uncertain":
            return self._dispatch.repeating(letter, now)
        return self._dispatch.handing_over(letter, message, now)

    def _unavailable(self, letter: Stored, error: Unavailable, now: datetime) -> None:
        """Trouble that waiting may not mend is an error in the log: a person must look at the set-up."""
        ours = isinstance(error, Misconfigured | Unreachable)
        (log.error if ours else log.warning)("a letter was not taken", letter=letter.id, why=str(error))
        self._dispatch.unavailable(letter, now + wait(letter.attempts, letter.id, letter.urgent), now)
        if isinstance(error, Unreachable):
            raise error

    def _refused(self, letter: Stored, error: Exception, now: datetime) -> None:
        """On a case business support is told; of a letter without one, such as a code, the desk shows the number."""
        log.error("a letter was refused", letter=letter.id, purpose=letter.purpose, error=type(error).__name__)
        why, fails = (error.why, error.address_fails) if isinstance(error, Refused) else ("it could not be made", False)
        self._dispatch.refused(letter, now, why, address_fails=fails)

    def _enclosed(self, letter: Stored) -> Enclosure | None:
        """The record so far, with a referral (2.14 of chscp)."""
        if not letter.case_id or not letter.values.get("encloses_record"):
            return None
        return Enclosure(f"record-{letter.values['reference']}.txt", self._record(letter.case_id))

    def _frame(self, due: Due, now: datetime) -> Frame:
        letter, addressing = due.letter, due.addressing
        sender = self._senders[letter.partnership]
        echo = letter.purpose in ECHOES
        return Frame(
            message_id=letter.message_id,
            sender_name=sender.name,
            sender=sender.inbox,
            reply_to=sender.reply_to(addressing.reply_token),
            token=addressing.reply_token,
            page_url=f"{self._base_url}/l/{addressing.page_token}",
            status_url=f"{self._base_url}/s/{due.status_token}" if due.status_token else None,
            site_url=self._base_url,
            date=now,
            references=addressing.earlier,
            automatic="auto-replied" if echo else "auto-generated",
            suppress="All" if echo or letter.purpose == DIGEST else "DR, RN, NRN",  # guarantees, D4
            loop_mark=letter.message_id.strip("<>"),
            trial=due.trial,
            goes_to=due.goes_to,
        )


def wait(attempts: int, letter_id: str, urgent: bool = False) -> timedelta:
    """Twice as long after each failure, an hour at most (five minutes for an urgent letter), and up to a quarter more:
    not all letters come back at once.

    How much more is the letter's own, so that no chance is needed.
    """
    more = int(letter_id[:4], 16) / 0xFFFF / 4
    longest = LONGEST_URGENT_WAIT if urgent else LONGEST_WAIT
    return min(timedelta(minutes=2 ** min(attempts, 6)), longest) * (1 + more)
