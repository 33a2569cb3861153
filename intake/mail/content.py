"""The parts of a parsed message: its words, its attachments, and what a report encloses. Pure; never raises."""

import hashlib
import re
from dataclasses import dataclass, field
from email.message import Message
from email.utils import collapse_rfc2231_value

from intake.mail import header
from intake.mail.html_text import plain_text
from intake.mail.parsing import PARAMETERS

PARTS = 200
DEPTH = 20
TEXT = 1_000_000  # letters of one body
LINES = 20_000  # of one body
ATTACHMENTS = 100
ENCLOSED = 64 * 1024
_SAFE_TYPE = re.compile(r"[a-z0-9][a-z0-9.+_-]{0,63}/[a-z0-9][a-z0-9.+_-]{0,95}")
_STATUSES = ("message/delivery-status", "message/global-delivery-status")
_MESSAGES = ("message/rfc822", "message/global")
_REPORTS = (
    *_STATUSES,
    "message/disposition-notification",
    "message/feedback-report",
    "text/rfc822-headers",
    "message/global-headers",
)
_WORD = re.compile(r"[a-z-]{1,20}")
_TAG = re.compile(r"<[^<>]{0,2000}>")


@dataclass(frozen=True, slots=True)
class Attachment:
    """What came with a message; its bytes stay in the stored message. The name is for showing only."""

    name: str
    type: str
    size: int  # bytes, decoded
    sha256: str


@dataclass(frozen=True, slots=True)
class Content:
    text: str
    html: bool
    enclosed: str
    statuses: str  # of `enclosed`, what a delivery report says for machines
    attachments: tuple[Attachment, ...]
    types: tuple[str, ...]
    limits: tuple[str, ...]
    defects: tuple[str, ...]


@dataclass(slots=True)
class _Reading:
    """What has been found while the parts are walked through."""

    html: bool = False
    enclosed: list[str] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    limits: dict[str, None] = field(default_factory=dict)
    defects: dict[str, None] = field(default_factory=dict)


def read_content(message: Message) -> Content:
    """Walk through the parts, no deeper and no further than the limits."""
    reading = _Reading()
    words = _words(message, reading, depth=0)
    return Content(
        text=words.strip("\n"),
        html=reading.html,
        enclosed="\n".join((*reading.statuses, *reading.enclosed))[:ENCLOSED],
        statuses="\n\n".join(reading.statuses)[:ENCLOSED],
        attachments=tuple(reading.attachments),
        types=tuple(reading.types),
        limits=tuple(reading.limits),
        defects=tuple(reading.defects),
    )


def _words(part: Message, reading: _Reading, depth: int) -> str:
    """The words for the reader in this part and those within it; everything else is noted on the way."""
    if not _within_limits(reading, depth):
        return ""
    kind = _type(part, reading)
    reading.types.append(kind + _method(part, kind))
    if kind in _STATUSES:
        reading.statuses.append(_report(part))
        return ""
    if kind in _REPORTS or (kind in _MESSAGES and "multipart/report" in reading.types):
        reading.enclosed.append(_report(part))
        return ""
    if part.is_multipart() and kind not in _MESSAGES:
        return _words_within(part, kind, reading, depth)
    if kind in ("text/plain", "text/html") and (depth == 0 or not _is_attachment(part)):
        return _body(part, kind, reading)
    if kind.startswith("multipart/"):  # without parts: badly made, and its words are still wanted
        return _body(part, kind, reading)
    if len(reading.attachments) >= ATTACHMENTS:
        reading.limits["The message has more than 100 attachments; the rest was not read."] = None
        return ""
    reading.attachments.append(_attachment(part, kind, reading))
    return ""


def _within_limits(reading: _Reading, depth: int) -> bool:
    if depth > DEPTH:
        reading.limits["Parts of the message lie more than 20 deep in one another; these were not read."] = None
    elif len(reading.types) >= PARTS:
        reading.limits["The message has more than 200 parts; the rest was not read."] = None
    else:
        return True
    return False


def _words_within(part: Message, kind: str, reading: _Reading, depth: int) -> str:
    bodies = [(child.get_content_type(), _words(child, reading, depth + 1)) for child in _children(part)[: PARTS + 1]]
    filled = [(child_kind, words) for child_kind, words in bodies if words.strip()]
    if kind != "multipart/alternative":
        return "\n\n".join(words for _, words in filled)
    # The plain text is what its sender's program made of the same words; else the last is the richest (RFC 2046 5.1.4).
    plain = [words for child_kind, words in filled if child_kind == "text/plain"]
    return (plain or [words for _, words in filled[-1:]] or [""])[0]


