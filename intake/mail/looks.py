"""What in a sender's name, address or subject may deceive the eye (guarantees D14, D16; UTS 39, RFC 5891). Pure."""

import re
import unicodedata
from collections.abc import Iterable

from intake.mail import header
from intake.mail.header import Sender

_ODD = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_LONGEST = 300
# Letters of other scripts that look like Latin ones in most typefaces.
_LIKE_LATIN = frozenset("аеорсухіјѕԁһӏԛԝАВЕКМНОРСТУХІЈЅονυΑΒΕΖΗΙΚΜΝΟΡΤΥΧ")
_LATIN, _OTHERS = "LATIN", ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "FULLWIDTH", "MATHEMATICAL")


def warnings(sender: Sender, shown: Iterable[str], lines: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """`shown` are decoded values of headers; `lines` are all headers, as they were sent."""
    found: list[str] = []
    named = set(header.addresses(sender.name))
    if named - {sender.address}:
        found.append("The sender's name holds another e-mail address than the one it came from.")
    if "@" in sender.name and not named:
        found.append("The sender's name is made to look like an e-mail address.")
    if any(map(_mixed, (sender.name, _unicode(sender.address)))):
        found.append("The sender's name or address mixes alphabets: letters may not be what they look like.")
    lines = list(lines)
    raw = [header.shown(value).words for name, value in lines if name in ("from", "subject")]
    if any(_ODD.search(value[:_LONGEST]) for value in (*raw, *shown)):
        found.append("The sender's name or the subject holds characters that hide or turn round what is shown.")
    answers = header.addresses(" ".join(value for name, value in lines if name == "reply-to"))
    if answers and sender.address not in answers:
        found.append("It asks for answers to another address than the one it came from.")
    return tuple(found)


def _mixed(words: str) -> bool:
    """Whether one word mixes Latin with letters that look like it, or is made of such letters alone."""
    return any(_misleads(word) for word in re.split(r"[\s.@_-]+", words[:_LONGEST]) if word and not word.isascii())


def _misleads(word: str) -> bool:
    letters = [letter for letter in word if letter.isalpha()]
    scripts = {unicodedata.name(letter, "").split(" ")[0] for letter in letters}
    others = scripts & set(_OTHERS)
    if _LATIN in scripts and others:
        return True
    return (
        bool(others) and all(letter in _LIKE_LATIN for letter in letters if not letter.isascii()) and len(letters) > 1
    )


def _unicode(address: str) -> str:
    """An address with its domain as people would see it (RFC 5890); as it is where that cannot be read."""
    local, _, domain = address.rpartition("@")
    labels = []
    for label in domain.split(".")[:20]:
        try:
            labels.append(label[4:].encode("ascii").decode("punycode") if label.startswith("xn--") else label)
        except (UnicodeError, ValueError):
            labels.append(label)
    return f"{local}@{'.'.join(labels)}"
