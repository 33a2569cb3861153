"""Mail in: kept byte for byte first, then judged and handed over, each message on its own. Nothing is dropped."""

from collections.abc import Mapping
from datetime import datetime

import structlog

from cases.correspondence import Correspondence, Traced
from cases.holidays import england
from cases.submission import Answer, Evidence
from cases.tracing import Clues
from intake.delivery import failed_for_good
from intake.message import Understood, understand, verified
from intake.reply import Read, new_text, read
from intake.rules import BOUNCE, Found, Judged, Match, judge, tokens_of

log = structlog.get_logger()


class NobodysMail(Exception):
    """A message names no partnership of this installation, so it was not taken in."""


class Mailbox:
    """`inboxes` are the partnerships' addresses; `anchor` is the mail server whose verdict on a sender counts."""

    def __init__(self, correspondence: Correspondence, inboxes: Mapping[str, str], anchor: str | None) -> None:
        self._correspondence = correspondence
        self._inboxes = inboxes
        self._anchor = anchor

    def take_in(self, raw: bytes, partnership: str | None, now: datetime) -> str:
        """Store a message and judge it. Gives its id; the same message twice is one. Raises NobodysMail.

        `partnership` says whose it is where no letter of ours does.
        """
        understood = understand(raw)
        whose = self._whose(understood, partnership, now)
        if whose is None or whose not in self._inboxes:
            raise NobodysMail(
                "The message is addressed to none of the inboxes here, and no partnership was named. "
                f"Say whose it is with --partnership; known are: {', '.join(self._inboxes)}."
            )
        message_id, new = self._correspondence.keep(whose, self._inboxes[whose], raw, understood.message_id, now)
        if new:
            self._judge(message_id, now)
        return message_id

    def judge_waiting(self, now: datetime) -> None:
        """Judge what was stored and not judged, such as before a crash. One message's trouble never stops the rest."""
        for message_id in self._correspondence.waiting("stored"):
            try:
                self._judge(message_id, now)
            except Exception as error:
                log.error("a message could not be judged", message=message_id, error=type(error).__name__)
                self._give_up(message_id, now)

    def _give_up(self, message_id: str, now: datetime) -> None:
        try:
            self._correspondence.to_tray(message_id, None, "The program could not read it.", False, now)
        except Exception as error:  # it stays stored, and is judged again at the next look
            log.error("a message could not be put in the tray", message=message_id, error=type(error).__name__)

    def _judge(self, message_id: str, now: datetime) -> None:
        message = self._correspondence.message(message_id)
        understood = understand(message.raw)
        traced = self._traced(understood, message.partnership, now)
        judged = judge(understood, _found(understood, traced), tuple(self._inboxes.values()))
        letter = traced[0] if traced and len({each.case_id for each in traced}) == 1 else None
        if judged.becomes == "answer" and letter:
            self._answer(message_id, understood, _addressed_to_sender(understood, traced) or letter, judged, now)
        elif judged.rule == BOUNCE and (lost := _came_back(understood, traced)):
            self._correspondence.bounced(message_id, lost, judged.why, now)
        elif judged.becomes == "filed":
            self._correspondence.file(message_id, letter, judged.why, now)
        else:
            self._correspondence.to_tray(message_id, letter, judged.why, False, now)

    def _answer(self, message_id: str, understood: Understood, letter: Traced, judged: Judged, now: datetime) -> None:
        """An offered answer from the party's own mailbox is recorded; anything else is put to a person."""
        verdict = verified(understood, self._anchor)
        if understood.sender.lower() != letter.email.lower() or not verdict.verified:
            why = verdict.why if not verdict.verified else "It comes from an address that the letter was not sent to."
            self._correspondence.to_tray(message_id, letter, f"The sender is not confirmed. {why}", False, now)
            return
        found = self._read(understood, letter, now)
        if found.answer is None:
            self._correspondence.to_tray(message_id, letter, found.unclear, True, now)
            return
        offer = found.answer.offer
        evidence = Evidence(via="reply", message=message_id)
        answer = Answer(offer.does, offer.about, found.answer.text, found.answer.day, evidence)
        self._correspondence.answered(message_id, letter, answer, judged.why, now)

    def _read(self, understood: Understood, letter: Traced, now: datetime) -> Read:
        offers = self._correspondence.offers(letter.letter_id)
        return read(new_text(understood.text).words, offers, england().local_date(now))

    def _traced(self, understood: Understood, partnership: str | None, now: datetime) -> list[Traced]:
        """The letters that a message leads to; those of another partnership than its own say nothing about it."""
        traces = tokens_of(understood)
        return self._correspondence.trace(
            Clues(
                sender=understood.sender,
                recipient_tokens=traces.recipient_tokens,
                references=traces.message_ids,
                body_tokens=traces.body_tokens,
                body_message_ids=traces.body_message_ids,
                subject_references=tuple(str(each) for each in traces.subject_references),
            ),
            partnership,
            now,
        )

    def _whose(self, understood: Understood, named: str | None, now: datetime) -> str | None:
        """The partnership of a message: by a letter of ours, as named, by its inbox, or the only one there is."""
        traced = self._traced(understood, None, now)
        if traced or named:
            return self._correspondence.partnership_of(traced[0]) if traced else named
        addressed = {_plain_address(each) for each in understood.recipients}
        by_inbox = [key for key, inbox in self._inboxes.items() if inbox.lower() in addressed]
        return by_inbox[0] if by_inbox else next(iter(self._inboxes)) if len(self._inboxes) == 1 else None


def _found(understood: Understood, traced: list[Traced]) -> Found:
    sender = understood.sender.lower()
    return Found(tuple(Match(each.way, each.case_id, each.letter_id, each.email.lower() == sender) for each in traced))


def _addressed_to_sender(understood: Understood, traced: list[Traced]) -> Traced | None:
    """Of several letters that a mail leads to, the one that its sender had."""
    return next((each for each in traced if each.email.lower() == understood.sender.lower()), None)


def _came_back(understood: Understood, traced: list[Traced]) -> Traced | None:
    """The letter of ours that a report returns for good, if it names the address that the letter went to (D18)."""
    failed = failed_for_good(understood)
    return next((each for each in traced if each.way != "subject" and each.email.lower() in failed), None)


def _plain_address(address: str) -> str:
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
