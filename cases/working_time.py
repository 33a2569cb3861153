"""Working days, due dates and pauses, each with its working in words. Moments are aware datetimes, given in UTC."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKEND = DAYS[5:]
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """A partnership's working days: Monday to Friday, less its holidays. Days are local days of `zone`."""

    zone: ZoneInfo
    holidays: Mapping[date, str]
    """The name of each bank holiday or closure."""
    published_to: date
    """Holidays are known up to this day; due dates after it are provisional."""
    sending_from: time = time(8)
    sending_to: time = time(18)

    def __post_init__(self) -> None:
        if self.sending_from >= self.sending_to:
            raise ValueError("sending_from must be earlier than sending_to")

    def is_working_day(self, day: date) -> bool:
        return self.why_not_working(day) is None

    def why_not_working(self, day: date) -> str | None:
        """The holiday's name, or else "Saturday" or "Sunday"; None on a working day."""
        weekend = DAYS[day.weekday()] if day.weekday() >= 5 else None
        return self.holidays.get(day, weekend)

    def local_date(self, moment: datetime) -> date:
        """The day it is in the partnership's zone. Raises ValueError for a moment without a time zone."""
        return self.local(moment).date()

    def local(self, moment: datetime) -> datetime:
        """The moment on the partnership's clocks. Raises ValueError for a moment without a time zone."""
        if moment.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return moment.astimezone(self.zone)

    def next_working_day(self, day: date) -> date:
        """The first working day strictly after this one."""
        return self.add_working_days(day, 1)

    def add_working_days(self, day: date, count: int) -> date:
        """The working day so many working days after this day, or before it; the day itself for 0."""
        step = ONE_DAY if count > 0 else -ONE_DAY
        for _ in range(abs(count)):
            day += step
            while not self.is_working_day(day):
                day += step
        return day

    def end_of(self, day: date) -> datetime:
        """The local midnight that ends the day, in UTC."""
        return self._moment(day + ONE_DAY, time())

    def next_sending_moment(self, moment: datetime) -> datetime:
        """The moment itself within the sending hours of a working day, else the next time they open; in UTC."""
        local = self.local(moment)
        day, hour = local.date(), local.time()
        if self.is_working_day(day) and hour < self.sending_to:
            return moment.astimezone(UTC) if hour >= self.sending_from else self._moment(day, self.sending_from)
        return self._moment(self.next_working_day(day), self.sending_from)

    def _moment(self, day: date, hour: time) -> datetime:
        return datetime.combine(day, hour, self.zone).astimezone(UTC)


@dataclass(frozen=True)
class _Counted:
    count: int

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ValueError(f"a limit is at least 1, not {self.count}")


class WorkingDays(_Counted):
    """So many working days; day 0 is the local date of receipt."""


class CalendarDays(_Counted):
    """So many days of any kind, and on to the next working day where the last is none."""


class Hours(_Counted):
    """So many hours by the clock, nights and weekends included."""


@dataclass(frozen=True)
class OnDate:
    """A stated date, kept even where it is no working day: a child's own time is never made later."""

    day: date
    why: str


Limit = WorkingDays | CalendarDays | Hours | OnDate


@dataclass(frozen=True)
class Due:
    """When something is due, and how that was worked out."""

    at: datetime
    """UTC; overdue from this moment."""
    day: date
    """The local due date that people are shown."""
    working: str
    """In words. A year is named where it is not that of `day`."""
    provisional: bool
    """The day is after the last for which holidays are published."""
    fixed: bool = False
    """A stated date: a pause does not move it."""


@dataclass(frozen=True)
class Remaining:
    """What a pause keeps: whole working days, or clock time, or nothing where the due date stands."""

    due: Due
    paused_at: datetime
    left: int | timedelta | None


def due(calendar: Calendar, limit: Limit, anchor: datetime) -> Due:
    """When a limit that runs from the anchor is due. Raises ValueError for an anchor without a time zone."""
    start = calendar.local_date(anchor)
    if isinstance(limit, WorkingDays):
        return _after_working_days(calendar, limit.count, start)
    if isinstance(limit, CalendarDays):
        return _after_calendar_days(calendar, limit.count, start)
    if isinstance(limit, Hours):
        return _after(calendar, timedelta(hours=limit.count), anchor)
    return _on(calendar, limit)


def earliest(dues: Sequence[Due]) -> tuple[int, Due]:
    """The place and the due of the one that comes first; the first named, of equals. Raises ValueError for none."""
    return min(enumerate(dues), key=lambda placed: placed[1].at)


def working_days_left(calendar: Calendar, due_day: date, today: date) -> int:
    """Working days after today up to the due day: 0 on the day itself, negative once working days went by since."""
    if today > due_day:
        return -working_days_left(calendar, today, due_day)
    return sum(calendar.is_working_day(day) for day in _days(today + ONE_DAY, due_day + ONE_DAY))


def late_after(calendar: Calendar, received_at: datetime) -> datetime:
    """When a mail has waited for too long: at the end of the working day after the one on which it came."""
    return calendar.end_of(calendar.next_working_day(calendar.local_date(received_at)))


