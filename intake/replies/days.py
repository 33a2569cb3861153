"""The days and times that a sentence names, as far as each can mean one thing only. Pure, linear.

A day named alone ("Friday", "tomorrow") is counted from the day of writing; "next Friday" and "next week" are not days.
"""

import re
from dataclasses import dataclass
from datetime import date, time, timedelta

from intake.replies.dates import WEEKDAYS, UnclearDate, read_date, read_time

FURTHEST = timedelta(days=120)  # a date without a year beyond this is more likely one that has passed

_WEEKDAY = r"(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:r(?:s)?)?|fri)(?:day)?|saturday|sunday"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_FIGURES = r"\d{1,2}/\d{1,2}(?:/\d{2,4})?|\d{1,2}\.\d{1,2}\.\d{2,4}|\d{1,2}-\d{1,2}-\d{2,4}|\d{4}-\d{2}-\d{2}"
_DAY = re.compile(
    rf"\b(?:(?:(?:{_WEEKDAY}),? )?(?:(?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}\b(?:,? \d{{4}})?|{_FIGURES})"
    rf"|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?\b"
    rf"|(?:{_WEEKDAY})\b(?: (?:the )?\d{{1,2}}(?:(?:st|nd|rd|th)\b|\b(?![:.-]\d|–|\s?[ap]m)))?"
    r"|the \d{1,2}(?:st|nd|rd|th)\b|tomorrow|today|tonight|(?:next|this|the|following) (?:week|month)\b)"
)
_MOVED_BEFORE = re.compile(
    r"\b(?:next|last|every|each|before|after|since|from|until|till|around|about|circa|approximately|or|either|between"
    r"|week|hours of|days of|week of|w/c|commencing|beginning|early|late|the day|not"
    r"|morning of|than)(?: on)?(?: the)? $"
    r"|\d(?:st|nd|rd|th)? ?(?:-|–|/|&|and|to) ?$"
)
_LATEST = re.compile(r"\bno later than (?:the )?$")
_MOVED_AFTER = re.compile(
    r"^,? ?(?:or\b|and\b|at the earliest|next\b|week\b|after\b|onwards|if\b|fortnight|until|till|/|-|–|\?)"
)
_TIME = re.compile(
    r"(?<![\d:.£])\d{1,2}(?:[:.]\d{2})? ?(?:am|pm)\b|(?<![\d:.£])(?P<alone>\d{1,2}[:.]\d{2})(?![\d:%]|\.\d)"
    r"|\b(?:noon|midday)\b"
)
_SPAN_OF_TIME = re.compile(
    r"\d ?(?:am|pm)? ?(?:-|–|to|until|till|or) ?\d|\b(?:about|around|after|before|from)(?: \w+)? \d"
)
_EARLIEST_ALONE, _LATEST_ALONE = 8, 18  # hours that need no am or pm


@dataclass(frozen=True, slots=True)
class Day:
    """A day that a sentence names: where, and which it is if it can be only one."""

    start: int
    end: int
    day: date | None


def days_in(sentence: str, today: date, *, written_today: bool = True) -> list[Day]:
    """The days that a sentence in lower case names, in order. Days in the past, and those far ahead, are unclear."""
    return [
        Day(found.start(), found.end(), _day(sentence, found, today, written_today))
        for found in _DAY.finditer(sentence)
    ]


def time_in(sentence: str) -> time | None:
    """The local time that a sentence names, where it is one: 2pm, 14:00, 9.30; never a bare 2."""
    found = list(_TIME.finditer(sentence))
    if len(found) != 1 or _SPAN_OF_TIME.search(sentence):
        return None
    try:
        named = read_time(found[0][0])
    except UnclearDate:
        return None
    return named if found[0]["alone"] is None or _EARLIEST_ALONE <= named.hour <= _LATEST_ALONE else None


def _day(sentence: str, found: re.Match[str], today: date, written_today: bool) -> date | None:
    before, after = sentence[: found.start()][-40:], sentence[found.end() :][:40]
    if (_MOVED_BEFORE.search(before) and not _LATEST.search(before)) or _MOVED_AFTER.match(after):
        return None
    alone = _counted(found[0], today)
    if alone:
        return alone if written_today else None
    try:
        day = read_date(found[0], today)
    except UnclearDate:
        return None
    return day if today <= day <= today + FURTHEST else None


def _counted(words: str, today: date) -> date | None:
    """The day that a name alone means, counted from today. The name of today itself may be today or a week on."""
    if words in ("today", "tomorrow"):
        return today + timedelta(days=words == "tomorrow")
    number = next(
        (number for number, name in enumerate(WEEKDAYS) if len(words) > 2 and name.lower().startswith(words)), None
    )
    if number is None or number == today.weekday():
        return None
    return today + timedelta(days=(number - today.weekday()) % 7)
