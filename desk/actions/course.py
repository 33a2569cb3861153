"""Actions on the course of a case: it pauses and goes on, its outcome is set, it is taken further."""

from collections.abc import Sequence

from cases.standing import View
from cases.support import Act
from cases.verbs import moving_on, overriding, pausing
from cases.verbs.orders import Order, Refused
from desk.actions.action import Action, Seen
from web.fields import Field, Option
from web.forms import Filled


def _may_pause(view: View) -> bool:
    return view.case.status == "open" and view.case.row is not None and view.case.paused_at is None


def _until(seen: Seen) -> Sequence[Field]:
    return [
        Field(
            "until",
            "On which day does it go on?",
            "date",
            required=True,
            missing="Enter the day on which the case goes on",
            hint="Such as 27 3 2027. It goes on by itself on the first working morning of that day or after it.",
        )
    ]


def _pause(seen: Seen, filled: Filled, order: Order) -> Act:
    until = filled.day("until")
    if until is None:
        raise Refused("Enter the day on which the case goes on")
    return Act(lambda case, moment: pausing.pause(case, until, order, moment))


def _resume(seen: Seen, filled: Filled, order: Order) -> Act:
    return Act(lambda case, moment: pausing.resume(case, order, moment))


def _outcomes(seen: Seen) -> Sequence[Field]:
    known = overriding.open_outcomes(seen.view.case, seen.view.policy)
    options = [Option(key, outcome.title) for key, outcome in known.items()]
    return [Field("outcome", "How did this stage end?", "radios", required=True, options=options)]


def _override(seen: Seen, filled: Filled, order: Order) -> Act:
    outcome = filled.text("outcome")
    return Act(lambda case, moment: overriding.override(case, outcome, order, moment))


def _targets(seen: Seen) -> Sequence[Field]:
    options = [Option(key, title) for key, title in moving_on.targets(seen.view.case, seen.view.policy).items()]
    return [Field("target", "Where does it go?", "radios", required=True, options=options)]


def _take_on(seen: Seen, filled: Filled, order: Order) -> Act:
    target = filled.text("target")
    return Act(lambda case, moment: moving_on.take_on(case, target, order, moment))


COURSE = (
    Action(
        "pause",
        "Pause it until a day",
        "The time stops, and what is left of it is kept. Everybody in the stage is told.",
        _may_pause,
        _until,
        _pause,
    ),
    Action(
        "pause-until",
        "Move the day on which it goes on",
        "The pause lasts to another day. Everybody in the stage is told.",
        lambda view: view.case.paused_at is not None,
        _until,
        _pause,
    ),
    Action(
        "resume",
        "End the pause now",
        "The time runs again for what was left of it. Everybody in the stage is told.",
        lambda view: view.case.paused_at is not None,
        lambda seen: (),
        _resume,
        confidential=True,
    ),
    Action(
        "override",
        "Set the outcome, or correct it",
        "Whatever was said so far. The person who raised it is told, and may object as always.",
        lambda view: bool(overriding.open_outcomes(view.case, view.policy)),
        _outcomes,
        _override,
    ),
    Action(
        "take-on",
        "Take it to the next tier or stage",
        "Where the raising side does not, or cannot. What should have come first and did not is on the record.",
        lambda view: bool(moving_on.targets(view.case, view.policy)),
        _targets,
        _take_on,
    ),
)