def remaining(calendar: Calendar, due: Due, now: datetime) -> Remaining:
    """What is left of a clock that is paused now. A stated date stands, and so does one that is overdue."""
    today = calendar.local_date(now)
    if due.fixed or now >= due.at:
        return Remaining(due, now, None)
    if due.at != calendar.end_of(due.day):
        return Remaining(due, now, due.at - now)
    return Remaining(due, now, working_days_left(calendar, due.day, today))


def resumed(calendar: Calendar, remaining: Remaining, now: datetime) -> Due:
    """The due of a paused clock that runs again from now, as it runs from receipt: today is day 0.

    Resumed on the day of the pause, the due date stands. Resumed later, at least the next working day is given, also
    where the pause began on the due date itself.
    """
    today, paused_on = calendar.local_date(now), calendar.local_date(remaining.paused_at)
    if isinstance(remaining.left, timedelta):
        again = _after(calendar, remaining.left, now)
    elif remaining.left is None or today == paused_on:
        return remaining.due
    else:
        again = _after_working_days(calendar, max(1, remaining.left), today)
    return replace(again, working=f"{again.working}; it was paused on {_near(paused_on, again.day)}")


def spoken_date(day: date) -> str:
    """A date as people are shown it: "Friday 4 December 2026"."""
    return f"{DAYS[day.weekday()]} {_day_month(day)} {day.year}"


def spoken_due(due: Due) -> str:
    """The due date and its working: "Friday 4 December 2026: 5 working days from Friday 27 November; ..."."""
    return f"{spoken_date(due.day)}: {due.working}"


def _after_working_days(calendar: Calendar, count: int, start: date) -> Due:
    day = calendar.add_working_days(start, count)
    words = [f"{_counted(count, 'working day')} from {_near(start, day)}", *_skipped(calendar, start, day)]
    return _at_end_of(calendar, day, words)


def _after_calendar_days(calendar: Calendar, count: int, start: date) -> Due:
    last = start + timedelta(days=count)
    day = calendar.next_working_day(last - ONE_DAY)
    words = [f"{_counted(count, 'calendar day')} from {_near(start, day)}"]
    if day != last:
        words[0] += f" end on {_near(last, day)} and move to the next working day"
        words += _skipped(calendar, last - ONE_DAY, day)
    return _at_end_of(calendar, day, words)


def _at_end_of(calendar: Calendar, day: date, words: list[str]) -> Due:
    provisional = day > calendar.published_to
    if provisional:
        words.append(f"provisional, as holidays are published only up to {_near(calendar.published_to, day)}")
    return Due(calendar.end_of(day), day, "; ".join(words), provisional)


def _after(calendar: Calendar, length: timedelta, anchor: datetime) -> Due:
    # Added in UTC: added to local time, an hour would come or go where the clocks change.
    at = anchor.astimezone(UTC) + length
    start, end = calendar.local(anchor), calendar.local(at)
    words = f"by {end:%H:%M %Z}, {_hours(length)} from {start:%H:%M %Z} on {_near(start.date(), end.date())}"
    return Due(at, end.date(), words, False)


def _on(calendar: Calendar, limit: OnDate) -> Due:
    why_not = calendar.why_not_working(limit.day)
    stands = f"; the date stands although it is not a working day ({why_not})" if why_not else ""
    return Due(calendar.end_of(limit.day), limit.day, limit.why + stands, False, fixed=True)


def _skipped(calendar: Calendar, start: date, end: date) -> list[str]:
    """Each run of days between the two that are not working days, with the reasons; plain weekends in one clause."""
    runs = _runs(day for day in _days(start + ONE_DAY, end) if not calendar.is_working_day(day))
    weekends = [run for run in runs if _reasons(calendar, run) == ["weekend"]]
    are = "are a weekend" if len(weekends) == 1 else "are weekends"
    clauses = [f"{_listed([_span(run) for run in weekends])} {are}"] if weekends else []
    return clauses + [_because(calendar, run) for run in runs if run not in weekends]


def _runs(days: Iterable[date]) -> list[list[date]]:
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == ONE_DAY:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def _because(calendar: Calendar, run: list[date]) -> str:
    verb = "is not a working day" if len(run) == 1 else "are not working days"
    return f"{_span(run)} {verb} ({', '.join(_reasons(calendar, run))})"


def _reasons(calendar: Calendar, run: list[date]) -> list[str]:
    names = [name for day in run if (name := calendar.why_not_working(day))]
    whole = set(WEEKEND) <= set(names)
    return list(dict.fromkeys("weekend" if whole and name in WEEKEND else name for name in names))


def _days(start: date, end: date) -> Iterable[date]:
    """From the start up to the day before the end."""
    return (start + timedelta(days=number) for number in range((end - start).days))


def _span(run: list[date]) -> str:
    first, last = run[0], run[-1]
    if first == last:
        return _day_month(first)
    return f"{first.day if first.month == last.month else _day_month(first)}–{_day_month(last)}"


def _near(day: date, shown: date) -> str:
    """The date, without its year where that is the year of the date shown beside it."""
    return spoken_date(day) if day.year != shown.year else spoken_date(day).rpartition(" ")[0]


def _day_month(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]}"


def _hours(length: timedelta) -> str:
    hours, minutes = divmod(length // timedelta(minutes=1), 60)
    parts = [_counted(count, unit) for count, unit in ((hours, "hour"), (minutes, "minute")) if count]
    return " ".join(parts) or "less than a minute"


def _counted(count: int, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def _listed(parts: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
