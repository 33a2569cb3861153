"""The headers of a letter: refused where one could become two, and counted again in the final bytes (D24)."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from email.header import Header
from email.headerregistry import Address
from email.policy import SMTP, default

CRLF = "\r\n"
LONGEST = 998  # octets in a line without its CRLF (RFC 5322 section 2.1.1)
WIDTH = 76  # not 78: the same length wraps the quoted-printable bodies (RFC 2045 section 6.7)
MOST_REFERENCES = 20
LONGEST_NAME = 60
IDENTIFIERS = ("Message-ID", "In-Reply-To", "References")
ADDRESSES = ("From", "To", "Reply-To")
OF_THE_PARTS = ("MIME-Version", "Content-Type")
POLICY = SMTP.clone(max_line_length=WIDTH)

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*")
_WORD = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+"
_NAME = rf'"[^"\\]*"|{_WORD}(?:[ \t]+{_WORD})*'  # a quoted string, or words, encoded ones too
_ONE_READER = re.compile(rf"(?:(?:{_NAME})[ \t]+)?<(?P<named>{_ADDRESS.pattern})>|(?P<bare>{_ADDRESS.pattern})")
_IDENTIFIER = re.compile(r"<[!-;=?-~]{1,250}>")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


class HeaderError(ValueError):
    """A header that is not safe to send. Names the header, never its value."""


def header(name: str, value: str | Address) -> str:
    """One header as it goes into a letter, folded, with CRLF.

    Raises HeaderError for a value that could break out of it, or is too long. An encoded word in the value is refused:
    it would be decoded to something that was never checked.
    """
    text = str(value)
    if not text or _holds_unseen(text) or "=?" in text:
        raise HeaderError(f"{name} is empty or holds what may not stand in a header")
    longest = max(text.split(), key=len, default="") if name in IDENTIFIERS else text
    if len(f"{name}: {longest}".encode()) > LONGEST:
        raise HeaderError(f"{name} is too long")
    if text.isascii():
        return _folded(name, text)
    if isinstance(value, str):  # the folding below loses spaces of a long one
        return f"{name}: {Header(value, 'utf-8', WIDTH, name).encode(linesep=CRLF)}{CRLF}"
    return str(POLICY.header_factory(name, value).fold(policy=POLICY))


def _holds_unseen(text: str) -> bool:
    return not text.isprintable() and any(unicodedata.category(letter) in _UNSEEN for letter in text)


def _folded(name: str, text: str) -> str:
    """Folded at spaces only, with something on the first line.

    The standard folding writes a long message id as an encoded word, and begins a long subject on the second line.
    """
    first, *words = text.split(" ")
    lines = [f"{name}: {first}"]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > WIDTH:
            lines.append("")
        lines[-1] += f" {word}"
    return CRLF.join(lines) + CRLF


def address(name: str, email: str) -> Address:
    """One address with its display name made harmless. Raises HeaderError for an address that no letter can go to."""
    if not _ADDRESS.fullmatch(email):
        raise HeaderError("An address is not one that a letter can go to")
    try:
        return Address(display_name(name), addr_spec=email)
    except (ValueError, IndexError) as error:
        raise HeaderError("An address is not one that a letter can go to") from error


def display_name(name: str) -> str:
    """A person's name as it may stand beside an address: a strange name must not keep a letter from going out."""
    seen = "".join(" " if unicodedata.category(letter) in _UNSEEN else letter for letter in name)
    return " ".join(re.sub(r'[<>@"\\]|=\?', " ", seen).split())[:LONGEST_NAME].strip()


def identifier(text: str) -> str:
    """A Message-ID of ours. Raises HeaderError."""
    if not _IDENTIFIER.fullmatch(text):
        raise HeaderError("Message-ID is not one")
    return text


def references(identifiers: tuple[str, ...]) -> tuple[str, ...]:
    """The ids that may stand in References: well formed, the first and the latest, at most 20 (guarantees D9)."""
    good = tuple(each for each in identifiers if _IDENTIFIER.fullmatch(each) and "=?" not in each)
    return good if len(good) <= MOST_REFERENCES else (good[0], *good[1 - MOST_REFERENCES :])


def check(raw: bytes, wanted: Mapping[str, str]) -> None:
    """Read the final bytes once more: they hold the headers that were set and no others, and CRLF only.

    Of an address `wanted` gives the bare one. Raises HeaderError.
    """
    if not raw.isascii() or b"\0" in raw or not raw.count(b"\r\n") == raw.count(b"\r") == raw.count(b"\n"):
        raise HeaderError("A line does not end in CRLF, or a byte is not ASCII")
    if max(map(len, raw.split(b"\r\n"))) > LONGEST:
        raise HeaderError("A line is too long")
    head = raw.partition(b"\r\n\r\n")[0].decode("ascii")
    found = [line.partition(":") for line in re.sub(r"\r\n(?=[ \t])", "", head).split("\r\n")]
    if Counter(name for name, _, _ in found) != Counter([*wanted, *OF_THE_PARTS]):
        raise HeaderError("The headers are not those that were set")
    for name, _, value in found:
        if name in wanted and _read(name, value.strip()) != wanted[name]:
            raise HeaderError(f"{name} is not what was set")


def _read(name: str, value: str) -> str:
    """What a reader sees in a header: of an address the bare one, and nothing where there is not exactly one."""
    if name in ADDRESSES:
        one = _ONE_READER.fullmatch(value)
        return (one["named"] or one["bare"]) if one else ""
    return str(default.header_factory(name, value)) if "=?" in value else value
