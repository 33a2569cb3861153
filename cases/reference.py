"""What a letter carries so that its answer finds the way back: case references, reply tokens, codes, addresses.

A reply token routes; it never authorises by itself (guarantees D11). References are public and do neither.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

TOKEN_LENGTH = 26
MARK = "Our mark:"  # before the token, at the foot of every letter
KEY_LEFT_OUT = "[a private link]"
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_RETYPED = str.maketrans({"o": "0", "i": "1", "l": "1", "u": "v"})
_SECRET_BYTES = 32
_LOCAL_PART_OCTETS = 64
_BOUNCE = "b-"

# 128 bits in 26 letters of five leave the first letter three, so it is never above 7. A token may follow a
# percent-escape ("inbox%2B…" in a mailto link), whose hex digits would otherwise look like its beginning.
_TOKEN = re.compile(
    r"(?:(?<![0-9A-Za-z])|(?<=%[0-9A-Fa-f]{2}))[0-7oOiIlL][0-9A-Za-z]{25}(?![0-9A-Za-z])",
)
# A token as mail programs break it: at the end of a line, before the marks of a quotation.
_BROKEN = r"[0-7oOiIlL](?:=?\r?\n[>|\s]{0,20})?(?:[0-9A-Za-z](?:=?\r?\n[>|\s]{0,20})?){24}[0-9A-Za-z](?![0-9A-Za-z])"
_KEY = re.compile(rf"(?<=/){_BROKEN}|{MARK}[>|\s]{{0,20}}{_BROKEN}|{_TOKEN.pattern}", re.IGNORECASE)
_AROUND = frozenset("<>\"'()[]")  # where a link or an address ends that stands in a text
_CODE = re.compile(r"[0-9]{6}")
_GAP = r"[\s_\-\u2010-\u2015\u2212]{1,5}"
_REFERENCE = re.compile(
    rf"(?<![^\W_])([A-Z][A-Z0-9]{{1,11}}){_GAP}(20[0-9]{{2}}){_GAP}(0{{0,5}}[1-9][0-9]{{0,5}})(?![^\W_])",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, order=True)
class Reference:
    """A case's reference, shown as `CHSCP-2026-0042`: the partnership's prefix, the year opened, a running number."""

    prefix: str
    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.prefix}-{self.year}-{self.number:04d}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read a text that is one reference and nothing else."""
        found = _REFERENCE.fullmatch(_visible(text).strip())
        return cls._of(found) if found else None

    @classmethod
    def find(cls, text: str) -> list[Self]:
        """Every reference in a subject or body, each once, however its case, dashes and spaces were retyped."""
        return list(dict.fromkeys(cls._of(found) for found in _REFERENCE.finditer(_visible(text))))

    @classmethod
    def _of(cls, found: re.Match[str]) -> Self:
        return cls(found[1].upper(), int(found[2]), int(found[3]))


def token(secret: bytes, purpose: str, *parts: str) -> str:
    """A reply token: 128 bits of HMAC-SHA-256 over the purpose and parts (case, letter, recipient), in an alphabet that
    survives case folding and retyping."""
    number = int.from_bytes(_keyed(secret, "token", purpose, *parts)[:16])
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(5 * (TOKEN_LENGTH - 1), -1, -5))


def clean(text: str) -> str | None:
    """One token as somebody typed it, in its true spelling; None if it cannot be a token."""
    typed = re.sub(r"[\s-]", "", text)
    return _spelt(typed) if _TOKEN.fullmatch(typed) else None


def find_tokens(text: str) -> list[str]:
    """Everything in a body, header or address that may be a token, each once, in order."""
    return list(dict.fromkeys(_spelt(found) for found in _TOKEN.findall(text)))


