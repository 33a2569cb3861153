"""The lines of the daily digest, each in plain words. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from cases.danger import kind_of
from cases.digest.findings import Chore, Down, Findings, Found, Line, MailIn
from cases.task_titles import task_title
from cases.working_time import spoken_date, working_days_left

MOST_LINES = 15
CONFIDENTIAL = "A confidential case"

# What a clock does by itself when it is looked at: by its purpose, and where a ladder says so, by its step.
_LOOKS: Mapping[str, str] = {
    "remind": "We remind people of what falls due",
    "chase": "We ask again where nobody has answered",
    "propose_move": "We propose to go on to the next stage",
    "tell_business_support": "We ask you to telephone, if nobody answers before",
    "move": "The case goes on to the next stage",
    "asked": "We ask again for what was asked for in writing",
    "on_file": "We ask again to put it on the child’s file",
    "objection": "The time to object ends",
    "told": "People count as told, if no letter comes back",
    "confirmation": "We ask you to telephone a raiser, if the address is not confirmed before",
    "diversion": "We ask again for a decision on a confidential matter",
    "pause": "A pause ends",
    "breach": "We remind you to tell those whom a wrong letter concerns",
}
_OTHER_LOOK = "Other steps"
_IN_DANGER = ("immediate_harm", "harm")


def by_case(chores: Iterable[Chore]) -> list[list[Chore]]:
    """The tasks of each case together, in the order in which the cases come first."""
    cases: dict[str, list[Chore]] = {}
    for each in chores:
        cases.setdefault(each.reference, []).append(each)
    return list(cases.values())


def chore(found: Findings, tasks: Sequence[Chore]) -> Line:
    """What one case needs, the worst first; of a confidential one it says only that (chscp 1.7)."""
    worst = tasks[0]
    titles = [CONFIDENTIAL] if worst.confidential else list(dict.fromkeys(task_title(each.key) for each in tasks))
    words = [titles[0], f"Since {when(found, worst.since)}", *titles[1:]]
    return Line(" ".join(f"{each}." for each in words), worst.reference)


def danger(found: Findings) -> str:
    """Where a child may be in danger, by reference; a confidential case is not named together with what it is about."""
    worst = [tasks[0] for tasks in by_case(each for each in found.chores if kind_of(each.key) in _IN_DANGER)]
    hidden = sum(each.confidential for each in worst)
    cases = [each.reference for each in worst if not each.confidential]
    cases += [f"{hidden} confidential cases" if hidden > 1 else "a confidential case"] if hidden else []
    return f"A child may be in danger: {joined(cases)}." if cases else ""


def things(count: int) -> str:
    return "1 thing needs you today" if count == 1 else f"{count} things need you today"


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
    looked = f"last looked into at {_moment(found, box.polled_at)}" if box.polled_at else "never looked into yet"
    older = f", and {box.older} older ones left alone" if box.older else ""
    counts = f"{mails(box.stored)} kept, {box.judged} read, {box.in_tray} in the tray, {box.to_move} still to be moved"
    return f"Mailbox {box.name}: {counts}{older}; {looked}."


def as_before(found: Findings, cases: Sequence[Found], today: date) -> list[Line]:
    """One line for all that an earlier digest has said, so that what is new is not lost among it."""
    each = ", ".join(f"{case.reference} ({_days_late(found, case, today)})" for case in cases)
    return [Line(f"As said before, with the working days that they are late: {each}.")] if each else []


def of_case(case: Found, *words: str) -> str:
    """A line about a case, in short sentences; of a confidential one it says only that (chscp 1.7)."""
    if case.confidential:
        return f"{CONFIDENTIAL}."
    return " ".join(f"{each[:1].upper()}{each[1:]}." for each in words if each)


def place(case: Found) -> str:
    """Where a case is, and whose it is."""
    return f"{case.stage}, {case.agencies}"


def late(found: Findings, case: Found, today: date) -> str:
    days = _days_late(found, case, today)
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
    each = list(dict.fromkeys(references))
    shown = ", ".join(each[:MOST_LINES])
    more = len(each) - MOST_LINES
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


def _days_late(found: Findings, case: Found, today: date) -> int:
    assert case.at is not None
    return -working_days_left(found.calendar, _due_day(found, case.at), today)


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
