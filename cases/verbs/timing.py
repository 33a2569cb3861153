"""Clocks: how a timescale of the policy becomes a due date, and when a clock is next looked at."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from cases.case import Clock, Purpose
from cases.policy import Facts
from cases.stages import Chase, Limit, Step, Timescale
from cases.verbs.decision import Draft
from cases.working_time import (
    CalendarDays,
    Due,
    Hours,
    OnDate,
    Remaining,
    WorkingDays,
    due,
    earliest,
    remaining,
    resumed,
    spoken_date,
    spoken_due,
)

WAITS_THROUGH_A_PAUSE = ("timescale", "asked", "told", "objection")  # the others are business support's own


@dataclass(frozen=True, slots=True)
class Timed:
    """A due date and the words for where it comes from. `chosen` where the policy gave no number."""

    due: Due
    words: str
    chosen: bool

    @property
    def sentence(self) -> str:
        return self.words[:1].upper() + self.words[1:].removesuffix(".") + "."


def timed(draft: Draft, timescale: Timescale, since: datetime | None = None) -> Timed:
    """When a timescale is due in this case. Never an invented number: without one, the chase interval, named so.

    `since` is when the clock began, where that is not now.
    """
    began = since or draft.now
    anchor = draft.case.opened_at if timescale.starts == "received" else began
    found = _due(draft, timescale.limit, anchor)
    if found:
        return Timed(found[0], f"{found[1]} ({timescale.source.cited})", timescale.kind == "chosen")
    days = draft.policy.chases[timescale.chase].interval
    chosen = due(draft.moment.calendar, WorkingDays(days), began)
    return Timed(
        chosen,
        f"{_unnumbered(timescale.limit)} This date is {draft.policy.partnership.short_name}'s own setting in "
        f"this service: {days} working days.",
        True,
    )


def start(
    draft: Draft,
    purpose: Purpose,
    name: str,
    about: str,
    when: Due,
    words: str,
    ladder: str | None = None,
    reason: str = "",
    since: datetime | None = None,
    **more: Any,
) -> Clock:
    """Start a clock, and record it: for what, by when, and where the time comes from. `since`: when it had begun."""
    clock = Clock(
        key=f"k{len(draft.case.clocks) + 1}",
        purpose=purpose,
        name=name,
        about=about,
        started_at=since or draft.now,
        due_at=when.at,
        due_day=when.day,
        working=spoken_due(when),
        look_at=when.at,
        ladder=ladder,
        provisional=when.provisional,
        fixed=when.fixed,
        **more,
    )
    if ladder:
        clock = _first(draft, clock)
    if draft.case.paused_at and purpose in WAITS_THROUGH_A_PAUSE:
        clock = _paused(draft, clock)
    draft.note("clock_started", f"{words}: due {clock.working}. {reason}".strip(), clock)
    return clock


def retimed(draft: Draft, clock: Clock, timescale: Timescale) -> Clock | None:
    """A clock in its place with the date that new facts give; nothing where the facts give the date that they gave.

    Both are reckoned by today's calendar, so that a day off alone moves nothing here (that is `recounting`'s). A date
    that a pause, a person or a day off has moved is made earlier only by a date stated to protect the child.
    """
    rests = rests_on(draft.case.facts, timescale.limit)
    if rests == clock.rests_on:
        return None
    then = Draft(replace(draft.case, facts={**draft.case.facts, **clock.rests_on}), draft.moment)
    before, when = (timed(each, timescale, clock.started_at) for each in (then, draft))
    stated = _stated(draft, timescale.limit)
    if stated and stated.at < clock.due_at:
        when = replace(when, due=stated)
    elif clock.entered or when.due.at == before.due.at or when.due.at < clock.due_at != before.due.at:
        return None
    kind = "chosen" if when.chosen else timescale.kind
    moved = replace(
        clock,
        key=f"k{len(draft.case.clocks) + 1}",
        step=0,
        due_at=when.due.at,
        due_day=when.due.day,
        working=spoken_due(when.due),
        kind=kind,
        provisional=when.due.provisional,
        fixed=when.due.fixed,
        reckoned=None,
        entered=False,
        rests_on=rests,
    )
    return _first(draft, moved)


def rests_on(facts: Facts, limit: Limit) -> dict[str, str]:
    """The answers that a date under a limit is reckoned from, by question; empty where one was not given."""
    asked = [limit.stated_in] if limit.stated_in else []
    asked += [limit.by_answer.question] if limit.by_answer else []
    found = {key: str(facts.get(key) or "") for key in asked}
    parts = [*(limit.earliest_of or ()), *(limit.by_answer.limits.values() if limit.by_answer else ())]
    return found | {key: given for part in parts for key, given in rests_on(facts, part).items()}


def pause(draft: Draft) -> None:
    """Everybody's clocks stand still, and keep what is left of them."""
    for clock in draft.case.clocks:
        if clock.state == "running" and clock.purpose in WAITS_THROUGH_A_PAUSE:
            words = f"The clock due {spoken_date(clock.due_day)} is paused."
            draft.note("clock_paused", words, _paused(draft, clock))