def without_keys(text: str) -> str:
    """A text of mail without what opens a letter's page or a private link of ours, or routes an answer: whoever reads
    a quoted letter must not be able to answer in its reader's name."""
    kept, end = [], 0
    for found in _KEY.finditer(text):
        if found.start() >= end:
            start = found.start()
            while start > end and not _is_edge(text[start - 1]):
                start -= 1
            kept += [text[end:start], KEY_LEFT_OUT]
            end = found.end()
            while end < len(text) and not _is_edge(text[end]):
                end += 1
    return "".join([*kept, text[end:]])


def _is_edge(letter: str) -> bool:
    return letter.isspace() or letter in _AROUND


def token_hash(token: str) -> str:
    """What is stored in place of a token: 64 hex digits. Takes the true spelling (`token`, `clean`, `find_tokens`)."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_code(randbits: Callable[[int], int]) -> str:
    """Six digits, each code equally likely; `randbits` is `secrets.randbits` outside the tests."""
    while (number := randbits(20)) >= 1_000_000:
        pass
    return f"{number:06d}"


def code_hash(secret: bytes, subject: str, code: str) -> str:
    """What is stored in place of a code: keyed, since a million codes are soon tried."""
    return _keyed(secret, "code", subject, code).hex()


def code_matches(secret: bytes, subject: str, typed: str, stored_hash: str) -> bool:
    """Whether a code as somebody typed it (`123 456`) is the one stored for this subject."""
    code = re.sub(r"[\s-]", "", typed)
    return bool(_CODE.fullmatch(code)) and hmac.compare_digest(code_hash(secret, subject, code), stored_hash)


def message_id(random_hex: str, domain: str) -> str:
    """Our Message-ID (RFC 5322 section 3.6.4) from 128 random bits as 32 hex digits; without upper case, since some
    systems fold it. Raises ValueError."""
    if not re.fullmatch(r"[0-9a-f]{32}", random_hex):
        raise ValueError("A Message-ID needs 32 lower-case hex digits of randomness.")
    return f"<{random_hex}@{domain.lower()}>"


def reply_address(inbox: str, token: str) -> str:
    """The inbox with the token after a plus (RFC 5233). Raises ValueError if the local part would pass 64 octets."""
    return _tagged(inbox, token)


def bounce_address(inbox: str, token: str) -> str:
    """Where failures of one letter come back to (VERP): the inbox with `b-` and the letter's token after a plus. Raises
    ValueError if the local part would pass 64 octets."""
    return _tagged(inbox, _BOUNCE + token)


def is_bounce_address(address: str) -> bool:
    """Whether this is the envelope sender of a letter of ours, to which nobody but a mail system writes."""
    tag = address.rpartition("@")[0].rpartition("+")[2].lower()
    return tag.startswith(_BOUNCE) and clean(tag.removeprefix(_BOUNCE)) is not None


def token_in_address(address: str) -> str | None:
    """The token in the local part, also where a relay has wrapped it (SRS, BATV); None if there is not exactly one."""
    tokens = find_tokens(address.rpartition("@")[0])
    return tokens[0] if len(tokens) == 1 else None


def _tagged(inbox: str, tag: str) -> str:
    local, _, domain = inbox.rpartition("@")
    if len(f"{local}+{tag}".encode()) > _LOCAL_PART_OCTETS:
        most = _LOCAL_PART_OCTETS - 1 - len(tag)
        raise ValueError(f"{inbox} is too long to carry a reply token: at most {most} letters may stand before the @.")
    return f"{local}+{tag}@{domain}"


def _visible(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKC", text) if unicodedata.category(letter) != "Cf")


def _spelt(found: str) -> str:
    return found.lower().translate(_RETYPED)


def _keyed(secret: bytes, *parts: str) -> bytes:
    if len(secret) < _SECRET_BYTES:
        raise ValueError(f"The token secret is shorter than {_SECRET_BYTES} bytes. Make a longer random one.")
    # Each part goes in with its length, so that ("ab", "c") and ("a", "bc") differ.
    framed = b"".join(len(raw).to_bytes(4) + raw for raw in (part.encode() for part in parts))
    return hmac.digest(secret, framed, "sha256")
