"""Reads a date, and the time of a meeting, as people in Britain write them. Refuses what could be meant in two ways.

Pure."""

import re
from datetime import date, time, timedelta

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
_HOUR = r"(\d{1,2})(?:[:.](\d{2}))?"
_TIME = re.compile(
    rf"{_HOUR} ?(am|pm|a\.m\.?|p\.m\.?|noon|midday)|(\d{{1,2}})[:.](\d{{2}}) ?(?:hrs|hours)?|(\d{{2}})(\d{{2}}) "
    rf"?(?:hrs|hours)|(noon|midday)",
    re.ASCII,
)
_TIME_AT_END = re.compile(rf"[,;]? ?(?:\bat |@ ?|, ?|\bfrom )?({_TIME.pattern})", re.ASCII)
_ONE_DAY = {"today": 0, "tomorrow": 1}
_LONGEST_TIME = 14  # letters


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


def read_day_and_time(words: str, today: date, written_today: bool = True) -> tuple[date, time | None]:
    """The local day of a meeting and the time, if one is named. "Today" and "tomorrow" are counted from the day of
    writing, so they are clear only where the words were written on `today`. Raises UnclearDate."""
    plain = " ".join(words[: 2 * _LONGEST].lower().split()).rstrip(".!")
    day, at = _time_last(plain) or _time_first(plain) or (plain, None)
    if day in _ONE_DAY:
        if not written_today:
            raise UnclearDate(f"It cannot be told which day {day} was.")
        return today + timedelta(days=_ONE_DAY[day]), at
    if at is None and re.search(r" (?:at|@|from) ", f" {plain} "):
        raise UnclearDate("The time is not written as 2pm, 2.30pm, 14:00 or noon.")
    return read_date(day, today), at


def _time_last(plain: str) -> tuple[str, time] | None:
    """4 December at 2pm."""
    for start in range(max(1, len(plain) - _LONGEST_TIME - 6), len(plain)):
        found = plain[start - 1] not in "0123456789:./-" and _TIME_AT_END.fullmatch(plain, start)
        if found and not _SHORT_YEAR.fullmatch(found[1]):
            return plain[:start].rstrip(" ,;"), read_time(found[1])
        # A time in figures with a full stop is one only behind "at": 4.12 is a day of a month as well.
        if found and re.match(r"[,;]? ?(?:at |@)", plain[start:]):
            return plain[:start].rstrip(" ,;"), read_time(found[1])
    return None


def _time_first(plain: str) -> tuple[str, time] | None:
    """2pm on 4 December."""
    found = re.match(rf"(?:at )?({_TIME.pattern}),? (?:on )?", plain[:40], re.ASCII)
    if not found or _SHORT_YEAR.fullmatch(found[1]):
        return None
    return plain[found.end() :], read_time(found[1])


def read_time(words: str) -> time:
    """The local time of day that these words are, in lower case: 2pm, 14:00, 9.30, noon. Raises UnclearDate."""
    found = _TIME.fullmatch(words)
    if not found:
        raise UnclearDate("There is no such time of day.")
    hour, minute, half, alone, its_minute, joined, joined_minute, noon = found.groups()
    if noon or half in ("noon", "midday"):
        if noon or (hour == "12" and minute in (None, "00")):
            return time(12)
        raise UnclearDate("There is no such time of day.")
    if half:
        if not 1 <= int(hour) <= 12:
            raise UnclearDate("There is no such time of day.")
        return _clock(int(hour) % 12 + 12 * half.startswith("p"), int(minute or 0))
    if joined:
        return _clock(int(joined), int(joined_minute))
    if 1 <= int(alone) <= 7 and len(alone) == 1:
        raise UnclearDate("A time such as 2.30 needs am or pm, or to be written 14:30.")
    return _clock(int(alone), int(its_minute))


def _clock(hour: int, minute: int) -> time:
    try:
        return time(hour, minute)
    except ValueError:
        raise UnclearDate("There is no such time of day.") from None


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
