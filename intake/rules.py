"""What becomes of a message: the ordered table below, first match wins. Nothing is dropped.

"answer" is a reply to a letter of ours, to be read and recorded; "filed" is kept and counted and never acts; "tray"
waits for a person at business support. The reason is stored with the message and shown.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal

from cases.reference import Reference, find_tokens, token_in_address
from intake.message import Understood

LOOP_HEADER = "X-Answerable-Loop"
BOUNCE = "bounce"
Becomes = Literal["answer", "filed", "tray"]
WAYS = ("recipient", "reference", "body", "subject")  # the surest first
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


def _bounce(mail: Mail) -> bool:
    if _is_report(mail, "delivery-status"):
        actions = _ACTION.findall(mail.understood.enclosed)
        return not actions or "failed" in [action.lower() for action in actions]
    from_system = _null_sender(mail) or bool(_MAIL_SYSTEM.match(mail.understood.sender))
    failed = mail.understood.has("x-failed-recipients") or bool(_FAILURE_SUBJECT.match(mail.understood.subject))
    return from_system and failed


def _report(mail: Mail) -> bool:
    return "multipart/report" in mail.understood.types or _any_type(mail, _REPORT_TYPES)


def _automatic(mail: Mail) -> bool:
    return _marked_automatic(mail) or _null_sender(mail) or _absent(mail.understood.subject)


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


def _two_cases(mail: Mail) -> bool:
    return len({match.case_id for match in mail.found.matches}) > 1


def _nothing(mail: Mail) -> bool:
    return not mail.found.matches


def _subject_alone(mail: Mail) -> bool:
    return all(match.way == "subject" for match in mail.found.matches)


def _stranger(mail: Mail) -> bool:
    return not any(match.expected_sender for match in mail.found.matches)


def _always(mail: Mail) -> bool:
    return True


# fmt: off
RULES: tuple[Rule, ...] = (
    Rule("own loop", _own_loop, "filed", "It is a message of ours that came back to us."),
    Rule(BOUNCE, _bounce, "filed", "A mail system says that it could not deliver a letter."),
    Rule("report", _report, "filed", "A mail system reports on a letter that was delivered, delayed or opened."),
    Rule("automatic reply", _automatic, "filed", "A program answered, not a person. An absence is not an answer."),
    Rule("calendar response", _calendar_response, "tray", "Somebody answered a meeting invitation in their calendar."),
    Rule("list mail on a case", _traced_list_mail, "tray", "It came by a mailing list; it leads to a case ({way})."),
    Rule("list mail", _list_mail, "tray", "It came by a mailing list, by which a person may have written to us."),
    Rule("beyond a limit", _beyond_a_limit, "tray", "It is too large or too odd to be read whole by the program."),
    Rule("unknown", _nothing, "tray", "Nothing in it leads to a case."),
    Rule("two cases", _two_cases, "tray", "It leads to more than one case."),
    Rule("subject alone", _subject_alone, "tray", "Only its subject names a case, and anybody could have typed that."),
    Rule("stranger", _stranger, "tray", "It leads to a case ({way}), but its sender is not one whom we asked."),
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
_ACTION = re.compile(r"^action:[ \t]*([a-z]+)", re.IGNORECASE | re.MULTILINE)
_MAIL_SYSTEM = re.compile(r"(?:mailer-daemon|postmaster|microsoftexchange[0-9a-f]+)@")
_FAILURE_SUBJECT = re.compile(
    r"(?:undeliver|mail delivery (?:failed|failure|system)|delivery (?:status notification|failure|has failed)"
    r"|failure notice|returned mail|message not delivered|non[- ]delivery)",
    re.IGNORECASE,
)
_REPORT_TYPES = ("message/delivery-status", "message/disposition-notification", "message/feedback-report")
_AUTOMATIC_HEADERS = ("x-autoreply", "x-autorespond", "x-auto-reply", "x-autoreply-from", "x-mail-autoreply")
_TAGS = re.compile(
    r"\s*(?:\[[^\[\]]{0,40}\]|\*{1,3}[A-Z -]{1,40}\*{1,3}|(?:external|secure|official(?:[- ]sensitive)?):)\s*",
    re.IGNORECASE,
)
_REPLY_PREFIX = re.compile(r"(?:re|fw|fwd|aw|tr|wg|sv|antw)\s*(?:\[\d+\])?:", re.IGNORECASE)
_ABSENCE_BEGINS = re.compile(
    r"(?:i am |i'm |currently )*(?:out of (?:the )?office|auto(?:matic|mated)?[ -]?(?:reply|response|responder)"
    r"|away from (?:the |my )?(?:office|desk)|on (?:annual |sick |maternity |paternity )?leave\b"
    r"|(?:annual|maternity|paternity|sick) leave\s*(?:$|[:-]))",
    re.IGNORECASE,
)
_ABSENCE_OF = re.compile(
    r".{1,80}\b(?:is|am) (?:currently )?(?:out of (?:the )?office|on (?:annual )?leave)\b", re.IGNORECASE
)


def _how(found: Found) -> str:
    return _HOW[found.surest.way] if found.surest else ""


def _is_report(mail: Mail, kind: str) -> bool:
    return "multipart/report" in mail.understood.types and f"message/{kind}" in mail.understood.types


def _any_type(mail: Mail, kinds: Collection[str]) -> bool:
    return any(kind in kinds for kind in mail.understood.types)


def _null_sender(mail: Mail) -> bool:
    return mail.understood.has("return-path") and mail.understood.header("return-path").replace(" ", "") == "<>"


def _marked_automatic(mail: Mail) -> bool:
    header = mail.understood.header
    submitted = header("auto-submitted").lower().partition(";")[0].strip()
    replied = header("precedence").lower() in ("auto_reply", "auto-reply")
    exchange = header("x-auto-response-suppress").lower() == "all" and mail.understood.has(
        "x-ms-exchange-inbox-rules-loop"
    )
    return submitted not in ("", "no") or replied or exchange or any(map(mail.understood.has, _AUTOMATIC_HEADERS))


def _absent(subject: str) -> bool:
    """Absence words in a subject count only where nobody has replied to or forwarded them (guarantees D5)."""
    words = subject[:300]
    while tag := _TAGS.match(words):
        words = words[tag.end() :]
    return not _REPLY_PREFIX.match(words) and bool(_ABSENCE_BEGINS.match(words) or _ABSENCE_OF.match(words))
