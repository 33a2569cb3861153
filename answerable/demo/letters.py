"""The letters that went out, as the post room shows them: what was sent, to whom, and whether an answer is awaited."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from typing import Literal

from answerable.demo.demo import Demo
from cases.case import BUSINESS_SUPPORT, Case
from cases.standing import View, open_offers
from cases.store import outbox
from cases.store.outbox import Stored
from cases.verbs.decision import Offer
from mailer.transports.folder import Posted

Standing = Literal["waits", "may", "answered", "again", "over", "nothing"]


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter as its bytes say it."""

    id: str
    recipient: str
    at: datetime
    subject: str
    text: str
    html: str
    message_id: str
    reply_to: str
    references: str
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PostedLetter:
    """A letter in the post room. `stored` is what the outbox knows of it; `offers` are those still open."""

    sent: Sent
    stored: Stored
    title: str
    agency: str
    reference: str
    page: str
    standing: Standing
    offers: tuple[Offer, ...]

    @property
    def code(self) -> str:
        """The six digits that the letter brings, if it brings any."""
        return str(self.stored.values.get("code", ""))

    @property
    def choices(self) -> Mapping[str, Offer]:
        """The open offers by their place in the letter, which never changes."""
        return {str(place): offer for place, offer in enumerate(self.stored.offers) if offer in self.offers}


class Letters:
    """Every letter, read afresh from the post room's folder and the outbox."""

    def __init__(self, demo: Demo) -> None:
        self._demo = demo
        self._service = demo.service
        self._read: dict[str, Sent] = {}

    def all(self) -> list[PostedLetter]:
        """The newest first. What is due is sent before: nobody has to wait for the ticker."""
        self._demo.settle()
        now = self._demo.time()
        sent = [self._sent(each) for each in self._demo.post_room.letters()]
        stored = self._stored(each.message_id for each in sent)
        views = self._views(stored.values(), now)
        known = [each for each in sent if each.message_id in stored]
        letters = [self._posted(each, stored[each.message_id], views, now) for each in known]
        return _asked_again(letters[::-1])

    def one(self, id: str) -> PostedLetter | None:
        return next((letter for letter in self.all() if letter.sent.id == id), None)

    def _sent(self, posted: Posted) -> Sent:
        if posted.id not in self._read:
            self._read[posted.id] = read_letter(posted)
        return self._read[posted.id]

    def _stored(self, message_ids: Iterable[str]) -> Mapping[str, Stored]:
        keyring = self._service.casework.keyring
        with self._service.database.read() as connection:
            ids = outbox.by_message_ids(connection, tuple(message_ids))
            found = [outbox.opened(connection, each, keyring) for each in ids]
        return {each.message_id: each for each in found}

    def _views(self, stored: Iterable[Stored], now: datetime) -> Mapping[str, View]:
        return {each: self._service.reading.case(each, now) for each in {each.case_id for each in stored} if each}

    def _posted(self, sent: Sent, stored: Stored, views: Mapping[str, View], now: datetime) -> PostedLetter:
        view = views.get(stored.case_id or "")
        page = f"/l/{self._service.reading.page_token(stored.id, now)}" if view else ""
        if view is None:
            return PostedLetter(sent, stored, "", "", "", page, "nothing", ())
        title, agency = _place(view, stored)
        offers = tuple(open_offers(view.case, stored.to, stored.offers))
        state = standing(view.case, stored, offers)
        return PostedLetter(sent, stored, title, agency, view.case.reference, page, state, offers)


def read_letter(posted: Posted) -> Sent:
    """The parts of a letter that the post room shows."""
    message = message_from_bytes(posted.message, policy=default)
    assert isinstance(message, EmailMessage)
    return Sent(
        id=posted.id,
        recipient=posted.recipient,
        at=parsedate_to_datetime(message["Date"]),
        subject=str(message["Subject"]),
        text=_body(message, "plain"),
        html=_body(message, "html"),
        message_id=str(message["Message-ID"]).strip(),
        reply_to=str(message["Reply-To"]),
        references=str(message.get("References", "")),
        headers=tuple((name, str(value)) for name, value in message.items()),
    )


def standing(case: Case, letter: Stored, offers: Iterable[Offer]) -> Standing:
    """Whether the letter's answer is awaited, was given, or is needed no more."""
    if letter.values.get("code"):
        return "answered" if case.confirmed else "waits"
    if not letter.offers:
        return "nothing"
    if any(_has_answered(case, letter.to, offer) for offer in letter.offers):
        return "answered"
    kinds = {offer.does.partition(":")[0] for offer in offers}
    if not kinds:
        return "over"
    return "may" if kinds <= {"object", "agree"} else "waits"


def _asked_again(letters: list[PostedLetter]) -> list[PostedLetter]:
    """Of several letters that ask one person for the same thing, only the newest waits."""
    seen: set[tuple[str | None, str, frozenset[tuple[str, str]]]] = set()
    shown = []
    for letter in letters:
        asks = letter.stored.case_id, letter.stored.to, frozenset((each.does, each.about) for each in letter.offers)
        again = letter.standing == "waits" and bool(letter.offers) and asks in seen
        seen.add(asks)
        shown.append(replace(letter, standing="again") if again else letter)
    return shown


def _has_answered(case: Case, who: str, offer: Offer) -> bool:
    does = offer.does.partition(":")[0]
    if does == "outcome":
        return any(said.party == who for said in case.stage_row(offer.about).said)
    if does == "give":
        return case.asked_thing(offer.about).answer is not None
    return does == "on_file" and who in case.filed


def _place(view: View, letter: Stored) -> tuple[str, str]:
    """The title and agency of whom a letter of a case went to."""
    if letter.to == BUSINESS_SUPPORT:
        return "", view.partnership
    party = view.case.party(letter.to)
    return party.title, view.directory.agency_name(party.agency) or view.partnership


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part else ""
