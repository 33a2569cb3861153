"""Mails as people send them, stamped by our own mail server or not."""

from itertools import count

INBOX = "escalations@chscp.example"
BOUNDARY = "boundary.example"
_NUMBERS = count(1)


def mail(
    sender: str,
    body: str,
    *headers: str,
    subject: str = "About a child",
    vouched: bool = True,
    to: str = INBOX,
    number: int | None = None,
    boundary: str = BOUNDARY,
) -> bytes:
    """A mail in plain text. `vouched`: our own mail server could confirm its sender (RFC 8601)."""
    domain = sender.strip(">").rpartition("@")[2]
    verdict = "pass" if vouched else "fail"
    lines = [
        f"Authentication-Results: {boundary}; dmarc={verdict} header.from={domain}",
        f"From: {sender}",
        f"To: {to}",
        f"Subject: {subject}",
        f"Message-ID: <m{number or next(_NUMBERS)}@{domain}>",
        "Date: Fri, 27 Nov 2026 09:00:00 +0000",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        *headers,
    ]
    return ("\n".join([*lines, "", body]) + "\n").replace("\n", "\r\n").encode()


def reply(letter: str, sender: str, body: str, *headers: str, vouched: bool = True) -> bytes:
    """A reply to the letter with this Message-ID."""
    return mail(sender, body, f"In-Reply-To: {letter}", *headers, subject="Re: your letter", vouched=vouched)
