"""What a reply says: its new words apart from the quoted ones, and the offered answer on its first line. Pure, linear.

Nothing is guessed: an answer is one of the offered words on a line of its own (guarantees D27); all else is for a
person. Words may be lost to nobody: what is taken out is handed back beside what is left.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cases.verbs.decision import Offer
from intake import quoting
from intake.dates import UnclearDate, read_date

_LOOKED_AT = 1000  # letters of a line that patterns see
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]")
_BOLD = re.compile(r"(?<!\w)\*+|\*+(?!\w)")
_JOINS = re.compile(r"(?:\s*[:,–-]\s*|\s+)(?:on\s+)?")


@dataclass(frozen=True, slots=True)
class NewText:
    """The sender's new words, and everything else. Without any new ones, `words` are the whole text."""

    words: str
    removed: str


@dataclass(frozen=True, slots=True)
class Said:
    """An offered answer that was given, with its words and its date."""

    offer: Offer
    text: str
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """Either an answer, or why there is none in plain words. `below` is the signature and what follows it."""

    answer: Said | None
    unclear: str = ""
    below: str = ""


def new_text(text: str) -> NewText:
    """The new words of a message, apart from quotations, banners and device lines."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    removed = _removed(lines)
    words = "\n".join(line for line, out in zip(lines, removed, strict=True) if not out).strip()
    if not words:
        return NewText(text.strip(), "")
    return NewText(words, "\n".join(line for line, out in zip(lines, removed, strict=True) if out).strip("\n"))


def read(words: str, offers: Sequence[Offer], today: date) -> Read:
    """The offered answer that a reply's new words give. `today` is the local date, for dates without a year."""
    lines, below = _without_signature(words.split("\n"))
    first = next((index for index, line in enumerate(lines) if _tidy(line)), None)
    if first is None:
        return Read(None, "There are no words above the signature.", below)
    found = _offered(_tidy(lines[first]), offers, today)
    if isinstance(found, str):
        return Read(None, found, below)
    return _with_text(found, lines[first + 1 :], offers, below)


def _with_text(said: Said, rest: list[str], offers: Sequence[Offer], below: str) -> Read:
    text = "\n".join(rest).strip()
    others = {_plain(offer.word) for offer in offers} - {_plain(said.offer.word)}
    if any(_plain(_tidy(line)) in others for line in rest):
        return Read(None, "The reply gives more than one of the offered answers.", below)
    if "text" in said.offer.needs and not _says_something(rest):
        return Read(None, f"{said.offer.word} needs words below it: {said.offer.title}.", below)
    return Read(Said(said.offer, text, said.day), "", below)


def _offered(line: str, offers: Sequence[Offer], today: date) -> Said | str:
    """The answer on a line, or why there is none. The longest offered word wins."""
    plain = _plain(line)
    begun = [offer for offer in offers if re.match(rf"{re.escape(_plain(offer.word))}(?!\w)", plain)]
    if not begun:
        return _why_none(plain, offers)
    longest = max(len(_plain(offer.word)) for offer in begun)
    chosen = [offer for offer in begun if len(_plain(offer.word)) == longest]
    if len(chosen) > 1:
        return f"{chosen[0].word} is offered for more than one thing."
    return _with_date(chosen[0], plain[longest:], today)


def _with_date(offer: Offer, rest: str, today: date) -> Said | str:
    if "date" not in offer.needs:
        return _word_is_not_alone(offer, rest) if rest else Said(offer, "")
    join = _JOINS.match(rest)
    if not join:
        return f"{offer.word} needs a date on the same line, such as {offer.word} 4 December 2026."
    try:
        return Said(offer, "", read_date(rest[join.end() :], today))
    except UnclearDate as unclear:
        return f"The date after {offer.word} cannot be read. {unclear}"


def _word_is_not_alone(offer: Offer, rest: str) -> str:
    asks = " It asks rather than answers." if "?" in rest else ""
    return f"{offer.word} does not stand alone on the first line.{asks}"


def _why_none(plain: str, offers: Sequence[Offer]) -> str:
    inside = [offer.word for offer in offers if re.search(rf"(?<!\w){re.escape(_plain(offer.word))}(?!\w)", plain)]
    if inside:
        return f"{inside[0]} does not stand alone on the first line."
    return "The first line is none of the offered answers."


def _plain(words: str) -> str:
    return words.casefold()


