"""The verbs of letters going out, one transaction each: looked at, handed over, and what became of them.

A letter is made from what a first look shows, without a lock. One commit then says that it may have gone: it is checked
again whether the letter is still to go, and of several senders that have made it the first to write hands it over.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from cases.case import BUSINESS_SUPPORT, Case
from cases.casework import Casework, Partnership
from cases.holidays import england
from cases.mail import sealing
from cases.mail.domains import meant
from cases.mail.shadow import address, instead, was_for_test_person, words
from cases.staff.officer import STAFF
from cases.store import brakes, case_rows, contacts, outbox, people, pulse, tasks
from cases.verbs import posted
from cases.verbs.decision import Decision, Letter, Moment

REPEAT_AFTER = timedelta(minutes=15)
DELAYED_AFTER = timedelta(hours=4)
CHASE = "chase"
URGENT_DELAYED_AFTER = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Due:
    """A letter that waits to be sent, with what is needed to make it, all as of one moment."""

    letter: outbox.Stored
    addressing: outbox.Addressing
    status_token: str | None  # of its reader's private link
    meant: str | None  # the registered domain that an unknown address looks like, and is not
    goes_to: str  # in a trial the test person; empty: to nobody, since the trial of its case is over
    trial: str  # what it says of the trial at its top


class Dispatch:
    def __init__(self, casework: Casework) -> None:
        self.casework = casework
        self.database = casework.database
        self.keyring = casework.keyring

    def due(self, now: datetime, limit: int) -> list[str]:
        """Ids of the letters that wait to be sent, urgent ones first."""
        with self.database.read() as connection:
            return outbox.due(connection, now, limit)

    def look(self, letter_id: str, now: datetime) -> Due | None:
        """A letter and what it takes to make it; nothing where it does not wait to be sent, or not any more."""
        with self.database.read() as connection:
            letter = outbox.if_due(connection, letter_id, self.keyring, now)
            if letter is None:
                return None
            known, shadow = letter.to in (BUSINESS_SUPPORT, STAFF), self._shadow(letter)
            status = None
            if letter.case_id and not known:
                status = case_rows.status_token(self.keyring.secret(connection, now), letter.case_id, letter.to)
            return Due(
                letter,
                outbox.addressing(connection, letter, self.keyring, now),
                status,
                None if known else _slip(connection, letter.partnership, letter.email),
                address(letter, shadow),
                words(letter, shadow),
            )

    def handing_over(self, letter: outbox.Stored, message: bytes, now: datetime) -> outbox.Stored | None:
        """The bytes are fixed, from now on the letter may have gone.

        Gives the letter as its holder has it; nothing when another sender was first, its case has moved on, or a brake
        holds it.
        """
        with self.database.write() as connection:
            if not outbox.stands(connection, letter) or self._kept_back(connection, letter, now):
                return None
            return outbox.handing_over(connection, letter, message, self.keyring, now)

    def trial_is_over(self, letter: outbox.Stored, now: datetime) -> None:
        """The letter belongs to a trial, and none runs any more: it goes to nobody, and the record says so."""
        with self.database.write() as connection:
            self._posted(connection, letter, "trial over", "withheld", now)

    def repeating(self, letter: outbox.Stored, now: datetime) -> outbox.Stored | None:
        """The one marked repeat of an uncertain letter is about to go. Gives nothing when another sender was first."""
        with self.database.write() as connection:
            mine = self._posted(connection, letter, "repeated", "handing over", now, repeated=True)
            return replace(outbox.in_hand(letter), repeated=True) if mine else None

    def accepted(self, letter: outbox.Stored, now: datetime) -> None:
        with self.database.write() as connection:
            self._posted(connection, letter, "accepted", "accepted", now, accepted_at=now)

    def refused(self, letter: outbox.Stored, now: datetime, why: str = "", *, address_fails: bool = False) -> None:
        """The mail server will not take it, for good. An address that does not work is flagged in the directory; not
        by a confidential case, which would say who is on it (chscp 1.7)."""
        with self.database.write() as connection:
            if outbox.stands(connection, letter) and self._kept_back(connection, letter, now):
                return
            fails = address_fails and not was_for_test_person(letter)
            fails = fails and not sealing.is_confidential(connection, letter.case_id)
            if self._posted(connection, letter, "refused", "refused", now, why) and fails:
                contacts.flag(connection, letter.partnership, letter.email, why, england().local_date(now))

    def unavailable(self, letter: outbox.Stored, again: datetime, now: datetime) -> None:
        """The mail server was not there; this time the letter has certainly not gone, and is tried again.

        One that may have gone before stays uncertain. That it is late is said once.
        """
        with self.database.write() as connection:
            held = outbox.mark(
                connection, letter, "uncertain" if letter.repeated else "planned", now, next_try_at=again
            )
            late = now - letter.planned_at >= (URGENT_DELAYED_AFTER if letter.urgent else DELAYED_AFTER)
            known = tasks.has(connection, letter.case_id or "", posted.delayed_key(letter.id))
            if held and late and not known:
                became(self.casework, connection, letter, "delayed", now)

    def uncertain(self, letter: outbox.Stored, now: datetime) -> None:
        """The letter may have gone: repeated once, marked, under the same Message-ID; after that a person decides."""
        with self.database.write() as connection:
            if letter.repeated:
                self._posted(connection, letter, "lost", "refused", now)
            else:
                self._posted(connection, letter, "uncertain", "uncertain", now, next_try_at=now + REPEAT_AFTER)

    def set_aside(self, letter_id: str, now: datetime) -> None:
        """A letter that makes trouble of itself steps aside for a while, so that the others go on."""
        with self.database.write() as connection:
            outbox.set_aside(connection, letter_id, now)

    def standing(self, partnership: str, now: datetime) -> brakes.Standing:
        """What of a partnership's letters has not left."""
        with self.database.read() as connection:
            return brakes.standing(connection, partnership, now)

    def held(self, partnership: str) -> list[brakes.Held]:
        """What is held back, by case and kind."""
        with self.database.read() as connection:
            return brakes.held(connection, partnership)

    def flagged(self, partnership: str) -> list[contacts.Flagged]:
        """Whose address was found not to work."""
        with self.database.read() as connection:
            return contacts.flagged(connection, partnership)

    def let_go(self, partnership: str, now: datetime, by: str = "") -> int:
        """Business support lets every held letter go; the records say so, and who did. Gives how many."""
        with self.database.write() as connection:
            ids = brakes.release(connection, partnership, now)
            for letter_id in ids:
                letter = outbox.opened(connection, letter_id, self.keyring)
                became(self.casework, connection, letter, "let go", now, by=by)
            return len(ids)

    def _shadow(self, letter: outbox.Stored) -> str:
        """The test person of the trial that runs; empty where none does."""
        return self.casework.partnerships[letter.partnership].shadow

    def _kept_back(self, connection: Connection, letter: outbox.Stored, now: datetime) -> bool:
        """Whether a planned letter does not go after all: the record says why."""
        if letter.state != "planned":
            return False
        if not self._still_wanted(connection, letter):
            return self._posted(connection, letter, "withheld", "withheld", now)
        return self._held(connection, letter, now)

    def _held(self, connection: Connection, letter: outbox.Stored, now: datetime) -> bool:
        """Hold a letter where too many have gone, or the time is in doubt. Urgent ones, and those let go, always go."""
        if letter.urgent or letter.let_go:
            return False
        if pulse.is_doubted(connection, letter.partnership):
            return self._posted(connection, letter, "held", "held", now)
        office = self.casework.partnerships[letter.partnership]
        if brakes.hold_all(connection, office.key, office.most_letters_an_hour, now):
            if brakes.pull(connection, office.key, brakes.ALL, now):
                self._tell_of_brake(connection, office, now)
            return self._posted(connection, letter, "held", "held", now)
        support = letter.to == BUSINESS_SUPPORT  # nobody may silence them by writing much about a case
        if letter.case_id and not support and brakes.hold_to(connection, office.key, letter.case_id, letter.to, now):
            first = brakes.pull(connection, office.key, brakes.person(letter.case_id, letter.to), now)
            return self._posted(connection, letter, "held", "held", now, brake=letter.id if first else "")
        return False

    def _tell_of_brake(self, connection: Connection, office: Partnership, now: datetime) -> None:
        """One letter to business support, which no brake holds."""
        values = {
            "partnership": office.loaded.policy.partnership.name,
            "most": office.most_letters_an_hour,
            "to_name": "colleague",
        }
        about = f"brake:{now.isoformat()}"
        letter = Letter(
            "held", BUSINESS_SUPPORT, "Business support", office.business_support, about, values, urgent=True
        )
        outbox.plan(connection, office, None, letter, self.keyring, now)

    def _posted(
        self,
        connection: Connection,
        letter: outbox.Stored,
        what: str,
        state: str,
        now: datetime,
        why: str = "",
        brake: str = "",
        **values: object,
    ) -> bool:
        mine = outbox.mark(connection, letter, state, now, **values)
        if mine:
            became(self.casework, connection, letter, what, now, why=why, brake=brake)
        return mine

    def _still_wanted(self, connection: Connection, letter: outbox.Stored) -> bool:
        """Is the case still in the state that wanted this letter?"""
        if not letter.wanted or not letter.case_id:
            return True
        case = case_rows.load(connection, letter.case_id, self.keyring)
        kind, _, key = letter.wanted.partition(":")
        return case.stage_row(key).running if kind == "stage" else case.clock(key).state == "running"


def _slip(connection: Connection, partnership: str, email: str) -> str | None:
    if people.is_known(connection, partnership, email):
        return None
    return meant(email.rpartition("@")[2], people.domains(connection, partnership))


def became(
    casework: Casework,
    connection: Connection,
    letter: outbox.Stored,
    what: str,
    now: datetime,
    mail: str = "",
    why: str = "",
    brake: str = "",
    by: str = "",
) -> None:
    """What became of a letter enters the record of its case; a letter without a case has none."""
    if not letter.case_id:
        return
    case = case_rows.load(connection, letter.case_id, casework.keyring)
    trial = instead(letter, casework.partnerships[letter.partnership].shadow)
    if what == "accepted" and letter.purpose == CHASE and not trial:
        contacts.chased(connection, letter.partnership, letter.email, england().local_date(now))

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
            why=why,
            brake=brake,
            trial=trial,
            by=by,
        )

    casework.apply(connection, case, now, verb)
