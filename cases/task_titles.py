"""What business support is asked to do, from a task's key alone: without its own words, which may name people. Pure."""

from collections.abc import Mapping

from cases.danger import kind_of

_TASKS: Mapping[str, str] = {
    "immediate_harm": "A child may be in danger: make sure that the right people know",
    "harm": "Words of immediate harm in a mail: read it and telephone",
    "breach": "Something may have gone to the wrong person: see to it",
    "not_reached": "A letter did not arrive: reach its reader",
    "missing": "Nobody is known for a role: find out who it is",
    "left": "Somebody who acts on it is not in the directory any more: find out who acts now",
    "barred": "An answer came from an address to which nothing more goes: find out who wrote it",
    "newcomer": "Somebody took a place before the case began: telephone them",
    "denied": "Somebody says that a mail in their name is not theirs: find out who sent it",
    "diverted_late": "It is confidential, and letters have gone out: telephone the named person",
    "disputed": "The outcome is disputed: settle it",
    "failing": "The service cannot take the next step by itself: see what is wrong",
    "stuck": "The service cannot see to a change of the directory or the working days: see what follows",
    "misdated": "It came in while the computer’s clock was wrong: put its dates right",
    "away": "Somebody who must act is away: find out who acts instead",
    "mail": "Read a mail about the case",
    "held": "Letters to one person are held: see whether they may go",
    "delayed": "A letter has not been taken for hours: see whether it goes now",
    "admit": "Raised by somebody unknown: say whether they may raise it",
    "withdrawn": "The raiser says that it is no escalation: say whether it goes on",
    "unconfirmed": "The raiser has not confirmed their address: telephone",
    "clock": "Nobody has answered: telephone",
    "in_pause": "Somebody answered while it is paused: see whether the pause can end",
    "question": "Answer a question",
    "hand_over": "Somebody says that it should go to another person: find out who",
    "absent": "Somebody is away: find out who acts instead",
    "asked_why": "Somebody went on early: read the reason",
    "took_in": "It took in another case: tell those who act here",
    "attachments": "It came with files that the program does not read: look at them",
    "left_out": "Older mail below it was not taken over: read it",
    "also_to": "It went to other partnerships too: agree who takes it up",
    "late": "Somebody answered after the end: see whether anything follows",
}


def task_title(key: str) -> str:
    """What a task asks for, from its key; without its own words, which may name people."""
    return _TASKS.get(kind_of(key), "Something for you to look at")
