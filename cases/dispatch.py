"""The verbs of letters going out, one transaction each: claimed, handed over, and what became of them."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from cases.case import BUSINESS_SUPPORT, Case
from cases.casework import Casework, Partnership
from cases.domains import meant
from cases.holidays import england
from cases.store import brakes, case_rows, outbox, people
from cases.verbs import posted
from cases.verbs.decision import Decision, Letter, Moment

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
            if letter.state != "planned":
                return letter
            if not self._still_wanted(connection, letter):
                self._posted(connection, letter, "withheld", "withheld", now)
                return None
            return None if self._held(connection, letter, now) else letter

    def addressing(self, letter: outbox.Stored, now: datetime) -> tuple[outbox.Addressing, str | None]:
        """The letter's tokens and its place in the conversation, and the token of its reader's private link."""
        with self.database.read() as connection:
            found = outbox.addressing(connection, letter, self.keyring, now)
            if not letter.case_id or letter.to == BUSINESS_SUPPORT:
                return found, None
            return found, case_rows.status_token(self.keyring.secret(connection, now), letter.case_id, letter.to)

    def reply_token(self, letter_id: str, now: datetime) -> str:
        """What ties a letter's answer, or its failure, to it."""
        with self.database.read() as connection:
            return outbox.tokens_of(self.keyring.secret(connection, now), letter_id)[0]

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

    def refused(self, letter: outbox.Stored, now: datetime, why: str = "", *, address_fails: bool = False) -> None:
        """The mail server will not take it, for good. An address that does not work is flagged in the directory."""
        with self.database.write() as connection:
            if self._posted(connection, letter, "refused", "refused", now, why) and address_fails:
                people.flag(connection, letter.partnership, letter.email, why, england().local_date(now))

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

    def set_aside(self, letter_id: str, now: datetime) -> None:
        """A letter that makes trouble of itself steps aside for a while, so that the others go on."""
        with self.database.write() as connection:
            outbox.set_aside(connection, letter_id, now)

    def slip(self, partnership: str, email: str) -> str | None:
        """The registered domain that an unknown address may have been meant for: its own looks like it, and is not."""
        with self.database.read() as connection:
            if people.is_known(connection, partnership, email):
                return None
            return meant(email.rpartition("@")[2], people.domains(connection, partnership))

    def standing(self, partnership: str, now: datetime) -> brakes.Standing:
        """What of a partnership's letters has not left."""
        with self.database.read() as connection:
            return brakes.standing(connection, partnership, now)

    def held(self, partnership: str) -> list[brakes.Held]:
        """What is held back, by case and kind."""
        with self.database.read() as connection:
            return brakes.held(connection, partnership)

    def flagged(self, partnership: str) -> list[people.Flagged]:
        """Whose address was found not to work."""
        with self.database.read() as connection:
            return people.flagged(connection, partnership)

    def let_go(self, partnership: str, now: datetime) -> int:
        """Business support lets every held letter go; the records say so. Gives how many."""
        with self.database.write() as connection:
            ids = brakes.release(connection, partnership, now)
            for letter_id in ids:
                became(self.casework, connection, outbox.opened(connection, letter_id, self.keyring), "let go", now)
            return len(ids)

    def _held(self, connection: Connection, letter: outbox.Stored, now: datetime) -> bool:
        """Hold a letter back where too many have gone. Urgent ones, and those that a person let go, always go."""
        if letter.urgent or letter.let_go:
            return False
        office = self.casework.partnerships[letter.partnership]
        if brakes.is_pulled(connection, office.key, brakes.ALL) or brakes.too_many(
            connection, office.key, office.most_letters_an_hour, now
        ):
            if brakes.pull(connection, office.key, brakes.ALL, now):
                self._tell_of_brake(connection, office, now)
            return self._posted(connection, letter, "held", "held", now)
        if not letter.case_id:
            return False
        about = brakes.person(letter.case_id, letter.to)
        if brakes.is_pulled(connection, office.key, about) or brakes.too_many_to(
            connection, office.key, letter.case_id, letter.to, now
        ):
            first = brakes.pull(connection, office.key, about, now)
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
        outbox.plan(connection, office.key, None, letter, self.keyring, now, office.reply_domain)

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
        mine = outbox.mark(connection, letter.id, letter.fence, state, now, **values)
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


def became(
    casework: Casework,
    connection: Connection,
    letter: outbox.Stored,
    what: str,
    now: datetime,
    mail: str = "",
    why: str = "",
    brake: str = "",
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
            why=why,
            brake=brake,
        )

    casework.apply(connection, case, now, verb)
