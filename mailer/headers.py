"""The headers of a letter: refused where one could become two, and counted again in the final bytes (D24)."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import SMTP, Policy, default

LONGEST = 998  # octets in a line without its CRLF (RFC 5322 section 2.1.1)
WIDTH = 76  # not 78: the same length wraps the quoted-printable bodies (RFC 2045 section 6.7)
MOST_REFERENCES = 20
LONGEST_NAME = 60
IDENTIFIERS = ("Message-ID", "In-Reply-To", "References")
ADDRESSES = ("From", "To", "Reply-To")

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*")
_IDENTIFIER = re.compile(r"<[!-;=?-~]{1,250}>")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


class HeaderError(ValueError):
    """A header that is not safe to send. Names the header, never its value."""


class _Plain(UnstructuredHeader, BaseHeader):
    """Text in ASCII, folded at spaces only, with something on the first line.

    The standard folding writes a long message id as an encoded word, and begins a long subject on the second line.
    """

    def fold(self, *, policy: Policy) -> str:
        text = str(self)
        if not text.isascii():
            return super().fold(policy=policy)
        return policy.linesep.join(_folded(self.name, text)) + policy.linesep


def _folded(name: str, text: str) -> list[str]:
    first, *words = text.split(" ")
    lines = [f"{name}: {first}"]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > WIDTH:
            lines.append("")
        lines[-1] += f" {word}"
    return lines


def _registry() -> HeaderRegistry:
    registry = HeaderRegistry()
    for name in (*IDENTIFIERS, "Subject"):
        registry.map_to_type(name, _Plain)
    return registry


POLICY = SMTP.clone(max_line_length=WIDTH, header_factory=_registry())


def set_header(message: EmailMessage, name: str, value: str | Address) -> None:
    """Set one header. Raises HeaderError for a value that could break out of it, or is too long.

    An encoded word in the value is refused: it would be decoded to something that was never checked.
    """
    text = str(value)
    if not text or any(unicodedata.category(letter) in _UNSEEN for letter in text) or "=?" in text:
        raise HeaderError(f"{name} is empty or holds what may not stand in a header")
    longest = max(text.split(), key=len, default="") if name in IDENTIFIERS else text
    if len(f"{name}: {longest}".encode()) > LONGEST:
        raise HeaderError(f"{name} is too long")
    message[name] = value


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

    Raises HeaderError.
    """
    if re.search(rb"(?<!\r)\n|\r(?!\n)|[\x00\x80-\xff]", raw):
        raise HeaderError("A line does not end in CRLF, or a byte is not ASCII")
    if any(len(line) > LONGEST for line in raw.split(b"\r\n")):
        raise HeaderError("A line is too long")
    head = raw.partition(b"\r\n\r\n")[0]
    found = Counter(line.partition(b":")[0].decode() for line in re.split(rb"\r\n(?![ \t])", head))
    if found != Counter([*wanted, "MIME-Version", "Content-Type"]):
        raise HeaderError("The headers are not those that were set")
    _check_values(raw, wanted)


def _check_values(raw: bytes, wanted: Mapping[str, str]) -> None:
    read = BytesHeaderParser(policy=default).parsebytes(raw)
    for name, value in wanted.items():
        same = _email(read[name]) == value if name in ADDRESSES else str(read[name]).strip() == value
        if not same:
            raise HeaderError(f"{name} is not what was set")


def _email(header: object) -> str:
    """The one bare address of a header as it was read; nothing where there are several."""
    addresses: Sequence[Address] = getattr(header, "addresses", ())
    return addresses[0].addr_spec if len(addresses) == 1 else ""
