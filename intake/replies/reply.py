"""What a reply says: its new words apart from the quoted ones, and the offered answer on its first line. Pure, linear.

Nothing is guessed: an answer is one of the offered words on a line of its own (guarantees D27); all else is for a
person. Words may be lost to nobody: what is taken out is handed back beside what is left.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from cases.verbs.decision import Offer, with_words
from intake.replies import footers
from intake.replies.dates import UnclearDate, read_date, read_day_and_time

_LOOKED_AT = 1000  # letters of a line that patterns see
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]")
_BOLD = re.compile(r"(?<!\w)\*+|\*+(?!\w)")
_JOINS = re.compile(r"(?:\s*[:,–-]\s*|\s+)(?:on\s+)?")


@dataclass(frozen=True, slots=True)
class Said:
    """An offered answer that was given, with its words and its date."""

    offer: Offer
    text: str
    day: date | None = None
    at: time | None = None  # local time of a meeting


@dataclass(frozen=True, slots=True)
class Read:
    """Either an answer, or why there is none in plain words. `below` is the signature and what follows it."""

    answer: Said | None
    unclear: str = ""
    below: str = ""


def read(words: str, offers: Sequence[Offer], today: date, written_today: bool = True) -> Read:
    """The offered answer that a reply's new words give. `today` is the local date, for dates without a year; "tomorrow"
    is clear only in what was written today."""
    lines, below = _without_signature(words.split("\n"))
    first = next((index for index, line in enumerate(lines) if _tidy(line)), None)
    if first is None:
        return Read(None, "There are no words above the signature.", below)
    found = _offered(_tidy(lines[first]), offers, today, written_today)
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
    if said.offer.words and not _says_something(rest):
        text = ""  # thanks and a name add nothing to the words that are recorded
    return Read(Said(said.offer, with_words(said.offer, text), said.day, said.at), "", below)


def _offered(line: str, offers: Sequence[Offer], today: date, written_today: bool) -> Said | str:
    """The answer on a line, or why there is none. The longest offered word wins."""
    plain = _plain(line)
    begun = [offer for offer in offers if re.match(rf"{re.escape(_plain(offer.word))}(?!\w)", plain)]
    if not begun:
        return _why_none(plain, offers)
    longest = max(len(_plain(offer.word)) for offer in begun)
    chosen = [offer for offer in begun if len(_plain(offer.word)) == longest]
    if len(chosen) > 1:
        return f"{chosen[0].word} is offered for more than one thing."
    return _with_date(chosen[0], plain[longest:], today, written_today)


def _with_date(offer: Offer, rest: str, today: date, written_today: bool) -> Said | str:
    if "date" not in offer.needs:
        return _word_is_not_alone(offer, rest) if rest else Said(offer, "")
    join = _JOINS.match(rest)
    if not join:
        return f"{offer.word} needs a date on the same line, such as {offer.word} 4 December 2026."
    try:
        if offer.does == "meeting":
            return Said(offer, "", *read_day_and_time(rest[join.end() :], today, written_today))
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
    return bool(footers.SIGNATURE.fullmatch(line) or footers.DISCLAIMER.match(line[:_LOOKED_AT]))


def _says_something(lines: list[str]) -> bool:
    """Whether there are words before thanks and names."""
    for line in lines:
        seen = line[:_LOOKED_AT]
        if footers.SIGN_OFF.fullmatch(seen):
            return False
        if re.search(r"\w", seen) and not footers.DEVICE.fullmatch(seen):
            return True
    return False
