"""The last entry of a case's record: its content is destroyed (retention)."""

from cases.case import Case
from cases.verbs.decision import Decision, Draft, Moment
from cases.verbs.orders import Order, Refused


def erased(case: Case, order: Order, moment: Moment) -> Decision:
    """Raises Refused while the case is open, or something about it is not done."""
    if case.status != "closed":
        raise Refused("The case is open. Only a closed case can be erased.")
    if any(clock.state != "stopped" for clock in case.clocks):
        raise Refused("Something about this case is not done yet: one of its clocks still runs.")
    draft = Draft(case, moment)
    draft.note("erased", "The content of this case was destroyed.", by=order.by)
    return draft.decision()
