"""A reply as a person's mail program and mail server would make it: real MIME, quoted as Outlook does, stamped."""

import re
import secrets
from datetime import date, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from markupsafe import Markup, escape

from answerable.demo.demo import BOUNDARY, Demo
from answerable.demo.letters import PostedLetter, Sent
from cases.holidays import LONDON
from cases.store.inbox import Received
from cases.verbs.decision import Offer
from cases.working_time import spoken_date

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_BODY = re.compile(r"<body[^>]*>(.*)</body>", re.DOTALL | re.IGNORECASE)


def answer(demo: Demo, letter: PostedLetter, text: str) -> Received:
    """Reply to a letter as its recipient. Gives the mail as it was taken in, with what became of it."""
    with demo.clock.lock:
        now = demo.time()
        raw = reply(letter.sent, letter.stored.name, text, now)
        taken = demo.service.mailbox.take_in(raw, letter.stored.partnership, now)
        demo.clock.settle(now)
        return demo.service.correspondence.message(taken)


def offered(offer: Offer, text: str, day: date | None) -> str:
    """An offered answer as somebody would write it: the word and the date on the first line, the rest below."""
    first = f"{offer.word} {spoken_date(day)}" if day else offer.word
    return f"{first}\n\n{text}".strip()


def reply(letter: Sent, name: str, text: str, now: datetime) -> bytes:
    """The reply's bytes with CRLF. What somebody typed stands in the bodies only, never in a header."""
    message, domain = EmailMessage(policy=SMTP), letter.recipient.rpartition("@")[2]
    message["From"] = Address(name, addr_spec=letter.recipient)
    message["To"] = letter.reply_to
    message["Subject"] = f"Re: {letter.subject.removeprefix('Re: ')}"
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{secrets.token_hex(12)}@{domain}>"
    message["In-Reply-To"] = letter.message_id
    message["References"] = f"{letter.references} {letter.message_id}".strip()
    typed = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    message.set_content(_text(letter, name, typed), cte="quoted-printable")
    message.add_alternative(_html(letter, name, typed), subtype="html", cte="quoted-printable")
    return _stamp(domain, now) + message.as_bytes()


def _stamp(domain: str, now: datetime) -> bytes:
    """What the receiving mail server writes on top (RFC 5321 section 4.4, RFC 8601)."""
    verdict = f"spf=pass smtp.mailfrom={domain}; dkim=pass header.d={domain}; dmarc=pass header.from={domain}"
    lines = (
        f"Authentication-Results: {BOUNDARY}; {verdict}",
        f"Received: from mail.{domain} by {BOUNDARY} with ESMTPS; {format_datetime(now)}",
    )
    return "".join(f"{line}\r\n" for line in lines).encode()


def _text(letter: Sent, name: str, text: str) -> str:
    head = "".join(f"{field}: {value}\n" for field, value in _head(letter, name))
    return f"{text}\n\n________________________________\n{head}\n{letter.text}"


def _html(letter: Sent, name: str, text: str) -> str:
    found = _BODY.search(letter.html)
    quoted = Markup(found[1] if found else "")
    typed = Markup("<br>\n").join(escape(line) for line in text.split("\n"))
    head = Markup("<br>\n").join(Markup("<b>{}:</b> {}").format(*each) for each in _head(letter, name))
    return Markup(
        '<html><body><div style="font-family: Aptos, Calibri, sans-serif">{}</div>\n'
        '<hr style="display:inline-block;width:98%" tabindex="-1">\n'
        '<div id="divRplyFwdMsg" dir="ltr">{}</div>\n<div>{}</div></body></html>\n'
    ).format(typed, head, quoted)


def _head(letter: Sent, name: str) -> tuple[tuple[str, str], ...]:
    sender = next(value for field, value in letter.headers if field == "From")
    sent = letter.at.astimezone(LONDON)
    return (
        ("From", sender),
        ("Sent", f"{sent:%A}, {sent.day} {sent:%B %Y %H:%M}"),
        ("To", f"{name} <{letter.recipient}>"),
        ("Subject", letter.subject),
    )
