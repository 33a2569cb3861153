"""What a scenario expects, held against what came of it."""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime

from cases.case import Case
from cases.rehearsals.rehearsal import Course
from cases.rehearsals.scenario import Expected
from cases.verbs.decision import Letter


def unmet(course: Course, expected: tuple[Expected, ...]) -> list[str]:
    """The expectations that did not come true, in words; none when all did."""
    return [_said(each, why) for each in expected if (why := _why_not(course, each))]


def _why_not(course: Course, each: Expected) -> str:
    kind = next(kind for kind in _HOLDS if getattr(each, kind))
    return _HOLDS[kind](course, each)


def _letter(course: Course, each: Expected) -> str:
    found = _letters(course, each, each.letter)
    if each.times is not None and len(found) != each.times:
        return f"there were {len(found)}"
    return "" if found else "no such letter"


def _no_letter(course: Course, each: Expected) -> str:
    found = _letters(course, each, "" if each.no_letter == "any" else each.no_letter)
    return f"there was {found[0].purpose} to {found[0].name}" if found else ""


def _clock(course: Course, each: Expected) -> str:
    found = [
        clock
        for at, clock in course.clocks
        if clock.purpose == each.clock
        and _then(course, each, at)
        and each.due in (None, clock.due_day)
        and each.says in clock.working
    ]
    return "" if found else "no such clock"


def _entry(course: Course, each: Expected) -> str:
    wanted = each.entry or each.no_entry
    found = [
        entry
        for at, entry in course.entries
        if (wanted == entry.kind or wanted in entry.words)
        and _then(course, each, at)
        and each.says in entry.words
        and (not each.cites or (entry.source is not None and entry.source.cited == each.cites))
    ]
    if each.no_entry:
        return f"there is: {found[0].words}" if found else ""
    if each.times is not None and len(found) != each.times:
        return f"there were {len(found)}"
    return "" if found else "no such entry"


def _task(course: Course, each: Expected) -> str:
    found = [task for at, task in course.tasks if each.task in task.words and _then(course, each, at)]
    return "" if found else "no such task"


def _stage(course: Course, each: Expected) -> str:
    row = _at_end_of(course, each.on).row
    now = f"{course.policy.stages[row.stage].label}, tier {row.tier + 1}" if row else "no stage"
    return "" if now == f"{each.stage}, tier {each.tier}" else f"it was in {now}"


def _status(course: Course, each: Expected) -> str:
    status = _at_end_of(course, each.on).status
    return "" if status == each.status else f"it was {status}"


_HOLDS: Mapping[str, Callable[[Course, Expected], str]] = {
    "letter": _letter,
    "no_letter": _no_letter,
    "clock": _clock,
    "entry": _entry,
    "no_entry": _entry,
    "task": _task,
    "stage": _stage,
    "status": _status,
}


def _letters(course: Course, each: Expected, purpose: str) -> list[Letter]:
    return [
        letter
        for at, letter in course.letters
        if purpose in ("", letter.purpose) and _then(course, each, at) and _reads(course, each, letter)
    ]


def _reads(course: Course, each: Expected, letter: Letter) -> bool:
    values = json.dumps(letter.values, ensure_ascii=False, default=str)
    return (
        (not each.to or each.to in course.known_as(letter))
        and (not each.cites or each.cites in course.cites(letter))
        and each.says in values
        and (not each.without or each.without not in values)
        and set(each.offers) <= {offer.word for offer in letter.offers}
    )


def _then(course: Course, each: Expected, at: datetime) -> bool:
    local = course.calendar.local(at)
    return (
        each.on in (None, local.date())
        and (not each.before or local.date() < each.before)
        and each.at in ("", f"{local:%H:%M}")
    )


def _at_end_of(course: Course, day: date | None) -> Case:
    assert day is not None
    before = [step.decision.case for step in course.steps if course.calendar.local_date(step.at) <= day]
    return before[-1]


def _said(each: Expected, why: str) -> str:
    wanted = ", ".join(
        f"{name}: {value}" for name, value in each.model_dump(exclude_defaults=True, mode="json").items()
    )
    return f"expected {wanted} — {why}"
