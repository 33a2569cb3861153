"""A reply to our question whether an entry of the directory is right: a plain YES confirms it."""

import re
from collections.abc import Callable
from datetime import datetime

from cases.directory.requests import OFFERS, YES, Listed
from cases.holidays import england
from cases.mail.correspondence import Correspondence
from cases.mail.listings import Listings
from cases.mail.tracing import Clues
from intake.mail.message import Understood
from intake.replies.new_text import new_text
from intake.replies.reply import read
from intake.rules import AUTOMATIC, BOUNCE, Judged

SIGNED = frozenset(
    ("many", "thanks", "thank", "you", "best", "kind", "warm", "regards", "wishes", "yours", "sincerely", "all", "the")
)


class ListedMail:
    def __init__(self, correspondence: Correspondence, understand: Callable[[bytes], Understood]) -> None:
        self._correspondence = correspondence
        self._listings = Listings(correspondence)
        self._understand = understand

    def asked(self, clues: Clues, partnership: str, now: datetime) -> Listed | None:
        return self._listings.asked(clues, partnership, now)

    def take(
        self,
        message_id: str,
        understood: Understood,
        listed: Listed,
        judged: Judged,
        own: bool,
        harm_words: tuple[str, ...],
        now: datetime,
    ) -> None:
        """`own`: our mail server vouches that it is from the mailbox that was asked."""
        if judged.rule == BOUNCE and understood.report.final:
            self._listings.came_back(message_id, listed, judged.why, now)
        elif judged.rule == AUTOMATIC or judged.becomes == "filed":
            self._correspondence.file(message_id, None, judged.why, now)
        elif not (own and not harm_words and self._is_yes(understood, listed, now)) or not self._listings.confirmed(
            message_id, listed, now
        ):
            self._listings.not_right(message_id, listed, own, harm_words, now)

    def _is_yes(self, understood: Understood, listed: Listed, now: datetime) -> bool:
        sent = self._correspondence.sent(listed.letter_id)
        new = new_text(understood.text, self._understand(sent).text if sent else None)
        found = read(new.words, OFFERS, england().local_date(now), written_today=False).answer
        return found is not None and found.offer.does == YES and _is_signature(found.text, listed.name)


def _is_signature(text: str, name: str) -> bool:
    """Whether nothing more is said than thanks, regards, and the own name."""
    words = set(re.findall(r"\w+", text.casefold()))
    return not words - SIGNED - set(re.findall(r"\w+", name.casefold()))
