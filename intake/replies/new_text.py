"""The sender's new words apart from everything else: quotations, banners, device lines, footers. Pure, linear.

Nothing is lost: what is taken out is handed back beside what is left, and where nothing would be left all is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from intake.replies import footers, quoting

_LOOKED_AT = 1000  # letters of a line that patterns see
_JOINED = 300  # letters of a line that may be wrapped
_LINK = re.compile(
    r"<(?:mailto:|https?:|tel:|cid:)[^<>\s]{0,2000}>|\[(?:mailto:|cid:|https?:)[^\[\]\s]{0,2000}\]|https?://\S+"
)
_WORD = re.compile(r"\w+")
_FROM = "from"
_FIELD_NAME = 40  # letters within which the colon of a header stands
_FEWEST_ABOVE, _FEWEST_BELOW = 3, 2  # words of a line right beside such lines
_SURELY_OURS = 5  # words of a line that alone show that our letter is quoted there


@dataclass(frozen=True, slots=True)
class NewText:
    """The sender's new words, and everything else. Without any new ones, `words` are the whole text."""

    words: str
    removed: str


def new_text(text: str, ours: str | None = None) -> NewText:
    """The new words of a message. `ours` is the text of our letter that it answers: its lines are taken out wherever
    they stand, and words between them are the sender's."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    seen = [line[:_LOOKED_AT] for line in lines]
    out = _older(seen)
    if ours:
        _take_out_ours(seen, out, ours)
    _take_out_footers(seen, out)
    words = "\n".join(line for line, gone in zip(lines, out, strict=True) if not gone).strip()
    if not words:
        return NewText(text.strip(), "")
    return NewText(words, "\n".join(line for line, gone in zip(lines, out, strict=True) if gone).strip("\n"))


def _older(lines: list[str]) -> list[bool]:
    """For each line, whether it is older mail, a banner or a device's."""
    out = [_is_quoted(line) or bool(footers.DEVICE.fullmatch(line)) for line in lines]
    _take_out_banners(lines, out)
    _take_out_introductions(lines, out)
    fields = [_field_of(line) for line in lines]
    at = 0
    while at < len(lines):
        length = 0 if out[at] else _heading(lines, fields, at)
        if length and not _quoted_follows(lines, at + length):
            at = _notes_sender(lines, at)
            return out[:at] + [True] * (len(out) - at)
        out[at : at + length] = [True] * length
        at += max(1, length)
    return out


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith((">", "|>", "＞"))


def _take_out_banners(lines: list[str], out: list[bool]) -> None:
    """Banners stand at the top, each up to the next blank line."""
    in_banner = False
    for at, line in enumerate(lines):
        blank = not line.strip()
        in_banner = not blank and (in_banner or bool(footers.BANNER.match(line)))
        if not blank and not in_banner and not out[at]:
            return
        out[at] = out[at] or in_banner


def _take_out_introductions(lines: list[str], out: list[bool]) -> None:
    """Right above quoted lines, a line that names a time or an address and ends with a colon is the program's, whatever
    its language."""
    above: list[int] = []  # the lines between the last empty or quoted one and here
    blank_since = False
    for at, line in enumerate(lines):
        if _is_quoted(line):
            if above and not out[above[-1]]:
                _take_out_introduction(lines, out, above[-quoting.ATTRIBUTION_LINES :])
            above, blank_since = [], False
        elif not line.strip():
            blank_since = True
        else:
            above = [at] if blank_since else [*above[-quoting.ATTRIBUTION_LINES :], at]
            blank_since = False


def _take_out_introduction(lines: list[str], out: list[bool], above: list[int]) -> None:
    if not lines[above[-1]].rstrip().endswith((":", "：")):
        return
    joined = ""
    for count, at in enumerate(reversed(above), 1):
        joined = f"{lines[at][:_JOINED].strip()} {joined}".strip()
        if quoting.INTRODUCES_QUOTED.fullmatch(joined) or (count == 1 and quoting.NAMED_QUOTED.fullmatch(joined)):
            for each in above[-count:]:
                out[each] = True
            return


def _heading(lines: list[str], fields: list[str], at: int) -> int:
    """How many lines from here on introduce older mail; 0 if they do not."""
    line = lines[at].strip()
    if not line:
        return 0
    if quoting.SEPARATOR_DASHES.match(line) and quoting.SEPARATOR.fullmatch(line):
        return 1
    if (line[0].isdigit() or line.endswith((":", "："))) and quoting.ATTRIBUTION_BY_ADDRESS.fullmatch(line[:_JOINED]):
        return 1
    return _attribution(lines, at) or _field_block(lines, fields, at) or _notes_block(lines, at)


def _attribution(lines: list[str], at: int) -> int:
    if not quoting.ATTRIBUTION_BEGINS.match(lines[at].lstrip()[:_JOINED]):
        return 0
    joined = ""
    for length, line in enumerate(lines[at : at + quoting.ATTRIBUTION_LINES], 1):
        piece = line[:_JOINED].strip()
        if not piece:
            return 0
        joined = f"{joined} {piece}".strip()
        if piece.endswith((":", "：")) and quoting.ATTRIBUTION.fullmatch(joined):
            return length if _is_attribution(joined, lines, at + length) else 0
    return 0


