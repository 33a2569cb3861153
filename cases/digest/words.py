"""The lines of the daily digest, each in plain words. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from cases.digest.findings import Chore, Down, Findings, Found, Line, MailIn
from cases.task_titles import task_title
from cases.working_time import spoken_date, working_days_left

MOST_LINES = 15
CONFIDENTIAL = "A confidential case"

# What a clock does by itself when it is looked at: by its purpose, and where a ladder says so, by its step.
_LOOKS: Mapping[str, str] = {
    "remind": "Reminders before something is due",
    "chase": "Chases of those who have not answered",
    "propose_move": "Proposals to go on to the next stage",
    "tell_business_support": "Tasks for you to telephone",
    "move": "Cases that go on to the next stage",
    "asked": "Chases for what was asked for in writing",
    "on_file": "Chases to put it on the child’s file",
    "objection": "Times to object that end",
    "told": "People who count as told, if no failure comes back",
    "confirmation": "Addresses that nobody has confirmed",
    "diversion": "Chases for a decision on a confidential matter",
    "pause": "Pauses that end",
    "breach": "Reminders to tell those whom a wrong letter concerns",
}
_OTHER_LOOK = "Other steps"


def chore(found: Findings, task: Chore) -> str:
    words = CONFIDENTIAL if task.confidential else task_title(task.key)
    return f"{words}. Since {when(found, task.since)}."


def look(does: str) -> str:
    """What it is called that clocks do by themselves."""
    return _LOOKS.get(does, _OTHER_LOOK)


def tray(found: Findings) -> list[Line]:
    count, old = found.tray.count, found.tray.late
    if not count or not found.tray.oldest:
        return []
    since = when(found, found.tray.oldest)
    if count == 1:
        return [Line(f"Tray: 1 mail waits, since {since}{'; that is too long' if old else ''}.")]
    late_words = f"; {old} of them too long" if old else ""
    return [Line(f"Tray: {count} mails wait, the oldest since {since}{late_words}.")]


def down(found: Findings, gap: Down) -> str:
    if gap.kind == "jumped":
        way = "forward" if gap.seconds > 0 else "back"
        return f"At {_moment(found, gap.until)} the computer’s clock was set {way} by {length(gap.seconds)}."
    return f"The service did not run from {_moment(found, gap.since)} to {_moment(found, gap.until)}."


def mailbox(found: Findings, box: MailIn) -> str:
    looked = f"last read {_moment(found, box.polled_at)}" if box.polled_at else "never read yet"
    older = f", and {box.older} older ones left alone" if box.older else ""
    counts = f"{box.stored} kept, {box.judged} judged, {box.in_tray} in the tray, {box.to_move} to be moved"
    return f"Mailbox {box.name}: {counts}{older}; {looked}."


def of_case(case: Found, *words: str) -> str:
    """A line about a case, in short sentences; of a confidential one it says only that (chscp 1.7)."""
    if case.confidential:
        return f"{CONFIDENTIAL}."
    return " ".join(f"{each[:1].upper()}{each[1:]}." for each in words if each)


def place(case: Found) -> str:
    """Where a case is, and whose it is."""
    return f"{case.stage}, {case.agencies}"


def late(found: Findings, case: Found, today: date) -> str:
    assert case.at is not None
    days = -working_days_left(found.calendar, _due_day(found, case.at), today)
    return {0: "overdue since today", 1: "1 working day late"}.get(days, f"{days} working days late")


def due_day(found: Findings, due_at: datetime | None, today: date) -> str:
    assert due_at is not None
    day = _due_day(found, due_at)
    spoken = short(day) if day.year == today.year else spoken_date(day)
    near = {today: " (today)", found.calendar.next_working_day(today): " (the next working day)"}.get(day, "")
    return f"{spoken}{near}"


def when(found: Findings, moment: datetime) -> str:
    day = found.calendar.local_date(moment)
    return short(day) if day.year == found.calendar.local_date(found.now).year else spoken_date(day)


def when_between(first: date, last: date) -> str:
    """On a day, or on the working days from one to another."""
    return f"on {short(first)}" if first == last else f"from {short(first)} to {short(last)}"


def named(references: Sequence[str]) -> str:
    shown = ", ".join(references[:MOST_LINES])
    more = len(references) - MOST_LINES
    return f"{shown} and {more} more" if more > 0 else shown


def in_groups(hash: str) -> str:
    """A hash as people compare it, and as it fits on a phone: eight digits at a time."""
    return " ".join(hash[place : place + 8] for place in range(0, len(hash), 8))


def joined(words: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def mails(count: int) -> str:
    return "1 mail" if count == 1 else f"{count} mails"


def short(day: date) -> str:
    """A day of this year: "Friday 4 December"."""
    return spoken_date(day).rpartition(" ")[0]


def _due_day(found: Findings, due_at: datetime) -> date:
    """The day that ends at the local midnight of `due_at`, or on which it falls."""
    return found.calendar.local_date(due_at - timedelta(seconds=1))


def _moment(found: Findings, moment: datetime | None) -> str:
    assert moment is not None
    return f"{found.calendar.local(moment):%H:%M} on {when(found, moment)}"


def length(seconds: int) -> str:
    minutes = round(abs(seconds) / 60)
    days, hours = minutes // 1440, minutes // 60
    if days:
        return "1 day" if days == 1 else f"{days} days"
    if hours:
        return "1 hour" if hours == 1 else f"{hours} hours"
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
