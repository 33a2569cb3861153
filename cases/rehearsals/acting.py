"""What business support does in a scenario, as the verb that it comes to. Named as people name it there."""

from collections.abc import Callable, Mapping

from cases.case import Case
from cases.policy import Policy
from cases.rehearsals.scenario import Event
from cases.verbs import ending, handing_over, moving_on, overriding, pausing
from cases.verbs.decision import Decision, Moment
from cases.verbs.orders import Order, Refused

NEXT_TIER = "the next tier"


def done(case: Case, event: Event, moment: Moment) -> Decision:
    """Raises Refused where it cannot be done, or names something that there is not."""
    kind = next(kind for kind in _DOES if getattr(event, kind))
    return _DOES[kind](case, event, Order("business support", event.text), moment)


def _pause(case: Case, event: Event, order: Order, moment: Moment) -> Decision:
    assert event.pauses_until is not None
    return pausing.pause(case, event.pauses_until, order, moment)


def _override(case: Case, event: Event, order: Order, moment: Moment) -> Decision:
    return overriding.override(case, _outcome(moment.policy, event.overrides), order, moment)


def _take_on(case: Case, event: Event, order: Order, moment: Moment) -> Decision:
    stages = {stage.label: stage.key for stage in moment.policy.stages.values()}
    target = moving_on.NEXT_TIER if event.takes_on == NEXT_TIER else stages.get(event.takes_on, "")
    return moving_on.take_on(case, target, order, moment)


def _hand_over(case: Case, event: Event, order: Order, moment: Moment) -> Decision:
    assert event.hands_over is not None
    who = next((party.key for party in case.parties if party.name == event.hands_over.place_of), None)
    if who is None:
        raise Refused(f"nobody on the case is called {event.hands_over.place_of}")
    return handing_over.hand_over(case, who, event.hands_over.name, event.hands_over.email, order, moment)


def _withdraw(case: Case, event: Event, order: Order, moment: Moment) -> Decision:
    return ending.end_by_hand(case, "withdrawn", order, "", False, moment)


def _outcome(policy: Policy, word: str) -> str:
    """The key of the outcome with this word; what there is not, no stage offers."""
    return next((key for key, outcome in policy.outcomes.items() if outcome.word == word), "")


_DOES: Mapping[str, Callable[[Case, Event, Order, Moment], Decision]] = {
    "pauses_until": _pause,
    "resumes": lambda case, event, order, moment: pausing.resume(case, order, moment),
    "overrides": _override,
    "takes_on": _take_on,
    "hands_over": _hand_over,
    "withdraws": _withdraw,
}