def _tidy(line: str) -> str:
    """A line without what mail programs add to a word: bold marks, odd spaces, a full stop."""
    words = _BOLD.sub("", _INVISIBLE.sub("", line[:_LOOKED_AT]))
    return " ".join(words.split()).strip("_ ").rstrip(".! ").rstrip("_ ")


def _without_signature(lines: list[str]) -> tuple[list[str], str]:
    cut = next((at for at, line in enumerate(lines) if _ends_words(line)), len(lines))
    return lines[:cut], "\n".join(lines[cut:]).strip()


def _ends_words(line: str) -> bool:
    return bool(quoting.SIGNATURE.fullmatch(line) or quoting.DISCLAIMER.match(line[:_LOOKED_AT]))


def _says_something(lines: list[str]) -> bool:
    """Whether there are words before thanks and names."""
    for line in lines:
        seen = line[:_LOOKED_AT]
        if quoting.SIGN_OFF.fullmatch(seen):
            return False
        if re.search(r"\w", seen) and not quoting.DEVICE.fullmatch(seen):
            return True
    return False


def _removed(lines: list[str]) -> list[bool]:
    """For each line, whether it is not the sender's."""
    seen = [line[:_LOOKED_AT] for line in lines]
    out = [_is_quoted(line) or bool(quoting.DEVICE.fullmatch(line)) for line in seen]
    _take_out_banners(seen, out)
    at = 0
    while at < len(seen):
        length = 0 if out[at] else _heading(seen, at)
        if length and not _quoted_follows(seen, at + length):
            at = _notes_sender(seen, at)
            return out[:at] + [True] * (len(out) - at)
        out[at : at + length] = [True] * length
        at += max(1, length)
    return out


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith((">", "|>"))


def _take_out_banners(lines: list[str], out: list[bool]) -> None:
    """Banners stand at the top, each up to the next blank line."""
    in_banner = False
    for at, line in enumerate(lines):
        blank = not line.strip()
        in_banner = not blank and (in_banner or bool(quoting.BANNER.match(line)))
        if not blank and not in_banner and not out[at]:
            return
        out[at] = out[at] or in_banner


def _heading(lines: list[str], at: int) -> int:
    """How many lines from here on introduce older mail; 0 if they do not."""
    line = lines[at].strip()
    if not line:
        return 0
    if quoting.SEPARATOR_DASHES.match(line) and quoting.SEPARATOR.fullmatch(line):
        return 1
    if quoting.ATTRIBUTION_BY_ADDRESS.fullmatch(line):
        return 1
    return _attribution(lines, at) or _field_block(lines, at) or _notes_block(lines, at)


def _attribution(lines: list[str], at: int) -> int:
    if not quoting.ATTRIBUTION_BEGINS.match(lines[at].lstrip()):
        return 0
    joined = ""
    for length, line in enumerate(lines[at : at + quoting.ATTRIBUTION_LINES], 1):
        joined = f"{joined} {line[:300].strip()}".strip()
        if quoting.ATTRIBUTION.fullmatch(joined):
            return length
    return 0


def _field_block(lines: list[str], at: int) -> int:
    """Outlook's From, Sent, To, Subject, with the rule above it."""
    start = at + 1 if quoting.RULE.fullmatch(lines[at]) else at
    if start >= len(lines) or not quoting.FROM_FIELD.match(lines[start]):
        return 0
    below = lines[start + 1 : start + quoting.FIELD_LINES]
    fields = {found[1].lower() for found in map(quoting.OTHER_FIELD.match, below) if found}
    return start - at + 1 if len(fields) >= 2 else 0


def _notes_block(lines: list[str], at: int) -> int:
    if quoting.NOTES_FOLDED.match(lines[at]):
        return 1
    if not quoting.NOTES_DATE.fullmatch(lines[at].strip()):
        return 0
    below = [line.strip() for line in lines[at + 1 : at + quoting.FIELD_LINES]]
    names = [any(map(pattern.fullmatch, below)) for pattern in (quoting.NOTES_TO, quoting.NOTES_SUBJECT)]
    return 1 if all(names) else 0


def _notes_sender(lines: list[str], at: int) -> int:
    """Notes writes the sender's name on the line above the date."""
    named = at > 0 and quoting.NOTES_DATE.fullmatch(lines[at].strip()) and "@" in lines[at - 1]
    return at - 1 if named else at


def _quoted_follows(lines: list[str], at: int) -> bool:
    """Whether the older mail is marked line by line, so that unmarked lines below are new."""
    following = next((line for line in lines[at : at + 3] if line.strip()), "")
    return _is_quoted(following)
