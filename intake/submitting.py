"""A mail that leads to no case → an escalation: the lines of the form, or a known person's own words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from cases.directory.directory import Directory
from cases.holidays import england
from cases.mail.arrivals import Arrivals
from cases.policy import Policy
from cases.reference import MARK, TOKEN_LENGTH
from cases.store.inbox import Received
from cases.submission import Arrival, Submission
from cases.verbs import offers
from intake.forms import lines
from intake.forms.harm import words_of_harm
from intake.forms.lines import Lines, without_question
from intake.mail.message import Understood
from intake.replies import quoting
from intake.replies.new_text import new_text

_WORD = re.compile(r"\w{2,}")
_MARKED = re.compile(rf"^[\s>|]*{re.escape(MARK)} [0-9a-z]{{{TOKEN_LENGTH}}}\b", re.IGNORECASE | re.MULTILINE)
_FORWARD = re.compile(r"\s*(?:(?:re|aw)\s*:\s*)?(?:fw|fwd|wg|tr|rv|enc|i)\s*:", re.IGNORECASE)
FORWARDED = "Forwarded with it:"
_LONGEST = 20_000  # letters of forwarded mail that are taken over
_LINE = 1_000
_MUCH = 20  # words of older mail that a person should see
_LINES, _WORDS = "lines", "words"


@dataclass(frozen=True)
class Letterless:
    """A mail that leads to no case, and what its new words are for the partnership that it came to."""

    understood: Understood
    policy: Policy
    directory: Directory
    words: str
    removed: str  # what was told apart from them: older and forwarded mail, signatures, banners
    form: Lines
    answer: bool  # it begins with a word that letters offer as an answer: one that lost its way
    known_sender: bool  # of the directory, or of an agency's registered domain
    letter: bool  # it bears the mark of a letter such as ours, and is none of ours: another installation wrote it

    @property
    def is_form(self) -> bool:
        return self.form.is_form and not self.letter

    @cached_property
    def harm_words(self) -> tuple[str, ...]:
        """Words of immediate harm wherever they stand: in the subject, new words, forwarded mail.

        Our question about it and its answer are none. Of a letter that a program like this wrote, only new words count.
        """
        below = "" if self.letter else self.removed
        whole = "\n\n".join([self.understood.subject, self.words, below])
        return words_of_harm(without_question(_unquoted(whole), self.policy))

    @property
    def forwarded(self) -> str:
        """What somebody passes on to us, which is part of the concern."""
        passed_on = _FORWARD.match(self.understood.subject) and not self.letter
        return _unquoted(self.removed).strip() if passed_on else ""

    @property
    def holds_older(self) -> bool:
        """Whether there is other mail below the new words, and not a signature alone."""
        lines = self.removed.split("\n")
        quoted = any(line.lstrip().startswith(">") or quoting.FROM_FIELD.match(line[:_LINE]) for line in lines)
        return quoted and len(_WORD.findall(self.removed)) >= _MUCH

    @property
    def length(self) -> int:
        """How many words of its own it has; a lost answer has none, nor has a letter that a program wrote."""
        return 0 if self.answer or self.letter else len(_WORD.findall(self.words))


class Submitting:
    """`inboxes` are the partnerships' addresses."""

    def __init__(self, arrivals: Arrivals, inboxes: Mapping[str, str]) -> None:
        self._arrivals = arrivals
        self._inboxes = inboxes

    def looked_through(self, understood: Understood, partnership: str, now: datetime) -> Letterless:
        policy, directory = self._arrivals.form_of(partnership)
        new = new_text(understood.text)
        words = new.words
        form = lines.read_lines(words, policy, directory, england().local_date(now))
        lost = _is_answer(words, policy)
        known, letter = _is_known(directory, understood.sender), bool(_MARKED.search(understood.text))
        return Letterless(understood, policy, directory, words, new.removed, form, lost, known, letter)

    def open(
        self,
        message: Received,
        mail: Letterless,
        by: str,
        verified: bool,
        why: str,
        now: datetime,
    ) -> None:
        """Open a case from the lines of the form or from plain words (`by` is "lines" or "words")."""
        arrival = Arrival(
            via="lines" if by == _LINES else "words",
            message=message.id,
            verified=verified,
            harm_words=mail.harm_words,
            unread=mail.form.unread if by == _LINES else (),
            attachments=tuple(each.name or "without a name" for each in mail.understood.attachments),
            left_out=_left_out(mail, by),
            also_to=self._also_to(mail.understood, message.partnership),
        )
        submission = _of_lines(mail) if by == _LINES else _of_words(mail)
        self._arrivals.opened(message, submission, arrival, why, now)

    def _also_to(self, understood: Understood, partnership: str) -> tuple[str, ...]:
        addressed = {plain_address(each) for each in understood.recipients}
        others = [inbox.lower() for key, inbox in self._inboxes.items() if key != partnership]
        return self._arrivals.names([each for each in others if each in addressed])


def plain_address(address: str) -> str:
    """An address in lower case, without what follows a plus."""
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _of_lines(mail: Letterless) -> Submission:
    understood = mail.understood
    return lines.submission(mail.policy, mail.form, understood.sender, understood.sender_name, mail.directory)


def _of_words(mail: Letterless) -> Submission:
    sender, directory = mail.understood.sender, mail.directory
    return Submission(
        email=sender,
        name=directory.name_of(sender) or mail.understood.sender_name,
        agency=directory.agency_of(sender) or "",
        concern="\n\n".join(filter(None, [mail.words, _passed_on(mail)])),
    )


def _passed_on(mail: Letterless) -> str:
    return f"{FORWARDED}\n\n{mail.forwarded[:_LONGEST]}" if mail.forwarded else ""


def _left_out(mail: Letterless, by: str) -> bool:
    """Whether a person must read the mail because other mail in it is no part of the concern, or not all of it."""
    taken = by != _LINES and mail.forwarded
    return len(mail.forwarded) > _LONGEST if taken else bool(mail.forwarded) or mail.holds_older


def _unquoted(text: str) -> str:
    """Without marks of quotation; bounded work for any text."""
    return "\n".join(line.lstrip("> |") for line in text.split("\n"))


def _is_answer(words: str, policy: Policy) -> bool:
    """Whether the first line is an offered word alone, or begins with one in capitals as letters print it."""
    first = " ".join(words.split("\n")[0][:200].split()).strip(" .!*")
    offered = offers.words_of(policy)
    return first.upper() in offered or any(re.match(rf"{re.escape(each)}(?!\w)", first) for each in offered)


def _is_known(directory: Directory, sender: str) -> bool:
    """Business support writes about cases, and raises none by writing in."""
    return directory.may_write_to(sender) and sender.lower() != directory.business_support.lower()
