"""What the program cannot do again and again: business support sees to it instead, until the program can again."""

from cases.case import Case
from cases.verbs.decision import Decision, Draft, Moment
from cases.verbs.letters import for_support


def task_key(case: Case, clock: str) -> str:
    """The key of the task that a failing step of a clock makes, once."""
    return f"failing:{clock}:{case.clock(clock).step}"


def failing(case: Case, clock: str, moment: Moment) -> Decision:
    """A step of a clock has failed again and again: a person is told what was due, and by when."""
    draft, stuck = Draft(case, moment), case.clock(clock)
    words = (
        f"The program could not take the next step of a clock of this case ({stuck.working}) and tries again every "
        "hour. Please see what is due and whom to remind, and tell whoever keeps this service."
    )
    for_support(draft, task_key(case, clock), words, urgent=True)
    return draft.decision()


def stuck_key(about: str) -> str:
    """The key of the task that a failing look at a case makes, once; `about` is what has changed."""
    return f"stuck:{about}"


def stuck(case: Case, about: str, moment: Moment) -> Decision:
    """What follows from a change (of the directory, of the working days) cannot be found out: a person is told."""
    draft = Draft(case, moment)
    words = (
        f"The program could not find out what a change of the {about} means for this case, and tries again every hour. "
        "Please see whether the right people are written to, and by when, and tell whoever keeps this service."
    )
    for_support(draft, stuck_key(about), words, urgent=True)
    return draft.decision()
