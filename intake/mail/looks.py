"""What in a sender's name, address or subject may deceive the eye (guarantees D14, D16). Pure."""

import re
from collections.abc import Iterable

from cases.lookalikes import LONGEST, as_seen, mixed
from intake.mail import header
from intake.mail.header import Sender

_ODD = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")


def warnings(sender: Sender, shown: Iterable[str], lines: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """`shown` are decoded values of headers; `lines` are all headers, as they were sent."""
    found: list[str] = []
    named = set(header.addresses(sender.name))
    if named - {sender.address}:
        found.append("The sender's name holds another e-mail address than the one it came from.")
    if "@" in sender.name and not named:
        found.append("The sender's name is made to look like an e-mail address.")
    if any(map(mixed, (sender.name, as_seen(sender.address)))):
        found.append("The sender's name or address mixes alphabets: letters may not be what they look like.")
    lines = list(lines)
    raw = [header.shown(value).words for name, value in lines if name in ("from", "subject")]
    if any(_ODD.search(value[:LONGEST]) for value in (*raw, *shown)):
        found.append("The sender's name or the subject holds characters that hide or turn round what is shown.")
    answers = header.addresses(" ".join(value for name, value in lines if name == "reply-to"))
    if answers and sender.address not in answers:
        found.append("It asks for answers to another address than the one it came from.")
    return tuple(found)
