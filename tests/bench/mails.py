"""Escalations as e-mail, made to measure with: the same number gives the same bytes.

Of ten, four are plain text, five are text and HTML in the manner of Outlook, and one brings a file of 200 KiB. All
have the headers of a mail that has come through three servers (about 3 KiB).
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

BEGAN = datetime(2026, 11, 27, 9, 5, tzinfo=UTC)
FILE_BYTES = 200 * 1024
# fmt: off
_WORDS = """
the child was not seen at home on three visits and the mother does not answer the door the school says that attendance
has fallen and a plan was agreed at the last meeting but nobody has come since we asked for a review and were told that
the threshold is not met we do not agree because the bruises were seen by two people
""".split()  # noqa: SIM905
# fmt: on
_HTML = (
    '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta http-equiv="Content-Type" content="text/html">'
    "<style>{style}</style></head><body lang=EN-GB><div class=WordSection1>{lines}</div></body></html>"
)
_RULE = "p.Style{number} {{margin:0cm; font-size:11.0pt; font-family:Calibri,sans-serif;}}"
_STYLE = "\n".join(_RULE.format(number=number) for number in range(60))


def escalations(inbox: str, domain: str) -> Iterator[bytes]:
    """Mails from practitioners at `domain`, without end."""
    number = 0
    while True:
        yield escalation(number, inbox, domain)
        number += 1


def escalation(number: int, inbox: str, domain: str) -> bytes:
    chance = random.Random(number)
    message = EmailMessage(policy=SMTP)
    for name, value in _headers(number, inbox, domain):
        message[name] = value
    lines = _lines(chance)
    message.set_content("\n".join(lines))
    if number % 10 >= 4:
        body = "".join(f"<p class=MsoNormal><span style='color:#1F497D'>{line}<o:p></o:p></span></p>" for line in lines)
        message.add_alternative(_HTML.format(style=_STYLE, lines=body), subtype="html")
    if number % 10 == 9:
        file = chance.randbytes(FILE_BYTES)
        message.add_attachment(file, maintype="application", subtype="pdf", filename="chronology.pdf")
    return message.as_bytes()


def _headers(number: int, inbox: str, domain: str) -> Iterator[tuple[str, str]]:
    at = format_datetime(BEGAN + timedelta(seconds=number))
    for hop in range(3):
        server = f"mx{hop}.{domain}"
        yield (
            "Received",
            f"from {server} ({server} [192.0.2.{hop + 1}]) by mx.boundary.example with ESMTPS id {number}; {at}",
        )
    yield "X-Microsoft-Antispam-Message-Info", " ".join(f"{number * place:064x}" for place in range(1, 32))
    yield "Authentication-Results", f"mx.boundary.example; dmarc=pass header.from={domain}"
    yield "From", f"Renée O'Neil <practitioner{number % 500}@{domain}>"
    yield "To", inbox
    yield "Subject", f"Escalation – a child on a plan ({number})"
    yield "Date", at
    yield "Message-ID", f"<{number:08d}.measured@{domain}>"


def _lines(chance: random.Random) -> list[str]:
    paragraphs = [" ".join(chance.choices(_WORDS, k=60)) + "." for _ in range(4)]
    fields = ["Your name: Renée O'Neil", "The other agency: Agency 2", "The child's initials: K.M."]
    return [*fields, f"What is the concern? {paragraphs[0]}", *paragraphs[1:]]
