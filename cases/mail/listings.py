"""The verbs of mail that answers our question whether an entry of the directory is right. It belongs to no case."""

from datetime import datetime

from cases.directory.requests import Listed, Requests
from cases.holidays import england
from cases.mail.correspondence import Correspondence
from cases.mail.tracing import Clues, letters_found
from cases.store import contacts, outbox

CONFIRMED = "It confirms an entry of the directory."
NOT_RIGHT = (
    "It answers our question whether an entry of the directory is right, and it is not a plain YES. Nothing was "
    "changed. Please put the directory right."
)
IN_TRAY = "a reply that waits in the tray"


class Listings:
    def __init__(self, correspondence: Correspondence) -> None:
        self._mail = correspondence
        self._requests = Requests(correspondence.casework)

    def asked(self, clues: Clues, partnership: str, now: datetime) -> Listed | None:
        """The entry about which a mail's letter of ours asked, where it leads to such a letter."""
        with self._mail.database.read() as connection:
            for way, letter_id in letters_found(connection, clues, self._mail.keyring, now):
                listed = self._requests.listed(connection, letter_id)
                if listed and way != "subject" and listed.partnership == partnership:
                    return listed
        return None

    def confirmed(self, message_id: str, listed: Listed, now: datetime) -> bool:
        """A YES from their own mailbox. Says no where the entry is another by now: then nothing changes."""
        with self._mail.database.write() as connection:
            message = self._mail.unjudged(connection, message_id)
            if message is None:
                return True
            if not self._requests.confirm_in(connection, listed, now):
                return False
            self._mail.judged(connection, message, "filed", CONFIRMED, letter_id=listed.letter_id)
            return True

    def not_right(self, message_id: str, listed: Listed, own: bool, harm_words: tuple[str, ...], now: datetime) -> None:
        """Anything else is for a person, who finds the mail in the tray. `own`: it is from their own mailbox."""
        with self._mail.database.write() as connection:
            message = self._mail.unjudged(connection, message_id)
            if message is None:
                return
            why = NOT_RIGHT if own else f"{NOT_RIGHT} Its sender is not confirmed."
            self._mail.tell_support(connection, message, why, now, harm_words)
            self._mail.judged(connection, message, "tray", why, letter_id=listed.letter_id)
            if not listed.in_trial:
                contacts.says(connection, listed.partnership, listed.email, IN_TRAY, england().local_date(now))

    def came_back(self, message_id: str, listed: Listed, why: str, now: datetime) -> None:
        """The question came back undelivered: the address does not work."""
        with self._mail.database.write() as connection:
            message = self._mail.unjudged(connection, message_id)
            if message is None:
                return
            if outbox.bounced(connection, listed.letter_id, now) and not listed.in_trial:
                today = england().local_date(now)
                contacts.flag(connection, listed.partnership, listed.email, "a letter came back", today)
            self._mail.judged(connection, message, "filed", why, letter_id=listed.letter_id)