def _children(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []


def _type(part: Message, reading: _Reading) -> str:
    """The content type. Parameters too long to be honest were cut when the message was parsed: reading them is slow."""
    for name in ("Content-Type", "Content-Disposition"):
        if len(str(part.get(name, ""))) > PARAMETERS:
            reading.defects[f"A {name} header is longer than 4 KB; the rest of it was not read."] = None
    kind = part.get_content_type()
    reading.defects.update(dict.fromkeys(type(defect).__name__ for defect in part.defects))
    return kind if _SAFE_TYPE.fullmatch(kind) else "application/octet-stream"


def _method(part: Message, kind: str) -> str:
    """What else the type says that rules go by: a calendar's method, and whether S/MIME signs or encrypts."""
    name = {"text/calendar": "method", "application/pkcs7-mime": "smime-type"}.get(
        kind.replace("/x-pkcs7", "/pkcs7"), ""
    )
    value = _parameter(part, name).lower() if name else ""
    return f"; {name}={value[:20]}" if _WORD.fullmatch(value[:20]) else ""


def _parameter(part: Message, name: str) -> str:
    try:
        found = part.get_param(name, "")
        return collapse_rfc2231_value(found) if found else ""
    except (ValueError, TypeError):  # RFC 2231 pieces without an order, or from the codec that they name
        return ""


def _is_attachment(part: Message) -> bool:
    disposition = str(part.get("Content-Disposition", "")).strip().lower()
    return disposition.startswith("attachment") or (bool(_file_name(part)) and not disposition.startswith("inline"))


def _body(part: Message, kind: str, reading: _Reading) -> str:
    found = header.decode(_bytes(part), _parameter(part, "charset") or "us-ascii")
    if found.guessed:
        reading.defects["The charset of the text was guessed."] = None
    if len(found.words) > TEXT:
        reading.limits["The text is longer than a million letters; the rest was not read."] = None
    words = found.words[:TEXT]
    if kind == "text/html":
        reading.html = True
        words = _from_html(words, reading)
    words, had_controls = header.clean_text(words)
    if had_controls:
        reading.defects["Control characters were taken out of the text."] = None
    return _within_lines(words, reading)


def _within_lines(words: str, reading: _Reading) -> str:
    if words.count("\n") < LINES:
        return words
    reading.limits["The text has more than 20,000 lines; the rest was not read."] = None
    return "\n".join(words.split("\n", LINES)[:LINES])


def _from_html(html: str, reading: _Reading) -> str:
    try:
        page = plain_text(html)
    except Exception:  # whatever the library raises on hostile HTML, the message must still be read
        reading.defects["The HTML could not be laid out; its tags were taken out."] = None
        return _TAG.sub(" ", html)
    if page.whole:
        return page.words
    reading.limits["The HTML is nested too deep to be laid out; its tags were taken out."] = None
    return _TAG.sub(" ", html)


def _bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _report(part: Message) -> str:
    """A report's fields or the returned message's headers, and no more of what it returns."""
    blocks = _children(part)
    fields = [f"{name}: {value}" for block in blocks for name, value in list(block.raw_items())[:200]]
    payload = part.get_payload()
    if blocks and part.get_content_type() in _STATUSES:  # an empty line between what is said of each recipient
        fields = [
            "\n".join(f"{name}: {value}" for name, value in list(block.raw_items())[:200]) + "\n" for block in blocks
        ]
    raw = "\n".join(fields) if blocks else _encoded_report(part, payload)
    return header.clean_text(header.decode(raw[:ENCLOSED].encode("utf-8", "surrogateescape"), "utf-8").words)[0]


def _encoded_report(part: Message, payload: object) -> str:
    """A report that came in base64 or quoted-printable, which RFC 3464 forbids and some systems do all the same."""
    encoded = str(part.get("Content-Transfer-Encoding", "")).strip().lower() in ("base64", "quoted-printable")
    return _bytes(part)[:ENCLOSED].decode("utf-8", "replace") if encoded else str(payload)


def _attachment(part: Message, kind: str, reading: _Reading) -> Attachment:
    content = _enclosed_message(part, reading) if part.is_multipart() else _bytes(part)
    return Attachment(_file_name(part), kind, len(content), hashlib.sha256(content).hexdigest())


def _enclosed_message(part: Message, reading: _Reading) -> bytes:
    try:
        return b"".join(child.as_bytes(policy=child.policy.clone(max_line_length=0)) for child in _children(part))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        reading.defects["An enclosed message could not be read."] = None
        return b""


def _file_name(part: Message) -> str:
    """For showing only. Two names, in Content-Disposition and Content-Type, are one: the first, as people see it."""
    try:
        name = part.get_filename("")
    except (ValueError, TypeError):
        name = ""
    return header.clean(header.shown(header.unfold(str(name)).words).words)[0][:255]
