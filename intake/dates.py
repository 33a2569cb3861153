"""Reads a date as people in Britain write it, and refuses what could be meant in two ways. Pure."""

import re
from datetime import date

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LONGEST = 60
_YEARS_AHEAD = 9  # 29 February can be eight years away

_WEEKDAY = re.compile(r"(mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?,?\s*", re.ASCII)
_IN_WORDS = re.compile(r"(?:the )?(\d{1,2})(?:st|nd|rd|th)?(?: of)? ([a-z]{3,9})\.?,?(?: (\d{4}))?", re.ASCII)
_IN_FIGURES = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_SHORT_YEAR = re.compile(r"\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{2})?", re.ASCII)


class UnclearDate(ValueError):
    """Says in plain words why a date cannot be read."""


def read_date(words: str, today: date) -> date:
    """The local date meant by `words`. Without a year it is the next such date from `today` on; a past date is given
    as it is. Raises UnclearDate."""
    plain = " ".join(words[:_LONGEST].lower().split()).rstrip(".!")
    if len(words) > _LONGEST or not plain:
        raise UnclearDate("There is no date where one is needed.")
    weekday, rest = _weekday(plain)
    day = _day(rest, today)
    if weekday is not None and weekday != day.weekday():
        meant, real = WEEKDAYS[weekday], WEEKDAYS[day.weekday()]
        raise UnclearDate(f"{day.day} {MONTHS[day.month - 1]} {day.year} is a {real}, not a {meant}.")
    return day


def _weekday(plain: str) -> tuple[int | None, str]:
    found = _WEEKDAY.match(plain)
    if not found:
        return None, plain
    number = next(index for index, name in enumerate(WEEKDAYS) if name.lower().startswith(found[1][:3]))
    return number, plain[found.end() :]


def _day(plain: str, today: date) -> date:
    if found := _ISO.fullmatch(plain):
        return _real(int(found[3]), int(found[2]), int(found[1]))
    if found := _IN_FIGURES.fullmatch(plain):
        return _real(int(found[1]), int(found[3]), int(found[4]))
    if found := _IN_WORDS.fullmatch(plain):
        month = _month(found[2])
        return _real(int(found[1]), month, int(found[3])) if found[3] else _next(int(found[1]), month, today)
    if _SHORT_YEAR.fullmatch(plain):
        raise UnclearDate("A date in figures needs the year in full, such as 4/12/2026.")
    raise UnclearDate("The date is not written as 4 December 2026, 4/12/2026 or 2026-12-04.")


def _month(word: str) -> int:
    known = "sep" if word == "sept" else word
    numbers = [number for number, name in enumerate(MONTHS, 1) if known in (name.lower(), name[:3].lower())]
    if not numbers:
        raise UnclearDate("The month is not one that can be read.")
    return numbers[0]


def _real(day: int, month: int, year: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise UnclearDate("There is no such day in the calendar.") from None


def _next(day: int, month: int, today: date) -> date:
    for year in range(today.year, min(today.year + _YEARS_AHEAD, date.max.year + 1)):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found >= today:
            return found
    raise UnclearDate("There is no such day in the calendar.")
