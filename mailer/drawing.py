"""A letter as it will look, before it is sent: the templates that it is sent with, and links that lead nowhere."""

from collections.abc import Mapping
from datetime import UTC, datetime

from cases.preview import Drawn
from cases.verbs.decision import Letter
from mailer.letters import Frame, Letters
from mailer.outbox import Sender

NO_TOKEN = "(given when it is sent)"  # cannot be read as a token, whoever sends it back
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # stands in no part that is shown


class Drawing:
    """Draws the letters of an installation; `senders` by partnership."""

    def __init__(self, letters: Letters, senders: Mapping[str, Sender], base_url: str) -> None:
        self._letters = letters
        self._senders = senders
        self._base_url = base_url.rstrip("/")

    def draw(self, partnership: str, letter: Letter) -> Drawn:
        """Raises LetterError, which is a ValueError."""
        frame = self._frame(self._senders[partnership])
        return Drawn(
            *self._letters.drawn(letter.purpose, letter.values, letter.offers, letter.name, letter.email, frame)
        )

    def _frame(self, sender: Sender) -> Frame:
        return Frame(
            message_id="<preview@invalid>",
            sender_name=sender.name,
            sender=sender.inbox,
            reply_to=sender.inbox,
            token=NO_TOKEN,
            page_url=f"{self._base_url}/l/...",
            status_url=f"{self._base_url}/s/...",
            site_url=self._base_url,
            date=_NEVER,
            references=(),
            automatic="auto-generated",
            suppress="All",
            loop_mark="preview",
        )
