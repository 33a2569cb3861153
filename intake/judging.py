"""What becomes of one stored message: judged by the ordered rules, and handed to the verb that they name."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime

from cases.case import BUSINESS_SUPPORT
from cases.directory.requests import Listed
from cases.holidays import england
from cases.mail.arrivals import Arrivals
from cases.mail.correspondence import Correspondence, Traced
from cases.mail.senders import Senders
from cases.mail.tracing import Clues
from cases.mail.tray import Tray
from cases.reference import is_bounce_address
from cases.store.inbox import Received
from cases.submission import Absence, Answer, Evidence
from intake.adding import Adding
from intake.forms.harm import words_of_harm
from intake.forms.labels import plain
from intake.forms.lines import without_question
from intake.listed import ListedMail
from intake.mail.absence import read_absence
from intake.mail.automatic import announces_absence
from intake.mail.header import addresses
from intake.mail.message import Understood
from intake.mail.trust import verified
from intake.replies import prose
from intake.replies.new_text import NewText, new_text
from intake.replies.reply import Read, read
from intake.rules import AUTOMATIC, BOUNCE, OF_MACHINES, STRANGER, UNKNOWN, Found, Judged, Match, judge, tokens_of
from intake.submitting import Letterless, Submitting
from intake.writer import NO_REPLY

TOO_LARGE = "It is larger than 25 MB: only its headers were read, and the whole of it is in the mailbox."
OWNED = "Its sender said on the page that it is theirs."
OTHER_ADDRESS = "It comes from an address that the letter was not sent to."
BEHALF = "It was sent by somebody else on behalf of the person whom it names."
HARM = "It holds words of immediate harm, so a person reads it and nothing is taken from its sentences."
ANSWERS = "Its sender answers what business support asked: a person reads both together."
MOST_RAISED = 5
RAISED_MANY = "Its sender has raised several cases within a week: a person looks at this mail first."
POSING = "Take care: it bears the name of somebody on this case, and comes from another address than theirs."


class Judging:
    def __init__(
        self,
        correspondence: Correspondence,
        inboxes: Mapping[str, str],
        anchor: str | None,
        understand: Callable[[bytes], Understood],
    ) -> None:
        self._correspondence = correspondence
        self._inboxes = inboxes
        self._anchor = anchor
        self._understand = understand
        self._arrivals = Arrivals(correspondence)
        self._senders = Senders(correspondence)
        self._tray = Tray(correspondence)
        self._submitting = Submitting(self._arrivals, inboxes)
        self._adding = Adding(self._arrivals)
        self._listed = ListedMail(correspondence, understand)

    def judge(self, message_id: str, now: datetime) -> None:
        """Judge a message, unless that was done."""
        message = self._correspondence.message(message_id)
        if message.state == "stored":
            self._judge(message, now)

    def came_again(self, message_id: str, raw: bytes) -> None:
        """A copy came that our mail server vouches for, and the first that came by another way was not: this counts."""
        if self._correspondence.message(message_id).awaits and verified(self._understand(raw), self._anchor).verified:
            self._correspondence.vouched(message_id, raw)

    def _judge(self, message: Received, now: datetime) -> None:
        message_id = message.id
        understood = self._understand(message.raw)
        clues = clues_of(understood)
        traced = self._correspondence.trace(clues, message.partnership, now)
        asked = not traced and self._asked(message, clues, now)
        mail = None if traced else self._submitting.looked_through(understood, message.partnership, now)
        theirs = _addressed_to_sender(understood, traced) or _one_case(traced)
        answers = self._answers_under_absence(understood, theirs, mail, now)
        judged = judge(understood, _found(understood, traced, mail, answers), tuple(self._inboxes.values()))
        self._tell_of_harm(message_id, understood, theirs, () if judged.rule in OF_MACHINES else tuple(traced), now)
        if TOO_LARGE in message.why:
            self._correspondence.to_tray(message_id, _one_case(traced), "Nothing was done with it.", False, now)
        elif mail and (listed := self._listed.asked(clues, message.partnership, now)):
            self._answer_of_entry(message_id, mail, listed, judged, now)
        elif mail and asked and judged.becomes == "words":
            self._put_away(message_id, mail, replace(judged, why=ANSWERS), now)
        else:
            self._becomes(message, understood, traced, mail, judged, now)

    def _answer_of_entry(
        self, message_id: str, mail: Letterless, listed: Listed, judged: Judged, now: datetime
    ) -> None:
        """It answers our question whether an entry of the directory is right."""
        understood = mail.understood
        sender = understood.sender.lower() == listed.email.lower() and not _on_behalf(understood)
        own = sender and verified(understood, self._anchor).verified
        self._listed.take(message_id, understood, listed, judged, own, mail.harm_words, now)

    def _becomes(
        self,
        message: Received,
        understood: Understood,
        traced: list[Traced],
        mail: Letterless | None,
        judged: Judged,
        now: datetime,
    ) -> None:
        """What the rules say, done."""
        message_id = message.id
        letter = _one_case(traced)
        theirs = _addressed_to_sender(understood, traced) or letter
        if message.owned_by and (owned := _of_party(traced, message.owned_by)):
            self._act(message_id, understood, owned, OWNED, now)
        elif letter and letter.survivor and (judged.becomes == "answer" or judged.rule == STRANGER):
            self._correspondence.to_survivor(message_id, letter, now)
        elif judged.becomes == "answer" and letter and theirs:
            self._answer(message_id, understood, theirs, judged, now)
        elif mail and judged.becomes in ("lines", "words"):
            self._open(message, mail, judged, now)
        elif judged.rule == BOUNCE and (lost := _came_back(understood, traced)):
            self._correspondence.bounced(message_id, lost, judged.why, now)
        elif judged.rule == AUTOMATIC and theirs and (absence := self._absence(understood, theirs, now)):
            self._arrivals.absent(message_id, theirs, absence, understood.sender, judged.why, now)
        elif judged.becomes == "filed":
            self._correspondence.file(message_id, letter, judged.why, now)
        elif judged.rule == STRANGER and letter:
            self._ask(message_id, understood, letter, OTHER_ADDRESS, now)
        elif mail:
            self._put_away(message_id, mail, judged, now)
        else:
            self._correspondence.to_tray(message_id, letter, judged.why, False, now)

    def _asked(self, message: Received, clues: Clues, now: datetime) -> bool:
        """Whether a mail answers what business support asked the sender of another: then both stand together."""
        root = self._correspondence.asked_about(clues, message.partnership, now)
        if root:
            self._correspondence.follows(message.id, root)
        return bool(root)

    def _answers_under_absence(
        self, understood: Understood, letter: Traced | None, mail: Letterless | None, now: datetime
    ) -> bool:
        """Whether an offered answer stands under a subject that announces an absence: then a person has answered."""
        if not announces_absence(understood.subject):
            return False
        read_in = letter and self._read(self._new_words(understood, letter), understood, letter, now)
        return bool(mail and mail.answer) or bool(read_in and read_in.answer)

    def _tell_of_harm(
        self, message_id: str, understood: Understood, letter: Traced | None, traced: tuple[Traced, ...], now: datetime
    ) -> None:
        """Business support hears of words of immediate harm before anything else becomes of a mail about a case."""
        if traced and (found := self._harm(understood, letter or traced[0], now)):
            for case_id in dict.fromkeys(each.case_id for each in traced):
                self._arrivals.harm_found(message_id, case_id, found, now)

    def _harm(self, understood: Understood, letter: Traced, now: datetime) -> tuple[str, ...]:
        """Words of immediate harm among the new words of a mail about a case; our question about it is none."""
        words = self._new_words(understood, letter).words
        if not words_of_harm(words):
            return ()
        _, policy, _ = self._arrivals.standing(letter.case_id, now)
        return words_of_harm(without_question(words, policy))

    def _absence(self, understood: Understood, letter: Traced, now: datetime) -> Absence | None:
        """What an automatic reply to a party's letter says of an absence; a subject alone shows no letter."""
        if letter.party == BUSINESS_SUPPORT or letter.way == "subject":
            return None
        return read_absence(understood, england().local_date(now))

    def _answer(self, message_id: str, understood: Understood, letter: Traced, judged: Judged, now: datetime) -> None:
        """What comes from the party's own mailbox is acted on; of all else the party is asked whether it is theirs."""
        verdict = verified(understood, self._anchor)
        behalf = _on_behalf(understood)
        if not letter.theirs:
            self._ask(message_id, understood, letter, OTHER_ADDRESS, now)
        elif behalf or not verdict.verified:
            self._ask(message_id, understood, letter, behalf or verdict.why, now)
        else:
            self._act(message_id, understood, letter, judged.why, now)

    def _ask(self, message_id: str, understood: Understood, letter: Traced, why: str, now: datetime) -> None:
        """The party is told in the letter what it would be recorded as, never the words."""
        said = self._read(self._new_words(understood, letter), understood, letter, now).answer
        offered = f"{said.offer.word}: {said.offer.title}" if said else ""
        self._senders.ask(message_id, letter, self._odd(understood, letter, why, now), offered, now)

    def _act(self, message_id: str, understood: Understood, letter: Traced, why: str, now: datetime) -> None:
        """An offered answer is recorded, lines that were missing are filled in; anything else is put to a person."""
        new = self._new_words(understood, letter)
        found = self._read(new, understood, letter, now)
        answer = None
        if found.answer:
            offer = found.answer.offer
            evidence = Evidence(via="reply", message=message_id)
            answer = Answer(offer.does, offer.about, found.answer.text, found.answer.day, evidence, found.answer.at)
        if self._adding.add(message_id, new, letter, answer, why, now):
            return
        if answer is None:
            self._answer_in_prose(message_id, new, understood, letter, why, found.unclear, now)
            return
        self._correspondence.answered(message_id, letter, answer, why, now)

    def _answer_in_prose(
        self,
        message_id: str,
        new: NewText,
        understood: Understood,
        letter: Traced,
        why: str,
        unclear: str,
        now: datetime,
    ) -> None:
        """Plain sentences: a date, a handover, a question is recorded, an outcome proposed; all else is a person's."""
        today, offers = england().local_date(now), self._correspondence.offers(letter.letter_id)
        if self._harm(understood, letter, now):
            self._correspondence.to_tray(message_id, letter, HARM, True, now)
            return
        found = prose.read(new.words, offers, today, written_today=_written_on(understood, today))
        if found.meaning is None:
            self._correspondence.to_tray(message_id, letter, found.unclear or unclear, True, now)
        elif found.meaning.offer.effect:
            self._correspondence.proposed(message_id, letter, prose.answer_of(found.meaning, message_id), why, now)
        else:
            answer = prose.answer_of(found.meaning, message_id)
            self._correspondence.answered(message_id, letter, answer, why, now)

    def _open(self, message: Received, mail: Letterless, judged: Judged, now: datetime) -> None:
        vouched = verified(mail.understood, self._anchor).verified and not _on_behalf(mail.understood)
        certain = vouched and judged.becomes == "lines"  # all else a program may have written, without end
        if not certain and self._arrivals.raised_lately(mail.understood.sender, now) >= MOST_RAISED:
            self._put_away(message.id, mail, replace(judged, why=f"{RAISED_MANY} {judged.why}"), now)
            return
        self._submitting.open(message, mail, judged.becomes, vouched, judged.why, now)

    def _put_away(self, message_id: str, mail: Letterless, judged: Judged, now: datetime) -> None:
        """A mail about no case waits for a person. Its sender hears so where it is certain who that is (D1)."""
        understood = mail.understood
        looked_for = judged.rule == UNKNOWN or judged.becomes != "tray"
        doubtful = understood.sender_problems or mail.letter or NO_REPLY.match(understood.sender)
        sender = understood.sender if looked_for and not doubtful else ""
        reason = " ".join([judged.why, *understood.warnings])
        self._tray.stranger(message_id, sender, understood.sender_name, reason, mail.harm_words, now)

    def _odd(self, understood: Understood, letter: Traced, why: str, now: datetime) -> str:
        """The reason, with a warning in words where a mail bears a party's name and comes from elsewhere (E60)."""
        case, _, _ = self._arrivals.standing(letter.case_id, now)
        names = {plain(party.name) for party in case.parties if party.name}
        other = understood.sender.lower() not in {party.email.lower() for party in case.parties}
        posing = [POSING] if plain(understood.sender_name) in names and other else []
        came = [f"It came from {understood.sender}."] if other and understood.sender else []
        return " ".join([why, *came, *posing, *understood.warnings])

    def _new_words(self, understood: Understood, letter: Traced) -> NewText:
        """The sender's own words. We know what we sent, so ours are told apart wherever they stand."""
        sent = self._correspondence.sent(letter.letter_id)
        return new_text(understood.text, self._understand(sent).text if sent else None)

    def _read(self, new: NewText, understood: Understood, letter: Traced, now: datetime) -> Read:
        today, offers = england().local_date(now), self._correspondence.offers(letter.letter_id)
        return read(new.words, offers, today, written_today=_written_on(understood, today))


