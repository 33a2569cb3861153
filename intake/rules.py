"""What becomes of a message: the ordered table below, first match wins. Nothing is dropped.

"answer" is a reply to a letter of ours, to be read and recorded; "filed" is kept and counted and never acts; "tray"
waits for a person at business support; "lines" and "words" open a case: the lines of the form, or somebody's own words.
The reason is stored with the message and shown.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal

from cases.reference import Reference, find_tokens, token_in_address
from intake.mail.automatic import is_automatic, is_marked, reads_as_automatic
from intake.mail.delivery import comes_of_machines
from intake.mail.message import Understood
from intake.mail.protection import is_protected

LOOP_HEADER = "X-Answerable-Loop"
BOUNCE = "bounce"
AUTOMATIC, STRANGER, UNKNOWN = "automatic reply", "stranger", "unknown"
LOOP, MANY_HOPS, REPORT = "own loop", "too many hops", "report"
OF_MACHINES = (LOOP, MANY_HOPS, BOUNCE, REPORT, AUTOMATIC)  # no person wrote it
Becomes = Literal["answer", "lines", "words", "filed", "tray"]
FEW_WORDS = 5  # fewer are no escalation in somebody's own words
WAYS = ("recipient", "reference", "body", "subject")  # the surest first
HOPS = 100
_TOKENS = 50


@dataclass(frozen=True, slots=True)
class Traces:
    """What in a message may lead to a case; the store looks it up. The nearest to the new words come first."""

    recipient_tokens: tuple[str, ...]
    message_ids: tuple[str, ...]  # In-Reply-To and References, in lower case
    body_tokens: tuple[str, ...]
    body_message_ids: tuple[str, ...]  # quoted, as in a bounce
    subject_references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A letter or case that a trace led to, and whether the sender is one from whom an answer to it is expected."""

    way: str  # one of WAYS
    case_id: str
    letter_id: str | None
    expected_sender: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What the store found for the traces of a message."""

    matches: tuple[Match, ...] = ()
    form: bool = False  # its new words are lines of the form
    known_sender: bool = False  # of the directory, or of an agency's registered domain
    words: int = 0  # how many new words it has
    harm: bool = False  # it holds words of immediate harm
    answers: bool = False  # its new words give an offered answer; looked for where its subject announces an absence

    @property
    def surest(self) -> Match | None:
        """The match to go by: of the letters that its sender had, or else of all, the one found in the surest way."""
        return min(self.matches, key=lambda match: (not match.expected_sender, WAYS.index(match.way)), default=None)


@dataclass(frozen=True, slots=True)
class Judged:
    """The rule that a message fell under. `match` is the likely letter, also when a person must look."""

    rule: str
    becomes: Becomes
    why: str
    match: Match | None = None


@dataclass(frozen=True, slots=True)
class Mail:
    """All that a rule may look at. `own` are our polled and sending addresses, in lower case."""

    understood: Understood
    found: Found
    own: frozenset[str]


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    test: Callable[[Mail], bool]
    becomes: Becomes
    why: str


def judge(understood: Understood, found: Found, own_addresses: Collection[str]) -> Judged:
    """What becomes of a message, by the first rule that it meets."""
    mail = Mail(understood, found, frozenset(address.lower() for address in own_addresses))
    rule = next(rule for rule in RULES if rule.test(mail))
    return Judged(rule.name, rule.becomes, rule.why.format(way=_how(found)), found.surest)


def tokens_of(understood: Understood) -> Traces:
    """Everything in a message that may be a token, Message-ID or reference of ours."""
    below = f"{understood.text}\n{understood.enclosed}"
    tokens = dict.fromkeys(filter(None, map(token_in_address, understood.recipients)))
    return Traces(
        recipient_tokens=tuple(tokens)[:_TOKENS],
        message_ids=tuple(dict.fromkeys(each.lower() for each in understood.references)),
        body_tokens=tuple(find_tokens(below)[:_TOKENS]),
        body_message_ids=tuple(dict.fromkeys(each.lower() for each in _OUR_KIND_OF_ID.findall(below)))[:_TOKENS],
        subject_references=tuple(Reference.find(understood.subject[:1000])),
    )


def _own_loop(mail: Mail) -> bool:
    local, _, domain = mail.understood.sender.partition("@")
    ours = {mail.understood.sender, f"{local.partition('+')[0]}@{domain}"} & mail.own
    return mail.understood.has(LOOP_HEADER.lower()) or bool(ours)


def _too_many_hops(mail: Mail) -> bool:
    """RFC 5321 section 6.3: so many Received lines are a loop."""
    return sum(name == "received" for name, _ in mail.understood.headers) > HOPS


def _bounce(mail: Mail) -> bool:
    return mail.understood.report.final


def _report(mail: Mail) -> bool:
    reports = mail.understood.report
    told = reports.delayed or reports.passed
    return bool(told) or (_any_type(mail, _REPORT_TYPES) and comes_of_machines(mail.understood))


def _perhaps_automatic(mail: Mail) -> bool:
    """A program sent it, and somebody may speak through it: a form on a website, a safeguarding system's alert."""
    if not (_automatic(mail) and _nothing(mail)):
        return False
    found = mail.found
    return found.form or found.harm or (found.known_sender and not reads_as_automatic(mail.understood))