def _is_attribution(joined: str, lines: list[str], below: int) -> bool:
    if quoting.SENTENCE.match(joined):
        return _quoted_follows(lines, below)
    return bool(quoting.SURELY_ATTRIBUTED.match(joined) or quoting.PERHAPS_ATTRIBUTED.match(joined))


def _field_block(lines: list[str], fields: list[str], at: int) -> int:
    """Outlook's From, Sent, To, Subject, with the rule above it; or, of some programs, in another order."""
    start = at + 1 if quoting.RULE.fullmatch(lines[at]) else at
    if start >= len(lines) or not fields[start]:
        return 0
    if fields[start] == _FROM:
        return start - at + 1 if len(_others(fields[start + 1 : start + quoting.FIELD_LINES])) >= 2 else 0
    block = lines[start : start + quoting.FIELDS_BEFORE_FROM]
    end = start + next((index for index, line in enumerate(block) if not line.strip()), len(block))
    together = fields[start:end]
    return start - at + 1 if _FROM in together and len(_others(together)) >= 2 else 0


def _others(fields: list[str]) -> set[str]:
    return set(fields) - {"", _FROM}


def _field_of(line: str) -> str:
    """The name of the header that a line shows, if it does."""
    if ":" not in line[:_FIELD_NAME] and "：" not in line[:_FIELD_NAME]:
        return ""
    if quoting.FROM_FIELD.match(line):
        return _FROM
    found = quoting.OTHER_FIELD.match(line)
    return found[1].lower() if found else ""


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


def _take_out_ours(lines: list[str], out: list[bool], ours: str) -> None:
    """Our own lines are out wherever they stand; what stands between them, and was taken for older mail, is not.

    Programs wrap and dress our text, so words are compared in pairs, without links."""
    theirs = _words_of(ours)
    words, pairs = frozenset(theirs), _pairs(theirs)
    likeness = [_likeness(_words_of(line), words, pairs) for line in lines]
    surely = [at for at, (share, count) in enumerate(likeness) if count >= _SURELY_OURS and share >= 0.8]
    if len(surely) < 2:
        return
    begin = _reached(likeness, surely[0], -1, _FEWEST_ABOVE)
    end = _reached(likeness, surely[-1], 1, _FEWEST_BELOW)
    for at in range(begin, end + 1):
        share, count = likeness[at]
        if count and share >= 0.7:
            out[at] = True
        elif count and share <= 0.3 and not _is_quoted(lines[at]) and not _is_programs(lines, at):
            out[at] = False


def _reached(likeness: list[tuple[float, int]], at: int, step: int, fewest: int) -> int:
    """How far our letter goes on from a line that is surely ours, over lines that are wholly ours or empty. Above it,
    an offered answer that somebody typed must not be taken for a line of ours: there, more words are wanted."""
    reached = at
    while 0 <= at + step < len(likeness):
        at += step
        share, count = likeness[at]
        if count and not (share == 1 and count >= fewest):
            break
        reached = at if count else reached
    return reached


def _words_of(line: str) -> list[str]:
    return _WORD.findall(_LINK.sub(" ", line).casefold())


def _pairs(words: list[str]) -> set[tuple[str, str]]:
    return set(zip(words, words[1:], strict=False))


def _likeness(line: list[str], words: frozenset[str], pairs: set[tuple[str, str]]) -> tuple[float, int]:
    """The share of a line's pairs of words that stand in our letter too, and how many words it has."""
    found = _pairs(line)
    if not found:
        return float(bool(line) and line[0] in words), len(line)
    return len(found & pairs) / len(found), len(line)


def _is_programs(lines: list[str], at: int) -> bool:
    line = lines[at]
    return bool(
        _field_of(line)
        or quoting.RULE.fullmatch(line)
        or quoting.SEPARATOR.fullmatch(line)
        or footers.BANNER.match(line)
        or footers.DISCLAIMER.match(line)
        or _attribution(lines, at)
    )


def _take_out_footers(lines: list[str], out: list[bool]) -> None:
    """A signature or footer goes on until quoted lines, or the end. One with no words above it stays."""
    for begin, end in _runs(out):
        cut = next((at for at in range(begin, end) if _begins_footer(lines, at, begin)), end)
        if any(_WORD.search(line) and not footers.SIGNATURE.fullmatch(line) for line in lines[begin:cut]):
            while cut > begin and (not lines[cut - 1].strip() or quoting.RULE.fullmatch(lines[cut - 1])) and cut < end:
                cut -= 1
            out[cut:end] = [True] * (end - cut)


def _runs(out: list[bool]) -> Iterator[tuple[int, int]]:
    """The lines that stand together and are not taken out."""
    begin = 0
    for at, gone in enumerate([*out, True]):
        if gone:
            if at > begin:
                yield begin, at
            begin = at + 1


def _begins_footer(lines: list[str], at: int, begin: int) -> bool:
    """A footer begins a paragraph; a signature is announced by its dashes."""
    line = lines[at]
    if not line.strip():
        return False
    if footers.SIGNATURE.fullmatch(line):
        return True
    above = lines[at - 1] if at > begin else ""
    first = not above.strip() or bool(quoting.RULE.fullmatch(above))
    return first and bool(footers.DISCLAIMER.match(line))
