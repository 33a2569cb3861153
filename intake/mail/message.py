"""Bytes of a message → what it says, who says so, and what is wrong with it. Pure; never raises, whatever the bytes.

Parsing is the standard library's compat32 policy, which takes anything; each value is then decoded on its own.
Limits are those of guarantees D20: one that is met is recorded, and what lies beyond it is not read.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email import errors
from email.message import Message
from email.utils import parsedate_to_datetime

from intake.mail import header, looks, parsing
from intake.mail.content import Attachment, Content, read_content
from intake.mail.delivery import Notice, Report, read_report
from intake.mail.header import Sender

MESSAGE_BYTES = 25 * 1024 * 1024
HEADER_BLOCK_BYTES = 256 * 1024
HEADER_BYTES = parsing.HEADER_BYTES
HEADERS = 1000
LINES = 500_000  # of the whole message; 25 MB of an ordinary attachment have fewer
RECIPIENTS = 500
_REFERENCES = 200
_RECIPIENT_HEADERS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_HIDING_DEFECTS = (
    errors.FirstHeaderLineIsContinuationDefect,
    errors.MissingHeaderBodySeparatorDefect,
    errors.MisplacedEnvelopeHeaderDefect,
)


@dataclass(frozen=True, slots=True)
class AuthenticationResult:
    """One Authentication-Results header (RFC 8601) and how many Received lines stand above it."""

    value: str
    received_above: int


@dataclass(frozen=True, slots=True)
class Understood:
    """A message as far as it can be understood. Addresses are in lower case; a date is aware UTC."""

    message_id: str  # with its angle brackets; empty if there is none
    date: datetime | None
    sender: str
    sender_name: str
    sender_problems: tuple[str, ...]
    recipients: tuple[str, ...]
    reply_to: tuple[str, ...]
    subject: str
    references: tuple[str, ...]  # In-Reply-To first, then References
    text: str
    html: bool  # whether there is an HTML body
    enclosed: str  # the machine-readable parts of a report, and the headers of what it returns
    attachments: tuple[Attachment, ...]
    types: tuple[str, ...]  # content types of all parts, a calendar's with its method, S/MIME's with its kind
    headers: tuple[tuple[str, str], ...]  # name in lower case and decoded value, topmost first
    authentication_results: tuple[AuthenticationResult, ...]
    report: Report  # what a mail system says became of a letter
    warnings: tuple[str, ...]  # what may deceive the eye, in plain words; no reason to disbelieve by itself
    limits: tuple[str, ...]  # limits that were met, in plain words
    defects: tuple[str, ...]  # everything else that is wrong or was guessed

    def header(self, name: str) -> str:
        """The first header of this name (lower case), or an empty string."""
        return next((value for known, value in self.headers if known == name), "")

    def has(self, name: str) -> bool:
        return any(known == name for known, _ in self.headers)


def understand(raw: bytes) -> Understood:
    """Read a message. Nothing that is in it can make this raise."""
    limits: list[str] = []
    defects: list[str] = []
    message = _parsed(raw, limits)
    lines = _lines(message, limits)
    headers = [(name, _value(name, value, defects)) for name, value in lines]
    return _understood(message, lines, headers, read_content(message), limits, defects)


def not_understood(raw: bytes, limit: str) -> Understood:
    """A message of which no more than the headers may be read, and why. Never raises."""
    end = _HEAD_END.search(raw[:HEADER_BLOCK_BYTES])
    head = raw[: end.start() if end else HEADER_BLOCK_BYTES]
    understood = understand(head + b"\r\n\r\n")
    problems = (*understood.sender_problems, "The message was not read whole.")
    return replace(understood, sender_problems=problems, limits=(limit,))


def _understood(
    message: Message,
    lines: list[tuple[str, str]],
    headers: list[tuple[str, str]],
    content: Content,
    limits: list[str],
    defects: list[str],
) -> Understood:
    """`lines` are as they were sent: an encoded word is never part of an address or id (RFC 2047 section 5)."""
    sender = header.sender([value for name, value in lines if name == "from"])
    subject = next((value for name, value in headers if name == "subject"), "")
    recipients = _recipients(lines, limits)
    notice = Notice(
        message,
        headers,
        sender.address,
        sender.name,
        subject,
        recipients,
        content.types,
        content.text,
        content.statuses,
        content.enclosed[len(content.statuses) :],
    )
    return Understood(
        message_id=next(iter(header.message_ids(" ".join(_all(lines, "message-id")))), ""),
        date=_date(next(iter(_all(lines, "date")), "")),
        sender=sender.address,
        sender_name=sender.name,
        sender_problems=_sender_problems(sender, message, limits),
        recipients=recipients,
        reply_to=header.addresses(" ".join(_all(lines, "reply-to"))),
        subject=subject,
        references=header.message_ids(" ".join(_all(lines, "in-reply-to") + _all(lines, "references")))[:_REFERENCES],
        text=content.text,
        html=content.html,
        enclosed=content.enclosed,
        attachments=content.attachments,
        types=content.types,
        headers=tuple(headers),
        authentication_results=tuple(_authentication_results(lines)),
        report=read_report(notice),
        warnings=looks.warnings(sender, [value for name, value in headers if name in ("from", "subject")], lines),
        limits=(*limits, *content.limits),
        defects=tuple(dict.fromkeys([*defects, *content.defects])),
    )


def _parsed(raw: bytes, limits: list[str]) -> Message:
    if len(raw) > MESSAGE_BYTES:
        limits.append("The message is larger than 25 MB; the rest was not read.")
    within = _with_few_lines(_with_short_head(raw[:MESSAGE_BYTES], limits), limits)
    try:
        return parsing.parse(within)
    except (RecursionError, TypeError, ValueError):  # too deep, or a boundary in RFC 2231 pieces that make no sense
        limits.append("The parts of the message cannot be told apart; it was read as one.")
        return parsing.parse(within, headers_only=True)


def _with_short_head(raw: bytes, limits: list[str]) -> bytes:
    end = _HEAD_END.search(raw)
    size = end.start() if end else len(raw)
    if size <= HEADER_BLOCK_BYTES:
        return raw
    limits.append("The headers are larger than 256 KB; the rest of them was not read.")
    kept = raw[: raw.rfind(b"\n", 0, HEADER_BLOCK_BYTES) + 1]
    return kept + b"\n" + (raw[end.end() :] if end else b"")


def _with_few_lines(raw: bytes, limits: list[str]) -> bytes:
    if raw.count(b"\n") <= LINES:
        return raw
    limits.append("The message has more than 500,000 lines; the rest was not read.")
    return raw[: bisect_left(range(len(raw)), LINES, key=lambda end: raw.count(b"\n", 0, end))]


def _lines(message: Message, limits: list[str]) -> list[tuple[str, str]]:
    """The headers with their values unfolded, topmost first."""
    raw = list(message.raw_items())
    if len(raw) > HEADERS:
        limits.append("There are more than 1,000 headers; the rest was not read.")
    if any(len(str(value)) > HEADER_BYTES for _, value in raw):
        limits.append("A header is longer than 32 KB; the rest of it was not read.")
    return [(name.lower(), header.unfold(str(value)[:HEADER_BYTES]).words) for name, value in raw[:HEADERS]]


def _value(name: str, line: str, defects: list[str]) -> str:
    words = header.shown(line)
    value, had_controls = header.clean(words.words)
    if words.guessed:
        defects.append(f"The charset of {name} was guessed.")
    if had_controls:
        defects.append(f"Control characters were taken out of {name}.")
    return value


def _all(lines: list[tuple[str, str]], name: str) -> list[str]:
    return [value for known, value in lines if known == name]


def _sender_problems(sender: Sender, message: Message, limits: list[str]) -> tuple[str, ...]:
    """A header block that is broken, or was not read whole, may hide another From line."""
    broken = any(isinstance(defect, _HIDING_DEFECTS) for defect in message.defects)
    hidden = ("The headers are broken.",) if broken else ("The message was not read whole.",) if limits else ()
    return (*sender.problems, *hidden)


def _recipients(lines: list[tuple[str, str]], limits: list[str]) -> tuple[str, ...]:
    found = header.addresses(", ".join(value for name, value in lines if name in _RECIPIENT_HEADERS))
    if len(found) > RECIPIENTS:
        limits.append("There are more than 500 recipients; the rest was not read.")
    return found[:RECIPIENTS]


def _date(line: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(line[:100])
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _authentication_results(lines: list[tuple[str, str]]) -> Iterator[AuthenticationResult]:
    received = 0
    for name, value in lines:
        received += name == "received"
        if name == "authentication-results":
            yield AuthenticationResult(value, received)
