"""A day that was a working day is none any more, or the other way round: running clocks are counted anew (E20).

A date that was given is never made earlier. Clock times and stated dates stand. Pure.
"""

from dataclasses import replace

from cases.case import Case, Clock, Party
from cases.verbs import timing
from cases.verbs.decision import Decision, Draft, Moment
from cases.verbs.letters import staged, write
from cases.verbs.people import distinct
from cases.verbs.telling import in_stage
from cases.working_time import Calendar, Due, WorkingDays, due, spoken_date, spoken_due, working_days_left


def recount(case: Case, before: Calendar, moment: Moment) -> Decision:
    """Give each running clock the working days that it was given by the calendar of before."""
    draft = Draft(case, moment)
    told: dict[str, list[str]] = {}
    for clock in case.clocks:
        again = _again(draft, clock, before)
        if again:
            words = _move(draft, clock, again)
            for party in _concerned(draft, clock):
                told.setdefault(party.key, []).append(words)
    for key, sentences in told.items():
        _tell(draft, case.party(key), " ".join(sentences))
    return draft.decision()


def _again(draft: Draft, clock: Clock, before: Calendar) -> Due | None:
    """When a clock is due now; nothing where its date stands, or it is overdue already."""
    counts_days = not clock.fixed and not clock.entered and clock.due_at == before.end_of(clock.due_day)
    if clock.state != "running" or clock.due_at <= draft.now or not counts_days:
        return None
    calendar = draft.moment.calendar
    if "calendar day" in clock.working:
        return _on_a_working_day(calendar, clock)
    since = draft.now if clock.reckoned else clock.started_at  # a pause gave it what was left of it
    days = working_days_left(before, clock.due_day, calendar.local_date(since))
    when = due(calendar, WorkingDays(days), since) if days > 0 else None
    return when if when and when.day > clock.due_day else None


def _on_a_working_day(calendar: Calendar, clock: Clock) -> Due | None:
    why = calendar.why_not_working(clock.due_day)
    if not why:
        return None
    day = calendar.next_working_day(clock.due_day)
    words = f"it was {spoken_date(clock.due_day)}, which is not a working day ({why})"
    return Due(calendar.end_of(day), day, words, day > calendar.published_to)


def _move(draft: Draft, clock: Clock, when: Due) -> str:
    """The clock in its place with its new date. Gives the sentence that says so."""
    moved = replace(
        clock,
        due_at=when.at,
        due_day=when.day,
        working=spoken_due(when),
        look_at=when.at,
        provisional=when.provisional,
    )
    moved = timing.upcoming(draft, moved, clock.step) if clock.ladder else moved
    words = (
        f"What was due by {spoken_date(clock.due_day)} is due by {spoken_date(when.day)} now: {when.working}. "
        "The working days have changed since."
    )
    draft.note("clock_moved", words, moved)
    return words


def _concerned(draft: Draft, clock: Clock) -> list[Party]:
    """Who was given the date: those in the stage, who was asked, or the person who raised it."""
    rows = {row.key: row for row in draft.case.stages}
    if clock.about in rows:
        return in_stage(draft, rows[clock.about])
    asked = {each.key: each.party for each in draft.case.asked}
    parties = {party.key: party for party in draft.case.parties}
    found = parties.get(asked.get(clock.about, clock.about))
    return distinct(found or draft.case.raiser)


def _tell(draft: Draft, party: Party, words: str) -> None:
    row = draft.case.row
    if row:
        write(draft, "news", party, f"e{draft.case.length}", words=words, stage=staged(draft, row))
