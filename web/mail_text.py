"""A mail as plain text, safe to show: nothing of it is followed or run."""

from web.mail_parts import headers, parts

_LONGEST_SHOWN = 20_000
_SHOWN = ("From", "Subject", "Date")


def readable(raw: bytes) -> dict[str, str]:
    """Who, when, what about, and the words of a mail."""
    return head(raw) | {"text": parts(raw).text[:_LONGEST_SHOWN]}


def head(raw: bytes) -> dict[str, str]:
    """Who, when and what about: of a list's mails the words are not read."""
    known: dict[str, str] = {}
    for name, value in headers(raw):
        known.setdefault(name.lower(), value)
    return {name: known.get(name.lower(), "") for name in _SHOWN}
