"""S1 and S3: mail taken in as the listener does it, beside the least that anybody would do with the same mail.

S1: an escalation comes by mail: kept byte for byte in one durable commit, read in the child process, and in a second
commit a case with its record, clocks and letters. The floor does one commit (`mail_floor`).
S3: a party replies "BY" a date: matched to the letter, checked, recorded, echoed, passed on. Held against S1.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from email import message_from_bytes
from itertools import islice
from pathlib import Path

from cases.casework import Casework
from cases.mail.correspondence import Correspondence
from intake.mail.limits import Reader
from intake.mailbox import Mailbox
from mailer.transports.memory import Memory
from tests.bench.mail_floor import mail_floor
from tests.bench.mails import escalations
from tests.bench.measuring import ROUNDS, compared, rate
from tests.bench.sending import outbox_of

TIMES, REPLIES = 100, 50  # a round
INBOX, DOMAIN, BOUNDARY = "in@chscp.example", "agency1.example", "mx.boundary.example"


def measure(casework: Casework, folder: Path, now: datetime) -> dict[str, dict[str, float]]:
    """Rates a second and their ratios."""
    with closing(Reader()) as reader:
        mailbox = Mailbox(Correspondence(casework), {"chscp": INBOX}, BOUNDARY, reader)

        def take_in(mails: Iterator[bytes]) -> None:
            mailbox.judge(mailbox.keep(next(mails), "chscp", now), now)

        made = list(islice(escalations(INBOX, DOMAIN), ROUNDS * (REPLIES + TIMES)))  # making them is not measured
        mails = iter(made)
        for _ in range(ROUNDS * REPLIES):
            take_in(mails)
        replies = _replies(casework, now)
        floor = mail_floor(folder, iter(made))
        rounds = [
            (rate(lambda: take_in(mails), TIMES), rate(floor, TIMES), rate(lambda: take_in(replies), REPLIES))
            for _ in range(ROUNDS)
        ]
    return {
        "escalations": compared([(ours, floor) for ours, floor, _ in rounds], "floor"),
        "replies": compared([(replies, ours) for ours, _, replies in rounds], "escalations"),
    }


def _replies(casework: Casework, now: datetime) -> Iterator[bytes]:
    """Replies to the letters that ask somebody to act, each on a case of its own."""
    post = Memory()
    outbox_of(casework, post).drain(now, 1_000_000)
    asked = [_reply(message) for _, message in post.sent if b"Your answer is needed" in message]
    return islice(asked, ROUNDS * REPLIES)


def _reply(letter: bytes) -> bytes:
    read = message_from_bytes(letter)
    plain = next(part for part in read.walk() if part.get_content_type() == "text/plain")
    quoted = "\r\n".join(f"> {line}" for line in str(plain.get_payload()).splitlines())
    head = [
        f"Authentication-Results: {BOUNDARY}; dmarc=pass header.from={DOMAIN}",
        f"From: {read['To']}",
        f"To: {read['Reply-To']}",
        f"Subject: Re: {' '.join(read['Subject'].split())}",
        "Date: Fri, 27 Nov 2026 10:00:00 +0000",
        f"Message-ID: {read['Message-ID'].replace('<', '<reply.')}",
        f"In-Reply-To: {read['Message-ID']}",
    ]
    return "\r\n".join([*head, "", "BY 4 December 2026", "", "On Friday the partnership wrote:", quoted, ""]).encode()
