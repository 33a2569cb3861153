"""The parts of a parsed message: its words, its attachments, and what a report encloses. Pure; never raises."""

import hashlib
import re
from dataclasses import dataclass, field
from email.message import Message
from email.utils import collapse_rfc2231_value

from intake import header
from intake.html_text import plain_text

PARTS = 200
DEPTH = 20
TEXT = 1_000_000  # letters of one body
ENCLOSED = 64 * 1024
_PARAMETERS = 4096
_SAFE_TYPE = re.compile(r"[a-z0-9][a-z0-9.+_-]{0,63}/[a-z0-9][a-z0-9.+_-]{0,95}")
_REPORTS = (
    "message/delivery-status",
    "message/disposition-notification",
    "message/feedback-report",
    "text/rfc822-headers",
)
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
    attachments: tuple[Attachment, ...]
    types: tuple[str, ...]
    limits: tuple[str, ...]
    defects: tuple[str, ...]


@dataclass(slots=True)
class _Reading:
    """What has been found while the parts are walked through."""

    html: bool = False
    enclosed: list[str] = field(default_factory=list)
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
        enclosed="\n".join(reading.enclosed)[:ENCLOSED],
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
    if kind in _REPORTS or (kind == "message/rfc822" and "multipart/report" in reading.types):
        reading.enclosed.append(_report(part))
        return ""
    if part.is_multipart() and kind != "message/rfc822":
        return _words_within(part, kind, reading, depth)
    if kind in ("text/plain", "text/html") and (depth == 0 or not _is_attachment(part)):
        return _body(part, kind, reading)
    if kind.startswith("multipart/"):  # without parts: badly made, and its words are still wanted
        return _body(part, kind, reading)
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
    """The content type; parameters too long to be honest are cut first, since reading them is slow."""
    for name in ("Content-Type", "Content-Disposition"):
        value = str(part.get(name, ""))
        if len(value) > _PARAMETERS:
            part.replace_header(name, value[:_PARAMETERS])
            reading.defects[f"A {name} header is longer than 4 KB; the rest of it was not read."] = None
    kind = part.get_content_type()
    reading.defects.update(dict.fromkeys(type(defect).__name__ for defect in part.defects))
    return kind if _SAFE_TYPE.fullmatch(kind) else "application/octet-stream"


def _method(part: Message, kind: str) -> str:
    method = _parameter(part, "method") if kind == "text/calendar" else ""
    return f"; method={method.lower()[:20]}" if method else ""


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
    return words


def _from_html(html: str, reading: _Reading) -> str:
    try:
        return plain_text(html)
    except Exception:  # whatever the libraries raise on hostile HTML, the message must still be read
        reading.defects["The HTML could not be laid out; its tags were taken out."] = None
        return _TAG.sub(" ", html)


def _bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _report(part: Message) -> str:
    """A report's fields or the returned message's headers, and no more of what it returns."""
    blocks = _children(part)
    fields = [f"{name}: {value}" for block in blocks for name, value in list(block.raw_items())[:200]]
    payload = part.get_payload()
    raw = "\n".join(fields) if blocks else str(payload)
    return header.clean_text(header.decode(raw[:ENCLOSED].encode("utf-8", "surrogateescape"), "utf-8").words)[0]


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
    try:
        name = part.get_filename("")
    except (ValueError, TypeError):
        name = ""
    return header.clean(header.shown(header.unfold(str(name)).words).words)[0][:255]
