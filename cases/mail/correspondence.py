"""The verbs of mail that came in, one transaction each: kept, traced to a case, and where it went."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from cases.case import BUSINESS_SUPPORT, Case, Party
from cases.casework import Casework
from cases.holidays import england
from cases.mail import sealing
from cases.mail.dispatch import became
from cases.mail.shadow import answers as answers_in_trial
from cases.mail.shadow import was_for_test_person
from cases.mail.tracing import Clues, answers_for, letters_found, survivor
from cases.store import case_rows, contacts, inbox, mailboxes, outbox, tasks
from cases.submission import Answer
from cases.verbs import answers, messages, proposals
from cases.verbs.decision import Decision, Letter, Moment, Offer

ASKED_BACK = "It seems to say how the stage ended. Its sender is asked whether it is to be recorded so."
ASKED_ALREADY = (
    "It seems to say how the stage ended. Its sender was asked about the same this week, and has not said yes."
)


@dataclass(frozen=True, slots=True)
class Traced:
    """A letter of ours that a mail leads to, and who was expected to answer it."""

    way: str  # "recipient", "reference", "body", "subject"
    letter_id: str
    case_id: str
    party: str
    email: str  # the address that it went to
    theirs: bool = True  # whether what the mail's sender answers counts as the party's own answer
    by: str = ""  # who answers in the party's place, as their registered delegate or as the holder of the role
    survivor: tuple[str, str] | None = None  # (id, reference) of the case that its case was merged into


def in_place(answer: Answer, traced: Traced) -> Answer:
    """An answer as it goes on the record: with who gave it, where that was not the party themselves."""
    if not traced.by:
        return answer
    return replace(answer, evidence=replace(answer.evidence, reason=f"answered by {traced.by} in their place"))


class Correspondence:
    def __init__(self, casework: Casework) -> None:
        self.casework = casework
        self.database = casework.database
        self.keyring = casework.keyring

    def keep(
        self,
        partnership: str,
        mailbox: str,
        raw: bytes,
        message_id: str,
        now: datetime,
        *,
        same_as: str = "",
        note: str = "",
        receipt: mailboxes.Receipt | None = None,
    ) -> tuple[str, bool]:
        """Store a message's bytes, and where they lay, before anything is judged. Gives its id, and whether it is new.

        Copies that came by different ways are told by `same_as`; `note` stays with the message whatever becomes of it.
        """
        copy = inbox.Copy(raw, message_id, same_as, note)
        with self.database.write() as connection:
            stored, new = inbox.keep(connection, partnership, mailbox, copy, self.keyring, now)
            if receipt:
                mailboxes.add_receipt(connection, partnership, receipt, stored)
            return stored, new

    def vouched(self, message_id: str, raw: bytes) -> None:
        """A copy came that our mail server vouches for, of a mail that waits for its party's word: judged again."""
        with self.database.write() as connection:
            inbox.replaced(connection, message_id, raw, self.keyring)

    def message(self, message_id: str) -> inbox.Received:
        with self.database.read() as connection:
            return inbox.opened(connection, message_id, self.keyring)

    def waiting(self, state: str, partnership: str | None = None) -> list[str]:
        """Ids of the messages that are not judged yet ("stored") or that need a person ("tray")."""
        with self.database.read() as connection:
            return inbox.waiting(connection, state, partnership)

    def trace(self, clues: Clues, partnership: str | None, now: datetime) -> list[Traced]:
        """The letters on cases that a mail leads to, the surest way first: a partnership's own, or anybody's."""
        with self.database.read() as connection:
            found = [
                (way, outbox.readable(connection, letter_id, self.keyring))
                for way, letter_id in letters_found(connection, clues, self.keyring, now)
            ]
            return [
                self._traced(connection, way, letter, letter.case_id, clues.sender, now)
                for way, letter in found
                if letter and letter.case_id and partnership in (None, letter.partnership)
            ]

    def _traced(
        self, connection: Connection, way: str, letter: outbox.Stored, case_id: str, sender: str, now: datetime
    ) -> Traced:
        if answers_in_trial(letter, sender, self.casework.partnerships[letter.partnership].shadow):
            return Traced(way, letter.id, case_id, letter.to, letter.email)
        theirs, instead = answers_for(connection, letter, sender, self.keyring, now)
        by = ""
        if theirs and instead:
            by = self.casework.directory_in(connection, letter.partnership).name_of(sender) or sender
        goes_on = survivor(connection, case_id, self.keyring)
        return Traced(way, letter.id, case_id, letter.to, letter.email, theirs, by, goes_on)

    def asked_about(self, clues: Clues, partnership: str, now: datetime) -> str | None:
        """The first mail of the thread in which business support asked its sender what a mail now answers."""
        with self.database.read() as connection:
            for way, letter_id in letters_found(connection, clues, self.keyring, now):
                root = outbox.asks_about(connection, letter_id, partnership) if way != "subject" else None
                if root:
                    return root
        return None

    def follows(self, message_id: str, root: str) -> None:
        """A mail belongs to the thread that began with another."""
        with self.database.write() as connection:
            inbox.set_follows(connection, message_id, root)

    def offers(self, letter_id: str) -> tuple[Offer, ...]:
        """The answers that a letter offered."""
        with self.database.read() as connection:
            return outbox.opened(connection, letter_id, self.keyring).offers

    def sent(self, letter_id: str) -> bytes | None:
        """A letter as it was handed over, if it has been."""
        with self.database.read() as connection:
            return outbox.opened(connection, letter_id, self.keyring).message

    def partnership_of(self, traced: Traced) -> str:
        with self.database.read() as connection:
            return outbox.opened(connection, traced.letter_id, self.keyring).partnership

    def answered(self, message_id: str, traced: Traced, answer: Answer, why: str, now: datetime) -> None:
        """A mail gives an offered answer: recorded, and the mail kept with the case."""
        with self.database.write() as connection:
            if message := self.unjudged(connection, message_id):
                case, given = case_rows.load(connection, traced.case_id, self.keyring), in_place(answer, traced)
                self.casework.apply(
                    connection, case, now, lambda case, moment: answers.hear(case, traced.party, given, moment)
                )
                _heard_from(connection, case, traced.party)
                self._judged(connection, message, "answered", why, traced)
                tasks.end(connection, traced.case_id, f"mail:{message_id}", now)

    def proposed(self, message_id: str, traced: Traced, answer: Answer, why: str, now: datetime) -> None:
        """An outcome was read from a mail's plain sentences: its sender is asked, and nothing is recorded till then.

        Who was asked the same within a week is not asked again: the mail waits for a person.
        """
        with self.database.write() as connection:
            message = self.unjudged(connection, message_id)
            if message is None:
                return
            case = case_rows.load(connection, traced.case_id, self.keyring)
            if proposals.proposed_lately(case, traced.party, answer, now):
                self._put_to_a_person(connection, message_id, traced, ASKED_ALREADY, False, now)
                self._judged(connection, message, "tray", ASKED_ALREADY, traced)
                return
            given = in_place(answer, traced)
            decision = self.casework.apply(
                connection, case, now, lambda case, moment: proposals.propose(case, traced.party, given, moment)
            )
            _heard_from(connection, case, traced.party)
            asked_back = any(letter.purpose == "proposed" for letter in decision.letters)
            state, reason = (
                ("filed", ASKED_BACK) if asked_back else ("answered", why)
            )  # what comes late is heard as late
            self._judged(connection, message, state, reason, traced)
            tasks.end(connection, traced.case_id, f"mail:{message_id}", now)

    def file(self, message_id: str, traced: Traced | None, why: str, now: datetime) -> None:
        """A mail changes nothing: kept, with its reason."""
        with self.database.write() as connection:
            if message := self.unjudged(connection, message_id):
                self._file(connection, message, traced, why, now)

    def bounced(self, message_id: str, traced: Traced, why: str, now: datetime) -> None:
        """A mail system says that a letter came back for good: its reader has not been told, and the mail is filed."""
        with self.database.write() as connection:
            if message := self.unjudged(connection, message_id):
                if not outbox.bounced(connection, traced.letter_id, now):
                    self._file(connection, message, traced, why, now)
                    return
                letter = outbox.opened(connection, traced.letter_id, self.keyring)
                became(self.casework, connection, letter, "bounced", now, mail=message_id)
                if not was_for_test_person(letter) and not sealing.is_confidential(connection, letter.case_id):
                    today = england().local_date(now)
                    contacts.flag(connection, letter.partnership, letter.email, "a letter came back", today)
                self._judged(connection, message, "filed", why, traced)

    def to_tray(self, message_id: str, traced: Traced | None, why: str, known_sender: bool, now: datetime) -> None:
        """A mail needs a person. On a case that can be named it is kept there; business support is written to."""
        with self.database.write() as connection:
            message = self.unjudged(connection, message_id)
            if message is None:
                return
            if traced:
                self._put_to_a_person(connection, message_id, traced, why, known_sender, now)
            else:
                self.tell_support(connection, message, why, now)
            self._judged(connection, message, "tray", why, traced)

    def to_survivor(self, message_id: str, traced: Traced, now: datetime) -> None:
        """A mail on a case that was merged into another: a person reads it there (E52)."""
        assert traced.survivor is not None
        case_id, reference = traced.survivor
        there = replace(traced, case_id=case_id, party=BUSINESS_SUPPORT)
        self.to_tray(message_id, there, f"It answers a letter of a case that was merged into {reference}.", False, now)

    def taken_down(self, message_id: str, case_id: str, who: str, answer: Answer, now: datetime) -> bool:
        """Business support reads an offered answer in a mail of the tray: recorded, and the mail kept with the case.

        Says no where the mail has left the tray meanwhile: then nothing changes. Raises Sealed.
        """
        with self.database.write() as connection:
            message = inbox.opened(connection, message_id, self.keyring)
            if message.state != "tray":
                return False
            sealing.keep_to_its_case(connection, message, case_id, self.keyring, now)
            case = case_rows.load(connection, case_id, self.keyring)
            self.casework.apply(connection, case, now, lambda case, moment: answers.hear(case, who, answer, moment))
            _heard_from(connection, case, who)
            inbox.judged(connection, message, "done", message.why, self.keyring, case_id, message.letter_id)
            tasks.end(connection, case_id, f"mail:{message_id}", now)
            return True

    def unjudged(self, connection: Connection, message_id: str) -> inbox.Received | None:
        """The message, unless somebody else has judged it meanwhile: then nothing changes."""
        message = inbox.opened(connection, message_id, self.keyring)
        return message if message.state == "stored" else None

    def _file(
        self, connection: Connection, message: inbox.Received, traced: Traced | None, why: str, now: datetime
    ) -> None:
        if traced:
            case = case_rows.load(connection, traced.case_id, self.keyring)
            self.casework.apply(
                connection, case, now, lambda case, moment: messages.filed(case, message.id, why, moment)
            )
        self._judged(connection, message, "filed", why, traced)

    def _put_to_a_person(
        self, connection: Connection, message_id: str, traced: Traced, why: str, known_sender: bool, now: datetime
    ) -> None:
        case = case_rows.load(connection, traced.case_id, self.keyring)
        sender: Party | None = case.party(traced.party) if known_sender and traced.party != BUSINESS_SUPPORT else None
        offers = outbox.opened(connection, traced.letter_id, self.keyring).offers

        def verb(case: Case, moment: Moment) -> Decision:
            return messages.put_to_a_person(case, message_id, why, sender, offers, moment)

        self.casework.apply(connection, case, now, verb)

    def tell_support(
        self,
        connection: Connection,
        message: inbox.Received,
        why: str,
        now: datetime,
        harm_words: tuple[str, ...] = (),
    ) -> None:
        """Business support hears of a mail that belongs to no case; urgently where it holds words of immediate harm."""
        found = ", ".join(f"“{each}”" for each in harm_words)
        harm = f"The program found words of immediate harm in it: {found}. " if found else ""
        words = f"A mail that belongs to no case we could name waits in the tray. {harm}{why}"
        self.write_support(connection, message.partnership, f"mail:{message.id}", words, now, urgent=bool(found))

    def write_support(
        self, connection: Connection, partnership: str, about: str, words: str, now: datetime, urgent: bool = False
    ) -> None:
        """A letter to business support about the tray, which belongs to no case."""
        office = self.casework.partnerships[partnership]
        name = office.loaded.policy.partnership.name
        path = f"/desk/{partnership}/tray"
        values = {"partnership": name, "words": words, "urgent": urgent, "path": path, "to_name": "colleague"}
        letter = Letter(
            "tray", BUSINESS_SUPPORT, "Business support", office.business_support, about, values, urgent=urgent
        )
        outbox.plan(connection, office, None, letter, self.keyring, now)

    def judged(
        self,
        connection: Connection,
        message: inbox.Received,
        state: str,
        why: str,
        case_id: str | None = None,
        letter_id: str | None = None,
        awaits: str | None = None,
    ) -> None:
        """Where a message went, in a transaction that the caller has begun."""
        noted = f"{message.why} {why}".strip()  # what was known of it before it was judged stays
        inbox.judged(connection, message, state, noted, self.keyring, case_id, letter_id, awaits)
        kept = replace(message, case_id=case_id or message.case_id)
        sealing.seal(connection, kept, self.keyring, message.received_at)

    def _judged(
        self, connection: Connection, message: inbox.Received, state: str, why: str, traced: Traced | None
    ) -> None:
        case_id, letter_id = (traced.case_id, traced.letter_id) if traced else (None, None)
        self.judged(connection, message, state, why, case_id, letter_id)


def _heard_from(connection: Connection, case: Case, who: str) -> None:
    """Somebody has answered from their mailbox: it works, and is read."""
    if who != BUSINESS_SUPPORT:
        contacts.answered(connection, case.partnership, case.party(who).email)
