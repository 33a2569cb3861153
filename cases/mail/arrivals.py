"""The verbs of mail that opens a case or adds to one, one transaction each."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import Connection

from cases.case import Case
from cases.directory.directory import Directory
from cases.holidays import england
from cases.mail.correspondence import Correspondence, Traced
from cases.policy import Facts, Policy
from cases.store import case_rows, contacts, inbox, tasks
from cases.submission import Absence, Answer, Arrival, Submission, Unread
from cases.verbs import adding, answers, messages
from cases.verbs.decision import Decision, Moment

LATELY = timedelta(days=7)
CAME_BEFORE = "The same mail came before, and opened this case."


class Arrivals:
    def __init__(self, correspondence: Correspondence) -> None:
        self._mail = correspondence
        self._casework = correspondence.casework
        self._keyring = correspondence.keyring

    def form_of(self, partnership: str) -> tuple[Policy, Directory]:
        """The policy and the directory of a partnership as they stand."""
        return self._casework.partnerships[partnership].loaded.policy, self._casework.directory(partnership)

    def standing(self, case_id: str, now: datetime) -> tuple[Case, Policy, Directory]:
        """A case, the policy that it began under, and the directory."""
        with self._mail.database.read() as connection:
            case = case_rows.load(connection, case_id, self._keyring)
            moment = self._casework.moment(connection, case, now)
            return case, moment.policy, moment.directory

    def raised_lately(self, sender: str, now: datetime) -> int:
        """How many cases somebody with this address has raised in the last seven days."""
        with self._mail.database.read() as connection:
            token = self._keyring.tokens(connection, now).lookup("sender", sender)
            return case_rows.raised_since(connection, token, now - LATELY)

    def names(self, inboxes: list[str]) -> tuple[str, ...]:
        """The names of the partnerships with these inboxes."""
        offices = self._casework.partnerships.values()
        return tuple(each.loaded.policy.partnership.name for each in offices if each.inbox.lower() in inboxes)

    def opened(self, found: inbox.Received, submission: Submission, arrival: Arrival, why: str, now: datetime) -> None:
        """A mail is an escalation: a case is open from now on, and the mail belongs to it.

        Copies of one mail that came to different mailboxes open one case.
        """
        with self._mail.database.write() as connection:
            message = self._mail.unjudged(connection, found.id)
            if message is None:
                return
            case_id = hashlib.sha256(f"mail:{message.partnership}:{message.same_as}".encode()).hexdigest()[:32]
            if case_rows.reference_of(connection, case_id):
                self._filed(connection, message, case_id, now)
                return
            self._casework.open(connection, message.partnership, case_id, submission, arrival, now)
            self._mail.judged(connection, message, "opened", why, case_id)

    def added(
        self,
        message_id: str,
        traced: Traced,
        facts: Facts,
        unread: tuple[Unread, ...],
        answer: Answer | None,
        why: str,
        now: datetime,
    ) -> None:
        """The raiser fills in what was missing, in a reply; an offered answer may stand above it."""
        with self._mail.database.write() as connection:
            message = self._mail.unjudged(connection, message_id)
            if message is None:
                return
            case = case_rows.load(connection, traced.case_id, self._keyring)

            def verb(case: Case, moment: Moment) -> Decision:
                return adding.added(case, message_id, traced.party, facts, unread, moment)

            case = self._casework.apply(connection, case, now, verb).case
            if answer:
                self._casework.apply(
                    connection, case, now, lambda case, moment: answers.hear(case, traced.party, answer, moment)
                )
            self._mail.judged(connection, message, "answered", why, traced.case_id, traced.letter_id)
            tasks.end(connection, traced.case_id, f"mail:{message_id}", now)

    def harm_found(self, message_id: str, case_id: str, found: tuple[str, ...], now: datetime) -> None:
        """Words of immediate harm in a mail about a case: told before anything else becomes of the mail, and once.

        A transaction of its own, so that nothing that goes wrong with the rest of the mail can hold it back.
        """
        with self._mail.database.write() as connection:
            told = tasks.has(connection, case_id, messages.harm_key(message_id))
            if told or self._mail.unjudged(connection, message_id) is None:
                return
            inbox.set_urgent(connection, message_id)
            case = case_rows.load(connection, case_id, self._keyring)
            self._casework.apply(
                connection, case, now, lambda case, moment: messages.harm_found(case, message_id, found, moment)
            )

    def absent(self, message_id: str, traced: Traced, absence: Absence, sender: str, why: str, now: datetime) -> None:
        """A party is away: filed, with a proposal for business support, once for each absence. The clock goes on."""
        with self._mail.database.write() as connection:
            message = self._mail.unjudged(connection, message_id)
            if message is None:
                return
            case = case_rows.load(connection, traced.case_id, self._keyring)
            party = case.party(traced.party)

            def verb(case: Case, moment: Moment) -> Decision:
                if case.status == "closed" or known:
                    return messages.filed(case, message_id, why, moment)
                return messages.absent(case, message_id, party, absence, sender, moment)

            known = tasks.has(connection, case.id, messages.absent_key(party, absence))
            self._casework.apply(connection, case, now, verb)
            if (named := messages.named_in(absence)) and not case.confidential:
                contacts.named_instead(connection, case.partnership, party.email, named, england().local_date(now))
            self._mail.judged(connection, message, "filed", why, traced.case_id, traced.letter_id)

    def _filed(self, connection: Connection, message: inbox.Received, case_id: str, now: datetime) -> None:
        case = case_rows.load(connection, case_id, self._keyring)
        self._casework.apply(
            connection, case, now, lambda case, moment: messages.filed(case, message.id, CAME_BEFORE, moment)
        )
        self._mail.judged(connection, message, "filed", CAME_BEFORE, case_id)
