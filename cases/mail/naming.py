"""Which cases a mail names, and whose it may be: told from its headers and its words, whatever the bytes.

It only decides whether a mail stays closed, so it looks everywhere where a reference may stand, encoded (RFC 2047) or
plain, and at every address that a sender may stand in.
"""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import getaddresses
from html import unescape

from cases.reference import Reference

MOST_PARTS = 500
LONGEST_TEXT = 500_000
_TAG = re.compile(r"<[^<>]{0,2000}>")
_SENDERS = ("From", "Sender", "Reply-To")
_HOSTILE = (RecursionError, ValueError, LookupError, AttributeError, TypeError, AssertionError)
_HEADERS = BytesHeaderParser(policy=compat32)  # takes any bytes, and leaves the body alone


def in_subject(raw: bytes) -> list[Reference]:
    """The references in a mail's subject, each once."""
    subjects = _HEADERS.parsebytes(raw).get_all("Subject", [])
    return list(dict.fromkeys(each for subject in subjects for each in Reference.find(_decoded(str(subject)))))


def in_words(raw: bytes) -> list[Reference]:
    """The references in its text, also in quoted older mail and in mails inside it."""
    return list(dict.fromkeys(each for text in _texts(raw) for each in Reference.find(text)))


def senders(raw: bytes) -> list[str]:
    """Every address that it says it comes from, in small letters."""
    headers = _HEADERS.parsebytes(raw)
    written = [str(each) for name in _SENDERS for each in headers.get_all(name, [])]
    known = getaddresses(written) + [
        ("", email) for each in written for email in re.findall(r"<([^<>\s]+@[^<>\s]+)>", each)
    ]
    return list(dict.fromkeys(email.strip().lower() for _, email in known if "@" in email))


def _decoded(value: str) -> str:
    """A header's value with its encoded words read; one that cannot be read stays as it came."""
    try:
        found = decode_header(value)
    except (MessageError, ValueError):
        return value
    return value + "\n" + "".join(each if isinstance(each, str) else _read(each, kind or "") for each, kind in found)


def _texts(raw: bytes) -> Iterator[str]:
    try:
        yield from _parts(message_from_bytes(raw, policy=compat32))
    except _HOSTILE:
        yield raw.decode("latin-1")


def _parts(message: Message) -> Iterator[str]:
    waiting, count = [message], 0
    while waiting and count < MOST_PARTS:  # without recursion: hostile mail is nested deeply
        part, count = waiting.pop(), count + 1
        if part.is_multipart():
            waiting.extend(each for each in part.get_payload() if isinstance(each, Message))
        elif part.get_content_maintype() == "text":
            words = _words(part)
            yield unescape(_TAG.sub(" ", words)) if part.get_content_subtype() == "html" else words


def _words(part: Message) -> str:
    content = part.get_payload(decode=True)
    return _read(content, str(part.get_param("charset") or ""))[:LONGEST_TEXT] if isinstance(content, bytes) else ""


def _read(content: bytes, charset: str) -> str:
    try:
        return content.decode(charset or "utf-8", "replace")
    except (LookupError, ValueError):
        return content.decode("latin-1")
