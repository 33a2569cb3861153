"""How dangerous it is to leave something undone: what is shown first to a person. 0 is the worst. Pure."""

import re

WORST, LEAST = 0, 4
ORDINARY = 3

# By what a task's key begins with (`cases.verbs`): first a child in danger, then somebody whom nobody reached, then
# what waits for a word of business support, then what has been said, and last what is only to be looked at.
_RANKS = {
    "immediate_harm": 0,
    "harm": 0,
    "breach": 0,
    "not_reached": 1,
    "missing": 1,
    "denied": 1,
    "diverted_late": 1,
    "disputed": 1,
    "failing": 1,
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


def kind_of(task: str) -> str:
    """What kind of task it is, from its key."""
    return "clock" if _OF_A_CLOCK.fullmatch(task) else task.partition(":")[0]


def rank_of(task: str) -> int:
    """The rank of a task, from its key."""
    return _RANKS.get(kind_of(task), ORDINARY)
