"""The daily digest, composed from what was found. Pure.

It must be read in two minutes by somebody tired: the first lines say everything that matters, and the most dangerous
comes first.
"""

from collections.abc import Iterable
from datetime import date

from cases.danger import rank_of
from cases.digest.findings import Digest, Findings, Line, Section, Some
from cases.digest.words import (
    MOST_LINES,
    chore,
    down,
    due_day,
    in_groups,
    joined,
    late,
    look,
    mailbox,
    mails,
    named,
    of_case,
    place,
    short,
    tray,
    when,
)
from cases.working_time import spoken_date

SOON = 3  # working days
PRESSING = 2  # tasks of this rank and worse need somebody today


def compose(found: Findings) -> Digest:
    """The digest of the local day on which it is now."""
    today = found.calendar.local_date(found.now)
    sections = (
        _needs(found),
        _catch_up(found),
        _overdue(found, today),
        _soon(found, today),
        _goes(found),
        _changed(found, "new", "New", found.opened),
        _changed(found, "closed", "Closed", found.closed),
        _letters(found),
        _mailboxes(found),
        _plain("contacts", "Contacts that may be out of date", found.contacts),
        _plain("coverage", "Nobody covers in the days ahead", found.coverage),
        _record(found, today),
    )
    needs = _count(found)
    top = (_first(found, needs), _second(found, today), _third(found, today))
    shown = tuple(section for section in sections if section.lines or section.note)
    return Digest(found.short_name, today, needs, tuple(line for line in top if line), shown)


def subject(digest: Digest) -> str:
    """Of the letter: whose it is, how much needs somebody, and the day."""
    needs = {0: "nothing waits for you", 1: "1 thing needs you today"}.get(
        digest.needs, f"{digest.needs} things need you today"
    )
    return f"{digest.short_name}: {needs} – {spoken_date(digest.day)}"


def _count(found: Findings) -> int:
    troubled = sum(bool(each.trouble) for each in found.mailboxes)
    return found.pressing + found.tray.count + bool(found.unsent.held) + troubled


def _first(found: Findings, needs: int) -> str:
    if not needs:
        return "Nothing waits for you."
    worst = sum(rank_of(each.key) == 0 for each in found.chores)
    parts = (
        [f"{worst} of them about immediate harm" if worst != 1 else "1 of them about immediate harm"] if worst else []
    )
    waiting = found.tray.late
    parts += [f"{mails(waiting)} in the tray for too long"] if waiting else []
    things = "1 thing needs you today" if needs == 1 else f"{needs} things need you today"
    return f"{things}{': ' if parts else ''}{', '.join(parts)}."


def _second(found: Findings, today: date) -> str:
    if not found.overdue.count:
        return ""
    worst = found.overdue.first[0]
    cases = "1 case is overdue" if found.overdue.count == 1 else f"{found.overdue.count} cases are overdue"
    return f"{cases}; the longest is {worst.reference}, {late(found, worst, today)}."


def _third(found: Findings, today: date) -> str:
    count = sum((found.statuses or {}).values())
    if not count:
        return "No case is open."
    cases = "1 case is open" if count == 1 else f"{count} cases are open"
    ahead = found.next_due
    if not ahead or not ahead.at:
        return f"{cases}; no date lies ahead."
    return f"{cases}; next is {ahead.reference}, due {due_day(found, ahead.at, today)}."


def _needs(found: Findings) -> Section:
    lines = [Line(chore(found, each), each.reference) for each in found.chores[:MOST_LINES]]
    lines += tray(found) + _held(found)
    lines += [
        Line(f"The mailbox {each.name} cannot be read: {each.trouble}") for each in found.mailboxes if each.trouble
    ]
    lesser = {0: "", 1: "1 lesser thing to look at is at the desk."}.get(
        found.lesser, f"{found.lesser} lesser things to look at are at the desk."
    )
    more = max(0, found.pressing - min(len(found.chores), MOST_LINES))
    return Section("needs", "Needs you today", tuple(lines), more, lesser)


def _held(found: Findings) -> list[Line]:
    held = found.unsent.held
    letters = "1 letter is" if held == 1 else f"{held} letters are"
    return [Line(f"{letters} held back until you let them go.")] if held else []


