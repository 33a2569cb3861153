"""Whether our own boundary vouches for the sender of a message (guarantees D12, D12a; RFC 8601). Pure.

ARC, SPF alone and DKIM alone prove nothing here: only the boundary's own DMARC verdict on the From line's domain does.
"""

import re
from dataclasses import dataclass
from itertools import takewhile

from intake.mail.message import Understood

EXCHANGE = "exchange"  # the anchor of a mailbox at Exchange Online, whose result bears no server's name
_MICROSOFT = re.compile(
    r"\bby [a-z0-9.-]+\.(?:outlook\.com|office365\.com|exchangelabs\.com)(?=[\s;]|$)", re.IGNORECASE
)
_MICROSOFTS_EDGE = re.compile(r"\bby [a-z0-9.-]+\.mail\.protection\.outlook\.com(?=[\s;]|$)", re.IGNORECASE)
# Whichever opens first hides what is inside it: in a comment or a quoted string nothing may pose as a result.
_HIDDEN = re.compile(r'"(?:[^"\\]|\\.)*+"|\((?:[^()\\]|\\.)*+\)')
_DMARC = re.compile(r"dmarc\s*=\s*([a-z]+)\b(.*)", re.DOTALL)
_HEADER_FROM = re.compile(r"\bheader\.from\s*=\s*(\S+)")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the sender is who the From line says, and why, in plain words."""

    verified: bool
    why: str


def verified(understood: Understood, anchor: str | None) -> Verdict:
    """`anchor` is our boundary's authserv-id (RFC 8601 section 2.5), or `exchange`; without one nothing is verified.
    Only the topmost result counts: others came with the message (section 5)."""
    if anchor is None:
        return Verdict(False, "This mailbox has no mail server that vouches for senders.")
    if understood.sender_problems:
        return Verdict(False, " ".join(understood.sender_problems))
    if not understood.authentication_results:
        return Verdict(False, "No mail server has checked the sender.")
    if anchor.lower() == EXCHANGE:
        return _vouched_by_exchange(understood)
    return _vouched_by_name(understood, anchor.lower())


def _vouched_by_name(understood: Understood, anchor: str) -> Verdict:
    topmost, *others = (_checks(each.value) for each in understood.authentication_results)
    if topmost is None:
        return Verdict(False, "The result of the check of the sender cannot be read.")
    if topmost[0].split()[:1] != [anchor]:
        return Verdict(False, "The sender was not checked by our own mail server.")
    # A boundary says it once. A second verdict in its name came with the message, and which is which cannot be told.
    if any(other and other[0].split()[:1] == [anchor] and any(map(_DMARC.fullmatch, other[1:])) for other in others):
        return Verdict(False, "There are two results of the check in the name of our own mail server.")
    return _by_dmarc(topmost[1:], understood.sender)


def _vouched_by_exchange(understood: Understood) -> Verdict:
    """Exchange Online puts its result without a name directly on top of the Received line of its outer edge; above that
    stand only Received lines of its own servers. Mail within a tenant has none, and so is never verified this way."""
    checks = _checks(understood.authentication_results[0].value)
    if checks is None:
        return Verdict(False, "The result of the check of the sender cannot be read.")
    names = [name for name, _ in understood.headers]
    place = names.index("authentication-results")
    above = [value for name, value in understood.headers[:place] if name == "received"]
    below = next((value for name, value in understood.headers[place:] if name == "received"), "")
    own = list(takewhile(_MICROSOFT.search, above))
    if len(own) < len(above) or not _MICROSOFTS_EDGE.search(below) or "=" not in checks[0].split(" ")[0]:
        return Verdict(False, "The sender was not checked by Exchange Online where mail comes in.")
    return _by_dmarc(checks, understood.sender)


def _checks(value: str) -> list[str] | None:
    """The pieces of a result between its semicolons; none where comments or quotations do not close."""
    pieces = [piece.strip() for piece in _HIDDEN.sub(" ", value.lower()).split(";")]
    return None if any(left in piece for piece in pieces for left in '"()\\') else pieces


def _by_dmarc(checks: list[str], sender: str) -> Verdict:
    found = [check for check in map(_DMARC.fullmatch, checks) if check]
    if [check[1] for check in found] != ["pass"]:
        return Verdict(False, "Our mail server could not confirm the sender.")
    if _HEADER_FROM.findall(found[0][2]) != [sender.rpartition("@")[2]]:
        return Verdict(False, "Our mail server confirmed another sender than the From line names.")
    return Verdict(True, "Our mail server confirmed the sender.")
