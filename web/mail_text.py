"""A mail as plain text, safe to show: nothing of it is followed or run."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import inscriptis

_LONGEST_SHOWN = 20_000


def readable(raw: bytes) -> dict[str, str]:
    """Who, when, what about, and the words of a mail."""
    message = message_from_bytes(raw, policy=default)
    return {name: _header(message, name) for name in ("From", "Subject", "Date")} | {"text": _text(message)}


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name, ""))
    except (ValueError, IndexError, AttributeError, LookupError):  # headers of hostile mail may break the parser
        return ""


def _text(message: EmailMessage) -> str:
    part = message.get_body(("plain", "html"))
    content: Any = part.get_payload(decode=True) if part else b""
    words = content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
    html = part is not None and part.get_content_subtype() == "html"
    return (inscriptis.get_text(words) if html and words.strip() else words)[:_LONGEST_SHOWN]