def _catch_up(found: Findings) -> Section:
    """What went by while the service stood still: nothing is made up for in a burst, so a person must know."""
    lines = [Line(down(found, each)) for each in found.downs]
    if found.without_digest:
        days = ", ".join(short(day) for day in found.without_digest)
        lines.append(Line(f"No digest went out on {days}."))
    lines += [Line(found.last_late)] if found.last_late else []
    missed = found.missed.first[: MOST_LINES - len(lines)]
    words = "something fell due meanwhile; only its latest step is taken, and late"
    lines += [Line(of_case(each, words, place(each)), each.reference) for each in missed]
    return Section("catch_up", "To catch up on", tuple(lines), found.missed.count - len(missed))


def _overdue(found: Findings, today: date) -> Section:
    lines = [
        Line(of_case(each, late(found, each, today), place(each), each.silent), each.reference)
        for each in found.overdue.first[:MOST_LINES]
    ]
    return Section("overdue", "Overdue", tuple(lines), found.overdue.count - len(lines))


def _soon(found: Findings, today: date) -> Section:
    lines = [
        Line(of_case(each, f"due {due_day(found, each.at, today)}", place(each)), each.reference)
        for each in found.soon.first[:MOST_LINES]
        if each.at
    ]
    return Section("soon", f"Due within {SOON} working days", tuple(lines), found.soon.count - len(lines))


def _goes(found: Findings) -> Section:
    groups: dict[str, list[str]] = {}
    for step in found.steps:
        for does in step.does:
            groups.setdefault(look(does), []).append(step.reference)
    lines = tuple(Line(f"{title}: {named(references)}.") for title, references in groups.items())
    return Section("goes", "Goes out by itself today", lines, found.steps_in_all - len(found.steps))


def _changed(found: Findings, key: str, title: str, some: Some) -> Section:
    since = when(found, found.since)
    lines = [Line(of_case(each, place(each)), each.reference) for each in some.first[:MOST_LINES]]
    return Section(key, f"{title} since {since}", tuple(lines), some.count - len(lines))


def _letters(found: Findings) -> Section:
    unsent = found.unsent
    counted = (
        (unsent.waiting, "not taken by the mail server yet; we keep trying"),
        (unsent.uncertain, "may or may not have gone; repeated once, and marked so"),
        (unsent.lost, "refused or returned since the last digest"),
    )
    lines = tuple(Line(f"{count} letter{'' if count == 1 else 's'}: {words}.") for count, words in counted if count)
    return Section("letters", "Letters that have not arrived", lines)


def _mailboxes(found: Findings) -> Section:
    return Section("mailboxes", "Mail that came in", tuple(Line(mailbox(found, each)) for each in found.mailboxes))


def _plain(key: str, title: str, words: Iterable[str]) -> Section:
    each = tuple(Line(line) for line in words)
    return Section(key, title, each[:MOST_LINES], max(0, len(each) - MOST_LINES))


def _record(found: Findings, today: date) -> Section:
    statuses = found.statuses or {}
    kinds = ("paused", "disputed", "closing")
    parts = [f"{statuses[kind]} {kind}" for kind in kinds if statuses.get(kind)]
    figures = f"{sum(statuses.values())} open{f' ({joined(parts)})' if parts else ''}, {found.overdue.count} overdue"
    lines = [Line(f"Cases: {figures}; {found.opened.count} new and {found.closed.count} closed since the last digest.")]
    if found.review_by and found.review_by < today:
        lines.append(Line(f"The policy was to be reviewed by {spoken_date(found.review_by)}."))
    if found.witness:
        cases = "1 case" if found.witness.cases == 1 else f"{found.witness.cases} cases"
        day = spoken_date(found.witness.day)
        lines.append(Line(f"Seal of the record at the end of {day}, {cases}: {in_groups(found.witness.hash)}"))
    note = "Please keep this letter: with its seal anybody can show later whether a record was changed or removed."
    return Section("record", "Figures and the seal of the record", tuple(lines), note=note if found.witness else "")