def _automatic(mail: Mail) -> bool:
    """A subject alone does not undo an answer that stands below it."""
    return is_automatic(mail.understood) and (is_marked(mail.understood) or not mail.found.answers)


def _calendar_response(mail: Mail) -> bool:
    return "text/calendar; method=reply" in mail.understood.types


def _list_mail(mail: Mail) -> bool:
    names = {name for name, _ in mail.understood.headers}
    bulk = mail.understood.header("precedence").lower() in ("bulk", "list", "junk")
    return bulk or any(name.startswith("list-") for name in names)


def _traced_list_mail(mail: Mail) -> bool:
    return _list_mail(mail) and bool(mail.found.matches)


def _beyond_a_limit(mail: Mail) -> bool:
    return bool(mail.understood.limits)


def _protected(mail: Mail) -> bool:
    return is_protected(mail.understood)


def _two_cases(mail: Mail) -> bool:
    return len({match.case_id for match in mail.found.matches}) > 1


def _nothing(mail: Mail) -> bool:
    return not mail.found.matches


def _form_lines(mail: Mail) -> bool:
    return _nothing(mail) and mail.found.form and bool(mail.understood.sender)


def _own_words(mail: Mail) -> bool:
    """A known person's words about no case that has been named: an answer that lost its way opens no second case."""
    names_a_case = bool(Reference.find(mail.understood.subject[:1000]))
    certain = mail.found.known_sender and not mail.understood.sender_problems
    return _nothing(mail) and certain and not names_a_case and mail.found.words >= FEW_WORDS


def _subject_alone(mail: Mail) -> bool:
    return all(match.way == "subject" for match in mail.found.matches)


def _stranger(mail: Mail) -> bool:
    return not any(match.expected_sender for match in mail.found.matches)


def _always(mail: Mail) -> bool:
    return True


# fmt: off
RULES: tuple[Rule, ...] = (
    Rule(LOOP, _own_loop, "filed", "It is a message of ours that came back to us."),
    Rule(MANY_HOPS, _too_many_hops, "filed", "It has gone from server to server more than a hundred times."),
    Rule(BOUNCE, _bounce, "filed", "A mail system says that it could not deliver a letter."),
    Rule(REPORT, _report, "filed", "A mail system reports on a letter that was delivered, delayed or opened."),
    Rule("perhaps automatic", _perhaps_automatic, "tray", "A program sent it, but it may hold words about a child."),
    Rule(AUTOMATIC, _automatic, "filed", "A program answered, not a person. An absence is not an answer."),
    Rule("calendar response", _calendar_response, "filed", "Somebody answered a meeting invitation in their calendar."),
    Rule("list mail on a case", _traced_list_mail, "tray", "It came by a mailing list; it leads to a case ({way})."),
    Rule("list mail", _list_mail, "tray", "It came by a mailing list, by which a person may have written to us."),
    Rule("beyond a limit", _beyond_a_limit, "tray", "It is too large or too odd to be read whole by the program."),
    Rule("protected", _protected, "tray", "It is encrypted, or a notice of mail held elsewhere: a person opens it."),
    Rule("form by mail", _form_lines, "lines", "It holds the lines of the form."),
    Rule("own words", _own_words, "words", "Somebody from one of the agencies writes in their own words."),
    Rule(UNKNOWN, _nothing, "tray", "Nothing in it leads to a case."),
    Rule("two cases", _two_cases, "tray", "It leads to more than one case."),
    Rule("subject alone", _subject_alone, "tray", "Only its subject names a case, and anybody could have typed that."),
    Rule(STRANGER, _stranger, "tray", "It leads to a case ({way}), but its sender is not one whom we asked."),
    Rule("answer", _always, "answer", "It answers a letter of ours ({way})."),
)
# fmt: on

_OUR_KIND_OF_ID = re.compile(r"<[0-9A-Fa-f]{32}@[A-Za-z0-9.-]{1,253}>")
_HOW = {
    "recipient": "by the address that it was sent to",
    "reference": "by the letter that it replies to",
    "body": "by the mark at the foot of the letter that it quotes",
    "subject": "by the reference in its subject",
}
_REPORT_TYPES = (
    "multipart/report",
    "message/delivery-status",
    "message/disposition-notification",
    "message/feedback-report",
)


def _how(found: Found) -> str:
    return _HOW[found.surest.way] if found.surest else ""


def _any_type(mail: Mail, kinds: Collection[str]) -> bool:
    return any(kind in kinds for kind in mail.understood.types)
