"""A case that was raised while the computer's clock was wrong: its dates are, and a person sees to them."""

from cases.case import Case
from cases.verbs.decision import Decision, Draft, Moment
from cases.verbs.letters import for_support

TASK = "misdated"


def misdated(case: Case, moment: Moment) -> Decision:
    """The case began in what is the future now: nothing of it would fall due in time."""
    draft = Draft(case, moment)
    words = (
        "This case came in while the computer’s clock was wrong, so its dates lie in the future: nobody would be "
        "chased in time. Please telephone those who must act, and end the case and enter it anew with the right dates."
    )
    for_support(draft, TASK, words, urgent=True)
    return draft.decision()
