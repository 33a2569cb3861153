"""Header lines and encoded bytes as words: RFC 2047 words, charsets, addresses. Pure, and linear in the input."""

import codecs
import re
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header
from email.utils import parseaddr

# Reading these charsets is slow, or writes what no mail client shows.
_NO_CHARSETS = {"idna", "punycode", "unicode-escape", "raw-unicode-escape"}
_CHARSET = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+-]{0,40}")
_ENCODED = re.compile(r"=\?[^?\s]{1,75}\?[bqBQ]\?[^?\r\n]*\?=(?:\s+=\?[^?\s]{1,75}\?[bqBQ]\?[^?\r\n]*\?=)*")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# They change how the letters beside them are shown, or are not shown at all (guarantees D14).
_UNSEEN = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_TEXT_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")

_LOCAL = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]"
_ADDRESS = rf"{_LOCAL}{{1,128}}@[A-Za-z0-9](?:[A-Za-z0-9.-]{{0,252}}[A-Za-z0-9])?"
_ADDRESSES = re.compile(rf"(?<!{_LOCAL}){_ADDRESS}")
_NAME = r"""(?:"(?:[^"\\]|\\.)*+"|(?:[^<>"@,;:\\()]|\([^()"\\]*\))*+)"""
_MAILBOX = re.compile(rf"(?P<name>{_NAME})\s*<\s*(?P<inner>{_ADDRESS})\s*>\s*(?:\([^()]*\))?|(?P<bare>{_ADDRESS})")
_IN_BRACKETS = re.compile(r"<\s*([^<>\s]+@[^<>\s]+)\s*>")
_LONGEST_FROM = 1000
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,998}>")


@dataclass(frozen=True, slots=True)
class Words:
    """Words read from bytes; `guessed` when the charset they declare could not be believed."""

    words: str
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a From line names. Any problem means that the sender must not be believed (guarantees, finding 1)."""

    address: str
    name: str
    problems: tuple[str, ...]


def decode(raw: bytes, charset: str) -> Words:
    """Bytes as words: the declared charset, else UTF-8, else Windows-1252, the last two marked as guessed."""
    declared = _codec(charset)
    for codec in (declared or "utf-8", "utf-8"):
        try:
            return Words(raw.decode(codec), codec != declared)
        except ValueError:
            continue
    return Words(raw.decode("cp1252", "replace"), True)


def unfold(value: str) -> Words:
    """A header's value as it stands in the message, as one line of words. Encoded words are not yet decoded."""
    found = decode(value.encode("utf-8", "surrogateescape"), "utf-8")
    return Words(re.sub(r"\r?\n[ \t]*|\r", " ", found.words).strip(), found.guessed)


def shown(value: str) -> Words:
    """An unfolded header value as people read it: encoded words decoded. May hold control characters: see `clean`."""
    guesses = [False]

    def replaced(found: re.Match[str]) -> str:
        words = _encoded_words(found[0])
        guesses.append(words.guessed)
        return words.words

    return Words(_ENCODED.sub(replaced, value), any(guesses))


def clean(words: str) -> tuple[str, bool]:
    """A value without characters that control or hide what is shown, and whether it held any."""
    seen = _UNSEEN.sub("", words)
    had = seen != words or bool(_CONTROLS.search(words.replace("\t", " ")))
    return " ".join(_CONTROLS.sub(" ", seen).split(" ")).strip(), had


def clean_text(words: str) -> tuple[str, bool]:
    """A body with "\\n" line ends and without control characters, and whether it held any."""
    lines = words.replace("\r\n", "\n").replace("\r", "\n")
    return _TEXT_CONTROLS.sub("", lines), bool(_TEXT_CONTROLS.search(lines))


def addresses(value: str) -> tuple[str, ...]:
    """Every address in a header value, in lower case, each once."""
    return tuple(dict.fromkeys(found.lower() for found in _ADDRESSES.findall(value)))


def message_ids(value: str) -> tuple[str, ...]:
    """Every message id in a header value with its angle brackets, each once (RFC 5322 section 3.6.4)."""
    return tuple(dict.fromkeys(_MESSAGE_ID.findall(value)))


def sender(from_lines: list[str]) -> Sender:
    """Who sent a message, from its unfolded From lines: our strict reading must hold and the library must agree."""
    if not from_lines:
        return Sender("", "", ("There is no From line.",))
    line, problems = from_lines[0][:_LONGEST_FROM], []
    if len(from_lines) > 1:
        problems.append("There is more than one From line.")
    strict = _MAILBOX.fullmatch(line) if len(from_lines[0]) <= _LONGEST_FROM else None
    if strict is None:
        problems.append("The From line cannot be read in one way only.")
        return Sender(_likely(line), _name(line.partition("<")[0]), tuple(problems))
    address = str(strict["inner"] or strict["bare"])
    if parseaddr(line)[1] != address:
        problems.append("Two ways of reading the From line disagree.")
    return Sender(address.lower(), _name(strict["name"] or ""), tuple(problems))


def _codec(charset: str) -> str:
    """Python's name for a charset; empty when there is none that may be used."""
    if not _CHARSET.fullmatch(charset):
        return ""
    try:
        known = codecs.lookup(charset)
        name = known.name.replace("_", "-")
        "".encode(name)  # refuses those that are not for text, such as hex
    except (LookupError, ValueError):
        return ""
    # Windows writes its own quotation marks and dashes into mail that says ISO 8859-1; as browsers do.
    return "" if name in _NO_CHARSETS else {"iso8859-1": "cp1252"}.get(name, name)


def _encoded_words(run: str) -> Words:
    try:
        parts = [(raw, charset or "ascii") for raw, charset in decode_header(re.sub(r"\*[^?*]*\?", "?", run))]
    except (HeaderParseError, ValueError):
        return Words(run, True)
    words = [decode(raw, charset) if isinstance(raw, bytes) else Words(raw) for raw, charset in parts]
    return Words("".join(word.words for word in words), any(word.guessed for word in words))


def _name(raw: str) -> str:
    inside = raw.strip()
    if len(inside) > 1 and inside[0] == inside[-1] == '"':
        inside = re.sub(r"\\(.)", r"\1", inside[1:-1])
    return clean(shown(inside).words)[0]


def _likely(line: str) -> str:
    """The address to show for a From line that cannot be relied upon: what stands in the last angle brackets."""
    found = _IN_BRACKETS.findall(line) or _ADDRESSES.findall(line)
    return clean(found[-1])[0].lower() if found else ""
