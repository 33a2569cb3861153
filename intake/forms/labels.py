"""Finds the labels of a form in the lines of a mail, and what was written to each. Pure; bounded work for any text.

Tolerant of case, punctuation, bullets, bold marks and small slips in re-typing; a label may run over a line's end, its
value over several lines up to the next label.
"""

import difflib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from intake.replies import footers

LINES = 5_000  # looked at; beyond them everything belongs to the last value
_COMPARED = 400  # lines that are compared with the labels letter by letter, for slips
_LINE = 1_000
_HEAD = 300  # letters in which a label ends
_ALIKE = 0.86
_LONG_ENOUGH = 8  # a shorter label is not guessed at
_JOINED = 3  # lines over which a label may run
_BULLET = re.compile(r"^[\s>|]*(?:[-*•·–—▪◦o]\s+|\(?\d{1,2}[.)]\s+|\[[ xX]?\]\s*)?")
_SPLITS = re.compile(r"[:?=|\t]|\s{2,}|\s[-–—]\s")
_SEPARATORS = " \t:=|-–—*_"


@dataclass(frozen=True, slots=True)
class _Start:
    name: str
    rest: str  # what stands on the label's own line
    lines: int  # that the label takes up


def written(
    text: str, known: Mapping[str, str], skipped: Collection[str] = (), same_line: bool = False
) -> dict[str, str]:
    """What stands to each label: name → text as it was written, without the blank lines around it.

    `known` are labels → name, and `skipped` lines of the blank form that say nothing, both in plain form. With
    `same_line` a value is only what follows on the label's own line, as where somebody writes into a quoted letter.
    The first of two counts; what stands to the second is put below it.
    """
    lines = [line[:_LINE] for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:LINES]]
    kept = [line for line in lines if not line.strip() or plain(line) not in skipped]
    found: dict[str, list[str]] = {}
    name, at = "", 0
    while at < len(kept):
        # In a quoted letter the labels are ours: nobody re-typed them.
        start = _start(kept, at, known, slips=not same_line and at < _COMPARED)
        if start:
            name, at = start.name, at + start.lines
            found.setdefault(name, []).append(start.rest)
            continue
        if name and not same_line:
            if footers.SIGN_OFF.fullmatch(kept[at]) or footers.SIGNATURE.fullmatch(kept[at]):
                name = ""
            else:
                found[name].append(kept[at])
        at += 1
    return {each: _tidy(texts) for each, texts in found.items()}


def plain(words: str) -> str:
    """Words without what people change when they copy them: case, punctuation, spaces."""
    return " ".join(re.sub(r"[^\w]+", " ", words.casefold().replace("’", "").replace("'", "")).split())


def alike(word: str, known: Iterable[str]) -> str | None:
    """Of these words in plain form the one that is meant, small slips forgiven; None where none or more than one is."""
    typed = plain(word)
    choices = list(known)
    if typed in choices:
        return typed
    if len(typed) < _LONG_ENOUGH:
        return None
    found = [each for each in choices if _close(typed, each)]
    return found[0] if len(found) == 1 else None


def _start(lines: Sequence[str], at: int, known: Mapping[str, str], slips: bool) -> _Start | None:
    """The label that begins on this line, if one does."""
    line = _BULLET.sub("", lines[at], count=1)
    if not line.strip():
        return None
    found = _begins(line, known, slips)
    if found:
        return _Start(found[0], found[1], 1)
    begun = plain(line)
    for count in range(2, _JOINED + 1):
        following = lines[at + 1 : at + count]
        if len(following) < count - 1 or not all(each.strip() for each in following):
            return None
        joined = " ".join([line.strip(), *(each.strip(" \t>|") for each in following)])
        if not begun or not any(label.startswith(begun) for label in known):
            return None
        if found := _begins(joined, known, slips=False):
            return _Start(found[0], found[1], count)
    return None


def _begins(line: str, known: Mapping[str, str], slips: bool) -> tuple[str, str] | None:
    """(name, rest of the line) where a line is a label, or begins with one."""
    if (name := known.get(plain(line))) is not None:
        return name, ""
    ends = [split.end() for split in _SPLITS.finditer(line[:_HEAD])]
    for end in reversed(ends):
        if (name := known.get(plain(line[:end]))) is not None:
            return name, line[end:].strip(_SEPARATORS)
    for end in reversed(ends[:3] if slips else []):
        if (meant := alike(line[:end], known)) is not None:
            return known[meant], line[end:].strip(_SEPARATORS)
    return None


def _close(one: str, other: str) -> bool:
    if abs(len(one) - len(other)) > 0.3 * max(len(one), len(other)):
        return False
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    return matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE


def _tidy(texts: Iterable[str]) -> str:
    lines = "\n".join(line.rstrip() for line in texts).strip("\n").split("\n")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in lines)).strip().strip("*_").strip()