def resume(draft: Draft, since: datetime) -> None:
    """The paused clocks run again, each for what was left of it when its pause began, from when the pause was over."""
    for clock in draft.case.clocks:
        if clock.state == "paused":
            _resumed(draft, clock, since)


def _paused(draft: Draft, clock: Clock) -> Clock:
    """The clock standing still. Its working days are counted now: a day off that is entered later takes none."""
    left = _left(draft, clock, draft.now).left
    days = left if isinstance(left, int) else None
    return replace(clock, state="paused", paused_at=draft.now, days_left=days)


def _left(draft: Draft, clock: Clock, now: datetime) -> Remaining:
    words = clock.working.partition(": ")[2]
    before = Due(clock.due_at, clock.due_day, words, clock.provisional, clock.fixed)
    return remaining(draft.moment.calendar, before, now)


def _resumed(draft: Draft, clock: Clock, since: datetime) -> None:
    assert clock.paused_at is not None
    since = max(since, clock.paused_at)
    kept = _left(draft, clock, clock.paused_at)
    kept = kept if clock.days_left is None else replace(kept, left=clock.days_left)
    when = _not_after(_limit_of(draft, clock), resumed(draft.moment.calendar, kept, since), draft)
    again = replace(
        clock,
        key=f"k{len(draft.case.clocks) + 1}",
        step=0,
        state="running",
        paused_at=None,
        due_at=when.at,
        due_day=when.day,
        working=spoken_due(when),
        look_at=when.at,
        provisional=when.provisional,
        fixed=when.fixed,
        reckoned=clock.reckoned or clock.due_at,
        entered=False,
        days_left=None,
    )
    again = _first(draft, again) if clock.ladder else again
    words = f"The clock that was paused runs again: due {again.working}. It was due {spoken_date(clock.due_day)}."
    draft.note("clock_moved", words, replace(clock, state="stopped"), again)


def start_ladder(draft: Draft, purpose: Purpose, name: str, about: str, ladder: str, words: str) -> Clock:
    """Start a clock whose time is the chase interval of a ladder, a setting of the partnership."""
    when = due(draft.moment.calendar, WorkingDays(draft.policy.chases[ladder].interval), draft.now)
    return start(draft, purpose, name, about, when, words, ladder)


def stop(draft: Draft, clocks: tuple[Clock, ...], why: str) -> None:
    for clock in clocks:
        draft.note(
            "clock_stopped",
            f"The clock due {spoken_date(clock.due_day)} stopped: {why}.",
            replace(clock, state="stopped"),
        )


def hours_on(now: datetime, hours: int, day_of: Callable[[datetime], date]) -> Due:
    """A due of so many clock hours, for the service's own waits."""
    at = now + timedelta(hours=hours)
    return Due(at=at, day=day_of(at), working=f"{hours} hours on", provisional=False)


def upcoming(draft: Draft, clock: Clock, step: int) -> Clock:
    """The clock waiting for the first step, from this one on, that is not past already."""
    while (moment := step_moment(draft, clock, step)) <= draft.now:
        step += 1
    return replace(clock, step=step, look_at=moment)


def _first(draft: Draft, clock: Clock) -> Clock:
    """The clock waiting for its first step; one overdue from the start is looked at on the next working morning."""
    calendar = draft.moment.calendar
    if clock.due_at > draft.now:
        return upcoming(draft, clock, 0)
    steps = ladder_of(draft, clock).steps
    step = next((number for number, each in enumerate(steps) if each.working_days >= 0), len(steps))
    return replace(
        clock, step=step, look_at=calendar.next_sending_moment(calendar.end_of(calendar.local_date(draft.now)))
    )


