"""A mail in a party's name that nobody vouches for: the party is asked once, and what they say is acted on (D15)."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from cases.case import BUSINESS_SUPPORT, Case
from cases.holidays import england
from cases.mail.correspondence import Correspondence, Traced
from cases.store import case_rows, inbox
from cases.tables import letters
from cases.verbs import messages
from cases.verbs.decision import Decision, Moment

PURPOSE = "confirm_sender"
MOST_A_DAY = 3
NOT_CONFIRMED = "The sender is not confirmed. {why}"
DENIED = "Warning: {name} says that they did not write it."


class Senders:
    def __init__(self, correspondence: Correspondence) -> None:
        self._mail = correspondence
        self._casework = correspondence.casework
        self._keyring = correspondence.keyring

    def ask(self, message_id: str, traced: Traced, why: str, said: str, now: datetime) -> None:
        """The mail stands in the tray, and its party is asked at the address that we have: once for each mail.

        A party is asked about three mails a day and case at most, so that nobody can flood them in their own name.

        `said` is what the mail would be recorded as. Business support itself is never asked: they have the desk.
        """
        if traced.party == BUSINESS_SUPPORT:
            self._mail.to_tray(message_id, traced, NOT_CONFIRMED.format(why=why), False, now)
            return
        with self._mail.database.write() as connection:
            message = self._mail.unjudged(connection, message_id)
            if message is None:
                return
            case = case_rows.load(connection, traced.case_id, self._keyring)
            asks = case.status != "closed" and self._asked_today(connection, case, traced.party, now) < MOST_A_DAY
            code = self._casework.letter_code(connection, case, traced.party, now) if asks else None
            party = case.party(traced.party)

            def verb(case: Case, moment: Moment) -> Decision:
                return messages.not_confirmed(case, message_id, party, why, said, code, moment)

            self._casework.apply(connection, case, now, verb)
            self._mail.judged(
                connection,
                message,
                "tray",
                NOT_CONFIRMED.format(why=why),
                case.id,
                traced.letter_id,
                awaits=traced.party,
            )

    def awaits(self, case_id: str, message_id: str, party: str) -> bool:
        """Whether this party's word on this mail is still awaited."""
        with self._mail.database.read() as connection:
            return inbox.awaited(connection, case_id, message_id) == party

    def answer(self, case_id: str, message_id: str, who: str, theirs: bool, now: datetime) -> bool:
        """The party says on the page whether the mail is theirs. Theirs, it is judged again as such.

        Says no where nobody's word is awaited any more: then nothing changes.
        """
        with self._mail.database.write() as connection:
            if inbox.awaited(connection, case_id, message_id) != who:
                return False
            case = case_rows.load(connection, case_id, self._keyring)
            party = case.party(who)
            verb = messages.owned if theirs else messages.disowned
            self._casework.apply(connection, case, now, lambda case, moment: verb(case, message_id, party, moment))
            if theirs:
                inbox.owned(connection, message_id, who)
            else:
                message = inbox.opened(connection, message_id, self._keyring)
                denied = DENIED.format(name=party.name or party.email)
                inbox.disowned(connection, message_id, f"{message.why} {denied}".strip())
            return True

    def _asked_today(self, connection: Connection, case: Case, party: str, now: datetime) -> int:
        calendar = england()
        began = calendar.end_of(calendar.local_date(now) - timedelta(days=1))
        chosen = (letters.c.case_id == case.id) & (letters.c.purpose == PURPOSE) & (letters.c.recipient == party)
        asked = select(func.count()).select_from(letters).where(chosen, letters.c.planned_at >= began)
        return int(connection.execute(asked).scalar_one())
