"""What business support does with a mail of the tray, one transaction each, and each once: of two who press, one was
first, and the other is told so.

The mails of a thread (the first, and what its sender answered when asked) leave the tray together.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, func, select

from cases.case import Case
from cases.holidays import england
from cases.mail import sealing
from cases.mail.correspondence import Correspondence
from cases.mail.writer import Writer
from cases.store import case_rows, inbox, outbox, tasks
from cases.submission import Arrival, Submission
from cases.tables import letters
from cases.verbs import messages
from cases.verbs.decision import Decision, Letter, Moment
from cases.working_time import spoken_date

ASKED, NOT_OURS = "ask_sender", "not_ours"
ASKED_EVERY = timedelta(days=7)
OPENED = "It was opened as a case."
ELSEWHERE = "It belongs to another case, and was put there."
Asking = Literal["asked", "lately", "gone"]


@dataclass(frozen=True, slots=True)
class Question:
    """What the sender of a mail is asked: fixed sentences, and a line in our own words."""

    asks: tuple[str, ...]
    words: str = ""


class ByHand:
    def __init__(self, correspondence: Correspondence) -> None:
        self._mail = correspondence
        self._casework = correspondence.casework
        self._keyring = correspondence.keyring

    def put_away(
        self, message_id: str, kind: str, words: str, by: str, now: datetime, case_id: str | None = None
    ) -> bool:
        """Nothing follows from a mail. Where it belongs to a case, `words` go into the record, and nowhere else.

        Says no where the mail has left the tray meanwhile: then nothing changes. Raises Sealed.
        """
        with self._mail.database.write() as connection:
            message = self._waiting(connection, message_id)
            if message is None:
                return False
            sealing.keep_to_its_case(connection, message, case_id, self._keyring, now)
            whose = case_id or message.case_id
            if message.case_id and message.case_id != whose:
                self._file(connection, message_id, message.case_id, ELSEWHERE, by, now)
            if whose:
                self._file(connection, message_id, whose, f"{kind}. {words}".strip(" ."), by, now)
            self._finish(connection, message, kind, by, now, whose)
            return True

    def pass_on(
        self, message_id: str, reason: str, words: str, reply_to: Writer | None, by: str, now: datetime
    ) -> bool:
        """A mail is not ours. Its sender is told so, in our own words alone, where `reply_to` names them."""
        with self._mail.database.write() as connection:
            message = self._waiting(connection, message_id)
            if message is None:
                return False
            if reply_to:
                self._write(connection, message, NOT_OURS, reply_to, by, now, 0, reason=reason, words=words)
            if message.case_id:
                self._file(connection, message_id, message.case_id, f"Not ours. {reason} {words}".strip(), by, now)
            self._finish(connection, message, f"Not ours. {reason}", by, now, message.case_id)
            return True

    def ask(self, message_id: str, question: Question, writer: Writer, by: str, again: bool, now: datetime) -> Asking:
        """Ask the sender of a mail for what is missing. It stays in the tray, and so does its time.

        Somebody who was asked within a week is asked once more only where a person says so (`again`).
        """
        with self._mail.database.write() as connection:
            message = self._waiting(connection, message_id)
            if message is None:
                return "gone"
            count, lately = self._asked(connection, message, writer, now)
            if lately and not again:
                return "lately"
            said = {"asks": list(question.asks), "words": question.words}
            self._write(connection, message, ASKED, writer, by, now, count, **said)
            return "asked"

    def open(
        self, message_id: str, submission: Submission, spoken: bool, by: str, now: datetime
    ) -> tuple[str, bool] | None:
        """Open a case from a mail: it begins when the mail came, and the mail is kept with it.

        `spoken` says that business support has spoken to the raiser; else they are asked to confirm it by a letter.
        Gives its reference and whether it is new: one mail opens one case. Nothing where the mail has left the tray.
        Raises Sealed.
        """
        with self._mail.database.write() as connection:
            message = inbox.opened(connection, message_id, self._keyring)
            case_id = hashlib.sha256(f"mail:{message.partnership}:{message.same_as}".encode()).hexdigest()[:32]
            if reference := case_rows.reference_of(connection, case_id):
                return reference, False
            if message.state != "tray":
                return None
            sealing.keep_to_its_case(connection, message, case_id, self._keyring, now)
            arrival = Arrival("words", message.id, entered_by=by, spoken=spoken)
            opened = self._casework.open(
                connection, message.partnership, case_id, submission, arrival, now, message.received_at
            )
            self._finish(connection, message, OPENED, by, now, case_id)
            return opened.reference, True

    def asked_lately(self, message_id: str, writer: Writer, now: datetime) -> bool:
        """Whether the sender of a mail was asked something within a week."""
        with self._mail.database.read() as connection:
            message = inbox.opened(connection, message_id, self._keyring)
            return self._asked(connection, message, writer, now)[1]

    def _waiting(self, connection: Connection, message_id: str) -> inbox.Received | None:
        message = inbox.opened(connection, message_id, self._keyring)
        return message if message.state == "tray" else None

    def _file(self, connection: Connection, message_id: str, case_id: str, why: str, by: str, now: datetime) -> None:
        case = case_rows.load(connection, case_id, self._keyring)

        def verb(case: Case, moment: Moment) -> Decision:
            return messages.filed(case, message_id, why, moment, by)

        self._casework.apply(connection, case, now, verb)

    def _finish(
        self,
        connection: Connection,
        message: inbox.Received,
        why: str,
        by: str,
        now: datetime,
        case_id: str | None,
    ) -> None:
        """The mail and the others of its thread leave the tray; not one that is on a confidential case (chscp 1.7)."""
        for each in inbox.thread(connection, message.partnership, message.root):
            found = self._waiting(connection, each)
            sealed = sealing.seal(connection, found, self._keyring, now) if found and each != message.id else []
            if found and (not sealed or case_id in (None, found.case_id, *sealed)):
                whose = case_id or found.case_id
                noted = f"{why.rstrip('.')}. By {by}."
                inbox.judged(connection, found, "done", noted, self._keyring, whose, found.letter_id)
                tasks.end(connection, found.case_id or "", f"mail:{each}", now)

    def _write(
        self,
        connection: Connection,
        message: inbox.Received,
        purpose: str,
        to: Writer,
        by: str,
        now: datetime,
        rung: int,
        **values: object,
    ) -> None:
        """A letter to the sender of a mail, which holds nothing of that mail but its day."""
        office = self._casework.partnerships[message.partnership]
        said = {
            "partnership": office.loaded.policy.partnership.name,
            "to_name": to.name,
            "by": by,
            "day": spoken_date(england().local_date(message.received_at)),
        }
        whose = self._whose(connection, to, now)
        letter = Letter(purpose, whose, to.name, to.email, f"mail:{message.root}", said | values, rung=rung)
        outbox.plan(connection, office, None, letter, self._keyring, now)

    def _asked(
        self, connection: Connection, message: inbox.Received, writer: Writer, now: datetime
    ) -> tuple[int, bool]:
        """How often the sender was asked in this thread, and whether they were asked anything within a week."""
        number, asking = select(func.count()).select_from(letters), letters.c.purpose == ASKED
        here = number.where(asking, letters.c.subject == f"mail:{message.root}")
        theirs = letters.c.case_id.is_(None) & (letters.c.recipient == self._whose(connection, writer, now))
        mine = theirs & (letters.c.partnership_id == message.partnership)
        lately = number.where(asking, mine, letters.c.planned_at > now - ASKED_EVERY)
        return connection.execute(here).scalar_one(), connection.execute(lately).scalar_one() > 0

    def _whose(self, connection: Connection, writer: Writer, now: datetime) -> str:
        return self._keyring.tokens(connection, now).lookup("sender", writer.email)
