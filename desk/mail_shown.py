"""A mail as the desk may see it, and who on a case may have written it."""

from collections.abc import Sequence
from datetime import datetime
from email.utils import parseaddr

from cases.case import BUSINESS_SUPPORT
from cases.reading import Reading
from cases.reference import without_keys
from cases.standing import View, may_see_all, offers_at_desk
from cases.store.inbox import Received
from web.mail_text import head, readable

SEALED = (
    "This mail is on a confidential case, so its words are not shown here. The named person must read it, on the page "
    "of their letter. Please telephone them, and record here what they say is to be done with it."
)


_SHOWN = {"From": "", "Subject": "Mail on a confidential case", "Date": "", "text": SEALED, "why": ""}


def in_list(reading: Reading, mails: Sequence[Received], now: datetime) -> list[dict[str, str]]:
    """As `shown`, of several mails and without their words."""
    sealed = reading.confidential_among(mails, now)
    return [_SHOWN if each.id in sealed else _head(each) | {"why": each.why} for each in mails]


def _head(mail: Received) -> dict[str, str]:
    return {name: without_keys(value) for name, value in head(mail.raw).items()}


def shown(reading: Reading, mail: Received, now: datetime) -> dict[str, str]:
    """Who, when, what about, the words, and why it is in the tray. Of a mail on a confidential case nothing but when
    it came (chscp 1.7)."""
    return _SHOWN if reading.confidential_cases(mail, now) else words_of(mail) | {"why": mail.why}


def words_of(mail: Received) -> dict[str, str]:
    """Who, when, what about and the words, without the keys of the letter that it quotes."""
    return {name: without_keys(value) for name, value in readable(mail.raw).items()}


def sender_of(reading: Reading, mail: Received, now: datetime) -> tuple[str, str]:
    """Name and address in the From line of a mail; both empty where the mail is on a confidential case (chscp 1.7)."""
    return parseaddr("" if reading.confidential_cases(mail, now) else head(mail.raw)["From"])


def answerers(view: View) -> list[tuple[str, str, int]]:
    """Who has an open answer to give in a case: key, name with title, how many answers. None of those from whom a
    confidential case is kept, and there nobody by name (chscp 1.7)."""
    hide = view.case.confidential
    may = [party for party in view.case.parties if may_see_all(view, party)]
    parties = [
        (party.key, f"The {party.title}" if hide else f"{party.name or party.email}, {party.title}") for party in may
    ]
    everyone = [*parties, (BUSINESS_SUPPORT, "Business support")]
    return [(key, name, count) for key, name in everyone if (count := len(offers_at_desk(view, key)))]
