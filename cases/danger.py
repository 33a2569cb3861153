"""The tasks of business support by their keys: how dangerous one is to leave, and whether its cause is over. Pure."""

import re
from collections.abc import Callable, Mapping

from cases.case import Case

WORST, LEAST = 0, 4  # ranks: what is shown first to a person
ORDINARY = 3

# By what a task's key begins with (`cases.verbs`): first a child in danger, then somebody whom nobody reached, then
# what waits for a word of business support, then what has been said, and last what is only to be looked at.
_RANKS = {
    "immediate_harm": 0,
    "harm": 0,
    "breach": 0,
    "not_reached": 1,
    "missing": 1,
    "left": 1,
    "barred": 1,
    "denied": 1,
    "diverted_late": 1,
    "disputed": 1,
    "failing": 1,
    "misdated": 1,
    "stuck": 1,
    "away": 2,
    "mail": 2,
    "held": 2,
    "delayed": 2,
    "admit": 2,
    "withdrawn": 2,
    "unconfirmed": 2,
    "clock": 2,
    "question": 3,
    "hand_over": 3,
    "absent": 3,
    "asked_why": 3,
    "gone_on": 3,
    "attachments": 4,
    "left_out": 4,
    "also_to": 4,
    "late": 4,
}
_OF_A_CLOCK = re.compile(r"k\d+:\d+")

OF_MAIL = _RANKS["mail"]  # of what waits in the tray, and of what is overdue


def kind_of(task: str) -> str:
    """What kind of task it is, from its key."""
    return "clock" if _OF_A_CLOCK.fullmatch(task) else task.partition(":")[0]


def rank_of(task: str) -> int:
    """The rank of a task, from its key."""
    return _RANKS.get(kind_of(task), ORDINARY)


def clock_of(task: str) -> str:
    """The clock that a task is about, where its key names one."""
    return task.partition(":")[0] if _OF_A_CLOCK.fullmatch(task) else ""


def is_over(case: Case, task: str) -> bool:
    """Whether nothing is left to do about a task, since what it was about has ended. Most need a person to say so."""
    kind, _, rest = task.partition(":")
    over = _OVER.get(kind_of(task))
    return over is not None and over(case, kind if clock_of(task) else rest)


def clocks_like(case: Case, clock: str) -> set[str]:
    """The keys of the clocks about the same thing: a pause or a new date puts another in the place of one."""
    like = {each.key: (each.purpose, each.name, each.about) for each in case.clocks}
    return {key for key, about in like.items() if about == like.get(clock)}


def _stopped(case: Case, rest: str) -> bool:
    return case.clock(rest.partition(":")[0]).state == "stopped"


def _filled(case: Case, rest: str) -> bool:
    """Somebody is known for a role of a stage, or the stage is over; of a confidential matter, the wait is over."""
    stage, _, gap = rest.partition(":")
    if not gap:
        return case.status != "paused"
    row = case.stage_row(stage)
    return gap not in row.missing or not row.running


_OVER: Mapping[str, Callable[[Case, str], bool]] = {
    "clock": lambda case, rest: all(case.clock(key).state == "stopped" for key in clocks_like(case, rest)),
    "failing": _stopped,
    "missing": _filled,
    "disputed": lambda case, rest: case.status != "disputed",
    "unconfirmed": lambda case, rest: case.confirmed,
    "admit": lambda case, rest: not case.running("confirmation"),
    "withdrawn": lambda case, rest: not case.running("confirmation"),
    "asked_why": lambda case, rest: not case.running("timescale", "asked_why"),
}
