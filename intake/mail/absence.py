"""What an automatic reply says of an absence: the first day back, and who is named instead. Pure, linear.

It is a proposal for a person at business support, so what can be meant in two ways is left out. `back_on` is the first
day back: "back on Monday" gives it; "until Friday", "to Friday" name the last day away, and the next working day is it.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from cases.holidays import england
from cases.submission import Absence, Deputy
from intake.mail.header import addresses
from intake.mail.message import Understood
from intake.replies import footers
from intake.replies.dates import MONTHS, WEEKDAYS, UnclearDate, read_date
from intake.replies.new_text import new_text

_LOOKED_AT = 6000  # letters
_WORDS_KEPT = 2000
_DEPUTIES = 5
_FURTHEST = timedelta(days=400)

_AWAY = re.compile(
    r"\b(?:out of (?:the |my )?office|away|on (?:\w+ )?leave|annual leave|absent|absence|not (?:be )?(?:in|at) "
    r"(?:the office|work|my desk)"
    r"|unavailable|on holiday|not available|returning|return to (?:work|the office)|back "
    r"(?:in|at|on)|non-?working|do(?:n't| not) work"
    r"|left the (?:council|trust|organisation|authority|service|company)|no longer (?:work|employed|with|at)|secondment"
    r"|allan o|ffwrdd|gwyliau|absenoldeb)",
    re.IGNORECASE,
)
_MONTH = "|".join(sorted({*(name for name in MONTHS), *(name[:3] for name in MONTHS), "Sept"}, key=len, reverse=True))
_WEEKDAY = "|".join(
    sorted({*WEEKDAYS, *(name[:3] for name in WEEKDAYS), "Tues", "Thur", "Thurs"}, key=len, reverse=True)
)
_DATE = (
    rf"(?:(?:{_WEEKDAY})\b,? ?(?:the )?)?(?:\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{_MONTH})\b\.?(?:,? 20\d\d)?"
    rf"|(?:{_MONTH}) \d{{1,2}}(?:st|nd|rd|th)?(?:,? 20\d\d)?|\d{{1,2}}[/.-]\d{{1,2}}[/.-](?:20)?\d\d|20\d\d-\d\d-\d\d)"
)
_DAY = rf"(?P<day>{_DATE}|tomorrow|(?:{_WEEKDAY})\b)"
_BACK = re.compile(
    r"\b(?:return(?:ing|s)?(?: date)?|back|resum(?:e|ing)|in again|available again|in the office again|yn ôl|dychwelyd)"
    r"(?: (?:to|at|in|into) (?:the |my )?(?:office|work|desk|duties))?(?: (?:again|is|will be|with you))?(?:,? "
    r"(?:on|from|ar))?"
    rf"\s?:? ?(?:the )?{_DAY}",
    re.IGNORECASE,
)
_LAST = re.compile(
    r"(?:\b(?:until|till|til|up to|through(?: to)?|to|and|tan|hyd at)|[–-])(?: and including| including)?(?: "
    r"the)?(?: end of)?"
    rf"(?: the)? {_DAY}(?P<included> (?:\(?inclusive|included))?",
    re.IGNORECASE,
)
_AS_YEAR = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d\d)")
_MONTH_FIRST = re.compile(rf"((?:{_MONTH})) (\d{{1,2}})(?:st|nd|rd|th)?,?( 20\d\d)?", re.IGNORECASE)

_INSTEAD = re.compile(
    r"\b(?:contact|e-?mail|call|ring|phone|telephone|speak (?:to|with)|get in touch with|in touch "
    r"with|direct\b.{0,60}\bto|refer\b.{0,60}\bto"
    r"|forward\b.{0,60}\bto|send\b.{0,60}\bto|deputi[sz]ing|covering|cover(?:ed)? by|in my "
    r"absence|urgent|immediate|emergency|queries to|instead"
    r"|cysylltwch)\b",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"[A-Z][a-zà-ž'’-]+(?: (?:[A-Z]\.|[a-z]{2,3} ?)?(?:[A-Z][A-Za-zà-ž'’-]+)){1,3}|[A-Z][A-Z'’-]+(?: "
    r"[A-Z][A-Z'’-]+){1,2}"
)
_NOT_NAMES = re.compile(
    r"(?:Out "
    r"Of|Please|Thank|Kind|Many|Best|Annual|Automatic|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|For "
    r"|If |In |"
    rf"I |My |The |{_MONTH}|Contact|Email|Call|Tel|Mobile|Regards|Dear|Hello|Your |This |Should|Urgent|Social Care|"
    r"On )",
)
_PHONE = re.compile(r"(?<![\d@/.-])(?:\+44\s?(?:\(0\)\s?)?|\(?0)[1-9][\d ()-]{7,14}\d(?![\d/-])")
_PLACE = re.compile(r"\s+(?:or|and|neu|a)\s+|;|\n|\||\t")
_MY_OWN = re.compile(
    r"\b(?:contact|call|reach|phone|ring|e-?mail|text) me\b|\bi (?:can be|will)\b|\bmy (?:own "
    r")?(?:mobile|number|phone|e-?mail)\b",
    re.IGNORECASE,
)
_OR = re.compile(r" ?(?:or|/|\?)(?: |$)")


def read_absence(understood: Understood, today: date) -> Absence | None:
    """What an automatic reply says of an absence; None where it says nothing of one. `today` is the local date."""
    words = new_text(understood.text).words[:_LOOKED_AT]
    if not _AWAY.search(f"{understood.subject[:300]}\n{words}"):
        return None
    above = _above_signature(words)
    written = england().local_date(understood.date) if understood.date else today
    base = written if written <= today and today - written < timedelta(days=7) else today
    ours = {understood.sender, *understood.recipients}
    deputies = tuple(dict.fromkeys(_deputies(above, ours)))[:_DEPUTIES]
    return Absence(words[:_WORDS_KEPT], _back_on(f"{understood.subject[:300]}. {above}", base), deputies)


def _above_signature(words: str) -> str:
    lines = words.split("\n")
    signed = (
        at
        for at, line in enumerate(lines)
        if at and footers.SIGN_OFF.fullmatch(line[:200]) and _is_last_thanks(lines, at)
    )
    return "\n".join(lines[: next(signed, len(lines))])


def _is_last_thanks(lines: list[str], at: int) -> bool:
    """ "Thank you" may open a message: a signature has no more than a dozen lines below it."""
    return len([line for line in lines[at:] if line.strip()]) <= 12 and any(line.strip() for line in lines[:at])


def _back_on(text: str, base: date) -> date | None:
    flat = " ".join(text.split())
    back = {day for found in _BACK.finditer(flat) if (day := _day(found["day"], base))}
    if back:
        return next(iter(back)) if len(back) == 1 else None
    clear = (found for found in _LAST.finditer(flat) if not _OR.match(flat, found.end()))
    last = {day for found in clear if (day := _day(found["day"], base))}
    return england().next_working_day(last.pop()) if len(last) == 1 else None


def _day(words: str, base: date) -> date | None:
    """The day meant, if it lies ahead and can be only one."""
    plain = _as_we_write(words)
    alone = [
        number for number, name in enumerate(WEEKDAYS) if len(plain) >= 3 and name.lower().startswith(plain.lower())
    ]
    if plain.lower() == "tomorrow":
        return base + timedelta(days=1)
    if alone:
        return base + timedelta(days=(alone[0] - base.weekday() - 1) % 7 + 1)
    try:
        day = read_date(plain, base)
    except UnclearDate:
        return None
    return day if base <= day <= base + _FURTHEST else None


def _as_we_write(words: str) -> str:
    plain = words.strip(" .,").replace(" the ", " ")
    if year := _AS_YEAR.fullmatch(plain):
        return f"{year[1]}/{year[2]}/20{year[3]}"
    if first := _MONTH_FIRST.fullmatch(plain):
        return f"{first[2]} {first[1]}{first[3] or ''}"
    return plain


def _deputies(text: str, ours: set[str]) -> Iterator[Deputy]:
    """Whoever is named where the text says whom to turn to: in the sentence, and in the lines right below it."""
    for passage in _passages(text):
        pending = Deputy()
        for piece in _PLACE.split(passage):
            found = _deputy(piece, ours)
            if found.email or found.phone:
                named = Deputy(found.name or pending.name, found.email or pending.email, found.phone or pending.phone)
                if pending.email and found.email:
                    yield pending
                    named = found
                pending = named
            elif found.name:
                if pending.name or pending.email:
                    yield pending
                pending = found
        if pending.name or pending.email:
            yield pending


def _passages(text: str) -> Iterator[str]:
    """Sentences that name somebody instead, each with the lines of the table or list that follows it."""
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        if not _INSTEAD.search(lines[at][:500]):
            at += 1
            continue
        end = at + 1
        while end < len(lines) and end - at < 12 and (_goes_on(lines, end)):
            end += 1
        yield "\n".join(line[:500] for line in lines[at:end])
        at = end


def _goes_on(lines: list[str], at: int) -> bool:
    line = lines[at]
    if not line.strip():
        below = next((each for each in lines[at + 1 : at + 3] if each.strip()), "")
        return lines[at - 1].rstrip().endswith(":") or ("@" in below and len(below) < 120)
    return not _AWAY.search(line) or "@" in line or bool(_PHONE.search(line))


def _deputy(piece: str, ours: set[str]) -> Deputy:
    emails = [each.rstrip(".") for each in addresses(piece) if each.rstrip(".") not in ours]
    phone = _PHONE.search(piece)
    if _MY_OWN.search(piece) and not emails:
        return Deputy()
    names = (found[0].strip() for found in _NAME.finditer(re.sub(r"\S+@\S+", " ", piece)))
    name = next((each for each in (_without_lead(each) for each in names) if each), "")
    return Deputy(name, emails[0] if emails else "", " ".join(phone[0].split()) if phone else "")


def _without_lead(name: str) -> str:
    """A name without the word that began its sentence; nothing where it is none."""
    while name and _NOT_NAMES.match(f"{name} "):
        name = name.partition(" ")[2]
    return name if " " in name else ""
