"""What a mail server's reply means for a letter. Its text may hold addresses, so only the numbers are kept.

A reply of 4xx is for now, of 5xx for good (RFC 5321 section 4.2.1); the enhanced status says why (RFC 3463, and the
IANA registry of RFC 5248). A refusal that is about us and not about the reader must not end a letter: it is tried on,
and whoever keeps the service is alarmed.
"""

import re
from collections.abc import Mapping

from mailer.errors import Misconfigured, NotSent, Refused, Unavailable

FOR_GOOD = frozenset({501, 521, *range(550, 560)})
TOO_LARGE = "the letter is too large for the mail server"
OUR_RULES = "the mail server's rules do not let it in"
_OUR_LOG_IN = frozenset({530, 534, 535, 538})
# Not logged in, not allowed to send as this address, or our domain's SPF, DKIM or DMARC fails (RFC 4954, RFC 7372,
# Microsoft's 5.7.54, 5.7.57 and 5.7.60).
_ABOUT_US = frozenset({"5.1.7", "5.1.8", "5.7.8", "5.7.9", "5.7.11", *(f"5.7.{last}" for last in range(20, 28))}) | {
    "5.7.54", "5.7.57", "5.7.60"
}  # fmt: skip
_STATUS = re.compile(rb"([245]\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9.])")
# Postfix, Exim, sendmail and Exchange say it so; "unknown in relay recipient table" is about the reader.
_OURS_IN_WORDS = re.compile(
    rb"\brelay(?:ing)?\s(?:access\s)?(?:is\s)?(?:denied|not\s(?:permitted|allowed))|\bto\srelay\b"
    rb"|\b(?:client\shost|ip\saddress|sending\sip)\b.{0,200}\b(?:blocked|rejected|banned|listed)\b",
    re.IGNORECASE | re.DOTALL,
)
_WORDS: Mapping[str, str] = {
    "5.1.1": "there is no such mailbox",
    "5.1.10": "there is no such mailbox",
    "5.1.2": "there is no such domain, or it takes no mail",
    "5.1.3": "the address is not well formed",
    "5.1.6": "the mailbox has moved",
    "5.2.1": "the mailbox is switched off",
    "5.2.2": "the mailbox is full",
    "5.2.3": TOO_LARGE,
    "5.3.4": TOO_LARGE,
    "5.4.1": "there is no such mailbox",
}
_BY_CODE: Mapping[int, str] = {551: "the mailbox has moved", 556: _WORDS["5.1.2"]}


def error(verb: str, code: int, text: bytes) -> NotSent:
    """The error for a reply that did not accept `verb` ("MAIL", "RCPT", "DATA" or "the end of DATA")."""
    found = _STATUS.match(text)
    status = found[1].decode() if found else ""
    numbers = f"{code} {status}".strip()
    if code not in FOR_GOOD and code not in _OUR_LOG_IN:
        if 500 <= code <= 599:
            return Misconfigured(f"The mail server does not understand {verb} ({numbers}).")
        return Unavailable(f"The mail server asks to try later, at {verb} ({numbers}).")
    words = _BY_CODE.get(code) or _WORDS.get(status) or _general(code, status)
    if _is_about_us(verb, code, status, text, words):
        return Misconfigured(f"The mail server refuses us, whomever the letter is for, at {verb} ({numbers}).")
    fails = verb == "RCPT" and words not in (TOO_LARGE, OUR_RULES)
    return Refused(f"Refused at {verb} ({numbers}).", f"{words} ({numbers})", address_fails=fails)


def _general(code: int, status: str) -> str:
    if code == 552:  # "exceeded storage allocation": of the letter, where nothing says that it is the mailbox's
        return TOO_LARGE
    return OUR_RULES if status.startswith("5.7.") else "the mail server will not take it"


def _is_about_us(verb: str, code: int, status: str, text: bytes, words: str) -> bool:
    """What is said to MAIL concerns the sender, which is ours, unless it is the size of this one letter."""
    if code in _OUR_LOG_IN or status in _ABOUT_US:
        return True
    if verb == "MAIL":
        return words != TOO_LARGE
    return not status.startswith("5.1.") and bool(_OURS_IN_WORDS.search(text))
