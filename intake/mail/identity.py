"""Which message a message is: two copies that came by different ways are one (guarantees, D8). Pure; never raises.

Each way puts lines of its own on top (Received, Return-Path), rewraps headers or changes line ends: the bytes differ.
Nothing else is forgiven: a mail that says one word more is another mail.
"""

import hashlib
import re
from dataclasses import dataclass

_SAYS_WHICH = (b"message-id", b"date", b"from")
# Without a Message-ID every header counts that does not tell of the way: two copies do less harm than one mail lost.
_OF_THE_WAY = {
    *(b"received", b"return-path", b"delivered-to", b"x-original-to", b"envelope-to", b"received-spf"),
    *(b"authentication-results", b"arc-seal", b"arc-message-signature", b"arc-authentication-results"),
}
_FOLD = re.compile(rb"\n(?=[ \t])")
_BLANKS = re.compile(rb"(?<![ \t])[ \t]++")  # looks at each run once: linear in the size
_LINE_END_BLANKS = re.compile(rb"(?<![ \t])[ \t]++\n")


@dataclass(frozen=True, slots=True)
class Identity:
    message_id: str  # as it is written, without blanks; empty if there is none
    same_as: str  # SHA-256 in hex: equal for copies of one message


def identify(raw: bytes) -> Identity:
    """The identity of a message by its body, Date, From and Message-ID; linear in the size of the message."""
    text = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    head, _, body = (b"", b"", text[1:]) if text.startswith(b"\n") else text.partition(b"\n\n")
    lines = _lines(head)
    message_id = b"".join(value for name, value in lines if name == b"message-id")
    digest = hashlib.sha256()
    for name, value in lines:
        if name in _SAYS_WHICH if message_id else name not in _OF_THE_WAY:
            digest.update(b"%b:%d:%b\n" % (name, len(value), value))
    digest.update(b"\n")
    digest.update(_LINE_END_BLANKS.sub(b"\n", body).rstrip(b" \t\n"))
    return Identity(message_id.decode("utf-8", "replace"), digest.hexdigest())


def same_as(raw: bytes) -> str:
    """Equal for two copies of one message, different for any other."""
    return identify(raw).same_as


def _lines(head: bytes) -> list[tuple[bytes, bytes]]:
    """The headers, unfolded, with every run of blanks as one; a line that is no header is left out."""
    found = (line.partition(b":") for line in _FOLD.sub(b"", head).split(b"\n"))
    return [(name.strip().lower(), _BLANKS.sub(b" ", value).strip()) for name, colon, value in found if colon]