def step_moment(draft: Draft, clock: Clock, step: int) -> datetime:
    """When a step of the clock's ladder is to be taken: within the partnership's sending hours."""
    calendar = draft.moment.calendar
    days = _days(ladder_of(draft, clock), step)
    if days < 0:
        morning = calendar.add_working_days(clock.due_day, days) - timedelta(days=1)
        return calendar.next_sending_moment(calendar.end_of(morning))
    overdue = clock.due_at if days == 0 else calendar.end_of(calendar.add_working_days(clock.due_day, days))
    return calendar.next_sending_moment(overdue)


def step_at(ladder: Chase, step: int) -> Step:
    """The step itself; after the last one the last is repeated."""
    return ladder.steps[min(step, len(ladder.steps) - 1)]


def ladder_of(draft: Draft, clock: Clock) -> Chase:
    assert clock.ladder is not None
    return draft.policy.chases[clock.ladder]


def fact_day(draft: Draft, key: str) -> date | None:
    """A date given in answer to a question, where it was given."""
    given = draft.case.facts.get(key)
    return date.fromisoformat(given) if isinstance(given, str) and given else None


def _days(ladder: Chase, step: int) -> int:
    beyond = max(0, step - (len(ladder.steps) - 1))
    return step_at(ladder, step).working_days + beyond * ladder.repeats


def _due(draft: Draft, limit: Limit, anchor: datetime) -> tuple[Due, str] | None:
    """The due of a limit and its words; nothing where the limit holds no number, or none was stated yet."""
    calendar = draft.moment.calendar
    if limit.working_days:
        return due(
            calendar, WorkingDays(limit.working_days), anchor
        ), limit.said_as or f"{limit.working_days} working days"
    if limit.calendar_days:
        return due(calendar, CalendarDays(limit.calendar_days), anchor), limit.said_as or f"{limit.calendar_days} days"
    if limit.hours:
        return due(calendar, Hours(limit.hours), anchor), limit.said_as or f"{limit.hours} hours"
    if limit.stated_in and (day := fact_day(draft, limit.stated_in)):
        return due(
            calendar, OnDate(day, "the date stated to protect the child"), anchor
        ), "the date that protects this child"
    if limit.by_answer:
        chosen = limit.by_answer.limits.get(str(draft.case.facts.get(limit.by_answer.question)))
        return _due(draft, chosen, anchor) if chosen else None
    return _earliest(draft, limit.earliest_of or (), anchor)


def _earliest(draft: Draft, limits: tuple[Limit, ...], anchor: datetime) -> tuple[Due, str] | None:
    found = [each for limit in limits if (each := _due(draft, limit, anchor))]
    if not found:
        return None
    winner, when = earliest([each[0] for each in found])
    others = " or ".join(each[1] for place, each in enumerate(found) if place != winner)
    return when, found[winner][1] + (f", which is sooner than {others}" if others else "")


def _not_after(limit: Limit | None, when: Due, draft: Draft) -> Due:
    """A pause makes no date later that was stated to protect the child."""
    stated = _stated(draft, limit) if limit else None
    return stated if stated and stated.at < when.at else when


def _limit_of(draft: Draft, clock: Clock) -> Limit | None:
    """The limit of the policy that a clock runs under; nothing for those that are no timescale of a stage."""
    row = next((row for row in draft.case.stages if row.key == clock.about), None)
    stage = draft.policy.stages[row.stage] if row and clock.purpose == "timescale" else None
    return next((each.limit for each in stage.timescales if each.key == clock.name), None) if stage else None


def _stated(draft: Draft, limit: Limit) -> Due | None:
    """The date stated to protect the child, where the limit knows one and it was given."""
    dates = (_due(draft, each, draft.now) for each in limit.earliest_of or (limit,) if each.stated_in)
    return next((found[0] for found in dates if found), None)


def _unnumbered(limit: Limit) -> str:
    if limit.without_delay:
        return f"The policy says “{limit.without_delay}” and gives no number."
    return limit.none or "No time has been stated or agreed for this yet."