def clues_of(understood: Understood) -> Clues:
    """Everything in a message that may lead to a letter of ours."""
    traces = tokens_of(understood)
    return Clues(
        sender=understood.sender,
        recipient_tokens=traces.recipient_tokens,
        references=traces.message_ids,
        body_tokens=traces.body_tokens,
        body_message_ids=traces.body_message_ids,
        subject_references=tuple(str(each) for each in traces.subject_references),
    )


def _found(understood: Understood, traced: list[Traced], mail: Letterless | None, answers: bool) -> Found:
    matches = (Match(each.way, each.case_id, each.letter_id, each.theirs) for each in traced)
    if mail is None:
        return Found(tuple(matches), answers=answers)
    return Found(tuple(matches), mail.is_form, mail.known_sender, mail.length, bool(mail.harm_words), answers)


def _written_on(understood: Understood, day: date) -> bool:
    """Whether the mail's own date is this local day: only then are its "today" and "Thursday" certain."""
    return understood.date is not None and england().local_date(understood.date) == day


def _of_party(traced: list[Traced], party: str) -> Traced | None:
    """Of the letters that a mail leads to, one that this party had."""
    return next((each for each in traced if each.party == party), None)


def _on_behalf(understood: Understood) -> str:
    """Somebody else sent it, as its Sender line says (RFC 5322 section 3.6.2); shown, never trusted (D16)."""
    senders = addresses(understood.header("sender"))
    return BEHALF if senders and understood.sender.lower() not in [each.lower() for each in senders] else ""


def _one_case(traced: list[Traced]) -> Traced | None:
    """The surest of the letters that a mail leads to, where all are about one case."""
    return traced[0] if traced and len({each.case_id for each in traced}) == 1 else None


def _addressed_to_sender(understood: Understood, traced: list[Traced]) -> Traced | None:
    """Of several letters that a mail leads to, the one that its sender had; else one that they may answer."""
    mine = [each for each in traced if each.theirs]
    return next((each for each in mine if each.email.lower() == understood.sender.lower()), next(iter(mine), None))


def _came_back(understood: Understood, traced: list[Traced]) -> Traced | None:
    """The letter of ours that a report returns for good: one that went to an address that failed (D18), or the one
    whose own bounce address was written to, whatever address the report names: nobody else has ever seen it."""
    failed = understood.report.failed
    named = next((each for each in traced if each.way != "subject" and each.email.lower() in failed), None)
    if named or not understood.report.final or not any(map(is_bounce_address, understood.recipients)):
        return named
    return next((each for each in traced if each.way == "recipient"), None)
