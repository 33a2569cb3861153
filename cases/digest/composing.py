"""The daily digest, composed from what was found. Pure.

It must be read in two minutes by somebody tired: the first lines say everything that matters, and the most dangerous
comes first.
"""

from collections.abc import Iterable
from datetime import date

from cases.danger import WORST, rank_of
from cases.digest.findings import Chore, Digest, Findings, Found, Line, Section, Some
from cases.digest.words import (
    MOST_LINES,
    as_before,
    by_case,
    chore,
    danger,
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
    things,
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
        *_needs(found),
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
    urgent = sum(rank_of(each.key) == WORST for each in found.chores)
    top = (danger(found), _in_all(found, needs), _stood_still(found), _late(found, today), _ahead(found, today))
    shown = tuple(section for section in sections if section.lines or section.note)
    return Digest(found.short_name, today, needs, urgent, tuple(line for line in top if line), shown)


def subject(digest: Digest) -> str:
    """Of the letter: whose it is, how much needs somebody, and the day."""
    needs = things(digest.needs) if digest.needs else "nothing waits for you"
    urgent = f", {digest.urgent} urgent" if digest.urgent else ""
    return f"{digest.short_name}: {needs}{urgent} – {spoken_date(digest.day)}"


def _count(found: Findings) -> int:
    troubled = sum(bool(each.trouble) for each in found.mailboxes)
    return found.pressing + found.tray.count + bool(found.unsent.held) + troubled


def _in_all(found: Findings, needs: int) -> str:
    if not needs:
        return "Nothing waits for you."
    new = f", {found.fresh} of them new" if found.said and found.fresh else ""
    waiting = found.tray.late
    have = "has" if waiting == 1 else "have"
    return f"{things(needs)}{new}{f'; {mails(waiting)} {have} waited too long in the tray' if waiting else ''}."


def _stood_still(found: Findings) -> str:
    """What must be known before all else is read: that the service did not run, or that mornings went by in silence."""
    if found.downs:
        return down(found, found.downs[0])
    return (
        f"No digest went out on {joined([short(day) for day in found.without_digest])}." if found.without_digest else ""
    )


def _late(found: Findings, today: date) -> str:
    if not found.overdue.count:
        return ""
    worst = found.overdue.first[0]
    new = len([each for each in found.overdue.first if _is_new(found, each)])
    lately = f", {new} of them newly" if found.said and 0 < new < found.overdue.count else ""
    cases = "1 case is overdue" if found.overdue.count == 1 else f"{found.overdue.count} cases are overdue"
    return f"{cases}{lately}; the longest is {worst.reference}, {late(found, worst, today)}."


def _ahead(found: Findings, today: date) -> str:
    count = sum((found.statuses or {}).values())
    if not count:
        return "No case is open."
    cases = "1 case is open" if count == 1 else f"{count} cases are open"
    ahead = found.next_due
    if not ahead or not ahead.at:
        return f"{cases}; no date lies ahead."
    return f"{cases}; next is {ahead.reference}, due {due_day(found, ahead.at, today)}."


def _needs(found: Findings) -> tuple[Section, Section]:
    """A child in danger, then what stops everybody's mail, then what is new: no length of what was said hides it. And
    apart from these what earlier digests have named already and nobody has done."""
    cases = by_case(found.chores)
    worst = [tasks for tasks in cases if rank_of(tasks[0].key) == WORST]
    new = [tasks for tasks in cases if tasks not in worst and _has_new(found, tasks)]
    old = [tasks for tasks in cases if tasks not in worst and tasks not in new]
    lines = [chore(found, tasks) for tasks in worst]
    lines += [
        Line(f"The mailbox {each.name} cannot be read: {each.trouble}") for each in found.mailboxes if each.trouble
    ]
    lines += _held(found) + tray(found)
    lines += [chore(found, tasks) for tasks in new[:MOST_LINES]]
    still = tuple(chore(found, tasks) for tasks in old[:MOST_LINES])
    unseen = found.pressing - len(found.chores) + sum(len(tasks) for tasks in old[MOST_LINES:])
    more = sum(len(tasks) for tasks in new[MOST_LINES:])
    lesser = _lesser(found)
    return (
        Section("needs", "Needs you today", tuple(lines), more if still else more + unseen, "" if still else lesser),
        Section("still", "Still waits for you, as said before", still, unseen if still else 0, lesser if still else ""),
    )


def _held(found: Findings) -> list[Line]:
    held = found.unsent.held
    letters = "1 letter is" if held == 1 else f"{held} letters are"
    return [Line(f"{letters} held back until you let them go.")] if held else []


def _lesser(found: Findings) -> str:
    return {0: "", 1: "1 lesser thing to look at is at the desk."}.get(
        found.lesser, f"{found.lesser} lesser things to look at are at the desk."
    )


def _has_new(found: Findings, tasks: Iterable[Chore]) -> bool:
    return found.said is None or any(each.since > found.said for each in tasks)


def _is_new(found: Findings, case: Found) -> bool:
    """Whether a case has become overdue since the last digest."""
    return found.said is None or (case.at is not None and case.at > found.said)


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
    """What has become overdue since the last digest in full; the others in one line."""
    new = [each for each in found.overdue.first if _is_new(found, each)][:MOST_LINES]
    old = [each for each in found.overdue.first if not _is_new(found, each)][:MOST_LINES]
    lines = [Line(of_case(each, late(found, each, today), place(each), each.silent), each.reference) for each in new]
    lines += as_before(found, old, today)
    return Section("overdue", "Overdue", tuple(lines), found.overdue.count - len(new) - len(old))


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
    return Section("goes", "Happens by itself today", lines, found.steps_in_all - len(found.steps))


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
    note = "Keep the digests: their seals show later whether a record was changed."
    return Section("record", "Figures", tuple(lines), note=note if found.witness else "")
